//! The client: our own redirects, our own counting, one typed outcome.

mod answer;
mod body;
mod gate;
mod redirect;
mod trace;

use std::fmt;
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, RANGE,
    TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, Method};
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument;
use url::{Position, Url};

use self::answer::Unread;
pub use self::answer::{Answer, Streaming};
use self::gate::{Full, Gate};
pub(crate) use self::gate::{Kept, KeptPlace};
use self::redirect::Redirect;
use self::trace::Call;
use crate::connector::{ConnectError, Connector, Dialler, Proxy, client_config};
use crate::error::{
    BoxError, BuildError, Error, InvalidRequest, Refused, Rule, Transient, TransientReason,
    nameable,
};
use crate::limits::Limits;
use crate::recorder::Recorder;
use crate::resolver::{Resolver, SystemResolver};
use crate::url::{CheckedUrl, UrlRules};

/// A client for URLs that strangers chose. A clone shares connections and limits with its original.
///
/// It keeps no cookies, sends no `Referer`, takes no proxy from the environment, and never sends a
/// request twice: only one that a kept connection lost before a byte of it was sent goes out over another.
#[derive(Clone)]
pub struct GuardedClient {
    inner: Arc<Inner>,
}

struct Inner {
    http: Http,
    user_agent: HeaderValue,
    rules: Arc<UrlRules>,
    limits: Limits,
    gate: Gate,
    policy: Policy,
}

type Http = hyper_util::client::legacy::Client<Connector, http_body_util::Full<Bytes>>;
type Policy = Arc<dyn Fn(&str) -> bool + Send + Sync>;

impl GuardedClient {
    /// A client with the default rules and limits.
    ///
    /// # Errors
    ///
    /// The TLS library or its root certificates could not be loaded.
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// A client with other rules or limits.
    pub fn builder() -> Builder {
        Builder {
            rules: UrlRules::new(),
            limits: Limits::new(),
            user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned(),
            policy: Arc::new(|_| true),
            resolver: Arc::new(SystemResolver::new()),
            proxy: None,
            roots: Vec::new(),
            recorder: None,
        }
    }

    /// Begins a `GET`.
    pub fn get(&self, url: Url) -> RequestBuilder<'static> {
        self.request(Method::GET, url)
    }

    /// Begins a request with any method.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder<'static> {
        RequestBuilder {
            client: self.clone(),
            target: Ok(url),
            method,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            expected: Vec::new(),
            identity: false,
            limits: self.inner.limits.clone(),
            sign: None,
        }
    }

    /// Sends a complete request, for example a signed delivery.
    ///
    /// The URI must be absolute and already in its normal form, because a signature may cover it. `Host` is written by
    /// the HTTP stack; one in the request must say the same. A redirect of a signed request that writes is refused:
    /// begin with [`request`](Self::request) and [`sign`](RequestBuilder::sign) to have it signed again.
    ///
    /// # Errors
    ///
    /// See [`RequestBuilder::send`].
    pub async fn execute(&self, request: http::Request<Bytes>) -> Result<Answer, Error> {
        let (head, body) = request.into_parts();
        RequestBuilder {
            client: self.clone(),
            target: target_of(&head.uri),
            method: head.method,
            headers: head.headers,
            body,
            expected: Vec::new(),
            identity: false,
            limits: self.inner.limits.clone(),
            sign: None,
        }
        .send()
        .await
    }

    /// Checks a URL by this client's rules and domain policy, without asking the DNS or anybody else.
    ///
    /// # Errors
    ///
    /// The first rule that the URL breaks.
    pub fn check(&self, url: &Url) -> Result<CheckedUrl, Refused> {
        let url = self.inner.rules.check(url)?;
        self.inner.admit(&url)?;
        Ok(url)
    }

    /// Whether this client would ask this host over plain `http`; see [`UrlRules::allows_plain_http`].
    #[must_use]
    pub fn allows_plain_http(&self, host: &str) -> bool {
        self.inner.rules.allows_plain_http(host)
    }
}

