//! Entities as deprecated calls answer with them.

pub use filter::*;
pub use notification_policy::*;

mod filter;
mod notification_policy;
