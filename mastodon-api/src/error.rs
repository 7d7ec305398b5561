//! What can go wrong, by whose fault.
//!
//! | | whose fault | what to do |
//! | --- | --- | --- |
//! | [`Error::Refused`] | nobody's or yours: the server understood and said no | read its message, ask the `is_…` questions |
//! | [`Error::NotUnderstood`] | the server's, or that of a proxy before it | look at the body that is kept |
//! | [`Error::NotReached`] | the network's | try again later; [`NotReachedReason`] says what to check |
//! | [`Error::RateLimited`] | nobody's: it was not sent, so as not to be refused | wait as long as it says |
//! | [`Error::InvalidRequest`] | the caller's | correct the call |
//!
//! `Display` says one level; the cause is in `source()`, and [`Error::report`] is all of it in one line.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::StatusCode;

pub use media::{
    InvalidFile, InvalidFileReason, LimitRule, MediaNotReady, MediaNotReadyReason, OverLimit,
};
#[cfg(feature = "client")]
pub use not_reached::RateLimited;
pub use not_reached::{NotReached, NotReachedReason};
pub use not_understood::{NotUnderstood, NotUnderstoodReason};
pub use rate_limit::RateLimit;
#[cfg(feature = "client")]
pub(crate) use rate_limit::Retry;
pub use refused::{Detail, DetailCode, Refused};

mod media;
mod not_reached;
mod not_understood;
mod rate_limit;
mod refused;

type Source = Box<dyn StdError + Send + Sync>;

