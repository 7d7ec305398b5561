//! Entities as deprecated calls answer with them.

pub use filter::*;

mod filter;
