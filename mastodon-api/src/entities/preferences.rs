//! What a user has set for all programs.

use crate::entities::{QuotePolicy, Visibility};
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// What a user has set for all programs. Mastodon since 2.8.
    Preferences, "Preferences/" () {
        /// The visibility of new posts.
        posting_default_visibility: Visibility as "posting:default:visibility",
        /// Whether media of new posts are marked as sensitive.
        posting_default_sensitive: bool as "posting:default:sensitive",
        /// The language of new posts (ISO 639), if one is set.
        posting_default_language: Option<String> as "posting:default:language" = null,
        /// Who may quote new posts. Mastodon since 4.5.
        posting_default_quote_policy: Option<QuotePolicy> as "posting:default:quote_policy",
        /// Which media are shown at once.
        reading_expand_media: ExpandMedia as "reading:expand:media",
        /// Whether texts behind a warning are shown at once.
        reading_expand_spoilers: bool as "reading:expand:spoilers",
        /// Whether pictures move by themselves. Mastodon since 4.1.
        reading_autoplay_gifs: Option<bool> as "reading:autoplay:gifs",
    }
}

string_enum! {
    /// Which media are shown at once.
    ExpandMedia {
        /// Those that are not marked as sensitive.
        Default = "default",
        /// All.
        ShowAll = "show_all",
        /// None.
        HideAll = "hide_all",
    }
}
