//! What only moderators and administrators can ask, one file for each page of the
//! [documentation](https://docs.joinmastodon.org/methods/admin/).
//!
//! Besides the scope of the token the role of the account must allow it.

use serde::Serialize;

use crate::endpoint::{IntoParameter, Row};
use crate::ids::TagId;

pub mod accounts;
pub mod canonical_email_blocks;
pub mod dimensions;
pub mod domain_allows;
pub mod domain_blocks;
pub mod email_domain_blocks;
pub mod ip_blocks;
pub mod measures;
pub mod reports;
pub mod retention;
pub mod tags;
pub mod trends;

pub(crate) const ROWS: &[&[Row]] = &[
    accounts::ROWS,
    canonical_email_blocks::ROWS,
    dimensions::ROWS,
    domain_allows::ROWS,
    domain_blocks::ROWS,
    email_domain_blocks::ROWS,
    ip_blocks::ROWS,
    measures::ROWS,
    reports::ROWS,
    retention::ROWS,
    tags::ROWS,
    trends::ROWS,
];

/// The hashtag that something is counted for: its id.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct OfTag {
    /// The hashtag.
    pub id: TagId,
}

impl<T: Into<TagId>> IntoParameter<OfTag> for T {
    fn into_parameter(self) -> OfTag {
        OfTag { id: self.into() }
    }
}

/// The server that something is counted for: its domain.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct OfDomain {
    /// The server.
    pub domain: String,
}

impl IntoParameter<OfDomain> for &str {
    fn into_parameter(self) -> OfDomain {
        OfDomain {
            domain: self.to_owned(),
        }
    }
}

impl IntoParameter<OfDomain> for String {
    fn into_parameter(self) -> OfDomain {
        OfDomain { domain: self }
    }
}
