//! What we write is what everybody accepts.

use activitypub::addressing::{PUBLIC, Visibility};
use activitypub::compose::{Attachment, Draft};
use activitypub::extension::gotosocial::{Deed, InteractionPolicy, InteractionRule, Permission};
use activitypub::extension::mastodon;
use activitypub::{
    Activity, ActivityKind, Actor, Any, Collection, Id, LanguageMap, Object, ObjectKind, OneOrMany,
    Timestamp,
};
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
    alice.followers = OneOrMany::one("https://a.example/alice/followers");
    alice.outbox = OneOrMany::one("https://a.example/alice/outbox");
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
    assert_eq!(value["preferredUsername"], "alice");
    for name in ["inbox", "outbox", "followers"] {
        assert_eq!(value[name], format!("{ALICE}/{name}"));
    }
    let key = &value["publicKey"];
    assert_eq!(
        (&key["id"], key["publicKeyPem"].is_string()),
        (&json!("https://a.example/alice#main-key"), true)
    );
}

#[test]
fn a_create_is_addressed_as_its_post() {
    let note = Draft::new("@bob@b.example #x")
        .mention("@bob@b.example", BOB, "https://b.example/@bob")
        .hashtags_at("https://a.example/tags/")
        .visibility(Visibility::Unlisted)
        .published("2026-01-31T12:00:00Z".parse().unwrap())
        .into_post("https://a.example/1", &alice());
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
        .to_value()
        .unwrap();
    assert_eq!(
        (&update["to"], &update["cc"]),
        (
            &json!([PUBLIC]),
            &json!(["https://a.example/alice/followers"])
        )
    );
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
    note.bcc = OneOrMany::many([BOB]);
    let create = Activity::create("https://a.example/1/activity", ALICE, note);
    assert_eq!(create.recipients(), [BOB]);
    assert!(!create.without_blind_recipients().to_string().contains(BOB));
}

fn time(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().unwrap()
}

#[test]
fn a_post_with_media() {
    let post = Draft::new("look")
        .attach(
            Attachment::new("image/png", "https://a.example/1.png")
                .description("a cat")
                .size(800, 600)
                .blurhash("LEHV6nWB2yk8")
                .focal_point(0.0, -0.5),
        )
        .sensitive()
        .page("https://a.example/@alice/1")
        .into_post("https://a.example/1", &alice())
        .to_value()
        .unwrap();
    assert_eq!(
        post["attachment"],
        json!([{
            "type": "Image", "mediaType": "image/png", "url": "https://a.example/1.png", "name": "a cat",
            "width": 800, "height": 600, "blurhash": "LEHV6nWB2yk8", "focalPoint": [0.0, -0.5],
        }])
    );
    assert_eq!(post["sensitive"], true);
    assert_eq!(post.get("summary"), Some(&Value::Null));
    assert_eq!(post["url"], "https://a.example/@alice/1");
    assert_eq!(
        post["@context"][1]["focalPoint"],
        json!({"@id": "toot:focalPoint", "@container": "@list"})
    );
    for (media_type, kind) in [
        ("video/mp4", "Video"),
        ("audio/ogg", "Audio"),
        ("application/pdf", "Document"),
        ("", "Document"),
    ] {
        let post = Draft::new("")
            .attach(Attachment::new(media_type, "a:1"))
            .into_post("a:2", &alice());
        assert_eq!(post.to_value().unwrap()["attachment"][0]["type"], kind);
    }
}

