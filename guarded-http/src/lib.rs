// The front page's first example needs the client.
#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "client"),
    doc = "The rules of the guarded client, alone: is an [`address`] public, may a URL be fetched ([`UrlRules`]), is a domain on a list ([`DomainList`])?"
)]

pub mod address;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod connector;
#[cfg(feature = "client")]
mod content_type;
mod error;
#[cfg(feature = "client")]
mod limits;
mod policy;
#[cfg(feature = "client")]
mod recorder;
#[cfg(feature = "client")]
mod resolver;
mod url;

#[cfg(feature = "client")]
pub use crate::client::{Answer, Builder, GuardedClient, RequestBuilder, Streaming};
#[cfg(feature = "client")]
pub use crate::content_type::is_media_type;
#[cfg(feature = "client")]
pub use crate::error::{
    BoxError, BuildError, CertificateProblem, Error, InvalidRequest, RateLimited, Transient,
    TransientReason,
};
pub use crate::error::{Refused, Rule};
#[cfg(feature = "client")]
pub use crate::limits::Limits;
pub use crate::policy::{DomainList, InvalidDomain};
#[cfg(feature = "client")]
pub use crate::recorder::{Dialled, Recorder};
#[cfg(feature = "client")]
pub use crate::resolver::Resolver;
pub use crate::url::{CheckedUrl, UrlRules};
