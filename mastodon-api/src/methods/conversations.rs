//! Conversations: direct messages.

use crate::Page;
use crate::endpoint::{Empty, endpoints};
use crate::entities::Conversation;
use crate::ids::{ConversationId, StatusId};

endpoints! {
    /// Your conversations, the one with the latest message first.
    GET "/api/v1/conversations", "conversations/#get", user "read:statuses", since "2.6.0"
    List => Page<Conversation> {
        /// Only those whose last message is older than this.
        max_id: StatusId,
        /// Only those whose last message is newer than this, the newest first.
        since_id: StatusId,
        /// Only those whose last message is newer than this, what follows it first.
        min_id: StatusId,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
    }

    /// Remove a conversation from the list. Its messages stay.
    DELETE "/api/v1/conversations/{id}", "conversations/#delete", user "write:conversations", since "2.6.0"
    Delete(id: ConversationId) => Empty

    /// Mark a conversation as read.
    POST "/api/v1/conversations/{id}/read", "conversations/#read", user "write:conversations", since "2.6.0"
    Read(id: ConversationId) => Conversation

    /// Mark a conversation as not read. The documentation does not name it.
    POST "/api/v1/conversations/{id}/unread", "conversations/", user "write:conversations", since "4.2.0"
    Unread(id: ConversationId) => Conversation
}
