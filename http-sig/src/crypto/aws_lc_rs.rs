//! Keys by [AWS-LC](https://github.com/aws/aws-lc-rs).

use std::error::Error;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
    ECDSA_P384_SHA384_FIXED_SIGNING, ED25519, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
    KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA512, RsaEncoding,
    RsaKeyPair, RsaParameters, RsaSubjectPublicKey,
};
use zeroize::Zeroizing;

use crate::crypto::{PrivateKey, PublicKey};
use crate::error::KeyError;
use crate::key::{Sign, SignatureAlgorithm};

pub(crate) struct RsaPublicKey {
    // Holds the SubjectPublicKeyInfo too. A key for SHA-512 or PSS is parsed when one of the few senders needs it.
    sha256: ParsedPublicKey,
}

impl RsaPublicKey {
    /// From an `RSAPublicKey` (PKCS#1) in DER, whose numbers were checked before.
    pub(crate) fn new(pkcs1: &[u8]) -> Result<Self, KeyError> {
        let key = RsaSubjectPublicKey::from_der(pkcs1).map_err(|_| KeyError::Malformed)?;
        let spki: PublicKeyX509Der<'_> = key.as_der().map_err(|_| KeyError::Backend)?;
        let sha256 = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki.as_ref())
            .map_err(|_| KeyError::Malformed)?;
        Ok(Self { sha256 })
    }
}

impl PublicKey for RsaPublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        let other: &'static RsaParameters = match algorithm {
            SignatureAlgorithm::RsaSha256 => {
                return self.sha256.verify_sig(message, signature).is_ok();
            }
            SignatureAlgorithm::RsaSha512 => &RSA_PKCS1_2048_8192_SHA512,
            SignatureAlgorithm::RsaPssSha512 => &RSA_PSS_2048_8192_SHA512,
            _ => return false,
        };
        ParsedPublicKey::new(other, self.sha256.as_ref())
            .is_ok_and(|key| key.verify_sig(message, signature).is_ok())
    }

    fn spki(&self) -> &[u8] {
        self.sha256.as_ref()
    }
}

pub(crate) struct Ed25519PublicKey {
    key: ParsedPublicKey,
    spki: [u8; 44],
}

impl Ed25519PublicKey {
    /// From the 32 bytes of the point.
    pub(crate) fn new(point: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ParsedPublicKey::new(&ED25519, point).map_err(|_| KeyError::Malformed)?;
        // RFC 8410, section 4: an algorithm without parameters and the point as a bit string.
        let mut spki = [0; 44];
        let (algorithm, bits) = spki.split_at_mut(12);
        algorithm.copy_from_slice(&[0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0]);
        bits.copy_from_slice(point);
        Ok(Self { key, spki })
    }
}

impl PublicKey for Ed25519PublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        algorithm == SignatureAlgorithm::Ed25519 && self.key.verify_sig(message, signature).is_ok()
    }

    fn spki(&self) -> &[u8] {
        &self.spki
    }
}

/// One of the curves of NIST with the hash that belongs to it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Curve {
    P256,
    P384,
}

impl Curve {
    fn algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::P256 => SignatureAlgorithm::EcdsaP256Sha256,
            Self::P384 => SignatureAlgorithm::EcdsaP384Sha384,
        }
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        }
    }

    fn parsed(self, point: &[u8]) -> Result<ParsedPublicKey, KeyError> {
        let key = match self {
            Self::P256 => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
            Self::P384 => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point),
        };
        key.map_err(|_| KeyError::Malformed)
    }

    /// RFC 5480, section 2: what stands before the uncompressed point in a `SubjectPublicKeyInfo`.
    fn spki_start(self) -> &'static [u8] {
        match self {
            Self::P256 => &[
                0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86,
                0x48, 0xce, 0x3d, 3, 1, 7, 3, 0x42, 0,
            ],
            Self::P384 => &[
                0x30, 0x76, 0x30, 0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81,
                4, 0, 0x22, 3, 0x62, 0,
            ],
        }
    }
}

pub(crate) struct EcdsaPublicKey {
    key: ParsedPublicKey,
    curve: Curve,
    spki: Vec<u8>,
}

