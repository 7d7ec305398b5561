//! The bot, against the fake instance and against servers that do not want it.

use mastodon_api::entities::{Status, Visibility};
use mastodon_api::streaming::Stream;
use mastodon_api::testing::{FakeInstance, Fault};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program without what the environment of the test may hold.
fn bot(server: &str, credentials: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bot"));
    command
        .args(["--server", server, "--credentials"])
        .arg(credentials)
        .arg("--memory")
        .arg(credentials.with_extension("memory"));
    command
        .env_remove("MASTODON_TOKEN")
        .env_remove("MASTODON_OTHER_TOKEN")
        .env_remove("MASTODON_SERVER");
    command
}

fn failed(mut command: Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    assert_eq!(status.code(), Some(1), "{stdout}{stderr}");
    assert!(
        stderr.starts_with("error: ") && !stderr.contains("panicked"),
        "{stderr}"
    );
    format!("{stdout}{stderr}")
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_in_answers_and_remembers() {
    let instance = FakeInstance::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let credentials = folder.path().join("credentials.json");
    let other = instance.token("dora");
    let mut command = bot(instance.url().as_str(), &credentials);
    command
        .arg("--demo")
        .env("MASTODON_OTHER_TOKEN", other.expose());

    // The first time it asks for a code, which a person would get from the page.
    let mut program = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(program.stdout.take().unwrap());
    let page = loop {
        let mut line = String::new();
        assert_ne!(
            stdout.read_line(&mut line).unwrap(),
            0,
            "it ended before it asked"
        );
        if let Ok(page) = line.trim().parse::<url::Url>() {
            break page;
        }
    };
    let back = instance.approve("bot", &page).unwrap();
    let code = back
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    writeln!(program.stdin.take().unwrap(), "{code}").unwrap();
    let mut told = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut told).unwrap();
    assert!(program.wait().unwrap().success(), "{told}");
    assert!(told.contains("Both mentions were answered."), "{told}");
    let answers = instance.statuses_of("bot");
    assert_eq!(answers.len(), 2);
    assert!(
        answers
            .iter()
            .all(|answer| answer.visibility.as_str() == "unlisted")
    );

    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&credentials).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
    }
    // The second time it does not ask.
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(instance.statuses_of("bot").len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_said_and_not_shown() {
    let instance = FakeInstance::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command = bot(instance.url().as_str(), &folder.path().join("none"));
    command.env("MASTODON_TOKEN", "planted-token");
    let said = failed(command);
    assert!(
        said.contains("does not accept the token: log in again"),
        "{said}"
    );
    assert!(!said.contains("planted"), "{said}");
}

#[test]
fn what_cannot_work_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none");
    let mut nobody = bot("http://127.0.0.1:1", &none);
    nobody.env("MASTODON_TOKEN", "planted-token");
    let said = failed(nobody);
    assert!(
        said.contains("no answer from the server") && !said.contains("planted"),
        "{said}"
    );

    assert!(failed(bot("http://mastodon.example", &none)).contains("https"));
    assert!(failed(bot("mastodon.example", &none)).contains("write https://"));

    let broken = folder.path().join("broken.json");
    std::fs::write(&broken, "planted-secret").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&broken, mode).unwrap();
        };
        mode(0o644);
        let said = failed(bot("https://mastodon.example", &broken));
        assert!(said.contains("chmod 600"), "{said}");
        mode(0o600);
    }
    let said = failed(bot("https://mastodon.example", &broken));
    assert!(
        said.contains("remove it and log in again") && !said.contains("planted"),
        "{said}"
    );

    std::fs::write(
        &broken,
        r#"{"server":"https://other.example","access_token":"planted-secret"}"#,
    )
    .unwrap();
    let said = failed(bot("https://mastodon.example", &broken));
    assert!(
        said.contains("is for another server") && !said.contains("planted"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_once_also_after_it_was_killed() {
    let instance = FakeInstance::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        bot(instance.url().as_str(), &folder.path().join("bot"))
            .env("MASTODON_TOKEN", instance.token("bot").expose())
            .args(["--answers-per-hour", "3"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let answer_to = async |question: &Status| {
        let is_answer = |answer: &Status| answer.in_reply_to_id.as_ref() == Some(&question.id);
        instance.wait_for_status_of("bot", is_answer).await.unwrap()
    };
    instance.mention("dora", "bot", "before the bot came");
    let mut program = start();
    instance.wait_for_subscriber(&Stream::User).await.unwrap();
    // Its answer is posted, and before it hears of that it is killed.
    let held = instance.inject(
        Fault::held()
            .after_doing()
            .method(http::Method::POST)
            .path("/api/v1/statuses"),
    );
    let first = instance.mention("dora", "bot", "one");
    answer_to(&first).await;
    program.kill().unwrap();
    program.wait().unwrap();
    held.clear();
    let second = instance.mention("dora", "bot", "two");
    let mut program = start();
    let answer = answer_to(&second).await;
    assert_eq!(answer.visibility, Visibility::Unlisted);
    assert_eq!(answer.content.to_text(), "@dora You said: two");

    let private = instance.post_as("emil", "@bot psst", Visibility::Direct);
    assert_eq!(answer_to(&private).await.visibility, Visibility::Direct);
    // Three times an hour each, so dora is not answered a fourth time; emil is.
    let third = instance.mention("dora", "bot", "three");
    answer_to(&third).await;
    instance.mention("dora", "bot", "four");
    let last = instance.mention("emil", "bot", "still there?");
    answer_to(&last).await;
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(instance.statuses_of("bot").len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_for_a_server_that_it_knows() {
    let instance = FakeInstance::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        bot(instance.url().as_str(), &folder.path().join("bot"))
            .env("MASTODON_TOKEN", instance.token("bot").expose())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut program = start();
    instance.wait_for_subscriber(&Stream::User).await.unwrap();
    let first = instance.mention("dora", "bot", "one");
    let is_answer = |answer: &Status| answer.in_reply_to_id.as_ref() == Some(&first.id);
    instance.wait_for_status_of("bot", is_answer).await.unwrap();
    program.kill().unwrap();
    program.wait().unwrap();

    instance.go_down().await;
    let second = instance.mention("dora", "bot", "two");
    let mut program = start();
    let mut said = String::new();
    BufReader::new(program.stderr.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert!(said.starts_with("trying again in 1 s: "), "{said}");
    instance.come_back().await.unwrap();
    let is_answer = |answer: &Status| answer.in_reply_to_id.as_ref() == Some(&second.id);
    instance.wait_for_status_of("bot", is_answer).await.unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
}
