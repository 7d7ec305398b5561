//! Annual reports.

use crate::entities::{Account, Status};
use crate::ids::{AccountId, StatusId};
use crate::string_enum::string_enum;
use crate::text::WebUrl;
use crate::wire::entity;

entity! {
    /// Annual reports, with the accounts and statuses that they name. The documentation calls it
    /// `WrappedAnnualReports`.
    AnnualReports, "WrappedAnnualReports/" () {
        /// The reports.
        annual_reports: Vec<AnnualReport>,
        /// The accounts that they name.
        accounts: Vec<Account>,
        /// The statuses that they name.
        statuses: Vec<Status>,
    }
}

entity! {
    /// What an account did on the server in one year. Mastodon since 4.3.
    AnnualReport, "AnnualReport/" () {
        /// The year.
        year: u64,
        /// What it did.
        data: AnnualReportData,
        /// The form of `data`: 1 for 2024 and before, 2 since.
        schema_version: u64,
        /// A page to show it to others.
        share_url: Option<WebUrl> = null,
        /// Whose report it is.
        account_id: Option<AccountId>,
    }
}

entity! {
    /// What an account did in one year. What there is depends on the version of the report.
    AnnualReportData, "AnnualReport/#data" () {
        /// What kind of person it makes of the account.
        archetype: Archetype,
        /// How many posts of each kind there were. Only in version 1.
        type_distribution: Option<TypeDistribution>,
        /// The posts that others liked most.
        top_statuses: Option<TopStatuses>,
        /// The programs that posts were written with. Only in version 1.
        most_used_apps: Option<Vec<NameAndCount>>,
        /// The accounts that were replied to most. Only in version 1.
        commonly_interacted_with_accounts: Option<Vec<AccountAndCount>>,
        /// The months.
        time_series: Vec<AnnualReportMonth>,
        /// The hashtags that were used most.
        top_hashtags: Vec<NameAndCount>,
        /// The accounts that were reblogged most. Only in version 1.
        most_reblogged_accounts: Option<Vec<AccountAndCount>>,
        /// How many accounts of the server did less. Only in version 1.
        percentiles: Option<Percentiles>,
    }
}

string_enum! {
    /// What kind of person an annual report makes of an account.
    Archetype {
        /// Reads more than it writes.
        Lurker = "lurker",
        /// Reblogs much.
        Booster = "booster",
        /// Makes polls.
        Pollster = "pollster",
        /// Replies much.
        Replier = "replier",
        /// Posts much of its own.
        Oracle = "oracle",
    }
}

entity! {
    /// How many posts of each kind there were.
    TypeDistribution, "AnnualReport/#data" () {
        /// All.
        total: u64,
        /// Reblogs.
        reblogs: u64,
        /// Replies.
        replies: u64,
        /// The rest.
        standalone: u64,
    }
}

entity! {
    /// The posts that others liked most.
    TopStatuses, "AnnualReport/#data" () {
        /// The one with the most reblogs.
        by_reblogs: Option<StatusId> = null,
        /// The one with the most replies.
        by_replies: Option<StatusId> = null,
        /// The one with the most favourites.
        by_favourites: Option<StatusId> = null,
    }
}

entity! {
    /// A hashtag or program, and how often it was used.
    NameAndCount, "AnnualReport/#data" () {
        /// Its name.
        name: String,
        /// How often.
        count: u64,
    }
}

entity! {
    /// An account, and how often something was done with it.
    AccountAndCount, "AnnualReport/#data" () {
        /// The account.
        account_id: Option<AccountId>,
        /// How often.
        count: u64,
    }
}

entity! {
    /// A month of an annual report.
    AnnualReportMonth, "AnnualReport/#data" () {
        /// From 1 to 12.
        month: u64,
        /// How many posts there were.
        statuses: u64,
        /// How many accounts it began to follow. Only in version 1.
        following: Option<u64>,
        /// How many followers it gained.
        followers: u64,
    }
}

entity! {
    /// How many accounts of the server did less, of 100.
    Percentiles, "AnnualReport/#data" () {
        /// By followers.
        followers: Option<f64>,
        /// By posts.
        statuses: Option<f64>,
    }
}

string_enum! {
    /// Whether there is an annual report.
    AnnualReportState {
        /// There is.
        Available = "available",
        /// It is being made.
        Generating = "generating",
        /// It can be made.
        Eligible = "eligible",
        /// It cannot: the account did too little.
        Ineligible = "ineligible",
    }
}
