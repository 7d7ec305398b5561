//! How often a token may do something.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header, request};

use super::FakeInstance;

/// What a [rate limit](https://docs.joinmastodon.org/api/rate-limits/) counts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Limited {
    /// All requests to the API, without those for streams: with Mastodon 300 in 5 minutes.
    Requests,
    /// Uploads of media: with Mastodon 30 in 30 minutes.
    Uploads,
    /// Deleted statuses and boosts that are taken back: with Mastodon 30 in 30 minutes.
    Deletions,
}

impl FakeInstance {
    /// From here on each token may do this so often within this time; all requests without a token count as one. The
    /// time begins with the first request, by the clock.
    ///
    /// The answers say what is left in `X-RateLimit-Limit`, `-Remaining` and `-Reset`, of the limit that is closest.
    /// What is above it is answered with 429. Without this call nothing is counted.
    pub fn limit(&self, what: Limited, limit: u64, period: Duration) {
        let period = TimeDelta::from_std(period).unwrap_or(TimeDelta::MAX / 2);
        let mut fake = self.fake();
        fake.rate_limits
            .windows
            .retain(|(counted, _), _| *counted != what);
        fake.rate_limits.limits.insert(what, (limit, period));
    }

    /// Takes all limits back.
    pub fn clear_limits(&self) {
        self.fake().rate_limits = RateLimits::default();
    }
}

#[derive(Default)]
pub(super) struct RateLimits {
    limits: HashMap<Limited, (u64, TimeDelta)>,
    /// By what is counted and for whom.
    windows: HashMap<(Limited, HeaderValue), Window>,
}

struct Window {
    count: u64,
    reset: DateTime<Utc>,
}

impl RateLimits {
    /// Counts a request; how the closest of its limits stands then.
    pub(super) fn count(&mut self, parts: &request::Parts, now: DateTime<Utc>) -> Option<Standing> {
        let nobody = HeaderValue::from_static("");
        let who = parts.headers.get(header::AUTHORIZATION).unwrap_or(&nobody);
        let mut closest: Option<Standing> = None;
        for (what, (limit, period)) in &self.limits {
            if !what.counts(parts) {
                continue;
            }
            let begin = || Window {
                count: 0,
                reset: now + *period,
            };
            let window = self.windows.entry((*what, who.clone()));
            let window = window.or_insert_with(begin);
            if window.reset <= now {
                *window = begin();
            }
            window.count += 1;
            let standing = Standing {
                limit: *limit,
                remaining: limit.checked_sub(window.count),
                reset: window.reset,
            };
            if closest
                .as_ref()
                .is_none_or(|other| standing.remaining < other.remaining)
            {
                closest = Some(standing);
            }
        }
        closest
    }
}

impl Limited {
    fn counts(self, parts: &request::Parts) -> bool {
        let path: Vec<_> = parts.uri.path().trim_matches('/').split('/').collect();
        match (self, path.as_slice()) {
            (Self::Requests, ["api", ..]) => true,
            (Self::Uploads, ["api", "v1" | "v2", "media"]) => parts.method == Method::POST,
            (Self::Deletions, ["api", "v1", "statuses", _]) => parts.method == Method::DELETE,
            (Self::Deletions, ["api", "v1", "statuses", _, "unreblog"]) => {
                parts.method == Method::POST
            }
            _ => false,
        }
    }
}

/// How a limit stands.
pub(super) struct Standing {
    limit: u64,
    /// `None` if this request was too many.
    remaining: Option<u64>,
    reset: DateTime<Utc>,
}

impl Standing {
    pub(super) fn is_exceeded(&self) -> bool {
        self.remaining.is_none()
    }

    pub(super) fn write(&self, headers: &mut HeaderMap) {
        let reset = self.reset.to_rfc3339_opts(SecondsFormat::Micros, true);
        for (name, value) in [
            ("x-ratelimit-limit", self.limit.to_string()),
            (
                "x-ratelimit-remaining",
                self.remaining.unwrap_or(0).to_string(),
            ),
            ("x-ratelimit-reset", reset),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}
