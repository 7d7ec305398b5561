//! What no field names, kept for the round trip.

use std::cmp::Ordering;
use std::sync::OnceLock;
use std::{fmt, slice};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Reason;
use crate::property::{Property, read_or_repair};

/// The properties of a thing that no typed field holds, in the order in which they came: those that this crate does not know,
/// those whose value no field could take (a date that is none, a `null`), and those whose value was repaired for its field.
///
/// What stands here is written back as it came, unless a typed field of the same name, or of one that means the same (`as:to`), was set in
/// the meantime: then that field alone is written.
///
/// ```
/// use activitypub::Object;
///
/// let mut note = Object::from_slice(br#"{"type":"Note","quoteUrl":"https://example.com/1","likes_seen":3}"#)?;
/// assert_eq!(note.extra.raw("quoteUrl"), Some("\"https://example.com/1\""));
/// assert_eq!(note.extra.read::<u32>("likes_seen")?, Some(3));
/// note.extra.set("likes_seen", 4)?;
/// note.extra.remove("quoteUrl");
/// assert_eq!(note.to_string(), r#"{"type":"Note","likes_seen":4}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// One text for all of them and nothing where there are none: most things have few, and there are many things.
#[derive(Clone, Default)]
pub struct Extra(Option<Box<Kept>>);

#[derive(Clone, Default)]
struct Kept {
    /// The names and JSON texts, one behind the other.
    text: String,
    entries: Vec<Entry>,
    /// Fields that came under another spelling than their plain one.
    spellings: Vec<(&'static str, Box<str>)>,
    /// The names of the properties whose value was repaired for a field.
    repaired: Vec<Box<str>>,
    /// Other spellings of fields that came beside the one that was read, each with the text that the field then had.
    beside: Vec<(Box<str>, String)>,
    /// The entries in the order of their names, once somebody asks for one of many.
    sorted: OnceLock<Vec<usize>>,
}

/// A property's place in the text: the name, then the value.
#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    value: usize,
    end: usize,
}

/// Up to so many properties are looked through for each that is asked for.
const FEW: usize = 16;

