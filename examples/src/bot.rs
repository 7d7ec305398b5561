//! A bot that answers everybody who mentions it.

use crate::in_words;
use crate::server::BoxError;
use mastodon_api::entities::{Notification, NotificationType};
use mastodon_api::ids::NotificationId;
use mastodon_api::streaming::{Event, Stream};
use mastodon_api::{Client, Error, methods};
use std::ops::ControlFlow;
use std::time::Duration;

/// A bot at its place: which account it is, and up to where it has answered.
#[derive(Debug)]
pub struct Bot {
    client: Client,
    name: String,
    answered: Option<NotificationId>,
}

impl Bot {
    /// Arrives. What was said before is not the bot's to answer; what is said from now on is.
    ///
    /// # Errors
    ///
    /// When the server does not answer or refuses the token.
    pub async fn arrive(client: Client) -> Result<Self, Error> {
        let me = client.me().await?;
        let newest = client
            .send(methods::notifications::List::new().limit(1_u64))
            .await?;
        Ok(Self {
            client,
            name: me.username.clone(),
            answered: newest.items.first().map(|newest| newest.id.clone()),
        })
    }

    /// The name of the account, without `@`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Answers mentions until `after_each` says that it is enough. A mention that came while the stream was down is
    /// answered when it is back.
    ///
    /// `reply` makes the answer out of the mention's plain text. Answers are unlisted: a bot should not fill public timelines.
    ///
    /// # Errors
    ///
    /// When the server refuses the token: nothing but a new login helps then. Everything else passes, so it is said, and
    /// tried again.
    pub async fn answer_mentions(
        &mut self,
        reply: impl Fn(&str) -> String,
        mut after_each: impl FnMut(&Notification) -> ControlFlow<()>,
    ) -> Result<(), BoxError> {
        let mut wait = Duration::from_secs(1);
        loop {
            let began = tokio::time::Instant::now();
            match self.listen(&reply, &mut after_each).await {
                Ok(ControlFlow::Break(())) => return Ok(()),
                Ok(ControlFlow::Continue(())) => eprintln!("the stream ended"),
                Err(error) if is_token_refused(&*error) => return Err(error),
                Err(error) => eprintln!("{}", in_words(&*error)),
            }
            // A server that is down should not be asked every second for an hour; one that was up for long may be asked at once.
            wait = if began.elapsed() > wait {
                Duration::from_secs(1)
            } else {
                (wait * 2).min(Duration::from_secs(300))
            };
            eprintln!("listening again in {} s", wait.as_secs());
            tokio::time::sleep(wait).await;
        }
    }

    /// Listens until the stream ends.
    async fn listen(
        &mut self,
        reply: impl Fn(&str) -> String,
        after_each: &mut impl FnMut(&Notification) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, BoxError> {
        let mut events = self.client.stream(Stream::User).await?;
        // The stream first, then what was missed: in this order nothing falls between the two.
        let mut missed = methods::notifications::List::new().types([NotificationType::Mention]);
        if let Some(answered) = &self.answered {
            missed = missed.min_id(answered.clone());
        }
        for mention in self.client.send(missed).await?.items.into_iter().rev() {
            if self.answer(&mention, &reply, after_each).await?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        while let Some(event) = events.next_event().await {
            // An event that this library does not know, or cannot read, is an event too: nothing to do.
            let Event::Notification(mention) = event? else {
                continue;
            };
            if self.answer(&mention, &reply, after_each).await?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn answer(
        &mut self,
        mention: &Notification,
        reply: impl Fn(&str) -> String,
        after_each: &mut impl FnMut(&Notification) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, BoxError> {
        let is_new = self
            .answered
            .as_ref()
            .is_none_or(|last| is_newer(&mention.id, last));
        // Two bots that answer each other would do so for ever.
        if !is_new || mention.kind != NotificationType::Mention || mention.account.bot {
            return Ok(ControlFlow::Continue(()));
        }
        let Some(status) = &mention.status else {
            return Ok(ControlFlow::Continue(()));
        };
        let said = status.content.to_text();
        let said: Vec<&str> = said
            .split_whitespace()
            .filter(|word| !word.starts_with(&format!("@{}", self.name)))
            .collect();
        let text = format!("@{} {}", mention.account.acct, reply(&said.join(" ")));
        // The key makes the server recognise the answer if this has to be sent twice.
        let key = format!("answer to {}", mention.id.as_str());
        self.client
            .post(text)
            .unlisted()
            .reply_to(status)
            .idempotency_key(key)
            .send()
            .await?;
        self.answered = Some(mention.id.clone());
        Ok(after_each(mention))
    }
}

/// Whether the server said that the token is none, which waiting does not change.
fn is_token_refused(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error
        .downcast_ref::<Error>()
        .is_some_and(Error::is_unauthorized)
}

/// Ids are opaque, but newer ones are longer or, at the same length, later in the alphabet.
fn is_newer(id: &NotificationId, than: &NotificationId) -> bool {
    let (id, than) = (id.as_str(), than.as_str());
    (id.len(), id) > (than.len(), than)
}
