//! What to keep of a login.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    AccessToken, AuthorizationServer, BearerToken, RefreshToken, RegisteredClient,
    RevocationRequest, Scopes, TokenRequest,
};
use crate::entities::Token;

#[cfg(feature = "client")]
pub(super) mod file;

/// What to keep of a login: which server, which account, and the secrets.
///
/// It reads and writes JSON; with the feature `client` it is saved in a file that nobody else reads and loaded from
/// there: `save` and `load`. `Debug` shows no secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Credentials {
    /// The address of the server, `https://mastodon.example`. The token is for it alone.
    pub server: String,
    /// The name of the account, without the server; unknown when the token does not allow to ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What the token allows, spaces between; empty if that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scopes: String,
    /// The token.
    pub access_token: AccessToken,
    /// When the token ends. Those of Mastodon do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// What a new token can be had for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshToken>,
    /// The program as the server knows it; to log out, or to log in again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<RegisteredClient>,
}

impl Credentials {
    /// Those of a token that was made on the server's own pages, where nothing else is known.
    #[must_use]
    pub fn new(server: &Url, access_token: impl Into<AccessToken>) -> Self {
        Self {
            server: server.as_str().trim_end_matches('/').to_owned(),
            account: None,
            scopes: String::new(),
            access_token: access_token.into(),
            expires_at: None,
            refresh_token: None,
            client: None,
        }
    }

    /// Those of a login: `token` is what the server answered `now`.
    #[must_use]
    pub fn from_login(
        server: &Url,
        client: impl Into<RegisteredClient>,
        token: &Token,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            client: Some(client.into()),
            ..Self::new(server, token.access_token.clone()).renewed(token, now)
        }
    }

    /// The same with the new token that the server answered `now`, to a call for one.
    #[must_use]
    pub fn renewed(mut self, token: &Token, now: DateTime<Utc>) -> Self {
        self.access_token = token.access_token.clone();
        self.expires_at = token
            .expires_in
            .and_then(|seconds| i64::try_from(seconds).ok())
            .and_then(TimeDelta::try_seconds)
            .and_then(|time| now.checked_add_signed(time));
        if !token.scope.is_empty() {
            self.scopes.clone_from(&token.scope);
        }
        // Who gives no new one means that the old one is still good (RFC 6749, section 6).
        if token.refresh_token.is_some() {
            self.refresh_token.clone_from(&token.refresh_token);
        }
        self
    }

    /// Whether the token has ended.
    #[must_use]
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|ends| ends <= now)
    }

    /// What was asked for and is not allowed; nothing if it is not known what is.
    #[must_use]
    pub fn missing_scopes(&self, asked: impl Into<Scopes>) -> Scopes {
        Scopes::from(&*self.scopes).missing(asked)
    }

    /// The call for a new token; `None` when there is nothing to have it for: then log in again.
    #[must_use]
    pub fn refresh(&self, server: &AuthorizationServer) -> Option<TokenRequest> {
        Some(server.refresh(self.client.as_ref()?, self.refresh_token.as_ref()?))
    }

    /// The call that makes the token worthless; `None` when it is not known which program the token is for.
    #[must_use]
    pub fn revoke(&self, server: &AuthorizationServer) -> Option<RevocationRequest> {
        Some(server.revoke(self.client.as_ref()?, &self.access_token))
    }
}

impl From<&Credentials> for BearerToken {
    fn from(credentials: &Credentials) -> Self {
        let token = Self::from(&credentials.access_token);
        match credentials.scopes.is_empty() {
            true => token,
            false => token.with_scopes(&*credentials.scopes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(json: &str) -> Token {
        serde_json::from_str(json).unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    fn some() -> Credentials {
        let client = RegisteredClient {
            client_id: "client".to_owned(),
            client_secret: Some("planted-secret".into()),
        };
        let token = token(
            r#"{"access_token":"planted-token","scope":"read","expires_in":60,"refresh_token":"planted-refresh"}"#,
        );
        let server = "https://mastodon.example".parse().unwrap();
        Credentials::from_login(&server, client, &token, now())
    }

    #[test]
    fn what_is_written_is_read_and_what_is_not_there_is_none() {
        let text = serde_json::to_string(&some()).unwrap();
        let read: Credentials = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(read.server, "https://mastodon.example");
        let least = r#"{"server":"https://a.example","access_token":"t"}"#;
        let read: Credentials = serde_json::from_str(least).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), least);
        for odd in [
            r#"{"server":"https://a.example"}"#,
            r#"{"access_token":"t"}"#,
        ] {
            assert!(serde_json::from_str::<Credentials>(odd).is_err());
        }
    }

    #[test]
    fn a_token_that_ends_is_renewed() {
        let old = some();
        assert!(!old.is_expired(now()));
        assert!(old.is_expired(now() + TimeDelta::seconds(60)));
        let new = old.renewed(&token(r#"{"access_token":"new"}"#), now());
        assert_eq!(new.access_token.expose(), "new");
        assert_eq!(
            new.refresh_token.as_ref().unwrap().expose(),
            "planted-refresh"
        );
        assert_eq!((new.expires_at, &*new.scopes), (None, "read"));
        let endless = token(r#"{"access_token":"t","expires_in":18446744073709551615}"#);
        assert_eq!(new.renewed(&endless, now()).expires_at, None);
    }

    #[test]
    fn less_than_asked_for_is_told() {
        let missing = some().missing_scopes("read:lists write:statuses");
        assert_eq!(missing.to_string(), "write:statuses");
        let unknown = Credentials::new(&"https://a.example".parse().unwrap(), "t");
        assert!(unknown.missing_scopes("write").is_empty());
    }

    #[test]
    fn no_secret_is_shown() {
        let server = AuthorizationServer::new(&"https://mastodon.example".parse().unwrap());
        let shown = format!("{:?} {:?}", some(), some().refresh(&server));
        let shown = format!("{shown} {:#?}", some().revoke(&server));
        assert!(!shown.contains("planted"), "{shown}");
    }
}
