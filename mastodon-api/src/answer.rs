//! How the body of an answer becomes a value.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use http::Response;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

use crate::Problem;
use crate::error::{NotUnderstood, NotUnderstoodReason};
use crate::wire::{Depth, Read, Wire};

/// A value that an answer can be read as: every entity, [`Page`](crate::Page), and the wrappers of
/// [`endpoint`](crate::endpoint).
pub trait Answer: Sized {
    /// Reads an answer whose status is one of success.
    ///
    /// # Errors
    ///
    /// When the body is not such a value.
    fn read(response: Response<Bytes>) -> Result<Self, NotUnderstood>;

    /// The id of each of its elements, for a page.
    #[doc(hidden)]
    fn ids(&self) -> Vec<Option<String>> {
        Vec::new()
    }

    /// What in it could not be read, with its path.
    fn problems(&self) -> Vec<Problem> {
        Vec::new()
    }
}

impl<T: Wire> Answer for T {
    fn read(response: Response<Bytes>) -> Result<Self, NotUnderstood> {
        match decode::<T>(response.body()) {
            Ok(Read::Value(value) | Read::Partly(value, _)) => Ok(value),
            Ok(Read::Null) => T::nothing().ok_or_else(|| {
                NotUnderstood::new(
                    &response,
                    NotUnderstoodReason::Unexpected,
                    String::new(),
                    None,
                )
            }),
            Ok(Read::Wrong(wrong)) => {
                let source = Some(wrong.reason.into());
                Err(NotUnderstood::new(
                    &response,
                    NotUnderstoodReason::Unexpected,
                    wrong.path,
                    source,
                ))
            }
            Err(Undecodable { path, source }) => match T::nothing() {
                Some(nothing) if response.body().trim_ascii().is_empty() => Ok(nothing),
                _ => Err(NotUnderstood::from_text(&response, path, source)),
            },
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        self.collect_problems("", &mut found);
        found
    }
}

/// An answer that says no more than that it was done.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Empty;

impl Answer for Empty {
    fn read(_: Response<Bytes>) -> Result<Self, NotUnderstood> {
        Ok(Self)
    }
}

/// An answer that may have nothing in it.
// Exhaustive: it is this wrapper and nothing else.
#[allow(clippy::exhaustive_structs)]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Optional<T>(
    /// The value, if there is one.
    pub Option<T>,
);

impl<T: Answer> Answer for Optional<T> {
    fn read(response: Response<Bytes>) -> Result<Self, NotUnderstood> {
        if response.body().is_empty() {
            return Ok(Self(None));
        }
        T::read(response).map(|value| Self(Some(value)))
    }

    fn problems(&self) -> Vec<Problem> {
        self.0.as_ref().map(Answer::problems).unwrap_or_default()
    }
}

/// An answer that is plain text.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Text(
    /// The text; bytes that are not UTF-8 were replaced by `U+FFFD`.
    pub String,
);

impl Answer for Text {
    fn read(response: Response<Bytes>) -> Result<Self, NotUnderstood> {
        Ok(Self(String::from_utf8_lossy(response.body()).into_owned()))
    }
}

/// An answer that is JSON of a type of your own.
// Exhaustive: it is this wrapper and nothing else.
#[allow(clippy::exhaustive_structs)]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Json<T>(
    /// The value.
    pub T,
);

impl<T: DeserializeOwned> Answer for Json<T> {
    fn read(response: Response<Bytes>) -> Result<Self, NotUnderstood> {
        match parse(response.body()) {
            Ok(value) => Ok(Self(value)),
            Err(Undecodable { path, source }) => {
                Err(NotUnderstood::from_text(&response, path, source))
            }
        }
    }
}

/// Why bytes are not such JSON, and where.
pub(crate) struct Undecodable {
    pub(crate) path: String,
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

impl fmt::Debug for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`", self.source, self.path)
    }
}

pub(crate) fn decode<T: Wire>(bytes: &[u8]) -> Result<Read<T>, Undecodable> {
    parse::<Whole<T>>(bytes).map(|whole| whole.0)
}

fn parse<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Undecodable> {
    let text = text(bytes)?;
    // The path costs time, so it is looked for only when something is wrong.
    serde_json::from_str(text).or_else(|_| {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let found = serde_path_to_error::deserialize(&mut deserializer);
        let value = found.map_err(|error| {
            let path = match error.path().to_string() {
                top if top == "." => String::new(),
                path => path,
            };
            Undecodable {
                path,
                source: Box::new(error.into_inner()),
            }
        })?;
        deserializer.end().map_err(|error| Undecodable {
            path: String::new(),
            source: Box::new(error),
        })?;
        Ok(value)
    })
}

/// The text, without the byte order mark that some proxies add.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Undecodable> {
    let text = std::str::from_utf8(bytes).map_err(|error| Undecodable {
        path: String::new(),
        source: Box::new(error),
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The answer that stands in another under `name`; a refusal, or an answer without it, is left as it is.
pub(crate) fn inside(response: Response<Bytes>, name: Option<&str>) -> Response<Bytes> {
    let Some(name) = name.filter(|_| response.status().is_success()) else {
        return response;
    };
    let found = text(response.body()).ok().and_then(|text| {
        let mut object: BTreeMap<&str, &RawValue> = serde_json::from_str(text).ok()?;
        let value = object.remove(name)?;
        Some(response.body().slice_ref(value.get().as_bytes()))
    });
    match found {
        Some(value) => response.map(|_| value),
        None => response,
    }
}

struct Whole<T>(Read<T>);

impl<'de, T: Wire> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Depth::whole(|depth| T::read(deserializer, depth)).map(Self)
    }
}
