//! Links in HTML: tokens as WHATWG HTML says, and of the tree only what decides whether a link is one.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, State, Tokenizer};
use url::Url;

use super::{MAX_BYTES, MAX_HREF, MAX_LINKS, Place, RelMe};

/// The `rel="me"` links of a page, in order: `a` and `link` elements, as Mastodon reads them.
///
/// Relative ones are resolved against the page's `<base>`, or else `base`. Nothing counts that stands in a comment, in `script`,
/// `style`, `textarea`, `title`, `template`, `noscript`, `svg` and the like. Reading takes time in proportion to the
/// length. It ends after [`MAX_BYTES`], and at the first byte NUL or ESC: in the encodings that have them, UTF-16 and
/// ISO-2022-JP, plain text can look like tags. Every other encoding of the web keeps ASCII where it is.
#[must_use]
pub fn links(html: &[u8], base: &Url) -> Vec<RelMe> {
    let readable = html
        .iter()
        .take(MAX_BYTES)
        .position(|byte| matches!(byte, 0 | 0x1b))
        .unwrap_or(html.len().min(MAX_BYTES));
    let html = html.get(..readable).unwrap_or_default();

    let mut page = Page::default();
    tokens(html, |token| page.take(&token));
    let base = page
        .base
        .and_then(|href| target(&href, base))
        .unwrap_or_else(|| base.clone());
    let found = page.found.iter();
    found
        .filter_map(|(href, place)| {
            Some(RelMe {
                url: target(href, &base)?,
                place: *place,
            })
        })
        .collect()
}

/// The page that a field of a profile claims: the value of a `PropertyValue`, as HTML or plain text, or the `href` of a `Link`
/// ([FEP-fb2a](https://codeberg.org/fediverse/fep/src/branch/main/fep/fb2a/fep-fb2a.md)).
///
/// Like Mastodon, it takes a field that is one `https` URL and nothing else, and where that is a link, one that leads where its text
/// says. The text has to be in the URL's normal form, so that people see the host that was asked: no credentials, no
/// international name in its own letters, no `/../`.
#[must_use]
pub fn claim(field: &str) -> Option<Url> {
    if field.len() > 2 * MAX_HREF {
        return None;
    }
    let mut text = Vec::new();
    let mut hrefs = Vec::new();
    tokens(field.as_bytes(), |token| {
        match token {
            Token::Start(tag) if tag.name == Name::Anchor => hrefs.push(tag.href),
            // Nothing that may hide what people would see.
            Token::Start(tag) if tag.name != Name::Other => hrefs.push(None),
            Token::Text(part) => text.extend(part),
            _ => {}
        }
        true
    });
    let text = String::from_utf8(text).ok()?;
    let text = text.trim_ascii();
    match hrefs.as_slice() {
        [] => {}
        [Some(href)] if href == text => {}
        _ => return None,
    }
    let url = Url::parse(text).ok()?;
    let is_spelt_so = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
    let is_plain = url.username().is_empty() && url.password().is_none();
    (url.scheme() == "https" && is_spelt_so && is_plain && text.len() <= MAX_HREF).then_some(url)
}

pub(super) fn says_me(rel: &str) -> bool {
    rel.split_ascii_whitespace()
        .any(|token| token.eq_ignore_ascii_case("me"))
}

/// Where a link leads, if that is a place of the web.
pub(super) fn target(href: &str, base: &Url) -> Option<Url> {
    if href.len() > MAX_HREF {
        return None;
    }
    let url = base.join(href).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// What was found so far, and where in the tree we are.
#[derive(Default)]
struct Page {
    base: Option<String>,
    found: Vec<(String, Place)>,
    templates: usize,
    svg: usize,
    math: usize,
    /// There was SVG or MathML, and browsers may still be in it where we are not.
    has_foreign: bool,
    /// Inside an element whose content browsers read as text in HTML, and as markup in SVG and MathML.
    disputed: bool,
}

impl Page {
    /// Whether to read on.
    fn take(&mut self, token: &Token) -> bool {
        let is_foreign = self.svg + self.math > 0;
        self.has_foreign |= is_foreign;
        match token {
            Token::Start(tag) => {
                self.disputed = is_foreign && tag.name == Name::Text;
                match tag.name {
                    Name::Template => self.templates += 1,
                    Name::Svg if !tag.self_closing => self.svg += 1,
                    Name::Math if !tag.self_closing => self.math += 1,
                    _ if is_foreign || self.templates > 0 => {}
                    Name::Anchor => self.found(tag, Place::Anchor),
                    Name::Link => self.found(tag, Place::Link),
                    Name::Base if self.base.is_none() => self.base.clone_from(&tag.href),
                    _ => {}
                }
            }
            Token::End(name) => {
                self.disputed = false;
                let open = match name {
                    Name::Template => &mut self.templates,
                    Name::Svg => &mut self.svg,
                    Name::Math => &mut self.math,
                    _ => return true,
                };
                *open = open.saturating_sub(1);
            }
            Token::Text(text) => return !(self.disputed && text.contains(&b'<')),
            // Only in SVG and MathML is it no comment.
            Token::CharacterData => return !self.has_foreign,
        }
        self.found.len() < MAX_LINKS
    }

    fn found(&mut self, tag: &Tag, place: Place) {
        if let (Some(href), true) = (&tag.href, tag.rel.as_deref().is_some_and(says_me)) {
            self.found.push((href.clone(), place));
        }
    }
}

enum Token {
    Start(Tag),
    End(Name),
    Text(Vec<u8>),
    /// `<![CDATA[`.
    CharacterData,
}

#[derive(Default)]
struct Tag {
    name: Name,
    self_closing: bool,
    rel: Option<String>,
    href: Option<String>,
}

/// The elements that make a difference.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Name {
    Anchor,
    Link,
    Base,
    Template,
    Svg,
    Math,
    /// Its content is text.
    Text,
    #[default]
    Other,
}

