//! Posts alerts from a feed at once: think of an emergency broadcast.
//!
//! ```text
//! alert-bot alerts.jsonl
//! ```
//!
//! The feed is a file to which one JSON object a line is written, with the words of the Common Alerting Protocol:
//!
//! ```text
//! {"id":"storm-1","sent":"2026-11-23T10:00:00Z","severity":"Severe","headline":"Storm","description":"…","web":"https://…","language":"en","expires":"2026-11-23T18:00:00Z"}
//! {"id":"storm-2","sent":"2026-11-23T11:00:00Z","msgType":"Update","references":"storm-1","severity":"Extreme","headline":"Hurricane"}
//! {"id":"storm-3","sent":"2026-11-23T17:00:00Z","msgType":"Cancel","references":"storm-2","headline":"Hurricane"}
//! ```
//!
//! Any other feed becomes one by a line of your own that writes to the file; what was there before is known by its id, so it may be
//! written again each time:
//!
//! ```text
//! curl -s https://example.org/feed.json | jq -c '.items[] | {id, sent: .date_published, headline: .title, web: .url}' >> alerts.jsonl
//! ```

mod alert;
mod feed;
mod queue;

use alert::{Alert, Message};
use chrono::Utc;
use clap::{Parser, ValueEnum};
use fedikit_examples::account::AccountArguments;
use fedikit_examples::bot::is_final;
use fedikit_examples::server::BoxError;
use fedikit_examples::terminal::shown;
use fedikit_examples::{ended, in_words, say};
use feed::{Feed, Line};
use mastodon_api::entities::Status;
use mastodon_api::ids::StatusId;
use mastodon_api::methods::statuses;
use mastodon_api::streaming::{Event, Heard, Stream};
use mastodon_api::waiting::{OnLimit, RateLimiter, RetryPolicy};
use mastodon_api::{Client, Error, InstanceLimits};
use queue::{Due, Queue, Taken};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Posts alerts from a feed at once, each one time, the worst first, and tells how long it took.
#[derive(Parser)]
struct Arguments {
    /// The file in which alerts arrive, one JSON object a line. It may grow, be rotated, and not be there yet.
    feed: PathBuf,

    /// Where it is kept what was posted.
    #[arg(long, value_name = "FILE", default_value = "alert-bot.sqlite")]
    state: PathBuf,

    /// What becomes of the post when its alert is updated or cancelled.
    #[arg(long, value_enum, default_value = "edit")]
    on_update: OnUpdate,

    /// After how many hours an alert that names no end is not posted any more.
    #[arg(long, value_name = "HOURS", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..))]
    lifetime: u16,

    /// The language of alerts that name none, `en`.
    #[arg(long)]
    language: Option<String>,

    /// Ends when all that is in the file was posted and seen.
    #[arg(long)]
    once: bool,

    #[command(flatten)]
    account: AccountArguments,
}

