//! What holds for the whole project, and the example programs run as a person runs them.

// A test may fail in any way it likes; clippy.toml says so only for the functions that are marked as tests.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod alert_bot;
mod bot;
mod compose;
mod crates;
mod explain_signature;
mod export;
mod inspect;
mod kill_9;
mod login;
mod own_extension;
mod post;
mod quickstart;
mod sign;
mod signature_peer;
mod stream_to_sqlite;
mod timeline;
mod timeline_for_me;
mod verify_link;
mod verify_server;
mod whois;
mod world;
