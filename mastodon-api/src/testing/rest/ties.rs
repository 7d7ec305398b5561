//! What accounts do with each other ([accounts](https://docs.joinmastodon.org/methods/accounts/)), and
//! [blocks](https://docs.joinmastodon.org/methods/blocks/), [mutes](https://docs.joinmastodon.org/methods/mutes/) and
//! [follow requests](https://docs.joinmastodon.org/methods/follow_requests/).

use chrono::{TimeDelta, Utc};
use http::StatusCode;

use super::{Answer, Call, json, page::Page};
use crate::{
    entities::Relationship,
    ids::AccountId,
    testing::{
        Refusal,
        state::{Fake, number},
        ties::{Tie, Tied, Wish},
    },
};

/// What one account asks about another or does with it.
pub(super) fn answer(
    fake: &mut Fake,
    call: &Call<'_>,
    method: &str,
    id: &AccountId,
    verb: &str,
) -> Answer {
    match (method, verb) {
        ("GET", "followers") => {
            known(fake, id)?;
            return page(fake, call, |tied| {
                (tied.tie == Tie::Follow && tied.to == *id).then_some(&tied.from)
            });
        }
        ("GET", "following") => {
            known(fake, id)?;
            return page(fake, call, |tied| {
                (tied.tie == Tie::Follow && tied.from == *id).then_some(&tied.to)
            });
        }
        _ => {}
    }
    let scope = match (method, verb) {
        ("POST", "follow" | "unfollow" | "remove_from_followers") => "write:follows",
        ("POST", "block" | "unblock") => "write:blocks",
        ("POST", "mute" | "unmute") => "write:mutes",
        _ => return Err(Refusal::unknown()),
    };
    let who = call.user(scope)?;
    known(fake, id)?;
    let is_forbidden = match verb {
        "follow" => {
            *id == who || fake.is_tied(Tie::Block, id, &who) || fake.is_tied(Tie::Block, &who, id)
        }
        "block" | "mute" => *id == who,
        _ => false,
    };
    if is_forbidden {
        let error = "This action is not allowed";
        return Err(Refusal::new(StatusCode::FORBIDDEN, error));
    }
    match verb {
        "follow" => {
            fake.follow(&who, id);
            if let Some(wish) = fake.wish(&who, id) {
                change(wish, call);
            }
        }
        "unfollow" => fake.unfollow(&who, id),
        "remove_from_followers" => fake.unfollow(id, &who),
        "block" => fake.block(&who, id),
        "mute" => {
            let is_silent = match call.params.text("notifications") {
                Some(_) => call.params.flag("notifications"),
                None => true,
            };
            let lifetime = call.params.text("duration").and_then(number);
            let lifetime = lifetime.filter(|seconds| *seconds > 0).and_then(seconds);
            let until = lifetime.and_then(|time| Utc::now().checked_add_signed(time));
            fake.mute(&who, id, is_silent, until);
        }
        "unblock" => drop(fake.untie(Tie::Block, &who, id)),
        _ => drop(fake.untie(Tie::Mute, &who, id)),
    }
    json(relationship(fake, &who, id.clone()))
}

fn change(wish: &mut Wish, call: &Call<'_>) {
    if call.params.text("reblogs").is_some() {
        wish.reblogs = call.params.flag("reblogs");
    }
    if call.params.text("notify").is_some() {
        wish.notify = call.params.flag("notify");
    }
    let languages: Vec<_> = call
        .params
        .all("languages")
        .map(ToOwned::to_owned)
        .collect();
    if !languages.is_empty() {
        wish.languages = languages;
    }
}

fn seconds(number: u64) -> Option<TimeDelta> {
    TimeDelta::try_seconds(i64::try_from(number).ok()?)
}

fn known(fake: &Fake, id: &AccountId) -> Result<(), Refusal> {
    let account = fake.account_with_id(id).map(drop);
    account.ok_or_else(Refusal::not_found)
}

pub(super) fn relationship(fake: &Fake, who: &AccountId, to: AccountId) -> Relationship {
    let mute = fake.tied(Tie::Mute, who, &to);
    let mut relationship = Relationship::new(to.clone());
    if let Some(follow) = fake.tied(Tie::Follow, who, &to) {
        relationship.following = true;
        relationship.showing_reblogs = follow.wish.reblogs;
        relationship.notifying = follow.wish.notify;
        relationship.languages.clone_from(&follow.wish.languages);
    }
    relationship.followed_by = fake.is_tied(Tie::Follow, &to, who);
    relationship.requested = fake.is_tied(Tie::FollowRequest, who, &to);
    relationship.requested_by = fake.is_tied(Tie::FollowRequest, &to, who);
    relationship.blocking = fake.is_tied(Tie::Block, who, &to);
    relationship.blocked_by = fake.is_tied(Tie::Block, &to, who);
    relationship.muting = mute.is_some();
    relationship.muting_notifications = mute.is_some_and(|mute| mute.is_silent);
    relationship.muting_expires_at = mute.and_then(|mute| mute.until);
    relationship
}

pub(super) fn blocks(fake: &Fake, call: &Call<'_>) -> Answer {
    let who = call.user("read:blocks")?;
    page(fake, call, |tied| {
        (tied.tie == Tie::Block && tied.from == who).then_some(&tied.to)
    })
}

pub(super) fn mutes(fake: &Fake, call: &Call<'_>) -> Answer {
    let who = call.user("read:mutes")?;
    page(fake, call, |tied| {
        (tied.tie == Tie::Mute && tied.from == who).then_some(&tied.to)
    })
}

pub(super) fn follow_requests(
    fake: &mut Fake,
    call: &Call<'_>,
    method: &str,
    path: &[&str],
) -> Answer {
    match (method, path) {
        ("GET", []) => {
            let who = call.user("read:follows")?;
            page(fake, call, |tied| {
                (tied.tie == Tie::FollowRequest && tied.to == who).then_some(&tied.from)
            })
        }
        ("POST", [id, verb @ ("authorize" | "reject")]) => {
            let who = call.user("write:follows")?;
            let id = AccountId::from(*id);
            let is_answered = match *verb {
                "authorize" => fake.accept_follow(&id, &who),
                _ => fake.untie(Tie::FollowRequest, &id, &who),
            };
            if !is_answered {
                return Err(Refusal::not_found());
            }
            json(relationship(fake, &who, id))
        }
        _ => Err(Refusal::unknown()),
    }
}

/// A page of accounts, turned by what ties them.
fn page<'a>(
    fake: &'a Fake,
    call: &Call<'_>,
    account: impl Fn(&'a Tied) -> Option<&'a AccountId>,
) -> Answer {
    let found: Vec<_> = fake
        .ties
        .iter()
        .filter_map(|(id, tied)| Some((*id, account(tied)?)))
        .collect();
    let page = Page::new(call.params, found.iter(), |(id, _)| *id, 40, 80);
    let accounts = page
        .items
        .iter()
        .filter_map(|(_, id)| fake.account_with_id(id));
    page.answer(fake, call, accounts.collect::<Vec<_>>())
}
