//! Digests of bodies: the `Digest` field of RFC 3230, as the fediverse uses it, and `Content-Digest` of RFC 9530.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256, Sha512};
use subtle::ConstantTimeEq;

use crate::error::{Reason, VerifyError};
use crate::policy::{CONTENT_DIGEST, DIGEST};
use crate::structured_field::{self, BareItem, Item, Member};

/// How long the hash is in base64.
const BASE64_OF_SHA256: usize = 44;

/// A hash function that binds a body. MD5, SHA-1 and checksums are none.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigestAlgorithm {
    /// SHA-256, which everybody reads.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// The algorithm that the sender of a `Want-Content-Digest` or `Want-Repr-Digest` field likes best; of two that it
    /// likes equally, SHA-256. `None` if it wants neither.
    ///
    /// [RFC 9530, section 4](https://www.rfc-editor.org/rfc/rfc9530#section-4)
    ///
    /// # Errors
    /// [`Reason::DigestMalformed`] if the field is not a dictionary of at most 16 KiB and 32 members, or gives SHA-256 or
    /// SHA-512 a weight that is not a whole number from 0 to 10; [`Reason::DigestRepeated`] if an algorithm stands in it
    /// twice.
    pub fn wanted(field: &[u8]) -> Result<Option<Self>, VerifyError> {
        let mut best = (0, None);
        for known in known(field)? {
            let (algorithm, item) = known?;
            let BareItem::Integer(weight) = item.value else {
                return Err(malformed("want-content-digest", field));
            };
            let weight = i64::from(weight);
            if !(0..=10).contains(&weight) {
                return Err(malformed("want-content-digest", field));
            }
            if weight > best.0 || (weight == best.0 && weight > 0 && algorithm == Self::Sha256) {
                best = (weight, Some(algorithm));
            }
        }
        Ok(best.1)
    }

    fn of_token(token: &[u8]) -> Option<Self> {
        [Self::Sha256, Self::Sha512]
            .into_iter()
            .find(|algorithm| token.eq_ignore_ascii_case(algorithm.key().as_bytes()))
    }

    fn key(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha512 => "sha-512",
        }
    }
}

/// What a `Content-Digest` or `Repr-Digest` field says about a body.
///
/// [RFC 9530, section 2 and 3](https://www.rfc-editor.org/rfc/rfc9530#section-2). `Content-Digest` is over the bytes of
/// the body as they go over the wire, `Repr-Digest` over the whole representation, of which the body may be a part.
///
/// ```
/// use http_sig::{ContentDigest, DigestAlgorithm};
///
/// let digest = ContentDigest::new(DigestAlgorithm::Sha256, br#"{"hello": "world"}"#);
/// let field = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
/// assert_eq!(digest.field_value(), field);
/// ContentDigest::parse(field.as_bytes())?.check(br#"{"hello": "world"}"#)?;
/// # Ok::<(), http_sig::VerifyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentDigest {
    first: Hash,
    /// By the other algorithm.
    second: Option<Hash>,
}

/// A hash of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256([u8; 32]),
    Sha512([u8; 64]),
}

impl Hash {
    /// `None` if it has not the length of the algorithm.
    fn new(algorithm: DigestAlgorithm, bytes: &[u8]) -> Option<Self> {
        Some(match algorithm {
            DigestAlgorithm::Sha256 => Self::Sha256(bytes.try_into().ok()?),
            DigestAlgorithm::Sha512 => Self::Sha512(bytes.try_into().ok()?),
        })
    }

    fn algorithm(&self) -> DigestAlgorithm {
        match self {
            Self::Sha256(_) => DigestAlgorithm::Sha256,
            Self::Sha512(_) => DigestAlgorithm::Sha512,
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha512(bytes) => bytes,
        }
    }
}

