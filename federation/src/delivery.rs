//! From an activity to the inboxes of its audience, and there.

mod retry;

use crate::queue::{Envelope, Job, JobId, Outcome, QueueError};
use crate::{Application, Federation, FetchError, Inboxes};
use activitypub::{Activity, Id};
use bytes::Bytes;
use chrono::Utc;
use futures_util::stream::{self, FuturesUnordered};
use futures_util::{FutureExt as _, StreamExt as _};
use http::{Method, Request, header};
use http_sig::{Digest, Signer};
use std::collections::{HashSet, VecDeque};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use url::Url;

/// How many deliveries are claimed from the queue at a time.
const BATCH: usize = 256;
/// How many deliveries are under way at a time.
const CONCURRENT: usize = 64;

/// What [`Federation::send`] did with an activity.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Sent {
    /// The inboxes that will receive it; they are in the queue now.
    pub inboxes: Vec<Url>,
    /// Recipients on this server: the application shows them the activity itself.
    pub local: Vec<Id>,
    /// Recipients whose inbox could not be found, and why. They will not receive it.
    pub unreachable: Vec<(Id, Arc<FetchError>)>,
}

impl<A: Application> Federation<A> {
    /// Sends `activity` in the name of the local user `sender` to everybody it is addressed to.
    ///
    /// The audience is `to`, `cc`, `bto`, `bcc` and `audience`; the sender's own followers collection stands for all followers.
    /// A server with a shared inbox receives one copy for all its users, except that blind recipients get theirs in their own
    /// inbox, since nothing else tells for whom it is. What is written has neither `bto` nor `bcc`.
    ///
    /// When this returns, the deliveries are safe in the queue; [`run_deliveries`](Self::run_deliveries) makes them.
    ///
    /// # Errors
    ///
    /// When `sender` is no local user, the activity has no `id` or names another actor, or the queue or the application fails.
    pub async fn send(&self, sender: &str, activity: &Activity) -> Result<Sent, SendError> {
        let actor = self.actor_id(sender);
        let id = activity.id.as_ref().ok_or(SendError::NoId)?;
        if activity.actor_id() != Some(&actor) {
            return Err(SendError::OtherActor);
        }
        let local = self.inner.application.actor(sender).await;
        if local
            .map_err(|error| SendError::Application(error.into()))?
            .is_none()
        {
            return Err(SendError::NoSuchUser);
        }

        let mut sent = Sent::default();
        let mut inboxes = Vec::new();
        let followers = self.collection_id(sender, crate::CollectionName::Followers);
        let blind: HashSet<&Id> = activity.bto.ids().chain(activity.bcc.ids()).collect();
        for recipient in activity.recipients() {
            if *recipient == actor {
                continue;
            }
            if *recipient == followers {
                let followers = self.inner.application.followers(sender).await;
                inboxes.extend(
                    followers
                        .map_err(|error| SendError::Application(error.into()))?
                        .into_iter()
                        .map(shared),
                );
            } else if self.is_local(recipient) {
                sent.local.push(recipient.clone());
            } else {
                match self.inboxes_of(recipient).await {
                    Ok(Some(found)) if blind.contains(recipient) => inboxes.push(found.inbox),
                    Ok(Some(found)) => inboxes.push(shared(found)),
                    Ok(None) => sent
                        .unreachable
                        .push((recipient.clone(), Arc::new(FetchError::NotAnActor))),
                    Err(error) => sent.unreachable.push((recipient.clone(), error)),
                }
            }
        }
        let mut once = HashSet::new();
        // A follower on this server needs no delivery; the application has the activity.
        inboxes.retain(|inbox| !self.is_local(&Id::from(inbox)) && once.insert(inbox.clone()));
        if !inboxes.is_empty() {
            let body = activity.clone().without_blind_recipients().to_vec();
            let envelope = Envelope::new(
                id.as_str(),
                Some(sender.to_owned()),
                body.into(),
                inboxes.clone(),
            );
            self.inner.queue.enqueue(envelope, Utc::now()).await?;
            self.inner.queued.notify_one();
        }
        sent.inboxes = inboxes;
        Ok(sent)
    }

    async fn inboxes_of(&self, actor: &Id) -> Result<Option<Inboxes>, Arc<FetchError>> {
        Ok(Inboxes::of(&*self.inner.fetcher.actor(actor).await?))
    }

