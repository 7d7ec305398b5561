//! The operator's own way out: a tunnel to an address that we chose and checked.

use std::task::{Context, Poll};

use futures_util::future::{Ready, ready};
use http::Uri;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::net::{TcpStream, lookup_host};
use tower_service::Service;
use url::Url;

use super::socket::Socket;
use super::vetted::Vetted;
use super::{ConnectError, Dialler};
use crate::error::BoxError;

/// A proxy, whose own address nobody judges.
pub(crate) struct Proxy {
    /// The address without user name and password, and these beside it.
    intercept: Intercept,
    socks: bool,
    host: String,
    port: u16,
}

impl Proxy {
    pub(crate) fn parse(url: &Url) -> Result<Self, BoxError> {
        let (socks, standard_port) = match url.scheme() {
            "http" => (false, 80),
            "socks5" => (true, 1080),
            _ => return Err("a proxy's URL begins with http: or socks5:".into()),
        };
        // Reads user name and password; every destination goes through it.
        let intercept = Matcher::builder()
            .all(url.as_str())
            .build()
            .intercept(&Uri::from_static("https://any.example"));
        match (intercept, url.host_str()) {
            (Some(intercept), Some(host)) if !host.is_empty() => Ok(Self {
                intercept,
                socks,
                host: host.trim_matches(['[', ']']).to_owned(),
                port: url.port().unwrap_or(standard_port),
            }),
            _ => Err("the proxy's URL has no host".into()),
        }
    }

    /// A socket to the proxy that leads on to the address.
    pub(super) async fn tunnel(
        &self,
        dialler: &Dialler,
        uri: &Uri,
        target: Vetted,
    ) -> Result<Socket, ConnectError> {
        let target = target.address();
        let to_proxy = async {
            let mut failure = std::io::ErrorKind::NotFound.into();
            for address in lookup_host((self.host.as_str(), self.port)).await? {
                dialler.note(uri, address, Some(target));
                match dialler.socket(uri, TcpStream::connect(address).await) {
                    Ok(socket) => return Ok(socket),
                    Err(error) => failure = error,
                }
            }
            Err(failure)
        };
        let socket = to_proxy
            .await
            .map_err(|error: std::io::Error| ConnectError::Proxy(error.into()))?;
        // The proxy is told the address, never the name, so what its DNS says does not count.
        let target: Uri = format!("https://{target}")
            .parse()
            .map_err(|error: http::uri::InvalidUri| ConnectError::Proxy(error.into()))?;
        let proxy = self.intercept.uri().clone();
        let socket = Opened(Some(socket));
        let tunnelled: Result<Socket, BoxError> = if self.socks {
            let mut socks = SocksV5::new(proxy, socket);
            if let Some((user, password)) = self.intercept.raw_auth() {
                socks = socks.with_auth(user.to_owned(), password.to_owned());
            }
            socks.call(target).await.map_err(Into::into)
        } else {
            let mut tunnel = Tunnel::new(proxy, socket);
            if let Some(credentials) = self.intercept.basic_auth() {
                tunnel = tunnel.with_auth(credentials.clone());
            }
            tunnel.call(target).await.map_err(Into::into)
        };
        tunnelled.map_err(ConnectError::Proxy)
    }
}

/// Hands out a socket that is open already, as the tunnels want it.
struct Opened(Option<Socket>);

impl Service<Uri> for Opened {
    type Response = Socket;
    type Error = BoxError;
    type Future = Ready<Result<Socket, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().ok_or_else(|| "asked twice".into()))
    }
}
