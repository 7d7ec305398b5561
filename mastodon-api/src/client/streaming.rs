//! Keeps a stream of events open.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes};
use futures_util::{Sink, Stream as _};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::time::{Instant, Sleep};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self,
        error::ProtocolError,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{CloseFrame, Role, WebSocketConfig},
    },
};
use url::{Host, Url};

use super::{Client, is_loopback, not_reached, unreached};
use crate::{
    Error,
    error::{InvalidRequest, NotReachedReason, NotUnderstood, NotUnderstoodReason, Refused},
    methods::instance,
    streaming::{Event, Stream, sse, websocket},
};

impl Client {
    /// Listens to a stream of the instance.
    ///
    /// Awaiting the answer opens the stream; its methods say how, if the defaults do not suit.
    ///
    /// ```no_run
    /// use mastodon_api::{Client, streaming::{Event, Stream}};
    ///
    /// # async fn listen(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut events = client.stream(Stream::User).await?;
    /// while let Some(event) = events.next().await {
    ///     match event? {
    ///         Event::Notification(notification) => println!("{:?}", notification.account),
    ///         Event::Update(status) => println!("{}", status.content.to_text()),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// [Mastodon documentation](https://docs.joinmastodon.org/methods/streaming/)
    pub fn stream(&self, stream: Stream) -> OpenStream {
        OpenStream {
            client: self.clone(),
            stream,
            transport: None,
            http: None,
            base_url: None,
            allowed_hosts: Vec::new(),
            silence: OpenStream::DEFAULT_SILENCE,
            connect_timeout: OpenStream::DEFAULT_CONNECT_TIMEOUT,
            max_message: OpenStream::DEFAULT_MAX_MESSAGE,
        }
    }
}

/// A stream that is about to be opened: `.await` it.
///
/// The stream is found where the instance says (`configuration.urls.streaming`). The token goes there in a header,
/// never in the URL, and only if that is the origin of the instance itself, over `https` a host below it
/// (`streaming.mastodon.social` for `mastodon.social`), or one that [`allow_host`](Self::allow_host) names. Redirects
/// are not followed.
///
/// Awaiting it fails with an [`Error`] as other requests do. That the server refuses the token is
/// [`Error::is_unauthorized`].
#[derive(Debug)]
#[must_use = "a stream does nothing until it is awaited"]
pub struct OpenStream {
    client: Client,
    stream: Stream,
    transport: Option<Transport>,
    http: Option<reqwest::Client>,
    base_url: Option<Url>,
    allowed_hosts: Vec<String>,
    silence: Duration,
    connect_timeout: Duration,
    max_message: usize,
}

impl OpenStream {
    /// The default of [`silence`](Self::silence): 90 seconds, six heartbeats of Mastodon over server-sent events and
    /// three over WebSocket.
    pub const DEFAULT_SILENCE: Duration = Duration::from_secs(90);

    /// The default of [`connect_timeout`](Self::connect_timeout): 30 seconds.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

    /// The default of [`max_message`](Self::max_message): 1 MiB.
    pub const DEFAULT_MAX_MESSAGE: usize = sse::Decoder::DEFAULT_LIMIT;

