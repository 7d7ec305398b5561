//! What the value of a property can be.
//!
//! Every type here reads every JSON value or says why not; nothing refuses the document.

use std::borrow::Cow;
use std::{fmt, slice};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::error::{Problem, Reason};
use crate::extra::{Extra, Raw};
use crate::family::Family;
use crate::id::Id;
use crate::json::{Node, Shape, Tape, push_step, write_string};
use crate::{kind, repair};

/// The values of a property: none, one, or a list, as the document had it.
///
/// ActivityStreams lets most properties be a single value or an array (Core section 4.1), and the two are different bytes
/// for the same meaning. Iterate to treat them alike; what was one stays one when it is written back.
///
/// An element that is not what the property holds (a number among ids) keeps its place and is skipped by
/// [`iter`](Self::iter); `problems()` of the document lists it.
///
/// ```
/// use activitypub::{Activity, OneOrMany};
///
/// let mut activity = Activity::from_slice(br#"{"type":"Like","to":"https://example.com/a"}"#)?;
/// assert_eq!(activity.to.ids().count(), 1);
/// activity.cc = OneOrMany::many(["https://example.com/b"]);
/// assert_eq!(activity.to_string(), r#"{"type":"Like","to":"https://example.com/a","cc":["https://example.com/b"]}"#);
/// # Ok::<(), activitypub::ReadError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct OneOrMany<T>(Values<T>);

// Everything but a single value is behind one pointer, so that the dozens of these that a thing holds are no larger than a value.
#[derive(Clone, PartialEq)]
#[expect(clippy::box_collection, reason = "every thing holds dozens of these")]
enum Values<T> {
    Absent,
    /// `null` alone, the ordinary way to say that there is nothing.
    Null,
    One(T),
    /// One value that is not what the property holds.
    Kept(Box<Raw>),
    Many(Box<Vec<T>>),
    /// A list in which at least one element is not what the property holds.
    Mixed(Box<Vec<Value<T>>>),
}

#[derive(Clone, PartialEq)]
enum Value<T> {
    Read(T),
    /// Not what the property holds.
    Kept(Raw),
}

impl<T> Values<T> {
    fn list(values: Vec<T>) -> Self {
        Self::Many(Box::new(values))
    }
}

impl<T> OneOrMany<T> {
    /// For those who need a reference to it.
    pub(crate) const ABSENT: Self = Self(Values::Absent);

    /// No value: the property is not written.
    #[must_use]
    pub fn absent() -> Self {
        Self(Values::Absent)
    }

    /// A single value, written without an array.
    pub fn one(value: impl Into<T>) -> Self {
        Self(Values::One(value.into()))
    }

    /// A list, written as an array whatever its length.
    pub fn many<V: Into<T>>(values: impl IntoIterator<Item = V>) -> Self {
        Self(Values::list(values.into_iter().map(Into::into).collect()))
    }

    /// Adds a value at the end; what was single becomes a list.
    pub fn push(&mut self, value: impl Into<T>) {
        let value = value.into();
        self.0 = match std::mem::replace(&mut self.0, Values::Absent) {
            Values::Absent => Values::list(vec![value]),
            Values::One(one) => Values::list(vec![one, value]),
            Values::Many(mut values) => {
                values.push(value);
                Values::Many(values)
            }
            Values::Null => Self::mixed(vec![Value::Kept(Raw::known("null"))], value),
            Values::Kept(raw) => Self::mixed(vec![Value::Kept(*raw)], value),
            Values::Mixed(values) => Self::mixed(*values, value),
        };
    }

    fn mixed(mut values: Vec<Value<T>>, value: T) -> Values<T> {
        values.push(Value::Read(value));
        Values::Mixed(Box::new(values))
    }