impl Inner {
    /// Asks the operator's policy.
    fn admit(&self, url: &CheckedUrl) -> Result<(), Refused> {
        let host = url.as_url().host_str();
        if host.is_some_and(|host| (self.policy)(host)) {
            Ok(())
        } else {
            Err(Refused::new(Rule::Blocked, host))
        }
    }
}

impl fmt::Debug for GuardedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedClient")
            .field("rules", &self.inner.rules)
            .field("limits", &self.inner.limits)
            .finish()
    }
}

/// Sets up a [`GuardedClient`].
#[must_use]
pub struct Builder {
    rules: UrlRules,
    limits: Limits,
    user_agent: String,
    policy: Policy,
    resolver: Arc<dyn Resolver>,
    proxy: Option<Url>,
    roots: Vec<CertificateDer<'static>>,
    recorder: Option<Recorder>,
}

impl Builder {
    /// What the client calls itself; say who runs it and where: `mybot/1.0 (+https://example.com/)`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Other limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Other rules for URLs; put this before the `danger_` calls.
    pub fn url_rules(mut self, rules: UrlRules) -> Self {
        self.rules = rules;
        self
    }

    /// Allows one more port beside 443.
    pub fn allow_port(mut self, port: u16) -> Self {
        self.rules = self.rules.allow_port(port);
        self
    }

    /// Asks `allows` about the host of every hop before anything else is done with it, DNS included: `false` refuses it
    /// ([`Rule::Blocked`]).
    ///
    /// The host is written as in a URL, in lower case and without a trailing dot: `xn--bcher-kva.example`, `[2620:fe::9]`.
    /// The function is called each time, so it may read what the application has changed since.
    ///
    /// ```
    /// use std::sync::{Arc, RwLock};
    /// use guarded_http::{DomainList, GuardedClient};
    ///
    /// let blocked = Arc::new(RwLock::new(DomainList::new()));
    /// let now = Arc::clone(&blocked);
    /// let builder = GuardedClient::builder().policy(move |host| now.read().is_ok_and(|now| !now.contains(host)));
    /// // Later, when a moderator has decided:
    /// blocked.write().unwrap().insert("evil.example").unwrap();
    /// ```
    pub fn policy(mut self, allows: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.policy = Arc::new(allows);
        self
    }

    /// Who is asked for the addresses of names; the operating system by default.
    pub fn resolver(mut self, resolver: impl Resolver + 'static) -> Self {
        self.resolver = Arc::new(resolver);
        self
    }

    /// Sends every `https` request through a proxy: `http://proxy.example:3128` (HTTP `CONNECT`) or
    /// `socks5://proxy.example:1080`, with user name and password in the URL where the proxy wants them.
    ///
    /// The proxy's own address is the operator's and not judged. The target's is, here: names are resolved and checked as
    /// without a proxy, and the proxy is asked for the checked address, so its own DNS counts for nothing. TLS goes through to
    /// the server: the proxy sees addresses, the server's name in the TLS handshake, times and sizes, but no URL and no content.
    /// Its name is resolved by the operating system; user name and password travel to it unencrypted.
    ///
    /// Plain `http`, which only loopback may have, never goes through it.
    pub fn proxy(mut self, url: Url) -> Self {
        self.proxy = Some(url);
        self
    }

    /// Trusts one more root certificate, DER-encoded, beside those of the platform: that of an organisation's own
    /// certificate authority.
    ///
    /// Whether an issuer took a certificate back is not asked: the certificate says whom to ask, and so would be one more URL
    /// of a stranger's choice.
    ///
    /// Whoever holds its key can speak for every host. It switches no check off, so its name has no `danger_`.
    pub fn trust_root(mut self, certificate: impl Into<Vec<u8>>) -> Self {
        self.roots.push(certificate.into().into());
        self
    }

