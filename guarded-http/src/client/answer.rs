//! What came back, and what its status means.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Method, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::Instant;
use url::Url;

use super::body::{Body, Bounds, Coding};
use super::gate::Place;
use super::is_safe;
use super::trace::Call;
use crate::content_type;
use crate::error::{Error, RateLimited, Refused, Rule, Transient, TransientReason};
use crate::limits::Limits;
use crate::url::CheckedUrl;

/// An answer, read to its end inside the limits.
#[derive(Clone)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    url: Url,
    body: Bytes,
    truncated: bool,
}

impl Answer {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The header fields. `Content-Length` and `Content-Encoding` are those of the bytes on the wire.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The URL that answered, after all redirects, without a fragment.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The body, decoded.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body, decoded.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.body
    }

    /// The `Content-Type`, if it is there once and readable.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        content_type::of(&self.headers)
    }

    /// Whether bytes of the body are missing. Never so for the success of a `GET`: a body that only explains a status
    /// (see [`Limits::discarded_body`]) is read as far as it goes.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }
}

impl fmt::Debug for Answer {
    /// Leaves out the header values, the path and the body: each may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("host", &self.url.host_str())
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An answer whose body comes in pieces, inside the limits and in bounded memory; made by
/// [`RequestBuilder::stream`](super::RequestBuilder::stream).
///
/// It is a [`Stream`] of its bytes, decoded; [`chunk`](Self::chunk) reads them without one. An error is the last item, and
/// whoever has to have it whole may trust no byte before the end. The call's total time goes on while nobody reads, and its
/// place among the running requests is taken until the end, an error, or until this is dropped.
pub struct Streaming {
    status: StatusCode,
    headers: HeaderMap,
    url: Url,
    open: Option<Open>,
}

/// What an answer holds while its body is still coming.
struct Open {
    body: Body,
    call: Call,
    _place: Place,
}

impl Streaming {
    /// The status, 200 to 299.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The header fields. `Content-Length` and `Content-Encoding` are those of the bytes on the wire.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The URL that answered, after all redirects, without a fragment.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The `Content-Type`, if it is there once and readable.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        content_type::of(&self.headers)
    }

    /// The next bytes, `None` after the last.
    ///
    /// # Errors
    ///
    /// The body broke a limit, broke off, or could not be decoded. After an error there is nothing more.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|context| self.poll_chunk(context))
            .await
            .transpose()
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let Some(open) = &mut self.open else {
            return Poll::Ready(None);
        };
        let chunk = ready!(open.body.poll_chunk(context));
        match &chunk {
            Some(Ok(chunk)) => open.call.bytes(chunk.len()),
            None => open.call.end(&Ok(())),
            Some(failed) => open.call.end(failed),
        }
        if !matches!(chunk, Some(Ok(_))) {
            self.open = None;
        }
        Poll::Ready(chunk)
    }
}

impl Stream for Streaming {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context)
    }
}

impl fmt::Debug for Streaming {
    /// Leaves out the header values and the path: each may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming")
            .field("status", &self.status)
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

/// How an answer has to be read.
pub(crate) struct Reading<'a> {
    pub(crate) method: &'a Method,
    pub(crate) limits: &'a Limits,
    pub(crate) expected: &'a [String],
    /// Nothing but the bytes as they are was asked for.
    pub(crate) identity: bool,
    /// The caller reads the body in pieces, whatever the method.
    pub(crate) streamed: bool,
    /// A part of the whole was asked for.
    pub(crate) ranged: bool,
    pub(crate) deadline: Instant,
}

impl Reading<'_> {
    /// Judges the head, and bounds the body.
    pub(crate) fn open(
        &self,
        response: http::Response<Incoming>,
        url: CheckedUrl,
        place: Place,
    ) -> Result<Unread, Error> {
        let host = url.as_url().host_str();
        let refuse = |rule| Err(Refused::new(rule, host).into());
        let (head, incoming) = response.into_parts();
        let (status, headers) = (head.status, head.headers);
        let size: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        if size > usize::try_from(self.limits.header_bytes).unwrap_or(usize::MAX) {
            return refuse(Rule::HeadersTooLong);
        }
        let coding = if incoming.is_end_stream() {
            Some(Coding::Identity)
        } else {
            Coding::of(&headers).filter(|&coding| !self.identity || coding == Coding::Identity)
        };

        // A part that nobody asked for would pass for the whole.
        let success = status.is_success() && (self.ranged || status != StatusCode::PARTIAL_CONTENT);
        let wanted = success && (is_safe(self.method) || self.streamed);
        let (wire, decoded) = if wanted {
            let body = self.limits.body;
            (self.limits.wire_body.unwrap_or(body), body)
        } else {
            (self.limits.discarded_body, self.limits.discarded_body)
        };
        if wanted {
            if coding.is_none() {
                return refuse(Rule::Encoded);
            }
            if !self.expected.is_empty() && !content_type::is_expected(&headers, self.expected) {
                return refuse(Rule::ContentType);
            }
            let most = if coding == Some(Coding::Identity) {
                wire.min(decoded)
            } else {
                wire
            };
            if usize::try_from(incoming.size_hint().lower()).is_ok_and(|length| length > most) {
                return refuse(Rule::BodyTooLong);
            }
        }
        let bounds = Bounds {
            wire,
            decoded,
            idle: self.limits.idle,
            deadline: self.deadline,
        };
        let received = incoming.map_err(Into::into).boxed_unsync();
        Ok(Unread {
            status,
            headers,
            body: coding.map(|coding| Body::new(received, coding, bounds, host)),
            url: url.into_url(),
            place,
            success,
            wanted,
            longest_wait: self.limits.retry_after,
        })
    }
}

