//! What the fields of an entity do not hold: properties that this version does not name, and values it could not read.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::error::printable;
use crate::wire::Wrong;

/// Properties that no field names, and values that could not be read.
///
/// Other servers add properties of their own (`pleroma`, `akkoma`, `interaction_policy`), and Mastodon adds some
/// with every version. They are kept as the JSON text that came, and written again.
///
/// ```
/// use mastodon_api::entities::Account;
///
/// let account: Account = serde_json::from_str(r#"{"id":"1","pleroma":{"is_admin":true},"bot":"perhaps"}"#)?;
/// let pleroma: serde_json::Value = account.extra.read("pleroma")?.unwrap_or_default();
/// assert_eq!(pleroma["is_admin"], true);
/// assert_eq!(account.extra.problems()[0].path(), "bot");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// `Debug` shows their names alone: a property that no field names may be a secret.
#[derive(Clone, Default, PartialEq)]
pub struct Extra(Option<Box<Contents>>);

#[derive(Clone, Default)]
struct Contents {
    unknown: Vec<(Box<str>, Box<RawValue>)>,
    problems: Vec<Problem>,
}

impl Extra {
    /// The JSON text of a property that no field names.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        self.iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// A property that no field names, as a type of your own. `None` when the server did not send it.
    ///
    /// # Errors
    ///
    /// When it is there and is not such a value.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, serde_json::Error> {
        self.get(name)
            .map(|raw| serde_json::from_str(raw.get()))
            .transpose()
    }

    /// The properties that no field names, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().flat_map(|contents| {
            contents
                .unknown
                .iter()
                .map(|(name, value)| (&**name, &**value))
        })
    }

    /// Adds a property that no field names, or replaces it.
    pub fn insert(&mut self, name: impl Into<Box<str>>, value: Box<RawValue>) {
        let name = name.into();
        let contents = self.0.get_or_insert_default();
        contents.unknown.retain(|(key, _)| *key != name);
        contents.unknown.push((name, value));
    }

    /// The values of this entity's own fields that could not be read. They are not written again.
    ///
    /// What entities further inside could not read stands in theirs; `problems()` of the entity collects them all.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        self.0.as_ref().map_or(&[], |contents| &contents.problems)
    }

    /// Whether every property had a field and could be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn push_raw(&mut self, name: Box<str>, value: Box<RawValue>) {
        self.0.get_or_insert_default().unknown.push((name, value));
    }

    pub(crate) fn push_problem(&mut self, problem: Problem) {
        self.0.get_or_insert_default().problems.push(problem);
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.0.map(|contents| contents.problems).unwrap_or_default()
    }

    /// Takes a property that no field names.
    pub(crate) fn take(&mut self, name: &str) -> Option<Box<RawValue>> {
        let contents = self.0.as_mut()?;
        let index = contents
            .unknown
            .iter()
            .position(|(key, _)| &**key == name)?;
        let (_, value) = contents.unknown.remove(index);
        if contents.unknown.is_empty() && contents.problems.is_empty() {
            self.0 = None;
        }
        Some(value)
    }

    pub(crate) fn to_map(&self) -> Map<String, Value> {
        let unknown = self.iter();
        let problems = self
            .problems()
            .iter()
            .map(|problem| (problem.path(), &*problem.raw));
        unknown
            .chain(problems)
            .filter_map(|(name, raw)| {
                Some((name.to_owned(), serde_json::from_str(raw.get()).ok()?))
            })
            .collect()
    }

    pub(crate) fn collect_problems(&self, path: &str, found: &mut Vec<Problem>) {
        found.extend(
            self.problems()
                .iter()
                .map(|problem| problem.clone().inside(path)),
        );
    }

    pub(crate) fn write_into<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.iter()
            .try_for_each(|(name, value)| map.serialize_entry(name, value))
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extra")
            .field(
                "unknown",
                &self.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            )
            .field("problems", &self.problems())
            .finish()
    }
}

impl PartialEq for Contents {
    fn eq(&self, other: &Self) -> bool {
        let texts = |contents: &Self| -> Vec<_> {
            contents
                .unknown
                .iter()
                .map(|(name, value)| (name.clone(), value.get().to_owned()))
                .collect()
        };
        texts(self) == texts(other) && self.problems == other.problems
    }
}

/// A value that the server sent and that could not be read, with where it stood.
///
/// Nothing else is lost with it: the entity or the list that held it is there without it.
///
/// Neither `Display` nor `Debug` shows the value: it may be a secret of a wrong type.
#[derive(Clone)]
pub struct Problem {
    path: String,
    reason: String,
    raw: Box<RawValue>,
}

impl Problem {
    /// Where it stood, seen from the entity or list that reports it: `media_attachments[1].id`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What was wrong with it.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The JSON that came. For an element of an answer that is a list it is the text itself; further inside it is
    /// the same value written anew.
    #[must_use]
    pub fn raw(&self) -> &RawValue {
        &self.raw
    }

    pub(crate) fn new(wrong: Wrong) -> Self {
        Self {
            path: wrong.path,
            reason: wrong.reason,
            raw: wrong.raw,
        }
    }

    /// So many more of the same list, of which nothing is kept.
    pub(crate) fn left_out(number: usize) -> Self {
        let reason = format!("{number} more of its elements cannot be read");
        Self::of_raw(String::new(), reason, RawValue::NULL.to_owned())
    }

    pub(crate) fn of_raw(path: String, reason: String, raw: Box<RawValue>) -> Self {
        Self { path, reason, raw }
    }

    pub(crate) fn with_raw(mut self, raw: Box<RawValue>) -> Self {
        self.raw = raw;
        self
    }

    pub(crate) fn inside(mut self, parent: &str) -> Self {
        self.path = crate::wire::join(parent, &self.path);
        self
    }

    pub(crate) fn inside_index(self, index: usize) -> Self {
        self.inside(&format!("[{index}]"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name in the path is the server's.
        write!(
            f,
            "`{}`: {}",
            printable(&self.path),
            printable(&self.reason)
        )
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("path", &self.path)
            .field("reason", &self.reason)
            .field("raw_bytes", &self.raw.get().len())
            .finish()
    }
}

impl PartialEq for Problem {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.reason == other.reason && self.raw.get() == other.raw.get()
    }
}
