//! Opens connections over which events come.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::time::Duration;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use url::{Host, Url};

use crate::client::{Client, is_loopback, not_reached, unreached};
use crate::error::{
    Error, InvalidRequest, NotReachedReason, NotUnderstood, NotUnderstoodReason, Refused,
};
use crate::methods::instance;
use crate::streaming::{Stream, sse};

use super::connection::{Connection, Events};
use super::heard::{ForeignHost, Transport};

/// Knows where streams are, and opens them there.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    pub(super) client: Client,
    pub(super) http: Option<reqwest::Client>,
    pub(super) base_url: Option<Url>,
    pub(super) allowed_hosts: Vec<String>,
    pub(super) connect_timeout: Duration,
    pub(super) silence: Duration,
    pub(super) max_message: usize,
}

/// Why a stream cannot be opened.
pub(super) struct NotOpened {
    pub(super) error: Error,
    /// Whether it was known where streams are: the server is there.
    pub(super) is_found: bool,
}

impl Connector {
    /// One connection for all these streams, or with server-sent events one for each.
    pub(super) async fn open(
        &self,
        transport: Transport,
        streams: &[Stream],
    ) -> Result<Connection, NotOpened> {
        let mut is_found = false;
        let opening = async {
            let base = self.base().await?;
            is_found = true;
            Ok(match transport {
                Transport::WebSocket => vec![self.websocket(&base, streams).await?],
                _ => {
                    let mut all = Vec::with_capacity(streams.len());
                    for stream in streams {
                        all.push(self.sse(&base, stream).await?);
                    }
                    all
                }
            })
        };
        let opened = tokio::time::timeout(self.connect_timeout, opening).await;
        let events = opened.unwrap_or_else(|_| Err(not_reached(NotReachedReason::Timeout)));
        let events = events.map_err(|error| NotOpened { error, is_found })?;
        let mut connection = Connection::new(events, self.silence);
        if transport == Transport::WebSocket {
            // The first is in the address, which servers of every age and make know.
            for stream in streams.iter().skip(1) {
                connection.command(stream.subscribe());
            }
        }
        Ok(connection)
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

    async fn websocket(&self, base: &Url, streams: &[Stream]) -> Result<Events, Error> {
        let http = match &self.http {
            Some(http) => http,
            None => self.client.websocket_http()?,
        };
        let path = match streams.first() {
            Some(stream) => stream.websocket_target(),
            None => "/api/v1/streaming".to_owned(),
        };
        let url = target(base, &path);
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
            .read_buffer_size(4 * 1024)
            .write_buffer_size(0)
            // Only pongs and subscriptions are written; a server that reads none of them is not kept in memory.
            .max_write_buffer_size(16 * 1024)
            .max_message_size(Some(self.max_message))
            .max_frame_size(Some(self.max_message));
        let socket = WebSocketStream::from_raw_socket(connection, Role::Client, Some(config)).await;
        Ok(Events::WebSocket {
            socket: Box::new(socket),
            only: (streams.len() == 1)
                .then(|| streams.first().cloned())
                .flatten(),
        })
    }

    async fn sse(&self, base: &Url, stream: &Stream) -> Result<Events, Error> {
        let http = self.http.as_ref().unwrap_or(&self.client.shared.http);
        let url = target(base, &stream.sse_target());
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
        Ok(Events::Sse {
            stream: stream.clone(),
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

impl Client {
    /// For WebSockets: the connections of the client may be HTTP/2, on which their handshake does not work.
    fn websocket_http(&self) -> Result<&reqwest::Client, InvalidRequest> {
        let known = &self.shared.websocket_http;
        if let Some(http) = known.get() {
            return Ok(http);
        }
        let http = reqwest::Client::builder()
            .http1_only()
            .user_agent(concat!(
                env!("CARGO_PKG_NAME"),
                "/",
                env!("CARGO_PKG_VERSION")
            ))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| invalid("client", error.into()))?;
        Ok(known.get_or_init(|| http))
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
