//! The URI as it came, kept while routers rewrite it.

use std::task::{Context, Poll};

use http::{Request, Uri};
use tower_layer::Layer;
use tower_service::Service;

/// The URI of a request as it came over the wire, in its extensions. [`WireUriLayer`] puts it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireUri(pub(super) Uri);

impl WireUri {
    /// The URI.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0
    }
}

/// Keeps the URI of each request as it came. Put it outermost where a [`VerifyLayer`](super::VerifyLayer) stands inside
/// something that rewrites URIs, such as `Router::nest` of axum, which strips the prefix.
///
/// A URI that is there already is left as it is.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct WireUriLayer;

impl WireUriLayer {
    /// The layer.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for WireUriLayer {
    type Service = WireUriService<S>;

    fn layer(&self, inner: S) -> WireUriService<S> {
        WireUriService { inner }
    }
}

/// A service behind a [`WireUriLayer`].
#[derive(Clone, Debug)]
pub struct WireUriService<S> {
    inner: S,
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for WireUriService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if request.extensions().get::<WireUri>().is_none() {
            let uri = WireUri(request.uri().clone());
            request.extensions_mut().insert(uri);
        }
        self.inner.call(request)
    }
}
