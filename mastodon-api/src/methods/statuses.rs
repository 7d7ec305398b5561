//! Statuses: publish, read, interact.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::endpoint::{IntoParameter, endpoints};
use crate::entities::{self, QuotePolicy, ScheduledStatus, Status, Visibility};
use crate::ids::{AccountId, MediaAttachmentId, StatusId};

endpoints! {
    /// Publish a status. It needs a text, media or a poll.
    POST "/api/v1/statuses", "statuses/#create", user "write:statuses", since "0.0.0"
    Create => Status {
        /// The text.
        status: String,
        /// Media that were uploaded before. Not together with a poll.
        media_ids: Vec<MediaAttachmentId>,
        /// A poll. Not together with media.
        poll: NewPoll,
        /// The status that it replies to.
        in_reply_to_id: StatusId,
        /// Whether its media are to be hidden at first.
        sensitive: bool,
        /// A subject or warning, behind which the text is hidden.
        spoiler_text: String,
        /// Who can see it. The account's own default if nothing is said.
        visibility: Visibility,
        /// Its language (ISO 639).
        language: String,
        /// The status that it quotes. Mastodon since 4.5.
        quoted_status_id: StatusId,
        /// Who may quote it. Mastodon since 4.5.
        quote_approval_policy: QuotePolicy,
        /// Changes to the media.
        media_attributes: Vec<MediaAttributes>,
        /// The only accounts that it may mention, by id; with others in the text the server refuses.
        allowed_mentions: Vec<AccountId>,
        /// A text of your choice. The same one within an hour gives the status that is there already, so that
        /// trying again posts nothing twice.
        idempotency_key: String as header "idempotency-key",
    }

    /// Have a status published later, at least five minutes from now.
    POST "/api/v1/statuses", "statuses/#create", user "write:statuses", since "2.7.0"
    Schedule[scheduled_at: DateTime<Utc>] => ScheduledStatus {
        /// The text.
        status: String,
        /// Media that were uploaded before. Not together with a poll.
        media_ids: Vec<MediaAttachmentId>,
        /// A poll. Not together with media.
        poll: NewPoll,
        /// The status that it replies to.
        in_reply_to_id: StatusId,
        /// Whether its media are to be hidden at first.
        sensitive: bool,
        /// A subject or warning, behind which the text is hidden.
        spoiler_text: String,
        /// Who can see it. The account's own default if nothing is said.
        visibility: Visibility,
        /// Its language (ISO 639).
        language: String,
        /// The status that it quotes. Mastodon since 4.5.
        quoted_status_id: StatusId,
        /// Who may quote it. Mastodon since 4.5.
        quote_approval_policy: QuotePolicy,
        /// Changes to the media.
        media_attributes: Vec<MediaAttributes>,
        /// The only accounts that it may mention, by id; with others in the text the server refuses.
        allowed_mentions: Vec<AccountId>,
        /// A text of your choice. The same one within an hour gives what is there already.
        idempotency_key: String as header "idempotency-key",
    }

    /// A status.
    GET "/api/v1/statuses/{id}", "statuses/#get", optional "read:statuses", since "0.0.0"
    Get(id: StatusId) => Status

    /// What stands before and after a status in its conversation. Without a token at most 40 before and 60 after.
    GET "/api/v1/statuses/{id}/context", "statuses/#context", optional "read:statuses", since "0.0.0"
    Context(id: StatusId) => entities::Context

    /// Delete a status. The answer has its `text`, to write it anew.
    DELETE "/api/v1/statuses/{id}", "statuses/#delete", user "write:statuses", since "0.0.0"
    Delete(id: StatusId) => Status {
        /// Whether its media are deleted at once, instead of kept for a new status. Mastodon since 4.4.
        delete_media: bool,
    }

    /// Change a status.
    PUT "/api/v1/statuses/{id}", "statuses/#edit", user "write:statuses", since "3.5.0"
    Edit(id: StatusId) => Status {
        /// The text.
        status: String,
        /// A subject or warning, behind which the text is hidden.
        spoiler_text: String,
        /// Whether its media are to be hidden at first.
        sensitive: bool,
        /// Its language (ISO 639).
        language: String,
        /// Its media: those that it has, and those that were uploaded since.
        media_ids: Vec<MediaAttachmentId>,
        /// Changes to the media.
        media_attributes: Vec<MediaAttributes>,
        /// A poll. One that differs from the one that it has begins anew.
        poll: NewPoll,
        /// Who may quote it. Mastodon since 4.5.
        quote_approval_policy: QuotePolicy,
    }

    /// Favourite a status.
    POST "/api/v1/statuses/{id}/favourite", "statuses/#favourite", user "write:favourites", since "0.0.0"
    Favourite(id: StatusId) => Status

    /// Take a favourite back.
    POST "/api/v1/statuses/{id}/unfavourite", "statuses/#unfavourite", user "write:favourites", since "0.0.0"
    Unfavourite(id: StatusId) => Status

    /// Reblog a status. The answer is the reblog, which has the status inside.
    POST "/api/v1/statuses/{id}/reblog", "statuses/#boost", user "write:statuses", since "0.0.0"
    Reblog(id: StatusId) => Status {
        /// Who can see it: everyone if nothing is said. Not `Direct`.
        visibility: Visibility,
    }

    /// Take a reblog back.
    POST "/api/v1/statuses/{id}/unreblog", "statuses/#unreblog", user "write:statuses", since "0.0.0"
    Unreblog(id: StatusId) => Status
}

/// A poll to publish.
#[derive(Clone, Debug, Serialize)]
pub struct NewPoll {
    options: Vec<String>,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    multiple: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hide_totals: Option<bool>,
}

impl NewPoll {
    /// A poll that ends in `expires_in` seconds. The server says how many options and which times it takes.
    #[must_use]
    pub fn new(options: impl IntoParameter<Vec<String>>, expires_in: u64) -> Self {
        Self {
            options: options.into_parameter(),
            expires_in,
            multiple: None,
            hide_totals: None,
        }
    }

    /// Whether several options may be chosen.
    #[must_use]
    pub fn multiple(mut self, multiple: bool) -> Self {
        self.multiple = Some(multiple);
        self
    }

    /// Whether the votes are hidden until the end.
    #[must_use]
    pub fn hide_totals(mut self, hide_totals: bool) -> Self {
        self.hide_totals = Some(hide_totals);
        self
    }
}

/// A change to a media attachment of a status.
#[derive(Clone, Debug, Serialize)]
pub struct MediaAttributes {
    id: MediaAttachmentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<String>,
}

impl MediaAttributes {
    /// No change yet, to this attachment.
    #[must_use]
    pub fn new(id: impl IntoParameter<MediaAttachmentId>) -> Self {
        Self {
            id: id.into_parameter(),
            description: None,
            focus: None,
        }
    }

    /// What it shows, in words.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The point that must stay visible when it is cut: `x,y`, each from -1.0 to 1.0.
    #[must_use]
    pub fn focus(mut self, focus: impl Into<String>) -> Self {
        self.focus = Some(focus.into());
        self
    }
}
