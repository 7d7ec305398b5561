//! Custom emoji of the server.

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::CustomEmoji;

endpoints! {
    /// All custom emoji that can be used on the server.
    GET "/api/v1/custom_emojis", "custom_emojis/#get", public, since "2.0.0"
    List => Page<CustomEmoji>
}
