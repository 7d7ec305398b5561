//! Copies, failures, and things that arrive in the wrong order.

use crate::world::{GREEN, Page, World};
use federation::{InboxError, Receipt};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_copies_at_once_are_one() {
    let World { red, green, .. } = &World::new().await;
    let bob = green.actor(GREEN, "bob");
    let body = bob.create(&format!("{GREEN}/notes/1"));
    let copies = (0..50).map(|_| {
        let (federation, request) = (red.federation.clone(), bob.post(&body));
        tokio::spawn(async move {
            federation
                .receive(request, SystemTime::now())
                .await
                .unwrap()
        })
    });
    let receipts = futures_util::future::join_all(copies).await;
    let accepted = receipts
        .iter()
        .filter(|receipt| *receipt.as_ref().unwrap() == Receipt::Accepted);
    assert_eq!(accepted.count(), 1);
    assert_eq!(red.app().calls(), 1);
}

#[tokio::test]
async fn the_same_id_of_two_actors_is_two_activities() {
    let World { red, green, .. } = &World::new().await;
    let (mallory, bob) = (green.actor(GREEN, "mallory"), green.actor(GREEN, "bob"));
    let like = |sender: &crate::world::Sender| {
        sender.activity(
            "Like",
            &json!({"id": format!("{GREEN}/likes/7"), "object": "http://red.example/notes/1"}),
        )
    };
    for sender in [&mallory, &bob] {
        let receipt = red
            .federation
            .receive(sender.post(&like(sender)), SystemTime::now())
            .await
            .unwrap();
        assert_eq!(
            receipt,
            Receipt::Accepted,
            "nobody uses up another one's ids"
        );
    }
}

#[tokio::test]
async fn what_failed_is_tried_again_and_its_reason_stays_here() {
    let World { red, green, .. } = &World::new().await;
    let bob = green.actor(GREEN, "bob");
    let body = bob.create(&format!("{GREEN}/notes/1"));
    red.app().failing.store(true, Ordering::SeqCst);
    let error = red
        .federation
        .receive(bob.post(&body), SystemTime::now())
        .await
        .unwrap_err();
    assert_eq!(error.status(), 500);
    assert!(
        std::error::Error::source(&error)
            .unwrap()
            .to_string()
            .contains("10.0.0.7"),
        "for the log"
    );
    assert!(
        !error.explanation().contains("10.0.0.7"),
        "not for the sender"
    );
    red.app().failing.store(false, Ordering::SeqCst);
    assert_eq!(
        red.federation
            .receive(bob.post(&body), SystemTime::now())
            .await
            .unwrap(),
        Receipt::Accepted
    );
    assert_eq!(
        red.federation
            .receive(bob.post(&body), SystemTime::now())
            .await
            .unwrap(),
        Receipt::Duplicate
    );
}

/// The sender hangs up, so the server drops what it was doing. The retry must not pass for a copy.
#[tokio::test]
async fn what_was_broken_off_is_tried_again() {
    let World { red, green, .. } = &World::new().await;
    let bob = green.actor(GREEN, "bob");
    let body = bob.create(&format!("{GREEN}/notes/1"));
    let app = red.app();
    app.permits.forget_permits(usize::MAX >> 4);
    {
        let first = red.federation.receive(bob.post(&body), SystemTime::now());
        tokio::select! {
            biased;
            _ = first => panic!("the handler waits for a permit"),
            () = app.entered.notified() => {}
        }
    }
    app.permits.add_permits(1);
    assert_eq!(
        red.federation
            .receive(bob.post(&body), SystemTime::now())
            .await
            .unwrap(),
        Receipt::Accepted
    );
    assert_eq!(app.received.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_deleted_does_not_come_back() {
    let World { red, green, .. } = &World::new().await;
    let (bob, mallory) = (green.actor(GREEN, "bob"), green.actor(GREEN, "mallory"));
    let receive = async |request| {
        red.federation
            .receive(request, SystemTime::now())
            .await
            .unwrap()
    };
    let delete = |sender: &crate::world::Sender, note: &str| {
        sender.post(&sender.activity("Delete", &json!({"object": note})))
    };
    let note = |number: u8| format!("{GREEN}/notes/{number}");

    // In order, and then the note once more.
    assert_eq!(
        receive(bob.post(&bob.create(&note(1)))).await,
        Receipt::Accepted
    );
    assert_eq!(receive(delete(&bob, &note(1))).await, Receipt::Accepted);
    assert_eq!(
        receive(bob.post(&bob.create(&note(1)))).await,
        Receipt::Ignored
    );

    // The deletion overtakes the note, which nobody here had.
    assert_eq!(receive(delete(&bob, &note(2))).await, Receipt::Ignored);
    assert_eq!(
        receive(bob.post(&bob.create(&note(2)))).await,
        Receipt::Ignored
    );

    // Nobody keeps somebody else's note from coming.
    assert_eq!(receive(delete(&mallory, &note(3))).await, Receipt::Ignored);
    assert_eq!(
        receive(bob.post(&bob.create(&note(3)))).await,
        Receipt::Accepted
    );
}

#[tokio::test]
async fn a_server_that_has_trouble_does_not_lose_its_messages_for_it() {
    let World { red, green, .. } = &World::new().await;
    let bob = green.actor(GREEN, "bob");
    green.page("/users/bob", Page::status(503));
    let error = red
        .federation
        .receive(
            bob.post(&bob.create(&format!("{GREEN}/notes/1"))),
            SystemTime::now(),
        )
        .await
        .unwrap_err();
    assert!(matches!(error, InboxError::Key(_)));
    assert_eq!(error.status(), 503, "try again later");
    assert_eq!(
        error.explanation(),
        "the key of the signature cannot be used: the key's document could not be fetched"
    );
}
