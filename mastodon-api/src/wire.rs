//! How values are read from what servers send, and how they are written.
//!
//! Servers differ: a count as text, `null` where the documentation knows none, `[]` for an empty object, an id as
//! a number. One field that is not what it should be must not cost the entity, and one bad element must not cost
//! the list. So every type that stands in a field implements [`Wire`]: it takes whatever JSON shape comes and says
//! what became of it ([`Read`]). The text is read once, straight into the final types.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize as _, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

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

/// The values in the order of their keys, if all these are numbers.
fn numbered(values: &serde_json::Map<String, Value>) -> Option<Value> {
    let mut numbered = values
        .iter()
        .map(|(key, value)| Some((key.parse::<u32>().ok()?, value)))
        .collect::<Option<Vec<_>>>()?;
    numbered.sort_by_key(|(number, _)| *number);
    Some(
        numbered
            .into_iter()
            .map(|(_, value)| value.clone())
            .collect(),
    )
}

/// What is to be told of the elements of a list.
#[derive(Default)]
struct Troubles {
    problems: Vec<Problem>,
    left_out: usize,
}

impl Troubles {
    /// Of the element at `index`, which is not there if there is no trouble.
    #[cold]
    fn add(&mut self, trouble: Option<Trouble>, index: usize, depth: Depth<'_>, expected: &str) {
        let mut tell = |problem: Problem| {
            if self.problems.len() < MAX_PROBLEMS && depth.spend(PROBLEM_SIZE) {
                self.problems.push(problem.inside_index(index));
            } else {
                self.left_out += 1;
            }
        };
        match trouble {
            Some(Trouble::Partly(inner)) => inner.into_iter().for_each(tell),
            Some(Trouble::Wrong(wrong)) => tell(Problem::new(wrong)),
            None => tell(Problem::new(*unexpected(&Value::Null, expected))),
        }
    }

    fn problems(mut self) -> Vec<Problem> {
        if self.left_out > 0 {
            self.problems.push(Problem::left_out(self.left_out));
        }
        self.problems
    }
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

/// An entity without something it cannot do without; `pieces` are what it had.
pub(crate) fn incomplete<T>(
    pieces: serde_json::Map<String, Value>,
    missing: &'static str,
) -> Read<T> {
    Read::Wrong(Box::new(Wrong {
        raw: raw(&Value::Object(pieces)),
        path: missing.to_owned(),
        reason: "is missing or cannot be read, and nothing works without it".to_owned(),
    }))
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

impl<T: Wire> Wire for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    const KEEPS_PROBLEMS: bool = T::KEEPS_PROBLEMS;

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        depth: Depth<'_>,
        place: &mut impl Place<Self>,
    ) -> Result<Option<Box<Trouble>>, D::Error> {
        T::read(deserializer, depth, &mut Converted(place, Some))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.write(serializer),
            None => serializer.serialize_none(),
        }
    }

    fn nothing() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn collect_problems(&self, path: &str, found: &mut Vec<Problem>) {
        if let Some(value) = self {
            value.collect_problems(path, found);
        }
    }
}

impl<T: Wire> Wire for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    #[inline]
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        depth: Depth<'_>,
        place: &mut impl Place<Self>,
    ) -> Result<Option<Box<Trouble>>, D::Error> {
        T::read(deserializer, depth, &mut Converted(place, Self::new))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).write(serializer)
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }

    fn collect_problems(&self, path: &str, found: &mut Vec<Problem>) {
        (**self).collect_problems(path, found);
    }
}

impl<T: Wire> Wire for Vec<T> {
    const EXPECTED: &'static str = "a list";
    const KEEPS_PROBLEMS: bool = false;

    // One value where a list is documented is a list of one.
    fn from_u64(value: u64) -> Read<Self> {
        T::from_u64(value).map(|one| vec![one])
    }

    fn from_text(value: &str) -> Read<Self> {
        T::from_text(value).map(|one| vec![one])
    }

