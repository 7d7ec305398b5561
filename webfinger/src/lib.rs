// The front page's examples need these three.
#![cfg_attr(
    all(feature = "client", feature = "rel-me", feature = "server"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "client", feature = "rel-me", feature = "server")),
    doc = "From a fediverse handle to an actor and back. The front page is in the documentation of all features."
)]

pub mod capability;
#[cfg(feature = "client")]
mod client;
pub mod descriptor;
mod display;
mod error;
pub mod host_meta;
pub mod intent;
mod json;
pub mod lookup;
pub mod nodeinfo;
pub mod query;
pub mod rel;
#[cfg(feature = "rel-me")]
pub mod rel_me;
pub mod resource;
pub mod server;
pub mod template;
mod typed;

#[cfg(feature = "client")]
pub use crate::client::{CachePolicy, Client, Resolved};
pub use crate::descriptor::{Descriptor, Link};
pub use crate::display::Shown;
pub use crate::error::LookupError;
#[cfg(feature = "client")]
pub use crate::error::NodeInfoError;
pub use crate::lookup::{ActorNames, Confirmed, Found, Lookup};
pub use crate::nodeinfo::NodeInfo;
pub use crate::resource::{Handle, InvalidHandle, Resource};
pub use crate::typed::Typed;