    /// Has every socket written down before it is opened, for tests.
    pub fn record(mut self, recorder: &Recorder) -> Self {
        self.recorder = Some(recorder.clone());
        self
    }

    /// Allows addresses of a NAT64 that lead to public IPv4 addresses; see [`UrlRules::allow_nat64`].
    pub fn allow_nat64(mut self, prefix: Ipv6Addr) -> Self {
        self.rules = self.rules.allow_nat64(prefix);
        self
    }

    /// Allows loopback addresses, and there plain `http` and any port; see [`UrlRules::danger_allow_loopback`].
    pub fn danger_allow_loopback(mut self) -> Self {
        self.rules = self.rules.danger_allow_loopback();
        self
    }

    /// Gives a name an address by hand, unchecked; see [`UrlRules::danger_resolve`].
    pub fn danger_resolve(mut self, host: &str, address: SocketAddr) -> Self {
        self.rules = self.rules.danger_resolve(host, address);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// The TLS library or a root certificate could not be loaded, the user agent is no header value, or the proxy's URL is none.
    pub fn build(self) -> Result<GuardedClient, BuildError> {
        let Self {
            rules,
            limits,
            user_agent,
            policy,
            resolver,
            proxy,
            roots,
            recorder,
        } = self;
        let rules = Arc::new(rules);
        let dialler = Dialler {
            rules: Arc::clone(&rules),
            resolver,
            proxy: proxy
                .as_ref()
                .map(Proxy::parse)
                .transpose()
                .map_err(BuildError)?,
            recorder,
            tries: limits.addresses,
            kept: Kept::new(&limits),
            patience: limits.idle,
        };
        let tls = client_config(roots).map_err(|error| {
            BuildError(match error {
                rustls::Error::InvalidCertificate(_) => {
                    "a root certificate to trust is not one in DER; PEM has to be decoded".into()
                }
                error => error.into(),
            })
        })?;
        let user_agent =
            HeaderValue::try_from(user_agent).map_err(|error| BuildError(error.into()))?;
        Ok(GuardedClient {
            inner: Arc::new(Inner {
                http: pool(&limits, Connector::new(dialler, tls, limits.connect)),
                user_agent,
                rules,
                gate: Gate::new(&limits),
                limits,
                policy,
            }),
        })
    }
}

/// One pool of connections, HTTP/1.1 and HTTP/2.
fn pool(limits: &Limits, connector: Connector) -> Http {
    // What stands between names and values on the wire, and a status line; hyper takes no less than 8 KiB.
    let between = limits
        .header_count
        .saturating_mul(": \r\n".len())
        .saturating_add(1024);
    let head = usize::try_from(limits.header_bytes)
        .unwrap_or(usize::MAX)
        .saturating_add(between)
        .max(8192);
    hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(limits.keep_alive)
        .pool_max_idle_per_host(limits.kept_per_host)
        // A request comes back only if its connection closed before it took a byte of it: safe for a write too.
        .retry_canceled_requests(true)
        .http1_max_headers(limits.header_count)
        .http1_max_buf_size(head)
        .http2_max_header_list_size(limits.header_bytes)
        // What a peer may send that nobody has read yet.
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(4 * STREAM_WINDOW)
        // Streams that were reset cost memory until they are forgotten, whoever reset them.
        .http2_max_concurrent_reset_streams(RESET_STREAMS)
        .http2_max_pending_accept_reset_streams(RESET_STREAMS)
        .build(connector)
}

const STREAM_WINDOW: u32 = 256 * 1024;
const RESET_STREAMS: usize = 16;

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("rules", &self.rules)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

type Sign<'a> = Box<dyn FnMut(&mut http::Request<Bytes>) -> Result<(), BoxError> + Send + 'a>;

/// A request that is not sent yet. What is wrong with it is said by [`send`](Self::send).
#[must_use = "nothing is sent before `send`"]
pub struct RequestBuilder<'a> {
    client: GuardedClient,
    target: Result<Url, Error>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
    expected: Vec<String>,
    identity: bool,
    limits: Limits,
    sign: Option<Sign<'a>>,
}

