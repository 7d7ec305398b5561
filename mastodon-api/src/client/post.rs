//! Publishing, editing and threads in one line.

use chrono::{DateTime, TimeDelta, Utc};

use super::MediaUpload;
use super::retry::idempotency_key;
use crate::Client;
use crate::endpoint::IntoParameter;
use crate::entities::{QuotePolicy, ScheduledStatus, Status, Visibility};
use crate::error::{Error, InvalidRequest, LimitRule, NotUnderstood, OverLimit};
use crate::ids::{AccountId, MediaAttachmentId, StatusId};
use crate::methods::statuses::{Create, NewPoll};

use self::draft::Draft;
pub use self::edit::Edit;
pub use self::thread::Thread;

mod draft;
mod edit;
mod thread;

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

    /// The status that it quotes. Mastodon since 4.5; older servers publish it without: see [`Status::quote`] of the
    /// answer.
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

    /// Whether its files can be read and the server will take it, by what it says that it allows
    /// ([`check_limits`](crate::ClientBuilder::check_limits)). [`send`](Self::send) does this too; nothing is
    /// uploaded or published.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks ([`Error::over_limit`]), or what is wrong with a file ([`Error::invalid_file`]).
    pub async fn check(&self) -> Result<(), Error> {
        let draft = Draft {
            text: &self.text,
            spoiler_text: &self.spoiler_text,
            media: &self.media,
            media_attributes: &[],
            uploads: &self.uploads,
            poll: self.poll.as_ref(),
        };
        draft.check(&self.client).await
    }

    /// Checks it, uploads what is attached, and publishes it.
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
        Thread::new(self, texts.into_iter().map(Into::into).collect())
    }

    /// Uploads what is attached.
    async fn prepare(&mut self) -> Result<(), Error> {
        self.check().await?;
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

/// A status to publish later.
#[derive(Clone, Debug)]
#[must_use = "nothing is scheduled until `send`"]
pub struct ScheduledPost {
    post: Post,
    at: DateTime<Utc>,
}

/// How far ahead Mastodon and others want it to be. Earlier ones they refuse, or publish at once.
const SOONEST: TimeDelta = TimeDelta::minutes(5);

impl ScheduledPost {
    /// As [`Post::check`], and whether the time is at least five minutes from now.
    ///
    /// # Errors
    ///
    /// As [`Post::check`].
    pub async fn check(&self) -> Result<(), Error> {
        self.check_time()?;
        self.post.check().await
    }

    /// Checks it, uploads what is attached, and has it published later.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`]. A server that does not know of times and published it at once is
    /// [`Error::NotUnderstood`].
    pub async fn send(mut self) -> Result<ScheduledStatus, Error> {
        self.check_time()?;
        self.post.prepare().await?;
        // Uploading takes its time.
        self.check_time()?;
        let client = self.post.client.clone();
        let call = self.post.into_call().scheduled_at(self.at);
        let answered = client.send_full(call).await?;
        let scheduled = answered.value;
        if scheduled.scheduled_at.is_none() && scheduled.params.is_none() {
            let why = NotUnderstood::missing("scheduled_at", answered.status);
            return Err(Error::NotUnderstood(Box::new(why)));
        }
        Ok(scheduled)
    }

    fn check_time(&self) -> Result<(), InvalidRequest> {
        let left = self.at - Utc::now();
        if left >= SOONEST {
            return Ok(());
        }
        let over = OverLimit {
            rule: LimitRule::SoonSchedule,
            limit: u64::try_from(SOONEST.num_seconds()).ok(),
            figure: Some(u64::try_from(left.num_seconds()).unwrap_or_default()),
        };
        Err(InvalidRequest::parameter("scheduled_at", over))
    }
}