    /// Makes deliveries until `stop` is ready, and then finishes those that are under way, at most 64; the client's limits say how
    /// long that can take, 30 seconds unless told otherwise.
    ///
    /// Run it in a task of its own, once for each queue:
    /// `tokio::spawn(async move { federation.run_deliveries(tokio::signal::ctrl_c()).await })`.
    ///
    /// A failed delivery is tried up to 16 times over a day and a half, later and later; an inbox that is gone, or refuses for good, is
    /// not. What was given up stands among the queue's [dead letters](crate::queue::Queue::dead_letters).
    ///
    /// # Errors
    ///
    /// When the queue fails. Nothing is lost then: what was claimed comes back when the queue is opened again.
    pub async fn run_deliveries(&self, stop: impl Future) -> Result<(), QueueError> {
        let queue = &self.inner.queue;
        let mut stop = pin!(stop);
        let mut claimed = VecDeque::new();
        let mut under_way = FuturesUnordered::new();
        loop {
            if claimed.is_empty() && under_way.len() < CONCURRENT {
                claimed.extend(queue.claim(BATCH, Utc::now()).await?);
            }
            while under_way.len() < CONCURRENT
                && let Some(job) = claimed.pop_front()
            {
                under_way.push(self.deliver(job));
            }
            let has_room = under_way.len() < CONCURRENT;
            let wait = match has_room {
                true => self.until_next_due().await?,
                false => Duration::ZERO,
            };
            tokio::select! {
                biased;
                _ = &mut stop => break,
                Some(outcome) = under_way.next() => {
                    let mut outcomes = vec![outcome];
                    // Record what is ready together: a transaction for each would cost more than the delivery.
                    while let Some(Some(outcome)) = under_way.next().now_or_never() {
                        outcomes.push(outcome);
                    }
                    queue.finish(outcomes).await?;
                }
                () = self.inner.queued.notified(), if has_room => {}
                () = tokio::time::sleep(wait), if has_room => {}
            }
        }
        let untried = claimed.into_iter().map(|job| (job.id, Outcome::Returned));
        queue.finish(untried.collect()).await?;
        let mut rest = under_way.ready_chunks(BATCH);
        while let Some(outcomes) = rest.next().await {
            queue.finish(outcomes).await?;
        }
        Ok(())
    }

    async fn until_next_due(&self) -> Result<Duration, QueueError> {
        Ok(match self.inner.queue.next_due().await? {
            Some(due) => (due - Utc::now()).to_std().unwrap_or_default(),
            // Whatever is queued meanwhile by this program wakes us; another may share a queue that is not SQLite.
            None => Duration::from_secs(60),
        })
    }

    /// Makes one batch of the deliveries that are due now, waits for all of it, and says how many it tried. For programs that end by
    /// themselves; a server calls [`run_deliveries`](Self::run_deliveries).
    ///
    /// # Errors
    ///
    /// When the queue fails.
    pub async fn deliver_due(&self) -> Result<usize, QueueError> {
        let jobs = self.inner.queue.claim(BATCH, Utc::now()).await?;
        let tried = jobs.len();
        let attempts = stream::iter(jobs)
            .map(|job| self.deliver(job))
            .buffer_unordered(CONCURRENT);
        // Record what is ready together: a transaction for each would cost more than the delivery.
        let mut finished = pin!(attempts.ready_chunks(BATCH));
        while let Some(outcomes) = finished.next().await {
            self.inner.queue.finish(outcomes).await?;
        }
        Ok(tried)
    }

    async fn deliver(&self, job: Job) -> (JobId, Outcome) {
        let outcome = match self.attempt(&job).await {
            Ok(()) => Outcome::Delivered,
            Err(failure) => retry::after(&failure, job.attempts, Utc::now()),
        };
        match &outcome {
            Outcome::Delivered => {
                tracing::debug!(activity = job.activity_id, inbox = %job.inbox, "delivered");
            }
            Outcome::Dead { reason } => {
                tracing::warn!(activity = job.activity_id, inbox = %job.inbox, reason, "delivery given up");
            }
            Outcome::Retry { at, reason } => {
                tracing::info!(activity = job.activity_id, inbox = %job.inbox, reason, %at, "delivery postponed");
            }
            Outcome::Returned => {}
        }
        (job.id, outcome)
    }