impl<'a> RequestBuilder<'a> {
    /// Adds a header field.
    ///
    /// `Host`, `Content-Length`, `Transfer-Encoding`, `Connection` and `Accept-Encoding` are the HTTP stack's business and
    /// not sent. `Authorization`, `Cookie` and signatures are left out after a redirect to another origin.
    pub fn header(
        mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
            }
            _ => self.target = Err(Error::Request(InvalidRequest::Header)),
        }
        self
    }

    /// Sets `Accept`.
    pub fn accept(mut self, media_types: &str) -> Self {
        self.headers.remove(ACCEPT);
        self.header(ACCEPT, media_types)
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Refuses a success whose `Content-Type` is not one of these.
    ///
    /// Type and subtype are compared without regard to case; a `profile` parameter given here must be among the answer's
    /// profiles; other parameters do not count. No `Content-Type`, or two of them, is refused.
    pub fn expect(mut self, media_types: &[&str]) -> Self {
        self.expected = media_types
            .iter()
            .map(|&media_type| media_type.to_owned())
            .collect();
        self
    }

    /// Asks for the bytes as they are: any content encoding is refused. For media whose hash or signature covers the bytes on
    /// the wire.
    pub fn identity(mut self) -> Self {
        self.identity = true;
        self
    }

    /// Other limits for the body of this answer alone: so many bytes on the wire, and so many decoded.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits = self.limits.body(bytes).wire_body(bytes);
        self
    }

    /// Another time for the whole of this call; see [`Limits::total`].
    pub fn total(mut self, time: Duration) -> Self {
        self.limits = self.limits.total(time);
        self
    }

    /// Has the request signed, again for every redirect.
    ///
    /// The hook sees the request as it goes out, with the URL of this hop and its `Host`; the header fields it leaves are
    /// sent (those named under [`header`](Self::header) excepted), other changes are not.
    pub fn sign<'b, F>(self, hook: F) -> RequestBuilder<'b>
    where
        F: FnMut(&mut http::Request<Bytes>) -> Result<(), BoxError> + Send + 'b,
        'a: 'b,
    {
        let Self {
            client,
            target,
            method,
            headers,
            body,
            expected,
            identity,
            limits,
            sign: _,
        } = self;
        RequestBuilder {
            client,
            target,
            method,
            headers,
            body,
            expected,
            identity,
            limits,
            sign: Some(Box::new(hook)),
        }
    }

    /// Sends the request, follows redirects by the same rules, and reads the answer.
    ///
    /// # Errors
    ///
    /// Every status outside 200 to 299 is an error that says what it means for the caller; see [`Error`].
    pub async fn send(self) -> Result<Answer, Error> {
        let mut call = self.begin();
        let span = call.span.clone();
        let outcome = async {
            let unread = self.follow(&call, false).await?;
            unread.read(&mut call).await
        }
        .instrument(span)
        .await;
        call.end(&outcome);
        outcome
    }

    /// Sends the request and follows redirects like [`send`](Self::send), but leaves the body of a success unread, for what
    /// is too large to be held in memory: avatars, media, archives.
    ///
    /// The same limits hold while it is read; [`body_limit`](Self::body_limit) and [`total`](Self::total) set others.
    ///
    /// ```no_run
    /// # async fn save(client: guarded_http::GuardedClient, mut file: impl std::io::Write) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut avatar = client
    ///     .get("https://media.example/alice.png".parse()?)
    ///     .expect(&["image/png", "image/jpeg"])
    ///     .body_limit(8 * 1024 * 1024)
    ///     .stream()
    ///     .await?;
    /// while let Some(chunk) = avatar.chunk().await? {
    ///     file.write_all(&chunk)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send): every status outside 200 to 299 is an error.
    pub async fn stream(self) -> Result<Streaming, Error> {
        let mut call = self.begin();
        let span = call.span.clone();
        async {
            match self.follow(&call, true).await {
                Ok(unread) => unread.stream(call).await,
                Err(error) => {
                    let outcome = Err(error);
                    call.end(&outcome);
                    outcome
                }
            }
        }
        .instrument(span)
        .await
    }

    fn begin(&self) -> Call {
        let host = self.target.as_ref().ok().and_then(Url::host_str);
        Call::begin(&self.method, host.and_then(nameable))
    }

    async fn follow(self, call: &Call, streamed: bool) -> Result<Unread, Error> {
        let Self {
            client,
            target,
            method,
            mut headers,
            body,
            expected,
            identity,
            limits,
            mut sign,
        } = self;
        let Inner {
            http,
            user_agent,
            rules,
            gate,
            ..
        } = &*client.inner;
        let target = target?;
        let mut url = rules.check(&target)?;
        check_host_header(&headers, &url)?;
        headers
            .entry(USER_AGENT)
            .or_insert_with(|| user_agent.clone());
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("*/*"));
        let mut hops = 0;
        let deadline = deadline(limits.total);
        loop {
            client.inner.admit(&url)?;
            let mut request = outgoing(&url, &method, &headers, &body, sign.as_mut())?;
            let accepted = if identity { "identity" } else { body::ACCEPTED };
            request
                .headers_mut()
                .insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            let place_and_head = async {
                let place = gate.enter(&url).await.map_err(busy)?;
                Ok((place, head(http, request, limits.idle, &url).await?))
            };
            let (place, response) = timeout_at(deadline, place_and_head)
                .await
                .unwrap_or_else(|elapsed| Err(too_slow(elapsed)))?;
            call.head(hops, url.as_url().host_str(), response.status());
            let from = Redirect {
                url: &url,
                method: &method,
                signed: sign.is_none() && has_signature(&headers),
            };
            let Some(next) = from.follow(response.status(), response.headers(), rules)? else {
                let to_read = answer::Reading {
                    method: &method,
                    limits: &limits,
                    expected: &expected,
                    identity,
                    streamed,
                    ranged: headers.contains_key(RANGE),
                    deadline,
                };
                return to_read.open(response, url, place);
            };
            hops += 1;
            if hops > limits.redirects {
                return Err(Refused::new(Rule::TooManyRedirects, url.as_url().host_str()).into());
            }
            redirect::leave_behind(&mut headers, &url, &next);
            url = next;
        }
    }
}

