//! The secret that two parties share for HMAC.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::{KeyError, Reason, VerifyError};
use crate::key::SignatureAlgorithm;
use crate::policy::Terms;

/// Fewest bytes: as many as the hash has (RFC 2104, section 3).
const SHORTEST: usize = 32;

/// A secret that sender and recipient share, for HMAC with SHA-256. A clone is cheap and shares the bytes.
///
/// Whoever can verify with it can sign with it, so it proves nothing to a third party, and the fediverse, whose keys are
/// public, has no use for it: it is for two services that know each other. It must be random, of at least 32 bytes, and
/// used for nothing else.
///
/// [RFC 9421, section 3.3.3](https://www.rfc-editor.org/rfc/rfc9421#section-3.3.3)
#[derive(Clone)]
pub struct SharedSecret {
    bytes: Arc<Zeroizing<Vec<u8>>>,
}

impl SharedSecret {
    /// Takes the bytes of the secret.
    ///
    /// What has the form of a key pair's half is refused: PEM, DER (SPKI, PKCS#1, PKCS#8), also in base64 of any alphabet, JWK, Multikey
    /// and the lines of OpenSSH. A public key is no secret; the attack in which its text serves as one is as old as HMAC
    /// and signatures under one roof.
    ///
    /// # Errors
    /// [`KeyError::SecretTooShort`] if there are fewer than 32 bytes, [`KeyError::NotSecret`] if they have the form of a
    /// key.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let bytes = bytes.as_ref();
        if bytes.len() < SHORTEST {
            return Err(KeyError::SecretTooShort);
        }
        if is_key(bytes) {
            return Err(KeyError::NotSecret);
        }
        Ok(Self {
            bytes: Arc::new(Zeroizing::new(bytes.to_vec())),
        })
    }

    /// Checks a signature, if the policy lets a secret do that and the message names no other algorithm.
    pub(crate) fn check(
        &self,
        named: Option<SignatureAlgorithm>,
        terms: Terms,
        base: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        let hmac = SignatureAlgorithm::HmacSha256;
        if !terms.accepts(hmac) {
            return Err(VerifyError::from(Reason::AlgorithmRefused)
                .about("algorithm")
                .finding(format!("{hmac:?}")));
        }
        if let Some(named) = named.filter(|named| *named != hmac) {
            return Err(VerifyError::from(Reason::AlgorithmMismatch)
                .about("algorithm")
                .expecting(format!("{hmac:?}"))
                .finding(format!("{named:?}")));
        }
        if self.verify(base, signature) {
            Ok(())
        } else {
            Err(Reason::SignatureMismatch.into())
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mac = self.mac(message).map(|mac| mac.finalize().into_bytes());
        mac.map(|bytes| bytes.to_vec()).unwrap_or_default()
    }

    /// In constant time.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let mac = self.mac(message);
        mac.is_some_and(|mac| mac.verify_slice(signature).is_ok())
    }

    /// HMAC takes keys of any length, so there always is one.
    fn mac(&self, message: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.bytes).ok()?;
        mac.update(message);
        Some(mac)
    }
}

/// Shows that it is one, and nothing of it.
impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret")
    }
}

fn is_key(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    let contains = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    if contains(b"-----BEGIN ") || text.starts_with(b"{") && contains(b"\"kty\"") {
        return true;
    }
    let starts = ["ssh-", "ecdsa-sha2-", "z6Mk", "zDna", "z82L", "z4MX"];
    if starts
        .iter()
        .any(|start| text.starts_with(start.as_bytes()))
    {
        return true;
    }
    is_der_of_key(bytes)
        || base64(text).is_some_and(|der| is_der_of_key(&der))
        || text
            .strip_prefix(b"u")
            .and_then(base64)
            .is_some_and(|key| is_multikey(&key))
}

/// The bytes that stand in the text in either alphabet, with or without padding and line breaks.
fn base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digits = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    let digits = digits.map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    });
    // As much as is needed at once, so that no copy is left behind.
    let mut standard = Zeroizing::new(Vec::with_capacity(text.len()));
    standard.extend(digits);
    while standard.last() == Some(&b'=') {
        standard.pop();
    }
    STANDARD_NO_PAD.decode(&*standard).ok().map(Zeroizing::new)
}

/// Whether these are the bytes of a public Multikey, by number and length.
fn is_multikey(bytes: &[u8]) -> bool {
    match bytes {
        [0xed, 0x01, key @ ..] => key.len() == 32,
        [0x80, 0x24, key @ ..] => key.len() == 33,
        [0x81, 0x24, key @ ..] => key.len() == 49,
        [0x85, 0x24, key @ ..] => is_der_of_key(key),
        _ => false,
    }
}

