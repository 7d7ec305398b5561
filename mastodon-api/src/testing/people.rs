//! What people do on the instance, and what the instance does by and by.

use bytes::Bytes;

use super::{
    FakeInstance,
    posts::{Mark, PollDraft, Processing},
    state::{Draft, number},
};
use crate::{
    entities::{MediaAttachment, Status, Visibility, instance::Configuration},
    ids::{MediaAttachmentId, ScheduledStatusId, StatusId},
};

impl FakeInstance {
    /// Lets one account follow another, so that it sees the other's statuses in its home timeline; or ask to follow
    /// it, if it is [locked](Self::lock).
    pub fn follow(&self, follower: &str, followed: &str) {
        let mut fake = self.fake();
        let (follower, followed) = (fake.account(follower).id, fake.account(followed).id);
        fake.follow(&follower, &followed);
    }

    /// Lets somebody follow an account who asked to. `false` if it did not ask.
    pub fn accept_follow(&self, account: &str, follower: &str) -> bool {
        let mut fake = self.fake();
        let (account, follower) = (fake.account(account).id, fake.account(follower).id);
        fake.accept_follow(&follower, &account)
    }

    /// Lets an account decide who follows it.
    pub fn lock(&self, account: &str) {
        let mut fake = self.fake();
        let id = fake.account(account).id;
        if let Some(account) = fake.accounts.iter_mut().find(|account| account.id == id) {
            account.locked = true;
        }
    }

    /// Lets one account block another: neither follows the other, and neither sees what the other posts.
    pub fn block(&self, account: &str, blocked: &str) {
        let mut fake = self.fake();
        let (from, to) = (fake.account(account).id, fake.account(blocked).id);
        fake.block(&from, &to);
    }

    /// Posts a status; those who are mentioned in it are notified.
    pub fn post_as(&self, account: &str, text: &str, visibility: Visibility) -> Status {
        let mut fake = self.fake();
        let author = fake.account(account).id;
        fake.publish(Draft::new(author, text, visibility))
    }

    /// Posts so many public statuses with the texts `1`, `2` and so on. They are given back oldest first.
    pub fn seed_statuses(&self, account: &str, count: usize) -> Vec<Status> {
        let post = |number: usize| self.post_as(account, &number.to_string(), Visibility::Public);
        (1..=count).map(post).collect()
    }

    /// Posts a public status with a poll that ends in a day, or by [`end_poll`](Self::end_poll).
    pub fn poll_as(&self, account: &str, text: &str, options: &[&str]) -> Status {
        let mut fake = self.fake();
        let author = fake.account(account).id;
        let mut draft = Draft::new(author, text, Visibility::Public);
        draft.poll = Some(PollDraft {
            options: options.iter().map(ToString::to_string).collect(),
            expires_in: 24 * 60 * 60,
            multiple: false,
            hide_totals: false,
        });
        fake.publish(draft)
    }

    /// Replies to a status, with the visibility of that status. Only those are notified whom the text mentions.
    ///
    /// `None` if there is no such status.
    pub fn reply_as(&self, account: &str, text: &str, to: &StatusId) -> Option<Status> {
        let mut fake = self.fake();
        let author = fake.account(account).id;
        let visibility = fake.status(to)?.visibility.clone();
        let mut draft = Draft::new(author, text, visibility);
        draft.in_reply_to = Some(to.clone());
        Some(fake.publish(draft))
    }

    /// Lets one account mention another in a public status: `@to text`.
    pub fn mention(&self, from: &str, to: &str, text: &str) -> Status {
        self.account(to);
        self.post_as(from, &format!("@{to} {text}"), Visibility::Public)
    }

