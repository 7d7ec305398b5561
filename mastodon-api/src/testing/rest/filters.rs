//! [Filters](https://docs.joinmastodon.org/methods/filters/), those of Mastodon 4.0 and later.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{Answer, Call};
use crate::{
    entities::{
        Filter, FilterAction, FilterContext, FilterKeyword, FilterResult, FilterStatus, Status,
    },
    ids::{AccountId, StatusId},
    streaming::{RawEvent, Stream},
    testing::{
        Refusal,
        state::{Fake, number},
    },
};

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str, path: &[&str]) -> Answer {
    let scope = match method {
        "GET" => "read:filters",
        _ => "write:filters",
    };
    let who = &call.user(scope)?;
    let answer = match (method, path) {
        ("GET", []) => {
            let own = fake.filters.values().filter(|(owner, _)| owner == who);
            super::json(own.map(|(_, filter)| filter).collect::<Vec<_>>())
        }
        ("POST", []) => {
            let mut filter = Filter::new(fake.next_id());
            filter.filter_action = FilterAction::Warn;
            filter.keywords = Some(Vec::new());
            filter.statuses = Some(Vec::new());
            change(fake, call, &mut filter)?;
            keep(fake, who, filter)
        }
        ("GET", [id]) => super::json(own(fake, who, id)?),
        ("PUT", [id]) => {
            let mut filter = own(fake, who, id)?.clone();
            change(fake, call, &mut filter)?;
            keep(fake, who, filter)
        }
        ("DELETE", [id]) => {
            own(fake, who, id)?;
            fake.filters.remove(&number(id).unwrap_or_default());
            super::json(json!({}))
        }
        ("GET", [id, "keywords"]) => super::json(keywords(own(fake, who, id)?)),
        ("POST", [id, "keywords"]) => {
            own(fake, who, id)?;
            let mut keyword = FilterKeyword::new(fake.next_id());
            describe(&mut keyword, call)?;
            keywords(own(fake, who, id)?).push(keyword.clone());
            super::json(keyword)
        }
        (_, ["keywords", id]) => keyword(fake, call, who, method, id),
        ("GET", [id, "statuses"]) => super::json(statuses(own(fake, who, id)?)),
        ("POST", [id, "statuses"]) => {
            own(fake, who, id)?;
            let status = call.params.text("status_id").unwrap_or_default();
            let status = call.seen(fake, status)?.id.clone();
            let is_same = |known: &FilterStatus| known.status_id.as_ref() == Some(&status);
            if statuses(own(fake, who, id)?).iter().any(is_same) {
                return Err(Refusal::invalid("Status has already been taken"));
            }
            let mut filtered = FilterStatus::new(fake.next_id());
            filtered.status_id = Some(status);
            statuses(own(fake, who, id)?).push(filtered.clone());
            super::json(filtered)
        }
        (_, ["statuses", id]) => status(fake, who, method, id),
        _ => Err(Refusal::unknown()),
    }?;
    if method != "GET" {
        let event = RawEvent::new("filters_changed", None::<&str>);
        fake.send(
            |listener, stream| listener == who && *stream == Stream::User,
            &event,
        );
    }
    Ok(answer)
}

fn keep(fake: &mut Fake, who: &AccountId, filter: Filter) -> Answer {
    let id = number(filter.id.as_str()).unwrap_or_default();
    let answer = super::json(&filter);
    fake.filters.insert(id, (who.clone(), filter));
    answer
}

/// A filter of this account.
fn own<'a>(fake: &'a mut Fake, who: &AccountId, id: &str) -> Result<&'a mut Filter, Refusal> {
    let found = number(id).and_then(|id| fake.filters.get_mut(&id));
    let found = found.filter(|(owner, _)| owner == who);
    found
        .map(|(_, filter)| filter)
        .ok_or_else(Refusal::not_found)
}

fn keywords(filter: &mut Filter) -> &mut Vec<FilterKeyword> {
    filter.keywords.get_or_insert_default()
}

fn statuses(filter: &mut Filter) -> &mut Vec<FilterStatus> {
    filter.statuses.get_or_insert_default()
}

fn keyword(fake: &mut Fake, call: &Call<'_>, who: &AccountId, method: &str, id: &str) -> Answer {
    let is_it = |keyword: &FilterKeyword| keyword.id.as_str() == id;
    let own = fake.filters.values_mut().filter(|(owner, _)| owner == who);
    let mut lists = own.map(|(_, filter)| keywords(filter));
    let list = lists.find(|list| list.iter().any(is_it));
    let list = list.ok_or_else(Refusal::not_found)?;
    if method == "DELETE" {
        list.retain(|keyword| !is_it(keyword));
        return super::json(json!({}));
    }
    let keyword = list.iter_mut().find(|keyword| is_it(keyword));
    let keyword = keyword.ok_or_else(Refusal::not_found)?;
    match method {
        "GET" => {}
        "PUT" => describe(keyword, call)?,
        _ => return Err(Refusal::unknown()),
    }
    super::json(keyword)
}

fn status(fake: &mut Fake, who: &AccountId, method: &str, id: &str) -> Answer {
    let is_it = |status: &FilterStatus| status.id.as_str() == id;
    let own = fake.filters.values_mut().filter(|(owner, _)| owner == who);
    let mut lists = own.map(|(_, filter)| statuses(filter));
    let list = lists.find(|list| list.iter().any(is_it));
    let list = list.ok_or_else(Refusal::not_found)?;
    match method {
        "GET" => super::json(list.iter().find(|status| is_it(status))),
        "DELETE" => {
            list.retain(|status| !is_it(status));
            super::json(json!({}))
        }
        _ => Err(Refusal::unknown()),
    }
}

