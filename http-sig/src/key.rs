//! Keys: parsed once, then cheap to clone and share.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::crypto::PublicKey;

#[cfg(feature = "_backend")]
mod der;
#[cfg(feature = "_backend")]
mod multikey;
#[cfg(feature = "_backend")]
mod pem;
mod shared_secret;

#[cfg(feature = "_backend")]
use crate::crypto::PrivateKey;
#[cfg(feature = "_backend")]
use crate::crypto::aws_lc_rs::{self as backend, Curve};
use crate::error::{KeyError, Reason, VerifyError};
pub use crate::key::shared_secret::SharedSecret;
use crate::policy::Terms;

/// What kind of key it is. It decides which algorithms a signature may use; the message's own words can only narrow
/// them.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSA with 2048 to 8192 bits: what the whole fediverse understands.
    Rsa,
    /// Ed25519 ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)): smaller and faster, not understood by all.
    Ed25519,
    /// ECDSA over the curve P-256 ([FIPS 186-5](https://doi.org/10.6028/NIST.FIPS.186-5)). Signs by RFC 9421 only.
    EcdsaP256,
    /// ECDSA over the curve P-384. Signs by RFC 9421 only.
    EcdsaP384,
}

impl KeyAlgorithm {
    /// The algorithms of RFC 9421 that such a key may be used with.
    pub(crate) fn rfc9421(self) -> &'static [SignatureAlgorithm] {
        match self {
            Self::Rsa => &[
                SignatureAlgorithm::RsaSha256,
                SignatureAlgorithm::RsaPssSha512,
            ],
            Self::Ed25519 => &[SignatureAlgorithm::Ed25519],
            Self::EcdsaP256 => &[SignatureAlgorithm::EcdsaP256Sha256],
            Self::EcdsaP384 => &[SignatureAlgorithm::EcdsaP384Sha384],
        }
    }

    /// The algorithms of the draft.
    pub(crate) fn draft(self) -> &'static [SignatureAlgorithm] {
        match self {
            Self::Rsa => &[SignatureAlgorithm::RsaSha256, SignatureAlgorithm::RsaSha512],
            Self::Ed25519 => &[SignatureAlgorithm::Ed25519],
            Self::EcdsaP256 | Self::EcdsaP384 => &[],
        }
    }
}

/// How the bytes of a signature are made.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 ([RFC 8017, section 8.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.2)).
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaSha512,
    /// Ed25519 ([RFC 8032, section 5.1](https://www.rfc-editor.org/rfc/rfc8032#section-5.1)).
    Ed25519,
    /// RSASSA-PSS with SHA-512, MGF1 with SHA-512 and a salt of 64 bytes
    /// ([RFC 9421, section 3.3.1](https://www.rfc-editor.org/rfc/rfc9421#section-3.3.1)).
    RsaPssSha512,
    /// ECDSA over P-256 with SHA-256, `r` and `s` one after the other
    /// ([RFC 9421, section 3.3.4](https://www.rfc-editor.org/rfc/rfc9421#section-3.3.4)).
    EcdsaP256Sha256,
    /// ECDSA over P-384 with SHA-384, `r` and `s` one after the other
    /// ([RFC 9421, section 3.3.5](https://www.rfc-editor.org/rfc/rfc9421#section-3.3.5)).
    EcdsaP384Sha384,
    /// HMAC with SHA-256, by a [`SharedSecret`] and never by a key pair
    /// ([RFC 9421, section 3.3.3](https://www.rfc-editor.org/rfc/rfc9421#section-3.3.3)).
    HmacSha256,
}

/// A private key that is kept elsewhere, such as in a hardware module or an agent.
///
/// The call blocks until the signature is there. See [`SigningKey::kept_elsewhere`].
pub trait Sign: Send + Sync {
    /// Signs the message (not its hash) and gives the raw bytes of the signature.
    ///
    /// # Errors
    /// Whatever kept the key from signing; it becomes the source of [`SignError::Key`](crate::SignError::Key).
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>>;
}

/// A private key, parsed and ready to sign. A clone shares the key.
#[derive(Clone)]
pub struct SigningKey {
    place: Place,
    public: VerifyingKey,
}

#[derive(Clone)]
enum Place {
    #[cfg(feature = "_backend")]
    Here(Arc<dyn PrivateKey>),
    Elsewhere(Arc<dyn Sign>),
}

