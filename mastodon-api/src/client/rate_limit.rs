//! Asking no more than the server allows.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::Utc;
use http::{Method, Request, Response, StatusCode, Uri};
use tokio::time::{self, sleep};
use url::form_urlencoded;

use crate::error::{Error, RateLimit, RateLimited, Retry};

/// What becomes of a call when the server would refuse it for being one too many.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OnLimit {
    /// It waits until the server takes it, as long as [`RateLimiter::max_wait`].
    #[default]
    Wait,
    /// The same, and calls keep a distance that makes what is left last until there is more.
    Pace,
    /// It fails at once with [`Error::RateLimited`].
    Fail,
}

/// What the server still takes of one account, shared by all clones of a [`Client`](crate::Client).
///
/// See [`waiting`](crate::waiting). Clients of the same account can share one:
///
/// ```
/// use mastodon_api::{Client, waiting::{OnLimit, RateLimiter}};
///
/// let limiter = RateLimiter::new(OnLimit::Pace);
/// let one = Client::new("https://mastodon.example")?.with_token("…").with_rate_limiter(limiter.clone());
/// let other = Client::new("https://mastodon.example")?.with_token("…").with_rate_limiter(limiter);
/// # Ok::<(), mastodon_api::Error>(())
/// ```
#[derive(Clone)]
pub struct RateLimiter(Arc<Shared>);

struct Shared {
    on_limit: OnLimit,
    max_wait: Duration,
    windows: Mutex<[Window; BUCKETS]>,
    /// Who waits for a bucket holds its turn; the others stand behind in the order in which they came.
    turns: [tokio::sync::Mutex<()>; BUCKETS],
}

/// How long a call waits if nothing is said: longer than the quarter of an hour that Mastodon counts pages in.
const MAX_WAIT: Duration = Duration::from_secs(16 * 60);

impl Default for RateLimiter {
    fn default() -> Self {
        Self::new(OnLimit::default())
    }
}

impl RateLimiter {
    /// One that knows nothing yet.
    #[must_use]
    pub fn new(on_limit: OnLimit) -> Self {
        Self::with(on_limit, MAX_WAIT)
    }

    /// How long a call may wait for its turn in all: 16 minutes if nothing is said. A call that would have to wait
    /// longer fails at once. What the limiter knew is forgotten.
    #[must_use]
    pub fn with_max_wait(self, wait: Duration) -> Self {
        Self::with(self.0.on_limit, wait)
    }

    /// How long a call may wait for its turn in all.
    #[must_use]
    pub fn max_wait(&self) -> Duration {
        self.0.max_wait
    }

    /// Another one with the same choices.
    pub(super) fn fresh(&self) -> Self {
        Self::with(self.0.on_limit, self.0.max_wait)
    }

    fn with(on_limit: OnLimit, max_wait: Duration) -> Self {
        Self(Arc::new(Shared {
            on_limit,
            max_wait,
            windows: Mutex::default(),
            turns: Default::default(),
        }))
    }

