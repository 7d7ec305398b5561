//! `alert-bot`, against the fake instance.

use http::{Method, StatusCode};
use mastodon_api::entities::Visibility;
use mastodon_api::testing::{FakeInstance, Fault};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

fn alert_bot(instance: &FakeInstance, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alert-bot"));
    command
        .arg(folder.join("feed.jsonl"))
        .arg("--state")
        .arg(folder.join("state"))
        .args(["--once", "--language", "en", "--on-update", "reply"])
        .env("MASTODON_SERVER", instance.url().as_str())
        .env("MASTODON_TOKEN", instance.token("sirens").expose());
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

fn line(id: &str, severity: &str, rest: &str) -> String {
    let sent = chrono::Utc::now().to_rfc3339();
    format!(
        r#"{{"id":"{id}","sent":"{sent}","severity":"{severity}","headline":"{id} it is"{rest}}}"#
    ) + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_the_worst_first_and_everything_once() {
    let instance = FakeInstance::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let feed = folder.path().join("feed.jsonl");
    let lines = [
        line("rain", "Minor", ""),
        "this is no alert\n".to_owned(),
        line("over", "Extreme", r#","expires":"2020-01-01T00:00:00Z""#),
        line("quake", "Extreme", r#","language":"ja""#),
        line("rain", "Minor", ""),
        line("never", "Severe", ""),
        line(
            "never-mind",
            "Severe",
            r#","msgType":"Cancel","references":"never""#,
        ),
        r#"{"id":"half"#.to_owned(),
    ];
    std::fs::write(&feed, lines.concat()).unwrap();
    // The first is posted, and the server's word of it is lost.
    let statuses = |fault: Fault| fault.method(Method::POST).path("/api/v1/statuses");
    let lost = instance.inject(statuses(Fault::dropped_after_headers().after_doing()));
    let busy = instance.inject(statuses(Fault::too_many_requests(Duration::from_secs(1))));
    let output = alert_bot(&instance, folder.path()).output().unwrap();
    let told = said(&output);
    assert!(output.status.success(), "{told}");
    assert_eq!((lost.hits(), busy.hits()), (1, 1), "{told}");

    let posts = instance.statuses_of("sirens");
    let mut posts: Vec<_> = posts
        .iter()
        .map(|post| {
            (
                post.id.as_str().to_owned(),
                post.content.to_text(),
                post.visibility.clone(),
                post.language.clone(),
            )
        })
        .collect();
    posts.sort_by_key(|post| post.0.parse::<u64>().unwrap());
    let posts: Vec<_> = posts
        .iter()
        .map(|(_, text, who, language)| (text.as_str(), who, language.as_deref()))
        .collect();
    assert_eq!(
        posts,
        [
            ("quake it is", &Visibility::Public, Some("ja")),
            ("rain it is", &Visibility::Unlisted, Some("en")),
        ],
        "{told}"
    );
    for wanted in [
        "skipped a line of the feed",
        "expired   over",
        "cancelled never-mind: before it was posted",
        "seen      quake",
        "2 posted, 2 seen, 1 expired, 0 refused",
        "from sent to posted: median",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }

    // Once more: everything is known, and what is new is about what is there.
    let mut content = std::fs::read(&feed).unwrap();
    content.extend_from_slice(b"\n");
    content.extend_from_slice(
        line(
            "all-clear",
            "Minor",
            r#","msgType":"Cancel","references":"quake""#,
        )
        .as_bytes(),
    );
    std::fs::write(&feed, content).unwrap();
    let output = alert_bot(&instance, folder.path()).output().unwrap();
    let told = said(&output);
    assert!(output.status.success(), "{told}");
    let posts = instance.statuses_of("sirens");
    assert_eq!(posts.len(), 3, "{told}");
    let quake = posts
        .iter()
        .find(|post| post.content.to_text() == "quake it is")
        .unwrap();
    let clear = posts
        .iter()
        .find(|post| post.in_reply_to_id.is_some())
        .unwrap();
    assert_eq!(clear.in_reply_to_id.as_ref(), Some(&quake.id));
    assert_eq!(clear.content.to_text(), "Cancelled: all-clear it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_does_not_hold_up_the_rest() {
    let instance = FakeInstance::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let lines = [line("bad", "Extreme", ""), line("good", "Minor", "")];
    std::fs::write(folder.path().join("feed.jsonl"), lines.concat()).unwrap();
    let refusal = Fault::status(StatusCode::UNPROCESSABLE_ENTITY);
    instance.inject(refusal.method(Method::POST).path("/api/v1/statuses"));
    let output = alert_bot(&instance, folder.path()).output().unwrap();
    let told = said(&output);
    assert!(
        output.status.success() && told.contains("refused   bad"),
        "{told}"
    );
    let posts = instance.statuses_of("sirens");
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].content.to_text(), "good it is");

    let mut command = alert_bot(&instance, folder.path());
    let mut content = std::fs::read(folder.path().join("feed.jsonl")).unwrap();
    content.extend_from_slice(line("later", "Minor", "").as_bytes());
    std::fs::write(folder.path().join("feed.jsonl"), content).unwrap();
    let output = command
        .env("MASTODON_TOKEN", "planted-token")
        .output()
        .unwrap();
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("error: ") && !told.contains("planted"),
        "{told}"
    );
    let output = alert_bot(&instance, folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(
        instance.statuses_of("sirens").len(),
        2,
        "what waited was not lost"
    );
}
