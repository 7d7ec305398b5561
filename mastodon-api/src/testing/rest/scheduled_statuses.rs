//! [Scheduled statuses](https://docs.joinmastodon.org/methods/scheduled_statuses/).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{
    Answer, Call,
    page::{Page, id},
};
use crate::{
    entities::{ScheduledPoll, ScheduledStatus, ScheduledStatusParams},
    ids::AccountId,
    testing::{
        Refusal,
        state::{Draft, Fake, number},
    },
};

/// How far ahead of its time a status must be scheduled.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    let scope = match method {
        "GET" => "read:statuses",
        _ => "write:statuses",
    };
    let who = call.user(scope)?;
    match (method, path) {
        ("GET", []) => {
            let own = fake
                .scheduled
                .values()
                .filter(|(_, draft)| draft.author == who);
            let own = own.map(|(scheduled, _)| scheduled);
            let page = Page::new(
                call.params,
                own,
                |s: &&ScheduledStatus| id(s.id.as_str()),
                20,
                40,
            );
            page.answer(fake, call, &page.items)
        }
        ("GET", [id]) => super::json(own(fake, &who, id)?),
        ("PUT", [id]) => {
            let at = time(call)?;
            let scheduled = own(fake, &who, id)?;
            scheduled.scheduled_at = at.or(scheduled.scheduled_at);
            super::json(scheduled)
        }
        ("DELETE", [id]) => {
            own(fake, &who, id)?;
            fake.scheduled.remove(&number(id).unwrap_or_default());
            super::json(json!({}))
        }
        _ => Err(Refusal::unknown()),
    }
}

/// When the request wants to be published, if not at once.
pub(super) fn time(call: &Call<'_>) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(text) = call.params.text("scheduled_at") else {
        return Ok(None);
    };
    let at: Option<DateTime<Utc>> = text.parse().ok();
    let at = at.filter(|at| *at >= Utc::now() + AHEAD);
    let error = "Scheduled at The scheduled date must be in the future";
    at.map(Some).ok_or_else(|| Refusal::invalid(error))
}

pub(super) fn schedule(fake: &mut Fake, draft: Draft, at: DateTime<Utc>) -> ScheduledStatus {
    let id = fake.next_id();
    let mut scheduled = ScheduledStatus::new(id);
    scheduled.scheduled_at = Some(at);
    let mut params = ScheduledStatusParams::new();
    params.text.clone_from(&draft.text);
    params.visibility = draft.visibility.clone();
    params.sensitive = Some(draft.sensitive);
    params.spoiler_text = Some(draft.spoiler_text.clone());
    params.language.clone_from(&draft.language);
    params.in_reply_to_id.clone_from(&draft.in_reply_to);
    params.poll = draft.poll.as_ref().map(|poll| {
        let mut scheduled = ScheduledPoll::new();
        scheduled.options.clone_from(&poll.options);
        scheduled.expires_in = Some(poll.expires_in);
        scheduled.multiple = Some(poll.multiple);
        scheduled.hide_totals = Some(poll.hide_totals);
        scheduled
    });
    for medium in &draft.media {
        if let Some(medium) = fake.media.get_mut(medium) {
            medium.status = Some(id);
            scheduled.media_attachments.push(medium.attachment.clone());
        }
    }
    let ids = scheduled
        .media_attachments
        .iter()
        .map(|medium| medium.id.clone());
    params.media_ids = Some(ids.collect());
    scheduled.params = Some(params);
    fake.scheduled.insert(id, (scheduled.clone(), draft));
    scheduled
}

fn own<'a>(
    fake: &'a mut Fake,
    who: &AccountId,
    id: &str,
) -> Result<&'a mut ScheduledStatus, Refusal> {
    let found = number(id).and_then(|id| fake.scheduled.get_mut(&id));
    let found = found.filter(|(_, draft)| draft.author == *who);
    found
        .map(|(scheduled, _)| scheduled)
        .ok_or_else(Refusal::not_found)
}
