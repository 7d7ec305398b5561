//! Blocked IP addresses.

use chrono::{DateTime, Utc};

use crate::ids::IpBlockId;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// A range of IP addresses that is blocked. Mastodon since 4.0.
    IpBlock, "Admin_IpBlock/" (
        /// Its id.
        id: IpBlockId,
    ) {
        /// The range, `203.0.113.0/24`.
        ip: String,
        /// How far it is blocked.
        severity: IpBlockSeverity,
        /// Why, for moderators.
        comment: String,
        /// When it was blocked.
        created_at: Option<DateTime<Utc>>,
        /// When the block ends; nothing for never.
        expires_at: Option<DateTime<Utc>> = null,
    }
}

string_enum! {
    /// How far a range of IP addresses is blocked.
    IpBlockSeverity {
        /// Moderators decide who can sign up.
        SignUpRequiresApproval = "sign_up_requires_approval",
        /// Nobody can sign up.
        SignUpBlock = "sign_up_block",
        /// Nothing of the server can be used.
        NoAccess = "no_access",
    }
}
