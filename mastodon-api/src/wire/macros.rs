//! How entities are made: one declaration gives the struct, how it is read and how it is written.

use serde_json::Value;

use super::{Depth, Read, Wire, Writer, Wrong, raw, tell};
use crate::extra::Extra;

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
