//! Counts by day.

use chrono::{DateTime, Utc};

use crate::entities::QuotedInteger;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// A count for each day of a time. Mastodon since 3.5.
    Measure, "Admin_Measure/" () {
        /// What is counted.
        key: MeasureKey,
        /// In what, `bytes`; nothing for pieces.
        unit: Option<String> = null,
        /// The count for the whole time.
        total: QuotedInteger,
        /// The same as people write it.
        human_value: Option<String>,
        /// The count for the time before, of the same length.
        previous_total: Option<QuotedInteger>,
        /// One for each day.
        data: Vec<MeasureData>,
    }
}

string_enum! {
    /// What is counted by day.
    MeasureKey {
        /// Users who were active.
        ActiveUsers = "active_users",
        /// Users who signed up.
        NewUsers = "new_users",
        /// Favourites, reblogs and replies to posts of this server.
        Interactions = "interactions",
        /// Reports that were made.
        OpenedReports = "opened_reports",
        /// Reports that were dealt with.
        ResolvedReports = "resolved_reports",
        /// Accounts that used a hashtag.
        TagAccounts = "tag_accounts",
        /// Posts with a hashtag.
        TagUses = "tag_uses",
        /// Servers with posts with a hashtag.
        TagServers = "tag_servers",
        /// Accounts of another server.
        InstanceAccounts = "instance_accounts",
        /// Bytes of media of another server.
        InstanceMediaAttachments = "instance_media_attachments",
        /// Reports about accounts of another server.
        InstanceReports = "instance_reports",
        /// Posts of another server.
        InstanceStatuses = "instance_statuses",
        /// Accounts of another server that are followed from here.
        InstanceFollows = "instance_follows",
        /// Accounts here that are followed from another server.
        InstanceFollowers = "instance_followers",
    }
}

entity! {
    /// The count of one day.
    MeasureData, "Admin_Measure/#data" () {
        /// The day: its midnight in UTC.
        date: Option<DateTime<Utc>>,
        /// The count.
        value: QuotedInteger,
    }
}
