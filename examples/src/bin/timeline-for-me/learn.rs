//! What a person likes, as far as the account tells.

use fedikit_examples::database::Database;
use fedikit_examples::say;
use fedikit_examples::server::BoxError;
use mastodon_api::Client;
use mastodon_api::methods::{accounts, favourites, followed_tags};
use std::collections::BTreeMap;

/// Pages of accounts, tags and favourites that are read: some thousand accounts and some hundred favourites.
const PAGES: u64 = 50;
const PAGES_OF_FAVOURITES: u64 = 10;

pub(crate) async fn learn(client: &Client, database: &mut Database) -> Result<(), BoxError> {
    let me = client.me().await?;
    database.belongs_to(client.base().as_str(), me.id.as_str())?;
    let mut people = BTreeMap::new();
    let mut tags = BTreeMap::new();
    let mut followed = client
        .items(accounts::Following::new(&me.id).limit(80_u64))
        .max_pages(PAGES);
    while let Some(account) = followed.next().await {
        people.insert(account?.acct, 1.0);
    }
    let mut liked = client
        .items(favourites::List::new().limit(40_u64))
        .max_pages(PAGES_OF_FAVOURITES);
    while let Some(status) = liked.next().await {
        let status = status?;
        *people.entry(status.account.acct).or_default() += 0.1;
        for tag in status.tags {
            *tags.entry(tag.name.to_lowercase()).or_default() += 0.1;
        }
    }
    let mut followed = client
        .items(followed_tags::List::new().limit(200_u64))
        .max_pages(PAGES);
    while let Some(tag) = followed.next().await {
        *tags.entry(tag?.name.to_lowercase()).or_default() += 1.0;
    }
    let mut batch = database.batch()?;
    for (acct, weight) in &people {
        batch.likes_person(acct, f64::min(*weight, 2.0))?;
    }
    for (tag, weight) in &tags {
        batch.likes_tag(tag, f64::min(*weight, 2.0))?;
    }
    batch.commit()?;
    say!(
        "You like {} people and {} hashtags.",
        people.len(),
        tags.len()
    );
    Ok(())
}
