//! Search.

use crate::endpoint::endpoints;
use crate::entities::{Search, SearchType};
use crate::ids::AccountId;

endpoints! {
    /// Look for accounts, statuses, hashtags and collections.
    ///
    /// `q` is words, an address `@name@host` or the URL of a post or profile. Statuses are found by words only where
    /// the server has full-text search. Without a user's token neither [`resolve`](Self::resolve) nor
    /// [`offset`](Self::offset) can be used.
    GET offset "/api/v2/search", "search/#v2", optional "read:search", since "2.4.1"
    V2[q: String] => Search {
        /// Only this kind of thing. `type` in the request.
        kind: SearchType as key "type",
        /// Whether to ask other servers for an address or URL that this one does not know.
        resolve: bool,
        /// Only accounts that you follow.
        following: bool,
        /// Only statuses of this account.
        account_id: AccountId,
        /// No hashtags that moderators have not reviewed. Mastodon since 3.0.
        exclude_unreviewed: bool,
        /// Only what has a smaller id: of an account or of a status, after what is looked for.
        max_id: String,
        /// Only what has a larger id, what follows it first.
        min_id: String,
        /// How many of each kind at most: 20 if nothing is said, never more than 40.
        limit: u64,
        /// How many to skip. Only together with [`kind`](Self::kind).
        offset: u64,
    }
}
