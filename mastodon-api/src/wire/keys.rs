//! The keys of entities.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Visitor};

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
