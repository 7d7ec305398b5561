//! What strangers claim, and what becomes of it.

use activitypub::addressing::Visibility;
use activitypub::{Activity, Actor, Any, BadEndpoint, Endpoint, Limits, Object, Refusal};

const ENDPOINTS: &[(Endpoint, &str)] = &[
    (Endpoint::Inbox, "inbox"),
    (Endpoint::Outbox, "outbox"),
    (Endpoint::Followers, "followers"),
    (Endpoint::Following, "following"),
    (Endpoint::Liked, "liked"),
    (Endpoint::Featured, "featured"),
    (Endpoint::FeaturedTags, "featuredTags"),
];

#[test]
fn an_endpoint_is_one_web_address_of_the_actors_own_server() {
    let rows: &[(&str, Result<&str, BadEndpoint>)] = &[
        (r#""https://a.example/x""#, Ok("https://a.example/x")),
        (r#""https://A.example:443/x""#, Ok("https://a.example/x")),
        (r#"["https://a.example/x"]"#, Ok("https://a.example/x")),
        (
            r#"{"type":"OrderedCollection","id":"https://a.example/x"}"#,
            Ok("https://a.example/x"),
        ),
        ("null", Err(BadEndpoint::Absent)),
        ("[]", Err(BadEndpoint::Absent)),
        ("7", Err(BadEndpoint::Absent)),
        (r#""""#, Err(BadEndpoint::Absent)),
        (
            r#"["https://a.example/x","https://a.example/y"]"#,
            Err(BadEndpoint::NotOneId),
        ),
        (
            r#"{"type":"OrderedCollection"}"#,
            Err(BadEndpoint::NotOneId),
        ),
        (r#""javascript:alert(1)""#, Err(BadEndpoint::NotOnTheWeb)),
        (r#""file:///etc/passwd""#, Err(BadEndpoint::NotOnTheWeb)),
        (r#""/x""#, Err(BadEndpoint::NotOnTheWeb)),
        (r#""https://""#, Err(BadEndpoint::NotOnTheWeb)),
        (r#""https:///""#, Err(BadEndpoint::NotOnTheWeb)),
        (
            r#""https://u:p@a.example/x""#,
            Err(BadEndpoint::NotOnTheWeb),
        ),
        (
            r#""https://a.example/.well-known/apgateway/did:key:z6Mk/x""#,
            Err(BadEndpoint::NotOnTheWeb),
        ),
        (
            r#""https://victim.example/x""#,
            Err(BadEndpoint::OtherOrigin),
        ),
        (r#""http://a.example/x""#, Err(BadEndpoint::OtherOrigin)),
        (
            r#""https://a.example:8443/x""#,
            Err(BadEndpoint::OtherOrigin),
        ),
        (
            r#""https://a.example@victim.example/x""#,
            Err(BadEndpoint::NotOnTheWeb),
        ),
    ];
    for (value, expected) in rows {
        for (endpoint, name) in ENDPOINTS {
            let text =
                format!(r#"{{"id":"https://a.example/a","type":"Person","{name}":{value}}}"#);
            let actor = Actor::from_slice(text.as_bytes()).unwrap();
            let url = actor.endpoint(*endpoint);
            assert_eq!(
                url.as_ref().map(|url| url.as_str()).map_err(|bad| *bad),
                *expected,
                "{text}"
            );
            assert_eq!(
                actor.to_value().unwrap().to_string().len(),
                text.len(),
                "{text}"
            );
        }
        let shared =
            format!(r#"{{"id":"https://a.example/a","endpoints":{{"sharedInbox":{value}}}}}"#);
        let actor = Actor::from_slice(shared.as_bytes()).unwrap();
        // One text alone can be a shared inbox.
        let expected = match expected {
            Err(BadEndpoint::NotOneId) => Err(BadEndpoint::Absent),
            _ if value.starts_with(['[', '{']) => Err(BadEndpoint::Absent),
            other => *other,
        };
        let url = actor.endpoint(Endpoint::SharedInbox);
        assert_eq!(
            url.as_ref().map(|url| url.as_str()).map_err(|bad| *bad),
            expected,
            "{shared}"
        );
    }
    let nobody = Actor::from_slice(br#"{"inbox":"https://a.example/x"}"#).unwrap();
    assert_eq!(
        nobody.endpoint(Endpoint::Inbox),
        Err(BadEndpoint::OtherOrigin)
    );
    assert_eq!(
        nobody.endpoint(Endpoint::Outbox).unwrap_err().to_string(),
        "the actor names no such endpoint"
    );
}

#[test]
fn a_page_on_another_host_is_none() {
    for (url, page) in [
        (r#""https://a.example/@alice/1""#, true),
        (
            r#"[{"type":"Link","href":"https://a.example/@alice/1","mediaType":"text/html"}]"#,
            true,
        ),
        (r#""http://a.example/@alice/1""#, true),
        (r#""https://victim.example/@bob/1""#, false),
        (r#""https://a.example.evil.example/1""#, false),
        (r#""https://a.example@evil.example/1""#, false),
        (r#""javascript:alert(1)//a.example""#, false),
        (r#"{"enableUnixSockets":true,"url":"unix:/run/x"}"#, false),
        ("7", false),
    ] {
        let text = format!(r#"{{"type":"Note","id":"https://a.example/1","url":{url}}}"#);
        let note = Object::from_slice(text.as_bytes()).unwrap();
        assert_eq!(note.page().is_some(), page, "{text}");
        assert_eq!(note.id.as_ref().unwrap(), "https://a.example/1");
    }
    assert_eq!(
        Object::from_slice(br#"{"url":"https://a.example/1"}"#)
            .unwrap()
            .page(),
        None
    );
}

#[test]
fn floods_end_with_a_typed_refusal() {
    for (name, element) in [
        ("to", "\"https://a.example/users/12345\""),
        ("tag", "7"),
        ("attachment", "1"),
        ("alsoKnownAs", "\"a:1\""),
        ("zot", "[]"),
    ] {
        let flood = format!(
            r#"{{"type":"Note","{name}":[{}]}}"#,
            vec![element; 100_000].join(",")
        );
        let huge = Limits::default().max_bytes(100 << 20);
        let error = Any::from_slice_with(flood.as_bytes(), &huge).unwrap_err();
        assert_eq!(
            (error.refusal(), error.path()),
            (Refusal::TooManyItems, &*format!("/{name}/10000"))
        );
        let few = Limits::default().max_items(100);
        let text = format!(r#"{{"{name}":[{}]}}"#, vec![element; 101].join(","));
        assert_eq!(
            Any::from_slice_with(text.as_bytes(), &few)
                .unwrap_err()
                .refusal(),
            Refusal::TooManyItems
        );
    }
    let million = format!(r#"{{"tag":[{}]}}"#, vec!["0"; 1_000_000].join(","));
    assert_eq!(
        Any::from_slice(million.as_bytes()).unwrap_err().refusal(),
        Refusal::TooLong
    );
    let name = format!(r#"{{"type":"Person","name":"{}"}}"#, "x".repeat(1 << 20));
    assert_eq!(
        Any::from_slice(name.as_bytes()).unwrap_err().refusal(),
        Refusal::TooLong
    );
}

#[test]
fn what_was_received_is_not_passed_on_with_its_blind_recipients() {
    for text in [
        r#"{"type":"Create","bto":["https://a.example/x"],"object":{"type":"Note","bcc":"https://a.example/x"}}"#,
        r#"{"type":"OrderedCollection","orderedItems":[{"type":"Note","bto":"https://a.example/x"}],"first":{"items":[{"type":"Note","bcc":"https://a.example/x"}]}}"#,
        r#"{"type":"Person","bto":"https://a.example/x","tag":[{"type":"Note","as:bcc":{"id":"https://a.example/x"}}]}"#,
        r#"{"type":"Note","zot":[[{"https://www.w3.org/ns/activitystreams#bto":[{"@id":"https://a.example/x"}]}]]}"#,
        r#"{"type":"Mention","href":"a:1","preview":{"type":"Note","b\u0074o":"https://a.example/x"}}"#,
    ] {
        let any = Any::from_slice(text.as_bytes()).unwrap();
        assert!(any.to_string().contains("https://a.example/x"));
        let went = any.without_blind_recipients().to_string();
        assert!(!went.contains("https://a.example/x"), "{went}");
    }
}

#[test]
fn public_in_any_spelling_is_one_class() {
    for public in [
        "https://www.w3.org/ns/activitystreams#Public",
        "as:Public",
        "Public",
    ] {
        for (to, cc, expected) in [
            (public, "a:1", Visibility::Public),
            ("a:1", public, Visibility::Unlisted),
            (public, public, Visibility::Public),
        ] {
            let text = format!(r#"{{"type":"Create","to":["{to}"],"cc":"{cc}"}}"#);
            let activity = Activity::from_slice(text.as_bytes()).unwrap();
            assert_eq!(activity.visibility(), expected, "{text}");
            assert!(
                activity.recipients().iter().all(|id| id.as_str() == "a:1"),
                "{text}"
            );
        }
    }
    let near = Activity::from_slice(br#"{"to":["as:public","https://www.w3.org/ns/activitystreams#public","https://www.w3.org/ns/activitystreams"]}"#);
    assert_eq!(near.unwrap().visibility(), Visibility::Direct);
}

#[test]
fn odd_dates_never_decide_alone() {
    for (date, closed) in [
        ("9999-12-31T23:59:59Z", false),
        ("-1", false),
        ("2016-12-31T23:59:60Z", true),
        ("2016-12-31T23:59:59", true),
        ("-001-01-01T00:00:00Z", false),
    ] {
        let poll = format!(r#"{{"type":"Question","oneOf":[{{"name":"a"}}],"endTime":"{date}"}}"#);
        let poll = Object::from_slice(poll.as_bytes()).unwrap();
        assert_eq!(
            poll.is_closed("2026-01-01T00:00:00Z".parse().unwrap()),
            closed,
            "{date}"
        );
        assert!(poll.poll().is_some());
    }
}
