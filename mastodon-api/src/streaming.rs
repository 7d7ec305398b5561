//! What an instance sends while it happens: bytes in, typed events out.
//!
//! This module opens no connection. [`Stream`] says where a stream is found; [`sse::Decoder`] and
//! [`websocket::decode`] turn what comes from there into [`Event`]s. With the feature `client`,
//! `Client::stream` does the rest, and keeps it alive.
//!
//! Nothing that a server sends stops a decoder: an event that this version does not know arrives as
//! [`Event::Unknown`], one that cannot be read as [`Event::Malformed`], both with the text that came.
//!
//! [Mastodon documentation](https://docs.joinmastodon.org/methods/streaming/)

pub mod sse;
pub mod websocket;

pub(crate) mod cursor;
mod event;
mod stream;

#[cfg(feature = "client")]
pub use crate::client::streaming::{
    Breakage, Down, EventStream, ForeignHost, Gap, GapReason, Happened, Heard, OpenStream, Outage,
    StreamError, Subscriptions, Transport, Up,
};
pub use cursor::{InvalidStreamCursor, StreamCursor};
pub use event::{Event, Malformed, MalformedReason, RawEvent};
pub use stream::Stream;
