//! Hashtags that you follow. To follow one, see [`tags`](crate::methods::tags).

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::Tag;

endpoints! {
    /// The hashtags that you follow.
    GET "/api/v1/followed_tags", "followed_tags/#get", user "read:follows", since "4.0.0"
    List => Page<Tag> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// Only what stands right before this place of the list ([`Page::prev`]).
        min_id: String,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }
}