impl SigningKey {
    /// Reads a private key from PEM: `PRIVATE KEY` (PKCS#8; RSA, Ed25519, ECDSA over P-256 or P-384), `RSA PRIVATE KEY`
    /// (PKCS#1) or `EC PRIVATE KEY` (RFC 5915).
    ///
    /// Lines may be of any width and end in LF or CRLF. Parsing costs as much as a signature, so keep the result.
    ///
    /// # Errors
    /// [`KeyError`] if the text is not exactly one such block, if the key is encrypted, if its numbers do not fit
    /// together, or if an RSA key has less than 2048 or more than 8192 bits.
    #[cfg(feature = "_backend")]
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let block = pem::decode(pem)?;
        let (algorithm, key) = match block.label() {
            "RSA PRIVATE KEY" => (KeyAlgorithm::Rsa, block.der()),
            "EC PRIVATE KEY" => {
                let p256 = backend::EcdsaPrivateKey::new(Curve::P256, block.der());
                let key =
                    p256.or_else(|_| backend::EcdsaPrivateKey::new(Curve::P384, block.der()))?;
                return Self::from_ecdsa(key);
            }
            "PRIVATE KEY" => der::private_key(block.der())?,
            "ENCRYPTED PRIVATE KEY" => return Err(KeyError::Encrypted),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => return Err(KeyError::PublicKey),
            _ => return Err(KeyError::Unsupported),
        };
        match algorithm {
            KeyAlgorithm::Rsa => {
                let (modulus, exponent) = der::rsa_private_numbers(key)?;
                der::check_rsa(modulus, exponent)?;
                Self::from_rsa(backend::RsaPrivateKey::new(key)?)
            }
            KeyAlgorithm::Ed25519 => {
                Self::from_ed25519(backend::Ed25519PrivateKey::new(block.der())?)
            }
            KeyAlgorithm::EcdsaP256 => {
                Self::from_ecdsa(backend::EcdsaPrivateKey::new(Curve::P256, block.der())?)
            }
            KeyAlgorithm::EcdsaP384 => {
                Self::from_ecdsa(backend::EcdsaPrivateKey::new(Curve::P384, block.der())?)
            }
        }
    }

    /// Makes a new RSA key of 2048 bits. Takes about a tenth of a second.
    ///
    /// # Errors
    /// [`KeyError::Backend`] if the system gives no randomness.
    #[cfg(feature = "_backend")]
    pub fn generate_rsa() -> Result<Self, KeyError> {
        Self::from_rsa(backend::RsaPrivateKey::generate()?)
    }

    /// Makes a new Ed25519 key.
    ///
    /// # Errors
    /// [`KeyError::Backend`] if the system gives no randomness.
    #[cfg(feature = "_backend")]
    pub fn generate_ed25519() -> Result<Self, KeyError> {
        Self::from_ed25519(backend::Ed25519PrivateKey::generate()?)
    }

    /// Makes a new ECDSA key over P-256.
    ///
    /// # Errors
    /// [`KeyError::Backend`] if the system gives no randomness.
    #[cfg(feature = "_backend")]
    pub fn generate_ecdsa_p256() -> Result<Self, KeyError> {
        Self::from_ecdsa(backend::EcdsaPrivateKey::generate(Curve::P256)?)
    }

    /// Makes a new ECDSA key over P-384.
    ///
    /// # Errors
    /// [`KeyError::Backend`] if the system gives no randomness.
    #[cfg(feature = "_backend")]
    pub fn generate_ecdsa_p384() -> Result<Self, KeyError> {
        Self::from_ecdsa(backend::EcdsaPrivateKey::generate(Curve::P384)?)
    }

    /// A key whose private half is kept elsewhere; `public` is its public half.
    #[must_use]
    pub fn kept_elsewhere(public: VerifyingKey, key: impl Sign + 'static) -> Self {
        Self {
            place: Place::Elsewhere(Arc::new(key)),
            public,
        }
    }

    /// Writes the private key as PEM (PKCS#8), for a place that only the server can read.
    ///
    /// # Errors
    /// [`KeyError::KeptElsewhere`] if the key is not here to be written.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        match &self.place {
            #[cfg(feature = "_backend")]
            Place::Here(key) => Ok(pem::encode("PRIVATE KEY", &key.pkcs8()?)),
            Place::Elsewhere(_) => Err(KeyError::KeptElsewhere),
        }
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        self.public.clone()
    }

    /// What kind of key it is.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.public.algorithm
    }

    pub(crate) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        match &self.place {
            #[cfg(feature = "_backend")]
            Place::Here(key) => key.sign(algorithm, message),
            Place::Elsewhere(key) => key.sign(algorithm, message),
        }
    }

    #[cfg(feature = "_backend")]
    fn from_rsa(key: backend::RsaPrivateKey) -> Result<Self, KeyError> {
        let public = VerifyingKey::from_rsa(key.public())?;
        Ok(Self {
            place: Place::Here(Arc::new(key)),
            public,
        })
    }

    #[cfg(feature = "_backend")]
    fn from_ecdsa(key: backend::EcdsaPrivateKey) -> Result<Self, KeyError> {
        let public = VerifyingKey::from_ecdsa(key.curve(), key.public())?;
        Ok(Self {
            place: Place::Here(Arc::new(key)),
            public,
        })
    }

    #[cfg(feature = "_backend")]
    fn from_ed25519(key: backend::Ed25519PrivateKey) -> Result<Self, KeyError> {
        let public = VerifyingKey::from_ed25519(key.public())?;
        Ok(Self {
            place: Place::Here(Arc::new(key)),
            public,
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.algorithm())
    }
}

