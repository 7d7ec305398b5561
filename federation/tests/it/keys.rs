//! Keys that change, go, or never were.

use crate::world::{EVIL, GREEN, Page, Sender, World};
use federation::{InboxError, Receipt, Stored};
use http_sig::SigningKey;
use serde_json::json;
use std::sync::Arc;
use std::time::SystemTime;

#[tokio::test]
async fn a_new_key_is_fetched_once_and_a_storm_of_bad_signatures_fetches_at_most_once() {
    let World { red, green, .. } = &World::new().await;
    let mut bob = green.actor(GREEN, "bob");
    let like = |bob: &Sender| {
        bob.post(&bob.activity("Like", &json!({"object": "http://red.example/notes/1"})))
    };
    red.federation
        .receive(like(&bob), SystemTime::now())
        .await
        .unwrap();
    assert_eq!(green.asked_for("/users/bob"), 1);

    bob.key = SigningKey::generate_ed25519().unwrap();
    green.page("/users/bob", Page::activity(&bob.document()));
    assert_eq!(
        red.federation
            .receive(like(&bob), SystemTime::now())
            .await
            .unwrap(),
        Receipt::Accepted
    );
    assert_eq!(
        red.federation
            .receive(like(&bob), SystemTime::now())
            .await
            .unwrap(),
        Receipt::Accepted
    );
    assert_eq!(green.asked_for("/users/bob"), 2, "one refetch");

    let carol = green.actor(GREEN, "carol");
    red.federation
        .receive(like(&carol), SystemTime::now())
        .await
        .unwrap();
    let forged = Sender {
        key: SigningKey::generate_ed25519().unwrap(),
        ..carol
    };
    let storm = (0..50).map(|_| red.federation.receive(like(&forged), SystemTime::now()));
    for answer in futures_util::future::join_all(storm).await {
        assert!(
            matches!(answer, Err(InboxError::Signature(_))),
            "{answer:?}"
        );
    }
    assert_eq!(
        green.asked_for("/users/carol"),
        2,
        "the first fetch and one refetch"
    );
}

