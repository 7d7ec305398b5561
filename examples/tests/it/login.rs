//! `login`, with a browser that is a script, and the account that it leaves for the other programs.

use mastodon_api::testing::FakeInstance;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Output, Stdio};

fn login() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_login"));
    command
        .env_remove("MASTODON_TOKEN")
        .env_remove("MASTODON_SERVER");
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
async fn logs_in_through_the_browser_and_out_again() {
    let instance = FakeInstance::start().await.unwrap();
    instance.sign_in("ann");
    let home = tempfile::tempdir().unwrap();
    let mut program = login()
        .args([instance.url().as_str(), "--no-browser", "--scopes", "read"])
        .env("XDG_CONFIG_HOME", home.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(program.stdout.take().unwrap());
    let page = loop {
        let mut line = String::new();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "it ended early");
        if let Ok(page) = line.trim().parse::<url::Url>() {
            break page;
        }
    };
    let answer = reqwest::get(page).await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut told = String::new();
    stdout.read_to_string(&mut told).unwrap();
    assert!(program.wait().unwrap().success(), "{told}");
    assert!(told.contains("You are @ann on http://127.0.0.1"), "{told}");
    assert!(!told.contains("fake-token"), "{told}");

    let file = home.path().join("fedikit").join("credentials.json");
    let credentials = mastodon_api::oauth::Credentials::load(&file).unwrap();
    let ann = credentials.client().unwrap();
    assert_eq!(ann.me().await.unwrap().username, "ann");

    let mut command = login();
    let command = command.arg("--logout").env("XDG_CONFIG_HOME", home.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(!file.exists());
    assert!(ann.me().await.unwrap_err().is_unauthorized());

    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("cannot be read"),
        "{}",
        said(&output)
    );
}

#[test]
fn what_cannot_work_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.json");
    let output = login()
        .args(["http://127.0.0.1:1", "--save"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("no answer from the server"),
        "{}",
        said(&output)
    );
    assert!(!file.exists());
    assert_eq!(login().output().unwrap().status.code(), Some(2));
}
