//! What is believed of what a server says.

use crate::world::{EVIL, GREEN, Page, World};
use activitypub::Id;
use federation::{FetchError, Untrusted};
use serde_json::json;

fn note(id: &str) -> serde_json::Value {
    json!({"id": id, "type": "Note", "content": "hello"})
}

#[tokio::test]
async fn a_document_speaks_for_its_origin_only() {
    let World {
        red, green, evil, ..
    } = &World::new().await;
    let fetch = async |path: &str| {
        red.federation
            .fetcher()
            .fetch(&Id::from(format!("{GREEN}{path}")))
            .await
    };
    let untrusted = async |path: &str| match fetch(path).await {
        Err(FetchError::Untrusted(why)) => why,
        other => panic!("{path}: {other:?}"),
    };

    green.page("/1", Page::activity(&note(&format!("{GREEN}/1"))));
    assert!(fetch("/1").await.is_ok());
    assert!(fetch("/1#part").await.is_ok());

    green.page("/stolen", Page::activity(&note(&format!("{EVIL}/1"))));
    assert_eq!(untrusted("/stolen").await, Untrusted::IdElsewhere);
    green.page("/nameless", Page::activity(&json!({"type": "Note"})));
    assert_eq!(untrusted("/nameless").await, Untrusted::NoId);

    // An alias is asked for by its own id, once.
    green.page("/@bob/1", Page::activity(&note(&format!("{GREEN}/1"))));
    let before = green.asked_for("/1");
    assert_eq!(
        fetch("/@bob/1").await.unwrap().id().unwrap(),
        &format!("{GREEN}/1").as_str()
    );
    assert_eq!(green.asked_for("/1"), before + 1);
    green.page("/a", Page::activity(&note(&format!("{GREEN}/b"))));
    green.page("/b", Page::activity(&note(&format!("{GREEN}/a"))));
    assert_eq!(untrusted("/a").await, Untrusted::IdNotFinal);
    assert_eq!((green.asked_for("/a"), green.asked_for("/b")), (1, 1));

    // A redirect on the own server is followed, one to another is not believed, whatever it says there.
    green.page("/old", Page::redirect(301, "/1"));
    assert!(fetch("/old").await.is_ok());
    evil.page("/1", Page::activity(&note(&format!("{EVIL}/1"))));
    evil.page("/2", Page::activity(&note(&format!("{GREEN}/2"))));
    for number in 1..=2 {
        green.page("/redirect", Page::redirect(302, format!("{EVIL}/{number}")));
        assert_eq!(untrusted("/redirect").await, Untrusted::RedirectedElsewhere);
    }

    // Only what is served as ActivityStreams.
    for media_type in [
        "application/json",
        "text/html",
        "application/ld+json",
        "application/octet-stream",
    ] {
        green.page("/1", Page::json(media_type, &note(&format!("{GREEN}/1"))));
        assert!(
            matches!(fetch("/1").await, Err(FetchError::Http(error)) if error.is_refused()),
            "{media_type}"
        );
    }
    green.page(
        "/1",
        Page::activity(&note(&format!("{GREEN}/1")))
            .header("content-type", "application/activity+json"),
    );
    assert!(fetch("/1").await.is_err(), "two media types");
    green.page(
        "/1",
        Page::json(
            "Application/Activity+JSON; charset=utf-8",
            &note(&format!("{GREEN}/1")),
        ),
    );
    assert!(fetch("/1").await.is_ok());
}

#[tokio::test]
async fn an_actor_is_one_with_that_id_and_is_asked_for_once() {
    let World {
        red, blue, green, ..
    } = &World::new().await;
    let fetcher = red.federation.fetcher();
    green.actor(GREEN, "bob");
    let bob = Id::from(format!("{GREEN}/users/bob"));
    let many = futures_util::future::join_all((0..20).map(|_| fetcher.actor(&bob))).await;
    assert!(many.iter().all(Result::is_ok));
    assert_eq!(green.asked_for("/users/bob"), 1);
    fetcher.refresh_actor(&bob).await.unwrap();
    assert_eq!(green.asked_for("/users/bob"), 2);

    green.page(
        "/@bob",
        Page::activity(&crate::world::Sender::new(bob.as_str()).document()),
    );
    let alias = fetcher
        .actor(&format!("{GREEN}/@bob").into())
        .await
        .unwrap_err();
    assert!(
        matches!(*alias, FetchError::Untrusted(Untrusted::OtherId)),
        "nobody is kept under another name"
    );
    green.page("/note", Page::activity(&note(&format!("{GREEN}/note"))));
    assert!(matches!(
        *fetcher
            .actor(&format!("{GREEN}/note").into())
            .await
            .unwrap_err(),
        FetchError::NotAnActor
    ));

    // Every fetch is signed by the instance actor, which the other side can read.
    let signature = green.asked.lock().unwrap()[0].headers["signature"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        signature.contains("keyId=\"http://red.example/actor#main-key\""),
        "{signature}"
    );
    let actor = blue
        .federation
        .fetcher()
        .actor(&"http://red.example/actor".into())
        .await
        .unwrap();
    // As it is written: the context is made then.
    assert_eq!(
        actor.to_string(),
        red.federation.instance_actor().to_string()
    );
}
