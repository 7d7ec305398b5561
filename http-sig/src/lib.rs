#![cfg_attr(feature = "_backend", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "_backend"),
    doc = "Signs and verifies HTTP messages the way the fediverse does. See the README; this build has no backend."
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
