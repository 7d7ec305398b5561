//! A server with real TLS on loopback, HTTP/2 or HTTP/1.1, and proxies that lead to it whatever they are asked for.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio_rustls::TlsAcceptor;

pub(crate) struct Secure {
    pub(crate) address: SocketAddr,
    /// The certificate of the authority that issued the server's, DER-encoded.
    pub(crate) root: Vec<u8>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Secure {
    /// A server for `v.example` with a certificate that holds.
    pub(crate) async fn start(protocols: &[&str]) -> Self {
        Self::with(certificate(), protocols).await
    }

    /// Answers with the request's version; to `/together` when `TOGETHER` requests are there; to `/headers` with 70,000 bytes of
    /// them.
    pub(crate) async fn with(certificate: CertificateParams, protocols: &[&str]) -> Self {
        let (acceptor, root) = acceptor(certificate, protocols);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        tokio::spawn(async move {
            let together = Arc::new(Barrier::new(TOGETHER));
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, log, together) =
                    (acceptor.clone(), Arc::clone(&log), Arc::clone(&together));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(socket).await else {
                        return;
                    };
                    let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                    let service = service_fn(move |request: Request<Incoming>| {
                        log.lock().unwrap().push(request.uri().to_string());
                        answer(request, Arc::clone(&together))
                    });
                    let stream = TokioIo::new(stream);
                    let _ = if is_h2 {
                        hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                            .serve_connection(stream, service)
                            .await
                    } else {
                        hyper::server::conn::http1::Builder::new()
                            .serve_connection(stream, service)
                            .await
                    };
                });
            }
        });
        Self {
            address,
            root,
            requests,
        }
    }

    /// The URIs of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub(crate) const TOGETHER: usize = 8;

/// The server's side of TLS, with the authority that issued its certificate, DER-encoded.
pub(crate) fn acceptor(
    certificate: CertificateParams,
    protocols: &[&str],
) -> (TlsAcceptor, Vec<u8>) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    let mut config =
        rustls::ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().into())
        .collect();
    let root = authority.as_ref().der().to_vec();
    (TlsAcceptor::from(Arc::new(config)), root)
}

/// A certificate for `v.example`.
pub(crate) fn certificate() -> CertificateParams {
    CertificateParams::new(["v.example".to_owned()]).unwrap()
}

async fn answer(
    request: Request<Incoming>,
    together: Arc<Barrier>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::from(format!("{:?}", request.version())));
    match request.uri().path() {
        "/together" => {
            together.wait().await;
        }
        "/headers" => {
            let value = "y".repeat(70_000).parse().unwrap();
            response.headers_mut().insert("x", value);
        }
        _ => {}
    }
    Ok(response)
}

/// A proxy, and what it was asked.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// HTTP `CONNECT`; notes the head of each request.
    pub(crate) async fn http(leads_to: SocketAddr, status: u16) -> Self {
        Self::start(leads_to, async move |socket| {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(socket.read_u8().await?);
            }
            let answer = format!("HTTP/1.1 {status} X\r\nx: hush\r\n\r\n");
            socket.write_all(answer.as_bytes()).await?;
            Ok(String::from_utf8(head).unwrap())
        })
        .await
    }

    /// SOCKS5 with user name and password (RFC 1928, RFC 1929); notes these and the address asked for.
    pub(crate) async fn socks(leads_to: SocketAddr) -> Self {
        Self::start(leads_to, async |socket| {
            let mut greeting = [0; 3];
            socket.read_exact(&mut greeting).await?;
            assert_eq!(greeting, [5, 1, 2]);
            socket.write_all(&[5, 2]).await?;
            assert_eq!(socket.read_u8().await?, 1);
            let user = text(socket).await?;
            let password = text(socket).await?;
            socket.write_all(&[1, 0]).await?;
            let mut request = [0; 10];
            socket.read_exact(&mut request).await?;
            socket.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
            Ok(format!("{user} {password} {request:?}"))
        })
        .await
    }

    async fn start(
        leads_to: SocketAddr,
        greet: impl AsyncFn(&mut TcpStream) -> io::Result<String> + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::task::spawn_local(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let Ok(asked) = greet(&mut socket).await else {
                    continue;
                };
                log.lock().unwrap().push(asked);
                let mut onward = TcpStream::connect(leads_to).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut socket, &mut onward).await });
            }
        });
        Self { address, asked }
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn text(socket: &mut TcpStream) -> io::Result<String> {
    let mut bytes = vec![0; socket.read_u8().await?.into()];
    socket.read_exact(&mut bytes).await?;
    Ok(String::from_utf8(bytes).unwrap())
}