impl EcdsaPublicKey {
    /// From the uncompressed point (SEC 1, section 2.3.3).
    pub(crate) fn new(curve: Curve, point: &[u8]) -> Result<Self, KeyError> {
        let length = match curve {
            Curve::P256 => 65,
            Curve::P384 => 97,
        };
        if point.len() != length || point.first() != Some(&4) {
            return Err(KeyError::Malformed);
        }
        Ok(Self {
            key: curve.parsed(point)?,
            curve,
            spki: [curve.spki_start(), point].concat(),
        })
    }

    /// The `SubjectPublicKeyInfo` with the uncompressed point of a compressed one.
    pub(crate) fn decompressed(curve: Curve, point: &[u8]) -> Result<Vec<u8>, KeyError> {
        let length = match curve {
            Curve::P256 => 33,
            Curve::P384 => 49,
        };
        if point.len() != length {
            return Err(KeyError::Malformed);
        }
        let key = curve.parsed(point)?;
        let spki: PublicKeyX509Der<'_> = key.as_der().map_err(|_| KeyError::Backend)?;
        Ok(spki.as_ref().to_vec())
    }
}

impl PublicKey for EcdsaPublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        algorithm == self.curve.algorithm() && self.key.verify_sig(message, signature).is_ok()
    }

    fn spki(&self) -> &[u8] {
        &self.spki
    }
}

pub(crate) struct EcdsaPrivateKey {
    pair: EcdsaKeyPair,
    curve: Curve,
}

impl EcdsaPrivateKey {
    pub(crate) fn generate(curve: Curve) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::generate(curve.signing()).map_err(|_| KeyError::Backend)?;
        Ok(Self { pair, curve })
    }

    /// From a `PrivateKeyInfo` (PKCS#8) or an `ECPrivateKey` (RFC 5915).
    pub(crate) fn new(curve: Curve, der: &[u8]) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::from_private_key_der(curve.signing(), der)
            .map_err(|_| KeyError::Malformed)?;
        Ok(Self { pair, curve })
    }

    pub(crate) fn curve(&self) -> Curve {
        self.curve
    }

    /// The uncompressed public point.
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

impl Sign for EcdsaPrivateKey {
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        if algorithm != self.curve.algorithm() {
            return Err("an ECDSA key was asked for another kind of signature".into());
        }
        let signature = self.pair.sign(&SystemRandom::new(), message)?;
        Ok(signature.as_ref().to_vec())
    }
}

impl PrivateKey for EcdsaPrivateKey {
    fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = self.pair.to_pkcs8v1().map_err(|_| KeyError::Backend)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }
}

pub(crate) struct RsaPrivateKey {
    pair: RsaKeyPair,
}

impl RsaPrivateKey {
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Backend)?;
        Ok(Self { pair })
    }

    /// From an `RSAPrivateKey` (PKCS#1) in DER.
    pub(crate) fn new(pkcs1: &[u8]) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::from_der(pkcs1).map_err(|_| KeyError::Malformed)?;
        Ok(Self { pair })
    }

    /// The public half as `RSAPublicKey` (PKCS#1) in DER.
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

impl Sign for RsaPrivateKey {
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        let padding: &'static dyn RsaEncoding = match algorithm {
            SignatureAlgorithm::RsaSha256 => &RSA_PKCS1_SHA256,
            SignatureAlgorithm::RsaSha512 => &RSA_PKCS1_SHA512,
            SignatureAlgorithm::RsaPssSha512 => &RSA_PSS_SHA512,
            _ => return Err("an RSA key was asked for another kind of signature".into()),
        };
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(padding, &SystemRandom::new(), message, &mut signature)?;
        Ok(signature)
    }
}

impl PrivateKey for RsaPrivateKey {
    fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| KeyError::Backend)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }
}

pub(crate) struct Ed25519PrivateKey {
    pair: Ed25519KeyPair,
}

impl Ed25519PrivateKey {
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Backend)?;
        Ok(Self { pair })
    }

    /// From a `PrivateKeyInfo` (PKCS#8) with or without the public key in it.
    pub(crate) fn new(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair =
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(|_| KeyError::Malformed)?;
        Ok(Self { pair })
    }

    /// The 32 bytes of the public point.
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

impl Sign for Ed25519PrivateKey {
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        if algorithm != SignatureAlgorithm::Ed25519 {
            return Err("an Ed25519 key was asked for another kind of signature".into());
        }
        Ok(self.pair.try_sign(message)?.as_ref().to_vec())
    }
}

impl PrivateKey for Ed25519PrivateKey {
    fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = self.pair.to_pkcs8v1().map_err(|_| KeyError::Backend)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }
}
