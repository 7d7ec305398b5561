//! `timeline`, against the fake instance.

use mastodon_api::Client;
use mastodon_api::entities::Visibility;
use mastodon_api::testing::FakeInstance;
use std::process::{Command, Output};

fn timeline(instance: &FakeInstance, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timeline"));
    command
        .args(arguments)
        .env("MASTODON_SERVER", instance.url().as_str())
        .env("MASTODON_TOKEN", instance.token("ann").expose());
    command
}

fn said(mut command: Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_what_is_new_and_remembers_it() {
    let instance = FakeInstance::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("home.place");
    let follow_up = ["home", "--follow-up", place.to_str().unwrap()];
    for text in ["one", "two", "three"] {
        instance.post_as("ann", text, Visibility::Public);
    }
    let first = said(timeline(&instance, &follow_up));
    let at = |text: &str| first.find(text).unwrap();
    assert!(at("three") < at("two") && at("two") < at("one"), "{first}");

    assert_eq!(said(timeline(&instance, &follow_up)), "");
    for text in ["four", "five", "six"] {
        instance.post_as("ann", text, Visibility::Public);
    }
    let mut limited = timeline(&instance, &follow_up);
    limited.args(["--limit", "2"]);
    let second = said(limited);
    assert!(
        second.find("four").unwrap() < second.find("five").unwrap(),
        "{second}"
    );
    assert!(
        !second.contains("three") && !second.contains("six"),
        "{second}"
    );
    let third = said(timeline(&instance, &follow_up));
    assert!(third.contains("six") && !third.contains("five"), "{third}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_write_stays_text_and_behind_its_warning() {
    let instance = FakeInstance::start().await.unwrap();
    let ann = Client::new(instance.url())
        .unwrap()
        .with_token(instance.token("ann"));
    ann.post("the butler did it")
        .spoiler_text("the end of the film")
        .send()
        .await
        .unwrap();
    instance.post_as("bob", "a \u{1b}[2J b \u{202e} c", Visibility::Public);

    let closed = said(timeline(&instance, &["public"]));
    assert!(
        closed.contains("⚠ the end of the film") && !closed.contains("butler"),
        "{closed}"
    );
    assert!(
        !closed.contains('\u{1b}') && !closed.contains('\u{202e}'),
        "{closed}"
    );
    assert!(said(timeline(&instance, &["public", "--open"])).contains("butler"));

    let lines = said(timeline(&instance, &["local", "--json", "--limit", "1"]));
    let post: serde_json::Value = serde_json::from_str(lines.trim()).unwrap();
    assert_eq!(post["account"]["username"], "bob");
    let older = said(timeline(
        &instance,
        &["public", "--older-than", post["id"].as_str().unwrap()],
    ));
    assert!(older.contains("@ann") && !older.contains("@bob"), "{older}");

    let wrong = timeline(&instance, &["elsewhere"]).output().unwrap();
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("write home, public"));
}
