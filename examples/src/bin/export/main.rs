//! Saves what an account has on its server: JSON lines with all that the server says, and the tables that another server imports.
//!
//! ```text
//! export my-account                        everything
//! export my-account --only posts,lists     some of it
//! ```
//!
//! Killed at any moment and started again, it goes on. Pictures and films are not downloaded: their addresses are in the posts.

mod store;
mod table;

use crate::store::Store;
use clap::{Parser, ValueEnum};
use fedikit_examples::account::AccountArguments;
use fedikit_examples::server::BoxError;
use fedikit_examples::{disk, ended, say};
use indicatif::{ProgressBar, ProgressStyle};
use mastodon_api::endpoint::{Answer, Endpoint};
use mastodon_api::entities::{Account, CredentialAccount};
use mastodon_api::methods::{
    accounts, blocks, bookmarks, domain_blocks, favourites, filters, followed_tags, instance,
    lists, mutes,
};
use mastodon_api::{Client, Page};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Saves what your account has on its server, to a folder. Started again, it goes on where it was.
#[derive(Parser)]
struct Arguments {
    /// The folder. It holds one account.
    folder: PathBuf,

    /// Only these, with commas between them. Everything if nothing is said.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Kind>,

    #[command(flatten)]
    account: AccountArguments,
}

/// What there is to export.
#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Posts,
    Follows,
    Followers,
    Blocks,
    Mutes,
    DomainBlocks,
    Lists,
    Bookmarks,
    Favourites,
    Filters,
    FollowedTags,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::Follows => "follows",
            Self::Followers => "followers",
            Self::Blocks => "blocks",
            Self::Mutes => "mutes",
            Self::DomainBlocks => "domain_blocks",
            Self::Lists => "lists",
            Self::Bookmarks => "bookmarks",
            Self::Favourites => "favourites",
            Self::Filters => "filters",
            Self::FollowedTags => "followed_tags",
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    ended(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    let client = arguments.account.client()?;
    let me = client.me().await?;
    let folder = arguments.folder;
    disk::make_private_folder(&folder)?;
    claim(&folder, &client, &me)?;
    let domain = client.send(instance::V2::new()).await?.domain.clone();
    let kinds = match arguments.only.is_empty() {
        true => Kind::value_variants().to_vec(),
        false => arguments.only,
    };
    let export = Export { client, me, folder };
    for kind in kinds {
        let (before, now) = Box::pin(export.kind(kind)).await?;
        let table = table::write(&export.folder, kind, &domain)?;
        let table = table.map(|name| format!(", {name}")).unwrap_or_default();
        say!("{}: {now} ({} new){table}", kind.name(), now - before);
    }
    Ok(())
}

/// One folder, one account: the cursors of another would lose something.
fn claim(folder: &Path, client: &Client, me: &CredentialAccount) -> Result<(), BoxError> {
    let file = folder.join("account.json");
    let owner = json!({"server": client.base().as_str(), "id": me.id.as_str(), "acct": me.acct});
    match std::fs::read(&file) {
        Ok(text) if serde_json::from_slice::<Value>(&text)? == owner => Ok(()),
        Ok(_) => Err(format!(
            "{} holds another account: name another folder",
            folder.display()
        )
        .into()),
        Err(_) => Ok(disk::write_whole(&file, owner.to_string().as_bytes())?),
    }
}

struct Export {
    client: Client,
    me: CredentialAccount,
    folder: PathBuf,
}

impl Export {
    /// How many there were, and are now.
    async fn kind(&self, kind: Kind) -> Result<(u64, u64), BoxError> {
        let mut store = Store::open(&self.folder, kind.name())?;
        let before = store.count();
        if store.is_done() {
            return Ok((before, before));
        }
        let me = &self.me.id;
        let bar = bar(
            kind,
            match kind {
                Kind::Posts => Some(self.me.statuses_count),
                Kind::Follows => Some(self.me.following_count),
                Kind::Followers => Some(self.me.followers_count),
                _ => None,
            },
        );
        bar.set_position(before);
        let (store, bar) = (&mut store, &bar);
        match kind {
            Kind::Posts => {
                self.pages(store, accounts::Statuses::new(me).limit(40_u64), bar)
                    .await
            }
            Kind::Follows => {
                self.related(store, accounts::Following::new(me).limit(80_u64), bar)
                    .await
            }
            Kind::Followers => {
                self.pages(store, accounts::Followers::new(me).limit(80_u64), bar)
                    .await
            }
            Kind::Blocks => {
                self.pages(store, blocks::List::new().limit(80_u64), bar)
                    .await
            }
            Kind::Mutes => {
                self.related(store, mutes::List::new().limit(80_u64), bar)
                    .await
            }
            Kind::DomainBlocks => {
                self.pages(store, domain_blocks::List::new().limit(200_u64), bar)
                    .await
            }
            Kind::Lists => self.lists(store, bar).await,
            Kind::Bookmarks => {
                self.pages(store, bookmarks::List::new().limit(40_u64), bar)
                    .await
            }
            Kind::Favourites => {
                self.pages(store, favourites::List::new().limit(40_u64), bar)
                    .await
            }
            Kind::Filters => self.pages(store, filters::List::new(), bar).await,
            Kind::FollowedTags => {
                self.pages(store, followed_tags::List::new().limit(200_u64), bar)
                    .await
            }
        }?;
        bar.finish_and_clear();
        store.finish()?;
        Ok((before, store.count()))
    }

