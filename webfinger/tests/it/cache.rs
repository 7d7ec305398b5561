//! What is asked once, remembered and forgotten, counted by the server.

use std::time::Duration;

use serde_json::json;
use webfinger::{CachePolicy, Client, Handle, LookupError};

use crate::world::{Page, World, actor, finger, jrd};

const BOB: &str = "https://a.example/users/bob";

fn handle(text: &str) -> Handle {
    text.parse().unwrap()
}

async fn bobs_world() -> World {
    let world = World::new(&["a.example", "b.example"]).await;
    world.page(
        &finger("a.example", "acct:bob@a.example"),
        jrd("bob@a.example", BOB),
    );
    world
}

/// Lets the clock go on; no request is under way.
async fn later(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_who_ask_at_once_make_one_request() {
    let world = bobs_world().await;
    let client = world.client();
    world.close();
    let lookups: Vec<_> = (0..1000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.lookup(&handle("bob@a.example")).await })
        })
        .collect();
    world.until_asked(1).await;
    world.open();
    for lookup in lookups {
        assert_eq!(lookup.await.unwrap().unwrap().actor().as_str(), BOB);
    }
    assert_eq!(world.asked().len(), 1, "{:?}", world.asked());
    assert_eq!(world.recorder.dialled().len(), 1);
}

