//! Which of the two standards a server wants its requests signed by, and what to send after it refused one. Decisions
//! only: the caller sends.
//!
//! No request can carry both signatures, as many servers refuse one that does. So a client *double-knocks*: it signs by one
//! standard, and where that is refused, once more by the other. [`DoubleKnock`] says which comes first, what comes next,
//! and remembers what was learnt; [`Redirect`] says what becomes of a signed request whose target has moved.
//!
#![cfg_attr(feature = "_backend", doc = "```")]
#![cfg_attr(not(feature = "_backend"), doc = "```ignore")]
#![doc = include_str!("negotiate/example.rs")]
//! ```

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, Request, StatusCode, Uri};

use self::memory::{Memory, Origin, Why};
pub use self::redirect::{Redirect, RedirectRefused};
use crate::digest::{ContentDigest, Digest};
use crate::error::SignError;
use crate::rfc9421::{ACCEPT_SIGNATURE, AcceptSignature, Declined, SignatureInput, SigningOptions};
use crate::sign::{Signer, needs_digest};
use crate::structured_field::joined;
use crate::verify::SIGNATURE_INPUT;

mod memory;
mod redirect;

/// What an `implements` of [FEP-844e](https://codeberg.org/fediverse/fep/src/branch/main/fep/844e/fep-844e.md) says where
/// RFC 9421 is understood.
const RFC_9421: &str = "https://datatracker.ietf.org/doc/html/rfc9421";
/// How many origins are remembered.
const CAPACITY: usize = 10_000;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// How long it is remembered what a server wants.
const EXPERIENCE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a server's word counts that was not put to the test.
const HINT: Duration = Duration::from_secs(24 * 60 * 60);

/// A standard by which requests are signed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// [draft-cavage-http-signatures-12](crate::cavage), which every server understands.
    Draft,
    /// [RFC 9421](crate::rfc9421), which some do.
    Rfc9421,
}

impl Scheme {
    fn other(self) -> Self {
        match self {
            Self::Draft => Self::Rfc9421,
            Self::Rfc9421 => Self::Draft,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft => "draft-cavage-12",
            Self::Rfc9421 => "RFC 9421",
        })
    }
}

/// Decides by which standard a request is signed first and whether it is sent a second time, and remembers for each origin
/// (scheme, host and port) which standard it wants.
///
/// Clones are cheap and share the memory; any number of tasks may use it at once. A lock is held for a look into a map,
/// never while anything is signed or sent.
///
/// **What is sent again, once at most.** After 400 and 401 every request; after 403 those that change nothing (GET, HEAD),
/// because for a POST it mostly says that the sender is blocked; after 500 those too, if they were signed by RFC 9421,
/// which early builds of Mastodon could not bear. Never after another status, a timeout or a broken connection, where the
/// server may have done already what it was asked to: then do not call [`Knock::next`], and begin anew when it is time.
///
/// **How it is sent again.** By the other standard; or, if the refusal says by `Accept-Signature` what would be accepted, by
/// RFC 9421 as it is asked for, as far as the signer can and will ([`AcceptSignature::answer`]).
///
/// **What is remembered.** Only a changed outcome teaches anything: one standard was refused and the other accepted. That
/// a first try was accepted says nothing, as a server that checks no signature accepts everything. An origin is
/// remembered for seven days, however often it is used, and then tried anew; sooner if it contradicts. A server that only
/// says that it understands RFC 9421 ([`implements`](Self::implements), or `Accept-Signature` beside a success) is taken at
/// its word for a day. If a first try by RFC 9421 fails with 403 or 500 and may not be sent again, or two tries by it fail,
/// the draft comes first for an hour.
///
/// At most 10 000 origins are kept; beyond that, hints go before experience, and what ends soonest goes first. Whoever is
/// forgotten costs one request more. Neither memory nor answers of a server change what a signature covers at least.
#[derive(Clone)]
pub struct DoubleKnock {
    first: Scheme,
    remember_for: Duration,
    again_after_forbidden: bool,
    again_after_server_error: bool,
    memory: Arc<Mutex<Memory>>,
}

impl DoubleKnock {
    /// Signs by the draft first, like Mastodon: few servers understand RFC 9421, and Misskey answers a GET whose
    /// signature it does not understand with half an actor and not with an error.
    #[must_use]
    pub fn new() -> Self {
        Self {
            first: Scheme::Draft,
            remember_for: EXPERIENCE,
            again_after_forbidden: false,
            again_after_server_error: false,
            memory: Arc::new(Mutex::new(Memory::new(CAPACITY))),
        }
    }

    /// The standard to begin with where nothing is known.
    #[must_use]
    pub fn first_scheme(mut self, scheme: Scheme) -> Self {
        self.first = scheme;
        self
    }

    /// How long it is remembered what a server wants.
    #[must_use]
    pub fn remember_for(mut self, time: Duration) -> Self {
        self.remember_for = time;
        self
    }

