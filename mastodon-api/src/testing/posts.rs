//! Statuses and what belongs to them: media, polls, edits, and what people do with them.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    content::Content,
    rest::filters,
    state::{Draft, Fake, number},
    ties::Tie,
};
use crate::{
    entities::{
        Account, MediaAttachment, Mention, NotificationType, Poll, PollOption, ShallowTag, Status,
        StatusEdit, StatusEditPoll, Visibility,
    },
    ids::{AccountId, StatusId},
};

/// What a person does with a status.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Mark {
    Favourite,
    Bookmark,
    Pin,
    Mute,
}

/// A file that was uploaded.
pub(super) struct Medium {
    pub(super) owner: AccountId,
    pub(super) attachment: MediaAttachment,
    pub(super) bytes: Bytes,
    pub(super) processing: Processing,
    /// The status to which it is attached.
    pub(super) status: Option<u64>,
}

/// How far the instance is with a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Processing {
    Done,
    UnderWay,
    Failed,
}

/// A poll that is about to be posted.
#[derive(Clone)]
pub(super) struct PollDraft {
    pub(super) options: Vec<String>,
    pub(super) expires_in: u64,
    pub(super) multiple: bool,
    pub(super) hide_totals: bool,
}

/// Who voted for what, and who sees it.
#[derive(Default)]
pub(super) struct Votes {
    pub(super) choices: HashMap<AccountId, Vec<u64>>,
    pub(super) are_hidden: bool,
}

impl Fake {
    pub(super) fn status(&self, id: &StatusId) -> Option<&Status> {
        self.statuses.get(&number(id.as_str())?)
    }

    pub(super) fn all_statuses(&self) -> impl DoubleEndedIterator<Item = &Status> {
        self.statuses.values()
    }

    pub(super) fn publish(&mut self, draft: Draft) -> Status {
        let id = self.next_id();
        let author = self.account_with_id(&draft.author).cloned();
        let author = author.unwrap_or_else(|| Account::new(draft.author.clone()));
        let mut status = Status::new(id, author);
        status.uri = Some(
            self.page(&format!("users/{}/statuses/{id}", status.account.username))
                .into(),
        );
        status.url = Some(
            self.page(&format!("@{}/{id}", status.account.username))
                .into(),
        );
        status.created_at = Some(Utc::now());
        status.visibility = draft.visibility.clone();
        status.application = draft.application.clone().map(Box::new);
        self.write(&mut status, &draft);
        let answered = draft.in_reply_to.and_then(|id| number(id.as_str()));
        if let Some(answered) = answered.and_then(|id| self.statuses.get_mut(&id)) {
            answered.replies_count += 1;
            status.in_reply_to_id = Some(answered.id.clone());
            status.in_reply_to_account_id = Some(answered.account.id.clone());
        }
        self.statuses.insert(id, status.clone());
        self.counted(&status.account.id);
        self.send_status(&status, "update");
        self.converse(&status);
        for mention in &status.mentions {
            self.notify(
                &status.account.id,
                &mention.id,
                NotificationType::Mention,
                Some(&status),
            );
        }
        self.tell_of(&status);
        status
    }

    /// Notifies those who want to be told of each status of its author, if it is no reply to somebody else.
    fn tell_of(&mut self, status: &Status) {
        let author = &status.account.id;
        let answered = status.in_reply_to_account_id.as_ref();
        if answered.is_some_and(|answered| answered != author) {
            return;
        }
        for who in self.told_of(author) {
            if self.is_at_home(&who, status) {
                self.notify(author, &who, NotificationType::Status, Some(status));
            }
        }
    }