    async fn attempt(&self, job: &Job) -> Result<(), Failure> {
        let signer = self.signer(job.sender.as_deref()).await?;
        let mut request = Request::new(job.body.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = job
            .inbox
            .as_str()
            .parse()
            .map_err(|_| Failure::NotSendable("the inbox is not a URL to send to"))?;
        let media_type = http::HeaderValue::from_static(crate::fetch::ACTIVITY_JSON);
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
        let request = self.sign(request, signer.clone()).await?;
        let client = self.inner.fetcher.client();
        match client.execute(request).await {
            Ok(_) => Ok(()),
            Err(guarded_http::Error::Refused(refused))
                if refused.rule() == guarded_http::Rule::RedirectedWrite =>
            {
                self.follow(job, signer).await
            }
            Err(error) => Err(Failure::Http(error)),
        }
    }

    /// Delivers to an inbox that was moved on its own origin (307, 308), signing anew for the new place. Any other redirect of a POST is
    /// refused by the client.
    async fn follow(&self, job: &Job, signer: Signer) -> Result<(), Failure> {
        let client = self.inner.fetcher.client();
        client
            .request(Method::POST, job.inbox.clone())
            .header(header::CONTENT_TYPE, crate::fetch::ACTIVITY_JSON)
            .body(job.body.clone())
            .sign(|request| Ok(signer.sign(request, SystemTime::now())?))
            .send()
            .await
            .map_err(Failure::Http)?;
        Ok(())
    }

    /// Signs where a third of a millisecond of arithmetic holds up no other task.
    async fn sign(
        &self,
        mut request: Request<Bytes>,
        signer: Signer,
    ) -> Result<Request<Bytes>, Failure> {
        let unsignable = |_| Failure::NotSendable("the request could not be signed");
        let permit = self.inner.signing.acquire().await;
        let signed = tokio::task::spawn_blocking(move || {
            let digest = Digest::sha256(request.body());
            signer.sign_prepared(&mut request, Some(&digest), SystemTime::now())?;
            Ok::<_, http_sig::SignError>(request)
        });
        let signed = signed.await;
        drop(permit);
        signed
            .map_err(|_| Failure::NotSendable("signing was interrupted"))?
            .map_err(unsignable)
    }

    async fn signer(&self, sender: Option<&str>) -> Result<Signer, Failure> {
        let Some(name) = sender else {
            return Ok(self.inner.instance_signer.clone());
        };
        if let Some(signer) = self.inner.signers.get(name) {
            return Ok(signer);
        }
        let local = match self.inner.application.actor(name).await {
            Ok(Some(local)) => local,
            Ok(None) => return Err(Failure::NotSendable("the sender is no longer a user here")),
            Err(error) => {
                let error = error.into();
                tracing::error!(
                    error = &*error,
                    "the application could not give a sender's key"
                );
                return Err(Failure::Application);
            }
        };
        let signer = Signer::new(self.key_id(name).as_str(), local.key);
        let signer =
            signer.map_err(|_| Failure::NotSendable("the key id cannot be written in a header"))?;
        self.inner.signers.insert(name.to_owned(), signer.clone());
        Ok(signer)
    }
}

/// The inbox for a message that names its recipients.
fn shared(inboxes: Inboxes) -> Url {
    inboxes.shared.unwrap_or(inboxes.inbox)
}

/// Why one attempt failed.
#[derive(Debug)]
enum Failure {
    Http(guarded_http::Error),
    /// The application failed, which may pass.
    Application,
    /// It can never be sent.
    NotSendable(&'static str),
}

/// An activity could not be put on its way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// Receivers need the id to recognise a second copy.
    #[error("the activity needs an id before it can be sent")]
    NoId,
    /// A user can only send what the user did.
    #[error("the activity's actor is not the sender")]
    OtherActor,
    /// The application knows no user of that name.
    #[error("the sender is not a user of this server")]
    NoSuchUser,
    /// The queue failed; nothing was sent.
    #[error("the activity could not be queued")]
    Queue(#[from] QueueError),
    /// The application failed; nothing was sent.
    #[error("the application could not say who the recipients are")]
    Application(#[source] Box<dyn std::error::Error + Send + Sync>),
}
