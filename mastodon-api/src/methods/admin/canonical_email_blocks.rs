//! Blocked e-mail addresses, however they are written.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::admin::CanonicalEmailBlock;
use crate::ids::CanonicalEmailBlockId;

endpoints! {
    /// All blocked e-mail addresses, the newest first.
    GET "/api/v1/admin/canonical_email_blocks", "admin/canonical_email_blocks/#get",
        user "admin:read:canonical_email_blocks", since "4.0.0"
    List => Page<CanonicalEmailBlock> {
        /// Only what has a lower id.
        max_id: CanonicalEmailBlockId,
        /// Only what has a higher id, the highest first.
        since_id: CanonicalEmailBlockId,
        /// Only what has a higher id, the lowest first.
        min_id: CanonicalEmailBlockId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// A blocked e-mail address.
    GET "/api/v1/admin/canonical_email_blocks/{id}", "admin/canonical_email_blocks/#get-one",
        user "admin:read:canonical_email_blocks", since "4.0.0"
    Get(id: CanonicalEmailBlockId) => CanonicalEmailBlock

    /// Find the blocks that an e-mail address falls under.
    POST "/api/v1/admin/canonical_email_blocks/test", "admin/canonical_email_blocks/#test",
        user "admin:read:canonical_email_blocks", since "4.0.0"
    Test[email: String] => Page<CanonicalEmailBlock>

    /// Block an e-mail address.
    POST "/api/v1/admin/canonical_email_blocks", "admin/canonical_email_blocks/#create",
        user "admin:write:canonical_email_blocks", since "4.0.0"
    Create[email: String] => CanonicalEmailBlock {
        /// The SHA-256 of the address without dots and `+` part, in hexadecimal. It goes before the address.
        canonical_email_hash: String,
    }

    /// No longer block an e-mail address.
    DELETE "/api/v1/admin/canonical_email_blocks/{id}", "admin/canonical_email_blocks/#delete",
        user "admin:write:canonical_email_blocks", since "4.0.0"
    Delete(id: CanonicalEmailBlockId) => Empty
}