    /// Waits until the server takes the request, and counts it. Gives how long that was.
    ///
    /// # Errors
    ///
    /// When that is later than `patience`, or nothing may be waited for.
    pub(super) async fn pass(
        &self,
        request: &Request<Bytes>,
        patience: time::Instant,
    ) -> Result<Duration, Error> {
        let began = time::Instant::now();
        let buckets = Bucket::all_of(request.method(), request.uri());
        let mut turns = Vec::new();
        for bucket in buckets.into_iter().flatten() {
            let Some(turn) = self.0.turns.get(bucket as usize) else {
                continue;
            };
            match time::timeout_at(patience, turn.lock()).await {
                Ok(turn) => turns.push(turn),
                Err(_) => return Err(limited(bucket, self.wait(bucket))),
            }
            loop {
                let wait = self.wait(bucket);
                if wait.is_zero() {
                    break;
                }
                if self.is_too_long(wait, patience) {
                    return Err(limited(bucket, wait));
                }
                tracing::debug!(%bucket, wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX), "waiting");
                // Many programs wait for the same moment.
                let more = (wait / 20).min(Duration::from_secs(1));
                sleep(wait + more.mul_f64(fastrand::f64())).await;
            }
        }
        let (now, pace) = (now(), self.0.on_limit == OnLimit::Pace);
        let mut windows = self.windows();
        for bucket in buckets.into_iter().flatten() {
            if let Some(window) = windows.get_mut(bucket as usize) {
                window.take(now, pace);
            }
        }
        Ok(began.elapsed())
    }

    /// Takes in what an answer says.
    pub(super) fn learn(&self, request: &Request<Bytes>, response: &Response<Bytes>) {
        let refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
        let rate = RateLimit::from_headers(response.headers());
        let clock = Utc::now();
        let told = refused
            .then(|| Retry::from_headers(response.headers()))
            .flatten()
            .map(|retry| retry.wait(clock));
        let Some(wait) = told.or_else(|| rate.wait(clock)) else {
            return;
        };
        let remaining = match rate.remaining {
            _ if refused => 0,
            Some(remaining) => remaining,
            None => return,
        };
        let now = now();
        let mut windows = self.windows();
        let buckets = Bucket::all_of(request.method(), request.uri());
        for bucket in Bucket::meant(buckets, rate.limit, wait)
            .into_iter()
            .flatten()
        {
            // What a server says is believed as far as it makes sense.
            let longest = match told {
                Some(_) => bucket.period().max(MAX_TOLD),
                None => bucket.period() + SLACK,
            };
            if let Some(window) = windows.get_mut(bucket as usize) {
                window.learn(remaining, now + wait.min(longest));
            }
        }
    }

    /// Whether the request could go now, would have to wait, or would have to wait too long.
    pub(super) fn room(&self, request: &Request<Bytes>, patience: time::Instant) -> Room {
        let buckets = Bucket::all_of(request.method(), request.uri());
        let waits = buckets
            .into_iter()
            .flatten()
            .map(|bucket| self.wait(bucket));
        match waits.max().unwrap_or_default() {
            // It is this limiter's business to fail or to wait, whatever the server did not say.
            _ if self.0.on_limit == OnLimit::Fail => Room::TooLate,
            Duration::ZERO => Room::Now,
            wait if self.is_too_long(wait, patience) => Room::TooLate,
            _ => Room::Later,
        }
    }

    fn wait(&self, bucket: Bucket) -> Duration {
        let mut windows = self.windows();
        let Some(window) = windows.get_mut(bucket as usize) else {
            return Duration::ZERO;
        };
        match self.0.on_limit {
            OnLimit::Fail => window.wait_until_open(now()),
            OnLimit::Wait | OnLimit::Pace => window.wait(now()),
        }
    }

    fn is_too_long(&self, wait: Duration, patience: time::Instant) -> bool {
        self.0.on_limit == OnLimit::Fail || time::Instant::now() + wait > patience
    }

    fn windows(&self) -> MutexGuard<'_, [Window; BUCKETS]> {
        self.0
            .windows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter")
            .field("on_limit", &self.0.on_limit)
            .field("max_wait", &self.0.max_wait)
            .finish_non_exhaustive()
    }
}

/// When a request could go.
pub(super) enum Room {
    Now,
    Later,
    TooLate,
}

fn limited(bucket: Bucket, wait: Duration) -> Error {
    Error::RateLimited(RateLimited::new(bucket, Utc::now(), wait))
}

/// The clock of the runtime, which tests may move.
fn now() -> Instant {
    time::Instant::now().into_std()
}

/// How far the clocks of the two may be apart where the server says no time of its own, and what is cut from it.
const SLACK: Duration = Duration::from_secs(5);
/// A server that says in so many words when to come back is believed for an hour, where its limit is no longer.
const MAX_TOLD: Duration = Duration::from_secs(60 * 60);
/// The distance between calls after a bucket ran empty.
const STEP: Duration = Duration::from_millis(100);

/// Calls that a server counts together.
///
/// Which these are and how many it takes is each administrator's own; the numbers here are what Mastodon comes with.
/// They only help to tell which bucket an answer speaks of: what is left is what the server says.
///
/// [Mastodon documentation](https://docs.joinmastodon.org/api/rate-limits/)
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Bucket {
    /// Everything: 300 in 5 minutes.
    Requests,
    /// Pages after the first one: 300 in 15 minutes.
    Paging,
    /// Statuses posted and changed, and reblogs: 300 in 3 hours.
    Posts,
    /// Statuses deleted, and reblogs taken back: 30 in 30 minutes.
    Deletes,
    /// Uploads: 30 in 30 minutes.
    Media,
    /// Accounts and hashtags followed: 400 in 24 hours.
    Follows,
    /// Reports: 400 in 24 hours.
    Reports,
    /// Accounts made: 5 in 30 minutes.
    SignUps,
    /// Applications registered: 5 in 10 minutes.
    Apps,
    /// Confirmations sent by e-mail: 5 in 30 minutes.
    Confirmations,
}

const BUCKETS: usize = Bucket::Confirmations as usize + 1;

/// A bucket of its own, if the call has one, and the one for everything.
type Two = [Option<Bucket>; 2];

