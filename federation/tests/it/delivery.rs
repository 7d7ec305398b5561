//! What becomes of a delivery, by what the inbox answers.

use crate::world::{EVIL, GREEN, Page, World};
use activitypub::{Activity, Id};
use chrono::{TimeDelta, Utc};
use http_sig::{Policy, SigningKey, VerifyingKey};
use std::time::SystemTime;

/// Alice's like arrives at bob's inbox on green, which answers with this. Her public key.
async fn deliver(world: &World, inbox: Page) -> VerifyingKey {
    let World { red, green, .. } = world;
    let key = SigningKey::generate_ed25519().unwrap();
    let public = key.verifying_key();
    let alice = red.user("alice", key);
    let bob = green.actor(GREEN, "bob");
    green.page("/users/bob/inbox", inbox);
    let like = Activity::like(
        "http://red.example/likes/1",
        &alice,
        "http://green.example/notes/1",
        bob.id.as_str(),
    );
    let sent = red.federation.send("alice", &like).await.unwrap();
    assert_eq!(sent.inboxes.len(), 1, "{sent:?}");
    assert_eq!(red.federation.deliver_due().await.unwrap(), 1);
    public
}

#[tokio::test]
async fn a_refusal_is_final_and_trouble_is_not() {
    for status in [400, 403, 404, 405, 410, 413, 422, 501, 304] {
        let world = World::new().await;
        deliver(&world, Page::status(status)).await;
        let queue = world.red.federation.queue();
        assert_eq!(queue.next_due().await.unwrap(), None, "{status}");
        let dead = queue.dead_letters(9).await.unwrap();
        assert_eq!((dead.len(), dead[0].attempts), (1, 1), "{status}");
        assert!(
            dead[0].reason.contains("green.example"),
            "{}",
            dead[0].reason
        );
    }
    for status in [401, 408, 429, 500, 502, 503] {
        let world = World::new().await;
        deliver(&world, Page::status(status)).await;
        let queue = world.red.federation.queue();
        let wait = queue.next_due().await.unwrap().unwrap() - Utc::now();
        assert!(
            wait > TimeDelta::seconds(10) && wait < TimeDelta::seconds(75),
            "{status}: {wait}"
        );
        assert!(queue.dead_letters(9).await.unwrap().is_empty(), "{status}");
        assert_eq!(
            world.red.federation.deliver_due().await.unwrap(),
            0,
            "not before its time"
        );
    }
}

