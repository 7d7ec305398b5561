//! What a server says about itself, in the form before Mastodon 4.0, which some servers only have.

use crate::entities::instance::Configuration;
use crate::entities::{Account, Rule};
use crate::text::{Html, WebUrl};
use crate::wire::entity;

entity! {
    /// What a server says about itself, in the form before Mastodon 4.0.
    Instance, "V1_Instance/" () {
        /// Its domain; a URL on some servers.
        uri: String,
        /// Its name.
        title: String,
        /// What it is, in a sentence.
        short_description: Html,
        /// What it is.
        description: Html,
        /// Whom to write to.
        email: String,
        /// The Mastodon version, or another program's that speaks this API.
        version: String,
        /// Where its parts are.
        urls: Option<Urls>,
        /// How big it is.
        stats: Option<Stats>,
        /// Its picture.
        thumbnail: Option<WebUrl> = null,
        /// Its languages (ISO 639).
        languages: Vec<String>,
        /// Whether one can sign up.
        registrations: bool,
        /// Whether moderators decide who can.
        approval_required: bool,
        /// Whether everybody can invite.
        invites_enabled: bool,
        /// What it allows.
        configuration: Configuration,
        /// Whom to turn to.
        contact_account: Option<Box<Account>> = null,
        /// Its rules.
        rules: Vec<Rule>,
    }
}

entity! {
    /// Where the parts of a server are.
    Urls, "V1_Instance/#urls" () {
        /// Streaming, a `wss:` address.
        streaming_api: Option<String>,
    }
}

entity! {
    /// How big a server is.
    Stats, "V1_Instance/#stats" () {
        /// Its accounts.
        user_count: u64,
        /// Their statuses.
        status_count: u64,
        /// Servers that it knows.
        domain_count: u64,
    }
}
