//! What we write is what everybody accepts.

use activitypub::addressing::{PUBLIC, Visibility};
use activitypub::compose::Draft;
use activitypub::{Activity, ActivityKind, Actor, Any, Collection, Id, Object, Timestamp};
use serde_json::{Value, json};

const ALICE: &str = "https://a.example/alice";
const BOB: &str = "https://b.example/bob";

fn alice() -> Actor {
    let mut alice = Actor::person(ALICE, "alice", "https://a.example/alice/inbox")
        .with_shared_inbox("https://a.example/inbox")
        .with_public_key(
            "https://a.example/alice#main-key",
            "-----BEGIN PUBLIC KEY-----",
        );
    alice.followers = activitypub::OneOrMany::one("https://a.example/alice/followers");
    alice
}

#[test]
fn a_person_has_what_readers_ask_for() {
    let value = alice().to_value().unwrap();
    assert_eq!(
        value["@context"][0],
        "https://www.w3.org/ns/activitystreams"
    );
    assert_eq!(value["@context"][1], "https://w3id.org/security/v1");
    assert_eq!(value["manuallyApprovesFollowers"], false);
    assert!(value["summary"].is_string());
    assert!(value["attachment"].is_array());
    assert_eq!(value["publicKey"]["owner"], ALICE);
    assert_eq!(value["endpoints"]["sharedInbox"], "https://a.example/inbox");
    assert_eq!(value["inbox"], "https://a.example/alice/inbox");
}

#[test]
fn a_create_is_addressed_as_its_post() {
    let note = Draft::new("@bob@b.example #x")
        .mention("@bob@b.example", BOB, "https://b.example/@bob")
        .hashtags_at("https://a.example/tags/")
        .visibility(Visibility::Unlisted)
        .published("2026-01-31T12:00:00Z".parse().unwrap())
        .into_note("https://a.example/1", &alice());
    let value = Activity::create("https://a.example/1/activity", ALICE, note)
        .to_value()
        .unwrap();
    let post = &value["object"];
    assert_eq!(value["actor"], ALICE);
    assert_eq!(post["attributedTo"], ALICE);
    assert_eq!(value["to"], json!(["https://a.example/alice/followers"]));
    assert_eq!(value["cc"], json!([PUBLIC, BOB]));
    assert_eq!((&value["to"], &value["cc"]), (&post["to"], &post["cc"]));
    assert_eq!(value["published"], "2026-01-31T12:00:00Z");
    assert_eq!(post["attachment"], json!([]));
    assert_eq!(post.get("summary"), Some(&Value::Null));
    assert_eq!(
        post["tag"],
        json!([
            {"type": "Mention", "href": BOB, "name": "@bob@b.example"},
            {"type": "Hashtag", "href": "https://a.example/tags/x", "name": "#x"},
        ])
    );
    assert_eq!(
        post["source"],
        json!({"content": "@bob@b.example #x", "mediaType": "text/plain"})
    );
    assert!(value["@context"].is_array());
    assert!(post.get("@context").is_none());
}

#[test]
fn answers_hold_what_they_answer() {
    let follow = Activity::follow("https://a.example/f", ALICE, BOB);
    assert_eq!(follow.to_value().unwrap()["to"], json!([BOB]));
    for (answer, kind) in [
        (
            Activity::accept("https://b.example/1", BOB, follow.clone()),
            ActivityKind::Accept,
        ),
        (
            Activity::reject("https://b.example/1", BOB, follow.clone()),
            ActivityKind::Reject,
        ),
    ] {
        assert_eq!(answer.kind(), kind);
        assert_eq!(answer.recipients(), [ALICE]);
        let value = answer.to_value().unwrap();
        assert_eq!(value["object"]["type"], "Follow");
        assert_eq!(value["object"]["object"], BOB);
        assert!(value["object"].get("@context").is_none());
    }
    let undo = Activity::undo("https://a.example/u", ALICE, follow);
    assert_eq!(undo.recipients(), [BOB]);
    assert!(
        matches!(undo.object(), Some(Any::Activity(inner)) if inner.kind() == ActivityKind::Follow)
    );
}

#[test]
fn likes_and_boosts_name_only_the_id() {
    let like = Activity::like("https://a.example/l", ALICE, "https://b.example/1", BOB)
        .to_value()
        .unwrap();
    assert_eq!(
        (&like["object"], &like["to"]),
        (&json!("https://b.example/1"), &json!([BOB]))
    );
    let boost = Activity::announce(
        "https://a.example/x",
        ALICE,
        "https://b.example/1",
        "https://a.example/alice/followers",
    );
    assert_eq!(boost.visibility(), Visibility::Public);
    assert_eq!(boost.to_value().unwrap()["object"], "https://b.example/1");
    let delete = Activity::delete("https://a.example/d", ALICE, "https://a.example/1")
        .to_value()
        .unwrap();
    assert_eq!(
        delete["object"],
        json!({"id": "https://a.example/1", "type": "Tombstone"})
    );
    assert_eq!(delete["to"], json!([PUBLIC]));
}

#[test]
fn an_update_carries_post_or_actor() {
    let mut note = Object::note("https://a.example/1", ALICE, "<p>b</p>").addressed(
        Visibility::Followers,
        &Id::new("a:f"),
        &[],
    );
    note.updated = Timestamp::parse("2026-01-31T12:00:00Z");
    assert_eq!(
        Activity::update("https://a.example/u", ALICE, note)
            .to_value()
            .unwrap()["to"],
        json!(["a:f"])
    );
    let update = Activity::update("https://a.example/u", ALICE, alice())
        .to([PUBLIC])
        .to_value()
        .unwrap();
    assert_eq!(update["object"]["type"], "Person");
    assert!(update["object"].get("@context").is_none());
}

#[test]
fn collections() {
    let page = Collection::ordered_page(
        "https://a.example/o?page=1",
        "https://a.example/o",
        [Id::new("https://a.example/1")],
    );
    assert_eq!(
        page.to_value().unwrap()["orderedItems"],
        json!(["https://a.example/1"])
    );
    let outbox = Collection::ordered("https://a.example/o", 1, "https://a.example/o?page=1")
        .to_value()
        .unwrap();
    assert_eq!(
        (&outbox["totalItems"], &outbox["type"]),
        (&json!(1), &json!("OrderedCollection"))
    );
}

#[test]
fn blind_recipients_are_reached_but_not_named() {
    let mut note = Object::note("https://a.example/1", ALICE, "").addressed(
        Visibility::Direct,
        &Id::new("a:f"),
        &[],
    );
    note.bcc = activitypub::OneOrMany::many([BOB]);
    let create = Activity::create("https://a.example/1/activity", ALICE, note);
    assert_eq!(create.recipients(), [BOB]);
    assert!(!create.without_blind_recipients().to_string().contains(BOB));
}