    /// The values, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.into_iter()
    }

    /// The values, in order, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let (plain, mixed): (&mut [T], &mut [Value<T>]) = match &mut self.0 {
            Values::Absent | Values::Null | Values::Kept(_) => (&mut [], &mut []),
            Values::One(value) => (slice::from_mut(value), &mut []),
            Values::Many(values) => (values, &mut []),
            Values::Mixed(values) => (&mut [], values),
        };
        plain
            .iter_mut()
            .chain(mixed.iter_mut().filter_map(|value| match value {
                Value::Read(value) => Some(value),
                Value::Kept(_) => None,
            }))
    }

    /// The first value.
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.iter().next()
    }

    /// The value, if there is exactly one and nothing beside it. An unreadable element beside it counts: where one answer
    /// decides who may do something, a list with a riddle in it has no answer.
    #[must_use]
    pub fn only(&self) -> Option<&T> {
        match &self.0 {
            Values::One(value) => Some(value),
            Values::Many(values) => match values.as_slice() {
                [value] => Some(value),
                _ => None,
            },
            Values::Absent | Values::Null | Values::Kept(_) | Values::Mixed(_) => None,
        }
    }

    /// How many values [`iter`](Self::iter) gives.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether [`iter`](Self::iter) gives none; an empty list is empty but not absent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether the property is not there at all.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self.0, Values::Absent)
    }
}

impl<T: Identified> OneOrMany<Ref<T>> {
    /// The id of the value, if there is exactly one value and it has one.
    #[must_use]
    pub fn id(&self) -> Option<&Id> {
        self.only().and_then(Ref::id)
    }

    /// The ids of the values that have one, in order.
    pub fn ids(&self) -> impl Iterator<Item = &Id> {
        self.iter().filter_map(Ref::id)
    }

    /// The values that stand there in full, in order.
    pub fn embedded(&self) -> impl Iterator<Item = &T> {
        self.iter().filter_map(Ref::embedded)
    }
}

impl<'a, T> IntoIterator for &'a OneOrMany<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        let (plain, mixed): (&'a [T], &'a [Value<T>]) = match &self.0 {
            Values::Absent | Values::Null | Values::Kept(_) => (&[], &[]),
            Values::One(value) => (slice::from_ref(value), &[]),
            Values::Many(values) => (values, &[]),
            Values::Mixed(values) => (&[], values),
        };
        Iter {
            plain: plain.iter(),
            mixed: mixed.iter(),
        }
    }
}

/// The values of a [`OneOrMany`], in order.
#[derive(Debug)]
pub struct Iter<'a, T> {
    plain: slice::Iter<'a, T>,
    mixed: slice::Iter<'a, Value<T>>,
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<Self::Item> {
        self.plain.next().or_else(|| {
            self.mixed.find_map(|value| match value {
                Value::Read(value) => Some(value),
                Value::Kept(_) => None,
            })
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let least = self.plain.len();
        (least, Some(least + self.mixed.len()))
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::absent()
    }
}

impl<T, V: Into<T>> FromIterator<V> for OneOrMany<T> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Self::many(values)
    }
}

impl<T: fmt::Debug> fmt::Debug for OneOrMany<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Values::Absent => f.write_str("Absent"),
            Values::Null => f.write_str("Null"),
            Values::One(value) => value.fmt(f),
            Values::Kept(raw) => f.debug_tuple("Kept").field(&raw.as_str()).finish(),
            Values::Many(values) => values.fmt(f),
            Values::Mixed(values) => values.fmt(f),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(value) => value.fmt(f),
            Self::Kept(raw) => f.debug_tuple("Kept").field(&raw.as_str()).finish(),
        }
    }
}

/// Something that another thing points at: by its id, or by standing there in full.
///
/// A JSON string is taken for an id and a JSON object for the thing; there is no third case, so this enum is exhaustive.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a value is a reference or the thing itself, there is no third"
)]
pub enum Ref<T> {
    /// The id of the thing, which has to be fetched to know more.
    Id(Id),
    /// The thing itself. Whether the one who sent it may speak for it is another question: see [`origin`](crate::origin).
    Embedded(Box<T>),
}

impl<T> Ref<T> {
    /// The thing, if it stands there in full.
    #[must_use]
    pub fn embedded(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Embedded(thing) => Some(thing),
        }
    }
}

impl<T: Identified> Ref<T> {
    /// The id, given alone or in the thing.
    #[must_use]
    pub fn id(&self) -> Option<&Id> {
        match self {
            Self::Id(id) => Some(id),
            Self::Embedded(thing) => thing.id(),
        }
    }
}

