//! Quotes: which post another one quotes, whichever property says so.
//!
//! The same thing has had five names. Read are, the first that holds an id deciding, in the order of Mastodon:
//!
//! | property | from |
//! | --- | --- |
//! | `quote` | FEP-044f (Mastodon 4.4, GoToSocial, tootik); of BookWyrm it is prose, and no quote |
//! | `_misskey_quote` | Misskey and its kin |
//! | `quoteUrl`, `quoteURL` | Pleroma, Misskey, Fedify; Fedibird |
//! | `quoteUri` | Fedibird, Akkoma |
//! | a `Link` in `tag` | FEP-e232 (Threads, Mitra, streams, Bridgy Fed) |
//!
//! The properties themselves are those of [`extension::quote`]. Only the first comes with the consent of the quoted: see [`confirms`].

use std::borrow::Cow;

use url::Url;

use crate::any::Any;
use crate::extension;
use crate::extension::quote::{is_object_link, object_link};
use crate::id::{Id, is_web};
use crate::link::Link;
use crate::object::Object;
use crate::origin::{Origin, same_origin};
use crate::property::OneOrMany;

/// What a post quotes.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Quoted {
    /// The quoted post; `None` if it is gone and nobody says which it was.
    pub id: Option<Id>,
    /// Whether it is gone, or its author has taken back their consent (Mastodon writes a `Tombstone` then).
    pub gone: bool,
    /// Which property said so.
    pub property: QuoteProperty,
    /// The stamp by which the quoted author agrees, to be fetched and checked: see [`confirms`].
    pub authorization: Option<Id>,
}

/// The property that holds a quote.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum QuoteProperty {
    /// `quote` (FEP-044f), which needs the consent of the quoted author.
    Quote,
    /// `_misskey_quote`
    MisskeyQuote,
    /// `quoteUrl`, also spelled `quoteURL`
    QuoteUrl,
    /// `quoteUri`
    QuoteUri,
    /// A link to an object in `tag` (FEP-e232).
    ObjectLink,
}

/// What an object link to a quoted post says of the two (FEP-044f, and without the last slash FEP-e232).
const QUOTE_RELS: [&str; 3] = [
    "https://misskey-hub.net/ns#_misskey_quote",
    "https://misskey-hub.net/ns/#_misskey_quote",
    "https://w3id.org/fep/044f#quote",
];

impl Object {
    /// What it quotes.
    ///
    /// ```
    /// use activitypub::Object;
    ///
    /// let note = Object::from_slice(br#"{
    ///     "type": "Note", "content": "Look<span class=\"quote-inline\"><br>RE: <a href=\"https://example.org/1\">example.org/1</a></span>",
    ///     "quoteUrl": "https://example.org/1"
    /// }"#)?;
    /// assert_eq!(note.quoted().unwrap().id.unwrap(), "https://example.org/1");
    /// assert_eq!(note.content_without_quote().unwrap(), "Look");
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    #[must_use]
    pub fn quoted(&self) -> Option<Quoted> {
        let said: extension::quote::Quote = self.extension();
        if let Some(quote) = said.quote.first() {
            let gone = quote.embedded().is_some_and(Self::is_tombstone);
            let id = quote.id().filter(|id| is_id(id)).cloned();
            if gone || id.is_some() {
                return Some(Quoted {
                    id,
                    gone,
                    property: QuoteProperty::Quote,
                    authorization: said.quote_authorization.id().cloned(),
                });
            }
        }
        let mut links = self.tag.embedded().filter_map(Any::as_link);
        let link = links.find(|link| is_quote_link(link));
        [
            (QuoteProperty::MisskeyQuote, said.misskey_quote),
            (QuoteProperty::QuoteUrl, said.quote_url),
            (QuoteProperty::QuoteUri, said.quote_uri),
            (
                QuoteProperty::ObjectLink,
                link.and_then(|link| link.href.clone()),
            ),
        ]
        .into_iter()
        .find_map(|(property, id)| {
            Some(Quoted {
                id: Some(id.filter(is_id)?),
                gone: false,
                property,
                authorization: None,
            })
        })
    }

    /// Makes it quote a post, under every name by which others look for one, the link in `tag` included. `page` is where people see
    /// the quoted post: a post that [`compose`](crate::compose) makes begins with a line of it, for those who show no quotes.
    ///
    /// Mastodon shows the quote when `authorization`, the stamp of the quoted author, confirms it (FEP-044f); others do at once.
    #[must_use]
    pub fn quoting(
        mut self,
        quoted: impl Into<Id>,
        page: impl AsRef<str>,
        authorization: Option<Id>,
    ) -> Self {
        let quoted = quoted.into();
        let mut link = object_link(&quoted, format!("RE: {}", page.as_ref()));
        link.rel = OneOrMany::one(QUOTE_RELS[0]);
        self.tag.push(link);
        self.set_extension(&extension::quote::Quote {
            quote: OneOrMany::one(&quoted),
            quote_authorization: authorization.map_or_else(OneOrMany::absent, OneOrMany::one),
            quote_url: Some(quoted.clone()),
            quote_uri: Some(quoted.clone()),
            misskey_quote: Some(quoted),
        });
        self
    }

