//! Log in: register the program, send the user to the server, come back with a code, exchange it for a token.
//!
//! [`Authorization`] keeps what must be kept between the way there and the way back (RFC 6749, RFC 7636), and
//! checks it. It is used up by the way back, so no code can be exchanged twice.
//!
//! ```
//! use mastodon_api::oauth::{Authorization, OUT_OF_BAND};
//!
//! # fn example(app: &mastodon_api::entities::CredentialApplication) -> Result<(), Box<dyn std::error::Error>> {
//! // `app` is the answer to `methods::apps::Create`.
//! let base = "https://mastodon.example".parse()?;
//! let authorization = Authorization::new(app, OUT_OF_BAND, "read write")?;
//! println!("Open {} and copy the code.", authorization.url(&base));
//! let code = "what the user pasted";
//! let call = authorization.with_code(code); // to send: its answer has the token
//! # Ok(())
//! # }
//! ```
//!
//! [Mastodon documentation](https://docs.joinmastodon.org/methods/oauth/)

use std::fmt;

use crate::endpoint::IntoParameter;
use crate::entities::CredentialApplication;
use crate::methods;
use crate::wire::wire_text;

pub use authorization::{Authorization, NoRandomness, RedirectError};
pub use scope::{BearerToken, MissingScope, Scope, Scopes};

mod authorization;
mod scope;

/// The address to have the user sent back to where there is none: the server shows the code, the user copies it.
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// The call for a token of the program itself, which acts for no user.
pub fn client_credentials(app: &CredentialApplication, scopes: &str) -> methods::oauth::Token {
    token(app, "client_credentials").scope(scopes)
}

/// The call that makes a token worthless.
pub fn revoke(app: &CredentialApplication, token: &AccessToken) -> methods::oauth::Revoke {
    methods::oauth::Revoke::new(&app.client_id, app.client_secret.clone(), token.clone())
}

fn token(app: &CredentialApplication, grant_type: &str) -> methods::oauth::Token {
    methods::oauth::Token::new(grant_type, &app.client_id, app.client_secret.clone())
}

macro_rules! secrets {
    ($( $(#[$meta:meta])* $name:ident, $expected:literal; )+) => { $(
        $(#[$meta])*
        ///
        /// `Debug` shows none of it. To write it down, ask for it with [`expose`](Self::expose).
        #[derive(Clone, Default, Eq, PartialEq)]
        pub struct $name(Box<str>);

        impl $name {
            /// The secret itself. Keep it out of logs and error messages.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// Whether there is none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            // For the macro that reads and writes texts.
            fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl IntoParameter<$name> for &str {
            fn into_parameter(self) -> $name {
                self.into()
            }
        }

        impl IntoParameter<$name> for String {
            fn into_parameter(self) -> $name {
                self.into()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        wire_text!($name, $expected);
    )+ };
}

secrets! {
    /// What lets a program act for an account, or for itself.
    AccessToken, "an access token";
    /// What an application proves itself with when it asks for a token.
    ClientSecret, "a client secret";
    /// What the server gives a user who agreed, to be exchanged for a token once.
    AuthorizationCode, "an authorization code";
    /// What proves that the one who exchanges a code is the one who sent the user (PKCE, RFC 7636).
    CodeVerifier, "a code verifier";
    /// What a user proves to be the account's owner with.
    Password, "a password";
}