#[test]
fn a_poll_begins_without_votes() {
    let draft = Draft::new("Tea?");
    let ends = time("2026-02-01T00:00:00Z");
    let post = draft
        .clone()
        .poll(["yes", "no"], ends)
        .into_post("https://a.example/1", &alice());
    let poll = post.poll().unwrap();
    assert_eq!(
        (
            poll.options[0].name,
            poll.votes(),
            poll.voters,
            poll.multiple
        ),
        ("yes", Some(0), Some(0), false)
    );
    let value = post.to_value().unwrap();
    assert_eq!(value["type"], "Question");
    assert_eq!(value["endTime"], "2026-02-01T00:00:00Z");
    assert_eq!(
        value["oneOf"][1],
        json!({"type": "Note", "name": "no", "replies": {"type": "Collection", "totalItems": 0}})
    );
    let several = draft
        .poll_of_several(["a", "b"], ends)
        .into_post("https://a.example/1", &alice());
    assert!(several.poll().unwrap().multiple);
    assert!(several.one_of.is_absent());
    // The activity that carries it is a Create all the same.
    assert_eq!(
        Activity::create("a:1", ALICE, several).kind(),
        ActivityKind::Create
    );
}

#[test]
fn a_long_text_has_a_title_and_a_foretaste() {
    let article = Draft::new("a\n\nb")
        .title("On cats & dogs")
        .excerpt("Cats <3\nfirst")
        .published(time("2026-01-31T12:00:00Z"))
        .into_post("https://a.example/1", &alice())
        .to_value()
        .unwrap();
    assert_eq!(
        (&article["type"], &article["name"]),
        (&json!("Article"), &json!("On cats & dogs"))
    );
    assert_eq!(article["summary"], "Cats &lt;3\nfirst");
    assert_eq!(
        article["preview"],
        json!({"type": "Note", "attributedTo": ALICE, "content": "<p>Cats &lt;3<br>first</p>", "published": "2026-01-31T12:00:00Z"})
    );
    let warned = Draft::new("a")
        .excerpt("b")
        .content_warning("c")
        .into_post("a:1", &alice());
    assert_eq!(warned.summary.as_deref(), Some("c"));
}

#[test]
fn an_answer_tells_its_author_and_stays_in_the_thread() {
    let parent = Object::from_slice(
        br#"{"id":"https://b.example/1","type":"Note","attributedTo":"https://b.example/bob","context":"https://b.example/thread","conversation":"tag:b.example,2026:1"}"#,
    )
    .unwrap();
    let answer = Draft::new("yes")
        .answering(&parent, "@bob@b.example")
        .into_post("https://a.example/1", &alice())
        .to_value()
        .unwrap();
    assert_eq!(answer["inReplyTo"], "https://b.example/1");
    assert_eq!(
        answer["tag"],
        json!([{"type": "Mention", "href": BOB, "name": "@bob@b.example"}])
    );
    assert_eq!(
        answer["cc"],
        json!(["https://a.example/alice/followers", BOB])
    );
    assert_eq!(answer["context"], "https://b.example/thread");
    assert_eq!(answer["conversation"], "tag:b.example,2026:1");
    let root = Draft::new("x")
        .thread("https://a.example/t")
        .into_post("a:1", &alice())
        .to_value()
        .unwrap();
    assert_eq!(
        (&root["context"], &root["conversation"]),
        (&json!("https://a.example/t"), &json!("https://a.example/t"))
    );
}

#[test]
fn an_edited_post_keeps_its_id_and_says_when() {
    let post = Draft::new("b")
        .language("en")
        .published(time("2026-01-31T12:00:00Z"))
        .updated(time("2026-01-31T13:00:00Z"))
        .into_post("https://a.example/1", &alice());
    let update = Activity::update("https://a.example/1/update", ALICE, post)
        .to_value()
        .unwrap();
    let post = &update["object"];
    assert_eq!(
        (&update["type"], &post["id"]),
        (&json!("Update"), &json!("https://a.example/1"))
    );
    assert_eq!(update["published"], post["updated"]);
    assert_eq!(
        (&post["published"], &post["updated"]),
        (
            &json!("2026-01-31T12:00:00Z"),
            &json!("2026-01-31T13:00:00Z")
        )
    );
    assert_eq!(post["contentMap"], json!({"en": "<p>b</p>"}));
    assert_eq!((&update["to"], &update["cc"]), (&post["to"], &post["cc"]));
}