    /// Changes the text of a status in its author's name. Those who listen see a `status.update`, those who boosted
    /// it are notified.
    ///
    /// `None` if there is no such status.
    pub fn edit(&self, status: &StatusId, text: &str) -> Option<Status> {
        let mut fake = self.fake();
        let old = fake.status(status)?.clone();
        let mut draft = Draft::new(old.account.id, text, old.visibility);
        draft.spoiler_text = old.spoiler_text;
        draft.sensitive = old.sensitive;
        draft.language = old.language;
        let media = old.media_attachments.iter();
        draft.media = media
            .filter_map(|medium| number(medium.id.as_str()))
            .collect();
        draft.poll = old.poll.map(|poll| PollDraft {
            options: poll
                .options
                .into_iter()
                .map(|option| option.title)
                .collect(),
            expires_in: 0,
            multiple: poll.multiple,
            hide_totals: false,
        });
        fake.edit(status, &draft)
    }

    /// Deletes a status. `false` if there is no such status.
    pub fn delete(&self, status: &StatusId) -> bool {
        self.fake().delete(status).is_some()
    }

    /// Boosts a status, publicly; its author is notified. A second time gives the first boost.
    ///
    /// `None` if there is no such status.
    pub fn boost_as(&self, account: &str, status: &StatusId) -> Option<Status> {
        let mut fake = self.fake();
        let who = fake.account(account).id;
        fake.boost(&who, status, Visibility::Public)
    }

    /// Favourites a status; its author is notified.
    pub fn favourite_as(&self, account: &str, status: &StatusId) {
        let mut fake = self.fake();
        let who = fake.account(account).id;
        fake.mark(Mark::Favourite, &who, status, true);
    }

    /// Votes in the poll of a status, by the numbers of the options, from 0. `false` if it has none, or not these
    /// options. That somebody votes once only is not checked.
    pub fn vote_as(&self, account: &str, status: &StatusId, choices: &[u64]) -> bool {
        let mut fake = self.fake();
        let who = fake.account(account).id;
        fake.vote(&who, status, choices)
    }

    /// Ends the poll of a status; its author and those who voted are notified. `false` if it has none that runs.
    pub fn end_poll(&self, status: &StatusId) -> bool {
        self.fake().end_poll(status)
    }

    /// Publishes a scheduled status; time alone never does. `None` if there is no such scheduled status.
    pub fn publish_scheduled(&self, scheduled: &ScheduledStatusId) -> Option<Status> {
        let mut fake = self.fake();
        let (_, draft) = fake.scheduled.remove(&number(scheduled.as_str())?)?;
        Some(fake.publish(draft))
    }

    /// From here on what is uploaded is not done with until [`finish_media`](Self::finish_media).
    pub fn hold_media(&self) {
        self.fake().processing = Processing::UnderWay;
    }

    /// From here on what is uploaded is answered as always, and then cannot be processed.
    pub fn fail_media(&self) {
        self.fake().processing = Processing::Failed;
    }

    /// Ends the work on an upload, successfully. `false` if there is no such upload.
    pub fn finish_media(&self, id: &MediaAttachmentId) -> bool {
        let mut fake = self.fake();
        let Some(id) = number(id.as_str()) else {
            return false;
        };
        let url = fake.medium_url(id);
        let Some(medium) = fake.media.get_mut(&id) else {
            return false;
        };
        medium.processing = Processing::Done;
        medium.attachment.url = Some(url);
        true
    }

    /// What was uploaded: the attachment as it is now, and the bytes of the file. `None` if there is no such upload.
    #[must_use]
    pub fn media(&self, id: &MediaAttachmentId) -> Option<(MediaAttachment, Bytes)> {
        let fake = self.fake();
        let medium = fake.media.get(&number(id.as_str())?)?;
        Some((medium.attachment.clone(), medium.bytes.clone()))
    }

    /// Changes what the instance allows: it says so when it is asked, and refuses what is above it.
    ///
    /// Without this call it allows what Mastodon allows.
    pub fn configure(&self, change: impl FnOnce(&mut Configuration)) {
        change(&mut self.fake().configuration);
    }
}
