//! `verify-link`, run as a person runs it.

use crate::world::{World, run};
use serde_json::json;
use std::process::Command;

const VERIFY_LINK: &str = env!("CARGO_BIN_EXE_verify-link");

const ALICE: &str = "https://social.example/users/alice";

const HOME: &str = "https://alice.example/";

/// @alice@social.example, whose profile names her home page, and that page.
fn world(home: &str) -> World {
    let field = json!({"type": "PropertyValue", "name": "Web", "value": HOME});
    let more = json!({"url": "https://social.example/@alice", "attachment": [field]});
    World::default()
        .jrd("alice@social.example", "alice@social.example", ALICE)
        .actor(ALICE, "alice", more)
        .answer("alice.example", "/", "text/html", home)
        .answer("alice.example", "/about", "text/html", home)
}

#[tokio::test]
async fn both_sides_have_to_agree() {
    let home = format!("<link rel='me' href='{ALICE}'>");
    world(&home)
        .with(|world| {
            for profile in ["@alice@social.example", ALICE] {
                let run = world.run(VERIFY_LINK, &[profile, HOME, "--json"]);
                assert_eq!(run.code, 0, "{}{}", run.out, run.err);
                assert_eq!(
                    run.json(),
                    json!({
                        "profile": ALICE, "page": HOME, "field": "Web", "page_names_profile": true,
                        "page_says": "the page links back to the profile", "verified": true,
                    })
                );
            }
            let run = world.run(VERIFY_LINK, &["@alice@social.example", HOME]);
            for line in [
                "the profile names the page   yes, in its field \"Web\"",
                "the page names the profile   yes, the page links back to the profile",
                "the same person's",
            ] {
                assert!(
                    run.out.lines().any(|shown| shown == line),
                    "no {line:?} in {}",
                    run.out
                );
            }

            // A page that links to her without being named by her: a fan's.
            let run = world.run(
                VERIFY_LINK,
                &[ALICE, "https://alice.example/about", "--json"],
            );
            assert_eq!(run.code, 1, "{}{}", run.out, run.err);
            let link = run.json();
            assert_eq!(
                (&link["field"], &link["page_names_profile"]),
                (&json!(null), &json!(true))
            );
            assert_eq!(link["verified"], false);
        })
        .await;
}

#[tokio::test]
async fn a_page_that_does_not_link_back_is_not_verified() {
    for (home, words) in [
        ("<p>I am Alice, too.</p>", "no link with rel=\"me\""),
        (
            "<a rel=me href=https://social.example/users/mallory>me</a>",
            "lead to other profiles",
        ),
        (
            "<a href=https://social.example/users/alice>she</a>",
            "no link with rel=\"me\"",
        ),
    ] {
        world(home)
            .with(move |world| {
                let run = world.run(VERIFY_LINK, &[ALICE, HOME, "--json"]);
                assert_eq!(run.code, 1, "{}{}", run.out, run.err);
                let link = run.json();
                assert_eq!(
                    (&link["field"], &link["verified"]),
                    (&json!("Web"), &json!(false))
                );
                assert!(
                    link["page_says"].as_str().unwrap().contains(words),
                    "{link}"
                );
            })
            .await;
    }
}

#[tokio::test]
async fn what_cannot_be_found_out_is_said() {
    world("<p></p>")
        .answer(
            "social.example",
            "/users/copy",
            "application/activity+json",
            json!({"id": ALICE, "type": "Person"}),
        )
        .empty("empty.example")
        .with(|world| {
            let verify = |profile: &str, page: &str| world.run(VERIFY_LINK, &[profile, page]);
            verify("@nobody@social.example", HOME)
                .failed(2, &["cannot find @nobody@social.example", "spelling"]);
            verify(ALICE, "https://empty.example/").failed(
                2,
                &["cannot fetch https://empty.example/", "does not have this"],
            );
            verify("https://social.example/users/copy", HOME).failed(2, &["another actor"]);
            verify(ALICE, "https://127.0.0.1/")
                .failed(2, &["refused 127.0.0.1", "only public servers"]);
            verify("alice", HOME).failed(2, &["alice is not a handle"]);
        })
        .await;
    let run = run(Command::new(VERIFY_LINK).args([ALICE, "alice.example"]));
    assert_eq!(run.code, 2);
    assert!(run.err.contains("relative URL"), "{}", run.err);
}
