//! From the bytes of a request to an activity that may be acted upon.

use crate::actor_keys::{ActorKey, ActorKeys};
use crate::authority::{self, Question, Verdict};
use crate::{Application, Federation, FetchError, KeyError, Refusal};
use activitypub::{Activity, Actor, Any, Id};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_sig::{Claim, Policy, VerifiedRequest, VerifyError};
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The largest activity that is read, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// An activity whose sender, integrity and right to say what it says have been checked.
///
/// Only [`Federation::verify`] makes one, so a handler that takes it cannot be reached by anything unchecked.
#[derive(Clone)]
pub struct VerifiedActivity {
    activity: Activity,
    actor: Arc<Actor>,
    actor_id: Id,
    key_id: String,
    body: Bytes,
}

impl VerifiedActivity {
    /// The activity, as it was signed.
    ///
    /// An object embedded in it is only as true as its origin: use [`own_object`](Self::own_object) for what the actor may
    /// speak for, and fetch anything else by its id.
    #[must_use]
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Who did it.
    #[must_use]
    pub fn actor_id(&self) -> &Id {
        &self.actor_id
    }

    /// The document of who did it, at most an hour old. Of an actor that deleted itself and is gone from its server it has only the id.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The embedded object, if it is the actor's own: on the actor's origin and attributed to nobody else.
    #[must_use]
    pub fn own_object(&self) -> Option<&Any> {
        authority::only_embedded(&self.activity)
            .filter(|object| authority::is_own(object, &self.actor_id))
    }

    /// The id of the one object that it is about.
    #[must_use]
    pub fn object_id(&self) -> Option<&Id> {
        self.activity.object_id()
    }

    /// The id of the key that signed it.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The exact bytes that were signed.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// What it is and who says so, not what it says: that may be meant for one person's eyes.
impl fmt::Debug for VerifiedActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedActivity")
            .field("id", &self.activity.id)
            .field("kind", &self.activity.kind())
            .field("actor", &self.actor_id)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// What became of a request that was not refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Receipt {
    /// The application has it.
    Accepted,
    /// The application had it before.
    Duplicate,
    /// It is about something that is not, or no longer, known here; nothing was done.
    Ignored,
}

/// The checks that are the same for every application, and what they remember.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    policy: Policy,
    keys: ActorKeys,
    /// Activities that were processed, by actor and id: an actor cannot use up the ids of another one.
    seen: moka::future::Cache<(Id, Id), ()>,
    /// What actors have deleted, by actor and object: the application need not know a thing to keep it from coming back.
    deleted: moka::sync::Cache<(Id, Id), ()>,
    /// Targets of moves that were asked a short while ago.
    asked: moka::sync::Cache<Id, ()>,
}

impl Inbox {
    pub(crate) fn new(policy: Policy, keys: ActorKeys) -> Self {
        Self {
            policy,
            keys,
            // The least recently used goes first: what is new always has a place, however much comes in.
            seen: moka::future::Cache::builder()
                .max_capacity(100_000)
                .eviction_policy(moka::policy::EvictionPolicy::lru())
                .time_to_live(REMEMBERED)
                .build(),
            deleted: moka::sync::Cache::builder()
                .max_capacity(100_000)
                .eviction_policy(moka::policy::EvictionPolicy::lru())
                .time_to_live(REMEMBERED)
                .build(),
            asked: moka::sync::Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_secs(5 * 60))
                .build(),
        }
    }
}

/// Longer than any signature lives, so the same bytes cannot come a second time.
const REMEMBERED: Duration = Duration::from_secs(26 * 60 * 60);

/// What verification of a request led to.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "lives for one call")]
enum Checked {
    Verified(VerifiedActivity),
    Ignored,
}

