//! A bad day of a server, and what the programs that listen to it have made of it at its end. `interop/soak.sh` runs it.
//!
//! The fake instance disconnects, stalls, restarts, is away, sends unknown and malformed events and everything twice, refuses, and is slow, at
//! random, while people post, edit, delete and ask the bot. `bot` and `stream-to-sqlite` run against it as a person runs them, and are killed now
//! and then. Afterwards every question must be answered exactly once, and the database must hold what the server holds.

mod faults;
mod programs;

use chrono::{DateTime, Utc};
use clap::Parser;
use faults::Faults;
use fedikit_examples::server::BoxError;
use fedikit_examples::{ended, say};
use mastodon_api::entities::{Status, Visibility};
use mastodon_api::ids::StatusId;
use mastodon_api::testing::FakeInstance;
use programs::Programs;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::process::ExitCode;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Runs a fake instance through a bad day, with the programs `bot` and `stream-to-sqlite` listening to it.
#[derive(Parser)]
struct Arguments {
    /// How long the day is.
    #[arg(long, default_value_t = 20)]
    minutes: u64,

    /// What chance does. If nothing is said it is chosen, and told.
    #[arg(long)]
    seed: Option<u64>,
}

/// How long everything may take to come right when the day is over.
const PATIENCE: Duration = Duration::from_secs(120);

const PEOPLE: [&str; 6] = ["ada", "ben", "cleo", "dora", "emil", "fay"];

#[tokio::main]
async fn main() -> ExitCode {
    ended(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..));
    say!("{} minutes, --seed {seed}", arguments.minutes);
    let mut chance = fastrand::Rng::with_seed(seed);
    let instance = FakeInstance::start().await?;
    instance.set_heartbeat(Duration::from_secs(10));
    let mut day = Day::default();
    let mut faults = Faults::default();
    let mut programs = Programs::start(&instance).await?;
    // What was said before a bot comes for the first time is not its to answer.
    programs.are_listening(&instance).await?;
    say!("at the start: {}", programs.memory());

    let end = Instant::now() + Duration::from_secs(60 * arguments.minutes);
    let mut next_fault = Instant::now();
    let mut next_kill = Instant::now() + Duration::from_secs(20);
    let mut next_word = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        day.something_happens(&instance, &mut chance);
        programs.keep_running()?;
        if Instant::now() > next_fault {
            let posts: Vec<StatusId> = day.posts.keys().map(|id| id.as_str().into()).collect();
            faults.happen(&instance, &mut chance, &posts).await?;
            next_fault = Instant::now() + Duration::from_millis(chance.u64(500..6000));
        }
        if Instant::now() > next_kill {
            programs.kill_one(&mut chance)?;
            next_kill = Instant::now() + Duration::from_secs(chance.u64(15..60));
        }
        if Instant::now() > next_word {
            say!("{day}; {}", programs.memory());
            next_word += Duration::from_secs(60);
        }
        sleep(Duration::from_millis(chance.u64(20..300))).await;
    }

    // The day is over: everything works again.
    instance.clear_faults();
    // A program that polls would try the better ways only minutes later, and tell only then what it could not see.
    programs.kill_all()?;
    say!("\nthe day is over: {day}\nfaults: {faults}");
    let began = Instant::now();
    let wrong = loop {
        programs.keep_running()?;
        let wrong = day.wrong(&instance, &programs)?;
        if wrong.is_empty() || began.elapsed() > PATIENCE {
            break wrong;
        }
        sleep(Duration::from_millis(500)).await;
    };
    // What is doubled may come late.
    sleep(Duration::from_secs(3)).await;
    let late = day.wrong(&instance, &programs)?;
    say!(
        "it took {:.1} s to come right",
        began.elapsed().as_secs_f64()
    );
    say!("at the end: {}", programs.memory());
    say!("{}", programs.report()?);
    say!("{}", day.report(&instance, &programs)?);
    let wrong: Vec<_> = wrong.into_iter().chain(late).collect();
    if wrong.is_empty() && programs.is_memory_bounded() {
        say!("0 lost, 0 doubled");
        return Ok(());
    }
    for line in wrong.iter().take(40) {
        say!("WRONG: {line}");
    }
    programs.keep_logs();
    Err(format!("{} things are wrong (--seed {seed})", wrong.len()).into())
}

/// What people did.
#[derive(Default)]
struct Day {
    /// Public posts that are there, with what they say.
    posts: BTreeMap<String, String>,
    edited: HashMap<String, DateTime<Utc>>,
    deleted: HashMap<String, DateTime<Utc>>,
    questions: Vec<StatusId>,
    edits: u64,
    number: u64,
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} public posts, {} edits, {} deletions, {} questions",
            self.posts.len() + self.deleted.len(),
            self.edits,
            self.deleted.len(),
            self.questions.len()
        )
    }
}

