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

    /// The same for the older field `Want-Digest`, a list such as `SHA-256, SHA-512;q=0.5`.
    ///
    /// [RFC 3230, section 4.3.1](https://www.rfc-editor.org/rfc/rfc3230#section-4.3.1)
    ///
    /// # Errors
    /// [`Reason::DigestMalformed`] if the field is longer than 16 KiB or has more than 32 elements, or gives SHA-256 or
    /// SHA-512 a `q` that is not a number from 0 to 1 with at most three decimals; [`Reason::DigestRepeated`] if one of
    /// them stands in it twice.
    pub fn wanted_by_want_digest(field: &[u8]) -> Result<Option<Self>, VerifyError> {
        let elements = field.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        let elements = elements.filter(|element| !element.is_empty());
        if field.len() > structured_field::LONGEST
            || elements.clone().count() > structured_field::MOST_MEMBERS
        {
            return Err(malformed("want-digest", field));
        }
        let [mut sha256, mut sha512] = [None, None];
        for element in elements {
            let mut parts = element.splitn(2, |byte| *byte == b';');
            let token = parts.next().unwrap_or_default().trim_ascii();
            let place = match Self::of_token(token) {
                Some(Self::Sha256) => &mut sha256,
                Some(Self::Sha512) => &mut sha512,
                None => continue,
            };
            let weight = match parts.next() {
                Some(parameter) => {
                    thousandths(parameter).ok_or_else(|| malformed("want-digest", field))?
                }
                None => 1000,
            };
            if place.replace(weight).is_some() {
                return Err(VerifyError::from(Reason::DigestRepeated)
                    .about("want-digest")
                    .finding(field));
            }
        }
        Ok(match sha256.max(sha512).unwrap_or(0) {
            0 => None,
            most if sha256 == Some(most) => Some(Self::Sha256),
            _ => Some(Self::Sha512),
        })
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
#[derive(Clone, PartialEq, Eq)]
pub struct ContentDigest {
    digests: Digests,
    field: HeaderValue,
}

impl ContentDigest {
    /// Computes the digest of a body.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm, body: &[u8]) -> Self {
        Digests::of(algorithm, body).into()
    }

    /// Reads the value of the field. Digests by other algorithms than SHA-256 and SHA-512 are passed over.
    ///
    /// # Errors
    /// [`Reason::DigestMalformed`] if it is not a dictionary of at most 16 KiB and 32 members, or if a digest is not a
    /// byte sequence of the right length; [`Reason::DigestRepeated`] if an algorithm stands in it twice;
    /// [`Reason::DigestWeak`] if it has neither SHA-256 nor SHA-512.
    pub fn parse(field: &[u8]) -> Result<Self, VerifyError> {
        Ok(read_content_digest(field)?.into())
    }

    /// Checks the body against every digest of the field.
    ///
    /// # Errors
    /// [`Reason::DigestMismatch`] if one of them is not the body's.
    pub fn check(&self, body: &[u8]) -> Result<(), VerifyError> {
        self.digests.check(CONTENT_DIGEST, body)
    }

    /// The bytes of the digest by this algorithm, if there is one.
    #[must_use]
    pub fn bytes(&self, algorithm: DigestAlgorithm) -> Option<&[u8]> {
        self.digests.bytes(algorithm)
    }

    /// The value of the field.
    #[must_use]
    pub fn field_value(&self) -> HeaderValue {
        self.field.clone()
    }
}

impl fmt::Debug for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentDigest({:?})", self.field)
    }
}

impl From<&Digest> for ContentDigest {
    fn from(digest: &Digest) -> Self {
        digest.digests.clone().into()
    }
}

impl From<Digests> for ContentDigest {
    fn from(digests: Digests) -> Self {
        let field = digests.spelled(&CONTENT_DIGEST);
        Self { digests, field }
    }
}

/// What a `Digest` field says about a body: in the fediverse one SHA-256, computed once and then shared by all recipients
/// of the body.
///
/// [RFC 3230](https://www.rfc-editor.org/rfc/rfc3230#section-4.3.2)
#[derive(Clone, PartialEq, Eq)]
pub struct Digest {
    digests: Digests,
    field: HeaderValue,
}

