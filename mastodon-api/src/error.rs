//! What can go wrong, by whose fault.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use http::{Response, StatusCode};
use serde::Deserialize;

use crate::Problem;

pub use media::{
    InvalidFile, InvalidFileReason, LimitRule, MediaNotReady, MediaNotReadyReason, OverLimit,
};

mod media;

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
            Self::NotReached(_) | Self::InvalidRequest(_) => None,
        }
    }

    /// Whether the token is missing, wrong or revoked (401): log in anew.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.is_refused_with(StatusCode::UNAUTHORIZED)
    }

    /// Whether the token does not allow this (403): a scope may be missing.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.is_refused_with(StatusCode::FORBIDDEN)
    }

    /// Whether there is no such thing, or none that you may see (404, 410).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.is_refused_with(StatusCode::NOT_FOUND) || self.is_refused_with(StatusCode::GONE)
    }

    /// Whether the server took offence at a value (422).
    #[must_use]
    pub fn is_invalid_value(&self) -> bool {
        self.is_refused_with(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// Whether there were too many requests (429): [`retry_after`](Self::retry_after) says how long to wait.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.is_refused_with(StatusCode::TOO_MANY_REQUESTS)
    }

    /// How long to wait from `now` on, if the server says so. Never more than a day, whatever it says.
    #[must_use]
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        self.refused()?.retry_after(now)
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

/// What the server said when it refused.
#[derive(Clone)]
#[non_exhaustive]
pub struct Refused {
    /// The status.
    pub status: StatusCode,
    /// The server's `error`: a sentence, or a code such as `invalid_grant`. At most 1,000 characters.
    pub message: Option<String>,
    /// The server's `error_description`. At most 1,000 characters.
    pub description: Option<String>,
    /// How much may still be asked, as far as the server said.
    pub rate: RateLimit,
    /// The body as it came, at most its first 64 KiB.
    pub body: Bytes,
    retry: Option<Retry>,
}

/// Bytes of a refusal's body that are kept.
const MAX_REFUSED_BODY: usize = 64 * 1024;
/// Characters of a server's message that are kept.
const MAX_MESSAGE: usize = 1000;
/// No server is waited for longer than this, whatever it says.
const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

impl Refused {
    /// How long to wait from `now` on, if the server says so, in `Retry-After` or when it is out of requests.
    /// Never more than a day, whatever it says.
    #[must_use]
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        let until = |time: DateTime<Utc>| (time - now).to_std().unwrap_or_default();
        let wait = match self.retry {
            Some(Retry::In(wait)) => wait,
            Some(Retry::At(time)) => until(time),
            None if self.status == StatusCode::TOO_MANY_REQUESTS => until(self.rate.reset?),
            None => return None,
        };
        Some(wait.min(MAX_WAIT))
    }

    pub(crate) fn from_response(response: Response<Bytes>) -> Self {
        #[derive(Default, Deserialize)]
        struct Said {
            #[serde(default)]
            error: serde_json::Value,
            #[serde(default)]
            error_description: serde_json::Value,
        }

        let (parts, body) = response.into_parts();
        let said: Said = serde_json::from_slice(&body).unwrap_or_default();
        Self {
            status: parts.status,
            message: said.error.as_str().map(printable),
            description: said.error_description.as_str().map(printable),
            rate: RateLimit::from_headers(&parts.headers),
            retry: Retry::from_headers(&parts.headers),
            body: kept(&body),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        if let Some(description) = self
            .description
            .as_ref()
            .filter(|text| Some(*text) != self.message.as_ref())
        {
            write!(f, ": {description}")?;
        }
        let advice = match self.status {
            StatusCode::UNAUTHORIZED => "the token may be missing, wrong or revoked",
            StatusCode::FORBIDDEN => "the token may lack a scope",
            StatusCode::TOO_MANY_REQUESTS => "wait before you ask again",
            _ => return Ok(()),
        };
        write!(f, " ({advice})")
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("status", &self.status)
            .field("message", &self.message)
            .field("description", &self.description)
            .field("rate", &self.rate)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Text for a terminal: no control characters, and not endless.
fn printable(text: &str) -> String {
    text.chars()
        .take(MAX_MESSAGE)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// A part of a larger buffer would keep all of it in memory, so it is copied.
fn kept(body: &Bytes) -> Bytes {
    match body.get(..MAX_REFUSED_BODY) {
        Some(start) => Bytes::copy_from_slice(start),
        None => body.clone(),
    }
}

#[derive(Clone, Copy, Debug)]
enum Retry {
    In(Duration),
    At(DateTime<Utc>),
}

impl Retry {
    /// `Retry-After` (RFC 9110, section 10.2.3): seconds or a date.
    fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        match text.parse() {
            Ok(seconds) => Some(Self::In(Duration::from_secs(seconds))),
            Err(_) => time(text).map(Self::At),
        }
    }
}

/// How much may still be asked, as far as the server says.
///
/// [Mastodon documentation](https://docs.joinmastodon.org/api/rate-limits/)
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests in one period.
    pub limit: Option<u64>,
    /// Requests that are left in this period.
    pub remaining: Option<u64>,
    /// When the period ends.
    pub reset: Option<DateTime<Utc>>,
}

impl RateLimit {
    /// What the headers of an answer say. What cannot be read is none.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::trim)
        };
        Self {
            limit: text("x-ratelimit-limit").and_then(|text| text.parse().ok()),
            remaining: text("x-ratelimit-remaining").and_then(|text| text.parse().ok()),
            reset: text("x-ratelimit-reset").and_then(time),
        }
    }
}

