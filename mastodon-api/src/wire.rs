//! How values are read from what servers send, and how they are written.
//!
//! Servers differ: a count as text, `null` where the documentation knows none, `[]` for an empty object, an id as
//! a number. One field that is not what it should be must not cost the entity, and one bad element must not cost
//! the list. So every type that stands in a field implements [`Wire`]: it takes whatever JSON shape comes and says
//! what became of it ([`Read`]). The text is read once, straight into the final types.

mod containers;
mod keys;
mod macros;
mod scalars;
mod time;

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize as _, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

pub(crate) use self::keys::{Keys, Name};
pub(crate) use self::macros::{
    entity, entity_default, extended_entity, id_of, incomplete, keeps_null, key, piece, taken,
    wire_serde, wire_text,
};
use crate::extra::{Extra, Problem};

/// What became of one value.
pub(crate) enum Read<T> {
    Value(T),
    /// Elements of a list (or entries of a map) could not be read; the others could.
    Partly(T, Vec<Problem>),
    /// `null`, or what some servers write for it: an empty text, list or object where another type is documented.
    Null,
    Wrong(Box<Wrong>),
}

/// A value of a type that the field cannot hold.
pub(crate) struct Wrong {
    pub(crate) raw: Box<RawValue>,
    pub(crate) path: String,
    pub(crate) reason: String,
}

/// What is to be told of a value that was read.
pub(crate) enum Trouble {
    /// See [`Read::Partly`].
    Partly(Vec<Problem>),
    /// See [`Read::Wrong`]. Nothing was put into the place.
    Wrong(Wrong),
}

/// Where a value goes. What is large is not carried from hand to hand.
pub(crate) trait Place<T> {
    fn put(&mut self, value: T);
}

impl<T> Place<T> for T {
    fn put(&mut self, value: T) {
        *self = value;
    }
}

/// The place of a value that must be there, and is not yet.
pub(crate) struct Wanted<T>(pub(crate) Option<T>);

impl<T> Place<T> for Wanted<T> {
    fn put(&mut self, value: T) {
        self.0 = Some(value);
    }
}

/// A place for a `U` where a `T` can be put.
struct Converted<'a, P, T, U>(&'a mut P, fn(T) -> U);

impl<T, U, P: Place<U>> Place<T> for Converted<'_, P, T, U> {
    fn put(&mut self, value: T) {
        self.0.put((self.1)(value));
    }
}

/// The end of a list.
struct Pushed<'a, T> {
    values: &'a mut Vec<T>,
    /// Room for so many when the first comes.
    room: usize,
}

impl<T> Place<T> for Pushed<'_, T> {
    fn put(&mut self, value: T) {
        if self.values.is_empty() {
            self.values.reserve_exact(self.room);
        }
        self.values.push(value);
    }
}

impl<T> Read<T> {
    #[inline]
    pub(crate) fn put(self, place: &mut (impl Place<T> + ?Sized)) -> Option<Box<Trouble>> {
        match self {
            Self::Value(value) => {
                place.put(value);
                None
            }
            Self::Null => None,
            other => other.put_troubled(place),
        }
    }

    #[cold]
    fn put_troubled(self, place: &mut (impl Place<T> + ?Sized)) -> Option<Box<Trouble>> {
        match self {
            Self::Partly(value, problems) => {
                place.put(value);
                Some(Box::new(Trouble::Partly(problems)))
            }
            Self::Wrong(wrong) => Some(Box::new(Trouble::Wrong(*wrong))),
            Self::Value(_) | Self::Null => None,
        }
    }

    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Value(value) => Read::Value(f(value)),
            Self::Partly(value, problems) => Read::Partly(f(value), problems),
            Self::Null => Read::Null,
            Self::Wrong(wrong) => Read::Wrong(wrong),
        }
    }
}

/// How many entities may stand inside each other: a reblog that quotes a post with a card whose author has moved
/// needs nine. What lies deeper is kept as a problem; without a bound a hostile answer exhausts the stack.
const MAX_DEPTH: u8 = 16;

/// Bytes that the entities of one answer may take, without their texts, and that are told of its problems: some 80,000
/// statuses. `{"id":1},` is read into a hundred times its size, so the length of an answer bounds too little.
const MAX_SIZE: usize = 128 * 1024 * 1024;

/// What a problem takes, about.
const PROBLEM_SIZE: usize = 256;

/// Problems of one list that are told one by one.
pub(crate) const MAX_PROBLEMS: usize = 1000;

/// How deep inside other entities the value stands that is being read, and how much more may be read.
#[derive(Clone, Copy)]
pub(crate) struct Depth<'a> {
    above: u8,
    left: &'a Cell<usize>,
}

