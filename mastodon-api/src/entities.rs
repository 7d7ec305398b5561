//! What the server sends: one file for each entity of the
//! [documentation](https://docs.joinmastodon.org/entities/Status/).
//!
//! All of them read and write JSON. Reading forgives: a field that is absent, `null` or of the wrong type is what
//! its type has for nothing (`None`, an empty text, 0), a property without a field is kept in `extra`, and so is
//! what could not be read, with its path ([`Problem`](crate::Problem)). Only what is in the parentheses of `new`
//! must be there. `extra` keeps JSON text, so the reader must be `serde_json`'s.

macro_rules! entities {
    ($($name:ident),+ $(,)?) => { $(
        mod $name;
        pub use $name::*;
    )+ };
}

entities! {
    account, account_warning, announcement, annual_report, application, async_refresh,
    authorization_server_metadata, collection, context, conversation, custom_emoji, domain_block,
    domain_block_preview, donation_campaign, extended_description, familiar_followers, featured_tag, field,
    filter, identity_proof, instance_activity, language, list, marker, media_attachment, notification,
    notification_group, notification_policy, notification_request, oembed, oidc_user_info, poll, preferences,
    preview_card, privacy_policy, profile, push_notification, quote, relationship, relationship_severance_event, report, role,
    rule, scheduled_status, search, status, status_edit, status_source, suggestion, tag, terms_of_service,
    token, translation, unread_count, web_push_subscription,
}

pub mod admin;
pub mod gotosocial;
pub mod instance;
pub mod pleroma;
pub mod v1;

pub use instance::Instance;