impl<A: Application> Federation<A> {
    /// Receives one request to an inbox: verifies it, sees that it is not a copy, and hands it to the application.
    ///
    /// A copy that comes while the first is still being processed waits for it and shares its failure; if the first is broken off,
    /// the copy is processed. Which activities were processed is remembered for 26 hours (the latest 100,000 of them) and not
    /// over a restart, so the application should be able to bear the same activity twice.
    ///
    /// `now` is the time that signatures are measured against.
    ///
    /// # Errors
    ///
    /// When a check fails, with the check that it failed, or when the application does. [`InboxError::status`] is the answer to give.
    pub async fn receive(
        &self,
        request: Request<Bytes>,
        now: SystemTime,
    ) -> Result<Receipt, InboxError> {
        let activity = match Box::pin(self.check(request, now)).await? {
            Checked::Verified(activity) => activity,
            Checked::Ignored => return Ok(Receipt::Ignored),
        };
        let Some(id) = activity.activity.id.clone() else {
            return Err(Refusal::NoId.into());
        };
        let key = (activity.actor_id.clone(), id);
        let mut receipt = Receipt::Duplicate;
        let processing = async {
            receipt = Receipt::Accepted;
            let done = self.inner.application.receive(self, activity).await;
            done.map_err(|error| Arc::<dyn Error + Send + Sync>::from(error.into()))
        };
        self.inner
            .inbox
            .seen
            .try_get_with(key, Box::pin(processing))
            .await
            .map_err(|error| InboxError::Application(Box::new(error)))?;
        Ok(receipt)
    }

    /// Verifies one request to an inbox and does nothing else: no check for copies, no handler. `None` when it is
    /// genuine but about nothing that is known here.
    ///
    /// # Errors
    ///
    /// When a check fails, with the check that it failed.
    pub async fn verify(
        &self,
        request: Request<Bytes>,
        now: SystemTime,
    ) -> Result<Option<VerifiedActivity>, InboxError> {
        match Box::pin(self.check(request, now)).await? {
            Checked::Verified(activity) => Ok(Some(activity)),
            Checked::Ignored => Ok(None),
        }
    }

    async fn check(&self, request: Request<Bytes>, now: SystemTime) -> Result<Checked, InboxError> {
        // In the order of cost: nothing is fetched before everything that costs nothing has been checked.
        check_envelope(&request)?;
        let claim = self
            .inner
            .inbox
            .policy
            .read(request, now)
            .map_err(InboxError::Signature)?;
        let document = Any::from_slice(claim.request().body()).map_err(InboxError::Document)?;
        let Any::Activity(activity) = document else {
            return Err(Refusal::NotAnActivity.into());
        };
        let key_id = Id::from(claim.key_id());
        let actor_id =
            authority::claimed_actor(&activity, &key_id, |id| self.is_local(id))?.clone();
        let question = authority::question(&activity, &actor_id)?;

        let deletes_itself =
            activity.kind().as_str() == "Delete" && activity.object_id() == Some(&actor_id);
        if deletes_itself && self.inner.inbox.keys.known(&key_id).await.is_none() {
            // Every server tells every other one when an account goes. We never knew this one, and its key is gone with it.
            let known = self.inner.application.stored(&actor_id).await;
            if known
                .map_err(|error| InboxError::Application(error.into()))?
                .is_none()
            {
                return Ok(Checked::Ignored);
            }
        }
        let body = claim.request().body().clone();
        let (verified, key) = match self.signed_by(claim, &key_id).await {
            Ok(verified) => verified,
            // The key of a deleted account is gone with it. If its origin says so, that is the proof of the deletion; "not found"
            // proves nothing.
            Err(InboxError::Key(error))
                if deletes_itself
                    && error.is_gone_at(&actor_id)
                    && is_key_of(&key_id, &actor_id) =>
            {
                self.inner.inbox.keys.forget(&key_id, &actor_id).await;
                let actor = Arc::new(unknown(actor_id.clone()));
                let key_id = key_id.as_str().to_owned();
                return Ok(Checked::Verified(VerifiedActivity {
                    activity,
                    actor,
                    actor_id,
                    key_id,
                    body,
                }));
            }
            Err(InboxError::Key(error)) if deletes_itself && error.is_not_found() => {
                return Ok(Checked::Ignored);
            }
            Err(error) => return Err(error),
        };
        if key.owner != actor_id {
            return Err(Refusal::NotTheSigner.into());
        }
        let verdict = self.ask(&question, &actor_id, &key.actor).await?;
        if let Verdict::Refuse(refusal) = verdict {
            return Err(refusal.into());
        }
        let deleted = &self.inner.inbox.deleted;
        match (activity.kind().as_str(), activity.object_id()) {
            // What they say themselves about themselves is not for an hour from now.
            ("Update" | "Delete", Some(object)) if *object == actor_id => {
                self.inner.inbox.keys.forget(&key_id, &actor_id).await;
            }
            // Remembered also when the thing is unknown: its Create may be still on its way.
            ("Delete", Some(object)) if object.as_str().len() <= authority::LONGEST_ID => {
                deleted.insert((actor_id.clone(), object.clone()), ());
            }
            ("Create", Some(object))
                if deleted.contains_key(&(actor_id.clone(), object.clone())) =>
            {
                return Ok(Checked::Ignored);
            }
            _ => {}
        }
        if verdict == Verdict::Ignore {
            return Ok(Checked::Ignored);
        }
        Ok(Checked::Verified(VerifiedActivity {
            actor: Arc::clone(&key.actor),
            actor_id,
            key_id: verified.key_id().to_owned(),
            body: verified.into_request().into_body(),
            activity,
        }))
    }

