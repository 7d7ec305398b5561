//! A layer that verifies requests before a handler sees them (feature `tower`). It is bound to no web framework.
//!
//! ```
//! use std::sync::Arc;
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use http_sig::tower::{Keys, NoKey, VerifyLayer};
//! use http_sig::{Policy, VerifiedRequest, VerifyingKey};
//! use tower::{ServiceBuilder, service_fn};
//!
//! /// Knows nobody yet: a server asks its cache here, and the origin of the key.
//! struct NoKeys;
//!
//! impl Keys for NoKeys {
//!     async fn find(&self, _key_id: &str, _fresh: bool) -> Result<VerifyingKey, NoKey> {
//!         Err(NoKey::NotFound)
//!     }
//! }
//!
//! async fn inbox(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
//!     let verified = request.extensions().get::<Arc<VerifiedRequest<Bytes>>>();
//!     let sender = verified.map(|verified| verified.key_id().to_owned());
//!     Ok(Response::new(Full::from(sender.unwrap_or_default())))
//! }
//!
//! let policy = Policy::fediverse().authorities(["example.org"]);
//! let service = ServiceBuilder::new()
//!     .layer(VerifyLayer::new(policy, NoKeys))
//!     .service(service_fn(inbox));
//! # let _ = tower::ServiceExt::oneshot(service, Request::new(Full::from("")));
//! ```

mod rejection;
mod wire_uri;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::{Buf, Bytes};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use tower_layer::Layer;
use tower_service::Service;

pub use self::rejection::{NoKey, RefusedRequest, Rejection};
pub use self::wire_uri::{WireUri, WireUriLayer, WireUriService};
use crate::rfc9421::AcceptSignature;
use crate::sign::needs_digest;
use crate::{
    Arrival, Claim, Head, Policy, Reason, ReplayKey, ReplayMemory, ReplayStore, VerifiedRequest,
    VerifyError, VerifyingKey,
};

/// Longest body that is read if nothing else is said, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// Where the layer finds keys.
pub trait Keys: Send + Sync + 'static {
    /// The key with this id, of which the implementation knows that it belongs to that id.
    ///
    /// Anybody may have written the id: parse it as a URL, guard the request that fetches it, and keep what was found and
    /// what was not, both bounded and for a limited time. Nothing is asked for a request that could not be accepted with
    /// any key.
    ///
    /// With `fresh` the signature did not fit the key that was found before, so that the sender may have replaced it: fetch it
    /// anew. The layer asks so once for such a request, and everybody can send such requests: let a cool-down pass (five
    /// minutes, say) before the same key is fetched again, and give the one at hand meanwhile.
    ///
    /// # Errors
    /// [`NoKey`] says why there is none, and what is answered then.
    fn find(
        &self,
        key_id: &str,
        fresh: bool,
    ) -> impl Future<Output = Result<VerifyingKey, NoKey>> + Send;
}

impl<K: Keys> Keys for Arc<K> {
    fn find(
        &self,
        key_id: &str,
        fresh: bool,
    ) -> impl Future<Output = Result<VerifyingKey, NoKey>> + Send {
        (**self).find(key_id, fresh)
    }
}

/// Lets nothing through to the service but requests whose signature, digest and newness were checked.
///
/// - The head is checked first; of a request that is refused by it no byte of the body is read. A body is read up to
///   [a limit](Self::body_limit) and hashed as it comes. How long a sender may take is for the server to limit.
/// - The service finds an `Arc<VerifiedRequest<Bytes>>` in the extensions of the request. Only the verifier makes one: a
///   handler that takes it (in axum as `Extension<Arc<VerifiedRequest<Bytes>>>`) is never reached by anything unchecked,
///   also where the layer was forgotten. The body of the request itself is that of the verified one. Trailers are dropped,
///   and a signature that covers one is refused.
/// - Every request must be signed, whatever its method and path; see [`accept_unsigned_get`](Self::accept_unsigned_get).
/// - A request that comes a second time is answered with 202 and does not reach the service; see
///   [`replay_store`](Self::replay_store).
/// - A refusal is answered with a status and the reason as plain text; see [`on_refused`](Self::on_refused) to log it.
///
/// The URI must be the one that came over the wire. Routers strip the prefix of what they nest: put the layer around the
/// whole, or a [`WireUriLayer`], and then this one where it is needed. A `Host` that a proxy rewrites is refused; the
/// policy's authorities are the public names, and no `X-Forwarded-…` field has an effect.
///
/// Where two of them with the same memory stand on one path, the inner one does not take a request for one that came before
/// because the outer one has seen it.
///
/// The body type of the service must be made from [`Bytes`], as that of axum and [`Full`](http_body_util::Full) are.
pub struct VerifyLayer<K> {
    settings: Arc<Settings<K>>,
}

