//! What a backend does, and which ones there are.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::crypto::PublicKey;
use crate::error::KeyError;
use crate::key::{Sign, SignatureAlgorithm};

/// The library that does the cryptography of a key.
///
/// With both features on, new keys are [`AwsLcRs`](Self::AwsLcRs) ones; [`SigningKey::with_backend`] and
/// [`VerifyingKey::with_backend`] move a key to the other. Both accept and refuse the same keys and signatures, and write
/// a key in the same way.
///
/// [`SigningKey::with_backend`]: crate::SigningKey::with_backend
/// [`VerifyingKey::with_backend`]: crate::VerifyingKey::with_backend
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Backend {
    /// [AWS-LC](https://github.com/aws/aws-lc-rs): fast, written in C and assembly (feature `aws-lc-rs`).
    #[cfg(feature = "aws-lc-rs")]
    #[default]
    AwsLcRs,
    /// The crates `rsa`, `ed25519-dalek`, `p256` and `p384`: no C compiler needed (feature `pure-rust`).
    ///
    /// An RSA signature takes about eight times as long as with AWS-LC. It is not made in constant time: by
    /// [RUSTSEC-2023-0071](https://rustsec.org/advisories/RUSTSEC-2023-0071.html) the time it takes might tell somebody
    /// who measures very many of them over the network about the private key. Signing is blinded here, which is the known
    /// remedy, but the advisory stands, and a server that signs with RSA for strangers is the exposed case: where
    /// AWS-LC can be built, sign with it. Verifying uses no secret, and Ed25519 and ECDSA are not affected.
    #[cfg(feature = "pure-rust")]
    #[cfg_attr(not(feature = "aws-lc-rs"), default)]
    PureRust,
}

impl Backend {
    pub(crate) fn cryptography(self) -> &'static dyn Cryptography {
        match self {
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLcRs => &super::aws_lc_rs::AwsLcRs,
            #[cfg(feature = "pure-rust")]
            Self::PureRust => &super::pure_rust::PureRust,
        }
    }
}

/// Makes keys of numbers. Which numbers may be used was checked before; what is left is whether they fit together, and
/// whether a point lies on its curve.
pub(crate) trait Cryptography {
    fn rsa_public_key(
        &self,
        numbers: &RsaPublicNumbers<'_>,
    ) -> Result<Arc<dyn PublicKey>, KeyError>;

    fn rsa_private_key(&self, numbers: &RsaPrivateNumbers<'_>) -> Result<Arc<dyn Sign>, KeyError>;

    /// From the 32 bytes of the point.
    fn ed25519_public_key(&self, point: &[u8; 32]) -> Result<Arc<dyn PublicKey>, KeyError>;

    /// From the 32 bytes of the seed; gives the point too.
    fn ed25519_private_key(&self, seed: &[u8; 32]) -> Result<(Arc<dyn Sign>, [u8; 32]), KeyError>;

    /// From the uncompressed point (SEC 1, section 2.3.3).
    fn ecdsa_public_key(&self, curve: Curve, point: &[u8]) -> Result<Arc<dyn PublicKey>, KeyError>;

    /// From the scalar, which has as many bytes as a coordinate; gives the uncompressed point too.
    fn ecdsa_private_key(
        &self,
        curve: Curve,
        scalar: &[u8],
    ) -> Result<(Arc<dyn Sign>, Vec<u8>), KeyError>;

    /// The uncompressed form of a compressed point.
    fn uncompressed(&self, curve: Curve, point: &[u8]) -> Result<Vec<u8>, KeyError>;

    /// A new RSA key of 2048 bits as `PrivateKeyInfo` (PKCS#8) in DER.
    fn generate_rsa(&self) -> Result<Zeroizing<Vec<u8>>, KeyError>;

    /// A new seed.
    fn generate_ed25519(&self) -> Result<Zeroizing<[u8; 32]>, KeyError>;

    /// A new scalar.
    fn generate_ecdsa(&self, curve: Curve) -> Result<Zeroizing<Vec<u8>>, KeyError>;
}

/// The numbers of an `RSAPublicKey` (RFC 8017, appendix A.1.1), without leading zeros.
#[allow(dead_code, reason = "each backend reads the form that it takes")]
pub(crate) struct RsaPublicNumbers<'a> {
    /// All of it in DER.
    pub(crate) pkcs1: &'a [u8],
    pub(crate) modulus: &'a [u8],
    pub(crate) exponent: &'a [u8],
}

/// The numbers of an `RSAPrivateKey` (RFC 8017, appendix A.1.2), without leading zeros.
#[allow(dead_code, reason = "each backend reads the form that it takes")]
pub(crate) struct RsaPrivateNumbers<'a> {
    /// All of it in DER.
    pub(crate) pkcs1: &'a [u8],
    pub(crate) modulus: &'a [u8],
    pub(crate) exponent: &'a [u8],
    pub(crate) private_exponent: &'a [u8],
    pub(crate) primes: [&'a [u8]; 2],
    /// The private exponent modulo each of the primes less one.
    pub(crate) exponents: [&'a [u8]; 2],
    /// The inverse of the second prime modulo the first.
    pub(crate) coefficient: &'a [u8],
}

/// One of the curves of NIST with the hash that belongs to it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Curve {
    P256,
    P384,
}

impl Curve {
    pub(crate) fn algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::P256 => SignatureAlgorithm::EcdsaP256Sha256,
            Self::P384 => SignatureAlgorithm::EcdsaP384Sha384,
        }
    }

    /// How many bytes a coordinate has, and a scalar.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }
}
