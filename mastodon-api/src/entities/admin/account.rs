//! Accounts, as moderators see them.

use chrono::{DateTime, Utc};

use crate::entities::admin::Ip;
use crate::entities::{self, Role};
use crate::ids::{AccountId, ApplicationId};
use crate::wire::entity;

entity! {
    /// An account, as moderators see it.
    Account, "Admin_Account/" (
        /// Its id.
        id: AccountId,
    ) {
        /// The name without a host.
        username: String,
        /// Its server, if it is of another one.
        domain: Option<String> = null,
        /// When it was made, or first seen here.
        created_at: Option<DateTime<Utc>>,
        /// The e-mail address. Nothing for accounts of other servers.
        email: Option<String> = null,
        /// The IP address that was last used.
        ip: Option<String> = null,
        /// All IP addresses that are known. Mastodon since 3.5.
        ips: Vec<Ip>,
        /// The language that the person reads the server in (ISO 639).
        locale: Option<String> = null,
        /// What the person wrote when asking to sign up.
        invite_request: Option<String> = null,
        /// What the account may do on the server.
        role: Option<Role> = null,
        /// Whether the e-mail address is confirmed.
        confirmed: Option<bool> = null,
        /// Whether moderators let it sign up, or need not.
        approved: Option<bool> = null,
        /// Whether it cannot log in.
        disabled: Option<bool> = null,
        /// Whether all its media are marked as sensitive. Mastodon since 4.0.
        sensitized: bool,
        /// Whether its reach is limited.
        silenced: bool,
        /// Whether it is suspended.
        suspended: bool,
        /// The account as others see it.
        account: Option<Box<entities::Account>>,
        /// The application that it signed up with.
        created_by_application_id: Option<ApplicationId>,
        /// The account that invited it.
        invited_by_account_id: Option<AccountId>,
    }
}
