// The front page shows the client; without it there is another.
#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "client"),
    doc = "The client API of Mastodon as values: without the feature `client` nothing is sent."
)]

mod answer;
#[cfg(feature = "client")]
mod client;
pub mod endpoint;
pub mod entities;
pub mod error;
mod extra;
pub mod ids;
pub mod methods;
pub mod oauth;
mod page;
#[cfg(feature = "push")]
pub mod push;
mod server;
pub mod streaming;
mod string_enum;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
mod wire;

#[cfg(feature = "client")]
pub use client::waiting;
#[cfg(feature = "client")]
pub use client::{
    Answered, Client, ClientBuilder, Deprecation, Edit, Items, MediaFile, MediaUpload, Pages, Post,
    RawRequest, Refresh, ScheduledPost, Thread,
};
pub use endpoint::Endpoint;
pub use error::Error;
pub use extra::{Extra, Problem};
pub use page::{At, Cursor, InvalidCursor, Page};
pub use server::{InstanceLimits, Server, Software, Support, SupportReason};
