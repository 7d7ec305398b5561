//! Lists that come in pages.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use http::header::{HeaderMap, LINK};
use http::{Method, Response};
use serde_json::value::RawValue;

use crate::Problem;
use crate::answer::{Answer, decode, text};
use crate::endpoint::{Access, Endpoint, Manner, Parameters};
use crate::error::{NotUnderstood, NotUnderstoodReason};
use crate::wire::{MAX_PROBLEMS, Read, Wire};

/// One page of a list.
///
/// An element that cannot be read does not cost the page: it stands in `problems`, the others in `items`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The elements.
    pub items: Vec<T>,
    /// The elements that could not be read, with their position and their JSON: the first 1,000, and then how many
    /// more there are.
    pub problems: Vec<Problem>,
    /// Where the list goes on: older elements, or further results.
    pub next: Option<Cursor>,
    /// Where newer elements, or the results before, are.
    pub prev: Option<Cursor>,
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: Wire> Answer for Page<T> {
    fn ids(&self) -> Vec<Option<String>> {
        self.items.iter().map(Wire::id).collect()
    }

    fn read(response: Response<Bytes>) -> Result<Self, NotUnderstood> {
        let (items, problems) = match decode::<Vec<T>>(response.body()) {
            Ok(Read::Value(items)) => (items, Vec::new()),
            Ok(Read::Partly(items, problems)) => (items, with_raw(problems, response.body())),
            Ok(Read::Null) => (Vec::new(), Vec::new()),
            Ok(Read::Wrong(wrong)) => {
                let source = Some(wrong.reason.into());
                return Err(NotUnderstood::new(
                    &response,
                    NotUnderstoodReason::Unexpected,
                    wrong.path,
                    source,
                ));
            }
            // One element may hold what no reader takes (a number out of range, half of a surrogate pair).
            Err(error) => match one_by_one(response.body()) {
                Some(parts) => parts,
                None => {
                    return Err(NotUnderstood::from_text(
                        &response,
                        error.path,
                        error.source,
                    ));
                }
            },
        };
        let [next, prev] = cursors(response.headers());
        Ok(Self {
            items,
            problems,
            next,
            prev,
        })
    }

    fn problems(&self) -> Vec<Problem> {
        let mut found = self.problems.clone();
        let lost: BTreeSet<_> = found.iter().filter_map(position).collect();
        let positions = (0..).filter(|position| !lost.contains(position));
        for (position, item) in positions.zip(&self.items) {
            item.collect_problems(&format!("[{position}]"), &mut found);
        }
        found
    }
}

/// The problems of a list, each with the text of its element as it came.
fn with_raw(problems: Vec<Problem>, body: &[u8]) -> Vec<Problem> {
    let Some(elements) = elements(body) else {
        return problems;
    };
    let raw = |problem: &Problem| Some((**elements.get(position(problem)?)?).to_owned());
    problems
        .into_iter()
        .map(|problem| match raw(&problem) {
            Some(raw) => problem.with_raw(raw),
            None => problem,
        })
        .collect()
}

/// Where in the list the element stands that a problem is about.
fn position(problem: &Problem) -> Option<usize> {
    let (position, _) = problem.path().strip_prefix('[')?.split_once(']')?;
    position.parse().ok()
}

