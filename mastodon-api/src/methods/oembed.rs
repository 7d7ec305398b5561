//! How to show a post in a page elsewhere.

use crate::endpoint::endpoints;
use crate::entities::OEmbed;

endpoints! {
    /// The HTML that shows a public post of this server in another page.
    GET "/api/oembed", "oembed/#get", public, since "1.0.0"
    Get[url: String] => OEmbed {
        /// The width of the frame in pixels: 400 if nothing is said.
        maxwidth: u64,
        /// The height of the frame in pixels.
        maxheight: u64,
    }
}
