//! Where a server wants to be asked for logins.

use url::Url;

use super::{AccessToken, RefreshToken, RegisteredClient, RevocationRequest, TokenRequest};
use crate::entities::AuthorizationServerMetadata;
use crate::methods;

/// The addresses of OAuth of one server, all on that server (RFC 8414).
///
/// [`Client::authorization_server`](crate::Client::authorization_server) asks for them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthorizationServer {
    issuer: Url,
    authorization: Url,
    token: Url,
    revocation: Url,
    checks_pkce: bool,
    sends_issuer: bool,
}

impl AuthorizationServer {
    /// The server at `base` with the addresses that all Mastodon servers have had since their first day: for those
    /// that do not say where they are.
    #[must_use]
    pub fn new(base: &Url) -> Self {
        let at = |path: &str| {
            let mut url = base.clone();
            url.set_path(path);
            url.set_query(None);
            url.set_fragment(None);
            url
        };
        Self {
            issuer: at("/"),
            authorization: at("/oauth/authorize"),
            token: at("/oauth/token"),
            revocation: at("/oauth/revoke"),
            checks_pkce: false,
            sends_issuer: false,
        }
    }

    /// The server at `base` with the addresses that it says.
    ///
    /// # Errors
    ///
    /// When one of them is not on that very server, by the same scheme: whoever is there would be shown secrets that
    /// are none of their business (RFC 8414, section 6.2).
    pub fn from_metadata(
        base: &Url,
        metadata: &AuthorizationServerMetadata,
    ) -> Result<Self, MetadataError> {
        let known = Self::new(base);
        let at_home = |name: &'static str, text: &str| {
            let elsewhere = MetadataError { name };
            let url = Url::parse(text).map_err(|_| elsewhere)?;
            let is_plain =
                url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
            if !is_plain || url.origin() != known.issuer.origin() {
                return Err(elsewhere);
            }
            Ok(url)
        };
        // A secret is sent to a path: a query there would be another place for the server to lie in.
        let without_query = |name: &'static str, text: &str| {
            at_home(name, text).and_then(|url| match url.query() {
                None => Ok(url),
                Some(_) => Err(MetadataError { name }),
            })
        };
        let optional = |name, text: &Option<String>| {
            text.as_deref()
                .map(|text| without_query(name, text))
                .transpose()
        };
        if without_query("issuer", &metadata.issuer)? != known.issuer {
            return Err(MetadataError { name: "issuer" });
        }
        optional(
            "app_registration_endpoint",
            &metadata.app_registration_endpoint,
        )?;
        optional("userinfo_endpoint", &metadata.userinfo_endpoint)?;
        Ok(Self {
            authorization: at_home("authorization_endpoint", &metadata.authorization_endpoint)?,
            token: without_query("token_endpoint", &metadata.token_endpoint)?,
            revocation: optional("revocation_endpoint", &metadata.revocation_endpoint)?
                .unwrap_or(known.revocation),
            checks_pkce: metadata
                .code_challenge_methods_supported
                .iter()
                .any(|method| method == "S256"),
            sends_issuer: metadata.authorization_response_iss_parameter_supported,
            issuer: known.issuer,
        })
    }

    /// The server itself.
    #[must_use]
    pub fn issuer(&self) -> &Url {
        &self.issuer
    }

    /// Where users are sent to agree; [`Authorization::url`](super::Authorization::url) adds to what.
    #[must_use]
    pub fn authorization_endpoint(&self) -> &Url {
        &self.authorization
    }

    /// Whether it says that it checks the code verifier (PKCE). One is sent in any case: who does not know it
    /// ignores it (RFC 6749, section 3.1), as Mastodon before 4.3 does.
    #[must_use]
    pub fn checks_pkce(&self) -> bool {
        self.checks_pkce
    }

    /// Whether it says that a user comes back with the parameter `iss` (RFC 9207).
    #[must_use]
    pub fn sends_issuer(&self) -> bool {
        self.sends_issuer
    }

    /// The call for a token of the program itself, which acts for no user.
    pub fn client_credentials(
        &self,
        client: impl Into<RegisteredClient>,
        scopes: &str,
    ) -> TokenRequest {
        self.token_request("client_credentials", client.into(), |call| {
            call.scope(scopes)
        })
    }

    /// The call for a new token in the place of one that ends.
    pub fn refresh(
        &self,
        client: impl Into<RegisteredClient>,
        refresh_token: &RefreshToken,
    ) -> TokenRequest {
        let refresh_token = refresh_token.clone();
        self.token_request("refresh_token", client.into(), |call| {
            call.refresh_token(refresh_token)
        })
    }

    /// The call that makes a token worthless.
    pub fn revoke(
        &self,
        client: impl Into<RegisteredClient>,
        token: &AccessToken,
    ) -> RevocationRequest {
        RevocationRequest::new(self.revocation.path(), client.into(), token.clone())
    }

    pub(super) fn token_request(
        &self,
        grant_type: &str,
        client: RegisteredClient,
        fill: impl FnOnce(methods::oauth::Token) -> methods::oauth::Token,
    ) -> TokenRequest {
        TokenRequest::new(self.token.path(), grant_type, client, fill)
    }
}

/// What a server says about itself names another place than the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "`{name}` of what the server says about logging in is not an address of this server: nothing is sent there"
)]
#[non_exhaustive]
pub struct MetadataError {
    /// Which of its addresses.
    pub name: &'static str,
}
