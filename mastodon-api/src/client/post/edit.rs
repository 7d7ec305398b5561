//! Statuses that are there already: changed, or deleted and written anew.

use chrono::{TimeDelta, Utc};

use super::{Draft, MediaUpload, Post};
use crate::Client;
use crate::endpoint::IntoParameter;
use crate::entities::{ApprovalGroup, Poll, Quote, QuoteApproval, QuotePolicy, Status};
use crate::error::{Error, InvalidRequest};
use crate::ids::{MediaAttachmentId, StatusId};
use crate::methods::statuses;
use crate::methods::statuses::{MediaAttributes, NewPoll};

impl Client {
    /// A change to a status of yours, which [`Edit::send`] makes. What is not changed stays: text, warning, language,
    /// media, quote, who may quote it, and its poll with the votes.
    pub fn edit(&self, status: &Status) -> Edit {
        Edit {
            client: self.clone(),
            status: status.clone(),
            text: None,
            spoiler_text: None,
            sensitive: None,
            language: None,
            media: None,
            uploads: Vec::new(),
            media_attributes: Vec::new(),
            poll: PollChange::Keep,
            quote_policy: None,
        }
    }

    /// Deletes a status of yours, and gives it back as a post to change and publish anew: with its text, warning,
    /// media, visibility, language and quote, and as a reply to what it replied to.
    ///
    /// A poll begins anew without the votes, and runs as long as it did; whether the votes were hidden until the end is
    /// not known of one that has ended.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn redraft(&self, status: &Status) -> Result<Post, Error> {
        let deleted = self.send(statuses::Delete::new(status)).await?;
        let text = deleted.and_then(|deleted| deleted.text);
        let text = text.unwrap_or_else(|| status.content.to_text());
        let mut post = self.post(text).visibility(status.visibility.clone());
        post.spoiler_text.clone_from(&status.spoiler_text);
        post.sensitive = Some(status.sensitive);
        post.language.clone_from(&status.language);
        post.in_reply_to.clone_from(&status.in_reply_to_id);
        post.media = ids_of(status);
        post.poll = status.poll.as_ref().map(|poll| {
            let ran = poll.expires_at.zip(status.created_at);
            new_poll(poll, ran.map(|(end, beginning)| end - beginning))
        });
        post.quoted = status.quote.as_ref().and_then(quoted);
        post.quote_policy = status.quote_approval.as_ref().map(policy);
        Ok(post)
    }
}

/// A change to a status.
#[derive(Clone, Debug)]
#[must_use = "nothing is changed until `send`"]
pub struct Edit {
    client: Client,
    status: Status,
    text: Option<String>,
    spoiler_text: Option<String>,
    sensitive: Option<bool>,
    language: Option<String>,
    media: Option<Vec<MediaAttachmentId>>,
    uploads: Vec<MediaUpload>,
    media_attributes: Vec<MediaAttributes>,
    poll: PollChange,
    quote_policy: Option<QuotePolicy>,
}

#[derive(Clone, Debug)]
enum PollChange {
    Keep,
    Replace(NewPoll),
    Remove,
}

impl Edit {
    /// The text.
    pub fn text(mut self, text: impl IntoParameter<String>) -> Self {
        self.text = Some(text.into_parameter());
        self
    }

    /// A subject or warning, behind which the text is hidden; an empty one takes it away.
    pub fn spoiler_text(mut self, text: impl IntoParameter<String>) -> Self {
        self.spoiler_text = Some(text.into_parameter());
        self
    }

    /// Whether its media are to be hidden at first.
    pub fn sensitive(mut self, sensitive: bool) -> Self {
        self.sensitive = Some(sensitive);
        self
    }

    /// Its language (ISO 639).
    pub fn language(mut self, language: impl IntoParameter<String>) -> Self {
        self.language = Some(language.into_parameter());
        self
    }

    /// Its media: those of these that it has already or that were uploaded since. The others are taken away.
    pub fn media(mut self, ids: impl IntoParameter<Vec<MediaAttachmentId>>) -> Self {
        self.media = Some(ids.into_parameter());
        self
    }

    /// A file that is uploaded when the change is sent, after the media that it has.
    pub fn attach(mut self, upload: MediaUpload) -> Self {
        self.uploads.push(upload);
        self
    }

    /// Changes to the media that it has: what they show, where to cut them. Mastodon since 4.1.
    pub fn media_attributes(
        mut self,
        attributes: impl IntoParameter<Vec<MediaAttributes>>,
    ) -> Self {
        self.media_attributes = attributes.into_parameter();
        self
    }

    /// A poll in place of the one that it has. The votes stay if the options are the same, in the same order, and as
    /// many may be chosen; otherwise they are gone.
    pub fn poll(mut self, poll: NewPoll) -> Self {
        self.poll = PollChange::Replace(poll);
        self
    }