impl Extra {
    /// The JSON text of a property, as it came.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        let (_, value) = self.entry(self.position([name, "", ""])?)?;
        Some(value)
    }

    /// A property as a type of the caller's; `None` when it is absent or `null`.
    ///
    /// # Errors
    /// The value does not fit the type.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, serde_json::Error> {
        self.raw(name).map_or(Ok(None), serde_json::from_str)
    }

    /// Sets a property, in its old place if it had one. A name that a typed field has, in any
    /// spelling, is written only while that field is empty.
    ///
    /// # Errors
    /// The value has no JSON form, such as a map whose keys are not texts.
    pub fn set(&mut self, name: &str, value: impl Serialize) -> Result<(), serde_json::Error> {
        self.put(name, &serde_json::to_string(&value)?);
        Ok(())
    }

    /// A property as the fields have theirs: `Option<Id>`, `OneOrMany<Ref<Any>>`, …; the empty value when it is absent or `null`.
    ///
    /// ```
    /// use activitypub::{Id, Object, OneOrMany, Ref};
    ///
    /// let text = br#"{"type":"Note","quoteUrl":"https://example.com/1","seenBy":["https://example.com/a"]}"#;
    /// let mut note = Object::from_slice(text)?;
    /// let quoted: Option<Id> = note.extra.property("quoteUrl")?;
    /// assert_eq!(quoted.unwrap(), "https://example.com/1");
    ///
    /// let mut seen_by: OneOrMany<Ref<activitypub::Actor>> = note.extra.property("seenBy")?;
    /// seen_by.push("https://example.com/b");
    /// note.extra.set_property("seenBy", &seen_by);
    /// assert_eq!(note.extra.raw("seenBy"), Some(r#"["https://example.com/a","https://example.com/b"]"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The value is not what the type holds. An element of a list that is not does not lose the others: see
    /// [`OneOrMany`](crate::OneOrMany).
    pub fn property<P: Property>(&self, name: &str) -> Result<P, Reason> {
        self.raw(name)
            .map_or_else(|| Ok(P::default()), read_or_repair)
    }

    /// Sets a property as [`set`](Self::set) does; the empty value removes it.
    pub fn set_property<P: Property>(&mut self, name: &str, value: &P) {
        if !value.is_set() {
            self.remove(name);
            return;
        }
        let mut text = String::new();
        value.write(&mut text);
        self.put(name, &text);
    }

    /// Removes a property; says whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.len();
        *self = self.rebuilt(|kept, value| (kept != name).then_some(value));
        self.len() < before
    }

    /// The names and JSON texts of all properties, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.into_iter()
    }

    /// How many properties there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |kept| kept.entries.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of the property that came first of those whose name is one of these, each given in parts.
    pub(crate) fn first_of<'p>(
        &self,
        names: impl IntoIterator<Item = [&'p str; 3]>,
    ) -> Option<&str> {
        let positions = names.into_iter().filter_map(|name| self.position(name));
        let (name, _) = self.entry(positions.min()?)?;
        Some(name)
    }

    fn entry(&self, position: usize) -> Option<(&str, &str)> {
        let kept = self.0.as_ref()?;
        Some(kept.entries.get(position)?.slices(&kept.text))
    }

    /// Where the property stands whose name has these parts. The whole crate asks for some four hundred, and a stranger says among how
    /// many.
    fn position(&self, parts: [&str; 3]) -> Option<usize> {
        let kept = self.0.as_ref()?;
        if kept.entries.len() <= FEW {
            let mut names = self.iter().map(|entry| entry.0);
            return names.position(|name| order(name, parts).is_eq());
        }
        let name = |position: &usize| self.entry(*position).map_or("", |entry| entry.0);
        let sorted = kept.sorted.get_or_init(|| {
            let mut sorted: Vec<usize> = (0..kept.entries.len()).collect();
            sorted.sort_unstable_by_key(name);
            sorted
        });
        let found = sorted.binary_search_by(|position| order(name(position), parts));
        sorted.get(found.ok()?).copied()
    }

    /// Adds a property; `value` is known to be JSON.
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        let kept = self.0.get_or_insert_default();
        kept.sorted.take();
        let start = kept.text.len();
        kept.text.push_str(name);
        kept.text.push_str(value);
        kept.entries.push(Entry {
            start,
            value: start + name.len(),
            end: kept.text.len(),
        });
    }

    /// Keeps the text of a property whose field holds the repaired value.
    pub(crate) fn keep_repaired(&mut self, name: &str, value: &str) {
        self.keep(name, value);
        self.0.get_or_insert_default().repaired.push(name.into());
    }

    /// The text of a property whose value was repaired for its field.
    pub(crate) fn repaired(&self, name: &str) -> Option<&str> {
        self.is_repaired(name).then(|| self.raw(name)).flatten()
    }

    pub(crate) fn is_repaired(&self, name: &str) -> bool {
        let kept = self.0.as_ref();
        kept.is_some_and(|kept| kept.repaired.iter().any(|repaired| **repaired == *name))
    }

    /// Whether all fields are written under their plain name and as they are.
    pub(crate) fn is_plain(&self) -> bool {
        let kept = self.0.as_ref();
        kept.is_none_or(|kept| kept.spellings.is_empty() && kept.repaired.is_empty())
    }

    /// Remembers that a field came under another name.
    pub(crate) fn remember_spelling(&mut self, field: &'static str, spelled: &str) {
        let kept = self.0.get_or_insert_default();
        kept.spellings.push((field, spelled.into()));
    }

    /// The name under which a field is written.
    pub(crate) fn spelling<'a>(&'a self, field: &'a str) -> &'a str {
        let remembered = self.spellings().iter().find(|spelling| spelling.0 == field);
        remembered.map_or(field, |spelling| &spelling.1)
    }

    pub(crate) fn spellings(&self) -> &[(&'static str, Box<str>)] {
        self.0.as_ref().map_or(&[], |kept| &kept.spellings)
    }

    /// Remembers that a property came beside a field that is the same property and has this text.
    pub(crate) fn remember_beside(&mut self, name: &str, text: String) {
        let kept = self.0.get_or_insert_default();
        kept.beside.push((name.into(), text));
    }

    /// The text of a field at the time when this other spelling of it came beside it.
    pub(crate) fn beside(&self, name: &str) -> Option<&str> {
        let beside = &self.0.as_ref()?.beside;
        let found = beside.iter().find(|beside| *beside.0 == *name)?;
        Some(&found.1)
    }

    fn put(&mut self, name: &str, value: &str) {
        if self.raw(name).is_some() {
            *self = self.rebuilt(|kept, old| Some(if kept == name { value } else { old }));
            if let Some(kept) = &mut self.0 {
                kept.repaired.retain(|repaired| **repaired != *name);
                kept.beside.retain(|beside| *beside.0 != *name);
            }
        } else {
            self.keep(name, value);
        }
    }

    /// The properties with the values that `value` says, given name and value of each.
    fn rebuilt<'v>(&'v self, mut value: impl FnMut(&str, &'v str) -> Option<&'v str>) -> Self {
        let mut rebuilt = Self::default();
        for (name, old) in self.iter() {
            match value(name, old) {
                Some(value) if self.is_repaired(name) => rebuilt.keep_repaired(name, value),
                Some(value) => rebuilt.keep(name, value),
                None => continue,
            }
            if let Some(text) = self.beside(name) {
                rebuilt.remember_beside(name, text.to_owned());
            }
        }
        for (field, spelled) in self.spellings() {
            rebuilt.remember_spelling(field, spelled);
        }
        rebuilt
    }
}

