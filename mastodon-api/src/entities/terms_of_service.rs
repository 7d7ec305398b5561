//! What users of a server agree to.

use chrono::NaiveDate;

use crate::text::Html;
use crate::wire::entity;

entity! {
    /// What users of a server agree to. Mastodon since 4.4.
    TermsOfService, "TermsOfService/" () {
        /// From which day on it holds.
        effective_date: Option<NaiveDate>,
        /// Whether it holds now.
        effective: bool,
        /// The text.
        content: Html,
        /// From which day on another version holds, if there is a newer one.
        succeeded_by: Option<NaiveDate> = null,
    }
}
