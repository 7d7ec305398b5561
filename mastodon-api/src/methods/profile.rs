//! The own profile, as its owner edits it.

use crate::endpoint::{Upload, endpoints};
use crate::entities::{CredentialAccount, Profile};
use crate::methods::accounts::FieldsAttributes;

endpoints! {
    /// Your profile.
    GET "/api/v1/profile", "profile/#get-current-user-profile", user "profile" | "read:accounts", since "4.6.0"
    Get => Profile

    /// Change your profile.
    PATCH multipart "/api/v1/profile", "profile/#update-current-user-profile", user "write:accounts", since "4.6.0"
    Update => Profile {
        /// The name to show.
        display_name: String,
        /// The profile as plain text.
        note: String,
        /// The avatar.
        avatar: Upload as file "avatar",
        /// What the avatar shows, in words.
        avatar_description: String,
        /// The banner.
        header: Upload as file "header",
        /// What the banner shows, in words.
        header_description: String,
        /// Whether follow requests are approved by hand.
        locked: bool,
        /// Whether a program acts for it.
        bot: bool,
        /// Whether it wants to be found in directories and recommendations.
        discoverable: bool,
        /// Whether to hide whom it follows and who follows it.
        hide_collections: bool,
        /// Whether its public posts may be found by search.
        indexable: bool,
        /// Whether it has a tab with media.
        show_media: bool,
        /// Whether that tab has media of replies too.
        show_media_replies: bool,
        /// Whether it has a tab with what it features.
        show_featured: bool,
        /// Websites that may name this account as their author, in place of those before. Mastodon takes 10.
        attribution_domains: Vec<String>,
        /// The table on the profile, in place of the one before.
        fields_attributes: FieldsAttributes,
    }

    /// Remove your avatar.
    DELETE "/api/v1/profile/avatar", "profile/#delete-profile-avatar", user "write:accounts", since "4.2.0"
    DeleteAvatar => CredentialAccount

    /// Remove your banner.
    DELETE "/api/v1/profile/header", "profile/#delete-profile-header", user "write:accounts", since "4.2.0"
    DeleteHeader => CredentialAccount
}
