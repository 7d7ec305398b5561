//! What came back, and what its status means.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Method, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{broken, is_safe, silent};
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

    /// The header fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The URL that answered, after all redirects, without a fragment.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The body as received.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as received.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.body
    }

    /// The `Content-Type`, if it is there once and readable.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        let mut values = self.headers.get_all(CONTENT_TYPE).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
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

/// How an answer has to be read.
pub(crate) struct Reading<'a> {
    pub(crate) method: &'a Method,
    pub(crate) limits: &'a Limits,
    pub(crate) expected: &'a [String],
    pub(crate) deadline: Instant,
}

impl Reading<'_> {
    /// Reads the body as far as the limits allow, and turns the status into an outcome.
    pub(crate) async fn read(
        &self,
        response: http::Response<Incoming>,
        url: CheckedUrl,
        now: SystemTime,
    ) -> Result<Answer, Error> {
        let refuse = |rule| Err(Refused::new(rule, url.as_url().host_str()).into());
        let (head, mut incoming) = response.into_parts();
        let (status, headers) = (head.status, head.headers);
        let size: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        if size > usize::try_from(self.limits.header_bytes).unwrap_or(usize::MAX) {
            return refuse(Rule::HeadersTooLong);
        }
        let encoded = headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));

        let wanted = status.is_success() && is_safe(self.method);
        if wanted {
            if encoded {
                return refuse(Rule::Encoded);
            }
            if !self.expected.is_empty() && !content_type::is_expected(&headers, self.expected) {
                return refuse(Rule::ContentType);
            }
            let length = incoming.size_hint().lower();
            if usize::try_from(length).is_ok_and(|length| length > self.limits.body) {
                return refuse(Rule::BodyTooLong);
            }
        }
        let limit = if wanted {
            self.limits.body
        } else {
            self.limits.discarded_body
        };
        let mut body = BytesMut::new();
        let mut truncated = !wanted && encoded;
        // No more is set aside than came: the length that the peer states is not believed.
        while !truncated {
            // Times too far away to be written down are no limit; the total one is always near enough.
            let silence = Instant::now().checked_add(self.limits.idle);
            let until = silence.map_or(self.deadline, |silence| silence.min(self.deadline));
            match timeout_at(until, incoming.frame()).await {
                Ok(None) => break,
                Ok(Some(Ok(frame))) => {
                    // Trailers are nobody's business here.
                    let chunk = frame.into_data().unwrap_or_default();
                    if body.len() + chunk.len() <= limit {
                        body.extend_from_slice(&chunk);
                    } else if wanted {
                        return refuse(Rule::BodyTooLong);
                    } else {
                        truncated = true;
                    }
                }
                Ok(Some(Err(error))) if wanted => return Err(broken(error.into(), &url)),
                Err(_) if wanted => return Err(silent()),
                // The status is known and counts; whether its explanation arrives does not.
                Ok(Some(Err(_))) | Err(_) => truncated = true,
            }
        }
        outcome(
            Answer {
                status,
                headers,
                url: url.into_url(),
                body: body.freeze(),
                truncated,
            },
            self.limits.retry_after,
            now,
        )
    }
}

fn outcome(answer: Answer, longest_wait: Duration, now: SystemTime) -> Result<Answer, Error> {
    let status = answer.status;
    if status.is_success() {
        return Ok(answer);
    }
    let until = answer
        .headers
        .get(RETRY_AFTER)
        .and_then(|value| retry_at(value.to_str().ok()?, longest_wait, now));
    let answer = Box::new(answer);
    Err(match status.as_u16() {
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
    })
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
