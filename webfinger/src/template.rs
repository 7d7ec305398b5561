//! URLs with gaps that somebody else fills: `https://example.com/follow?uri={uri}`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use url::Url;

/// The longest template, in bytes.
pub const MAX_TEMPLATE: usize = 4096;

/// The longest URL that is made of one, in bytes: 64 KiB.
pub const MAX_URL: usize = 64 * 1024;

/// Why a template makes no URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTemplate {
    /// The template is longer than [`MAX_TEMPLATE`], or the URL than [`MAX_URL`].
    #[error("the template, or what it becomes, is too long")]
    TooLong,
    /// A brace without its partner, or an expression that is no plain name.
    #[error("the template has a gap that cannot be filled")]
    Gap,
    /// It does not begin with `https://` and a host.
    #[error("the template is not an absolute https URL")]
    NotHttps,
    /// Whoever fills the gaps would choose the host.
    #[error("the template has a gap where its host should be")]
    Host,
    /// It carries a user name or a password.
    #[error("the template has credentials")]
    Credentials,
    /// The gap that is meant to be filled is not there.
    #[error("the template has no gap for what was asked")]
    NoGap,
    /// The gap is in the fragment, or `..` takes it away again, so what it is filled with would not reach the server.
    #[error("the template has its gap where it does not reach the server")]
    Lost,
}

/// Fills the gaps with percent-encoded values ([RFC 6570, section 3.2.2](https://www.rfc-editor.org/rfc/rfc6570#section-3.2.2));
/// what has no value becomes empty. `https` only, besides plain `http` for the hosts that the second function names.
pub(crate) fn fill<'v>(
    template: &str,
    value: impl Fn(&str) -> Option<&'v str>,
    plain_http: impl Fn(&str) -> bool,
) -> Result<Url, InvalidTemplate> {
    if template.len() > MAX_TEMPLATE {
        return Err(InvalidTemplate::TooLong);
    }
    let (_, rest) = template
        .split_once("://")
        .filter(|(scheme, _)| {
            scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
        })
        .ok_or(InvalidTemplate::NotHttps)?;
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    // A URL takes what follows more slashes, or a line's end, for its host.
    if authority.contains(['{', '}']) || authority.trim_ascii().is_empty() {
        return Err(InvalidTemplate::Host);
    }
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(InvalidTemplate::Gap)?;
        if before.contains('}') || !is_name(name) {
            return Err(InvalidTemplate::Gap);
        }
        filled.push_str(before);
        for part in encoded(value(name).unwrap_or_default()) {
            filled.push_str(part);
            if filled.len() > MAX_URL {
                return Err(InvalidTemplate::TooLong);
            }
        }
        rest = after;
    }
    if rest.contains('}') {
        return Err(InvalidTemplate::Gap);
    }
    filled.push_str(rest);
    check(&filled, plain_http)
}

/// A value as it stands in a gap.
pub(crate) fn encoded(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, ENCODED)
}

/// A URL of a stranger's choice, if it is absolute, `https` and without credentials.
pub(crate) fn check(text: &str, plain_http: impl Fn(&str) -> bool) -> Result<Url, InvalidTemplate> {
    if text.len() > MAX_URL {
        return Err(InvalidTemplate::TooLong);
    }
    let url = Url::parse(text).map_err(|_| InvalidTemplate::NotHttps)?;
    let host = url.host_str().ok_or(InvalidTemplate::NotHttps)?;
    match url.scheme() {
        "https" => {}
        "http" if plain_http(host) => {}
        _ => return Err(InvalidTemplate::NotHttps),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidTemplate::Credentials);
    }
    Ok(url)
}

/// RFC 6570 has no `-` in names; the activity intents of FEP-3b86 do.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// Everything but unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    fn fill_uri(template: &str) -> Result<String, InvalidTemplate> {
        fill(
            template,
            |name| (name == "uri").then_some("acct:a@b.example&x=1"),
            |host| host == "localhost",
        )
        .map(String::from)
    }

    #[test]
    fn values_stay_inside_their_gap() {
        assert_eq!(
            fill_uri("https://a.example/x?uri={uri}&on={on-success}#f").unwrap(),
            "https://a.example/x?uri=acct%3Aa%40b.example%26x%3D1&on=#f"
        );
        assert_eq!(
            fill_uri("http://localhost:1/{uri}").unwrap(),
            "http://localhost:1/acct%3Aa%40b.example%26x%3D1"
        );
    }

    #[test]
    fn templates_that_make_no_url_say_why() {
        use InvalidTemplate::*;
        for (template, reason) in [
            ("", NotHttps),
            ("/x?{uri}", NotHttps),
            ("//a.example/{uri}", NotHttps),
            ("http://a.example/{uri}", NotHttps),
            ("javascript:alert('{uri}')", NotHttps),
            ("javascript://a.example/%0Aalert('{uri}')", NotHttps),
            ("https:a.example/{uri}", NotHttps),
            ("{uri}", NotHttps),
            ("https://{uri}/", Host),
            ("https://{uri}.a.example/", Host),
            ("https://a.example{uri}", Host),
            ("https://a.example:{uri}/", Host),
            ("https:///{uri}/", Host),
            ("https:////{uri}", Host),
            ("https://\\{uri}/", Host),
            ("https://\t/{uri}/", Host),
            ("https://\n\r/{uri}/", Host),
            ("https://@/{uri}/", NotHttps),
            ("https://me@a.example/{uri}", Credentials),
            ("https://me:x@a.example/{uri}", Credentials),
            ("https://a.example/{uri", Gap),
            ("https://a.example/uri}", Gap),
            ("https://a.example/}{uri}", Gap),
            ("https://a.example/{{uri}}", Gap),
            ("https://a.example/{}", Gap),
            ("https://a.example/{?uri}", Gap),
            ("https://a.example/{+uri}", Gap),
            ("https://a.example/{a,b}", Gap),
        ] {
            assert_eq!(fill_uri(template), Err(reason), "{template}");
        }
    }

    #[test]
    fn both_lengths_have_a_limit() {
        let padded = |length: usize| format!("https://a.example/{:x<1$}", "", length - 18);
        assert!(fill_uri(&padded(MAX_TEMPLATE)).is_ok());
        assert_eq!(
            fill_uri(&padded(MAX_TEMPLATE + 1)),
            Err(InvalidTemplate::TooLong)
        );
        let long = "x".repeat(MAX_URL / 2 - 9);
        let twice = |value| fill("https://a.example/{x}{x}", move |_| Some(value), |_| false);
        assert_eq!(twice(long.as_str()).unwrap().as_str().len(), MAX_URL);
        let longer = format!("{long}x");
        assert_eq!(twice(longer.as_str()), Err(InvalidTemplate::TooLong));
    }
}
