//! [Notifications](https://docs.joinmastodon.org/methods/notifications/).

use serde_json::json;

use super::{
    Answer, Call,
    page::{Page, id},
};
use crate::{
    entities::{Notification, UnreadCount},
    ids::AccountId,
    testing::{
        Refusal,
        state::{Fake, number},
    },
};

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    match (method, path) {
        ("GET", []) => list(fake, call, &call.user("read:notifications")?),
        ("GET", [id]) if number(id).is_some() => {
            let who = call.user("read:notifications")?;
            let mut all = fake.notifications_for(&who);
            let notification = all.find(|notification| notification.id.as_str() == *id);
            super::json(notification.ok_or_else(Refusal::not_found)?)
        }
        ("GET", ["unread_count"]) => {
            let who = call.user("read:notifications")?;
            let read = fake.read_notifications(&who);
            let all = wanted(fake, call, &who);
            let mut unread = UnreadCount::new();
            unread.count = count(call, all.filter(|n| id(n.id.as_str()) > read));
            super::json(unread)
        }
        ("POST", ["clear"]) => {
            let who = call.user("write:notifications")?;
            fake.notifications.retain(|_, (owner, _)| *owner != who);
            super::json(json!({}))
        }
        ("POST", [id, "dismiss"]) if number(id).is_some() => {
            let who = call.user("write:notifications")?;
            let id = number(id).ok_or_else(Refusal::not_found)?;
            let is_own = fake
                .notifications
                .get(&id)
                .is_some_and(|(owner, _)| *owner == who);
            if !is_own {
                return Err(Refusal::not_found());
            }
            fake.notifications.remove(&id);
            super::json(json!({}))
        }
        _ => Err(Refusal::unknown()),
    }
}

fn list(fake: &Fake, call: &Call<'_>, who: &AccountId) -> Answer {
    let all = wanted(fake, call, who);
    let page = Page::new(
        call.params,
        all,
        |n: &&Notification| id(n.id.as_str()),
        40,
        80,
    );
    page.answer(fake, call, &page.items)
}

/// How many there are, up to the limit of the request.
pub(super) fn count<T>(call: &Call<'_>, unread: impl Iterator<Item = T>) -> u64 {
    let limit = call.params.text("limit").and_then(number);
    let limit = limit.unwrap_or(100).clamp(1, 1000);
    u64::try_from(unread.count()).map_or(limit, |count| limit.min(count))
}

/// Those of somebody's notifications for which a request asks.
pub(super) fn wanted<'a>(
    fake: &'a Fake,
    call: &'a Call<'_>,
    who: &'a AccountId,
) -> impl DoubleEndedIterator<Item = &'a Notification> {
    let named = move |list: &str, kind: &str| call.params.all(list).any(|name| name == kind);
    let from = call.params.text("account_id");
    let fits = move |notification: &&Notification| {
        let kind = notification.kind.as_str();
        (call.params.all("types").next().is_none() || named("types", kind))
            && !named("exclude_types", kind)
            && from.is_none_or(|from| notification.account.id.as_str() == from)
    };
    fake.notifications_for(who).filter(fits)
}
