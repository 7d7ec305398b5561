//! Pages of lists.

use http::{HeaderValue, header};
use serde::Serialize;

use super::{Answer, Call, json};
use crate::{
    entities::Status,
    testing::{
        params::Params,
        state::{Fake, number},
    },
};

/// A page of a list, newest first.
pub(super) struct Page<'a, T> {
    pub(super) items: Vec<&'a T>,
    is_full: bool,
    newest: Option<u64>,
    oldest: Option<u64>,
}

/// The number in an id of this instance, by which pages are turned.
pub(super) fn id(id: &str) -> u64 {
    number(id).unwrap_or_default()
}

impl<'a, T> Page<'a, T> {
    /// The page of `items` (oldest first) for which `params` ask.
    pub(super) fn new(
        params: &Params,
        items: impl DoubleEndedIterator<Item = &'a T>,
        id: impl Fn(&&'a T) -> u64 + Copy,
        default: usize,
        most: usize,
    ) -> Self {
        let bound = |name| params.text(name).and_then(number);
        let limit = bound("limit").and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.unwrap_or(default).clamp(1, most);
        let (max, since, min) = (bound("max_id"), bound("since_id"), bound("min_id"));
        let items = items.filter(|item| {
            let id = id(item);
            max.is_none_or(|max| id < max) && since.max(min).is_none_or(|least| id > least)
        });
        // `since_id` gives the newest, `min_id` those next to it.
        let items: Vec<_> = if min.is_some() {
            let mut items: Vec<_> = items.take(limit).collect();
            items.reverse();
            items
        } else {
            items.rev().take(limit).collect()
        };
        Self {
            is_full: items.len() == limit,
            newest: items.first().map(id),
            oldest: items.last().map(id),
            items,
        }
    }

    pub(super) fn answer(&self, fake: &Fake, call: &Call<'_>, shown: impl Serialize) -> Answer {
        let mut links = Vec::new();
        let path = call.parts.uri.path().trim_start_matches('/');
        let mut link = |cursor: &str, id: u64, rel: &str| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in &call.params.pairs {
                if !matches!(&**name, "max_id" | "min_id" | "since_id") {
                    query.append_pair(name, value);
                }
            }
            query.append_pair(cursor, &id.to_string());
            let url = fake.page(&format!("{path}?{}", query.finish()));
            links.push(format!("<{url}>; rel=\"{rel}\""));
        };
        if let Some(oldest) = self.oldest.filter(|_| self.is_full) {
            link("max_id", oldest, "next");
        }
        if let Some(newest) = self.newest {
            link("min_id", newest, "prev");
        }
        let mut response = json(shown)?;
        if let Ok(value) = HeaderValue::from_str(&links.join(", "))
            && !links.is_empty()
        {
            response.headers_mut().insert(header::LINK, value);
        }
        Ok(response)
    }
}

impl<'a> Page<'a, Status> {
    /// The page of these statuses (oldest first) for which a request asks.
    pub(super) fn of_statuses(
        fake: &Fake,
        call: &Call<'_>,
        statuses: impl DoubleEndedIterator<Item = &'a Status>,
    ) -> Answer {
        let who = call.viewer();
        let page = Self::new(
            call.params,
            statuses,
            |status| id(status.id.as_str()),
            20,
            40,
        );
        let shown: Vec<_> = page
            .items
            .iter()
            .map(|status| fake.shown(status, who))
            .collect();
        page.answer(fake, call, shown)
    }
}
