//! Who may vouch for a server, and what a failed handshake means.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use super::ConnectError;
use crate::error::{BoxError, CertificateProblem};

/// The platform's root certificates and these; the cryptography is passed in, not a process-wide default.
///
/// The platform's list only, not its verifier: those of Windows and Apple fetch what a certificate names (issuers, revocation lists)
/// before they say no, from wherever the stranger who made the certificate likes.
pub(crate) fn client_config(
    roots: Vec<CertificateDer<'static>>,
) -> Result<ClientConfig, rustls::Error> {
    let mut trusted = RootCertStore::empty();
    for root in roots {
        trusted.add(root)?;
    }
    trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if trusted.is_empty() {
        let nobody = "the platform has no root certificates".to_owned();
        return Err(rustls::Error::General(nobody));
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// An error of the handshake, by whether the certificate is to blame.
pub(super) fn error(error: BoxError) -> ConnectError {
    match certificate_error(&*error) {
        Some(error) => ConnectError::Certificate(problem(error)),
        None => ConnectError::Tls(error),
    }
}

fn certificate_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CertificateError> {
    if let Some(rustls::Error::InvalidCertificate(error)) = error.downcast_ref() {
        return Some(error);
    }
    // An `io::Error` leaves out what it wraps when it is asked for its source.
    match error.downcast_ref::<io::Error>() {
        Some(error) => certificate_error(error.get_ref()?),
        None => certificate_error(error.source()?),
    }
}

fn problem(error: &CertificateError) -> CertificateProblem {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            CertificateProblem::Expired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateProblem::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateProblem::WrongName
        }
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        CertificateError::Revoked => CertificateProblem::Revoked,
        _ => CertificateProblem::Invalid,
    }
}