#[tokio::test]
async fn a_key_that_its_origin_withdrew_is_no_longer_good() {
    let World { red, green, .. } = &World::new().await;
    let bob = green.actor(GREEN, "bob");
    let like = |bob: &Sender| {
        bob.post(&bob.activity("Like", &json!({"object": "http://red.example/notes/1"})))
    };
    red.federation
        .receive(like(&bob), SystemTime::now())
        .await
        .unwrap();
    green.page("/users/bob", Page::status(410));
    // Whoever notices first, here somebody with a wrong key, the old key goes.
    let other = Sender {
        key: SigningKey::generate_ed25519().unwrap(),
        ..bob.clone()
    };
    assert!(matches!(
        red.federation
            .receive(like(&other), SystemTime::now())
            .await,
        Err(InboxError::Key(_))
    ));
    assert!(matches!(
        red.federation.receive(like(&bob), SystemTime::now()).await,
        Err(InboxError::Key(_))
    ));
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_however_many_want_it() {
    let World { red, green, .. } = &World::new().await;
    let bob = green.actor(GREEN, "bob");
    let nobody = Sender::new(&format!("{GREEN}/users/nobody"));
    let likes = |bob: &Sender| {
        (0..20)
            .map(|_| {
                red.federation.receive(
                    bob.post(
                        &bob.activity("Like", &json!({"object": "http://red.example/notes/1"})),
                    ),
                    SystemTime::now(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert!(
        futures_util::future::join_all(likes(&bob))
            .await
            .iter()
            .all(Result::is_ok)
    );
    assert_eq!(green.asked_for("/users/bob"), 1);
    assert!(
        futures_util::future::join_all(likes(&nobody))
            .await
            .iter()
            .all(Result::is_err)
    );
    red.federation
        .receive(
            nobody.post(&nobody.activity("Like", &json!({"object": "http://red.example/notes/1"}))),
            SystemTime::now(),
        )
        .await
        .unwrap_err();
    assert_eq!(
        green.asked_for("/users/nobody"),
        1,
        "that it is not there is remembered too"
    );
}

#[tokio::test]
async fn the_deletion_of_an_account() {
    let world = World::new().await;
    let World {
        red, green, evil, ..
    } = &world;
    let delete =
        |sender: &Sender| sender.post(&sender.activity("Delete", &json!({"object": sender.id})));
    let receive = |request| red.federation.receive(request, SystemTime::now());
    let known = |sender: &Sender| {
        red.app()
            .store(&sender.id, Stored::owned_by(sender.id.as_str()));
    };

    // Somebody of whom nothing is known here.
    let stranger = Sender::new(&format!("{GREEN}/users/stranger"));
    assert_eq!(receive(delete(&stranger)).await.unwrap(), Receipt::Ignored);
    assert_eq!(world.asked(), 0);

    // Somebody whose server says "gone": that is the proof.
    let gone = Sender::new(&format!("{GREEN}/users/gone"));
    known(&gone);
    green.page("/users/gone", Page::status(410));
    assert_eq!(receive(delete(&gone)).await.unwrap(), Receipt::Accepted);
    assert_eq!(
        red.app()
            .received
            .lock()
            .unwrap()
            .last()
            .unwrap()
            .actor_id(),
        &gone.id.as_str()
    );

    // "Not found" is none, and neither is another server's word.
    let missing = Sender::new(&format!("{GREEN}/users/missing"));
    known(&missing);
    assert_eq!(receive(delete(&missing)).await.unwrap(), Receipt::Ignored);
    let led_away = Sender::new(&format!("{GREEN}/users/away"));
    known(&led_away);
    green.page("/users/away", Page::redirect(302, format!("{EVIL}/gone")));
    evil.page("/gone", Page::status(410));
    assert!(matches!(
        receive(delete(&led_away)).await,
        Err(InboxError::Key(_))
    ));

    // Somebody else's account whose server says "gone", with a key of their own.
    let mallory = green.actor(GREEN, "mallory");
    let victim = Sender::new(&format!("{GREEN}/users/victim"));
    known(&victim);
    green.page("/users/victim", Page::status(410));
    let forged = mallory.activity("Delete", &json!({"actor": victim.id, "object": victim.id}));
    assert!(matches!(
        receive(mallory.post(&forged)).await,
        Err(InboxError::Authority(_))
    ));
    assert_eq!(red.app().calls(), 1);

    // A living account deletes itself: signed, and its key is not kept.
    known(&mallory);
    assert_eq!(receive(delete(&mallory)).await.unwrap(), Receipt::Accepted);
    green.page("/users/mallory", Page::status(410));
    let after =
        mallory.post(&mallory.activity("Like", &json!({"object": "http://red.example/notes/1"})));
    assert!(matches!(receive(after).await, Err(InboxError::Key(_))));
}

#[tokio::test]
async fn a_profile_that_changed_is_seen_at_once() {
    let World { red, green, .. } = &World::new().await;
    let bob = green.actor(GREEN, "bob");
    let id = bob.id.as_str().into();
    red.federation
        .receive(
            bob.post(&bob.activity("Like", &json!({"object": "http://red.example/notes/1"}))),
            SystemTime::now(),
        )
        .await
        .unwrap();
    let old = red.federation.fetcher().actor(&id).await.unwrap();
    assert!(
        Arc::ptr_eq(&old, &red.federation.fetcher().actor(&id).await.unwrap()),
        "kept"
    );
    let mut document = bob.document();
    document["name"] = json!("Bob");
    green.page("/users/bob", Page::activity(&document));
    red.federation
        .receive(
            bob.post(&bob.activity("Update", &json!({"object": document}))),
            SystemTime::now(),
        )
        .await
        .unwrap();
    assert_eq!(
        red.federation
            .fetcher()
            .actor(&id)
            .await
            .unwrap()
            .name
            .as_deref(),
        Some("Bob")
    );
}
