//! Documents in the shapes of Mastodon, and what a user wants to know of them.

use activitypub::addressing::Visibility;
use activitypub::{
    Activity, ActivityKind, Actor, ActorKind, Any, Collection, CollectionKind, Id, Object,
    ObjectKind, OneOrMany, Reason, Ref, Timestamp,
};
use serde_json::Value;

const PERSON: &str = r##"{
  "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", {"toot": "http://joinmastodon.org/ns#"}],
  "id": "https://social.example/users/alice", "type": "Person",
  "following": "https://social.example/users/alice/following", "followers": "https://social.example/users/alice/followers",
  "inbox": "https://social.example/users/alice/inbox", "outbox": "https://social.example/users/alice/outbox",
  "featured": "https://social.example/users/alice/collections/featured",
  "preferredUsername": "alice", "name": "Alice :cat:", "summary": "<p>Hi</p>", "url": "https://social.example/@alice",
  "manuallyApprovesFollowers": true, "discoverable": true, "indexable": false, "memorial": false,
  "published": "2024-02-29T00:00:00Z", "devices": "https://social.example/users/alice/collections/devices",
  "publicKey": {"id": "https://social.example/users/alice#main-key", "owner": "https://social.example/users/alice",
    "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"},
  "tag": [{"id": "https://social.example/emojis/1", "type": "Emoji", "name": ":cat:",
    "icon": {"type": "Image", "mediaType": "image/png", "url": "https://social.example/cat.png"}}],
  "attachment": [{"type": "PropertyValue", "name": "Site", "value": "<a href=\"https://a.example\">a</a>"}],
  "endpoints": {"sharedInbox": "https://social.example/inbox"},
  "icon": {"type": "Image", "mediaType": "image/jpeg", "url": "https://social.example/alice.jpg"}
}"##;

const CREATE: &str = r##"{
  "@context": ["https://www.w3.org/ns/activitystreams", {"sensitive": "as:sensitive"}],
  "id": "https://social.example/users/alice/statuses/1/activity", "type": "Create",
  "actor": "https://social.example/users/alice", "published": "2026-01-31T12:00:00Z",
  "to": ["https://social.example/users/alice/followers"],
  "cc": ["https://www.w3.org/ns/activitystreams#Public", "https://other.example/users/bob"],
  "object": {
    "id": "https://social.example/users/alice/statuses/1", "type": "Note", "summary": null,
    "inReplyTo": "https://other.example/notes/9", "published": "2026-01-31T12:00:00Z", "url": "https://social.example/@alice/1",
    "attributedTo": "https://social.example/users/alice",
    "to": ["https://social.example/users/alice/followers"],
    "cc": ["https://www.w3.org/ns/activitystreams#Public", "https://other.example/users/bob"],
    "sensitive": false, "conversation": "tag:social.example,2026:1", "content": "<p>@bob look, #cats</p>",
    "contentMap": {"en": "<p>@bob look, #cats</p>"},
    "attachment": [{"type": "Document", "mediaType": "image/png", "url": "https://social.example/m.png", "name": "a cat",
      "blurhash": "LEHV6nWB2yk8", "focalPoint": [0.0, -0.50], "width": 800, "height": 600}],
    "tag": [{"type": "Mention", "href": "https://other.example/users/bob", "name": "@bob@other.example"},
      {"type": "Hashtag", "href": "https://social.example/tags/cats", "name": "#cats"}],
    "replies": {"id": "https://social.example/users/alice/statuses/1/replies", "type": "Collection",
      "first": {"type": "CollectionPage", "next": "https://social.example/users/alice/statuses/1/replies?page=true", "items": []}}
  }
}"##;

fn comes_back(text: &str) -> Any {
    let any = Any::from_slice(text.as_bytes()).unwrap();
    assert_eq!(
        any.to_value().unwrap(),
        serde_json::from_str::<Value>(text).unwrap()
    );
    assert_eq!(any.problems(), []);
    any
}

