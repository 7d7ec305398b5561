//! Where deliveries wait: what a queue must promise, and the values that go in and come out.

#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "sqlite")]
pub use sqlite::SqliteQueue;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use std::error::Error;
use std::fmt;
use url::Url;

/// A durable list of deliveries that wait to be made.
///
/// What [`enqueue`](Self::enqueue) has accepted comes out of [`claim`](Self::claim) until [`finish`](Self::finish) says that it
/// is done or given up, also after the process was killed: a delivery is made *at least* once. Receivers recognise the second
/// copy by the activity's `id`, which stays the same.
///
/// Everything is done in batches, because one delivery in one transaction would cost more than signing and sending it.
#[async_trait::async_trait]
pub trait Queue: Send + Sync + 'static {
    /// Adds one activity for every inbox of the envelope, each once.
    ///
    /// # Errors
    ///
    /// When the storage behind it fails; then nothing was added.
    async fn enqueue(&self, envelope: Envelope, now: DateTime<Utc>) -> Result<(), QueueError>;

    /// Takes up to `limit` deliveries that are due, ordered by host so that one connection serves several.
    ///
    /// # Errors
    ///
    /// When the storage behind it fails.
    async fn claim(&self, limit: usize, now: DateTime<Utc>) -> Result<Vec<Job>, QueueError>;

    /// Records what became of claimed deliveries.
    ///
    /// # Errors
    ///
    /// When the storage behind it fails; then the deliveries are still claimed and come back after a restart.
    async fn finish(&self, outcomes: Vec<(JobId, Outcome)>) -> Result<(), QueueError>;

    /// When the next delivery becomes due, or `None` when nothing waits.
    ///
    /// # Errors
    ///
    /// When the storage behind it fails.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, QueueError>;

    /// Deliveries that were given up, newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the storage behind it fails.
    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError>;
}

/// One activity and the inboxes that it goes to.
#[derive(Clone)]
#[non_exhaustive]
pub struct Envelope {
    /// The `id` of the activity.
    pub activity_id: String,
    /// The name of the local actor that signs, as the application knows it; `None` for the instance actor.
    pub sender: Option<String>,
    /// The exact bytes that every inbox receives.
    pub body: Bytes,
    /// The inboxes, each once.
    pub inboxes: Vec<Url>,
}

impl Envelope {
    /// An envelope with everything that it needs.
    #[must_use]
    pub fn new(
        activity_id: impl Into<String>,
        sender: Option<String>,
        body: Bytes,
        inboxes: Vec<Url>,
    ) -> Self {
        Self {
            activity_id: activity_id.into(),
            sender,
            body,
            inboxes,
        }
    }
}

/// One delivery that was claimed and must be made now.
#[derive(Clone)]
#[non_exhaustive]
pub struct Job {
    /// What [`Queue::finish`] calls it.
    pub id: JobId,
    /// The `id` of the activity.
    pub activity_id: String,
    /// Who signs: see [`Envelope::sender`].
    pub sender: Option<String>,
    /// The exact bytes to send. Jobs of one activity that were claimed together share them.
    pub body: Bytes,
    /// Where to.
    pub inbox: Url,
    /// How often it was tried before: 0 for the first time.
    pub attempts: u32,
}

impl Job {
    /// A claimed delivery, for a queue of your own.
    #[must_use]
    pub fn new(id: JobId, envelope: &Envelope, inbox: Url, attempts: u32) -> Self {
        Self {
            id,
            activity_id: envelope.activity_id.clone(),
            sender: envelope.sender.clone(),
            body: envelope.body.clone(),
            inbox,
            attempts,
        }
    }
}

/// Without the body, which may be meant for one person's eyes.
impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("activity_id", &self.activity_id)
            .field("sender", &self.sender)
            .field("inboxes", &self.inboxes)
            .finish_non_exhaustive()
    }
}

/// Without the body, which may be meant for one person's eyes.
impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("id", &self.id)
            .field("activity_id", &self.activity_id)
            .field("sender", &self.sender)
            .field("inbox", &self.inbox.as_str())
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// The name of a job within its queue.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[allow(clippy::exhaustive_structs, reason = "a name and nothing else")]
pub struct JobId(pub i64);

/// What became of one delivery.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The inbox took it.
    Delivered,
    /// It failed for now: try again at this time.
    Retry {
        /// Not before this time.
        at: DateTime<Utc>,
        /// Why it failed.
        reason: String,
    },
    /// It failed for good and is kept among the dead letters.
    Dead {
        /// Why it was given up.
        reason: String,
    },
    /// Nobody tried, for instance because the program is stopping: it is due again at once and the attempt does not count.
    Returned,
}

/// A delivery that was given up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The `id` of the activity.
    pub activity_id: String,
    /// Where it should have gone.
    pub inbox: Url,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was given up.
    pub reason: String,
}

impl DeadLetter {
    /// A dead letter, for a queue of your own.
    #[must_use]
    pub fn new(activity_id: String, inbox: Url, attempts: u32, reason: String) -> Self {
        Self {
            activity_id,
            inbox,
            attempts,
            reason,
        }
    }
}

/// The storage behind a queue failed.
#[derive(Debug, thiserror::Error)]
#[error("the delivery queue could not be {doing}")]
pub struct QueueError {
    doing: &'static str,
    source: Box<dyn Error + Send + Sync>,
}

impl QueueError {
    /// `doing` completes the sentence "the delivery queue could not be …".
    pub fn new(doing: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            doing,
            source: source.into(),
        }
    }
}
