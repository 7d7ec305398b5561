//! Where an actor receives, and which of the addresses that an actor names may be used at all.

use std::fmt;

use url::Url;

use crate::actor::Actor;
use crate::id::Id;
use crate::origin;

/// An address that an actor's document names (ActivityPub section 4.1, Mastodon's `featured`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Endpoint {
    /// `inbox`
    Inbox,
    /// `endpoints.sharedInbox`
    SharedInbox,
    /// `outbox`
    Outbox,
    /// `followers`
    Followers,
    /// `following`
    Following,
    /// `liked`
    Liked,
    /// `featured`
    Featured,
    /// `featuredTags`
    FeaturedTags,
}

impl Actor {
    /// The URL to use for an endpoint, if it may be used: exactly one `https` or `http` URL, on the origin of the actor's id.
    ///
    /// An actor may not borrow the endpoints of another server: its inbox would draw deliveries there, and its followers would be read
    /// as if that server had named them. An actor without a usable inbox cannot be delivered to and is none, for most purposes.
    ///
    /// ```
    /// use activitypub::{Actor, BadEndpoint, Endpoint};
    ///
    /// let eve = Actor::from_slice(br#"{
    ///     "id": "https://example.com/eve", "type": "Person", "inbox": "https://example.com/eve/inbox",
    ///     "outbox": "javascript:alert(1)", "endpoints": {"sharedInbox": "https://victim.example/inbox"}
    /// }"#)?;
    /// assert_eq!(eve.endpoint(Endpoint::Inbox).unwrap().path(), "/eve/inbox");
    /// assert_eq!(eve.endpoint(Endpoint::Outbox), Err(BadEndpoint::NotOnTheWeb));
    /// assert_eq!(eve.endpoint(Endpoint::SharedInbox), Err(BadEndpoint::OtherOrigin));
    /// assert_eq!(eve.endpoint(Endpoint::Followers), Err(BadEndpoint::Absent));
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    ///
    /// # Errors
    /// Says why it is void.
    pub fn endpoint(&self, endpoint: Endpoint) -> Result<Url, BadEndpoint> {
        let collection = match endpoint {
            Endpoint::Inbox => &self.inbox,
            Endpoint::Outbox => &self.outbox,
            Endpoint::Followers => &self.followers,
            Endpoint::Following => &self.following,
            Endpoint::Liked => &self.liked,
            Endpoint::Featured => &self.featured,
            Endpoint::FeaturedTags => &self.featured_tags,
            Endpoint::SharedInbox => {
                let shared = self.shared_inbox().ok_or(BadEndpoint::Absent)?;
                return self.usable(shared);
            }
        };
        if collection.is_empty() {
            return Err(BadEndpoint::Absent);
        }
        self.usable(collection.id().ok_or(BadEndpoint::NotOneId)?)
    }

    fn usable(&self, endpoint: &Id) -> Result<Url, BadEndpoint> {
        let url = origin::web(endpoint).ok_or(BadEndpoint::NotOnTheWeb)?;
        let own = self.id.as_ref().ok_or(BadEndpoint::OtherOrigin)?;
        if origin::same_origin(endpoint, own) {
            Ok(url)
        } else {
            Err(BadEndpoint::OtherOrigin)
        }
    }
}

/// Why an endpoint of an actor is void.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum BadEndpoint {
    /// The actor names none.
    Absent,
    /// There are several, or a thing without an id.
    NotOneId,
    /// It is no `https` or `http` URL, or has a user name in it.
    NotOnTheWeb,
    /// It is on another origin than the actor's id, or the actor has none.
    OtherOrigin,
}

impl fmt::Display for BadEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "the actor names no such endpoint",
            Self::NotOneId => "the endpoint is not exactly one id",
            Self::NotOnTheWeb => "the endpoint is no https or http URL",
            Self::OtherOrigin => "the endpoint is on another origin than the actor",
        })
    }
}

impl std::error::Error for BadEndpoint {}
