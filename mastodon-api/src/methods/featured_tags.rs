//! Hashtags that you feature on your profile.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::{FeaturedTag, Tag};
use crate::ids::FeaturedTagId;

endpoints! {
    /// The hashtags that you feature.
    GET "/api/v1/featured_tags", "featured_tags/#get", user "read:accounts", since "3.0.0"
    List => Page<FeaturedTag>

    /// Feature a hashtag, without `#`.
    POST "/api/v1/featured_tags", "featured_tags/#feature", user "write:accounts", since "3.0.0"
    Feature[name: String] => FeaturedTag

    /// No longer feature a hashtag.
    DELETE "/api/v1/featured_tags/{id}", "featured_tags/#unfeature", user "write:accounts", since "3.0.0"
    Unfeature(id: FeaturedTagId) => Empty

    /// Up to ten hashtags that you have used and might feature.
    GET "/api/v1/featured_tags/suggestions", "featured_tags/#suggestions", user "read:accounts", since "3.0.0"
    Suggestions => Page<Tag>
}
