//! Warnings that moderators gave.

use chrono::{DateTime, Utc};

use crate::entities::Account;
use crate::ids::{AccountWarningId, StatusId};
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// What moderators did to an account, and why.
    AccountWarning, "AccountWarning/" (
        /// Its id.
        id: AccountWarningId,
    ) {
        /// What they did.
        action: AccountWarningAction,
        /// What they wrote.
        text: String,
        /// The statuses that it is about.
        status_ids: Vec<StatusId>,
        /// The account.
        target_account: Option<Box<Account>>,
        /// What the account answered.
        appeal: Option<Appeal> = null,
        /// When it was given.
        created_at: Option<DateTime<Utc>>,
    }
}

string_enum! {
    /// What moderators did to an account.
    AccountWarningAction {
        /// Nothing but the warning.
        None = "none",
        /// The account can no longer log in.
        Disable = "disable",
        /// Some of its statuses were marked as sensitive.
        MarkStatusesAsSensitive = "mark_statuses_as_sensitive",
        /// Some of its statuses were deleted.
        DeleteStatuses = "delete_statuses",
        /// All its new statuses are marked as sensitive.
        Sensitive = "sensitive",
        /// Its reach was limited.
        Silence = "silence",
        /// It was suspended.
        Suspend = "suspend",
    }
}

entity! {
    /// An answer to a warning, asking to take it back.
    Appeal, "Appeal/" () {
        /// What the account wrote.
        text: String,
        /// What moderators said.
        state: AppealState,
    }
}

string_enum! {
    /// What moderators said to an appeal.
    AppealState {
        /// They took the warning back.
        Approved = "approved",
        /// The warning stands.
        Rejected = "rejected",
        /// Nothing yet.
        Pending = "pending",
    }
}
