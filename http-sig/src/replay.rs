//! Knowing a request that came before.
//!
//! A signature proves who sent a request, not that it was sent only now: whoever sees one can send the same bytes once
//! more for as long as the signature is good ([RFC 9421, section 7.2.2](https://www.rfc-editor.org/rfc/rfc9421#section-7.2.2)).

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

/// By what a signed request, or the nonce of one, is known again: 128 bits of a SHA-256. [`VerifiedRequest::replay_key`]
/// and [`VerifiedRequest::nonce_key`] make it.
///
/// It is made of the key and of the text that was signed, not of the signature's own bytes or its key id, which can be
/// spelled in several ways: the same request under another spelling is the same request.
/// So are two that a sender really sent, if they are the same in all that is signed, down to the second.
///
/// [`VerifiedRequest::replay_key`]: crate::VerifiedRequest::replay_key
/// [`VerifiedRequest::nonce_key`]: crate::VerifiedRequest::nonce_key
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplayKey([u8; 16]);

impl ReplayKey {
    /// `key` is what tells one key from all others.
    pub(crate) fn of_request(key: &[u8], base: &[u8]) -> Self {
        Self::new(b"request", key, base)
    }

    pub(crate) fn of_nonce(key: &[u8], nonce: &str) -> Self {
        Self::new(b"nonce", key, nonce.as_bytes())
    }

    fn new(kind: &[u8], key: &[u8], text: &[u8]) -> Self {
        // Two hashes of equal length in a row: no text can be shifted from one part to the other.
        let start = Sha256::new().chain_update(kind);
        let key = start.clone().chain_update(key).finalize();
        let text = start.chain_update(text).finalize();
        let hash: [u8; 32] = Sha256::new()
            .chain_update(key)
            .chain_update(text)
            .finalize()
            .into();
        let (half, _) = hash.split_at(16);
        Self(half.try_into().unwrap_or_default())
    }

    /// The 16 bytes, for a store that is kept elsewhere.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// In hexadecimal. It tells nothing of the request.
impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplayKey(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// Whether something came for the first time.
#[allow(clippy::exhaustive_enums, reason = "there is no third answer")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It was not seen before, and is remembered from now on.
    First,
    /// It was seen before. Its signature is right all the same: an inbox acknowledges it and does nothing.
    Duplicate,
}

/// Remembers what came, for as long as its signature is good.
///
/// [`ReplayMemory`] is the one at hand. Servers that are several processes share a store of their own: `SET … NX PXAT` in
/// Redis, `INSERT … ON CONFLICT DO NOTHING` in SQL. No runtime is needed here: a store that does not wait answers with
/// [`std::future::ready`].
pub trait ReplayStore: Send + Sync {
    /// Remembers the key until that moment, at least, and says whether it was there. Of two calls at the same time with
    /// the same key, only one may get [`Arrival::First`].
    ///
    /// Call it only while `until` has not passed, by a clock that is read after the body was: a store forgets what is past,
    /// and so takes it for the first again.
    ///
    /// # Errors
    /// Whatever kept the store from answering. The request must then not be acted upon.
    fn remember(
        &self,
        key: ReplayKey,
        until: SystemTime,
        now: SystemTime,
    ) -> Answer<'_, Result<Arrival, Box<dyn Error + Send + Sync>>>;

    /// Forgets the key, as well as it can: what came with it was not processed, and may come again.
    fn forget(&self, key: ReplayKey) -> Answer<'_, ()>;

    /// A number that tells this store from others in this process, the same through every handle to it: where two layers with
    /// one store stand on one path, the inner one knows by it that the outer one has asked already.
    ///
    /// If nothing is said, it is where the value lies in memory, and for an [`Arc`] where what it shares does. A handle that
    /// is cloned in another way says it itself.
    fn identity(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// What a [`ReplayStore`] answers, perhaps later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A [`ReplayStore`] in memory: bounded, for one process, empty after a restart.
///
/// An entry takes about 100 bytes. It goes when its signature expires. When there are as many as may be, the one that
/// would expire first goes before its time, as refusing instead would let anybody who can sign stop all others; a replay
/// of that one is then not known. So what must not be done twice needs a check of its own by what it is, such as the id of
/// an activity.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use http_sig::{Arrival, ReplayMemory, VerifiedRequest};
///
/// fn arrived(memory: &ReplayMemory, request: &VerifiedRequest<Vec<u8>>, now: SystemTime) -> Arrival {
///     memory.remember(request.replay_key(), request.good_until(), now)
/// }
/// ```
pub struct ReplayMemory {
    most: usize,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    /// Until which second since 1970.
    until: HashMap<ReplayKey, u64>,
    by_end: BTreeSet<(u64, ReplayKey)>,
}

impl ReplayMemory {
    /// A memory with at most so many entries, at least one.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            entries: Mutex::default(),
        }
    }

