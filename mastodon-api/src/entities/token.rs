//! Access tokens.

use crate::oauth::{AccessToken, RefreshToken, Scopes};
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
        /// What a new token can be had for when this one ends. Mastodon gives none; other servers may.
        refresh_token: Option<RefreshToken>,
    }
}

impl Token {
    /// What was asked for and is not allowed: the user or the server may grant less. Nothing when the server does
    /// not say what it granted, which means all of it (RFC 6749, section 5.1).
    pub fn missing_scopes(&self, asked: impl Into<Scopes>) -> Scopes {
        Scopes::from(&*self.scope).missing(asked)
    }

    /// What the token allows, one scope at a time.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split_whitespace()
    }
}
