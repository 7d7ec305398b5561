//! Statuses in another language.

use crate::ids::{MediaAttachmentId, PollId};
use crate::text::Html;
use crate::wire::entity;

entity! {
    /// A status in another language.
    Translation, "Translation/" () {
        /// The text.
        content: Html,
        /// The subject or warning; empty for none.
        spoiler_text: String,
        /// The language that it was translated into (ISO 639).
        language: String,
        /// Its poll.
        poll: Option<TranslationPoll>,
        /// What its media show, in words.
        media_attachments: Vec<TranslationAttachment>,
        /// The language that it was written in, as the translator sees it (ISO 639).
        detected_source_language: String,
        /// Who translated it, as `DeepL.com`.
        provider: String,
    }
}

entity! {
    /// The poll of a status in another language.
    TranslationPoll, "Translation/#translation-poll" (
        /// The poll.
        id: PollId,
    ) {
        /// What there is to choose from, in the order of the poll itself.
        options: Vec<TranslationPollOption>,
    }
}

entity! {
    /// One thing to choose in a poll, in another language.
    TranslationPollOption, "Translation/#translation-poll-option" () {
        /// Its text.
        title: String,
    }
}

entity! {
    /// What a media attachment shows, in another language.
    TranslationAttachment, "Translation/#translation-attachment" (
        /// The media attachment.
        id: MediaAttachmentId,
    ) {
        /// What it shows, in words.
        description: String,
    }
}
