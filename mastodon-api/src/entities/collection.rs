//! Collections of accounts.

use chrono::{DateTime, Utc};

use crate::entities::{Account, ShallowTag};
use crate::ids::{AccountId, CollectionId, CollectionItemId};
use crate::string_enum::string_enum;
use crate::text::{Html, WebUrl};
use crate::wire::entity;

entity! {
    /// Accounts that somebody recommends. Mastodon since 4.6.
    Collection, "Collection/" (
        /// Its id.
        id: CollectionId,
    ) {
        /// Whose it is.
        account_id: Option<AccountId>,
        /// The ActivityPub id.
        uri: Option<WebUrl>,
        /// The page of it.
        url: Option<WebUrl> = null,
        /// Its name.
        name: String,
        /// What it is about.
        description: Html,
        /// Its language (ISO 639).
        language: Option<String> = null,
        /// Whether it is of this server.
        local: bool,
        /// Whether it is marked as sensitive.
        sensitive: bool,
        /// Whether it wants to be found.
        discoverable: bool,
        /// The hashtag that says what it is about.
        tag: Option<ShallowTag> = null,
        /// When it was made.
        created_at: Option<DateTime<Utc>>,
        /// When it was last changed.
        updated_at: Option<DateTime<Utc>>,
        /// How many accounts are in it.
        item_count: u64,
        /// The accounts in it.
        items: Vec<CollectionItem>,
    }
}

entity! {
    /// A collection, with the accounts in it and the one who made it. Mastodon since 4.6.
    CollectionWithAccounts, "CollectionWithAccounts/" () {
        /// The accounts.
        accounts: Vec<Account>,
        /// The collection.
        collection: Option<Collection>,
    }
}

entity! {
    /// An account in a collection. Mastodon since 4.6.
    CollectionItem, "CollectionItem/" (
        /// Its id.
        id: CollectionItemId,
    ) {
        /// The account; nothing while it has not agreed.
        account_id: Option<AccountId>,
        /// Whether the account agreed.
        state: CollectionItemState,
        /// When it was added.
        created_at: Option<DateTime<Utc>>,
    }
}

string_enum! {
    /// Whether an account agreed to be in a collection.
    CollectionItemState {
        /// Not yet answered.
        Pending = "pending",
        /// Agreed.
        Accepted = "accepted",
    }
}
