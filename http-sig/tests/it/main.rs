//! What a user of the crate would notice, through its public API.

// A test may fail in any way it likes; clippy.toml says so only for the functions that are marked as tests.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[cfg(feature = "_backend")]
mod attacks;
#[cfg(feature = "_backend")]
mod captures;
#[cfg(feature = "_backend")]
mod draft;
#[cfg(feature = "_backend")]
mod explain;
#[cfg(feature = "_backend")]
mod head;
#[cfg(all(feature = "_backend", feature = "jwk"))]
mod jwk;
#[cfg(feature = "_backend")]
mod keys;
#[cfg(feature = "_backend")]
mod message;
#[cfg(feature = "_backend")]
mod negotiate;
#[cfg(feature = "_backend")]
mod options;
#[cfg(feature = "_backend")]
mod policies;
#[cfg(feature = "_backend")]
mod properties;
mod reading;
#[cfg(feature = "_backend")]
mod replay;
#[cfg(all(feature = "_backend", feature = "reqwest", feature = "tower"))]
mod reqwest;
#[cfg(feature = "_backend")]
mod responses;
#[cfg(feature = "_backend")]
mod round_trip;
#[cfg(feature = "_backend")]
mod shared_secret;
#[cfg(all(feature = "_backend", feature = "tower"))]
mod tower;
#[cfg(feature = "_backend")]
mod trailers;
