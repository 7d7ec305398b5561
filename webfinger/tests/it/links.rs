//! Which link is chosen, and what a stranger's URL becomes.

use serde_json::json;
use webfinger::capability::{self, Capability};
use webfinger::template::InvalidTemplate;
use webfinger::{Descriptor, Link, rel};

fn read(links: serde_json::Value) -> Descriptor {
    Descriptor::read(json!({ "links": links }).to_string().as_bytes()).unwrap()
}

#[test]
fn several_actors_are_told_apart_and_one_is_one() {
    let actor = |href: &str, kind: &str| json!({ "rel": "self", "type": "application/activity+json", "href": href, "properties": { rel::ACTOR_TYPE: kind } });
    let descriptor = read(json!([
        { "rel": "self", "type": "text/html", "href": "https://a.example/page" },
        actor("https://a.example/c/x", "Group"),
        actor("https://a.example/u/x", "Person"),
        { "rel": "self", "type": "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", "href": "https://a.example/u/x" },
    ]));
    let actors: Vec<_> = descriptor
        .self_links()
        .map(|link| (link.actor_type().unwrap(), link.url().unwrap().to_string()))
        .collect();
    assert_eq!(
        actors,
        [
            ("Group", "https://a.example/c/x".to_owned()),
            ("Person", "https://a.example/u/x".to_owned())
        ]
    );
    assert_eq!(descriptor.self_link().unwrap().actor_type(), Some("Group"));
}

#[test]
fn only_absolute_https_urls_are_handed_out() {
    for href in [
        "http://a.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "/a",
        "//a.example/",
        "https://u@a.example/",
        "https://u:p@a.example/",
        "https://",
        "",
        "x",
    ] {
        let links = [rel::PROFILE_PAGE, rel::AVATAR, rel::UPDATES];
        let descriptor = read(json!(links.map(|rel| json!({ "rel": rel, "href": href }))));
        assert_eq!(descriptor.profile_page(), None, "{href}");
        assert_eq!(descriptor.avatar(), None, "{href}");
        assert_eq!(descriptor.feed(), None, "{href}");
        // A bad one does not hide a good one.
        let descriptor = read(json!([
            { "rel": rel::AVATAR, "href": href },
            { "rel": rel::AVATAR, "href": "https://a.example/a.png" }
        ]));
        assert_eq!(
            descriptor.avatar().unwrap().as_str(),
            "https://a.example/a.png"
        );
    }
}

#[test]
fn a_follow_goes_to_the_subscribe_page() {
    let descriptor = read(json!([
        { "rel": rel::SUBSCRIBE, "template": "http://a.example/?uri={uri}" },
        { "rel": rel::SUBSCRIBE, "template": "https://a.example/?x={other}" },
        { "rel": rel::SUBSCRIBE, "template": "https://a.example/?uri={uri}" },
    ]));
    assert_eq!(
        descriptor
            .subscribe_url("https://b.example/@x?y&z#f")
            .unwrap()
            .as_str(),
        "https://a.example/?uri=https%3A%2F%2Fb.example%2F%40x%3Fy%26z%23f"
    );
    assert_eq!(read(json!([])).subscribe_url("x"), None);
}

#[test]
fn a_server_has_an_actor_of_its_own() {
    let own = json!({ "rel": rel::SELF, "type": "application/activity+json", "href": "https://a.example/self" });
    let service = json!({ "rel": rel::SERVER_ACTOR, "type": "application/activity+json", "href": "https://a.example/actor" });
    let page =
        json!({ "rel": rel::SERVER_ACTOR, "type": "text/html", "href": "https://a.example/about" });
    for (links, expected) in [
        (json!([own, page, service]), Some("https://a.example/actor")),
        (json!([page, own]), Some("https://a.example/self")),
        (json!([page]), None),
    ] {
        let descriptor = read(links);
        let link = descriptor.server_actor();
        assert_eq!(link.and_then(|link| link.href.as_deref()), expected);
    }
}

#[test]
fn intents_are_found_and_filled() {
    let descriptor = read(json!([
        { "rel": "https://w3id.org/fep/3b86/Follow", "template": "https://a.example/authorize_interaction?uri={object}" },
        { "rel": "https://w3id.org/fep/3b86/Create", "template": "https://a.example/share?text={content}&re={inReplyTo}&ok={on-success}&no={on-cancel}&x={new}" },
        { "rel": "https://w3id.org/fep/3b86/Like", "href": "https://a.example/no-template" },
        { "rel": "https://w3id.org/fep/3b86/", "template": "https://a.example/nothing" },
        { "rel": "https://w3id.org/fep/3b86/Block", "template": "https://{object}/" },
    ]));
    let activities: Vec<_> = descriptor.intents().map(|i| i.activity()).collect();
    assert_eq!(activities, ["Follow", "Create", "Block"]);
    let create = descriptor.intent("Create").unwrap();
    assert!(create.takes("content") && create.takes("on-cancel") && !create.takes("object"));
    assert_eq!(
        create
            .url(&[
                ("content", "a b&c=\u{fc}"),
                ("on-success", "(close)"),
                ("object", "x")
            ])
            .unwrap()
            .as_str(),
        "https://a.example/share?text=a%20b%26c%3D%C3%BC&re=&ok=%28close%29&no=&x="
    );
    let block = descriptor.intent("Block").unwrap();
    assert_eq!(
        block.url(&[("object", "evil.example")]),
        Err(InvalidTemplate::Host)
    );
    let link = Link::to_intent("Like", "https://a.example/?id={object}");
    assert_eq!(link.rel, "https://w3id.org/fep/3b86/Like");
}

#[test]
fn capabilities_are_read_as_they_are_written_in_the_wild() {
    let named =
        json!({ "href": capability::RFC_9421, "name": "RFC-9421: HTTP Message Signatures" });
    for document in [
        json!({ "type": "Application", "implements": [named] }),
        json!({ "type": "Application", "implements": named }),
        json!({ "type": "Person", "generator": { "type": "Application", "implements": [named] } }),
        json!({ "generator": ["https://x.example/", { "implements": [1, named] }] }),
        json!({ "implements": [capability::RFC_9421] }),
        json!({ "implements": [{ "id": "https://www.rfc-editor.org/rfc/rfc9421" }] }),
        json!({ "implements": ["https://www.rfc-editor.org/rfc/rfc9421.html"] }),
        json!({ "https://w3id.org/fep/844e/implements": [named] }),
    ] {
        assert!(
            capability::implements(&document, capability::RFC_9421),
            "{document}"
        );
    }
    for document in [
        json!({}),
        json!([]),
        json!({ "implements": [] }),
        json!({ "implements": [{ "name": "RFC-9421" }, 9421, null] }),
        json!({ "implements": ["https://datatracker.ietf.org/doc/html/rfc9421/evil"] }),
        json!({ "implements": ["https://evil.example/doc/html/rfc9421"] }),
        json!({ "object": { "implements": [named] } }),
    ] {
        assert!(
            !capability::implements(&document, capability::RFC_9421),
            "{document}"
        );
    }
    let own = Capability::new(capability::RFC_9421, "HTTP Message Signatures");
    let written = json!({ "implements": [own.to_json()] });
    assert_eq!(capability::read(&written), [own]);
    let flood = json!({ "implements": vec!["https://a.example/"; 1000] });
    assert_eq!(capability::read(&flood).len(), 256);
}
