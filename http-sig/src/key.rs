//! Keys: parsed once, then cheap to clone and share.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

#[cfg(feature = "_backend")]
use zeroize::Zeroizing;

use crate::crypto::PublicKey;

#[cfg(feature = "_backend")]
pub(crate) mod der;
#[cfg(all(feature = "_backend", feature = "jwk"))]
mod jwk;
#[cfg(feature = "_backend")]
mod multikey;
#[cfg(feature = "_backend")]
mod pem;
mod shared_secret;

#[cfg(feature = "_backend")]
use self::der::Encoding;
#[cfg(feature = "_backend")]
use crate::crypto::{Backend, Curve};
#[cfg(feature = "_backend")]
use crate::error::KeyError;
use crate::error::{Reason, SignError, VerifyError};
pub use crate::key::shared_secret::SharedSecret;
use crate::policy::Terms;

/// What kind of key it is. It decides which algorithms a signature may use; the message's own words can only narrow
/// them.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSA with 2048 to 8192 bits: what the whole fediverse understands.
    Rsa,
    /// RSA, marked for RSASSA-PSS alone ([RFC 4055, section 1.2](https://www.rfc-editor.org/rfc/rfc4055#section-1.2)): signs
    /// by RFC 9421 only, and with `rsa-pss-sha512` only.
    RsaPss,
    /// Ed25519 ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)): smaller and faster, not understood by all.
    Ed25519,
    /// ECDSA over the curve P-256 ([FIPS 186-5](https://doi.org/10.6028/NIST.FIPS.186-5)). Signs by RFC 9421 only.
    EcdsaP256,
    /// ECDSA over the curve P-384. Signs by RFC 9421 only.
    EcdsaP384,
}

impl KeyAlgorithm {
    /// Whether such a key may be used with the algorithm at all.
    fn signs_with(self, algorithm: SignatureAlgorithm) -> bool {
        self.rfc9421().contains(&algorithm) || self.draft().contains(&algorithm)
    }

