//! Registered applications.

use chrono::{DateTime, Utc};

use crate::ids::ApplicationId;
use crate::oauth::ClientSecret;
use crate::text::WebUrl;
use crate::wire::{entity, extended_entity};

entity! {
    /// A program that uses the API.
    ///
    /// On a status only the name and the website are given.
    Application, "Application/" () {
        /// Its id, which has no use in this API.
        id: Option<ApplicationId>,
        /// Its name.
        name: String,
        /// Its website.
        website: Option<WebUrl> = null,
        /// What it may ask for. Mastodon since 4.3.
        scopes: Vec<String>,
        /// Where it may have its users sent back to. Mastodon since 4.3.
        redirect_uris: Vec<String>,
        /// The same in one text, a line each. Deprecated in favour of `redirect_uris`.
        redirect_uri: Option<String>,
        /// The server's public key for push messages. Deprecated: the description of the server has it too.
        vapid_key: Option<String>,
    }
}

extended_entity! {
    /// An application as the answer to its registration: with its secret.
    CredentialApplication, "Application/#CredentialApplication",
    /// What is public about it.
    application: Application {
        /// The id to log in with. It is no secret.
        client_id: String,
        /// The secret to log in with.
        client_secret: ClientSecret,
        /// When the secret ends: seconds since 1970, or 0 for never. Mastodon since 4.4.
        client_secret_expires_at: Option<u64>,
    }
}

impl CredentialApplication {
    /// When the secret ends, if it ever does.
    #[must_use]
    pub fn secret_ends_at(&self) -> Option<DateTime<Utc>> {
        let seconds = self.client_secret_expires_at.filter(|seconds| *seconds != 0)?;
        DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)
    }
}