impl fmt::Debug for RequestBuilder<'_> {
    /// Names only: header values and the query may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("method", &self.method)
            .field("host", &self.target.as_ref().ok().and_then(Url::host_str))
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Sends a request and waits for the head of its answer; from the connection on, no longer than `idle`.
async fn head(
    http: &Http,
    mut request: http::Request<http_body_util::Full<Bytes>>,
    idle: Duration,
    url: &CheckedUrl,
) -> Result<http::Response<Incoming>, Error> {
    let mut connection = capture_connection(&mut request);
    let silence = async {
        connection.wait_for_connection_metadata().await;
        sleep(idle).await;
    };
    tokio::select! {
        response = http.request(request) => response.map_err(|error| broken(error.into(), url)),
        () = silence => {
            if let Some(connected) = &*connection.connection_metadata() {
                // Another request would wait on the same dead HTTP/2 connection.
                connected.poison();
            }
            Err(silent())
        }
    }
}

/// The request of one hop, signed if there is somebody to sign.
fn outgoing(
    url: &CheckedUrl,
    method: &Method,
    headers: &HeaderMap,
    body: &Bytes,
    sign: Option<&mut Sign<'_>>,
) -> Result<http::Request<http_body_util::Full<Bytes>>, Error> {
    let target: http::Uri = url
        .as_url()
        .as_str()
        .parse()
        .map_err(|_| Error::Request(InvalidRequest::Target))?;
    let mut headers = headers.clone();
    if let Some(sign) = sign {
        let host = HeaderValue::try_from(authority(url))
            .map_err(|_| Error::Request(InvalidRequest::Host))?;
        headers.insert(HOST, host);
        let mut request = http::Request::new(body.clone());
        *request.method_mut() = method.clone();
        *request.uri_mut() = target.clone();
        *request.headers_mut() = headers;
        sign(&mut request).map_err(Error::Sign)?;
        headers = std::mem::take(request.headers_mut());
        check_host_header(&headers, url)?;
    }
    for name in [
        HOST,
        CONTENT_LENGTH,
        TRANSFER_ENCODING,
        CONNECTION,
        ACCEPT_ENCODING,
    ] {
        headers.remove(name);
    }
    let mut request = http::Request::new(http_body_util::Full::new(body.clone()));
    *request.method_mut() = method.clone();
    *request.uri_mut() = target;
    *request.headers_mut() = headers;
    Ok(request)
}

