//! What goes wrong, for which requests and how often.

use std::{fmt, time::Duration};

use bytes::Bytes;
use chrono::{SecondsFormat, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request};
use serde_json::json;
use tokio::sync::watch;
use url::Url;

use super::{FakeInstance, streaming};

/// Something that goes wrong: what, for which requests, how often.
///
/// It waits in the instance ([`FakeInstance::inject`]) for requests that it fits. One request meets one fault: the
/// first, in the order in which they were injected, that fits it and is not used up. Without further words a fault
/// is for the next request of any kind, once.
///
/// ```
/// # use std::time::Duration;
/// # use mastodon_api::testing::Fault;
/// # use http::{Method, StatusCode};
/// let busy = Fault::too_many_requests(Duration::from_secs(5)).method(Method::POST).times(2);
/// let blocked = Fault::status(StatusCode::FORBIDDEN).websocket().always();
/// let weather = Fault::html(StatusCode::BAD_GATEWAY).rest().with_probability(0.05, 42);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a fault does nothing until it is injected"]
pub struct Fault {
    pub(super) kind: Kind,
    pub(super) headers: HeaderMap,
    method: Option<Method>,
    path: Option<String>,
    kin: Kin,
    /// How many requests it still meets; `None` for all.
    left: Option<u64>,
    chance: Option<(f64, fastrand::Rng)>,
    pub(super) does_first: bool,
}

/// What happens instead of the right answer.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Answer(StatusCode, &'static str, Bytes),
    /// The right answer, later.
    Slow(Duration),
    Held,
    Never,
    Dropped,
    DroppedAfterHeaders,
    DroppedInBody,
    Malformed,
    WrongContentType,
    Huge(u64),
    ClosedAtOnce,
    Stalled,
}

/// Which kind of request.
#[derive(Clone, Copy, Debug)]
enum Kin {
    Any,
    Rest,
    Streams,
    WebSocket,
    Sse,
}

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

impl Fault {
    /// An answer with this status, and Mastodon's words for it.
    pub fn status(status: StatusCode) -> Self {
        let error = match status {
            StatusCode::UNAUTHORIZED => "The access token is invalid",
            StatusCode::FORBIDDEN => "This action is not allowed",
            StatusCode::NOT_FOUND => "Record not found",
            StatusCode::TOO_MANY_REQUESTS => "Too many requests",
            StatusCode::SERVICE_UNAVAILABLE => {
                "There was a temporary problem serving your request, please try again"
            }
            other => other.canonical_reason().unwrap_or("Error"),
        };
        Self::answer(status, json!({ "error": error }).to_string())
    }

    /// An answer with this status and body, which it calls JSON.
    pub fn answer(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::new(Kind::Answer(status, JSON, body.into()))
    }

    /// A 429 that asks to wait this long: `Retry-After` in whole seconds, `X-RateLimit-Reset` as a moment.
    pub fn too_many_requests(after: Duration) -> Self {
        let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        let reset = Utc::now() + TimeDelta::from_std(after).unwrap_or(TimeDelta::MAX / 2);
        let reset = reset.to_rfc3339_opts(SecondsFormat::Micros, true);
        let mut fault = Self::status(StatusCode::TOO_MANY_REQUESTS);
        for (name, value) in [
            ("x-ratelimit-limit", "300".to_owned()),
            ("x-ratelimit-remaining", "0".to_owned()),
            ("x-ratelimit-reset", reset),
            ("retry-after", seconds.to_string()),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                fault = fault.header(HeaderName::from_static(name), value);
            }
        }
        fault
    }

    /// An HTML page with this status, as a proxy before the instance sends it.
    pub fn html(status: StatusCode) -> Self {
        let page = format!(
            "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self::new(Kind::Answer(status, HTML, page.into()))
    }

    /// A redirect (302) to another place.
    pub fn redirect(to: &Url) -> Self {
        let page = format!("<a href=\"{to}\">moved</a>");
        let fault = Self::new(Kind::Answer(StatusCode::FOUND, HTML, page.into()));
        match HeaderValue::from_str(to.as_str()) {
            Ok(to) => fault.header(header::LOCATION, to),
            // A `Url` has only visible ASCII.
            Err(_) => fault,
        }
    }

    /// The right answer, so much later. What the request asks for is done at once.
    pub fn slow(by: Duration) -> Self {
        Self::new(Kind::Slow(by)).after_doing()
    }

    /// The right answer, when [`Injected::release`] is called. What the request asks for is done at once.
    pub fn held() -> Self {
        Self::new(Kind::Held).after_doing()
    }

    /// No answer at all, on a connection that stays open.
    pub fn never() -> Self {
        Self::new(Kind::Never)
    }

    /// The connection ends before an answer begins.
    pub fn dropped() -> Self {
        Self::new(Kind::Dropped)
    }

    /// The connection ends between the headers and the body of the right answer. What the request asks for is done.
    pub fn dropped_after_headers() -> Self {
        Self::new(Kind::DroppedAfterHeaders).after_doing()
    }

    /// The connection ends in the middle of the body of the right answer. What the request asks for is done.
    pub fn dropped_in_body() -> Self {
        Self::new(Kind::DroppedInBody).after_doing()
    }

    /// The first half of the right answer, sent as if it were all. What the request asks for is done.
    pub fn malformed() -> Self {
        Self::new(Kind::Malformed).after_doing()
    }

    /// The right answer, called `text/plain`. What the request asks for is done.
    pub fn wrong_content_type() -> Self {
        Self::new(Kind::WrongContentType).after_doing()
    }

    /// A body of so many bytes, all of them spaces and called JSON.
    pub fn huge(bytes: u64) -> Self {
        Self::new(Kind::Huge(bytes))
    }

    /// For streams: the server accepts the connection and ends it at once, in an orderly way.
    pub fn closed_at_once() -> Self {
        Self::new(Kind::ClosedAtOnce).streams()
    }

    /// For streams: the server accepts the connection, and nothing ever comes, no heartbeats and no answers to pings.
    pub fn stalled() -> Self {
        Self::new(Kind::Stalled).streams()
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            headers: HeaderMap::new(),
            method: None,
            path: None,
            kin: Kin::Any,
            left: Some(1),
            chance: None,
            does_first: false,
        }
    }

    /// Only for requests with this method.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Only for this path, without a query. One that ends in `*` stands for all that begin so.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Only for requests that are not for a stream.
    pub fn rest(mut self) -> Self {
        self.kin = Kin::Rest;
        self
    }

    /// Only for streams.
    pub fn streams(mut self) -> Self {
        self.kin = Kin::Streams;
        self
    }

    /// Only for streams over WebSocket.
    pub fn websocket(mut self) -> Self {
        self.kin = Kin::WebSocket;
        self
    }

    /// Only for streams of server-sent events.
    pub fn sse(mut self) -> Self {
        self.kin = Kin::Sse;
        self
    }

    /// For so many requests.
    pub fn times(mut self, times: u64) -> Self {
        self.left = Some(times);
        self
    }

    /// For all requests, until it is cleared.
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    /// For each request with this probability, from 0 to 1, until it is cleared. The same seed makes the same choices.
    pub fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        self.chance = Some((probability, fastrand::Rng::with_seed(seed)));
        self.always()
    }

    /// What the request asks for is done nonetheless; only its answer is lost.
    pub fn after_doing(mut self) -> Self {
        self.does_first = true;
        self
    }

    /// One more header of the answer, in the place of the right one.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    fn fits(&self, parts: &request::Parts) -> bool {
        let path = parts.uri.path();
        let fits_path = |wanted: &str| match wanted.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == wanted,
        };
        let is_stream = streaming::is_stream(parts);
        let is_websocket = parts.headers.contains_key(header::UPGRADE);
        let fits_kin = match self.kin {
            Kin::Any => true,
            Kin::Rest => !is_stream,
            Kin::Streams => is_stream,
            Kin::WebSocket => is_stream && is_websocket,
            Kin::Sse => is_stream && !is_websocket,
        };
        self.left != Some(0)
            && fits_kin
            && self
                .method
                .as_ref()
                .is_none_or(|wanted| *wanted == parts.method)
            && self.path.as_deref().is_none_or(fits_path)
    }

    /// Whether it happens to a request that it fits.
    fn strikes(&mut self) -> bool {
        if let Some((probability, random)) = &mut self.chance
            && random.f64() >= *probability
        {
            return false;
        }
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        true
    }
}

