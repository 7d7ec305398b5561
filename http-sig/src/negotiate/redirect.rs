//! A signed request whose target has moved.

use http::header::HOST;
use http::{Method, Request, StatusCode, Uri};

use crate::credentials::CREDENTIALS;
use crate::negotiate::memory::Origin;
use crate::verify::{SIGNATURE, SIGNATURE_INPUT};

/// Where a signed request goes next that was answered with a redirect: as a new request, which must be signed anew. A
/// signature names its target, so the old one is worth nothing there and must not be shown to a stranger.
///
/// - A GET or HEAD follows anywhere, but from `https` to `http`. If it has a body, keep it on its own
///   [origin](Self::is_other_origin), for the reason of the next line.
/// - A POST, or whatever else changes something, follows 307 and 308 on its own origin. To another origin it would hand a
///   body to a server that the sender did not choose; and with 301, 302 and 303 clients differ in whether it becomes a GET.
///
/// How many redirects are followed is for the caller to bound; Mastodon follows three. So is whether the target may be
/// reached at all: an address of a private network is refused only by the client.
///
/// ```
/// use http::{Method, StatusCode, Uri};
/// use http_sig::negotiate::{Redirect, RedirectRefused};
///
/// let inbox = Uri::from_static("https://example.org/inbox");
/// let to = |location| Redirect::new(&Method::POST, &inbox, StatusCode::PERMANENT_REDIRECT, &Uri::from_static(location));
/// assert_eq!(to("https://example.org/ap/inbox")?.target().path(), "/ap/inbox");
/// assert_eq!(to("https://evil.example/inbox"), Err(RedirectRefused::OtherOrigin));
/// # Ok::<(), RedirectRefused>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    target: Uri,
    other_origin: bool,
}

impl Redirect {
    /// Decides about a redirect of a request with this method, which was sent `from` an absolute URI, to the target that
    /// `Location` gives. A relative reference must be resolved before, but for a plain path (`/inbox`).
    ///
    /// # Errors
    /// [`RedirectRefused`] if it must not be followed; then the redirect is the answer.
    pub fn new(
        method: &Method,
        from: &Uri,
        status: StatusCode,
        location: &Uri,
    ) -> Result<Self, RedirectRefused> {
        let safe = matches!(*method, Method::GET | Method::HEAD);
        match status {
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => {}
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER if safe => {}
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => {
                return Err(RedirectRefused::MethodUnclear);
            }
            _ => return Err(RedirectRefused::NotARedirect),
        }
        let target = resolve(from, location).ok_or(RedirectRefused::Target)?;
        if target
            .authority()
            .is_none_or(|authority| authority.as_str().contains('@'))
        {
            return Err(RedirectRefused::Target);
        }
        let [old, new] = [from, &target].map(Origin::of_uri);
        let new = new.ok_or(RedirectRefused::Target)?;
        let other_origin = old.as_ref() != Some(&new);
        if from.scheme_str() != Some("http") && target.scheme_str() == Some("http") {
            return Err(RedirectRefused::Downgrade);
        }
        if other_origin && !safe {
            return Err(RedirectRefused::OtherOrigin);
        }
        Ok(Self {
            target,
            other_origin,
        })
    }

    /// The absolute URI to ask next.
    #[must_use]
    pub fn target(&self) -> &Uri {
        &self.target
    }

    /// Whether that is another scheme, host or port.
    #[must_use]
    pub fn is_other_origin(&self) -> bool {
        self.other_origin
    }

    /// Makes the request one to the new target, with the same method and body and without what was meant for the old one:
    /// its signature and `Host`, and on another origin its credentials: `Authorization`, `Proxy-Authorization`, `Cookie`, and
    /// widely used ones such as `X-Api-Key`, `X-Auth-Token` and `X-Csrf-Token`. A field of your own that holds a secret is
    /// yours to remove. Then sign it.
    pub fn apply<B>(&self, request: &mut Request<B>) {
        *request.uri_mut() = self.target.clone();
        let headers = request.headers_mut();
        for name in [HOST, SIGNATURE, SIGNATURE_INPUT] {
            headers.remove(name);
        }
        if self.other_origin {
            for name in CREDENTIALS {
                headers.remove(name);
            }
        }
    }
}

/// Why a redirect of a signed request must not be followed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RedirectRefused {
    /// The status is none of 301, 302, 303, 307 and 308.
    #[error("the status is not one of a redirect that can be followed")]
    NotARedirect,
    /// A request that changes something was answered with 301, 302 or 303.
    #[error("a request that changes something follows only 307 and 308, which keep its method")]
    MethodUnclear,
    /// A request that changes something, or has a body, would go to another origin.
    #[error("a request that changes something, or has a body, does not follow to another server")]
    OtherOrigin,
    /// From `https` to `http`.
    #[error("the redirect leads from https to http")]
    Downgrade,
    /// The target is not an absolute `http` or `https` URI without credentials.
    #[error("the target of the redirect is not an absolute http or https URL without credentials")]
    Target,
}

fn resolve(from: &Uri, location: &Uri) -> Option<Uri> {
    if location.authority().is_some() {
        return Some(location.clone());
    }
    let path = location.path();
    // What begins with two slashes names a host, which this type reads as a path.
    if !path.starts_with('/') || path.starts_with("//") {
        return None;
    }
    let mut parts = from.clone().into_parts();
    parts.path_and_query = location.path_and_query().cloned();
    Uri::from_parts(parts).ok()
}
