//! What can be asked of a server: one file for each page of the
//! [documentation](https://docs.joinmastodon.org/methods/statuses/), one struct for each call.
//!
//! A call is made with `new`, which takes what it needs, and setters for the rest;
//! [`Client::send`](crate::Client::send) sends it.

use crate::endpoint::Row;

pub mod accounts;
pub mod admin;
pub mod announcements;
pub mod annual_reports;
pub mod apps;
pub mod async_refreshes;
pub mod blocks;
pub mod bookmarks;
pub mod collections;
pub mod conversations;
pub mod custom_emojis;
pub mod directory;
pub mod domain_blocks;
pub mod emails;
pub mod endorsements;
pub mod favourites;
pub mod featured_tags;
pub mod filters;
pub mod follow_requests;
pub mod followed_tags;
pub mod grouped_notifications;
pub mod health;
pub mod instance;
pub mod lists;
pub mod markers;
pub mod media;
pub mod mutes;
pub mod notifications;
pub mod oauth;
pub mod oembed;
pub mod pleroma;
pub mod polls;
pub mod preferences;
pub mod profile;
pub mod push;
pub mod reports;
pub mod scheduled_statuses;
pub mod search;
pub mod statuses;
pub mod streaming;
pub mod suggestions;
pub mod tags;
pub mod timelines;
pub mod trends;

/// Every call of every page, as a value: to list them, to find one by its path, to test a server with all of them.
///
/// ```
/// use mastodon_api::methods;
///
/// let row = methods::rows().find(|row| row.page == "statuses/#create").unwrap();
/// assert_eq!((row.method.as_str(), row.template), ("POST", "/api/v1/statuses"));
/// assert_eq!(row.access.scopes, ["write:statuses"]);
/// ```
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [
        accounts::ROWS,
        announcements::ROWS,
        annual_reports::ROWS,
        apps::ROWS,
        async_refreshes::ROWS,
        blocks::ROWS,
        bookmarks::ROWS,
        collections::ROWS,
        conversations::ROWS,
        custom_emojis::ROWS,
        directory::ROWS,
        domain_blocks::ROWS,
        emails::ROWS,
        endorsements::ROWS,
        favourites::ROWS,
        featured_tags::ROWS,
        filters::ROWS,
        follow_requests::ROWS,
        followed_tags::ROWS,
        grouped_notifications::ROWS,
        health::ROWS,
        instance::ROWS,
        lists::ROWS,
        markers::ROWS,
        media::ROWS,
        mutes::ROWS,
        notifications::ROWS,
        oauth::ROWS,
        oembed::ROWS,
        polls::ROWS,
        preferences::ROWS,
        profile::ROWS,
        push::ROWS,
        reports::ROWS,
        scheduled_statuses::ROWS,
        search::ROWS,
        statuses::ROWS,
        streaming::ROWS,
        suggestions::ROWS,
        tags::ROWS,
        timelines::ROWS,
        trends::ROWS,
    ]
    .into_iter()
    .chain(admin::ROWS.iter().copied())
    .flatten()
}
