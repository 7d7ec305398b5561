//! Accounts that one might like to follow.

use crate::entities::Account;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// An account that you might like to follow. Mastodon since 3.4.
    Suggestion, "Suggestion/" (
        /// The account.
        account: Account,
    ) {
        /// Why it is suggested, in the words of old versions.
        source: SuggestionSource,
        /// Why it is suggested. Mastodon since 4.3.
        sources: Vec<SuggestionReason>,
    }
}

string_enum! {
    /// Why an account is suggested, in the words of old versions.
    SuggestionSource {
        /// The server's staff chose it.
        Staff = "staff",
        /// You have interacted with it.
        PastInteractions = "past_interactions",
        /// Many on this server follow it or interact with it.
        Global = "global",
    }
}

string_enum! {
    /// Why an account is suggested. Mastodon since 4.3.
    SuggestionReason {
        /// The server's staff chose it.
        Featured = "featured",
        /// Many on this server follow it.
        MostFollowed = "most_followed",
        /// Many on this server interact with it.
        MostInteractions = "most_interactions",
        /// It is like those whom you have followed lately.
        SimilarToRecentlyFollowed = "similar_to_recently_followed",
        /// Those whom you follow follow it.
        FriendsOfFriends = "friends_of_friends",
    }
}
