//! The answers of a server: WebFinger, host-meta, NodeInfo.
//!
//! The application says what it knows with a [`Directory`]. [`Answers`] is a `tower` service over it, for any framework;
//! with the feature `server`, `routes` mounts it in axum; and each answer is a function of its own, which makes an
//! `http::Response`.
//!
//! | path | answer |
//! | --- | --- |
//! | `/.well-known/webfinger` | [`webfinger`] |
//! | `/.well-known/host-meta` | [`host_meta()`] |
//! | `/.well-known/host-meta.json` | [`host_meta_json`] |
//! | `/.well-known/nodeinfo` | [`nodeinfo_discovery`] |
//! | `/nodeinfo/2.0`, `/nodeinfo/2.1`, `/nodeinfo/2.2` | [`nodeinfo`] |
//!
//! All of them may be read by scripts of any page (RFC 7033, section 5), and be cached: an hour, and three minutes that nobody was
//! found, so that whoever signs up now is found soon. What went wrong here is not cached. WebFinger tells anybody which accounts exist, one question at a time; whoever
//! must not be found is `None` to the [`Directory`], and is answered like nobody.

mod request;

use std::future::Future;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW,
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE,
};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;
use url::Url;

pub use self::request::Answers;
use self::request::{InvalidQuery, Query};
use crate::descriptor::{self, Descriptor, Link};
use crate::host_meta;
use crate::nodeinfo::{NodeInfo, Version};
use crate::query;
use crate::rel;
use crate::resource::Resource;

/// The longest query of a WebFinger request, in bytes; a longer one is answered with 414: 8 KiB.
pub const MAX_QUERY: usize = 8 * 1024;

/// The application cannot say now, because its database does not answer for instance. Whoever asked gets 503, which nobody
/// takes for "there is no such account"; why is for the application to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the application cannot say now")]
// It never says more to strangers.
#[allow(clippy::exhaustive_structs)]
pub struct Unavailable;

/// What an application knows about its accounts and itself.
pub trait Directory: Send + Sync + 'static {
    /// Where the server is reached from outside: scheme, host and port. Its host is served too.
    fn base(&self) -> &Url;

    /// Whether handles and URLs of this host (lower-case, without port) are ours. By default: the host of
    /// [`base`](Self::base) only.
    ///
    /// Say yes to a second name if handles live on another domain than actors, and send that domain's WebFinger requests here: by a redirect
    /// of `/.well-known/webfinger` with its query, or by answering on both. The `subject` of every descriptor is then
    /// the handle at the domain of handles, whatever was asked.
    fn serves(&self, host: &str) -> bool {
        self.base().host_str() == Some(host)
    }

    /// Finds an account or actor of ours. Compare users without regard to case. Whoever must not be found is `None`.
    ///
    /// Whoever moved away stays, for it is the actor document that says so.
    ///
    /// # Errors
    ///
    /// The application cannot say now.
    fn find(
        &self,
        resource: &Resource,
    ) -> impl Future<Output = Result<Option<Descriptor>, Unavailable>> + Send;

    /// Whether somebody who was not found has been here, and is gone for good: 410 instead of 404, which lets others forget the
    /// account. By default nobody has.
    ///
    /// # Errors
    ///
    /// The application cannot say now.
    fn is_gone(
        &self,
        resource: &Resource,
    ) -> impl Future<Output = Result<bool, Unavailable>> + Send {
        let _ = resource;
        std::future::ready(Ok(false))
    }

    /// The id of the actor that stands for the server itself, if there is one.
    ///
    /// It is in the NodeInfo discovery
    /// ([FEP-2677](https://codeberg.org/fediverse/fep/src/branch/main/fep/2677/fep-2677.md)), and WebFinger says it to
    /// whoever asks about the server's own origin
    /// ([FEP-d556](https://codeberg.org/fediverse/fep/src/branch/main/fep/d556/fep-d556.md)) unless
    /// [`find`](Self::find) knows better.
    fn application_actor(&self) -> Option<Url> {
        None
    }

    /// What the server says about itself.
    ///
    /// # Errors
    ///
    /// The application cannot say now.
    fn nodeinfo(&self) -> impl Future<Output = Result<NodeInfo, Unavailable>> + Send;
}