    /// Uses this transport and no other.
    ///
    /// Without it: WebSocket, and server-sent events if the server or something before it refuses the WebSocket.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Connects with this HTTP client, for a proxy or certificates of your own.
    ///
    /// For WebSockets it must be made with `http1_only()`; have it follow no redirects (`redirect::Policy::none()`).
    /// It sends the token as `Authorization` only, which Pleroma and Akkoma do not read on WebSockets.
    ///
    /// Without this call, server-sent events come through the client's own one, and WebSockets through a new one with
    /// the defaults.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Allows the token to be sent to this host, if the instance says that its streams are there.
    ///
    /// Large instances have streams on a host apart; one below the instance's own needs no permission. An instance
    /// with `https` cannot name a host without.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into());
        self
    }

    /// Connects here, whatever the instance says, and sends the token here.
    ///
    /// The scheme may be `wss`, `https`, `ws` or `http`, those without encryption only on this very computer; the path
    /// is put before `/api/v1/streaming`.
    pub fn base_url(mut self, url: Url) -> Self {
        self.base_url = Some(url);
        self
    }

    /// Ends the stream with [`StreamError::Silent`] when nothing at all, not even a heartbeat, was heard for so long.
    pub fn silence(mut self, limit: Duration) -> Self {
        self.silence = limit;
        self
    }

    /// How long connecting and the server's first answer may take.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long one message may be, in bytes.
    ///
    /// A longer one over WebSocket ends the stream with [`Breakage::TooLong`]; over server-sent events it arrives as
    /// [`Event::Malformed`] and the stream goes on.
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.max_message = bytes;
        self
    }

    async fn open(self) -> Result<EventStream, Error> {
        let limit = self.connect_timeout;
        let opened = tokio::time::timeout(limit, self.open_within_time()).await;
        opened.unwrap_or_else(|_| Err(not_reached(NotReachedReason::Timeout)))
    }

    async fn open_within_time(self) -> Result<EventStream, Error> {
        let base = self.base().await?;
        let source = match self.transport {
            Some(Transport::WebSocket) => self.websocket(&base).await?,
            Some(Transport::Sse) => self.sse(&base).await?,
            None => match self.websocket(&base).await {
                Err(error) if is_no_websocket(&error) => {
                    tracing::debug!(%error, "no WebSocket here, so server-sent events");
                    self.sse(&base).await?
                }
                source => source?,
            },
        };
        Ok(EventStream::new(source, self.silence))
    }

    /// Where streams are, with `https` or `http`.
    async fn base(&self) -> Result<Url, Error> {
        let instance = self.client.base();
        if let Some(url) = &self.base_url {
            let url = http_url(url.clone())?;
            let is_encrypted = url.scheme() == instance.scheme() || url.scheme() == "https";
            if !is_encrypted && !url.host().is_some_and(|host| is_loopback(&host)) {
                let why = "without encryption everyone on the way reads the token: write wss:";
                return Err(invalid("base_url", why.into()).into());
            }
            return Ok(url);
        }
        let Some(named) = self.named_by_instance().await? else {
            return Ok(instance.clone());
        };
        let url = Url::parse(&named).map_err(|error| invalid("stream", error.into()))?;
        let url = http_url(url)?;
        let host = url.host_str().unwrap_or_default();
        let is_named = self.allowed_hosts.iter().any(|allowed| allowed == host);
        let is_allowed = match url.scheme() {
            "https" => is_named || is_below(&url, instance),
            scheme => is_named && scheme == instance.scheme(),
        };
        if url.origin() == instance.origin() || is_allowed {
            return Ok(url);
        }
        let foreign = ForeignHost { url: url.into() };
        Err(invalid("stream", foreign.into()).into())
    }

    /// Where streams are in the words of the instance, `None` if it does not say.
    async fn named_by_instance(&self) -> Result<Option<String>, Error> {
        // Who reconnects has pauses already.
        let client = self.client.once_each();
        let named = match client.send(instance::V2::new()).await {
            Ok(instance) => instance.configuration.urls.streaming,
            // Before Mastodon 4.0 there was only the first version, and some servers have no other.
            Err(error) if error.is_not_found() => {
                #[allow(deprecated, reason = "it is there for this very case")]
                let instance = client.send(instance::V1::new()).await?;
                instance.urls.and_then(|urls| urls.streaming_api)
            }
            Err(error) => return Err(error),
        };
        Ok(named.filter(|url| !url.is_empty()))
    }

    async fn websocket(&self, base: &Url) -> Result<Source, Error> {
        let http = match &self.http {
            Some(http) => http.clone(),
            // The connections of the client may be HTTP/2, on which this handshake does not work.
            None => reqwest::Client::builder()
                .http1_only()
                .user_agent(concat!(
                    env!("CARGO_PKG_NAME"),
                    "/",
                    env!("CARGO_PKG_VERSION")
                ))
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(|error| invalid("client", error.into()))?,
        };
        let url = target(base, &self.stream.websocket_target());
        let key = generate_key();
        let mut request = http
            .get(url.clone())
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, &key);
        let protocol = self.protocol();
        if let Some(protocol) = &protocol {
            request = request.header(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        let response = self.send(request, &url).await?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(refused(response).await);
        }
        if !is_websocket(response.headers(), &key, protocol.as_ref()) {
            return Err(not_understood(response.status()));
        }
        let connection = response.upgrade().await.map_err(unreached)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(16 * 1024)
            .write_buffer_size(0)
            // Only pongs are written; a server that reads none of them is not kept in memory.
            .max_write_buffer_size(16 * 1024)
            .max_message_size(Some(self.max_message))
            .max_frame_size(Some(self.max_message));
        let socket = WebSocketStream::from_raw_socket(connection, Role::Client, Some(config)).await;
        Ok(Source::WebSocket(Box::new(socket)))
    }

    async fn sse(&self, base: &Url) -> Result<Source, Error> {
        let http = self.http.as_ref().unwrap_or(&self.client.shared.http);
        let url = target(base, &self.stream.sse_target());
        let request = http
            .get(url.clone())
            .header(header::ACCEPT, "text/event-stream")
            // Packed events would wait for each other.
            .header(header::ACCEPT_ENCODING, "identity");
        let response = self.send(request, &url).await?;
        if response.status() != StatusCode::OK {
            return Err(refused(response).await);
        }
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind
            .trim()
            .to_ascii_lowercase()
            .starts_with("text/event-stream")
        {
            return Err(not_understood(response.status()));
        }
        let decoder = sse::Decoder::new()
            .max_line(self.max_message)
            .max_message(self.max_message);
        Ok(Source::Sse {
            body: Box::pin(response.bytes_stream()),
            decoder: Box::new(decoder),
            unread: Bytes::new(),
        })
    }

    async fn send(
        &self,
        mut request: reqwest::RequestBuilder,
        url: &Url,
    ) -> Result<reqwest::Response, Error> {
        if let Some(credentials) = &self.client.credentials {
            request = request.header(header::AUTHORIZATION, credentials.header.clone());
        }
        // The answer of a stream is not to end.
        let response = request.timeout(Duration::MAX).send().await;
        let response = response.map_err(unreached)?;
        // A client from outside may have followed a redirect of its own.
        if response.status().is_redirection() || response.url() != url {
            return Err(not_reached(NotReachedReason::RedirectedElsewhere));
        }
        Ok(response)
    }

    /// The token as the name of a WebSocket protocol, where Pleroma and Akkoma look for it.
    fn protocol(&self) -> Option<HeaderValue> {
        // An HTTP client from outside may follow redirects, and would take this header along to another host.
        if self.http.is_some() {
            return None;
        }
        let token = self.client.token().filter(|token| !token.is_empty())?;
        let token = token.expose();
        // What may stand in the name of a protocol (RFC 9110, section 5.6.2).
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if !token.bytes().all(fits) {
            return None;
        }
        let mut value = HeaderValue::from_str(token).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl IntoFuture for OpenStream {
    type Output = Result<EventStream, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.open())
    }
}

