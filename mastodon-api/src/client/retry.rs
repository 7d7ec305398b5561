//! Trying again.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use bytes::Bytes;
use chrono::Utc;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use tokio::time::{Instant, sleep};

use super::rate_limit::Room;
use crate::Client;
use crate::error::{Error, Retry, is_transient};

/// How often a call is tried, and for how long. See [`waiting`](crate::waiting).
///
/// ```
/// use mastodon_api::{Client, waiting::RetryPolicy};
/// use std::time::Duration;
///
/// let patient = RetryPolicy::default().tries(10).total_time(Duration::from_secs(600));
/// let client = Client::builder("https://mastodon.example").retry(patient).build()?;
/// # Ok::<(), mastodon_api::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    tries: u32,
    first_wait: Duration,
    longest_wait: Duration,
    total_time: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            tries: 4,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            total_time: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// Each call is sent once.
    #[must_use]
    pub fn never() -> Self {
        Self::default().tries(1)
    }

    /// How often a call is sent at most: 4 times if nothing is said.
    #[must_use]
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// The first pause, and the longest: half a second, doubled each time, up to 30 seconds if nothing is said.
    ///
    /// Up to as much again is added at random, so that many clients do not come back at the same moment. A server that
    /// says how long to wait is not asked earlier.
    #[must_use]
    pub fn waits(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest;
        self
    }

    /// How long after the beginning of the call a try may still begin: two minutes if nothing is said. The time that a
    /// call waits for its turn by the [`RateLimiter`](super::rate_limit::RateLimiter) is not counted.
    #[must_use]
    pub fn total_time(mut self, time: Duration) -> Self {
        self.total_time = time;
        self
    }

    fn waits_between(&self) -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .with_max_times(self.tries.saturating_sub(1) as usize)
            .build()
    }
}

pub(super) static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A key that nobody else has: some servers keep those of all accounts in one place.
pub(super) fn idempotency_key() -> String {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        fastrand::fill(&mut bytes);
    }
    format!("{:032x}", u128::from_ne_bytes(bytes))
}

impl Client {
    /// The same client, which tries each call once.
    pub(super) fn once_each(&self) -> Self {
        Self {
            retry: RetryPolicy::never(),
            ..self.clone()
        }
    }

    /// Sends a request when the server has room for it, and again where that is safe. `name` is what the log shows:
    /// the path may be nobody's business.
    pub(super) async fn send_patiently(
        &self,
        name: &str,
        mut request: Request<Bytes>,
    ) -> Result<Response<Bytes>, Error> {
        if is_new_status(&request) && !request.headers().contains_key(&IDEMPOTENCY_KEY) {
            set_new_key(&mut request);
        }
        self.patiently(name, request, &self.retry, |request| self.exchange(request))
            .await
    }

    /// The same for a request with a body of its own: `attempt` is given what stands before the body, and sends both.
    pub(super) async fn patiently<T>(
        &self,
        name: &str,
        mut request: Request<Bytes>,
        policy: &RetryPolicy,
        mut attempt: impl FnMut(Request<Bytes>) -> T,
    ) -> Result<Response<Bytes>, Error>
    where
        T: Future<Output = Result<Response<Bytes>, Error>>,
    {
        let mut waits = policy.waits_between();
        let mut began = Instant::now();
        let patience = began
            .checked_add(self.limiter.max_wait())
            .unwrap_or_else(|| began + ENDLESS);
        loop {
            began += self.limiter.pass(&request, patience).await?;
            let answer = attempt(request.clone()).await;
            if let Ok(response) = &answer {
                self.limiter.learn(&request, response);
            }
            let (Some(again), Some(pause)) = (again(&request, &answer), waits.next()) else {
                return answer;
            };
            let pause = match self.limiter.room(&request, patience) {
                // It will be waited for before the next try, in order.
                Room::Later if again.limited => Duration::ZERO,
                Room::TooLate if again.limited => return answer,
                _ => pause.max(again.not_before),
            };
            if began.elapsed().saturating_add(pause) > policy.total_time {
                return answer;
            }
            if again.with_new_key {
                set_new_key(&mut request);
            }
            tracing::debug!(
                method = %request.method(),
                path = name,
                why = why(&answer),
                pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                "trying again"
            );
            sleep(pause).await;
        }
    }
}

/// Longer than any program runs.
const ENDLESS: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

struct Again {
    not_before: Duration,
    limited: bool,
    with_new_key: bool,
}

/// Whether it is safe and of use to send it again.
fn again(request: &Request<Bytes>, answer: &Result<Response<Bytes>, Error>) -> Option<Again> {
    let repeatable =
        request.method().is_idempotent() || request.headers().contains_key(&IDEMPOTENCY_KEY);
    match answer {
        Ok(response) => {
            let (status, headers) = (response.status(), response.headers());
            let limited = status == StatusCode::TOO_MANY_REQUESTS;
            let told = Retry::from_headers(headers).map(|retry| retry.wait(Utc::now()));
            let nothing_done =
                limited || (status == StatusCode::SERVICE_UNAVAILABLE && told.is_some());
            let remembered = is_remembered(headers);
            let sensible = is_transient(status)
                && (nothing_done || repeatable)
                && (nothing_done || !remembered);
            sensible.then(|| Again {
                not_before: told.unwrap_or_default(),
                limited,
                with_new_key: remembered,
            })
        }
        Err(Error::NotReached(missing)) => {
            let reason = missing.reason;
            let sensible = reason.is_transient() && (repeatable || reason.is_before_sending());
            sensible.then_some(Again {
                not_before: Duration::ZERO,
                limited: false,
                with_new_key: false,
            })
        }
        Err(_) => None,
    }
}

/// Whether the server keeps this answer for the key, as Pleroma and Akkoma do: the same key would give the same answer.
fn is_remembered(headers: &HeaderMap) -> bool {
    headers.contains_key(&IDEMPOTENCY_KEY) && headers.contains_key("x-original-request-id")
}

fn is_new_status(request: &Request<Bytes>) -> bool {
    request.method() == Method::POST && request.uri().path() == "/api/v1/statuses"
}

fn set_new_key(request: &mut Request<Bytes>) {
    if let Ok(key) = HeaderValue::try_from(idempotency_key()) {
        request.headers_mut().insert(IDEMPOTENCY_KEY.clone(), key);
    }
}

fn why(answer: &Result<Response<Bytes>, Error>) -> String {
    match answer {
        Ok(response) => response.status().to_string(),
        Err(error) => error.report().to_string(),
    }
}
