//! Reads JSON of strangers: no longer than allowed, and no name twice in one object, so that nobody else reads another
//! document out of the same bytes.

use std::cell::Cell;
use std::collections::HashSet;
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
    // Looks only: how a number becomes a value is for serde_json, whose features say so.
    if let Err(error) = Unique(&duplicate).deserialize(&mut reader) {
        return Err(if duplicate.get() {
            Refusal::Duplicate
        } else {
            Refusal::Json(error)
        });
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::NotAnObject),
        Err(error) => Err(Refusal::Json(error)),
    }
}

/// Goes through a value; tells its flag when a name stands twice.
struct Unique<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Self(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !names.insert(name) {
                self.0.set(true);
                return Err(A::Error::custom("a name stands twice in one object"));
            }
            members.next_value_seed(Self(self.0))?;
        }
        Ok(())
    }
}
