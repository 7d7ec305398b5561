//! The own profile, as its owner edits it.

use crate::entities::{FeaturedTag, Field};
use crate::ids::AccountId;
use crate::text::{Html, WebUrl};
use crate::wire::entity;

entity! {
    /// The profile of the account whose token it is, as it was written. Mastodon since 4.6.
    Profile, "Profile/" (
        /// The account.
        id: AccountId,
    ) {
        /// The name to show.
        display_name: String,
        /// The profile as plain text.
        note: String,
        /// The profile as others see it. Not in the documentation.
        formatted_note: Option<Html>,
        /// The table on the profile as plain text.
        fields: Vec<Field>,
        /// The table on the profile as others see it. Not in the documentation.
        formatted_fields: Option<Vec<Field>>,
        /// The avatar, perhaps animated.
        avatar: Option<WebUrl> = null,
        /// The avatar, never animated.
        avatar_static: Option<WebUrl> = null,
        /// What the avatar shows, in words.
        avatar_description: String,
        /// The banner, perhaps animated.
        header: Option<WebUrl> = null,
        /// The banner, never animated.
        header_static: Option<WebUrl> = null,
        /// What the banner shows, in words.
        header_description: String,
        /// Whether follow requests are approved by hand.
        locked: bool,
        /// Whether a program acts for it.
        bot: bool,
        /// Whether it hides whom it follows and who follows it.
        hide_collections: Option<bool> = null,
        /// Whether it wants to be found in directories and recommendations.
        discoverable: Option<bool> = null,
        /// Whether its public posts may be found by search.
        indexable: bool,
        /// Whether it has a tab with media.
        show_media: bool,
        /// Whether that tab has media of replies too.
        show_media_replies: bool,
        /// Whether it has a tab with what it features.
        show_featured: bool,
        /// Websites that may name this account as their author.
        attribution_domains: Vec<String>,
        /// The hashtags that it features. Not in the documentation.
        featured_tags: Option<Vec<FeaturedTag>>,
    }
}
