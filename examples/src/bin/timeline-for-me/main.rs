//! A timeline for one person, out of the database of `stream-to-sqlite`, by one SQL query that the person can change.
//!
//! ```text
//! timeline-for-me --learn          first: takes whom you follow and what you favourited
//! timeline-for-me
//! timeline-for-me --html page.html
//! timeline-for-me --print-query > mine.sql
//! timeline-for-me --query mine.sql
//! ```

mod learn;
mod page;

use chrono::{SecondsFormat, TimeDelta, Utc};
use clap::Parser;
use fedikit_examples::account::AccountArguments;
use fedikit_examples::database::Database;
use fedikit_examples::server::BoxError;
use fedikit_examples::terminal::{post, shown};
use fedikit_examples::{disk, ended, say};
use mastodon_api::entities::Status;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension as _, Row, Statement, ToSql};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// How long a query may take.
const PATIENCE: Duration = Duration::from_secs(30);

const QUERY: &str = include_str!("timeline.sql");

/// Shows the posts that are for you, the best first, and none of them twice.
#[derive(Parser)]
struct Arguments {
    /// The database that `stream-to-sqlite` fills.
    #[arg(long, value_name = "FILE", default_value = "posts.db")]
    database: PathBuf,

    /// Chooses and sorts by the query in this file.
    #[arg(long, value_name = "FILE")]
    query: Option<PathBuf>,

    /// Prints the query that is used otherwise, to change a copy of it.
    #[arg(long)]
    print_query: bool,

    /// Writes a page for the browser, instead of showing the posts here.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// How many posts.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,

    /// Nothing older than so many hours.
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(u16).range(1..))]
    hours: u16,

    /// How many posts of one author.
    #[arg(long, default_value_t = 2)]
    per_author: u16,

    /// Also shows what was shown before.
    #[arg(long)]
    again: bool,

    /// Prints what the query says about each post.
    #[arg(long)]
    explain: bool,

    /// Shows what is behind content warnings.
    #[arg(long)]
    open: bool,

    /// Takes from the account whom and which hashtags it follows and what it favourited last, and ends. What is in the tables `likes_people` and `likes_tags` already stays.
    #[arg(long)]
    learn: bool,

    #[command(flatten)]
    account: AccountArguments,
}

#[tokio::main]
async fn main() -> ExitCode {
    ended(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    if arguments.print_query {
        say!("{}", QUERY.trim_end());
        return Ok(());
    }
    if arguments.learn {
        // Not `open` alone: that makes what is not there.
        Database::open_to_read(&arguments.database)?;
        return learn::learn(
            &arguments.account.client()?,
            &mut Database::open(&arguments.database)?,
        )
        .await;
    }
    let chosen = choose(&arguments)?;
    match &arguments.html {
        Some(file) => {
            let page = page::page(chosen.iter().map(|chosen| &chosen.status));
            disk::write_whole(file, page.as_bytes())
                .map_err(|error| format!("{}: {error}", file.display()))?;
            say!("{} posts: {}", chosen.len(), file.display());
        }
        None if chosen.is_empty() => say!("Nothing new for you."),
        None => {
            for Chosen { status, about } in &chosen {
                if arguments.explain {
                    say!("{}", shown(about, 500));
                }
                say!("{}", post(status, arguments.open));
            }
        }
    }
    remember(&arguments.database, &chosen)
}

struct Chosen {
    status: Status,
    about: String,
}

/// What the query says is for the person. It cannot write, nor run for ever, and more posts than were asked for are not read.
fn choose(arguments: &Arguments) -> Result<Vec<Chosen>, BoxError> {
    let database = Database::open_to_read(&arguments.database)?;
    let (name, query) = match &arguments.query {
        Some(file) => {
            let query = std::fs::read_to_string(file)
                .map_err(|error| format!("{}: {error}", file.display()))?;
            (file.display().to_string(), query)
        }
        None => ("the query".to_owned(), QUERY.to_owned()),
    };
    let wrong = |error: rusqlite::Error| -> BoxError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::OperationInterrupted) => format!(
                "{name} took longer than {} s: let it look at fewer posts",
                PATIENCE.as_secs()
            )
            .into(),
            _ => format!("{name}: {error}").into(),
        }
    };
    let connection = database.connection();
    let mut statement = connection.prepare(&query).map_err(wrong)?;
    if !statement.readonly() {
        return Err(format!("{name} wants to change the database, and may only ask it").into());
    }
    let id = statement
        .column_index("id")
        .map_err(|_| format!("{name} has no column `id`"))?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    bind(&mut statement, arguments).map_err(wrong)?;

    let impatient = connection.get_interrupt_handle();
    std::thread::spawn(move || {
        std::thread::sleep(PATIENCE);
        impatient.interrupt();
    });
    let mut content = connection.prepare("SELECT json FROM statuses WHERE id = ?1")?;
    let mut chosen = Vec::new();
    let mut rows = statement.raw_query();
    while chosen.len() < usize::from(arguments.limit)
        && let Some(row) = rows.next().map_err(wrong)?
    {
        let id: String = row.get(id).map_err(wrong)?;
        let json = content
            .query_row([&id], |row| row.get::<_, Option<String>>(0))
            .optional()
            .map_err(wrong)?;
        // What was deleted has no content any more.
        if let Some(json) = json.flatten() {
            let status = serde_json::from_str(&json)
                .map_err(|error| format!("post {id} cannot be read: {error}"))?;
            chosen.push(Chosen {
                status,
                about: about(row, &columns),
            });
        }
    }
    Ok(chosen)
}

fn bind(statement: &mut Statement<'_>, arguments: &Arguments) -> rusqlite::Result<()> {
    let since = Utc::now() - TimeDelta::hours(arguments.hours.into());
    let since = since.to_rfc3339_opts(SecondsFormat::Millis, true);
    let parameters: [(&str, &dyn ToSql); 4] = [
        (":since", &since),
        (":limit", &arguments.limit),
        (":per_author", &arguments.per_author),
        (":again", &arguments.again),
    ];
    for (name, value) in parameters {
        if let Some(place) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(place, value)?;
        }
    }
    Ok(())
}

/// The columns of a row in a line.
fn about(row: &Row<'_>, columns: &[String]) -> String {
    let cell = |(place, name): (usize, &String)| {
        let value = match row.get_ref(place).unwrap_or(ValueRef::Null) {
            ValueRef::Null => "-".to_owned(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Real(number) => number.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
        };
        format!("{name} {value}")
    };
    columns
        .iter()
        .enumerate()
        .map(cell)
        .collect::<Vec<_>>()
        .join(" · ")
}

/// What was shown is not shown again.
fn remember(file: &Path, chosen: &[Chosen]) -> Result<(), BoxError> {
    let mut database = Database::open(file)?;
    let mut batch = database.batch()?;
    for Chosen { status, .. } in chosen {
        batch.shown(&status.id)?;
    }
    batch.commit()
}