    /// Changes a status, and keeps how it was.
    pub(super) fn edit(&mut self, id: &StatusId, draft: &Draft) -> Option<Status> {
        let number = number(id.as_str())?;
        let mut status = self.statuses.get(&number)?.clone();
        self.history
            .entry(number)
            .or_insert_with(|| vec![version(&status)]);
        self.write(&mut status, draft);
        let now = Utc::now();
        status.edited_at = Some(now);
        self.statuses.insert(number, status.clone());
        if let Some(history) = self.history.get_mut(&number) {
            history.push(version(&status));
        }
        self.send_status(&status, "status.update");
        let boosters = self.boosters(id).map(|boost| boost.account.id.clone());
        for booster in boosters.collect::<Vec<_>>() {
            self.notify(
                &status.account.id,
                &booster,
                NotificationType::Update,
                Some(&status),
            );
        }
        Some(status)
    }

    /// How a status was, oldest first, and as it is.
    pub(super) fn versions(&self, status: &Status) -> Vec<StatusEdit> {
        let number = number(status.id.as_str()).unwrap_or_default();
        let history = self.history.get(&number).cloned();
        history.unwrap_or_else(|| vec![version(status)])
    }

    /// Puts into a status what the draft says of its content.
    fn write(&mut self, status: &mut Status, draft: &Draft) {
        let id = number(status.id.as_str()).unwrap_or_default();
        let content = Content::read(
            &draft.text,
            |name| {
                let account = self.account_named(name)?;
                Some(account.url.as_ref()?.as_str().to_owned())
            },
            |tag| self.page(&format!("tags/{tag}")),
        );
        status.content = content.html.into();
        status.text = Some(draft.text.clone());
        status.sensitive = draft.sensitive;
        status.spoiler_text.clone_from(&draft.spoiler_text);
        status.language = draft.language.clone().or_else(|| Some("en".to_owned()));
        status.mentions = content
            .mentions
            .iter()
            .filter_map(|name| {
                let account = self.account_named(name)?;
                let mut mention = Mention::new(&account.id);
                mention.username.clone_from(&account.username);
                mention.acct.clone_from(&account.acct);
                mention.url.clone_from(&account.url);
                Some(mention)
            })
            .collect();
        status.tags = content
            .tags
            .into_iter()
            .map(|name| {
                let mut tag = ShallowTag::new();
                tag.url = Some(self.page(&format!("tags/{}", name.to_lowercase())).into());
                tag.name = name;
                tag
            })
            .collect();
        status.media_attachments.clear();
        for medium in &draft.media {
            if let Some(medium) = self.media.get_mut(medium) {
                medium.status = Some(id);
                status.media_attachments.push(medium.attachment.clone());
            }
        }
        let is_same_poll = match (&status.poll, &draft.poll) {
            (Some(old), Some(new)) => {
                old.options
                    .iter()
                    .map(|option| &option.title)
                    .eq(&new.options)
                    && old.multiple == new.multiple
            }
            _ => false,
        };
        if !is_same_poll {
            status.poll = draft.poll.as_ref().map(|poll| Box::new(self.poll(poll)));
        }
    }

    fn poll(&mut self, draft: &PollDraft) -> Poll {
        let id = self.next_id();
        let mut poll = Poll::new(id);
        let lifetime = i64::try_from(draft.expires_in)
            .ok()
            .and_then(TimeDelta::try_seconds);
        poll.expires_at = lifetime.and_then(|lifetime| Utc::now().checked_add_signed(lifetime));
        poll.multiple = draft.multiple;
        poll.voters_count = Some(0);
        poll.options = draft
            .options
            .iter()
            .map(|title| {
                let mut option = PollOption::new();
                option.title.clone_from(title);
                option.votes_count = Some(0);
                option
            })
            .collect();
        let votes = Votes {
            are_hidden: draft.hide_totals,
            ..Votes::default()
        };
        self.votes.insert(id, votes);
        poll
    }

    /// The status to which a poll belongs.
    pub(super) fn status_of_poll(&self, id: &str) -> Option<&Status> {
        self.all_statuses().find(|status| {
            status
                .poll
                .as_ref()
                .is_some_and(|poll| poll.id.as_str() == id)
        })
    }

