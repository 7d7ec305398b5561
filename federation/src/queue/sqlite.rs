//! The queue in an embedded SQLite file.

use super::{DeadLetter, Envelope, Job, JobId, Outcome, Queue, QueueError};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// A [`Queue`] in one SQLite file, with no service to install.
///
/// The file belongs to one process at a time: a second one is refused. What was claimed and not finished when
/// the process ended is due again when the file is opened. Each commit is written through to the disk
/// (`journal_mode=WAL`, `synchronous=FULL`), so what was accepted survives a power cut as well. Of the dead letters the
/// newest 10,000 are kept.
#[derive(Clone, Debug)]
pub struct SqliteQueue {
    connection: Arc<Mutex<Connection>>,
}

impl SqliteQueue {
    /// Opens the queue in `path` and makes the file if there is none.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or written, is no SQLite file, or is in use by another process.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, QueueError> {
        Self::with(Connection::open(path))
    }

    /// A queue that is forgotten with the process, for tests.
    ///
    /// # Errors
    ///
    /// When SQLite cannot be started.
    pub fn in_memory() -> Result<Self, QueueError> {
        Self::with(Connection::open_in_memory())
    }

    fn with(connection: rusqlite::Result<Connection>) -> Result<Self, QueueError> {
        let prepare = || {
            let connection = connection?;
            // Whoever else has the file keeps it for good, so there is nothing to wait for.
            connection.busy_timeout(std::time::Duration::ZERO)?;
            // Exclusive: a second process would send what this one has claimed.
            connection.execute_batch(
                "pragma locking_mode = exclusive;
                 pragma journal_mode = wal;
                 pragma synchronous = full;
                 pragma foreign_keys = on;
                 begin immediate;",
            )?;
            connection.execute_batch(SCHEMA)?;
            connection.execute(
                "update delivery set state = ?1 where state = ?2",
                [WAITING, CLAIMED],
            )?;
            connection.execute_batch("commit")?;
            Ok(connection)
        };
        let connection =
            prepare().map_err(|source: rusqlite::Error| QueueError::new("opened", source))?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Runs `work` where waiting for the disk holds up no other task.
    async fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, QueueError> {
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || {
            // A panic elsewhere leaves no half transaction behind: dropping one rolls it back.
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match done.await {
            Ok(result) => result.map_err(|source| QueueError::new(doing, source)),
            Err(join) => Err(QueueError::new(doing, join)),
        }
    }
}

#[async_trait::async_trait]
impl Queue for SqliteQueue {
    async fn enqueue(&self, envelope: Envelope, now: DateTime<Utc>) -> Result<(), QueueError> {
        self.run("written", move |connection| {
            let transaction = connection.transaction()?;
            let activity: i64 = transaction.query_row(
                "insert into activity (activity_id, sender, body) values (?1, ?2, ?3) returning id",
                params![envelope.activity_id, envelope.sender, &*envelope.body],
                |row| row.get(0),
            )?;
            {
                let mut insert = transaction.prepare_cached(
                    "insert or ignore into delivery (activity, inbox, host, due) values (?1, ?2, ?3, ?4)",
                )?;
                for inbox in &envelope.inboxes {
                    insert.execute(params![
                        activity,
                        inbox.as_str(),
                        inbox.host_str(),
                        now.timestamp_millis()
                    ])?;
                }
            }
            transaction.commit()
        })
        .await
    }

    async fn claim(&self, limit: usize, now: DateTime<Utc>) -> Result<Vec<Job>, QueueError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.run("read", move |connection| {
            let transaction = connection.transaction()?;
            let claimed = claim(&transaction, limit, now.timestamp_millis())?;
            transaction.commit()?;
            Ok(claimed)
        })
        .await
    }

    async fn finish(&self, outcomes: Vec<(JobId, Outcome)>) -> Result<(), QueueError> {
        self.run("written", move |connection| {
            let transaction = connection.transaction()?;
            for (JobId(id), outcome) in &outcomes {
                finish(&transaction, *id, outcome)?;
            }
            if outcomes
                .iter()
                .any(|(_, outcome)| matches!(outcome, Outcome::Dead { .. }))
            {
                forget_oldest_dead(&transaction)?;
            }
            transaction.commit()
        })
        .await
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, QueueError> {
        self.run("read", |connection| {
            connection.query_row(
                "select min(due) from delivery where state = ?1",
                [WAITING],
                |row| row.get::<_, Option<i64>>(0),
            )
        })
        .await
        .map(|due| due.and_then(DateTime::from_timestamp_millis))
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.run("read", move |connection| {
            let mut select = connection.prepare_cached(
                "select activity.activity_id, inbox, attempts, reason
                 from delivery join activity on activity.id = delivery.activity
                 where state = ?1 order by delivery.id desc limit ?2",
            )?;
            let rows = select.query_map(params![DEAD, limit], |row| {
                Ok(DeadLetter {
                    activity_id: row.get(0)?,
                    inbox: url(row, 1)?,
                    attempts: row.get(2)?,
                    reason: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
                })
            })?;
            rows.collect()
        })
        .await
    }
}

fn claim(connection: &Connection, limit: i64, now: i64) -> rusqlite::Result<Vec<Job>> {
    let mut select = connection.prepare_cached(
        "select id, activity, inbox, attempts from
           (select id, activity, inbox, attempts, host from delivery where state = ?1 and due <= ?2 order by due, id limit ?3)
         order by host, id",
    )?;
    let mut take = connection.prepare_cached("update delivery set state = ?1 where id = ?2")?;
    let mut read = connection
        .prepare_cached("select activity_id, sender, body from activity where id = ?1")?;
    // A burst is often one activity for a thousand inboxes: read its body once and share it.
    let mut envelopes = HashMap::<i64, Envelope>::new();
    let mut jobs = Vec::new();
    let mut rows = select.query(params![WAITING, now, limit])?;
    while let Some(row) = rows.next()? {
        let (id, activity) = (row.get(0)?, row.get(1)?);
        take.execute([CLAIMED, id])?;
        let envelope = match envelopes.entry(activity) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(read.query_row([activity], |row| {
                    let body: Vec<u8> = row.get(2)?;
                    Ok(Envelope::new(
                        row.get::<_, String>(0)?,
                        row.get(1)?,
                        Bytes::from(body),
                        Vec::new(),
                    ))
                })?)
            }
        };
        jobs.push(Job::new(JobId(id), envelope, url(row, 2)?, row.get(3)?));
    }
    Ok(jobs)
}

