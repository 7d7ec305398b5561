//! Blocked servers.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::DomainBlockSeverity;
use crate::entities::admin::DomainBlock;
use crate::ids::DomainBlockId;

endpoints! {
    /// All blocked servers, the newest block first.
    GET "/api/v1/admin/domain_blocks", "admin/domain_blocks/#get", user "admin:read:domain_blocks", since "4.0.0"
    List => Page<DomainBlock> {
        /// Only what has a lower id.
        max_id: DomainBlockId,
        /// Only what has a higher id, the highest first.
        since_id: DomainBlockId,
        /// Only what has a higher id, the lowest first.
        min_id: DomainBlockId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// A blocked server.
    GET "/api/v1/admin/domain_blocks/{id}", "admin/domain_blocks/#get-one",
        user "admin:read:domain_blocks", since "4.0.0"
    Get(id: DomainBlockId) => DomainBlock

    /// Block a server. If it or a parent of it is blocked already, the server refuses and says how:
    /// [`ExistingDomainBlockError`](crate::entities::admin::ExistingDomainBlockError).
    POST "/api/v1/admin/domain_blocks", "admin/domain_blocks/#create", user "admin:write:domain_blocks", since "4.0.0"
    Create[domain: String] => DomainBlock {
        /// How far: limited if nothing is said.
        severity: DomainBlockSeverity,
        /// Whether its media are not downloaded.
        reject_media: bool,
        /// Whether its reports are thrown away.
        reject_reports: bool,
        /// A note for moderators.
        private_comment: String,
        /// A note for everyone.
        public_comment: String,
        /// Whether some letters of its name are hidden in the public list.
        obfuscate: bool,
    }

    /// Change how a server is blocked.
    PUT "/api/v1/admin/domain_blocks/{id}", "admin/domain_blocks/#update",
        user "admin:write:domain_blocks", since "4.0.0"
    Update(id: DomainBlockId) => DomainBlock {
        /// How far.
        severity: DomainBlockSeverity,
        /// Whether its media are not downloaded.
        reject_media: bool,
        /// Whether its reports are thrown away.
        reject_reports: bool,
        /// A note for moderators.
        private_comment: String,
        /// A note for everyone.
        public_comment: String,
        /// Whether some letters of its name are hidden in the public list.
        obfuscate: bool,
    }

    /// No longer block a server.
    DELETE "/api/v1/admin/domain_blocks/{id}", "admin/domain_blocks/#delete",
        user "admin:write:domain_blocks", since "4.0.0"
    Delete(id: DomainBlockId) => Empty
}
