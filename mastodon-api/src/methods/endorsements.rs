//! Accounts that you feature on your profile. To feature one, see [`accounts`](crate::methods::accounts).

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::Account;

endpoints! {
    /// Whom you feature on your profile.
    GET "/api/v1/endorsements", "endorsements/#get", user "read:accounts", since "2.5.0"
    List => Page<Account> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
    }
}
