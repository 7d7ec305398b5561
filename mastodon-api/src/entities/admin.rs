//! What only moderators and administrators get to see.

mod account;
mod canonical_email_block;
mod cohort;
mod dimension;
mod domain_allow;
mod domain_block;
mod email_domain_block;
mod ip;
mod ip_block;
mod measure;
mod report;
mod tag;
pub mod trends;

pub use account::*;
pub use canonical_email_block::*;
pub use cohort::*;
pub use dimension::*;
pub use domain_allow::*;
pub use domain_block::*;
pub use email_domain_block::*;
pub use ip::*;
pub use ip_block::*;
pub use measure::*;
pub use report::*;
pub use tag::*;
