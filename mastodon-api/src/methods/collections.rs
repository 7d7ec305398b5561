//! Collections of accounts that somebody recommends.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::{Collection, CollectionItem, CollectionWithAccounts};
use crate::ids::{AccountId, CollectionId, CollectionItemId};

endpoints! {
    /// Make a collection.
    POST "/api/v1/collections", "collections/#create", user "write:collections", since "4.6.0"
    Create[name: String] => "collection": Collection {
        /// What it is about.
        description: String,
        /// Its language (ISO 639).
        language: String,
        /// The hashtag that says what it is about.
        tag_name: String,
        /// Whether it is marked as sensitive.
        sensitive: bool,
        /// Whether it wants to be found.
        discoverable: bool,
        /// The accounts in it, by id.
        account_ids: Vec<AccountId>,
    }

    /// A collection and the accounts in it.
    GET "/api/v1/collections/{id}", "collections/#get_collection", optional "read:collections", since "4.6.0"
    Get(id: CollectionId) => CollectionWithAccounts

    /// The collections that an account made.
    GET offset "/api/v1/accounts/{account_id}/collections", "collections/#get_collections",
        optional "read:collections", since "4.6.0"
    List(account_id: AccountId) => "collections": Page<Collection> {
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
        /// How many to skip.
        offset: u64,
    }

    /// The collections that have your account. `account_id` is your own.
    GET offset "/api/v1/accounts/{account_id}/in_collections", "collections/#in_collections",
        user "read:collections", since "4.6.0"
    InCollections(account_id: AccountId) => "collections": Page<Collection> {
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
        /// How many to skip.
        offset: u64,
    }

    /// Change a collection. What is not said stays as it is.
    PATCH "/api/v1/collections/{id}", "collections/#update_collection", user "write:collections", since "4.6.0"
    Update(id: CollectionId) => "collection": Collection {
        /// Its name.
        name: String,
        /// What it is about.
        description: String,
        /// Its language (ISO 639).
        language: String,
        /// The hashtag that says what it is about.
        tag_name: String,
        /// Whether it is marked as sensitive.
        sensitive: bool,
        /// Whether it wants to be found.
        discoverable: bool,
    }

    /// Delete a collection.
    DELETE "/api/v1/collections/{id}", "collections/#delete_collection", user "write:collections", since "4.6.0"
    Delete(id: CollectionId) => Empty

    /// Put an account into a collection of yours. It may be asked first.
    POST "/api/v1/collections/{collection_id}/items", "collections/#add_account",
        user "write:collections", since "4.6.0"
    AddAccount(collection_id: CollectionId)[account_id: AccountId] => "collection_item": CollectionItem

    /// Take an account out of a collection of yours. `id` is that of the item, not of the account.
    DELETE "/api/v1/collections/{collection_id}/items/{id}", "collections/#remove_account",
        user "write:collections", since "4.6.0"
    RemoveAccount(collection_id: CollectionId, id: CollectionItemId) => Empty

    /// Take your own account out of somebody's collection. `id` is that of the item, not of the account.
    POST "/api/v1/collections/{collection_id}/items/{id}/revoke", "collections/#revoke_item",
        user "write:collections", since "4.6.0"
    RevokeItem(collection_id: CollectionId, id: CollectionItemId) => Empty
}