    fn from_seq<'de, A: SeqAccess<'de>>(
        mut seq: A,
        depth: Depth<'_>,
    ) -> Result<Read<Self>, A::Error> {
        let mut values = Self::new();
        let mut troubles = Troubles::default();
        let mut index = 0_usize;
        // Of large things: a page has 20 or 40, most lists inside have one or two, and the usual room is for four.
        let room = match depth.above {
            _ if size_of::<T>() <= 128 => 0,
            0 => 20,
            _ => 1,
        };
        loop {
            let before = values.len();
            let mut place = Pushed {
                values: &mut values,
                room,
            };
            let Some(trouble) = seq.next_element_seed(Seed::<T, _>::at(depth, &mut place))? else {
                break;
            };
            let is_there = values.len() > before;
            if trouble.is_some() || !is_there {
                troubles.add(trouble.map(|trouble| *trouble), index, depth, T::EXPECTED);
            }
            index += 1;
        }
        let problems = troubles.problems();
        Ok(if problems.is_empty() {
            Read::Value(values)
        } else {
            Read::Partly(values, problems)
        })
    }

    /// `{"0": …, "2": …}`, which PHP makes of a list with gaps, or one element without its list.
    fn from_map<'de, A: MapAccess<'de>>(map: A, depth: Depth<'_>) -> Result<Read<Self>, A::Error> {
        let values = entries(map)?;
        if values.is_empty() {
            return Ok(Read::Null);
        }
        if let Some(list) = numbered(&values) {
            return again::<Self, A::Error>(&list, depth);
        }
        // A whole answer is a list or none: an object in its place says what went wrong.
        if depth.above == 0 {
            return Ok(wrong::<Self>(values));
        }
        let values = Value::Object(values);
        Ok(match again::<T, A::Error>(&values, depth)? {
            Read::Value(one) => Read::Value(vec![one]),
            _ => wrong::<Self>(values),
        })
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Writer))
    }

    fn collect_problems(&self, path: &str, found: &mut Vec<Problem>) {
        for (index, value) in self.iter().enumerate() {
            value.collect_problems(&format!("{path}[{index}]"), found);
        }
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    const EXPECTED: &'static str = "an object";
    const KEEPS_PROBLEMS: bool = false;

    fn from_map<'de, A: MapAccess<'de>>(
        mut map: A,
        depth: Depth<'_>,
    ) -> Result<Read<Self>, A::Error> {
        let mut values = Self::new();
        let mut extra = Extra::default();
        while let Some(key) = map.next_key::<String>()? {
            let mut place = Wanted(None);
            if let Some(trouble) = map.next_value_seed(Seed::<T, _>::at(depth, &mut place))? {
                tell(*trouble, &key, &mut extra);
            }
            if let Some(value) = place.0 {
                values.insert(key, value);
            }
        }
        let problems = extra.into_problems();
        Ok(if problems.is_empty() {
            Read::Value(values)
        } else {
            Read::Partly(values, problems)
        })
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self {
            map.serialize_entry(key, &Writer(value))?;
        }
        map.end()
    }

    fn collect_problems(&self, path: &str, found: &mut Vec<Problem>) {
        for (key, value) in self {
            value.collect_problems(&format!("{path}.{key}"), found);
        }
    }
}

impl Wire for String {
    const EXPECTED: &'static str = "text";

    reads_fast!();

    fn id(&self) -> Option<String> {
        Some(self.clone())
    }

    fn from_bool(value: bool) -> Read<Self> {
        Read::Value(value.to_string())
    }

    fn from_u64(value: u64) -> Read<Self> {
        Read::Value(value.to_string())
    }

    fn from_i64(value: i64) -> Read<Self> {
        Read::Value(value.to_string())
    }

    fn from_f64(value: f64) -> Read<Self> {
        Read::Value(value.to_string())
    }

    fn from_text(value: &str) -> Read<Self> {
        Read::Value(value.to_owned())
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl Wire for bool {
    const EXPECTED: &'static str = "true or false";

    reads_fast!();

    fn from_bool(value: bool) -> Read<Self> {
        Read::Value(value)
    }

    fn from_u64(value: u64) -> Read<Self> {
        match value {
            0 => Read::Value(false),
            1 => Read::Value(true),
            _ => wrong::<Self>(value),
        }
    }

    fn from_text(value: &str) -> Read<Self> {
        match value {
            "" => Read::Null,
            "true" | "1" => Read::Value(true),
            "false" | "0" => Read::Value(false),
            _ => wrong::<Self>(value),
        }
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self)
    }
}

impl Wire for u64 {
    const EXPECTED: &'static str = "a whole number of zero or more";

