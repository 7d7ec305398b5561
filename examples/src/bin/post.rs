//! Publishes a post.
//!
//! ```text
//! post "Hello from Rust" --visibility unlisted
//! post "Look" --file cat.jpg --alt "A cat in a box"
//! post "Tea or coffee?" --poll Tea --poll Coffee --expires 1d
//! fortune | post --thread
//! ```

use chrono::{DateTime, Duration, Utc};
use clap::Parser;
use fedikit_examples::account::AccountArguments;
use fedikit_examples::server::BoxError;
use fedikit_examples::terminal::shown;
use fedikit_examples::{ended, say};
use indicatif::{ProgressBar, ProgressStyle};
use mastodon_api::entities::{Status, Visibility};
use mastodon_api::methods::statuses::NewPoll;
use mastodon_api::text::{split_text, status_length};
use mastodon_api::{Client, InstanceLimits, Post};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Publishes a post, after it was checked against what the server allows.
#[derive(Parser)]
struct Arguments {
    /// The text. If nothing is said and there is neither a file nor a poll: what comes on standard input.
    text: Option<String>,

    /// A picture, film or sound. May be said several times.
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,

    /// What the file shows, in words: once for each `--file`, in the same order.
    #[arg(long, value_name = "TEXT", requires = "file")]
    alt: Vec<String>,

    /// An answer of a poll. Say it for each.
    #[arg(long, value_name = "ANSWER", conflicts_with = "file")]
    poll: Vec<String>,

    /// How long the poll lasts: a number and `m`, `h` or `d`.
    #[arg(long, value_name = "TIME", default_value = "1d", value_parser = duration)]
    expires: Duration,

    /// Several answers may be chosen.
    #[arg(long, requires = "poll")]
    multiple: bool,

    /// When to publish it, at least five minutes from now: `2026-12-24T18:00:00+01:00`, or a number and `m`, `h` or `d` from now.
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "thread")]
    schedule: Option<DateTime<Utc>>,

    /// `public`, `unlisted`, `private` or `direct`. If nothing is said: as the post that it replies to, otherwise the account's own default.
    #[arg(long, value_parser = visibility)]
    visibility: Option<Visibility>,

    /// The address of the post that it replies to, on any server. Everybody in it is mentioned.
    #[arg(long, value_name = "URL")]
    reply_to: Option<String>,

    /// The address of the post that it quotes.
    #[arg(long, value_name = "URL")]
    quote: Option<String>,

    /// Its language, `en`.
    #[arg(long)]
    language: Option<String>,

    /// A warning behind which the text is hidden.
    #[arg(long, value_name = "TEXT")]
    cw: Option<String>,

    /// Cuts a text that is too long into several posts, each a reply to the one before.
    #[arg(long)]
    thread: bool,

    /// Checks everything and publishes nothing.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    account: AccountArguments,
}

