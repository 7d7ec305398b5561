//! Reports to the moderators.

use crate::endpoint::endpoints;
use crate::entities::{Report, ReportCategory};
use crate::ids::{AccountId, CollectionId, RuleId, StatusId};

endpoints! {
    /// Report an account to the moderators.
    POST "/api/v1/reports", "reports/#post", user "write:reports", since "1.1.0"
    Create[account_id: AccountId] => Report {
        /// The posts that it is about.
        status_ids: Vec<StatusId>,
        /// The collections that it is about. Mastodon since 4.6.
        collection_ids: Vec<CollectionId>,
        /// What to say to the moderators, 1000 characters at most.
        comment: String,
        /// Whether to send it to the server of the account too, if that is another.
        forward: bool,
        /// The other servers to send it to: of the account, or of those whom it answered. Not in the documentation.
        forward_to_domains: Vec<String>,
        /// What it is about. With rules it is a violation, else something else if nothing is said.
        category: ReportCategory,
        /// The rules of this server that were broken.
        rule_ids: Vec<RuleId>,
    }
}
