//! [Search](https://docs.joinmastodon.org/methods/search/).

use std::collections::BTreeSet;

use http::StatusCode;

use super::{Answer, Call, json, tags};
use crate::{
    entities::{Account, Search, Status, Visibility},
    testing::{Refusal, state::Fake},
    text::WebUrl,
};

/// Everything: accounts by handle, statuses by address or by their words, tags by how they begin.
pub(super) fn v2(fake: &Fake, call: &Call<'_>) -> Answer {
    let params = call.params;
    let viewer = match &call.access {
        Some(_) => Some(call.user("read:search")?),
        None => None,
    };
    let needs_account = [
        (
            params.text("offset").is_some(),
            "Search queries pagination is not supported without authentication",
        ),
        (
            params.flag("resolve"),
            "Search queries that resolve remote resources are not supported without authentication",
        ),
    ];
    if let Some((_, error)) = needs_account.iter().find(|(is_asked, _)| *is_asked)
        && viewer.is_none()
    {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, *error));
    }
    let query = query(call)?;
    let wants = |kind| params.text("type").is_none_or(|wanted| wanted == kind);
    let mut search = Search::new();
    if wants("accounts") {
        let found = accounts(fake, call, query);
        search.accounts = page(call, found, 20, 40).cloned().collect();
    }
    if wants("statuses") {
        let author = params.text("account_id");
        let found = fake.all_statuses().rev().filter(|status| {
            fake.sees(viewer.as_ref(), status)
                && author.is_none_or(|author| status.account.id.as_str() == author)
                && match query.contains("://") {
                    true => is_at([&status.url, &status.uri], query),
                    // Without an account only tags and accounts are found by words.
                    false => viewer.is_some() && has_words(status, query),
                }
        });
        let found = page(call, found, 20, 40);
        search.statuses = found
            .map(|status| fake.shown(status, viewer.as_ref()))
            .collect();
    }
    if wants("hashtags") && !query.contains("://") {
        let start = query.trim_start_matches('#').to_lowercase();
        let used = fake
            .all_statuses()
            .filter(|status| status.visibility == Visibility::Public);
        let names = used
            .flat_map(|status| &status.tags)
            .map(|tag| tag.name.to_lowercase());
        let names: BTreeSet<_> = names.filter(|name| name.starts_with(&start)).collect();
        let found = page(call, names.iter(), 20, 40);
        search.hashtags = found
            .map(|name| tags::shown(fake, name, viewer.as_ref()))
            .collect();
    }
    json(search)
}

/// `GET /api/v1/accounts/search`.
pub(super) fn of_accounts(fake: &Fake, call: &Call<'_>) -> Answer {
    call.user("read:accounts")?;
    let found = accounts(fake, call, query(call)?);
    json(page(call, found, 40, 80).collect::<Vec<_>>())
}

fn query<'a>(call: &Call<'a>) -> Result<&'a str, Refusal> {
    let query = call.params.text("q").map(str::trim);
    query.filter(|query| !query.is_empty()).ok_or_else(|| {
        let error = "param is missing or the value is empty: q";
        Refusal::new(StatusCode::BAD_REQUEST, error)
    })
}

fn accounts<'a>(fake: &'a Fake, call: &Call<'_>, query: &str) -> impl Iterator<Item = &'a Account> {
    let handle = query.trim_start_matches('@').to_lowercase();
    let of_here = format!("@{}", fake.domain());
    let name = handle.strip_suffix(&of_here).unwrap_or(&handle).to_owned();
    let address = query.to_owned();
    let follower = call
        .viewer()
        .filter(|_| call.params.flag("following"))
        .cloned();
    fake.accounts.iter().filter(move |account| {
        let is_meant = match address.contains("://") {
            true => is_at([&account.url, &account.uri], &address),
            false => {
                account.username.to_lowercase().contains(&name)
                    || account.display_name.to_lowercase().contains(&name)
            }
        };
        is_meant
            && follower
                .as_ref()
                .is_none_or(|follower| fake.is_follower(follower, &account.id))
    })
}

fn is_at(urls: [&Option<WebUrl>; 2], address: &str) -> bool {
    let mut urls = urls.into_iter().flatten();
    urls.any(|url| url.as_str() == address)
}

fn has_words(status: &Status, query: &str) -> bool {
    let text = format!(
        "{} {}",
        status.spoiler_text,
        status.text.as_deref().unwrap_or_default()
    );
    let text = text.to_lowercase();
    let mut words = query.split_whitespace();
    status.reblog.is_none() && words.all(|word| text.contains(&word.to_lowercase()))
}

/// The part for which `limit` and `offset` ask.
fn page<T>(
    call: &Call<'_>,
    found: impl Iterator<Item = T>,
    default: usize,
    most: usize,
) -> impl Iterator<Item = T> {
    let number = |name| {
        call.params
            .text(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let limit = number("limit").unwrap_or(default).clamp(1, most);
    found.skip(number("offset").unwrap_or(0)).take(limit)
}