#[tokio::main]
async fn main() -> ExitCode {
    ended(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    let text = text(&arguments)?;
    let client = arguments.account.client()?;
    // What the server allows is known from here on; if it does not say, it decides for itself.
    let limits = match client.server().await {
        Ok(server) => server.limits.clone(),
        Err(error) if error.is_unauthorized() => return Err(error.into()),
        Err(_) => InstanceLimits::default(),
    };
    let warning = arguments.cw.as_deref().unwrap_or_default();
    let mut texts = match arguments.thread {
        true => parts(&text, warning, &limits),
        false => vec![text],
    }
    .into_iter();
    let count = texts.len();
    let post = post(&client, &arguments, texts.next().unwrap_or_default()).await?;
    if let Some(at) = arguments.schedule {
        let post = post.schedule(at);
        if arguments.dry_run {
            post.check().await?;
            say!("Nothing is wrong with it.");
            return Ok(());
        }
        let scheduled = post.send().await?;
        let at = scheduled.scheduled_at.unwrap_or(at);
        say!("It will be published at {at}, as {}.", scheduled.id);
        return Ok(());
    }
    let mut thread = post.thread(texts);
    if arguments.dry_run {
        thread.check().await?;
        say!("Nothing is wrong with it: {count} posts.");
        return Ok(());
    }
    if let Err(error) = thread.send().await {
        thread.posted().iter().for_each(published);
        return Err(error.into());
    }
    thread.posted().iter().for_each(published);
    Ok(())
}

fn text(arguments: &Arguments) -> Result<String, BoxError> {
    if let Some(text) = &arguments.text {
        return Ok(text.clone());
    }
    if !arguments.file.is_empty() || !arguments.poll.is_empty() {
        return Ok(String::new());
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    match text.trim() {
        "" => Err("there is nothing to publish: write a text".into()),
        text => Ok(text.to_owned()),
    }
}

fn parts(text: &str, warning: &str, limits: &InstanceLimits) -> Vec<String> {
    let most = limits.statuses.max_characters.unwrap_or(500);
    let room = most.saturating_sub(status_length(warning, "", None));
    split_text(text, room, limits.statuses.characters_reserved_per_url)
}

async fn post(client: &Client, arguments: &Arguments, text: String) -> Result<Post, BoxError> {
    let mut post = client.post(text);
    if let Some(url) = &arguments.reply_to {
        let status = status_at(client, url).await?;
        post = post
            .reply_to(&status)
            .mentioning(&status, &client.me().await?.id);
    }
    if let Some(url) = &arguments.quote {
        post = post.quote(&status_at(client, url).await?);
    }
    if let Some(visibility) = &arguments.visibility {
        post = post.visibility(visibility.clone());
    }
    if let Some(language) = &arguments.language {
        post = post.language(&**language);
    }
    if let Some(warning) = &arguments.cw {
        post = post.spoiler_text(&**warning);
    }
    if !arguments.poll.is_empty() {
        let seconds = arguments.expires.num_seconds().unsigned_abs();
        let poll = NewPoll::new(arguments.poll.clone(), seconds).multiple(arguments.multiple);
        post = post.poll(poll);
    }
    let mut descriptions = arguments.alt.iter();
    for file in &arguments.file {
        let bar = progress(file);
        let mut upload = client.upload(&**file).on_progress(move |sent, total| {
            bar.set_length(total);
            bar.set_position(sent);
            if sent >= total {
                bar.finish_and_clear();
            }
        });
        if let Some(description) = descriptions.next() {
            upload = upload.description(description);
        }
        post = post.attach(upload);
    }
    if descriptions.next().is_some() {
        return Err("there are more --alt than --file".into());
    }
    Ok(post)
}

async fn status_at(client: &Client, url: &str) -> Result<Status, BoxError> {
    let found = client.status_at(url).await?;
    found.ok_or_else(|| format!("your server finds no post at {url}").into())
}

fn progress(file: &Path) -> ProgressBar {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    // What it has to show is known when the upload begins.
    let bar = ProgressBar::new(0).with_message(shown(&name, 40));
    let style = ProgressStyle::with_template("{msg} [{wide_bar}] {bytes}/{total_bytes} {eta}");
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn published(status: &Status) {
    match &status.url {
        Some(url) => say!("{}", shown(url.as_str(), 500)),
        None => say!("published as {}", shown(status.id.as_str(), 100)),
    }
}

fn visibility(text: &str) -> Result<Visibility, &'static str> {
    match text {
        "public" | "unlisted" | "private" | "direct" => Ok(Visibility::from(text)),
        _ => Err("write public, unlisted, private or direct"),
    }
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    let wrong = "write a number and m, h or d, such as 30m";
    let (at, unit) = text.char_indices().next_back().ok_or(wrong)?;
    let number: i64 = text
        .get(..at)
        .unwrap_or_default()
        .parse()
        .map_err(|_| wrong)?;
    let duration = match unit {
        'm' => Duration::try_minutes(number),
        'h' => Duration::try_hours(number),
        'd' => Duration::try_days(number),
        _ => None,
    };
    duration
        .filter(|duration| *duration > Duration::zero())
        .ok_or(wrong)
}

fn time(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let wrong = "write a time such as 2026-12-24T18:00:00+01:00, or 2h for two hours from now";
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let from_now = duration(text).map_err(|_| wrong)?;
    Utc::now().checked_add_signed(from_now).ok_or(wrong)
}
