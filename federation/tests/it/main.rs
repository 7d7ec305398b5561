//! Two servers on real sockets, and one that answers whatever a test tells it to.
#![cfg(all(feature = "axum", feature = "sqlite"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod delivery;
mod fetch;
mod inbox;
mod keys;
mod lookup;
mod queue;
mod refusals;
mod routes;
mod secrets;
mod travel;
mod world;
