//! Events that ended relationships.

use chrono::{DateTime, Utc};

use crate::ids::RelationshipSeveranceEventId;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// A block or suspension that ended relationships of the account.
    RelationshipSeveranceEvent, "RelationshipSeveranceEvent/" (
        /// Its id.
        id: RelationshipSeveranceEventId,
    ) {
        /// What ended them. `type` in JSON.
        kind: RelationshipSeveranceType as "type",
        /// Whether the list of them is gone.
        purged: bool,
        /// The account or server that was blocked or suspended.
        target_name: String,
        /// How many followers were lost.
        followers_count: u64,
        /// How many followed accounts were lost.
        following_count: u64,
        /// When it happened.
        created_at: Option<DateTime<Utc>>,
    }
}

string_enum! {
    /// What ended relationships.
    RelationshipSeveranceType {
        /// Moderators blocked a server.
        DomainBlock = "domain_block",
        /// The account itself blocked a server.
        UserDomainBlock = "user_domain_block",
        /// Moderators suspended an account.
        AccountSuspension = "account_suspension",
    }
}