    /// Remembers the key until that moment and says whether it was there. Of what is past by now that is not known any more:
    /// refuse it before.
    pub fn remember(&self, key: ReplayKey, until: SystemTime, now: SystemTime) -> Arrival {
        let now = seconds(now);
        // The signature may be good until the end of that second.
        let until = seconds(until).saturating_add(1);
        let mut entries = self.entries();
        while entries.by_end.first().is_some_and(|(end, _)| *end <= now) {
            entries.remove_first();
        }
        if entries.until.contains_key(&key) {
            return Arrival::Duplicate;
        }
        if entries.until.len() >= self.most {
            entries.remove_first();
        }
        entries.until.insert(key, until);
        entries.by_end.insert((until, key));
        Arrival::First
    }

    /// Forgets the key.
    pub fn forget(&self, key: ReplayKey) {
        let mut entries = self.entries();
        if let Some(end) = entries.until.remove(&key) {
            entries.by_end.remove(&(end, key));
        }
    }

    /// How many entries there are, those that expired since the last call of [`remember`](Self::remember) included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().until.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // Nothing between two changes can panic, so the entries are whole even then.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn remove_first(&mut self) {
        if let Some((_, key)) = self.by_end.pop_first() {
            self.until.remove(&key);
        }
    }
}

impl ReplayStore for ReplayMemory {
    fn remember(
        &self,
        key: ReplayKey,
        until: SystemTime,
        now: SystemTime,
    ) -> Answer<'_, Result<Arrival, Box<dyn Error + Send + Sync>>> {
        Box::pin(ready(Ok(self.remember(key, until, now))))
    }

    fn forget(&self, key: ReplayKey) -> Answer<'_, ()> {
        self.forget(key);
        Box::pin(ready(()))
    }
}

impl<S: ReplayStore + ?Sized> ReplayStore for Arc<S> {
    fn remember(
        &self,
        key: ReplayKey,
        until: SystemTime,
        now: SystemTime,
    ) -> Answer<'_, Result<Arrival, Box<dyn Error + Send + Sync>>> {
        (**self).remember(key, until, now)
    }

    fn forget(&self, key: ReplayKey) -> Answer<'_, ()> {
        (**self).forget(key)
    }

    fn identity(&self) -> usize {
        (**self).identity()
    }
}

/// At most 100,000 entries.
impl Default for ReplayMemory {
    fn default() -> Self {
        Self::new(100_000)
    }
}

impl fmt::Debug for ReplayMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayMemory")
            .field("len", &self.len())
            .field("most", &self.most)
            .finish()
    }
}

fn seconds(moment: SystemTime) -> u64 {
    let since_1970 = moment.duration_since(UNIX_EPOCH);
    since_1970.map_or(0, |since_1970| since_1970.as_secs())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn key(number: u8) -> ReplayKey {
        ReplayKey([number; 16])
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn an_entry_lasts_as_long_as_its_signature() {
        let memory = ReplayMemory::new(10);
        assert_eq!(memory.remember(key(1), at(100), at(50)), Arrival::First);
        assert_eq!(
            memory.remember(key(1), at(100), at(100)),
            Arrival::Duplicate
        );
        let last = at(100) + Duration::from_millis(999);
        assert_eq!(memory.remember(key(1), at(100), last), Arrival::Duplicate);
        assert_eq!(memory.remember(key(1), at(200), at(101)), Arrival::First);
        assert_eq!(
            memory.remember(key(1), at(200), at(101)),
            Arrival::Duplicate
        );
        assert_eq!(memory.remember(key(2), at(300), at(201)), Arrival::First);
        assert_eq!(memory.len(), 1);
    }

    #[test]
    fn when_it_is_full_the_entry_goes_that_would_expire_first() {
        let memory = ReplayMemory::new(3);
        for (number, until) in [(1, 300), (2, 100), (3, 200), (4, 400)] {
            let arrival = memory.remember(key(number), at(until), at(0));
            assert_eq!(arrival, Arrival::First);
            assert!(memory.len() <= 3);
        }
        for number in [1, 3, 4] {
            let arrival = memory.remember(key(number), at(500), at(0));
            assert_eq!(arrival, Arrival::Duplicate, "{number}");
        }
        assert_eq!(memory.remember(key(2), at(100), at(0)), Arrival::First);
    }

    #[test]
    fn what_is_forgotten_may_come_again() {
        let memory = ReplayMemory::new(3);
        assert!(memory.is_empty());
        assert_eq!(memory.remember(key(1), at(100), at(0)), Arrival::First);
        assert!(!memory.is_empty());
        assert_eq!(format!("{memory:?}"), "ReplayMemory { len: 1, most: 3 }");
        memory.forget(key(1));
        memory.forget(key(2));
        assert!(memory.is_empty());
        assert_eq!(memory.remember(key(1), at(100), at(0)), Arrival::First);
        assert_eq!(memory.remember(key(1), at(100), at(0)), Arrival::Duplicate);
    }

    #[test]
    fn of_many_at_the_same_time_one_is_the_first() {
        let memory = ReplayMemory::new(100);
        let firsts: usize = std::thread::scope(|scope| {
            let threads = [(); 8].map(|()| {
                scope.spawn(|| {
                    let arrivals = (0..100).map(|n| memory.remember(key(n), at(100), at(0)));
                    arrivals.filter(|a| *a == Arrival::First).count()
                })
            });
            threads.map(|thread| thread.join().unwrap()).iter().sum()
        });
        assert_eq!(firsts, 100);
    }
}
