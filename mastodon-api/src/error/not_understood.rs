use std::fmt;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};

use super::{Source, kept, printable, title};
use crate::Problem;

/// An answer that is not what the documentation says, kept as evidence.
#[derive(thiserror::Error)]
#[error("{reason}{}{} (status {status})", shown(path), titled(*reason, body))]
#[non_exhaustive]
pub struct NotUnderstood {
    /// What is wrong with it.
    pub reason: NotUnderstoodReason,
    /// The status.
    pub status: StatusCode,
    /// Where in the JSON the trouble is, `[3].account.id`; empty for the whole.
    pub path: String,
    /// The body as it came, at most its first 64 KiB.
    pub body: Bytes,
    /// What in it could not be read, if that is why, with the JSON of each.
    pub problems: Vec<Problem>,
    source: Option<Source>,
}

impl NotUnderstood {
    /// The title of the page, if it is a page for people.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        title(&self.body)
    }

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
            body: kept(response.body()),
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

    #[cfg(feature = "client")]
    pub(super) fn without_cause(&self) -> Self {
        Self {
            reason: self.reason,
            status: self.status,
            path: self.path.clone(),
            body: self.body.clone(),
            problems: self.problems.clone(),
            source: None,
        }
    }

    /// An answer in which something is missing that tells what was done.
    #[cfg(feature = "client")]
    pub(crate) fn missing(path: &str, status: StatusCode) -> Self {
        Self {
            path: path.to_owned(),
            ..Self::without_body(NotUnderstoodReason::Unexpected, status)
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
        format!(" at `{}`", printable(path))
    }
}

fn titled(reason: NotUnderstoodReason, body: &Bytes) -> String {
    match reason {
        NotUnderstoodReason::Html => title(body),
        _ => None,
    }
    .map_or_else(String::new, |title| format!(" “{title}”"))
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