/// A fault that was injected into a [`FakeInstance`].
#[derive(Clone)]
pub struct Injected {
    shared: std::sync::Arc<super::Shared>,
    number: u64,
    hits: watch::Receiver<u64>,
    release: watch::Sender<bool>,
}

impl Injected {
    /// How many requests it has met.
    #[must_use]
    pub fn hits(&self) -> u64 {
        *self.hits.borrow()
    }

    /// Lets go of the answers that [`Fault::held`] holds, those to come too.
    pub fn release(&self) {
        self.release.send_replace(true);
    }

    /// Ends it. An answer that is held already stays so until [`release`](Self::release).
    pub fn clear(&self) {
        self.shared.fake().faults.clear(self.number);
    }
}

impl fmt::Debug for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Injected")
            .field("hits", &self.hits())
            .finish_non_exhaustive()
    }
}

impl FakeInstance {
    /// Lets something go wrong.
    pub fn inject(&self, fault: Fault) -> Injected {
        let (release, held) = watch::channel(false);
        let (met, hits) = watch::channel(0);
        let mut fake = self.fake();
        let number = fake.next_id();
        fake.faults.0.push(Waiting {
            number,
            fault,
            held,
            met,
        });
        Injected {
            shared: self.shared.clone(),
            number,
            hits,
            release,
        }
    }

    /// Ends all faults that were injected.
    pub fn clear_faults(&self) {
        self.fake().faults.0.clear();
    }

    /// Answers the next request of any kind with this JSON, and does nothing else for it: [`Fault::answer`].
    ///
    /// Calls add up: the first answers the first request, the second the second one.
    pub fn next_answer(&self, status: StatusCode, body: impl Into<Bytes>) {
        self.inject(Fault::answer(status, body));
    }

    /// Answers the next request for this path with this JSON, and does nothing else for it: [`Fault::answer`].
    pub fn next_answer_to(&self, path: &str, status: StatusCode, body: impl Into<Bytes>) {
        self.inject(Fault::answer(status, body).path(path));
    }
}

/// The faults that wait for their requests.
#[derive(Default)]
pub(super) struct Faults(Vec<Waiting>);

struct Waiting {
    number: u64,
    fault: Fault,
    held: watch::Receiver<bool>,
    met: watch::Sender<u64>,
}

impl Faults {
    /// What happens to this request, and what says when it may go on if it is held.
    pub(super) fn strike(
        &mut self,
        parts: &request::Parts,
    ) -> Option<(Fault, watch::Receiver<bool>)> {
        let waiting = self.0.iter_mut().find_map(|waiting| {
            let strikes = waiting.fault.fits(parts) && waiting.fault.strikes();
            strikes.then_some(waiting)
        })?;
        waiting.met.send_modify(|met| *met += 1);
        let struck = (waiting.fault.clone(), waiting.held.clone());
        self.0.retain(|waiting| waiting.fault.left != Some(0));
        Some(struck)
    }

    fn clear(&mut self, number: u64) {
        self.0.retain(|waiting| waiting.number != number);
    }
}
