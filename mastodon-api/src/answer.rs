//! How the body of an answer becomes a value.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use http::Response;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::Problem;
use crate::error::{NotUnderstood, NotUnderstoodReason};
use crate::wire::{Depth, Read, Wire, value};

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

    /// What of an answer of success could not be read and the value has no place for: entries of an object or a list
    /// that is the answer itself.
    #[doc(hidden)]
    fn lost(_response: &Response<Bytes>) -> Vec<Problem> {
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

    fn lost(response: &Response<Bytes>) -> Vec<Problem> {
        // Entities keep theirs.
        match T::KEEPS_PROBLEMS {
            true => Vec::new(),
            false => match decode::<T>(response.body()) {
                Ok(Read::Partly(_, problems)) => problems,
                _ => Vec::new(),
            },
        }
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

    fn lost(response: &Response<Bytes>) -> Vec<Problem> {
        T::lost(response)
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
        let found = text(response.body()).and_then(|text| {
            serde_json::from_str(text).or_else(|_| {
                parse(text).map_err(|(path, error)| Undecodable {
                    path,
                    source: without_value(&error),
                })
            })
        });
        match found {
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
    pub(crate) source: Source,
}

type Source = Box<dyn std::error::Error + Send + Sync>;

impl fmt::Debug for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`", self.source, self.path)
    }
}

pub(crate) fn decode<T: Wire>(bytes: &[u8]) -> Result<Read<T>, Undecodable> {
    let text = text(bytes)?;
    match serde_json::from_str::<Whole<T>>(text) {
        Ok(whole) => Ok(whole.0),
        Err(error) => Err(no_json(text, &error)),
    }
}

/// Where text is not JSON: what can be read as an entity is wrong in no other way.
fn no_json(text: &str, error: &serde_json::Error) -> Undecodable {
    let is_the_same = |other: &serde_json::Error| {
        (other.line(), other.column()) == (error.line(), error.column())
    };
    let path = match parse::<Value>(text) {
        Err((path, other)) if is_the_same(&other) => path,
        _ => String::new(),
    };
    Undecodable {
        path,
        source: without_value(error),
    }
}

/// Reads it with the path of what is wrong, which costs time.
fn parse<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, (String, serde_json::Error)> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let found = serde_path_to_error::deserialize(&mut deserializer);
    let value = found.map_err(|error| {
        let path = match error.path().to_string() {
            top if top == "." => String::new(),
            path => path,
        };
        (path, error.into_inner())
    })?;
    match deserializer.end() {
        Ok(()) => Ok(value),
        Err(error) => Err((String::new(), error)),
    }
}

/// What is wrong with JSON, without the value that is: it may be a secret in the wrong place.
fn without_value(error: &serde_json::Error) -> Source {
    let text = error.to_string();
    if !error.is_data() {
        return text.into();
    }
    let has_name_only = ["missing field ", "duplicate field "];
    if has_name_only.iter().any(|start| text.starts_with(start)) {
        return text.into();
    }
    let (line, column) = (error.line(), error.column());
    let place = format!("at line {line} column {column}");
    // What is expected stands last, whatever the value says before.
    match text
        .strip_suffix(&place)
        .and_then(|text| text.rsplit_once(", expected "))
    {
        Some((_, expected)) => format!("expected {expected}{place}").into(),
        None => format!("another value was expected {place}").into(),
    }
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
        Depth::whole(|depth| value(deserializer, depth)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_stands_in_the_reason() {
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        enum Kind {
            One,
        }
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Made {
            number: u32,
            kind: Option<Kind>,
        }
        for (body, said) in [
            (
                r#"{"number":"planted, expected u8"}"#,
                "expected u32 at line",
            ),
            (r#"{"number":1,"kind":"planted"}"#, "expected `One` at line"),
            (r#"{"kind":null}"#, "missing field `number`"),
            (r#"{"number":1,"kind":"planted"#, "EOF while parsing"),
            (r#""planted""#, "expected struct Made"),
        ] {
            let response = Response::new(Bytes::from_static(body.as_bytes()));
            let error = Json::<Made>::read(response).unwrap_err();
            let source = std::error::Error::source(&error).unwrap();
            let shown = format!("{error} {error:?} {source} {source:?}");
            assert!(shown.contains(said), "{shown}");
            assert!(!shown.contains("planted"), "{shown}");
        }
    }
}