impl<'a> IntoIterator for &'a Extra {
    type Item = (&'a str, &'a str);
    type IntoIter = Properties<'a>;

    fn into_iter(self) -> Self::IntoIter {
        let kept = self.0.as_deref();
        let entries = kept.map_or(&[][..], |kept| &kept.entries);
        Properties {
            text: kept.map_or("", |kept| &kept.text),
            entries: entries.iter(),
        }
    }
}

/// The names and JSON texts of the properties of an [`Extra`].
#[derive(Clone)]
pub struct Properties<'a> {
    text: &'a str,
    entries: slice::Iter<'a, Entry>,
}

/// Without what they hold, as that of [`Extra`].
impl fmt::Debug for Properties<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.clone().map(|property| property.0);
        f.debug_list().entries(names).finish()
    }
}

impl<'a> Iterator for Properties<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next().map(|entry| entry.slices(self.text))
    }
}

impl Entry {
    fn slices(self, text: &str) -> (&str, &str) {
        let slice = |from, to| text.get(from..to).unwrap_or_default();
        (slice(self.start, self.value), slice(self.value, self.end))
    }
}

/// How a name stands to another one that is given in parts.
fn order(name: &str, parts: [&str; 3]) -> Ordering {
    let mut rest = name.as_bytes();
    for part in parts {
        let (head, tail) = rest.split_at(part.len().min(rest.len()));
        let order = head.cmp(part.as_bytes());
        if order.is_ne() {
            return order;
        }
        rest = tail;
    }
    rest.len().cmp(&0)
}

/// The order of the properties of an object means nothing (RFC 8259 section 4), so it does not count here.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
            let mut items: Vec<T> = items.collect();
            items.sort_unstable();
            items
        }
        self.len() == other.len()
            && self.spellings().len() == other.spellings().len()
            && sorted(self.iter()) == sorted(other.iter())
            && sorted(self.spellings().iter()) == sorted(other.spellings().iter())
    }
}

/// The names only: the values are foreign, may be long, and say nothing without their names.
impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|entry| entry.0))
            .finish()
    }
}

/// A JSON value as text, exactly as it came: spelling of numbers and escapes included.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Raw(Box<str>);

impl Raw {
    /// The JSON text of a value.
    ///
    /// # Errors
    /// The value has no JSON form, such as a map whose keys are not texts.
    pub fn new(value: impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self(serde_json::to_string(&value)?.into()))
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value as a type of the caller's.
    ///
    /// # Errors
    /// The value does not fit the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }

    /// For text that is known to be JSON.
    pub(crate) fn known(text: &str) -> Self {
        Self(text.into())
    }
}
