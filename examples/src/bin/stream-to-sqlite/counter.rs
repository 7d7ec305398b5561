//! What a person sees meanwhile: one living line in a terminal, otherwise a line now and then.

use chrono::{DateTime, Utc};
use fedikit_examples::database::Database;
use fedikit_examples::say;
use fedikit_examples::server::BoxError;
use fedikit_examples::terminal::shown;
use indicatif::{ProgressBar, ProgressStyle};
use mastodon_api::streaming::{Event, Heard};
use std::time::{Duration, Instant};

/// How often a line is written where there is no terminal.
const LINE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Numbers {
    posts: u64,
    missed: u64,
    edits: u64,
    deletions: u64,
    notifications: u64,
    others: u64,
    gaps: u64,
}

pub(crate) struct Counter {
    bar: ProgressBar,
    began: Instant,
    line_at: Instant,
    numbers: Numbers,
    /// How many had been heard when, for events a second.
    before: (Instant, u64),
    rate: f64,
    newest: Option<DateTime<Utc>>,
    is_up: bool,
}

impl Counter {
    pub(crate) fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.enable_steady_tick(Duration::from_millis(250));
        let now = Instant::now();
        Self {
            bar,
            began: now,
            line_at: now,
            numbers: Numbers::default(),
            before: (now, 0),
            rate: 0.0,
            newest: None,
            is_up: false,
        }
    }

    /// How many events there were.
    pub(crate) fn number(&self) -> u64 {
        let Numbers {
            posts,
            missed: _,
            edits,
            deletions,
            notifications,
            others,
            gaps: _,
        } = self.numbers;
        posts + edits + deletions + notifications + others
    }

    pub(crate) fn heard(&mut self, heard: &Heard) {
        match heard {
            Heard::Event(happened) => {
                let numbers = &mut self.numbers;
                numbers.missed += u64::from(happened.missed);
                match &happened.event {
                    Event::Update(status) => {
                        numbers.posts += 1;
                        self.newest = self.newest.max(status.created_at);
                    }
                    Event::StatusUpdate(_) => numbers.edits += 1,
                    Event::Delete(_) => numbers.deletions += 1,
                    Event::Notification(_) => numbers.notifications += 1,
                    _ => numbers.others += 1,
                }
            }
            Heard::Up(up) => {
                self.is_up = true;
                self.tell(&format!("up: {}", up.transport));
            }
            Heard::Down(down) => {
                self.is_up = false;
                let why = fedikit_examples::in_words(&down.why);
                self.tell(&format!(
                    "down: {}; again in {:.1} s",
                    shown(&why, 300),
                    down.retry_in.as_secs_f64()
                ));
            }
            Heard::Gap(gap) => {
                self.numbers.gaps += 1;
                self.tell(&format!("gap: {}", shown(&gap.to_string(), 300)));
            }
            _ => {}
        }
    }

    /// A batch was written.
    pub(crate) fn written(&mut self) {
        let (then, number) = self.before;
        let now = Instant::now();
        let passed = now.duration_since(then);
        if passed >= Duration::from_secs(1) {
            #[expect(clippy::cast_precision_loss, reason = "a rate for a person")]
            let new = (self.number() - number) as f64;
            self.rate = new / passed.as_secs_f64();
            self.before = (now, self.number());
        }
        let line = self.line();
        if self.bar.is_hidden() {
            if now.duration_since(self.line_at) >= LINE {
                self.line_at = now;
                say!("{line}");
            }
        } else {
            self.bar.set_message(line);
        }
    }

    fn line(&self) -> String {
        let Numbers {
            posts,
            edits,
            deletions,
            notifications,
            gaps,
            ..
        } = self.numbers;
        let lag = self
            .newest
            .map(|newest| (Utc::now() - newest).num_seconds().max(0));
        format!(
            "{} {:.1}/s · {posts} posts, {edits} edits, {deletions} deletions, {notifications} notifications · newest {} · {gaps} gaps",
            if self.is_up { "up" } else { "down" },
            self.rate,
            lag.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds} s old")),
        )
    }

    /// Writes a line that stays.
    pub(crate) fn tell(&self, line: &str) {
        match self.bar.is_hidden() {
            true => say!("{line}"),
            false => self.bar.suspend(|| say!("{line}")),
        }
    }

    pub(crate) fn finish(self, database: &Database) -> Result<(), BoxError> {
        self.bar.finish_and_clear();
        let Numbers {
            posts,
            missed,
            edits,
            deletions,
            notifications,
            others,
            gaps,
        } = self.numbers;
        let all: u64 = database.count_posts()?;
        say!(
            "In {} s: {posts} posts, {edits} edits, {deletions} deletions, {notifications} notifications, {others} others; {missed} of them fetched afterwards; {gaps} gaps. The database has {all} posts.",
            self.began.elapsed().as_secs()
        );
        Ok(())
    }
}
