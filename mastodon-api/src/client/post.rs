//! Publishing a status in one line.

use crate::Client;
use crate::endpoint::IntoParameter;
use crate::entities::{Status, Visibility};
use crate::error::Error;
use crate::ids::MediaAttachmentId;
use crate::methods::statuses::{Create, NewPoll};

/// A status to publish. [`methods::statuses::Create`](Create) has every parameter there is.
///
/// It has an idempotency key of its own, so a copy of it sent again publishes nothing twice.
#[derive(Clone, Debug)]
#[must_use = "nothing is published until `send`"]
pub struct Post {
    client: Client,
    call: Create,
    visibility: Option<Visibility>,
    inherited: Option<Visibility>,
}

impl Post {
    pub(super) fn new(client: Client, text: String) -> Self {
        let key = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        Self {
            client,
            call: Create::new().status(text).idempotency_key(key),
            visibility: None,
            inherited: None,
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

    /// The status that it replies to. Mention its author in the text, `@name@host`: otherwise nobody is notified.
    pub fn reply_to(mut self, status: &Status) -> Self {
        self.inherited =
            Some(status.visibility.clone()).filter(|visibility| !visibility.as_str().is_empty());
        self.call = self.call.in_reply_to_id(status);
        self
    }

    /// Its language (ISO 639).
    pub fn language(mut self, language: impl IntoParameter<String>) -> Self {
        self.call = self.call.language(language);
        self
    }

    /// A subject or warning, behind which the text is hidden.
    pub fn spoiler_text(mut self, text: impl IntoParameter<String>) -> Self {
        self.call = self.call.spoiler_text(text);
        self
    }

    /// Whether its media are to be hidden at first.
    pub fn sensitive(mut self, sensitive: bool) -> Self {
        self.call = self.call.sensitive(sensitive);
        self
    }

    /// Media that were uploaded before.
    pub fn media(mut self, ids: impl IntoParameter<Vec<MediaAttachmentId>>) -> Self {
        self.call = self.call.media_ids(ids);
        self
    }

    /// A poll.
    pub fn poll(mut self, poll: NewPoll) -> Self {
        self.call = self.call.poll(poll);
        self
    }

    /// A text of your choice by which the server knows a post that it has already; otherwise there is a random one.
    pub fn idempotency_key(mut self, key: impl IntoParameter<String>) -> Self {
        self.call = self.call.idempotency_key(key);
        self
    }

    /// Publishes it.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn send(self) -> Result<Status, Error> {
        let call = match self.visibility.or(self.inherited) {
            Some(visibility) => self.call.visibility(visibility),
            None => self.call,
        };
        self.client.send(call).await
    }
}
