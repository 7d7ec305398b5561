//! Several statuses, each a reply to the one before.

use super::Post;
use crate::entities::Status;
use crate::error::Error;

/// Statuses to publish one after the other, each as a reply to the one before.
#[derive(Clone, Debug)]
#[must_use = "nothing is published until `send`"]
pub struct Thread {
    first: Post,
    texts: Vec<String>,
    posted: Vec<Status>,
}

impl Thread {
    pub(super) fn new(first: Post, texts: Vec<String>) -> Self {
        Self {
            first,
            texts,
            posted: Vec::new(),
        }
    }

    /// As [`Post::check`], for all of them.
    ///
    /// # Errors
    ///
    /// As [`Post::check`].
    pub async fn check(&self) -> Result<(), Error> {
        self.first.check().await?;
        for text in &self.texts {
            self.follower(text.clone()).check().await?;
        }
        Ok(())
    }

    /// Publishes what is not published yet. All of it is checked before the first goes out.
    ///
    /// After an error it can be called again: it goes on where it stopped, and publishes nothing twice.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`]. What was published stands in [`posted`](Self::posted).
    pub async fn send(&mut self) -> Result<&[Status], Error> {
        if self.posted.is_empty() {
            self.check().await?;
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
        self.follower(text.unwrap_or_default())
            .reply_to(last)
            .idempotency_key(key)
    }

    /// One that has from the first what all of them have.
    fn follower(&self, text: String) -> Post {
        Post {
            text,
            media: Vec::new(),
            uploads: Vec::new(),
            poll: None,
            quoted: None,
            ..self.first.clone()
        }
    }
}