/// A time as servers write it in headers: ISO 8601 (Mastodon), seconds since 1970 (others), or an HTTP date.
fn time(text: &str) -> Option<DateTime<Utc>> {
    // No form is longer, and a date parser is not to be fed with anything.
    if text.len() > 64 {
        return None;
    }
    if let Ok(seconds) = text.parse() {
        return DateTime::from_timestamp(seconds, 0);
    }
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .ok()
        .map(|time| time.to_utc())
}

/// An answer that is not what the documentation says, kept as evidence.
#[derive(thiserror::Error)]
#[error("{reason}{} (status {status})", shown(path))]
#[non_exhaustive]
pub struct NotUnderstood {
    /// What is wrong with it.
    pub reason: NotUnderstoodReason,
    /// The status.
    pub status: StatusCode,
    /// Where in the JSON the trouble is, `[3].account.id`; empty for the whole.
    pub path: String,
    /// The body as it came.
    pub body: Bytes,
    /// What in it could not be read, if that is why, with the JSON of each.
    pub problems: Vec<Problem>,
    source: Option<Source>,
}

impl NotUnderstood {
    pub(crate) fn new(
        response: &Response<Bytes>,
        reason: NotUnderstoodReason,
        path: String,
        source: Option<Source>,
    ) -> Self {
        Self {
            reason,
            status: response.status(),
            path,
            body: response.body().clone(),
            problems: Vec::new(),
            source,
        }
    }

    /// An answer that was read but for some parts, where all of it is wanted.
    #[cfg(feature = "client")]
    pub(crate) fn strict(response: &Response<Bytes>, problems: Vec<Problem>) -> Self {
        let path = problems.first().map(|problem| problem.path().to_owned());
        let reason = NotUnderstoodReason::Partly;
        let source = problems.first().map(|problem| problem.to_string().into());
        Self {
            problems,
            ..Self::new(response, reason, path.unwrap_or_default(), source)
        }
    }

    /// A body that no JSON reader took.
    pub(crate) fn from_text(response: &Response<Bytes>, path: String, source: Source) -> Self {
        let body = response.body().trim_ascii_start();
        let content_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let reason = if body.is_empty() {
            NotUnderstoodReason::Nothing
        } else if body.starts_with(b"<")
            || content_type.is_some_and(|kind| kind.starts_with("text/html"))
        {
            NotUnderstoodReason::Html
        } else if path.is_empty() {
            NotUnderstoodReason::NotJson
        } else {
            NotUnderstoodReason::Unexpected
        };
        Self::new(response, reason, path, Some(source))
    }

    #[cfg(feature = "client")]
    pub(crate) fn without_body(reason: NotUnderstoodReason, status: StatusCode) -> Self {
        Self {
            reason,
            status,
            path: String::new(),
            body: Bytes::new(),
            problems: Vec::new(),
            source: None,
        }
    }
}

