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
async fn files_go_out_with_their_descriptions() {
    let instance = FakeInstance::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (cat, dog) = (folder.path().join("cat.png"), folder.path().join("dog.jpg"));
    std::fs::write(&cat, vec![7; 200_000]).unwrap();
    std::fs::write(&dog, "dog").unwrap();
    let (cat, dog) = (cat.to_str().unwrap(), dog.to_str().unwrap());
    let arguments = [
        "Look", "--file", cat, "--file", dog, "--alt", "A cat", "--alt", "A dog",
    ];
    let output = post(&instance, &arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let posts = instance.statuses_of("ann");
    assert_eq!(posts.len(), 1);
    let media = posts[0].media_attachments.iter().map(|medium| {
        let length = instance.media(&medium.id).unwrap().1.len();
        (medium.description.as_deref().unwrap_or_default(), length)
    });
    assert_eq!(
        media.collect::<Vec<_>>(),
        [("A cat", 200_000), ("A dog", 3)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_is_asked() {
    let instance = FakeInstance::start().await.unwrap();
    let arguments = [
        "Which?",
        "--poll",
        "Tea",
        "--poll",
        "Coffee",
        "--expires",
        "2h",
        "--multiple",
    ];
    let output = post(&instance, &arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let posts = instance.statuses_of("ann");
    let poll = posts[0].poll.as_ref().unwrap();
    let options: Vec<_> = poll.options.iter().map(|option| &*option.title).collect();
    assert_eq!(options, ["Tea", "Coffee"]);
    assert!(poll.multiple);
    let runs = poll.expires_at.unwrap() - posts[0].created_at.unwrap();
    assert_eq!(runs.num_minutes(), 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_published_later() {
    let instance = FakeInstance::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cat = folder.path().join("cat.png");
    std::fs::write(&cat, "cat").unwrap();
    let arguments = ["Later", "--schedule", "2h", "--file", cat.to_str().unwrap()];
    let output = post(&instance, &arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).starts_with("It will be published at "),
        "{}",
        said(&output)
    );
    assert!(instance.statuses().is_empty());
    let id = said(&output)
        .trim()
        .trim_end_matches('.')
        .rsplit(' ')
        .next()
        .unwrap()
        .to_owned();
    let published = instance.publish_scheduled(&id.as_str().into()).unwrap();
    assert_eq!(published.content.to_text(), "Later");
    assert_eq!(published.media_attachments.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_would_refuse_is_not_sent() {
    let instance = FakeInstance::start().await.unwrap();
    let long = "x".repeat(501);
    let folder = tempfile::tempdir().unwrap();
    let (text, huge) = (folder.path().join("a.pdf"), folder.path().join("huge.png"));
    std::fs::write(&text, "x").unwrap();
    // A file of this length that takes no room on the disk.
    std::fs::File::create(&huge)
        .unwrap()
        .set_len(1 << 30)
        .unwrap();
    for (arguments, complaint) in [
        (vec![&*long], "501"),
        (vec!["a", "--poll", "only one"], "poll"),
        (
            vec!["a", "--file", "/nowhere/cat.jpg"],
            "cat.jpg: the file cannot be read",
        ),
        (
            vec!["a", "--file", text.to_str().unwrap()],
            "files of this type",
        ),
        (
            vec!["a", "--file", huge.to_str().unwrap()],
            "too many bytes for an image",
        ),
        (vec!["a", "--schedule", "4m"], "too few seconds"),
        (
            vec!["a", "--poll", "b", "--poll", "c", "--expires", "1m"],
            "too few seconds for the poll",
        ),
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