impl Digest {
    /// Computes the SHA-256 of a body: the bytes as they go over the wire, after any content encoding.
    #[must_use]
    pub fn sha256(body: &[u8]) -> Self {
        Digests::of(DigestAlgorithm::Sha256, body).into()
    }

    /// Computes the SHA-512 of a body, for recipients that [want](DigestAlgorithm::wanted_by_want_digest) it: Mastodon,
    /// for one, reads only SHA-256.
    #[must_use]
    pub fn sha512(body: &[u8]) -> Self {
        Digests::of(DigestAlgorithm::Sha512, body).into()
    }

    /// Reads the value of the field. Digests by other algorithms than SHA-256 and SHA-512 are passed over.
    ///
    /// # Errors
    /// [`Reason::DigestMalformed`] if it is not a list of at most 16 KiB of `algorithm=base64`, or if a digest is not of
    /// the right length; [`Reason::DigestRepeated`] if SHA-256 or SHA-512 stands in it twice; [`Reason::DigestWeak`] if
    /// it has neither.
    pub fn parse(field: &[u8]) -> Result<Self, VerifyError> {
        Ok(read(field)?.into())
    }

    /// Checks the body against every digest of the field.
    ///
    /// # Errors
    /// [`Reason::DigestMismatch`] if one of them is not the body's.
    pub fn check(&self, body: &[u8]) -> Result<(), VerifyError> {
        self.digests.check(DIGEST, body)
    }

    /// The bytes of the digest by this algorithm, if there is one.
    #[must_use]
    pub fn bytes(&self, algorithm: DigestAlgorithm) -> Option<&[u8]> {
        self.digests.bytes(algorithm)
    }

    /// The value of the `Digest` field: `SHA-256=` and standard base64.
    #[must_use]
    pub fn field_value(&self) -> &HeaderValue {
        &self.field
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:?})", self.field)
    }
}

impl From<&ContentDigest> for Digest {
    fn from(digest: &ContentDigest) -> Self {
        digest.digests.clone().into()
    }
}

impl From<Digests> for Digest {
    fn from(digests: Digests) -> Self {
        let field = digests.spelled(&DIGEST);
        Self { digests, field }
    }
}

/// Computes the digest of a body that comes in pieces.
///
/// ```
/// use http_sig::{BodyHasher, Digest, DigestAlgorithm};
///
/// let mut hasher = BodyHasher::new(DigestAlgorithm::Sha256);
/// for piece in ["{\"hello\": ", "\"world\"}"] {
///     hasher.update(piece.as_bytes());
/// }
/// let digest = hasher.finish();
/// assert_eq!(Digest::from(&digest), Digest::sha256(br#"{"hello": "world"}"#));
/// ```
#[derive(Clone)]
pub struct BodyHasher(Hasher);

impl BodyHasher {
    /// Before the first piece.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        Self(Hasher::new(|wanted| wanted == algorithm))
    }

    /// Adds a piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// After the last piece.
    #[must_use]
    pub fn finish(self) -> ContentDigest {
        self.0.finish().into()
    }
}

impl fmt::Debug for BodyHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyHasher")
    }
}

/// Digests of one body, each by another algorithm.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Digests {
    sha256: Option<[u8; 32]>,
    sha512: Option<[u8; 64]>,
}

impl Digests {
    fn of(algorithm: DigestAlgorithm, body: &[u8]) -> Self {
        let mut hasher = Hasher::new(|wanted| wanted == algorithm);
        hasher.update(body);
        hasher.finish()
    }

    pub(crate) fn algorithms(&self) -> impl Iterator<Item = DigestAlgorithm> {
        [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512]
            .into_iter()
            .filter(|algorithm| self.bytes(*algorithm).is_some())
    }

    fn bytes(&self, algorithm: DigestAlgorithm) -> Option<&[u8]> {
        match algorithm {
            DigestAlgorithm::Sha256 => self.sha256.as_ref().map(|bytes| &bytes[..]),
            DigestAlgorithm::Sha512 => self.sha512.as_ref().map(|bytes| &bytes[..]),
        }
    }

