//! What a token allows.

use std::fmt;

use crate::endpoint::{Access, IntoParameter, TokenKind};
use crate::entities::Token;
use crate::oauth::AccessToken;
use crate::string_enum::string_enum;

string_enum! {
    /// One thing that a token allows.
    ///
    /// A scope contains those below it: [`Write`](Self::Write) is enough where
    /// [`WriteStatuses`](Self::WriteStatuses) is wanted. Those with a second part came with Mastodon 2.4.3 or later.
    ///
    /// [Mastodon documentation](https://docs.joinmastodon.org/api/oauth-scopes/)
    Scope {
        /// To see the account whose token it is, and nothing else. Mastodon since 4.3.
        Profile = "profile",
        /// To receive push messages.
        Push = "push",
        /// To read everything but what moderators see.
        Read = "read",
        /// To read accounts.
        ReadAccounts = "read:accounts",
        /// To read who is blocked.
        ReadBlocks = "read:blocks",
        /// To read bookmarks.
        ReadBookmarks = "read:bookmarks",
        /// To read collections of accounts. Mastodon since 4.6.
        ReadCollections = "read:collections",
        /// To read favourites.
        ReadFavourites = "read:favourites",
        /// To read filters.
        ReadFilters = "read:filters",
        /// To read who follows whom.
        ReadFollows = "read:follows",
        /// To read lists and their timelines.
        ReadLists = "read:lists",
        /// To read who is muted.
        ReadMutes = "read:mutes",
        /// To read notifications.
        ReadNotifications = "read:notifications",
        /// To search.
        ReadSearch = "read:search",
        /// To read statuses and timelines.
        ReadStatuses = "read:statuses",
        /// To change everything but what moderators change.
        Write = "write",
        /// To change the account.
        WriteAccounts = "write:accounts",
        /// To block.
        WriteBlocks = "write:blocks",
        /// To bookmark.
        WriteBookmarks = "write:bookmarks",
        /// To change collections of accounts. Mastodon since 4.6.
        WriteCollections = "write:collections",
        /// To mute and delete conversations.
        WriteConversations = "write:conversations",
        /// To favourite.
        WriteFavourites = "write:favourites",
        /// To change filters.
        WriteFilters = "write:filters",
        /// To follow.
        WriteFollows = "write:follows",
        /// To change lists.
        WriteLists = "write:lists",
        /// To upload media.
        WriteMedia = "write:media",
        /// To mute.
        WriteMutes = "write:mutes",
        /// To remove notifications.
        WriteNotifications = "write:notifications",
        /// To report to the moderators.
        WriteReports = "write:reports",
        /// To publish, change and delete statuses.
        WriteStatuses = "write:statuses",
        /// To read and change follows, blocks and mutes. Mastodon 3.5 deprecated it: use those with two parts.
        Follow = "follow",
        /// To read all that moderators see.
        AdminRead = "admin:read",
        /// To read what moderators see of accounts.
        AdminReadAccounts = "admin:read:accounts",
        /// To read which canonical e-mail addresses are blocked.
        AdminReadCanonicalEmailBlocks = "admin:read:canonical_email_blocks",
        /// To read which domains are allowed.
        AdminReadDomainAllows = "admin:read:domain_allows",
        /// To read which domains are blocked.
        AdminReadDomainBlocks = "admin:read:domain_blocks",
        /// To read which e-mail domains are blocked.
        AdminReadEmailDomainBlocks = "admin:read:email_domain_blocks",
        /// To read which IP addresses are blocked.
        AdminReadIpBlocks = "admin:read:ip_blocks",
        /// To read reports.
        AdminReadReports = "admin:read:reports",
        /// To change all that moderators change.
        AdminWrite = "admin:write",
        /// To act on accounts as a moderator.
        AdminWriteAccounts = "admin:write:accounts",
        /// To block canonical e-mail addresses.
        AdminWriteCanonicalEmailBlocks = "admin:write:canonical_email_blocks",
        /// To allow domains.
        AdminWriteDomainAllows = "admin:write:domain_allows",
        /// To block domains.
        AdminWriteDomainBlocks = "admin:write:domain_blocks",
        /// To block e-mail domains.
        AdminWriteEmailDomainBlocks = "admin:write:email_domain_blocks",
        /// To block IP addresses.
        AdminWriteIpBlocks = "admin:write:ip_blocks",
        /// To act on reports.
        AdminWriteReports = "admin:write:reports",
    }
}

