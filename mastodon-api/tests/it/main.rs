//! Integration tests: the public API, over real sockets where something is sent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod admin;
#[cfg(feature = "client")]
mod calls;
#[cfg(feature = "client")]
mod client;
mod deviations;
mod documentation;
mod endpoints;
mod entities;
#[cfg(feature = "client")]
mod hostile;
#[cfg(feature = "client")]
mod limits;
#[cfg(feature = "testing")]
mod living;
#[cfg(feature = "testing")]
mod living_edges;
#[cfg(feature = "client")]
mod media;
#[cfg(all(feature = "loopback", feature = "testing"))]
mod oauth;
mod operations;
#[cfg(feature = "client")]
mod paging;
#[cfg(feature = "client")]
mod posts;
#[cfg(all(feature = "client", feature = "push"))]
mod push;
#[cfg(feature = "client")]
mod recordings;
#[cfg(feature = "client")]
mod secrets;
mod statuses;
#[cfg(feature = "client")]
mod streaming;
#[cfg(feature = "testing")]
mod testing;
mod text;
