//! One server: its origin, its users' ids, and everything that the other rooms share.

use crate::actor_keys::ActorKeys;
use crate::fetch::{FetchError, Fetcher};
use crate::inbox::Inbox;
use crate::queue::Queue;
use crate::{Application, CollectionName, LocalActor};
use activitypub::{Actor, ActorKind, Id, OneOrMany};
use guarded_http::GuardedClient;
use http_sig::{Policy, Signer, SigningKey, VerifyingKey};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use url::Url;
use webfinger::{ActorNames, Handle};

/// One server in the fediverse. Cheap to clone; clones are the same server.
///
/// Ids are laid out like this, `https://example.org` being the origin:
///
/// | what | id |
/// | --- | --- |
/// | user | `https://example.org/users/alice` |
/// | inbox, outbox, followers, following | `https://example.org/users/alice/inbox` … |
/// | key | `https://example.org/users/alice#main-key` |
/// | shared inbox | `https://example.org/inbox` |
/// | instance actor, which signs fetches | `https://example.org/actor` |
/// | everything else | as the application likes |
pub struct Federation<A> {
    pub(crate) inner: Arc<Inner<A>>,
}

pub(crate) struct Inner<A> {
    pub(crate) application: A,
    pub(crate) origin: Url,
    pub(crate) fetcher: Fetcher,
    pub(crate) finder: webfinger::Client,
    pub(crate) inbox: Inbox,
    pub(crate) queue: Box<dyn Queue>,
    /// Wakes the delivery loop.
    pub(crate) queued: Notify,
    /// As many signatures at a time as leave one core to everything else.
    pub(crate) signing: Semaphore,
    /// Signers of local users, so that a key is not parsed again for every delivery.
    pub(crate) signers: moka::sync::Cache<String, Signer>,
    pub(crate) instance_signer: Signer,
    pub(crate) instance_key: VerifyingKey,
    #[cfg_attr(
        not(feature = "axum"),
        expect(dead_code, reason = "NodeInfo is one of the routes")
    )]
    pub(crate) software: (String, String),
}

impl<A> Clone for Federation<A> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<A> fmt::Debug for Federation<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Federation")
            .field("origin", &self.inner.origin.as_str())
            .finish_non_exhaustive()
    }
}