struct Settings<K> {
    policy: Policy,
    keys: Arc<K>,
    body_limit: usize,
    unsigned_get: bool,
    replays: Option<Arc<dyn ReplayStore>>,
    duplicate: StatusCode,
    challenge: Option<Arc<Challenge>>,
    on_refused: Arc<OnRefused>,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

type Challenge = dyn Fn(&Method) -> AcceptSignature + Send + Sync;
type OnRefused = dyn Fn(&RefusedRequest<'_>) + Send + Sync;

impl<K: Keys> VerifyLayer<K> {
    /// A layer that judges by this policy, which must name the server's [authorities](Policy::authorities).
    #[must_use]
    pub fn new(policy: Policy, keys: K) -> Self {
        Self {
            settings: Arc::new(Settings {
                policy,
                keys: Arc::new(keys),
                body_limit: BODY_LIMIT,
                unsigned_get: false,
                replays: Some(Arc::new(ReplayMemory::default())),
                duplicate: StatusCode::ACCEPTED,
                challenge: None,
                on_refused: Arc::new(|_| {}),
                clock: Arc::new(SystemTime::now),
            }),
        }
    }

    /// How long a body may be, in bytes. 1 MiB if nothing is said. A longer one is refused with 413: at once if its
    /// `Content-Length` says so, otherwise at the first byte too many.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.set().body_limit = bytes;
        self
    }

    /// Lets GET and HEAD requests pass that have no signature at all. They have no `VerifiedRequest` in their extensions, so
    /// that a handler takes an `Option` of it; their body is not touched. One that has a signature must have a right one.
    #[must_use]
    pub fn accept_unsigned_get(mut self) -> Self {
        self.set().unsigned_get = true;
        self
    }

    /// Where requests are remembered that came, to know them when they come again. All but those with safe methods (GET,
    /// HEAD, OPTIONS, TRACE) are. If nothing is said, in a [`ReplayMemory`] of 100,000 requests, shared by the clones of this layer.
    ///
    /// A request is remembered before it reaches the service, and forgotten again if that answers with 500 or more, so that
    /// the sender can repeat it. One of which the handler was broken off, as when the sender hangs up, counts as handled: a
    /// handler starts a task of its own for what must be done to its end. When the store fails, the answer is 503. One whose
    /// signature stops to be good while its body comes is refused as too old, as the store may have forgotten it.
    #[must_use]
    pub fn replay_store(mut self, store: impl ReplayStore + 'static) -> Self {
        self.set().replays = Some(Arc::new(store));
        self
    }

    /// Lets requests through as often as they come. Whoever saw one can have it processed again, for as long as its
    /// signature is good, unless the service itself knows what it has processed.
    #[must_use]
    pub fn danger_accept_replays(mut self) -> Self {
        self.set().replays = None;
        self
    }

    /// With which status a request is answered that came before. If nothing is said, 202 Accepted, what an inbox answers:
    /// a sender that did not see the first answer is then content.
    #[must_use]
    pub fn answer_duplicates_with(mut self, status: StatusCode) -> Self {
        self.set().duplicate = status;
        self
    }

    /// Sends with every 401 the `Accept-Signature` that this makes for the method of the request, so that a sender which
    /// knows RFC 9421 signs by it. Nothing is sent if nothing is said.
    ///
    /// ```
    /// # use http_sig::{rfc9421::AcceptSignature, tower::{Keys, VerifyLayer}};
    /// # fn challenging(layer: VerifyLayer<impl Keys>) -> VerifyLayer<impl Keys> {
    /// layer.challenge(AcceptSignature::new)
    /// # }
    /// ```
    #[must_use]
    pub fn challenge(
        mut self,
        ask: impl Fn(&Method) -> AcceptSignature + Send + Sync + 'static,
    ) -> Self {
        self.set().challenge = Some(Arc::new(ask));
        self
    }

    /// Called with every request that is refused, to log it or to count.
    #[must_use]
    pub fn on_refused(
        mut self,
        call: impl Fn(&RefusedRequest<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.set().on_refused = Arc::new(call);
        self
    }

    /// Where the time comes from, for tests. The clock of the system if nothing is said.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.set().clock = Arc::new(now);
        self
    }

    fn set(&mut self) -> &mut Settings<K> {
        Arc::make_mut(&mut self.settings)
    }
}

impl<S, K> Layer<S> for VerifyLayer<K> {
    type Service = Verify<S, K>;

