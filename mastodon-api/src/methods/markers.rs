//! How far the timelines were read, kept on the server for all your programs.

use crate::endpoint::endpoints;
use crate::entities::Markers;
use crate::ids::{NotificationId, StatusId};
use crate::string_enum::string_enum;

endpoints! {
    /// How far you have read.
    GET "/api/v1/markers", "markers/#get", user "read:statuses", since "3.0.0"
    Get => Markers {
        /// In these timelines. Without any, the answer is empty.
        timeline: Vec<MarkerTimeline>,
    }

    /// Say how far you have read. When two programs do at once, one gets the status 409 and may try again.
    POST form "/api/v1/markers", "markers/#create", user "write:statuses", since "3.0.0"
    Create => Markers {
        /// The last status that was read in the home timeline.
        home: StatusId as key "home[last_read_id]",
        /// The last notification that was read.
        notifications: NotificationId as key "notifications[last_read_id]",
    }
}

string_enum! {
    /// A timeline with a marker.
    MarkerTimeline {
        /// The home timeline.
        Home = "home",
        /// The notifications.
        Notifications = "notifications",
    }
}