    /// Adds a digest that was sent.
    fn add(&mut self, algorithm: DigestAlgorithm, bytes: &[u8]) -> Result<(), Reason> {
        let malformed = |_| Reason::DigestMalformed;
        let before = match algorithm {
            DigestAlgorithm::Sha256 => {
                let bytes = bytes.try_into().map_err(malformed)?;
                self.sha256.replace(bytes).is_some()
            }
            DigestAlgorithm::Sha512 => {
                let bytes = bytes.try_into().map_err(malformed)?;
                self.sha512.replace(bytes).is_some()
            }
        };
        if before {
            return Err(Reason::DigestRepeated);
        }
        Ok(())
    }

    fn add_base64(&mut self, algorithm: DigestAlgorithm, encoded: &[u8]) -> Result<(), Reason> {
        // The longest is of 64 bytes.
        let mut bytes = [0; 66];
        let length = STANDARD.decode_slice(encoded, &mut bytes);
        let bytes = length.ok().and_then(|length| bytes.get(..length));
        self.add(algorithm, bytes.ok_or(Reason::DigestMalformed)?)
    }

    pub(crate) fn check(&self, field: HeaderName, body: &[u8]) -> Result<(), VerifyError> {
        let mut hashing = Hashing::new(field, self.clone());
        hashing.update(body);
        hashing.finish()
    }

    /// The value of the field `Digest` or `Content-Digest`.
    fn spelled(&self, field: &HeaderName) -> HeaderValue {
        let mut text = String::with_capacity(if self.sha512.is_some() { 160 } else { 56 });
        for algorithm in self.algorithms() {
            if !text.is_empty() {
                text.push_str(if *field == DIGEST { "," } else { ", " });
            }
            push_spelled(
                &mut text,
                field,
                algorithm,
                self.bytes(algorithm).unwrap_or_default(),
            );
        }
        // Base64 is always a valid field value; an empty one would be refused by every recipient.
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

fn push_spelled(text: &mut String, field: &HeaderName, algorithm: DigestAlgorithm, bytes: &[u8]) {
    let legacy = *field == DIGEST;
    let start = text.len();
    text.push_str(algorithm.key());
    if legacy {
        // The token in upper case: Threads does not find it otherwise.
        text.get_mut(start..).map(str::make_ascii_uppercase);
    }
    text.push_str(if legacy { "=" } else { "=:" });
    STANDARD.encode_string(bytes, text);
    if !legacy {
        text.push(':');
    }
}

#[derive(Clone)]
struct Hasher {
    sha256: Option<Sha256>,
    sha512: Option<Sha512>,
}

impl Hasher {
    fn new(wants: impl Fn(DigestAlgorithm) -> bool) -> Self {
        Self {
            sha256: wants(DigestAlgorithm::Sha256).then(Sha256::new),
            sha512: wants(DigestAlgorithm::Sha512).then(Sha512::new),
        }
    }

    fn update(&mut self, piece: &[u8]) {
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(piece);
        }
        if let Some(sha512) = &mut self.sha512 {
            sha512.update(piece);
        }
    }

    fn finish(self) -> Digests {
        Digests {
            sha256: self.sha256.map(|sha256| sha256.finalize().into()),
            sha512: self.sha512.map(|sha512| sha512.finalize().into()),
        }
    }
}

/// The digests that were sent for a body, and those of the body itself as it comes in.
pub(crate) struct Hashing {
    field: HeaderName,
    sent: Digests,
    hasher: Hasher,
}

impl Hashing {
    /// For the field `Digest` or `Content-Digest`.
    pub(crate) fn new(field: HeaderName, sent: Digests) -> Self {
        Self {
            hasher: Hasher::new(|wanted| sent.bytes(wanted).is_some()),
            field,
            sent,
        }
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        self.hasher.update(chunk);
    }

