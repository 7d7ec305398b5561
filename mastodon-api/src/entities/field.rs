//! Rows of the table on a profile.

use chrono::{DateTime, Utc};

use crate::text::Html;
use crate::wire::entity;

entity! {
    /// A row of the table on a profile.
    Field, "Account/#Field" () {
        /// The left side.
        name: String,
        /// The right side: HTML, or plain text within [`Source`](crate::entities::Source).
        value: Html,
        /// When this server saw that the page linked here links back.
        verified_at: Option<DateTime<Utc>> = null,
    }
}
