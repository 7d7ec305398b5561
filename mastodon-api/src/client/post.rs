//! Publishing, editing and threads in one line.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::MediaUpload;
use super::retry::idempotency_key;
use crate::Client;
use crate::InstanceLimits;
use crate::endpoint::IntoParameter;
use crate::entities::{Poll, QuotePolicy, ScheduledStatus, Status, Visibility};
use crate::error::{Error, InvalidRequest, LimitRule, OverLimit};
use crate::ids::{AccountId, MediaAttachmentId, StatusId};
use crate::methods::statuses;
use crate::methods::statuses::{Create, NewPoll};

/// A status to publish. [`methods::statuses::Create`](Create) has every parameter there is.
///
/// It has an idempotency key of its own, so a copy of it sent again publishes nothing twice.
#[derive(Clone, Debug)]
#[must_use = "nothing is published until `send`"]
pub struct Post {
    client: Client,
    text: String,
    spoiler_text: String,
    sensitive: Option<bool>,
    language: Option<String>,
    visibility: Option<Visibility>,
    inherited: Option<Visibility>,
    in_reply_to: Option<StatusId>,
    quoted: Option<StatusId>,
    quote_policy: Option<QuotePolicy>,
    media: Vec<MediaAttachmentId>,
    uploads: Vec<MediaUpload>,
    poll: Option<NewPoll>,
    idempotency_key: String,
}

impl Post {
    pub(super) fn new(client: Client, text: String) -> Self {
        Self {
            client,
            text,
            spoiler_text: String::new(),
            sensitive: None,
            language: None,
            visibility: None,
            inherited: None,
            in_reply_to: None,
            quoted: None,
            quote_policy: None,
            media: Vec::new(),
            uploads: Vec::new(),
            poll: None,
            idempotency_key: idempotency_key(),
        }
    }

    /// For everyone to see.
    pub fn public(self) -> Self {
        self.visibility(Visibility::Public)
    }

    /// For everyone to see, but not in public timelines.
    pub fn unlisted(self) -> Self {
        self.visibility(Visibility::Unlisted)
    }

    /// For followers, and whom it mentions.
    pub fn private(self) -> Self {
        self.visibility(Visibility::Private)
    }

    /// For those whom it mentions.
    pub fn direct(self) -> Self {
        self.visibility(Visibility::Direct)
    }

    /// Who can see it. If nothing is said: those who can see the status that it replies to, otherwise the account's
    /// own default.
    pub fn visibility(mut self, visibility: Visibility) -> Self {
        self.visibility = Some(visibility);
        self
    }

    /// The status that it replies to. Its author is notified only if the text mentions them: write `@name@host`, or
    /// say [`mentioning`](Self::mentioning).
    pub fn reply_to(mut self, status: &Status) -> Self {
        self.inherited =
            Some(status.visibility.clone()).filter(|visibility| !visibility.as_str().is_empty());
        self.in_reply_to = Some(status.id.clone());
        self
    }

    /// Writes before the text the addresses of those who take part in that status: its author and whom it mentions,
    /// but `me`, and each once.
    pub fn mentioning(mut self, status: &Status, me: &AccountId) -> Self {
        let author = (&status.account.id, &status.account.acct);
        let others = status.mentions.iter().map(|who| (&who.id, &who.acct));
        let mut names: Vec<String> = Vec::new();
        for (id, acct) in std::iter::once(author).chain(others) {
            let name = format!("@{acct} ");
            if id != me && !names.contains(&name) {
                names.push(name);
            }
        }
        self.text.insert_str(0, &names.concat());
        self
    }

    /// The status that it quotes. Mastodon since 4.5.
    pub fn quote(mut self, status: impl IntoParameter<StatusId>) -> Self {
        self.quoted = Some(status.into_parameter());
        self
    }

    /// Who may quote it. Mastodon since 4.5.
    pub fn quote_policy(mut self, policy: QuotePolicy) -> Self {
        self.quote_policy = Some(policy);
        self
    }

    /// Its language (ISO 639).
    pub fn language(mut self, language: impl IntoParameter<String>) -> Self {
        self.language = Some(language.into_parameter());
        self
    }

    /// A subject or warning, behind which the text is hidden.
    pub fn spoiler_text(mut self, text: impl IntoParameter<String>) -> Self {
        self.spoiler_text = text.into_parameter();
        self
    }

    /// Whether its media are to be hidden at first.
    pub fn sensitive(mut self, sensitive: bool) -> Self {
        self.sensitive = Some(sensitive);
        self
    }

