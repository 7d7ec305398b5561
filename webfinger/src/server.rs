//! The answers of a server: WebFinger, host-meta, NodeInfo.
//!
//! Each function makes one answer from what the application's [`Directory`] says. With the feature `server`, `routes`
//! mounts them in axum.

use std::future::Future;

use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;
use url::{Url, form_urlencoded};

use crate::descriptor::{self, Descriptor};
use crate::nodeinfo::NodeInfo;
use crate::query;
use crate::rel;
use crate::resource::Resource;

/// The path of the NodeInfo document itself.
pub const NODEINFO_PATH: &str = "/nodeinfo/2.1";

/// The path of host-meta ([RFC 6415, section 2](https://www.rfc-editor.org/rfc/rfc6415#section-2)).
pub const HOST_META_PATH: &str = "/.well-known/host-meta";

/// What an application knows about its accounts and itself.
pub trait Directory: Send + Sync + 'static {
    /// Where the server is reached from outside: scheme, host and port. Its host is served too.
    fn base(&self) -> &Url;

    /// Whether handles and URLs of this host (lower-case, without port) are ours. By default: the host of
    /// [`base`](Self::base) only. Say yes to a second name if handles live on another domain than actors.
    fn serves(&self, host: &str) -> bool {
        self.base().host_str() == Some(host)
    }

    /// Finds an account or actor of ours. Compare users without regard to case. Whoever must not be found is `None`.
    fn find(&self, resource: &Resource) -> impl Future<Output = Option<Descriptor>> + Send;

    /// What the server says about itself.
    fn nodeinfo(&self) -> impl Future<Output = NodeInfo> + Send;
}

/// Answers `/.well-known/webfinger`, given the query as it stands in the URL (without `?`).
///
/// 400 without exactly one readable `resource`, 404 for other domains and for nobody. `rel` parameters select links
/// ([RFC 7033, section 4.3](https://www.rfc-editor.org/rfc/rfc7033#section-4.3)).
pub async fn webfinger<D: Directory>(directory: &D, query: Option<&str>) -> Response<Vec<u8>> {
    let Some(Query { resource, rels }) = read_query(query.unwrap_or_default()) else {
        return error(StatusCode::BAD_REQUEST);
    };
    if !resource.host().is_some_and(|host| directory.serves(host)) {
        return error(StatusCode::NOT_FOUND);
    }
    let Some(mut descriptor) = directory.find(&resource).await else {
        return error(StatusCode::NOT_FOUND);
    };
    if !rels.is_empty() {
        descriptor.links.retain(|link| rels.contains(&link.rel));
    }
    answer(descriptor::MEDIA_TYPE, descriptor.to_json().to_string())
}

/// Answers `/.well-known/host-meta`: an XRD document that says where WebFinger is.
#[must_use]
pub fn host_meta<D: Directory>(directory: &D) -> Response<Vec<u8>> {
    let template = format!(
        "{}?resource={{uri}}",
        absolute(directory.base(), query::PATH)
    );
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"{}\" type=\"{}\" template=\"{}\"/>\n</XRD>\n",
        rel::LRDD,
        descriptor::MEDIA_TYPE,
        // A serialised origin has none of the other characters that XML gives a meaning.
        template.replace('&', "&amp;"),
    );
    answer("application/xrd+xml", xml)
}

/// Answers `/.well-known/nodeinfo`: where the document is.
#[must_use]
pub fn nodeinfo_discovery<D: Directory>(directory: &D) -> Response<Vec<u8>> {
    let href = absolute(directory.base(), NODEINFO_PATH);
    answer(
        "application/json",
        json!({ "links": [{ "rel": rel::NODEINFO_2_1, "href": href }] }).to_string(),
    )
}

/// Answers [`NODEINFO_PATH`]; 500 if the application's document is not one that the schema allows.
pub async fn nodeinfo<D: Directory>(directory: &D) -> Response<Vec<u8>> {
    match directory.nodeinfo().await.to_json() {
        Ok(document) => answer(
            "application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\"",
            document.to_string(),
        ),
        Err(_) => error(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// The four routes, to be merged into an application's own.
///
/// ```
/// # use webfinger::{Descriptor, NodeInfo, Resource, server};
/// # struct Accounts(url::Url);
/// # impl server::Directory for Accounts {
/// #     fn base(&self) -> &url::Url { &self.0 }
/// #     async fn find(&self, _: &Resource) -> Option<Descriptor> { None }
/// #     async fn nodeinfo(&self) -> NodeInfo { NodeInfo::new("example", "1.0.0") }
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
    use std::sync::Arc;

    use axum::body::Body;
    use axum::extract::RawQuery;
    use axum::routing::get;

    let [for_webfinger, for_host_meta, for_discovery, for_nodeinfo] =
        std::array::from_fn(|_| Arc::clone(&directory));
    let finger = |RawQuery(query): RawQuery| async move {
        webfinger(&*for_webfinger, query.as_deref())
            .await
            .map(Body::from)
    };
    axum::Router::new()
        .route(query::PATH, get(finger))
        .route(
            HOST_META_PATH,
            get(|| async move { host_meta(&*for_host_meta).map(Body::from) }),
        )
        .route(
            crate::nodeinfo::PATH,
            get(|| async move { nodeinfo_discovery(&*for_discovery).map(Body::from) }),
        )
        .route(
            NODEINFO_PATH,
            get(|| async move { nodeinfo(&*for_nodeinfo).await.map(Body::from) }),
        )
}

struct Query {
    resource: Resource,
    rels: Vec<String>,
}

fn read_query(query: &str) -> Option<Query> {
    let mut resource = None;
    let mut rels = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "resource" if resource.is_some() => return None,
            "resource" => resource = Some(Resource::parse(&value).ok()?),
            "rel" => rels.push(value.into_owned()),
            _ => {}
        }
    }
    Some(Query {
        resource: resource?,
        rels,
    })
}

fn absolute(base: &Url, path: &str) -> String {
    format!("{}{path}", base.origin().ascii_serialization())
}

fn answer(media_type: &'static str, body: String) -> Response<Vec<u8>> {
    respond(StatusCode::OK, media_type, body)
}

fn error(status: StatusCode) -> Response<Vec<u8>> {
    respond(
        status,
        "text/plain; charset=utf-8",
        status.canonical_reason().unwrap_or_default().to_owned(),
    )
}

/// Everything here is public and meant for scripts of any page (RFC 7033, section 5).
fn respond(status: StatusCode, media_type: &'static str, body: String) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