    /// How many origins are remembered, at most; with 0 none is. Each takes some 200 bytes, and never more than 1 KiB.
    /// What was remembered is forgotten.
    #[must_use]
    pub fn capacity(mut self, origins: usize) -> Self {
        self.memory = Arc::new(Mutex::new(Memory::new(origins)));
        self
    }

    /// Whether a POST is sent again after 403, too. Some servers say so where they mean 401.
    #[must_use]
    pub fn retry_post_after_forbidden(mut self, retry: bool) -> Self {
        self.again_after_forbidden = retry;
        self
    }

    /// Whether a POST that was signed by RFC 9421 is sent again after 500, too. The server may have taken the first one and
    /// failed later, so this is only for bodies with an id by which it can tell a second copy, as activities have.
    #[must_use]
    pub fn retry_post_after_server_error(mut self, retry: bool) -> Self {
        self.again_after_server_error = retry;
        self
    }

    /// The first try of a request. With a key that cannot sign by the draft (an ECDSA one) it is always RFC 9421.
    pub fn first<B>(&self, signer: &Signer, request: &Request<B>, now: SystemTime) -> Knock {
        let origin = Origin::of(request);
        let known = origin
            .as_ref()
            .and_then(|origin| self.memory().scheme(origin, now));
        let scheme = if signer.signs_draft() {
            known.unwrap_or(self.first)
        } else {
            Scheme::Rfc9421
        };
        Knock {
            rules: self.clone(),
            signer: signer.clone(),
            origin,
            scheme,
            refused: None,
            answer: None,
            declined: None,
        }
    }

    /// Takes a server at its word that it understands RFC 9421, for a day: `capability` is an `href` of the
    /// `generator.implements` of an actor or of the server's `Application`
    /// ([FEP-844e](https://codeberg.org/fediverse/fep/src/branch/main/fep/844e/fep-844e.md)). Says whether it is that
    /// capability; others have no effect.
    ///
    /// Experience weighs more. `at` is any URL of the origin from which the document came: it can speak for no other.
    pub fn implements(&self, at: &Uri, capability: &str, now: SystemTime) -> bool {
        // The registry also has fragments of it, for single algorithms.
        let rest = capability.strip_prefix(RFC_9421);
        if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#')) {
            return false;
        }
        if let Some(origin) = Origin::of_uri(at) {
            self.learn(origin, Scheme::Rfc9421, Why::Hint, now, HINT);
        }
        true
    }

    /// What was learnt from experience, to keep it over a restart: origins such as `https://example.org`, the standard
    /// that each wants, and until when that counts.
    #[must_use]
    pub fn remembered(&self, now: SystemTime) -> Vec<(String, Scheme, SystemTime)> {
        self.memory().experience(now)
    }

    /// Remembers what [`remembered`](Self::remembered) gave, for no longer than if it were learnt now. What is no origin, or
    /// over already, has no effect.
    pub fn restore(&self, origin: &str, scheme: Scheme, until: SystemTime, now: SystemTime) {
        let origin = origin.parse().ok();
        let origin = origin.as_ref().and_then(Origin::of_uri);
        if let (Some(origin), Ok(left)) = (origin, until.duration_since(now)) {
            let left = left.min(self.remember_for);
            self.learn(origin, scheme, Why::Experience, now, left);
        }
    }

    fn learn(&self, origin: Origin, scheme: Scheme, why: Why, now: SystemTime, time: Duration) {
        if let Some(until) = now.checked_add(time) {
            self.memory().learn(origin, scheme, why, until, now);
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        // No step in the memory can leave it half done.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a refusal has to do with the signature, and a second try is due.
enum Again {
    Now,
    /// It may have to do with it, but the same request must not be sent twice in a row.
    Later,
    Unrelated,
}

impl Default for DoubleKnock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for DoubleKnock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DoubleKnock")
            .field("first", &self.first)
            .field("remembered", &self.memory().len())
            .finish_non_exhaustive()
    }
}

/// One of at most two tries of a request: how to sign it, and what its answer means.
#[derive(Debug)]
#[must_use = "it says how to sign"]
pub struct Knock {
    rules: DoubleKnock,
    signer: Signer,
    origin: Option<Origin>,
    scheme: Scheme,
    /// The standard that was refused before, if this is the second try.
    refused: Option<Scheme>,
    /// The signature that the server asked for, and how to make it.
    answer: Option<(AcceptSignature, SigningOptions)>,
    declined: Option<Declined>,
}

impl Knock {
    /// The standard of this try.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Whether this is the second try, after which there is no other.
    #[must_use]
    pub fn is_second(&self) -> bool {
        self.refused.is_some()
    }

    /// The signature that the server asked for with its refusal, if this try is the answer to that.
    #[must_use]
    pub fn answers(&self) -> Option<&AcceptSignature> {
        self.answer.as_ref().map(|(asked, _)| asked)
    }

    /// Why this second try is not the signature that the server asked for with its refusal: of several the first.
    #[must_use]
    pub fn declined(&self) -> Option<&Declined> {
        self.declined.as_ref()
    }

