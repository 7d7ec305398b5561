//! Polls.

use chrono::{DateTime, Utc};

use crate::entities::CustomEmoji;
use crate::ids::PollId;
use crate::wire::entity;

entity! {
    /// A poll that stands in a status.
    Poll, "Poll/" (
        /// Its id.
        id: PollId,
    ) {
        /// When it ends; nothing for never.
        expires_at: Option<DateTime<Utc>> = null,
        /// Whether it has ended.
        expired: bool,
        /// Whether several options may be chosen.
        multiple: bool,
        /// How many votes there are.
        votes_count: u64,
        /// How many accounts have voted; only where several options may be chosen.
        voters_count: Option<u64> = null,
        /// What there is to choose from.
        options: Vec<PollOption>,
        /// Custom emoji in the options.
        emojis: Vec<CustomEmoji>,
        /// Whether you have voted. Only with a token.
        voted: Option<bool>,
        /// What you chose, as positions in `options` from 0 on. Only with a token.
        own_votes: Option<Vec<u64>>,
    }
}

entity! {
    /// One thing to choose in a poll.
    PollOption, "Poll/#Option" () {
        /// Its text.
        title: String,
        /// Its votes; nothing while they are hidden.
        votes_count: Option<u64> = null,
    }
}
