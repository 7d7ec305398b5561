//! Accounts.

use crate::Page;
use crate::endpoint::endpoints;
use crate::entities::{Account, CredentialAccount, Relationship, Status};
use crate::ids::{AccountId, StatusId};

endpoints! {
    /// The account whose token it is.
    GET "/api/v1/accounts/verify_credentials", "accounts/#verify_credentials",
        user "profile" | "read:accounts", since "0.0.0"
    VerifyCredentials => CredentialAccount

    /// An account.
    GET "/api/v1/accounts/{id}", "accounts/#get", public, since "0.0.0"
    Get(id: AccountId) => Account

    /// The account with an address, `name` or `name@host`, if the server knows it. It does not ask other servers.
    GET "/api/v1/accounts/lookup", "accounts/#lookup", optional "read:accounts", since "3.4.0"
    Lookup[acct: String] => Account

    /// What an account has posted, the newest first.
    GET "/api/v1/accounts/{id}/statuses", "accounts/#statuses", optional "read:statuses", since "0.0.0"
    Statuses(id: AccountId) => Page<Status> {
        /// Only what is older than this.
        max_id: StatusId,
        /// Only what is newer than this, the newest first.
        since_id: StatusId,
        /// Only what is newer than this, what follows it first.
        min_id: StatusId,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
        /// Only those with media.
        only_media: bool,
        /// No replies.
        exclude_replies: bool,
        /// No reblogs.
        exclude_reblogs: bool,
        /// Only those pinned to the profile.
        pinned: bool,
        /// Only those with this hashtag.
        tagged: String,
    }

    /// Follow an account, or change how it is followed.
    POST "/api/v1/accounts/{id}/follow", "accounts/#follow", user "write:follows", since "0.0.0"
    Follow(id: AccountId) => Relationship {
        /// Whether its reblogs appear in the home timeline. They do if nothing is said.
        reblogs: bool,
        /// Whether to be notified when it posts.
        notify: bool,
        /// Only posts in these languages (ISO 639).
        languages: Vec<String>,
    }

    /// No longer follow an account.
    POST "/api/v1/accounts/{id}/unfollow", "accounts/#unfollow", user "write:follows", since "0.0.0"
    Unfollow(id: AccountId) => Relationship
}
