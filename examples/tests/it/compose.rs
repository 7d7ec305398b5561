//! `compose`, run as a person runs it.

use activitypub::addressing::Visibility;
use activitypub::{Activity, Object, ObjectKind};
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_compose"))
        .args(arguments)
        .output()
        .unwrap()
}

/// The post in the activity that was printed, which everybody can read.
fn post(output: &Output) -> Object {
    assert!(output.status.success(), "{output:?}");
    let create = Activity::from_slice(&output.stdout).unwrap();
    assert_eq!(create.problems(), []);
    let post = create.object().unwrap().as_object().unwrap().clone();
    assert_eq!(create.actor_id(), post.attributed_to_id());
    post
}

#[test]
fn a_post_with_everything() {
    let printed = run(&[
        "Hi @bob@b.example #cats",
        "--mention",
        "@bob@b.example https://b.example/bob",
        "--attach",
        "image/png https://a.example/1.png a cat in a box",
        "--language",
        "en",
        "--warning",
        "cats",
        "--visibility",
        "unlisted",
        "--quote",
        "https://b.example/1",
        "--reply-to",
        "https://b.example/2",
    ]);
    let post = post(&printed);
    assert_eq!(post.visibility(), Visibility::Unlisted);
    assert_eq!((post.mentions().count(), post.hashtags().count()), (1, 1));
    let media = post.attachment.embedded().next().unwrap();
    assert_eq!(
        media.as_object().unwrap().name.as_deref(),
        Some("a cat in a box")
    );
    assert_eq!(post.summary.as_deref(), Some("cats"));
    assert!(post.content_map.as_ref().unwrap().text("en").is_some());
    assert_eq!(post.in_reply_to_id().unwrap(), "https://b.example/2");
    assert_eq!(
        post.extra.read::<String>("quoteUrl").unwrap().unwrap(),
        "https://b.example/1"
    );
}

#[test]
fn a_poll() {
    let printed = run(&[
        "Tea?",
        "--answer",
        "yes",
        "--answer",
        "no",
        "--several",
        "--ends",
        "2026-01-31T12:00:00Z",
    ]);
    let post = post(&printed);
    let poll = post.poll().unwrap();
    assert!(poll.multiple);
    assert_eq!(poll.options.len(), 2);
    assert_eq!(poll.ends.unwrap().to_rfc3339(), "2026-01-31T12:00:00+00:00");
}

#[test]
fn markdown_from_the_standard_input() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_compose"))
        .args(["-", "--markdown", "--title", "Cats"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program
        .stdin
        .take()
        .unwrap()
        .write_all(b"*purr*<script>x</script>")
        .unwrap();
    let post = post(&program.wait_with_output().unwrap());
    assert_eq!(post.kind(), ObjectKind::Article);
    assert_eq!(post.content.as_deref(), Some("<p><em>purr</em></p>"));
}

#[test]
fn what_is_missing_is_said() {
    let output = run(&["x", "--mention", "@bob@b.example"]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("2 words"), "{said}");
}