    /// Its content without the text that stands for the quote where a reader does not show it: what has the class `quote-inline`,
    /// and a last line of `RE:` or `QT:` and an address. A post that quotes nothing is left alone. The HTML is as much a stranger's as
    /// before.
    #[must_use]
    pub fn content_without_quote(&self) -> Option<Cow<'_, str>> {
        let content = self.content.as_deref()?;
        if self.quoted().is_none() {
            return Some(Cow::Borrowed(content));
        }
        let marked = without_marked(pieces(content));
        let rest = marked.unwrap_or_else(|| pieces(content));
        let rest = without_last_line(&rest).unwrap_or(rest);
        Some(Cow::Owned(rest.iter().map(|piece| piece.text).collect()))
    }
}

/// Whether a stamp (`QuoteAuthorization`, FEP-044f) says that `author`, who wrote `quoted`, agrees to the quote in `quoting`. The
/// stamp has to be fetched by its id, from the server of the author; what it embeds is not to be believed.
#[must_use]
pub fn confirms(stamp: &Object, quoting: &Id, quoted: &Id, author: &Id) -> bool {
    let said: extension::quote::Authorization = stamp.extension();
    stamp.kind().as_str() == "QuoteAuthorization"
        && said.interacting_object.as_ref() == Some(quoting)
        && said.interaction_target.as_ref() == Some(quoted)
        && stamp.attributed_to_id() == Some(author)
        && stamp.id.as_ref().is_some_and(|id| same_origin(id, author))
        && same_origin(quoted, author)
}

/// BookWyrm's `quote` is a passage of a book.
fn is_id(id: &Id) -> bool {
    Origin::of(id).is_some()
}

fn is_quote_link(link: &Link) -> bool {
    let says_so = link.rel.iter().any(|rel| QUOTE_RELS.contains(&&**rel))
        || link
            .name
            .as_deref()
            .is_some_and(|name| name.starts_with("RE:"));
    says_so && is_object_link(link)
}

/// A tag of HTML or the text between two.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    tag: Option<Tag<'a>>,
}

#[derive(Clone, Copy)]
struct Tag<'a> {
    name: &'a str,
    closes: bool,
}

impl Piece<'_> {
    fn opens(&self, other: &Self) -> bool {
        matches!((self.tag, other.tag), (Some(one), Some(other)) if !one.closes && other.closes && one.name == other.name)
    }

    fn is_break(&self) -> bool {
        match self.tag {
            Some(tag) => tag.name.eq_ignore_ascii_case("br"),
            None => self.text.trim().is_empty(),
        }
    }

    /// Takes `class=` in another attribute for one too, which only its author could have put there.
    fn has_class(&self, classes: &[&str]) -> bool {
        let value = || {
            let value = self.text.split_once("class=")?.1;
            match value.chars().next()? {
                quote @ ('"' | '\'') => value.split(quote).nth(1),
                _ => value.split([' ', '>']).next(),
            }
        };
        self.tag.is_some_and(|tag| !tag.closes)
            && value().is_some_and(|value| {
                value
                    .split_ascii_whitespace()
                    .any(|class| classes.contains(&class))
            })
    }
}

/// Tags and texts, enough to leave some of them out; what it does not understand stays where it is.
fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let end = if rest.starts_with('<') {
            end_of_tag(rest)
        } else {
            rest.find('<').unwrap_or(rest.len())
        };
        let (text, after) = rest.split_at(end);
        let inner = text
            .strip_prefix('<')
            .map(|inner| inner.trim_end_matches('>'));
        pieces.push(Piece {
            text,
            tag: inner.map(|inner| Tag {
                closes: inner.starts_with('/'),
                name: inner
                    .trim_start_matches('/')
                    .split([' ', '/', '\n', '\t'])
                    .next()
                    .unwrap_or_default(),
            }),
        });
        rest = after;
    }
    pieces
}

