//! Blocked IP addresses.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::admin::{IpBlock, IpBlockSeverity};
use crate::ids::IpBlockId;

endpoints! {
    /// All blocked ranges of IP addresses, the newest block first.
    GET "/api/v1/admin/ip_blocks", "admin/ip_blocks/#get", user "admin:read:ip_blocks", since "4.0.0"
    List => Page<IpBlock> {
        /// Only what has a lower id.
        max_id: IpBlockId,
        /// Only what has a higher id, the highest first.
        since_id: IpBlockId,
        /// Only what has a higher id, the lowest first.
        min_id: IpBlockId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// A blocked range of IP addresses.
    GET "/api/v1/admin/ip_blocks/{id}", "admin/ip_blocks/#get-one", user "admin:read:ip_blocks", since "4.0.0"
    Get(id: IpBlockId) => IpBlock

    /// Block a range of IP addresses.
    POST "/api/v1/admin/ip_blocks", "admin/ip_blocks/#create", user "admin:write:ip_blocks", since "4.0.0"
    Create[severity: IpBlockSeverity] => IpBlock {
        /// The range, `203.0.113.0/24`, or a single address.
        ip: String,
        /// Why, for moderators.
        comment: String,
        /// In how many seconds the block ends. Never if nothing is said.
        expires_in: u64,
    }

    /// Change a block.
    PUT "/api/v1/admin/ip_blocks/{id}", "admin/ip_blocks/#update", user "admin:write:ip_blocks", since "4.0.0"
    Update(id: IpBlockId) => IpBlock {
        /// The range, `203.0.113.0/24`, or a single address.
        ip: String,
        /// How far it is blocked.
        severity: IpBlockSeverity,
        /// Why, for moderators.
        comment: String,
        /// In how many seconds from now the block ends.
        expires_in: u64,
    }

    /// No longer block a range of IP addresses. The documentation names another scope.
    DELETE "/api/v1/admin/ip_blocks/{id}", "admin/ip_blocks/#delete", user "admin:write:ip_blocks", since "4.0.0"
    Delete(id: IpBlockId) => Empty
}
