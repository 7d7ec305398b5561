//! The requests that came in.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header, request};

/// A request that a [`FakeInstance`](super::FakeInstance) received.
///
/// `Debug` shows no token, no query and no body.
#[derive(Clone)]
pub struct RecordedRequest {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// How much of a body is kept.
const MAX_BODY: usize = 64 * 1024;

impl RecordedRequest {
    pub(super) fn new(parts: &request::Parts, body: &Bytes) -> Self {
        let mut headers = parts.headers.clone();
        for name in [header::AUTHORIZATION, header::SEC_WEBSOCKET_PROTOCOL] {
            if let Some(value) = headers.get_mut(name) {
                value.set_sensitive(true);
            }
        }
        let body = match body.get(..MAX_BODY) {
            // A copy, or all of it would be kept.
            Some(beginning) => Bytes::copy_from_slice(beginning),
            None => body.clone(),
        };
        Self {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers,
            body,
        }
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Its path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// Its query, as it came.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// Its headers; the token among them is not shown by `Debug`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its body: the first 64 KiB of it.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path", &self.path())
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
