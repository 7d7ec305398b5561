//! Statuses: what people post.

use chrono::{DateTime, Utc};

use crate::entities::{
    Account, Application, Collection, CustomEmoji, FilterResult, MediaAttachment, Poll, PreviewCard, Quote,
    QuoteApproval, ShallowTag,
};
use crate::ids::{AccountId, StatusId};
use crate::string_enum::string_enum;
use crate::text::{Html, WebUrl};
use crate::wire::entity;

entity! {
    /// A post.
    Status, "Status/" (
        /// The server's id of the status; another server has another for the same status.
        id: StatusId,
        /// Who wrote it.
        account: Account,
    ) {
        /// The ActivityPub id.
        uri: Option<WebUrl>,
        /// When it was written.
        created_at: Option<DateTime<Utc>>,
        /// The text.
        content: Html,
        /// Who can see it.
        visibility: Visibility,
        /// Whether its media are to be hidden at first.
        sensitive: bool,
        /// The subject or warning behind which the text is hidden; empty for none.
        spoiler_text: String,
        /// Its images, videos and sounds.
        media_attachments: Vec<MediaAttachment>,
        /// The program that it was written with.
        application: Option<Box<Application>>,
        /// Whom it mentions.
        mentions: Vec<Mention>,
        /// Its hashtags.
        tags: Vec<ShallowTag>,
        /// Custom emoji in the text.
        emojis: Vec<CustomEmoji>,
        /// How often it was reblogged, as far as this server knows.
        reblogs_count: u64,
        /// How often it was favourited, as far as this server knows.
        favourites_count: u64,
        /// How often it was quoted, as far as this server knows. Mastodon since 4.5.
        quotes_count: u64,
        /// How many replies it has, as far as this server knows.
        replies_count: u64,
        /// The page of it.
        url: Option<WebUrl> = null,
        /// The status that it replies to.
        in_reply_to_id: Option<StatusId> = null,
        /// Who wrote the status that it replies to.
        in_reply_to_account_id: Option<AccountId> = null,
        /// The status that this one passes on; then all else here is about the passing on.
        reblog: Option<Box<Status>> = null,
        /// Its poll.
        poll: Option<Box<Poll>> = null,
        /// What a link in it leads to.
        card: Option<Box<PreviewCard>> = null,
        /// Its language (ISO 639).
        language: Option<String> = null,
        /// The text as it was written. Only in the answer to a deletion.
        text: Option<String>,
        /// When it was last edited.
        edited_at: Option<DateTime<Utc>> = null,
        /// The status that it quotes. Mastodon since 4.4.
        quote: Option<Quote> = null,
        /// Who may quote it. Mastodon since 4.5.
        quote_approval: Option<QuoteApproval>,
        /// Whether you favourited it. Only with a token.
        favourited: Option<bool>,
        /// Whether you reblogged it. Only with a token.
        reblogged: Option<bool>,
        /// Whether you muted its conversation. Only with a token.
        muted: Option<bool>,
        /// Whether you bookmarked it. Only with a token.
        bookmarked: Option<bool>,
        /// Whether you pinned it to your profile. Only for your own.
        pinned: Option<bool>,
        /// Which of your filters match it. Only with a token.
        filtered: Option<Vec<FilterResult>>,
        /// Collections that it links to. Mastodon since 4.6.
        tagged_collections: Vec<Collection>,
    }
}

string_enum! {
    /// Who can see a status.
    Visibility {
        /// Everyone.
        Public = "public",
        /// Everyone, but it is not in public timelines and searches. Apps call it "quiet public".
        Unlisted = "unlisted",
        /// The followers of its author, and whom it mentions.
        Private = "private",
        /// Only whom it mentions.
        Direct = "direct",
    }
}

entity! {
    /// Somebody whom a status mentions.
    Mention, "Status/#Mention" (
        /// The account.
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
