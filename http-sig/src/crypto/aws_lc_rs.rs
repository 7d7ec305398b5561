//! Keys by [AWS-LC](https://github.com/aws/aws-lc-rs).

use std::error::Error;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsBigEndian, AsDer, EcPrivateKeyBin, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
    ECDSA_P384_SHA384_FIXED_SIGNING, ED25519, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
    KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA512, RsaEncoding,
    RsaKeyPair, RsaParameters,
};
use zeroize::Zeroizing;

use crate::crypto::{Cryptography, Curve, PublicKey, RsaPrivateNumbers, RsaPublicNumbers};
use crate::error::KeyError;
use crate::key::{Sign, SignatureAlgorithm, wrong_algorithm};

pub(crate) struct AwsLcRs;

impl Cryptography for AwsLcRs {
    fn rsa_public_key(
        &self,
        numbers: &RsaPublicNumbers<'_>,
    ) -> Result<Arc<dyn PublicKey>, KeyError> {
        let sha256 = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, numbers.pkcs1)
            .map_err(|_| KeyError::Malformed)?;
        Ok(Arc::new(RsaPublicKey {
            sha256,
            sha512: OnceLock::new(),
            pss: OnceLock::new(),
        }))
    }

    fn rsa_private_key(&self, numbers: &RsaPrivateNumbers<'_>) -> Result<Arc<dyn Sign>, KeyError> {
        let pair = RsaKeyPair::from_der(numbers.pkcs1).map_err(|_| KeyError::Malformed)?;
        Ok(Arc::new(RsaPrivateKey(pair)))
    }

    fn ed25519_public_key(&self, point: &[u8; 32]) -> Result<Arc<dyn PublicKey>, KeyError> {
        let key = ParsedPublicKey::new(&ED25519, point).map_err(|_| KeyError::Malformed)?;
        Ok(Arc::new(Ed25519PublicKey(key)))
    }

    fn ed25519_private_key(&self, seed: &[u8; 32]) -> Result<(Arc<dyn Sign>, [u8; 32]), KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Malformed)?;
        let point = pair.public_key().as_ref().try_into();
        let point = point.map_err(|_| KeyError::Backend)?;
        Ok((Arc::new(Ed25519PrivateKey(pair)), point))
    }

    fn ecdsa_public_key(&self, curve: Curve, point: &[u8]) -> Result<Arc<dyn PublicKey>, KeyError> {
        let key = parsed(curve, point)?;
        Ok(Arc::new(EcdsaPublicKey { key, curve }))
    }

    fn ecdsa_private_key(
        &self,
        curve: Curve,
        scalar: &[u8],
    ) -> Result<(Arc<dyn Sign>, Vec<u8>), KeyError> {
        // An `ECPrivateKey` (RFC 5915, section 3) of which only the scalar is set: the point is computed.
        let bytes = u8::try_from(scalar.len()).map_err(|_| KeyError::Malformed)?;
        let start = [0x30, bytes.saturating_add(5), 2, 1, 1, 4, bytes];
        let der = Zeroizing::new([&start, scalar].concat());
        let pair = EcdsaKeyPair::from_private_key_der(signing(curve), &der)
            .map_err(|_| KeyError::Malformed)?;
        let point = pair.public_key().as_ref().to_vec();
        Ok((Arc::new(EcdsaPrivateKey { pair, curve }), point))
    }

    fn uncompressed(&self, curve: Curve, point: &[u8]) -> Result<Vec<u8>, KeyError> {
        let key = parsed(curve, point)?;
        let spki: PublicKeyX509Der<'_> = key.as_der().map_err(|_| KeyError::Backend)?;
        // The point is what it ends with.
        let spki = spki.as_ref();
        let start = spki.len().checked_sub(1 + 2 * curve.bytes());
        let point = start.and_then(|start| spki.get(start..));
        point.map(<[u8]>::to_vec).ok_or(KeyError::Backend)
    }

    fn generate_rsa(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Backend)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Backend)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    fn generate_ed25519(&self) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        rand::fill(seed.as_mut_slice()).map_err(|_| KeyError::Backend)?;
        Ok(seed)
    }

    fn generate_ecdsa(&self, curve: Curve) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let pair = EcdsaKeyPair::generate(signing(curve)).map_err(|_| KeyError::Backend)?;
        let scalar: EcPrivateKeyBin<'_> = pair
            .private_key()
            .as_be_bytes()
            .map_err(|_| KeyError::Backend)?;
        Ok(Zeroizing::new(scalar.as_ref().to_vec()))
    }
}

struct RsaPublicKey {
    sha256: ParsedPublicKey,
    // Parsed when one of the few senders needs it; empty if the backend refuses then what it took before.
    sha512: OnceLock<Option<ParsedPublicKey>>,
    pss: OnceLock<Option<ParsedPublicKey>>,
}

impl PublicKey for RsaPublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        let parse = |parameters: &'static RsaParameters| {
            || ParsedPublicKey::new(parameters, self.sha256.as_ref()).ok()
        };
        let key = match algorithm {
            SignatureAlgorithm::RsaSha256 => Some(&self.sha256),
            SignatureAlgorithm::RsaSha512 => self
                .sha512
                .get_or_init(parse(&RSA_PKCS1_2048_8192_SHA512))
                .as_ref(),
            SignatureAlgorithm::RsaPssSha512 => self
                .pss
                .get_or_init(parse(&RSA_PSS_2048_8192_SHA512))
                .as_ref(),
            _ => None,
        };
        key.is_some_and(|key| key.verify_sig(message, signature).is_ok())
    }
}

struct RsaPrivateKey(RsaKeyPair);

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
            _ => return wrong_algorithm(),
        };
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(padding, &SystemRandom::new(), message, &mut signature)?;
        Ok(signature)
    }
}

struct Ed25519PublicKey(ParsedPublicKey);

impl PublicKey for Ed25519PublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        algorithm == SignatureAlgorithm::Ed25519 && self.0.verify_sig(message, signature).is_ok()
    }
}

struct Ed25519PrivateKey(Ed25519KeyPair);

impl Sign for Ed25519PrivateKey {
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        if algorithm != SignatureAlgorithm::Ed25519 {
            return wrong_algorithm();
        }
        Ok(self.0.try_sign(message)?.as_ref().to_vec())
    }
}

struct EcdsaPublicKey {
    key: ParsedPublicKey,
    curve: Curve,
}

impl PublicKey for EcdsaPublicKey {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        algorithm == self.curve.algorithm() && self.key.verify_sig(message, signature).is_ok()
    }
}

struct EcdsaPrivateKey {
    pair: EcdsaKeyPair,
    curve: Curve,
}

impl Sign for EcdsaPrivateKey {
    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Box<dyn Error + Send + Sync + 'static>> {
        if algorithm != self.curve.algorithm() {
            return wrong_algorithm();
        }
        let signature = self.pair.sign(&SystemRandom::new(), message)?;
        Ok(signature.as_ref().to_vec())
    }
}

fn signing(curve: Curve) -> &'static EcdsaSigningAlgorithm {
    match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
    }
}

fn parsed(curve: Curve, point: &[u8]) -> Result<ParsedPublicKey, KeyError> {
    let key = match curve {
        Curve::P256 => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
        Curve::P384 => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point),
    };
    key.map_err(|_| KeyError::Malformed)
}
