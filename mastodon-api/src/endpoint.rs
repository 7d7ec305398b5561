//! One call of the API as a value: what becomes an [`http::Request`], and how an [`http::Response`] becomes a value.
//!
//! Nothing here is sent: [`Client`](crate::Client) does that, or an HTTP client of your own:
//!
//! ```
//! use mastodon_api::endpoint::Endpoint;
//! use mastodon_api::methods::statuses;
//!
//! let call = statuses::Create::new().status("Hello, world");
//! let request = call.to_request(&"https://mastodon.example".parse()?)?;
//! assert_eq!(request.uri(), "https://mastodon.example/api/v1/statuses");
//! // `request.map(…)` goes out with an `Authorization` header; what comes back goes to `call.read_response`.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An endpoint that this version does not have can be written outside: see [`Endpoint`].

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

pub(crate) use crate::answer::inside;
pub use crate::answer::{Answer, Empty, Json, Optional, Text};
use crate::error::{Error, InvalidRequest, Refused};
pub use row::Row;
pub(crate) use table::{access, endpoints, instead, manner, put};

pub(crate) mod multipart;
mod row;
mod table;

/// One call of the API: where it goes, what it carries and what comes back.
///
/// All of [`methods`](crate::methods) implement it; so can you, for what they do not have:
///
/// ```
/// use mastodon_api::endpoint::{Access, Endpoint, Json, Parameters};
///
/// /// What GoToSocial calls a thread mute, by the id of a status.
/// struct Wave { id: String, loudly: bool }
///
/// #[derive(serde::Deserialize)]
/// struct Waved { count: u32 }
///
/// impl Endpoint for Wave {
///     type Response = Json<Waved>;
///     const METHOD: http::Method = http::Method::POST;
///     const TEMPLATE: &'static str = "/api/v1/statuses/{id}/wave";
///     const ACCESS: Access = Access::user(&["write:statuses"]);
///
///     fn path(&self) -> String {
///         format!("/api/v1/statuses/{}/wave", mastodon_api::endpoint::segment(&self.id))
///     }
///
///     fn write(&self, parameters: &mut Parameters) {
///         parameters.set("loudly", &self.loudly);
///     }
/// }
///
/// let request = Wave { id: "1/2".into(), loudly: true }.to_request(&"https://example.social".parse()?)?;
/// assert_eq!(request.uri().path(), "/api/v1/statuses/1%2F2/wave");
/// assert_eq!(request.body(), r#"{"loudly":true}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Endpoint {
    /// What the server answers with.
    type Response: Answer;

    /// The HTTP method.
    const METHOD: Method;

    /// The path as the documentation writes it, with `{name}` for what stands in it.
    const TEMPLATE: &'static str;

    /// Which token it wants.
    const ACCESS: Access;

    /// The Mastodon version that first had it, `0.0.0` for "always". Other servers have versions of their own.
    const SINCE: &'static str = "0.0.0";

    /// How its parameters travel. The default is the query for `GET`, `HEAD` and `DELETE`, JSON for the others.
    const MANNER: Manner = Manner::Plain;

    /// The key under which the value stands, where the answer is an object with nothing else in it.
    const INSIDE: Option<&'static str> = None;

    /// The path with what stands in it, each filled in with [`segment`].
    fn path(&self) -> String;

    /// Adds what the call carries.
    fn write(&self, parameters: &mut Parameters);

    /// The request, without a token.
    ///
    /// # Errors
    ///
    /// When a parameter cannot be sent.
    fn to_request(&self, base: &Url) -> Result<Request<Bytes>, InvalidRequest> {
        let mut parameters = Parameters::default();
        self.write(&mut parameters);
        parameters.into_request(Self::METHOD, Self::MANNER, base, &self.path())
    }

    /// The value of the answer.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when its status is not one of success, [`Error::NotUnderstood`] when its body is not what
    /// the documentation says.
    fn read_response(&self, response: Response<Bytes>) -> Result<Self::Response, Error> {
        read(inside(response, Self::INSIDE), &Self::ACCESS)
    }
}

pub(crate) fn read<R: Answer>(response: Response<Bytes>, access: &Access) -> Result<R, Error> {
    if !response.status().is_success() {
        let refused = Refused::from_response(response, access.scopes);
        return Err(Error::Refused(Box::new(refused)));
    }
    R::read(response).map_err(|error| Error::NotUnderstood(Box::new(error)))
}

/// Which token an endpoint wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Access {
    /// Whose token.
    pub token: TokenKind,
    /// One of these scopes, or one that contains it, is enough. None: any token will do.
    pub scopes: &'static [&'static str],
}

