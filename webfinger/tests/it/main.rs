//! Through the public API, as a user sees it.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "also in what the tests share"
)]

mod corpus;
mod descriptor;
mod handle;
mod host_meta;
mod links;
mod lookup;
mod nodeinfo;
mod server;
mod typed;

#[cfg(feature = "xrd")]
mod xrd;

#[cfg(feature = "client")]
mod cache;
#[cfg(feature = "client")]
mod cases;
#[cfg(all(feature = "client", feature = "server"))]
mod client;
#[cfg(feature = "rel-me")]
mod rel_me;
#[cfg(all(feature = "client", feature = "rel-me", feature = "server"))]
mod verify_link;
#[cfg(feature = "client")]
mod world;
