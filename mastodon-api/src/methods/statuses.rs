//! Statuses: publish, read, interact.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use http::Method;
use serde::Serialize;

use crate::Page;
use crate::endpoint::{Access, Endpoint, IntoParameter, Manner, Parameters, endpoints};
use crate::entities::{
    self, Account, QuotePolicy, ScheduledStatus, Status, StatusEdit, StatusSource, Translation,
    Visibility,
};
use crate::ids::{AccountId, MediaAttachmentId, StatusId};

endpoints! {
    /// Publish a status. It needs a text, media or a poll.
    ///
    /// [`scheduled_at`](Self::scheduled_at) makes it a call that publishes it later.
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

    /// Several statuses at once. Those that are not there or not for you to see are left out.
    GET "/api/v1/statuses", "statuses/#index", optional "read:statuses", since "4.3.0"
    Index[id: Vec<StatusId>] => Page<Status>

    /// A status.
    GET "/api/v1/statuses/{id}", "statuses/#get", optional "read:statuses", since "0.0.0"
    Get(id: StatusId) => Status

    /// What stands before and after a status in its conversation. Without a token at most 40 before and 60 after.
    GET "/api/v1/statuses/{id}/context", "statuses/#context", optional "read:statuses", since "0.0.0"
    Context(id: StatusId) => entities::Context

    /// Delete a status. The answer has its `text`, to write it anew; before Mastodon 2.9 there is none.
    DELETE "/api/v1/statuses/{id}", "statuses/#delete", user "write:statuses", since "0.0.0"
    Delete(id: StatusId) => Option<Status> {
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
        /// Its poll: without it there is none any more. The votes stay if the options and `multiple` are said as they
        /// are, otherwise they are gone.
        poll: NewPoll,
        /// Who may quote it. Mastodon since 4.5.
        quote_approval_policy: QuotePolicy,
    }

    /// Change who may quote a status, and nothing else of it.
    PUT "/api/v1/statuses/{id}/interaction_policy", "statuses/#edit_interaction_policy",
        user "write:statuses", since "4.5.0"
    EditInteractionPolicy(id: StatusId) => Status {
        /// Who may quote it. The account's own default if nothing is said.
        quote_approval_policy: QuotePolicy,
    }

    /// The versions of a status, the oldest first, the present one last.
    GET "/api/v1/statuses/{id}/history", "statuses/#history", optional "read:statuses", since "3.5.0"
    History(id: StatusId) => Page<StatusEdit>

    /// The text of a status as it was written, to edit it.
    GET "/api/v1/statuses/{id}/source", "statuses/#source", app "read:statuses", since "3.5.0"
    Source(id: StatusId) => StatusSource

    /// A status in another language, if the server translates from its language.
    POST "/api/v1/statuses/{id}/translate", "statuses/#translate", user "read:statuses", since "4.0.0"
    Translate(id: StatusId) => Translation {
        /// The language to translate into (ISO 639). The user's own if nothing is said.
        lang: String,
    }

    /// Who reblogged a status, the latest first.
    GET "/api/v1/statuses/{id}/reblogged_by", "statuses/#reblogged_by", optional "read:accounts", since "0.0.0"
    RebloggedBy(id: StatusId) => Page<Account> {
        /// Only those before this place; it is no id of an account, take it from [`Page::next`].
        max_id: String,
        /// Only those after this place; it is no id of an account, take it from [`Page::prev`].
        since_id: String,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
    }

    /// Who favourited a status, the latest first.
    GET "/api/v1/statuses/{id}/favourited_by", "statuses/#favourited_by", optional "read:accounts", since "0.0.0"
    FavouritedBy(id: StatusId) => Page<Account> {
        /// Only those before this place; it is no id of an account, take it from [`Page::next`].
        max_id: String,
        /// Only those after this place; it is no id of an account, take it from [`Page::prev`].
        since_id: String,
        /// How many at most: 40 if nothing is said, never more than 80.
        limit: u64,
    }

    /// The statuses that quote a status, the latest first: all for its author, for others those they may see.
    GET "/api/v1/statuses/{id}/quotes", "statuses/#quotes", user "read:statuses", since "4.5.0"
    Quotes(id: StatusId) => Page<Status> {
        /// Only those before this place; it is no id of a status, take it from [`Page::next`].
        max_id: String,
        /// Only those after this place; it is no id of a status, take it from [`Page::prev`].
        since_id: String,
        /// How many at most: 20 if nothing is said, never more than 40.
        limit: u64,
    }

    /// Take back the leave to quote your status. The answer is the status that quoted it.
    POST "/api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke", "statuses/#revoke_quote",
        user "write:statuses", since "4.5.0"
    RevokeQuote(id: StatusId, quoting_status_id: StatusId) => Status

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

    /// Bookmark a status. Nobody else learns of it.
    POST "/api/v1/statuses/{id}/bookmark", "statuses/#bookmark", user "write:bookmarks", since "3.1.0"
    Bookmark(id: StatusId) => Status

    /// Take a bookmark back.
    POST "/api/v1/statuses/{id}/unbookmark", "statuses/#unbookmark", user "write:bookmarks", since "3.1.0"
    Unbookmark(id: StatusId) => Status

    /// No longer be notified of replies in the conversation of a status.
    POST "/api/v1/statuses/{id}/mute", "statuses/#mute", user "write:mutes", since "1.4.2"
    Mute(id: StatusId) => Status

    /// Be notified of replies in the conversation of a status again.
    POST "/api/v1/statuses/{id}/unmute", "statuses/#unmute", user "write:mutes", since "1.4.2"
    Unmute(id: StatusId) => Status

    /// Pin a status of yours to your profile. Not a direct one, and no more than five.
    POST "/api/v1/statuses/{id}/pin", "statuses/#pin", user "write:accounts", since "1.6.0"
    Pin(id: StatusId) => Status

    /// Take a status off your profile.
    POST "/api/v1/statuses/{id}/unpin", "statuses/#unpin", user "write:accounts", since "1.6.0"
    Unpin(id: StatusId) => Status
}

