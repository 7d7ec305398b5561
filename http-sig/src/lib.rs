// Its programs are tested where all that they use is there.
#![cfg_attr(
    any(not(doctest), all(feature = "_backend", feature = "reqwest", feature = "tower")),
    doc = include_str!("../README.md")
)]

pub mod cavage;
mod credentials;
mod crypto;
mod digest;
mod error;
pub mod explain;
mod key;
pub mod negotiate;
mod policy;
mod replay;
#[cfg(feature = "reqwest")]
pub mod reqwest;
pub mod rfc9421;
mod sign;
mod structured_field;
#[cfg(feature = "tower")]
pub mod tower;
mod verify;

#[cfg(feature = "_backend")]
pub use crate::crypto::Backend;
pub use crate::digest::{BodyHasher, ContentDigest, Digest, DigestAlgorithm};
pub use crate::error::{KeyError, Reason, Refusal, SignError, VerifyError};
pub use crate::key::{
    KeyAlgorithm, SharedSecret, Sign, SignatureAlgorithm, SigningKey, VerifyingKey,
};
pub use crate::policy::Policy;
pub use crate::replay::{Answer, Arrival, ReplayKey, ReplayMemory, ReplayStore};
pub use crate::sign::Signer;
pub use crate::verify::{Claim, Head, Receiving, Refused, VerifiedRequest};
