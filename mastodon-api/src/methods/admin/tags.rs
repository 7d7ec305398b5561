//! Hashtags, for moderators. Not documented.

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::admin::Tag;
use crate::ids::TagId;

endpoints! {
    /// All hashtags, the newest first. Not documented.
    GET "/api/v1/admin/tags", "admin/", user "admin:read", since "4.2.0"
    List => Page<Tag> {
        /// Only what has a lower id.
        max_id: TagId,
        /// Only what has a higher id, the highest first.
        since_id: TagId,
        /// Only what has a higher id, the lowest first.
        min_id: TagId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// A hashtag. Not documented.
    GET "/api/v1/admin/tags/{id}", "admin/", user "admin:read", since "4.2.0"
    Get(id: TagId) => Tag

    /// Decide about a hashtag. Not documented.
    PATCH "/api/v1/admin/tags/{id}", "admin/", user "admin:write", since "4.2.0"
    Update(id: TagId) => Tag {
        /// How it is written: only upper and lower case may differ.
        display_name: String,
        /// Whether it may appear among what many talk about.
        trendable: bool,
        /// Whether posts may have it.
        usable: bool,
        /// Whether it may appear in searches and suggestions.
        listable: bool,
    }
}
