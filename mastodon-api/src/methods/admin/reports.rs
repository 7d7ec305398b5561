//! Reports, for moderators.

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::ReportCategory;
use crate::entities::admin::Report;
use crate::ids::{AccountId, ReportId, RuleId};

endpoints! {
    /// Reports, the newest first: those that nobody has dealt with, if nothing is said.
    GET "/api/v1/admin/reports", "admin/reports/#get", user "admin:read:reports", since "2.9.1"
    List => Page<Report> {
        /// Those that were dealt with.
        resolved: bool,
        /// Only those by this account.
        account_id: AccountId,
        /// Only those about this account.
        target_account_id: AccountId,
        /// Only what has a lower id.
        max_id: ReportId,
        /// Only what has a higher id, the highest first.
        since_id: ReportId,
        /// Only what has a higher id, the lowest first.
        min_id: ReportId,
        /// How many at most: 100 if nothing is said, never more than 200.
        limit: u64,
    }

    /// A report.
    GET "/api/v1/admin/reports/{id}", "admin/reports/#get-one", user "admin:read:reports", since "2.9.1"
    Get(id: ReportId) => Report

    /// Change what a report is about.
    PUT "/api/v1/admin/reports/{id}", "admin/reports/#update", user "admin:write:reports", since "3.5.0"
    Update(id: ReportId) => Report {
        /// What it is about.
        category: ReportCategory,
        /// The rules that it names, for the category `Violation`.
        rule_ids: Vec<RuleId>,
    }

    /// Say that you deal with a report.
    POST "/api/v1/admin/reports/{id}/assign_to_self", "admin/reports/#assign_to_self",
        user "admin:write:reports", since "2.9.1"
    AssignToSelf(id: ReportId) => Report

    /// Say that nobody deals with a report any more.
    POST "/api/v1/admin/reports/{id}/unassign", "admin/reports/#unassign", user "admin:write:reports", since "2.9.1"
    Unassign(id: ReportId) => Report

    /// Say that a report was dealt with.
    POST "/api/v1/admin/reports/{id}/resolve", "admin/reports/#resolve", user "admin:write:reports", since "2.9.1"
    Resolve(id: ReportId) => Report

    /// Say that a report was not dealt with after all.
    POST "/api/v1/admin/reports/{id}/reopen", "admin/reports/#reopen", user "admin:write:reports", since "2.9.1"
    Reopen(id: ReportId) => Report
}