/// The URL of a complete request, if parsing changes nothing that a signature may cover.
fn target_of(uri: &http::Uri) -> Result<Url, Error> {
    let text = uri.to_string();
    let url = Url::parse(&text).map_err(|_| Error::Request(InvalidRequest::Target))?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if url[Position::BeforePath..Position::AfterQuery] != *path {
        return Err(Refused::new(Rule::NotNormal, url.host_str()).into());
    }
    Ok(url)
}

fn check_host_header(headers: &HeaderMap, url: &CheckedUrl) -> Result<(), Error> {
    let authority = authority(url);
    let same = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(authority.as_bytes());
    if headers.get_all(HOST).iter().all(same) {
        Ok(())
    } else {
        Err(Error::Request(InvalidRequest::Host))
    }
}

/// Host and port as `Host` has them: no port where it is the scheme's own.
fn authority(url: &CheckedUrl) -> String {
    url.as_url()[Position::BeforeHost..Position::AfterPort].to_owned()
}

/// When the whole call has to be over.
fn deadline(total: Duration) -> Instant {
    let now = Instant::now();
    // A limit too far away to be written down is none; so is a year.
    now.checked_add(total)
        .unwrap_or_else(|| now + Duration::from_secs(365 * 24 * 60 * 60))
}

fn too_slow(elapsed: Elapsed) -> Error {
    Error::Transient(Transient::new(
        TransientReason::Timeout,
        Some(elapsed.into()),
    ))
}

fn busy(Full: Full) -> Error {
    Error::Transient(Transient::new(TransientReason::Busy, None))
}

fn is_safe(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

fn has_signature(headers: &HeaderMap) -> bool {
    headers.contains_key("signature") || headers.contains_key("signature-input")
}

fn silent() -> Error {
    Error::Transient(Transient::new(TransientReason::Timeout, None))
}

/// What a failure of the HTTP stack means.
fn broken(error: BoxError, url: &CheckedUrl) -> Error {
    let mut reason = TransientReason::Broken;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&*error);
    while let Some(inner) = cause {
        let refuse = |rule| Refused::new(rule, url.as_url().host_str()).into();
        if let Some(error) = inner.downcast_ref() {
            reason = match error {
                ConnectError::NotPublic(block) => return refuse(Rule::Address(*block)),
                ConnectError::Dns(_) => TransientReason::Dns,
                ConnectError::DnsTimeout => TransientReason::DnsTimeout,
                ConnectError::Socket(_) => TransientReason::Connect,
                ConnectError::Timeout => TransientReason::ConnectTimeout,
                ConnectError::Proxy(_) => TransientReason::Proxy,
                ConnectError::Tls(_) => TransientReason::Tls,
                ConnectError::Certificate(problem) => TransientReason::Certificate(*problem),
            };
            break;
        }
        if inner
            .downcast_ref()
            .is_some_and(hyper::Error::is_parse_too_large)
        {
            return refuse(Rule::HeadersTooLong);
        }
        cause = inner.source();
    }
    Error::Transient(Transient::new(reason, Some(error)))
}
