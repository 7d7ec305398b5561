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
use fedikit_examples::terminal::post;
use fedikit_examples::{disk, ended, say};
use mastodon_api::entities::Status;
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
            false => say!("{}", post(&status, arguments.open)),
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
