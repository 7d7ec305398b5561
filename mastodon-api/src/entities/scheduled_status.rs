//! Statuses that will be published later.

use chrono::{DateTime, Utc};

use crate::entities::{MediaAttachment, QuotePolicy, Visibility};
use crate::ids::{AccountId, ApplicationId, MediaAttachmentId, ScheduledStatusId, StatusId};
use crate::wire::entity;

entity! {
    /// A status that will be published later.
    ScheduledStatus, "ScheduledStatus/" (
        /// Its id, not the one that the status will have.
        id: ScheduledStatusId,
    ) {
        /// When it will be published.
        scheduled_at: Option<DateTime<Utc>>,
        /// What was asked for.
        params: Option<ScheduledStatusParams>,
        /// Its images, videos and sounds.
        media_attachments: Vec<MediaAttachment>,
    }
}

entity! {
    /// What was asked for when the status was scheduled.
    ScheduledStatusParams, "ScheduledStatus/#params" () {
        /// The text.
        text: String,
        /// Its poll.
        poll: Option<ScheduledPoll> = null,
        /// Its media attachments.
        media_ids: Option<Vec<MediaAttachmentId>> = null,
        /// Whether its media are to be hidden at first.
        sensitive: Option<bool> = null,
        /// The subject or warning.
        spoiler_text: Option<String> = null,
        /// Who will see it.
        visibility: Visibility,
        /// The status that it replies to.
        in_reply_to_id: Option<StatusId> = null,
        /// Its language (ISO 639).
        language: Option<String> = null,
        /// The program that scheduled it.
        application_id: Option<ApplicationId>,
        /// Nothing: the time stands outside.
        scheduled_at: Option<DateTime<Utc>> = null,
        /// The idempotency key of the request.
        idempotency: Option<String> = null,
        /// Whether it counts against the limit of posts.
        with_rate_limit: Option<bool>,
        /// The only accounts that it may mention, by id.
        allowed_mentions: Option<Vec<AccountId>>,
        /// The status that it quotes. Mastodon since 4.5.
        quoted_status_id: Option<StatusId>,
        /// Who may quote it. Mastodon since 4.5.
        quote_approval_policy: Option<QuotePolicy>,
    }
}

entity! {
    /// The poll of a status that will be published later.
    ScheduledPoll, "ScheduledStatus/#params-poll" () {
        /// What there is to choose from.
        options: Vec<String>,
        /// How long it runs, in seconds.
        expires_in: Option<u64>,
        /// Whether several options may be chosen.
        multiple: Option<bool>,
        /// Whether the votes are hidden until the end.
        hide_totals: Option<bool>,
    }
}
