//! `stream-to-sqlite`, killed in the middle again and again: what it has at the end is what the server has.
//!
//! `interop/kill-9.sh` runs this with twenty kills. FEDIKIT_KILLS and FEDIKIT_SEED say how many and when.

use crate::stream_to_sqlite::{World, edit, rows};
use chrono::{DateTime, SecondsFormat, Utc};
use mastodon_api::entities::{Status, Visibility};
use mastodon_api::streaming::Stream;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

/// What was done to a post, and when.
struct Change {
    id: String,
    text: Option<String>,
    at: DateTime<Utc>,
}

/// A server on which all the time something happens.
struct Life<'a> {
    world: &'a World,
    random: fastrand::Rng,
    posts: Vec<Status>,
    changes: Vec<Change>,
}

impl Life<'_> {
    /// A new post; now and then one is edited or deleted too.
    fn go_on(&mut self) {
        let instance = &self.world.instance;
        self.posts.push(instance.post_as(
            "bob",
            &format!("post {}", self.posts.len()),
            Visibility::Public,
        ));
        if self.random.u8(..10) > 2 {
            return;
        }
        let status = self.posts[self.random.usize(..self.posts.len())].clone();
        let id = status.id.as_str().to_owned();
        if self
            .changes
            .iter()
            .any(|change| change.id == id && change.text.is_none())
        {
            return;
        }
        let at = Utc::now();
        let text = self
            .random
            .bool()
            .then(|| format!("post {id}, edited at {}", at.timestamp_micros()));
        match &text {
            Some(text) => edit(instance, &status, text),
            None => assert!(instance.delete(&status.id)),
        }
        self.changes.retain(|change| change.id != id);
        self.changes.push(Change { id, text, at });
    }

    /// Lives until the database has so many more posts.
    async fn until_written(&mut self, more: usize) {
        let written = || match self.world.database().exists() {
            true => rows(
                &self.world.database(),
                "SELECT CAST(count(*) AS TEXT) FROM statuses",
            )[0]
            .parse::<usize>()
            .unwrap(),
            false => 0,
        };
        let goal = written() + more;
        let patience = tokio::time::Instant::now() + Duration::from_secs(120);
        while written() < goal {
            assert!(tokio::time::Instant::now() < patience, "it writes nothing");
            self.go_on();
            // The pace of the server; nothing depends on it.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_is_doubled() {
    let number = |name| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().unwrap())
    };
    let kills = number("FEDIKIT_KILLS").unwrap_or(5);
    let seed = number("FEDIKIT_SEED").unwrap_or_else(|| fastrand::u64(..));
    eprintln!("FEDIKIT_SEED={seed} FEDIKIT_KILLS={kills}");
    let world = World::new().await;
    let start = || {
        world
            .program(&[])
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap()
    };
    let mut life = Life {
        world: &world,
        random: fastrand::Rng::with_seed(seed),
        posts: Vec::new(),
        changes: Vec::new(),
    };
    let mut restarts = 0;

    let mut program = start();
    world
        .instance
        .wait_for_subscriber(&Stream::Public)
        .await
        .unwrap();
    for kill in 0..kills {
        let more = life.random.usize(1..100);
        life.until_written(more).await;
        // Somewhere between one write and the next.
        for _ in 0..life.random.u8(..40) {
            life.go_on();
            tokio::task::yield_now().await;
        }
        program.kill().unwrap();
        program.wait().unwrap();
        for _ in 0..life.random.u8(..40) {
            life.go_on();
        }
        if kill % 4 == 3 {
            world.instance.restart().await.unwrap();
            restarts += 1;
        }
        program = start();
    }
    life.until_written(1).await;
    let end = world.instance.post_as("bob", "the end", Visibility::Public);
    let is_there = format!("SELECT id FROM statuses WHERE id = '{}'", end.id);
    tokio::time::timeout(Duration::from_secs(120), async {
        while rows(&world.database(), &is_there).is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    program.kill().unwrap();
    program.wait().unwrap();

    let ask = |sql: &str| rows(&world.database(), sql);
    let on_server: BTreeSet<_> = world
        .instance
        .statuses()
        .iter()
        .map(|status| status.id.as_str().to_owned())
        .collect();
    let written: Vec<_> = ask("SELECT id FROM statuses");
    let different: BTreeSet<_> = written.iter().cloned().collect();
    let lost: Vec<_> = on_server.difference(&different).collect();
    let doubled = written.len() - ask("SELECT DISTINCT uri FROM statuses").len();
    // What the database still has in its old version, though the server said otherwise: a gap must tell of that time.
    let (mut stale, mut untold) = (0, 0);
    for Change { id, text, at } in &life.changes {
        let now = ask(&format!(
            "SELECT coalesce(text, '') FROM posts WHERE id = '{id}'"
        ));
        let is_current = match text {
            Some(text) => now.is_empty() || now == [text.as_str()],
            None => now.is_empty(),
        };
        if !is_current {
            stale += 1;
            let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
            let told = ask(&format!(
                "SELECT missing FROM gaps WHERE coalesce(since, '') <= '{at}' AND '{at}' <= until"
            ));
            untold += usize::from(told.is_empty());
        }
    }
    let gaps = ask("SELECT missing FROM gaps").len();
    eprintln!(
        "{kills} kills, {restarts} restarts of the server: {} posts on the server, {} lost, {doubled} doubled; {} edits and deletions, {stale} of them not heard, {untold} of those in no gap; {gaps} gaps",
        on_server.len(),
        lost.len(),
        life.changes.len()
    );
    assert!(lost.is_empty(), "lost: {lost:?}");
    assert_eq!((doubled, untold), (0, 0));
    assert_eq!(ask("PRAGMA foreign_key_check").len(), 0);
    assert_eq!(ask("PRAGMA integrity_check"), ["ok"]);
}
