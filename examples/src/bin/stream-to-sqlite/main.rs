//! Streams into an SQLite database.
//!
//! ```text
//! stream-to-sqlite                                      all public posts that the server knows, into posts.db
//! stream-to-sqlite --stream user --stream hashtag:rust
//! sqlite3 posts.db 'SELECT * FROM hashtags_by_hour LIMIT 20'
//! ```
//!
//! It may be ended and killed at any moment: at the next start it goes on where it was, and what was posted meanwhile comes first. What nobody can
//! fetch afterwards, edits and deletions of that time, is told in the table `gaps`.

mod counter;
mod written;

use clap::Parser;
use counter::Counter;
use fedikit_examples::account::{AccountArguments, myself};
use fedikit_examples::database::Database;
use fedikit_examples::server::BoxError;
use fedikit_examples::{ended, in_words};
use mastodon_api::streaming::{EventStream, Heard, Stream, StreamCursor};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use written::{label, stream};

/// What was heard is written when there is so much of it, or it has waited so long.
const BATCH: usize = 500;
const WAIT: Duration = Duration::from_secs(1);

/// Writes what it hears on streams of the server into an SQLite database, made for questions in SQL, until it is ended.
///
/// The tables and views are explained in examples/src/database/schema.sql; begin with `SELECT * FROM posts LIMIT 10`.
#[derive(Parser)]
struct Arguments {
    /// What to listen to, as often as you like: `public`, `public:local`, `public:remote`, each also with `:media`, `user` (your home timeline
    /// and notifications), `user:notification`, `direct`, `hashtag:NAME`, `hashtag:local:NAME`, `list:ID`.
    #[arg(long = "stream", value_name = "STREAM", default_value = "public", value_parser = stream)]
    streams: Vec<Stream>,

    /// The database. It is made if it is not there, and only you can read it.
    #[arg(long, value_name = "FILE", default_value = "posts.db")]
    database: PathBuf,

    /// Keeps the words and pictures of posts that their authors delete. Think twice: they meant them to be gone.
    #[arg(long)]
    keep_deleted: bool,

    /// Ends after this time: `90s`, `10m`, `2h`.
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    for_so_long: Option<Duration>,

    /// Ends when so many posts, edits, deletions and notifications were heard.
    #[arg(long, value_name = "NUMBER")]
    events: Option<u64>,

    #[command(flatten)]
    account: AccountArguments,
}

#[tokio::main]
async fn main() -> ExitCode {
    ended(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    let client = arguments.account.client()?;
    let mut database = Database::open(&arguments.database)?;
    let me = myself(&client, database.belongs_to_somebody()?)
        .await
        .map_err(|error| match error.is_unauthorized() {
            true => "the server does not accept the token: run `login` again".into(),
            false => BoxError::from(error),
        })?;
    database.belongs_to(client.base().as_str(), me.id.as_str())?;

    let mut names: Vec<_> = arguments.streams.iter().map(label).collect();
    names.sort_unstable();
    names.dedup();
    let names = names.join(" ");
    let (first, more) = arguments.streams.split_first().ok_or("name a stream")?;
    let mut events = client.stream(first.clone());
    for stream in more {
        events = events.and(stream.clone());
    }
    if let Some(cursor) = database.cursor(&names)? {
        let cursor: StreamCursor = cursor.parse().map_err(|_| {
            format!(
                "the cursor of {names} in {} is not readable: remove it from the table `cursors`",
                arguments.database.display()
            )
        })?;
        events = events.resume(cursor);
    }
    let mut counter = Counter::new();
    counter.tell(&format!(
        "{} → {}. Ctrl-C ends it.",
        names.replace(' ', ", "),
        arguments.database.display()
    ));
    let listener = Listener {
        database: &mut database,
        counter: &mut counter,
        streams: &names,
        keep_deleted: arguments.keep_deleted,
        waiting: Vec::new(),
    };
    let outcome = listener
        .listen(events.start(), arguments.for_so_long, arguments.events)
        .await;
    counter.finish(&database)?;
    outcome
}

struct Listener<'a> {
    database: &'a mut Database,
    counter: &'a mut Counter,
    streams: &'a str,
    keep_deleted: bool,
    /// What was heard and is not written yet.
    waiting: Vec<Heard>,
}

impl Listener<'_> {
    /// Listens until it is time, or nothing will ever come.
    async fn listen(
        mut self,
        mut events: EventStream,
        time: Option<Duration>,
        number: Option<u64>,
    ) -> Result<(), BoxError> {
        let end = time.and_then(|time| Instant::now().checked_add(time));
        let mut write_at = None;
        let mut interrupted = std::pin::pin!(interrupted());
        loop {
            tokio::select! {
                heard = events.next() => match heard {
                    Some(Ok(heard)) => {
                        self.counter.heard(&heard);
                        self.waiting.push(heard);
                        write_at.get_or_insert_with(|| Instant::now() + WAIT);
                        let is_enough = number.is_some_and(|number| self.counter.number() >= number);
                        if is_enough || self.waiting.len() >= BATCH {
                            self.write(&events)?;
                            write_at = None;
                        }
                        if is_enough {
                            return Ok(());
                        }
                    }
                    Some(Err(error)) => {
                        self.write(&events)?;
                        return Err(error.into());
                    }
                    None => return self.write(&events),
                },
                () = reached(write_at) => {
                    self.write(&events)?;
                    write_at = None;
                }
                () = reached(end) => return self.write(&events),
                () = &mut interrupted => return self.write(&events),
            }
        }
    }

    /// Writes what is waiting, and in the same transaction where to go on.
    fn write(&mut self, events: &EventStream) -> Result<(), BoxError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        // The disk may take its time; the other threads of the runtime go on.
        tokio::task::block_in_place(|| {
            let mut batch = self.database.batch()?.keep_deleted(self.keep_deleted);
            for heard in &self.waiting {
                written::write(&mut batch, heard, self.streams)?;
            }
            if !events.cursor().is_empty() {
                batch.cursor(self.streams, &events.cursor().to_string())?;
            }
            batch.commit()
        })?;
        self.waiting.clear();
        self.counter.written();
        Ok(())
    }
}

/// Waits for a time; for ever, if there is none.
async fn reached(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Waits until somebody wants the program to end.
async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
        return;
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("Ctrl-C is not heard: {}", in_words(&error));
        std::future::pending::<()>().await;
    }
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    let seconds = match text.char_indices().last() {
        Some((end, 's')) => text.get(..end).map(|number| (number, 1)),
        Some((end, 'm')) => text.get(..end).map(|number| (number, 60)),
        Some((end, 'h')) => text.get(..end).map(|number| (number, 3600)),
        _ => None,
    };
    let seconds = seconds.and_then(|(number, unit)| number.parse::<u64>().ok()?.checked_mul(unit));
    seconds
        .map(Duration::from_secs)
        .ok_or("write 90s, 10m or 2h")
}
