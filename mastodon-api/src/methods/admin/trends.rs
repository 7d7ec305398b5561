//! What many share and talk about, for moderators.
//!
//! An account that may decide about it gets all of it; others what everyone gets.

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::admin::{Tag, trends};
use crate::ids::{PreviewCardId, PreviewCardProviderId, StatusId, TagId};

endpoints! {
    /// Links that many share.
    GET offset "/api/v1/admin/trends/links", "admin/trends/#links", user "admin:read", since "3.5.0"
    Links => Page<trends::Link> {
        /// How many at most: 10 if nothing is said, never more than 20. Not documented.
        limit: u64,
        /// How many to skip. Not documented.
        offset: u64,
    }

    /// Let a link appear. Not documented.
    POST "/api/v1/admin/trends/links/{id}/approve", "admin/trends/", user "admin:write", since "4.2.0"
    ApproveLink(id: PreviewCardId) => trends::Link

    /// Do not let a link appear. Not documented.
    POST "/api/v1/admin/trends/links/{id}/reject", "admin/trends/", user "admin:write", since "4.2.0"
    RejectLink(id: PreviewCardId) => trends::Link

    /// All websites whose links were shared, the newest first. Not documented.
    GET "/api/v1/admin/trends/links/publishers", "admin/trends/", user "admin:read", since "4.2.0"
    Publishers => Page<trends::PreviewCardProvider> {
        /// Only what has a lower id.
        max_id: PreviewCardProviderId,
        /// Only what has a higher id, the highest first.
        since_id: PreviewCardProviderId,
        /// Only what has a higher id, the lowest first.
        min_id: PreviewCardProviderId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// Let all links of a website appear. Not documented.
    POST "/api/v1/admin/trends/links/publishers/{id}/approve", "admin/trends/", user "admin:write", since "4.2.0"
    ApprovePublisher(id: PreviewCardProviderId) => trends::PreviewCardProvider

    /// Let no link of a website appear. Not documented.
    POST "/api/v1/admin/trends/links/publishers/{id}/reject", "admin/trends/", user "admin:write", since "4.2.0"
    RejectPublisher(id: PreviewCardProviderId) => trends::PreviewCardProvider

    /// Statuses that many like.
    GET offset "/api/v1/admin/trends/statuses", "admin/trends/#statuses", user "admin:read", since "3.5.0"
    Statuses => Page<trends::Status> {
        /// How many at most: 20 if nothing is said, never more than 40. Not documented.
        limit: u64,
        /// How many to skip. Not documented.
        offset: u64,
    }

    /// Let a status appear. Not documented.
    POST "/api/v1/admin/trends/statuses/{id}/approve", "admin/trends/", user "admin:write", since "4.2.0"
    ApproveStatus(id: StatusId) => trends::Status

    /// Do not let a status appear. Not documented.
    POST "/api/v1/admin/trends/statuses/{id}/reject", "admin/trends/", user "admin:write", since "4.2.0"
    RejectStatus(id: StatusId) => trends::Status

    /// Hashtags that many use.
    GET offset "/api/v1/admin/trends/tags", "admin/trends/#tags", user "admin:read", since "3.5.0"
    Tags => Page<Tag> {
        /// How many at most: 10 if nothing is said, never more than 20. Not documented.
        limit: u64,
        /// How many to skip. Not documented.
        offset: u64,
    }

    /// Let a hashtag appear. Not documented.
    POST "/api/v1/admin/trends/tags/{id}/approve", "admin/trends/", user "admin:write", since "4.2.0"
    ApproveTag(id: TagId) => Tag

    /// Do not let a hashtag appear. Not documented.
    POST "/api/v1/admin/trends/tags/{id}/reject", "admin/trends/", user "admin:write", since "4.2.0"
    RejectTag(id: TagId) => Tag
}