    /// The algorithms of RFC 9421 that such a key may be used with.
    fn rfc9421(self) -> &'static [SignatureAlgorithm] {
        match self {
            Self::Rsa => &[
                SignatureAlgorithm::RsaSha256,
                SignatureAlgorithm::RsaPssSha512,
            ],
            Self::RsaPss => &[SignatureAlgorithm::RsaPssSha512],
            Self::Ed25519 => &[SignatureAlgorithm::Ed25519],
            Self::EcdsaP256 => &[SignatureAlgorithm::EcdsaP256Sha256],
            Self::EcdsaP384 => &[SignatureAlgorithm::EcdsaP384Sha384],
        }
    }

    /// The algorithms of the draft.
    fn draft(self) -> &'static [SignatureAlgorithm] {
        match self {
            Self::Rsa => &[SignatureAlgorithm::RsaSha256, SignatureAlgorithm::RsaSha512],
            Self::Ed25519 => &[SignatureAlgorithm::Ed25519],
            Self::RsaPss | Self::EcdsaP256 | Self::EcdsaP384 => &[],
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

impl SignatureAlgorithm {
    /// All that key pairs sign with.
    pub(crate) const OF_KEY_PAIRS: [Self; 6] = [
        Self::RsaSha256,
        Self::RsaSha512,
        Self::RsaPssSha512,
        Self::Ed25519,
        Self::EcdsaP256Sha256,
        Self::EcdsaP384Sha384,
    ];

    /// The algorithm to sign with, of those that the key has, the usual one first.
    pub(crate) fn choose(wanted: Option<Self>, of_key: &[Self]) -> Result<Self, SignError> {
        let wanted = wanted.or(of_key.first().copied());
        wanted
            .filter(|wanted| of_key.contains(wanted))
            .ok_or(SignError::KeyAlgorithm)
    }
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

/// What a key says that is asked for an algorithm which is not its own.
pub(crate) fn wrong_algorithm<T>() -> Result<T, Box<dyn Error + Send + Sync + 'static>> {
    Err("the key was asked for a signature of another kind".into())
}

/// A private key, parsed and ready to sign. A clone shares the key.
#[derive(Clone)]
pub struct SigningKey {
    key: Arc<dyn Sign>,
    /// The whole key as `PrivateKeyInfo`, unless it is kept elsewhere.
    #[cfg(feature = "_backend")]
    pkcs8: Option<Arc<Zeroizing<Vec<u8>>>>,
    public: VerifyingKey,
}

impl SigningKey {
    /// Reads a private key from PEM: `PRIVATE KEY` (PKCS#8; RSA, RSASSA-PSS, Ed25519, ECDSA over P-256 or P-384),
    /// `RSA PRIVATE KEY` (PKCS#1) or `EC PRIVATE KEY` (RFC 5915).
    ///
    /// Lines may be of any width and end in LF or CRLF. Parsing costs as much as a signature, so keep the result.
    ///
    /// # Errors
    /// [`KeyError`] if the text is not exactly one such block, if the key is encrypted, if its numbers do not fit
    /// together, or if an RSA key has less than 2048 or more than 8192 bits.
    #[cfg(feature = "_backend")]
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let block = pem::decode(pem)?;
        let encoding = match block.label() {
            "PRIVATE KEY" => Encoding::PrivateKeyInfo,
            "RSA PRIVATE KEY" => Encoding::RsaPrivateKey,
            "EC PRIVATE KEY" => Encoding::EcPrivateKey,
            "ENCRYPTED PRIVATE KEY" => Encoding::EncryptedPrivateKeyInfo,
            "PUBLIC KEY" => Encoding::SubjectPublicKeyInfo,
            "RSA PUBLIC KEY" => Encoding::RsaPublicKey,
            _ => return Err(KeyError::Unsupported),
        };
        Self::decode(encoding, block.der())
    }

    /// Reads a private key from DER: `PrivateKeyInfo` (PKCS#8), `RSAPrivateKey` (PKCS#1) or `ECPrivateKey` (RFC 5915). Which
    /// of them it is, the bytes say.
    ///
    /// # Errors
    /// [`KeyError`] as for [`from_pem`](Self::from_pem); [`KeyError::TooLong`] if there are more than 16 KiB.
    #[cfg(feature = "_backend")]
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::decode(der::encoding(der)?, der)
    }

    /// Reads a private key from a JSON Web Key: `RSA` with its primes and their exponents, `EC` with `P-256` or `P-384`,
    /// `OKP` with `Ed25519`.
    ///
    /// `alg`, `use` and `key_ops` can only narrow what the key is for: `PS512` makes it one for RSASSA-PSS only, `RS256` or
    /// `RS512` one that signs in no other way. Other members are passed over.
    ///
    /// [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-6),
    /// [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037#section-2)
    ///
    /// # Errors
    /// [`KeyError`] if the text is longer than 16 KiB or no such JWK, if one of these members stands in it twice, if it is a
    /// public key or for something else than signatures, if its numbers do not fit together, or for what
    /// [`from_pem`](Self::from_pem) refuses. A symmetric key (`oct`) is refused always.
    #[cfg(all(feature = "_backend", feature = "jwk"))]
    pub fn from_jwk(jwk: &str) -> Result<Self, KeyError> {
        let jwk::PrivateKey { key, public } = jwk::private_key(jwk)?;
        let private = der::PrivateKey {
            algorithm: public.algorithm,
            key: &key,
            public: Some(&public.key),
        };
        Ok(Self::new(Backend::default(), &private)?.only(public.only))
    }

    /// Makes a new RSA key of 2048 bits. Takes about a tenth of a second.
    ///
    /// # Errors
    /// [`KeyError::Backend`] if the system gives no randomness.
    #[cfg(feature = "_backend")]
    pub fn generate_rsa() -> Result<Self, KeyError> {
        let backend = Backend::default();
        let pkcs8 = backend.cryptography().generate_rsa()?;
        Self::new(backend, &der::private_key(&pkcs8)?)
    }

    /// Makes a new Ed25519 key.
    ///
    /// # Errors
    /// [`KeyError::Backend`] if the system gives no randomness.
    #[cfg(feature = "_backend")]
    pub fn generate_ed25519() -> Result<Self, KeyError> {
        let backend = Backend::default();
        let seed = backend.cryptography().generate_ed25519()?;
        Self::of_octets(backend, KeyAlgorithm::Ed25519, seed.as_slice())
    }

    /// Makes a new ECDSA key over P-256.
    ///
    /// # Errors
    /// [`KeyError::Backend`] if the system gives no randomness.
    #[cfg(feature = "_backend")]
    pub fn generate_ecdsa_p256() -> Result<Self, KeyError> {
        let backend = Backend::default();
        let scalar = backend.cryptography().generate_ecdsa(Curve::P256)?;
        Self::of_octets(backend, KeyAlgorithm::EcdsaP256, &scalar)
    }

    /// Makes a new ECDSA key over P-384.
    ///
    /// # Errors
    /// [`KeyError::Backend`] if the system gives no randomness.
    #[cfg(feature = "_backend")]
    pub fn generate_ecdsa_p384() -> Result<Self, KeyError> {
        let backend = Backend::default();
        let scalar = backend.cryptography().generate_ecdsa(Curve::P384)?;
        Self::of_octets(backend, KeyAlgorithm::EcdsaP384, &scalar)
    }

    /// A key whose private half is kept elsewhere; `public` is its public half.
    #[must_use]
    pub fn kept_elsewhere(public: VerifyingKey, key: impl Sign + 'static) -> Self {
        Self {
            key: Arc::new(key),
            #[cfg(feature = "_backend")]
            pkcs8: None,
            public,
        }
    }

    /// The same key, with its cryptography done by this backend. Costs as much as parsing it.
    ///
    /// Of a key that is kept elsewhere only the public half moves.
    ///
    /// # Errors
    /// [`KeyError`] if that backend does not take the key; those of this crate take the same.
    #[cfg(feature = "_backend")]
    pub fn with_backend(&self, backend: Backend) -> Result<Self, KeyError> {
        match &self.pkcs8 {
            Some(pkcs8) => {
                let key = Self::new(backend, &der::private_key(pkcs8)?)?;
                Ok(key.only(self.public.only))
            }
            None => Ok(Self {
                public: self.public.with_backend(backend)?,
                ..self.clone()
            }),
        }
    }

    /// Which library does the cryptography; of a key that is kept elsewhere, that of its public half.
    #[cfg(feature = "_backend")]
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.public.backend
    }

    /// Writes the private key as PEM (PKCS#8), for a place that only the server can read. PEM and DER have no room for
    /// the `alg` of a JSON Web Key, `RS256` and `RS512`: a key that is narrowed so is not any more when it is read again.
    ///
    /// # Errors
    /// [`KeyError::KeptElsewhere`] if the key is not here to be written.
    #[cfg(feature = "_backend")]
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let pkcs8 = self.pkcs8.as_ref().ok_or(KeyError::KeptElsewhere)?;
        Ok(pem::encode("PRIVATE KEY", pkcs8))
    }

    /// Writes the private key as DER (PKCS#8), for a place that only the server can read. The bytes are wiped from memory
    /// when they are dropped.
    ///
    /// # Errors
    /// [`KeyError::KeptElsewhere`] if the key is not here to be written.
    #[cfg(feature = "_backend")]
    pub fn to_der(&self) -> Result<impl AsRef<[u8]> + use<>, KeyError> {
        let pkcs8 = self.pkcs8.as_ref().ok_or(KeyError::KeptElsewhere)?;
        Ok(Zeroizing::new(pkcs8.to_vec()))
    }

    /// Writes the private key as a JSON Web Key, for a place that only the server can read.
    ///
    /// # Errors
    /// [`KeyError::KeptElsewhere`] if the key is not here to be written.
    #[cfg(all(feature = "_backend", feature = "jwk"))]
    pub fn to_jwk(&self) -> Result<String, KeyError> {
        let pkcs8 = self.pkcs8.as_ref().ok_or(KeyError::KeptElsewhere)?;
        let key = der::private_key(pkcs8)?;
        let public = &self.public;
        jwk::write_private(key.algorithm, public.only, key.key, public.content())
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
        if !self.public.is_for(algorithm) {
            return wrong_algorithm();
        }
        self.key.sign(algorithm, message)
    }

    /// The algorithms of the draft that the key may sign with.
    pub(crate) fn draft(&self) -> &'static [SignatureAlgorithm] {
        self.public.draft()
    }

    /// Those of RFC 9421.
    pub(crate) fn rfc9421(&self) -> &'static [SignatureAlgorithm] {
        self.public.rfc9421()
    }

    #[cfg(feature = "_backend")]
    fn only(mut self, only: Option<SignatureAlgorithm>) -> Self {
        self.public.only = only;
        self
    }

    #[cfg(feature = "_backend")]
    fn decode(encoding: Encoding, der: &[u8]) -> Result<Self, KeyError> {
        let backend = Backend::default();
        match encoding {
            Encoding::PrivateKeyInfo => Self::new(backend, &der::private_key(der)?),
            Encoding::RsaPrivateKey => Self::of_octets(backend, KeyAlgorithm::Rsa, der),
            Encoding::EcPrivateKey => Self::new(backend, &der::ec_private_key(der)?),
            Encoding::EncryptedPrivateKeyInfo => Err(KeyError::Encrypted),
            Encoding::SubjectPublicKeyInfo | Encoding::RsaPublicKey => Err(KeyError::PublicKey),
        }
    }

    #[cfg(feature = "_backend")]
    fn of_octets(backend: Backend, algorithm: KeyAlgorithm, key: &[u8]) -> Result<Self, KeyError> {
        let key = der::PrivateKey {
            algorithm,
            key,
            public: None,
        };
        Self::new(backend, &key)
    }

    #[cfg(feature = "_backend")]
    pub(crate) fn new(backend: Backend, private: &der::PrivateKey<'_>) -> Result<Self, KeyError> {
        let cryptography = backend.cryptography();
        let ecdsa = |curve: Curve| {
            if private.key.len() != curve.bytes() {
                return Err(KeyError::Malformed);
            }
            cryptography.ecdsa_private_key(curve, private.key)
        };
        let (key, public) = match private.algorithm {
            KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => {
                let numbers = der::rsa_private_numbers(private.key)?;
                der::check_rsa(numbers.modulus, numbers.exponent)?;
                let key = cryptography.rsa_private_key(&numbers)?;
                (key, der::rsa_public_key(numbers.modulus, numbers.exponent))
            }
            KeyAlgorithm::Ed25519 => {
                let seed = private.key.try_into().map_err(|_| KeyError::Malformed)?;
                let (key, point) = cryptography.ed25519_private_key(seed)?;
                (key, point.to_vec())
            }
            KeyAlgorithm::EcdsaP256 => ecdsa(Curve::P256)?,
            KeyAlgorithm::EcdsaP384 => ecdsa(Curve::P384)?,
        };
        if let Some(given) = private.public
            && given != public
            && given != compressed(&public)
        {
            return Err(KeyError::Malformed);
        }
        let pkcs8 = der::pkcs8(private.algorithm, private.key, &public);
        Ok(Self {
            key,
            pkcs8: Some(Arc::new(pkcs8)),
            public: VerifyingKey::new(backend, private.algorithm, &public)?,
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.algorithm())
    }
}

