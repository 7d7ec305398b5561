//! What a log may say about a call: never more of a URL than its host, no header value, no byte of a body.

use http::{Method, StatusCode};
use tokio::time::Instant;
use tracing::Span;
use tracing::field::Empty;

use crate::error::Error;

/// One call, as a span; told to its end when it is dropped.
pub(crate) struct Call {
    pub(crate) span: Span,
    begun: Instant,
    bytes: u64,
    outcome: &'static str,
}

impl Call {
    pub(crate) fn begin(method: &Method, host: Option<&str>) -> Self {
        Self {
            span: tracing::debug_span!(
                "request",
                %method,
                host,
                hops = Empty,
                status = Empty,
                bytes = Empty,
                elapsed_ms = Empty,
                outcome = Empty,
            ),
            begun: Instant::now(),
            bytes: 0,
            outcome: "given up",
        }
    }

    /// A head has come, after so many redirects.
    pub(crate) fn head(&self, hops: usize, host: Option<&str>, status: StatusCode) {
        let status = status.as_u16();
        self.span.record("hops", hops).record("status", status);
        tracing::debug!(parent: &self.span, host, status, hops, "answered");
    }

    pub(crate) fn bytes(&mut self, count: usize) {
        self.bytes += count as u64;
    }

    pub(crate) fn end<T>(&mut self, outcome: &Result<T, Error>) {
        self.outcome = match outcome {
            Ok(_) => "ok",
            Err(error) => {
                tracing::debug!(parent: &self.span, %error, "no answer to use");
                kind(error)
            }
        };
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let elapsed = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.span
            .record("bytes", self.bytes)
            .record("elapsed_ms", elapsed)
            .record("outcome", self.outcome);
    }
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Refused(_) => "refused",
        Error::Gone(_) => "gone",
        Error::NotFound(_) => "not found",
        Error::NeedsSignature(_) => "needs signature",
        Error::Forbidden(_) => "forbidden",
        Error::RateLimited(_) => "rate limited",
        Error::Rejected(_) => "rejected",
        Error::Transient(_) => "transient",
        Error::Request(_) => "not sendable",
        Error::Sign(_) => "not signed",
    }
}
