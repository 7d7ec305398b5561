//! The `Digest` field of RFC 3230, as the fediverse uses it: SHA-256 of the body.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use crate::error::{Reason, VerifyError};

/// The SHA-256 digest of a body, computed once and then shared by all recipients of the body.
///
/// [RFC 3230](https://www.rfc-editor.org/rfc/rfc3230#section-4.3.2)
#[derive(Clone, PartialEq, Eq)]
pub struct Digest {
    sha256: [u8; 32],
    field: HeaderValue,
}

impl Digest {
    /// Computes the digest of a body: the bytes as they go over the wire, after any content encoding.
    #[must_use]
    pub fn sha256(body: &[u8]) -> Self {
        let sha256: [u8; 32] = Sha256::digest(body).into();
        // The token in upper case: Threads does not find it otherwise.
        let text = format!("SHA-256={}", STANDARD.encode(sha256));
        // Base64 is always a valid field value; an empty one would be refused by every recipient.
        let field = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
        Self { sha256, field }
    }

    /// The value of the `Digest` field: `SHA-256=` and standard base64.
    #[must_use]
    pub fn field_value(&self) -> &HeaderValue {
        &self.field
    }

    /// The 32 bytes of the digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.sha256
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:?})", self.field)
    }
}

/// Checks the value of a `Digest` field against the body that came with it.
pub(crate) fn check(field: &[u8], body: &[u8]) -> Result<(), VerifyError> {
    let sent = read(field)?;
    let computed: [u8; 32] = Sha256::digest(body).into();
    // Not compared in constant time: both values are known to the sender.
    if sent == computed {
        return Ok(());
    }
    Err(VerifyError::from(Reason::DigestMismatch)
        .about("digest")
        .expecting(format!("\"SHA-256={}\"", STANDARD.encode(computed)))
        .finding(field))
}

/// The one SHA-256 value of a `Digest` field. Other algorithms beside it are passed over; two values are refused.
fn read(field: &[u8]) -> Result<[u8; 32], VerifyError> {
    let refuse = |reason: Reason| VerifyError::from(reason).about("digest").finding(field);
    let mut sha256 = None;
    for value in field.split(|byte| *byte == b',') {
        let value = value.trim_ascii();
        let equals = value
            .iter()
            .position(|byte| *byte == b'=')
            .ok_or_else(|| refuse(Reason::DigestMalformed))?;
        let (algorithm, encoded) = value.split_at(equals);
        if !algorithm.eq_ignore_ascii_case(b"SHA-256") {
            continue;
        }
        let decoded = STANDARD.decode(encoded.get(1..).unwrap_or_default());
        let bytes = decoded
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or_else(|| refuse(Reason::DigestMalformed))?;
        if sha256.replace(bytes).is_some() {
            return Err(refuse(Reason::DigestRepeated));
        }
    }
    sha256.ok_or_else(|| refuse(Reason::DigestWeak))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(field: &str) -> Reason {
        check(field.as_bytes(), b"{\"hello\": \"world\"}")
            .unwrap_err()
            .reason()
    }

    #[test]
    fn a_digest_is_written_and_read() {
        let digest = Digest::sha256(b"{\"hello\": \"world\"}");
        // RFC 9530, appendix B, and draft-cavage-12, appendix C.
        assert_eq!(
            digest.field_value(),
            "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
        );
        for field in [
            "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
            "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
            "MD5=Sd/dVLAcvNLSq16eXua5uQ== , SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        ] {
            check(field.as_bytes(), b"{\"hello\": \"world\"}").unwrap();
        }
    }

    #[test]
    fn a_digest_that_does_not_bind_the_body_is_refused() {
        assert_eq!(
            reason("SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            Reason::DigestMismatch
        );
        assert_eq!(reason("SHA-256="), Reason::DigestMalformed);
        assert_eq!(reason("SHA-256"), Reason::DigestMalformed);
        assert_eq!(reason(""), Reason::DigestMalformed);
        assert_eq!(
            reason("SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE"),
            Reason::DigestMalformed
        );
        assert_eq!(reason("MD5=Sd/dVLAcvNLSq16eXua5uQ=="), Reason::DigestWeak);
        let twice = "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=";
        assert_eq!(reason(&format!("{twice},{twice}")), Reason::DigestRepeated);
    }

    #[test]
    fn every_byte_of_a_digest_counts() {
        let digest = Digest::sha256(b"{}");
        for at in 0..32 {
            let mut other = *digest.as_bytes();
            other[at] ^= 1;
            let field = format!("SHA-256={}", STANDARD.encode(other));
            let error = check(field.as_bytes(), b"{}").unwrap_err();
            assert_eq!(error.reason(), Reason::DigestMismatch, "byte {at}");
        }
    }
}