    fn layer(&self, inner: S) -> Verify<S, K> {
        Verify {
            inner,
            settings: Arc::clone(&self.settings),
        }
    }
}

impl<K> Clone for VerifyLayer<K> {
    fn clone(&self) -> Self {
        Self {
            settings: Arc::clone(&self.settings),
        }
    }
}

impl<K> fmt::Debug for VerifyLayer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer")
            .field("policy", &self.settings.policy)
            .field("body_limit", &self.settings.body_limit)
            .finish_non_exhaustive()
    }
}

impl<K> Clone for Settings<K> {
    fn clone(&self) -> Self {
        Self {
            policy: self.policy.clone(),
            keys: Arc::clone(&self.keys),
            body_limit: self.body_limit,
            unsigned_get: self.unsigned_get,
            replays: self.replays.clone(),
            duplicate: self.duplicate,
            challenge: self.challenge.clone(),
            on_refused: Arc::clone(&self.on_refused),
            clock: Arc::clone(&self.clock),
        }
    }
}

/// A service behind a [`VerifyLayer`].
pub struct Verify<S, K> {
    inner: S,
    settings: Arc<Settings<K>>,
}

impl<S, K, B, R> Service<Request<B>> for Verify<S, K>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    K: Keys,
    B: Body + From<Bytes> + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    R: From<Bytes> + Send,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The clone is another service, of which nobody knows whether it is ready.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let settings = Arc::clone(&self.settings);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let (verified, remembered) = match settings.verify(&parts, body).await {
                Ok(Judged::Verified(verified, remembered)) => (verified, remembered),
                Ok(Judged::Unsigned(body)) => {
                    // One that another layer made for another policy says nothing here.
                    parts.extensions.remove::<Arc<VerifiedRequest<Bytes>>>();
                    return inner.call(Request::from_parts(parts, body)).await;
                }
                Ok(Judged::Duplicate) => {
                    let mut response = Response::new(R::from(Bytes::new()));
                    *response.status_mut() = settings.duplicate;
                    return Ok(response);
                }
                Err(refused) => {
                    (settings.on_refused)(&refused.of(&parts));
                    let challenge = settings.challenge.as_ref();
                    let challenge = challenge.map(|challenge| challenge(&parts.method));
                    let covering = settings.covering(&parts.method);
                    return Ok(refused.rejection.response(covering, challenge));
                }
            };
            let body = B::from(verified.request().body().clone());
            parts.extensions.insert(verified);
            if let Some(remembered) = &remembered {
                let all = parts.extensions.get_or_insert_default::<Vec<Remembered>>();
                all.push(remembered.clone());
            }
            let response = inner.call(Request::from_parts(parts, body)).await;
            let failed = !matches!(&response, Ok(response) if !response.status().is_server_error());
            if let (Some(replays), Some(Remembered { key, .. }), true) =
                (&settings.replays, remembered, failed)
            {
                replays.forget(key).await;
            }
            response
        })
    }
}

impl<S: Clone, K> Clone for Verify<S, K> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            settings: Arc::clone(&self.settings),
        }
    }
}

impl<S: fmt::Debug, K> fmt::Debug for Verify<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

/// What became of a request that was not refused.
enum Judged<B> {
    /// And what this layer has remembered of it.
    Verified(Arc<VerifiedRequest<Bytes>>, Option<Remembered>),
    /// With the body as it came.
    Unsigned(B),
    Duplicate,
}

/// In the extensions of a request, for other layers with the same store: it came for the first time.
#[derive(Clone, PartialEq)]
struct Remembered {
    store: usize,
    key: ReplayKey,
}

/// A request that was refused, with what is known of it.
struct Refused {
    rejection: Rejection,
    key_id: Option<String>,
    claim: Option<Claim<Bytes>>,
}

impl Refused {
    fn of<'a>(&'a self, head: &'a Parts) -> RefusedRequest<'a> {
        RefusedRequest {
            head,
            key_id: self.key_id.as_deref(),
            claim: self.claim.as_ref(),
            rejection: &self.rejection,
        }
    }
}

