//! [Accounts](https://docs.joinmastodon.org/methods/accounts/).

use super::{Answer, Call, invalid_token, json, lists, page::Page, search, ties, timelines};
use crate::{
    entities::{CredentialAccount, Source, Status, Visibility},
    ids::AccountId,
    testing::{
        Refusal,
        posts::Mark,
        state::{Fake, number},
    },
};

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    match (method, path) {
        ("GET", ["verify_credentials"]) => verify_credentials(fake, call),
        ("GET", ["lookup"]) => {
            let name = call.params.text("acct").unwrap_or_default();
            let name = name.trim_start_matches('@');
            json(fake.account_named(name).ok_or_else(Refusal::not_found)?)
        }
        ("GET", ["search"]) => search::of_accounts(fake, call),
        ("GET", ["relationships"]) => {
            let who = call.user("read:follows")?;
            let ids = call.params.all("id").map(AccountId::from);
            let known = ids.filter(|id| fake.account_with_id(id).is_some());
            let found: Vec<_> = known.map(|id| ties::relationship(fake, &who, id)).collect();
            json(found)
        }
        ("GET", [id]) if number(id).is_some() => {
            let account = fake.account_with_id(&AccountId::from(*id));
            json(account.ok_or_else(Refusal::not_found)?)
        }
        ("GET", [id, "statuses"]) => statuses(fake, call, &AccountId::from(*id)),
        ("GET", [id, "lists"]) => lists::with(fake, call, &AccountId::from(*id)),
        (_, [id, verb]) => ties::answer(fake, call, method, &AccountId::from(*id), verb),
        _ => Err(Refusal::unknown()),
    }
}

fn verify_credentials(fake: &Fake, call: &Call<'_>) -> Answer {
    let who = call.user("read:accounts")?;
    let account = fake.account_with_id(&who).ok_or_else(invalid_token)?;
    let mut account = CredentialAccount::new(account.clone());
    let mut source = Source::new();
    source.privacy = Visibility::Public;
    account.source = Some(source);
    json(account)
}

fn statuses(fake: &Fake, call: &Call<'_>, author: &AccountId) -> Answer {
    fake.account_with_id(author)
        .ok_or_else(Refusal::not_found)?;
    let is_asked = |flag: &str| call.params.flag(flag);
    let (pinned, media) = (is_asked("pinned"), is_asked("only_media"));
    let (no_replies, no_boosts) = (is_asked("exclude_replies"), is_asked("exclude_reblogs"));
    let tag = call.params.text("tagged");
    let fits = |status: &&Status| {
        status.account.id == *author
            && fake.sees(call.viewer(), status)
            && (!pinned || fake.is_marked(Mark::Pin, author, status))
            && (!media || !status.media_attachments.is_empty())
            && (!no_replies
                || status
                    .in_reply_to_account_id
                    .as_ref()
                    .is_none_or(|answered| answered == author))
            && (!no_boosts || status.reblog.is_none())
            && tag.is_none_or(|tag| timelines::has_tag(status, tag))
    };
    Page::of_statuses(fake, call, fake.all_statuses().filter(fits))
}
