//! Through the public API, as a user sees it.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "also in what the tests share"
)]

mod address;
mod cases;
mod url;

#[cfg(feature = "client")]
mod bodies;
#[cfg(feature = "client")]
mod caps;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod connector;
#[cfg(feature = "client")]
mod floods;
#[cfg(feature = "client")]
mod loopback;
#[cfg(feature = "client")]
mod policy;
#[cfg(feature = "client")]
mod rebinding;
#[cfg(feature = "client")]
mod secure;
#[cfg(feature = "client")]
mod trace;