impl<'a> Depth<'a> {
    /// Reads a whole answer.
    pub(crate) fn whole<T>(read: impl FnOnce(Depth<'_>) -> T) -> T {
        read(Depth {
            above: 0,
            left: &Cell::new(MAX_SIZE),
        })
    }

    /// Inside an entity of this size, or why there is no place for it.
    pub(crate) fn deeper(self, size: usize) -> Result<Self, &'static str> {
        if self.above >= MAX_DEPTH {
            return Err("stands inside more than 16 other objects");
        }
        if !self.spend(size) {
            return Err("the answer has more than can be kept");
        }
        Ok(Self {
            above: self.above + 1,
            ..self
        })
    }

    fn spend(self, size: usize) -> bool {
        let left = self.left.get().checked_sub(size);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// A type that stands in a field of an entity.
///
/// Each method takes one shape of JSON. The defaults keep the value as [`Read::Wrong`].
pub(crate) trait Wire: Sized {
    /// What a person should put there, as in "expected {EXPECTED}".
    const EXPECTED: &'static str;

    /// Puts the value into its place. `null`, and what some servers write for it, leaves the place as it was.
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        depth: Depth<'_>,
        place: &mut impl Place<Self>,
    ) -> Result<Option<Box<Trouble>>, D::Error> {
        shape(deserializer, depth, place)
    }

    fn from_bool(value: bool) -> Read<Self> {
        wrong::<Self>(value)
    }

    fn from_u64(value: u64) -> Read<Self> {
        wrong::<Self>(value)
    }

    fn from_i64(value: i64) -> Read<Self> {
        wrong::<Self>(value)
    }

    fn from_f64(value: f64) -> Read<Self> {
        wrong::<Self>(value)
    }

    fn from_text(value: &str) -> Read<Self> {
        if value.is_empty() {
            Read::Null
        } else {
            wrong::<Self>(value)
        }
    }

    fn from_seq<'de, A: SeqAccess<'de>>(seq: A, depth: Depth<'_>) -> Result<Read<Self>, A::Error> {
        let values = elements(seq)?;
        Ok(match &*values {
            [] => Read::Null,
            [one @ Value::Object(_)] => match again::<Self, A::Error>(one, depth)? {
                Read::Value(value) => Read::Value(value),
                _ => wrong::<Self>(values),
            },
            _ => wrong::<Self>(values),
        })
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A, _depth: Depth<'_>) -> Result<Read<Self>, A::Error> {
        let values = entries(map)?;
        Ok(if values.is_empty() {
            Read::Null
        } else {
            wrong::<Self>(values)
        })
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// By what a list of such things knows it.
    fn id(&self) -> Option<String> {
        None
    }

    /// What an answer without anything is, where that is an answer.
    fn nothing() -> Option<Self> {
        None
    }

    /// Whether a value that was read knows what in it could not be read.
    const KEEPS_PROBLEMS: bool = true;

    /// Whether there is nothing to write.
    fn is_absent(&self) -> bool {
        false
    }

    /// Adds what could not be read, here and further inside, with its path.
    fn collect_problems(&self, _path: &str, _found: &mut Vec<Problem>) {}
}

fn wrong<T: Wire>(value: impl Into<Value>) -> Read<T> {
    Read::Wrong(unexpected(&value.into(), T::EXPECTED))
}

// What is the same for all types stands in functions without type parameters: there are two hundred entities, and each
// would be compiled with a copy.

fn unexpected(value: &Value, expected: &str) -> Box<Wrong> {
    Box::new(Wrong {
        raw: raw(value),
        path: String::new(),
        reason: format!("expected {expected}"),
    })
}

/// The text of a value; it came as JSON, so it has one.
fn raw(value: &Value) -> Box<RawValue> {
    to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn elements<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Vec<Value>, A::Error> {
    let mut values = Vec::new();
    while let Some(value) = seq.next_element()? {
        values.push(value);
    }
    Ok(values)
}

fn entries<'de, A: MapAccess<'de>>(mut map: A) -> Result<serde_json::Map<String, Value>, A::Error> {
    let mut values = serde_json::Map::new();
    while let Some((key, value)) = map.next_entry()? {
        values.insert(key, value);
    }
    Ok(values)
}

/// Reads what had another shape before. As text, and not out of the [`Value`], for which all entities would be compiled
/// a second time.
fn again<T: Wire, E: serde::de::Error>(json: &Value, depth: Depth<'_>) -> Result<Read<T>, E> {
    let text = raw(json);
    let mut deserializer = serde_json::Deserializer::from_str(text.get());
    value(&mut deserializer, depth).map_err(E::custom)
}

/// Reads a `T` at a depth into a place.
pub(crate) struct Seed<'a, T, P> {
    depth: Depth<'a>,
    place: &'a mut P,
    kind: PhantomData<T>,
}

impl<'a, T, P: Place<T>> Seed<'a, T, P> {
    pub(crate) fn at(depth: Depth<'a>, place: &'a mut P) -> Self {
        Self {
            depth,
            place,
            kind: PhantomData,
        }
    }
}

impl<'de, T: Wire, P: Place<T>> DeserializeSeed<'de> for Seed<'_, T, P> {
    type Value = Option<Box<Trouble>>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(deserializer, self.depth, self.place)
    }
}

