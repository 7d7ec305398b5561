//! Access tokens.

use crate::oauth::AccessToken;
use crate::wire::entity;

entity! {
    /// The answer to a login.
    Token, "Token/" (
        /// The secret that every request carries.
        access_token: AccessToken,
    ) {
        /// `Bearer`.
        token_type: String,
        /// What it allows: scopes with a space between them. It may be less than what was asked for.
        scope: String,
        /// When it was made: seconds since 1970.
        created_at: Option<u64>,
        /// In how many seconds it ends. Mastodon's tokens do not; other servers' may.
        expires_in: Option<u64>,
    }
}

impl Token {
    /// What the token allows, one scope at a time.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split_whitespace()
    }
}