#[tokio::test]
async fn those_who_wait_go_on_when_the_first_one_gives_up() {
    let world = bobs_world().await;
    let client = world.client();
    world.close();
    let ask = || {
        let client = client.clone();
        tokio::spawn(async move { client.lookup(&handle("bob@a.example")).await })
    };
    let first = ask();
    world.until_asked(1).await;
    let (second, third) = (ask(), ask());
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    second.abort();
    world.open();
    assert_eq!(third.await.unwrap().unwrap().actor().as_str(), BOB);
    assert_eq!(world.asked().len(), 1, "the request was not lost with him");

    // If all give up, so does the request, and the next one begins anew.
    world.close();
    world.page(
        &finger("b.example", "acct:bob@b.example"),
        jrd("bob@b.example", BOB),
    );
    let other = {
        let client = client.clone();
        tokio::spawn(async move { client.lookup(&handle("bob@b.example")).await })
    };
    world.until_asked(2).await;
    other.abort();
    assert!(other.await.unwrap_err().is_cancelled());
    world.open();
    assert!(client.lookup(&handle("bob@b.example")).await.is_ok());
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn what_was_found_is_not_asked_again_for_an_hour() {
    let world = bobs_world().await;
    let client = world.client();
    let found = client.lookup(&handle("bob@a.example")).await.unwrap();
    later(Duration::from_secs(59 * 60)).await;
    assert_eq!(
        client
            .clone()
            .lookup(&handle("bob@a.example"))
            .await
            .unwrap(),
        found
    );
    assert_eq!(world.recorder.dialled().len(), 1, "no socket");
    later(Duration::from_secs(2 * 60)).await;
    assert_eq!(
        client.lookup(&handle("bob@a.example")).await.unwrap(),
        found
    );
    assert_eq!(world.asked().len(), 2);
    // Another spelling is another question: the server decides.
    assert!(client.lookup(&handle("BOB@a.example")).await.is_err());
    assert_eq!(world.asked().len(), 3);
}

#[tokio::test]
async fn every_refusal_has_its_time() {
    let world = World::new(&["a.example"]).await;
    let at = |user: &str| finger("a.example", &format!("acct:{user}@a.example"));
    world.page(&at("gone"), Page::new(410));
    world.page(&at("lost"), Page::of("text/html", "lost"));
    world.page(&at("busy"), Page::new(503));
    world.page(&at("slow"), Page::new(429).header("retry-after", "7200"));
    world.page(&at("inward"), Page::redirect("https://10.0.0.1/"));
    let policy = CachePolicy::new()
        .gone(Duration::from_secs(1000))
        .not_found(Duration::from_secs(500))
        .unusable(Duration::from_secs(300))
        .unreachable(Duration::from_secs(100));
    for (user, seconds) in [
        ("gone", 1000),
        ("nobody", 500),
        ("lost", 300),
        ("inward", 300),
        ("busy", 100),
        ("slow", 7199),
    ] {
        let client = world.client().cache(policy.clone());
        let handle = handle(&format!("{user}@a.example"));
        let asked = world.asked().len();
        let first = client.lookup(&handle).await.unwrap_err();
        later(Duration::from_secs(seconds - 1)).await;
        let second = client.lookup(&handle).await.unwrap_err();
        assert_eq!(first.to_string(), second.to_string());
        assert_eq!(world.asked().len(), asked + 1, "{user} is remembered");
        later(Duration::from_secs(2)).await;
        client.lookup(&handle).await.unwrap_err();
        assert_eq!(world.asked().len(), asked + 2, "{user} is asked again");
    }
    assert_eq!(world.forbidden(), 0);
}

#[tokio::test]
async fn what_is_our_own_doing_is_not_remembered() {
    let world = bobs_world().await;
    let client = world.client().requests(0);
    let error = client.lookup(&handle("bob@a.example")).await.unwrap_err();
    assert!(matches!(error, LookupError::Budget));
    let client = client.requests(1);
    assert!(client.lookup(&handle("bob@a.example")).await.is_ok());
    let client = world.client().cache(CachePolicy::nothing());
    for count in 2..4 {
        assert!(client.lookup(&handle("bob@a.example")).await.is_ok());
        assert_eq!(world.asked().len(), count);
    }
}

#[tokio::test]
async fn memory_has_a_bound_and_the_oldest_goes() {
    let world = World::new(&["a.example"]).await;
    let client = world.client().cache(CachePolicy::new().bytes(20 * 1024));
    let lookup = async |index: usize| {
        let name = handle(&format!("user{index}@a.example"));
        assert!(client.lookup(&name).await.is_err());
    };
    only_the_latest_are_known(&world, lookup).await;
}

#[tokio::test]
async fn one_call_has_one_budget() {
    let world = World::new(&["a.example", "b.example"]).await;
    world.page(
        &finger("a.example", "acct:bob@a.example"),
        jrd("bob@b.example", BOB),
    );
    world.page(
        &finger("b.example", "acct:bob@b.example"),
        jrd("bob@b.example", BOB),
    );
    world.page("a.example/users/bob", actor(BOB, "bob"));
    // a.example and b.example; the actor names the handle that was asked for.
    for (requests, fits) in [(2, false), (3, true)] {
        let client = world.client().requests(requests);
        let resolved = client.resolve(&handle("bob@a.example")).await;
        assert_eq!(resolved.is_ok(), fits, "{requests}: {resolved:?}");
        // What was found on the way is remembered.
        let resolved = client.resolve(&handle("bob@a.example")).await.unwrap();
        assert_eq!(*resolved.handle(), handle("bob@b.example"));
    }
    world.close();
    let client = world.client().total(Duration::from_millis(50));
    let error = client.lookup(&handle("bob@a.example")).await.unwrap_err();
    assert!(matches!(error, LookupError::Budget), "{error:?}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn requests_are_as_few_as_they_can_be() {
    let world = World::new(&["a.example", "social.a.example"]).await;
    let social = "https://social.a.example/users/carol";
    world.page(
        &finger("a.example", "acct:carol@a.example"),
        jrd("carol@a.example", social),
    );
    world.page(
        &finger("social.a.example", "acct:carol@social.a.example"),
        jrd("carol@a.example", social),
    );
    world.page("social.a.example/users/carol", actor(social, "carol"));
    let spent = async |call: &str| {
        let client: Client = world.client();
        let before = world.asked().len();
        let names = webfinger::ActorNames::new(social.parse().unwrap());
        let names = names.preferred_username(Some("carol"));
        let handle = match call {
            "lookup" => client
                .lookup(&handle("carol@a.example"))
                .await
                .unwrap()
                .handle()
                .clone(),
            "resolve" => client
                .resolve(&handle("carol@a.example"))
                .await
                .unwrap()
                .handle()
                .clone(),
            "resolve there" => {
                let there = handle("carol@social.a.example");
                client.resolve(&there).await.unwrap().handle().clone()
            }
            "resolve url" => {
                let url = social.parse().unwrap();
                client.resolve_url(&url).await.unwrap().handle().clone()
            }
            _ => client.handle_of(&names).await.unwrap().handle().clone(),
        };
        assert_eq!(handle.to_string(), "carol@a.example", "{call}");
        world.asked().len() - before
    };
    assert_eq!(spent("lookup").await, 1);
    assert_eq!(spent("resolve").await, 3);
    assert_eq!(spent("resolve there").await, 3);
    assert_eq!(spent("handle of").await, 2);
    // The server does not answer for URLs: that question, the actor, two for the handle, the actor again.
    assert_eq!(spent("resolve url").await, 5);
}

#[tokio::test]
async fn actors_are_asked_for_with_a_signature_where_there_is_one() {
    let world = bobs_world().await;
    world.page("a.example/users/bob", Page::new(401));
    let error = world
        .client()
        .resolve(&handle("bob@a.example"))
        .await
        .unwrap_err();
    assert!(error.needs_signature(), "{error:?}");
    let signed = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&signed);
    world.page("a.example/users/bob", actor(BOB, "bob"));
    let client = world.client().sign_actor_requests(move |request| {
        seen.lock().unwrap().push(request.uri().to_string());
        Ok(())
    });
    let resolved = client.resolve(&handle("bob@a.example")).await.unwrap();
    assert_eq!(resolved.document()["preferredUsername"], "bob");
    assert_eq!(*signed.lock().unwrap(), [BOB], "and nothing else");
}

#[tokio::test]
async fn a_server_has_an_actor_of_its_own() {
    let world = World::new(&["a.example", "b.example"]).await;
    let client = world.client();
    let none = client.application_actor("a.example").await;
    assert!(matches!(none, Err(LookupError::NoActor)), "{none:?}");

    let descriptor = |rel: &str, actor: &str| {
        let link = json!({"rel": rel, "type": "application/activity+json", "href": actor});
        json!({"subject": "https://a.example/", "links": [link]}).to_string()
    };
    let by_webfinger = |actor: &str| {
        let body = descriptor(webfinger::rel::SERVER_ACTOR, actor);
        let page = Page::of("application/jrd+json", body);
        world.page(&finger("a.example", "https://a.example/"), page);
    };
    by_webfinger("https://a.example/actor");
    let found = client.application_actor("a.example").await.unwrap();
    assert_eq!(found.as_str(), "https://a.example/actor");
    by_webfinger("https://10.0.0.1/actor");
    let inward = client.application_actor("a.example").await;
    assert!(matches!(inward, Err(LookupError::ActorUrl)), "{inward:?}");

    let by_nodeinfo = |actor: &str| {
        let body = descriptor(webfinger::rel::APPLICATION_ACTOR, actor);
        world.page(
            "a.example/.well-known/nodeinfo",
            Page::of("application/json", body),
        );
    };
    by_nodeinfo("https://b.example/actor");
    let found = client.application_actor("a.example").await.unwrap();
    assert_eq!(found.as_str(), "https://b.example/actor");
    by_nodeinfo("https://10.0.0.1/actor");
    let inward = client.application_actor("a.example").await;
    assert!(matches!(inward, Err(LookupError::ActorUrl)), "{inward:?}");
    for host in ["localhost", "10.0.0.1", "a.example/x", ""] {
        let refused = client.application_actor(host).await;
        assert!(
            matches!(refused, Err(LookupError::Host)),
            "{host}: {refused:?}"
        );
    }
    assert_eq!(world.forbidden(), 0);
}

/// A farm of names that answer with as much as an error may hold must not fill the memory.
#[tokio::test]
async fn a_refusal_counts_with_what_it_holds() {
    let world = World::new(&["a.example"]).await;
    let client = world.client().cache(CachePolicy::new().bytes(1024 * 1024));
    let long = format!("https://a.example/{}", "x".repeat(100_000));
    let link = json!({"rel": "self", "type": "application/activity+json", "href": long});
    let refusals = [
        Page {
            status: 403,
            body: vec![b'x'; 60_000],
            ..Page::default()
        },
        // No subject, so the error has the actor.
        Page::of("application/jrd+json", json!({"links": [link]}).to_string()),
    ];
    for (kind, refusal) in refusals.iter().enumerate() {
        let lookup = async |index: usize| {
            let name = format!("user{kind}.{index}@a.example");
            world.page(
                &finger("a.example", &format!("acct:{name}")),
                refusal.clone(),
            );
            assert!(client.lookup(&handle(&name)).await.is_err());
        };
        only_the_latest_are_known(&world, lookup).await;
    }
}

/// `acct:` makes a URL too: whoever may choose URLs must not choose what is known of handles.
#[tokio::test]
async fn a_url_that_cannot_be_asked_spoils_no_handle() {
    let world = bobs_world().await;
    let client = world.client();
    let url = "acct:bob@a.example".parse().unwrap();
    for _ in 0..2 {
        let refused = client.lookup_url(&url).await;
        assert!(matches!(refused, Err(LookupError::Host)), "{refused:?}");
        assert!(client.lookup(&handle("bob@a.example")).await.is_ok());
    }
}

#[tokio::test]
async fn no_time_is_too_long_to_be_added() {
    let world = bobs_world().await;
    let policy = CachePolicy::new().found(Duration::MAX);
    let client = world.client().cache(policy);
    for _ in 0..2 {
        assert!(client.lookup(&handle("bob@a.example")).await.is_ok());
    }
    assert_eq!(world.asked().len(), 1);
}

/// A hundred lookups, more than there is room for. The cache tidies up after some dozens of entries.
async fn only_the_latest_are_known(world: &World, lookup: impl AsyncFn(usize)) {
    for index in 0..100 {
        lookup(index).await;
    }
    let asked = world.asked().len();
    lookup(99).await;
    assert_eq!(world.asked().len(), asked, "the last is known");
    lookup(0).await;
    assert_eq!(world.asked().len(), asked + 1, "the first is not");
}