    reads_fast!();

    fn from_u64(value: u64) -> Read<Self> {
        Read::Value(value)
    }

    fn from_f64(value: f64) -> Read<Self> {
        // Beyond 2^53 a float no longer says which whole number was meant.
        if value >= 0.0 && value.fract() == 0.0 && value <= 9_007_199_254_740_992.0 {
            Read::Value(value as Self)
        } else {
            wrong::<Self>(value)
        }
    }

    fn from_text(value: &str) -> Read<Self> {
        if value.is_empty() {
            return Read::Null;
        }
        if let Ok(number) = value.parse() {
            return Read::Value(number);
        }
        match value.parse().map(Self::from_f64) {
            Ok(Read::Value(number)) => Read::Value(number),
            _ => wrong::<Self>(value),
        }
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(*self)
    }
}

impl Wire for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_u64(value: u64) -> Read<Self> {
        Read::Value(value as Self)
    }

    fn from_i64(value: i64) -> Read<Self> {
        Read::Value(value as Self)
    }

    fn from_f64(value: f64) -> Read<Self> {
        Read::Value(value)
    }

    fn from_text(value: &str) -> Read<Self> {
        match value.parse::<Self>() {
            Ok(number) if number.is_finite() => Read::Value(number),
            _ if value.is_empty() => Read::Null,
            _ => wrong::<Self>(value),
        }
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(*self)
    }
}

impl Wire for DateTime<Utc> {
    const EXPECTED: &'static str = "a time such as 2026-01-31T12:00:00.000Z";

    reads_fast!();

    fn from_u64(value: u64) -> Read<Self> {
        match i64::try_from(value).ok().and_then(since_1970) {
            Some(time) => Read::Value(time),
            None => wrong::<Self>(value),
        }
    }

    fn from_i64(value: i64) -> Read<Self> {
        match since_1970(value) {
            Some(time) => Read::Value(time),
            None => wrong::<Self>(value),
        }
    }

    fn from_f64(value: f64) -> Read<Self> {
        // The cast ends at the largest number, which is no time.
        match Self::from_timestamp_millis((value * 1000.0).round() as i64) {
            Some(time) => Read::Value(time),
            None => wrong::<Self>(value),
        }
    }

    fn from_text(value: &str) -> Read<Self> {
        match parse_time(value) {
            Some(time) => Read::Value(time),
            None if value.is_empty() => Read::Null,
            None => wrong::<Self>(value),
        }
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Mastodon always writes milliseconds, and some apps read nothing else.
        serializer.collect_str(&self.format("%Y-%m-%dT%H:%M:%S%.3fZ"))
    }
}

fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    usual_time(text).or_else(|| odd_time(text))
}

/// What nearly all servers write, `2026-01-31T12:00:00.000Z`. A page has hundreds, and a parser for all forms of
/// RFC 3339 takes six times as long.
fn usual_time(text: &str) -> Option<DateTime<Utc>> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let (start, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        o1,
        o2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        m1,
        m2,
        b':',
        s1,
        s2,
    ] = *start
    else {
        return None;
    };
    let nanoseconds = match rest {
        b"Z" | b"+00:00" => 0,
        [b'.', digits @ .., b'Z'] | [b'.', digits @ .., b'+', b'0', b'0', b':', b'0', b'0']
            if (1..=9).contains(&digits.len()) =>
        {
            let zeros = 9 - u32::try_from(digits.len()).ok()?;
            number(digits)? * 10_u32.pow(zeros)
        }
        _ => return None,
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[o1, o2])?, number(&[d1, d2])?)?;
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
    let time = date.and_hms_nano_opt(hour, minute, second, nanoseconds)?;
    Some(time.and_utc())
}

/// RFC 3339; also with a space, with a zone without colon or without one (then it is UTC), a bare date (then it is
/// midnight), or a number.
fn odd_time(text: &str) -> Option<DateTime<Utc>> {
    // No form is longer.
    if text.len() > 64 {
        return None;
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    if let Ok(number) = text.parse() {
        return since_1970(number);
    }
    let text = text
        .strip_suffix(" UTC")
        .unwrap_or(text)
        .replacen(' ', "T", 1);
    if let Ok(time) = DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z") {
        return Some(time.to_utc());
    }
    if let Ok(time) = text.parse::<NaiveDateTime>() {
        return Some(time.and_utc());
    }
    Some(
        text.parse::<NaiveDate>()
            .ok()?
            .and_hms_opt(0, 0, 0)?
            .and_utc(),
    )
}