    /// Takes its poll away, with all votes.
    pub fn without_poll(mut self) -> Self {
        self.poll = PollChange::Remove;
        self
    }

    /// Who may quote it. Mastodon since 4.5.
    pub fn quote_policy(mut self, policy: QuotePolicy) -> Self {
        self.quote_policy = Some(policy);
        self
    }

    /// Asks the server for the text as it was written where it is to stay, checks it, uploads what is attached, and
    /// changes the status.
    ///
    /// A server wants all of a poll said anew, with a time to run: one that stays ends when it was to end, and if that
    /// is sooner than the server's shortest time (five minutes), after that. One that has ended cannot stay, since the
    /// change would open it again.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`]. A poll that has ended is an [`InvalidRequest`]: say [`poll`](Self::poll) to open
    /// it again, or [`without_poll`](Self::without_poll).
    pub async fn send(self) -> Result<Status, Error> {
        let Self {
            client,
            status,
            mut text,
            mut spoiler_text,
            ..
        } = self;
        // Servers take away what a change does not name.
        let poll = match self.poll {
            PollChange::Keep => status.poll.as_deref().map(as_it_is).transpose()?,
            PollChange::Replace(poll) => Some(poll),
            PollChange::Remove => None,
        };
        // Not said is something else than `false`, and the votes would be gone.
        let poll = poll.map(|poll| {
            let multiple = poll.multiple.unwrap_or_default();
            poll.multiple(multiple)
        });
        let mut media = self.media.unwrap_or_else(|| ids_of(&status));
        if text.is_none() || spoiler_text.is_none() {
            let source = client.send(statuses::Source::new(&status)).await?;
            text.get_or_insert(source.text);
            spoiler_text.get_or_insert(source.spoiler_text);
        }
        let (text, spoiler_text) = (text.unwrap_or_default(), spoiler_text.unwrap_or_default());
        let draft = Draft {
            text: &text,
            spoiler_text: &spoiler_text,
            media: &media,
            media_attributes: &self.media_attributes,
            uploads: &self.uploads,
            poll: poll.as_ref(),
        };
        draft.check(&client).await?;
        for upload in self.uploads {
            media.push(Box::pin(upload.send()).await?.id);
        }
        let mut call = statuses::Edit::new(&status)
            .status(text)
            .spoiler_text(spoiler_text)
            .sensitive(self.sensitive.unwrap_or(status.sensitive))
            .media_ids(media);
        if let Some(language) = self.language.or(status.language) {
            call = call.language(language);
        }
        if !self.media_attributes.is_empty() {
            call = call.media_attributes(self.media_attributes);
        }
        if let Some(policy) = self.quote_policy {
            call = call.quote_approval_policy(policy);
        }
        if let Some(poll) = poll {
            call = call.poll(poll);
        }
        client.send(call).await
    }
}

fn ids_of(status: &Status) -> Vec<MediaAttachmentId> {
    let media = status.media_attachments.iter();
    media.map(|medium| medium.id.clone()).collect()
}

/// The shortest time that Mastodon lets a poll run.
const SHORTEST_POLL: TimeDelta = TimeDelta::minutes(5);

/// A poll with its votes, for the time that is left.
fn as_it_is(poll: &Poll) -> Result<NewPoll, InvalidRequest> {
    let left = poll.expires_at.map(|end| end - Utc::now());
    if poll.expired || left.is_some_and(|left| left <= TimeDelta::zero()) {
        let why = "it has ended, and this change would open it again: say `poll` or `without_poll`";
        return Err(InvalidRequest::parameter("poll", why));
    }
    Ok(new_poll(poll, left))
}

fn new_poll(poll: &Poll, time: Option<TimeDelta>) -> NewPoll {
    let options: Vec<String> = poll.options.iter().map(|o| o.title.clone()).collect();
    let time = time.map(|time| time.max(SHORTEST_POLL));
    // Rounded up: it must not end earlier than it was to.
    let seconds = time.map(|time| time.num_milliseconds().unsigned_abs().div_ceil(1000));
    let are_hidden = !poll.expired && poll.options.iter().any(|o| o.votes_count.is_none());
    NewPoll {
        options,
        expires_in: seconds,
        multiple: Some(poll.multiple),
        hide_totals: are_hidden.then_some(true),
    }
}

fn quoted(quote: &Quote) -> Option<StatusId> {
    let whole = quote.quoted_status.as_ref().map(|status| status.id.clone());
    whole.or_else(|| quote.quoted_status_id.clone())
}

fn policy(approval: &QuoteApproval) -> QuotePolicy {
    if approval.automatic.contains(&ApprovalGroup::Public) {
        QuotePolicy::Public
    } else if approval.automatic.contains(&ApprovalGroup::Followers) {
        QuotePolicy::Followers
    } else {
        QuotePolicy::Nobody
    }
}
