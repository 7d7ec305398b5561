//! What a user of the crate would notice.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "also the helpers of tests may fail"
)]

mod attacks;
mod building;
mod claims;
#[cfg(feature = "json-ld")]
mod compaction;
mod corpus;
mod hostile;
#[cfg(feature = "rsa-signature-2017")]
mod linked_data;
mod lossless;
mod platforms;
#[cfg(feature = "proof")]
mod proofs;
mod questions;
mod reading;
mod repairs;
mod roles;
mod vocabulary;
