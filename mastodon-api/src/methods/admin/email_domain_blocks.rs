//! Blocked e-mail providers.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::admin::EmailDomainBlock;
use crate::ids::EmailDomainBlockId;

endpoints! {
    /// All blocked e-mail providers, the newest block first.
    GET "/api/v1/admin/email_domain_blocks", "admin/email_domain_blocks/#get",
        user "admin:read:email_domain_blocks", since "4.0.0"
    List => Page<EmailDomainBlock> {
        /// Only what has a lower id.
        max_id: EmailDomainBlockId,
        /// Only what has a higher id, the highest first.
        since_id: EmailDomainBlockId,
        /// Only what has a higher id, the lowest first.
        min_id: EmailDomainBlockId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// A blocked e-mail provider.
    GET "/api/v1/admin/email_domain_blocks/{id}", "admin/email_domain_blocks/#get-one",
        user "admin:read:email_domain_blocks", since "4.1.0"
    Get(id: EmailDomainBlockId) => EmailDomainBlock

    /// Block an e-mail provider: nobody can sign up with its addresses.
    POST "/api/v1/admin/email_domain_blocks", "admin/email_domain_blocks/#create",
        user "admin:write:email_domain_blocks", since "4.0.0"
    Create[domain: String] => EmailDomainBlock {
        /// Whether one can sign up all the same, if moderators approve. Mastodon since 4.3, not documented.
        allow_with_approval: bool,
    }

    /// No longer block an e-mail provider.
    DELETE "/api/v1/admin/email_domain_blocks/{id}", "admin/email_domain_blocks/#delete",
        user "admin:write:email_domain_blocks", since "4.0.0"
    Delete(id: EmailDomainBlockId) => Empty
}
