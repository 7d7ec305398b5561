//! Conversations: direct messages.

use crate::entities::{Account, Status};
use crate::ids::ConversationId;
use crate::wire::entity;

entity! {
    /// A conversation in direct messages.
    Conversation, "Conversation/" (
        /// Its id.
        id: ConversationId,
    ) {
        /// Whether there is something in it that you have not read.
        unread: bool,
        /// Who takes part, without you.
        accounts: Vec<Account>,
        /// The last message.
        last_status: Option<Box<Status>> = null,
    }
}
