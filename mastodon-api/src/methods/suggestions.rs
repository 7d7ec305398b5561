//! Accounts that you might like to follow.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::{Account, Suggestion};
use crate::ids::AccountId;

endpoints! {
    /// Accounts that you might like to follow, and why.
    GET offset "/api/v2/suggestions", "suggestions/#v2", user "read:accounts", since "3.4.0"
    V2 => Page<Suggestion> {
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
        /// How many to skip. Not in the documentation.
        offset: u64,
    }

    /// Do not suggest an account again.
    DELETE "/api/v1/suggestions/{account_id}", "suggestions/#remove", user "write:accounts", since "2.4.3"
    Remove(account_id: AccountId) => Empty

    /// Accounts that you have interacted with and do not follow.
    #[deprecated = "use `V2`, which has been there since Mastodon 3.4"]
    GET offset "/api/v1/suggestions", "suggestions/#v1", user "read:accounts", since "2.4.3"
    V1 => Page<Account> {
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
        /// How many to skip. Not in the documentation.
        offset: u64,
    }
}
