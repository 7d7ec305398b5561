//! Tokens. [`oauth::Authorization`](crate::oauth::Authorization) makes these calls for you.

use crate::endpoint::{Empty, endpoints};
use crate::entities;
use crate::oauth::{AccessToken, AuthorizationCode, ClientSecret, CodeVerifier};

endpoints! {
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
    }

    /// Make a token worthless.
    POST form "/oauth/revoke", "oauth/#revoke", public, since "0.1.0"
    Revoke[client_id: String, client_secret: ClientSecret, token: AccessToken] => Empty
}
