//! Why a lookup did not find anybody.

use http::StatusCode;

use crate::descriptor::DescriptorError;

/// Why a handle was not found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// The server does not know the account (404).
    #[error("there is no such account on that server")]
    NotFound,
    /// The account is gone for good (410).
    #[error("that account no longer exists")]
    Gone,
    /// The server answered with another status than 200.
    #[error("the server did not answer the WebFinger query (status {})", .0.as_u16())]
    Status(StatusCode),
    /// The answer's media type is neither `application/jrd+json` nor `application/json`.
    #[error("the server answered the WebFinger query with something else than a descriptor")]
    MediaType,
    /// The answer could not be read.
    #[error("the server's WebFinger answer is not usable")]
    Descriptor(#[from] DescriptorError),
    /// The descriptor does not say whom it is about, or names something that is no handle.
    #[error("the server's WebFinger answer names no account")]
    Subject,
    /// The descriptor names another account, whose own server does not agree.
    #[error("the server names another account, and that account's server does not confirm it")]
    Unconfirmed,
    /// There is no link to an ActivityPub actor.
    #[error("that account has no ActivityPub actor")]
    NoActor,
    /// The link to the actor is not an `https` URL, or leads where nobody may connect to.
    #[error("the link to that account's actor cannot be used")]
    ActorUrl,
    /// The handle's host cannot stand in a URL.
    #[error("that handle's host cannot be asked")]
    Host,
    /// The query did not get through: refused by a rule, or the server did not answer.
    #[cfg(feature = "client")]
    #[error("the WebFinger query got no answer")]
    Fetch(#[source] guarded_http::Error),
}

/// Why the NodeInfo of a host could not be had.
#[cfg(feature = "client")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NodeInfoError {
    /// The host is no host.
    #[error("that is not the name of a server")]
    Host(#[source] crate::resource::InvalidHandle),
    /// One of the two documents could not be fetched.
    #[error("the server's NodeInfo could not be fetched")]
    Fetch(#[source] guarded_http::Error),
    /// One of the two documents could not be read.
    #[error("the server's NodeInfo is not usable")]
    Document(#[from] crate::nodeinfo::InvalidNodeInfo),
}
