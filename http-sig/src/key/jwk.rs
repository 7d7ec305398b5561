//! JSON Web Keys ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)) of the kinds of
//! [RFC 7518, section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6), and
//! [RFC 8037, section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::crypto::RsaPrivateNumbers;
use crate::error::KeyError;
use crate::key::der;
use crate::key::{KeyAlgorithm, SignatureAlgorithm};

/// Longest text that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// A public key as it stands in a JWK.
pub(super) struct PublicKey {
    pub(super) algorithm: KeyAlgorithm,
    /// What a `SubjectPublicKeyInfo` would have in its bits.
    pub(super) key: Vec<u8>,
    /// The one algorithm that the key is for, where its kind leaves a choice.
    pub(super) only: Option<SignatureAlgorithm>,
}

/// A private key as it stands in a JWK.
pub(super) struct PrivateKey {
    pub(super) key: Zeroizing<Vec<u8>>,
    pub(super) public: PublicKey,
}

pub(super) fn public_key(text: &str) -> Result<PublicKey, KeyError> {
    let jwk = Jwk::read(text)?;
    if jwk.is_private() {
        return Err(KeyError::PrivateKey);
    }
    jwk.public_key("verify")
}

pub(super) fn private_key(text: &str) -> Result<PrivateKey, KeyError> {
    let jwk = Jwk::read(text)?;
    if !jwk.is_private() {
        return Err(KeyError::PublicKey);
    }
    let public = jwk.public_key("sign")?;
    let key = match public.algorithm {
        KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => jwk.rsa_private_key()?,
        _ => octets(jwk.d)?,
    };
    Ok(PrivateKey { key, public })
}

/// Writes a public key: the members that RFC 7638 makes a thumbprint of, in its order, and `alg` if the kind of the key
/// leaves a choice that was made.
pub(super) fn write_public(
    algorithm: KeyAlgorithm,
    only: Option<SignatureAlgorithm>,
    key: &[u8],
) -> Result<String, KeyError> {
    let mut object = Object::new(2 * key.len());
    object.public_key(algorithm, only, key)?;
    Ok(object.end())
}

/// Writes a private key.
pub(super) fn write_private(
    algorithm: KeyAlgorithm,
    only: Option<SignatureAlgorithm>,
    key: &[u8],
    public: &[u8],
) -> Result<String, KeyError> {
    // All of it at once, so that no copy is left behind.
    let mut object = Object::new(2 * (key.len() + public.len()));
    object.public_key(algorithm, only, public)?;
    match algorithm {
        KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => {
            let numbers = der::rsa_private_numbers(key)?;
            let [p, q] = numbers.primes;
            let [dp, dq] = numbers.exponents;
            object.bytes("d", numbers.private_exponent);
            object.bytes("p", p);
            object.bytes("q", q);
            object.bytes("dp", dp);
            object.bytes("dq", dq);
            object.bytes("qi", numbers.coefficient);
        }
        _ => object.bytes("d", key),
    }
    Ok(object.end())
}

/// The members that say anything about a key for signatures. Each is read as it stands in the text: none of them needs an
/// escape, and so no copy is made of a private one.
#[derive(Deserialize)]
struct Jwk<'a> {
    kty: &'a str,
    alg: Option<&'a str>,
    #[serde(rename = "use")]
    purpose: Option<&'a str>,
    key_ops: Option<Vec<&'a str>>,
    crv: Option<&'a str>,
    x: Option<&'a str>,
    y: Option<&'a str>,
    n: Option<&'a str>,
    e: Option<&'a str>,
    d: Option<&'a str>,
    p: Option<&'a str>,
    q: Option<&'a str>,
    dp: Option<&'a str>,
    dq: Option<&'a str>,
    qi: Option<&'a str>,
    oth: Option<IgnoredAny>,
}

impl<'a> Jwk<'a> {
    fn read(text: &'a str) -> Result<Self, KeyError> {
        if text.len() > LONGEST {
            return Err(KeyError::TooLong);
        }
        // The crate's own error may quote the text, and the text may be a private key.
        let jwk: Self = serde_json::from_str(text).map_err(|_| KeyError::NotJwk)?;
        if jwk.kty == "oct" {
            return Err(KeyError::Symmetric);
        }
        Ok(jwk)
    }

    fn is_private(&self) -> bool {
        let private = [self.d, self.p, self.q, self.dp, self.dq, self.qi];
        self.oth.is_some() || private.iter().any(Option::is_some)
    }