/// An answer of which the head has been read.
pub(crate) struct Unread {
    status: StatusCode,
    headers: HeaderMap,
    url: Url,
    /// `None` if it cannot be decoded.
    body: Option<Body>,
    place: Place,
    success: bool,
    /// The body is what the caller is after; else it only explains the status.
    wanted: bool,
    longest_wait: Duration,
}

impl Unread {
    /// Reads the body as far as the limits allow, and turns the status into an outcome.
    pub(crate) async fn read(self, call: &mut Call) -> Result<Answer, Error> {
        let (success, longest_wait) = (self.success, self.longest_wait);
        let answer = self.read_body(call).await?;
        if success {
            Ok(answer)
        } else {
            Err(failure(answer, longest_wait, SystemTime::now()))
        }
    }

    /// A success is handed over unread; any other status is read like by [`read`](Self::read).
    pub(crate) async fn stream(self, mut call: Call) -> Result<Streaming, Error> {
        if !self.success {
            let longest_wait = self.longest_wait;
            let outcome = match self.read_body(&mut call).await {
                Ok(answer) => Err(failure(answer, longest_wait, SystemTime::now())),
                Err(error) => Err(error),
            };
            call.end(&outcome);
            return outcome;
        }
        let place = self.place;
        Ok(Streaming {
            status: self.status,
            headers: self.headers,
            url: self.url,
            open: self.body.map(|body| Open {
                body,
                call,
                _place: place,
            }),
        })
    }

    async fn read_body(self, call: &mut Call) -> Result<Answer, Error> {
        let mut body = BytesMut::new();
        let mut truncated = self.body.is_none();
        if let Some(mut unread) = self.body {
            // No more is set aside than came: the length that the peer states is not believed.
            while let Some(chunk) = poll_fn(|context| unread.poll_chunk(context)).await {
                match chunk {
                    Ok(chunk) => {
                        call.bytes(chunk.len());
                        body.extend_from_slice(&chunk);
                    }
                    Err(error) if self.wanted => return Err(error),
                    // The status is known and counts; whether its explanation arrives does not.
                    Err(_) => truncated = true,
                }
            }
        }
        Ok(Answer {
            status: self.status,
            headers: self.headers,
            url: self.url,
            body: body.freeze(),
            truncated,
        })
    }
}

fn failure(answer: Answer, longest_wait: Duration, now: SystemTime) -> Error {
    let status = answer.status;
    let until = answer
        .headers
        .get(RETRY_AFTER)
        .and_then(|value| retry_at(value.to_str().ok()?, longest_wait, now));
    let answer = Box::new(answer);
    match status.as_u16() {
        410 => Error::Gone(answer),
        404 => Error::NotFound(answer),
        401 => Error::NeedsSignature(answer),
        403 => Error::Forbidden(answer),
        429 => {
            let soon = now + Duration::from_secs(60).min(longest_wait);
            Error::RateLimited(RateLimited {
                until: until.unwrap_or(soon),
                answer,
            })
        }
        408 | 425 | 500 | 502..=599 => {
            let reason = TransientReason::Status(status);
            Error::Transient(Transient {
                until,
                answer: Some(answer),
                ..Transient::new(reason, None)
            })
        }
        _ => Error::Rejected(answer),
    }
}

/// Seconds or a date (RFC 9110, section 10.2.3), never before `now` nor further away than `longest`.
fn retry_at(value: &str, longest: Duration, now: SystemTime) -> Option<SystemTime> {
    let value = value.trim();
    let wait = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // Digits that do not fit are a very long time.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        httpdate::parse_http_date(value)
            .ok()?
            .duration_since(now)
            .unwrap_or(Duration::ZERO)
    };
    now.checked_add(wait.min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_clamped() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let day = Duration::from_secs(86_400);
        let waits =
            |value| retry_at(value, day, now).map(|at| at.duration_since(now).unwrap().as_secs());
        assert_eq!(waits("30"), Some(30));
        assert_eq!(waits("0"), Some(0));
        assert_eq!(waits("315360000"), Some(86_400));
        assert_eq!(waits("99999999999999999999999999"), Some(86_400));
        assert_eq!(waits("Tue, 14 Nov 2023 22:14:20 GMT"), Some(60));
        assert_eq!(waits("Tue, 14 Nov 2000 22:14:20 GMT"), Some(0));
        assert_eq!(waits("Fri, 31 Dec 9999 23:59:59 GMT"), Some(86_400));
        for garbage in ["-1", "soon", "", "1.5", "0x10"] {
            assert_eq!(waits(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn debug_shows_nothing_secret() {
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", "hush=1".parse().unwrap());
        let answer = Answer {
            status: StatusCode::OK,
            headers,
            url: Url::parse("https://a.example/hush?t=hush").unwrap(),
            body: Bytes::from_static(b"hush"),
            truncated: false,
        };
        assert!(!format!("{answer:?}").contains("hush"));
    }
}
