//! Filters, and what they found in a status.

use chrono::{DateTime, Utc};

use crate::ids::{FilterId, FilterKeywordId, FilterStatusId, StatusId};
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// A filter of the account.
    Filter, "Filter/" (
        /// Its id.
        id: FilterId,
    ) {
        /// The name that its owner gave it.
        title: String,
        /// Where it works.
        context: Vec<FilterContext>,
        /// When it ends; nothing for never.
        expires_at: Option<DateTime<Utc>> = null,
        /// What happens to a status that it matches.
        filter_action: FilterAction,
        /// Words that it looks for. Not inside a status.
        keywords: Option<Vec<FilterKeyword>>,
        /// Single statuses that it catches. Not inside a status.
        statuses: Option<Vec<FilterStatus>>,
    }
}

string_enum! {
    /// Where a filter works.
    FilterContext {
        /// In the home timeline and in lists.
        Home = "home",
        /// In notifications.
        Notifications = "notifications",
        /// In public timelines.
        Public = "public",
        /// In a conversation.
        Thread = "thread",
        /// On profiles.
        Account = "account",
    }
}

string_enum! {
    /// What happens to a status that a filter matches.
    FilterAction {
        /// It is hidden behind the title of the filter.
        Warn = "warn",
        /// It is not shown at all.
        Hide = "hide",
        /// Its media are hidden.
        Blur = "blur",
    }
}

entity! {
    /// A word that a filter looks for.
    FilterKeyword, "FilterKeyword/" (
        /// Its id.
        id: FilterKeywordId,
    ) {
        /// The word or phrase.
        keyword: String,
        /// Whether it must stand alone, not as part of a longer word.
        whole_word: bool,
    }
}

entity! {
    /// A single status that a filter catches.
    FilterStatus, "FilterStatus/" (
        /// The id of this entry.
        id: FilterStatusId,
    ) {
        /// The status.
        status_id: Option<StatusId>,
    }
}

entity! {
    /// A filter that matches a status, and why.
    FilterResult, "FilterResult/" () {
        /// The filter.
        filter: Option<Filter>,
        /// The words that matched.
        keyword_matches: Option<Vec<String>> = null,
        /// The status, where the filter names it.
        status_matches: Option<Vec<StatusId>> = null,
    }
}
