//! What a server says about itself at length.

use chrono::{DateTime, Utc};

use crate::text::Html;
use crate::wire::entity;

entity! {
    /// What a server says about itself at length. Mastodon since 4.0.
    ExtendedDescription, "ExtendedDescription/" () {
        /// When it was last changed.
        updated_at: Option<DateTime<Utc>> = null,
        /// The text.
        content: Html,
    }
}