impl<T> From<Id> for Ref<T> {
    fn from(id: Id) -> Self {
        Self::Id(id)
    }
}

impl<T> From<&Id> for Ref<T> {
    fn from(id: &Id) -> Self {
        Self::Id(id.clone())
    }
}

impl<T> From<&str> for Ref<T> {
    fn from(id: &str) -> Self {
        Self::Id(id.into())
    }
}

impl<T> From<String> for Ref<T> {
    fn from(id: String) -> Self {
        Self::Id(id.into())
    }
}

/// What can have an id: the five families and the small objects of the extensions.
pub trait Identified {
    /// The id, which an anonymous thing does not have.
    fn id(&self) -> Option<&Id>;
}

/// The name of a type as it stood in `type`, spelling included (`Note`, `as:Note`).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TypeName(Cow<'static, str>);

impl TypeName {
    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without the prefix or IRI of the vocabulary that it belongs to (`toot:Emoji` is `Emoji`, `toot:Note` stays).
    #[must_use]
    pub fn plain(&self) -> &str {
        crate::context::plain_type(&self.0)
    }
}

impl<T: AsRef<str>> From<T> for TypeName {
    fn from(name: T) -> Self {
        let name = name.as_ref();
        Self(kind::known(name).map_or_else(
            || Cow::Owned(name.to_owned()),
            |known| Cow::Borrowed(known.0),
        ))
    }
}

/// A point in time that keeps its spelling, because signatures cover the spelling.
///
/// Reads RFC 3339 as ActivityStreams has it (Core section 2.3: seconds may be missing), and what some servers send instead: a time
/// without a zone (read as UTC), a day alone (read as its beginning in UTC), a date as in mail (RFC 2822), and in documents a number
/// of seconds or milliseconds since 1970.
///
/// ```
/// use activitypub::Timestamp;
///
/// let time = Timestamp::parse("2026-01-31T12:00:00.5+01:00").unwrap();
/// assert_eq!(time.as_str(), "2026-01-31T12:00:00.5+01:00");
/// assert_eq!(time.to_utc().to_rfc3339(), "2026-01-31T11:00:00.500+00:00");
/// assert_eq!(Timestamp::parse("yesterday"), None);
/// ```
// Only the text: the time is read out of it faster than both are carried along.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Timestamp(Box<str>);

impl Timestamp {
    /// Takes a text, if it is a point in time.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        repair::time(text).map(|_| Self(text.into()))
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The point in time.
    #[must_use]
    pub fn to_utc(&self) -> DateTime<Utc> {
        repair::time(&self.0)
            .or_else(|| repair::unix_time(&self.0))
            .unwrap_or_default()
    }
}

/// Written to the second, which every server reads. A year that RFC 3339 cannot write becomes the nearest that it can.
impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        const YEAR_0: i64 = -62_167_219_200;
        const END_OF_YEAR_9999: i64 = 253_402_300_799;
        let seconds = time.timestamp().clamp(YEAR_0, END_OF_YEAR_9999);
        let time = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        Self(time.to_rfc3339_opts(SecondsFormat::Secs, true).into())
    }
}

/// A number that keeps its spelling: `1.50` is written back as `1.50`, and a number that came as text as text.
// The JSON text, so with quotes if it was one.
#[derive(Clone, Debug, PartialEq)]
pub struct Decimal(Box<str>);

impl Decimal {
    /// The number as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.trim_matches('"')
    }

    /// The nearest double.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.as_str().parse().unwrap_or_default()
    }

    /// The number, if it is one that JSON can write: not infinite, not `NaN`.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        number
            .is_finite()
            .then(|| Self(format!("{number:?}").into()))
    }
}

/// A text in several languages (ActivityStreams Core section 4.7), in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq)]
// A slice, which is smaller than a vector where there is none; languages are few and seldom set.
pub struct LanguageMap(Box<[InLanguage]>);

#[derive(Clone, Debug, PartialEq)]
struct InLanguage {
    language: Box<str>,
    text: Value<Box<str>>,
}

