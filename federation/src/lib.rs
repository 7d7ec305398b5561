// The front page's example needs both.
#![cfg_attr(
    all(feature = "axum", feature = "sqlite"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "axum", feature = "sqlite")),
    doc = "The server's half of ActivityPub: see the README, whose example needs the features `axum` and `sqlite`."
)]

mod actor_keys;
mod application;
mod authority;
#[cfg(feature = "axum")]
pub mod axum;
mod causes;
mod collections;
mod delivery;
#[cfg(feature = "axum")]
mod directory;
mod federation;
mod fetch;
mod inbox;
pub mod queue;

pub use actor_keys::KeyError;
pub use application::{
    Application, CollectionItem, CollectionName, CollectionPart, Inboxes, LocalActor, Stored, Usage,
};
pub use authority::Refusal;
pub use delivery::{SendError, Sent};
pub use federation::{BuildError, Builder, Federation, LookupError};
pub use fetch::{FetchError, Fetcher, Untrusted};
pub use inbox::{Envelope, InboxError, Receipt, VerifiedActivity};