impl ContentDigest {
    /// Computes the digest of a body.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm, body: &[u8]) -> Self {
        let hash = match algorithm {
            DigestAlgorithm::Sha256 => Hash::Sha256(Sha256::digest(body).into()),
            DigestAlgorithm::Sha512 => Hash::Sha512(Sha512::digest(body).into()),
        };
        hash.into()
    }

    /// Reads the value of the field. Digests by other algorithms than SHA-256 and SHA-512 are passed over.
    ///
    /// # Errors
    /// [`Reason::DigestMalformed`] if it is not a dictionary of at most 16 KiB and 32 members, or if a digest is not a
    /// byte sequence of the right length; [`Reason::DigestRepeated`] if an algorithm stands in it twice;
    /// [`Reason::DigestWeak`] if it has neither SHA-256 nor SHA-512.
    pub fn parse(field: &[u8]) -> Result<Self, VerifyError> {
        let mut digests: Option<Self> = None;
        for known in known(field)? {
            let (algorithm, item) = known?;
            let hash = match item.value {
                BareItem::ByteSequence(bytes) => Hash::new(algorithm, &bytes),
                _ => None,
            };
            let hash = hash.ok_or_else(|| malformed("content-digest", field))?;
            match &mut digests {
                None => digests = Some(hash.into()),
                Some(digests) => digests.second = Some(hash),
            }
        }
        digests.ok_or_else(|| {
            let weak = VerifyError::from(Reason::DigestWeak);
            weak.about("content-digest").finding(field)
        })
    }

    /// Checks the body against every digest of the field.
    ///
    /// # Errors
    /// [`Reason::DigestMismatch`] if one of them is not the body's.
    pub fn check(&self, body: &[u8]) -> Result<(), VerifyError> {
        let mut hashing = Hashing::new(CONTENT_DIGEST, self.clone());
        hashing.update(body);
        hashing.finish()
    }

    pub(crate) fn algorithms(&self) -> impl Iterator<Item = DigestAlgorithm> {
        self.hashes().map(Hash::algorithm)
    }

    /// The value of the field.
    #[must_use]
    pub fn field_value(&self) -> HeaderValue {
        let mut text = String::with_capacity("sha-256=::".len() + BASE64_OF_SHA256);
        for (at, hash) in self.hashes().enumerate() {
            for part in [if at > 0 { ", " } else { "" }, hash.algorithm().key(), "=:"] {
                text.push_str(part);
            }
            STANDARD.encode_string(hash.as_bytes(), &mut text);
            text.push(':');
        }
        // Base64 is always a valid field value; an empty one would be refused by every recipient.
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    /// In the order of the field.
    fn hashes(&self) -> impl Iterator<Item = &Hash> {
        std::iter::once(&self.first).chain(&self.second)
    }
}

impl From<Hash> for ContentDigest {
    fn from(hash: Hash) -> Self {
        Self {
            first: hash,
            second: None,
        }
    }
}

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
        let mut text = String::with_capacity("SHA-256=".len() + BASE64_OF_SHA256);
        text.push_str("SHA-256=");
        STANDARD.encode_string(sha256, &mut text);
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

impl From<&Digest> for ContentDigest {
    fn from(digest: &Digest) -> Self {
        Hash::Sha256(digest.sha256).into()
    }
}

/// The digests that were sent for a body, and those of the body itself as it comes in.
pub(crate) struct Hashing {
    field: HeaderName,
    sent: ContentDigest,
    sha256: Option<Sha256>,
    sha512: Option<Sha512>,
}

