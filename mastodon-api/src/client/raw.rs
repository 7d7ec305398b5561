//! Requests that no row of [`methods`](crate::methods) makes.

use std::fmt;

use bytes::Bytes;
use http::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, HeaderName,
    HeaderValue, TRANSFER_ENCODING,
};
use http::{Method, Request, Uri};
use serde::Serialize;
use url::Url;

use super::{Answered, Client, Items, Pages};
use crate::endpoint::{self, Access, Answer, Manner, Parameters, Upload};
use crate::error::{Error, InvalidRequest};
use crate::page::{Cursor, Page};

impl Client {
    /// A request that no call of [`methods`](crate::methods) makes: for what other programs have of their own, and for
    /// what this version does not know.
    ///
    /// `path` begins with `/` and is on this server, to which alone the token goes. What comes from outside is put
    /// into it with [`endpoint::segment`](crate::endpoint::segment).
    ///
    /// ```no_run
    /// use http::Method;
    /// use mastodon_api::{Client, endpoint::Json};
    ///
    /// # async fn react(client: Client) -> Result<(), mastodon_api::Error> {
    /// let Json(reactions): Json<serde_json::Value> = client
    ///     .request(Method::GET, "/api/v1/pleroma/statuses/9y/reactions")
    ///     .query("with_muted", true)
    ///     .send()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest {
            client: self.clone(),
            method,
            path: path.into(),
            query: Vec::new(),
            json: None,
            fields: Parameters::default(),
            has_fields: false,
            has_files: false,
            headers: Vec::new(),
            invalid: None,
        }
    }
}

/// A request that no call of [`methods`](crate::methods) makes. See [`Client::request`].
///
/// Limits, retries and errors are those of all calls; only the scopes are not known before.
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest {
    client: Client,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    json: Option<Bytes>,
    fields: Parameters,
    has_fields: bool,
    has_files: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
    invalid: Option<InvalidRequest>,
}

/// Headers that are not the caller's business.
const RESERVED: [HeaderName; 6] = [
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    COOKIE,
    HOST,
    TRANSFER_ENCODING,
];

