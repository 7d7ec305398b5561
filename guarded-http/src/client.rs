//! The client: our own redirects, our own counting, one typed outcome.

mod answer;
mod gate;
mod redirect;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue,
    TRANSFER_ENCODING,
};
use http::{HeaderMap, Method};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};
use tower::util::MapRequestLayer;
use url::{Position, Url};

pub use self::answer::Answer;
use self::gate::{Full, Gate};
use self::redirect::Redirect;
use crate::error::{
    BoxError, BuildError, Error, InvalidRequest, Refused, Rule, Transient, TransientReason,
};
use crate::limits::Limits;
use crate::resolver::{self, GuardedResolver, Lookup, NotPublic};
use crate::url::{CheckedUrl, UrlRules};

/// A client for URLs that strangers chose. A clone shares connections and limits with its original.
///
/// It keeps no cookies, sends no `Referer`, offers no compression, reads no proxy and nothing else from the
/// environment, and never asks again by itself.
#[derive(Clone)]
pub struct GuardedClient {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    rules: Arc<UrlRules>,
    limits: Limits,
    gate: Gate,
    policy: Policy,
    connections: Arc<AtomicU64>,
}

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
            lookup: resolver::system(),
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

    /// How many connections were begun: every check had passed and a socket was about to be opened.
    ///
    /// A refused request does not count, so a test can show that refusing opens nothing. (A name that is still being
    /// resolved when the time runs out counts: the number is never too low.)
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.inner.connections.load(Ordering::Relaxed)
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
    lookup: Lookup,
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
    /// The TLS library or its root certificates could not be loaded, or the user agent is no header value.
    pub fn build(self) -> Result<GuardedClient, BuildError> {
        let Self {
            rules,
            limits,
            user_agent,
            policy,
            lookup,
        } = self;
        let rules = Arc::new(rules);
        let connections = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&connections);
        let http = reqwest::Client::builder()
            .user_agent(user_agent)
            .no_proxy()
            // What another crate in the program switches on in reqwest is not switched on here.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(limits.connect)
            .read_timeout(limits.idle)
            .http1_max_headers(limits.header_count)
            .http2_max_header_list_size(limits.header_bytes)
            .dns_resolver(GuardedResolver {
                rules: Arc::clone(&rules),
                lookup,
                tries: limits.addresses,
                connections: Arc::clone(&connections),
            })
            .connector_layer(MapRequestLayer::new(move |target| {
                counter.fetch_add(1, Ordering::Relaxed);
                target
            }))
            .build()
            .map_err(|error| BuildError(error.into()))?;
        let gate = Gate::new(&limits);
        Ok(GuardedClient {
            inner: Arc::new(Inner {
                http,
                rules,
                limits,
                gate,
                policy,
                connections,
            }),
        })
    }
}

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
            sign: _,
        } = self;
        RequestBuilder {
            client,
            target,
            method,
            headers,
            body,
            expected,
            sign: Some(Box::new(hook)),
        }
    }

    /// Sends the request, follows redirects by the same rules, and reads the answer.
    ///
    /// # Errors
    ///
    /// Every status outside 200 to 299 is an error that says what it means for the caller; see [`Error`].
    pub async fn send(self) -> Result<Answer, Error> {
        let outcome = self.follow().await;
        match &outcome {
            Ok(answer) => tracing::debug!(
                host = answer.url().host_str(),
                status = answer.status().as_u16(),
                "answered"
            ),
            Err(error) => tracing::debug!(%error, "no answer to use"),
        }
        outcome
    }

    async fn follow(self) -> Result<Answer, Error> {
        let Self {
            client,
            target,
            method,
            mut headers,
            body,
            expected,
            mut sign,
        } = self;
        let Inner {
            http,
            rules,
            limits,
            gate,
            ..
        } = &*client.inner;
        let target = target?;
        let mut url = rules.check(&target)?;
        check_host_header(&headers, &url)?;
        let mut hops = 0;
        let deadline = deadline(limits.total);
        loop {
            client.inner.admit(&url)?;
            let fields = outgoing_fields(&url, &method, &headers, &body, sign.as_mut())?;
            let mut request = reqwest::Request::new(method.clone(), url.as_url().clone());
            *request.headers_mut() = fields;
            if !body.is_empty() || !is_safe(&method) {
                *request.body_mut() = Some(body.clone().into());
            }
            let place_and_head = async {
                let place = gate.enter(&url).await.map_err(busy)?;
                let response = http.execute(request).await;
                Ok((place, response.map_err(|error| broken(error, &url))?))
            };
            let (_place, response) = timeout_at(deadline, place_and_head)
                .await
                .unwrap_or_else(|elapsed| Err(too_slow(elapsed)))?;
            let from = Redirect {
                url: &url,
                method: &method,
                signed: sign.is_none() && has_signature(&headers),
            };
            let Some(next) = from.follow(response.status(), response.headers(), rules)? else {
                let to_read = answer::Reading {
                    method: &method,
                    limits,
                    expected: &expected,
                    deadline,
                };
                return to_read.read(response, url, SystemTime::now()).await;
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

/// The header fields of one hop, signed if there is somebody to sign.
fn outgoing_fields(
    url: &CheckedUrl,
    method: &Method,
    headers: &HeaderMap,
    body: &Bytes,
    sign: Option<&mut Sign<'_>>,
) -> Result<HeaderMap, Error> {
    let mut headers = headers.clone();
    if let Some(sign) = sign {
        let host = HeaderValue::try_from(authority(url))
            .map_err(|_| Error::Request(InvalidRequest::Host))?;
        headers.insert(HOST, host);
        let mut request = http::Request::new(body.clone());
        *request.method_mut() = method.clone();
        *request.uri_mut() = url
            .as_url()
            .as_str()
            .parse()
            .map_err(|_| Error::Request(InvalidRequest::Target))?;
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
    Ok(headers)
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

/// What a failure of the HTTP stack means; its own text loses the URL, which may hold a secret.
fn broken(error: reqwest::Error, url: &CheckedUrl) -> Error {
    let error = error.without_url();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(NotPublic(block)) = inner.downcast_ref() {
            return Refused::new(Rule::Address(*block), url.as_url().host_str()).into();
        }
        cause = inner.source();
    }
    let reason = if error.is_timeout() {
        TransientReason::Timeout
    } else if error.is_connect() {
        TransientReason::Connect
    } else {
        TransientReason::Broken
    };
    Error::Transient(Transient::new(reason, Some(error.into())))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Mutex;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one question after the other, and remembers how many are left.
    fn answering(answers: &[&[&str]]) -> (Lookup, Arc<Mutex<Vec<Vec<IpAddr>>>>) {
        let parse = |answer: &&[&str]| {
            answer
                .iter()
                .map(|address| address.parse().unwrap())
                .collect()
        };
        let answers: Arc<Mutex<Vec<Vec<IpAddr>>>> =
            Arc::new(Mutex::new(answers.iter().rev().map(parse).collect()));
        let left = Arc::clone(&answers);
        let lookup: Lookup = Arc::new(move |_| {
            let answer = answers.lock().unwrap().pop().unwrap();
            Box::pin(async move { Ok(answer) })
        });
        (lookup, left)
    }

    #[tokio::test]
    async fn a_name_that_leads_inward_is_refused_before_a_socket() {
        for answer in [
            &["127.0.0.1"][..],
            &["9.9.9.9", "10.0.0.1"],
            &["::ffff:9.9.9.9"],
            &["fd00:ec2::254"],
        ] {
            let client = Builder {
                lookup: answering(&[answer]).0,
                ..GuardedClient::builder()
            }
            .build()
            .unwrap();
            let error = client
                .get("https://v.example/".parse().unwrap())
                .send()
                .await
                .unwrap_err();
            assert!(
                matches!(error.refused().map(Refused::rule), Some(Rule::Address(_))),
                "{answer:?}: {error:?}"
            );
            assert_eq!(error.refused().unwrap().host(), Some("v.example"));
            assert_eq!(client.connections(), 0);
        }
    }

    /// The name is asked once a connection, so an answer that changes after the check is never seen.
    #[tokio::test]
    async fn the_address_that_was_checked_is_the_one_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            assert_ne!(socket.read(&mut [0; 4096]).await.unwrap(), 0);
            socket
                .write_all(b"HTTP/1.1 200 X\r\ncontent-length: 0\r\n\r\n")
                .await
                .unwrap();
        });
        let (lookup, left) = answering(&[&["127.0.0.1"], &["10.0.0.1"]]);
        // The name must pass for http; what it resolves to is still the lookup's answer.
        let rules = UrlRules::new().danger_allow_loopback();
        let resolver = GuardedResolver {
            rules: Arc::new(rules),
            lookup,
            tries: 8,
            connections: Arc::default(),
        };
        let http = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(resolver)
            .build()
            .unwrap();
        http.get(format!("http://v.example:{}/", address.port()))
            .send()
            .await
            .unwrap();
        served.await.unwrap();
        assert_eq!(left.lock().unwrap().len(), 1);
    }
}
