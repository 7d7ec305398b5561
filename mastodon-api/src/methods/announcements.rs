//! What administrators tell everyone.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::Announcement;
use crate::ids::AnnouncementId;

endpoints! {
    /// What administrators tell everyone now.
    GET "/api/v1/announcements", "announcements/#get", user, since "3.1.0"
    List => Page<Announcement>

    /// Mark an announcement as read.
    POST "/api/v1/announcements/{id}/dismiss", "announcements/#dismiss", user "write:accounts", since "3.1.0"
    Dismiss(id: AnnouncementId) => Empty

    /// React to an announcement with an emoji, or the name of a custom one.
    PUT "/api/v1/announcements/{id}/reactions/{name}", "announcements/#put-reactions",
        user "write:favourites", since "3.1.0"
    PutReaction(id: AnnouncementId, name: String) => Empty

    /// Take a reaction back.
    DELETE "/api/v1/announcements/{id}/reactions/{name}", "announcements/#delete-reactions",
        user "write:favourites", since "3.1.0"
    DeleteReaction(id: AnnouncementId, name: String) => Empty
}