impl Access {
    /// No token.
    #[must_use]
    pub const fn public() -> Self {
        Self {
            token: TokenKind::None,
            scopes: &[],
        }
    }

    /// A token is not needed for what everyone may see, and shows more.
    #[must_use]
    pub const fn optional(scopes: &'static [&'static str]) -> Self {
        Self {
            token: TokenKind::Optional,
            scopes,
        }
    }

    /// The token of an application or of a user.
    #[must_use]
    pub const fn app(scopes: &'static [&'static str]) -> Self {
        Self {
            token: TokenKind::App,
            scopes,
        }
    }

    /// The token of a user.
    #[must_use]
    pub const fn user(scopes: &'static [&'static str]) -> Self {
        Self {
            token: TokenKind::User,
            scopes,
        }
    }
}

/// Whose token an endpoint wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TokenKind {
    /// None.
    None,
    /// None for what everyone may see; a user's token shows more.
    Optional,
    /// An application's or a user's.
    App,
    /// A user's.
    User,
}

/// How parameters travel, and how the next page is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Manner {
    /// The query for `GET`, `HEAD` and `DELETE`, JSON for the others.
    Plain,
    /// As [`Plain`](Self::Plain), and pages are asked for by the number of elements to skip.
    Offset,
    /// A form, as the OAuth standard has it.
    Form,
    /// A form with files.
    Multipart,
}

/// What a call carries besides its path.
///
/// `Debug` shows the names alone: the values may be passwords, or what nobody else is to read.
#[derive(Default)]
pub struct Parameters {
    values: Map<String, Value>,
    headers: HeaderMap,
    files: Vec<(&'static str, Upload)>,
    invalid: Option<InvalidRequest>,
}

impl Parameters {
    /// Sets a parameter. Lists and objects are written as the server expects them, `types[]=…` in a query.
    ///
    /// A value that is not JSON is reported when the request is built.
    pub fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        match serde_json::to_value(value) {
            Ok(value) => {
                self.values.insert(name.to_owned(), value);
            }
            Err(error) => self.refuse(InvalidRequest::parameter(name, error)),
        }
    }

    /// Sets a header. A value that no header can hold is reported when the request is built.
    pub fn set_header(&mut self, name: HeaderName, value: &str) {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(name, value);
            }
            Err(error) => self.refuse(InvalidRequest::parameter(name.as_str(), error)),
        }
    }

    /// Adds a file, for [`Manner::Multipart`].
    pub fn add_file(&mut self, name: &'static str, file: Upload) {
        self.files.push((name, file));
    }

    /// The text of a parameter.
    #[cfg(feature = "client")]
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub(crate) fn remove(&mut self, names: &[&str]) {
        self.values.retain(|name, _| !names.contains(&&**name));
    }

    fn refuse(&mut self, error: InvalidRequest) {
        self.invalid.get_or_insert(error);
    }

    pub(crate) fn into_request(
        self,
        method: Method,
        manner: Manner,
        base: &Url,
        path: &str,
    ) -> Result<Request<Bytes>, InvalidRequest> {
        if let Some(invalid) = self.invalid {
            return Err(invalid);
        }
        let mut url = base.clone();
        url.set_query(None);
        url.set_fragment(None);
        let mut uri = format!("{}{path}", url.as_str().trim_end_matches('/'));
        let mut content_type = None;
        let mut body = Bytes::new();
        let in_query = matches!(method, Method::GET | Method::HEAD | Method::DELETE);
        match manner {
            Manner::Multipart => {
                let form = multipart::encode(&pairs(&self.values), &self.files);
                content_type = Some(form.content_type);
                body = form.body;
            }
            Manner::Form => {
                content_type = Some("application/x-www-form-urlencoded".to_owned());
                body = encode(&pairs(&self.values)).into();
            }
            Manner::Plain | Manner::Offset if in_query => {
                let mut values = self.values;
                values.retain(|_, value| !value.as_array().is_some_and(Vec::is_empty));
                let query = encode(&pairs(&values));
                if !query.is_empty() {
                    uri.push('?');
                    uri.push_str(&query);
                }
            }
            Manner::Plain | Manner::Offset => {
                if !self.values.is_empty() {
                    content_type = Some("application/json".to_owned());
                    body = Value::Object(self.values).to_string().into();
                }
            }
        }
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header(ACCEPT, "application/json");
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let mut request = request
            .body(body)
            .map_err(|error| InvalidRequest::parameter("path", error))?;
        request.headers_mut().extend(self.headers);
        Ok(request)
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameters")
            .field("values", &self.values.keys().collect::<Vec<_>>())
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("files", &self.files)
            .field("invalid", &self.invalid)
            .finish()
    }
}