impl Bucket {
    /// What a call is counted in, the smaller bucket first. Only the API itself is counted.
    fn all_of(method: &Method, uri: &Uri) -> Two {
        let mut segments = uri.path().trim_start_matches('/').split('/');
        if segments.next() != Some("api") {
            return [None, None];
        }
        let rest: Vec<&str> = segments.skip(1).take(4).collect();
        let own = match (method.as_str(), &*rest) {
            ("GET", _) if is_paging(uri) => Some(Self::Paging),
            ("POST", ["statuses"] | ["statuses", _, "reblog"]) | ("PUT", ["statuses", _]) => {
                Some(Self::Posts)
            }
            ("DELETE", ["statuses", _]) | ("POST", ["statuses", _, "unreblog"]) => {
                Some(Self::Deletes)
            }
            ("POST", ["media"]) => Some(Self::Media),
            ("POST", ["accounts" | "tags", _, "follow"]) => Some(Self::Follows),
            ("POST", ["reports"]) => Some(Self::Reports),
            ("POST", ["accounts"]) => Some(Self::SignUps),
            ("POST", ["apps"]) => Some(Self::Apps),
            ("POST", ["emails", "confirmations"]) => Some(Self::Confirmations),
            _ => None,
        };
        [own, Some(Self::Requests)]
    }

    /// Which of the buckets of a call an answer speaks of. The server says only how large it is and when it is full
    /// again; where both would fit, both are meant, which is too careful for a while and never too bold.
    fn meant(buckets: Two, limit: Option<u64>, wait: Duration) -> Two {
        let [Some(own), Some(all)] = buckets else {
            return buckets;
        };
        let fits = |bucket: Self| limit == Some(bucket.limit()) && bucket.can_last(wait);
        match (fits(own), fits(all)) {
            (true, true) => buckets,
            (true, false) => [Some(own), None],
            (false, true) => [None, Some(all)],
            (false, false) if limit.is_none() || !all.can_last(wait) => [Some(own), None],
            (false, false) => [None, Some(all)],
        }
    }

    fn can_last(self, wait: Duration) -> bool {
        wait <= self.period() + SLACK
    }

    fn limit(self) -> u64 {
        self.published().0
    }

    fn period(self) -> Duration {
        Duration::from_secs(60 * self.published().1)
    }

    /// Calls, and minutes.
    fn published(self) -> (u64, u64) {
        match self {
            Self::Requests => (300, 5),
            Self::Paging => (300, 15),
            Self::Posts => (300, 3 * 60),
            Self::Deletes | Self::Media => (30, 30),
            Self::Follows | Self::Reports => (400, 24 * 60),
            Self::SignUps | Self::Confirmations => (5, 30),
            Self::Apps => (5, 10),
        }
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "requests",
            Self::Paging => "requests for older or newer pages",
            Self::Posts => "posts",
            Self::Deletes => "deletions",
            Self::Media => "uploads",
            Self::Follows => "follows",
            Self::Reports => "reports",
            Self::SignUps => "new accounts",
            Self::Apps => "new applications",
            Self::Confirmations => "confirmations",
        })
    }
}

fn is_paging(uri: &Uri) -> bool {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .any(|(name, _)| matches!(&*name, "page" | "min_id" | "max_id" | "since_id"))
}

/// What is left of one bucket.
#[derive(Debug, Default)]
struct Window {
    /// How much the server still takes until when.
    left: Option<(u64, Instant)>,
    /// No call before this.
    next: Option<Instant>,
    /// In the period before, nothing was left at the end: many may have waited for this one.
    ran_dry: bool,
}

impl Window {
    fn wait(&mut self, now: Instant) -> Duration {
        let step = self.next.map(|next| next.saturating_duration_since(now));
        self.wait_until_open(now).max(step.unwrap_or_default())
    }

    fn wait_until_open(&mut self, now: Instant) -> Duration {
        match self.left {
            Some((remaining, reset)) if reset <= now => {
                self.left = None;
                self.ran_dry = remaining == 0;
                Duration::ZERO
            }
            Some((0, reset)) => reset.saturating_duration_since(now),
            _ => Duration::ZERO,
        }
    }

    fn take(&mut self, now: Instant, pace: bool) {
        if let Some((remaining, _)) = &mut self.left {
            *remaining = remaining.saturating_sub(1);
        }
        let step = match self.left {
            Some((remaining, reset)) if pace => {
                let calls = u32::try_from(remaining).unwrap_or(u32::MAX);
                reset.saturating_duration_since(now) / calls.saturating_add(1)
            }
            _ if self.ran_dry => STEP,
            _ => Duration::ZERO,
        };
        self.next = Some(now + step);
    }

