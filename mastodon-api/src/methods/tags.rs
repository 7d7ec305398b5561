//! Hashtags: see, follow and feature them. Their names are written without `#`.

use crate::endpoint::endpoints;
use crate::entities::Tag;

endpoints! {
    /// A hashtag, and whether you follow it.
    GET "/api/v1/tags/{name}", "tags/#get", optional, since "4.0.0"
    Get(name: String) => Tag

    /// Follow a hashtag: posts with it appear in the home timeline.
    POST "/api/v1/tags/{name}/follow", "tags/#follow", user "write:follows", since "4.0.0"
    Follow(name: String) => Tag

    /// No longer follow a hashtag.
    POST "/api/v1/tags/{name}/unfollow", "tags/#unfollow", user "write:follows", since "4.0.0"
    Unfollow(name: String) => Tag

    /// Feature a hashtag on your profile. `id` is its name.
    POST "/api/v1/tags/{id}/feature", "tags/#feature", user "write:accounts", since "4.4.0"
    Feature(id: String) => Tag

    /// No longer feature a hashtag on your profile. `id` is its name.
    POST "/api/v1/tags/{id}/unfeature", "tags/#unfeature", user "write:accounts", since "4.4.0"
    Unfeature(id: String) => Tag
}