/// Seconds, or milliseconds where seconds would lie beyond the year 5000.
fn since_1970(number: i64) -> Option<DateTime<Utc>> {
    if number.unsigned_abs() < 100_000_000_000 {
        DateTime::from_timestamp(number, 0)
    } else {
        DateTime::from_timestamp_millis(number)
    }
}

impl Wire for NaiveDate {
    const EXPECTED: &'static str = "a date such as 2026-01-31";

    fn from_text(value: &str) -> Read<Self> {
        match value
            .parse::<Self>()
            .ok()
            .or_else(|| Some(parse_time(value)?.date_naive()))
        {
            Some(date) => Read::Value(date),
            None if value.is_empty() => Read::Null,
            None => wrong::<Self>(value),
        }
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Gives a type that has [`Wire`] the two traits of serde.
macro_rules! wire_serde {
    ($name:ty) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::deserialize(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::Wire::write(self, serializer)
            }
        }
    };
}
pub(crate) use wire_serde;

/// Gives a type made of one text (with `From<&str>` and `as_str`) the trait [`Wire`]; an empty text is none.
macro_rules! wire_text {
    ($name:ty, $expected:literal) => {
        impl $crate::wire::Wire for $name {
            const EXPECTED: &'static str = $expected;

            fn from_u64(value: u64) -> $crate::wire::Read<Self> {
                $crate::wire::Read::Value(Self::from(value.to_string()))
            }

            fn from_i64(value: i64) -> $crate::wire::Read<Self> {
                $crate::wire::Read::Value(Self::from(value.to_string()))
            }

            fn from_text(value: &str) -> $crate::wire::Read<Self> {
                if value.is_empty() {
                    return $crate::wire::Read::Null;
                }
                $crate::wire::Read::Value(Self::from(value))
            }

            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        $crate::wire::wire_serde!($name);
    };
}
pub(crate) use wire_text;

/// One entity of the documentation: a struct, read leniently and written as documented.
///
/// In parentheses what it cannot do without (`new` takes it, and an object without it is no such entity); in braces
/// the rest, absent or `null` as the type's default. `as "key"` gives the JSON key where it is not the field's name;
/// `= null` writes `null` where there is nothing, as the documentation has it, instead of leaving the key out.
///
/// What has no page in Mastodon's documentation leaves the page out and names its source in its own text.
///
/// `Name: base: Base, …` has all fields of another entity besides its own, and dereferences to it.
macro_rules! entity {
    (
        $(#[$meta:meta])*
        $name:ident $(, $docs:literal)?
        ($( $(#[$req_meta:meta])* $req:ident: $req_ty:ty ),* $(,)?)
        { $( $(#[$field_meta:meta])* $field:ident: $ty:ty $(as $key:literal)? $(= $null:ident)? ),* $(,)? }
    ) => {
        $(#[$meta])*
        $(
            #[doc = ""]
            #[doc = concat!("[Mastodon documentation](https://docs.joinmastodon.org/entities/", $docs, ")")]
        )?
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$req_meta])* pub $req: $req_ty, )*
            $( $(#[$field_meta])* pub $field: $ty, )*
            /// What no field names, and what could not be read.
            pub extra: $crate::extra::Extra,
        }

        impl $name {
            /// One with nothing but what it cannot do without.
            #[must_use]
            pub fn new($( $req: impl Into<$req_ty> ),*) -> Self {
                Self {
                    $( $req: $req.into(), )*
                    $( $field: <$ty>::default(), )*
                    extra: $crate::extra::Extra::default(),
                }
            }

            /// What could not be read, here and in all that stands inside, with its path.
            #[must_use]
            pub fn problems(&self) -> Vec<$crate::Problem> {
                let mut found = Vec::new();
                $crate::wire::Wire::collect_problems(self, "", &mut found);
                found
            }
        }

        $crate::wire::entity_default!($name $($req)*);

        impl $crate::wire::Wire for $name {
            const EXPECTED: &'static str = "an object";

            fn read<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
                depth: $crate::wire::Depth<'_>,
                place: &mut impl $crate::wire::Place<Self>,
            ) -> Result<Option<Box<$crate::wire::Trouble>>, D::Error> {
                match depth.deeper(size_of::<Self>()) {
                    Ok(depth) if const { size_of::<Self>() > $crate::wire::LARGE } => {
                        $crate::wire::shape_into(deserializer, depth, place)
                    }
                    Ok(depth) => $crate::wire::shape(deserializer, depth, place),
                    Err(reason) => $crate::wire::unread(deserializer, reason),
                }
            }

            fn from_map<'de, A: serde::de::MapAccess<'de>>(
                mut map: A,
                depth: $crate::wire::Depth<'_>,
            ) -> Result<$crate::wire::Read<Self>, A::Error> {
                #[allow(non_camel_case_types)]
                enum Key { $($req,)* $($field,)* }
                const VARIANTS: &[Key] = &[$(Key::$req,)* $(Key::$field,)*];
                const KEYS: &$crate::wire::Keys = &$crate::wire::Keys::new(
                    &[
                        $($crate::wire::Name::new(stringify!($req)),)*
                        $($crate::wire::Name::new($crate::wire::key!($field $($key)?)),)*
                    ],
                );

                $( let mut $req = $crate::wire::Wanted::<$req_ty>(None); )*
                $( let mut $field: $ty = <$ty>::default(); )*
                let mut extra = $crate::extra::Extra::default();
                let mut is_empty = true;
                let mut unknown = Box::<str>::default();
                while let Some(position) = map.next_key_seed(KEYS.seed(&mut unknown))? {
                    is_empty = false;
                    let trouble = match VARIANTS.get(usize::from(position)) {
                        $( Some(Key::$req) => {
                            map.next_value_seed($crate::wire::Seed::<$req_ty, _>::at(depth, &mut $req))?
                        } )*
                        $( Some(Key::$field) => {
                            map.next_value_seed($crate::wire::Seed::<$ty, _>::at(depth, &mut $field))?
                        } )*
                        None => {
                            extra.push_raw(std::mem::take(&mut unknown), map.next_value()?);
                            None
                        }
                    };
                    if let Some(trouble) = trouble {
                        $crate::wire::tell(*trouble, KEYS.name(position), &mut extra);
                    }
                }
                $( let $req = $req.0; )*
                let missing: Option<&'static str> =
                    None $( .or($req.is_none().then_some(stringify!($req))) )*;
                if let Some(missing) = missing {
                    if is_empty {
                        return Ok($crate::wire::Read::Null);
                    }
                    let mut pieces = extra.to_map();
                    $( $crate::wire::piece(&mut pieces, stringify!($req), &$req); )*
                    $( $crate::wire::piece(&mut pieces, $crate::wire::key!($field $($key)?), &$field); )*
                    return Ok($crate::wire::incomplete(pieces, missing));
                }
                match ($($req,)*) {
                    ($(Some($req),)*) => Ok($crate::wire::Read::Value(Self { $($req,)* $($field,)* extra })),
                    #[allow(unreachable_patterns)]
                    _ => Ok($crate::wire::Read::Null),
                }
            }

            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                self.write_into(&mut map)?;
                serde::ser::SerializeMap::end(map)
            }

            fn id(&self) -> Option<String> {
                None $( .or_else(|| $crate::wire::id_of!($req &self.$req)) )*
            }

            fn collect_problems(&self, path: &str, found: &mut Vec<$crate::Problem>) {
                self.extra.collect_problems(path, found);
                $( self.$req.collect_problems(&$crate::wire::join(path, stringify!($req)), found); )*
                $( self.$field.collect_problems(
                    &$crate::wire::join(path, $crate::wire::key!($field $($key)?)), found); )*
            }
        }

        impl $name {
            pub(crate) fn write_into<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $( map.serialize_entry(stringify!($req), &$crate::wire::Writer(&self.$req))?; )*
                $(
                    if $crate::wire::keeps_null!($($null)?) || !$crate::wire::Wire::is_absent(&self.$field) {
                        map.serialize_entry(
                            $crate::wire::key!($field $($key)?),
                            &$crate::wire::Writer(&self.$field),
                        )?;
                    }
                )*
                self.extra.write_into(map)
            }
        }

        $crate::wire::wire_serde!($name);
    };
}
pub(crate) use entity;

/// The keys of an entity, found by a table that is made when this crate is compiled: an account has fifty.
pub(crate) struct Keys {
    names: &'static [Name],
    /// So chosen that no two names have one place.
    seed: u64,
    /// For each place the position of the name there, or `FREE`.
    table: [u8; Self::PLACES],
}

const FREE: u8 = u8::MAX;

/// A key, and what tells it from others faster than its text.
pub(crate) struct Name {
    text: &'static str,
    ends: (u64, u64),
}

impl Name {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            ends: ends(text.as_bytes()),
        }
    }
}

/// The first eight bytes and the last: all, unless there are more than sixteen.
const fn ends(key: &[u8]) -> (u64, u64) {
    if let (Some(start), Some(end)) = (key.first_chunk(), key.last_chunk()) {
        return (u64::from_le_bytes(*start), u64::from_le_bytes(*end));
    }
    if let (Some(start), Some(end)) = (key.first_chunk(), key.last_chunk()) {
        return (
            u32::from_le_bytes(*start) as u64,
            u32::from_le_bytes(*end) as u64,
        );
    }
    match *key {
        [one] => (one as u64, 0),
        [one, two] => (one as u64, two as u64),
        [one, two, three] => (one as u64, (two as u64) << 8 | three as u64),
        _ => (0, 0),
    }
}

impl Keys {
    const PLACES: usize = 512;

    #[allow(
        clippy::indexing_slicing,
        reason = "it runs when this crate is compiled, which fails if an index is wrong"
    )]
    pub(crate) const fn new(names: &'static [Name]) -> Self {
        assert!(names.len() < FREE as usize);
        let mut seed = 1;
        'seeds: loop {
            assert!(seed < 2_000, "two names are too much alike");
            let mut table = [FREE; Self::PLACES];
            let mut position = 0;
            while position < names.len() {
                let name = &names[position];
                let place = Self::place(seed, name.text.as_bytes(), name.ends);
                if table[place] != FREE {
                    seed += 2;
                    continue 'seeds;
                }
                table[place] = position as u8;
                position += 1;
            }
            return Self { names, seed, table };
        }
    }

    const fn place(seed: u64, key: &[u8], (start, end): (u64, u64)) -> usize {
        let mut all = start.wrapping_mul(seed) ^ end.wrapping_add(key.len() as u64);
        if key.len() > 16 {
            let (_, back) = key.split_at(8);
            if let Some(middle) = back.first_chunk() {
                all ^= u64::from_le_bytes(*middle)
                    .wrapping_mul(seed)
                    .rotate_left(29);
            }
        }
        (all.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55) as usize
    }

    fn find(&self, key: &str) -> Option<u8> {
        let ends = ends(key.as_bytes());
        let place = Self::place(self.seed, key.as_bytes(), ends);
        let position = *self.table.get(place)?;
        // A free place is beyond all names.
        let name = self.names.get(usize::from(position))?;
        let is_it = name.text.len() == key.len()
            && name.ends == ends
            && (key.len() <= 16 || name.text == key);
        is_it.then_some(position)
    }

    /// The key at a position.
    pub(crate) fn name(&self, position: u8) -> &'static str {
        self.names
            .get(usize::from(position))
            .map_or("", |name| name.text)
    }

    pub(crate) fn seed<'a>(&'static self, unknown: &'a mut Box<str>) -> KeySeed<'a> {
        KeySeed {
            keys: self,
            unknown,
        }
    }
}

