//! The files that Mastodon itself writes and reads under *Preferences → Import and export*, made of the JSON lines.

use crate::{Kind, store};
use fedikit_examples::disk;
use fedikit_examples::server::BoxError;
use serde_json::Value;
use std::path::Path;

/// Writes the table of a kind, if there is one. `domain` is that of accounts whose address names none.
pub(crate) fn write(
    folder: &Path,
    kind: Kind,
    domain: &str,
) -> Result<Option<&'static str>, BoxError> {
    let Some((name, header)) = layout(kind) else {
        return Ok(None);
    };
    let mut table = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    if !header.is_empty() {
        table.write_record(header)?;
    }
    for line in store::lines(folder, kind.name())? {
        for row in rows(kind, &line?, domain) {
            table.write_record(row)?;
        }
    }
    disk::write_whole(&folder.join(name), &table.into_inner()?)?;
    Ok(Some(name))
}

/// Mastodon writes a header where there is more than the address.
fn layout(kind: Kind) -> Option<(&'static str, &'static [&'static str])> {
    Some(match kind {
        Kind::Follows => (
            "following_accounts.csv",
            &[
                "Account address",
                "Show boosts",
                "Notify on new posts",
                "Languages",
            ],
        ),
        Kind::Mutes => (
            "muted_accounts.csv",
            &["Account address", "Hide notifications"],
        ),
        Kind::Blocks => ("blocked_accounts.csv", &[]),
        Kind::DomainBlocks => ("blocked_domains.csv", &[]),
        Kind::Lists => ("lists.csv", &[]),
        Kind::Bookmarks => ("bookmarks.csv", &[]),
        Kind::Posts | Kind::Followers | Kind::Favourites | Kind::Filters | Kind::FollowedTags => {
            return None;
        }
    })
}

fn rows(kind: Kind, line: &Value, domain: &str) -> Vec<Vec<String>> {
    let account = |account: &Value| address(account, domain);
    let relationship = |name: &str| line.pointer(&format!("/relationship/{name}"));
    let flag = |name, otherwise| {
        let flag = relationship(name)
            .and_then(Value::as_bool)
            .unwrap_or(otherwise);
        flag.to_string()
    };
    let row = match kind {
        Kind::Follows => line.get("account").and_then(account).map(|address| {
            let languages = relationship("languages").and_then(Value::as_array);
            let languages: Vec<_> = languages
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let (boosts, notify) = (flag("showing_reblogs", true), flag("notifying", false));
            vec![address, boosts, notify, languages.join(", ")]
        }),
        Kind::Mutes => line
            .get("account")
            .and_then(account)
            .map(|address| vec![address, flag("muting_notifications", true)]),
        Kind::Blocks => account(line).map(|address| vec![address]),
        Kind::DomainBlocks => line.as_str().map(|domain| vec![domain.to_owned()]),
        Kind::Bookmarks => line
            .get("uri")
            .and_then(Value::as_str)
            .map(|uri| vec![uri.to_owned()]),
        Kind::Lists => {
            let title = line
                .pointer("/list/title")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let members = line.get("accounts").and_then(Value::as_array);
            let members = members.into_iter().flatten().filter_map(account);
            return members
                .map(|address| vec![title.to_owned(), address])
                .collect();
        }
        Kind::Posts | Kind::Followers | Kind::Favourites | Kind::Filters | Kind::FollowedTags => {
            None
        }
    };
    row.into_iter().collect()
}

/// `name@host`, also for the accounts of the server itself.
fn address(account: &Value, domain: &str) -> Option<String> {
    let acct = account.get("acct").and_then(Value::as_str)?;
    Some(match acct.contains('@') {
        true => acct.to_owned(),
        false => format!("{acct}@{domain}"),
    })
}
