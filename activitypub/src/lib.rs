// Its programs are tested where all that they use is there.
#![cfg_attr(any(not(doctest), feature = "html"), doc = include_str!("../README.md"))]

pub mod addressing;
pub mod compose;
pub mod context;
pub mod display;
pub mod emoji;
pub mod extension;
pub mod group;
#[cfg(feature = "html")]
pub mod html;
#[cfg(feature = "json-ld")]
pub mod json_ld;
pub mod kind;
pub mod media;
pub mod origin;
pub mod poll;
pub mod profile;
#[cfg(feature = "proof")]
pub mod proof;
pub mod quote;
pub mod reaction;
pub mod role;
pub mod text;
pub mod thread;

mod activity;
mod actor;
mod any;
mod collection;
mod endpoint;
mod error;
mod extra;
mod family;
mod id;
mod json;
mod limits;
mod link;
mod markup;
mod object;
mod property;
mod repair;

pub use activity::Activity;
pub use actor::{Actor, Endpoints};
pub use any::Any;
pub use collection::Collection;
pub use endpoint::{BadEndpoint, Endpoint};
pub use error::{Problem, ReadError, Reason, Refusal};
pub use extension::security::PublicKey;
pub use extra::{Extra, Raw};
pub use id::Id;
pub use kind::{ActivityKind, ActorKind, CollectionKind, LinkKind, ObjectKind};
pub use limits::Limits;
pub use link::Link;
pub use object::Object;
pub use property::{
    Decimal, Identified, LanguageMap, OneOrMany, Property, Ref, Timestamp, TypeName,
};
