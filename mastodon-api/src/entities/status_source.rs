//! Statuses as they were written.

use crate::ids::StatusId;
use crate::wire::entity;

entity! {
    /// A status as it was written, before it became HTML.
    StatusSource, "StatusSource/" (
        /// The status.
        id: StatusId,
    ) {
        /// The text.
        text: String,
        /// The subject or warning; empty for none.
        spoiler_text: String,
    }
}
