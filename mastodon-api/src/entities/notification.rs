//! Notifications.

use chrono::{DateTime, Utc};

use crate::entities::{Account, AccountWarning, Collection, RelationshipSeveranceEvent, Report, Status};
use crate::ids::NotificationId;
use crate::string_enum::string_enum;
use crate::text::Html;
use crate::wire::entity;

entity! {
    /// Something that happened and concerns the account.
    Notification, "Notification/" (
        /// Its id.
        id: NotificationId,
        /// Who did it.
        account: Account,
    ) {
        /// What happened. `type` in JSON.
        kind: NotificationType as "type",
        /// Notifications with the same key may be shown as one. Mastodon since 4.3.
        group_key: Option<String>,
        /// When it happened.
        created_at: Option<DateTime<Utc>>,
        /// The status that it is about.
        status: Option<Box<Status>>,
        /// The report that it is about.
        report: Option<Box<Report>>,
        /// What ended relationships.
        event: Option<RelationshipSeveranceEvent>,
        /// The warning that moderators gave.
        moderation_warning: Option<Box<AccountWarning>>,
        /// The same in words, for types that the program did not list as supported. Mastodon since 4.6.
        fallback: Option<NotificationFallback>,
        /// The collection that it is about. Mastodon since 4.6.
        collection: Option<Box<Collection>>,
        /// Whether the notification policy filtered it.
        filtered: Option<bool>,
    }
}

string_enum! {
    /// What a notification is about.
    NotificationType {
        /// Somebody mentioned you in a status.
        Mention = "mention",
        /// Somebody whose posts you want to be told about posted a status.
        Status = "status",
        /// Somebody reblogged a status of yours.
        Reblog = "reblog",
        /// Somebody follows you.
        Follow = "follow",
        /// Somebody asks to follow you.
        FollowRequest = "follow_request",
        /// Somebody favourited a status of yours.
        Favourite = "favourite",
        /// A poll in which you voted, or which is yours, has ended.
        Poll = "poll",
        /// A status that you reblogged was edited.
        Update = "update",
        /// Somebody signed up on the server. For administrators.
        AdminSignUp = "admin.sign_up",
        /// Somebody reported something. For administrators.
        AdminReport = "admin.report",
        /// A block or suspension ended relationships of yours.
        SeveredRelationships = "severed_relationships",
        /// Moderators gave you a warning.
        ModerationWarning = "moderation_warning",
        /// The report about your year is ready.
        AnnualReport = "annual_report",
        /// Somebody quoted a status of yours.
        Quote = "quote",
        /// A status that you quoted was edited.
        QuotedUpdate = "quoted_update",
        /// Somebody put you into a collection.
        AddedToCollection = "added_to_collection",
        /// A collection that you are in was changed.
        CollectionUpdate = "collection_update",
    }
}

entity! {
    /// A notification in words, for programs that do not know its type.
    NotificationFallback, "Notification/#NotificationFallback" () {
        /// A line.
        title: Html,
        /// A sentence.
        summary: Option<Html> = null,
        /// The rest.
        details: Option<Html> = null,
    }
}
