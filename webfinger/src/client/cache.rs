//! What was found is remembered for a while, and asked for once.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use moka::policy::EvictionPolicy;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::budget::Budget;
use crate::error::LookupError;
use crate::lookup::Found;

/// What a [`Client`](super::Client) remembers, and for how long.
///
/// No time is longer than a week. What servers say of times (`Cache-Control`, a descriptor's `expires`) is not read: hardly
/// one means it, and a stranger has no say in how long a mistake is kept.
#[derive(Clone, Debug)]
pub struct CachePolicy {
    bytes: u64,
    found: Duration,
    gone: Duration,
    not_found: Duration,
    unusable: Duration,
    unreachable: Duration,
}

impl CachePolicy {
    /// The longest that anything is remembered: a week.
    pub const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// The default policy.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: 16 * 1024 * 1024,
            found: Duration::from_secs(60 * 60),
            gone: Duration::from_secs(24 * 60 * 60),
            not_found: Duration::from_secs(5 * 60),
            unusable: Duration::from_secs(5 * 60),
            unreachable: Duration::from_secs(60),
        }
    }

    /// Remembers nothing. Those who ask at the same time still share one request.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            found: Duration::ZERO,
            gone: Duration::ZERO,
            not_found: Duration::ZERO,
            unusable: Duration::ZERO,
            unreachable: Duration::ZERO,
            ..Self::new()
        }
    }

    /// Memory for it all; about 16 MiB. What was not asked for longest goes first. Each entry counts at least 1 KiB, so this
    /// bounds their number too: 16,384.
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// How long an actor that was found; 1 h.
    #[must_use]
    pub fn found(mut self, time: Duration) -> Self {
        self.found = time;
        self
    }

    /// How long that an account is gone (410); 24 h.
    #[must_use]
    pub fn gone(mut self, time: Duration) -> Self {
        self.gone = time;
        self
    }

    /// How long that there is no such account (404); 5 min.
    #[must_use]
    pub fn not_found(mut self, time: Duration) -> Self {
        self.not_found = time;
        self
    }

    /// How long that an answer proves nothing, cannot be read, or broke a rule; 5 min.
    #[must_use]
    pub fn unusable(mut self, time: Duration) -> Self {
        self.unusable = time;
        self
    }

    /// How long that a server could not be reached or had trouble; 1 min. If it said when to come back, until then.
    #[must_use]
    pub fn unreachable(mut self, time: Duration) -> Self {
        self.unreachable = time;
        self
    }

    fn lifetime<V>(&self, outcome: &Result<V, LookupError>) -> Duration {
        let lifetime = match outcome {
            Ok(_) => self.found,
            Err(LookupError::Gone) => self.gone,
            Err(LookupError::NotFound | LookupError::HostMeta(_)) => self.not_found,
            // Our own doing, which another call need not repeat.
            Err(LookupError::Budget | LookupError::Interrupted) => Duration::ZERO,
            Err(LookupError::Fetch(error) | LookupError::Actor(error)) => match &**error {
                guarded_http::Error::Gone(_) => self.gone,
                guarded_http::Error::NotFound(_) => self.not_found,
                guarded_http::Error::Transient(transient)
                    if matches!(
                        transient.reason,
                        guarded_http::TransientReason::Busy | guarded_http::TransientReason::Proxy
                    ) =>
                {
                    Duration::ZERO
                }
                error if error.is_transient() => {
                    let asked_for = error
                        .retry_at()
                        .and_then(|at| at.duration_since(std::time::SystemTime::now()).ok());
                    match asked_for {
                        Some(wait) if !self.unreachable.is_zero() => wait.max(self.unreachable),
                        _ => self.unreachable,
                    }
                }
                guarded_http::Error::Request(_) | guarded_http::Error::Sign(_) => Duration::ZERO,
                // The operator's list may be another one in a moment.
                guarded_http::Error::Refused(refused)
                    if refused.rule() == guarded_http::Rule::Blocked =>
                {
                    Duration::ZERO
                }
                _ => self.unusable,
            },
            Err(_) => self.unusable,
        };
        lifetime.min(Self::LONGEST)
    }
}

impl Default for CachePolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// Outcomes by what was asked. A clone shares them.
#[derive(Clone)]
pub(super) struct Cache<V> {
    policy: CachePolicy,
    slots: moka::sync::Cache<String, Slot<V>>,
}

type Outcome<V> = Result<V, LookupError>;
type Flight<V> = Shared<BoxFuture<'static, Outcome<V>>>;

