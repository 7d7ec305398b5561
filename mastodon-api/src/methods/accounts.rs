//! Accounts.

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use crate::Page;
use crate::endpoint::{Empty, IntoParameter, Upload, endpoints};
use crate::entities::{
    self, Account, CredentialAccount, FeaturedTag, IdentityProof, List, QuotePolicy, Relationship,
    Status, Token, Visibility,
};
use crate::ids::{AccountId, StatusId};
use crate::oauth::Password;

endpoints! {
    /// Register an account. The token is that of the program; the one that comes back is the account's, and works
    /// once the e-mail address is confirmed.
    ///
    /// What the server does not like stands in the details of the refusal, by the name of the parameter.
    POST "/api/v1/accounts", "accounts/#create", app "write:accounts", since "2.7.0"
    Create[username: String, email: String, password: Password, agreement: bool, locale: String] => Token {
        /// Why the person wants to join, for servers where moderators decide.
        reason: String,
        /// The day of birth, for servers with a minimum age. Mastodon since 4.4.
        date_of_birth: NaiveDate,
        /// The time zone as the IANA names it: `Europe/Lisbon`. Not in the documentation.
        time_zone: String,
        /// The code of an invitation. Not in the documentation.
        invite_code: String,
    }

    /// The account whose token it is.
    GET "/api/v1/accounts/verify_credentials", "accounts/#verify_credentials",
        user "profile" | "read:accounts", since "0.0.0"
    VerifyCredentials => CredentialAccount

    /// Change the profile, and the defaults for new posts.
    PATCH multipart "/api/v1/accounts/update_credentials", "accounts/#update_credentials",
        user "write:accounts", since "1.1.1"
    UpdateCredentials => CredentialAccount {
        /// The name to show.
        display_name: String,
        /// The profile as plain text.
        note: String,
        /// The avatar.
        avatar: Upload as file "avatar",
        /// What the avatar shows, in words. Mastodon since 4.6.
        avatar_description: String,
        /// The banner.
        header: Upload as file "header",
        /// What the banner shows, in words. Mastodon since 4.6.
        header_description: String,
        /// Whether follow requests are approved by hand.
        locked: bool,
        /// Whether a program acts for it.
        bot: bool,
        /// Whether it wants to be found in directories and recommendations.
        discoverable: bool,
        /// Whether to hide whom it follows and who follows it.
        hide_collections: bool,
        /// Whether its public posts may be found by search.
        indexable: bool,
        /// Websites that may name this account as their author, in place of those before. Mastodon takes 10.
        attribution_domains: Vec<String>,
        /// The table on the profile, in place of the one before.
        fields_attributes: FieldsAttributes,
        /// The visibility of new posts.
        privacy: Visibility as key "source[privacy]",
        /// Whether media of new posts are marked as sensitive.
        sensitive: bool as key "source[sensitive]",
        /// The language of new posts (ISO 639).
        language: String as key "source[language]",
        /// Who may quote new posts. Mastodon since 4.5.
        quote_policy: QuotePolicy as key "source[quote_policy]",
    }

    /// An account.
    GET "/api/v1/accounts/{id}", "accounts/#get", optional "read:accounts", since "0.0.0"
    Get(id: AccountId) => Account

    /// Accounts by their ids. Those that the server does not know are left out.
    GET "/api/v1/accounts", "accounts/#index", optional "read:accounts", since "4.3.0"
    Index[id: Vec<AccountId>] => Page<Account>

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

    /// Who follows an account, as far as the server knows; nobody if the account hides it.
    GET "/api/v1/accounts/{id}/followers", "accounts/#followers", optional "read:accounts", since "0.0.0"
    Followers(id: AccountId) => Page<Account> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// Only what stands right before this place of the list ([`Page::prev`]).
        min_id: String,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
    }

    /// Whom an account follows, as far as the server knows; nobody if the account hides it.
    GET "/api/v1/accounts/{id}/following", "accounts/#following", optional "read:accounts", since "0.0.0"
    Following(id: AccountId) => Page<Account> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// Only what stands right before this place of the list ([`Page::prev`]).
        min_id: String,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
    }

    /// The hashtags that an account features on its profile.
    GET "/api/v1/accounts/{id}/featured_tags", "accounts/#featured_tags", public, since "3.3.0"
    FeaturedTags(id: AccountId) => Page<FeaturedTag>

    /// Your lists that an account is in.
    GET "/api/v1/accounts/{id}/lists", "accounts/#lists", user "read:lists", since "2.1.0"
    Lists(id: AccountId) => Page<List>

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

    /// Make an account no longer follow you.
    POST "/api/v1/accounts/{id}/remove_from_followers", "accounts/#remove_from_followers",
        user "write:follows", since "3.5.0"
    RemoveFromFollowers(id: AccountId) => Relationship

    /// Block an account: neither sees the other, and both no longer follow each other.
    POST "/api/v1/accounts/{id}/block", "accounts/#block", user "write:blocks", since "0.0.0"
    Block(id: AccountId) => Relationship

    /// No longer block an account.
    POST "/api/v1/accounts/{id}/unblock", "accounts/#unblock", user "write:blocks", since "0.0.0"
    Unblock(id: AccountId) => Relationship

    /// Hide the posts of an account, without its noticing.
    POST "/api/v1/accounts/{id}/mute", "accounts/#mute", user "write:mutes", since "0.0.0"
    Mute(id: AccountId) => Relationship {
        /// Whether to hide its notifications too. They are hidden if nothing is said.
        notifications: bool,
        /// For how many seconds; 0, or nothing, for ever.
        duration: u64,
    }

    /// No longer mute an account.
    POST "/api/v1/accounts/{id}/unmute", "accounts/#unmute", user "write:mutes", since "0.0.0"
    Unmute(id: AccountId) => Relationship

    /// Feature an account on your profile.
    #[deprecated = "use `Endorse`, which has been there since Mastodon 4.4"]
    POST "/api/v1/accounts/{id}/pin", "accounts/#pin", user "write:accounts", since "2.5.0"
    Pin(id: AccountId) => Relationship

    /// No longer feature an account on your profile.
    #[deprecated = "use `Unendorse`, which has been there since Mastodon 4.4"]
    POST "/api/v1/accounts/{id}/unpin", "accounts/#unpin", user "write:accounts", since "2.5.0"
    Unpin(id: AccountId) => Relationship

    /// The accounts that an account features on its profile.
    GET "/api/v1/accounts/{id}/endorsements", "accounts/#endorsements", optional "read:accounts", since "4.4.0"
    Endorsements(id: AccountId) => Page<Account> {
        /// Only what stands after this place of the list, as the answer before says ([`Page::next`]).
        max_id: String,
        /// Only what stands before this place of the list.
        since_id: String,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
    }

    /// Feature an account on your profile. You must follow it.
    POST "/api/v1/accounts/{id}/endorse", "accounts/#endorse", user "write:accounts", since "4.4.0"
    Endorse(id: AccountId) => Relationship

    /// No longer feature an account on your profile.
    POST "/api/v1/accounts/{id}/unendorse", "accounts/#unendorse", user "write:accounts", since "4.4.0"
    Unendorse(id: AccountId) => Relationship

    /// Write a private note about an account, in place of the one before.
    POST "/api/v1/accounts/{id}/note", "accounts/#note", user "write:accounts", since "3.2.0"
    Note(id: AccountId) => Relationship {
        /// The note. Nothing, or an empty text, removes it.
        comment: String,
    }

    /// How you and other accounts stand to each other.
    GET "/api/v1/accounts/relationships", "accounts/#relationships", user "read:follows", since "0.0.0"
    Relationships[id: Vec<AccountId>] => Page<Relationship> {
        /// Also with suspended accounts.
        with_suspended: bool,
    }

    /// Who among those whom you follow also follows each of these accounts.
    GET "/api/v1/accounts/familiar_followers", "accounts/#familiar_followers", user "read:follows", since "3.5.0"
    FamiliarFollowers[id: Vec<AccountId>] => Page<entities::FamiliarFollowers>

    /// Accounts whose name or address fits.
    GET offset "/api/v1/accounts/search", "accounts/#search", user "read:accounts", since "0.0.0"
    Search[q: String] => Page<Account> {
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
        /// How many to skip.
        offset: u64,
        /// Whether to ask the other server when `q` is an address that this one does not know.
        resolve: bool,
        /// Only accounts that you follow.
        following: bool,
    }

    /// The account with an address, `name` or `name@host`, if the server knows it. It does not ask other servers.
    GET "/api/v1/accounts/lookup", "accounts/#lookup", optional "read:accounts", since "3.4.0"
    Lookup[acct: String] => Account

    /// Accounts elsewhere that an account has proved to be its own. Since Mastodon 3.5 there are none.
    #[deprecated = "the list is empty since Mastodon 3.5; see `Field::verified_at`"]
    GET "/api/v1/accounts/{id}/identity_proofs", "accounts/#identity_proofs", user, since "2.8.0"
    IdentityProofs(id: AccountId) => Page<IdentityProof>

    /// Subscribe an e-mail address to what an account posts, if
    /// [it offers that](crate::entities::Account::email_subscriptions). Not in the documentation.
    POST "/api/v1/accounts/{account_id}/email_subscriptions", "accounts/", public, since "4.6.0"
    SubscribeByEmail(account_id: AccountId)[email: String] => Empty
}

