//! Blocked servers, as moderators see them.

use chrono::{DateTime, Utc};

use crate::entities::DomainBlockSeverity;
use crate::ids::DomainBlockId;
use crate::wire::entity;

entity! {
    /// A blocked server. Mastodon since 4.0.
    DomainBlock, "Admin_DomainBlock/" (
        /// Its id.
        id: DomainBlockId,
    ) {
        /// The server.
        domain: String,
        /// The SHA-256 of its name, in hexadecimal. Mastodon since 4.3.
        digest: String,
        /// When it was blocked.
        created_at: Option<DateTime<Utc>>,
        /// How far it is blocked.
        severity: DomainBlockSeverity,
        /// Whether its media are not downloaded.
        reject_media: bool,
        /// Whether its reports are thrown away.
        reject_reports: bool,
        /// A note for moderators.
        private_comment: Option<String> = null,
        /// A note for everyone.
        public_comment: Option<String> = null,
        /// Whether some letters of its name are hidden in the public list.
        obfuscate: bool,
    }
}

entity! {
    /// What the server says (422) when a block for that domain is there already.
    ///
    /// It is the body of a refusal: read it from [`Refused::body`](crate::error::Refused::body).
    ExistingDomainBlockError, "Admin_DomainBlock/" () {
        /// The message.
        error: String,
        /// The block that is there.
        existing_domain_block: Option<DomainBlock>,
    }
}
