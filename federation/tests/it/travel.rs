//! The main job, from server to server.

use crate::world::{BLUE, GREEN, Page, World};
use activitypub::addressing::{PUBLIC, Visibility};
use activitypub::{Activity, Id, Object};
use federation::CollectionName;
use federation::Stored;
use http_sig::SigningKey;

fn ed25519() -> SigningKey {
    SigningKey::generate_ed25519().unwrap()
}

#[tokio::test]
async fn follow_accept_create_reply_delete() {
    let World { red, blue, .. } = &World::new().await;
    // One with the key that everybody has, one with the other.
    let alice = red.user("alice", SigningKey::generate_rsa().unwrap());
    let carol = red.user("carol", ed25519());
    let bob = blue.user("bob", ed25519());

    for (name, id) in [("alice", &alice), ("carol", &carol)] {
        let follow = red.federation.id(&["follows", name]);
        red.app()
            .store(follow.as_str(), Stored::owned_by(id).addressed_to(&bob));
        let follow = Activity::follow(follow, id, &bob);
        let sent = red.federation.send(name, &follow).await.unwrap();
        // A follow is for bob alone, and still goes to the one inbox of his server.
        assert_eq!(sent.inboxes, [format!("{BLUE}/inbox").parse().unwrap()]);
        assert_eq!(red.federation.deliver_due().await.unwrap(), 1);
        assert_eq!(blue.federation.deliver_due().await.unwrap(), 1);
    }
    assert_eq!(blue.app().kinds(), ["Follow", "Follow"]);
    assert_eq!(
        red.app().kinds(),
        ["Accept"],
        "the second Accept has the first one's id: a copy"
    );

    let followers = blue
        .federation
        .collection_id("bob", CollectionName::Followers);
    let note = Object::note(format!("{BLUE}/notes/1"), &bob, "hello").addressed(
        Visibility::Public,
        &followers,
        std::slice::from_ref(&alice),
    );
    let create = Activity::create(format!("{BLUE}/creates/1"), &bob, note);
    let before = red.posts_to("/inbox").len();
    let sent = blue.federation.send("bob", &create).await.unwrap();
    assert_eq!(
        sent.inboxes.len(),
        1,
        "two followers and a mention on one server are one copy"
    );
    assert!(sent.unreachable.is_empty() && sent.local.is_empty());
    blue.federation.deliver_due().await.unwrap();
    assert_eq!(red.posts_to("/inbox").len(), before + 1);
    {
        let received = red.app().received.lock().unwrap();
        let last = received.last().unwrap();
        assert_eq!(last.actor_id(), &bob);
        assert_eq!(last.actor().preferred_username.as_deref(), Some("bob"));
        assert_eq!(last.key_id(), format!("{BLUE}/users/bob#main-key"));
        assert_eq!(
            last.own_object().and_then(|note| note.id()).unwrap(),
            &format!("{BLUE}/notes/1").as_str()
        );
        assert_eq!(&last.body()[..], create.to_vec());
    }

    let mut reply = Object::note("http://red.example/notes/1", &alice, "hello yourself").addressed(
        Visibility::Public,
        &red.federation
            .collection_id("alice", CollectionName::Followers),
        std::slice::from_ref(&bob),
    );
    reply.in_reply_to = activitypub::OneOrMany::one(Id::from(format!("{BLUE}/notes/1")));
    let reply = Activity::create("http://red.example/creates/1", &alice, reply);
    red.federation.send("alice", &reply).await.unwrap();
    red.federation.deliver_due().await.unwrap();

    let delete = Activity::delete(format!("{BLUE}/deletes/1"), &bob, format!("{BLUE}/notes/1"))
        .cc([followers]);
    blue.federation.send("bob", &delete).await.unwrap();
    blue.federation.deliver_due().await.unwrap();

    assert_eq!(blue.app().kinds(), ["Follow", "Follow", "Create"]);
    assert_eq!(red.app().kinds(), ["Accept", "Create", "Delete"]);
    assert_eq!(
        (red.app().calls(), blue.app().calls()),
        (3, 3),
        "each handled once"
    );
    for host in [red, blue] {
        assert_eq!(host.federation.queue().next_due().await.unwrap(), None);
        assert!(
            host.federation
                .queue()
                .dead_letters(9)
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn blind_recipients_are_not_on_the_wire_and_are_reached() {
    let World { red, blue, .. } = &World::new().await;
    let alice = red.user("alice", ed25519());
    let (bob, eve) = (blue.user("bob", ed25519()), blue.user("eve", ed25519()));

    let mut note = Object::note("http://red.example/notes/1", &alice, "hush");
    note.to = [&bob].into_iter().collect();
    note.bcc = [&eve].into_iter().collect();
    let create = Activity::create("http://red.example/creates/1", &alice, note);
    assert!(
        create.to_string().contains(eve.as_str()),
        "the secret is there before it is sent"
    );
    let sent = red.federation.send("alice", &create).await.unwrap();
    let mut inboxes: Vec<_> = sent.inboxes.iter().map(|inbox| inbox.path()).collect();
    inboxes.sort_unstable();
    assert_eq!(inboxes, ["/inbox", "/users/eve/inbox"]);
    red.federation.deliver_due().await.unwrap();

    let seen = [blue.posts_to("/inbox"), blue.posts_to("/users/eve/inbox")].concat();
    assert_eq!(seen.len(), 2);
    for post in seen {
        let text = String::from_utf8(post.body.to_vec()).unwrap();
        for secret in ["bto", "bcc", "eve"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert_eq!(blue.app().calls(), 1, "the second copy is one");
}

#[tokio::test]
async fn the_loop_delivers_what_is_queued_while_it_waits_and_stops_when_told() {
    let World { red, blue, .. } = &World::new().await;
    let alice = red.user("alice", ed25519());
    let bob = blue.user("bob", ed25519());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let federation = red.federation.clone();
    let running = tokio::spawn(async move { federation.run_deliveries(stopped).await });

    let mut arrivals = blue.app().arrivals.subscribe();
    let like = Activity::like(
        "http://red.example/likes/1",
        &alice,
        format!("{BLUE}/notes/1"),
        &bob,
    );
    red.federation.send("alice", &like).await.unwrap();
    arrivals.changed().await.unwrap();
    assert_eq!(blue.app().kinds(), ["Like"]);

    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    assert_eq!(
        red.federation.queue().next_due().await.unwrap(),
        None,
        "and what was under way is finished"
    );
}

#[tokio::test]
async fn only_what_a_user_did_is_sent_and_local_recipients_are_left_to_the_application() {
    let World { red, .. } = &World::new().await;
    let (alice, carol) = (red.user("alice", ed25519()), red.user("carol", ed25519()));
    let like = Activity::like(
        "http://red.example/likes/1",
        &alice,
        "http://red.example/notes/1",
        &carol,
    )
    .cc([PUBLIC]);
    let sent = red.federation.send("alice", &like).await.unwrap();
    assert_eq!((sent.local, sent.inboxes.len()), (vec![carol], 0));
    assert!(
        red.federation.send("carol", &like).await.is_err(),
        "somebody else's"
    );
    assert!(red.federation.send("nobody", &like).await.is_err());

    // Nor does a follower here, whose inbox the application gave by mistake, make the server talk to itself.
    let here = "http://red.example/users/carol/inbox".parse().unwrap();
    red.app()
        .followers
        .lock()
        .unwrap()
        .insert("alice".into(), vec![federation::Inboxes::new(here, None)]);
    let followers = red
        .federation
        .collection_id("alice", CollectionName::Followers);
    assert!(
        red.federation
            .send("alice", &like.cc([followers]))
            .await
            .unwrap()
            .inboxes
            .is_empty()
    );
}

#[tokio::test]
async fn a_server_that_hangs_does_not_hold_up_the_others() {
    let World {
        red, blue, green, ..
    } = &World::new().await;
    let alice = red.user("alice", ed25519());
    let bob = blue.user("bob", ed25519());
    let hanging = green.actor(GREEN, "hanging");
    green.page("/users/hanging/inbox", Page::silence());
    let federation = red.federation.clone();
    let running = tokio::spawn(async move {
        federation
            .run_deliveries(std::future::pending::<()>())
            .await
    });
    let like = |number: u8, whom: &str| {
        let id = format!("http://red.example/likes/{number}");
        Activity::like(id, &alice, "http://x.example/notes/1", whom)
    };

    let mut asked = green.arrivals.subscribe();
    red.federation
        .send("alice", &like(1, &hanging.id))
        .await
        .unwrap();
    while green.asked_for("/users/hanging/inbox") == 0 {
        asked.changed().await.unwrap();
    }
    let mut arrivals = blue.app().arrivals.subscribe();
    red.federation
        .send("alice", &like(2, bob.as_str()))
        .await
        .unwrap();
    // Long before the client would give the silent server up.
    let soon = std::time::Duration::from_secs(5);
    tokio::time::timeout(soon, arrivals.changed())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(blue.app().kinds(), ["Like"]);
    running.abort();
}