/// A public key, parsed and ready to verify. A clone shares the key; two are equal if they are the same key, whatever their
/// backends and whatever a JSON Web Key narrowed them to.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: KeyAlgorithm,
    /// The one algorithm that the key is for, if who wrote it narrowed it to one of several.
    only: Option<SignatureAlgorithm>,
    /// The key as `SubjectPublicKeyInfo`.
    spki: Arc<[u8]>,
    key: Arc<dyn PublicKey>,
    #[cfg(feature = "_backend")]
    backend: Backend,
}

impl VerifyingKey {
    /// Reads a public key from PEM, such as an actor's `publicKeyPem`: `PUBLIC KEY` (SPKI; RSA, RSASSA-PSS, Ed25519, ECDSA
    /// over P-256 or P-384) or `RSA PUBLIC KEY` (PKCS#1). Lines may be of any width and end in LF or CRLF.
    ///
    /// # Errors
    /// [`KeyError`] if the text is not exactly one such block of at most 16 KiB, if it is a private key, if an RSA
    /// key has less than 2048 or more than 8192 bits or an absurd exponent, or if an Ed25519 point has a small order.
    #[cfg(feature = "_backend")]
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let block = pem::decode(pem)?;
        match block.label() {
            "PUBLIC KEY" => Self::decode(Encoding::SubjectPublicKeyInfo, block.der()),
            "RSA PUBLIC KEY" => Self::decode(Encoding::RsaPublicKey, block.der()),
            label if label.ends_with("PRIVATE KEY") => Err(KeyError::PrivateKey),
            _ => Err(KeyError::Unsupported),
        }
    }

    /// Reads a public key from DER: `SubjectPublicKeyInfo` (SPKI) or `RSAPublicKey` (PKCS#1). Which of them it is, the bytes
    /// say.
    ///
    /// # Errors
    /// [`KeyError`] as for [`from_pem`](Self::from_pem); [`KeyError::TooLong`] if there are more than 16 KiB.
    #[cfg(feature = "_backend")]
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::decode(der::encoding(der)?, der)
    }

    /// Reads a public key from a JSON Web Key: `RSA`, `EC` with `P-256` or `P-384`, `OKP` with `Ed25519`.
    ///
    /// `alg`, `use` and `key_ops` can only narrow what the key is for: `PS512` makes it one for RSASSA-PSS only, with `RS256`
    /// or `RS512` it verifies in no other way. Other members are passed over, `kid` too.
    ///
    /// [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-6),
    /// [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037#section-2)
    ///
    /// # Errors
    /// [`KeyError`] if the text is longer than 16 KiB or no such JWK, if one of these members stands in it twice, if it is a
    /// private key or for something else than signatures, or for what [`from_pem`](Self::from_pem) refuses. A symmetric
    /// key (`oct`) is refused always.
    #[cfg(all(feature = "_backend", feature = "jwk"))]
    pub fn from_jwk(jwk: &str) -> Result<Self, KeyError> {
        let public = jwk::public_key(jwk)?;
        let mut key = Self::new(Backend::default(), public.algorithm, &public.key)?;
        key.only = public.only;
        Ok(key)
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
        let backend = Backend::default();
        let uncompressed = |curve: Curve, point: &[u8]| {
            if point.len() != 1 + curve.bytes() {
                return Err(KeyError::Malformed);
            }
            backend.cryptography().uncompressed(curve, point)
        };
        let (algorithm, key) = multikey::decode(multibase)?;
        match algorithm {
            KeyAlgorithm::Rsa => match der::public_key(&key) {
                Ok((algorithm @ (KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss), pkcs1)) => {
                    Self::new(backend, algorithm, pkcs1)
                }
                _ => Self::new(backend, algorithm, &key),
            },
            KeyAlgorithm::EcdsaP256 => {
                Self::new(backend, algorithm, &uncompressed(Curve::P256, &key)?)
            }
            KeyAlgorithm::EcdsaP384 => {
                Self::new(backend, algorithm, &uncompressed(Curve::P384, &key)?)
            }
            _ => Self::new(backend, algorithm, &key),
        }
    }

    /// The same key, with its cryptography done by this backend.
    ///
    /// # Errors
    /// [`KeyError`] if that backend does not take the key; those of this crate take the same.
    #[cfg(feature = "_backend")]
    pub fn with_backend(&self, backend: Backend) -> Result<Self, KeyError> {
        let mut key = Self::new(backend, self.algorithm, self.content())?;
        key.only = self.only;
        Ok(key)
    }

    /// Which library does the cryptography.
    #[cfg(feature = "_backend")]
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Writes the key as PEM (SPKI), as it stands in an actor's `publicKeyPem`.
    ///
    /// PEM, DER and Multikey have no room for the `alg` of a JSON Web Key, `RS256` and `RS512`: a key that is narrowed so
    /// is not any more when it is read again.
    #[cfg(feature = "_backend")]
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.spki)
    }

    /// Writes the key as DER (SPKI).
    #[cfg(feature = "_backend")]
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.spki.to_vec()
    }

    /// Writes the key as the `publicKeyMultibase` of a Multikey, in base 58.
    #[cfg(feature = "_backend")]
    #[must_use]
    pub fn to_multikey(&self) -> String {
        match self.algorithm {
            KeyAlgorithm::EcdsaP256 | KeyAlgorithm::EcdsaP384 => {
                multikey::encode(self.algorithm, &compressed(self.content()))
            }
            // There is no number for such a key, so the SPKI has to say it.
            KeyAlgorithm::RsaPss => multikey::encode(KeyAlgorithm::Rsa, &self.spki),
            _ => multikey::encode(self.algorithm, self.content()),
        }
    }

    /// Writes the key as a JSON Web Key: the members of a thumbprint
    /// ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)) in their order, and `alg` if the key is narrowed to one.
    ///
    /// ```
    /// let key = http_sig::VerifyingKey::from_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")?;
    /// let jwk = r#"{"crv":"Ed25519","kty":"OKP","x":"Lm_M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcOY"}"#;
    /// assert_eq!(key.to_jwk(), jwk);
    /// assert_eq!(http_sig::VerifyingKey::from_jwk(jwk)?, key);
    /// # Ok::<(), http_sig::KeyError>(())
    /// ```
    #[cfg(all(feature = "_backend", feature = "jwk"))]
    #[must_use]
    pub fn to_jwk(&self) -> String {
        // What we wrote can be read.
        jwk::write_public(self.algorithm, self.only, self.content()).unwrap_or_default()
    }

    /// The size of the key in bits: of the modulus of an RSA key, of the curve of another.
    #[cfg(feature = "_backend")]
    #[must_use]
    pub fn bits(&self) -> usize {
        match self.algorithm {
            KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => self
                .rsa_numbers()
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

    /// What kind of key it is.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The algorithms of the draft that the key may be used with.
    pub(crate) fn draft(&self) -> &'static [SignatureAlgorithm] {
        self.narrowed(self.algorithm.draft())
    }

    /// Those of RFC 9421.
    pub(crate) fn rfc9421(&self) -> &'static [SignatureAlgorithm] {
        self.narrowed(self.algorithm.rfc9421())
    }

    fn narrowed(&self, algorithms: &'static [SignatureAlgorithm]) -> &'static [SignatureAlgorithm] {
        match self.only {
            Some(only) => algorithms
                .iter()
                .find(|algorithm| **algorithm == only)
                .map_or(&[], std::slice::from_ref),
            None => algorithms,
        }
    }

    fn is_for(&self, algorithm: SignatureAlgorithm) -> bool {
        let narrowed = self.only.is_some_and(|only| only != algorithm);
        self.algorithm.signs_with(algorithm) && !narrowed
    }

    /// By what two keys are told apart.
    pub(crate) fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// How many bytes a signature by this key has.
    pub(crate) fn signature_length(&self) -> Option<usize> {
        match self.algorithm {
            #[cfg(feature = "_backend")]
            KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => {
                self.rsa_numbers().map(|(modulus, _)| modulus.len())
            }
            KeyAlgorithm::Ed25519 | KeyAlgorithm::EcdsaP256 => Some(64),
            KeyAlgorithm::EcdsaP384 => Some(96),
            #[cfg(not(feature = "_backend"))]
            _ => None,
        }
    }

    /// Modulus and exponent, if it is an RSA key.
    #[cfg(feature = "_backend")]
    pub(crate) fn rsa_numbers(&self) -> Option<(&[u8], &[u8])> {
        match self.algorithm {
            KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => {
                let numbers = der::rsa_public_numbers(self.content()).ok()?;
                Some((numbers.modulus, numbers.exponent))
            }
            _ => None,
        }
    }

    pub(crate) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        if !self.is_for(algorithm) {
            return false;
        }
        // Nobody makes such a signature by mistake, and not every backend refuses it.
        #[cfg(feature = "_backend")]
        if algorithm == SignatureAlgorithm::Ed25519
            && signature.first_chunk().is_none_or(der::small_order)
        {
            return false;
        }
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
        if wanted > 0
            && matches!(self.algorithm, KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss)
            && self.bits() < wanted
        {
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
    fn decode(encoding: Encoding, der: &[u8]) -> Result<Self, KeyError> {
        let (algorithm, key) = match encoding {
            Encoding::SubjectPublicKeyInfo => der::public_key(der)?,
            Encoding::RsaPublicKey => (KeyAlgorithm::Rsa, der),
            _ => return Err(KeyError::PrivateKey),
        };
        Self::new(Backend::default(), algorithm, key)
    }

    /// From what stands in the bits of a `SubjectPublicKeyInfo`.
    #[cfg(feature = "_backend")]
    pub(crate) fn new(
        backend: Backend,
        algorithm: KeyAlgorithm,
        key: &[u8],
    ) -> Result<Self, KeyError> {
        let cryptography = backend.cryptography();
        let ecdsa = |curve: Curve| match key {
            [4, coordinates @ ..] if coordinates.len() == 2 * curve.bytes() => {
                cryptography.ecdsa_public_key(curve, key)
            }
            _ => Err(KeyError::Malformed),
        };
        let public = match algorithm {
            KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => {
                let numbers = der::rsa_public_numbers(key)?;
                der::check_rsa(numbers.modulus, numbers.exponent)?;
                cryptography.rsa_public_key(&numbers)?
            }
            KeyAlgorithm::Ed25519 => cryptography.ed25519_public_key(der::check_ed25519(key)?)?,
            KeyAlgorithm::EcdsaP256 => ecdsa(Curve::P256)?,
            KeyAlgorithm::EcdsaP384 => ecdsa(Curve::P384)?,
        };
        Ok(Self {
            algorithm,
            only: None,
            spki: der::spki(algorithm, key).into(),
            key: public,
            backend,
        })
    }

    /// What stands in the bits of the `SubjectPublicKeyInfo`.
    #[cfg(feature = "_backend")]
    fn content(&self) -> &[u8] {
        // What we wrote can be read.
        der::public_key(&self.spki).map_or(&[], |(_, key)| key)
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for VerifyingKey {}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({:?})", self.algorithm)
    }
}

/// The compressed form of an uncompressed point (SEC 1, section 2.3.3): the sign of y, and x.
#[cfg(feature = "_backend")]
fn compressed(point: &[u8]) -> Vec<u8> {
    let (_, coordinates) = point.split_first().unwrap_or((&0, &[]));
    let sign = coordinates.last().map_or(2, |last| 2 + (last & 1));
    let x = coordinates.get(..coordinates.len() / 2).unwrap_or_default();
    [&[sign], x].concat()
}
