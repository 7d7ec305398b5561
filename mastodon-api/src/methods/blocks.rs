//! Blocked accounts. To block and unblock, see [`accounts`](crate::methods::accounts).

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::Account;

endpoints! {
    /// Whom you block.
    GET "/api/v1/blocks", "blocks/#get", user "read:blocks", since "0.0.0"
    List => Page<Account> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// Only what stands right before this place of the list ([`Page::prev`]).
        min_id: String,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
    }
}
