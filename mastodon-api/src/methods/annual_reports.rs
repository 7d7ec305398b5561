//! Annual reports: your year on the server ("Wrapstodon").

use crate::endpoint::{Empty, endpoints};
use crate::entities::{AnnualReportState, AnnualReports};

endpoints! {
    /// The reports that you have not read yet.
    GET "/api/v1/annual_reports", "annual_reports/#index", user "read:accounts", since "4.3.0"
    Index => AnnualReports

    /// The report of one year.
    GET "/api/v1/annual_reports/{year}", "annual_reports/#get", user "read:accounts", since "4.4.0"
    Get(year: u64) => AnnualReports

    /// Whether there is a report of one year, or could be.
    GET "/api/v1/annual_reports/{year}/state", "annual_reports/#get-state", user "read:accounts", since "4.6.0"
    GetState(year: u64) => "state": AnnualReportState

    /// Mark the report of one year as read.
    POST "/api/v1/annual_reports/{year}/read", "annual_reports/#read", user "write:accounts", since "4.3.0"
    Read(year: u64) => Empty

    /// Have the report of one year made. [`GetState`] says when it is there.
    POST "/api/v1/annual_reports/{year}/generate", "annual_reports/#generate", user "write:accounts", since "4.6.0"
    Generate(year: u64) => Empty
}
