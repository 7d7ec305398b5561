//! `whois`, run as a person runs it.

use crate::world::{World, run};
use serde_json::json;
use std::process::Command;

const WHOIS: &str = env!("CARGO_BIN_EXE_whois");

const ALICE: &str = "https://social.example/users/alice";

/// @alice@social.example; what others are told of her and of themselves is added to it.
fn world() -> World {
    World::default()
        .jrd("alice@social.example", "alice@social.example", ALICE)
        .actor(
            ALICE,
            "alice",
            json!({"name": "Alice", "url": "https://social.example/@alice"}),
        )
        .nodeinfo("social.example")
}

/// The names of what is odd.
fn odd(person: &serde_json::Value) -> Vec<&str> {
    let odd = person["odd"].as_array().unwrap().iter();
    odd.map(|odd| odd["what"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn somebody_is_told_with_the_software() {
    world()
        .with(|world| {
            let run = world.run(WHOIS, &["@alice@social.example"]);
            assert_eq!(run.code, 0, "{}", run.err);
            for line in [
                "@alice@social.example",
                "  name             Alice, Person",
                "  actor            https://social.example/users/alice",
                "  profile          https://social.example/@alice",
                "  software         tiny 0.9",
                "odd: 0",
            ] {
                assert!(run.out.lines().any(|shown| shown == line), "no {line:?} in {}", run.out);
            }

            let run = world.run(WHOIS, &["alice@SOCIAL.example", "--json"]);
            let person = run.json();
            assert_eq!(run.code, 0);
            assert_eq!(person["handle"], "alice@social.example");
            assert_eq!(person["actor"], ALICE);
            assert_eq!(person["proven"], true);
            assert_eq!(
                person["software"],
                json!({"name": "tiny", "version": "0.9", "nodeinfo": "2.1", "open_registrations": true})
            );
            assert_eq!(person["odd"], json!([]));
        })
        .await;
}

#[tokio::test]
async fn a_split_domain_is_told_from_both_ends() {
    let ada = "https://social.example/users/ada";
    world()
        .jrd("ada@names.example", "ada@names.example", ada)
        .jrd("ada@social.example", "ada@names.example", ada)
        .actor(ada, "ada", json!({}))
        .with(|world| {
            let person = world.run(WHOIS, &["@ada@names.example", "--json"]);
            assert_eq!(person.code, 0, "{}{}", person.out, person.err);
            assert_eq!(odd(&person.json()), ["split-domain"]);
            let person = world.run(WHOIS, &["@ada@social.example", "--json"]);
            assert_eq!(person.code, 0, "{}{}", person.out, person.err);
            assert_eq!(person.json()["handle"], "ada@names.example");
            assert_eq!(odd(&person.json()), ["other-handle", "split-domain"]);
        })
        .await;
}

#[tokio::test]
async fn whoever_claims_an_actor_that_is_not_theirs_is_told_apart() {
    world()
        .jrd("mallory@liar.example", "mallory@liar.example", ALICE)
        .jrd(
            "alice@liar.example",
            "alice@social.example",
            "https://liar.example/me",
        )
        .jrd(
            "eve@social.example",
            "eve@social.example",
            "https://social.example/users/eve",
        )
        .actor("https://social.example/users/eve", "bob", json!({}))
        .with(|world| {
            for liar in ["@mallory@liar.example", "@eve@social.example"] {
                let run = world.run(WHOIS, &[liar, "--json"]);
                assert_eq!(run.code, 1, "{}{}", run.out, run.err);
                let person = run.json();
                assert_eq!(person["proven"], false);
                assert!(odd(&person).contains(&"one-way"), "{person}");
            }
            // Her own server says something else about alice.
            world
                .run(WHOIS, &["@alice@liar.example"])
                .failed(2, &["names another account", "does not confirm"]);
        })
        .await;
}

#[tokio::test]
async fn nobody_is_not_the_same_as_no_answer() {
    world()
        .empty("empty.example")
        .with(|world| {
            world.run(WHOIS, &["@nobody@social.example"]).failed(
                1,
                &[
                    "cannot find @nobody@social.example",
                    "no such account",
                    "spelling",
                ],
            );
            world
                .run(WHOIS, &["@alice@empty.example"])
                .failed(1, &["no such account"]);
            // Port 9 of this machine, where nobody listens.
            world
                .run(
                    WHOIS,
                    &[
                        "@alice@dead.example",
                        "--danger-resolve",
                        "dead.example=127.0.0.1:9",
                    ],
                )
                .failed(2, &["nothing answers", "check the address and the network"]);
        })
        .await;
}

#[tokio::test]
async fn web_pages_are_verified_from_both_sides() {
    let field = |name: &str, page: &str| {
        let value = format!("<a href=\"{page}\" rel=\"me\">{page}</a>");
        json!({"type": "PropertyValue", "name": name, "value": value})
    };
    let fields = json!({"url": "https://social.example/@alice", "attachment": [
        field("Web", "https://alice.example/"), field("Fan of", "https://other.example/"),
        field("Gone", "https://empty.example/"), {"type": "PropertyValue", "name": "Age", "value": "42"},
    ]});
    let page = "<a rel=me href=https://social.example/@alice>me</a>";
    let other = "<!-- <a rel=me href=https://social.example/@alice>me</a> -->";
    world()
        .actor(ALICE, "alice", fields)
        .answer("alice.example", "/", "text/html", page)
        .answer("other.example", "/", "text/html; charset=utf-8", other)
        .empty("empty.example")
        .with(|world| {
            let run = world.run(WHOIS, &["@alice@social.example", "--json"]);
            assert_eq!(run.code, 0, "{}{}", run.out, run.err);
            let person = run.json();
            let links = person["links"].as_array().unwrap().iter();
            let links: Vec<_> = links
                .map(|link| {
                    (
                        link["field"].as_str().unwrap(),
                        link["verified"].as_bool().unwrap(),
                        link["says"].as_str().unwrap(),
                    )
                })
                .collect();
            assert_eq!(
                links,
                [
                    ("Web", true, "the page links back to the profile"),
                    ("Fan of", false, "the page has no link with rel=\"me\""),
                    ("Gone", false, "empty.example does not have this"),
                ]
            );
            let text = world.run(WHOIS, &["@alice@social.example"]).out;
            assert!(
                text.contains("\n  ✓ https://alice.example/, in \"Web\""),
                "{text}"
            );
        })
        .await;
}

#[tokio::test]
async fn a_host_in_borrowed_letters_is_told() {
    for (host, name, is_odd) in [
        // "apple" in Cyrillic letters, and an honest umlaut.
        (
            "xn--80ak6aa92e.com",
            "@eve@xn--80ak6aa92e.com (look-alike)",
            true,
        ),
        ("xn--bcher-kva.example", "@eve@bücher.example", false),
    ] {
        let (handle, id) = (format!("eve@{host}"), format!("https://{host}/eve"));
        let links = json!({"links": [{"rel": "https://www.w3.org/ns/activitystreams#Application", "href": format!("https://{host}/actor")}]});
        World::default()
            .jrd(&handle, &handle, &id)
            .actor(&id, "eve", json!({}))
            .answer(host, "/.well-known/nodeinfo", "application/json", links)
            .with(move |world| {
                let person = world.run(WHOIS, &[&handle, "--json"]).json();
                assert_eq!(odd(&person).contains(&"look-alike"), is_odd, "{person}");
                assert_eq!(person["shown"], name);
                assert_eq!(person["server_actor"], format!("https://{host}/actor"));
            })
            .await;
    }
}

#[tokio::test]
async fn what_is_odd_is_told() {
    let jrd = json!({"subject": "acct:bob@odd.example", "aliases": [1], "links": [
        {"rel": "self", "type": "application/activity+json", "href": "https://odd.example/bob"},
        {"rel": "http://webfinger.net/rel/avatar", "href": "http://elsewhere.example/bob.png"},
    ]});
    let bob = json!({"published": "yesterday", "movedTo": "https://social.example/users/bob"});
    World::default()
        .answer(
            "odd.example",
            "/.well-known/webfinger acct:bob@odd.example",
            "application/json",
            jrd,
        )
        .actor("https://odd.example/bob", "bob", bob)
        .with(|world| {
            let run = world.run(WHOIS, &["@bob@odd.example", "--json"]);
            assert_eq!(run.code, 0, "{}{}", run.out, run.err);
            let person = run.json();
            assert_eq!(person["software"], json!(null));
            for expected in [
                "media-type",
                "descriptor",
                "http-link",
                "moved",
                "actor",
                "no-nodeinfo",
            ] {
                assert!(
                    odd(&person).contains(&expected),
                    "no {expected} in {person}"
                );
            }
        })
        .await;
}

#[test]
fn what_cannot_be_a_handle_is_not_asked_for() {
    for (text, words) in [
        ("@alice", "needs a host"),
        ("@a b@a.example", "is not a handle"),
        ("alice@localhost", "local name"),
        ("@alice@127.0.0.1", "not an address"),
        ("@x@host.example:1337/p?q#", "is not a handle"),
    ] {
        let run = run(Command::new(WHOIS).arg(text));
        run.failed(2, &[text, words, "@user@example.com"]);
    }
    let run = run(Command::new(WHOIS).args(["@a@a.example", "--danger-resolve", "a.example"]));
    assert_eq!(run.code, 2);
    assert!(run.err.contains("HOST=ADDRESS:PORT"), "{}", run.err);
}