/// A file to send.
#[derive(Clone)]
pub struct Upload {
    bytes: Bytes,
    name: String,
    media_type: String,
}

impl Upload {
    /// A file with this content.
    ///
    /// The server looks at the content, not at the name, to find out what it is.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            name: "file".to_owned(),
            media_type: "application/octet-stream".to_owned(),
        }
    }

    /// The name of the file. Letters that a header cannot hold are written as `%` and two digits.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The media type, `image/png`.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = media_type.into();
        self
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("name", &self.name)
            .field("media_type", &self.media_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// What stands between two `/` of a path, percent-encoded: no text can change where the request goes.
#[must_use]
pub fn segment(text: &(impl fmt::Display + ?Sized)) -> String {
    let text = text.to_string();
    // A path of dots means another path, and `%2e` does too for most servers.
    if text.bytes().all(|byte| byte == b'.') {
        return text.replace('.', "%252E");
    }
    percent_encoding::utf8_percent_encode(&text, SEGMENT).to_string()
}

const SEGMENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What can be given for a parameter of type `T`: a `T`, and what is the same without doubt.
///
/// A status can stand for its id, `&str` for text.
pub trait IntoParameter<T> {
    /// The parameter.
    fn into_parameter(self) -> T;
}

impl<T> IntoParameter<T> for T {
    fn into_parameter(self) -> T {
        self
    }
}

impl IntoParameter<String> for &str {
    fn into_parameter(self) -> String {
        self.to_owned()
    }
}

impl IntoParameter<String> for &String {
    fn into_parameter(self) -> String {
        self.clone()
    }
}

impl<T, U: IntoParameter<T>, const N: usize> IntoParameter<Vec<T>> for [U; N] {
    fn into_parameter(self) -> Vec<T> {
        self.into_iter().map(U::into_parameter).collect()
    }
}

impl<'a, T, U> IntoParameter<Vec<T>> for &'a [U]
where
    &'a U: IntoParameter<T>,
{
    fn into_parameter(self) -> Vec<T> {
        self.iter().map(IntoParameter::into_parameter).collect()
    }
}

/// Names and texts as a form or query has them, in the spelling that Rails reads: `name[]`, `name[key]`.
fn pairs(values: &Map<String, Value>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in values {
        flatten(name.clone(), value, &mut found);
    }
    found
}

fn flatten(name: String, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Null => found.push((name, String::new())),
        Value::Bool(value) => found.push((name, value.to_string())),
        Value::Number(value) => found.push((name, value.to_string())),
        Value::String(value) => found.push((name, value.clone())),
        // So a form says that there is to be nothing in the list.
        Value::Array(values) if values.is_empty() => {
            found.push((format!("{name}[]"), String::new()));
        }
        Value::Array(values) => {
            for value in values {
                flatten(format!("{name}[]"), value, found);
            }
        }
        Value::Object(values) => {
            for (key, value) in values {
                flatten(format!("{name}[{key}]"), value, found);
            }
        }
    }
}

fn encode(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(json: &str) -> String {
        encode(&pairs(&serde_json::from_str(json).unwrap()))
    }

    #[test]
    fn no_value_is_shown() {
        let mut parameters = Parameters::default();
        parameters.set("password", "planted");
        parameters.set_header(http::header::AUTHORIZATION, "Bearer planted");
        let shown = format!("{parameters:?}");
        assert!(
            shown.contains("password") && !shown.contains("planted"),
            "{shown}"
        );
    }

    #[test]
    fn lists_and_objects_are_spelt_as_rails_reads_them() {
        assert_eq!(
            query(r#"{"types":["mention","poll"]}"#),
            "types%5B%5D=mention&types%5B%5D=poll"
        );
        assert_eq!(
            query(r#"{"poll":{"options":["a","b"],"expires_in":60}}"#),
            "poll%5Bexpires_in%5D=60&poll%5Boptions%5D%5B%5D=a&poll%5Boptions%5D%5B%5D=b"
        );
        assert_eq!(query(r#"{"m":[{"id":"1"}]}"#), "m%5B%5D%5Bid%5D=1");
    }

    #[test]
    fn a_segment_cannot_change_the_path() {
        assert_eq!(segment("a/b?c#d%"), "a%2Fb%3Fc%23d%25");
        assert_eq!(segment(".."), "%252E%252E");
        assert_eq!(segment("straße"), "stra%C3%9Fe");
    }
}
