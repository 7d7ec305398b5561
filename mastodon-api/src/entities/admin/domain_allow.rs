//! Servers that are let in.

use chrono::{DateTime, Utc};

use crate::ids::DomainAllowId;
use crate::wire::entity;

entity! {
    /// A server that is let in, where only servers on a list are. Mastodon since 4.0.
    DomainAllow, "Admin_DomainAllow/" (
        /// Its id.
        id: DomainAllowId,
    ) {
        /// The server.
        domain: String,
        /// When it was let in.
        created_at: Option<DateTime<Utc>>,
    }
}
