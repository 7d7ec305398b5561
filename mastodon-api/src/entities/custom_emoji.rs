//! Custom emoji.

use crate::text::WebUrl;
use crate::wire::entity;

entity! {
    /// An emoji of a server's own, written `:shortcode:` in texts.
    CustomEmoji, "CustomEmoji/" () {
        /// The name between the colons.
        shortcode: String,
        /// The image, perhaps animated.
        url: Option<WebUrl>,
        /// The image, never animated.
        static_url: Option<WebUrl>,
        /// Whether a list to choose from should show it.
        visible_in_picker: bool,
        /// The group under which such a list should show it.
        category: Option<String>,
        /// Whether the server puts it forward. Only in the list of all emoji.
        featured: Option<bool>,
    }
}
