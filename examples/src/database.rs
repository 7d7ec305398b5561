//! Posts in an SQLite database that a person can ask questions: what `stream-to-sqlite` writes and `timeline-for-me` reads.
//!
//! The tables and what they mean are in [`SCHEMA`].

mod batch;

pub use batch::Batch;

use crate::disk::make_private_file;
use crate::server::BoxError;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, params};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The tables, with comments for the person who asks.
pub const SCHEMA: &str = include_str!("database/schema.sql");

/// The steps from an empty file to the newest schema: the n-th leads to version n, which `PRAGMA user_version` tells. A step that was once published is
/// never changed; a new one is added.
const MIGRATIONS: &[&str] = &[SCHEMA];

/// `PRAGMA application_id` of our databases: "fedi".
const APPLICATION: i32 = 0x6665_6469;

/// An open database.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    file: PathBuf,
}

impl Database {
    /// Opens the database, and makes it if it is not there: then only this user can read it.
    ///
    /// # Errors
    ///
    /// When it is not one of ours, or of a later version of this program, or cannot be written; in words that say what to do.
    pub fn open(file: &Path) -> Result<Self, BoxError> {
        // SQLite makes the files beside it with the same rights.
        make_private_file(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut database = Self::connect(file, flags)?;
        let set_up = database.set_up();
        set_up.map_err(|error| match error.downcast() {
            Ok(error) => in_words(file, *error),
            Err(error) => error,
        })?;
        Ok(database)
    }

    /// Opens a database that is there, to read it and nothing else.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open), and when it is not there.
    pub fn open_to_read(file: &Path) -> Result<Self, BoxError> {
        if !file.try_exists()? {
            let file = file.display();
            return Err(format!(
                "{file} is not there: `stream-to-sqlite --database {file}` makes it"
            )
            .into());
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Self::connect(file, flags)?;
        match database.version().map_err(|error| in_words(file, error))? {
            Some(version) if version == newest() => Ok(database),
            Some(version) => Err(wrong_version(file, version)),
            None => Err(not_ours(file)),
        }
    }

    fn connect(file: &Path, flags: OpenFlags) -> Result<Self, BoxError> {
        let connection =
            Connection::open_with_flags(file, flags).map_err(|error| in_words(file, error))?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self {
            connection,
            file: file.to_owned(),
        })
    }

    fn set_up(&mut self) -> Result<(), BoxError> {
        let version = match self.version()? {
            Some(version) => version,
            None if self.is_empty()? => 0,
            None => return Err(not_ours(&self.file)),
        };
        if version > newest() {
            return Err(wrong_version(&self.file, version));
        }
        self.connection.pragma_update(None, "journal_mode", "wal")?;
        // In WAL mode this survives every death of the program. A power cut may take the last batches, with the cursors in them.
        self.connection
            .pragma_update(None, "synchronous", "normal")?;
        self.connection.pragma_update(None, "foreign_keys", true)?;
        // What was deleted is overwritten, not only forgotten.
        self.connection.pragma_update(None, "secure_delete", true)?;
        let transaction = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        // Another program may have been faster.
        let version: i32 =
            transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        for (step, number) in MIGRATIONS.iter().zip(1..).skip(usize::try_from(version)?) {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.commit()?;
        Ok(())
    }

    /// The version of the schema; nothing if the file is not one of ours.
    fn version(&self) -> rusqlite::Result<Option<i32>> {
        let pragma = |name| {
            self.connection
                .pragma_query_value(None, name, |row| row.get::<_, i32>(0))
        };
        Ok((pragma("application_id")? == APPLICATION)
            .then(|| pragma("user_version"))
            .transpose()?
            .filter(|version| *version >= 0))
    }

    fn is_empty(&self) -> rusqlite::Result<bool> {
        let tables: i64 =
            self.connection
                .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok(tables == 0)
    }

    /// Whether it is already for some account.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn belongs_to_somebody(&self) -> Result<bool, BoxError> {
        let ask = "SELECT EXISTS (SELECT * FROM origin)";
        let answer = self.connection.query_row(ask, [], |row| row.get(0));
        answer.map_err(|error| self.in_words(error))
    }

    /// Makes sure that the database is for this account on this server: ids and cursors mean nothing elsewhere.
    ///
    /// # Errors
    ///
    /// When it is for another.
    pub fn belongs_to(&self, server: &str, account: &str) -> Result<(), BoxError> {
        let connection = &self.connection;
        let ask = "SELECT server, account FROM origin";
        let both =
            |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let origin = connection
            .query_row(ask, [], both)
            .optional()
            .map_err(|error| self.in_words(error))?;
        match origin {
            Some((its_server, its_account)) if its_server == server && its_account == account => {
                Ok(())
            }
            Some((its_server, its_account)) => Err(format!(
                "{} is for account {its_account} on {its_server}: name another database",
                self.file.display()
            )
            .into()),
            None => {
                let write = "INSERT INTO origin (one, server, account) VALUES (1, ?1, ?2)";
                connection
                    .execute(write, params![server, account])
                    .map_err(|error| self.in_words(error))?;
                Ok(())
            }
        }
    }

    /// Where to go on with these streams.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn cursor(&self, streams: &str) -> Result<Option<String>, BoxError> {
        let ask = "SELECT cursor FROM cursors WHERE streams = ?1";
        let cursor = self
            .connection
            .query_row(ask, [streams], |row| row.get(0))
            .optional();
        cursor.map_err(|error| self.in_words(error))
    }