    /// The claim checked with the key that it names, fetched a second time if the known one does not fit.
    async fn signed_by(
        &self,
        claim: Claim<Bytes>,
        key_id: &Id,
    ) -> Result<(VerifiedRequest<Bytes>, Arc<ActorKey>), InboxError> {
        let keys = &self.inner.inbox.keys;
        let was_known = keys.known(key_id).await.is_some();
        let key = keys.find(key_id).await.map_err(InboxError::Key)?;
        let refused = match claim.check(&key.key) {
            Ok(verified) => return Ok((verified, key)),
            Err(refused) => refused,
        };
        // It may have been replaced since.
        if was_known && let Some(fresh) = keys.refetch(key_id).await {
            let key = fresh.map_err(InboxError::Key)?;
            return match refused.into_claim().check(&key.key) {
                Ok(verified) => Ok((verified, key)),
                Err(refused) => Err(InboxError::Signature(refused.into_error())),
            };
        }
        Err(InboxError::Signature(refused.into_error()))
    }

    async fn ask(
        &self,
        question: &Question<'_>,
        id: &Id,
        actor: &Actor,
    ) -> Result<Verdict, InboxError> {
        let stored = match question {
            Question::None => None,
            Question::MustConfirmMove(target) => {
                return Ok(if self.confirms_move(target, id).await? {
                    Verdict::Pass
                } else {
                    Verdict::Refuse(Refusal::MoveNotConfirmed)
                });
            }
            Question::MustBeFreeOrOwned(asked)
            | Question::MustNotBeForeign(asked)
            | Question::MustBeOwned(asked)
            | Question::MustBeTheirCollection(asked)
            | Question::MustAwait(asked) => {
                let stored = self.inner.application.stored(asked).await;
                stored.map_err(|error| InboxError::Application(error.into()))?
            }
        };
        Ok(authority::verdict(question, id, actor, stored.as_ref()))
    }

    /// Whether the target of a move names the account that moves as its own.
    async fn confirms_move(&self, target: &Id, from: &Id) -> Result<bool, InboxError> {
        let names_it = |target: &Actor| target.also_known_as.ids().any(|id| id == from);
        if self.is_local(target) {
            let Some(name) = self.inner.application.name_of(self, target) else {
                return Ok(false);
            };
            let local = self.inner.application.actor(&name).await;
            let local = local.map_err(|error| InboxError::Application(error.into()))?;
            return Ok(local.is_some_and(|local| names_it(&local.actor)));
        }
        if target.as_str().len() > authority::LONGEST_ID {
            return Ok(false);
        }
        // The alias is often only minutes old, so a kept copy will not do; but nobody may have us ask for the same one all the time.
        let asked = self.inner.inbox.asked.entry_by_ref(target).or_insert(());
        let found = if asked.is_fresh() {
            self.inner
                .fetcher
                .refresh_actor(target)
                .await
                .map_err(Arc::new)
        } else {
            self.inner.fetcher.actor(target).await
        };
        match found {
            Ok(target) => Ok(names_it(&target)),
            Err(error) if error.is_transient() => Err(InboxError::Target(error)),
            Err(_) => Ok(false),
        }
    }
}