    /// Refuses the body if one of the digests that were sent is not its own.
    pub(crate) fn finish(self) -> Result<(), VerifyError> {
        let computed = self.hasher.finish();
        for algorithm in self.sent.algorithms() {
            let [sent, computed] =
                [&self.sent, &computed].map(|d| d.bytes(algorithm).unwrap_or_default());
            if !bool::from(sent.ct_eq(computed)) {
                let spelled = |bytes| {
                    let mut text = String::new();
                    push_spelled(&mut text, &self.field, algorithm, bytes);
                    text
                };
                return Err(VerifyError::from(Reason::DigestMismatch)
                    .about(self.field.as_str())
                    .expecting(format!("\"{}\"", spelled(computed)))
                    .finding(spelled(sent)));
            }
        }
        Ok(())
    }
}

/// The values of a `Digest` field that bind the body, one for each algorithm. Others beside them are passed over.
pub(crate) fn read(field: &[u8]) -> Result<Digests, VerifyError> {
    let refuse = |reason: Reason| VerifyError::from(reason).about("digest").finding(field);
    if field.len() > structured_field::LONGEST {
        return Err(refuse(Reason::DigestMalformed));
    }
    let mut digests = Digests::default();
    for value in field.split(|byte| *byte == b',') {
        let value = value.trim_ascii();
        let equals = value.iter().position(|byte| *byte == b'=');
        let equals = equals.ok_or_else(|| refuse(Reason::DigestMalformed))?;
        let (token, encoded) = value.split_at(equals);
        let Some(algorithm) = DigestAlgorithm::of_token(token.trim_ascii()) else {
            continue;
        };
        let encoded = encoded.get(1..).unwrap_or_default();
        digests.add_base64(algorithm, encoded).map_err(refuse)?;
    }
    if digests == Digests::default() {
        return Err(refuse(Reason::DigestWeak));
    }
    Ok(digests)
}

/// The values of a `Content-Digest` or `Repr-Digest` field that bind the body.
pub(crate) fn read_content_digest(field: &[u8]) -> Result<Digests, VerifyError> {
    let refuse = |reason: Reason| {
        VerifyError::from(reason)
            .about("content-digest")
            .finding(field)
    };
    let mut digests = Digests::default();
    let sha256 = DigestAlgorithm::Sha256;
    if let Some(encoded) = structured_field::only_byte_sequence(field, sha256.key())
        && digests.add_base64(sha256, encoded).is_ok()
    {
        return Ok(digests);
    }
    for known in known(field)? {
        let (algorithm, item) = known?;
        let BareItem::ByteSequence(bytes) = item.value else {
            return Err(refuse(Reason::DigestMalformed));
        };
        digests.add(algorithm, &bytes).map_err(refuse)?;
    }
    if digests == Digests::default() {
        return Err(refuse(Reason::DigestWeak));
    }
    Ok(digests)
}

/// The `q` of an element in a list (RFC 9110, section 12.4.2).
fn thousandths(parameter: &[u8]) -> Option<u16> {
    let text = str::from_utf8(parameter).ok()?;
    let (name, value) = text.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let value = value.trim();
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match (whole, decimals) {
        ("0", _) => Some(decimals),
        ("1", 0) => Some(1000),
        _ => None,
    }
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
        let other = "SHA-256 =47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(reason(&format!("{twice},{other}")), Reason::DigestRepeated);
    }

