//! Hashtags, as moderators see them.

use crate::entities::Tag as Public;
use crate::wire::extended_entity;

extended_entity! {
    /// A hashtag, as moderators see it. Mastodon since 3.5.
    Tag, "Tag/#admin",
    /// The hashtag as others see it.
    tag: Public {
        /// Whether it may appear among what many talk about.
        trendable: Option<bool>,
        /// Whether posts may have it: others are hidden.
        usable: Option<bool>,
        /// Whether moderators have not yet said whether it may appear.
        requires_review: bool,
        /// Whether it may appear in searches and suggestions. Mastodon since 4.2.
        listable: Option<bool>,
    }
}