/// Reads a key: its position, which is beyond all names if there is no such field; then the key is put aside.
pub(crate) struct KeySeed<'a> {
    keys: &'static Keys,
    unknown: &'a mut Box<str>,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = u8;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u8, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = u8;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<u8, E> {
        Ok(self.keys.find(key).unwrap_or_else(|| {
            *self.unknown = key.into();
            FREE
        }))
    }
}

/// An entity that can do without anything has a default; another would be none.
macro_rules! entity_default {
    ($name:ident) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    ($name:ident $($req:ident)+) => {};
}
pub(crate) use entity_default;

macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}
pub(crate) use key;

macro_rules! keeps_null {
    () => {
        false
    };
    (null) => {
        true
    };
}
pub(crate) use keeps_null;

/// The text of the field `id`; of others none.
macro_rules! id_of {
    (id $value:expr) => {
        Some($value.to_string())
    };
    ($other:ident $value:expr) => {
        None::<String>
    };
}
pub(crate) use id_of;

/// An entity that has all fields of another: `base` holds those, and the unknown properties of both.
macro_rules! extended_entity {
    (
        $(#[$meta:meta])*
        $name:ident, $docs:literal, $(#[$base_meta:meta])* $base:ident: $base_ty:ident
        { $( $(#[$field_meta:meta])* $field:ident: $ty:ty $(= $null:ident)? ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[doc = ""]
        #[doc = concat!("[Mastodon documentation](https://docs.joinmastodon.org/entities/", $docs, ")")]
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(#[$base_meta])*
            pub $base: $base_ty,
            $( $(#[$field_meta])* pub $field: $ty, )*
        }

        impl $name {
            /// One with nothing but what the entity that it extends has.
            #[must_use]
            pub fn new($base: $base_ty) -> Self {
                Self { $base, $( $field: <$ty>::default(), )* }
            }

            /// What could not be read, here and in all that stands inside, with its path.
            #[must_use]
            pub fn problems(&self) -> Vec<$crate::Problem> {
                let mut found = Vec::new();
                $crate::wire::Wire::collect_problems(self, "", &mut found);
                found
            }
        }

        impl std::ops::Deref for $name {
            type Target = $base_ty;

            fn deref(&self) -> &$base_ty {
                &self.$base
            }
        }

        impl $crate::wire::Wire for $name {
            const EXPECTED: &'static str = "an object";

            fn read<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
                depth: $crate::wire::Depth<'_>,
                place: &mut impl $crate::wire::Place<Self>,
            ) -> Result<Option<Box<$crate::wire::Trouble>>, D::Error> {
                let mut found = $crate::wire::Wanted(None);
                let trouble = $base_ty::read(deserializer, depth, &mut found)?;
                if let Some(mut base) = found.0 {
                    $( let $field: $ty = $crate::wire::taken(&mut base.extra, stringify!($field), depth); )*
                    place.put(Self { $base: base, $($field,)* });
                }
                Ok(trouble)
            }

            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                self.$base.write_into(&mut map)?;
                $(
                    if $crate::wire::keeps_null!($($null)?) || !$crate::wire::Wire::is_absent(&self.$field) {
                        serde::ser::SerializeMap::serialize_entry(
                            &mut map,
                            stringify!($field),
                            &$crate::wire::Writer(&self.$field),
                        )?;
                    }
                )*
                serde::ser::SerializeMap::end(map)
            }

            fn id(&self) -> Option<String> {
                self.$base.id()
            }

            fn collect_problems(&self, path: &str, found: &mut Vec<$crate::Problem>) {
                self.$base.collect_problems(path, found);
                $( self.$field.collect_problems(&$crate::wire::join(path, stringify!($field)), found); )*
            }
        }

        $crate::wire::wire_serde!($name);
    };
}
pub(crate) use extended_entity;

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

/// Reads a property that had been put aside as unknown.
pub(crate) fn taken<T: Wire + Default>(extra: &mut Extra, name: &str, depth: Depth<'_>) -> T {
    let mut value = T::default();
    let Some(raw) = extra.take(name) else {
        return value;
    };
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    match T::read(&mut deserializer, depth, &mut value) {
        Ok(None) => {}
        Ok(Some(trouble)) => tell(*trouble, name, extra),
        Err(_) => extra.push_raw(name.into(), raw),
    }
    value
}

/// Adds what an incomplete entity had under `name`, if anything.
pub(crate) fn piece<T: Wire + Default + PartialEq>(
    pieces: &mut serde_json::Map<String, Value>,
    name: &str,
    value: &T,
) {
    if *value != T::default()
        && let Ok(value) = serde_json::to_value(Writer(value))
    {
        pieces.insert(name.to_owned(), value);
    }
}

/// The path of `name` inside `parent`.
pub(crate) fn join(parent: &str, name: &str) -> String {
    match (parent, name) {
        ("", name) => name.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, name) if name.starts_with('[') => format!("{parent}{name}"),
        (parent, name) => format!("{parent}.{name}"),
    }
}