/// A `>` in the value of an attribute ends no tag.
fn end_of_tag(html: &str) -> usize {
    let mut quote = None;
    for (at, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return at + 1,
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    html.len()
}

/// Without the elements that say that they stand for the quote; `None` if one of them has no end.
fn without_marked(pieces: Vec<Piece<'_>>) -> Option<Vec<Piece<'_>>> {
    let mut rest = Vec::with_capacity(pieces.len());
    let mut within: Option<(&str, u32)> = None;
    for piece in pieces {
        match (&mut within, piece.tag) {
            (Some((name, depth)), Some(tag)) if tag.name == *name => {
                *depth = if tag.closes { *depth - 1 } else { *depth + 1 };
                if *depth == 0 {
                    within = None;
                }
            }
            (Some(_), _) => {}
            // Fedibird adds a link of its own behind its `quote-inline`.
            (None, Some(tag)) if piece.has_class(&["quote-inline", "reference-link-inline"]) => {
                within = Some((tag.name, 1));
            }
            (None, _) => rest.push(piece),
        }
    }
    within.is_none().then_some(rest)
}

/// Without a last line of `RE:` and an address; `None` if there is none.
fn without_last_line<'a>(pieces: &[Piece<'a>]) -> Option<Vec<Piece<'a>>> {
    let mark = |piece: &Piece<'a>| match piece.tag {
        Some(_) => None,
        None => piece.text.rfind("RE:").or_else(|| piece.text.rfind("QT:")),
    };
    let (at, in_piece) = pieces
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, piece)| Some((at, mark(piece)?)))?;
    let (before, after) = pieces.split_at_checked(at)?;
    let (first, after) = after.split_first()?;
    let (kept, line) = first.text.split_at_checked(in_piece)?;

    let texts = after.iter().filter(|piece| piece.tag.is_none());
    let address: String = std::iter::once(line.get(3..)?)
        .chain(texts.map(|piece| piece.text))
        .collect();
    let address = address.trim();
    let is_address =
        !address.contains(char::is_whitespace) && Url::parse(address).is_ok_and(|url| is_web(&url));
    if !is_address || !(kept.is_empty() || kept.ends_with(char::is_whitespace)) {
        return None;
    }

    let mut rest = before.to_vec();
    let kept = kept.trim_end();
    if kept.is_empty() {
        while rest.pop_if(|piece| piece.is_break()).is_some() {}
    } else {
        rest.push(Piece {
            text: kept,
            tag: None,
        });
    }
    // The tags that close what was opened before the line stay.
    let mut opened = 0_u32;
    for piece in after {
        match piece.tag {
            Some(tag) if tag.closes && opened == 0 => {
                if rest.last().is_some_and(|last| last.opens(piece)) {
                    rest.pop();
                } else {
                    rest.push(*piece);
                }
            }
            Some(tag) if tag.closes => opened -= 1,
            Some(_) if !piece.is_break() => opened += 1,
            _ => {}
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stripped(content: &str) -> String {
        let mut note = Object::note("https://a.example/1", "https://a.example/a", content);
        note.extra.set("quoteUrl", "https://b.example/1").unwrap();
        note.content_without_quote().unwrap().into_owned()
    }

    #[test]
    fn the_text_for_those_who_show_no_quotes_goes() {
        for (content, expected) in [
            (
                r#"I quote<span class="quote-inline"><br/>RE: <a href="https://b.example/1">https://b.example/1</a></span>"#,
                "I quote",
            ),
            (
                r#"<p class="quote-inline">RE: <a href="https://b.example/1"><span class="invisible">https://</span><span class="ellipsis">b.example</span></a></p><p>Mastodon</p>"#,
                "<p>Mastodon</p>",
            ),
            (
                r#"<p>Fedibird<span class="quote-inline"><br/>QT: <a class="status-url-link" href="https://b.example/1"><span class="invisible">https://</span><span>b.example/1</span></a></span><span class="reference-link-inline"> <a href="https://a.example/r">[ref]</a></span></p>"#,
                "<p>Fedibird</p>",
            ),
            (
                r#"<p><span>Misskey<br><br>RE: </span><a href="https://b.example/1">https://b.example/1</a></p>"#,
                "<p><span>Misskey</span></p>",
            ),
            (
                "<p>Threads</p><p>RE: <a href='https://b.example/1'>https://b.example/1</a></p>",
                "<p>Threads</p>",
            ),
            ("e232:<br>RE: https://b.example/1", "e232:"),
            ("RE: https://b.example/1", ""),
            // Not the last line, no address, part of a word, never closed: all stay.
            (
                "RE: https://b.example/1 and more",
                "RE: https://b.example/1 and more",
            ),
            ("RE: <b>nothing</b>", "RE: <b>nothing</b>"),
            ("MORE: https://b.example/1", "MORE: https://b.example/1"),
            (
                r#"a<span class="quote-inline">b"#,
                r#"a<span class="quote-inline">b"#,
            ),
            (r#"a<b title="b>RE:">b</b>"#, r#"a<b title="b>RE:">b</b>"#),
            ("a < b", "a < b"),
        ] {
            assert_eq!(stripped(content), expected, "{content}");
        }
        let plain = Object::note("a:1", "a:2", "RE: https://b.example/1");
        assert_eq!(
            plain.content_without_quote().unwrap(),
            "RE: https://b.example/1"
        );
        assert_eq!(Object::default().content_without_quote(), None);
    }

    proptest! {
        #[test]
        fn any_html_does_no_harm(html in "(<p>|</p>|<br>|<span class=\"quote-inline\">|</span>|<a href='>'>|</a>|RE: |https://b.example/1|[<>\"'/ a\u{e9}]){0,24}") {
            let went = stripped(&html);
            prop_assert!(went.len() <= html.len());
        }
    }
}