    async fn pages<E, T>(
        &self,
        store: &mut Store,
        call: E,
        bar: &ProgressBar,
    ) -> Result<(), BoxError>
    where
        E: Endpoint<Response = Page<T>> + Clone + Send + Sync + 'static,
        T: Serialize + Send + 'static,
        Page<T>: Answer,
    {
        let mut pages = self.client.pages(call);
        if let Some(cursor) = store.cursor()? {
            pages = pages.at(cursor);
        }
        while let Some(page) = pages.next().await {
            let page = page?;
            let mut lines = page
                .items
                .iter()
                .map(serde_json::to_value)
                .collect::<Result<Vec<_>, _>>()?;
            lines.extend(unread(&page));
            store.append(&lines, pages.cursor())?;
            bar.set_position(store.count());
        }
        Ok(())
    }

    /// Accounts with what they are to me: what was chosen when they were followed or muted.
    async fn related<E>(
        &self,
        store: &mut Store,
        call: E,
        bar: &ProgressBar,
    ) -> Result<(), BoxError>
    where
        E: Endpoint<Response = Page<Account>> + Clone + Send + Sync + 'static,
    {
        let mut pages = self.client.pages(call);
        if let Some(cursor) = store.cursor()? {
            pages = pages.at(cursor);
        }
        while let Some(page) = pages.next().await {
            let page = page?;
            let ids: Vec<_> = page
                .items
                .iter()
                .map(|account| account.id.clone())
                .collect();
            let relationships = self
                .client
                .send(accounts::Relationships::new(ids).with_suspended(true))
                .await?;
            let mut lines = Vec::new();
            for account in &page.items {
                let relationship = relationships
                    .items
                    .iter()
                    .find(|relationship| relationship.id == account.id);
                lines.push(json!({"account": account, "relationship": relationship}));
            }
            lines.extend(unread(&page));
            lines.extend(unread(&relationships));
            store.append(&lines, pages.cursor())?;
            bar.set_position(store.count());
        }
        Ok(())
    }

    /// All lists at once: there are at most some dozens, and they have no pages.
    async fn lists(&self, store: &mut Store, bar: &ProgressBar) -> Result<(), BoxError> {
        let all = self.client.send(lists::List::new()).await?;
        let mut lines = Vec::new();
        for list in &all.items {
            let mut members = Vec::new();
            let mut pages = self
                .client
                .pages(lists::Accounts::new(&list.id).limit(80_u64));
            while let Some(page) = pages.next().await {
                let page = page?;
                lines.extend(unread(&page));
                members.extend(page.items);
            }
            lines.push(json!({"list": list, "accounts": members}));
            bar.inc(1);
        }
        lines.extend(unread(&all));
        store.append(&lines, None)?;
        Ok(())
    }
}

/// What this program cannot read, in lines of its own: nothing that the server sent is lost.
fn unread<T>(page: &Page<T>) -> Vec<Value>
where
    Page<T>: Answer,
{
    let problems = Answer::problems(page);
    let line = |problem: &mastodon_api::Problem| json!({"unread": problem.raw(), "path": problem.path(), "reason": problem.reason()});
    problems.iter().map(line).collect()
}

fn bar(kind: Kind, count: Option<u64>) -> ProgressBar {
    let (bar, style) = match count {
        Some(count) => (
            ProgressBar::new(count),
            "{msg:14} {wide_bar} {pos}/{len} {eta}",
        ),
        None => (ProgressBar::new_spinner(), "{msg:14} {spinner} {pos}"),
    };
    let style =
        ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style).with_message(kind.name())
}
