//! Blocked e-mail providers.

use chrono::{DateTime, Utc};

use crate::entities::History;
use crate::ids::EmailDomainBlockId;
use crate::wire::entity;

entity! {
    /// An e-mail provider with whose addresses nobody can sign up. Mastodon since 4.0.
    EmailDomainBlock, "Admin_EmailDomainBlock/" (
        /// Its id.
        id: EmailDomainBlockId,
    ) {
        /// The part behind the `@`.
        domain: String,
        /// When it was blocked.
        created_at: Option<DateTime<Utc>>,
        /// How many tried to sign up with it on each day of the last week.
        history: Vec<History>,
        /// Whether one can sign up all the same, if moderators approve. Mastodon since 4.3.
        allow_with_approval: Option<bool>,
    }
}