fn activity(text: &str) -> Activity {
    match comes_back(text) {
        Any::Activity(activity) => activity,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_person() {
    let Any::Actor(alice) = comes_back(PERSON) else {
        panic!()
    };
    assert_eq!(alice.kind(), ActorKind::Person);
    assert_eq!(alice.preferred_username.as_deref(), Some("alice"));
    assert_eq!(
        alice.inbox.id().unwrap(),
        "https://social.example/users/alice/inbox"
    );
    assert_eq!(
        alice.followers.id().unwrap(),
        "https://social.example/users/alice/followers"
    );
    assert_eq!(
        alice.featured.id().unwrap(),
        "https://social.example/users/alice/collections/featured"
    );
    assert_eq!(
        alice.shared_inbox().unwrap(),
        "https://social.example/inbox"
    );
    assert_eq!(alice.url.href(), Some("https://social.example/@alice"));
    assert_eq!(alice.manually_approves_followers, Some(true));
    assert_eq!(
        (alice.discoverable, alice.indexable, alice.memorial),
        (Some(true), Some(false), Some(false))
    );
    let key = alice.public_keys().next().unwrap();
    assert_eq!(key.owner, alice.id);
    assert!(
        key.public_key_pem
            .as_deref()
            .unwrap()
            .starts_with("-----BEGIN PUBLIC KEY-----\n")
    );
    let Some(Any::Object(icon)) = alice.icon.embedded().next() else {
        panic!()
    };
    assert_eq!(icon.url.href(), Some("https://social.example/alice.jpg"));
    let Some(Any::Object(field)) = alice.attachment.embedded().next() else {
        panic!()
    };
    assert_eq!(
        (field.kind(), field.name.as_deref()),
        (ObjectKind::PropertyValue, Some("Site"))
    );
    assert!(field.value.as_deref().unwrap().contains("href"));
    let Some(Any::Object(emoji)) = alice.tag.embedded().next() else {
        panic!()
    };
    assert_eq!(
        (emoji.kind(), emoji.name.as_deref()),
        (ObjectKind::Emoji, Some(":cat:"))
    );
    assert!(alice.extra.raw("devices").is_some());
}

#[test]
fn a_post() {
    let create = activity(CREATE);
    assert_eq!(create.kind(), ActivityKind::Create);
    assert_eq!(
        create.actor_id().unwrap(),
        "https://social.example/users/alice"
    );
    assert_eq!(create.visibility(), Visibility::Unlisted);
    assert_eq!(
        create.recipients(),
        [
            "https://social.example/users/alice/followers",
            "https://other.example/users/bob"
        ]
    );
    let Some(Any::Object(note)) = create.object() else {
        panic!()
    };
    assert_eq!(note.kind(), ObjectKind::Note);
    assert_eq!(note.attributed_to_id(), create.actor_id());
    assert_eq!(
        note.in_reply_to_id().unwrap(),
        "https://other.example/notes/9"
    );
    assert_eq!(
        note.content_map.as_ref().unwrap().text("en"),
        note.content.as_deref()
    );
    assert_eq!(
        note.published.as_ref().unwrap().to_utc().to_rfc3339(),
        "2026-01-31T12:00:00+00:00"
    );
    assert_eq!(
        note.mentions().next().unwrap().name.as_deref(),
        Some("@bob@other.example")
    );
    assert_eq!(
        note.hashtags().next().unwrap().name.as_deref(),
        Some("#cats")
    );
    let Some(Any::Object(picture)) = note.attachment.embedded().next() else {
        panic!()
    };
    assert_eq!((picture.width, picture.height), (Some(800), Some(600)));
    assert_eq!(
        picture
            .focal_point
            .iter()
            .map(|number| number.to_f64())
            .collect::<Vec<_>>(),
        [0.0, -0.5]
    );
    let replies = note.replies.embedded().next().unwrap();
    assert!(replies.first.embedded().next().unwrap().id.is_none());
    assert!(
        activitypub::origin::speaks_for(create.actor_id().unwrap(), create.object().unwrap())
            .is_ok()
    );
}

#[test]
fn what_is_done_to_people_and_posts() {
    let follow = r#"{"id":"https://a.example/1","type":"Follow","actor":"https://a.example/a","object":"https://b.example/b"}"#;
    assert_eq!(activity(follow).object_id().unwrap(), "https://b.example/b");
    for kind in ["Accept", "Reject", "Undo"] {
        let answer = activity(&format!(
            r#"{{"type":"{kind}","actor":"https://b.example/b","object":{follow}}}"#
        ));
        assert_eq!(answer.kind().as_str(), kind);
        let Some(Any::Activity(inner)) = answer.object() else {
            panic!()
        };
        assert_eq!(
            (inner.kind(), inner.actor_id().unwrap().as_str()),
            (ActivityKind::Follow, "https://a.example/a")
        );
    }
    for kind in ["Like", "Announce"] {
        let boost = activity(&format!(
            r#"{{"type":"{kind}","actor":{{"id":"https://a.example/a","type":"Person"}},"object":"https://b.example/1"}}"#
        ));
        assert_eq!(boost.actor_id().unwrap(), "https://a.example/a");
        assert_eq!(boost.object_id().unwrap(), "https://b.example/1");
    }
    let delete = activity(
        r#"{"type":"Delete","actor":"https://a.example/a","object":{"id":"https://a.example/1","type":"Tombstone","atomUri":"x"}}"#,
    );
    assert_eq!(delete.object_id().unwrap(), "https://a.example/1");
    assert!(
        matches!(delete.object(), Some(Any::Object(gone)) if gone.kind() == ObjectKind::Tombstone)
    );
    let poll = r#"{"type":"Question","oneOf":[{"type":"Note","name":"yes","replies":{"type":"Collection","totalItems":3}}],
        "endTime":"2026-02-01T00:00:00Z","votersCount":3,"closed":"2026-02-01T00:00:00Z"}"#;
    let Any::Object(poll) = comes_back(poll) else {
        panic!()
    };
    assert!(!poll.is_closed("2026-01-31T23:59:59Z".parse().unwrap()));
    assert!(poll.is_closed("2026-02-01T00:00:00Z".parse().unwrap()));
    let Some(Any::Object(answer)) = poll.one_of.embedded().next() else {
        panic!()
    };
    assert_eq!(
        answer.replies.embedded().next().unwrap().total_items,
        Some(3)
    );
}

#[test]
fn a_collection_and_its_page() {
    let Any::Collection(outbox) = comes_back(
        r#"{"id":"https://a.example/outbox","type":"OrderedCollection","totalItems":2,"first":"https://a.example/outbox?page=1",
        "last":"https://a.example/outbox?page=0"}"#,
    ) else {
        panic!()
    };
    assert_eq!(
        (outbox.kind(), outbox.total_items),
        (CollectionKind::OrderedCollection, Some(2))
    );
    assert_eq!(
        outbox.first.id().unwrap(),
        "https://a.example/outbox?page=1"
    );
    let Any::Collection(page) = comes_back(
        r#"{"id":"https://a.example/outbox?page=1","type":"OrderedCollectionPage","partOf":"https://a.example/outbox",
        "next":"https://a.example/outbox?page=2","prev":"https://a.example/outbox?page=0",
        "orderedItems":["https://a.example/1",{"type":"Like","actor":"https://a.example/a","object":"https://b.example/1"}]}"#,
    ) else {
        panic!()
    };
    assert_eq!(page.part_of.id(), outbox.id.as_ref());
    assert_eq!(page.next.id().unwrap(), "https://a.example/outbox?page=2");
    let things: Vec<_> = page.things().collect();
    assert!(matches!(things[0], Ref::Id(id) if *id == "https://a.example/1"));
    assert!(matches!(things[1], Ref::Embedded(like) if matches!(**like, Any::Activity(_))));
}

