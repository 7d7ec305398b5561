//! The header field `Link` ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288#section-3)).

use http::HeaderMap;
use http::header::LINK;
use url::Url;

use super::{MAX_LINKS, Place, RelMe};

/// The `rel="me"` links in the HTTP header fields `Link` of an answer ([RelMeAuth](https://microformats.org/wiki/RelMeAuth)).
///
/// A field is read up to the first thing in it that is malformed. A link with an `anchor` speaks of another page and does not count.
#[must_use]
pub fn header_links(headers: &HeaderMap, base: &Url) -> Vec<RelMe> {
    let fields = headers.get_all(LINK).iter();
    fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| Field(field).filter(|(_, rel)| super::html::says_me(rel)))
        .filter_map(|(href, _)| super::html::target(href, base))
        .map(|url| RelMe {
            url,
            place: Place::Header,
        })
        .take(MAX_LINKS)
        .collect()
}

/// What is left of a field; gives targets and their `rel`, which is empty where there is none.
struct Field<'a>(&'a str);

impl<'a> Iterator for Field<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let link = self.link();
        if link.is_none() {
            self.0 = "";
        }
        link
    }
}

impl<'a> Field<'a> {
    fn link(&mut self) -> Option<(&'a str, &'a str)> {
        self.0 = self.0.trim_start_matches([' ', '\t', ',']);
        let (target, rest) = self.0.strip_prefix('<')?.split_once('>')?;
        self.0 = rest;
        let mut rel = None;
        let mut anchored = false;
        while self.skip(';') {
            let name = self.take(is_token);
            let value = if self.skip('=') { self.value()? } else { "" };
            match name {
                // Only the first one counts (section 3.3).
                name if name.eq_ignore_ascii_case("rel") => rel = rel.or(Some(value)),
                name if name.eq_ignore_ascii_case("anchor") => anchored = true,
                _ => {}
            }
        }
        let ended = self.0.is_empty() || self.0.starts_with(',');
        let rel = rel.filter(|_| !anchored).unwrap_or_default();
        ended.then_some((target, rel))
    }

    /// A token, or a quoted string as it stands between its quotes; a relation has nothing to escape.
    fn value(&mut self) -> Option<&'a str> {
        let Some(quoted) = self.0.strip_prefix('"') else {
            return Some(self.take(is_token));
        };
        let mut escaped = false;
        let end = quoted.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        let (value, rest) = quoted.split_at_checked(end)?;
        self.0 = rest.strip_prefix('"')?.trim_start_matches([' ', '\t']);
        Some(value)
    }

    fn skip(&mut self, wanted: char) -> bool {
        match self.0.trim_start_matches([' ', '\t']).strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest.trim_start_matches([' ', '\t']);
                true
            }
            None => false,
        }
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !wanted(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or_default();
        self.0 = rest.trim_start_matches([' ', '\t']);
        taken
    }
}

/// RFC 9110, section 5.6.2.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}
