//! Log in: register the program, send the user to the server, come back with a code, exchange it for a token.
//!
//! A program on a desktop does all of it with [`Client::log_in`](crate::Client::log_in). Step by step, and without
//! anything being sent: [`AuthorizationServer`] knows where the server wants to be asked, [`Authorization`] keeps what
//! must be kept between the way there and the way back (RFC 6749, RFC 7636) and checks it, [`TokenRequest`] is the
//! call for a token, and [`Credentials`] are what to keep afterwards.
//!
//! ```
//! use mastodon_api::oauth::{Authorization, AuthorizationServer, OUT_OF_BAND};
//!
//! # fn example(app: &mastodon_api::entities::CredentialApplication) -> Result<(), Box<dyn std::error::Error>> {
//! // `app` is the answer to `methods::apps::Create`; what the server says about itself may take the place of `new`.
//! let server = AuthorizationServer::new(&"https://mastodon.example".parse()?);
//! let authorization = Authorization::new(&server, app, OUT_OF_BAND, "read write", chrono::Utc::now())?;
//! println!("Open {} and copy the code.", authorization.url());
//! let code = "what the user pasted";
//! let call = authorization.with_code(code)?; // to send: its answer has the token
//! # Ok(())
//! # }
//! ```
//!
//! Logging in with a password is not offered. Mastodon took it away with 4.4, it goes around two-factor logins, and
//! what a program never sees it cannot lose.
//!
//! [Mastodon documentation](https://docs.joinmastodon.org/methods/oauth/)

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::endpoint::IntoParameter;
use crate::entities::CredentialApplication;
use crate::wire::wire_text;

#[cfg(feature = "client")]
pub use crate::client::login::{LogIn, LoginError, Register};
#[cfg(feature = "loopback")]
pub use crate::client::loopback::Loopback;
pub use authorization::{Authorization, NoRandomness, RedirectError};
pub use authorization_server::{AuthorizationServer, MetadataError};
pub use credentials::Credentials;
#[cfg(feature = "client")]
pub use credentials::file::CredentialsError;
pub use scope::{BearerToken, MissingScope, Scope, Scopes};
pub use token_request::{RevocationRequest, TokenError, TokenRequest};

mod authorization;
mod authorization_server;
mod credentials;
mod scope;
mod token_request;

/// The address to have the user sent back to where there is none: the server shows the code, the user copies it.
///
/// A server that does not know it refuses to register it, or shows an error where the user should agree.
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// What a program proves with that it is the one that was registered.
#[derive(Clone, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct RegisteredClient {
    /// The id. It is no secret.
    pub client_id: String,
    /// The secret. Some servers register programs without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<ClientSecret>,
}

impl From<&CredentialApplication> for RegisteredClient {
    fn from(app: &CredentialApplication) -> Self {
        Self {
            client_id: app.client_id.clone(),
            client_secret: Some(app.client_secret.clone()).filter(|secret| !secret.is_empty()),
        }
    }
}

impl From<&Self> for RegisteredClient {
    fn from(client: &Self) -> Self {
        client.clone()
    }
}

macro_rules! secrets {
    ($( $(#[$meta:meta])* $name:ident, $expected:literal; )+) => { $(
        $(#[$meta])*
        ///
        /// `Debug` shows none of it, and it is wiped from memory when it is dropped. To write it down, ask for it
        /// with [`expose`](Self::expose).
        #[derive(Clone, Default, Eq)]
        pub struct $name(Zeroizing<Box<str>>);

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
                Self(Zeroizing::new(text.into()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(Zeroizing::new(text).as_str())
            }
        }

        /// How long it takes says nothing about where two of them differ.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
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
    /// What a new access token can be had for when the old one ends.
    RefreshToken, "a refresh token";
}