impl Hashing {
    /// For the field `Digest` or `Content-Digest`.
    pub(crate) fn new(field: HeaderName, sent: ContentDigest) -> Self {
        let sends = |wanted| sent.hashes().any(|sent| sent.algorithm() == wanted);
        Self {
            sha256: sends(DigestAlgorithm::Sha256).then(Sha256::new),
            sha512: sends(DigestAlgorithm::Sha512).then(Sha512::new),
            field,
            sent,
        }
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(chunk);
        }
        if let Some(sha512) = &mut self.sha512 {
            sha512.update(chunk);
        }
    }

    /// Refuses the body if one of the digests that were sent is not its own.
    pub(crate) fn finish(self) -> Result<(), VerifyError> {
        let sha256 = self.sha256.map(Sha256::finalize);
        let sha512 = self.sha512.map(Sha512::finalize);
        for sent in self.sent.hashes() {
            let computed = match sent {
                Hash::Sha256(_) => sha256.as_deref(),
                Hash::Sha512(_) => sha512.as_deref(),
            }
            .unwrap_or_default();
            if !bool::from(sent.as_bytes().ct_eq(computed)) {
                let spelled = |bytes: &[u8]| {
                    let (key, encoded) = (sent.algorithm().key(), STANDARD.encode(bytes));
                    if self.field == DIGEST {
                        format!("{}={encoded}", key.to_ascii_uppercase())
                    } else {
                        format!("{key}=:{encoded}:")
                    }
                };
                return Err(VerifyError::from(Reason::DigestMismatch)
                    .about(self.field.as_str())
                    .expecting(format!("\"{}\"", spelled(computed)))
                    .finding(spelled(sent.as_bytes())));
            }
        }
        Ok(())
    }
}

/// The values of a `Digest` field that bind the body, one for each algorithm. Others beside them are passed over.
pub(crate) fn read(field: &[u8]) -> Result<ContentDigest, VerifyError> {
    let refuse = |reason: Reason| VerifyError::from(reason).about("digest").finding(field);
    let mut digests: Option<ContentDigest> = None;
    for value in field.split(|byte| *byte == b',') {
        let value = value.trim_ascii();
        let equals = value
            .iter()
            .position(|byte| *byte == b'=')
            .ok_or_else(|| refuse(Reason::DigestMalformed))?;
        let (token, encoded) = value.split_at(equals);
        let Some(algorithm) = DigestAlgorithm::of_token(token) else {
            continue;
        };
        // Room for the longest hash.
        let mut bytes = [0; 64];
        let encoded = encoded.get(1..).unwrap_or_default();
        let length = STANDARD.decode_slice(encoded, &mut bytes).ok();
        let hash = length
            .and_then(|length| Hash::new(algorithm, bytes.get(..length)?))
            .ok_or_else(|| refuse(Reason::DigestMalformed))?;
        match &mut digests {
            None => digests = Some(hash.into()),
            Some(digests) if digests.hashes().any(|other| other.algorithm() == algorithm) => {
                return Err(refuse(Reason::DigestRepeated));
            }
            Some(digests) => digests.second = Some(hash),
        }
    }
    digests.ok_or_else(|| refuse(Reason::DigestWeak))
}

/// The members of a dictionary whose keys are algorithms that bind a body.
fn known(
    field: &[u8],
) -> Result<impl Iterator<Item = Result<(DigestAlgorithm, Item<'_>), VerifyError>>, VerifyError> {
    let members = structured_field::dictionary(field).map_err(|reason| match reason {
        Reason::ParameterRepeated => VerifyError::from(Reason::DigestRepeated)
            .about("content-digest")
            .finding(field),
        _ => malformed("content-digest", field),
    })?;
    Ok(members.into_iter().filter_map(|(key, member)| {
        // Keys of a dictionary are written in lower case, so that this is an exact comparison.
        let algorithm = DigestAlgorithm::of_token(key.as_bytes())?;
        Some(match member {
            Member::Item(item) => Ok((algorithm, item)),
            Member::InnerList(..) => Err(malformed("content-digest", field)),
        })
    }))
}

