//! [Grouped notifications](https://docs.joinmastodon.org/methods/grouped_notifications/).

use serde_json::json;

use super::{
    Answer, Call, notifications,
    page::{Page, id},
};
use crate::{
    entities::{GroupedNotificationsResults, Notification, NotificationGroup, UnreadCount},
    ids::AccountId,
    testing::{Refusal, state::Fake},
};

/// How many of the accounts of a group are named.
const SAMPLE: usize = 8;

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    match (method, path) {
        ("POST", ["clear"]) => notifications::answer(fake, call, method, path),
        (_, ["policy"]) => Err(Refusal::unknown()),
        ("GET", []) => {
            let who = call.user("read:notifications")?;
            let all = groups(fake, call, &who);
            let page = Page::new(call.params, all.iter(), |group| group.number(), 40, 80);
            page.answer(fake, call, results(&page.items, true))
        }
        ("GET", ["unread_count"]) => {
            let who = call.user("read:notifications")?;
            let read = fake.read_notifications(&who);
            let all = groups(fake, call, &who).into_iter();
            let mut unread = UnreadCount::new();
            unread.count = notifications::count(call, all.filter(|group| group.number() > read));
            super::json(unread)
        }
        ("GET", [key]) => {
            let who = call.user("read:notifications")?;
            super::json(results(&[&group(fake, call, &who, key)?], false))
        }
        ("GET", [key, "accounts"]) => {
            let who = call.user("read:notifications")?;
            let group = group(fake, call, &who, key)?;
            let all = group.notifications.iter().copied();
            let page = Page::new(call.params, all, |n| id(n.id.as_str()), 40, 80);
            let accounts: Vec<_> = page.items.iter().map(|n| &n.account).collect();
            page.answer(fake, call, accounts)
        }
        ("POST", [key, "dismiss"]) => {
            let who = call.user("write:notifications")?;
            fake.notifications.retain(|_, (owner, notification)| {
                *owner != who || self::key(notification) != *key
            });
            super::json(json!({}))
        }
        _ => Err(Refusal::unknown()),
    }
}

/// Notifications of one kind about one thing, oldest first.
struct Group<'a> {
    key: &'a str,
    newest: &'a Notification,
    notifications: Vec<&'a Notification>,
}

impl Group<'_> {
    fn number(&self) -> u64 {
        id(self.newest.id.as_str())
    }

    fn sample(&self) -> impl Iterator<Item = &Notification> {
        self.notifications.iter().rev().take(SAMPLE).copied()
    }

    fn entity(&self, is_page: bool) -> NotificationGroup {
        let mut group = NotificationGroup::new(self.key);
        group.notifications_count = u64::try_from(self.notifications.len()).unwrap_or(u64::MAX);
        group.kind = self.newest.kind.clone();
        group.most_recent_notification_id = Some(self.newest.id.clone());
        if is_page {
            group.page_min_id = self.notifications.first().map(|oldest| oldest.id.clone());
            group.page_max_id = Some(self.newest.id.clone());
            group.latest_page_notification_at = self.newest.created_at;
        }
        group.sample_account_ids = self.sample().map(|n| n.account.id.clone()).collect();
        group.status_id = self.newest.status.as_ref().map(|status| status.id.clone());
        group
    }
}

fn key(notification: &Notification) -> &str {
    notification.group_key.as_deref().unwrap_or_default()
}

/// The groups for which a request asks; the one with the newest notification comes last.
fn groups<'a>(fake: &'a Fake, call: &'a Call<'_>, who: &'a AccountId) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for newest in notifications::wanted(fake, call, who) {
        let key = key(newest);
        let known = groups.iter().position(|group| group.key == key);
        let mut group = match known {
            Some(known) => groups.remove(known),
            None => Group {
                key,
                newest,
                notifications: Vec::new(),
            },
        };
        group.newest = newest;
        group.notifications.push(newest);
        groups.push(group);
    }
    groups
}

fn group<'a>(
    fake: &'a Fake,
    call: &'a Call<'_>,
    who: &'a AccountId,
    key: &str,
) -> Result<Group<'a>, Refusal> {
    let mut all = groups(fake, call, who).into_iter();
    all.find(|group| group.key == key)
        .ok_or_else(Refusal::not_found)
}

fn results(groups: &[&Group<'_>], is_page: bool) -> GroupedNotificationsResults {
    let mut results = GroupedNotificationsResults::new();
    for group in groups {
        for account in group.sample().map(|notification| &notification.account) {
            if results.account(&account.id).is_none() {
                results.accounts.push(account.clone());
            }
        }
        if let Some(status) = &group.newest.status
            && results.status(&status.id).is_none()
        {
            results.statuses.push((**status).clone());
        }
        results.notification_groups.push(group.entity(is_page));
    }
    results
}