/// The instance says that its streams are on another host, and nobody has allowed the token to be sent there.
///
/// It is the source of the [`InvalidRequest`] that opening the stream fails with.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the instance has its streams at {url}, which is not its own origin: allow it with `allow_host`"
)]
#[non_exhaustive]
pub struct ForeignHost {
    /// Where the instance says that its streams are.
    pub url: String,
}

/// How events travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Transport {
    /// A WebSocket ([RFC 6455](https://www.rfc-editor.org/rfc/rfc6455)), without compression.
    WebSocket,
    /// Server-sent events: an HTTP answer that does not end.
    Sse,
}

/// Events as they happen, until the stream ends.
///
/// It ends with one error that says why, then `None`. It does not connect again by itself. Listen without long
/// pauses: heartbeats are answered while it is polled, and a server hangs up on a client that stays silent. Dropping it
/// closes the connection.
pub struct EventStream {
    source: Option<Source>,
    transport: Transport,
    silence: Duration,
    heard: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl EventStream {
    fn new(source: Source, silence: Duration) -> Self {
        Self {
            transport: source.transport(),
            source: Some(source),
            silence,
            heard: Instant::now(),
            alarm: Box::pin(tokio::time::sleep(silence)),
        }
    }

    /// The next event, or why there will be none, or `None` after that.
    ///
    /// Nothing is lost when the future is dropped before it is ready.
    pub async fn next(&mut self) -> Option<Result<Event, StreamError>> {
        std::future::poll_fn(|cx| futures_core::Stream::poll_next(Pin::new(&mut *self), cx)).await
    }

    /// How the events travel.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }
}

impl futures_core::Stream for EventStream {
    type Item = Result<Event, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(source) = &mut this.source else {
            return Poll::Ready(None);
        };
        let error = loop {
            match source.poll(cx) {
                Poll::Ready(Ok(heard)) => {
                    this.heard = Instant::now();
                    if let Some(event) = heard {
                        return Poll::Ready(Some(Ok(event)));
                    }
                }
                Poll::Ready(Err(error)) => break error,
                Poll::Pending => {
                    ready!(this.alarm.as_mut().poll(cx));
                    // The alarm is not set anew with every event, only when it goes off.
                    let deadline = this.heard + this.silence;
                    if deadline <= Instant::now() {
                        break StreamError::Silent {
                            limit: this.silence,
                        };
                    }
                    this.alarm.as_mut().reset(deadline);
                }
            }
        };
        this.source = None;
        Poll::Ready(Some(Err(error)))
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("transport", &self.transport)
            .field("ended", &self.source.is_none())
            .finish_non_exhaustive()
    }
}

