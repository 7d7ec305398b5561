//! The URL that a WebFinger query is sent to.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::resource::{Handle, Resource};

/// The path of WebFinger ([RFC 7033, section 10.1](https://www.rfc-editor.org/rfc/rfc7033#section-10.1)).
pub const PATH: &str = "/.well-known/webfinger";

/// Where to ask about a handle: the handle's own host, over `https`.
///
/// ```
/// let handle: webfinger::Handle = "bob@example.com".parse()?;
/// assert_eq!(
///     webfinger::query::url(&handle).unwrap().as_str(),
///     "https://example.com/.well-known/webfinger?resource=acct%3Abob%40example.com",
/// );
/// # Ok::<(), webfinger::InvalidHandle>(())
/// ```
///
/// # Errors
///
/// None that a parsed handle is known to cause; its host would have to be one that URLs cannot hold.
pub fn url(handle: &Handle) -> Result<Url, url::ParseError> {
    at(
        "https",
        &handle.authority(),
        &Resource::Acct(handle.clone()),
    )
}

/// Where to ask a given host about a resource.
///
/// # Errors
///
/// Scheme and authority do not make a URL.
pub fn at(scheme: &str, authority: &str, resource: &Resource) -> Result<Url, url::ParseError> {
    let resource = resource.to_string();
    Url::parse(&format!(
        "{scheme}://{authority}{PATH}?resource={}",
        utf8_percent_encode(&resource, ENCODED)
    ))
}

/// RFC 7033, section 4.1: everything but unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