impl LanguageMap {
    /// The text in a language, whose tag must be spelled as in the document (`en`, `pt-BR`).
    #[must_use]
    pub fn text(&self, language: &str) -> Option<&str> {
        self.iter()
            .find(|entry| entry.0 == language)
            .map(|entry| entry.1)
    }

    /// The languages and texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.into_iter()
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Sets the text in a language.
    pub fn set(&mut self, language: &str, text: impl Into<String>) {
        let text = Value::Read(text.into().into_boxed_str());
        match self.0.iter_mut().find(|entry| &*entry.language == language) {
            Some(entry) => entry.text = text,
            None => {
                let mut texts = std::mem::take(&mut self.0).into_vec();
                texts.push(InLanguage {
                    language: language.into(),
                    text,
                });
                self.0 = texts.into();
            }
        }
    }
}

impl<'a> IntoIterator for &'a LanguageMap {
    type Item = (&'a str, &'a str);
    type IntoIter = Texts<'a>;

    fn into_iter(self) -> Self::IntoIter {
        Texts(self.0.iter())
    }
}

/// The languages and texts of a [`LanguageMap`].
#[derive(Debug)]
pub struct Texts<'a>(slice::Iter<'a, InLanguage>);

impl<'a> Iterator for Texts<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.find_map(|entry| match &entry.text {
            Value::Read(text) => Some((&*entry.language, &**text)),
            Value::Kept(_) => None,
        })
    }
}

/// Of a language that is named twice the last text counts.
impl<L: AsRef<str>, T: Into<String>> FromIterator<(L, T)> for LanguageMap {
    fn from_iter<I: IntoIterator<Item = (L, T)>>(texts: I) -> Self {
        let mut map = Self::default();
        for (language, text) in texts {
            map.set(language.as_ref(), text);
        }
        map
    }
}

/// What the value of a property can be read as, by [`Extra::property`]: an `Option` of a text, an [`Id`], a [`Timestamp`], a
/// [`Decimal`], a count (`u64`), a `bool`, a [`LanguageMap`] or a [`Raw`], or [`OneOrMany`] of these or of [`Ref`]s.
///
/// For these types only: their reading is lenient and lossless in one manner, which types of others get by
/// [`Extra::read`].
pub trait Property: Field {}

impl<F: Field> Property for F {}

/// A field of a family: may be absent, and reads any JSON value or says why not.
pub trait Field: Slot + Default {
    /// Whether its values name things: the contexts that we write say so.
    const IDS: bool;

    fn read(node: Node<'_, '_>) -> Result<Self, Reason>;

    /// Reads a value that `read` refuses, if there is but one thing that it can mean, and says what is odd in it.
    fn repair(_node: Node<'_, '_>) -> Option<(Self, Reason)> {
        None
    }
}

/// A field of a family once it was read. Apart from [`Field`] so that fields of different types go through one loop.
pub trait Slot {
    fn is_set(&self) -> bool;
    fn write(&self, out: &mut String);
    fn problems(&self, path: &mut String, into: &mut Vec<Problem>);

    /// What is odd in a text, if this is the value that was repaired from it.
    fn repaired_from(&self, _raw: &str) -> Option<Reason> {
        None
    }
}

/// One value of a property.
pub trait Element: PartialEq + Sized {
    const IDS: bool = false;

    fn read(node: Node<'_, '_>) -> Result<Self, Reason>;

    /// As [`Field::repair`].
    fn repair(_node: Node<'_, '_>) -> Option<(Self, Reason)> {
        None
    }

    fn write(&self, out: &mut String);
    fn problems(&self, _path: &mut String, _into: &mut Vec<Problem>) {}
}

impl<T: Element> Field for Option<T> {
    const IDS: bool = T::IDS;

    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        T::read(node).map(Some).map_err(|reason| match reason {
            Reason::EmptyId => reason,
            _ => repair::nothing(node).unwrap_or(reason),
        })
    }

    fn repair(node: Node<'_, '_>) -> Option<(Self, Reason)> {
        let (value, reason) = T::repair(node).or_else(|| repair::list_of_one(node))?;
        Some((Some(value), reason))
    }
}

impl<T: Element> Slot for Option<T> {
    fn is_set(&self) -> bool {
        self.is_some()
    }

