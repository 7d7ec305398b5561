//! Text, numbers, true and false.

use serde::de::Deserializer;
use serde::ser::Serializer;

use super::{Depth, Place, Read, Trouble, Wire, reads_fast, shape_into, wrong};

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