/// Answers `/.well-known/webfinger`, given the query as it stands in the URL (without `?`).
///
/// 400 without exactly one readable `resource`, 404 for other domains and for nobody, 410 for who is gone, 414 for more than
/// [`MAX_QUERY`], 503 if the application is [`Unavailable`]. `rel` parameters select links ([RFC 7033, section
/// 4.3](https://www.rfc-editor.org/rfc/rfc7033#section-4.3)). A `+` is a `+`.
pub async fn webfinger<D: Directory>(directory: &D, query: Option<&str>) -> Response<Vec<u8>> {
    let Query { resource, rels } = match Query::read(query.unwrap_or_default()) {
        Ok(query) => query,
        Err(InvalidQuery::TooLong) => return error(StatusCode::URI_TOO_LONG),
        Err(InvalidQuery::Unreadable) => return error(StatusCode::BAD_REQUEST),
    };
    // Nothing is looked up for strangers.
    if !resource.host().is_some_and(|host| directory.serves(host)) {
        return error(StatusCode::NOT_FOUND);
    }
    let Ok(found) = directory.find(&resource).await else {
        return error(StatusCode::SERVICE_UNAVAILABLE);
    };
    let Some(mut descriptor) = found.or_else(|| server_itself(directory, &resource)) else {
        return error(match directory.is_gone(&resource).await {
            Ok(true) => StatusCode::GONE,
            Ok(false) => StatusCode::NOT_FOUND,
            Err(Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        });
    };
    if !rels.is_empty() {
        descriptor.links.retain(|link| rels.contains(&link.rel));
    }
    answer(descriptor::MEDIA_TYPE, descriptor.to_json().to_string())
}

/// Answers `/.well-known/host-meta`: an XRD document that says where WebFinger is
/// ([RFC 6415](https://www.rfc-editor.org/rfc/rfc6415#section-2)).
#[must_use]
pub fn host_meta<D: Directory>(directory: &D) -> Response<Vec<u8>> {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"{}\" type=\"{}\" template=\"{}\"/>\n</XRD>\n",
        rel::LRDD,
        descriptor::MEDIA_TYPE,
        // A URL may have these two in its host, and no other that XML gives a meaning.
        template(directory)
            .replace('&', "&amp;")
            .replace('"', "&quot;"),
    );
    answer("application/xrd+xml", xml)
}

/// Answers `/.well-known/host-meta.json`: the same in JSON
/// ([RFC 6415](https://www.rfc-editor.org/rfc/rfc6415#section-3)).
#[must_use]
pub fn host_meta_json<D: Directory>(directory: &D) -> Response<Vec<u8>> {
    let link = Link::new(rel::LRDD)
        .media_type(descriptor::MEDIA_TYPE)
        .template(template(directory));
    let document = Descriptor::default().link(link);
    answer("application/json", document.to_json().to_string())
}

/// Answers `/.well-known/nodeinfo`: where the documents are, and the server's own actor.
#[must_use]
pub fn nodeinfo_discovery<D: Directory>(directory: &D) -> Response<Vec<u8>> {
    let base = directory.base();
    let mut links: Vec<_> = NODEINFO
        .iter()
        .map(|(version, path, _)| json!({ "rel": version.rel(), "href": absolute(base, path) }))
        .collect();
    if let Some(actor) = directory.application_actor() {
        links.push(json!({ "rel": rel::APPLICATION_ACTOR, "href": actor.as_str() }));
    }
    answer("application/json", json!({ "links": links }).to_string())
}