    fn write(&self, out: &mut String) {
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        if let Some(value) = self {
            value.problems(path, into);
        }
    }

    fn repaired_from(&self, raw: &str) -> Option<Reason> {
        let tape = Tape::kept(raw)?;
        let (value, reason) = Self::repair(tape.root()?)?;
        (value == *self).then_some(reason)
    }
}

impl<T: Element> Field for OneOrMany<T> {
    const IDS: bool = T::IDS;

    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        Ok(Self(match node.shape() {
            Shape::Array => read_list(node),
            Shape::Null => Values::Null,
            _ => T::read(node).map_or_else(
                |_| Values::Kept(Box::new(Raw::known(node.raw()))),
                Values::One,
            ),
        }))
    }
}

fn read_list<T: Element>(node: Node<'_, '_>) -> Values<T> {
    let mut values = Vec::with_capacity(node.elements().count());
    let mut elements = node.elements();
    while let Some(element) = elements.next() {
        let Ok(value) = T::read(element) else {
            let mut mixed: Vec<Value<T>> = values.into_iter().map(Value::Read).collect();
            mixed.push(Value::Kept(Raw::known(element.raw())));
            mixed.extend(elements.map(Value::read));
            return Values::Mixed(Box::new(mixed));
        };
        values.push(value);
    }
    Values::list(values)
}

impl<T: Element> Slot for OneOrMany<T> {
    fn is_set(&self) -> bool {
        !self.is_absent()
    }

    fn write(&self, out: &mut String) {
        match &self.0 {
            Values::Absent => {}
            Values::Null => out.push_str("null"),
            Values::One(value) => value.write(out),
            Values::Kept(raw) => out.push_str(raw.as_str()),
            Values::Many(values) => write_list('[', values, ']', out, Element::write),
            Values::Mixed(values) => write_list('[', values, ']', out, Value::write),
        }
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        match &self.0 {
            Values::Absent | Values::Null => {}
            Values::One(value) => value.problems(path, into),
            Values::Kept(raw) => kept_problems::<T>(raw, path, into),
            Values::Many(values) => {
                for (at, value) in values.iter().enumerate() {
                    below(path, &at.to_string(), |path| value.problems(path, into));
                }
            }
            Values::Mixed(values) => {
                for (at, value) in values.iter().enumerate() {
                    below(path, &at.to_string(), |path| value.problems(path, into));
                }
            }
        }
    }
}

impl<T: Element> Value<T> {
    fn read(node: Node<'_, '_>) -> Self {
        T::read(node).map_or_else(|_| Self::Kept(Raw::known(node.raw())), Self::Read)
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Read(value) => value.write(out),
            Self::Kept(raw) => out.push_str(raw.as_str()),
        }
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        match self {
            Self::Read(value) => value.problems(path, into),
            Self::Kept(raw) => kept_problems::<T>(raw, path, into),
        }
    }
}

/// Why an element was not taken.
fn kept_problems<T: Element>(raw: &Raw, path: &str, into: &mut Vec<Problem>) {
    let reason = reason_for::<Option<T>>(raw.as_str());
    let reason = reason.or_else(|| (raw.as_str() == "null").then_some(Reason::Null));
    Problem::list(path, reason, into);
}

/// Reads a value into its field, or keeps it with what no field holds; a value that was repaired goes to both.
pub(crate) fn read_into<P: Field>(slot: &mut P, extra: &mut Extra, key: &str, value: Node<'_, '_>) {
    if let Ok(property) = P::read(value) {
        *slot = property;
    } else if let Some((property, _)) = P::repair(value) {
        *slot = property;
        extra.keep_repaired(key, value.raw());
    } else {
        extra.keep(key, value.raw());
    }
}

/// Why a property did not take a value; `None` for `null`, which says that there is none.
pub(crate) fn reason_for<P: Field>(raw: &str) -> Option<Reason> {
    read_kept(raw, P::read).err()
}

/// Reads a value that was kept as text; `null` is the empty value.
pub(crate) fn read_or_repair<P: Field>(raw: &str) -> Result<P, Reason> {
    read_kept(raw, |node| {
        P::read(node).or_else(|reason| P::repair(node).map(|repaired| repaired.0).ok_or(reason))
    })
}