    /// Votes in the poll of a status. `false` if it has none, or not these options.
    pub(super) fn vote(&mut self, who: &AccountId, status: &StatusId, choices: &[u64]) -> bool {
        let poll = number(status.as_str())
            .and_then(|number| self.statuses.get_mut(&number)?.poll.as_mut());
        let Some(poll) = poll else {
            return false;
        };
        let count = u64::try_from(poll.options.len()).unwrap_or(u64::MAX);
        if choices.is_empty() || choices.iter().any(|choice| *choice >= count) {
            return false;
        }
        for (index, option) in (0..).zip(&mut poll.options) {
            if choices.contains(&index) {
                option.votes_count = option.votes_count.map(|votes| votes + 1);
                poll.votes_count += 1;
            }
        }
        poll.voters_count = poll.voters_count.map(|voters| voters + 1);
        let votes = number(poll.id.as_str()).and_then(|number| self.votes.get_mut(&number));
        if let Some(votes) = votes {
            votes.choices.insert(who.clone(), choices.to_vec());
        }
        true
    }

    /// Ends the poll of a status, and tells its author and those who voted.
    pub(super) fn end_poll(&mut self, status: &StatusId) -> bool {
        let status = number(status.as_str()).and_then(|number| self.statuses.get_mut(&number));
        let Some((status, poll)) = status.and_then(|status| {
            let poll = status.poll.as_mut().filter(|poll| !poll.expired)?;
            poll.expired = true;
            poll.expires_at = Some(Utc::now());
            let poll = number(poll.id.as_str())?;
            Some((status.clone(), poll))
        }) else {
            return false;
        };
        let author = status.account.id.clone();
        self.notify_own(&author, NotificationType::Poll, &status);
        let voters = self
            .votes
            .get(&poll)
            .map(|votes| votes.choices.keys().cloned().collect::<Vec<_>>());
        for voter in voters.unwrap_or_default() {
            self.notify(&author, &voter, NotificationType::Poll, Some(&status));
        }
        true
    }

    /// Boosts a status, or gives the boost that is there already.
    pub(super) fn boost(
        &mut self,
        who: &AccountId,
        id: &StatusId,
        visibility: Visibility,
    ) -> Option<Status> {
        if let Some(boost) = self.boost_of(who, id) {
            return Some(boost.clone());
        }
        let original = self.status(id)?.clone();
        let booster = self.account_with_id(who)?.clone();
        let number = self.next_id();
        let mut boost = Status::new(number, booster);
        let page = self.page(&format!(
            "users/{}/statuses/{number}/activity",
            boost.account.username
        ));
        boost.uri = Some(page.as_str().into());
        boost.url = Some(page.into());
        boost.created_at = Some(Utc::now());
        boost.visibility = visibility;
        boost.content.clone_from(&original.content);
        boost.reblog = Some(Box::new(original.clone()));
        self.statuses.insert(number, boost.clone());
        self.count(id, |status| status.reblogs_count += 1);
        self.counted(who);
        self.send_status(&boost, "update");
        if let Some(original) = self.status(id).cloned() {
            self.notify(
                who,
                &original.account.id,
                NotificationType::Reblog,
                Some(&original),
            );
        }
        Some(boost)
    }

    /// The boost of a status by an account.
    pub(super) fn boost_of(&self, who: &AccountId, id: &StatusId) -> Option<&Status> {
        self.boosters(id).find(|boost| boost.account.id == *who)
    }

    /// The boosts of a status.
    pub(super) fn boosters(&self, id: &StatusId) -> impl DoubleEndedIterator<Item = &Status> {
        let is_boost =
            move |status: &&Status| status.reblog.as_ref().is_some_and(|of| of.id == *id);
        self.all_statuses().filter(is_boost)
    }

