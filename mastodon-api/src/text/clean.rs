//! The HTML of strangers, cleaned for a page (feature `clean`).

use std::collections::{HashMap, HashSet};

use html5gum::Token;

use super::{Html, tokens};

/// Elements that may be open at a time, and attributes of one. With more, a parser that builds a tree takes longer
/// than the text is worth.
const MAX: usize = 64;

const TAGS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "rp",
    "rt",
    "ruby",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
    "ul",
];

/// Elements that are gone with all that is in them.
const HIDDEN: &[&str] = &[
    "applet", "audio", "canvas", "iframe", "math", "noembed", "noframes", "noscript", "object",
    "script", "style", "svg", "template", "title", "video",
];

/// Elements that close by themselves, so that they do not add up.
const UNCLOSED: &[&[u8]] = &[
    b"area", b"base", b"br", b"col", b"dd", b"dt", b"embed", b"hr", b"img", b"input", b"li",
    b"link", b"meta", b"option", b"p", b"param", b"source", b"td", b"th", b"tr", b"track", b"wbr",
];

/// Classes that say what a part of the text is.
const CLASSES: &[&str] = &[
    "ellipsis",
    "h-card",
    "hashtag",
    "invisible",
    "mention",
    "p-name",
    "quote-inline",
    "u-url",
];

impl Html {
    /// HTML that may stand in a page: what Mastodon lets through itself and nothing else.
    ///
    /// Paragraphs, links, lists, quotations, code, headings and emphasis stay. Links lead to `https:` and `http:` and
    /// get `rel="nofollow noopener noreferrer"`. Scripts, styles, frames, forms, pictures, every other attribute and
    /// all that a browser would fetch are gone. HTML with more than 64 elements
    /// inside each other, or attributes of one, becomes its text.
    ///
    /// The direction of writing may be set in it: put it into an element of its own with `dir="auto"`.
    #[must_use]
    pub fn clean(&self) -> String {
        if self.is_a_flood() {
            return ammonia::clean_text(&self.to_text());
        }
        let classes: HashSet<&str> = CLASSES.iter().copied().collect();
        ammonia::Builder::empty()
            .tags(TAGS.iter().copied().collect())
            .clean_content_tags(HIDDEN.iter().copied().collect())
            .tag_attributes(HashMap::from([
                ("a", HashSet::from(["href", "translate"])),
                ("li", HashSet::from(["value"])),
                ("ol", HashSet::from(["start", "reversed"])),
                ("span", HashSet::from(["translate"])),
            ]))
            .allowed_classes(HashMap::from([
                ("a", classes.clone()),
                ("p", classes.clone()),
                ("span", classes),
            ]))
            .url_schemes(HashSet::from(["https", "http"]))
            .url_relative(ammonia::UrlRelative::Deny)
            .link_rel(Some("nofollow noopener noreferrer"))
            .strip_comments(true)
            .clean(self.as_str())
            .to_string()
    }

    fn is_a_flood(&self) -> bool {
        let mut open: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut depth = 0;
        for token in tokens(self.as_str()) {
            match token {
                Token::StartTag(tag) if tag.attributes.len() > MAX => return true,
                Token::StartTag(tag)
                    if !tag.self_closing && !UNCLOSED.contains(&tag.name.as_slice()) =>
                {
                    *open.entry(tag.name.to_vec()).or_default() += 1;
                    depth += 1;
                    if depth > MAX {
                        return true;
                    }
                }
                Token::EndTag(tag) => {
                    if let Some(count) = open.get_mut(&**tag.name).filter(|count| **count > 0) {
                        *count -= 1;
                        depth -= 1;
                    }
                }
                _ => {}
            }
        }
        false
    }
}