/// An actor of whom nothing is left but the id.
fn unknown(id: Id) -> Actor {
    let mut actor = Actor::default();
    actor.id = Some(id);
    actor
}

/// Whether the key is part of the actor's own document.
fn is_key_of(key_id: &Id, actor: &Id) -> bool {
    key_id
        .as_str()
        .split_once('#')
        .is_some_and(|(document, _)| document == actor.as_str())
}

/// What can be said of a request without reading its signature.
fn check_envelope(request: &Request<Bytes>) -> Result<(), InboxError> {
    check_head(request.method(), request.headers()).map_err(InboxError::Envelope)?;
    if request.body().len() > MAX_BODY {
        return Err(InboxError::Envelope(Envelope::TooLarge));
    }
    Ok(())
}

/// What can be said before the body is read.
pub(crate) fn check_head(method: &Method, headers: &HeaderMap) -> Result<(), Envelope> {
    if method != Method::POST {
        return Err(Envelope::NotPost);
    }
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Envelope::Encoded);
    }
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    match (
        types.next().and_then(|value| value.to_str().ok()),
        types.next(),
    ) {
        (Some(value), None) if is_activity_json(value) => Ok(()),
        _ => Err(Envelope::MediaType),
    }
}

/// `application/activity+json`, or `application/ld+json` with the ActivityStreams profile.
pub(crate) fn is_activity_json(value: &str) -> bool {
    guarded_http::is_media_type(value, crate::fetch::ACTIVITY_JSON)
        || guarded_http::is_media_type(value, crate::fetch::LD_JSON)
}

/// A request to an inbox was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InboxError {
    /// The request as such is none that an inbox takes.
    #[error("the request is not one for an inbox: {0}")]
    Envelope(Envelope),
    /// The signature is missing, does not cover what it must, is too old, or does not fit.
    #[error("the signature was refused")]
    Signature(#[source] VerifyError),
    /// The key that the signature names cannot be used.
    #[error("the key of the signature cannot be used")]
    Key(#[source] Arc<KeyError>),
    /// The body is no activity.
    #[error("the body is not an activity")]
    Document(#[source] activitypub::ReadError),
    /// The signature is good, but the actor may not do this.
    #[error("the actor may not do this")]
    Authority(#[from] Refusal),
    /// Whether the target of a `Move` consents could not be found out; the sender should try again.
    #[error("the target of the move could not be asked")]
    Target(#[source] Arc<FetchError>),
    /// The application failed; the sender should try again.
    #[error("the activity could not be processed")]
    Application(#[source] Box<dyn Error + Send + Sync>),
}

/// Why a request is none for an inbox.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Envelope {
    /// Another method than POST.
    #[error("the method is not POST")]
    NotPost,
    /// More than 1 MiB.
    #[error("the body is larger than 1 MiB")]
    TooLarge,
    /// A compressed body: its digest would be of other bytes than those that are read.
    #[error("the body is compressed")]
    Encoded,
    /// Neither `application/activity+json` nor `application/ld+json` with the ActivityStreams profile, or several of them.
    #[error("the content type is not that of ActivityPub")]
    MediaType,
}

impl InboxError {
    /// The status to answer with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Envelope(Envelope::NotPost) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Envelope(Envelope::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Envelope(Envelope::Encoded | Envelope::MediaType) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::Signature(error) => error.status(),
            Self::Key(error) if error.is_transient() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Key(_) => StatusCode::UNAUTHORIZED,
            Self::Document(_) => StatusCode::BAD_REQUEST,
            Self::Authority(_) => StatusCode::FORBIDDEN,
            Self::Target(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Application(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What may be told to the sender: which check failed, and no more of what we saw on the way than the sender could know.
    /// How a server answered us, or whether it did, is for the log: it would make us a scanner that anybody can use.
    #[must_use]
    pub fn explanation(&self) -> String {
        match self {
            Self::Application(_) | Self::Target(_) | Self::Envelope(_) => self.to_string(),
            _ => match self.source() {
                Some(cause) => format!("{self}: {cause}"),
                None => self.to_string(),
            },
        }
    }
}