#[test]
fn the_type_chooses_the_family_else_the_shape() {
    let family = |text: &str| match Any::from_slice(text.as_bytes()).unwrap() {
        Any::Object(_) => "object",
        Any::Actor(_) => "actor",
        Any::Activity(_) => "activity",
        Any::Collection(_) => "collection",
        Any::Link(_) => "link",
        _ => unreachable!(),
    };
    for (text, expected) in [
        (
            r#"{"type":"Note","inbox":"a:1","actor":"a:2","object":"a:3"}"#,
            "object",
        ),
        (r#"{"object":"a:1","type":"Like"}"#, "activity"),
        (r#"{"type":["Zot","Group"]}"#, "actor"),
        (r#"{"type":["Note","Person"]}"#, "object"),
        (r#"{"@type":"as:Person"}"#, "actor"),
        (
            r#"{"type":"https://www.w3.org/ns/activitystreams#Collection"}"#,
            "collection",
        ),
        (r#"{"type":"Hashtag"}"#, "link"),
        (
            r#"{"type":"Zot","inbox":"a:1","actor":"a:2","object":"a:3"}"#,
            "actor",
        ),
        (r#"{"type":"Zot","actor":"a:2","object":"a:3"}"#, "activity"),
        (r#"{"actor":"a:2"}"#, "object"),
        (r#"{"orderedItems":[]}"#, "collection"),
        (r#"{"href":"a:1"}"#, "link"),
        (r#"{"href":"a:1","id":"a:2"}"#, "object"),
        (r#"{"type":7}"#, "object"),
        ("{}", "object"),
    ] {
        assert_eq!(family(text), expected, "{text}");
    }
    assert_eq!(
        Actor::from_slice(br#"{"type":["Zot","as:Group"]}"#)
            .unwrap()
            .kind(),
        ActorKind::Group
    );
    assert_eq!(
        Object::from_slice(br#"{"type":"Zot"}"#)
            .unwrap()
            .kind()
            .as_str(),
        "Zot"
    );
    assert_eq!(
        Collection::from_slice(b"{}").unwrap().kind(),
        CollectionKind::Collection
    );
}

#[test]
fn what_no_field_names_is_read_like_a_field() {
    let note = Object::from_slice(
        br#"{"a":["x:1",7,{"type":"Note","id":"x:2"}],"b":null,"c":"2026-01-31T12:00:00Z","d":true}"#,
    )
    .unwrap();
    let many: OneOrMany<Ref<Any>> = note.extra.property("a").unwrap();
    assert_eq!(
        many.ids().map(Id::as_str).collect::<Vec<_>>(),
        ["x:1", "x:2"]
    );
    assert_eq!(note.extra.property::<Option<Id>>("b"), Ok(None));
    assert_eq!(note.extra.property::<Option<Id>>("none"), Ok(None));
    assert!(
        note.extra
            .property::<Option<Timestamp>>("c")
            .unwrap()
            .is_some()
    );
    assert_eq!(note.extra.property::<Option<bool>>("d"), Ok(Some(true)));
    assert_eq!(
        note.extra.property::<Option<Id>>("d"),
        Err(Reason::NotAString)
    );

    let mut note = note;
    note.extra.set_property("b", &Some(Id::from("x:3")));
    note.extra
        .set_property("a", &OneOrMany::<Ref<Any>>::absent());
    assert_eq!(note.extra.raw("b"), Some("\"x:3\""));
    assert_eq!(note.extra.raw("a"), None);
}

#[test]
fn what_a_caller_set_is_read_within_limits() {
    let deep = format!(
        "{}{}",
        "{\"a\":".repeat(2000),
        "1".to_owned() + &"}".repeat(2000)
    );
    let mut note = Object::default();
    note.extra
        .set(
            "tag",
            serde_json::value::RawValue::from_string(deep).unwrap(),
        )
        .unwrap();
    assert_eq!(
        note.extra.property::<OneOrMany<Ref<Any>>>("tag"),
        Err(Reason::Unreadable)
    );
    assert_eq!(note.problems()[0].reason, Reason::Unreadable);
}

#[test]
fn names_of_other_vocabularies_are_read_in_every_spelling() {
    let text = r#"{"type":"Person","toot:discoverable":true,"http://joinmastodon.org/ns#featured":"x:1",
        "sec:publicKey":{"sec:owner":"x:2","https://w3id.org/security#publicKeyPem":"pem"},
        "attachment":[{"type":"schema:PropertyValue","name":"a","http://schema.org#value":"b"}],
        "tag":[{"type":"toot:Emoji"},{"type":"toot:Note"},{"type":"as:Hashtag"}]}"#;
    let actor = Actor::from_slice(text.as_bytes()).unwrap();
    assert_eq!(actor.discoverable, Some(true));
    assert_eq!(actor.featured.id().unwrap(), "x:1");
    let key = actor.public_keys().next().unwrap();
    assert_eq!(key.owner.as_ref().unwrap(), "x:2");
    assert_eq!(key.public_key_pem.as_deref(), Some("pem"));
    let Some(Any::Object(field)) = actor.attachment.embedded().next() else {
        panic!("no field");
    };
    assert_eq!(
        (field.kind(), field.value.as_deref()),
        (ObjectKind::PropertyValue, Some("b"))
    );
    let types: Vec<&str> = actor.tag.embedded().flat_map(Any::types).collect();
    assert_eq!(types, ["Emoji", "toot:Note", "Hashtag"]);
    assert_eq!(
        actor.to_value().unwrap(),
        serde_json::from_str::<Value>(text).unwrap()
    );
    assert_eq!(actor.problems(), []);
}

#[test]
fn a_prefix_names_only_what_is_in_its_vocabulary() {
    let text = r#"{"as:discoverable":true,"toot:inbox":"x:1","toot:featured":"x:2","featured":"x:3","x:name":"a"}"#;
    let actor = Actor::from_slice(text.as_bytes()).unwrap();
    assert_eq!(actor.discoverable, None);
    assert!(actor.inbox.is_absent());
    assert_eq!(actor.featured.id().unwrap(), "x:3");
    assert_eq!(actor.extra.len(), 4);
    let problems: Vec<_> = actor
        .problems()
        .into_iter()
        .map(|one| (one.path, one.reason))
        .collect();
    assert_eq!(problems, [("/toot:featured".to_owned(), Reason::Repeated)]);
    assert_eq!(
        actor.to_value().unwrap(),
        serde_json::from_str::<Value>(text).unwrap()
    );
}