    /// Removes a status and its boosts, and tells those who saw it.
    pub(super) fn delete(&mut self, id: &StatusId) -> Option<Status> {
        let status = self.statuses.remove(&number(id.as_str())?)?;
        self.notifications.retain(|_, (_, notification)| {
            notification
                .status
                .as_ref()
                .is_none_or(|about| about.id != *id)
        });
        if let Some(original) = &status.reblog {
            self.count(&original.id, |status| {
                status.reblogs_count = status.reblogs_count.saturating_sub(1);
            });
        }
        if let Some(answered) = &status.in_reply_to_id {
            self.count(answered, |status| {
                status.replies_count = status.replies_count.saturating_sub(1);
            });
        }
        if let Some(author) = self
            .accounts
            .iter_mut()
            .find(|author| author.id == status.account.id)
        {
            author.statuses_count = author.statuses_count.saturating_sub(1);
        }
        self.forget_in_conversations(&status);
        self.send_deletion(&status);
        let boosts: Vec<_> = self.boosters(id).map(|boost| boost.id.clone()).collect();
        for boost in boosts {
            self.delete(&boost);
        }
        Some(status)
    }

    pub(super) fn mark(&mut self, mark: Mark, who: &AccountId, id: &StatusId, is_marked: bool) {
        let Some(status) = self.status(id) else {
            return;
        };
        let key = (mark, who.clone(), self.marked(mark, status));
        let is_changed = match is_marked {
            true => self.marks.insert(key),
            false => self.marks.remove(&key),
        };
        if mark != Mark::Favourite || !is_changed {
            return;
        }
        self.count(id, |status| {
            status.favourites_count = match is_marked {
                true => status.favourites_count + 1,
                false => status.favourites_count.saturating_sub(1),
            };
        });
        if let Some(status) = self.status(id).cloned().filter(|_| is_marked) {
            self.notify(
                who,
                &status.account.id,
                NotificationType::Favourite,
                Some(&status),
            );
        }
    }

    pub(super) fn is_marked(&self, mark: Mark, who: &AccountId, status: &Status) -> bool {
        let key = (mark, who.clone(), self.marked(mark, status));
        self.marks.contains(&key)
    }

    /// The number of the status that has the mark: a conversation is muted as a whole.
    fn marked(&self, mark: Mark, status: &Status) -> u64 {
        let of = match mark {
            Mark::Mute => self.ancestors(status).last().unwrap_or(status),
            _ => status,
        };
        number(of.id.as_str()).unwrap_or_default()
    }

    /// What a status replies to, and what that replies to, and so on.
    fn ancestors<'a>(&'a self, status: &'a Status) -> impl Iterator<Item = &'a Status> {
        let parent = |status: &Status| self.status(status.in_reply_to_id.as_ref()?);
        std::iter::successors(parent(status), move |status| parent(status))
    }

    fn count(&mut self, id: &StatusId, change: impl FnOnce(&mut Status)) {
        let status = number(id.as_str()).and_then(|number| self.statuses.get_mut(&number));
        if let Some(status) = status {
            change(status);
        }
    }

    /// Counts a status of this account.
    fn counted(&mut self, author: &AccountId) {
        if let Some(author) = self
            .accounts
            .iter_mut()
            .find(|account| account.id == *author)
        {
            author.statuses_count += 1;
            author.last_status_at = Some(Utc::now().date_naive());
        }
    }

    /// Whether somebody may see a status.
    pub(super) fn sees(&self, who: Option<&AccountId>, status: &Status) -> bool {
        let Some(who) = who else {
            return matches!(status.visibility, Visibility::Public | Visibility::Unlisted);
        };
        if self.is_tied(Tie::Block, &status.account.id, who) {
            return false;
        }
        let is_party =
            status.account.id == *who || status.mentions.iter().any(|mention| mention.id == *who);
        match status.visibility {
            Visibility::Public | Visibility::Unlisted => true,
            Visibility::Private => is_party || self.is_follower(who, &status.account.id),
            _ => is_party,
        }
    }