/// A public key, parsed and ready to verify. A clone shares the key; two are equal if they are the same key.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: KeyAlgorithm,
    key: Arc<dyn PublicKey>,
}

impl VerifyingKey {
    /// Reads a public key from PEM, such as an actor's `publicKeyPem`: `PUBLIC KEY` (SPKI; RSA, Ed25519, ECDSA over P-256
    /// or P-384) or `RSA PUBLIC KEY` (PKCS#1). Lines may be of any width and end in LF or CRLF.
    ///
    /// # Errors
    /// [`KeyError`] if the text is not exactly one such block of at most 16 KiB, if it is a private key, if an RSA
    /// key has less than 2048 or more than 8192 bits or an absurd exponent, or if an Ed25519 point has a small order.
    #[cfg(feature = "_backend")]
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let block = pem::decode(pem)?;
        match block.label() {
            "RSA PUBLIC KEY" => Self::from_rsa(block.der()),
            "PUBLIC KEY" => match der::public_key(block.der())? {
                (KeyAlgorithm::Rsa, key) => Self::from_rsa(key),
                (KeyAlgorithm::Ed25519, key) => Self::from_ed25519(key),
                (KeyAlgorithm::EcdsaP256, key) => Self::from_ecdsa(Curve::P256, key),
                (KeyAlgorithm::EcdsaP384, key) => Self::from_ecdsa(Curve::P384, key),
            },
            label if label.ends_with("PRIVATE KEY") => Err(KeyError::PrivateKey),
            _ => Err(KeyError::Unsupported),
        }
    }

    /// Reads the `publicKeyMultibase` of a Multikey, as it stands in an actor's `assertionMethod`: base 58 (`z…`) or
    /// base64url (`u…`) of an Ed25519, ECDSA or RSA key. That the controller of the Multikey is the actor is for the
    /// caller to check.
    ///
    /// [FEP-521a](https://codeberg.org/fediverse/fep/src/branch/main/fep/521a/fep-521a.md). An RSA key may be PKCS#1, as
    /// the table of multicodecs says, or SPKI, as Fedify writes it.
    ///
    /// ```
    /// let key = http_sig::VerifyingKey::from_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")?;
    /// assert_eq!(key.algorithm(), http_sig::KeyAlgorithm::Ed25519);
    /// # Ok::<(), http_sig::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError`] if the text is longer than 1500 characters or no Multikey, if it is a private key, or if the key is
    /// one that [`from_pem`](Self::from_pem) refuses.
    #[cfg(feature = "_backend")]
    pub fn from_multikey(multibase: &str) -> Result<Self, KeyError> {
        match multikey::decode(multibase)? {
            (KeyAlgorithm::Rsa, key) => match der::public_key(&key) {
                Ok((KeyAlgorithm::Rsa, pkcs1)) => Self::from_rsa(pkcs1),
                _ => Self::from_rsa(&key),
            },
            (KeyAlgorithm::Ed25519, key) => Self::from_ed25519(&key),
            (KeyAlgorithm::EcdsaP256, key) => Self::from_compressed(Curve::P256, &key),
            (KeyAlgorithm::EcdsaP384, key) => Self::from_compressed(Curve::P384, &key),
        }
    }

    /// Writes the key as the `publicKeyMultibase` of a Multikey, in base 58.
    #[cfg(feature = "_backend")]
    #[must_use]
    pub fn to_multikey(&self) -> String {
        // What a backend gives as SPKI can be read; only the empty key of a broken one could not.
        let (_, key) = der::public_key(self.key.spki()).unwrap_or((self.algorithm, &[]));
        match (self.algorithm, key.split_first()) {
            (KeyAlgorithm::EcdsaP256 | KeyAlgorithm::EcdsaP384, Some((_, point))) => {
                // SEC 1, section 2.3.3: the sign of y, and x.
                let sign = point.last().map_or(2, |last| 2 + (last & 1));
                let x = point.get(..point.len() / 2).unwrap_or_default();
                multikey::encode(self.algorithm, &[&[sign], x].concat())
            }
            _ => multikey::encode(self.algorithm, key),
        }
    }

    /// The size of the key in bits: of the modulus of an RSA key, of the curve of another.
    #[cfg(feature = "_backend")]
    #[must_use]
    pub fn bits(&self) -> usize {
        match self.algorithm {
            KeyAlgorithm::Rsa => der::public_key(self.key.spki())
                .and_then(|(_, key)| der::rsa_public_numbers(key))
                .map_or(0, |(modulus, _)| der::bits(modulus)),
            KeyAlgorithm::Ed25519 | KeyAlgorithm::EcdsaP256 => 256,
            KeyAlgorithm::EcdsaP384 => 384,
        }
    }

    /// Without a backend there are no keys.
    #[cfg(not(feature = "_backend"))]
    fn bits(&self) -> usize {
        0
    }

    /// Writes the key as PEM (SPKI), as it stands in an actor's `publicKeyPem`.
    #[cfg(feature = "_backend")]
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", self.key.spki())
    }

    /// What kind of key it is.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// By what two keys are told apart.
    pub(crate) fn spki(&self) -> &[u8] {
        self.key.spki()
    }

    /// Modulus and exponent, if it is an RSA key.
    #[cfg(feature = "_backend")]
    pub(crate) fn rsa_numbers(&self) -> Option<(&[u8], &[u8])> {
        match der::public_key(self.key.spki()) {
            Ok((KeyAlgorithm::Rsa, key)) => der::rsa_public_numbers(key).ok(),
            _ => None,
        }
    }

    pub(crate) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        self.key.verify(algorithm, message, signature)
    }

    /// Checks a signature with the algorithms that a scheme has for this key. What the message names can only narrow them,
    /// and so can the policy.
    pub(crate) fn check(
        &self,
        algorithms: &[SignatureAlgorithm],
        named: Option<SignatureAlgorithm>,
        terms: Terms,
        base: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        let is_named = |algorithm: &&SignatureAlgorithm| named.is_none_or(|n| n == **algorithm);
        let mut algorithms = algorithms.iter().filter(is_named).peekable();
        if algorithms.peek().is_none() {
            let named = named.map(|named| format!("{named:?}"));
            return Err(VerifyError::from(Reason::AlgorithmMismatch)
                .about("algorithm")
                .expecting(format!("one of an {:?} key", self.algorithm))
                .finding(named.unwrap_or_default()));
        }
        let mut accepted = algorithms.filter(|algorithm| terms.accepts(**algorithm));
        let Some(first) = accepted.next() else {
            return Err(VerifyError::from(Reason::AlgorithmRefused)
                .about("algorithm")
                .finding(format!("{:?} key", self.algorithm)));
        };
        let wanted = terms.min_rsa_bits();
        if self.algorithm == KeyAlgorithm::Rsa && wanted > 0 && self.bits() < wanted {
            return Err(VerifyError::from(Reason::KeyTooSmall)
                .expecting(format!("at least {wanted} bits"))
                .finding(self.bits().to_string()));
        }
        let verify = |algorithm: &SignatureAlgorithm| self.verify(*algorithm, base, signature);
        if verify(first) || accepted.any(verify) {
            Ok(())
        } else {
            Err(Reason::SignatureMismatch.into())
        }
    }

    #[cfg(feature = "_backend")]
    fn from_rsa(pkcs1: &[u8]) -> Result<Self, KeyError> {
        let (modulus, exponent) = der::rsa_public_numbers(pkcs1)?;
        der::check_rsa(modulus, exponent)?;
        Ok(Self {
            algorithm: KeyAlgorithm::Rsa,
            key: Arc::new(backend::RsaPublicKey::new(pkcs1)?),
        })
    }

    #[cfg(feature = "_backend")]
    fn from_ecdsa(curve: Curve, point: &[u8]) -> Result<Self, KeyError> {
        Ok(Self {
            algorithm: match curve {
                Curve::P256 => KeyAlgorithm::EcdsaP256,
                Curve::P384 => KeyAlgorithm::EcdsaP384,
            },
            key: Arc::new(backend::EcdsaPublicKey::new(curve, point)?),
        })
    }

    #[cfg(feature = "_backend")]
    fn from_compressed(curve: Curve, point: &[u8]) -> Result<Self, KeyError> {
        let spki = backend::EcdsaPublicKey::decompressed(curve, point)?;
        let (_, point) = der::public_key(&spki)?;
        Self::from_ecdsa(curve, point)
    }

    #[cfg(feature = "_backend")]
    fn from_ed25519(point: &[u8]) -> Result<Self, KeyError> {
        let point = der::check_ed25519(point)?;
        Ok(Self {
            algorithm: KeyAlgorithm::Ed25519,
            key: Arc::new(backend::Ed25519PublicKey::new(point)?),
        })
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.key.spki() == other.key.spki()
    }
}

impl Eq for VerifyingKey {}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({:?})", self.algorithm)
    }
}
