//! [Lists](https://docs.joinmastodon.org/methods/lists/).

use std::collections::BTreeMap;

use serde_json::json;

use super::{Answer, Call, page::Page};
use crate::{
    entities::{List, RepliesPolicy},
    ids::{AccountId, ListId},
    testing::{
        Refusal,
        lists::Listed,
        state::{Fake, number},
    },
};

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    let scope = match method {
        "GET" => "read:lists",
        _ => "write:lists",
    };
    let who = &call.user(scope)?;
    match (method, path) {
        ("GET", []) => super::json(lists(fake, who, |_| true)),
        ("POST", []) => {
            let mut list = List::new(fake.next_id());
            list.replies_policy = RepliesPolicy::List;
            change(call, &mut list)?;
            let listed = Listed {
                list: list.clone(),
                accounts: BTreeMap::new(),
            };
            let id = number(list.id.as_str()).unwrap_or_default();
            fake.lists.insert(id, (who.clone(), listed));
            super::json(list)
        }
        ("GET", [id]) => super::json(&own(fake, who, id)?.list),
        ("PUT", [id]) => {
            let listed = own(fake, who, id)?;
            change(call, &mut listed.list)?;
            super::json(&listed.list)
        }
        ("DELETE", [id]) => {
            own(fake, who, id)?;
            fake.lists.remove(&number(id).unwrap_or_default());
            super::json(json!({}))
        }
        ("GET", [id, "accounts"]) => accounts(fake, call, who, id),
        ("POST", [id, "accounts"]) => add(fake, call, who, id),
        ("DELETE", [id, "accounts"]) => {
            let listed = own(fake, who, id)?;
            let is_named = |account: &AccountId| {
                let mut named = call.params.all("account_ids");
                named.any(|id| account.as_str() == id)
            };
            listed.accounts.retain(|_, account| !is_named(account));
            super::json(json!({}))
        }
        _ => Err(Refusal::unknown()),
    }
}

/// `GET /api/v1/accounts/{id}/lists`.
pub(super) fn with(fake: &Fake, call: &Call<'_>, account: &AccountId) -> Answer {
    let who = call.user("read:lists")?;
    super::json(lists(fake, &who, |listed| listed.has(account)))
}

fn lists<'a>(fake: &'a Fake, who: &AccountId, fits: impl Fn(&Listed) -> bool) -> Vec<&'a List> {
    let own = fake.lists.values().filter(|(owner, _)| owner == who);
    own.filter(|(_, listed)| fits(listed))
        .map(|(_, listed)| &listed.list)
        .collect()
}

fn own<'a>(fake: &'a mut Fake, who: &AccountId, id: &str) -> Result<&'a mut Listed, Refusal> {
    let found = number(id).and_then(|id| fake.lists.get_mut(&id));
    let found = found.filter(|(owner, _)| owner == who);
    found
        .map(|(_, listed)| listed)
        .ok_or_else(Refusal::not_found)
}

fn change(call: &Call<'_>, list: &mut List) -> Result<(), Refusal> {
    let params = call.params;
    if let Some(policy) = params.text("replies_policy") {
        let known = RepliesPolicy::from(policy);
        let is_known = matches!(
            known,
            RepliesPolicy::Followed | RepliesPolicy::List | RepliesPolicy::None
        );
        if !is_known {
            let error = format!("'{policy}' is not a valid replies_policy");
            return Err(Refusal::unprocessable(error));
        }
        list.replies_policy = known;
    }
    if let Some(title) = params.all("title").last() {
        list.title = title.to_owned();
    }
    if params.text("exclusive").is_some() {
        list.exclusive = params.flag("exclusive");
    }
    match list.title.trim().is_empty() {
        true => Err(Refusal::invalid("Title can't be blank")),
        false => Ok(()),
    }
}

fn accounts(fake: &Fake, call: &Call<'_>, who: &AccountId, id: &str) -> Answer {
    let listed = fake
        .list_of(who, &ListId::from(id))
        .ok_or_else(Refusal::not_found)?;
    let all: Vec<_> = listed.accounts.iter().collect();
    if call.params.text("limit") == Some("0") {
        let accounts = all.iter().filter_map(|(_, id)| fake.account_with_id(id));
        return super::json(accounts.collect::<Vec<_>>());
    }
    let page = Page::new(call.params, all.iter(), |(id, _)| **id, 40, 80);
    let accounts = page
        .items
        .iter()
        .filter_map(|(_, id)| fake.account_with_id(id));
    page.answer(fake, call, accounts.collect::<Vec<_>>())
}

fn add(fake: &mut Fake, call: &Call<'_>, who: &AccountId, id: &str) -> Answer {
    own(fake, who, id)?;
    let accounts: Vec<_> = call
        .params
        .all("account_ids")
        .map(AccountId::from)
        .collect();
    for account in &accounts {
        if *account != *who && !fake.is_follower(who, account) {
            return Err(Refusal::not_found());
        }
        if own(fake, who, id)?.has(account) {
            return Err(Refusal::invalid("Account has already been taken"));
        }
    }
    for account in accounts {
        let number = fake.next_id();
        own(fake, who, id)?.accounts.insert(number, account);
    }
    super::json(json!({}))
}