/// Why a stream ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The server ended the stream in an orderly way. It restarts, or the token was revoked: connecting again tells.
    #[error("the server closed the stream{}", Farewell(*code, reason))]
    #[non_exhaustive]
    Closed {
        /// The code of the WebSocket's close frame ([RFC 6455 section 7.4](https://www.rfc-editor.org/rfc/rfc6455#section-7.4)).
        code: Option<u16>,
        /// The server's words, often empty.
        reason: String,
    },
    /// Nothing was heard for longer than [`OpenStream::silence`] allows: the connection is most likely dead.
    #[error("nothing was heard from the server for {limit:?}; connect again")]
    #[non_exhaustive]
    Silent {
        /// The limit.
        limit: Duration,
    },
    /// The connection was lost, or the server broke the rules of the transport.
    #[error("the stream broke: {breakage}")]
    #[non_exhaustive]
    Broken {
        /// How.
        breakage: Breakage,
        /// What the transport says, if anything.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The server does not accept the token for this stream: connecting again is of no use.
    #[error("the server does not accept the token for this stream: {message}")]
    #[non_exhaustive]
    Unauthorized {
        /// The server's words.
        message: String,
    },
    /// The server refuses the stream for another reason.
    #[error("the server refuses the stream: {message}")]
    #[non_exhaustive]
    Refused {
        /// The HTTP status that an ordinary request would have got.
        status: Option<u16>,
        /// The server's words.
        message: String,
    },
}

impl StreamError {
    fn broken<E>(breakage: Breakage, source: E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self::Broken {
            breakage,
            source: Some(source.into()),
        }
    }

    fn closed(frame: Option<CloseFrame>) -> Self {
        Self::Closed {
            code: frame.as_ref().map(|frame| frame.code.into()),
            reason: frame.map_or_else(String::new, |frame| words(&frame.reason)),
        }
    }

    fn refused(status: Option<u16>, message: &str) -> Self {
        let message = words(message);
        match status {
            Some(401 | 403) => Self::Unauthorized { message },
            _ => Self::Refused { status, message },
        }
    }
}

impl From<tungstenite::Error> for StreamError {
    fn from(error: tungstenite::Error) -> Self {
        use tungstenite::Error as E;
        let breakage = match &error {
            E::ConnectionClosed | E::AlreadyClosed => return Self::closed(None),
            E::Io(_) | E::Tls(_) | E::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
                Breakage::Lost
            }
            E::Capacity(_) => Breakage::TooLong,
            E::Utf8(_) => Breakage::NotUtf8,
            _ => Breakage::Protocol,
        };
        Self::broken(breakage, error)
    }
}

