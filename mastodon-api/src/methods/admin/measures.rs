//! Counts by day.

use chrono::{DateTime, Utc};

use super::{OfDomain, OfTag};
use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::admin::{Measure, MeasureKey};

endpoints! {
    /// Count things by day.
    ///
    /// What is about one hashtag or one server wants to be told which, besides its key.
    POST "/api/v1/admin/measures", "admin/measures/#get", user "admin:read", since "3.5.0"
    Get[keys: Vec<MeasureKey>, start_at: DateTime<Utc>, end_at: DateTime<Utc>] => Page<Measure> {
        /// The hashtag for [`MeasureKey::TagAccounts`].
        tag_accounts: OfTag,
        /// The hashtag for [`MeasureKey::TagUses`].
        tag_uses: OfTag,
        /// The hashtag for [`MeasureKey::TagServers`].
        tag_servers: OfTag,
        /// The server for [`MeasureKey::InstanceAccounts`].
        instance_accounts: OfDomain,
        /// The server for [`MeasureKey::InstanceMediaAttachments`].
        instance_media_attachments: OfDomain,
        /// The server for [`MeasureKey::InstanceReports`].
        instance_reports: OfDomain,
        /// The server for [`MeasureKey::InstanceStatuses`].
        instance_statuses: OfDomain,
        /// The server for [`MeasureKey::InstanceFollows`].
        instance_follows: OfDomain,
        /// The server for [`MeasureKey::InstanceFollowers`].
        instance_followers: OfDomain,
    }
}
