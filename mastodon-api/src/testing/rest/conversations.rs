//! [Conversations](https://docs.joinmastodon.org/methods/conversations/).

use serde_json::json;

use super::{Answer, Call, page::Page};
use crate::{
    ids::AccountId,
    testing::{
        Refusal,
        conversations::Kept,
        state::{Fake, number},
    },
};

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    match (method, path) {
        ("GET", []) => list(fake, call, &call.user("read:statuses")?),
        ("DELETE", [id]) => {
            let (id, _) = own(fake, call, id)?;
            fake.conversations.remove(&id);
            super::json(json!({}))
        }
        ("POST", [id, verb @ ("read" | "unread")]) => {
            let (id, kept) = own(fake, call, id)?;
            kept.is_unread = *verb == "unread";
            super::json(fake.shown_conversation(id))
        }
        _ => Err(Refusal::unknown()),
    }
}

/// Pages are turned by the last statuses, not by the conversations.
fn list(fake: &Fake, call: &Call<'_>, who: &AccountId) -> Answer {
    let own = fake
        .conversations
        .iter()
        .filter(|(_, kept)| kept.owner == *who);
    let mut own: Vec<_> = own
        .filter_map(|(id, kept)| Some((kept.last_status()?, *id)))
        .collect();
    own.sort_unstable();
    let page = Page::new(call.params, own.iter(), |(last, _)| *last, 20, 40);
    let shown = page
        .items
        .iter()
        .filter_map(|(_, id)| fake.shown_conversation(*id));
    page.answer(fake, call, shown.collect::<Vec<_>>())
}

fn own<'a>(fake: &'a mut Fake, call: &Call<'_>, id: &str) -> Result<(u64, &'a mut Kept), Refusal> {
    let who = call.user("write:conversations")?;
    let found = number(id).and_then(|id| Some((id, fake.conversations.get_mut(&id)?)));
    found
        .filter(|(_, kept)| kept.owner == who)
        .ok_or_else(Refusal::not_found)
}