/// How a stream broke.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Breakage {
    /// The connection ended without a farewell.
    #[error("the connection was lost")]
    Lost,
    /// A WebSocket message was longer than [`OpenStream::max_message`] allows.
    #[error("a message is longer than the limit")]
    TooLong,
    /// A WebSocket text message was not UTF-8.
    #[error("a text message is not UTF-8")]
    NotUtf8,
    /// The server broke another rule of WebSockets.
    #[error("the server does not follow the WebSocket protocol")]
    Protocol,
}

/// Where bytes come from and how they become events.
enum Source {
    WebSocket(Box<WebSocketStream<reqwest::Upgraded>>),
    Sse {
        body: Pin<Box<dyn futures_core::Stream<Item = reqwest::Result<Bytes>> + Send>>,
        decoder: Box<sse::Decoder>,
        unread: Bytes,
    },
}

impl Source {
    fn transport(&self) -> Transport {
        match self {
            Self::WebSocket(_) => Transport::WebSocket,
            Self::Sse { .. } => Transport::Sse,
        }
    }

    /// The next thing heard: an event, or `None` for a heartbeat.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Event>, StreamError>> {
        match self {
            Self::WebSocket(socket) => poll_websocket(socket, cx),
            Self::Sse {
                body,
                decoder,
                unread,
            } => poll_sse(body.as_mut(), decoder, unread, cx),
        }
    }
}

fn poll_websocket(
    socket: &mut WebSocketStream<reqwest::Upgraded>,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Event>, StreamError>> {
    use tungstenite::Message;
    let mut socket = Pin::new(socket);
    let message = match ready!(socket.as_mut().poll_next(cx)) {
        Some(Ok(Message::Text(text))) => websocket::decode(&text),
        // No known server sends these.
        Some(Ok(Message::Binary(bytes))) => websocket::decode(&String::from_utf8_lossy(&bytes)),
        Some(Ok(Message::Close(frame))) => {
            // The answer is on its way if the connection takes it at once; the end does not wait for it.
            let _ = socket.poll_flush(cx);
            return Poll::Ready(Err(StreamError::closed(frame)));
        }
        Some(Ok(_)) => return Poll::Ready(Ok(None)),
        Some(Err(error)) => return Poll::Ready(Err(error.into())),
        None => return Poll::Ready(Err(StreamError::closed(None))),
    };
    Poll::Ready(match message {
        websocket::Message::Event { event, .. } => Ok(Some(event)),
        websocket::Message::Error { error, status } => Err(StreamError::refused(status, &error)),
    })
}

fn poll_sse(
    mut body: Pin<&mut (dyn futures_core::Stream<Item = reqwest::Result<Bytes>> + Send)>,
    decoder: &mut sse::Decoder,
    unread: &mut Bytes,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Event>, StreamError>> {
    loop {
        let mut rest = &unread[..];
        let frame = decoder.decode(&mut rest);
        unread.advance(unread.len() - rest.len());
        match frame {
            Some(Ok(sse::Frame::Message(message))) => {
                return Poll::Ready(Ok(Some(Event::from_sse(&message))));
            }
            Some(Ok(sse::Frame::Comment(_))) => return Poll::Ready(Ok(None)),
            Some(Err(error)) => return Poll::Ready(Ok(Some(error.into()))),
            None => {}
        }
        match ready!(body.as_mut().poll_next(cx)) {
            Some(Ok(bytes)) => *unread = bytes,
            Some(Err(error)) => {
                let error = StreamError::broken(Breakage::Lost, error.without_url());
                return Poll::Ready(Err(error));
            }
            None => return Poll::Ready(Err(StreamError::closed(None))),
        }
    }
}

/// Whether an answer to a handshake is what [RFC 6455 section 4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1)
/// asks for. A server need not repeat the protocol that was the token, and may not turn on what nobody asked for.
fn is_websocket(headers: &HeaderMap, key: &str, protocol: Option<&HeaderValue>) -> bool {
    let is = |name, expected: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.eq_ignore_ascii_case(expected))
    };
    let accepted = headers.get(header::SEC_WEBSOCKET_ACCEPT);
    is(header::UPGRADE, "websocket")
        && is(header::CONNECTION, "upgrade")
        && accepted.is_some_and(|accepted| *accepted == derive_accept_key(key.as_bytes()))
        && !headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS)
        && headers
            .get(header::SEC_WEBSOCKET_PROTOCOL)
            .is_none_or(|chosen| Some(chosen) == protocol)
}

