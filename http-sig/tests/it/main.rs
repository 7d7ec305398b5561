//! What a user of the crate would notice, through its public API.

// A test may fail in any way it likes; clippy.toml says so only for the functions that are marked as tests.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[cfg(feature = "aws-lc-rs")]
mod attacks;
#[cfg(feature = "aws-lc-rs")]
mod captures;
#[cfg(feature = "aws-lc-rs")]
mod draft;
#[cfg(feature = "aws-lc-rs")]
mod explain;
#[cfg(feature = "aws-lc-rs")]
mod head;
#[cfg(feature = "aws-lc-rs")]
mod keys;
#[cfg(feature = "aws-lc-rs")]
mod message;
#[cfg(feature = "aws-lc-rs")]
mod negotiate;
#[cfg(feature = "aws-lc-rs")]
mod options;
#[cfg(feature = "aws-lc-rs")]
mod policies;
mod reading;
#[cfg(feature = "aws-lc-rs")]
mod replay;
#[cfg(feature = "aws-lc-rs")]
mod responses;
#[cfg(feature = "aws-lc-rs")]
mod round_trip;
#[cfg(feature = "aws-lc-rs")]
mod shared_secret;
