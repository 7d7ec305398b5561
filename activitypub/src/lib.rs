#![doc = include_str!("../README.md")]

pub mod addressing;
pub mod compose;
pub mod context;
pub mod display;
pub mod extension;
#[cfg(feature = "html")]
pub mod html;
pub mod kind;
pub mod origin;
pub mod poll;
#[cfg(feature = "proof")]
pub mod proof;
mod property;
pub mod role;

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
