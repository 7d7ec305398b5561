//! How much of everything a peer may cost.

use std::time::Duration;

/// The client's limits, all on by default.
///
/// ```
/// use std::time::Duration;
/// use guarded_http::Limits;
///
/// let limits = Limits::new().body(256 * 1024).total(Duration::from_secs(10));
/// ```
#[derive(Clone, Debug)]
pub struct Limits {
    pub(crate) connect: Duration,
    pub(crate) idle: Duration,
    pub(crate) total: Duration,
    pub(crate) body: usize,
    pub(crate) wire_body: Option<usize>,
    pub(crate) discarded_body: usize,
    pub(crate) header_count: usize,
    pub(crate) header_bytes: u32,
    pub(crate) redirects: usize,
    pub(crate) addresses: usize,
    pub(crate) per_host: usize,
    pub(crate) per_domain: usize,
    pub(crate) overall: usize,
    pub(crate) waiting: usize,
    pub(crate) kept_per_host: usize,
    pub(crate) kept_overall: usize,
    pub(crate) keep_alive: Duration,
    pub(crate) retry_after: Duration,
}

impl Limits {
    /// The default limits.
    #[must_use]
    pub fn new() -> Self {
        Self {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(10),
            total: Duration::from_secs(30),
            body: 1024 * 1024,
            wire_body: None,
            discarded_body: 64 * 1024,
            header_count: 100,
            header_bytes: 64 * 1024,
            redirects: 3,
            addresses: 8,
            per_host: 8,
            per_domain: 16,
            overall: 256,
            waiting: 10_000,
            kept_per_host: 8,
            kept_overall: 256,
            keep_alive: Duration::from_secs(30),
            retry_after: Duration::from_secs(24 * 60 * 60),
        }
    }

    /// Time to resolve the name, open the socket and finish the TLS handshake; 5 s.
    #[must_use]
    pub fn connect(mut self, time: Duration) -> Self {
        self.connect = time;
        self
    }

    /// Longest silence of a peer; 10 s. Once it is connected it has this time to take the request and begin its answer, and
    /// then between any two bytes. A large upload may need more.
    #[must_use]
    pub fn idle(mut self, time: Duration) -> Self {
        self.idle = time;
        self
    }

    /// Time for the whole call: waiting for a free place, every redirect, every byte; 30 s.
    #[must_use]
    pub fn total(mut self, time: Duration) -> Self {
        self.total = time;
        self
    }

    /// Bytes of an answer's body after decoding; 1 MiB. A longer one is refused, at once if `Content-Length` admits it.
    #[must_use]
    pub fn body(mut self, bytes: usize) -> Self {
        self.body = bytes;
        self
    }

    /// Bytes of an answer's body as they come over the wire; unless set, the same figure as [`body`](Self::body).
    #[must_use]
    pub fn wire_body(mut self, bytes: usize) -> Self {
        self.wire_body = Some(bytes);
        self
    }

    /// Bytes kept of a body that only explains a status (answers to a write, and every status from 300 on); 64 KiB.
    /// The rest is not read, and the answer still counts.
    #[must_use]
    pub fn discarded_body(mut self, bytes: usize) -> Self {
        self.discarded_body = bytes;
        self
    }

    /// Header fields of an HTTP/1.1 answer; 100.
    #[must_use]
    pub fn header_count(mut self, fields: usize) -> Self {
        self.header_count = fields;
        self
    }

    /// Bytes of an answer's header names and values; 64 KiB. Reading stops soon after.
    #[must_use]
    pub fn header_bytes(mut self, bytes: u32) -> Self {
        self.header_bytes = bytes;
        self
    }

    /// Redirects followed in one call; 3.
    #[must_use]
    pub fn redirects(mut self, hops: usize) -> Self {
        self.redirects = hops;
        self
    }

    /// Addresses of one name that are tried; 8. All addresses of the answer are checked, also those not tried.
    #[must_use]
    pub fn addresses(mut self, count: usize) -> Self {
        self.addresses = count;
        self
    }

    /// Requests to one host at the same time; 8, at least 1. Further ones wait, inside their total time.
    #[must_use]
    pub fn per_host(mut self, requests: usize) -> Self {
        self.per_host = requests;
        self
    }

    /// Requests at the same time to the hosts of one registrable domain, by the public suffix list with its private part
    /// (`alice.github.io` is one); 16, at least 1. An IPv4 address counts alone, IPv6 addresses by their first 64 bits.
    /// Further requests wait, inside their total time. No more connections than that are kept to one domain while no request
    /// uses them.
    #[must_use]
    pub fn per_domain(mut self, requests: usize) -> Self {
        self.per_domain = requests;
        self
    }

    /// Requests at the same time in all; 256, at least 1. Further ones wait, inside their total time.
    #[must_use]
    pub fn overall(mut self, requests: usize) -> Self {
        self.overall = requests;
        self
    }

    /// Requests that wait for a place; 10,000. Beyond that a request that would have to wait ends at once with
    /// [`TransientReason::Busy`](crate::TransientReason::Busy).
    #[must_use]
    pub fn waiting(mut self, requests: usize) -> Self {
        self.waiting = requests;
        self
    }

    /// Connections to one host that are kept while no request uses them; 8.
    #[must_use]
    pub fn kept_per_host(mut self, connections: usize) -> Self {
        self.kept_per_host = connections;
        self
    }

    /// Connections in all that are kept for further requests; 256. One opened beyond that is closed after its request.
    #[must_use]
    pub fn kept_overall(mut self, connections: usize) -> Self {
        self.kept_overall = connections;
        self
    }

    /// How long a connection is kept that no request uses; 30 s.
    #[must_use]
    pub fn keep_alive(mut self, time: Duration) -> Self {
        self.keep_alive = time;
        self
    }

    /// How far into the future a `Retry-After` is believed; 24 h.
    #[must_use]
    pub fn retry_after(mut self, time: Duration) -> Self {
        self.retry_after = time;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}