#[derive(Clone)]
enum Slot<V> {
    /// Somebody asks just now. Weak: if all that wait give up, so does the request.
    Asking(WeakShared<BoxFuture<'static, Outcome<V>>>),
    Known {
        outcome: Outcome<V>,
        until: Instant,
    },
}

impl<V: Clone> Slot<V> {
    fn is_over(&self) -> bool {
        match self {
            Self::Asking(flight) => flight.upgrade().is_none(),
            Self::Known { until, .. } => *until <= Instant::now(),
        }
    }
}

/// What an entry costs in memory beside itself.
pub(super) trait Weight {
    fn bytes(&self) -> usize;
}

impl Weight for Found {
    fn bytes(&self) -> usize {
        self.actor().as_str().len() + in_memory(&self.descriptor().to_json())
    }
}

impl Weight for LookupError {
    fn bytes(&self) -> usize {
        match self {
            Self::NoSubject { actor: Some(actor) } => actor.as_str().len(),
            Self::Fetch(error) | Self::Actor(error) => error
                .answer()
                .map_or(0, |answer| READ_BUFFER + answer.bytes().len()),
            _ => 0,
        }
    }
}

/// The header fields of an answer keep alive what was read together with them.
const READ_BUFFER: usize = 64 * 1024;

/// About what a JSON value takes: a short text can be a large tree.
fn in_memory(value: &Value) -> usize {
    const NODE: usize = 64;
    NODE + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(in_memory).sum(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| NODE + name.len() + in_memory(value))
            .sum(),
        _ => 0,
    }
}

impl<V: Clone + Weight + Send + Sync + 'static> Cache<V> {
    pub(super) fn new(policy: CachePolicy) -> Self {
        let weigh = |key: &String, slot: &Slot<V>| {
            let value = match slot {
                Slot::Known { outcome, .. } => match outcome {
                    Ok(value) => value.bytes(),
                    Err(error) => error.bytes(),
                },
                Slot::Asking(_) => 0,
            };
            u32::try_from(1024 + key.len() + value).unwrap_or(u32::MAX)
        };
        let slots = moka::sync::Cache::builder()
            .max_capacity(policy.bytes)
            .weigher(weigh)
            .eviction_policy(EvictionPolicy::lru())
            // The time of an entry is its own; this only keeps nothing for ever.
            .time_to_live(CachePolicy::LONGEST)
            .build();
        Self { policy, slots }
    }

    /// The same policy, with nothing remembered.
    pub(super) fn emptied(&self) -> Self {
        Self::new(self.policy.clone())
    }

    /// What is known, what somebody else is being told just now, or what `begin` finds out.
    pub(super) async fn find<F>(
        &self,
        key: &str,
        budget: &Budget,
        begin: impl Fn() -> F,
    ) -> Outcome<V>
    where
        F: Future<Output = Outcome<V>> + Send + 'static,
    {
        loop {
            let mut begun = None;
            let slot = self.slots.entry_by_ref(key).or_insert_with_if(
                || {
                    let flight = self.flight(key, begin());
                    let slot = flight.downgrade().map(Slot::Asking);
                    begun = Some(flight);
                    slot.unwrap_or(Slot::Known {
                        outcome: Err(LookupError::Interrupted),
                        until: Instant::now(),
                    })
                },
                Slot::is_over,
            );
            let is_ours = begun.is_some();
            let flight = match (begun, slot.into_value()) {
                (Some(flight), _) => flight,
                (None, Slot::Known { outcome, .. }) => return outcome,
                (None, Slot::Asking(flight)) => match flight.upgrade() {
                    Some(flight) => flight,
                    // They gave up in this moment.
                    None => continue,
                },
            };
            let outcome = timeout_at(budget.deadline, flight)
                .await
                .map_err(|_| LookupError::Budget)?;
            match outcome {
                // What stopped somebody else need not stop us.
                Err(LookupError::Budget | LookupError::Interrupted) if !is_ours => {}
                outcome => return outcome,
            }
        }
    }

    /// Asks, and remembers the outcome.
    fn flight(
        &self,
        key: &str,
        ask: impl Future<Output = Outcome<V>> + Send + 'static,
    ) -> Flight<V> {
        let (cache, key) = (self.clone(), key.to_owned());
        async move {
            let outcome = AssertUnwindSafe(ask).catch_unwind().await;
            let outcome = outcome.unwrap_or(Err(LookupError::Interrupted));
            let lifetime = cache.policy.lifetime(&outcome);
            if lifetime.is_zero() {
                cache.slots.invalidate(&key);
            } else {
                let known = Slot::Known {
                    outcome: outcome.clone(),
                    until: Instant::now() + lifetime,
                };
                cache.slots.insert(key, known);
            }
            outcome
        }
        .boxed()
        .shared()
    }
}
