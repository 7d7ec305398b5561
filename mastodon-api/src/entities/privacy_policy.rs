//! What a server does with personal data.

use chrono::{DateTime, Utc};

use crate::text::Html;
use crate::wire::entity;

entity! {
    /// What a server does with personal data. Mastodon since 4.0.
    PrivacyPolicy, "PrivacyPolicy/" () {
        /// When it was last changed.
        updated_at: Option<DateTime<Utc>> = null,
        /// The text.
        content: Html,
    }
}