    fn learn(&mut self, told: u64, reset: Instant) {
        let same = |known: Instant| {
            known.saturating_duration_since(reset) <= SLACK
                && reset.saturating_duration_since(known) <= SLACK
        };
        // Answers overtake each other: in one period what is left only becomes less.
        self.left = Some(match self.left {
            Some((known, until)) if same(until) => (known.min(told), until.max(reset)),
            _ => (told, reset),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(method: &str, uri: &str) -> Option<Option<Bucket>> {
        let [own, all] = Bucket::all_of(&method.parse().unwrap(), &uri.parse().unwrap());
        all.map(|_| own)
    }

    #[test]
    fn a_call_is_counted_where_mastodon_counts_it() {
        for (method, uri, bucket) in [
            ("GET", "/api/v1/timelines/home?limit=5", None),
            (
                "GET",
                "/api/v1/timelines/home?max_id=5",
                Some(Bucket::Paging),
            ),
            ("POST", "/api/v1/statuses", Some(Bucket::Posts)),
            ("PUT", "/api/v1/statuses/1", Some(Bucket::Posts)),
            ("POST", "/api/v1/statuses/1/reblog", Some(Bucket::Posts)),
            ("POST", "/api/v1/statuses/1/unreblog", Some(Bucket::Deletes)),
            ("DELETE", "/api/v1/statuses/1", Some(Bucket::Deletes)),
            ("POST", "/api/v2/media", Some(Bucket::Media)),
            ("POST", "/api/v1/tags/rust/follow", Some(Bucket::Follows)),
            ("POST", "/api/v1/accounts", Some(Bucket::SignUps)),
            ("POST", "/api/v1/statuses/1/favourite", None),
        ] {
            assert_eq!(own(method, uri), Some(bucket), "{method} {uri}");
        }
        assert_eq!(own("POST", "/oauth/token"), None);
    }

    #[test]
    fn an_answer_speaks_of_the_bucket_that_fits() {
        let deletes = [Some(Bucket::Deletes), Some(Bucket::Requests)];
        let minutes = |count: u64| Duration::from_secs(60 * count);
        let meant = |limit, wait| Bucket::meant(deletes, limit, wait);
        assert_eq!(meant(Some(30), minutes(2)), [Some(Bucket::Deletes), None]);
        assert_eq!(meant(Some(300), minutes(2)), [None, Some(Bucket::Requests)]);
        assert_eq!(meant(Some(7), minutes(2)), [None, Some(Bucket::Requests)]);
        assert_eq!(meant(Some(7), minutes(9)), [Some(Bucket::Deletes), None]);
        let paging = [Some(Bucket::Paging), Some(Bucket::Requests)];
        assert_eq!(Bucket::meant(paging, Some(300), minutes(2)), paging);
    }

    #[test]
    fn an_empty_window_opens_when_it_is_full_again_and_not_for_all_at_once() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        let mut window = Window::default();
        window.learn(1, now + 10 * second);
        assert_eq!(window.wait(now), Duration::ZERO);
        window.take(now, false);
        assert_eq!(window.wait(now + second), 9 * second);
        let open = now + 10 * second;
        assert_eq!(window.wait(open), Duration::ZERO);
        window.take(open, false);
        assert_eq!(window.wait(open), STEP);
        window.learn(5, open + 300 * second);
        window.learn(9, open + 301 * second);
        assert_eq!(window.left.unwrap().0, 5, "an older answer came late");
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_go_one_after_the_other_as_they_came() {
        let limiter = RateLimiter::default();
        let request = Request::get("https://a.example/api/v1/markers")
            .body(Bytes::new())
            .unwrap();
        let empty = Response::builder()
            .header("x-ratelimit-limit", "300")
            .header("x-ratelimit-remaining", "0")
            .header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
            .header("x-ratelimit-reset", "2026-01-01T00:00:10Z")
            .body(Bytes::new())
            .unwrap();
        limiter.learn(&request, &empty);
        let began = time::Instant::now();
        let passed = Mutex::new(Vec::new());
        let callers = (0..20).map(|caller| {
            let (limiter, request, passed) = (&limiter, &request, &passed);
            async move {
                let patience = began + limiter.max_wait();
                limiter.pass(request, patience).await.unwrap();
                passed.lock().unwrap().push((caller, began.elapsed()));
            }
        });
        futures_util::future::join_all(callers).await;
        let passed = passed.into_inner().unwrap();
        assert!(passed.iter().map(|(caller, _)| *caller).eq(0..20));
        assert!(passed[0].1 >= Duration::from_secs(10));
        assert!(passed.windows(2).all(|two| two[1].1 - two[0].1 >= STEP));
    }

    #[test]
    fn a_paced_window_lasts_to_its_end() {
        let mut now = Instant::now();
        let mut window = Window::default();
        window.learn(10, now + Duration::from_secs(100));
        let end = now + Duration::from_secs(100);
        for _ in 0..10 {
            now += window.wait(now);
            window.take(now, true);
        }
        assert!(now <= end && end - now <= Duration::from_secs(20));
    }
}