/// Whether a host is below the instance's own, which only its owner can make so.
fn is_below(url: &Url, instance: &Url) -> bool {
    let (Some(Host::Domain(host)), Some(Host::Domain(own))) = (url.host(), instance.host()) else {
        return false;
    };
    host.strip_suffix(own)
        .is_some_and(|below| below.ends_with('.'))
}

/// Whether something refuses WebSockets that may let server-sent events through. What is wrong with the token or the
/// number of requests is wrong with them either way. "Forbidden" is what proxies say that want no WebSockets, and
/// servers that read no token from its headers; if the token may really not do this, the second try says so.
fn is_no_websocket(error: &Error) -> bool {
    match error {
        Error::Refused(_) => !(error.is_unauthorized() || error.is_rate_limited()),
        Error::NotUnderstood(_) => true,
        _ => false,
    }
}

/// The same URL for an HTTP client.
fn http_url(mut url: Url) -> Result<Url, InvalidRequest> {
    let scheme = match url.scheme() {
        "wss" | "https" => "https",
        "ws" | "http" => "http",
        _ => {
            let why = "the scheme of the streaming address is none of wss, ws, https, http";
            return Err(invalid("stream", why.into()));
        }
    };
    if url.set_scheme(scheme).is_err() || !url.has_host() {
        return Err(invalid(
            "stream",
            "the streaming address has no host".into(),
        ));
    }
    Ok(url)
}

/// A target behind the path of the base.
fn target(base: &Url, target: &str) -> Url {
    let mut url = base.clone();
    let (path, query) = target
        .split_once('?')
        .map_or((target, None), |(p, q)| (p, Some(q)));
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(query);
    url.set_fragment(None);
    url
}

/// What the server says when it refuses: in the body, or in a header when a handshake failed.
async fn refused(mut response: reqwest::Response) -> Error {
    let mut body = Vec::new();
    while body.len() < MAX_REFUSED_BODY
        && let Ok(Some(bytes)) = response.chunk().await
    {
        body.extend_from_slice(&bytes);
    }
    body.truncate(MAX_REFUSED_BODY);
    let why = response.headers().get("x-error-message");
    let why = why.and_then(|why| why.to_str().ok()).map(ToOwned::to_owned);
    let mut answer = http::Response::new(Bytes::from(body));
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    let mut refused = Refused::from_response(answer, &[]);
    refused.message = refused.message.or(why);
    Error::Refused(Box::new(refused))
}

/// What a server says when it refuses is short.
const MAX_REFUSED_BODY: usize = 64 * 1024;

fn not_understood(status: StatusCode) -> Error {
    let reason = NotUnderstoodReason::Unexpected;
    Error::NotUnderstood(Box::new(NotUnderstood::without_body(reason, status)))
}

fn invalid(name: &str, source: Box<dyn std::error::Error + Send + Sync>) -> InvalidRequest {
    InvalidRequest::parameter(name, source)
}

/// What a server says, fit for a terminal: no control characters, and not endless.
fn words(text: &str) -> String {
    let characters = text.chars().filter(|sign| !sign.is_control());
    characters.take(MAX_WORDS).collect()
}

const MAX_WORDS: usize = 1000;

/// The code and the words of a close frame, as the end of a sentence.
struct Farewell<'a>(Option<u16>, &'a str);

impl fmt::Display for Farewell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = self.0 {
            write!(f, " (code {code})")?;
        }
        if !self.1.is_empty() {
            write!(f, ": {}", self.1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_of_a_host_has_hosts_below_it() {
        let instance = Url::parse("https://mastodon.example").unwrap();
        let below = |url: &str| is_below(&Url::parse(url).unwrap(), &instance);
        assert!(below("https://streaming.mastodon.example/"));
        for other in [
            "https://mastodon.example/",
            "https://notmastodon.example/",
            "https://example/",
            "https://mastodon.example.evil.example/",
            "https://127.0.0.1/",
        ] {
            assert!(!below(other), "{other}");
        }
        let address = Url::parse("https://127.0.0.1/").unwrap();
        assert!(!is_below(&address, &address));
    }
}
