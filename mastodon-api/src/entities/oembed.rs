//! How to show a post in a page elsewhere.

use crate::text::{Html, WebUrl};
use crate::wire::entity;

entity! {
    /// What another page needs to show a post: [oEmbed](https://oembed.com).
    ///
    /// [Mastodon documentation](https://docs.joinmastodon.org/methods/oembed/)
    OEmbed () {
        /// What it is: `rich`. `type` in JSON.
        kind: String as "type",
        /// The version of oEmbed: `1.0`.
        version: String,
        /// A title.
        title: String,
        /// Who wrote the post.
        author_name: String,
        /// The profile of who wrote it.
        author_url: Option<WebUrl>,
        /// The server.
        provider_name: String,
        /// The front page of the server.
        provider_url: Option<WebUrl>,
        /// For how many seconds this may be kept.
        cache_age: Option<u64>,
        /// The HTML to put in the page.
        html: Html,
        /// Its width in pixels.
        width: Option<u64> = null,
        /// Its height in pixels; nothing when it is as high as its content.
        height: Option<u64> = null,
    }
}
