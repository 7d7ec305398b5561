//! The queue in its file: what was accepted is not lost, whatever happens to the process.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use federation::queue::{Envelope, Outcome, Queue, SqliteQueue};
use std::collections::HashSet;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

fn envelope(number: usize, inboxes: usize) -> Envelope {
    let inbox = |at| {
        format!("https://{at}.example/inbox/{number}")
            .parse()
            .unwrap()
    };
    let id = format!("https://red.example/activities/{number}");
    Envelope::new(
        id,
        Some("alice".into()),
        Bytes::from(format!("body {number}")),
        (0..inboxes).map(inbox).collect(),
    )
}

#[tokio::test]
async fn what_was_claimed_comes_back_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.sqlite");
    let now = Utc::now();
    let queue = SqliteQueue::open(&path).unwrap();
    queue.enqueue(envelope(1, 3), now).await.unwrap();
    let claimed = queue.claim(2, now).await.unwrap();
    assert_eq!(claimed.len(), 2);
    assert_eq!(
        queue.claim(9, now).await.unwrap().len(),
        1,
        "what is claimed is nobody else's"
    );
    queue
        .finish(vec![(claimed[0].id, Outcome::Delivered)])
        .await
        .unwrap();
    drop(queue);

    let queue = SqliteQueue::open(&path).unwrap();
    let again = queue.claim(9, now).await.unwrap();
    assert_eq!(again.len(), 2, "all but the delivered one");
    assert!(again.iter().all(|job| job.body == "body 1"
        && job.attempts == 0
        && job.sender.as_deref() == Some("alice")));
    assert!(!again.iter().any(|job| job.inbox == claimed[0].inbox));
}

#[tokio::test]
async fn a_second_program_is_refused_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.sqlite");
    let first = SqliteQueue::open(&path).unwrap();
    let error = SqliteQueue::open(&path).unwrap_err();
    assert_eq!(error.to_string(), "the delivery queue could not be opened");
    assert!(
        error.source().unwrap().to_string().contains("locked"),
        "{error:?}"
    );
    first.enqueue(envelope(1, 1), Utc::now()).await.unwrap();
    drop(first);
    assert_eq!(
        SqliteQueue::open(&path)
            .unwrap()
            .claim(9, Utc::now())
            .await
            .unwrap()
            .len(),
        1
    );
    std::fs::write(&path, "this is no database, and says so at some length").unwrap();
    assert!(SqliteQueue::open(&path).is_err());
}

#[tokio::test]
async fn a_retry_waits_until_it_is_due_and_a_dead_letter_is_kept() {
    let queue = SqliteQueue::in_memory().unwrap();
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    assert_eq!(queue.next_due().await.unwrap(), None);
    queue.enqueue(envelope(1, 2), now).await.unwrap();
    assert_eq!(queue.next_due().await.unwrap(), Some(now));
    assert!(
        queue
            .claim(9, now - TimeDelta::seconds(1))
            .await
            .unwrap()
            .is_empty()
    );
    let jobs = queue.claim(9, now).await.unwrap();
    let later = now + TimeDelta::seconds(15);
    let retry = Outcome::Retry {
        at: later,
        reason: "busy".into(),
    };
    queue
        .finish(vec![
            (jobs[0].id, retry),
            (
                jobs[1].id,
                Outcome::Dead {
                    reason: "no such inbox".into(),
                },
            ),
        ])
        .await
        .unwrap();
    assert_eq!(queue.next_due().await.unwrap(), Some(later));
    assert!(
        queue
            .claim(9, later - TimeDelta::milliseconds(1))
            .await
            .unwrap()
            .is_empty()
    );
    let again = queue.claim(9, later).await.unwrap();
    assert_eq!((again.len(), again[0].attempts), (1, 1));
    queue
        .finish(vec![(again[0].id, Outcome::Returned)])
        .await
        .unwrap();
    assert_eq!(
        queue.claim(9, later).await.unwrap()[0].attempts,
        1,
        "an attempt that nobody made does not count"
    );

    let dead = queue.dead_letters(9).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (dead[0].attempts, dead[0].reason.as_str(), &dead[0].inbox),
        (1, "no such inbox", &jobs[1].inbox)
    );
}

#[tokio::test]
async fn of_the_dead_letters_the_newest_are_kept() {
    let queue = SqliteQueue::in_memory().unwrap();
    let now = Utc::now();
    queue.enqueue(envelope(1, 2), now).await.unwrap();
    queue.enqueue(envelope(2, 10_000), now).await.unwrap();
    let dead = || Outcome::Dead {
        reason: String::new(),
    };
    let outcomes = queue
        .claim(20_000, now)
        .await
        .unwrap()
        .iter()
        .map(|job| (job.id, dead()))
        .collect();
    queue.finish(outcomes).await.unwrap();
    let dead = queue.dead_letters(20_000).await.unwrap();
    assert_eq!(dead.len(), 10_000);
    assert!(dead.iter().all(|letter| letter.activity_id.ends_with("/2")));
}

const CHILD: &str = "FEDIKIT_QUEUE_OF_THE_CHILD";

/// Not a test but the process that the next one kills: it works on a queue and says what it has done.
#[tokio::test]
async fn child() {
    let Ok(path) = std::env::var(CHILD) else {
        return;
    };
    let queue = SqliteQueue::open(path).unwrap();
    for number in 0.. {
        let envelope = envelope(number, 5);
        let inboxes = envelope.inboxes.clone();
        queue.enqueue(envelope, Utc::now()).await.unwrap();
        inboxes.iter().for_each(|inbox| println!("in {inbox}"));
        let jobs = queue.claim(3, Utc::now()).await.unwrap();
        let finished = jobs
            .iter()
            .map(|job| (job.id, Outcome::Delivered))
            .collect();
        jobs.iter().for_each(|job| println!("out {}", job.inbox));
        queue.finish(finished).await.unwrap();
    }
}

/// Lets a child work on the queue and kills it after so many lines. What it said to have put in, and what to have taken out.
fn kill_after(lines: usize, path: &Path) -> (HashSet<String>, HashSet<String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "queue::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let mut all: Vec<String> = said.by_ref().take(lines).collect();
    child.kill().unwrap();
    // What was said before the kill and is still in the pipe; the last line may be cut off.
    all.extend(said);
    child.wait().unwrap();
    let of = |prefix: &str| {
        all.iter()
            .filter_map(|line| line.strip_prefix(prefix))
            .map(str::to_owned)
            .collect()
    };
    (of("in "), of("out "))
}

#[tokio::test]
async fn nothing_is_lost_when_the_process_is_killed() {
    for lines in [40, 163, 402] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queue.sqlite");
        let (put_in, taken_out) = kill_after(lines, &path);
        assert!(
            put_in.len() > 15 && taken_out.len() > 5,
            "the child was at work"
        );
        let queue = SqliteQueue::open(&path).unwrap();
        let waiting = queue.claim(100_000, Utc::now()).await.unwrap();
        let left: HashSet<String> = waiting.iter().map(|job| job.inbox.to_string()).collect();
        assert_eq!(left.len(), waiting.len(), "none twice");
        let lost: Vec<_> = put_in
            .iter()
            .filter(|inbox| !left.contains(*inbox) && !taken_out.contains(*inbox))
            .collect();
        assert!(lost.is_empty(), "killed after {lines} lines: {lost:?}");
        // What it had begun to take out and not finished is there again: at most the one batch of three.
        let both = taken_out
            .iter()
            .filter(|inbox| left.contains(*inbox))
            .count();
        assert!(both <= 3, "{both}");
    }
}
