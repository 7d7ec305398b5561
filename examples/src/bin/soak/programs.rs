//! The programs that listen, as a person runs them.

use chrono::{DateTime, Utc};
use fedikit_examples::server::BoxError;
use mastodon_api::streaming::Stream;
use mastodon_api::testing::FakeInstance;
use rusqlite::{Connection, OpenFlags};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub(crate) struct Programs {
    folder: TempDir,
    all: [Program; 2],
}

struct Program {
    name: &'static str,
    arguments: Vec<String>,
    environment: [(&'static str, String); 2],
    log: PathBuf,
    child: Child,
    killed: u64,
    ended: u64,
    first_memory: u64,
}

/// What `stream-to-sqlite` has written.
pub(crate) struct Database {
    /// Of public posts that were not deleted, by id.
    pub(crate) texts: HashMap<String, String>,
    pub(crate) gaps: Vec<(Option<DateTime<Utc>>, DateTime<Utc>)>,
}

/// More than it had at the beginning, a program may need this much: caches fill, and the tables of SQLite are read.
const MORE_MEMORY: u64 = 64 * 1024;

impl Programs {
    pub(crate) async fn start(instance: &FakeInstance) -> Result<Self, BoxError> {
        let folder = tempfile::tempdir()?;
        let environment = |account| {
            let token = instance.token(account).expose().to_owned();
            let server = instance.url().to_string();
            [("MASTODON_SERVER", server), ("MASTODON_TOKEN", token)]
        };
        let path = |name: &str| folder.path().join(name).display().to_string();
        let bot = [
            "--memory".to_owned(),
            path("memory.json"),
            "--answers-per-hour".to_owned(),
            "1000000".to_owned(),
        ];
        let sqlite = [
            "--stream".to_owned(),
            "public".to_owned(),
            "--database".to_owned(),
            path("posts.db"),
        ];
        let all = [
            Program::start(
                "bot",
                bot.into(),
                environment("bot"),
                folder.path().join("bot.log"),
            )?,
            Program::start(
                "stream-to-sqlite",
                sqlite.into(),
                environment("archivist"),
                folder.path().join("stream-to-sqlite.log"),
            )?,
        ];
        Ok(Self { folder, all })
    }

    /// Waits until both do, and notes how much memory they have then.
    pub(crate) async fn are_listening(&mut self, instance: &FakeInstance) -> Result<(), BoxError> {
        instance.wait_for_subscriber(&Stream::User).await?;
        instance.wait_for_subscriber(&Stream::Public).await?;
        for program in &mut self.all {
            program.first_memory = program.memory();
        }
        Ok(())
    }

    /// A program that ended by itself is started again, as a service manager does.
    pub(crate) fn keep_running(&mut self) -> Result<(), BoxError> {
        for program in &mut self.all {
            if program.child.try_wait()?.is_some() {
                program.ended += 1;
                program.again()?;
            }
        }
        Ok(())
    }

    /// Kills one, which has no chance to say farewell, and starts it again.
    pub(crate) fn kill_one(&mut self, chance: &mut fastrand::Rng) -> Result<(), BoxError> {
        let which = chance.usize(..self.all.len());
        self.all.get_mut(which).map_or(Ok(()), Program::kill)
    }

    pub(crate) fn kill_all(&mut self) -> Result<(), BoxError> {
        self.all.iter_mut().try_for_each(Program::kill)
    }

    pub(crate) fn memory(&self) -> String {
        let each = self
            .all
            .iter()
            .map(|program| format!("{} {} KB", program.name, program.memory()));
        each.collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn is_memory_bounded(&self) -> bool {
        self.all
            .iter()
            .all(|program| program.memory() < program.first_memory + MORE_MEMORY)
    }

    /// What the programs said of themselves.
    pub(crate) fn report(&self) -> Result<String, BoxError> {
        let mut report = String::new();
        for program in &self.all {
            let log = std::fs::read_to_string(&program.log)?;
            let count = |what: &str| log.matches(what).count();
            let ups = count("listening again") + count("up: ");
            let gaps = count("edits and deletions on");
            writeln!(
                report,
                "{}: killed {} times, ended {} times by itself; {} lines said, {ups} times up, {} down, {gaps} gaps told",
                program.name,
                program.killed,
                program.ended,
                log.lines().count(),
                count("is down") + count("down: "),
            )?;
        }
        Ok(report.trim_end().to_owned())
    }

    /// What stands in the database; nothing while it is not there yet.
    pub(crate) fn database(&self) -> Result<Option<Database>, BoxError> {
        let file = self.folder.path().join("posts.db");
        if !file.exists() {
            return Ok(None);
        }
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut texts = connection
            .prepare("SELECT id, text FROM statuses WHERE id NOT IN (SELECT id FROM deletes)")?;
        let texts = texts.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let texts = texts.collect::<Result<_, _>>()?;
        let mut gaps = connection.prepare("SELECT since, until FROM gaps")?;
        let gaps = gaps.query_map([], |row| {
            Ok((row.get::<_, Option<String>>(0)?, row.get::<_, String>(1)?))
        })?;
        let gaps = gaps.map(|gap| {
            let (since, until) = gap?;
            let since = since.map(|since| since.parse()).transpose()?;
            Ok::<_, BoxError>((since, until.parse()?))
        });
        let gaps = gaps.collect::<Result<_, _>>()?;
        Ok(Some(Database { texts, gaps }))
    }

    /// Leaves the files there, for the one who looks for the reason.
    pub(crate) fn keep_logs(&mut self) {
        self.folder.disable_cleanup(true);
        eprintln!(
            "what the programs said and wrote is in {}",
            self.folder.path().display()
        );
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        for program in &mut self.all {
            // It may have ended already.
            let _ = program.child.kill();
            let _ = program.child.wait();
        }
    }
}

impl Program {
    fn start(
        name: &'static str,
        mut arguments: Vec<String>,
        environment: [(&'static str, String); 2],
        log: PathBuf,
    ) -> Result<Self, BoxError> {
        if name == "bot"
            && let [(_, server), _] = &environment
        {
            arguments.extend(["--server".to_owned(), server.clone()]);
        }
        let child = spawn(name, &arguments, &environment, &log)?;
        Ok(Self {
            name,
            arguments,
            environment,
            log,
            child,
            killed: 0,
            ended: 0,
            first_memory: 0,
        })
    }

    fn kill(&mut self) -> Result<(), BoxError> {
        self.child.kill()?;
        self.child.wait()?;
        self.killed += 1;
        self.again()
    }

    fn again(&mut self) -> Result<(), BoxError> {
        self.child = spawn(self.name, &self.arguments, &self.environment, &self.log)?;
        Ok(())
    }

    /// What it holds of memory, in KB; 0 where nobody says it.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

fn spawn(
    name: &str,
    arguments: &[String],
    environment: &[(&'static str, String); 2],
    log: &PathBuf,
) -> Result<Child, BoxError> {
    let program = std::env::current_exe()?.with_file_name(name);
    let log: File = OpenOptions::new().create(true).append(true).open(log)?;
    let child = Command::new(&program)
        .args(arguments)
        .envs(environment.iter().cloned())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn();
    child.map_err(|error| format!("{}: {error}: build it first", program.display()).into())
}
