//! Former versions of a status.

use chrono::{DateTime, Utc};

use crate::entities::{Account, CustomEmoji, MediaAttachment, PollOption, Quote};
use crate::text::Html;
use crate::wire::entity;

entity! {
    /// One version of a status.
    StatusEdit, "StatusEdit/" () {
        /// The text.
        content: Html,
        /// The subject or warning; empty for none.
        spoiler_text: String,
        /// Whether its media were to be hidden at first.
        sensitive: bool,
        /// When this version was made.
        created_at: Option<DateTime<Utc>>,
        /// Who wrote it.
        account: Option<Account>,
        /// Its poll.
        poll: Option<StatusEditPoll>,
        /// Its images, videos and sounds.
        media_attachments: Vec<MediaAttachment>,
        /// Custom emoji in the text.
        emojis: Vec<CustomEmoji>,
        /// The status that it quoted. Mastodon since 4.4.
        quote: Option<Quote>,
    }
}

entity! {
    /// The poll of one version of a status.
    StatusEditPoll, "StatusEdit/#poll" () {
        /// What there was to choose from.
        options: Vec<PollOption>,
    }
}
