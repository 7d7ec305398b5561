//! Quotes of one status by another, and who may quote.

use crate::entities::Status;
use crate::ids::StatusId;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// The status that a status quotes.
    ///
    /// It also holds what the documentation calls `ShallowQuote`: inside a quoted status the next one is only named.
    Quote, "Quote/" () {
        /// Whether the quoted author agreed.
        state: QuoteState,
        /// The quoted status, if it may be shown.
        quoted_status: Option<Box<Status>>,
        /// The id of the quoted status, where only that is given.
        quoted_status_id: Option<StatusId>,
    }
}

string_enum! {
    /// Whether the quoted author agreed.
    QuoteState {
        /// Not yet answered.
        Pending = "pending",
        /// Agreed.
        Accepted = "accepted",
        /// Refused.
        Rejected = "rejected",
        /// Agreed, and taken back later.
        Revoked = "revoked",
        /// The quoted status was deleted.
        Deleted = "deleted",
        /// You may not see the quoted status.
        Unauthorized = "unauthorized",
        /// You block the quoted author.
        BlockedAccount = "blocked_account",
        /// You block the quoted author's server.
        BlockedDomain = "blocked_domain",
        /// You mute the quoted author.
        MutedAccount = "muted_account",
    }
}

entity! {
    /// Who may quote a status.
    QuoteApproval, "QuoteApproval/" () {
        /// Who may at once.
        automatic: Vec<ApprovalGroup>,
        /// Who may once the author has agreed.
        manual: Vec<ApprovalGroup>,
        /// What that means for you.
        current_user: Approval,
    }
}

entity! {
    /// Who may put an account into a collection.
    FeatureApproval, "FeatureApproval/" () {
        /// Who may at once.
        automatic: Vec<ApprovalGroup>,
        /// Who may once the account has agreed.
        manual: Vec<ApprovalGroup>,
        /// What that means for you.
        current_user: Approval,
    }
}

string_enum! {
    /// People who may do something with a status or account.
    ApprovalGroup {
        /// Everyone.
        Public = "public",
        /// Those who follow its author.
        Followers = "followers",
        /// Those whom its author follows.
        Following = "following",
        /// A rule of another kind, which the server cannot express.
        UnsupportedPolicy = "unsupported_policy",
    }
}

string_enum! {
    /// Whether you may do something.
    Approval {
        /// You may, at once.
        Automatic = "automatic",
        /// You may once you were allowed to.
        Manual = "manual",
        /// You may not.
        Denied = "denied",
        /// The server cannot say, so it is better to ask.
        Unknown = "unknown",
        /// The other server said nothing about it.
        Missing = "missing",
    }
}

string_enum! {
    /// Who may quote a status, as its author says when writing it.
    QuotePolicy {
        /// Everyone.
        Public = "public",
        /// Those who follow the author.
        Followers = "followers",
        /// The author alone.
        Nobody = "nobody",
    }
}