    /// Media that were uploaded before.
    pub fn media(mut self, ids: impl IntoParameter<Vec<MediaAttachmentId>>) -> Self {
        self.media = ids.into_parameter();
        self
    }

    /// A file that is uploaded when the status is sent, after those of [`media`](Self::media).
    ///
    /// ```no_run
    /// # async fn example(client: mastodon_api::Client) -> Result<(), mastodon_api::Error> {
    /// let cat = client.upload("cat.jpg").description("A cat in a box");
    /// client.post("Look").attach(cat).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn attach(mut self, upload: MediaUpload) -> Self {
        self.uploads.push(upload);
        self
    }

    /// A poll.
    pub fn poll(mut self, poll: NewPoll) -> Self {
        self.poll = Some(poll);
        self
    }

    /// A text of your choice by which the server knows a post that it has already; otherwise there is a random one.
    pub fn idempotency_key(mut self, key: impl IntoParameter<String>) -> Self {
        self.idempotency_key = key.into_parameter();
        self
    }

    /// Whether the server will take it, by what it says that it allows. [`send`](Self::send) does this too, if the
    /// client knows the limits already ([`Client::server`]).
    ///
    /// # Errors
    ///
    /// The first rule that it breaks.
    pub fn check(&self, limits: &InstanceLimits) -> Result<(), OverLimit> {
        limits.check_text(&self.text, &self.spoiler_text)?;
        let media = self.media.len() + self.uploads.len();
        limits.check_media_attachments(media)?;
        if let Some(poll) = &self.poll {
            limits.check_poll(poll)?;
            if media > 0 {
                return Err(OverLimit {
                    rule: LimitRule::MediaAndPoll,
                    limit: None,
                    figure: None,
                });
            }
        }
        Ok(())
    }

    /// Uploads what is attached, and publishes it.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`]. [`Error::over_limit`] says which rule of the server it would break.
    pub async fn send(mut self) -> Result<Status, Error> {
        self.prepare().await?;
        self.client.clone().send(self.into_call()).await
    }

    /// Has it published later, at least five minutes from now.
    pub fn schedule(self, at: DateTime<Utc>) -> ScheduledPost {
        ScheduledPost { post: self, at }
    }

    /// Publishes these texts after it, each as a reply to the one before, with the same language, visibility, warning
    /// and policy. [`split_text`](crate::text::split_text) makes them of a long text.
    pub fn thread<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Thread {
        Thread {
            first: self,
            texts: texts.into_iter().map(Into::into).collect(),
            posted: Vec::new(),
        }
    }

    async fn prepare(&mut self) -> Result<(), Error> {
        if let Some(server) = self.client.known_server() {
            self.check(&server.limits)
                .map_err(|over| InvalidRequest::parameter(parameter(over.rule), over))?;
        }
        // One after the other, so that after an error what is there already is not sent again.
        while let Some(upload) = self.uploads.first().cloned() {
            self.media.push(Box::pin(upload.send()).await?.id);
            drop(self.uploads.remove(0));
        }
        Ok(())
    }

    fn into_call(self) -> Create {
        let mut call = Create::new()
            .status(self.text)
            .idempotency_key(self.idempotency_key);
        if let Some(visibility) = self.visibility.or(self.inherited) {
            call = call.visibility(visibility);
        }
        if !self.spoiler_text.is_empty() {
            call = call.spoiler_text(self.spoiler_text);
        }
        if let Some(sensitive) = self.sensitive {
            call = call.sensitive(sensitive);
        }
        if let Some(language) = self.language {
            call = call.language(language);
        }
        if let Some(status) = self.in_reply_to {
            call = call.in_reply_to_id(status);
        }
        if let Some(status) = self.quoted {
            call = call.quoted_status_id(status);
        }
        if let Some(policy) = self.quote_policy {
            call = call.quote_approval_policy(policy);
        }
        if !self.media.is_empty() {
            call = call.media_ids(self.media);
        }
        if let Some(poll) = self.poll {
            call = call.poll(poll);
        }
        call
    }
}

/// The parameter that breaks a rule.
fn parameter(rule: LimitRule) -> &'static str {
    match rule {
        LimitRule::Characters => "status",
        LimitRule::MediaAttachments => "media_ids",
        _ => "poll",
    }
}

/// A status to publish later.
#[derive(Clone, Debug)]
#[must_use = "nothing is scheduled until `send`"]
pub struct ScheduledPost {
    post: Post,
    at: DateTime<Utc>,
}