/// Answers `/nodeinfo/2.0`, `/nodeinfo/2.1` and `/nodeinfo/2.2`; 500 if the application's document is not one that the
/// schema allows, 503 if the application is [`Unavailable`]. Versions 1.0 and 1.1 are only read: 404.
pub async fn nodeinfo<D: Directory>(directory: &D, version: Version) -> Response<Vec<u8>> {
    let Some((_, _, media_type)) = NODEINFO.iter().find(|(served, ..)| *served == version) else {
        return error(StatusCode::NOT_FOUND);
    };
    let Ok(document) = directory.nodeinfo().await else {
        return error(StatusCode::SERVICE_UNAVAILABLE);
    };
    match document.write(version) {
        Ok(document) => answer(media_type, document.to_string()),
        Err(_) => error(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// The paths of [`Answers`], for frameworks that want to be told.
pub fn paths() -> impl Iterator<Item = &'static str> {
    let well_known = [
        query::PATH,
        host_meta::PATH,
        host_meta::JSON_PATH,
        crate::nodeinfo::PATH,
    ];
    let documents = NODEINFO.iter().map(|(_, path, _)| *path);
    well_known.into_iter().chain(documents)
}

/// The routes of [`Answers`], to be merged into an application's own.
///
/// ```
/// # use webfinger::{Descriptor, NodeInfo, Resource, server};
/// # struct Accounts(url::Url);
/// # impl server::Directory for Accounts {
/// #     fn base(&self) -> &url::Url { &self.0 }
/// #     async fn find(&self, _: &Resource) -> Result<Option<Descriptor>, server::Unavailable> { Ok(None) }
/// #     async fn nodeinfo(&self) -> Result<NodeInfo, server::Unavailable> { Ok(NodeInfo::new("example", "1.0.0")) }
/// # }
/// # let accounts = std::sync::Arc::new(Accounts("https://example.com".parse().unwrap()));
/// let app: axum::Router = axum::Router::new().merge(server::routes(accounts));
/// ```
#[cfg(feature = "server")]
pub fn routes<D, S>(directory: std::sync::Arc<D>) -> axum::Router<S>
where
    D: Directory,
    S: Clone + Send + Sync + 'static,
{
    let answers = Answers::new(directory);
    let mut router = axum::Router::new();
    for path in paths() {
        let answers = answers.clone();
        let answer = |method: http::Method, uri: http::Uri| async move {
            answers
                .answer(&method, &uri)
                .await
                .map(axum::body::Body::from)
        };
        router = router.route(path, axum::routing::any(answer));
    }
    router
}

fn server_itself<D: Directory>(directory: &D, resource: &Resource) -> Option<Descriptor> {
    let Resource::Url(url) = resource else {
        return None;
    };
    let is_origin =
        url.origin() == directory.base().origin() && url.path() == "/" && url.query().is_none();
    let actor = directory.application_actor().filter(|_| is_origin)?;
    let link = Link::to_actor(actor);
    Some(Descriptor::new(url.as_str()).link(Link {
        rel: rel::SERVER_ACTOR.to_owned(),
        ..link
    }))
}

fn template<D: Directory>(directory: &D) -> String {
    absolute(directory.base(), query::PATH) + "?resource={uri}"
}

fn absolute(base: &Url, path: &str) -> String {
    format!("{}{path}", base.origin().ascii_serialization())
}

fn answer(media_type: &'static str, body: String) -> Response<Vec<u8>> {
    respond(StatusCode::OK, media_type, "public, max-age=3600", body)
}

fn error(status: StatusCode) -> Response<Vec<u8>> {
    let cached = match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => "public, max-age=180",
        _ => "no-store",
    };
    let text = status.canonical_reason().unwrap_or_default().to_owned();
    respond(status, "text/plain; charset=utf-8", cached, text)
}

fn respond(
    status: StatusCode,
    media_type: &'static str,
    cached: &'static str,
    body: String,
) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cached));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// What a path answers to other methods than `GET`.
fn options(status: StatusCode) -> Response<Vec<u8>> {
    const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(ALLOW, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    response
}

/// The head of a response without its body, with the length that the body would have had.
fn without_body(response: Response<Vec<u8>>) -> Response<Vec<u8>> {
    let (mut head, body) = response.into_parts();
    head.headers.insert(CONTENT_LENGTH, body.len().into());
    Response::from_parts(head, Vec::new())
}

/// The NodeInfo documents, in the order of their links: some readers take the first one, and 2.1 is known to all.
const NODEINFO: [(Version, &str, &str); 3] = [
    (
        Version::V2_1,
        "/nodeinfo/2.1",
        "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"",
    ),
    (
        Version::V2_0,
        "/nodeinfo/2.0",
        "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.0#\"",
    ),
    (
        Version::V2_2,
        "/nodeinfo/2.2",
        "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.2#\"",
    ),
];
