//! Who asks to follow you.

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::{Account, Relationship};
use crate::ids::AccountId;

endpoints! {
    /// Who asks to follow you.
    GET "/api/v1/follow_requests", "follow_requests/#get", user "read:follows", since "0.0.0"
    List => Page<Account> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
    }

    /// Let an account follow you.
    POST "/api/v1/follow_requests/{account_id}/authorize", "follow_requests/#accept",
        user "write:follows", since "0.0.0"
    Accept(account_id: AccountId) => Relationship

    /// Do not let an account follow you.
    POST "/api/v1/follow_requests/{account_id}/reject", "follow_requests/#reject",
        user "write:follows", since "0.0.0"
    Reject(account_id: AccountId) => Relationship
}