fn finish(connection: &Connection, id: i64, outcome: &Outcome) -> rusqlite::Result<()> {
    match outcome {
        Outcome::Delivered => {
            remove(connection, id)?;
        }
        Outcome::Retry { at, reason } => {
            connection
                .prepare_cached("update delivery set state = ?1, attempts = attempts + 1, due = ?2, reason = ?3 where id = ?4")?
                .execute(params![WAITING, at.timestamp_millis(), reason, id])?;
        }
        Outcome::Dead { reason } => {
            connection
                .prepare_cached("update delivery set state = ?1, attempts = attempts + 1, reason = ?2 where id = ?3")?
                .execute(params![DEAD, reason, id])?;
        }
        Outcome::Returned => {
            connection
                .prepare_cached("update delivery set state = ?1 where id = ?2")?
                .execute([WAITING, id])?;
        }
    }
    Ok(())
}

/// Removes a delivery, and the activity with its last one.
fn remove(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    let activity = connection
        .prepare_cached("delete from delivery where id = ?1 returning activity")?
        .query_row([id], |row| row.get::<_, i64>(0))
        .optional()?;
    if let Some(activity) = activity {
        connection
            .prepare_cached(
                "delete from activity where id = ?1 and not exists (select 1 from delivery where activity = ?1)",
            )?
            .execute([activity])?;
    }
    Ok(())
}

/// Other servers decide how many deliveries die, so only the newest are kept.
fn forget_oldest_dead(connection: &Connection) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(
        "select id from delivery where state = ?1 order by id desc limit -1 offset ?2",
    )?;
    let oldest = select.query_map([DEAD, MOST_DEAD], |row| row.get(0))?;
    let oldest: Vec<i64> = oldest.collect::<Result<_, _>>()?;
    oldest.into_iter().try_for_each(|id| remove(connection, id))
}

fn url(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Url> {
    Url::parse(&row.get::<_, String>(column)?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    })
}

const WAITING: i64 = 0;
const CLAIMED: i64 = 1;
const DEAD: i64 = 2;

/// How many dead letters are kept.
const MOST_DEAD: i64 = 10_000;

const SCHEMA: &str = "
create table if not exists activity (
    id integer primary key,
    activity_id text not null,
    sender text,
    body blob not null
) strict;
create table if not exists delivery (
    id integer primary key,
    activity integer not null references activity (id),
    inbox text not null,
    host text not null,
    due integer not null, -- milliseconds since 1970
    attempts integer not null default 0,
    state integer not null default 0, -- 0 waits, 1 claimed, 2 given up
    reason text,
    unique (activity, inbox)
) strict;
create index if not exists delivery_due on delivery (state, due);
";
