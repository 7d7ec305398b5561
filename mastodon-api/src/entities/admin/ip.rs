//! IP addresses.

use chrono::{DateTime, Utc};

use crate::wire::entity;

entity! {
    /// An IP address that an account was used from. Mastodon since 3.5.
    Ip, "Admin_Ip/" () {
        /// The address.
        ip: String,
        /// When it was last used.
        used_at: Option<DateTime<Utc>>,
    }
}
