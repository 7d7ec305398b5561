//! From a handle to an actor, and nobody by somebody else's name.

use crate::world::{BLUE, GREEN, Page, World};
use federation::LookupError;
use http_sig::SigningKey;
use serde_json::json;

fn jrd(subject: &str, actor: &str) -> Page {
    let link = json!({"rel": "self", "type": "application/activity+json", "href": actor});
    Page::json(
        "application/jrd+json",
        &json!({"subject": format!("acct:{subject}"), "links": [link]}),
    )
}

#[tokio::test]
async fn both_servers_find_each_others_users() {
    let World { red, blue, .. } = &World::new().await;
    let alice = red.user("Alice", SigningKey::generate_ed25519().unwrap());
    let bob = blue.user("bob", SigningKey::generate_ed25519().unwrap());
    let found = red
        .federation
        .lookup(&"@bob@blue.example".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(found.id.as_ref(), Some(&bob));
    // The name is spelt as its server spells it.
    let found = blue
        .federation
        .lookup(&"@aLICE@Red.Example".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(found.id.as_ref(), Some(&alice));
    let nobody = red
        .federation
        .lookup(&"@nobody@blue.example".parse().unwrap())
        .await;
    assert!(matches!(nobody, Err(LookupError::WebFinger(_))));
}

/// Mastodon asks for it before it believes the key of a signed fetch.
#[tokio::test]
async fn the_instance_actor_is_found_by_its_handle() {
    let World { red, blue, .. } = &World::new().await;
    let found = red
        .federation
        .lookup(&"@blue.example@blue.example".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(
        found.id.as_ref().unwrap(),
        &format!("{BLUE}/actor").as_str()
    );
    // As it is written: the context is made then.
    assert_eq!(
        found.to_string(),
        blue.federation.instance_actor().to_string()
    );
}

#[tokio::test]
async fn nobody_goes_by_a_name_that_they_do_not_confirm() {
    let world = World::new().await;
    let World {
        red, blue, green, ..
    } = &world;
    let bob = blue.user("bob", SigningKey::generate_ed25519().unwrap());

    // Green says that its mallory is bob of blue.
    green.page(
        "/.well-known/webfinger?resource=acct%3Amallory%40green.example",
        jrd("mallory@green.example", bob.as_str()),
    );
    let error = red
        .federation
        .lookup(&"@mallory@green.example".parse().unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, LookupError::NotConfirmed), "{error:?}");

    // Green says that a handle of blue's is its own actor.
    green.actor(GREEN, "carol");
    green.page(
        "/.well-known/webfinger?resource=acct%3Acarol%40green.example",
        jrd("bob@blue.example", &format!("{GREEN}/users/carol")),
    );
    let error = red
        .federation
        .lookup(&"@carol@green.example".parse().unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, LookupError::WebFinger(_)), "{error:?}");

    // The actor calls itself something else.
    green.actor(GREEN, "dave");
    green.page(
        "/.well-known/webfinger?resource=acct%3Adan%40green.example",
        jrd("dan@green.example", &format!("{GREEN}/users/dave")),
    );
    green.page(
        "/.well-known/webfinger?resource=acct%3Adave%40green.example",
        jrd("dave@green.example", &format!("{GREEN}/users/dave")),
    );
    let error = red
        .federation
        .lookup(&"@dan@green.example".parse().unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, LookupError::NotConfirmed), "{error:?}");

    // And the same with the right name is found.
    assert!(
        red.federation
            .lookup(&"@dave@green.example".parse().unwrap())
            .await
            .is_ok()
    );
    assert!(
        green.asked.lock().unwrap().len() >= 5,
        "the script was really asked"
    );
}
