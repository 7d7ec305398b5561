// The front page's first example needs the client.
#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "client"),
    doc = "WebFinger, host-meta and NodeInfo without a socket: the feature `client` adds lookups."
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
