//! The one place where this crate opens a socket.
//!
//! Whatever led here (a literal in the URL, a DNS answer, a redirect, a kept connection that had to be replaced, a proxy),
//! `open` takes a [`Vetted`] address, and only a check makes one.

mod proxy;
mod socket;
mod tls;
mod vetted;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

pub(crate) use self::proxy::Proxy;
use self::socket::Socket;
pub(crate) use self::tls::client_config;
use self::vetted::Vetted;
use crate::address::SpecialBlock;
use crate::client::Kept;
use crate::error::{BoxError, CertificateProblem};
use crate::recorder::{Dialled, Recorder};
use crate::resolver::Resolver;
use crate::url::UrlRules;

/// What every connection of a client is made with.
pub(crate) struct Dialler {
    pub(crate) rules: Arc<UrlRules>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) recorder: Option<Recorder>,
    /// How many addresses of an answer are tried.
    pub(crate) tries: usize,
    /// A place for each connection that may be kept for further requests.
    pub(crate) kept: Kept,
    /// How long a peer may leave untaken what is sent to it.
    pub(crate) patience: Duration,
}

/// Makes the connections of the pool: name, address, socket, TLS, all in one time limit.
#[derive(Clone)]
pub(crate) struct Connector {
    dialler: Arc<Dialler>,
    tls: Arc<ClientConfig>,
    time: Duration,
}

impl Connector {
    pub(crate) fn new(dialler: Dialler, tls: ClientConfig, time: Duration) -> Self {
        Self {
            dialler: Arc::new(dialler),
            tls: Arc::new(tls),
            time,
        }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Socket>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let resolved = Arc::new(AtomicBool::new(false));
        let dial = Dial {
            dialler: Arc::clone(&self.dialler),
            resolved: Arc::clone(&resolved),
        };
        let connecting = HttpsConnector::from((dial, Arc::clone(&self.tls))).call(uri);
        let time = self.time;
        Box::pin(async move {
            match timeout(time, connecting).await {
                Ok(connected) => connected.map_err(ConnectError::from_boxed),
                Err(_) if resolved.load(Ordering::Relaxed) => Err(ConnectError::Timeout),
                Err(_) => Err(ConnectError::DnsTimeout),
            }
        })
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("the name resolves to an address that is not public: {0}")]
    NotPublic(SpecialBlock),
    #[error("the name could not be resolved")]
    Dns(#[source] io::Error),
    #[error("the name was not resolved in time")]
    DnsTimeout,
    #[error("the socket could not be opened")]
    Socket(#[source] io::Error),
    #[error("there was no connection in time")]
    Timeout,
    #[error("the proxy did not open the way")]
    Proxy(#[source] BoxError),
    #[error("the TLS handshake failed")]
    Tls(#[source] BoxError),
    // Without its source, which quotes the certificate.
    #[error("the server's certificate {0}")]
    Certificate(CertificateProblem),
}

impl ConnectError {
    /// What hyper-rustls boxed: an error of ours, or its own about TLS.
    fn from_boxed(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => *ours,
            Err(error) => tls::error(error),
        }
    }
}

/// One connection's way to a socket, under the TLS that hyper-rustls adds where the scheme asks for it.
struct Dial {
    dialler: Arc<Dialler>,
    /// Set when there are addresses, so that the time limit can say what took so long.
    resolved: Arc<AtomicBool>,
}

impl Service<Uri> for Dial {
    type Response = Socket;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Socket, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dialler = Arc::clone(&self.dialler);
        let resolved = Arc::clone(&self.resolved);
        Box::pin(async move {
            let addresses = vetted::addresses(&dialler.rules, &*dialler.resolver, &uri).await?;
            resolved.store(true, Ordering::Relaxed);
            dialler.first_to_answer(&uri, addresses).await
        })
    }
}

impl Dialler {
    /// Begins with the first address and adds the next one when an attempt fails or takes long (RFC 8305, section 5).
    async fn first_to_answer(
        &self,
        uri: &Uri,
        addresses: Vec<Vetted>,
    ) -> Result<Socket, ConnectError> {
        let mut waiting = interleaved(addresses)
            .into_iter()
            .take(self.tries.max(1))
            .peekable();
        let mut attempts = FuturesUnordered::new();
        let mut failure = ConnectError::Dns(io::ErrorKind::NotFound.into());
        loop {
            if let Some(address) = waiting.next() {
                attempts.push(self.open(uri, address));
            }
            let outcome = if waiting.peek().is_some() {
                match timeout(HEAD_START, attempts.next()).await {
                    Ok(outcome) => outcome,
                    Err(_) => continue,
                }
            } else {
                attempts.next().await
            };
            match outcome {
                Some(Ok(socket)) => return Ok(socket),
                Some(Err(error)) => failure = error,
                None => return Err(failure),
            }
        }
    }

    /// The only call of `connect` on a socket.
    async fn open(&self, uri: &Uri, address: Vetted) -> Result<Socket, ConnectError> {
        // Plain http is for loopback alone, where a proxy would be another machine's.
        match &self.proxy {
            Some(proxy) if uri.scheme() == Some(&Scheme::HTTPS) => {
                proxy.tunnel(self, uri, address).await
            }
            _ => {
                let address = address.address();
                self.note(uri, address, None);
                let stream = TcpStream::connect(address).await;
                self.socket(uri, stream).map_err(ConnectError::Socket)
            }
        }
    }

    fn note(&self, uri: &Uri, address: SocketAddr, tunnel: Option<SocketAddr>) {
        if let Some(recorder) = &self.recorder {
            recorder.note(Dialled {
                host: uri.host().unwrap_or_default().to_owned(),
                address,
                tunnel,
            });
        }
    }

    fn socket(&self, uri: &Uri, stream: io::Result<TcpStream>) -> io::Result<Socket> {
        let stream = stream?;
        stream.set_nodelay(true)?;
        let place = self.kept.place(uri.host().unwrap_or_default());
        Ok(Socket::new(stream, place, self.patience))
    }
}

/// How long an address may stay silent before the next one is tried beside it (RFC 8305, section 8).
const HEAD_START: Duration = Duration::from_millis(250);

/// One of each family in turn, beginning with the family of the first (RFC 8305, section 4).
fn interleaved(addresses: Vec<Vetted>) -> Vec<Vetted> {
    let first_is_v6 = addresses.first().is_some_and(|it| it.address().is_ipv6());
    let (preferred, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|it| it.address().is_ipv6() == first_is_v6);
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    let mut mixed = Vec::new();
    loop {
        let (one, two) = (preferred.next(), other.next());
        if one.is_none() && two.is_none() {
            return mixed;
        }
        mixed.extend(one);
        mixed.extend(two);
    }
}
