//! `post`, against the fake instance.

use mastodon_api::entities::Visibility;
use mastodon_api::testing::FakeInstance;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn post(instance: &FakeInstance, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_post"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env("MASTODON_SERVER", instance.url().as_str())
        .env("MASTODON_TOKEN", instance.token("ann").expose());
    command
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn publishes_what_it_is_told() {
    let instance = FakeInstance::start().await.unwrap();
    let arguments = [
        "Fish & chips",
        "--visibility",
        "unlisted",
        "--language",
        "en",
        "--cw",
        "food",
    ];
    let output = post(&instance, &arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let posts = instance.statuses_of("ann");
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].content.to_text(), "Fish & chips");
    assert_eq!(posts[0].visibility, Visibility::Unlisted);
    assert_eq!(posts[0].spoiler_text, "food");
    assert_eq!(posts[0].language.as_deref(), Some("en"));
    assert_eq!(
        said(&output).trim(),
        posts[0].url.as_ref().unwrap().as_str()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_becomes_a_thread() {
    let instance = FakeInstance::start().await.unwrap();
    let mut program = post(&instance, &["--thread"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let words = "word ".repeat(220);
    let mut stdin = program.stdin.take().unwrap();
    stdin.write_all(words.as_bytes()).unwrap();
    drop(stdin);
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let posts = instance.statuses_of("ann");
    assert_eq!(posts.len(), 3);
    let all: Vec<String> = posts.iter().map(|post| post.content.to_text()).collect();
    assert_eq!(all.join(" "), words.trim());
    assert!(all.iter().all(|text| text.len() <= 500));
    assert_eq!(posts[1].in_reply_to_id.as_ref(), Some(&posts[0].id));
    assert_eq!(posts[2].in_reply_to_id.as_ref(), Some(&posts[1].id));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_would_refuse_is_not_sent() {
    let instance = FakeInstance::start().await.unwrap();
    let long = "x".repeat(501);
    for (arguments, complaint) in [
        (vec![&*long], "501"),
        (vec!["a", "--poll", "only one"], "poll"),
        (vec!["a", "--file", "/nowhere/cat.jpg"], "cannot be sent"),
        (vec![], "nothing to publish"),
    ] {
        let output = post(&instance, &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(complaint), "{}", said(&output));
    }
    for wrong in [
        ["a", "--visibility", "everyone"],
        ["a", "--schedule", "soon"],
        ["a", "--expires", "-1d"],
    ] {
        let output = post(&instance, &wrong).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
    let output = post(&instance, &["fine", "--dry-run"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(instance.statuses_of("ann").is_empty());
}