    /// Whether a status is in somebody's home timeline, unless it is hidden.
    pub(super) fn is_at_home(&self, who: &AccountId, status: &Status) -> bool {
        let author = &status.account.id;
        if author == who || self.is_follower(who, author) {
            return self.sees(Some(who), status)
                && !self.is_only_on_lists(who, author)
                && !self.is_unwanted_boost(who, status);
        }
        let follows = |tag: &ShallowTag| self.follows_tag(who, &tag.name);
        status.visibility == Visibility::Public && status.tags.iter().any(follows)
    }

    /// A status as somebody sees it.
    pub(super) fn shown(&self, status: &Status, to: Option<&AccountId>) -> Status {
        let mut shown = status.clone();
        // Only the answer to a deletion has it.
        shown.text = None;
        if let Some(account) = self.account_with_id(&status.account.id) {
            shown.account = account.clone();
        }
        if let Some(original) = status.reblog.as_ref().and_then(|of| self.status(&of.id)) {
            shown.reblog = Some(Box::new(self.shown(original, to)));
        }
        if let Some(poll) = &mut shown.poll {
            self.show_poll(poll, &status.account.id, to);
        }
        if let Some(who) = to {
            let original = shown.reblog.as_ref().map_or(&status.id, |of| &of.id);
            shown.reblogged = Some(self.boost_of(who, original).is_some());
            shown.favourited = Some(self.is_marked(Mark::Favourite, who, status));
            shown.muted = Some(self.is_marked(Mark::Mute, who, status));
            shown.bookmarked = Some(self.is_marked(Mark::Bookmark, who, status));
            if status.account.id == *who {
                shown.pinned = Some(self.is_marked(Mark::Pin, who, status));
            }
            shown.filtered = Some(filters::results(self, who, status));
        }
        shown
    }

    fn show_poll(&self, poll: &mut Poll, author: &AccountId, to: Option<&AccountId>) {
        let votes = number(poll.id.as_str()).and_then(|number| self.votes.get(&number));
        let Some(votes) = votes else {
            return;
        };
        poll.expired |= poll
            .expires_at
            .is_some_and(|end: DateTime<Utc>| end <= Utc::now());
        if votes.are_hidden && !poll.expired {
            poll.options
                .iter_mut()
                .for_each(|option| option.votes_count = None);
        }
        if let Some(who) = to {
            let own = votes.choices.get(who);
            poll.voted = Some(own.is_some() || who == author);
            poll.own_votes = Some(own.cloned().unwrap_or_default());
        }
    }

    /// The statuses before and after this one in its conversation.
    pub(super) fn conversation<'a>(
        &'a self,
        status: &'a Status,
    ) -> (Vec<&'a Status>, Vec<&'a Status>) {
        let mut ancestors: Vec<_> = self.ancestors(status).collect();
        ancestors.reverse();
        // A reply is newer than what it replies to, so one pass in their order finds all.
        let mut ids = HashSet::from([&status.id]);
        let descendants = self
            .all_statuses()
            .filter(|reply| {
                let is_reply = reply
                    .in_reply_to_id
                    .as_ref()
                    .is_some_and(|id| ids.contains(id));
                is_reply && ids.insert(&reply.id)
            })
            .collect();
        (ancestors, descendants)
    }
}

/// What an edit keeps of a status.
fn version(status: &Status) -> StatusEdit {
    let mut version = StatusEdit::new();
    version.content.clone_from(&status.content);
    version.spoiler_text.clone_from(&status.spoiler_text);
    version.sensitive = status.sensitive;
    version.created_at = status.edited_at.or(status.created_at);
    version.account = Some(status.account.clone());
    version
        .media_attachments
        .clone_from(&status.media_attachments);
    version.poll = status.poll.as_ref().map(|poll| {
        let mut kept = StatusEditPoll::new();
        kept.options = poll
            .options
            .iter()
            .map(|option| {
                let mut bare = PollOption::new();
                bare.title.clone_from(&option.title);
                bare
            })
            .collect();
        kept
    });
    version
}