impl fmt::Debug for NotUnderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body may be a token that came in an unexpected form.
        f.debug_struct("NotUnderstood")
            .field("reason", &self.reason)
            .field("status", &self.status)
            .field("path", &self.path)
            .field("body_bytes", &self.body.len())
            .field("problems", &self.problems.len())
            .finish_non_exhaustive()
    }
}

fn shown(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!(" at `{path}`")
    }
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NotUnderstoodReason {
    /// It is a page for people: this may be no Mastodon server, or there is a proxy before it.
    Html,
    /// There is nothing in it.
    Nothing,
    /// It is no JSON.
    NotJson,
    /// It is JSON, and something else than the documentation says.
    Unexpected,
    /// It was read but for some parts, and the client is strict.
    Partly,
    /// It is longer than the limit of the client.
    TooLarge,
    /// The list leads back to a page that was there already.
    PageLoop,
    /// The list does not end: one empty page follows the other, or there are more than the client takes.
    EndlessList,
}

impl fmt::Display for NotUnderstoodReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Html => "it is an HTML page, not JSON: is this the address of a Mastodon server?",
            Self::Nothing => "it is empty",
            Self::NotJson => "it is not JSON",
            Self::Unexpected => "the JSON is not what the documentation says",
            Self::Partly => {
                "a part of it is not what the documentation says, and the client is strict"
            }
            Self::TooLarge => "it is longer than the client allows",
            Self::PageLoop => "the list leads back to a page that was there already",
            Self::EndlessList => "the list does not end",
        })
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct NotReached {
    /// Why, in short.
    pub reason: NotReachedReason,
    source: Option<Source>,
}

impl NotReached {
    #[cfg(feature = "client")]
    pub(crate) fn new(reason: NotReachedReason, source: Option<Source>) -> Self {
        Self { reason, source }
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NotReachedReason {
    /// No connection: a wrong name, no network, no server there, or a certificate that is not valid.
    NoConnection,
    /// It took too long.
    Timeout,
    /// The connection broke.
    Interrupted,
    /// The server sent the request on to another origin. It was not followed: the token is for this server only.
    RedirectedElsewhere,
    /// The server sent on a request that changes something. It was not repeated.
    RedirectedWrite,
    /// The server sent the request on too often.
    TooManyRedirects,
}

impl fmt::Display for NotReachedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoConnection => "no connection: check the address and the network",
            Self::Timeout => "it took too long",
            Self::Interrupted => "the connection broke",
            Self::RedirectedElsewhere => {
                "it redirects to another origin, which was not followed: is this the server's own address?"
            }
            Self::RedirectedWrite => "it redirects a request that changes something, which was not repeated",
            Self::TooManyRedirects => "it redirects without end",
        })
    }
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
    use super::*;

    fn refused(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap();
        Error::Refused(Box::new(Refused::from_response(response)))
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
        assert_eq!(
            wait(&[("x-ratelimit-reset", "2026-01-01T00:05:00.000000Z")]),
            Some(300)
        );
        assert_eq!(wait(&[("x-ratelimit-reset", "1767225900")]), Some(300));
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
    fn a_time_to_wait_that_makes_no_sense_is_bounded() {
        let wait =
            |value: &str| refused(429, &[("x-ratelimit-reset", value)], "").retry_after(now());
        assert_eq!(wait("9999-01-01T00:00:00Z"), Some(MAX_WAIT));
        assert_eq!(wait("1990-01-01T00:00:00Z"), Some(Duration::ZERO));
        assert_eq!(wait("soon"), None);
        assert_eq!(wait(&i64::MAX.to_string()), None);
        assert_eq!(wait(&"(".repeat(5000)), None);
        assert_eq!(
            refused(503, &[("retry-after", &u64::MAX.to_string())], "").retry_after(now()),
            Some(MAX_WAIT)
        );
    }

    #[test]
    fn a_refusal_says_what_the_server_said() {
        let error = refused(
            422,
            &[],
            r#"{"error":"Validation failed: Text can't be blank"}"#,
        );
        assert_eq!(
            error.to_string(),
            "the server refused: 422 Unprocessable Entity: Validation failed: Text can't be blank"
        );
        assert!(error.is_invalid_value());
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
        let long = refused(500, &[], &"x".repeat(MAX_REFUSED_BODY * 2));
        assert_eq!(long.refused().unwrap().body.len(), MAX_REFUSED_BODY);
    }
}
