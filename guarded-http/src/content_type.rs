//! Does an answer's `Content-Type` name one of the expected media types?

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// Whether the answer names exactly one media type and it is one of those expected.
///
/// Compared are type and subtype without regard to case, and, where the expectation has a `profile`, that it is among
/// the profiles of the answer (a list with spaces, RFC 6906). Other parameters do not count.
pub(crate) fn is_expected(headers: &HeaderMap, expected: &[String]) -> bool {
    let Some(value) = of(headers) else {
        return false;
    };
    expected
        .iter()
        .any(|expected| is_media_type(value, expected))
}

/// The `Content-Type`, if it is there once and readable.
pub(crate) fn of(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    // Two fields are two answers to one question; whoever reads the other one sees another document.
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// Whether a `Content-Type` (or one entry of an `Accept`) names an expected media type.
///
/// Compared are type and subtype without regard to case, and, where the expectation has a `profile`, that it is among
/// the profiles that are named (a list with spaces, RFC 6906). Other parameters do not count.
///
/// ```
/// use guarded_http::is_media_type;
///
/// let expected = r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
/// assert!(is_media_type(r#"Application/LD+JSON; charset=utf-8; profile="https://a.example https://www.w3.org/ns/activitystreams""#, expected));
/// assert!(!is_media_type("application/ld+json", expected));
/// ```
#[must_use]
pub fn is_media_type(value: &str, expected: &str) -> bool {
    let (essence, profiles) = parse(value);
    let (wanted, wanted_profiles) = parse(expected);
    essence.eq_ignore_ascii_case(wanted)
        && wanted_profiles
            .split_whitespace()
            .all(|wanted| profiles.split_whitespace().any(|profile| profile == wanted))
}

/// The essence, and what the `profile` parameter holds (empty if there is none).
fn parse(value: &str) -> (&str, String) {
    let (essence, mut rest) = value.split_once(';').unwrap_or((value, ""));
    let mut profile = String::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').unwrap_or((rest, ""));
        let (text, after) = parameter_value(after);
        if name.trim().eq_ignore_ascii_case("profile") && profile.is_empty() {
            profile = text;
        }
        rest = after;
    }
    (essence.trim(), profile)
}

/// A token or quoted string, and what follows the next `;`.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.trim_start().strip_prefix('"') else {
        let (token, rest) = text.split_once(';').unwrap_or((text, ""));
        return (token.trim().to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => value.extend(chars.next()),
            c => value.push(c),
        }
    }
    let rest = chars.as_str().split_once(';').map_or("", |(_, rest)| rest);
    (value, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIVITY: &str = "application/activity+json";
    const LD: &str = r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;

    fn accepted(values: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_TYPE, value.parse().unwrap());
        }
        is_expected(&headers, &[ACTIVITY.to_owned(), LD.to_owned()])
    }

    #[test]
    fn spellings_of_an_expected_type_are_accepted() {
        for value in [
            ACTIVITY,
            "Application/Activity+JSON; charset=utf-8",
            LD,
            r#"application/ld+json;charset="utf-8" ; PROFILE = "https://www.w3.org/ns/activitystreams https://other.example/""#,
            r#"application/ld+json; x="a;b=\"c"; profile="https://other.example/ https://www.w3.org/ns/activitystreams""#,
            "application/ld+json; profile=https://www.w3.org/ns/activitystreams",
        ] {
            assert!(accepted(&[value]), "{value}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for values in [
            &[][..],
            &[""],
            &["application/json"],
            &["text/html"],
            &["application/octet-stream"],
            &["application/activity+jsonx"],
            &["application/ld+json"],
            &[r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams2""#],
            &[r#"application/ld+json; x="; profile=https://www.w3.org/ns/activitystreams""#],
            &[r#"text/html; x="application/activity+json""#],
            &[ACTIVITY, ACTIVITY],
            &[ACTIVITY, "text/html"],
        ] {
            assert!(!accepted(values), "{values:?}");
        }
    }
}
