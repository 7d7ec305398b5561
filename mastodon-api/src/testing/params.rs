//! What a request says.

use axum::{
    body::Body,
    extract::{FromRequest as _, Multipart},
};
use bytes::Bytes;
use http::{Request, header, request};
use serde_json::{Map, Value};

/// The parameters of a request, from its query and its body (a form or JSON): arrays as `name[]`, objects as
/// `name[property]`.
#[derive(Default)]
pub(super) struct Params {
    pub(super) pairs: Vec<(String, String)>,
    files: Vec<(String, File)>,
}

/// A file in a form.
pub(super) struct File {
    pub(super) content_type: String,
    pub(super) bytes: Bytes,
}

impl Params {
    pub(super) async fn new(parts: &request::Parts, body: &Bytes) -> Self {
        let mut params = Self::from_query(parts.uri.query().unwrap_or_default());
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let is_multipart = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
        let body = if is_multipart {
            Self::from_multipart(parts, body).await
        } else if let Some(params) = Self::from_json(body) {
            params
        } else {
            Self::from_query(&String::from_utf8_lossy(body))
        };
        params.pairs.extend(body.pairs);
        params.files = body.files;
        params
    }

    /// What can be read of a form with files.
    async fn from_multipart(parts: &request::Parts, body: &Bytes) -> Self {
        let mut params = Self::default();
        let request = Request::from_parts(parts.clone(), Body::from(body.clone()));
        let Ok(mut form) = Multipart::from_request(request, &()).await else {
            return params;
        };
        while let Ok(Some(field)) = form.next_field().await {
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = field.file_name().is_some();
            let content_type = field.content_type().unwrap_or_default().to_owned();
            let Ok(bytes) = field.bytes().await else {
                break;
            };
            if is_file {
                params.files.push((
                    name,
                    File {
                        content_type,
                        bytes,
                    },
                ));
            } else {
                params
                    .pairs
                    .push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        params
    }

    pub(super) fn from_json(text: &[u8]) -> Option<Self> {
        let object: Map<_, _> = serde_json::from_slice(text).ok()?;
        let mut params = Self::default();
        for (name, value) in object {
            params.push_json(name, value);
        }
        Some(params)
    }

    pub(super) fn from_query(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self {
            pairs: pairs.into_owned().collect(),
            files: Vec::new(),
        }
    }

    fn push_json(&mut self, name: String, value: Value) {
        match value {
            Value::Null => {}
            Value::String(text) => self.pairs.push((name, text)),
            Value::Array(values) => {
                for (index, value) in values.into_iter().enumerate() {
                    // By its number it is known which properties are of one object.
                    let number = match value {
                        Value::Object(_) => index.to_string(),
                        _ => String::new(),
                    };
                    self.push_json(format!("{name}[{number}]"), value);
                }
            }
            Value::Object(properties) => {
                for (property, value) in properties {
                    self.push_json(format!("{name}[{property}]"), value);
                }
            }
            other => self.pairs.push((name, other.to_string())),
        }
    }

    /// The value of a parameter; an empty one counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.all(name).find(|value| !value.is_empty())
    }

    /// Whether a parameter is true.
    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name), Some("true" | "1"))
    }

    /// All values of an array.
    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key.strip_suffix("[]").unwrap_or(key) == name)
            .map(|(_, value)| &**value)
    }

    /// The parameters within another: `name[key]`.
    pub(super) fn under<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs.iter().filter_map(move |(key, value)| {
            let key = key.strip_prefix(name)?.strip_prefix('[')?;
            Some((key.strip_suffix(']')?, &**value))
        })
    }

    /// The objects of an array: `name[0][property]`, or `name[][property]`, where a property that comes again begins the
    /// next one.
    pub(super) fn groups<'a>(&'a self, name: &str) -> Vec<Vec<(&'a str, &'a str)>> {
        let mut groups: Vec<(&str, Vec<(&str, &str)>)> = Vec::new();
        for (key, value) in &self.pairs {
            let inner = key
                .strip_prefix(name)
                .and_then(|key| key.strip_prefix('['))
                .and_then(|key| key.strip_suffix(']'));
            let Some((index, property)) = inner.and_then(|key| key.split_once("][")) else {
                continue;
            };
            let is_free =
                |group: &[(&str, &str)]| group.iter().all(|(known, _)| *known != property);
            match groups.last_mut() {
                Some((last, group)) if *last == index && is_free(group) => {
                    group.push((property, value));
                }
                _ => groups.push((index, vec![(property, value)])),
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    pub(super) fn file(&self, name: &str) -> Option<&File> {
        self.files
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, file)| file)
    }
}
