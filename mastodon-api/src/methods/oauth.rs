//! Tokens. [`oauth`](crate::oauth) makes these calls for you and checks their answers.
//!
//! There is no call with a user's password: Mastodon 4.4 took that away, and a password is not for a program to see.

use crate::endpoint::{Empty, endpoints};
use crate::entities::{self, OidcUserInfo};
use crate::oauth::{AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, RefreshToken};

endpoints! {
    /// Where the addresses of OAuth are. Before Mastodon 4.3 there is no such answer, and they have fixed places.
    GET "/.well-known/oauth-authorization-server", "oauth/#authorization-server-metadata", public, since "4.3.0"
    AuthorizationServerMetadata => entities::AuthorizationServerMetadata

    /// Get a token, for a code that a user was given or for the program itself.
    POST form "/oauth/token", "oauth/#token", public, since "0.1.0"
    Token[grant_type: String, client_id: String, client_secret: ClientSecret] => entities::Token {
        /// The code that the user was given, for the grant type `authorization_code`.
        code: AuthorizationCode,
        /// The same as when the user was sent to log in.
        redirect_uri: String,
        /// What the challenge was made of when the user was sent to log in (PKCE). Mastodon since 4.3.
        code_verifier: CodeVerifier,
        /// What the token is for, for the grant type `client_credentials`: scopes with a space between them.
        scope: String,
        /// For the grant type `refresh_token`, where a server gives such tokens. Mastodon does not.
        refresh_token: RefreshToken,
    }

    /// Make a token worthless.
    POST form "/oauth/revoke", "oauth/#revoke", public, since "0.1.0"
    Revoke[client_id: String, client_secret: ClientSecret, token: AccessToken] => Empty

    /// Who has logged in.
    GET "/oauth/userinfo", "oauth/#userinfo", user "profile", since "4.4.0"
    UserInfo => OidcUserInfo

    /// Who has logged in, asked for with the other verb that OpenID Connect has.
    POST "/oauth/userinfo", "oauth/#userinfo", user "profile", since "4.4.0"
    UserInfoPost => OidcUserInfo
}