    /// How many posts there are, without those that were deleted.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn count_posts(&self) -> Result<u64, BoxError> {
        let ask = "SELECT count(*) FROM posts";
        let number = self
            .connection
            .query_row(ask, [], |row| row.get::<_, i64>(0))
            .map_err(|error| self.in_words(error))?;
        Ok(u64::try_from(number)?)
    }

    /// Begins a batch. What is in it is written whole when it is [committed](Batch::commit), or not at all.
    ///
    /// # Errors
    ///
    /// When another program has written for ten seconds.
    pub fn batch(&mut self) -> Result<Batch<'_>, BoxError> {
        let file = &self.file;
        let transaction = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate);
        Ok(Batch::new(
            transaction.map_err(|error| in_words(file, error))?,
            file,
        ))
    }

    /// The connection itself, for questions.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What SQLite refused, in words that say what to do.
    #[must_use]
    pub fn in_words(&self, error: rusqlite::Error) -> BoxError {
        in_words(&self.file, error)
    }
}

/// What SQLite refused, in words that say what to do.
fn in_words(file: &Path, error: rusqlite::Error) -> BoxError {
    let name = file.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => format!("the disk of {name} is full: make room and start again, nothing that was written is lost").into(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("another program has locked {name} for ten seconds: end it, or name another database").into()
        }
        Some(ErrorCode::NotADatabase) => not_ours(file),
        Some(ErrorCode::ReadOnly) => format!("{name} or its folder may not be written").into(),
        Some(ErrorCode::CannotOpen) => format!("{name} cannot be opened: is its folder there, and yours?").into(),
        Some(ErrorCode::DatabaseCorrupt) => {
            format!("{name} is damaged: `sqlite3 {name} .recover` may save what is in it").into()
        }
        _ => format!("{name}: {error}").into(),
    }
}

fn not_ours(file: &Path) -> BoxError {
    format!(
        "{} is not a database of this program: name another file",
        file.display()
    )
    .into()
}

fn wrong_version(file: &Path, version: i32) -> BoxError {
    let name = file.display();
    match version > newest() {
        true => format!("{name} was written by a later version of this program (schema {version}, this one knows {}): take that one", newest()),
        false => format!("{name} has the older schema {version}: run `stream-to-sqlite` once, which brings it up to date"),
    }
    .into()
}

fn newest() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
