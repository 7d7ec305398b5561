//! A request: its path, its method, its query.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Method, Request, Response, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use tower_service::Service;

use super::{Directory, MAX_QUERY, NODEINFO, error, options, without_body};
use crate::resource::Resource;
use crate::{host_meta, nodeinfo, query};

/// Answers every request for the paths of [this module](super), as a `tower` service; other paths with 404.
///
/// `GET` and `HEAD` are answered, `OPTIONS` with what any page's script may ask, other methods with 405. The body of the
/// request is not read. The body of the answer is bytes, of which every framework makes its own kind of body: under hyper,
/// `ServiceExt::<Request<Incoming>>::map_response(answers, |response| response.map(Full::<Bytes>::from))`.
///
/// ```
/// # use webfinger::{Descriptor, NodeInfo, Resource, server};
/// # struct Accounts(url::Url);
/// # impl server::Directory for Accounts {
/// #     fn base(&self) -> &url::Url { &self.0 }
/// #     async fn find(&self, _: &Resource) -> Result<Option<Descriptor>, server::Unavailable> { Ok(None) }
/// #     async fn nodeinfo(&self) -> Result<NodeInfo, server::Unavailable> { Ok(NodeInfo::new("example", "1.0.0")) }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let accounts = Accounts("https://example.com".parse().unwrap());
/// use tower::ServiceExt as _;
///
/// let answers = server::Answers::new(std::sync::Arc::new(accounts));
/// let request = http::Request::get("/.well-known/nodeinfo").body(()).unwrap();
/// let response = answers.oneshot(request).await.unwrap();
/// assert_eq!(response.status(), 200);
/// # }
/// ```
pub struct Answers<D> {
    directory: Arc<D>,
}

impl<D: Directory> Answers<D> {
    /// Answers from this directory.
    #[must_use]
    pub fn new(directory: Arc<D>) -> Self {
        Self { directory }
    }

    /// Answers a request with this method and target.
    pub async fn answer(&self, method: &Method, uri: &Uri) -> Response<Vec<u8>> {
        let directory = &*self.directory;
        let path = uri.path();
        if !super::paths().any(|served| served == path) {
            return error(StatusCode::NOT_FOUND);
        }
        match *method {
            Method::GET | Method::HEAD => {}
            Method::OPTIONS => return options(StatusCode::NO_CONTENT),
            _ => return options(StatusCode::METHOD_NOT_ALLOWED),
        }
        let response = match path {
            query::PATH => super::webfinger(directory, uri.query()).await,
            host_meta::PATH => super::host_meta(directory),
            host_meta::JSON_PATH => super::host_meta_json(directory),
            nodeinfo::PATH => super::nodeinfo_discovery(directory),
            _ => match NODEINFO.iter().find(|(_, served, _)| *served == path) {
                Some((version, ..)) => super::nodeinfo(directory, *version).await,
                None => error(StatusCode::NOT_FOUND),
            },
        };
        if *method == Method::HEAD {
            return without_body(response);
        }
        response
    }
}

impl<D> Clone for Answers<D> {
    fn clone(&self) -> Self {
        Self {
            directory: Arc::clone(&self.directory),
        }
    }
}

impl<D> fmt::Debug for Answers<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}

impl<D: Directory, B> Service<Request<B>> for Answers<D> {
    type Response = Response<Vec<u8>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answers = self.clone();
        let (method, uri) = (request.method().clone(), request.uri().clone());
        Box::pin(async move { Ok(answers.answer(&method, &uri).await) })
    }
}

/// What a WebFinger request asks.
pub(super) struct Query {
    pub(super) resource: Resource,
    pub(super) rels: Vec<String>,
}

pub(super) enum InvalidQuery {
    TooLong,
    Unreadable,
}

impl Query {
    pub(super) fn read(query: &str) -> Result<Self, InvalidQuery> {
        if query.len() > MAX_QUERY {
            return Err(InvalidQuery::TooLong);
        }
        let mut resource = None;
        let mut rels = Vec::new();
        for parameter in query.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let name = decode(name).ok_or(InvalidQuery::Unreadable)?;
            let value = decode(value).ok_or(InvalidQuery::Unreadable)?;
            match name.as_str() {
                "resource" if resource.is_some() => return Err(InvalidQuery::Unreadable),
                "resource" => {
                    // Parsing a URL would take tabs and line ends out.
                    if value.contains(|c: char| c.is_control()) {
                        return Err(InvalidQuery::Unreadable);
                    }
                    let read = Resource::parse(&value).map_err(|_| InvalidQuery::Unreadable)?;
                    resource = Some(read);
                }
                "rel" => rels.push(value),
                _ => {}
            }
        }
        let resource = resource.ok_or(InvalidQuery::Unreadable)?;
        Ok(Self { resource, rels })
    }
}

/// Not as forms do it: RFC 7033 (section 4.1) has percent-encoding only, and `a+b` is a user.
fn decode(text: &str) -> Option<String> {
    let is_sound = text.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    is_sound.then(|| decoded.into_owned())
}
