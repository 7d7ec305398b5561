//! Secrets that a server says back: what it says in refusing is shown to people and written to logs.

use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;
use url::form_urlencoded;

/// Parameters whose values are secrets.
const NAMES: [&str; 8] = [
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "current_password",
    "password",
    "refresh_token",
    "token",
];
/// Bytes of a secret that is worth hiding: a shorter one stands in many a word.
const SHORTEST: usize = 8;

/// Takes the token, and what was sent of the others, out of an answer.
pub(super) fn remove(
    token: Option<&str>,
    sent: &Request<Bytes>,
    headers: &mut HeaderMap,
    body: &mut Bytes,
) {
    let token = token.map(str::to_owned);
    for secret in token.into_iter().chain(of(sent)) {
        if secret.len() >= SHORTEST {
            remove_one(&secret, headers, body);
        }
    }
}

fn remove_one(secret: &str, headers: &mut HeaderMap, body: &mut Bytes) {
    let holds = |bytes: &[u8]| {
        let mut parts = bytes.windows(secret.len());
        parts.any(|part| part == secret.as_bytes())
    };
    for value in headers.values_mut().filter(|value| holds(value.as_bytes())) {
        *value = HeaderValue::from_static("(secret)");
    }
    if holds(body) {
        let text = String::from_utf8_lossy(body);
        *body = text.replace(secret, "(secret)").into();
    }
}

/// The secrets in the body of a request.
fn of(sent: &Request<Bytes>) -> Vec<String> {
    let is_secret = |name: &str| NAMES.contains(&name);
    let content_type = sent.headers().get(CONTENT_TYPE);
    match content_type.map_or(&b""[..], HeaderValue::as_bytes) {
        b"application/x-www-form-urlencoded" => form_urlencoded::parse(sent.body())
            .filter(|(name, _)| is_secret(name))
            .map(|(_, value)| value.into_owned())
            .collect(),
        b"application/json" => match serde_json::from_slice(sent.body()) {
            Ok(Value::Object(values)) => values
                .into_iter()
                .filter(|(name, _)| is_secret(name))
                .filter_map(|(_, value)| value.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