impl<A: Application> Federation<A> {
    /// A server at `origin`, such as `https://example.org`, whose instance actor has `instance_key`.
    ///
    /// The key must stay the same over restarts: other servers remember it.
    pub fn builder(origin: &str, instance_key: SigningKey) -> Builder {
        Builder {
            origin: origin.to_owned(),
            instance_key,
            client: None,
            policy: None,
            queue: None,
            software: ("fedikit".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        }
    }

    /// The application that this server was built with.
    #[must_use]
    pub fn application(&self) -> &A {
        &self.inner.application
    }

    /// Fetches documents of other servers.
    #[must_use]
    pub fn fetcher(&self) -> &Fetcher {
        &self.inner.fetcher
    }

    /// The deliveries that wait.
    #[must_use]
    pub fn queue(&self) -> &dyn Queue {
        &*self.inner.queue
    }

    /// The actor behind a handle such as `@bob@example.org`.
    ///
    /// It is found by WebFinger, fetched from its origin, and must confirm the handle in turn: nobody can call
    /// somebody else's actor by a name of their own.
    ///
    /// # Errors
    ///
    /// When there is nobody of that name, or the two sides do not agree.
    pub async fn lookup(&self, handle: &Handle) -> Result<Arc<Actor>, LookupError> {
        let finder = &self.inner.finder;
        let found = finder.lookup(handle).await.map_err(not_found)?;
        let actor = self
            .inner
            .fetcher
            .actor(&Id::from(found.actor()))
            .await
            .map_err(LookupError::Actor)?;
        let id = actor.id.as_ref().and_then(|id| id.to_url().ok());
        let id = id.ok_or(LookupError::NotConfirmed)?;
        // The fetcher gives only what came from its own id.
        let names = ActorNames::new(id.clone())
            .preferred_username(actor.preferred_username.as_deref())
            .webfinger(actor.webfinger.as_deref(), &id);
        finder.confirm(&found, &names).await.map_err(not_found)?;
        Ok(actor)
    }

    /// The id of the local user `name`.
    #[must_use]
    pub fn actor_id(&self, name: &str) -> Id {
        self.id(&["users", name])
    }

    /// The id of a collection of the local user `name`.
    #[must_use]
    pub fn collection_id(&self, name: &str, collection: CollectionName) -> Id {
        self.id(&["users", name, collection.as_str()])
    }

    /// The id of something of ours, with these path segments below the origin. What is special in a URL is escaped.
    #[must_use]
    pub fn id(&self, segments: &[&str]) -> Id {
        let mut url = self.inner.origin.clone();
        // An http(s) URL always has a path to append to.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        Id::from(url.as_str())
    }

    /// Whether this id is on our origin, also where its host is written with a dot at the end.
    #[must_use]
    pub fn is_local(&self, id: &Id) -> bool {
        let ours = &self.inner.origin;
        id.to_url().is_ok_and(|url| {
            let host = url.host_str().map(|host| host.trim_end_matches('.'));
            url.scheme() == ours.scheme()
                && host == ours.host_str()
                && url.port_or_known_default() == ours.port_or_known_default()
        })
    }

    /// The name in an id that [`actor_id`](Self::actor_id) made, or `None`.
    #[must_use]
    pub fn name_in<'a>(&self, id: &'a Id) -> Option<&'a str> {
        let name = id
            .as_str()
            .strip_prefix(self.inner.origin.as_str())?
            .strip_prefix("users/")?;
        (!name.is_empty() && !name.contains(['/', '?', '#', '%'])).then_some(name)
    }

    /// The document of a local user as others see it: the application's, with everything filled in that this crate knows.
    #[must_use]
    pub fn actor_document(&self, name: &str, local: LocalActor) -> Actor {
        let LocalActor { mut actor, key } = local;
        // Whoever asks for /users/ALICE gets the document of /users/alice: one user has one id.
        let spelt = actor.preferred_username.clone();
        let name = spelt.as_deref().unwrap_or(name);
        let id = self.actor_id(name);
        actor.inbox = OneOrMany::one(self.id(&["users", name, "inbox"]));
        actor.outbox = OneOrMany::one(self.collection_id(name, CollectionName::Outbox));
        actor.followers = OneOrMany::one(self.collection_id(name, CollectionName::Followers));
        actor.following = OneOrMany::one(self.collection_id(name, CollectionName::Following));
        self.finish(actor, id, &key.verifying_key())
    }

    /// The document of the instance actor. It must be readable without a signature, or two servers would ask each
    /// other for ever.
    #[must_use]
    pub fn instance_actor(&self) -> Actor {
        let id = self.id(&["actor"]);
        let host = self.inner.origin.host_str().unwrap_or_default();
        let actor = Actor::new(
            ActorKind::Application,
            id.clone(),
            host,
            self.id(&["inbox"]),
        );
        self.finish(actor, id, &self.inner.instance_key)
    }

    fn finish(&self, mut actor: Actor, id: Id, key: &VerifyingKey) -> Actor {
        actor.id = Some(id.clone());
        actor.manually_approves_followers.get_or_insert(false);
        actor
            .with_public_key(key_id(&id), key.to_pem())
            .with_shared_inbox(self.id(&["inbox"]))
    }

    pub(crate) fn key_id(&self, name: &str) -> Id {
        key_id(&self.actor_id(name))
    }
}

fn key_id(actor: &Id) -> Id {
    Id::from(format!("{actor}#main-key"))
}

/// Puts a [`Federation`] together.
#[must_use]
pub struct Builder {
    origin: String,
    instance_key: SigningKey,
    client: Option<GuardedClient>,
    policy: Option<Policy>,
    queue: Option<Box<dyn Queue>>,
    software: (String, String),
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// The client for everything that is fetched and sent; by default one with all protections and limits.
    pub fn client(mut self, client: GuardedClient) -> Self {
        self.client = Some(client);
        self
    }

