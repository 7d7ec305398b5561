//! Bookmarks. To set and remove them, see [`statuses`](crate::methods::statuses).

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::Status;

endpoints! {
    /// What you have bookmarked, the newest bookmark first.
    GET "/api/v1/bookmarks", "bookmarks/#get", user "read:bookmarks", since "3.1.0"
    List => Page<Status> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// Only what stands right before this place of the list ([`Page::prev`]).
        min_id: String,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
    }
}