fn read_kept<P: Field>(
    raw: &str,
    read: impl Fn(Node<'_, '_>) -> Result<P, Reason>,
) -> Result<P, Reason> {
    if raw == "null" {
        return Ok(P::default());
    }
    let tape = Tape::kept(raw).ok_or(Reason::Unreadable)?;
    tape.root().map_or(Err(Reason::Unreadable), read)
}

/// Lists what is wrong in a value, or says why it is not what the property holds at all.
pub(crate) fn problems_in<P: Field>(
    value: Node<'_, '_>,
    path: &mut String,
    into: &mut Vec<Problem>,
) -> Result<(), Reason> {
    match P::read(value) {
        Ok(property) => {
            property.problems(path, into);
            Ok(())
        }
        Err(reason) => Err(P::repair(value).map_or(reason, |repaired| repaired.1)),
    }
}

/// Runs `inner` with the path extended by a step.
pub(crate) fn below(path: &mut String, step: &str, inner: impl FnOnce(&mut String)) {
    let length = path.len();
    push_step(path, step);
    inner(path);
    path.truncate(length);
}

fn write_list<T>(
    open: char,
    items: &[T],
    close: char,
    out: &mut String,
    write: impl Fn(&T, &mut String),
) {
    out.push(open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

impl<T: Family> Element for Ref<T> {
    const IDS: bool = true;

    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        match node.shape() {
            Shape::String => Id::read(node).map(Self::Id),
            Shape::Object => Ok(Self::Embedded(T::read_boxed(node))),
            _ => Err(Reason::NotAReference),
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Id(id) => id.write(out),
            Self::Embedded(thing) => thing.write(out),
        }
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        match self {
            Self::Id(id) => id.problems(path, into),
            Self::Embedded(thing) => thing.problems(path, into),
        }
    }
}

impl Element for Id {
    const IDS: bool = true;

    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        match node.string() {
            Some(text) if text.is_empty() => Err(Reason::EmptyId),
            Some(text) => Ok(Self::new(text)),
            None => Err(Reason::NotAString),
        }
    }

    fn write(&self, out: &mut String) {
        write_string(self.as_str(), out);
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        if self.is_path() {
            into.push(Problem {
                path: path.clone(),
                reason: Reason::NoHost,
            });
        }
    }
}

impl Element for String {
    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        node.string().map(Self::from).ok_or(Reason::NotAString)
    }

    fn repair(node: Node<'_, '_>) -> Option<(Self, Reason)> {
        repair::number_for_text(node)
    }

    fn write(&self, out: &mut String) {
        write_string(self, out);
    }
}

impl Element for TypeName {
    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        node.string().map(Self::from).ok_or(Reason::NotAString)
    }

    fn write(&self, out: &mut String) {
        write_string(&self.0, out);
    }
}

impl Element for bool {
    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        node.raw().parse().map_err(|_| Reason::NotABoolean)
    }

    fn repair(node: Node<'_, '_>) -> Option<(Self, Reason)> {
        repair::boolean(node)
    }

    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl Element for u64 {
    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        node.raw().parse().map_err(|_| Reason::NotACount)
    }

    fn repair(node: Node<'_, '_>) -> Option<(Self, Reason)> {
        repair::count(node)
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl Element for Decimal {
    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        let is_number = node.shape() == Shape::Number || repair::number(node).is_some();
        is_number
            .then(|| Self(node.raw().into()))
            .ok_or(Reason::NotANumber)
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.0);
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        let reason = self.0.starts_with('"').then_some(Reason::NumberAsText);
        Problem::list(path, reason, into);
    }
}

impl Element for Timestamp {
    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        let raw = node.raw();
        match node.shape() {
            Shape::Number => repair::unix_time(raw).map(|_| Self(raw.into())),
            _ => node.string().and_then(|text| Self::parse(&text)),
        }
        .ok_or(Reason::NotADate)
    }

    fn write(&self, out: &mut String) {
        // No text that is a time is also a number.
        match repair::unix_time(&self.0) {
            Some(_) => out.push_str(&self.0),
            None => write_string(&self.0, out),
        }
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        Problem::list(path, repair::oddity(&self.0), into);
    }
}