    fn public_key(&self, operation: &str) -> Result<PublicKey, KeyError> {
        let (algorithm, key) = match (self.kty, self.crv) {
            ("RSA", _) => {
                let key = der::rsa_public_key(&number(self.n)?, &number(self.e)?);
                (KeyAlgorithm::Rsa, key)
            }
            ("OKP", Some("Ed25519")) => (KeyAlgorithm::Ed25519, octets(self.x)?.to_vec()),
            ("EC", Some("P-256")) => (KeyAlgorithm::EcdsaP256, self.point(32)?),
            ("EC", Some("P-384")) => (KeyAlgorithm::EcdsaP384, self.point(48)?),
            _ => return Err(KeyError::Unsupported),
        };
        let (algorithm, only) = match (algorithm, self.alg) {
            (_, None)
            | (KeyAlgorithm::Ed25519, Some("EdDSA" | "Ed25519"))
            | (KeyAlgorithm::EcdsaP256, Some("ES256"))
            | (KeyAlgorithm::EcdsaP384, Some("ES384")) => (algorithm, None),
            (KeyAlgorithm::Rsa, Some("PS512")) => (KeyAlgorithm::RsaPss, None),
            (KeyAlgorithm::Rsa, Some("RS256")) => (algorithm, Some(SignatureAlgorithm::RsaSha256)),
            (KeyAlgorithm::Rsa, Some("RS512")) => (algorithm, Some(SignatureAlgorithm::RsaSha512)),
            _ => return Err(KeyError::OtherPurpose),
        };
        let operations = self.key_ops.as_ref();
        if self.purpose.is_some_and(|purpose| purpose != "sig")
            || operations.is_some_and(|operations| !operations.contains(&operation))
        {
            return Err(KeyError::OtherPurpose);
        }
        Ok(PublicKey {
            algorithm,
            key,
            only,
        })
    }

    fn point(&self, bytes: usize) -> Result<Vec<u8>, KeyError> {
        let (x, y) = (octets(self.x)?, octets(self.y)?);
        // RFC 7518, section 6.2.1.2: zeros at the start are written.
        if x.len() != bytes || y.len() != bytes {
            return Err(KeyError::Malformed);
        }
        Ok([&[4], x.as_slice(), &y].concat())
    }

    fn rsa_private_key(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if self.oth.is_some() {
            // More than two primes.
            return Err(KeyError::Unsupported);
        }
        let (n, e, d) = (number(self.n)?, number(self.e)?, number(self.d)?);
        let (p, q) = (number(self.p)?, number(self.q)?);
        let (dp, dq, qi) = (number(self.dp)?, number(self.dq)?, number(self.qi)?);
        Ok(der::rsa_private_key(&RsaPrivateNumbers {
            pkcs1: &[],
            modulus: &n,
            exponent: &e,
            private_exponent: &d,
            primes: [&p, &q],
            exponents: [&dp, &dq],
            coefficient: &qi,
        }))
    }
}

fn octets(member: Option<&str>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let text = member.ok_or(KeyError::Malformed)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    URL_SAFE_NO_PAD
        .decode_vec(text, &mut bytes)
        .map_err(|_| KeyError::Malformed)?;
    Ok(bytes)
}

/// A `Base64urlUInt` (RFC 7518, section 2): no zeros at the start.
fn number(member: Option<&str>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let bytes = octets(member)?;
    match bytes.first() {
        Some(1..) => Ok(bytes),
        _ => Err(KeyError::Malformed),
    }
}

/// A JSON object whose names and values need no escapes.
struct Object(String);

impl Object {
    fn new(bytes: usize) -> Self {
        Self(String::with_capacity(bytes + 128))
    }

    fn public_key(
        &mut self,
        algorithm: KeyAlgorithm,
        only: Option<SignatureAlgorithm>,
        key: &[u8],
    ) -> Result<(), KeyError> {
        let curve = match algorithm {
            KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => {
                let numbers = der::rsa_public_numbers(key)?;
                match (algorithm, only) {
                    (KeyAlgorithm::RsaPss, _) => self.text("alg", "PS512"),
                    (_, Some(SignatureAlgorithm::RsaSha256)) => self.text("alg", "RS256"),
                    (_, Some(SignatureAlgorithm::RsaSha512)) => self.text("alg", "RS512"),
                    _ => {}
                }
                self.bytes("e", numbers.exponent);
                self.text("kty", "RSA");
                self.bytes("n", numbers.modulus);
                return Ok(());
            }
            KeyAlgorithm::Ed25519 => {
                self.text("crv", "Ed25519");
                self.text("kty", "OKP");
                self.bytes("x", key);
                return Ok(());
            }
            KeyAlgorithm::EcdsaP256 => "P-256",
            KeyAlgorithm::EcdsaP384 => "P-384",
        };
        let (_, point) = key.split_first().ok_or(KeyError::Malformed)?;
        let (x, y) = point.split_at(point.len() / 2);
        self.text("crv", curve);
        self.text("kty", "EC");
        self.bytes("x", x);
        self.bytes("y", y);
        Ok(())
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0.push_str(value);
        self.0.push('"');
    }

    fn bytes(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        URL_SAFE_NO_PAD.encode_string(value, &mut self.0);
        self.0.push('"');
    }

    fn name(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        for part in ["\"", name, "\":\""] {
            self.0.push_str(part);
        }
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
