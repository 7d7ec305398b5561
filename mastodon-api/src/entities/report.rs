//! Reports to the moderators.

use chrono::{DateTime, Utc};

use crate::entities::Account;
use crate::ids::{CollectionId, ReportId, RuleId, StatusId};
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// A report to the moderators.
    Report, "Report/" (
        /// Its id.
        id: ReportId,
    ) {
        /// Whether moderators have dealt with it.
        action_taken: bool,
        /// When they did.
        action_taken_at: Option<DateTime<Utc>> = null,
        /// What it is about.
        category: ReportCategory,
        /// What the reporter wrote.
        comment: String,
        /// Whether it was also sent to the server of the reported account.
        forwarded: bool,
        /// When it was made.
        created_at: Option<DateTime<Utc>>,
        /// The statuses that it is about.
        status_ids: Vec<StatusId>,
        /// The collections that it is about. Mastodon since 4.6.
        collection_ids: Vec<CollectionId>,
        /// The rules of the server that it names.
        rule_ids: Vec<RuleId>,
        /// The reported account.
        target_account: Option<Box<Account>>,
    }
}

string_enum! {
    /// What a report is about.
    ReportCategory {
        /// Unwanted or repeated advertising and the like.
        Spam = "spam",
        /// Something against the law.
        Legal = "legal",
        /// Something against rules of the server.
        Violation = "violation",
        /// Something else.
        Other = "other",
    }
}