impl Scope {
    /// Whether it is enough where `other` is wanted.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        contains(self.as_str(), other.as_str())
    }
}

impl IntoParameter<String> for Scope {
    fn into_parameter(self) -> String {
        self.as_str().to_owned()
    }
}

/// What a token allows.
///
/// ```
/// use mastodon_api::oauth::{Scope, Scopes};
///
/// let scopes = Scopes::from("read write:statuses");
/// assert!(scopes.contain(&Scope::ReadLists));
/// assert!(!scopes.contain(&Scope::Write));
/// assert_eq!(Scopes::from([Scope::Read, Scope::WriteStatuses]), scopes);
/// assert_eq!(scopes.to_string(), "read write:statuses");
/// ```
///
/// The setters for `scopes` and `scope` of [`methods::apps`](crate::methods::apps) and
/// [`methods::oauth`](crate::methods::oauth) take it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Whether a token with these scopes may do what `scope` stands for, by itself or by one that contains it.
    #[must_use]
    pub fn contain(&self, scope: &Scope) -> bool {
        self.0.iter().any(|held| held.contains(scope))
    }

    /// The scopes, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of `asked` that are not among these. Nothing when these are none: then they are not known.
    #[must_use]
    pub fn missing(&self, asked: impl Into<Self>) -> Self {
        let asked = asked.into();
        let is_missing = |scope: &&Scope| !self.is_empty() && !self.contain(scope);
        asked.iter().filter(is_missing).cloned().collect()
    }

    /// Whether a token with these scopes may make a call that wants `access`.
    ///
    /// # Errors
    ///
    /// When it wants a scope that is not among them.
    pub fn check(&self, access: &Access) -> Result<(), MissingScope> {
        let is_wanted = access.token != TokenKind::None && !access.scopes.is_empty();
        let is_there = |wanted: &&str| self.0.iter().any(|held| contains(held.as_str(), wanted));
        if !is_wanted || access.scopes.iter().any(is_there) {
            return Ok(());
        }
        Err(MissingScope {
            wanted: access.scopes,
            held: self.clone(),
        })
    }
}

impl From<&str> for Scopes {
    /// From scopes with a space between them.
    fn from(text: &str) -> Self {
        text.split_whitespace().map(Scope::from).collect()
    }
}

impl From<String> for Scopes {
    fn from(text: String) -> Self {
        Self::from(&*text)
    }
}

impl<const N: usize> From<[Scope; N]> for Scopes {
    fn from(scopes: [Scope; N]) -> Self {
        Self(scopes.into())
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{scope}")?;
        }
        Ok(())
    }
}

impl IntoParameter<String> for Scopes {
    fn into_parameter(self) -> String {
        self.to_string()
    }
}

impl IntoParameter<String> for &Scopes {
    fn into_parameter(self) -> String {
        self.to_string()
    }
}

/// A call wants a scope that the token does not have.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the token allows `{held}` and this call wants {}: log in with that scope",
    ored(wanted)
)]
#[non_exhaustive]
pub struct MissingScope {
    /// The scopes of which one is wanted.
    pub wanted: &'static [&'static str],
    /// The scopes that the token has.
    pub held: Scopes,
}

fn ored(wanted: &[&str]) -> String {
    let wanted: Vec<_> = wanted.iter().map(|scope| format!("`{scope}`")).collect();
    wanted.join(" or ")
}

