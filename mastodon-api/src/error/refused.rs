use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{HeaderMap, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde_json::Value;

use super::rate_limit::{RateLimit, Retry};
use super::{kept, printable, title};
use crate::string_enum::string_enum;

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
    /// What is wrong with which parameter, where the server says so. At most 100.
    pub details: Vec<Detail>,
    /// How much may still be asked, as far as the server said.
    pub rate: RateLimit,
    /// The server's own name for the request, `X-Request-Id`: its administrator finds it in the log.
    pub request_id: Option<String>,
    /// The title of the page, if it is a page for people: often that of a proxy before the server.
    pub title: Option<String>,
    /// The body as it came, at most its first 64 KiB.
    pub body: Bytes,
    retry: Option<Retry>,
    missing_scopes: &'static [&'static str],
}

/// Details that are kept.
const MAX_DETAILS: usize = 100;

impl Refused {
    /// How long to wait from `now` on, if the server says so, in `Retry-After` or when it is out of requests.
    /// Never more than a day, whatever it says.
    #[must_use]
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        match self.retry {
            Some(retry) => Some(retry.wait(now)),
            None if self.status == StatusCode::TOO_MANY_REQUESTS => self.rate.wait(now),
            None => None,
        }
    }

    /// The scopes of which one would have been enough, if the server says that the token lacks one; otherwise none.
    #[must_use]
    pub fn missing_scopes(&self) -> &'static [&'static str] {
        self.missing_scopes
    }

    /// `scopes` are those of which the call needs one.
    pub(crate) fn from_response(
        response: Response<Bytes>,
        scopes: &'static [&'static str],
    ) -> Self {
        let (parts, body) = response.into_parts();
        let body = kept(&body);
        let said: Value = serde_json::from_slice(&body).unwrap_or_default();
        // Mastodon wraps what it says about collections once more.
        let said = match said.get("error") {
            Some(inner @ Value::Object(_)) => inner,
            _ => &said,
        };
        let text = |name| said.get(name).and_then(Value::as_str).map(printable);
        let message = text("error");
        let lacks_scope = parts.status == StatusCode::FORBIDDEN
            && (message.as_deref().is_some_and(is_about_scopes) || insufficient(&parts.headers));
        Self {
            status: parts.status,
            description: text("error_description"),
            details: said.get("details").map(details).unwrap_or_default(),
            rate: RateLimit::from_headers(&parts.headers),
            request_id: parts
                .headers
                .get("x-request-id")
                .and_then(|value| value.to_str().ok())
                .map(|id| printable(id).chars().take(200).collect()),
            title: if message.is_none() {
                title(&body)
            } else {
                None
            },
            retry: Retry::from_headers(&parts.headers),
            missing_scopes: if lacks_scope { scopes } else { &[] },
            message,
            body,
        }
    }
}

/// Mastodon: "This action is outside the authorized scopes"; GoToSocial: "token has insufficient scope permission";
/// Pleroma: "Insufficient permissions: write:statuses."
fn is_about_scopes(message: &str) -> bool {
    message.contains("scope") || message.starts_with("Insufficient permissions")
}

/// The same in a header (RFC 6750, section 3.1).
fn insufficient(headers: &HeaderMap) -> bool {
    headers
        .get(WWW_AUTHENTICATE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("insufficient_scope"))
}

fn details(said: &Value) -> Vec<Detail> {
    let Some(fields) = said.as_object() else {
        return Vec::new();
    };
    let each = fields.iter().flat_map(|(field, errors)| {
        let errors = errors.as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| {
            Some(Detail {
                field: printable(field),
                code: DetailCode::from(printable(error.get("error")?.as_str()?)),
                description: error
                    .get("description")
                    .and_then(Value::as_str)
                    .map(printable)
                    .unwrap_or_default(),
            })
        })
    });
    each.take(MAX_DETAILS).collect()
}

/// What is wrong with a parameter.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Detail {
    /// The parameter, as the server names it.
    pub field: String,
    /// What is wrong, for programs.
    pub code: DetailCode,
    /// What is wrong, for people: it continues the name, "is too long". In the server's language.
    pub description: String,
}

string_enum! {
    /// What is wrong with a parameter, for programs.
    ///
    /// [Mastodon documentation](https://docs.joinmastodon.org/methods/accounts/#422-unprocessable-entity)
    DetailCode {
        /// It must be agreed to.
        Accepted = "ERR_ACCEPTED",
        /// It is missing or empty.
        Blank = "ERR_BLANK",
        /// This e-mail provider is not allowed.
        Blocked = "ERR_BLOCKED",
        /// It is none of the values that are possible.
        Inclusion = "ERR_INCLUSION",
        /// It is not well formed.
        Invalid = "ERR_INVALID",
        /// The name is reserved.
        Reserved = "ERR_RESERVED",
        /// Somebody has it already.
        Taken = "ERR_TAKEN",
        /// It is too long.
        TooLong = "ERR_TOO_LONG",
        /// It is too short.
        TooShort = "ERR_TOO_SHORT",
        /// No e-mail can be sent there.
        Unreachable = "ERR_UNREACHABLE",
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
        if let [first, ..] = &*self.details {
            write!(f, " (`{}` {}", first.field, first.words())?;
            for detail in self.details.iter().skip(1) {
                write!(f, ", `{}` {}", detail.field, detail.words())?;
            }
            f.write_str(")")?;
        }
        if let Some(title) = &self.title {
            write!(f, ": the page “{title}”")?;
        }
        match self.status {
            StatusCode::UNAUTHORIZED => {
                f.write_str(" (the token may be missing, wrong or revoked)")
            }
            StatusCode::FORBIDDEN if !self.missing_scopes.is_empty() => write!(
                f,
                " (log in anew with the scope {})",
                self.missing_scopes.join(" or ")
            ),
            StatusCode::TOO_MANY_REQUESTS => f.write_str(" (wait before you ask again)"),
            _ => Ok(()),
        }
    }
}

impl Detail {
    fn words(&self) -> &str {
        if self.description.is_empty() {
            self.code.as_str()
        } else {
            &self.description
        }
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("status", &self.status)
            .field("message", &self.message)
            .field("description", &self.description)
            .field("details", &self.details)
            .field("rate", &self.rate)
            .field("request_id", &self.request_id)
            .field("title", &self.title)
            .field("missing_scopes", &self.missing_scopes)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
