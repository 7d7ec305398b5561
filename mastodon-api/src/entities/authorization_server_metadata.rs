//! What a server says about how to log in.

use crate::wire::entity;

entity! {
    /// Where the addresses of OAuth are, and what they know (RFC 8414), as the server says it.
    ///
    /// [`oauth::AuthorizationServer`](crate::oauth::AuthorizationServer) is the same, checked: an address of another
    /// server must not see a secret.
    AuthorizationServerMetadata, "OAuthServerConfiguration/" () {
        /// The server itself.
        issuer: String,
        /// Where its documentation is.
        service_documentation: Option<String>,
        /// Where users are sent to agree.
        authorization_endpoint: String,
        /// Where tokens are asked for.
        token_endpoint: String,
        /// Where applications are registered.
        app_registration_endpoint: Option<String>,
        /// Where tokens are made worthless.
        revocation_endpoint: Option<String>,
        /// Where one reads who has logged in. Mastodon since 4.4.
        userinfo_endpoint: Option<String>,
        /// The scopes that there are.
        scopes_supported: Vec<String>,
        /// What an authorization can be answered with: `code`.
        response_types_supported: Vec<String>,
        /// How the answer comes back: `query`, `fragment`, `form_post`.
        response_modes_supported: Vec<String>,
        /// How a challenge is made of a verifier (PKCE): `S256`.
        code_challenge_methods_supported: Vec<String>,
        /// What can be exchanged for a token: `authorization_code`, `client_credentials`.
        grant_types_supported: Vec<String>,
        /// How an application shows its secret: `client_secret_post`.
        token_endpoint_auth_methods_supported: Vec<String>,
        /// Whether a user comes back with the parameter `iss` (RFC 9207).
        authorization_response_iss_parameter_supported: bool,
    }
}