/// An access token, and what it allows as far as that is known.
///
/// An [`AccessToken`] or its text says nothing about its scopes; the answer to a login
/// ([`Token`]) does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BearerToken {
    /// The secret.
    pub access_token: AccessToken,
    /// What it allows. `None` if that is not known.
    pub scopes: Option<Scopes>,
}

impl BearerToken {
    /// The same token, of which it is known what it allows.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = Some(scopes.into());
        self
    }
}

impl From<AccessToken> for BearerToken {
    fn from(access_token: AccessToken) -> Self {
        Self {
            access_token,
            scopes: None,
        }
    }
}

impl From<&AccessToken> for BearerToken {
    fn from(access_token: &AccessToken) -> Self {
        access_token.clone().into()
    }
}

impl From<&str> for BearerToken {
    fn from(text: &str) -> Self {
        AccessToken::from(text).into()
    }
}

impl From<String> for BearerToken {
    fn from(text: String) -> Self {
        AccessToken::from(text).into()
    }
}

impl From<&Token> for BearerToken {
    fn from(token: &Token) -> Self {
        let scopes = Scopes::from(&*token.scope);
        Self {
            access_token: token.access_token.clone(),
            // A server that says nothing may allow anything.
            scopes: (!scopes.is_empty()).then_some(scopes),
        }
    }
}

impl From<Token> for BearerToken {
    fn from(token: Token) -> Self {
        Self::from(&token)
    }
}

/// Whether the scope `held` is enough where `wanted` is.
fn contains(held: &str, wanted: &str) -> bool {
    let is_below = || {
        wanted
            .strip_prefix(held)
            .is_some_and(|rest| rest.starts_with(':'))
    };
    held == wanted || is_below() || (held == "follow" && FOLLOW.contains(&wanted))
}

/// What the deprecated scope `follow` contains.
const FOLLOW: [&str; 6] = [
    "read:blocks",
    "read:follows",
    "read:mutes",
    "write:blocks",
    "write:follows",
    "write:mutes",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_contains_those_below_it() {
        for (held, wanted, is_enough) in [
            ("read", "read:accounts", true),
            ("read:accounts", "read", false),
            ("write", "write:statuses", true),
            ("read", "write:statuses", false),
            ("read", "readers", false),
            ("admin:read", "admin:read:reports", true),
            ("read", "admin:read:reports", false),
            ("follow", "write:mutes", true),
            ("follow", "read:accounts", false),
            ("profile", "read:accounts", false),
            ("push", "push", true),
            ("", "read", false),
        ] {
            let scopes = Scopes::from(held);
            assert_eq!(scopes.contain(&wanted.into()), is_enough, "{held} {wanted}");
        }
    }

    #[test]
    fn a_call_wants_one_of_its_scopes() {
        let access = Access::user(&["profile", "read:accounts"]);
        assert_eq!(Scopes::from("profile").check(&access), Ok(()));
        assert_eq!(Scopes::from("push read").check(&access), Ok(()));
        let missing = Scopes::from("write").check(&access).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "the token allows `write` and this call wants `profile` or `read:accounts`: log in with that scope"
        );
        let any = Scopes::from("whatever");
        assert_eq!(any.check(&Access::user(&[])), Ok(()));
        assert_eq!(any.check(&Access::public()), Ok(()));
        assert!(any.check(&Access::optional(&["read"])).is_err());
    }

    #[test]
    fn the_answer_to_a_login_says_what_it_allows() {
        let token = |scope| {
            let token = format!(r#"{{"access_token":"planted","scope":"{scope}"}}"#);
            BearerToken::from(serde_json::from_str::<Token>(&token).unwrap())
        };
        assert_eq!(
            token("read push").scopes,
            Some([Scope::Read, Scope::Push].into())
        );
        assert_eq!(token("").scopes, None);
        assert!(!format!("{:?}", token("read")).contains("planted"));
    }
}
