//! A client that sends calls and reads answers.

use std::collections::HashSet;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use http::{Method, Request, Response, StatusCode};
use url::{Host, Url};

use crate::endpoint::{self, Access, Answer, Endpoint};
use crate::error::{
    Error, InvalidRequest, NotReached, NotReachedReason, NotUnderstood, NotUnderstoodReason,
};
use crate::oauth::{AccessToken, BearerToken, Scopes};

pub use answered::{Answered, Deprecation, Refresh};
pub use pages::{Items, Pages};
pub use post::{Edit, Post, ScheduledPost, Thread};
pub use raw::RawRequest;
pub use upload::{MediaFile, MediaUpload};
use waiting::{RateLimiter, RetryPolicy};

mod answered;
pub(crate) mod login;
#[cfg(feature = "loopback")]
pub(crate) mod loopback;
mod pages;
mod post;
mod rate_limit;
mod raw;
mod retry;
mod secrets;
mod server;
mod shortcuts;
pub(crate) mod streaming;
mod upload;
pub mod waiting;

/// A connection to one server, with or without a token.
///
/// Cheap to clone; clones share their connections. The token goes to this server's own origin and nowhere else:
/// redirects to other origins are not followed. Cookies are not kept.
///
/// ```no_run
/// use mastodon_api::{Client, methods};
///
/// # async fn example() -> Result<(), mastodon_api::Error> {
/// let client = Client::new("https://mastodon.example")?.with_token("…");
/// let status = client.post("Hello, world").unlisted().send().await?;
/// client.send(methods::statuses::Favourite::new(&status)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    credentials: Option<Arc<Credentials>>,
    limiter: RateLimiter,
    retry: RetryPolicy,
}

struct Credentials {
    token: BearerToken,
    /// `Bearer …`, marked as sensitive.
    header: HeaderValue,
}

struct Shared {
    base: Url,
    http: reqwest::Client,
    websocket_http: OnceLock<reqwest::Client>,
    timeout: Duration,
    body_limit: usize,
    check_scopes: bool,
    check_limits: bool,
    strict: bool,
    server: server::Known,
    server_lifetime: Duration,
    /// Calls of which the log says already that they are deprecated.
    deprecated: Mutex<HashSet<(Method, &'static str)>>,
}

/// How often a request is sent on within the server.
const MAX_REDIRECTS: usize = 5;

impl Client {
    /// A client for the server at `base` (`https://mastodon.example`), with the defaults of [`ClientBuilder`].
    ///
    /// # Errors
    ///
    /// When `base` is not the `https:` address of a server.
    pub fn new(base: impl AsRef<str>) -> Result<Self, Error> {
        Self::builder(base).build()
    }

    /// A client with choices.
    pub fn builder(base: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder {
            base: base.as_ref().to_owned(),
            token: None,
            user_agent: None,
            http: None,
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            body_limit: 16 * 1024 * 1024,
            check_scopes: true,
            check_limits: true,
            server_lifetime: server::DEFAULT_LIFETIME,
            allow_http: false,
            strict: false,
            retry: RetryPolicy::default(),
            limiter: RateLimiter::default(),
        }
    }

    /// The same client with this token. The connections are shared.
    ///
    /// The answer to a login ([`Token`](crate::entities::Token)) says what it allows: calls that it does not allow
    /// are not sent ([`ClientBuilder::check_scopes`]).
    ///
    /// A token that no header can hold is none: the server will answer 401. [`ClientBuilder::token`] reports it.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<BearerToken>) -> Self {
        self.credentials = credentials(token.into()).ok();
        self.limiter = self.limiter.fresh();
        self
    }

    /// The same client without a token. The connections are shared.
    #[must_use]
    pub fn without_token(mut self) -> Self {
        self.credentials = None;
        self.limiter = self.limiter.fresh();
        self
    }

