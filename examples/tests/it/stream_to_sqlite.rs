//! `stream-to-sqlite`, against the fake instance.

use fedikit_examples::database::Database;
use mastodon_api::entities::{Status, Visibility};
use mastodon_api::streaming::{RawEvent, Stream};
use mastodon_api::testing::FakeInstance;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The program, the database that it fills, and the instance that it listens to.
pub(crate) struct World {
    pub(crate) instance: FakeInstance,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self {
            instance: FakeInstance::start().await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("posts.db")
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stream-to-sqlite"));
        command
            .arg("--database")
            .arg(self.database())
            .args(arguments)
            .env("MASTODON_SERVER", self.instance.url().as_str())
            .env("MASTODON_TOKEN", self.instance.token("ann").expose())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts it and waits until it says so.
    async fn start(&self, arguments: &[&str], word: &str) -> Running {
        let mut program = self.program(arguments).spawn().unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let mut said = String::new();
        while !said.lines().any(|line| line.starts_with(word)) {
            said.push_str(&lines.next().unwrap().unwrap());
            said.push('\n');
        }
        self.instance
            .wait_for_subscriber(&Stream::Public)
            .await
            .unwrap();
        Running {
            program,
            lines,
            said,
        }
    }

    /// Waits until a question has an answer.
    async fn until(&self, sql: &str) {
        let answered = async {
            while self.rows(sql).is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), answered)
            .await
            .unwrap();
    }

    fn edit(&self, status: &Status, text: &str) {
        edit(&self.instance, status, text);
    }

    fn rows(&self, sql: &str) -> Vec<String> {
        rows(&self.database(), sql)
    }
}

/// The first column of a question.
pub(crate) fn rows(database: &Path, sql: &str) -> Vec<String> {
    let database = Database::open_to_read(database).unwrap();
    let mut statement = database.connection().prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Tells the public stream that the post has another text now.
pub(crate) fn edit(instance: &FakeInstance, status: &Status, text: &str) {
    let mut status = status.clone();
    status.content = text.into();
    status.edited_at = Some(chrono::Utc::now());
    let payload = serde_json::to_string(&status).unwrap();
    instance.send_event(
        &Stream::Public,
        &RawEvent::new("status.update", Some(payload)),
    );
}

struct Running {
    program: Child,
    lines: Lines<BufReader<ChildStdout>>,
    said: String,
}

impl Running {
    /// What it said in all, when it has ended well.
    fn ended(mut self) -> String {
        for line in self.lines {
            self.said.push_str(&line.unwrap());
            self.said.push('\n');
        }
        let output = self.program.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && stderr.is_empty(),
            "{}{stderr}",
            self.said
        );
        self.said
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_heard_is_written_and_what_was_missed_comes_first() {
    let world = World::new().await;
    let instance = &world.instance;
    let post = |text: &str| instance.post_as("bob", text, Visibility::Public);

    let program = world.start(&["--events", "5"], "up").await;
    let one = post("one #Rust");
    let two = post("two");
    world.edit(&one, "<p>one, better</p>");
    assert!(instance.delete(&two.id));
    post("three");
    let said = program.ended();
    assert!(
        said.contains("3 posts, 1 edits, 1 deletions")
            && said.contains("The database has 2 posts."),
        "{said}"
    );
    assert_eq!(
        world.rows("SELECT text FROM posts ORDER BY id"),
        ["one, better", "three"]
    );
    assert_eq!(
        world.rows("SELECT text FROM versions WHERE text LIKE 'one%'"),
        ["one #Rust", "one, better"]
    );
    assert_eq!(world.rows("SELECT id FROM deletes"), [two.id.as_str()]);
    assert_eq!(
        world.rows("SELECT DISTINCT stream FROM seen_on"),
        ["public"]
    );
    assert_eq!(world.rows("SELECT missing FROM gaps").len(), 0);

    for text in ["four", "five"] {
        post(text);
    }
    let program = world.start(&["--events", "3"], "gap").await;
    post("six");
    let said = program.ended();
    assert!(
        said.contains("2 of them fetched afterwards; 1 gaps"),
        "{said}"
    );
    assert_eq!(
        world.rows("SELECT text FROM posts ORDER BY number"),
        ["one, better", "three", "four", "five", "six"]
    );
    let gaps = world.rows("SELECT missing FROM gaps WHERE since <= until");
    assert!(
        gaps.len() == 1 && gaps[0].contains("edits and deletions"),
        "{gaps:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_for_a_server_that_it_knows() {
    let world = World::new().await;
    let instance = &world.instance;
    let program = world.start(&["--events", "1"], "up").await;
    instance.post_as("bob", "one", Visibility::Public);
    program.ended();

    instance.go_down().await;
    instance.post_as("bob", "two", Visibility::Public);
    let mut program = world.program(&["--events", "1"]).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(program.stderr.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert!(said.starts_with("trying again in 1 s: "), "{said}");
    instance.come_back().await.unwrap();
    assert!(program.wait_with_output().unwrap().status.success());
    assert_eq!(
        world.rows("SELECT text FROM posts ORDER BY number"),
        ["one", "two"]
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_it_ends_with_a_summary() {
    let world = World::new().await;
    let program = world
        .start(&["--stream", "public", "--stream", "user"], "up")
        .await;
    world
        .instance
        .wait_for_subscriber(&Stream::User)
        .await
        .unwrap();
    world.instance.mention("bob", "ann", "@ann one");
    world.until("SELECT kind FROM notifications").await;
    let pid = program.program.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    let said = program.ended();
    assert!(
        said.contains("public, user → ") && said.contains("1 notifications"),
        "{said}"
    );
    assert_eq!(world.rows("SELECT kind FROM notifications"), ["mention"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_what_to_do() {
    let world = World::new().await;
    let refused = |mut command: Command| {
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(1) && stderr.starts_with("error: "),
            "{stderr}"
        );
        stderr
    };
    let mut command = world.program(&["--for", "1s"]);
    command.env("MASTODON_TOKEN", "planted-token");
    let said = refused(command);
    assert!(
        said.contains("run `login` again") && !said.contains("planted"),
        "{said}"
    );

    let other = Database::open(&world.database()).unwrap();
    other.belongs_to("https://b.example/", "1").unwrap();
    let said = refused(world.program(&["--for", "1s"]));
    assert!(
        said.contains("is for account 1 on https://b.example/: name another database"),
        "{said}"
    );
}