/// Why a call has no value to give, by whose fault.
///
/// Neither `Display` nor `Debug` shows a token, a secret or the body of an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server understood and refused.
    #[error("the server refused: {0}")]
    Refused(Box<Refused>),
    /// The server answered something that is not what its documentation says.
    #[error("the server's answer cannot be understood")]
    NotUnderstood(#[source] Box<NotUnderstood>),
    /// There is no answer.
    #[error("there is no answer from the server")]
    NotReached(#[source] NotReached),
    /// It was not sent: the server would refuse it, and the wait is longer than the client may wait.
    #[cfg(feature = "client")]
    #[error(transparent)]
    RateLimited(RateLimited),
    /// The call cannot be sent as it is.
    #[error("the request cannot be sent")]
    InvalidRequest(#[from] InvalidRequest),
    /// The server took a file, and it cannot be attached yet or ever.
    #[error("the file is not ready to be attached")]
    MediaNotReady(#[source] Box<MediaNotReady>),
}

impl Error {
    /// The refusal, if it is one.
    #[must_use]
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Refused(refused) => Some(refused),
            _ => None,
        }
    }

    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(refused) => Some(refused.status),
            Self::NotUnderstood(answer) => Some(answer.status),
            Self::MediaNotReady(medium) => medium.source.as_ref()?.status(),
            _ => None,
        }
    }

    /// Whether the token is missing, wrong or revoked (401): log in anew.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.is_refused_with(StatusCode::UNAUTHORIZED)
    }

    /// Whether this is not allowed (403): a scope may be missing ([`Refused::missing_scopes`]), or a permission.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.is_refused_with(StatusCode::FORBIDDEN)
    }

    /// Whether there is no such thing, or none that you may see (404, 410).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.is_refused_with(StatusCode::NOT_FOUND) || self.is_gone()
    }

    /// Whether it was there and will not come back (410).
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.is_refused_with(StatusCode::GONE)
    }

    /// Whether somebody else changed it at the same time (409): read it anew, then try again.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.is_refused_with(StatusCode::CONFLICT)
    }

    /// Whether the server took offence at a value (422): [`Refused::details`] may say at which.
    #[must_use]
    pub fn is_invalid_value(&self) -> bool {
        self.is_refused_with(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// Whether there were too many requests, said by the server (429) or known before:
    /// [`retry_after`](Self::retry_after) says how long to wait.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        match self {
            #[cfg(feature = "client")]
            Self::RateLimited(_) => true,
            _ => self.is_refused_with(StatusCode::TOO_MANY_REQUESTS),
        }
    }

    /// Whether the same may go well a while later, without a change: no connection, too slow, too many requests, a
    /// server or a proxy in trouble.
    ///
    /// It does not say that nothing happened: what was sent and not answered may have been done.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(refused) => is_transient(refused.status),
            Self::NotUnderstood(_) | Self::InvalidRequest(_) => false,
            Self::NotReached(missing) => missing.reason.is_transient(),
            #[cfg(feature = "client")]
            Self::RateLimited(_) => true,
            Self::MediaNotReady(medium) => match &medium.source {
                Some(source) => source.is_transient(),
                None => medium.reason == MediaNotReadyReason::Unfinished,
            },
        }
    }

    /// How long to wait from `now` on, if the server says so. Never more than a day, whatever it says.
    #[must_use]
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        match self {
            Self::Refused(refused) => refused.retry_after(now),
            #[cfg(feature = "client")]
            Self::RateLimited(limited) => Some((limited.until - now).to_std().unwrap_or_default()),
            _ => None,
        }
    }

    /// What went wrong with all its causes, in one line.
    ///
    /// ```
    /// # let base = "https://mastodon.example/@user";
    /// # #[cfg(feature = "client")]
    /// let error = mastodon_api::Client::new(base).unwrap_err();
    /// # #[cfg(feature = "client")]
    /// assert!(error.report().to_string().starts_with("the request cannot be sent: `base` cannot be sent: it is"));
    /// ```
    #[must_use]
    pub fn report(&self) -> impl fmt::Display {
        Report(self)
    }

    /// What the server is known not to allow, if nothing was sent because of that.
    #[must_use]
    pub fn over_limit(&self) -> Option<&OverLimit> {
        self.invalid()?.source.downcast_ref()
    }

    /// What is wrong with a file, if it was not sent because of that.
    #[must_use]
    pub fn invalid_file(&self) -> Option<&InvalidFile> {
        self.invalid()?.source.downcast_ref()
    }

    /// The same without its cause, for another caller; `None` where that would say too little.
    #[cfg(feature = "client")]
    pub(crate) fn told_again(&self) -> Option<Self> {
        match self {
            Self::Refused(refused) => Some(Self::Refused(refused.clone())),
            Self::NotUnderstood(answer) => {
                Some(Self::NotUnderstood(Box::new(answer.without_cause())))
            }
            Self::NotReached(missing) => {
                Some(Self::NotReached(NotReached::new(missing.reason, None)))
            }
            _ => None,
        }
    }

    fn invalid(&self) -> Option<&InvalidRequest> {
        match self {
            Self::InvalidRequest(invalid) => Some(invalid),
            _ => None,
        }
    }

    fn is_refused_with(&self, status: StatusCode) -> bool {
        self.refused()
            .is_some_and(|refused| refused.status == status)
    }
}

/// What a server or a proxy says when it is in trouble, or wants to be asked later. 520 to 527 and 530 are
/// Cloudflare's words for "the server behind me does not answer".
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(
        status.as_u16(),
        408 | 429 | 500 | 502 | 503 | 504 | 520..=527 | 530
    )
}

struct Report<'a>(&'a Error);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Bytes of a body that are kept as evidence.
const MAX_KEPT_BODY: usize = 64 * 1024;
/// Characters of a server's message that are kept.
const MAX_MESSAGE: usize = 1000;

/// Text for a terminal: not endless, on one line, in the order in which it is read.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .take(MAX_MESSAGE)
        .map(|c| if is_printable(c) { c } else { '\u{fffd}' })
        .collect()
}

/// No control characters, no other ends of lines, and none that turn the writing around.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A part of a larger buffer would keep all of it in memory, so it is copied.
fn kept(body: &bytes::Bytes) -> bytes::Bytes {
    match body.get(..MAX_KEPT_BODY) {
        Some(start) => bytes::Bytes::copy_from_slice(start),
        None => body.clone(),
    }
}

