//! Which key does a signature name, and whose is it.

use crate::fetch::{FetchError, Fetched, Fetcher, MOST_KEPT};
use activitypub::{Actor, Any, Id, origin};
use http_sig::VerifyingKey;
use std::sync::Arc;
use std::time::Duration;

/// A key and the actor who was seen to hold it: the key names the actor, and the actor's own document lists the key.
#[derive(Clone, Debug)]
pub(crate) struct ActorKey {
    pub(crate) key: VerifyingKey,
    pub(crate) actor: Arc<Actor>,
    /// The actor's id, which the document surely has.
    pub(crate) owner: Id,
    /// About what it takes up, in bytes.
    weight: u32,
}

/// Finds keys by their id. Bounded in every direction that a sender can push: bytes of actors kept, bytes of failures kept, and
/// at most one refetch of a key in five minutes.
#[derive(Clone, Debug)]
pub(crate) struct ActorKeys {
    fetcher: Fetcher,
    keys: moka::future::Cache<Id, Arc<ActorKey>>,
    failures: moka::sync::Cache<Id, Arc<KeyError>>,
    refetched: moka::sync::Cache<Id, ()>,
}

impl ActorKeys {
    pub(crate) fn new(fetcher: Fetcher) -> Self {
        Self {
            fetcher,
            keys: moka::future::Cache::builder()
                .max_capacity(MOST_KEPT)
                .weigher(|_, key: &Arc<ActorKey>| key.weight)
                .time_to_live(Duration::from_secs(60 * 60))
                .build(),
            failures: moka::sync::Cache::builder()
                .max_capacity(16 * 1024 * 1024)
                .weigher(|_, failure: &Arc<KeyError>| failure.weight())
                .time_to_live(Duration::from_secs(60))
                .build(),
            refetched: moka::sync::Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_secs(5 * 60))
                .build(),
        }
    }

    /// The key with this id, if it is known already.
    pub(crate) async fn known(&self, key_id: &Id) -> Option<Arc<ActorKey>> {
        self.keys.get(key_id).await
    }

    /// The key with this id, from the cache or from its origin.
    pub(crate) async fn find(&self, key_id: &Id) -> Result<Arc<ActorKey>, Arc<KeyError>> {
        if let Some(failure) = self.failures.get(key_id) {
            return Err(failure);
        }
        self.keys
            .try_get_with_by_ref(key_id, async {
                Box::pin(self.at_origin(key_id)).await.map(Arc::new)
            })
            .await
            .inspect_err(|failure| self.failures.insert(key_id.clone(), Arc::clone(failure)))
    }

    /// The key with this id, fresh from its origin, because the one that was known did not fit: it may have been replaced.
    /// `None` when that was tried a short while ago.
    pub(crate) async fn refetch(
        &self,
        key_id: &Id,
    ) -> Option<Result<Arc<ActorKey>, Arc<KeyError>>> {
        if !self.refetched.entry_by_ref(key_id).or_insert(()).is_fresh() {
            return None;
        }
        let fresh = self.at_origin(key_id).await.map(Arc::new).map_err(Arc::new);
        match &fresh {
            Ok(key) => self.keys.insert(key_id.clone(), Arc::clone(key)).await,
            // The origin has withdrawn it.
            Err(failure) if !failure.is_transient() => self.keys.invalidate(key_id).await,
            Err(_) => {}
        }
        Some(fresh)
    }

    /// Forgets a key and its actor, because the actor has said that they changed or went.
    pub(crate) async fn forget(&self, key_id: &Id, actor: &Id) {
        self.keys.invalidate(key_id).await;
        self.fetcher.forget(actor).await;
    }

    async fn at_origin(&self, key_id: &Id) -> Result<ActorKey, KeyError> {
        let Fetched { document, weight } = self.fetcher.fetch_weighed(key_id).await?;
        match document {
            Any::Actor(actor) => listed(key_id, Arc::new(actor), None, weight),
            // A key that is a document of its own names its owner, and the owner must confirm it.
            Any::Object(key) if key.id.as_ref() == Some(key_id) => {
                let owner = origin::key_owner(&key).ok_or(KeyError::NoOwner)?;
                // Nobody is sent to ask a third server.
                if !origin::same_origin(&owner, key_id) {
                    return Err(KeyError::OtherOwner);
                }
                let pem = key.extra.read::<String>("publicKeyPem").ok().flatten();
                let (actor, weight) = self.fetcher.fetch_actor(&owner).await?;
                listed(key_id, actor, pem.as_deref(), weight)
            }
            _ => Err(KeyError::NotListed),
        }
    }
}

/// The key `key_id` of `actor`, if its document lists it; `pem` is the key when the actor lists it only by id.
fn listed(
    key_id: &Id,
    actor: Arc<Actor>,
    pem: Option<&str>,
    weight: u32,
) -> Result<ActorKey, KeyError> {
    let owner = actor.id.clone().ok_or(KeyError::NotListed)?;
    let key = actor
        .public_keys()
        .find(|key| key.id.as_ref() == Some(key_id));
    let by_id_only = actor.public_key.ids().any(|id| id == key_id);
    let pem = match key {
        Some(key) => {
            if key.owner.as_ref().is_some_and(|named| *named != owner) {
                return Err(KeyError::OtherOwner);
            }
            key.public_key_pem.as_deref()
        }
        None if by_id_only => pem,
        None => return Err(KeyError::NotListed),
    };
    let key = VerifyingKey::from_pem(pem.ok_or(KeyError::NoKeyMaterial)?).map_err(KeyError::Key)?;
    Ok(ActorKey {
        key,
        actor,
        owner,
        weight,
    })
}

/// The key that a signature names cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The document of the key or of its owner could not be had.
    #[error("the key's document could not be fetched")]
    Fetch(#[from] FetchError),
    /// The key's document does not say whose it is.
    #[error("the key names no owner")]
    NoOwner,
    /// The key says that it is somebody else's than the actor's who lists it.
    #[error("the key names another owner than the actor that lists it")]
    OtherOwner,
    /// The actor's document does not list this key, so anyone could have made it.
    #[error("the owner's document does not list this key")]
    NotListed,
    /// The key is listed, but without `publicKeyPem`.
    #[error("the key has no publicKeyPem")]
    NoKeyMaterial,
    /// `publicKeyPem` holds no usable public key.
    #[error("the key's publicKeyPem cannot be used")]
    Key(#[source] http_sig::KeyError),
}

impl KeyError {
    /// Whether the origin of this actor itself said that the key's document is gone for good (HTTP 410).
    pub(crate) fn is_gone_at(&self, actor: &Id) -> bool {
        match self {
            Self::Fetch(FetchError::Http(error)) if error.is_gone() => error
                .answer()
                .is_some_and(|answer| origin::same_origin(&Id::from(answer.url()), actor)),
            _ => false,
        }
    }

    /// The key's document is not there (HTTP 404), which says nothing about whether it was.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Fetch(FetchError::Http(error)) if error.is_not_found())
    }

    /// Asking again later may give another answer.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_transient())
    }

    /// About what it takes up, in bytes: the answer of a stranger is part of it.
    fn weight(&self) -> u32 {
        let answer = match self {
            Self::Fetch(FetchError::Http(error)) => error.answer(),
            _ => None,
        };
        let size = answer.map_or(0, |answer| {
            let headers = answer.headers().iter();
            answer.bytes().len()
                + headers
                    .map(|(name, value)| name.as_str().len() + value.len() + 64)
                    .sum::<usize>()
        });
        u32::try_from(size + 4096).unwrap_or(u32::MAX)
    }
}
