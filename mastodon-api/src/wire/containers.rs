//! Values that hold others: perhaps one, a list, an object with any keys.

use std::collections::BTreeMap;

use serde::de::{Deserializer, MapAccess, SeqAccess};
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::Value;

use super::{
    Converted, Depth, MAX_PROBLEMS, PROBLEM_SIZE, Place, Pushed, Read, Seed, Trouble, Wanted, Wire,
    Writer, again, entries, tell, unexpected, wrong,
};
use crate::extra::{Extra, Problem};

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