#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
enum OnUpdate {
    /// It is edited: who boosted it is told.
    Edit,
    /// It gets a reply.
    Reply,
}

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// How long `--once` waits for what was posted to be seen.
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> ExitCode {
    ended(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    let credentials = arguments.account.credentials()?;
    // What has to wait stays in the queue, where something worse may overtake it.
    let client = Client::builder(&credentials.server)
        .token(credentials.access_token)
        .retry(RetryPolicy::never())
        .rate_limiter(RateLimiter::new(OnLimit::Fail))
        .timeout(Duration::from_secs(15))
        .build()?;
    let lifetime = chrono::Duration::hours(arguments.lifetime.into());
    let mut bot = Bot {
        queue: Queue::open(&arguments.state, lifetime)?,
        feed: Feed::new(arguments.feed.clone()),
        seen: watch(client.clone()),
        client,
        arguments,
        wait: Duration::ZERO,
        not_before: Instant::now(),
        unseen: VecDeque::new(),
        early: VecDeque::new(),
        told: Told::default(),
    };
    let ended = tokio::select! {
        ended = bot.work() => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    bot.told.say();
    ended
}

struct Bot {
    arguments: Arguments,
    client: Client,
    feed: Feed,
    queue: Queue,
    seen: mpsc::Receiver<Seen>,
    wait: Duration,
    not_before: Instant,
    unseen: VecDeque<Unseen>,
    /// What the stream told before the server answered.
    early: VecDeque<Seen>,
    told: Told,
}

/// A post that came on the stream.
struct Seen {
    id: StatusId,
    at: chrono::DateTime<Utc>,
}

/// A post that has not come on the stream yet.
struct Unseen {
    id: StatusId,
    alert: String,
    sent: chrono::DateTime<Utc>,
    posted: chrono::DateTime<Utc>,
}

impl Bot {
    async fn work(&mut self) -> Result<(), BoxError> {
        let mut last_news = Instant::now();
        loop {
            let is_news = self.read()?;
            for id in self.queue.expire(Utc::now())? {
                self.told.expired += 1;
                say!(
                    "expired   {}: it is over and was not posted",
                    shown(&id, 80)
                );
            }
            let due = match Instant::now() < self.not_before {
                true => None,
                false => self.queue.next()?,
            };
            if let Some(due) = due {
                self.send(due).await?;
                last_news = Instant::now();
                continue;
            }
            if is_news {
                last_news = Instant::now();
                continue;
            }
            let is_done = self.queue.next()?.is_none()
                && (self.unseen.is_empty() || last_news.elapsed() > PATIENCE);
            if self.arguments.once && is_done {
                return Ok(());
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                Some(seen) = self.seen.recv() => self.saw(seen),
            }
        }
    }

    /// Takes in what was written since the last look; whether there was something.
    fn read(&mut self) -> Result<bool, BoxError> {
        let lines = match self.feed.look() {
            Ok(lines) => lines,
            Err(error) => {
                let feed = self.arguments.feed.display();
                return Err(format!("{feed}: {error}").into());
            }
        };
        let mut alerts = Vec::new();
        for line in &lines {
            let alert = match line {
                Line::Text(line) => Alert::from_line(line),
                Line::Unreadable(why) => Err((*why).to_owned()),
            };
            match alert {
                Ok(alert) => alerts.push(alert),
                Err(why) => {
                    self.told.unreadable += 1;
                    eprintln!("skipped a line of the feed: {}", shown(&why, 200));
                }
            }
        }
        for (taken, alert) in self.queue.take(&alerts)?.into_iter().zip(&alerts) {
            match taken {
                Taken::New => self.told.new += 1,
                Taken::Known => self.told.known += 1,
                Taken::CancelledUnposted => {
                    say!("cancelled {}: before it was posted", shown(&alert.id, 80));
                }
            }
        }
        Ok(!lines.is_empty())
    }

    async fn send(&mut self, due: Due) -> Result<(), BoxError> {
        let id = due.alert.id.clone();
        if due.alert.message == Message::Cancel && due.about.is_none() {
            self.queue.over(&id, "cancelled")?;
            say!(
                "cancelled {}: what it is about was not posted",
                shown(&id, 80)
            );
            return Ok(());
        }
        self.queue.sending(&id, Utc::now())?;
        match self.publish(&due).await {
            Ok(posts) => {
                self.wait = Duration::ZERO;
                let Some(first) = posts.first() else {
                    return Err("the server said nothing about the post".into());
                };
                self.queue.posted(&id, &first.id, posts.len())?;
                self.tell(&due.alert, first);
                Ok(())
            }
            Err(error) if error.is_unauthorized() => {
                self.queue.not_sent(&id)?;
                Err(error.into())
            }
            Err(error) if is_final(&error) => {
                self.queue.over(&id, "refused")?;
                self.told.refused += 1;
                eprintln!("refused   {}: {}", shown(&id, 80), in_words(&error));
                Ok(())
            }
            Err(error) => {
                if is_surely_not_done(&error) {
                    self.queue.not_sent(&id)?;
                }
                self.wait =
                    (self.wait * 2).clamp(Duration::from_millis(500), Duration::from_secs(60));
                let wait = error.retry_after(Utc::now()).unwrap_or(self.wait);
                self.not_before = Instant::now() + wait;
                eprintln!(
                    "waiting   {:.1} s: {}",
                    wait.as_secs_f64(),
                    in_words(&error)
                );
                Ok(())
            }
        }
    }

    /// Publishes or edits. Done twice it is there once: by the key, and when that is forgotten by the server, by looking.
    async fn publish(&self, due: &Due) -> Result<Vec<Status>, Error> {
        let alert = &due.alert;
        let limits = match self.client.server().await {
            Ok(server) => server.limits.clone(),
            Err(_) => InstanceLimits::default(),
        };
        let mut texts = alert.texts(&limits);
        if let Some((status, 1)) = &due.about
            && let [text] = &*texts
            && self.arguments.on_update == OnUpdate::Edit
        {
            match self.edit(status, alert, text).await {
                Err(error) if error.is_not_found() => {}
                edited => return Ok(vec![edited?]),
            }
        }
        // Servers remember keys for an hour.
        let is_forgotten = due
            .first_try
            .is_some_and(|first| Utc::now() - first > chrono::Duration::minutes(50));
        if is_forgotten && let Some(there) = self.find(&texts).await? {
            return Ok(vec![there]);
        }
        let mut post = self.client.post(texts.remove(0));
        if let Some((status, _)) = &due.about {
            match self.client.send(statuses::Get::new(status)).await {
                Ok(status) => post = post.reply_to(&status),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        if !alert.warning().is_empty() {
            post = post.spoiler_text(alert.warning());
        }
        if let Some(language) = self.language(alert) {
            post = post.language(language);
        }
        let key: String = url::form_urlencoded::byte_serialize(alert.id.as_bytes()).collect();
        let mut thread = post
            .visibility(alert.severity.manner().0)
            .idempotency_key(format!("alert {key}"))
            .thread(texts);
        Ok(thread.send().await?.to_vec())
    }

    async fn edit(&self, status: &StatusId, alert: &Alert, text: &str) -> Result<Status, Error> {
        let mut edit = statuses::Edit::new(status)
            .status(text)
            .spoiler_text(alert.warning());
        if let Some(language) = self.language(alert) {
            edit = edit.language(language);
        }
        self.client.send(edit).await
    }

    /// A post of the account that says this already.
    async fn find(&self, texts: &[String]) -> Result<Option<Status>, Error> {
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let wanted = texts.first().map(|text| words(text));
        let me = self.client.me().await?;
        let mut mine = self.client.statuses_of(&me.id);
        for _ in 0..40 {
            let Some(status) = mine.next().await.transpose()? else {
                break;
            };
            if Some(words(&status.content.to_text())) == wanted {
                return Ok(Some(status));
            }
        }
        Ok(None)
    }

    fn language<'a>(&'a self, alert: &'a Alert) -> Option<&'a str> {
        alert
            .language
            .as_deref()
            .or(self.arguments.language.as_deref())
    }

    fn tell(&mut self, alert: &Alert, status: &Status) {
        let now = Utc::now();
        let late = seconds(now - alert.sent);
        self.told.latencies.push(late);
        let url = status.url.as_ref().map_or("", |url| url.as_str());
        say!(
            "posted    {} ({:?}): {late:.2} s after it was sent; {}",
            shown(&alert.id, 80),
            alert.severity,
            shown(url, 200)
        );
        // Without a stream that hears them they are not kept.
        if self.unseen.len() >= 1000 {
            self.unseen.pop_front();
        }
        self.unseen.push_back(Unseen {
            id: status.id.clone(),
            alert: alert.id.clone(),
            sent: alert.sent,
            posted: now,
        });
        for seen in std::mem::take(&mut self.early) {
            self.saw(seen);
        }
    }

    fn saw(&mut self, seen: Seen) {
        let found = self.unseen.iter().position(|unseen| unseen.id == seen.id);
        let Some(unseen) = found.and_then(|at| self.unseen.remove(at)) else {
            // Most of it is what others post.
            if self.early.len() >= 1000 {
                self.early.pop_front();
            }
            self.early.push_back(seen);
            return;
        };
        self.told.seen += 1;
        say!(
            "seen      {}: {:.2} s after it was sent, {:.2} s after it was posted",
            shown(&unseen.alert, 80),
            seconds(seen.at - unseen.sent),
            seconds(seen.at - unseen.posted)
        );
    }
}

/// Tells what comes on the stream of the account. Nothing depends on it: if it is behind, some is not told.
fn watch(client: Client) -> mpsc::Receiver<Seen> {
    let (tell, told) = mpsc::channel(1000);
    tokio::spawn(async move {
        let mut events = client.stream(Stream::User).start();
        while let Some(heard) = events.next().await {
            match heard {
                Ok(Heard::Event(happened)) => {
                    if let Event::Update(status) | Event::StatusUpdate(status) = happened.event {
                        let at = Utc::now();
                        let id = status.id.clone();
                        let _ = tell.try_send(Seen { id, at });
                    }
                }
                Ok(Heard::Down(down)) => eprintln!("the stream is down: {}", in_words(&down.why)),
                Ok(_) => {}
                Err(error) => eprintln!("the stream ended: {}", in_words(&error)),
            }
        }
    });
    told
}

/// Whether nothing can have been posted: then something worse may go first, and it may expire.
fn is_surely_not_done(error: &Error) -> bool {
    match error {
        Error::NotReached(missing) => missing.reason.is_before_sending(),
        _ => error.is_rate_limited(),
    }
}

fn seconds(time: chrono::Duration) -> f64 {
    time.as_seconds_f64()
}

/// What was done, in figures.
#[derive(Default)]
struct Told {
    new: u64,
    known: u64,
    unreadable: u64,
    expired: u64,
    refused: u64,
    seen: u64,
    latencies: Vec<f64>,
}

impl Told {
    fn say(&mut self) {
        say!(
            "{} new in the feed ({} known, {} unreadable), {} posted, {} seen, {} expired, {} refused",
            self.new,
            self.known,
            self.unreadable,
            self.latencies.len(),
            self.seen,
            self.expired,
            self.refused
        );
        self.latencies.sort_by(f64::total_cmp);
        let at = |part: usize| self.latencies.get(self.latencies.len() * part / 100);
        if let (Some(median), Some(most), Some(worst)) = (at(50), at(99), self.latencies.last()) {
            say!(
                "from sent to posted: median {median:.2} s, 99 of 100 within {most:.2} s, worst {worst:.2} s"
            );
        }
    }
}