    #[test]
    fn every_byte_of_a_digest_counts() {
        let digest = Digest::sha256(b"{}");
        for at in 0..32 {
            let mut other = digest.bytes(DigestAlgorithm::Sha256).unwrap().to_vec();
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
                let algorithm = digest.digests.algorithms().next().unwrap();
                assert_eq!(ContentDigest::new(algorithm, body), digest);
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

    #[test]
    fn the_older_field_is_written_and_read_with_either_algorithm() {
        let digest = Digest::sha512(HELLO);
        assert_eq!(digest.field_value(), &format!("SHA-512={SHA_512}"));
        let both = "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=";
        let both = format!("{both},SHA-512={SHA_512}");
        let parsed = Digest::parse(format!("unixsum=1, {both}").as_bytes()).unwrap();
        assert_eq!(parsed.field_value(), &both);
        assert_eq!(parsed.check(HELLO), Ok(()));
        let error = parsed.check(b"").unwrap_err();
        assert_eq!(error.component(), Some("digest"));
        assert_eq!(error.reason(), Reason::DigestMismatch);
        assert_eq!(parsed.bytes(DigestAlgorithm::Sha512).unwrap().len(), 64);
        assert_eq!(digest.bytes(DigestAlgorithm::Sha256), None);
        assert_eq!(Digest::from(&ContentDigest::from(&digest)), digest);

        let long = |length: usize| format!("{both},x={}", "y".repeat(length - both.len() - 3));
        assert!(Digest::parse(long(16 * 1024).as_bytes()).is_ok());
        let error = Digest::parse(long(16 * 1024 + 1).as_bytes()).unwrap_err();
        assert_eq!(error.reason(), Reason::DigestMalformed);
    }

    /// The first two are the examples of RFC 3230, section 4.3.1, in algorithms that count.
    #[test]
    fn the_algorithm_that_the_older_field_wants_most() {
        let (sha256, sha512) = (Some(DigestAlgorithm::Sha256), Some(DigestAlgorithm::Sha512));
        let wanted = |field: &str| DigestAlgorithm::wanted_by_want_digest(field.as_bytes());
        for (field, expected) in [
            ("md5, sha", None),
            ("SHA-512;q=0.3, sha-256;q=1", sha256),
            ("sha-512", sha512),
            ("SHA-512 ; Q = 1.000 , SHA-256;q=0.999", sha512),
            ("sha-512;q=0.5, sha-256;q=0.5", sha256),
            ("sha-512, sha-256", sha256),
            ("sha-256;q=0", None),
            ("sha-256;q=0.0, sha-512;q=0.001", sha512),
            (",, md5;q=7, sha-512 ,", sha512),
            ("", None),
            (&"a,".repeat(32), None),
            (&" ".repeat(16 * 1024), None),
        ] {
            assert_eq!(wanted(field), Ok(expected), "{field}");
        }
        for field in [
            "sha-256;q=1.1",
            "sha-256;q=2",
            "sha-256;q=-1",
            "sha-256;q=0.1234",
            "sha-256;q=.5",
            "sha-256;q=0.+1",
            "sha-256;q",
            "sha-256;x=1",
            "sha-256;q=1;q=0",
            &"a,".repeat(33),
            &" ".repeat(16 * 1024 + 1),
        ] {
            let error = wanted(field).unwrap_err();
            assert_eq!(error.reason(), Reason::DigestMalformed, "{field}");
        }
        let error = wanted("sha-256, SHA-256;q=0").unwrap_err();
        assert_eq!(error.reason(), Reason::DigestRepeated);
    }

    #[test]
    fn a_digest_shows_its_field_and_gives_its_bytes() {
        let (sha256, sha512) = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha512);
        let digest = ContentDigest::new(sha256, HELLO);
        let older = Digest::from(&digest);
        assert_eq!(digest.bytes(sha256), Some(&Sha256::digest(HELLO)[..]));
        assert_eq!(older.bytes(sha256), digest.bytes(sha256));
        assert_eq!((digest.bytes(sha512), older.bytes(sha512)), (None, None));
        let field = digest.field_value();
        let field = field.to_str().unwrap();
        assert_eq!(format!("{digest:?}"), format!("ContentDigest({field:?})"));
        let field = older.field_value().to_str().unwrap();
        assert_eq!(format!("{older:?}"), format!("Digest({field:?})"));
        assert_eq!(format!("{:?}", BodyHasher::new(sha256)), "BodyHasher");
    }

    #[test]
    fn pieces_are_hashed_as_the_whole() {
        for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
            for size in [1, 5, 18, 100] {
                let mut hasher = BodyHasher::new(algorithm);
                HELLO.chunks(size).for_each(|piece| hasher.update(piece));
                assert_eq!(hasher.finish(), ContentDigest::new(algorithm, HELLO));
            }
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
