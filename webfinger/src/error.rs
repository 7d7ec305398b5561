//! Why a lookup did not find anybody.

use std::sync::Arc;

use http::StatusCode;
use url::Url;

use crate::descriptor::DescriptorError;
use crate::host_meta::HostMetaError;
use crate::resource::Handle;

/// Why nobody was found, or a handle and an actor do not belong together.
///
/// Cheap to clone: those who wait for one lookup get the same error.
#[derive(Clone, Debug, thiserror::Error)]
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
    Descriptor(#[source] Arc<DescriptorError>),
    /// The descriptor does not say whom it is about, so it proves no handle.
    #[error("the server's WebFinger answer does not say which account it is about")]
    #[non_exhaustive]
    NoSubject {
        /// The actor it links to, which may be fetched and asked for its handle; nothing is proven by this.
        actor: Option<Box<Url>>,
    },
    /// The descriptor is about something that is no handle of a public server.
    #[error("the server's WebFinger answer is about something else than an account")]
    Subject,
    /// The descriptor names another account, whose own server does not agree.
    #[error("that server names another account, and that account's server does not confirm it")]
    Unconfirmed,
    /// There is no such account where WebFinger usually is, and the host-meta document does not say where else.
    #[error("there is no such account on that server")]
    HostMeta(#[from] HostMetaError),
    /// There is no link to an ActivityPub actor.
    #[error("that account has no ActivityPub actor")]
    NoActor,
    /// The link to the actor is not an `https` URL, or leads where nobody may connect to.
    #[error("the link to that account's actor cannot be used")]
    ActorUrl,
    /// The handle's host cannot stand in a URL, or a URL is not a public `https` one.
    #[error("that host cannot be asked")]
    Host,
    /// The handle leads to another actor than the one that claims it.
    #[error("the handle belongs to another actor")]
    OtherActor,
    /// The actor goes by another handle, or by one that does not hold.
    #[error("that account's actor goes by another handle")]
    #[non_exhaustive]
    OtherHandle {
        /// The handle that the actor names.
        named: Box<Handle>,
    },
    /// The actor names no handle, so only the server's word stands for it.
    #[error("that account's actor names no handle")]
    Unnamed,
    /// The query did not get through: refused by a rule, or the server did not answer.
    #[cfg(feature = "client")]
    #[error("the WebFinger query failed")]
    Fetch(#[source] Arc<guarded_http::Error>),
    /// The actor's document could not be fetched. A server may want the request signed
    /// ([`needs_signature`](Self::needs_signature)).
    #[cfg(feature = "client")]
    #[error("the actor could not be fetched")]
    Actor(#[source] Arc<guarded_http::Error>),
    /// The actor's URL leads to something that is no actor, or to one whose id is another.
    #[cfg(feature = "client")]
    #[error("the link to that account's actor does not lead to that actor")]
    ActorDocument,
    /// More requests, or more time, than one call may take.
    #[cfg(feature = "client")]
    #[error("the lookup took more requests or time than it may")]
    Budget,
    /// Our own code broke off while somebody waited for it.
    #[cfg(feature = "client")]
    #[error("the lookup broke off")]
    Interrupted,
}

impl From<DescriptorError> for LookupError {
    fn from(error: DescriptorError) -> Self {
        Self::Descriptor(Arc::new(error))
    }
}

#[cfg(feature = "client")]
impl LookupError {
    /// What the guarded client said, if it could not fetch the descriptor or the actor.
    #[must_use]
    pub fn fetch(&self) -> Option<&guarded_http::Error> {
        match self {
            Self::Fetch(error) | Self::Actor(error) => Some(error),
            _ => None,
        }
    }

    /// The actor's server wants a signed request: give the client a hook that signs.
    #[must_use]
    pub fn needs_signature(&self) -> bool {
        self.fetch()
            .is_some_and(guarded_http::Error::is_needs_signature)
    }

    /// It may work later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Budget | Self::Interrupted)
            || self.fetch().is_some_and(guarded_http::Error::is_transient)
    }

    /// The earliest time at which asking again makes sense, as far as the server said.
    #[must_use]
    pub fn retry_at(&self) -> Option<std::time::SystemTime> {
        self.fetch().and_then(guarded_http::Error::retry_at)
    }
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
    /// More requests, or more time, than one call may take.
    #[error("asking for the server's NodeInfo took more requests or time than it may")]
    Budget,
}