    /// The same client with this limiter, which others of the same account may have too. Give it after the token: with
    /// another token there is another limiter.
    #[must_use]
    pub fn with_rate_limiter(mut self, limiter: RateLimiter) -> Self {
        self.limiter = limiter;
        self
    }

    /// What waits for the server's limits, to be shared with other clients of the same account.
    #[must_use]
    pub fn rate_limiter(&self) -> &RateLimiter {
        &self.limiter
    }

    /// The address of the server.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.shared.base
    }

    pub(crate) fn token(&self) -> Option<&AccessToken> {
        self.credentials
            .as_ref()
            .map(|credentials| &credentials.token.access_token)
    }

    /// What the token allows, as far as that is known.
    #[must_use]
    pub fn scopes(&self) -> Option<&Scopes> {
        self.credentials.as_ref()?.token.scopes.as_ref()
    }

    /// Sends a call and reads its answer.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn send<E: Endpoint>(&self, endpoint: E) -> Result<E::Response, Error> {
        self.send_full(endpoint)
            .await
            .map(|answered| answered.value)
    }

    /// Sends a call and reads its answer, with all that came with it.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn send_full<E: Endpoint>(
        &self,
        endpoint: E,
    ) -> Result<Answered<E::Response>, Error> {
        self.check_scopes(&E::ACCESS)?;
        let request = endpoint.to_request(&self.shared.base)?;
        let response = Box::pin(self.send_patiently(E::TEMPLATE, request)).await?;
        tracing::debug!(method = %E::METHOD, path = E::TEMPLATE, status = response.status().as_u16(), "answered");
        self.warn_if_deprecated(&E::METHOD, E::TEMPLATE, response.headers());
        self.answered(response, |response| {
            self.read(response, E::INSIDE, |response| {
                endpoint.read_response(response)
            })
        })
    }

    /// Once for each call.
    fn warn_if_deprecated(&self, method: &Method, template: &'static str, headers: &HeaderMap) {
        let Some(deprecation) = Deprecation::from_headers(headers) else {
            return;
        };
        let mut warned = self
            .shared
            .deprecated
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if warned.insert((method.clone(), template)) {
            let Deprecation { since, sunset } = deprecation;
            tracing::warn!(%method, path = template, ?since, ?sunset, "the server says that this call is deprecated");
        }
    }

    /// Reads an answer, and all of it if the client is strict.
    fn read<T: Answer>(
        &self,
        response: Response<Bytes>,
        inside: Option<&str>,
        read: impl FnOnce(Response<Bytes>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if !self.shared.strict {
            return read(response);
        }
        let value = read(response.clone())?;
        let mut problems = value.problems();
        problems.extend(T::lost(&endpoint::inside(response.clone(), inside)));
        if problems.is_empty() {
            return Ok(value);
        }
        let error = NotUnderstood::strict(&response, problems);
        Err(Error::NotUnderstood(Box::new(error)))
    }

    /// A status to publish, which [`Post::send`] does.
    pub fn post(&self, text: impl Into<String>) -> Post {
        Post::new(self.clone(), text.into())
    }

    /// Refuses what the token is known not to allow.
    fn check_scopes(&self, access: &Access) -> Result<(), InvalidRequest> {
        match self.scopes().filter(|_| self.shared.check_scopes) {
            Some(scopes) => scopes
                .check(access)
                .map_err(|missing| InvalidRequest::parameter("token", missing)),
            None => Ok(()),
        }
    }

    fn authorize(&self, headers: &mut HeaderMap) {
        if let Some(credentials) = &self.credentials {
            headers.insert(AUTHORIZATION, credentials.header.clone());
        }
    }

    /// Sends a request and follows redirects within the server, for requests that change nothing.
    async fn exchange(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        self.authorize(request.headers_mut());
        for _ in 0..=MAX_REDIRECTS {
            let response = self.once(request.clone()).await?;
            if !is_redirect(response.status()) {
                return Ok(response);
            }
            let uri = self.redirected(&request, response.headers())?;
            *request.uri_mut() = uri;
        }
        Err(not_reached(NotReachedReason::TooManyRedirects))
    }

    /// Where a redirect leads, if the request may go there with the token.
    fn redirected(
        &self,
        request: &Request<Bytes>,
        headers: &HeaderMap,
    ) -> Result<http::Uri, Error> {
        let elsewhere = || not_reached(NotReachedReason::RedirectedElsewhere);
        let location = headers
            .get(LOCATION)
            .and_then(|value| value.to_str().ok())
            .ok_or_else(elsewhere)?;
        let here = Url::parse(&request.uri().to_string()).map_err(|_| elsewhere())?;
        let target = here.join(location).map_err(|_| elsewhere())?;
        let has_user = !target.username().is_empty() || target.password().is_some();
        if target.origin() != self.shared.base.origin() || has_user {
            return Err(elsewhere());
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(not_reached(NotReachedReason::RedirectedWrite));
        }
        target.as_str().parse().map_err(|_| elsewhere())
    }

    async fn once(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let sent = request.clone();
        let mut request = reqwest::Request::try_from(request)
            .map_err(|error| InvalidRequest::parameter("path", error.without_url()))?;
        *request.timeout_mut() = Some(self.shared.timeout);
        self.execute(request, &sent).await
    }

    /// `sent` is the request without a body that is read while it is sent.
    async fn execute(
        &self,
        request: reqwest::Request,
        sent: &Request<Bytes>,
    ) -> Result<Response<Bytes>, Error> {
        let mut answer = self.shared.http.execute(request).await.map_err(unreached)?;
        // A client from outside may have followed a redirect of its own.
        if answer.url().origin() != self.shared.base.origin() {
            return Err(not_reached(NotReachedReason::RedirectedElsewhere));
        }
        let status = answer.status();
        let mut headers = std::mem::take(answer.headers_mut());
        let mut body = self.body(&mut answer, status).await?;
        // What becomes the text of an error: some servers say in it what they were sent.
        if !status.is_success() || body.trim_ascii_start().starts_with(b"<") {
            let token = self.token().map(AccessToken::expose);
            secrets::remove(token, sent, &mut headers, &mut body);
        }
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    async fn body(
        &self,
        answer: &mut reqwest::Response,
        status: StatusCode,
    ) -> Result<Bytes, Error> {
        let limit = self.shared.body_limit;
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreached)? {
            if chunk.len() > limit.saturating_sub(body.len()) {
                // What was said in refusing is worth more than all of it.
                if !status.is_success() {
                    break;
                }
                let error = NotUnderstood::without_body(NotUnderstoodReason::TooLarge, status);
                return Err(Error::NotUnderstood(Box::new(error)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.shared.base.as_str())
            .field("has_token", &self.credentials.is_some())
            .finish_non_exhaustive()
    }
}

/// Choices for a [`Client`].
#[must_use = "it makes no client until `build`"]
pub struct ClientBuilder {
    base: String,
    token: Option<BearerToken>,
    user_agent: Option<String>,
    http: Option<reqwest::Client>,
    timeout: Duration,
    connect_timeout: Duration,
    body_limit: usize,
    check_scopes: bool,
    check_limits: bool,
    server_lifetime: Duration,
    allow_http: bool,
    strict: bool,
    retry: RetryPolicy,
    limiter: RateLimiter,
}

impl ClientBuilder {
    /// The token that every request carries: its text, or the answer to a login, which says what it allows.
    pub fn token(mut self, token: impl Into<BearerToken>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// What the server reads about this program: its name, version and a place to complain.
    /// `fedikit-mastodon-api/…` if nothing is said. An HTTP client of your own has its own.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// An HTTP client of your own. Have it follow no redirects (`redirect::Policy::none()`): this crate does so,
    /// with more care.
    ///
    /// Its proxies are yours too. If nothing is said it takes those of the environment, also for a server on this very
    /// computer, and over `http:` they read the token: build it with `no_proxy()` for such a server, as this crate does.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// How long a call may take from beginning to end, each time that it is tried: 60 seconds if nothing is said.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long connecting may take: 10 seconds if nothing is said. An HTTP client of your own has its own.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an answer may be, in bytes after decompression: 16 MiB if nothing is said.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Whether a call that wants a scope which the token is known not to have fails before it is sent, with the
    /// missing scope as the [source](std::error::Error::source) of an [`InvalidRequest`]. It does if nothing is said.
    ///
    /// What a token allows is known of the answer to a login, or said with [`BearerToken::with_scopes`].
    pub fn check_scopes(mut self, check: bool) -> Self {
        self.check_scopes = check;
        self
    }

    /// Whether posts, edits and files are checked before they are sent against what the server allows. They are if
    /// nothing is said.
    ///
    /// The first of them then asks for that ([`Client::server`]: three small requests, one after the other), and those
    /// of all clones know it for an hour. It is advice: if the server does not answer within ten seconds, or something
    /// else, they are sent unchecked, and it is not asked again for five minutes. With `false` nothing is asked: for a
    /// script that posts once, and takes the server's refusal for an answer.
    pub fn check_limits(mut self, check: bool) -> Self {
        self.check_limits = check;
        self
    }

    /// How often a call is tried, and for how long: see [`waiting`](crate::waiting).
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// What waits for the server's limits, and how: see [`waiting`](crate::waiting).
    pub fn rate_limiter(mut self, limiter: RateLimiter) -> Self {
        self.limiter = limiter;
        self
    }

    /// Takes no answer of which a part cannot be read: it is [`NotUnderstood`], with that part in
    /// [`problems`](NotUnderstood::problems). For tests of a server, or of this crate: a program for people is better
    /// off with the rest.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// For how long what [`Client::server`] found out counts: an hour if nothing is said.
    pub fn server_lifetime(mut self, lifetime: Duration) -> Self {
        self.server_lifetime = lifetime;
        self
    }

    /// Lets the token and all else travel unencrypted, for everyone on the way to read.
    ///
    /// `http:` addresses of this very computer need no such permission.
    pub fn danger_allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// When the address is not the `https:` address of a server, or the token or the user agent cannot stand in a
    /// header.
    pub fn build(self) -> Result<Client, Error> {
        let base = base(&self.base, self.allow_http)?;
        let credentials = self.token.map(credentials).transpose()?;
        let http = match self.http {
            Some(http) => http,
            None => {
                let user_agent = self.user_agent.unwrap_or_else(|| {
                    concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned()
                });
                let user_agent = HeaderValue::try_from(user_agent)
                    .map_err(|error| InvalidRequest::parameter("user_agent", error))?;
                let mut http = reqwest::Client::builder()
                    .user_agent(user_agent)
                    .connect_timeout(self.connect_timeout)
                    // A thousand streams that ask at once would keep a thousand connections for nothing.
                    .pool_max_idle_per_host(16)
                    .redirect(reqwest::redirect::Policy::none());
                // A proxy of the environment would read the token, and this computer is not what it should reach.
                if base.host().is_some_and(|host| is_loopback(&host)) {
                    http = http.no_proxy();
                }
                http.build()
                    .map_err(|error| InvalidRequest::parameter("client", error))?
            }
        };
        let shared = Shared {
            base,
            http,
            timeout: self.timeout,
            body_limit: self.body_limit,
            websocket_http: OnceLock::new(),
            check_scopes: self.check_scopes,
            check_limits: self.check_limits,
            strict: self.strict,
            server: server::Known::default(),
            server_lifetime: self.server_lifetime,
            deprecated: Mutex::default(),
        };
        Ok(Client {
            shared: Arc::new(shared),
            credentials,
            limiter: self.limiter,
            retry: self.retry,
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            // The text may hold a password.
            .field(
                "base",
                &base(&self.base, self.allow_http)
                    .ok()
                    .as_ref()
                    .map(Url::as_str),
            )
            .field("token", &self.token)
            .field("timeout", &self.timeout)
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

fn credentials(token: BearerToken) -> Result<Arc<Credentials>, InvalidRequest> {
    let mut header = HeaderValue::try_from(format!("Bearer {}", token.access_token.expose()))
        .map_err(|error| InvalidRequest::parameter("token", error))?;
    header.set_sensitive(true);
    Ok(Arc::new(Credentials { token, header }))
}

fn base(text: &str, allow_http: bool) -> Result<Url, InvalidRequest> {
    let refuse = |why: &'static str| InvalidRequest::parameter("base", why);
    let url = Url::parse(text.trim())
        .map_err(|_| refuse("it is not a URL: write https://mastodon.example"))?;
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => {}
        ("http", Some(host)) if allow_http || is_loopback(&host) => {}
        ("http", _) => {
            return Err(refuse(
                "over http: everyone on the way reads the token: write https:",
            ));
        }
        _ => return Err(refuse("it is not the https: address of a server")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("it holds a user name or password"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse(
            "it is more than the address of a server: write https://mastodon.example",
        ));
    }
    Ok(url)
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn not_reached(reason: NotReachedReason) -> Error {
    Error::NotReached(NotReached::new(reason, None))
}

fn unreached(error: reqwest::Error) -> Error {
    let reason = if error.is_dns() {
        NotReachedReason::NoAddress
    } else if error.is_connect() {
        unconnected(&error)
    } else if error.is_timeout() {
        NotReachedReason::Timeout
    } else {
        NotReachedReason::Interrupted
    };
    // The address may hold what is nobody's business.
    Error::NotReached(NotReached::new(reason, Some(Box::new(error.without_url()))))
}

fn unconnected(error: &reqwest::Error) -> NotReachedReason {
    let mut cause = StdError::source(error);
    while let Some(error) = cause {
        match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => return NotReachedReason::ConnectionRefused,
            // What the TLS library says of a certificate, and of bytes that are no TLS.
            Some(io::ErrorKind::InvalidData) => return NotReachedReason::NotSecure,
            _ => cause = error.source(),
        }
    }
    if error.is_timeout() {
        NotReachedReason::ConnectTimeout
    } else {
        NotReachedReason::NoConnection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_servers_are_taken() {
        for good in [
            "https://mastodon.example",
            "https://mastodon.example/",
            " https://mastodon.example:8443 ",
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
        ] {
            assert!(Client::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "mastodon.example",
            "http://mastodon.example",
            "http://localhost.example",
            "http://192.168.0.1",
            "ftp://mastodon.example",
            "https://user:password@mastodon.example",
            "https://mastodon.example/@user",
            "https://mastodon.example/?token=planted",
        ] {
            let error = Client::new(bad).unwrap_err();
            assert!(matches!(error, Error::InvalidRequest(_)), "{bad}: {error}");
            assert!(!format!("{error} {error:?}").contains("planted"));
        }
        assert!(
            Client::builder("http://mastodon.example")
                .danger_allow_http()
                .build()
                .is_ok()
        );
    }

    #[test]
    fn a_token_that_no_header_can_hold_is_reported_without_it() {
        let error = Client::builder("https://mastodon.example")
            .token("planted\n")
            .build()
            .unwrap_err();
        assert!(!format!("{error} {error:?}").contains("planted"));
    }

    #[test]
    fn no_token_is_shown() {
        let builder = Client::builder("https://mastodon.example").token("planted");
        assert!(!format!("{builder:?}").contains("planted"));
        let client = builder.build().unwrap();
        let header = &client.credentials.as_ref().unwrap().header;
        assert!(!format!("{client:?} {client:#?} {header:?}").contains("planted"));
    }
}