fn describe(keyword: &mut FilterKeyword, call: &Call<'_>) -> Result<(), Refusal> {
    let text = call.params.text("keyword");
    let text = text.ok_or_else(|| Refusal::invalid("Keyword can't be blank"))?;
    keyword.keyword = text.to_owned();
    // Mastodon's default, whatever its documentation says.
    keyword.whole_word = call
        .params
        .text("whole_word")
        .is_none_or(|_| call.params.flag("whole_word"));
    Ok(())
}

/// Does to a filter what the parameters ask for.
fn change(fake: &mut Fake, call: &Call<'_>, filter: &mut Filter) -> Result<(), Refusal> {
    let params = call.params;
    if let Some(title) = params.text("title") {
        filter.title = title.to_owned();
    }
    let context: Vec<_> = params
        .all("context")
        .filter(|context| !context.is_empty())
        .map(FilterContext::from)
        .collect();
    if !context.is_empty() {
        filter.context = context;
    }
    let is_known = |context: &FilterContext| {
        matches!(
            context,
            FilterContext::Home
                | FilterContext::Notifications
                | FilterContext::Public
                | FilterContext::Thread
                | FilterContext::Account
        )
    };
    let mut mistakes = Vec::new();
    if filter.title.is_empty() {
        mistakes.push("Title can't be blank");
    }
    if filter.context.is_empty() {
        mistakes.push("Context can't be blank");
    }
    if filter.context.is_empty() || !filter.context.iter().all(is_known) {
        mistakes.push("Context None or invalid context supplied");
    }
    if !mistakes.is_empty() {
        return Err(Refusal::invalid(mistakes.join(", ")));
    }
    if let Some(action) = params.text("filter_action") {
        filter.filter_action = FilterAction::from(action);
        if !matches!(
            filter.filter_action,
            FilterAction::Warn | FilterAction::Hide | FilterAction::Blur
        ) {
            let error = format!("'{action}' is not a valid filter_action");
            return Err(Refusal::unprocessable(error));
        }
    }
    let lifetime = params.all("expires_in").last();
    if let Some(lifetime) = lifetime {
        // An empty one, or null, is for ever.
        let lifetime = lifetime.parse().ok().and_then(TimeDelta::try_seconds);
        filter.expires_at = lifetime.and_then(|time| Utc::now().checked_add_signed(time));
    }
    for attributes in call.params.groups("keywords_attributes") {
        let text = |wanted: &str| {
            let mut found = attributes.iter().filter(|(name, _)| *name == wanted);
            found.next().map(|(_, value)| *value)
        };
        let list = keywords(filter);
        let position = list
            .iter()
            .position(|known| Some(known.id.as_str()) == text("id"));
        if text("_destroy").is_some_and(|value| matches!(value, "true" | "1")) {
            position.map(|position| list.remove(position));
            continue;
        }
        let mut keyword = match position {
            Some(position) => list.remove(position),
            None => FilterKeyword::new(fake.next_id()),
        };
        if let Some(text) = text("keyword") {
            keyword.keyword = text.to_owned();
        }
        keyword.whole_word = text("whole_word").is_none_or(|value| matches!(value, "true" | "1"));
        if keyword.keyword.is_empty() {
            return Err(Refusal::invalid("Keywords keyword can't be blank"));
        }
        let list = keywords(filter);
        let position = position.unwrap_or(list.len());
        list.insert(position, keyword);
    }
    Ok(())
}

/// The filters of somebody that a status meets, in whatever context.
pub(in crate::testing) fn results(
    fake: &Fake,
    who: &AccountId,
    status: &Status,
) -> Vec<FilterResult> {
    let original = status.reblog.as_deref().unwrap_or(status);
    let own = fake.filters.values().filter(|(owner, _)| owner == who);
    own.filter_map(|(_, filter)| result(filter, original))
        .collect()
}

fn result(filter: &Filter, status: &Status) -> Option<FilterResult> {
    let is_over = |end: DateTime<Utc>| end <= Utc::now();
    if filter.expires_at.is_some_and(is_over) {
        return None;
    }
    let options = status.poll.iter().flat_map(|poll| &poll.options);
    let media = status.media_attachments.iter();
    let texts = [status.content.to_text(), status.spoiler_text.clone()];
    let texts = texts
        .into_iter()
        .chain(options.map(|option| option.title.clone()))
        .chain(media.filter_map(|medium| medium.description.clone()));
    let text = texts.collect::<Vec<_>>().join("\n").to_lowercase();
    let keywords = filter.keywords.iter().flatten();
    let words: Vec<_> = keywords
        .filter(|keyword| is_in(&text, keyword))
        .map(|keyword| keyword.keyword.clone())
        .collect();
    let mut statuses = filter.statuses.iter().flatten();
    let ids = statuses.any(|filtered| filtered.status_id.as_ref() == Some(&status.id));
    let ids: Option<Vec<StatusId>> = ids.then(|| vec![status.id.clone()]);
    if words.is_empty() && ids.is_none() {
        return None;
    }
    let mut filter = filter.clone();
    (filter.keywords, filter.statuses) = (None, None);
    let mut result = FilterResult::new();
    result.filter = Some(filter);
    result.keyword_matches = (!words.is_empty()).then_some(words);
    result.status_matches = ids;
    Some(result)
}

fn is_in(text: &str, keyword: &FilterKeyword) -> bool {
    let word = keyword.keyword.to_lowercase();
    if !keyword.whole_word {
        return text.contains(&word);
    }
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    // Only an end that is part of a word has to be the end of one.
    let (starts, ends) = (
        is_word(word.chars().next()),
        is_word(word.chars().next_back()),
    );
    text.match_indices(&word).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + found.len()..)
            .and_then(|text| text.chars().next());
        !(starts && is_word(before) || ends && is_word(after))
    })
}