impl Name {
    fn new(name: &[u8]) -> Self {
        match name {
            b"a" => Self::Anchor,
            b"link" => Self::Link,
            b"base" => Self::Base,
            b"template" => Self::Template,
            b"svg" => Self::Svg,
            b"math" => Self::Math,
            name if content(name).is_some() => Self::Text,
            _ => Self::Other,
        }
    }
}

/// How the content of an element is read, if not as markup
/// ([tree construction](https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inhead), with scripts on).
fn content(name: &[u8]) -> Option<State> {
    match name {
        b"textarea" | b"title" => Some(State::RcData),
        b"script" => Some(State::ScriptData),
        b"style" | b"xmp" | b"iframe" | b"noembed" | b"noframes" | b"noscript" => {
            Some(State::RawText)
        }
        b"plaintext" => Some(State::PlainText),
        _ => None,
    }
}

/// Gives each token to `take` until it says no.
fn tokens(html: &[u8], mut take: impl FnMut(Token) -> bool) {
    let mut reader = Reader::default();
    let emitter =
        CallbackEmitter::new(move |event: CallbackEvent<'_>, _: Span<()>| reader.read(event));
    let mut tokenizer = Tokenizer::new_with_emitter(html, emitter);
    while let Some(Ok((token, state))) = tokenizer.next() {
        if let Some(state) = state {
            tokenizer.set_state(state);
        }
        if !take(token) {
            return;
        }
    }
}

/// Puts tags together, with those attributes only that are asked for.
#[derive(Default)]
struct Reader {
    tag: Option<Tag>,
    content: Option<State>,
    attribute: Attribute,
}

#[derive(Clone, Copy, Default)]
enum Attribute {
    Rel,
    Href,
    #[default]
    Other,
}

impl Reader {
    fn read(&mut self, event: CallbackEvent<'_>) -> Option<(Token, Option<State>)> {
        let token = match event {
            CallbackEvent::OpenStartTag { name } => {
                self.content = content(name);
                self.attribute = Attribute::Other;
                self.tag = Some(Tag {
                    name: Name::new(name),
                    ..Tag::default()
                });
                return None;
            }
            CallbackEvent::AttributeName { name } => {
                // Of two attributes of one name the first counts, also if it is empty.
                self.attribute = match (name, &mut self.tag) {
                    (
                        b"rel",
                        Some(Tag {
                            rel: rel @ None, ..
                        }),
                    ) => {
                        *rel = Some(String::new());
                        Attribute::Rel
                    }
                    (
                        b"href",
                        Some(Tag {
                            href: href @ None, ..
                        }),
                    ) => {
                        *href = Some(String::new());
                        Attribute::Href
                    }
                    _ => Attribute::Other,
                };
                return None;
            }
            CallbackEvent::AttributeValue { value } => {
                let tag = self.tag.as_mut()?;
                let value = String::from_utf8_lossy(value).into_owned();
                match self.attribute {
                    Attribute::Rel => tag.rel = Some(value),
                    Attribute::Href => tag.href = Some(value),
                    Attribute::Other => {}
                }
                return None;
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                let tag = self.tag.take()?;
                let start = Token::Start(Tag {
                    self_closing,
                    ..tag
                });
                return Some((start, self.content));
            }
            CallbackEvent::EndTag { name } => Token::End(Name::new(name)),
            CallbackEvent::String { value } => Token::Text(value.to_vec()),
            CallbackEvent::Comment { value } if value.starts_with(b"[CDATA[") => {
                Token::CharacterData
            }
            _ => return None,
        };
        Some((token, None))
    }
}