#[tokio::test]
async fn retry_after_is_obeyed_within_reason() {
    for (field, at_least, at_most) in [
        ("600", TimeDelta::seconds(590), TimeDelta::seconds(600)),
        ("315360000", TimeDelta::hours(23), TimeDelta::hours(24)),
        (
            "99999999999999999999999",
            TimeDelta::hours(23),
            TimeDelta::hours(24),
        ),
        (
            "Fri, 31 Dec 9999 23:59:59 GMT",
            TimeDelta::hours(23),
            TimeDelta::hours(24),
        ),
        ("-1", TimeDelta::seconds(10), TimeDelta::seconds(75)),
        ("soon", TimeDelta::seconds(10), TimeDelta::seconds(75)),
        ("0", TimeDelta::seconds(10), TimeDelta::seconds(75)),
    ] {
        let world = World::new().await;
        deliver(&world, Page::status(429).header("retry-after", field)).await;
        let wait = world
            .red
            .federation
            .queue()
            .next_due()
            .await
            .unwrap()
            .unwrap()
            - Utc::now();
        assert!(wait > at_least && wait <= at_most, "{field}: {wait}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let world = World::new().await;
    let World { red, .. } = &world;
    let alice = red.user("alice", SigningKey::generate_ed25519().unwrap());
    // Nobody listens at this port any more.
    let port = {
        std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
    };
    let inbox = format!("http://127.0.0.1:{port}/inbox").parse().unwrap();
    red.app()
        .followers
        .lock()
        .unwrap()
        .insert("alice".into(), vec![federation::Inboxes::new(inbox, None)]);
    let followers = red
        .federation
        .collection_id("alice", federation::CollectionName::Followers);
    let like = Activity::like(
        "http://red.example/likes/1",
        &alice,
        "http://green.example/notes/1",
        followers,
    );
    red.federation.send("alice", &like).await.unwrap();
    red.federation.deliver_due().await.unwrap();
    assert!(red.federation.queue().next_due().await.unwrap().is_some());
}

#[tokio::test]
async fn a_delivery_is_never_turned_into_something_else_by_a_redirect() {
    for (status, to) in [
        (301, "/moved".to_owned()),
        (302, "/moved".to_owned()),
        (303, "/moved".to_owned()),
        (302, format!("{EVIL}/moved")),
        (307, format!("{EVIL}/moved")),
        (308, format!("{EVIL}/moved")),
    ] {
        let world = World::new().await;
        deliver(&world, Page::redirect(status, to.clone())).await;
        assert_eq!(world.green.asked_for("/moved"), 0, "{status} {to}");
        assert_eq!(world.evil.asked.lock().unwrap().len(), 0, "{status} {to}");
        assert_eq!(
            world
                .red
                .federation
                .queue()
                .dead_letters(9)
                .await
                .unwrap()
                .len(),
            1,
            "{status} {to}"
        );
    }
}

#[tokio::test]
async fn an_inbox_that_moved_on_its_server_gets_a_new_signature() {
    for status in [307, 308] {
        let world = World::new().await;
        world.green.page("/moved", Page::status(202));
        let key = deliver(&world, Page::redirect(status, "/moved")).await;
        let asked = world.green.asked.lock().unwrap().clone();
        let arrived = asked.iter().find(|seen| seen.path == "/moved").unwrap();
        let mut request = http::Request::new(arrived.body.clone());
        *request.method_mut() = arrived.method.clone();
        *request.uri_mut() = "/moved".parse().unwrap();
        *request.headers_mut() = arrived.headers.clone();
        let policy = Policy::fediverse().authorities(["green.example"]);
        let claim = policy.read(request, SystemTime::now()).unwrap();
        assert!(
            claim.check(&key).is_ok(),
            "signed for the new place, as a POST with the same body"
        );
        assert!(
            world
                .red
                .federation
                .queue()
                .dead_letters(9)
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn an_actor_without_an_inbox_of_its_own_server_receives_nothing() {
    let World { red, green, .. } = &World::new().await;
    let alice = red.user("alice", SigningKey::generate_ed25519().unwrap());
    let mut actors = Vec::new();
    for (name, inbox) in [
        ("a", format!("{EVIL}/inbox")),
        ("b", "javascript:alert(1)".into()),
        ("c", "https:///inbox".into()),
        ("d", String::new()),
    ] {
        let sender = green.actor(GREEN, name);
        let mut document = sender.document();
        document["inbox"] = inbox.into();
        green.page(&format!("/users/{name}"), Page::activity(&document));
        actors.push(sender.id);
    }
    // A shared inbox elsewhere is left out, and the own inbox is used.
    let honest = green.actor(GREEN, "e");
    let mut document = honest.document();
    document["endpoints"] = serde_json::json!({"sharedInbox": format!("{EVIL}/inbox")});
    green.page("/users/e", Page::activity(&document));
    actors.push(honest.id.clone());
    let like = Activity::like(
        "http://red.example/likes/1",
        &alice,
        "http://green.example/notes/1",
        "http://green.example/users/gone",
    );
    let sent = red
        .federation
        .send("alice", &like.to(actors.iter().map(Id::new)))
        .await
        .unwrap();
    assert_eq!(
        sent.inboxes,
        [format!("{}/inbox", honest.id).parse().unwrap()]
    );
    assert_eq!(sent.unreachable.len(), 4);
}
