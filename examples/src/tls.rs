//! https on loopback, with a certificate authority of our own.

use crate::server::BoxError;
use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// A certificate, and whom to trust for it. All in PEM.
#[derive(Clone)]
#[non_exhaustive]
pub struct Certificate {
    /// The authority's own certificate, which clients have to trust.
    pub authority: String,
    /// The certificate that the authority signed.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl Certificate {
    /// A certificate for these names, by a new authority.
    ///
    /// # Errors
    ///
    /// A name is none, or no key could be made.
    pub fn new(names: impl Into<Vec<String>>) -> Result<Self, BoxError> {
        let mut params = CertificateParams::new([])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "a demonstration");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(names)?.signed_by(&key, &authority)?;
        Ok(Self {
            authority: authority.pem(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    /// Listens on a free port of loopback, for [`axum::serve()`].
    ///
    /// # Errors
    ///
    /// No socket could be opened, or the certificate is unusable.
    pub async fn listen(&self) -> Result<TlsListener, BoxError> {
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes())?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes())?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;
        Ok(TlsListener {
            socket: TcpListener::bind("127.0.0.1:0").await?,
            tls: Arc::new(config).into(),
        })
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").finish_non_exhaustive()
    }
}

/// A socket that speaks TLS.
pub struct TlsListener {
    socket: TcpListener,
    tls: TlsAcceptor,
}

impl std::fmt::Debug for TlsListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TlsListener").field(&self.socket).finish()
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    /// One handshake after the other: enough for a demonstration, where nobody delays the others.
    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.socket).await;
            match self.tls.accept(stream).await {
                Ok(stream) => return (stream, address),
                // Whoever does not like the certificate says so on the other side.
                Err(error) => eprintln!("{address}: {error}"),
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.socket.local_addr()
    }
}
