//! What ties accounts to each other: who follows, asks to follow, blocks and mutes whom.

use chrono::{DateTime, Utc};

use super::state::Fake;
use crate::{
    entities::{NotificationType, Status},
    ids::AccountId,
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Tie {
    Follow,
    FollowRequest,
    Block,
    Mute,
}

/// One account's tie to another.
pub(super) struct Tied {
    pub(super) tie: Tie,
    pub(super) from: AccountId,
    pub(super) to: AccountId,
    /// Of a mute: whether no notifications come either, and when it ends.
    pub(super) is_silent: bool,
    pub(super) until: Option<DateTime<Utc>>,
    /// Of a follow, and of one that is asked for.
    pub(super) wish: Wish,
}

/// What somebody wants of an account that it follows.
#[derive(Clone)]
pub(super) struct Wish {
    pub(super) reblogs: bool,
    pub(super) notify: bool,
    pub(super) languages: Vec<String>,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            reblogs: true,
            notify: false,
            languages: Vec::new(),
        }
    }
}

impl Fake {
    /// Follows, or asks to if the other decides who may.
    pub(super) fn follow(&mut self, from: &AccountId, to: &AccountId) {
        if self.is_tied(Tie::Follow, from, to) {
            return;
        }
        let is_locked = self
            .account_with_id(to)
            .is_some_and(|account| account.locked);
        match is_locked {
            true if self.is_tied(Tie::FollowRequest, from, to) => {}
            true => {
                self.tie(Tie::FollowRequest, from, to);
                self.notify(from, to, NotificationType::FollowRequest, None);
            }
            false => {
                self.tie(Tie::Follow, from, to);
                self.notify(from, to, NotificationType::Follow, None);
            }
        }
    }

    /// What somebody wants of an account that it follows, or asks to.
    pub(super) fn wish(&mut self, from: &AccountId, to: &AccountId) -> Option<&mut Wish> {
        let mut ties = self.ties.values_mut();
        let tied = ties
            .find(|tied| tied.is(Tie::Follow, from, to) || tied.is(Tie::FollowRequest, from, to));
        tied.map(|tied| &mut tied.wish)
    }

    /// Lets somebody follow who asked to. `false` if it did not ask.
    pub(super) fn accept_follow(&mut self, from: &AccountId, to: &AccountId) -> bool {
        let wish = self.wish(from, to).cloned();
        if !self.untie(Tie::FollowRequest, from, to) {
            return false;
        }
        self.tie(Tie::Follow, from, to);
        if let (Some(wished), Some(wish)) = (self.wish(from, to), wish) {
            *wished = wish;
        }
        self.notify(from, to, NotificationType::Follow, None);
        true
    }

    /// Those who want to be told of each status of an account.
    pub(super) fn told_of(&self, author: &AccountId) -> Vec<AccountId> {
        let ties = self.ties.values();
        let told = ties.filter(|tied| tied.tie == Tie::Follow && tied.to == *author);
        let told = told.filter(|tied| tied.wish.notify);
        told.map(|tied| tied.from.clone()).collect()
    }

    /// Whether somebody follows the author of a boost, but not for boosts.
    pub(super) fn is_unwanted_boost(&self, who: &AccountId, status: &Status) -> bool {
        let follow = self.tied(Tie::Follow, who, &status.account.id);
        status.reblog.is_some() && follow.is_some_and(|follow| !follow.wish.reblogs)
    }

    /// Neither follows nor asks to.
    pub(super) fn unfollow(&mut self, from: &AccountId, to: &AccountId) {
        self.untie(Tie::Follow, from, to);
        self.untie(Tie::FollowRequest, from, to);
        for (_, list) in self.lists.values_mut().filter(|(owner, _)| owner == from) {
            list.accounts.retain(|_, account| account != to);
        }
    }

    pub(super) fn block(&mut self, from: &AccountId, to: &AccountId) {
        self.unfollow(from, to);
        self.unfollow(to, from);
        self.tie(Tie::Block, from, to);
        self.notifications
            .retain(|_, (owner, told)| owner != from || told.account.id != *to);
    }

    pub(super) fn mute(
        &mut self,
        from: &AccountId,
        to: &AccountId,
        is_silent: bool,
        until: Option<DateTime<Utc>>,
    ) {
        self.tie(Tie::Mute, from, to);
        if let Some(tied) = self
            .ties
            .values_mut()
            .find(|tied| tied.is(Tie::Mute, from, to))
        {
            (tied.is_silent, tied.until) = (is_silent, until);
        }
    }

    /// Ties one account to another, if it is not.
    pub(super) fn tie(&mut self, tie: Tie, from: &AccountId, to: &AccountId) {
        if self.is_tied(tie, from, to) {
            return;
        }
        let tied = Tied {
            tie,
            from: from.clone(),
            to: to.clone(),
            is_silent: false,
            until: None,
            wish: Wish::default(),
        };
        let id = self.next_id();
        self.ties.insert(id, tied);
        if tie == Tie::Follow {
            self.count_follow(from, to, |count| count + 1);
        }
    }

    /// Whether there was something to untie.
    pub(super) fn untie(&mut self, tie: Tie, from: &AccountId, to: &AccountId) -> bool {
        let before = self.ties.len();
        self.ties.retain(|_, tied| !tied.is(tie, from, to));
        let is_untied = self.ties.len() < before;
        if is_untied && tie == Tie::Follow {
            self.count_follow(from, to, |count| count.saturating_sub(1));
        }
        if is_untied && tie == Tie::FollowRequest {
            self.notifications.retain(|_, (owner, told)| {
                let is_request = told.kind == NotificationType::FollowRequest;
                !(is_request && owner == to && told.account.id == *from)
            });
        }
        is_untied
    }

    pub(super) fn tied(&self, tie: Tie, from: &AccountId, to: &AccountId) -> Option<&Tied> {
        let mut tied = self.ties.values().filter(|tied| tied.is(tie, from, to));
        tied.find(|tied| tied.until.is_none_or(|until| until > Utc::now()))
    }

    pub(super) fn is_tied(&self, tie: Tie, from: &AccountId, to: &AccountId) -> bool {
        self.tied(tie, from, to).is_some()
    }

    pub(super) fn is_follower(&self, who: &AccountId, of: &AccountId) -> bool {
        self.is_tied(Tie::Follow, who, of)
    }

    /// Whether somebody does not want to see what others may.
    pub(super) fn hides(&self, who: &AccountId, status: &Status) -> bool {
        let original = status.reblog.as_ref().map(|of| &of.account.id);
        let mut authors = [Some(&status.account.id), original].into_iter().flatten();
        authors.any(|author| {
            self.is_tied(Tie::Block, who, author) || self.is_tied(Tie::Mute, who, author)
        })
    }

    fn count_follow(&mut self, from: &AccountId, to: &AccountId, change: impl Fn(u64) -> u64) {
        for account in &mut self.accounts {
            if account.id == *from {
                account.following_count = change(account.following_count);
            } else if account.id == *to {
                account.followers_count = change(account.followers_count);
            }
        }
    }
}

impl Tied {
    fn is(&self, tie: Tie, from: &AccountId, to: &AccountId) -> bool {
        self.tie == tie && self.from == *from && self.to == *to
    }
}
