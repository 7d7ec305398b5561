//! How far timelines were read.

use chrono::{DateTime, Utc};

use crate::wire::entity;

entity! {
    /// How far each timeline was read; nothing for one that was not asked for, or not read yet.
    Markers, "Marker/" () {
        /// The home timeline.
        home: Option<Marker>,
        /// The notifications.
        notifications: Option<Marker>,
    }
}

entity! {
    /// How far a timeline was read. Mastodon since 3.0.
    Marker, "Marker/" () {
        /// The id of the last status or notification that was read.
        last_read_id: String,
        /// How often it was moved.
        version: u64,
        /// When it was moved last.
        updated_at: Option<DateTime<Utc>>,
    }
}
