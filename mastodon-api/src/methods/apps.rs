//! Register the program.

use crate::endpoint::endpoints;
use crate::entities::{Application, CredentialApplication};

endpoints! {
    /// Register the program with the server. Do it once and keep the answer.
    POST "/api/v1/apps", "apps/#create", public, since "0.0.0"
    Create[client_name: String, redirect_uris: Vec<String>] => CredentialApplication {
        /// What it may ever ask for: scopes with a space between them. `read` if nothing is said.
        scopes: String,
        /// Its website.
        website: String,
    }

    /// Check that the program's token works.
    GET "/api/v1/apps/verify_credentials", "apps/#verify_credentials", app, since "2.0.0"
    VerifyCredentials => Application
}
