//! [Polls](https://docs.joinmastodon.org/methods/polls/).

use super::{Answer, Call, json};
use crate::{
    entities::Status,
    testing::{
        Refusal,
        state::{Fake, number},
    },
};

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    match (method, path) {
        ("GET", [id]) => {
            let status = status(fake, call, id)?;
            json(fake.shown(status, call.viewer()).poll)
        }
        ("POST", [id, "votes"]) => vote(fake, call, id),
        _ => Err(Refusal::unknown()),
    }
}

fn status<'a>(fake: &'a Fake, call: &Call<'_>, id: &str) -> Result<&'a Status, Refusal> {
    let status = fake.status_of_poll(id);
    let status = status.filter(|status| fake.sees(call.viewer(), status));
    status.ok_or_else(Refusal::not_found)
}

fn vote(fake: &mut Fake, call: &Call<'_>, id: &str) -> Answer {
    let who = call.user("write:statuses")?;
    let status = status(fake, call, id)?.clone();
    let poll = fake
        .shown(&status, Some(&who))
        .poll
        .ok_or_else(Refusal::not_found)?;
    let invalid = |error| Err(Refusal::invalid(error));
    if poll.expired {
        return invalid("The poll has already ended");
    }
    if status.account.id == who {
        return invalid("You cannot vote in your own polls");
    }
    if poll.voted == Some(true) {
        return invalid("You have already voted on this poll");
    }
    let choices: Option<Vec<_>> = call.params.all("choices").map(number).collect();
    let choices = choices.filter(|choices| choices.len() == 1 || poll.multiple);
    if !choices.is_some_and(|choices| fake.vote(&who, &status.id, &choices)) {
        return invalid("The chosen vote option does not exist");
    }
    let status = fake.status(&status.id).ok_or_else(Refusal::not_found)?;
    json(fake.shown(status, Some(&who)).poll)
}
