//! Followers of an account whom you follow.

use crate::entities::Account;
use crate::ids::AccountId;
use crate::wire::entity;

entity! {
    /// Followers of an account whom you follow. Mastodon since 3.5.
    FamiliarFollowers, "FamiliarFollowers/" (
        /// The account.
        id: AccountId,
    ) {
        /// Those of its followers whom you follow.
        accounts: Vec<Account>,
    }
}