impl ScheduledPost {
    /// Uploads what is attached, and has it published later.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn send(mut self) -> Result<ScheduledStatus, Error> {
        self.post.prepare().await?;
        let client = self.post.client.clone();
        client
            .send(self.post.into_call().scheduled_at(self.at))
            .await
    }
}

/// Statuses to publish one after the other, each as a reply to the one before.
#[derive(Clone, Debug)]
#[must_use = "nothing is published until `send`"]
pub struct Thread {
    first: Post,
    texts: Vec<String>,
    posted: Vec<Status>,
}

impl Thread {
    /// Publishes what is not published yet. All texts are checked before the first goes out, if the client knows the
    /// limits.
    ///
    /// After an error it can be called again: it goes on where it stopped, and publishes nothing twice.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`]. What was published stands in [`posted`](Self::posted).
    pub async fn send(&mut self) -> Result<&[Status], Error> {
        if let Some(server) = self.first.client.known_server() {
            for text in &self.texts {
                server
                    .limits
                    .check_text(text, &self.first.spoiler_text)
                    .map_err(|over| InvalidRequest::parameter(parameter(over.rule), over))?;
            }
        }
        if self.posted.is_empty() {
            self.first.prepare().await?;
        }
        while self.posted.len() <= self.texts.len() {
            let post = match self.posted.last() {
                None => self.first.clone(),
                Some(last) => self.next(last),
            };
            self.posted.push(post.send().await?);
        }
        Ok(&self.posted)
    }

    /// What is published already, in order.
    #[must_use]
    pub fn posted(&self) -> &[Status] {
        &self.posted
    }

    fn next(&self, last: &Status) -> Post {
        let number = self.posted.len();
        let text = self.texts.get(number.saturating_sub(1)).cloned();
        let key = format!("{}-{number}", self.first.idempotency_key);
        Post {
            media: Vec::new(),
            uploads: Vec::new(),
            poll: None,
            quoted: None,
            ..self.first.clone()
        }
        .reply_to(last)
        .with_text(text.unwrap_or_default())
        .idempotency_key(key)
    }
}

impl Post {
    fn with_text(mut self, text: String) -> Self {
        self.text = text;
        self
    }
}

impl Client {
    /// A change to a status of yours, which [`Edit::send`] makes. What is not changed stays: text, warning, language,
    /// media and poll.
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
            poll: None,
        }
    }

    /// Deletes a status of yours, and gives it back as a post to change and publish anew: with its text, warning,
    /// media, visibility and language, and as a reply to what it replied to. A poll is not kept.
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
    poll: Option<NewPoll>,
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

    /// A poll in place of the one that it has; all votes are gone.
    pub fn poll(mut self, poll: NewPoll) -> Self {
        self.poll = Some(poll);
        self
    }

    /// Uploads what is attached, asks the server for the text as it was written where it is to stay, and changes the
    /// status.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn send(self) -> Result<Status, Error> {
        let Self {
            client,
            status,
            mut text,
            mut spoiler_text,
            ..
        } = self;
        if text.is_none() || spoiler_text.is_none() {
            let source = client.send(statuses::Source::new(&status)).await?;
            text.get_or_insert(source.text);
            spoiler_text.get_or_insert(source.spoiler_text);
        }
        let (text, spoiler_text) = (text.unwrap_or_default(), spoiler_text.unwrap_or_default());
        if let Some(server) = client.known_server() {
            server
                .limits
                .check_text(&text, &spoiler_text)
                .map_err(|over| InvalidRequest::parameter("status", over))?;
        }
        let mut media = self.media.unwrap_or_else(|| ids_of(&status));
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
        // A server takes a poll away that the change does not name, and counts anew if its options differ.
        if let Some(poll) = self.poll.or_else(|| status.poll.as_ref().map(as_it_is)) {
            call = call.poll(poll);
        }
        client.send(call).await
    }
}

fn ids_of(status: &Status) -> Vec<MediaAttachmentId> {
    let media = status.media_attachments.iter();
    media.map(|medium| medium.id.clone()).collect()
}

/// The shortest time that Mastodon lets a poll run: one that has ended must not vanish by an edit.
const SHORTEST_POLL: Duration = Duration::from_secs(300);

fn as_it_is(poll: &Poll) -> NewPoll {
    let options: Vec<String> = poll.options.iter().map(|o| o.title.clone()).collect();
    let left = poll.expires_at.map(|end| (end - Utc::now()).num_seconds());
    let left = left.and_then(|left| u64::try_from(left).ok());
    NewPoll::new(
        options,
        left.unwrap_or_default().max(SHORTEST_POLL.as_secs()),
    )
    .multiple(poll.multiple)
}
