//! What a request says.

use bytes::Bytes;
use http::request;
use serde_json::{Map, Value};

/// The parameters of a request, from its query and its body (a form or JSON), arrays as `name[]`.
pub(super) struct Params(pub(super) Vec<(String, String)>);

impl Params {
    pub(super) fn new(parts: &request::Parts, body: &Bytes) -> Self {
        let mut params = Self::from_query(parts.uri.query().unwrap_or_default());
        let body = Self::from_json(body)
            .unwrap_or_else(|| Self::from_query(&String::from_utf8_lossy(body)));
        params.0.extend(body.0);
        params
    }

    pub(super) fn from_json(text: &[u8]) -> Option<Self> {
        let object: Map<_, _> = serde_json::from_slice(text).ok()?;
        let mut params = Self(Vec::new());
        for (name, value) in object {
            params.push_json(name, value);
        }
        Some(params)
    }

    pub(super) fn from_query(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self(pairs.into_owned().collect())
    }

    fn push_json(&mut self, name: String, value: Value) {
        match value {
            Value::Null => {}
            Value::String(text) => self.0.push((name, text)),
            Value::Array(values) => {
                for value in values {
                    self.push_json(format!("{name}[]"), value);
                }
            }
            other => self.0.push((name, other.to_string())),
        }
    }

    /// The value of a parameter; an empty one counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.all(name).find(|value| !value.is_empty())
    }

    /// All values of an array.
    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key.strip_suffix("[]").unwrap_or(key) == name)
            .map(|(_, value)| &**value)
    }
}
