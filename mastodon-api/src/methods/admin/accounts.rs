//! Accounts, for moderators.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::admin::Account;
use crate::ids::{AccountId, ReportId, RoleId, WarningPresetId};
use crate::string_enum::string_enum;

endpoints! {
    /// Accounts, the newest first: those of this server that are active, if nothing is said.
    ///
    /// What is about the origin or state counts as asked for whether it is `true` or `false`, so leave out what you
    /// do not want.
    GET "/api/v1/admin/accounts", "admin/accounts/#v1", user "admin:read:accounts", since "2.9.1"
    V1 => Page<Account> {
        /// Those of this server.
        local: bool,
        /// Those of other servers.
        remote: bool,
        /// Those that are active.
        active: bool,
        /// Those that wait for approval.
        pending: bool,
        /// Those that cannot log in.
        disabled: bool,
        /// Those whose reach is limited.
        silenced: bool,
        /// Those that are suspended.
        suspended: bool,
        /// Those whose media are marked as sensitive. Mastodon since 3.3.
        sensitized: bool,
        /// Those whose name has this in it.
        username: String,
        /// Those whose display name has this in it.
        display_name: String,
        /// Those of this server.
        by_domain: String,
        /// Those with this e-mail address.
        email: String,
        /// Those with this IP address.
        ip: String,
        /// Moderators and administrators.
        staff: bool,
        /// Only what has a lower id.
        max_id: AccountId,
        /// Only what has a higher id, the highest first.
        since_id: AccountId,
        /// Only what has a higher id, the lowest first.
        min_id: AccountId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// Accounts, the newest first.
    GET "/api/v2/admin/accounts", "admin/accounts/#v2", user "admin:read:accounts", since "3.5.0"
    V2 => Page<Account> {
        /// Whether of this server or of others.
        origin: AccountOrigin,
        /// Only those in this state.
        status: AccountStatus,
        /// `staff` for moderators and administrators only.
        permissions: String,
        /// Only those with one of these roles. Mastodon since 4.0.
        role_ids: Vec<RoleId>,
        /// Only those whom this account invited.
        invited_by: AccountId,
        /// Only those whose name has this in it.
        username: String,
        /// Only those whose display name has this in it.
        display_name: String,
        /// Only those of this server.
        by_domain: String,
        /// Only those with this e-mail address.
        email: String,
        /// Only those with this IP address.
        ip: String,
        /// Only what has a lower id.
        max_id: AccountId,
        /// Only what has a higher id, the highest first.
        since_id: AccountId,
        /// Only what has a higher id, the lowest first.
        min_id: AccountId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// An account.
    GET "/api/v1/admin/accounts/{id}", "admin/accounts/#get-one", user "admin:read:accounts", since "2.9.1"
    Get(id: AccountId) => Account

    /// Let somebody in who asked to sign up.
    POST "/api/v1/admin/accounts/{id}/approve", "admin/accounts/#approve", user "admin:write:accounts", since "2.9.1"
    Approve(id: AccountId) => Account

    /// Do not let somebody in who asked to sign up. The account is deleted.
    POST "/api/v1/admin/accounts/{id}/reject", "admin/accounts/#reject", user "admin:write:accounts", since "2.9.1"
    Reject(id: AccountId) => Empty

    /// Delete all data of a suspended account for good.
    DELETE "/api/v1/admin/accounts/{id}", "admin/accounts/#delete", user "admin:write:accounts", since "3.3.0"
    Delete(id: AccountId) => Empty

    /// Do something against an account.
    POST "/api/v1/admin/accounts/{id}/action", "admin/accounts/#action", user "admin:write:accounts", since "2.9.1"
    Action(id: AccountId)[kind: ActionType as key "type"] => Empty {
        /// The report that this deals with.
        report_id: ReportId,
        /// A warning written beforehand, to send.
        warning_preset_id: WarningPresetId,
        /// More about why.
        text: String,
        /// Whether the account is told by e-mail.
        send_email_notification: bool,
    }

    /// Let an account log in again.
    POST "/api/v1/admin/accounts/{id}/enable", "admin/accounts/#enable", user "admin:write:accounts", since "2.9.1"
    Enable(id: AccountId) => Account

    /// No longer limit the reach of an account.
    POST "/api/v1/admin/accounts/{id}/unsilence", "admin/accounts/#unsilence",
        user "admin:write:accounts", since "2.9.1"
    Unsilence(id: AccountId) => Account

    /// No longer suspend an account.
    POST "/api/v1/admin/accounts/{id}/unsuspend", "admin/accounts/#unsuspend",
        user "admin:write:accounts", since "2.9.1"
    Unsuspend(id: AccountId) => Account

    /// No longer mark the media of an account as sensitive.
    POST "/api/v1/admin/accounts/{id}/unsensitive", "admin/accounts/#unsensitive",
        user "admin:write:accounts", since "3.3.0"
    Unsensitive(id: AccountId) => Account
}

string_enum! {
    /// Whether an account is of this server.
    AccountOrigin {
        /// Of this server.
        Local = "local",
        /// Of another one.
        Remote = "remote",
    }
}

string_enum! {
    /// In which state an account is.
    AccountStatus {
        /// Nothing was done against it.
        Active = "active",
        /// It waits for approval.
        Pending = "pending",
        /// It cannot log in.
        Disabled = "disabled",
        /// Its reach is limited.
        Silenced = "silenced",
        /// It is suspended.
        Suspended = "suspended",
    }
}

string_enum! {
    /// What can be done against an account.
    ActionType {
        /// Nothing but a warning.
        None = "none",
        /// All its media are marked as sensitive. Mastodon since 3.3.
        Sensitive = "sensitive",
        /// It cannot log in.
        Disable = "disable",
        /// Its reach is limited.
        Silence = "silence",
        /// It is suspended.
        Suspend = "suspend",
    }
}
