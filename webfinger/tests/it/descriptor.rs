//! Descriptors, good and odd.

use proptest::prelude::*;
use serde_json::{Value, json};
use webfinger::descriptor::{DescriptorError, Format, Limits, Problem};
use webfinger::{Descriptor, Link, rel};

#[test]
fn a_document_comes_back_as_it_was() {
    let document = json!({
        "subject": "acct:a@example.com",
        "aliases": ["https://example.com/a"],
        "properties": { "https://p.example/": null },
        "links": [
            { "rel": "self", "type": "application/activity+json", "href": "https://example.com/a", "x": 1 },
            { "rel": rel::SUBSCRIBE, "template": "https://example.com/?uri={uri}", "titles": { "und": "t" }, "properties": { "p": "q" } },
        ],
        "more": [1],
    });
    let descriptor = Descriptor::read(document.to_string().as_bytes()).unwrap();
    assert!(descriptor.problems().is_empty());
    assert_eq!(descriptor.to_json(), document);
}

#[test]
fn one_bad_part_does_not_lose_the_rest() {
    let document = json!({
        "subject": 7,
        "aliases": ["https://example.com/a", 1],
        "properties": [],
        "links": [3, { "href": "https://no.rel/", "rel": 7 }, { "rel": "self", "href": 9, "type": null, "titles": { "de": 1 } }, "x"],
        "expires": null,
    });
    let descriptor = Descriptor::read(document.to_string().as_bytes()).unwrap();
    assert_eq!(descriptor.aliases, ["https://example.com/a"]);
    assert_eq!(descriptor.links.len(), 1);
    assert_eq!(
        descriptor.links[0].to_owned().extra.len(),
        2,
        "what does not fit is kept beside"
    );
    assert_eq!(
        descriptor.problems(),
        [
            Problem::Member("subject"),
            Problem::Member("properties"),
            Problem::Item("aliases", 1),
            Problem::Item("links", 0),
            Problem::Item("links", 1),
            Problem::LinkMember(2, "href"),
            Problem::LinkMember(2, "titles"),
            Problem::Item("links", 3),
        ]
    );
    assert_eq!(descriptor.to_json(), document, "nothing is lost");
}

#[test]
fn what_is_no_descriptor_is_refused() {
    for text in [
        "",
        "[]",
        "null",
        "\"x\"",
        "{",
        "{}x",
        "<XRD/>",
        "\u{feff}{}",
    ] {
        assert!(Descriptor::read(text.as_bytes()).is_err(), "{text}");
    }
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    assert!(matches!(
        Descriptor::read(deep.as_bytes()),
        Err(DescriptorError::Json(_))
    ));
}

#[test]
fn a_name_that_stands_twice_refuses_the_document() {
    for text in [
        r#"{"subject":"acct:a@a.example","subject":"acct:b@b.example"}"#,
        r#"{"subject":"acct:a@a.example","\u0073ubject":"acct:b@b.example"}"#,
        r#"{"links":[{"rel":"self","href":"https://a.example/","href":"https://b.example/"}]}"#,
        r#"{"x":[[{"y":{"a":1,"a":1}}]]}"#,
    ] {
        assert!(
            matches!(
                Descriptor::read(text.as_bytes()),
                Err(DescriptorError::Duplicate)
            ),
            "{text}"
        );
    }
    assert!(Descriptor::read(br#"{"a":{"x":1},"b":{"x":1}}"#).is_ok());
}

#[test]
fn limits_count_to_the_byte_and_the_item() {
    let document =
        |links: usize| json!({ "links": vec![json!({ "rel": "x" }); links] }).to_string();
    assert!(Descriptor::read(document(1000).as_bytes()).is_ok());
    assert!(matches!(
        Descriptor::read(document(1001).as_bytes()),
        Err(DescriptorError::TooMany("links"))
    ));
    assert!(
        Descriptor::read_within(
            document(1001).as_bytes(),
            Format::Json,
            &Limits::new().items(1001)
        )
        .is_ok()
    );

    let padded = |length: usize| format!("{{{}}}", " ".repeat(length - 2));
    assert!(Descriptor::read(padded(256 * 1024).as_bytes()).is_ok());
    assert!(matches!(
        Descriptor::read(padded(256 * 1024 + 1).as_bytes()),
        Err(DescriptorError::TooLong)
    ));
}

#[test]
fn the_first_activity_link_is_the_actor() {
    let link =
        |media_type: &str, href: &str| Link::new(rel::SELF).media_type(media_type).href(href);
    let descriptor = Descriptor::new("acct:a@example.com")
        .link(Link::new(rel::SELF).href("untyped"))
        .link(link("text/html", "page"))
        .link(link("application/ld+json", "no profile"))
        .link(Link::new("other").media_type("application/activity+json"))
        .link(link(
            r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#,
            "right",
        ))
        .link(link("application/activity+json", "second"));
    assert_eq!(
        descriptor.self_link().unwrap().href.as_deref(),
        Some("right")
    );
}

/// Anything that JSON can say, with the members of a descriptor more often than others.
fn document() -> impl Strategy<Value = Value> {
    let name = || {
        prop_oneof![
            proptest::sample::select(vec![
                "subject",
                "expires",
                "aliases",
                "properties",
                "links",
                "rel",
                "type",
                "href",
                "titles",
            ])
            .prop_map(str::to_owned),
            "[a-c]",
        ]
    };
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,4}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(name(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    proptest::collection::btree_map(name(), value, 0..7)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

proptest! {
    #[test]
    fn any_object_comes_back_as_it_was(document in document()) {
        let read = Descriptor::read(document.to_string().as_bytes()).unwrap();
        prop_assert_eq!(read.to_json(), document);
        let again = Descriptor::read(read.to_json().to_string().as_bytes()).unwrap();
        prop_assert_eq!(again, read);
    }
}