    /// Signs the request with its body for this try, in place of any signature that it has.
    ///
    /// # Errors
    /// As [`Signer::sign`] or [`Signer::sign_rfc9421`].
    pub fn sign<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        now: SystemTime,
    ) -> Result<(), SignError> {
        let body = request.body().as_ref();
        let digest =
            (!body.is_empty() || self.needs_digest(request.method())).then(|| Digest::sha256(body));
        self.sign_prepared(request, digest.as_ref(), now)
    }

    /// Like [`sign`](Self::sign), with the digest computed before, once for all recipients and both standards. The body is
    /// not looked at.
    ///
    /// # Errors
    /// As [`Signer::sign_prepared`] or [`Signer::sign_rfc9421_prepared`].
    pub fn sign_prepared<B>(
        &self,
        request: &mut Request<B>,
        digest: Option<&Digest>,
        now: SystemTime,
    ) -> Result<(), SignError> {
        match self.scheme {
            Scheme::Draft => self.signer.sign_prepared(request, digest, now),
            Scheme::Rfc9421 => {
                // Without a digest a GET has no body, and that is what is signed if somebody asks.
                let empty = (!needs_digest(request.method())
                    && self.needs_digest(request.method()))
                .then(|| Digest::sha256(b""));
                let digest = digest.or(empty.as_ref()).map(ContentDigest::from);
                let digest = digest.as_ref();
                match &self.answer {
                    Some((_, options)) => {
                        self.signer.sign_rfc9421_with(request, digest, options, now)
                    }
                    None => self.signer.sign_rfc9421_prepared(request, digest, now),
                }
            }
        }
    }

    fn needs_digest(&self, method: &Method) -> bool {
        needs_digest(method) || self.answers().is_some_and(AcceptSignature::wants_digest)
    }

    /// What follows from the answer to the request: the second try, or `None`, and then the answer is the one to go by. The
    /// memory learns from it.
    ///
    /// A redirect is no answer but another request: follow it by [`Redirect`], with a [`first`](DoubleKnock::first) try.
    #[must_use = "it is the second try, if one is due"]
    pub fn next<B>(
        self,
        request: &Request<B>,
        status: StatusCode,
        headers: &HeaderMap,
        now: SystemTime,
    ) -> Option<Self> {
        let learn = |scheme: Scheme, why: Why, time: Duration| {
            if let Some(origin) = self.origin.clone() {
                self.rules.learn(origin, scheme, why, now, time);
            }
        };
        let doubt = || {
            if self.scheme == Scheme::Rfc9421 && self.signer.signs_draft() {
                learn(Scheme::Draft, Why::Experience, HOUR);
            }
        };
        if let Some(refused) = self.refused {
            if refused != self.scheme {
                if status.is_success() {
                    learn(self.scheme, Why::Experience, self.rules.remember_for);
                }
            } else if !matches!(self.again(status, request), Again::Unrelated) {
                doubt();
            }
            return None;
        }
        // One that cannot be read is as good as none.
        let asked = joined(headers, &ACCEPT_SIGNATURE)
            .and_then(|field| AcceptSignature::parse(&field).ok())
            .unwrap_or_default();
        match self.again(status, request) {
            Again::Now => {
                let (answer, declined) = self.answer(request, &asked);
                let scheme = match answer {
                    Some(_) => Scheme::Rfc9421,
                    None => self.scheme.other(),
                };
                let possible = scheme == Scheme::Rfc9421 || self.signer.signs_draft();
                possible.then(|| Self {
                    scheme,
                    refused: Some(self.scheme),
                    answer,
                    declined,
                    ..self
                })
            }
            Again::Later => {
                doubt();
                None
            }
            Again::Unrelated => {
                if status.is_success() && !asked.is_empty() {
                    learn(Scheme::Rfc9421, Why::Hint, HINT);
                }
                None
            }
        }
    }

    fn again<B>(&self, status: StatusCode, request: &Request<B>) -> Again {
        let allowed = match status {
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => true,
            StatusCode::FORBIDDEN => self.rules.again_after_forbidden,
            StatusCode::INTERNAL_SERVER_ERROR if self.scheme == Scheme::Rfc9421 => {
                self.rules.again_after_server_error
            }
            _ => return Again::Unrelated,
        };
        if allowed || request.method().is_safe() {
            Again::Now
        } else {
            Again::Later
        }
    }

    /// The first of the signatures asked for that can be given, and otherwise why not.
    fn answer<B>(
        &self,
        request: &Request<B>,
        asked: &[AcceptSignature],
    ) -> (Option<(AcceptSignature, SigningOptions)>, Option<Declined>) {
        let sent = joined(request.headers(), &SIGNATURE_INPUT)
            .and_then(|field| SignatureInput::parse(&field).ok())
            .unwrap_or_default();
        let mut declined = None;
        for asked in asked {
            // What was refused already is not sent once more.
            let key_id = self.signer.key_id();
            if sent
                .iter()
                .any(|sent| asked.check_input(sent, key_id).is_ok())
            {
                continue;
            }
            match asked.answer(&self.signer, request) {
                Ok(options) => return (Some((asked.clone(), options)), None),
                Err(why) => declined = declined.or(Some(why)),
            }
        }
        (None, declined)
    }
}