/// The title of an HTML page, as text.
fn title(body: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(body.get(..MAX_KEPT_BODY).unwrap_or(body));
    // Only ASCII changes, so positions in one are positions in the other.
    let lower = start.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let from = open + lower.get(open..)?.find('>')? + 1;
    let to = from + lower.get(from..)?.find("</title")?;
    let text = crate::text::Html::from(start.get(from..to)?).to_text();
    let words: Vec<&str> = text.split_whitespace().collect();
    let title: String = printable(&words.join(" ")).chars().take(200).collect();
    Some(title).filter(|title| !title.is_empty())
}

/// Why a call cannot be sent: the caller's mistake.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` cannot be sent")]
#[non_exhaustive]
pub struct InvalidRequest {
    /// The parameter.
    pub name: String,
    #[source]
    source: Source,
}

impl InvalidRequest {
    pub(crate) fn parameter(name: impl Into<String>, source: impl Into<Source>) -> Self {
        Self {
            name: name.into(),
            source: source.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Response;

    use super::rate_limit::MAX_WAIT;
    use super::*;

    fn refused(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap();
        Error::Refused(Box::new(Refused::from_response(
            response,
            &["write:statuses"],
        )))
    }

    fn now() -> DateTime<Utc> {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_time_to_wait_in_all_its_forms() {
        let wait = |headers: &[(&str, &str)]| {
            refused(429, headers, "")
                .retry_after(now())
                .map(|wait| wait.as_secs())
        };
        for reset in [
            "2026-01-01T00:05:00.000000Z",
            "1767225900",
            "1767225900000",
            "300",
        ] {
            assert_eq!(wait(&[("x-ratelimit-reset", reset)]), Some(300), "{reset}");
            assert_eq!(wait(&[("ratelimit-reset", reset)]), Some(300), "{reset}");
        }
        assert_eq!(
            wait(&[("retry-after", "7"), ("x-ratelimit-reset", "1767225900")]),
            Some(7)
        );
        assert_eq!(
            wait(&[("retry-after", "Thu, 01 Jan 2026 00:00:09 GMT")]),
            Some(9)
        );
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn the_clock_of_this_computer_may_be_wrong() {
        let date = ("date", "Wed, 31 Dec 2025 12:00:00 GMT");
        let wait = |value| {
            refused(429, &[date, ("x-ratelimit-reset", value)], "")
                .retry_after(now())
                .map(|wait| wait.as_secs())
        };
        assert_eq!(wait("2025-12-31T12:05:00.000000Z"), Some(300));
        assert_eq!(wait("1767182700"), Some(300));
        assert_eq!(
            refused(
                503,
                &[date, ("retry-after", "Wed, 31 Dec 2025 12:00:09 GMT")],
                ""
            )
            .retry_after(now())
            .map(|wait| wait.as_secs()),
            Some(9)
        );
    }

    #[test]
    fn a_time_to_wait_that_makes_no_sense_is_bounded() {
        let wait =
            |value: &str| refused(429, &[("x-ratelimit-reset", value)], "").retry_after(now());
        assert_eq!(wait("9999-01-01T00:00:00Z"), Some(MAX_WAIT));
        assert_eq!(wait("1990-01-01T00:00:00Z"), Some(Duration::ZERO));
        assert_eq!(wait("-5"), Some(Duration::ZERO));
        for garbage in [
            "soon",
            "",
            "NaN",
            &i64::MAX.to_string(),
            &u64::MAX.to_string(),
            &"(".repeat(5000),
        ] {
            assert_eq!(wait(garbage), None, "{garbage}");
        }
        assert_eq!(
            refused(503, &[("retry-after", "99999999")], "").retry_after(now()),
            Some(MAX_WAIT)
        );
    }

    #[test]
    fn a_refusal_says_what_the_server_said() {
        let error = refused(
            422,
            &[("x-request-id", "5c0b-1")],
            r#"{"error":"Validation failed: Text can't be blank"}"#,
        );
        assert_eq!(
            error.to_string(),
            "the server refused: 422 Unprocessable Entity: Validation failed: Text can't be blank"
        );
        assert!(error.is_invalid_value() && !error.is_transient());
        assert_eq!(
            error.refused().unwrap().request_id.as_deref(),
            Some("5c0b-1")
        );
    }

    #[test]
    fn details_are_read_where_they_are_and_where_collections_put_them() {
        let details = r#"{"name":[{"error":"ERR_TOO_LONG","description":"is too long"},
            {"error":"ERR_OF_TOMORROW"},7],"odd":"no list"}"#;
        for body in [
            format!(r#"{{"error":"Validation failed","details":{details}}}"#),
            format!(r#"{{"error":{{"error":"Validation failed","details":{details}}}}}"#),
        ] {
            let error = refused(422, &[], &body);
            let refused = error.refused().unwrap();
            assert_eq!(refused.message.as_deref(), Some("Validation failed"));
            let [first, second] = &*refused.details else {
                panic!("{refused:?}")
            };
            assert_eq!(
                (&*first.field, &first.code, &*first.description),
                ("name", &DetailCode::TooLong, "is too long")
            );
            assert_eq!(second.code.as_str(), "ERR_OF_TOMORROW");
            assert!(error.to_string().contains("`name` is too long"), "{error}");
        }
    }

    #[test]
    fn a_missing_scope_is_named() {
        let outside = r#"{"error":"This action is outside the authorized scopes"}"#;
        let error = refused(403, &[], outside);
        assert_eq!(
            error.refused().unwrap().missing_scopes(),
            ["write:statuses"]
        );
        assert!(
            error.to_string().contains("the scope write:statuses"),
            "{error}"
        );
        for (status, headers, body, missing) in [
            (
                403,
                None,
                r#"{"error":"This action is not allowed"}"#,
                false,
            ),
            (401, None, outside, false),
            (
                403,
                None,
                r#"{"error":"Insufficient permissions: write:statuses."}"#,
                true,
            ),
            (
                403,
                Some(r#"Bearer error="insufficient_scope""#),
                "{}",
                true,
            ),
        ] {
            let headers: Vec<_> = headers
                .into_iter()
                .map(|value| ("www-authenticate", value))
                .collect();
            let error = refused(status, &headers, body);
            assert_eq!(
                !error.refused().unwrap().missing_scopes().is_empty(),
                missing,
                "{body}"
            );
        }
    }

    #[test]
    fn the_page_of_a_proxy_is_known_by_its_title() {
        let page = "<!DOCTYPE html><html><head><TITLE >\n mastodon.example | 502:\u{1b} Bad &amp; gateway</title>";
        let error = refused(502, &[], page);
        assert_eq!(
            error.to_string(),
            "the server refused: 502 Bad Gateway: the page “mastodon.example | 502: Bad & gateway”"
        );
        assert!(error.is_transient());
        for none in [
            "<title>",
            "<title",
            "<title></title>",
            "İ<title>",
            "</title><title>",
        ] {
            assert_eq!(title(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn a_refusal_with_any_body_is_a_refusal() {
        for body in ["", "<html>", "[]", "null", r#"{"error":7}"#, "\u{1b}[2J"] {
            assert!(refused(404, &[], body).is_not_found());
        }
        let error = refused(
            400,
            &[],
            &format!(r#"{{"error":"\u001b[2J{}"}}"#, "x".repeat(5000)),
        );
        assert!(!error.to_string().contains('\u{1b}'));
        assert!(error.to_string().len() < 2000);
        let long = refused(500, &[], &"x".repeat(MAX_KEPT_BODY * 2));
        assert_eq!(long.refused().unwrap().body.len(), MAX_KEPT_BODY);
    }
}
