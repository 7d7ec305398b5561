//! What an instance sends while it happens: bytes in, typed events out.
//!
//! This module opens no connection. [`Stream`] says where a stream is found; [`sse::Decoder`] and
//! [`websocket::decode`] turn what comes from there into [`Event`]s. With the feature `client`,
//! `Client::stream` does the rest.
//!
//! Nothing that a server sends stops a decoder: an event that this version does not know arrives as
//! [`Event::Unknown`], one that cannot be read as [`Event::Malformed`], both with the text that came.
//!
//! [Mastodon documentation](https://docs.joinmastodon.org/methods/streaming/)

pub mod sse;
pub mod websocket;

mod event;
mod stream;

#[cfg(feature = "client")]
pub use crate::client::streaming::{
    Breakage, EventStream, ForeignHost, OpenStream, StreamError, Transport,
};
pub use event::{Event, Malformed, MalformedReason, RawEvent};
pub use stream::Stream;
