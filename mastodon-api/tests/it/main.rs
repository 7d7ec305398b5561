//! Integration tests: the public API, over real sockets where something is sent.

#[cfg(feature = "client")]
mod client;
mod documentation;
mod endpoints;
mod entities;