impl Element for LanguageMap {
    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        if node.shape() != Shape::Object {
            return Err(Reason::NotALanguageMap);
        }
        let mut texts = Vec::with_capacity(node.members().count());
        texts.extend(node.members().map(|(language, text)| {
            let text = text.string().map_or_else(
                || Value::Kept(Raw::known(text.raw())),
                |text| Value::Read(String::from(text).into_boxed_str()),
            );
            InLanguage {
                language: Box::from(&*language),
                text,
            }
        }));
        Ok(Self(texts.into()))
    }

    fn write(&self, out: &mut String) {
        write_list('{', &self.0, '}', out, |entry, out| {
            write_string(&entry.language, out);
            out.push(':');
            match &entry.text {
                Value::Read(text) => write_string(text, out),
                Value::Kept(raw) => out.push_str(raw.as_str()),
            }
        });
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        for entry in &self.0 {
            if let Value::Kept(raw) = &entry.text
                && raw.as_str() != "null"
            {
                below(path, &entry.language, |path| {
                    Problem::list(path, Some(Reason::NotAString), into);
                });
            }
        }
    }
}

impl Element for Raw {
    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        Ok(Self::known(node.raw()))
    }

    fn write(&self, out: &mut String) {
        out.push_str(self.as_str());
    }
}

/// What is done with each field of a thing that is set.
pub(crate) trait Visit {
    /// `member` is the plain name as it is written: `"name":`.
    fn field(&mut self, plain: &'static str, member: &'static str, field: &impl Field);
}

/// Writes the members of a thing.
pub(crate) struct Writer<'w> {
    pub(crate) extra: &'w Extra,
    pub(crate) out: &'w mut String,
}

impl Visit for Writer<'_> {
    #[inline]
    fn field(&mut self, plain: &'static str, member: &'static str, field: &impl Field) {
        if self.extra.is_plain() {
            write_comma(self.out);
            self.out.push_str(member);
            field.write(self.out);
            return;
        }
        let name = self.extra.spelling(plain);
        let as_it_came = |raw: &&str| field.repaired_from(raw).is_some();
        let raw = self.extra.repaired(name).filter(as_it_came);
        write_member(name, self.out, |out| match raw {
            Some(raw) => out.push_str(raw),
            None => field.write(out),
        });
    }
}

impl Writer<'_> {
    /// Writes what no field holds. `covers` says whether a field answers for this name.
    pub(crate) fn extra(&mut self, covers: impl Fn(&str) -> bool) {
        for (name, raw) in self.extra.iter().filter(|(name, _)| !covers(name)) {
            write_member(name, self.out, |out| out.push_str(raw));
        }
    }
}

/// Writes the value of one field.
pub(crate) struct Text {
    pub(crate) plain: &'static str,
    pub(crate) out: String,
}

impl Visit for Text {
    fn field(&mut self, plain: &'static str, _member: &'static str, field: &impl Field) {
        if plain == self.plain {
            field.write(&mut self.out);
        }
    }
}

/// Writes `"name":value`, after a comma unless the object just began.
pub(crate) fn write_member(name: &str, out: &mut String, value: impl FnOnce(&mut String)) {
    write_comma(out);
    write_string(name, out);
    out.push(':');
    value(out);
}

fn write_comma(out: &mut String) {
    if !out.ends_with('{') {
        out.push(',');
    }
}

/// Collects what is wrong with the members of a thing.
pub(crate) struct Inspector<'w> {
    pub(crate) extra: &'w Extra,
    pub(crate) path: &'w mut String,
    pub(crate) into: &'w mut Vec<Problem>,
}

impl Visit for Inspector<'_> {
    fn field(&mut self, plain: &'static str, _member: &'static str, field: &impl Field) {
        let name = self.extra.spelling(plain);
        let raw = self.extra.repaired(name);
        below(self.path, name, |path| {
            let reason = raw.and_then(|raw| field.repaired_from(raw));
            Problem::list(path, reason, self.into);
            if reason == Some(Reason::ListOfOne) {
                below(path, "0", |path| field.problems(path, self.into));
            } else {
                field.problems(path, self.into);
            }
        });
    }
}
