//! From the bytes of a request to an activity that may be acted upon.

use crate::actor_keys::{ActorKey, ActorKeys};
use crate::authority::{self, Question, Verdict};
use crate::{Application, Federation, FetchError, KeyError, Refusal};
use activitypub::{Activity, Actor, Any, Id};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_sig::{Claim, Policy, VerifiedRequest, VerifyError};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The largest activity that is read, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// An activity whose sender, integrity and right to say what it says have been checked.
///
/// Only [`Federation::verify`] makes one, so a handler that takes it cannot be reached by anything unchecked.
#[derive(Clone, Debug)]
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

    /// The document of who did it, at most an hour old.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The embedded object, if it is the actor's own: on the actor's origin and attributed to nobody else.
    #[must_use]
    pub fn own_object(&self) -> Option<&Any> {
        self.activity
            .object()
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

/// The checks that are the same for every application.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    policy: Policy,
    keys: ActorKeys,
    seen: moka::sync::Cache<Id, ()>,
}

impl Inbox {
    pub(crate) fn new(policy: Policy, keys: ActorKeys) -> Self {
        Self {
            policy,
            keys,
            // Longer than any signature lives, so the same bytes cannot come a second time.
            seen: moka::sync::Cache::builder()
                .max_capacity(200_000)
                .time_to_live(Duration::from_secs(26 * 60 * 60))
                .build(),
        }
    }
}

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
        let activity = match self.check(request, now).await? {
            Checked::Verified(activity) => activity,
            Checked::Ignored => return Ok(Receipt::Ignored),
        };
        let Some(id) = activity.activity.id.clone() else {
            return Err(Refusal::NoId.into());
        };
        let seen = &self.inner.inbox.seen;
        if !seen.entry_by_ref(&id).or_insert(()).is_fresh() {
            return Ok(Receipt::Duplicate);
        }
        match self.inner.application.receive(self, activity).await {
            Ok(()) => Ok(Receipt::Accepted),
            Err(error) => {
                // The sender will try again, and then it is not a copy.
                seen.invalidate(&id);
                Err(InboxError::Application(error.into()))
            }
        }
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
        match self.check(request, now).await? {
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
        let activity =
            Activity::from_slice(claim.request().body()).map_err(InboxError::Document)?;
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
                if deletes_itself && error.is_gone() && is_key_of(&key_id, &actor_id) =>
            {
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
        match self.ask(&question, &actor_id).await? {
            Verdict::Pass => {}
            Verdict::Ignore => return Ok(Checked::Ignored),
            Verdict::Refuse(refusal) => return Err(refusal.into()),
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

    async fn ask(&self, question: &Question<'_>, actor: &Id) -> Result<Verdict, InboxError> {
        let stored = match question {
            Question::None => None,
            Question::MustConfirmMove(target) => {
                return match self.inner.fetcher.refresh_actor(target).await {
                    Ok(target) if target.also_known_as.ids().any(|id| id == actor) => {
                        Ok(Verdict::Pass)
                    }
                    Ok(_) | Err(FetchError::Untrusted(_) | FetchError::NotAnActor) => {
                        Ok(Verdict::Refuse(Refusal::MoveNotConfirmed))
                    }
                    Err(error) => Err(InboxError::Target(error)),
                };
            }
            Question::MustBeFreeOrOwned(id)
            | Question::MustNotBeForeign(id)
            | Question::MustBeOwned(id)
            | Question::MustAwait(id) => {
                let stored = self.inner.application.stored(id).await;
                stored.map_err(|error| InboxError::Application(error.into()))?
            }
        };
        Ok(authority::verdict(question, actor, stored.as_ref()))
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
    if request.method() != Method::POST {
        return Err(InboxError::Envelope(Envelope::NotPost));
    }
    if request.body().len() > MAX_BODY {
        return Err(InboxError::Envelope(Envelope::TooLarge));
    }
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(InboxError::Envelope(Envelope::Encoded));
    }
    let mut types = request.headers().get_all(header::CONTENT_TYPE).iter();
    match (
        types.next().and_then(|value| value.to_str().ok()),
        types.next(),
    ) {
        (Some(value), None) if is_activity_json(value) => Ok(()),
        _ => Err(InboxError::Envelope(Envelope::MediaType)),
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
    Target(#[source] FetchError),
    /// The application failed; the sender should try again.
    #[error("the activity could not be processed")]
    Application(#[source] Box<dyn std::error::Error + Send + Sync>),
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
            Self::Signature(_) | Self::Key(_) => StatusCode::UNAUTHORIZED,
            Self::Document(_) => StatusCode::BAD_REQUEST,
            Self::Authority(_) => StatusCode::FORBIDDEN,
            Self::Target(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Application(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