fn one_by_one<T: Wire>(body: &[u8]) -> Option<(Vec<T>, Vec<Problem>)> {
    let mut items = Vec::new();
    let mut problems = Vec::new();
    let mut left_out = 0;
    for (index, raw) in elements(body)?.into_iter().enumerate() {
        let (path, reason) = match decode::<T>(raw.get().as_bytes()) {
            Ok(Read::Value(item) | Read::Partly(item, _)) => {
                items.push(item);
                continue;
            }
            Ok(Read::Null) => (String::new(), format!("expected {}", T::EXPECTED)),
            Ok(Read::Wrong(wrong)) => (wrong.path, wrong.reason),
            Err(error) => (error.path, error.source.to_string()),
        };
        if problems.len() < MAX_PROBLEMS {
            problems.push(Problem::of_raw(path, reason, raw.to_owned()).inside_index(index));
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        problems.push(Problem::left_out(left_out));
    }
    Some((items, problems))
}

fn elements(body: &[u8]) -> Option<Vec<&RawValue>> {
    serde_json::from_str(text(body).ok()?).ok()
}

/// A place in a list: parameters of the same call, never an address to follow.
///
/// Store it as text and read it back to go on later:
///
/// ```
/// let cursor: mastodon_api::Cursor = "max_id=103206804533200177".parse()?;
/// assert_eq!(cursor.to_string(), "max_id=103206804533200177");
/// # Ok::<(), mastodon_api::InvalidCursor>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Cursor(Vec<(&'static str, String)>);

/// The parameters that a cursor may hold. `limit` is the caller's.
const CURSOR_PARAMETERS: [&str; 4] = ["max_id", "since_id", "min_id", "offset"];
/// Bytes of one value of a cursor: ids are shorter by far.
const MAX_CURSOR_VALUE: usize = 512;
/// Bytes of one `Link` header that is looked at, and how many links of it. Mastodon sends two.
const MAX_LINK_HEADER: usize = 16 * 1024;
const MAX_LINKS: usize = 16;

/// What a stored cursor may hold besides: the element of the page after which to go on. It is not sent.
const AFTER: &str = "after";

impl Cursor {
    /// What is older than the element with this id, the newest first.
    #[must_use]
    pub fn older_than(id: impl fmt::Display) -> Self {
        Self(vec![("max_id", id.to_string())])
    }

    /// What is newer than the element with this id, what follows it first.
    #[must_use]
    pub fn newer_than(id: impl fmt::Display) -> Self {
        Self(vec![("min_id", id.to_string())])
    }

    /// Elements from the `number`th on, for endpoints that count.
    #[must_use]
    pub fn offset(number: u64) -> Self {
        Self(vec![("offset", number.to_string())])
    }

    /// The parameters of a call in whose place it comes.
    fn replaced(&self) -> &'static [&'static str] {
        match self.0.as_slice() {
            // The call may say from where on it wants to know anything, however far back its pages lead.
            [("max_id", _), ..] => &["max_id", "min_id", "offset"],
            _ => &CURSOR_PARAMETERS,
        }
    }

    fn sent(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = self.0.iter().filter(|(name, _)| *name != AFTER);
        all.map(|(name, value)| (*name, value.as_str()))
    }

    fn from_query(query: &str, names: &[&'static str]) -> Option<Self> {
        let mut found: Vec<(&'static str, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let Some(name) = names.iter().copied().find(|known| *known == name) else {
                continue;
            };
            if value.is_empty() || value.len() > MAX_CURSOR_VALUE {
                return None;
            }
            found.retain(|(known, _)| *known != name);
            found.push((name, value.into_owned()));
        }
        (!found.is_empty()).then_some(Self(found))
    }
}

#[cfg(feature = "client")]
impl Cursor {
    /// Leads an address there.
    pub(crate) fn put_into(&self, url: &mut url::Url) {
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| !self.replaced().contains(&&**name))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let mut pairs = url.query_pairs_mut();
        pairs.clear().extend_pairs(kept).extend_pairs(self.sent());
    }

    /// The place after an element of the page at a place.
    pub(crate) fn after(page: Option<&Self>, id: &str) -> Self {
        let mut parameters = page.map(|page| page.0.clone()).unwrap_or_default();
        parameters.push((AFTER, id.to_owned()));
        Self(parameters)
    }

    /// The page, if it is not the first, and the element of it after which to go on.
    pub(crate) fn into_page(mut self) -> (Option<Self>, Option<String>) {
        let after = self.value(AFTER).map(str::to_owned);
        self.0.retain(|(name, _)| *name != AFTER);
        let page = (!self.0.is_empty()).then_some(self);
        (page, after)
    }

    /// Whether it leads to newer elements, one page after the other.
    pub(crate) fn is_forwards(&self) -> bool {
        self.value("min_id").is_some()
    }

    pub(crate) fn offset_number(&self) -> Option<u64> {
        self.value("offset")?.parse().ok()
    }

    fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| *known == name)?;
        Some(value)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish();
        f.write_str(&text)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let [a, b, c, d] = CURSOR_PARAMETERS;
        Self::from_query(text, &[a, b, c, d, AFTER]).ok_or(InvalidCursor(()))
    }
}

