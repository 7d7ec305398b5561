//! Nonces that are known again without being remembered.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Reason, VerifyError};
use crate::key::SharedSecret;

/// How long a nonce may be repeated.
const GOOD_FOR: Duration = Duration::from_secs(5 * 60);
/// What the codes are made over beside the nonce, so that they are of use for nothing else.
const PURPOSE: &[u8] = b"nonce of an Accept-Signature field\n";
/// When it was given out, in nanoseconds since 1970, and which one it was; the code follows.
const NAME: usize = 16;

/// Gives out nonces for [`AcceptSignature`](crate::rfc9421::AcceptSignature) and knows its own again by a code in them, so
/// that nothing is kept for the many who ask and never answer. Clones are cheap and go on counting together.
///
/// That a nonce comes back only once is what a [`ReplayStore`](crate::ReplayStore) sees to, with the
/// [`nonce_key`](crate::VerifiedRequest::nonce_key) of the request.
///
/// ```
/// use std::time::SystemTime;
/// use http::{Method, Request, Response, StatusCode};
/// use http_sig::rfc9421::{AcceptSignature, Nonces};
/// use http_sig::{Arrival, ReplayMemory, SharedSecret, VerifiedRequest};
///
/// /// Whether the request answers a challenge of ours that nobody answered before.
/// fn is_answer(request: &VerifiedRequest<Vec<u8>>, nonces: &Nonces, memory: &ReplayMemory) -> bool {
///     let now = SystemTime::now();
///     let asked = AcceptSignature::new(request.request().method());
///     asked.check(request).is_ok()
///         && nonces.check(request.nonce(), now).is_ok()
///         && request.nonce_key().is_some_and(|key| {
///             memory.remember(key, nonces.good_until(now), now) == Arrival::First
///         })
/// }
///
/// // 32 random bytes, the same in all processes of the server.
/// let nonces = Nonces::new(SharedSecret::new([7; 32])?);
/// let mut refusal = Response::builder().status(StatusCode::UNAUTHORIZED).body(())?;
/// let challenge = AcceptSignature::new(&Method::POST).with_nonce(nonces.issue(SystemTime::now()));
/// challenge.add_to(refusal.headers_mut())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Nonces {
    secret: SharedSecret,
    good_for: Duration,
    count: Arc<AtomicU64>,
}

impl Nonces {
    /// Nonces that are known by this secret, each for five minutes.
    #[must_use]
    pub fn new(secret: SharedSecret) -> Self {
        Self {
            secret,
            good_for: GOOD_FOR,
            // From anywhere, so that two processes do not count alike in the same moment.
            count: Arc::new(RandomState::new().hash_one(()).into()),
        }
    }

    /// For how long a nonce is good after it was given out.
    #[must_use]
    pub fn good_for(mut self, time: Duration) -> Self {
        self.good_for = time;
        self
    }

