//! [Timelines](https://docs.joinmastodon.org/methods/timelines/).

use super::{Answer, Call, page::Page};
use crate::{
    entities::{Status, Visibility},
    ids::ListId,
    testing::{Refusal, state::Fake},
};

pub(super) fn answer(fake: &Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    match (method, path) {
        ("GET", ["home"]) => {
            let who = call.user("read:statuses")?;
            let statuses = fake
                .all_statuses()
                .filter(|status| fake.is_at_home(&who, status));
            page(fake, call, statuses)
        }
        ("GET", ["list", id]) => {
            let who = call.user("read:lists")?;
            let listed = fake.list_of(&who, &ListId::from(*id));
            let listed = listed.ok_or_else(Refusal::not_found)?;
            let statuses = fake.all_statuses();
            let statuses = statuses.filter(|status| fake.is_on_list(&who, listed, status));
            page(fake, call, statuses)
        }
        ("GET", ["public"]) => page(fake, call, public(fake, call)),
        ("GET", ["tag", tag]) => {
            let tag = percent_encoding::percent_decode_str(tag).decode_utf8_lossy();
            let any: Vec<_> = call.params.all("any").collect();
            let all: Vec<_> = call.params.all("all").collect();
            let none: Vec<_> = call.params.all("none").collect();
            let fits = |status: &&Status| {
                let has = |tag: &&str| has_tag(status, tag);
                (has(&&*tag) || any.iter().any(has)) && all.iter().all(has) && !none.iter().any(has)
            };
            page(fake, call, public(fake, call).filter(fits))
        }
        _ => Err(Refusal::unknown()),
    }
}

/// Without what the one who asks does not want to see.
fn page<'a>(
    fake: &'a Fake,
    call: &Call<'_>,
    statuses: impl DoubleEndedIterator<Item = &'a Status>,
) -> Answer {
    let who = call.viewer();
    let statuses = statuses.filter(|status| who.is_none_or(|who| !fake.hides(who, status)));
    Page::of_statuses(fake, call, statuses)
}

pub(super) fn has_tag(status: &Status, tag: &str) -> bool {
    status
        .tags
        .iter()
        .any(|has| has.name.eq_ignore_ascii_case(tag))
}

fn public<'a>(fake: &'a Fake, call: &Call<'_>) -> impl DoubleEndedIterator<Item = &'a Status> {
    let only_media = call.params.flag("only_media");
    // No status comes from elsewhere.
    let is_empty = call.params.flag("remote");
    fake.all_statuses().filter(move |status| {
        status.visibility == Visibility::Public
            && status.reblog.is_none()
            && !is_empty
            && (!only_media || !status.media_attachments.is_empty())
    })
}
