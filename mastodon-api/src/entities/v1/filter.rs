//! Filters of one word.

use chrono::{DateTime, Utc};

use crate::entities::FilterContext;
use crate::ids::FilterKeywordId;
use crate::wire::entity;

entity! {
    /// A filter of one word. Since Mastodon 4.0 it shows one word of a [`Filter`](crate::entities::Filter), and its
    /// id is that of the word.
    Filter, "V1_Filter/" (
        /// Its id.
        id: FilterKeywordId,
    ) {
        /// The word or phrase.
        phrase: String,
        /// Where it works.
        context: Vec<FilterContext>,
        /// When it ends; nothing for never.
        expires_at: Option<DateTime<Utc>> = null,
        /// Whether posts that it matches are gone for good.
        irreversible: bool,
        /// Whether the phrase must stand alone, not as part of a longer word.
        whole_word: bool,
    }
}