#[test]
fn a_quote_is_named_in_every_way() {
    let post = Draft::new("so true")
        .quote("https://b.example/1", "https://b.example/@bob/1")
        .quote_authorization("https://b.example/stamp")
        .into_post("https://a.example/1", &alice());
    assert_eq!(
        post.quoted().unwrap().authorization.unwrap(),
        "https://b.example/stamp"
    );
    assert_eq!(post.content_without_quote().unwrap(), "<p>so true</p>");
    let post = post.to_value().unwrap();
    for name in ["quote", "quoteUrl", "quoteUri", "_misskey_quote"] {
        assert_eq!(post[name], "https://b.example/1", "{name}");
    }
    let link = &post["tag"][0];
    assert_eq!(
        (&link["type"], &link["href"]),
        (&json!("Link"), &json!("https://b.example/1"))
    );
    assert_eq!(link["name"], "RE: https://b.example/@bob/1");
    let content = post["content"].as_str().unwrap();
    assert!(
        content.starts_with("<p class=\"quote-inline\">RE: <a href=\"https://b.example/@bob/1\""),
        "{content}"
    );
    assert!(
        content.contains(">https://b.example/@bob/1</a>"),
        "{content}"
    );
    // Whoever mentions nobody tells nobody.
    assert_eq!(post["cc"], json!(["https://a.example/alice/followers"]));
}

#[test]
fn a_post_says_who_may_do_what_to_it() {
    let followers = Id::new("https://a.example/alice/followers");
    let mut policy = InteractionPolicy::default();
    policy.can_quote = OneOrMany::one(InteractionRule::new(&[followers], &[Id::new(PUBLIC)]));
    let post = Draft::new("x")
        .interaction_policy(policy)
        .into_post("https://a.example/1", &alice());
    let value = post.to_value().unwrap();
    assert_eq!(
        value["interactionPolicy"],
        json!({"canQuote": {"automaticApproval": ["https://a.example/alice/followers"], "manualApproval": [PUBLIC]}})
    );
    assert_eq!(
        value["@context"][1]["canQuote"],
        json!({"@id": "gts:canQuote", "@type": "@id"})
    );
    let bob = Id::new(BOB);
    assert_eq!(
        post.permission(Deed::Quote, &bob, |_| false),
        Permission::Manual
    );
}

/// A plain post names no vocabulary that it does not use.
#[test]
fn the_context_names_what_is_used() {
    let context =
        |draft: Draft| draft.into_post("a:1", &alice()).to_value().unwrap()["@context"].clone();
    let plain = context(Draft::new("x"));
    assert_eq!(
        plain,
        json!(["https://www.w3.org/ns/activitystreams", {"sensitive": "as:sensitive"}])
    );
    let cat = mastodon::emoji("a:2", "cat", "image/png", "a:3");
    let terms = context(Draft::new(":cat:").emoji(cat))[1].clone();
    assert_eq!(
        terms,
        json!({"sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#", "Emoji": "toot:Emoji"})
    );
}

