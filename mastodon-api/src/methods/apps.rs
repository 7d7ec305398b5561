//! Register the program.

use serde::{Serialize, Serializer};

use crate::endpoint::{IntoParameter, endpoints};
use crate::entities::{Application, CredentialApplication};

endpoints! {
    /// Register the program with the server. Do it once and keep the answer.
    POST "/api/v1/apps", "apps/#create", public, since "0.0.0"
    Create[client_name: String, redirect_uris: RedirectUris] => CredentialApplication {
        /// What it may ever ask for: scopes with a space between them. `read` if nothing is said.
        scopes: String,
        /// Its website.
        website: String,
    }

    /// Check that the program's token works.
    GET "/api/v1/apps/verify_credentials", "apps/#verify_credentials", app, since "2.0.0"
    VerifyCredentials => Application
}

/// Where users may be sent back to: one address or several, or [`OUT_OF_BAND`](crate::oauth::OUT_OF_BAND).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RedirectUris(Vec<String>);

// Servers before Mastodon 4.3, and others, read a text with a line each and no list. All read the text.
impl Serialize for RedirectUris {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.join("\n"))
    }
}

impl IntoParameter<RedirectUris> for &str {
    fn into_parameter(self) -> RedirectUris {
        RedirectUris(vec![self.to_owned()])
    }
}

impl<T: Into<String>> IntoParameter<RedirectUris> for Vec<T> {
    fn into_parameter(self) -> RedirectUris {
        RedirectUris(self.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<String>, const N: usize> IntoParameter<RedirectUris> for [T; N] {
    fn into_parameter(self) -> RedirectUris {
        RedirectUris(self.into_iter().map(Into::into).collect())
    }
}