impl Day {
    fn something_happens(&mut self, instance: &FakeInstance, chance: &mut fastrand::Rng) {
        self.number += 1;
        let number = self.number;
        let who = PEOPLE.get(chance.usize(..PEOPLE.len())).unwrap_or(&"ada");
        let some = self
            .posts
            .keys()
            .nth(chance.usize(..self.posts.len().max(1)))
            .cloned();
        match (chance.u8(..20), some) {
            (0..3, _) => {
                let question = instance.mention(who, "bot", &format!("question {number}?"));
                self.questions.push(question.id.clone());
                self.posts
                    .insert(question.id.to_string(), question.content.to_text());
            }
            (3..6, Some(some)) => {
                let text = format!("edited by {number}");
                // A question that says something else is another question.
                let id = StatusId::from(some.as_str());
                if !self.questions.contains(&id)
                    && let Some(edited) = instance.edit(&id, &text)
                {
                    self.edits += 1;
                    self.edited.insert(some.clone(), Utc::now());
                    self.posts.insert(some, edited.content.to_text());
                }
            }
            (6..8, Some(some)) => {
                let id = StatusId::from(some.as_str());
                if !self.questions.contains(&id) && instance.delete(&id) {
                    self.posts.remove(&some);
                    self.deleted.insert(some, Utc::now());
                }
            }
            _ => {
                let post = instance.post_as(who, &format!("post {number}"), Visibility::Public);
                self.posts
                    .insert(post.id.to_string(), post.content.to_text());
            }
        }
    }

    /// What is not as it should be, one thing a line.
    fn wrong(&self, instance: &FakeInstance, programs: &Programs) -> Result<Vec<String>, BoxError> {
        let mut wrong = Vec::new();
        let mut answers: HashMap<StatusId, usize> = HashMap::new();
        for answer in instance.statuses_of("bot") {
            if let Some(question) = answer.in_reply_to_id {
                *answers.entry(question).or_default() += 1;
            }
        }
        for question in &self.questions {
            match answers.remove(question).unwrap_or(0) {
                1 => {}
                0 => wrong.push(format!("lost: question {question} has no answer")),
                many => wrong.push(format!("doubled: question {question} has {many} answers")),
            }
        }
        wrong.extend(
            answers
                .keys()
                .map(|id| format!("{id} was answered and is no question")),
        );
        if let Some(database) = programs.database()? {
            let truth: Vec<Status> = instance.statuses();
            let truth = truth
                .iter()
                .filter(|status| status.visibility == Visibility::Public);
            let truth: HashMap<&str, String> = truth
                .map(|status| (status.id.as_str(), status.content.to_text()))
                .collect();
            for (id, text) in &truth {
                match database.texts.get(*id) {
                    None => wrong.push(format!("lost: post {id} is not in the database")),
                    Some(stored)
                        if stored != text && !self.is_told(&self.edited, id, &database) =>
                    {
                        wrong.push(format!(
                            "post {id} was edited, and nothing tells it: {stored:?}"
                        ));
                    }
                    Some(_) => {}
                }
            }
            for id in database
                .texts
                .keys()
                .filter(|id| !truth.contains_key(id.as_str()))
            {
                if !self.is_told(&self.deleted, id, &database) {
                    wrong.push(format!("post {id} was deleted, and nothing tells it"));
                }
            }
        }
        Ok(wrong)
    }

    /// Whether a gap was told in which it happened, or the other change did that this one stands on.
    fn is_told(
        &self,
        changes: &HashMap<String, DateTime<Utc>>,
        id: &str,
        database: &programs::Database,
    ) -> bool {
        let Some(at) = changes.get(id) else {
            return false;
        };
        database
            .gaps
            .iter()
            .any(|(since, until)| since.is_none_or(|since| since <= *at) && at <= until)
    }

    fn report(&self, instance: &FakeInstance, programs: &Programs) -> Result<String, BoxError> {
        let answered: HashSet<_> = instance
            .statuses_of("bot")
            .into_iter()
            .filter_map(|answer| answer.in_reply_to_id)
            .collect();
        let mut report = format!(
            "the bot answered {} of {} questions with {} posts",
            answered.len(),
            self.questions.len(),
            instance.statuses_of("bot").len()
        );
        if let Some(database) = programs.database()? {
            let stale = self.posts.iter().filter(|(id, text)| {
                database
                    .texts
                    .get(id.as_str())
                    .is_some_and(|stored| stored != *text)
            });
            let undead = self
                .deleted
                .keys()
                .filter(|id| database.texts.contains_key(id.as_str()));
            report.push_str(&format!(
                "\nthe database has {} of {} posts; {} edits and {} deletions are not in it, each within one of its {} gaps",
                self.posts.keys().filter(|id| database.texts.contains_key(id.as_str())).count(),
                self.posts.len(),
                stale.count(),
                undead.count(),
                database.gaps.len()
            ));
        }
        Ok(report)
    }
}
