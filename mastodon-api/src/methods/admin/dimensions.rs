//! Counts by language, server and the like.

use chrono::{DateTime, Utc};

use super::{OfDomain, OfTag};
use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::admin::{Dimension, DimensionKey};

endpoints! {
    /// Count things by language, server and the like.
    ///
    /// What is about one hashtag or one server wants to be told which, besides its key.
    POST "/api/v1/admin/dimensions", "admin/dimensions/#get", user "admin:read", since "3.5.0"
    Get[keys: Vec<DimensionKey>] => Page<Dimension> {
        /// The first day.
        start_at: DateTime<Utc>,
        /// The last day.
        end_at: DateTime<Utc>,
        /// How many groups at most, the largest ones.
        limit: u64,
        /// The hashtag for [`DimensionKey::TagServers`].
        tag_servers: OfTag,
        /// The hashtag for [`DimensionKey::TagLanguages`].
        tag_languages: OfTag,
        /// The server for [`DimensionKey::InstanceAccounts`].
        instance_accounts: OfDomain,
        /// The server for [`DimensionKey::InstanceLanguages`].
        instance_languages: OfDomain,
    }
}
