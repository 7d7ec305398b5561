//! Reads JSON of strangers: no longer than allowed, and no name twice in one object, so that nobody else reads another
//! document out of the same bytes.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why bytes are not such an object.
#[derive(Debug)]
pub(crate) enum Refusal {
    TooLong,
    Json(serde_json::Error),
    Duplicate,
    NotAnObject,
}

pub(crate) fn read_object(bytes: &[u8], longest: usize) -> Result<Map<String, Value>, Refusal> {
    if bytes.len() > longest {
        return Err(Refusal::TooLong);
    }
    let duplicate = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Unique(&duplicate)
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    match read {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::NotAnObject),
        Err(_) if duplicate.get() => Err(Refusal::Duplicate),
        Err(error) => Err(Refusal::Json(error)),
    }
}

/// Reads a value; tells its flag when a name stands twice.
struct Unique<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self(self.0))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                self.0.set(true);
                return Err(A::Error::custom("a name stands twice in one object"));
            }
            object.insert(name, members.next_value_seed(Self(self.0))?);
        }
        Ok(Value::Object(object))
    }
}