impl Create {
    /// When to publish it, at least five minutes from now. The answer is then a [`ScheduledStatus`].
    ///
    /// ```
    /// use mastodon_api::methods::statuses;
    ///
    /// let call = statuses::Create::new()
    ///     .status("Good morning")
    ///     .scheduled_at("2030-01-01T08:00:00Z".parse::<chrono::DateTime<chrono::Utc>>()?);
    /// # let _: statuses::Schedule = call;
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn scheduled_at(self, scheduled_at: impl IntoParameter<DateTime<Utc>>) -> Schedule {
        Schedule::new(self, scheduled_at)
    }
}

/// Have a status published later.
///
/// `POST /api/v1/statuses` · token: user `write:statuses` · Mastodon since 2.7.0 ·
/// [documentation](https://docs.joinmastodon.org/methods/statuses/#create)
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Schedule {
    status: Create,
    scheduled_at: DateTime<Utc>,
}

impl Schedule {
    /// Have this status published at that time, at least five minutes from now.
    pub fn new(status: Create, scheduled_at: impl IntoParameter<DateTime<Utc>>) -> Self {
        Self {
            status,
            scheduled_at: scheduled_at.into_parameter(),
        }
    }
}

impl Endpoint for Schedule {
    type Response = ScheduledStatus;
    const METHOD: Method = Create::METHOD;
    const TEMPLATE: &'static str = Create::TEMPLATE;
    const ACCESS: Access = Create::ACCESS;
    const SINCE: &'static str = "2.7.0";
    const MANNER: Manner = Create::MANNER;

    fn path(&self) -> String {
        self.status.path()
    }

    fn write(&self, parameters: &mut Parameters) {
        self.status.write(parameters);
        parameters.set("scheduled_at", &self.scheduled_at);
    }
}

/// A poll to publish.
#[derive(Clone, Debug, Serialize)]
pub struct NewPoll {
    pub(crate) options: Vec<String>,
    /// `None` for never, as some servers have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) multiple: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hide_totals: Option<bool>,
}

impl NewPoll {
    /// A poll that ends in `expires_in` seconds. The server says how many options and which times it takes.
    #[must_use]
    pub fn new(options: impl IntoParameter<Vec<String>>, expires_in: u64) -> Self {
        Self {
            options: options.into_parameter(),
            expires_in: Some(expires_in),
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
    pub(crate) id: MediaAttachmentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail: Option<String>,
}

impl MediaAttributes {
    /// No change yet, to this attachment.
    #[must_use]
    pub fn new(id: impl IntoParameter<MediaAttachmentId>) -> Self {
        Self {
            id: id.into_parameter(),
            description: None,
            focus: None,
            thumbnail: None,
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

    /// A picture of this media type (`image/png`) to show for a sound or video. It travels as text, a third larger.
    #[must_use]
    pub fn thumbnail(mut self, media_type: &str, image: impl AsRef<[u8]>) -> Self {
        let image = BASE64_STANDARD.encode(image);
        self.thumbnail = Some(format!("data:{media_type};base64,{image}"));
        self
    }
}