impl<K: Keys> Settings<K> {
    async fn verify<B>(&self, parts: &Parts, body: B) -> Result<Judged<B>, Refused>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let now = (self.clock)();
        let mut head = parts.clone();
        if let Some(WireUri(uri)) = head.extensions.get() {
            head.uri = uri.clone();
        }
        let head = match self.policy.read_head(head, now) {
            Ok(head) => head,
            Err(error) if error.reason() == Reason::Unsigned && self.passes_unsigned(parts) => {
                return Ok(Judged::Unsigned(body));
            }
            Err(error) => return Err(Rejection::Signature(error).without_claim(None)),
        };
        let key_id = head.key_id().to_owned();
        let claim = match self.receive(head, body).await {
            Ok(claim) => claim,
            Err(rejection) => return Err(rejection.without_claim(Some(key_id))),
        };
        let verified = self.check(claim, &key_id).await?;
        let mut remembered = None;
        let replays = self.replays.as_ref();
        if let Some(replays) = replays.filter(|_| !parts.method.is_safe()) {
            let (key, until) = (verified.replay_key(), verified.good_until());
            let this = Remembered {
                store: replays.identity(),
                key,
            };
            let before = parts.extensions.get::<Vec<Remembered>>();
            if before.is_some_and(|before| before.contains(&this)) {
                return Ok(Judged::Verified(Arc::new(verified), None));
            }
            // The body and the key may have taken their time, and a store forgets what is no longer good: by then nobody
            // knows whether this came before.
            let now = (self.clock)();
            if until < now {
                let error = VerifyError::from(Reason::TooOld).about("signature");
                return Err(Rejection::Signature(error).without_claim(Some(key_id)));
            }
            match replays.remember(key, until, now).await {
                Ok(Arrival::First) => remembered = Some(this),
                Ok(Arrival::Duplicate) => return Ok(Judged::Duplicate),
                Err(error) => {
                    return Err(Rejection::ReplayStore(error).without_claim(Some(key_id)));
                }
            }
        }
        Ok(Judged::Verified(Arc::new(verified), remembered))
    }

    /// What a signature by the draft must cover, if it is accepted.
    fn covering(&self, method: &Method) -> Option<&'static str> {
        self.policy.accepts_draft().then(|| {
            if needs_digest(method) {
                "(request-target) host date digest"
            } else {
                "(request-target) host date"
            }
        })
    }

    fn passes_unsigned(&self, parts: &Parts) -> bool {
        self.unsigned_get && [Method::GET, Method::HEAD].contains(&parts.method)
    }

    async fn receive<B>(&self, head: Head, body: B) -> Result<Claim<Bytes>, Rejection>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut receiving = head
            .receive(self.body_limit)
            .map_err(Rejection::Signature)?;
        let mut body = pin!(body);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Rejection::Body(error.into()))?;
            let Ok(mut data) = frame.into_data() else {
                continue;
            };
            while data.has_remaining() {
                let chunk = data.chunk();
                let length = chunk.len();
                receiving = receiving.push(chunk).map_err(Rejection::Signature)?;
                data.advance(length);
            }
        }
        let claim = receiving.finish().map_err(Rejection::Signature)?;
        Ok(claim.map(Bytes::from))
    }

    /// The claim checked with the key that it names; if the known one does not fit, with a fresh one too.
    async fn check(
        &self,
        claim: Claim<Bytes>,
        key_id: &str,
    ) -> Result<VerifiedRequest<Bytes>, Refused> {
        let mut claim = claim;
        let mut tried: Option<(VerifyingKey, VerifyError)> = None;
        for fresh in [false, true] {
            let key = match (self.keys.find(key_id, fresh).await, &tried) {
                (Ok(key), Some((known, _))) if key == *known => break,
                (Ok(key), _) => key,
                (Err(NoKey::Unreachable(_)), Some(_)) => break,
                (Err(no_key), _) => {
                    return Err(Rejection::Key(no_key).without_claim(Some(key_id.to_owned())));
                }
            };
            let refused = match claim.check(&key) {
                Ok(verified) => return Ok(verified),
                Err(refused) => refused,
            };
            let error = refused.error().clone();
            claim = refused.into_claim();
            let another_may_fit = matches!(error, VerifyError::Mismatch(_))
                || error.reason() == Reason::AlgorithmMismatch;
            tried = Some((key, error));
            if !another_may_fit {
                break;
            }
        }
        let error = tried.map_or(Reason::SignatureMismatch.into(), |(_, error)| error);
        Err(Refused {
            rejection: Rejection::Signature(error),
            key_id: Some(key_id.to_owned()),
            claim: Some(claim),
        })
    }
}
