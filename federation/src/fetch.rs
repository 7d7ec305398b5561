//! Fetches documents of other servers, signed by our instance actor, and believes only what their origin says itself.

use activitypub::{Actor, Any, Id, origin};
use guarded_http::GuardedClient;
use http_sig::Signer;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use url::Url;

/// Fetches ActivityPub documents. Cheap to clone; clones share the cache.
///
/// - Every request is signed by the instance actor, because many servers answer no other ("authorised fetch").
/// - Every request goes through the guarded client, so neither an id nor a redirect can lead it to an address that is not public.
/// - A document is believed only if it is served as ActivityStreams, by the origin that was asked, and its `id` is the URL that it finally
///   came from; where the `id` is another URL of the same origin, that one is fetched instead, once.
/// - Actors are kept for ten minutes, in about 256 MiB at most (some ten thousand of the usual size); any number of tasks that
///   want the same actor make one request.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: GuardedClient,
    signer: Signer,
    actors: moka::future::Cache<Id, (Arc<Actor>, u32)>,
}

/// A document, and about how many bytes it takes up.
pub(crate) struct Fetched {
    pub(crate) document: Any,
    pub(crate) weight: u32,
}

impl Fetcher {
    /// Fetches with `client` and signs with `signer`, the instance actor's.
    #[must_use]
    pub fn new(client: GuardedClient, signer: Signer) -> Self {
        Self {
            client,
            signer,
            actors: moka::future::Cache::builder()
                .max_capacity(MOST_KEPT)
                .weigher(|_, (_, weight)| *weight)
                .time_to_live(Duration::from_secs(600))
                .build(),
        }
    }

    /// The document with this id, fresh from its origin.
    ///
    /// # Errors
    ///
    /// When the server does not give it, or what it gives cannot be believed.
    pub async fn fetch(&self, id: &Id) -> Result<Any, FetchError> {
        Ok(self.fetch_weighed(id).await?.document)
    }

    /// The actor with this id, from the cache or from its origin.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch), and when the document is not an actor with this id.
    pub async fn actor(&self, id: &Id) -> Result<Arc<Actor>, Arc<FetchError>> {
        self.actors
            .try_get_with_by_ref(id, async { Box::pin(self.actor_at_origin(id)).await })
            .await
            .map(|(actor, _)| actor)
    }

    /// The actor with this id, fresh from its origin; the cache learns it.
    ///
    /// # Errors
    ///
    /// As [`actor`](Self::actor).
    pub async fn refresh_actor(&self, id: &Id) -> Result<Arc<Actor>, FetchError> {
        Ok(self.fetch_actor(id).await?.0)
    }

    /// The guarded client, for whatever else is to be fetched or sent: there should be only one in a program.
    #[must_use]
    pub fn client(&self) -> &GuardedClient {
        &self.client
    }

    /// As [`refresh_actor`](Self::refresh_actor), and about how many bytes the actor takes up.
    pub(crate) async fn fetch_actor(&self, id: &Id) -> Result<(Arc<Actor>, u32), FetchError> {
        let fresh = self.actor_at_origin(id).await?;
        self.actors.insert(id.clone(), fresh.clone()).await;
        Ok(fresh)
    }

    /// Forgets an actor, so that the next who asks hears what is true now.
    pub(crate) async fn forget(&self, id: &Id) {
        self.actors.invalidate(id).await;
    }

    /// As [`fetch`](Self::fetch), and about how many bytes the document takes up.
    pub(crate) async fn fetch_weighed(&self, id: &Id) -> Result<Fetched, FetchError> {
        let (from, fetched) = self.fetch_once(id).await?;
        let named = fetched
            .document
            .id()
            .cloned()
            .ok_or(FetchError::Untrusted(Untrusted::NoId))?;
        if is_at(&named, &from) {
            return Ok(fetched);
        }
        if !origin::same_origin(&named, id) {
            return Err(FetchError::Untrusted(Untrusted::IdElsewhere));
        }
        // An alias of the same server, such as a profile page or the document of a key: ask for the thing itself.
        let (from, fetched) = self.fetch_once(&named).await?;
        match fetched.document.id() {
            Some(id) if is_at(id, &from) => Ok(fetched),
            _ => Err(FetchError::Untrusted(Untrusted::IdNotFinal)),
        }
    }

