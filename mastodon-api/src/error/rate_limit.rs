use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::{DATE, HeaderMap, RETRY_AFTER};

/// No server is waited for longer than this, whatever it says.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How much may still be asked, as far as the server says.
///
/// Mastodon reports the one of its limits that is nearest to its end, and does not say which one that is.
///
/// [Mastodon documentation](https://docs.joinmastodon.org/api/rate-limits/)
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests in one period.
    pub limit: Option<u64>,
    /// Requests that are left in this period.
    pub remaining: Option<u64>,
    /// When the period ends, by the server's clock. [`wait`](Self::wait) is how long that is.
    pub reset: Option<DateTime<Utc>>,
    /// The server's clock when it said so.
    date: Option<DateTime<Utc>>,
    /// Some servers say how long the period lasts and not when it ends.
    reset_in: Option<Duration>,
}

impl RateLimit {
    /// What the headers of an answer say: `X-RateLimit-Limit`, `-Remaining` and `-Reset`, with `X-` or without. What
    /// cannot be read is none.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name, plain| text(headers, name).or_else(|| text(headers, plain));
        let date = date(headers);
        let reset = text("x-ratelimit-reset", "ratelimit-reset").and_then(Moment::read);
        Self {
            limit: text("x-ratelimit-limit", "ratelimit-limit").and_then(|text| text.parse().ok()),
            remaining: text("x-ratelimit-remaining", "ratelimit-remaining")
                .and_then(|text| text.parse().ok()),
            reset: match reset {
                Some(Moment::At(time)) => Some(time),
                _ => None,
            },
            date,
            reset_in: match reset {
                Some(Moment::In(wait)) => Some(wait),
                _ => None,
            },
        }
    }

    /// How long it is from `now` until the period ends. Never more than a day, whatever the server says.
    ///
    /// Where the answer has a `Date`, it is measured by the server's clock, from the moment of the answer: a clock of
    /// this computer that is wrong changes nothing.
    #[must_use]
    pub fn wait(&self, now: DateTime<Utc>) -> Option<Duration> {
        let moment = match (self.reset_in, self.reset) {
            (Some(wait), _) => Moment::In(wait),
            (None, Some(time)) => Moment::At(time),
            (None, None) => return None,
        };
        Some(moment.wait(self.date, now))
    }
}

/// When a server wants to be asked again: `Retry-After` (RFC 9110, section 10.2.3), seconds or a date.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    moment: Moment,
    date: Option<DateTime<Utc>>,
}

impl Retry {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        Some(Self {
            moment: Moment::read(text(headers, RETRY_AFTER.as_str())?)?,
            date: date(headers),
        })
    }

    pub(crate) fn wait(&self, now: DateTime<Utc>) -> Duration {
        self.moment.wait(self.date, now)
    }
}

#[derive(Clone, Copy, Debug)]
enum Moment {
    In(Duration),
    At(DateTime<Utc>),
}

impl Moment {
    /// As servers write it in headers: ISO 8601 (Mastodon), seconds or milliseconds since 1970, seconds from now, or
    /// an HTTP date.
    fn read(text: &str) -> Option<Self> {
        // No form is longer, and a date parser is not to be fed with anything.
        if text.len() > 64 {
            return None;
        }
        if let Ok(number) = text.parse::<i64>() {
            return Self::from_number(number);
        }
        DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_rfc2822(text))
            .ok()
            .map(|time| Self::At(time.to_utc()))
    }

    /// A small number is no time since 1970 that a server could mean, a large one is in milliseconds.
    fn from_number(number: i64) -> Option<Self> {
        const THREE_YEARS: i64 = 100_000_000;
        if number < THREE_YEARS {
            let seconds = u64::try_from(number).unwrap_or_default();
            return Some(Self::In(Duration::from_secs(seconds)));
        }
        if number < 1000 * THREE_YEARS {
            DateTime::from_timestamp(number, 0).map(Self::At)
        } else {
            DateTime::from_timestamp_millis(number).map(Self::At)
        }
    }

    fn wait(self, date: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
        let wait = match self {
            Self::In(wait) => wait,
            Self::At(time) => (time - date.unwrap_or(now)).to_std().unwrap_or_default(),
        };
        wait.min(MAX_WAIT)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = text(headers, DATE.as_str()).filter(|text| text.len() <= 64)?;
    Some(DateTime::parse_from_rfc2822(text).ok()?.to_utc())
}