    /// What a signature must cover and how old it may be; by default [`Policy::fediverse`]. Which hosts are ours is
    /// set from the origin.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Where deliveries wait. There is no default: whoever forgets it would lose them.
    pub fn queue(mut self, queue: impl Queue) -> Self {
        self.queue = Some(Box::new(queue));
        self
    }

    /// The name (lower-case letters, digits and hyphens) and version that NodeInfo tells others.
    pub fn software(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.software = (name.into(), version.into());
        self
    }

    /// The server, with the application that it serves.
    ///
    /// # Errors
    ///
    /// When the origin is no `https` origin (`http` is for demos, and only with a client that allows loopback), no queue was
    /// given, or the client cannot be made.
    pub fn build<A: Application>(self, application: A) -> Result<Federation<A>, BuildError> {
        let origin = Url::parse(&self.origin).map_err(|_| BuildError::Origin)?;
        let client = match self.client {
            Some(client) => client,
            None => GuardedClient::new().map_err(BuildError::Client)?,
        };
        let scheme_fits = origin.scheme() == "https"
            || origin.scheme() == "http"
                && origin
                    .host_str()
                    .is_some_and(|host| client.allows_plain_http(host));
        if !scheme_fits
            || origin.host_str().is_none_or(|host| host.ends_with('.'))
            || !origin.username().is_empty()
            || origin.password().is_some()
            || origin.path() != "/"
            || origin.query().is_some()
            || origin.fragment().is_some()
        {
            return Err(BuildError::Origin);
        }
        let queue = self.queue.ok_or(BuildError::NoQueue)?;
        let instance_key = self.instance_key.verifying_key();
        let instance_key_id = format!("{origin}actor#main-key");
        let instance_signer =
            Signer::new(instance_key_id, self.instance_key).map_err(|_| BuildError::Origin)?;
        let fetcher = Fetcher::new(client.clone(), instance_signer.clone());
        let policy = self
            .policy
            .unwrap_or_else(Policy::fediverse)
            .authorities([origin.origin().ascii_serialization()]);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Federation {
            inner: Arc::new(Inner {
                application,
                inbox: Inbox::new(policy, ActorKeys::new(fetcher.clone())),
                fetcher,
                finder: webfinger::Client::new(client),
                queue,
                queued: Notify::new(),
                signing: Semaphore::new(cores.saturating_sub(1).max(1)),
                signers: moka::sync::Cache::builder()
                    .max_capacity(10_000)
                    .time_to_live(Duration::from_secs(600))
                    .build(),
                instance_signer,
                instance_key,
                software: self.software,
                origin,
            }),
        })
    }
}

/// A [`Federation`] could not be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Ids are made from the origin and never change, so it has to be right.
    #[error("the origin must be like https://example.org, with no path")]
    Origin,
    /// Without a queue nothing can be sent.
    #[error("a queue is needed: add .queue(SqliteQueue::open(\"federation.sqlite\")?)")]
    NoQueue,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client(#[source] guarded_http::BuildError),
}

/// A handle led to no actor.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// WebFinger knows nobody of that name.
    #[error("the handle could not be looked up")]
    WebFinger(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The actor that WebFinger names could not be fetched.
    #[error("the actor that the handle leads to could not be fetched")]
    Actor(#[source] Arc<FetchError>),
    /// The actor goes by another name.
    #[error("the actor that the handle leads to does not go by that handle")]
    NotConfirmed,
}

fn not_found(error: webfinger::LookupError) -> LookupError {
    match error {
        webfinger::LookupError::OtherHandle { .. }
        | webfinger::LookupError::OtherActor
        | webfinger::LookupError::Unnamed => LookupError::NotConfirmed,
        error => LookupError::WebFinger(Box::new(error)),
    }
}
