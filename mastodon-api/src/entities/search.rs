//! What a search found.

use crate::entities::{Account, Collection, Status, Tag};
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// What a search found.
    Search, "Search/" () {
        /// Accounts.
        accounts: Vec<Account>,
        /// Statuses.
        statuses: Vec<Status>,
        /// Hashtags.
        hashtags: Vec<Tag>,
        /// Collections of accounts. Mastodon since 4.6.
        collections: Option<Vec<Collection>>,
    }
}

string_enum! {
    /// What to look for.
    SearchType {
        /// Accounts.
        Accounts = "accounts",
        /// Hashtags.
        Hashtags = "hashtags",
        /// Statuses.
        Statuses = "statuses",
        /// Collections of accounts. Mastodon since 4.6.
        Collections = "collections",
    }
}