struct ShapeVisitor<'a, T, P: ?Sized> {
    depth: Depth<'a>,
    place: &'a mut P,
    kind: PhantomData<T>,
}

impl<'de, T: Wire, P: Place<T> + ?Sized> Visitor<'de> for ShapeVisitor<'_, T, P> {
    type Value = Option<Box<Trouble>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(T::from_bool(value).put(self.place))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(T::from_u64(value).put(self.place))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        let read = match u64::try_from(value) {
            Ok(value) => T::from_u64(value),
            Err(_) => T::from_i64(value),
        };
        Ok(read.put(self.place))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(T::from_f64(value).put(self.place))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(T::from_text(value).put(self.place))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Ok(T::from_seq(seq, self.depth)?.put(self.place))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(T::from_map(map, self.depth)?.put(self.place))
    }
}

/// Writes a `T` where serde wants `Serialize`.
pub(crate) struct Writer<'a, T>(pub(crate) &'a T);

impl<T: Wire> Serialize for Writer<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// Adds what is to be told of the value of the field `name`.
#[cold]
pub(crate) fn tell(trouble: Trouble, name: &str, extra: &mut Extra) {
    match trouble {
        Trouble::Partly(problems) => {
            for problem in problems {
                extra.push_problem(problem.inside(name));
            }
        }
        Trouble::Wrong(wrong) => extra.push_problem(Problem::new(wrong).inside(name)),
    }
}

/// Reads a value that has no place yet.
pub(crate) fn value<'de, T: Wire, D: Deserializer<'de>>(
    deserializer: D,
    depth: Depth<'_>,
) -> Result<Read<T>, D::Error> {
    let mut place = Wanted(None);
    let trouble = T::read(deserializer, depth, &mut place)?;
    Ok(match (place.0, trouble.map(|trouble| *trouble)) {
        (_, Some(Trouble::Wrong(wrong))) => Read::Wrong(Box::new(wrong)),
        (Some(value), Some(Trouble::Partly(problems))) => Read::Partly(value, problems),
        (Some(value), None) => Read::Value(value),
        (None, _) => Read::Null,
    })
}

/// Keeps the text of an entity that is not read.
pub(crate) fn unread<'de, D: Deserializer<'de>>(
    deserializer: D,
    reason: &str,
) -> Result<Option<Box<Trouble>>, D::Error> {
    let raw: Box<RawValue> = Box::deserialize(deserializer)?;
    if raw.get() == "null" {
        return Ok(None);
    }
    Ok(Some(Box::new(Trouble::Wrong(Wrong {
        raw,
        path: String::new(),
        reason: reason.to_owned(),
    }))))
}

/// Reads a value that must be there, for `impl Deserialize`.
pub(crate) fn deserialize<'de, T: Wire, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    match Depth::whole(|depth| value::<T, D>(deserializer, depth))? {
        Read::Value(value) | Read::Partly(value, _) => Ok(value),
        Read::Null => Err(D::Error::custom(format!(
            "nothing there, expected {}",
            T::EXPECTED
        ))),
        Read::Wrong(wrong) if wrong.path.is_empty() => Err(D::Error::custom(wrong.reason)),
        Read::Wrong(wrong) => Err(D::Error::custom(format!(
            "`{}` {}",
            wrong.path, wrong.reason
        ))),
    }
}

/// Reads whatever shape comes, as the default [`Wire::read`] does: for all places with the same code, or it would be
/// compiled again for each.
pub(crate) fn shape<'de, T: Wire, D: Deserializer<'de>>(
    deserializer: D,
    depth: Depth<'_>,
    place: &mut dyn Place<T>,
) -> Result<Option<Box<Trouble>>, D::Error> {
    shape_into(deserializer, depth, place)
}

/// The same with code for this kind of place, which is faster: for the few types of which there are most, and for those
/// that should not be copied.
pub(crate) fn shape_into<'de, T: Wire, D: Deserializer<'de>>(
    deserializer: D,
    depth: Depth<'_>,
    place: &mut (impl Place<T> + ?Sized),
) -> Result<Option<Box<Trouble>>, D::Error> {
    deserializer.deserialize_any(ShapeVisitor {
        depth,
        place,
        kind: PhantomData,
    })
}

/// From so many bytes on it matters that an entity is copied once more.
pub(crate) const LARGE: usize = 400;

/// Has a type of one small value read with [`shape_into`].
macro_rules! reads_fast {
    () => {
        fn read<'de, D: Deserializer<'de>>(
            deserializer: D,
            depth: Depth<'_>,
            place: &mut impl Place<Self>,
        ) -> Result<Option<Box<Trouble>>, D::Error> {
            shape_into(deserializer, depth, place)
        }
    };
}
use reads_fast;

/// The path of `name` inside `parent`.
pub(crate) fn join(parent: &str, name: &str) -> String {
    match (parent, name) {
        ("", name) => name.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, name) if name.starts_with('[') => format!("{parent}{name}"),
        (parent, name) => format!("{parent}.{name}"),
    }
}