impl RawRequest {
    /// Adds a parameter to the query. The same name may come more than once.
    pub fn query(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// A body of JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.json = Some(body.into()),
            Err(error) => self.refuse(InvalidRequest::parameter("json", error)),
        }
        self
    }

    /// Adds a field to a body that is a form; one with files if there is a [`file`](Self::file).
    pub fn field(mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Self {
        self.fields.set(name, value);
        self.has_fields = true;
        self
    }

    /// Adds a file to a body that is a form.
    pub fn file(mut self, name: &'static str, file: Upload) -> Self {
        self.fields.add_file(name, file);
        self.has_files = true;
        self
    }

    /// Sets a header. The token, cookies and what concerns the connection are not the caller's to set.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(_)) if RESERVED.contains(&name) => {
                let why = "this header is the client's own";
                self.refuse(InvalidRequest::parameter(name.as_str(), why));
            }
            (Ok(name), Ok(value)) => self.headers.push((name, value)),
            (Err(error), _) => self.refuse(InvalidRequest::parameter("header", error)),
            (_, Err(error)) => self.refuse(InvalidRequest::parameter(name, error)),
        }
        self
    }

    /// Sends it and reads the answer: as an entity, as [`Json`](crate::endpoint::Json) of a type of your own, as
    /// [`Text`](crate::endpoint::Text) or [`Empty`](crate::endpoint::Empty), or as a [`Page`] of entities.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn send<T: Answer>(self) -> Result<T, Error> {
        self.send_full().await.map(|answered| answered.value)
    }

    /// Sends it and reads the answer as a page of elements.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn page<T>(self) -> Result<Page<T>, Error>
    where
        Page<T>: Answer,
    {
        self.send().await
    }

    /// Sends it and gives the body of the answer as it came.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.send::<Raw>().await.map(|raw| raw.0)
    }

    /// Sends it and reads the answer, with all that came with it.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`].
    pub async fn send_full<T: Answer>(self) -> Result<Answered<T>, Error> {
        let client = self.client.clone();
        let request = self.into_request()?;
        // Its path may be nobody's business.
        let response = Box::pin(client.send_patiently("of a raw request", request)).await?;
        client.answered(response, |response| {
            client.read(response, None, |response| {
                endpoint::read(response, &Access::public())
            })
        })
    }

    /// The pages of a list, one after the other, as far as the header `Link` leads. As [`Client::pages`].
    ///
    /// # Errors
    ///
    /// When it cannot be sent as it is, or is no `GET`.
    pub fn pages<T>(self) -> Result<Pages<T>, Error>
    where
        Page<T>: Answer,
        T: Send + 'static,
    {
        let client = self.client.clone();
        if self.method != Method::GET {
            let why = "pages are for reading: make it a GET";
            return Err(InvalidRequest::parameter("method", why).into());
        }
        let request = self.into_request()?;
        Ok(Pages::of_links(move |at| {
            let (client, mut request) = (client.clone(), request.clone());
            async move {
                if let Some(cursor) = at {
                    *request.uri_mut() = moved(request.uri(), &cursor)?;
                }
                let name = "of a raw request";
                let response = Box::pin(client.send_patiently(name, request)).await?;
                client.read(response, None, |response| {
                    endpoint::read(response, &Access::public())
                })
            }
        }))
    }

    /// The elements of a list, one after the other, as far as the header `Link` leads. As [`Client::items`].
    ///
    /// # Errors
    ///
    /// When it cannot be sent as it is, or is no `GET`.
    pub fn items<T>(self) -> Result<Items<T>, Error>
    where
        Page<T>: Answer,
        T: Send + 'static,
    {
        self.pages().map(Items::of)
    }

    fn into_request(self) -> Result<Request<Bytes>, InvalidRequest> {
        if let Some(invalid) = self.invalid {
            return Err(invalid);
        }
        let mut url = checked(self.client.base(), &self.path)?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let has_form = self.has_fields || self.has_files;
        let mut request = match self.json {
            Some(_) if has_form => {
                let why = "a body is JSON or a form, not both";
                return Err(InvalidRequest::parameter("json", why));
            }
            Some(json) => Request::builder()
                .method(self.method)
                .header(ACCEPT, "application/json")
                .header(CONTENT_TYPE, "application/json")
                .body(json)
                .map_err(|error| InvalidRequest::parameter("method", error))?,
            None => {
                let manner = match (self.has_files, has_form) {
                    (true, _) => Manner::Multipart,
                    (_, true) => Manner::Form,
                    _ => Manner::Plain,
                };
                let (base, path) = (self.client.base(), &self.path);
                self.fields.into_request(self.method, manner, base, path)?
            }
        };
        *request.uri_mut() = url
            .as_str()
            .parse()
            .map_err(|error| InvalidRequest::parameter("path", error))?;
        request.headers_mut().extend(self.headers);
        Ok(request)
    }

    fn refuse(&mut self, error: InvalidRequest) {
        self.invalid.get_or_insert(error);
    }
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query, a body or a header may hold a secret.
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The URL of a path on this server.
fn checked(base: &Url, path: &str) -> Result<Url, InvalidRequest> {
    let refuse = |why: &'static str| InvalidRequest::parameter("path", why);
    if !path.starts_with('/') {
        return Err(refuse("it is not a path on this server: begin it with `/`"));
    }
    if path.contains(['?', '#']) {
        return Err(refuse(
            "it is more than a path: give parameters with `query`",
        ));
    }
    let url = base
        .join(path)
        .map_err(|_| refuse("it is not a path on this server"))?;
    // What reading the URL changed would go somewhere else than it seems to.
    if url.origin() != base.origin() || url.path() != path {
        return Err(refuse(
            "it leads elsewhere than it says: fill it in with `endpoint::segment`, without `..`",
        ));
    }
    Ok(url)
}

/// The same address, at another place of its list.
fn moved(uri: &Uri, cursor: &Cursor) -> Result<Uri, InvalidRequest> {
    let wrong = |_| InvalidRequest::parameter("path", "it has no pages");
    let mut url = Url::parse(&uri.to_string()).map_err(wrong)?;
    cursor.put_into(&mut url);
    let moved = url.as_str().parse();
    moved.map_err(|error| InvalidRequest::parameter("path", error))
}

/// The body as it came.
struct Raw(Bytes);

impl Answer for Raw {
    fn read(response: http::Response<Bytes>) -> Result<Self, crate::error::NotUnderstood> {
        Ok(Self(response.into_body()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_on_the_server() {
        let base: Url = "https://mastodon.example".parse().unwrap();
        for good in [
            "/",
            "/api/v1/x",
            "/api/v1/pleroma/9y/%F0%9F%98%80",
            "/a/b.c/@d",
        ] {
            assert!(checked(&base, good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "api/v1/x",
            "https://evil.example/",
            "//evil.example/x",
            "/\\evil.example/x",
            "/\t/evil.example",
            "/api/../admin",
            "/api/%2e%2e/admin",
            "/api/./x",
            "/x?y=z",
            "/x#y",
            "/x\r\nHost: evil.example",
            "/straße",
        ] {
            let error = checked(&base, bad).unwrap_err();
            assert_eq!(error.name, "path", "{bad}");
        }
    }
}