/// The table on a profile, as it is to be: rows of a name and a value, both plain text.
///
/// Mastodon takes 4 rows, names and values of 255 characters each. No row at all empties the table.
///
/// ```
/// use mastodon_api::methods::accounts::UpdateCredentials;
///
/// let call = UpdateCredentials::new().fields_attributes([("Home", "https://ann.example"), ("Pronouns", "she")]);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FieldsAttributes(Vec<FieldAttributes>);

#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
struct FieldAttributes {
    name: String,
    value: String,
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for FieldsAttributes {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(rows: I) -> Self {
        let row = |(name, value): (N, V)| FieldAttributes {
            name: name.into(),
            value: value.into(),
        };
        Self(rows.into_iter().map(row).collect())
    }
}

impl<N: Into<String>, V: Into<String>, const ROWS: usize> IntoParameter<FieldsAttributes>
    for [(N, V); ROWS]
{
    fn into_parameter(self) -> FieldsAttributes {
        self.into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<String>> IntoParameter<FieldsAttributes> for Vec<(N, V)> {
    fn into_parameter(self) -> FieldsAttributes {
        self.into_iter().collect()
    }
}

impl Serialize for FieldsAttributes {
    /// By number, as the documentation has it: older versions of Mastodon read no list here.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // An empty object would not be seen in a form; a row without a name and a value is none.
        let empty = [FieldAttributes::default()];
        let rows = if self.0.is_empty() {
            &empty[..]
        } else {
            &self.0
        };
        serializer.collect_map(rows.iter().enumerate())
    }
}
