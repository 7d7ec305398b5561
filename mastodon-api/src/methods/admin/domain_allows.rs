//! Servers that are let in, where only servers on a list are.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::admin::DomainAllow;
use crate::ids::DomainAllowId;

endpoints! {
    /// All servers that are let in, the newest first.
    GET "/api/v1/admin/domain_allows", "admin/domain_allows/#get", user "admin:read:domain_allows", since "4.0.0"
    List => Page<DomainAllow> {
        /// Only what has a lower id.
        max_id: DomainAllowId,
        /// Only what has a higher id, the highest first.
        since_id: DomainAllowId,
        /// Only what has a higher id, the lowest first.
        min_id: DomainAllowId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// A server that is let in.
    GET "/api/v1/admin/domain_allows/{id}", "admin/domain_allows/#get-one",
        user "admin:read:domain_allows", since "4.0.0"
    Get(id: DomainAllowId) => DomainAllow

    /// Let a server in.
    POST "/api/v1/admin/domain_allows", "admin/domain_allows/#create", user "admin:write:domain_allows", since "4.0.0"
    Create[domain: String] => DomainAllow

    /// No longer let a server in.
    DELETE "/api/v1/admin/domain_allows/{id}", "admin/domain_allows/#delete",
        user "admin:write:domain_allows", since "4.0.0"
    Delete(id: DomainAllowId) => Empty
}
