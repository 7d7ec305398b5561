//! [Tags](https://docs.joinmastodon.org/methods/tags/) and
//! [followed tags](https://docs.joinmastodon.org/methods/followed_tags/).

use std::collections::HashSet;

use chrono::{NaiveTime, TimeDelta, Utc};

use super::{Answer, Call, json, page::Page, timelines::has_tag};
use crate::{
    entities::{History, Status, Tag},
    ids::AccountId,
    testing::{Refusal, state::Fake},
};

/// For how many days a tag says how often it was used.
const DAYS: i64 = 7;

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    let name = |name: &str| {
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        let is_tag = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        is_tag
            .then(|| name.to_lowercase())
            .ok_or_else(Refusal::not_found)
    };
    match (method, path) {
        ("GET", [tag]) => json(shown(fake, &name(tag)?, call.viewer())),
        ("POST", [tag, verb @ ("follow" | "unfollow")]) => {
            let who = call.user("write:follows")?;
            let name = name(tag)?;
            fake.followed_tags
                .retain(|_, (follower, tag)| *follower != who || *tag != name);
            if *verb == "follow" {
                let id = fake.next_id();
                fake.followed_tags.insert(id, (who.clone(), name.clone()));
            }
            json(shown(fake, &name, Some(&who)))
        }
        _ => Err(Refusal::unknown()),
    }
}

pub(super) fn followed(fake: &Fake, call: &Call<'_>) -> Answer {
    let who = call.user("read:follows")?;
    let own = fake.followed_tags.iter();
    let own: Vec<_> = own
        .filter(|(_, (follower, _))| *follower == who)
        .map(|(id, (_, name))| (*id, name))
        .collect();
    let page = Page::new(call.params, own.iter(), |(id, _)| *id, 100, 200);
    let tags = page
        .items
        .iter()
        .map(|(_, name)| shown(fake, name, Some(&who)));
    page.answer(fake, call, tags.collect::<Vec<_>>())
}

/// A tag as somebody sees it.
pub(super) fn shown(fake: &Fake, name: &str, to: Option<&AccountId>) -> Tag {
    let mut tag = Tag::new();
    tag.name = name.to_owned();
    tag.url = Some(fake.page(&format!("tags/{name}")).into());
    tag.following = to.map(|who| fake.follows_tag(who, name));
    let today = Utc::now().date_naive();
    let days = (0..DAYS).filter_map(|days| today.checked_sub_signed(TimeDelta::days(days)));
    tag.history = days
        .map(|day| {
            let is_of_day = |status: &&Status| {
                status.created_at.is_some_and(|at| at.date_naive() == day) && has_tag(status, name)
            };
            let uses: Vec<_> = fake.all_statuses().filter(is_of_day).collect();
            let authors: HashSet<_> = uses.iter().map(|status| &status.account.id).collect();
            let midnight = day.and_time(NaiveTime::MIN).and_utc().timestamp();
            let mut history = History::new();
            history.day = u64::try_from(midnight).unwrap_or_default().into();
            history.uses = count(uses.len()).into();
            history.accounts = count(authors.len()).into();
            history
        })
        .collect();
    tag
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
