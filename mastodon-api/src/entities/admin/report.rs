//! Reports, as moderators see them.

use chrono::{DateTime, Utc};

use crate::entities::admin::Account;
use crate::entities::{ReportCategory, Rule, Status};
use crate::ids::ReportId;
use crate::wire::entity;

entity! {
    /// A report, as moderators see it.
    Report, "Admin_Report/" (
        /// Its id.
        id: ReportId,
    ) {
        /// Whether it was dealt with.
        action_taken: bool,
        /// When it was.
        action_taken_at: Option<DateTime<Utc>> = null,
        /// What it is about.
        category: ReportCategory,
        /// What the reporter wrote.
        comment: String,
        /// Whether it was also sent to the server of the reported account.
        forwarded: bool,
        /// When it was made.
        created_at: Option<DateTime<Utc>>,
        /// When it was last changed.
        updated_at: Option<DateTime<Utc>>,
        /// Who reported.
        account: Option<Box<Account>>,
        /// Who was reported.
        target_account: Option<Box<Account>>,
        /// Which moderator deals with it.
        assigned_account: Option<Box<Account>> = null,
        /// Which moderator dealt with it.
        action_taken_by_account: Option<Box<Account>> = null,
        /// The statuses that it is about.
        statuses: Vec<Status>,
        /// The rules of the server that it names.
        rules: Vec<Rule>,
    }
}