/// A text that is no cursor.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a place in a list: write `max_id=…`, `since_id=…`, `min_id=…` or `offset=…`")]
pub struct InvalidCursor(());

/// A call for another page of the list that `E` asks for.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct At<E> {
    endpoint: E,
    cursor: Cursor,
}

impl<E: Endpoint> At<E> {
    /// The page of `endpoint` at `cursor`.
    pub fn new(endpoint: E, cursor: Cursor) -> Self {
        Self { endpoint, cursor }
    }
}

impl<E: Endpoint> Endpoint for At<E> {
    type Response = E::Response;
    const METHOD: Method = E::METHOD;
    const TEMPLATE: &'static str = E::TEMPLATE;
    const ACCESS: Access = E::ACCESS;
    const SINCE: &'static str = E::SINCE;
    const MANNER: Manner = E::MANNER;
    const INSIDE: Option<&'static str> = E::INSIDE;

    fn path(&self) -> String {
        self.endpoint.path()
    }

    fn write(&self, parameters: &mut Parameters) {
        self.endpoint.write(parameters);
        parameters.remove(self.cursor.replaced());
        for (name, value) in self.cursor.sent() {
            parameters.set(name, value);
        }
    }
}

/// `next` and `prev` of the `Link` header (RFC 8288).
pub(crate) fn cursors(headers: &HeaderMap) -> [Option<Cursor>; 2] {
    let mut found = [None, None];
    for value in headers.get_all(LINK) {
        let Ok(text) = value.to_str() else { continue };
        if text.len() > MAX_LINK_HEADER {
            continue;
        }
        for (target, rel) in links(text).into_iter().take(MAX_LINKS) {
            let Some((_, query)) = target.split_once('?') else {
                continue;
            };
            let query = query.split('#').next().unwrap_or_default();
            for rel in rel.split_ascii_whitespace() {
                let [next, prev] = &mut found;
                match rel {
                    "next" => *next = Cursor::from_query(query, &CURSOR_PARAMETERS),
                    "prev" | "previous" => *prev = Cursor::from_query(query, &CURSOR_PARAMETERS),
                    _ => {}
                }
            }
        }
    }
    found
}

/// Target and `rel` of each link.
fn links(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    // A target holds no `<`, so each one starts a link.
    for link in text.split('<').skip(1) {
        let Some((target, parameters)) = link.split_once('>') else {
            continue;
        };
        let rel = parameters.split([';', ',']).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("rel")
                .then(|| value.trim().trim_matches('"'))
        });
        if let Some(rel) = rel {
            found.push((target, rel));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> [Option<String>; 2] {
        let mut headers = HeaderMap::new();
        headers.insert(LINK, HeaderValue::from_str(text).unwrap());
        cursors(&headers).map(|cursor| cursor.map(|cursor| cursor.to_string()))
    }

    #[test]
    fn mastodons_link_header() {
        let text = r#"<https://mastodon.example/api/v1/x?limit=2&max_id=7486869>; rel="next", <https://mastodon.example/api/v1/x?limit=2&since_id=7489740>; rel="prev""#;
        assert_eq!(
            of(text),
            [
                Some("max_id=7486869".into()),
                Some("since_id=7489740".into())
            ]
        );
    }

    #[test]
    fn an_address_elsewhere_gives_parameters_only() {
        let [next, _] = of("<http://127.0.0.1:6379/admin?max_id=1&cmd=flush>; rel=next");
        assert_eq!(next.as_deref(), Some("max_id=1"));
    }

    #[test]
    fn links_without_a_place_are_none() {
        assert_eq!(of("<https://a.example/>; rel=\"next\""), [None, None]);
        assert_eq!(
            of("<https://a.example/?max_id=>; rel=\"next\""),
            [None, None]
        );
        assert_eq!(
            of(&format!(
                "<https://a.example/?max_id={}>; rel=next",
                "9".repeat(600)
            )),
            [None, None]
        );
        assert_eq!(of(&"<?max_id=1>; rel=next, ".repeat(10_000)), [None, None]);
    }

    proptest! {
        #[test]
        fn no_link_header_panics(text in "[ -~]{0,200}", tail in r#"[<>;,="?&%a-z_]{0,100}"#) {
            of(&text);
            of(&tail);
            of(&format!("<?max_id=1{tail}>; rel=\"next{text}"));
        }
    }
}