/// Whether this is a sequence as long as the whole, and in it a version (PKCS#8, RFC 5915), a modulus (PKCS#1) or an
/// algorithm (SPKI). By chance one of eight million secrets looks so.
fn is_der_of_key(bytes: &[u8]) -> bool {
    let (length, content) = match bytes {
        [0x30, length @ ..=0x7f, rest @ ..] => (usize::from(*length), rest),
        [0x30, 0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x30, 0x82, high, low, rest @ ..] => (usize::from(*high) << 8 | usize::from(*low), rest),
        _ => return false,
    };
    length == content.len() && matches!(content, [0x02 | 0x30, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    /// RFC 4231, sections 4.3 and 4.7, whose keys are shorter or longer than a block.
    #[test]
    fn the_vectors_of_hmac_with_sha_256() {
        let long = SharedSecret::new([0xaa; 131]).unwrap();
        let message = b"Test Using Larger Than Block-Size Key - Hash Key First";
        let mac = [
            0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f, 0x0d, 0x8a, 0x26, 0xaa, 0xcb, 0xf5,
            0xb7, 0x7f, 0x8e, 0x0b, 0xc6, 0x21, 0x37, 0x28, 0xc5, 0x14, 0x05, 0x46, 0x04, 0x0f,
            0x0e, 0xe3, 0x7f, 0x54,
        ];
        assert_eq!(long.sign(message), mac);
        assert!(long.verify(message, &mac));
        assert!(!long.verify(message, &mac[..31]) && !long.verify(message, &[]));
        assert!(!long.verify(b"", &mac));
    }

    #[test]
    fn a_secret_is_long_and_shown_to_nobody() {
        assert_eq!(
            SharedSecret::new([1; 31]).unwrap_err(),
            KeyError::SecretTooShort
        );
        let secret = SharedSecret::new(b"correct horse battery staple, and then some").unwrap();
        assert_eq!(format!("{secret:?}"), "SharedSecret");
    }

    #[test]
    fn what_has_the_form_of_a_key_is_no_secret() {
        // RFC 8410, section 10.1, as PEM, base64 and DER.
        let base64 = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
        let der = STANDARD.decode(base64).unwrap();
        let pkcs1 = [&[0x30, 0x81, 0x89, 0x02][..], &[0x81; 136]].concat();
        let long = [&[0x30, 0x82, 0x01, 0x0a, 0x02][..], &[0x82; 265]].concat();
        let unpadded = base64.trim_end_matches('=');
        let of_urls = base64.replace('/', "_").replace('+', "-");
        let multikey = |start: &[u8], bytes: usize| {
            format!(
                "u{}",
                URL_SAFE_NO_PAD.encode([start, &vec![0x9a; bytes]].concat())
            )
        };
        let multikeys = [
            multikey(&[0xed, 0x01], 32),
            multikey(&[0x80, 0x24, 0x02], 32),
            multikey(&[0x81, 0x24, 0x03], 48),
            multikey(&[0x85, 0x24, 0x30, 0x82, 0x01, 0x0a, 0x02], 265),
        ];
        let keys: [&[u8]; 12] = [
            unpadded.as_bytes(),
            of_urls.as_bytes(),
            pem.as_bytes(),
            &pem.replace('\n', "\r\n").into_bytes(),
            base64.as_bytes(),
            &format!("{}\r\n{}", &base64[..20], &base64[20..]).into_bytes(),
            &der,
            &pkcs1,
            &long,
            br#" {"crv":"Ed25519","kty":"OKP","x":"GbJECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4"}"#,
            b"z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGbJECWmEzf6FQbrBZ9w7lsh",
        ];
        for key in keys
            .into_iter()
            .chain(multikeys.iter().map(String::as_bytes))
        {
            let outcome = SharedSecret::new(key).map(drop);
            let shown = String::from_utf8_lossy(key);
            assert_eq!(outcome, Err(KeyError::NotSecret), "{shown}");
        }
        // A sequence of another length, or of something else, may be random bytes.
        for random in [[0x30; 32], [0x02; 32]] {
            assert!(SharedSecret::new(random).is_ok());
        }
        for random in [multikey(&[0xed, 0x01], 33), multikey(&[0xed, 0x02], 32)] {
            assert!(SharedSecret::new(random).is_ok());
        }
    }
}
