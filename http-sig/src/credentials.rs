//! Fields that are for one recipient only.

use http::HeaderName;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};

/// The fields in which people send passwords, tokens and keys: those of HTTP itself, and the widely used ones of
/// frameworks, clouds and proxies. They are shown to nobody and stay behind where a request leaves its origin.
///
/// `Signature` is none: it is good for one request and a few minutes, and what covers one is compared by it.
pub(crate) const CREDENTIALS: [HeaderName; 16] = [
    AUTHORIZATION,
    PROXY_AUTHORIZATION,
    COOKIE,
    SET_COOKIE,
    HeaderName::from_static("authentication-info"),
    HeaderName::from_static("proxy-authentication-info"),
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-auth-token"),
    HeaderName::from_static("x-access-token"),
    HeaderName::from_static("x-session-token"),
    HeaderName::from_static("x-csrf-token"),
    HeaderName::from_static("x-xsrf-token"),
    HeaderName::from_static("x-amz-security-token"),
    HeaderName::from_static("x-forwarded-access-token"),
    HeaderName::from_static("cf-access-jwt-assertion"),
];
