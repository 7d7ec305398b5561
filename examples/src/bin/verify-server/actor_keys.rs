//! The keys of actors, fetched through the guarded client and kept for five minutes.

use activitypub::origin::same_origin;
use activitypub::{Any, Id};
use fedikit_examples::in_words;
use guarded_http::{BuildError, GuardedClient};
use http_sig::VerifyingKey;
use http_sig::tower::{Keys, NoKey};
use moka::future::Cache;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

const ACTIVITY_JSON: &str = "application/activity+json";
const MOST_KEPT: u64 = 10_000;
const KEPT_FOR: Duration = Duration::from_secs(5 * 60);

pub(crate) struct ActorKeys {
    http: GuardedClient,
    /// What was found, and what was not: neither is asked for again and again.
    known: Cache<String, Result<VerifyingKey, Arc<NoKey>>>,
    /// Which keys were fetched anew a short while ago.
    refetched: Cache<String, ()>,
}

impl ActorKeys {
    pub(crate) fn new(allow_loopback: bool) -> Result<Self, BuildError> {
        let mut http = GuardedClient::builder().user_agent("fedikit-verify-server/0.1");
        if allow_loopback {
            http = http.danger_allow_loopback();
        }
        Ok(Self {
            http: http.build()?,
            known: cache(),
            refetched: cache(),
        })
    }

    async fn fetch(&self, key_id: &str) -> Result<VerifyingKey, NoKey> {
        let url = Url::parse(key_id).map_err(|error| NoKey::Unusable(error.into()))?;
        let answer = self.http.get(url).accept(ACTIVITY_JSON).send().await;
        let answer = answer.map_err(|error| match error {
            error if error.is_gone() => NoKey::Gone,
            error if error.is_not_found() => NoKey::NotFound,
            error if error.is_transient() => NoKey::Unreachable(error.into()),
            error => NoKey::Unusable(error.into()),
        })?;
        let document = Any::from_slice(answer.bytes());
        let Any::Actor(actor) = document.map_err(|error| NoKey::Unusable(error.into()))? else {
            return Err(NoKey::Unusable("this is not an actor".into()));
        };
        // Everything must be of one origin: that from which the document really came.
        let (key_id, came_from) = (Id::from(key_id), Id::from(answer.url()));
        let owner = actor.id.as_ref().filter(|id| same_origin(id, &came_from));
        let owner = owner.filter(|_| same_origin(&key_id, &came_from));
        let mut keys = actor.public_keys();
        let key = keys.find(|key| key.id.as_ref() == Some(&key_id));
        let key = key.filter(|key| owner.is_some() && key.owner.as_ref() == owner);
        let pem = key.and_then(|key| key.public_key_pem.as_deref());
        let pem = pem.ok_or_else(|| NoKey::Unusable("the actor has no such key".into()))?;
        VerifyingKey::from_pem(pem).map_err(|error| NoKey::Unusable(error.into()))
    }
}

impl Keys for ActorKeys {
    async fn find(&self, key_id: &str, fresh: bool) -> Result<VerifyingKey, NoKey> {
        if fresh {
            let asked = self.refetched.entry_by_ref(key_id).or_insert(()).await;
            if asked.is_fresh() {
                self.known.invalidate(key_id).await;
            }
        }
        let fetch = async { self.fetch(key_id).await.map_err(Arc::new) };
        let found = self.known.get_with_by_ref(key_id, fetch).await;
        found.map_err(|no_key| match &*no_key {
            NoKey::NotFound => NoKey::NotFound,
            NoKey::Gone => NoKey::Gone,
            // One error for all who waited; each gets its cause in words.
            NoKey::Unreachable(cause) => NoKey::Unreachable(in_words(&**cause).into()),
            NoKey::Unusable(cause) => NoKey::Unusable(in_words(&**cause).into()),
            other => NoKey::Unusable(in_words(other).into()),
        })
    }
}

fn cache<T: Clone + Send + Sync + 'static>() -> Cache<String, T> {
    Cache::builder()
        .max_capacity(MOST_KEPT)
        .time_to_live(KEPT_FOR)
        .build()
}
