//! What can be asked of a server: one file for each page of the
//! [documentation](https://docs.joinmastodon.org/methods/statuses/), one struct for each call.
//!
//! A call is made with `new`, which takes what it needs, and setters for the rest;
//! [`Client::send`](crate::Client::send) sends it.

use crate::endpoint::Row;

pub mod accounts;
pub mod apps;
pub mod instance;
pub mod media;
pub mod notifications;
pub mod oauth;
pub mod statuses;
pub mod streaming;
pub mod timelines;

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
        apps::ROWS,
        instance::ROWS,
        media::ROWS,
        notifications::ROWS,
        oauth::ROWS,
        statuses::ROWS,
        streaming::ROWS,
        timelines::ROWS,
    ]
    .into_iter()
    .flatten()
}
