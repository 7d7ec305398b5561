//! A server on loopback that answers what a test tells it to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

/// What to send: bytes at once, and then perhaps these bytes for ever, one each `every`.
pub(crate) struct Reply {
    pub(crate) bytes: Vec<u8>,
    pub(crate) then: Then,
}

#[derive(Clone)]
pub(crate) enum Then {
    Close,
    /// The same chunk again as fast as it is taken.
    Flood(Vec<u8>),
    /// Say nothing more and keep the connection.
    Silence,
    /// One byte each few milliseconds.
    Drip,
}

impl Reply {
    pub(crate) fn new(status: u16, headers: &str, body: &[u8]) -> Self {
        let mut bytes =
            format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}").into_bytes();
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        bytes.extend_from_slice(body);
        Self {
            bytes,
            then: Then::Close,
        }
    }

    pub(crate) fn raw(head: &str, then: Then) -> Self {
        Self {
            bytes: head.as_bytes().to_vec(),
            then,
        }
    }

    pub(crate) fn redirect(status: u16, to: &str) -> Self {
        Self::new(status, &format!("location: {to}\r\n"), b"")
    }
}

impl Server {
    /// Answers each request by what `answer` makes of its text (head and body).
    pub(crate) async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve(answer, |socket| std::future::ready(Some(socket))).await
    }

    /// The same over TLS; the URL is that of plain http all the same, for the name is the caller's.
    pub(crate) async fn start_tls(
        acceptor: TlsAcceptor,
        answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(answer, move |socket| {
            let acceptor = acceptor.clone();
            async move { acceptor.accept(socket).await.ok() }
        })
        .await
    }

    async fn serve<S, F>(
        answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
        open: impl Fn(TcpStream) -> F + Send + Sync + 'static,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
        F: Future<Output = Option<S>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        let log = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                let opening = open(socket);
                tokio::spawn(async move {
                    let Some(mut socket) = opening.await else {
                        return;
                    };
                    let request = read_request(&mut socket).await;
                    let reply = answer(&request);
                    log.lock().unwrap().push(request);
                    let _ = socket.write_all(&reply.bytes).await;
                    match reply.then {
                        Then::Close => {
                            let _ = socket.shutdown().await;
                        }
                        Then::Flood(chunk) => while socket.write_all(&chunk).await.is_ok() {},
                        Then::Silence => {
                            let _ = socket.read(&mut [0]).await;
                        }
                        Then::Drip => {
                            while socket.write_all(b"x").await.is_ok() {
                                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// All requests so far, as text.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub(crate) async fn read_request(socket: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |n| n.parse().unwrap());
            if body.len() >= length {
                return text.into_owned();
            }
        }
        let mut buffer = [0; 4096];
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return text.into_owned(),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
