//! Hashtags on a profile.

use chrono::NaiveDate;

use crate::entities::QuotedInteger;
use crate::ids::FeaturedTagId;
use crate::text::WebUrl;
use crate::wire::entity;

entity! {
    /// A hashtag that an account features on its profile. Mastodon since 3.0.
    FeaturedTag, "FeaturedTag/" (
        /// The id of this entry, not of the hashtag.
        id: FeaturedTagId,
    ) {
        /// Its name without `#`.
        name: String,
        /// The page of what the account has posted with it.
        url: Option<WebUrl>,
        /// How many posts of the account have it.
        statuses_count: QuotedInteger,
        /// The day of the last such post.
        last_status_at: Option<NaiveDate> = null,
    }
}