    async fn actor_at_origin(&self, id: &Id) -> Result<(Arc<Actor>, u32), FetchError> {
        let Fetched { document, weight } = self.fetch_weighed(id).await?;
        match document {
            Any::Actor(actor) if actor.id.as_ref() == Some(id) => Ok((Arc::new(actor), weight)),
            Any::Actor(_) => Err(FetchError::Untrusted(Untrusted::OtherId)),
            _ => Err(FetchError::NotAnActor),
        }
    }

    async fn fetch_once(&self, id: &Id) -> Result<(Url, Fetched), FetchError> {
        let mut url = id
            .to_url()
            .map_err(|source| FetchError::NotAUrl(source.into()))?;
        url.set_fragment(None);
        let signer = self.signer.clone();
        let answer = self
            .client
            .get(url)
            .accept(ACCEPT)
            .expect(&[ACTIVITY_JSON, LD_JSON])
            .sign(move |request| Ok(signer.sign(request, SystemTime::now())?))
            .send()
            .await
            .map_err(FetchError::Http)?;
        // An open redirect of theirs must not make somebody else's document out to be the answer of that origin.
        if !origin::same_origin(&Id::from(answer.url()), id) {
            return Err(FetchError::Untrusted(Untrusted::RedirectedElsewhere));
        }
        let document = Any::from_slice(answer.bytes()).map_err(FetchError::Document)?;
        let weight = weight(answer.bytes());
        Ok((answer.url().clone(), Fetched { document, weight }))
    }
}

/// How many bytes of documents a cache holds, as [`weight`] reckons them.
pub(crate) const MOST_KEPT: u64 = 256 * 1024 * 1024;

/// About what a document takes up once it was read: its text, and some two kilobytes for each object in it. The text alone would
/// say little, since an empty object is two bytes of it.
fn weight(document: &[u8]) -> u32 {
    let objects = document.iter().filter(|byte| **byte == b'{').count();
    u32::try_from(document.len() + 2048 * objects).unwrap_or(u32::MAX)
}

/// Whether `id` names the URL that a document came from. Compared as URLs, since the one has been through a URL parser.
fn is_at(id: &Id, from: &Url) -> bool {
    id.to_url().is_ok_and(|mut url| {
        url.set_fragment(None);
        url == *from
    })
}

/// The media type of ActivityPub.
pub(crate) const ACTIVITY_JSON: &str = "application/activity+json";
/// The same as JSON-LD. Without the profile it may be anything, so it does not count.
pub(crate) const LD_JSON: &str =
    r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
const ACCEPT: &str = r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;

/// A document could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The id is no URL, so there is nowhere to ask.
    #[error("the id is not a URL that can be fetched")]
    NotAUrl(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server did not answer, answered that it has none, or its address is not allowed.
    #[error("the document could not be fetched")]
    Http(#[source] guarded_http::Error),
    /// The answer is not a document of ActivityStreams.
    #[error("the answer could not be read")]
    Document(#[source] activitypub::ReadError),
    /// The document may be anything, but it does not speak for its id.
    #[error("the document cannot be believed: {0}")]
    Untrusted(Untrusted),
    /// It is something else than an actor.
    #[error("the document is not an actor")]
    NotAnActor,
}

impl FetchError {
    /// Whether asking again later may give another answer.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Http(error) if error.is_transient())
    }
}

/// Why a fetched document does not speak for its id.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Untrusted {
    /// A document without an id speaks for nothing.
    #[error("it has no id")]
    NoId,
    /// Another server's id.
    #[error("its id is on another origin than the URL it came from")]
    IdElsewhere,
    /// Another server answered than the one that was asked.
    #[error("a redirect led to another origin")]
    RedirectedElsewhere,
    /// Fetched by its own id, it named yet another one.
    #[error("its id is not the URL it came from")]
    IdNotFinal,
    /// It is a different thing than the one asked for.
    #[error("its id is not the one that was asked for")]
    OtherId,
}
