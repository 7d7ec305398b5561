//! What many talk about now.

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::{Status, Tag, TrendsLink};

endpoints! {
    /// Hashtags that are used more than usual in the last days. With a token they say whether you follow them.
    GET offset "/api/v1/trends/tags", "trends/#tags", public, since "3.5.0"
    Tags => Page<Tag> {
        /// How many at most: 10 if nothing is said, never more than 20.
        limit: u64,
        /// How many to skip.
        offset: u64,
    }

    /// The same, under the path that it had before Mastodon 3.5.
    #[deprecated = "use `Tags`, and this where the answer to it is 404"]
    GET offset "/api/v1/trends", "trends/", public, since "3.0.0"
    Trends => Page<Tag> {
        /// How many at most: 10 if nothing is said, never more than 20.
        limit: u64,
        /// How many to skip.
        offset: u64,
    }

    /// Posts that are favourited and reblogged more than others.
    GET offset "/api/v1/trends/statuses", "trends/#statuses", public, since "3.5.0"
    Statuses => Page<Status> {
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
        /// How many to skip.
        offset: u64,
    }

    /// Links that are shared more than others.
    GET offset "/api/v1/trends/links", "trends/#links", public, since "3.5.0"
    Links => Page<TrendsLink> {
        /// How many at most: 10 if nothing is said, never more than 20.
        limit: u64,
        /// How many to skip.
        offset: u64,
    }
}
