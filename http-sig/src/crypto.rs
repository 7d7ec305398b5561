//! The seam between messages and cryptography: a backend parses, makes and uses keys behind these two traits.

use crate::key::SignatureAlgorithm;

#[cfg(feature = "aws-lc-rs")]
pub(crate) mod aws_lc_rs;

/// A public key that a backend has parsed.
pub(crate) trait PublicKey: Send + Sync {
    /// True only if the backend says in so many words that the signature is right.
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool;

    /// The key as `SubjectPublicKeyInfo` (RFC 5280, section 4.1) in DER.
    fn spki(&self) -> &[u8];
}

/// A private key that a backend holds in memory.
#[cfg(feature = "_backend")]
pub(crate) trait PrivateKey: crate::key::Sign {
    /// The key as `PrivateKeyInfo` (PKCS#8, RFC 5208) in DER.
    fn pkcs8(&self) -> Result<zeroize::Zeroizing<Vec<u8>>, crate::error::KeyError>;
}
