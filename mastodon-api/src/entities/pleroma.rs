//! Not Mastodon's: what Pleroma and Akkoma say about statuses and accounts besides, in everyday use.
//!
//! It stands in `extra` of the status or account, and is read from there:
//!
//! ```
//! use mastodon_api::entities::{self, pleroma};
//!
//! # let json = r#"{"id":"1","account":{"id":"2"},"pleroma":{"emoji_reactions":[{"name":"☕","count":2,"me":true}]}}"#;
//! let status: entities::Status = serde_json::from_str(json)?;
//! if let Some(more) = pleroma::Status::of(&status) {
//!     for reaction in &more.emoji_reactions {
//!         println!("{} {}", reaction.name, reaction.count);
//!     }
//! }
//! # assert_eq!(pleroma::Status::of(&status).unwrap().emoji_reactions[0].count, 2);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! [`methods::pleroma`](crate::methods::pleroma) reacts. Sources: the documentation of
//! [Pleroma](https://docs-develop.pleroma.social/backend/development/API/differences_in_mastoapi_responses/) and of
//! [Akkoma](https://docs.akkoma.dev/stable/development/API/differences_in_mastoapi_responses/).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::entities;
use crate::ids::{AccountId, ConversationId, ListId, StatusId};
use crate::text::WebUrl;
use crate::wire::entity;

entity! {
    /// What Pleroma says about a status besides: its property `pleroma`.
    Status () {
        /// Whether it was written on this server.
        local: Option<bool>,
        /// Its conversation.
        conversation_id: Option<String>,
        /// Its conversation, if it is a direct message of yours.
        direct_conversation_id: Option<ConversationId>,
        /// The address of the account that it replies to.
        in_reply_to_account_acct: Option<String>,
        /// Whether you can see what it replies to.
        parent_visible: Option<bool>,
        /// Its text in other forms, by media type: `text/plain`.
        content: BTreeMap<String, String>,
        /// Its subject in other forms, by media type.
        spoiler_text: BTreeMap<String, String>,
        /// When it is deleted by itself.
        expires_at: Option<DateTime<Utc>>,
        /// When it was pinned to the profile.
        pinned_at: Option<DateTime<Utc>>,
        /// Whether you muted its conversation.
        thread_muted: Option<bool>,
        /// The emoji with which people reacted.
        emoji_reactions: Vec<EmojiReaction>,
        /// How often it was quoted.
        quotes_count: Option<u64>,
        /// The status that it quotes, if you can see it.
        quote: Option<Box<entities::Status>>,
        /// The ActivityPub id of the status that it quotes.
        quote_url: Option<WebUrl>,
        /// Whether you can see the status that it quotes.
        quote_visible: Option<bool>,
        /// The list that it is for. Only for its author.
        list_id: Option<ListId>,
    }
}

impl Status {
    /// What the server said about this status; nothing if it is not Pleroma's kind.
    #[must_use]
    pub fn of(status: &entities::Status) -> Option<Self> {
        status.extra.read("pleroma").ok()?
    }
}

entity! {
    /// An emoji with which people reacted to a status.
    EmojiReaction () {
        /// The emoji, or the name of a custom one: `blobcat`, `blobcat@other.example`.
        name: String,
        /// How many reacted with it.
        count: u64,
        /// Whether you did.
        me: bool,
        /// The picture of a custom one.
        url: Option<WebUrl>,
        /// Who did, by id, where the server tells.
        account_ids: Option<Vec<AccountId>>,
        /// Who did. Only in the answer to [`Reactions`](crate::methods::pleroma::Reactions).
        accounts: Option<Vec<entities::Account>>,
    }
}

entity! {
    /// What Pleroma says about an account besides: its property `pleroma`.
    Account () {
        /// The ActivityPub id.
        ap_id: Option<WebUrl>,
        /// The ActivityPub ids of other accounts of the same person.
        also_known_as: Vec<String>,
        /// Whether it administrates the server.
        is_admin: Option<bool>,
        /// Whether it moderates on the server.
        is_moderator: Option<bool>,
        /// Whether it was deactivated.
        deactivated: Option<bool>,
        /// Whether its e-mail address has been confirmed.
        is_confirmed: Option<bool>,
        /// Whether it hides what it favourited.
        hide_favorites: Option<bool>,
        /// Whether it hides who follows it.
        hide_followers: Option<bool>,
        /// Whether it hides how many follow it.
        hide_followers_count: Option<bool>,
        /// Whether it hides whom it follows.
        hide_follows: Option<bool>,
        /// Whether it hides how many it follows.
        hide_follows_count: Option<bool>,
        /// Whether it takes chat messages.
        accepts_chat_messages: Option<bool>,
        /// The icon of its server.
        favicon: Option<WebUrl>,
        /// The picture behind its profile.
        background_image: Option<WebUrl>,
        /// What moderators set for it.
        tags: Vec<String>,
        /// What it is to you, where that was asked for.
        relationship: Option<entities::Relationship>,
        /// How many conversations you have not read. Only for your own account.
        unread_conversation_count: Option<u64>,
        /// How many notifications you have not seen. Only for your own account.
        unread_notifications_count: Option<u64>,
    }
}

impl Account {
    /// What the server said about this account; nothing if it is not Pleroma's kind.
    #[must_use]
    pub fn of(account: &entities::Account) -> Option<Self> {
        account.extra.read("pleroma").ok()?
    }
}

entity! {
    /// What Akkoma says about an account besides: its property `akkoma`.
    AkkomaAccount () {
        /// The server that it is on.
        instance: Option<AkkomaInstance>,
        /// After how many days its posts are deleted. Only for your own account.
        status_ttl_days: Option<u64>,
        /// Whether those whom it follows may follow it without asking.
        permit_followback: Option<bool>,
    }
}

impl AkkomaAccount {
    /// What the server said about this account; nothing if it is not Akkoma's kind.
    #[must_use]
    pub fn of(account: &entities::Account) -> Option<Self> {
        account.extra.read("akkoma").ok()?
    }
}

entity! {
    /// The server that an account is on, as Akkoma tells it.
    AkkomaInstance () {
        /// Its host.
        name: String,
        /// Its icon.
        favicon: Option<WebUrl>,
    }
}

entity! {
    /// What Pleroma says in a push message besides: its property `pleroma`.
    PushNotification () {
        /// The status or other activity that it is about.
        activity_id: Option<StatusId>,
        /// The conversation, if it is about a direct message.
        direct_conversation_id: Option<ConversationId>,
    }
}

impl PushNotification {
    /// What the server said in this message; nothing if it is not Pleroma's kind.
    #[must_use]
    pub fn of(message: &entities::PushNotification) -> Option<Self> {
        message.extra.read("pleroma").ok()?
    }
}
