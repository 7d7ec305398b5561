//! What can be asked of a server: one file for each page of the
//! [documentation](https://docs.joinmastodon.org/methods/statuses/), one struct for each call.
//!
//! A call is made with `new`, which takes what it needs, and setters for the rest;
//! [`Client::send`](crate::Client::send) sends it.

pub mod accounts;
pub mod apps;
pub mod instance;
pub mod media;
pub mod notifications;
pub mod oauth;
pub mod statuses;
pub mod streaming;
pub mod timelines;

/// Every row of every table: verb, path and page of the documentation.
#[doc(hidden)]
pub fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
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
    .copied()
}
