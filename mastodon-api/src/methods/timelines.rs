//! Timelines.

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::Status;
use crate::ids::{ListId, StatusId};

endpoints! {
    /// What the accounts and hashtags that you follow posted, the newest first.
    GET "/api/v1/timelines/home", "timelines/#home", user "read:statuses", since "0.0.0"
    Home => Page<Status> {
        /// Only what is older than this.
        max_id: StatusId,
        /// Only what is newer than this, the newest first.
        since_id: StatusId,
        /// Only what is newer than this, what follows it first.
        min_id: StatusId,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
    }

    /// All public posts that the server knows, the newest first.
    GET "/api/v1/timelines/public", "timelines/#public", optional "read:statuses", since "0.0.0"
    Public => Page<Status> {
        /// Only posts of this server.
        local: bool,
        /// Only posts of other servers.
        remote: bool,
        /// Only those with media.
        only_media: bool,
        /// Only what is older than this.
        max_id: StatusId,
        /// Only what is newer than this, the newest first.
        since_id: StatusId,
        /// Only what is newer than this, what follows it first.
        min_id: StatusId,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
    }

    /// Public posts with a hashtag (without `#`), the newest first.
    GET "/api/v1/timelines/tag/{hashtag}", "timelines/#tag", optional "read:statuses", since "0.0.0"
    Tag(hashtag: String) => Page<Status> {
        /// Also those with one of these hashtags.
        any: Vec<String>,
        /// Only those that have all these hashtags too.
        all: Vec<String>,
        /// Not those with one of these hashtags.
        none: Vec<String>,
        /// Only posts of this server.
        local: bool,
        /// Only posts of other servers.
        remote: bool,
        /// Only those with media.
        only_media: bool,
        /// Only what is older than this.
        max_id: StatusId,
        /// Only what is newer than this, the newest first.
        since_id: StatusId,
        /// Only what is newer than this, what follows it first.
        min_id: StatusId,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
    }

    /// Public posts with a link that is trending, the newest first.
    GET "/api/v1/timelines/link", "timelines/#link", optional "read:statuses", since "4.3.0"
    Link[url: String] => Page<Status> {
        /// Only what is older than this.
        max_id: StatusId,
        /// Only what is newer than this, the newest first.
        since_id: StatusId,
        /// Only what is newer than this, what follows it first.
        min_id: StatusId,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
    }

    /// What the accounts on a list posted, the newest first.
    GET "/api/v1/timelines/list/{list_id}", "timelines/#list", user "read:lists", since "2.1.0"
    List(list_id: ListId) => Page<Status> {
        /// Only what is older than this.
        max_id: StatusId,
        /// Only what is newer than this, the newest first.
        since_id: StatusId,
        /// Only what is newer than this, what follows it first.
        min_id: StatusId,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
    }
}