/// What some server refuses when it is missing or of another shape.
#[test]
fn every_post_is_in_the_form_that_everybody_reads() {
    let draft = Draft::new("@bob@b.example #x https://x.example")
        .mention("@bob@b.example", BOB, "https://b.example/@bob")
        .hashtags_at("https://a.example/tags/")
        .in_reply_to("https://b.example/1");
    let ends = time("2026-02-01T00:00:00Z");
    let drafts = [
        draft.clone(),
        draft.clone().poll(["a", "b"], ends),
        draft.clone().title("t").excerpt("e"),
        draft.clone().content_warning("w"),
        draft
            .clone()
            .attach(Attachment::new("image/png", "https://a.example/1.png")),
        draft.quote("https://b.example/2", "https://b.example/2"),
    ];
    for (draft, visibility) in drafts.into_iter().flat_map(|draft| {
        [
            Visibility::Public,
            Visibility::Unlisted,
            Visibility::Followers,
            Visibility::Direct,
        ]
        .map(|visibility| (draft.clone(), visibility))
    }) {
        let post = draft
            .visibility(visibility)
            .into_post("https://a.example/1", &alice());
        assert_eq!(post.problems(), []);
        assert_eq!(post.visibility(), visibility);
        let value = Activity::create("https://a.example/1/activity", ALICE, post)
            .to_value()
            .unwrap();
        let post = &value["object"];
        assert_eq!(
            value["@context"][0],
            "https://www.w3.org/ns/activitystreams"
        );
        assert_eq!(
            (&value["actor"], &post["attributedTo"]),
            (&json!(ALICE), &json!(ALICE))
        );
        for name in ["to", "cc"] {
            assert!(post[name].is_array(), "{name}: {post}");
            assert_eq!(value[name], post[name]);
        }
        let addressed = [&post["to"], &post["cc"]].map(|list| list.as_array().unwrap().iter());
        assert!(
            !addressed
                .into_iter()
                .flatten()
                .any(|id| id == "as:Public" || id == "Public")
        );
        assert!(
            post["attachment"].is_array() && post["tag"].is_array(),
            "{post}"
        );
        assert!(
            post.get("summary").is_some() && post["sensitive"].is_boolean(),
            "{post}"
        );
        assert_eq!(post["inReplyTo"], "https://b.example/1");
        for tag in post["tag"].as_array().unwrap() {
            assert!(
                tag["href"].as_str().unwrap().starts_with("https://"),
                "{tag}"
            );
            assert!(
                tag["type"] != "Hashtag" || tag["name"].as_str().unwrap().starts_with('#'),
                "{tag}"
            );
        }
    }
}

#[test]
fn a_deleted_post_leaves_a_tombstone() {
    let post = Draft::new("x").into_post("https://a.example/1", &alice());
    let left = post
        .into_tombstone(time("2026-01-31T12:00:00Z"))
        .to_value()
        .unwrap();
    assert_eq!(
        left,
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams"], "id": "https://a.example/1", "type": "Tombstone",
            "formerType": "Note", "deleted": "2026-01-31T12:00:00Z",
        })
    );
}

#[test]
fn lists_and_maps_are_gone_through_and_made() {
    let note = Object::from_slice(
        br#"{"to":["a:1",7,"a:2"],"x":1,"contentMap":{"en":"a","de":7,"fr":"c"}}"#,
    )
    .unwrap();
    let mut to = Vec::new();
    for recipient in &note.to {
        to.extend(recipient.id());
    }
    assert_eq!(to, ["a:1", "a:2"]);
    let extra: Vec<_> = (&note.extra).into_iter().collect();
    assert_eq!(extra, [("x", "1")]);
    let texts = note.content_map.unwrap();
    assert_eq!((texts.len(), texts.is_empty()), (2, false));
    let texts: Vec<_> = (&texts).into_iter().collect();
    assert_eq!(texts, [("en", "a"), ("fr", "c")]);

    let texts: LanguageMap = [("en", "a"), ("de", "b"), ("en", "c")]
        .into_iter()
        .collect();
    assert_eq!(texts.iter().collect::<Vec<_>>(), [("en", "c"), ("de", "b")]);
    assert!(LanguageMap::default().is_empty());

    let kind: String = "Note".to_owned();
    assert_eq!(ObjectKind::from(kind), ObjectKind::Note);
    let note = Object::new("Sculpture".to_owned()).to(["a:1"]).cc(["a:2"]);
    assert_eq!(note.kind().as_str(), "Sculpture");
    assert_eq!(
        note.to_string(),
        r#"{"type":"Sculpture","to":["a:1"],"cc":["a:2"]}"#
    );
    let public = note.to([PUBLIC]);
    assert_eq!(Any::from(public).visibility(), Some(Visibility::Public));
}
