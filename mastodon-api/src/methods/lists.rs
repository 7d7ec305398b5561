//! Lists: accounts whose posts have a timeline of their own.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::{self, Account, RepliesPolicy};
use crate::ids::{AccountId, ListId};

endpoints! {
    /// Your lists.
    GET "/api/v1/lists", "lists/#get", user "read:lists", since "2.1.0"
    List => Page<entities::List>

    /// A list.
    GET "/api/v1/lists/{id}", "lists/#get-one", user "read:lists", since "2.1.0"
    Get(id: ListId) => entities::List

    /// Make a list. Mastodon lets a user have 50.
    POST "/api/v1/lists", "lists/#create", user "write:lists", since "2.1.0"
    Create[title: String] => entities::List {
        /// Which replies are in its timeline. Those to others in the list if nothing is said. Mastodon since 3.3.
        replies_policy: RepliesPolicy,
        /// Whether what is in its timeline is not in the home timeline. Mastodon since 4.2.
        exclusive: bool,
    }

    /// Change a list.
    PUT "/api/v1/lists/{id}", "lists/#update", user "write:lists", since "2.1.0"
    Update(id: ListId)[title: String] => entities::List {
        /// Which replies are in its timeline. Mastodon since 3.3.
        replies_policy: RepliesPolicy,
        /// Whether what is in its timeline is not in the home timeline. Mastodon since 4.2.
        exclusive: bool,
    }

    /// Delete a list.
    DELETE "/api/v1/lists/{id}", "lists/#delete", user "write:lists", since "2.1.0"
    Delete(id: ListId) => Empty

    /// Who is in a list.
    GET "/api/v1/lists/{id}/accounts", "lists/#accounts", user "read:lists", since "2.1.0"
    Accounts(id: ListId) => Page<Account> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// Only what stands right before this place of the list ([`Page::prev`]).
        min_id: String,
        /// How many at most: 40 if nothing is said, never more than 80, but 0 for all.
        limit: u64,
    }

    /// Add accounts to a list. You must follow them.
    POST "/api/v1/lists/{id}/accounts", "lists/#accounts-add", user "write:lists", since "2.1.0"
    AccountsAdd(id: ListId)[account_ids: Vec<AccountId>] => Empty

    /// Remove accounts from a list.
    DELETE "/api/v1/lists/{id}/accounts", "lists/#accounts-remove", user "write:lists", since "2.1.0"
    AccountsRemove(id: ListId)[account_ids: Vec<AccountId>] => Empty
}
