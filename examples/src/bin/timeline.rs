//! Prints a timeline.
//!
//! ```text
//! timeline                         home
//! timeline local --limit 5
//! timeline '#rust'
//! timeline @alice@mastodon.example
//! timeline --follow-up home.place  what is new since the last time
//! ```

use clap::Parser;
use fedikit_examples::account::AccountArguments;
use fedikit_examples::server::BoxError;
use fedikit_examples::terminal::shown;
use fedikit_examples::{disk, ended, say};
use mastodon_api::entities::{Poll, Status};
use mastodon_api::methods::{accounts, lists, timelines};
use mastodon_api::{Client, Cursor, Items};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

/// Prints a timeline, the newest post first.
#[derive(Parser)]
struct Arguments {
    /// `home`, `public`, `local`, `#hashtag`, `@account` or `list:TITLE`.
    #[arg(default_value = "home")]
    timeline: Timeline,

    /// How many posts.
    #[arg(long, default_value_t = 20)]
    limit: usize,

    /// Prints each post as the server says it, one JSON object a line.
    #[arg(long)]
    json: bool,

    /// Shows what is behind content warnings.
    #[arg(long)]
    open: bool,

    /// Only posts before this one.
    #[arg(long, value_name = "ID")]
    older_than: Option<String>,

    /// Remembers in this file how far you have read, and shows what is newer, the oldest first.
    #[arg(long, value_name = "FILE", conflicts_with = "older_than")]
    follow_up: Option<PathBuf>,

    #[command(flatten)]
    account: AccountArguments,
}

#[derive(Clone)]
enum Timeline {
    Home,
    Public,
    Local,
    Hashtag(String),
    Account(String),
    List(String),
}

impl FromStr for Timeline {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "home" => Self::Home,
            "public" => Self::Public,
            "local" => Self::Local,
            _ => {
                if let Some(name) = text.strip_prefix('#') {
                    Self::Hashtag(name.to_owned())
                } else if let Some(address) = text.strip_prefix('@') {
                    Self::Account(address.to_owned())
                } else if let Some(title) = text.strip_prefix("list:") {
                    Self::List(title.to_owned())
                } else {
                    return Err("write home, public, local, #hashtag, @account or list:TITLE");
                }
            }
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    ended(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    let client = arguments.account.client()?;
    let mut items = items(&client, &arguments.timeline).await?;
    let read_up_to = match &arguments.follow_up {
        Some(file) => match std::fs::read_to_string(file) {
            Ok(place) => Some(place.trim().parse::<Cursor>()?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{}: {error}", file.display()).into()),
        },
        None => None,
    };
    if let Some(id) = &arguments.older_than {
        items = items.at(Cursor::older_than(id));
    } else if let Some(place) = &read_up_to {
        items = items.at(place.clone());
    }
    let mut newest = read_up_to.clone();
    let mut count = 0;
    while count < arguments.limit
        && let Some(status) = items.next().await
    {
        let status = status?;
        match arguments.json {
            true => say!("{}", serde_json::to_string(&status)?),
            false => say!("{}", text(&status, arguments.open)),
        }
        // Forwards the last one is the newest, otherwise the first.
        if read_up_to.is_some() || count == 0 {
            newest = Some(Cursor::newer_than(&status.id));
        }
        count += 1;
    }
    if let (Some(file), Some(newest)) = (&arguments.follow_up, newest) {
        disk::write_whole(file, newest.to_string().as_bytes())?;
    }
    Ok(())
}

async fn items(client: &Client, timeline: &Timeline) -> Result<Items<Status>, BoxError> {
    Ok(match timeline {
        Timeline::Home => client.home(),
        Timeline::Public => client.public_timeline(),
        Timeline::Local => client.local_timeline(),
        Timeline::Hashtag(name) => client.hashtag(name),
        Timeline::Account(address) => {
            let account = client.send(accounts::Lookup::new(&**address)).await?;
            client.statuses_of(&account)
        }
        Timeline::List(title) => {
            let lists = client.send(lists::List::new()).await?;
            let list = lists.items.iter().find(|list| list.title == *title);
            let list = list.ok_or_else(|| format!("you have no list called {title:?}"))?;
            client.items(timelines::List::new(&list.id))
        }
    })
}

/// A post as a person reads it. Nothing in it can steer the terminal.
fn text(status: &Status, open: bool) -> String {
    let mut lines = Vec::new();
    let post = status.reblog.as_deref().unwrap_or(status);
    if status.reblog.is_some() {
        lines.push(format!("↻ @{} boosted", shown(&status.account.acct, 200)));
    }
    let when = post
        .created_at
        .map(|time| time.format(" · %Y-%m-%d %H:%M").to_string());
    let name = match &*post.account.display_name {
        "" => &post.account.username,
        name => name,
    };
    lines.push(format!(
        "{} @{}{} · {}",
        shown(name, 100),
        shown(&post.account.acct, 200),
        when.unwrap_or_default(),
        post.visibility.as_str()
    ));
    let is_hidden = !post.spoiler_text.is_empty() && !open;
    if !post.spoiler_text.is_empty() {
        lines.push(format!("  ⚠ {}", shown(&post.spoiler_text, 500)));
    }
    if !is_hidden {
        let content = post.content.to_text();
        lines.extend(
            content
                .lines()
                .map(|line| format!("  {}", shown(line, 10_000))),
        );
        for medium in &post.media_attachments {
            let description = medium
                .description
                .as_deref()
                .filter(|text| !text.is_empty());
            let description = description.unwrap_or("(no description)");
            lines.push(format!(
                "  [{}] {}",
                shown(medium.kind.as_str(), 20),
                shown(description, 1500)
            ));
        }
        lines.extend(post.poll.iter().flat_map(answers));
    }
    lines.push(format!(
        "  ↻ {} ★ {} ↩ {}  {}",
        post.reblogs_count,
        post.favourites_count,
        post.replies_count,
        post.url.as_ref().map_or_else(
            || format!("id {}", shown(post.id.as_str(), 100)),
            |url| shown(url.as_str(), 500)
        ),
    ));
    lines.push(String::new());
    lines.join("\n")
}

fn answers(poll: &Poll) -> Vec<String> {
    let total = poll.votes_count.max(1);
    let answer = |option: &mastodon_api::entities::PollOption| match option.votes_count {
        Some(votes) => format!(
            "  ○ {} ({} %)",
            shown(&option.title, 200),
            votes.saturating_mul(100) / total
        ),
        None => format!("  ○ {}", shown(&option.title, 200)),
    };
    poll.options.iter().map(answer).collect()
}
