//! What administrators tell everyone on a server.

use chrono::{DateTime, Utc};

use crate::entities::{CustomEmoji, ShallowTag};
use crate::ids::{AccountId, AnnouncementId, StatusId};
use crate::text::{Html, WebUrl};
use crate::wire::entity;

entity! {
    /// What administrators tell everyone on a server. Mastodon since 3.1.
    Announcement, "Announcement/" (
        /// Its id.
        id: AnnouncementId,
    ) {
        /// The text.
        content: Html,
        /// When what it is about begins.
        starts_at: Option<DateTime<Utc>> = null,
        /// When what it is about ends.
        ends_at: Option<DateTime<Utc>> = null,
        /// Whether only the days of the two times count.
        all_day: bool,
        /// When it was published.
        published_at: Option<DateTime<Utc>>,
        /// When it was last changed.
        updated_at: Option<DateTime<Utc>>,
        /// Whether you have dismissed it. Only with a token.
        read: Option<bool>,
        /// Whom it mentions.
        mentions: Vec<AnnouncementAccount>,
        /// Statuses that it links to.
        statuses: Vec<AnnouncementStatus>,
        /// Its hashtags.
        tags: Vec<ShallowTag>,
        /// Custom emoji in the text.
        emojis: Vec<CustomEmoji>,
        /// Emoji with which people reacted.
        reactions: Vec<Reaction>,
    }
}

entity! {
    /// An account that an announcement mentions.
    AnnouncementAccount, "Announcement/#Account" (
        /// Its id.
        id: AccountId,
    ) {
        /// The name without a host.
        username: String,
        /// The profile page.
        url: Option<WebUrl>,
        /// The address: the name alone for accounts of this server, `name@host` for others.
        acct: String,
    }
}

entity! {
    /// A status that an announcement links to.
    AnnouncementStatus, "Announcement/#Status" (
        /// Its id.
        id: StatusId,
    ) {
        /// The page of it.
        url: Option<WebUrl>,
    }
}

entity! {
    /// How many reacted with an emoji.
    Reaction, "Reaction/" () {
        /// The emoji itself, or the name of a custom one.
        name: String,
        /// How many.
        count: u64,
        /// Whether you did. Only with a token.
        me: Option<bool>,
        /// The image of a custom emoji, perhaps animated.
        url: Option<WebUrl>,
        /// The image of a custom emoji, never animated.
        static_url: Option<WebUrl>,
        /// The announcement, in streaming, where it stands alone.
        announcement_id: Option<AnnouncementId>,
    }
}