fn malformed(name: &str, field: &[u8]) -> VerifyError {
    VerifyError::from(Reason::DigestMalformed)
        .about(name)
        .finding(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: &[u8], body: &[u8]) -> Result<(), VerifyError> {
        let mut hashing = Hashing::new(DIGEST, read(field)?);
        let (start, end) = body.split_at(body.len() / 2);
        hashing.update(start);
        hashing.update(end);
        hashing.finish()
    }

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

    const HELLO: &[u8] = b"{\"hello\": \"world\"}";
    const SHA_512: &str =
        "WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==";

    #[test]
    fn a_digest_by_sha_512_counts_and_must_be_right() {
        check(format!("SHA-512={SHA_512}").as_bytes(), HELLO).unwrap();
        let right = "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=";
        check(format!("{right},sha-512={SHA_512}").as_bytes(), HELLO).unwrap();
        let wrong = SHA_512.replacen('W', "X", 1);
        assert_eq!(
            reason(&format!("{right},SHA-512={wrong}")),
            Reason::DigestMismatch
        );
        assert_eq!(reason("SHA-512=AAEC"), Reason::DigestMalformed);
    }

    /// RFC 9530, appendices B and D.
    #[test]
    fn the_examples_of_rfc_9530() {
        let with_line = b"{\"hello\": \"world\"}\n";
        for (body, field) in [
            (
                &with_line[..],
                "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
            ),
            (
                with_line,
                "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:",
            ),
            (
                b"",
                "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
            ),
            (
                b"\"world\"}\n",
                "sha-256=:jjcgBDWNAtbYUXI37CVG3gRuGOAjaaDRGpIUFsdyepQ=:",
            ),
            (
                HELLO,
                "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
            ),
            (
                HELLO,
                "md5=:Sd/dVLAcvNLSq16eXua5uQ==:, sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
            ),
            (HELLO, &format!("sha-512=:{SHA_512}:")),
        ] {
            let digest = ContentDigest::parse(field.as_bytes()).unwrap();
            digest.check(body).unwrap();
            if !field.starts_with("md5") {
                assert_eq!(digest.field_value(), field);
                assert_eq!(ContentDigest::new(digest.first.algorithm(), body), digest);
            }
        }
        assert_eq!(
            ContentDigest::from(&Digest::sha256(HELLO)),
            ContentDigest::new(DigestAlgorithm::Sha256, HELLO)
        );
    }

    #[test]
    fn a_content_digest_that_does_not_bind_the_body_is_refused() {
        let right = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
        let wrong = SHA_512.replacen('W', "X", 1);
        for (field, expected) in [
            ("", Reason::DigestWeak),
            ("md5=:Sd/dVLAcvNLSq16eXua5uQ==:", Reason::DigestWeak),
            (
                "SHA-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
                Reason::DigestMalformed,
            ),
            (
                "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
                Reason::DigestMalformed,
            ),
            (
                "sha-256=\"X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=\"",
                Reason::DigestMalformed,
            ),
            ("sha-256=(:AAEC:)", Reason::DigestMalformed),
            ("sha-256", Reason::DigestMalformed),
            ("sha-256=:AAEC:", Reason::DigestMalformed),
            ("sha-256=::", Reason::DigestMalformed),
            (&format!("{right}, {right}"), Reason::DigestRepeated),
            (&format!("{right},"), Reason::DigestMalformed),
            (
                "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
                Reason::DigestMismatch,
            ),
            (
                &format!("{right}, sha-512=:{wrong}:"),
                Reason::DigestMismatch,
            ),
        ] {
            let outcome =
                ContentDigest::parse(field.as_bytes()).and_then(|digest| digest.check(HELLO));
            assert_eq!(outcome.unwrap_err().reason(), expected, "{field}");
        }
    }

    /// The first three are the examples of RFC 9530, section 4.
    #[test]
    fn the_algorithm_that_is_wanted_most() {
        let (sha256, sha512) = (Some(DigestAlgorithm::Sha256), Some(DigestAlgorithm::Sha512));
        for (field, expected) in [
            ("sha-256=1", sha256),
            ("sha-512=3, sha-256=10, unixsum=0", sha256),
            ("sha-256=3, sha-512=10", sha512),
            ("sha-512=3, sha-256=3", sha256),
            ("sha-256=0", None),
            ("md5=10", None),
            ("", None),
        ] {
            assert_eq!(
                DigestAlgorithm::wanted(field.as_bytes()),
                Ok(expected),
                "{field}"
            );
        }
        for field in [
            "sha-256",
            "sha-256=11",
            "sha-256=-1",
            "sha-256=1.0",
            "sha-256=",
        ] {
            let error = DigestAlgorithm::wanted(field.as_bytes()).unwrap_err();
            assert_eq!(error.reason(), Reason::DigestMalformed, "{field}");
        }
    }
}