    /// A nonce that was not given out before: 64 letters, digits, `-` and `_`.
    #[must_use]
    pub fn issue(&self, now: SystemTime) -> String {
        let since_1970 = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanoseconds = u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX);
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut nonce = Vec::with_capacity(48);
        nonce.extend_from_slice(&nanoseconds.to_be_bytes());
        nonce.extend_from_slice(&count.to_be_bytes());
        let code = self.secret.sign(&[PURPOSE, &nonce].concat());
        nonce.extend_from_slice(&code);
        URL_SAFE_NO_PAD.encode(nonce)
    }

    /// Checks that this is a nonce of ours that is still good.
    ///
    /// # Errors
    /// [`Reason::ChallengeUnanswered`] if there is none, if it is not one of ours or too old.
    pub fn check(&self, nonce: Option<&str>, now: SystemTime) -> Result<(), VerifyError> {
        let refuse = || {
            VerifyError::from(Reason::ChallengeUnanswered)
                .about("nonce")
                .finding(nonce.unwrap_or_default())
        };
        let issued = nonce
            .and_then(|nonce| self.issued(nonce))
            .ok_or_else(refuse)?;
        let apart = match now.duration_since(issued) {
            Ok(age) => age,
            Err(ahead) => ahead.duration(),
        };
        if apart > self.good_for {
            return Err(refuse());
        }
        Ok(())
    }

    /// Until when a nonce could still be good that was checked now: so long it must be remembered that it came.
    #[must_use]
    pub fn good_until(&self, now: SystemTime) -> SystemTime {
        // It may have been given out by a clock that is ahead.
        now.checked_add(self.good_for.saturating_mul(2))
            .unwrap_or(now)
    }

    fn issued(&self, nonce: &str) -> Option<SystemTime> {
        let bytes = URL_SAFE_NO_PAD.decode(nonce).ok()?;
        let (name, code) = bytes.split_at_checked(NAME)?;
        if !self.secret.verify(&[PURPOSE, name].concat(), code) {
            return None;
        }
        let nanoseconds = u64::from_be_bytes(name.first_chunk().copied()?);
        UNIX_EPOCH.checked_add(Duration::from_nanos(nanoseconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn nonces(byte: u8) -> Nonces {
        Nonces::new(SharedSecret::new([byte; 32]).unwrap())
    }

    #[test]
    fn a_nonce_is_known_again_for_its_time() {
        let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        let nonces = nonces(1);
        let nonce = nonces.issue(now);
        assert_eq!(nonce.len(), 64);
        assert!(nonces.check(Some(&nonce), now).is_ok());
        assert!(nonces.check(Some(&nonce), now + 5 * MINUTE).is_ok());
        let late = now + 5 * MINUTE + Duration::from_nanos(1);
        assert!(nonces.check(Some(&nonce), late).is_err());
        assert!(late < nonces.good_until(now));
        // By a machine whose clock is ahead.
        assert!(nonces.check(Some(&nonce), now - 5 * MINUTE).is_ok());
        assert!(nonces.check(Some(&nonce), now - 6 * MINUTE).is_err());
        let short = nonces.clone().good_for(MINUTE);
        assert!(short.check(Some(&nonce), now + 2 * MINUTE).is_err());
    }

    #[test]
    fn no_nonce_is_given_out_twice() {
        let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        let nonces = nonces(1);
        let other = nonces.clone();
        let mut given: Vec<String> = (0..100).map(|_| nonces.issue(now)).collect();
        given.extend((0..100).map(|_| other.issue(now)));
        given.sort();
        given.dedup();
        assert_eq!(given.len(), 200);
    }

    #[test]
    fn two_processes_with_one_secret_give_out_different_ones() {
        let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        assert_ne!(nonces(1).issue(now), nonces(1).issue(now));
    }

    #[test]
    fn what_was_not_given_out_is_refused() {
        let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        let nonces = nonces(1);
        let nonce = nonces.issue(now);
        let foreign = self::nonces(2).issue(now);
        let longer = format!("{nonce}AAAA");
        for other in ["", "AAAA", "not a nonce", &nonce[..60], &longer, &foreign] {
            assert!(nonces.check(Some(other), now).is_err(), "{other}");
        }
        assert!(nonces.check(None, now).is_err());
        for at in 0..nonce.len() {
            let mut other = nonce.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            let error = nonces.check(Some(&other), now).unwrap_err();
            assert_eq!(error.reason(), Reason::ChallengeUnanswered, "{other}");
        }
    }

    #[test]
    fn any_time_will_do() {
        let far = UNIX_EPOCH + Duration::from_secs(1 << 40);
        for now in [UNIX_EPOCH - MINUTE, UNIX_EPOCH, far] {
            let nonces = nonces(1);
            let nonce = nonces.issue(now);
            let _ = nonces.check(Some(&nonce), now);
            let _ = nonces.good_until(now);
        }
    }
}
