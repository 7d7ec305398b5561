//! The seam between messages and cryptography: the numbers of a key come here checked and in one form, and a backend makes
//! of them what signs and verifies.

use crate::key::SignatureAlgorithm;

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
#[cfg(feature = "_backend")]
mod backend;
#[cfg(feature = "pure-rust")]
mod pure_rust;

#[cfg(feature = "_backend")]
pub use self::backend::Backend;
#[cfg(feature = "_backend")]
pub(crate) use self::backend::{Cryptography, Curve, RsaPrivateNumbers, RsaPublicNumbers};

/// A public key that a backend has parsed.
pub(crate) trait PublicKey: Send + Sync {
    /// True only if the backend says in so many words that the signature is right.
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> bool;
}

#[cfg(test)]
#[cfg(all(feature = "aws-lc-rs", feature = "pure-rust"))]
mod agreement;

#[cfg(test)]
#[cfg(feature = "_backend")]
mod wycheproof;
