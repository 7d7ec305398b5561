//! HTML that strangers wrote: cleaned for a page, or turned into plain text (feature `html`).
//!
//! What is kept is what Mastodon, Pleroma, Misskey, WriteFreely and PeerTube write or let through:
//!
//! | kept | with |
//! | --- | --- |
//! | `p` | `class` |
//! | `br`, `hr` | |
//! | `a` | `href`, `class`, `rel` of `tag` and `me`; always gets `rel="nofollow noopener"` and `target="_blank"` |
//! | `span` | `class`, `translate="no"` |
//! | `b` `strong` `i` `em` `u` `s` `del` `ins` `small` `sub` `sup` `code` | |
//! | `ruby` `rt` `rp` | |
//! | `h1` … `h6`, `blockquote`, `pre` | |
//! | `ul`, `ol`, `li` | `start` and `reversed` of `ol`, `value` of `li` |
//!
//! Of `class` remain `mention`, `hashtag`, `ellipsis`, `invisible`, `quote-inline` and the microformats (`h-…`, `p-…`, `u-…`, `dt-…`,
//! `e-…`). A link leads to an absolute `https`, `http`, `mailto`, `xmpp`, `gemini`, `gopher`, `magnet`, `ipfs`, `ipns`, `dat`, `dweb` or
//! `ssb` URL; another loses its tag and keeps its text. A picture becomes its `alt` text, so that reading a post asks no server for
//! anything. `script`, `style`, `svg`, `math`, `template`, `iframe`, `object` and the like go with all that is in them. Of every other
//! tag only the tag goes.
//!
//! The text is read as browsers do (WHATWG HTML, tokenization) and every letter of the output is written anew: no tag or attribute is
//! copied. Tags are closed in the order in which they were opened and never more than 32 are open, so time and memory grow with the
//! length of the input and with nothing else.

use std::collections::BTreeMap;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, Spanned, StartTag, Token, Tokenizer};
use url::Url;

use crate::markup;

/// HTML that may stand in a page: of a post, of a profile.
///
/// ```
/// use activitypub::html::sanitize;
///
/// assert_eq!(
///     sanitize(r#"<p onclick="x()">Hi <script>alert(1)</script><a href="https://a.example" class="mention big">there"#),
///     r#"<p>Hi <a href="https://a.example" class="mention" rel="nofollow noopener" target="_blank">there</a></p>"#
/// );
/// assert_eq!(sanitize(r#"<a href="javascript:alert(1)">click</a>"#), "click");
/// ```
#[must_use]
pub fn sanitize(html: &str) -> String {
    clean(html, true)
}

/// HTML that may stand in a line: as [`sanitize`], without paragraphs, headings, lists, quotations and line breaks, which become spaces.
/// For the fields of a profile, and for names on servers that have markup in them.
#[must_use]
pub fn sanitize_inline(html: &str) -> String {
    clean(html, false)
}

/// What a person reads: paragraphs with an empty line between them, no tags. A picture is its `alt` text. A shortened link is its whole
/// address: what Mastodon marks as `invisible` is part of the text.
///
/// It is plain text: where HTML is expected it must be escaped like any other, because somebody may have written `&lt;script&gt;`. Control
/// characters stay: for a terminal, or for one line, see [`display`](crate::display). It is at most three times as long as the HTML
/// (`NUL` becomes a replacement character).
///
/// ```
/// use activitypub::html::to_text;
///
/// let html = r#"<p>Fish &amp; chips<br>tonight</p>
///     <p><a href="https://a.example/menu"><span class="invisible">https://</span><span>a.example/menu</span></a></p>"#;
/// assert_eq!(to_text(html), "Fish & chips\ntonight\n\nhttps://a.example/menu");
/// ```
#[must_use]
pub fn to_text(html: &str) -> String {
    let mut text = PlainText::default();
    visible(html, |token| match token {
        Visible::Start(tag) => text.start(&tag),
        Visible::End(name) => text.end(name),
        Visible::Text(part) => text.push(part),
    });
    text.written
}

/// Elements that may be open inside each other.
const DEPTH: usize = 32;

/// Elements that nothing remains of.
const HIDDEN: &[&str] = &[
    "applet", "audio", "canvas", "embed", "frameset", "head", "iframe", "math", "noembed",
    "noframes", "noscript", "object", "script", "select", "style", "svg", "template", "title",
    "video",
];

/// Elements that stand in a line and are kept.
const INLINE: &[&str] = &[
    "a", "b", "code", "del", "em", "i", "ins", "rp", "rt", "ruby", "s", "small", "span", "strong",
    "sub", "sup", "u",
];

/// Elements that stand on lines of their own and are kept.
const BLOCKS: &[&str] = &[
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "pre",
    "ul",
];

/// Elements whose tag goes and whose text was on lines of its own.
const DROPPED_BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "main",
    "nav",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
];

const SCHEMES: &[&str] = &[
    "https", "http", "mailto", "xmpp", "gemini", "gopher", "magnet", "ipfs", "ipns", "dat", "dweb",
    "ssb",
];

/// What is left when the elements are gone that hide their text.
enum Visible<'t> {
    Start(StartTag<()>),
    End(&'t str),
    Text(&'t str),
}

fn visible(html: &str, mut each: impl FnMut(Visible<'_>)) {
    let mut emitter = DefaultEmitter::default();
    // Without it the inside of a script is text.
    emitter.naively_switch_states(true);
    let mut hidden: Option<(&str, usize)> = None;
    for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
        match token {
            Token::StartTag(tag) => {
                let name = among(HIDDEN, &tag.name);
                match (&mut hidden, name) {
                    (Some((outer, levels)), Some(name)) if *outer == name => *levels += 1,
                    (Some(_), _) => {}
                    // These two alone have no end tag when they close themselves, and `embed` never has one.
                    (None, Some("svg" | "math")) if tag.self_closing => {}
                    (None, Some("embed")) => {}
                    (None, Some(name)) => hidden = Some((name, 1)),
                    (None, None) => each(Visible::Start(tag)),
                }
            }
            Token::EndTag(tag) => match &mut hidden {
                Some((outer, levels)) => {
                    if **tag.name == *outer.as_bytes() {
                        *levels -= 1;
                    }
                    if *levels == 0 {
                        hidden = None;
                    }
                }
                None => each(Visible::End(&String::from_utf8_lossy(&tag.name))),
            },
            Token::String(text) if hidden.is_none() => {
                each(Visible::Text(&String::from_utf8_lossy(&text)));
            }
            _ => {}
        }
    }
}

fn among(names: &'static [&'static str], name: &[u8]) -> Option<&'static str> {
    names.iter().copied().find(|known| known.as_bytes() == name)
}

fn value(attributes: &BTreeMap<HtmlString, Spanned<HtmlString, ()>>, name: &str) -> Option<String> {
    let value = attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).into_owned())
}

fn clean(html: &str, blocks: bool) -> String {
    let mut cleaner = Cleaner {
        blocks,
        out: String::with_capacity(html.len()),
        open: Vec::new(),
        fresh: true,
        break_before: false,
    };
    visible(html, |token| match token {
        Visible::Start(tag) => cleaner.start(&tag),
        Visible::End(name) => cleaner.end(name),
        Visible::Text(part) => cleaner.text(part),
    });
    cleaner.close_to(0);
    cleaner.out
}

struct Cleaner {
    /// Whether elements with lines of their own are kept.
    blocks: bool,
    out: String,
    open: Vec<&'static str>,
    /// Whether a line has just begun.
    fresh: bool,
    /// Whether a line of its own ended whose element is not kept.
    break_before: bool,
}

impl Cleaner {
    fn start(&mut self, tag: &StartTag<()>) {
        if let Some(name) = among(INLINE, &tag.name) {
            self.open_inline(name, tag);
        } else if let Some(name) = among(BLOCKS, &tag.name).filter(|_| self.blocks) {
            self.open_block(name, tag);
        } else {
            match tag.name.as_slice() {
                b"br" if self.blocks => self.begin_line("<br>"),
                b"hr" if self.blocks => {
                    self.close_paragraph();
                    self.begin_line("<hr>");
                }
                b"img" => self.text(&value(&tag.attributes, "alt").unwrap_or_default()),
                b"br" | b"hr" => self.end_line(),
                name if among(BLOCKS, name)
                    .or(among(DROPPED_BLOCKS, name))
                    .is_some() =>
                {
                    self.end_line();
                }
                _ => {}
            }
        }
    }

    fn open_inline(&mut self, name: &'static str, tag: &StartTag<()>) {
        if name == "a" {
            // A link in a link ends the outer one.
            if let Some(at) = self.open.iter().position(|open| *open == "a") {
                self.close_to(at);
            }
        }
        if matches!(name, "rt" | "rp") && matches!(self.open.last(), Some(&"rt" | &"rp")) {
            self.close_to(self.open.len() - 1);
        }
        if self.open.len() >= DEPTH {
            return;
        }
        let attributes = &tag.attributes;
        let class = kept_classes(&value(attributes, "class").unwrap_or_default());
        if name == "a" {
            let Some(href) = value(attributes, "href").and_then(|href| kept_address(&href)) else {
                return;
            };
            self.break_if_due();
            let rel = value(attributes, "rel").unwrap_or_default();
            let kept: Vec<_> = ["tag", "me"]
                .into_iter()
                .filter(|word| rel.split_ascii_whitespace().any(|other| other == *word))
                .collect();
            markup::begin_link(&href, &class, &kept.join(" "), &mut self.out);
            self.open.push(name);
            return;
        }
        self.break_if_due();
        let mut wanted = Vec::new();
        if name == "span" {
            wanted.push(("class", Some(class).filter(|class| !class.is_empty())));
            let translate = value(attributes, "translate").filter(|translate| translate == "no");
            wanted.push(("translate", translate));
        }
        self.write_start(name, wanted);
    }

    fn open_block(&mut self, name: &'static str, tag: &StartTag<()>) {
        self.close_paragraph();
        match name {
            "li" => {
                if let Some(at) = self.innermost("li", |open| BLOCKS.contains(&open)) {
                    self.close_to(at);
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
                if self.open.last().is_some_and(|open| is_heading(open)) =>
            {
                self.close_to(self.open.len() - 1);
            }
            _ => {}
        }
        if self.open.len() >= DEPTH {
            self.end_line();
            return;
        }
        let attributes = &tag.attributes;
        let number = |name: &str| {
            let number: i32 = value(attributes, name)?.trim().parse().ok()?;
            Some(number.to_string())
        };
        let wanted = match name {
            "p" => {
                let class = kept_classes(&value(attributes, "class").unwrap_or_default());
                vec![("class", Some(class).filter(|class| !class.is_empty()))]
            }
            "ol" => {
                let reversed = attributes
                    .contains_key("reversed".as_bytes())
                    .then(String::new);
                vec![("start", number("start")), ("reversed", reversed)]
            }
            "li" => vec![("value", number("value"))],
            _ => Vec::new(),
        };
        self.write_start(name, wanted);
        self.fresh = true;
        self.break_before = false;
    }

    fn write_start(&mut self, name: &'static str, attributes: Vec<(&str, Option<String>)>) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            if let Some(value) = value {
                markup::attribute(name, &value, &mut self.out);
            }
        }
        self.out.push('>');
        self.open.push(name);
    }

    fn end(&mut self, name: &str) {
        let at = if let Some(name) = among(INLINE, name.as_bytes()) {
            self.innermost(name, |open| BLOCKS.contains(&open))
        } else if let Some(name) = among(BLOCKS, name.as_bytes()).filter(|_| self.blocks) {
            self.innermost(name, |open| name == "li" && matches!(open, "ul" | "ol"))
        } else {
            if among(BLOCKS, name.as_bytes())
                .or(among(DROPPED_BLOCKS, name.as_bytes()))
                .is_some()
            {
                self.end_line();
            }
            None
        };
        if let Some(at) = at {
            self.close_to(at);
        }
    }

    /// The place of the innermost open element of this name, as far as the search goes.
    fn innermost(&self, name: &str, is_border: impl Fn(&'static str) -> bool) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if *open == name {
                return Some(at);
            }
            if is_border(open) {
                return None;
            }
        }
        None
    }

    /// No paragraph holds anything that stands on lines of its own.
    fn close_paragraph(&mut self) {
        if let Some(at) = self.innermost("p", |_| false) {
            self.close_to(at);
        }
    }

    fn close_to(&mut self, length: usize) {
        while self.open.len() > length {
            let Some(name) = self.open.pop() else { return };
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
            if BLOCKS.contains(&name) {
                self.fresh = true;
                self.break_before = false;
            }
        }
    }

    fn text(&mut self, text: &str) {
        if text.chars().any(|letter| !letter.is_ascii_whitespace()) {
            self.break_if_due();
            self.fresh = false;
        }
        markup::escape_into(text, &mut self.out);
    }

    fn begin_line(&mut self, tag: &str) {
        self.out.push_str(tag);
        self.fresh = true;
        self.break_before = false;
    }

    fn end_line(&mut self) {
        self.break_before |= !self.fresh;
    }

    fn break_if_due(&mut self) {
        if self.break_before {
            self.begin_line(if self.blocks { "<br>" } else { " " });
        }
    }
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn kept_classes(class: &str) -> String {
    let is_microformat = |class: &str| {
        let name = ["h-", "p-", "u-", "dt-", "e-"]
            .iter()
            .find_map(|prefix| class.strip_prefix(prefix));
        name.is_some_and(|name| {
            let mut bytes = name.bytes();
            !name.is_empty()
                && bytes
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
    };
    let kept: Vec<_> = class
        .split_ascii_whitespace()
        .filter(|class| {
            matches!(
                *class,
                "mention" | "hashtag" | "ellipsis" | "invisible" | "quote-inline"
            ) || is_microformat(class)
        })
        .take(8)
        .collect();
    kept.join(" ")
}

/// An address as it was written, if a browser that reads it finds one of the schemes.
fn kept_address(href: &str) -> Option<String> {
    let href = href.trim_matches(|letter: char| letter.is_whitespace() || letter.is_control());
    let url = Url::parse(href).ok()?;
    SCHEMES.contains(&url.scheme()).then(|| href.to_owned())
}

/// Plain text in the making.
#[derive(Default)]
struct PlainText {
    written: String,
    /// Line breaks that come before the next text: at the end there are none.
    breaks: usize,
    space: bool,
    /// An item of a list has begun and nothing of it was written yet.
    item: bool,
    /// Items of lists that are open.
    items: usize,
    preformatted: usize,
}

impl PlainText {
    fn start(&mut self, tag: &StartTag<()>) {
        match tag.name.as_slice() {
            b"br" => self.breaks += 1,
            b"pre" => self.preformatted += 1,
            b"img" => self.push(&value(&tag.attributes, "alt").unwrap_or_default()),
            _ => {}
        }
        self.separate(&tag.name);
        if tag.name.as_slice() == b"li" {
            self.item = true;
            self.items += 1;
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "li" => self.items = self.items.saturating_sub(1),
            _ => {}
        }
        self.separate(name.as_bytes());
    }

    fn separate(&mut self, name: &[u8]) {
        let lines = match name {
            // What an item begins with stands beside its mark.
            _ if self.item => 0,
            b"li" => 1,
            b"p" if self.items > 0 => 1,
            b"td" | b"th" => {
                self.space = true;
                0
            }
            name if name == b"hr" || among(BLOCKS, name).is_some() => 2,
            name if among(DROPPED_BLOCKS, name).is_some() => 1,
            _ => 0,
        };
        self.breaks = self.breaks.max(lines);
    }

    fn push(&mut self, text: &str) {
        for letter in text.chars() {
            if letter == '\n' && self.preformatted > 0 {
                self.breaks += 1;
            } else if letter.is_ascii_whitespace() && self.preformatted == 0 {
                self.space = true;
            } else {
                self.push_visible(letter);
            }
        }
    }

    fn push_visible(&mut self, letter: char) {
        if !self.written.is_empty() {
            if self.breaks > 0 {
                // Nobody needs more than two empty lines, and a wall of `<br>` is no text.
                self.written
                    .extend(std::iter::repeat_n('\n', self.breaks.min(3)));
            } else if self.space {
                self.written.push(' ');
            }
        }
        if self.item {
            self.written.push_str("- ");
        }
        self.breaks = 0;
        self.space = false;
        self.item = false;
        self.written.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_platforms_write_stays() {
        for html in [
            "<p>a &amp; b<br>c</p><p class=\"quote-inline\">RE: x</p>",
            "<p><span class=\"h-card\" translate=\"no\"><a href=\"https://b.example/@bob\" class=\"u-url mention\" rel=\"nofollow noopener\" \
             target=\"_blank\">@<span>bob</span></a></span></p>",
            "<p><a href=\"https://a.example/tags/x\" class=\"mention hashtag\" rel=\"tag nofollow noopener\" target=\"_blank\">#<span>x</span></a></p>",
            "<h2>Title</h2><blockquote><p>q</p></blockquote><ol start=\"3\" reversed=\"\"><li>a<ul><li>b</li></ul></li><li value=\"7\">c</li></ol><hr>",
            "<pre><code>a\n  b</code></pre><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
            "<p>E = mc<sup>2</sup> <b><i>x</i></b> <del>y</del><u>z</u></p>",
        ] {
            assert_eq!(sanitize(html), html);
        }
    }

    #[test]
    fn what_does_harm_goes() {
        for (hostile, clean) in [
            ("a<script>alert(1)</script>b", "ab"),
            ("a<script>never closed", "a"),
            ("<svg><set onbegin=alert(1)></svg>a", "a"),
            ("<svg/>a<math/>b", "ab"),
            (
                "<svg><svg></svg><a href=https://x.example>in</a></svg>out",
                "out",
            ),
            (
                "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>a",
                "a",
            ),
            ("<img src=x onerror=alert(1) alt='<cat>'>", "&lt;cat&gt;"),
            (
                "<p style=\"position:fixed\" onclick=x id=y class=\"modal invisible\">a</p>",
                "<p class=\"invisible\">a</p>",
            ),
            ("<a href=\"java\nscript:alert(1)\">x</a>", "x"),
            ("<a href=\" \u{1}JaVaScRiPt:alert(1)\">x</a>", "x"),
            ("<a href=\"data:text/html,<script>\">x</a>", "x"),
            ("<a href=\"//x.example\">x</a><a href=\"/y\">y</a>", "xy"),
            (
                "<scr<script>ipt>alert(1)</scr</script>ipt>",
                "ipt&gt;alert(1)ipt&gt;",
            ),
            ("<!-- <p> --><![CDATA[x]]><?php y ?>z", "z"),
            ("<textarea></textarea><script>x</script>", ""),
            (
                "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
                "&quot;&gt;",
            ),
            ("&lt;script&gt;", "&lt;script&gt;"),
        ] {
            assert_eq!(sanitize(hostile), clean, "{hostile}");
        }
    }

    #[test]
    fn broken_markup_becomes_whole() {
        for (broken, whole) in [
            ("<p>a<p>b", "<p>a</p><p>b</p>"),
            ("<b><i>x</b>y</i>", "<b><i>x</i></b>y"),
            (
                "<ul><li>a<li>b<ul><li>c</ul></ul>",
                "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
            ),
            ("</p></div>a</b>", "a"),
            ("<p>a<ul><li>b", "<p>a</p><ul><li>b</li></ul>"),
            (
                "<div>a</div><div><div>b</div></div>c<p>d</p>",
                "a<br>b<br>c<p>d</p>",
            ),
            ("<table><tr><td>a<td>b</table>", "a<br>b"),
            ("<p>unfinished <a href=\"https://a.ex", "<p>unfinished </p>"),
        ] {
            assert_eq!(sanitize(broken), whole, "{broken}");
        }
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(
            sanitize_inline("<p>a<br>b</p><h1>c</h1><b>d</b>"),
            "a b c <b>d</b>"
        );
        assert_eq!(sanitize_inline("<ul><li>a</li></ul>"), "a");
    }

    #[test]
    fn text_is_what_a_person_reads() {
        for (html, text) in [
            ("<p>a<br />&quot;b&quot;</p><p>c</p>", "a\n\"b\"\n\nc"),
            ("<ul><li><p>one</p></li><li>two</li></ul>", "- one\n- two"),
            ("<pre><code>a\n  b</code></pre>c", "a\n  b\n\nc"),
            ("a<style>p{}</style><template><p>x</template>b", "ab"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("<tr><td>a</td><td>b</td></tr>", "a b"),
            ("hi <img alt=\":cat:\" src=x>", "hi :cat:"),
            (
                "<a href=\"https://a.example/long\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">a.example/</span>\
                 <span class=\"invisible\">long</span></a>",
                "https://a.example/long",
            ),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
        assert_eq!(
            to_text(&format!("a{}b", "<br>".repeat(100_000))),
            "a\n\n\nb"
        );
    }

    /// A tree builder takes the square of the length for some of these, which is minutes.
    #[test]
    fn a_bomb_costs_what_its_length_costs() {
        let bombs = [
            "<",
            "<p>",
            "<div>",
            "<ul><li>",
            "<b>",
            "<a href=https://a.example>",
            "<p><b><i>",
            "<svg>",
            "<table>",
            "</p>",
            "&",
            "<!--",
            "<a ",
            "<br>",
            "<font x>",
            "<x a=\"",
        ];
        let start = std::time::Instant::now();
        for bomb in bombs {
            let html = bomb.repeat(64 * 1024 / bomb.len());
            let length = sanitize(&html).len().max(to_text(&html).len());
            assert!(length <= html.len() * 6, "{bomb}: {length}");
        }
        let deep = format!(
            "{}x{}",
            "<blockquote>".repeat(100_000),
            "</blockquote>".repeat(100_000)
        );
        assert_eq!(sanitize(&deep).matches("<blockquote>").count(), DEPTH);
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    /// Another cleaner, which builds a tree as browsers do, with the same list.
    fn by_another(html: &str) -> String {
        let mut builder = ammonia::Builder::empty();
        builder
            .tags(
                INLINE
                    .iter()
                    .chain(BLOCKS)
                    .chain(&["br", "hr"])
                    .copied()
                    .collect(),
            )
            .clean_content_tags(
                HIDDEN
                    .iter()
                    .copied()
                    .filter(|name| *name != "embed")
                    .collect(),
            )
            .tag_attributes(std::collections::HashMap::from([
                ("a", ["href", "class", "rel", "target"].into()),
                ("span", ["class", "translate"].into()),
                ("p", ["class"].into()),
                ("ol", ["start", "reversed"].into()),
                ("li", ["value"].into()),
            ]))
            .link_rel(None)
            .url_schemes(SCHEMES.iter().copied().collect());
        builder.clean(html).to_string()
    }

    /// Text is escaped more than needed here and less there; the tags are what counts.
    fn without_optional_escapes(html: &str) -> String {
        html.replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&nbsp;", "\u{a0}")
    }

    /// Every text of a document that may be HTML.
    fn texts(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) if text.contains(['<', '&']) => {
                found.push(text.clone());
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            serde_json::Value::Object(members) => {
                members.values().for_each(|member| texts(member, found));
            }
            _ => {}
        }
    }

    fn texts_in(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                texts_in(&path, found);
            } else if let Ok(document) = serde_json::from_slice(&std::fs::read(&path).unwrap()) {
                texts(&document, found);
            }
        }
    }

    #[test]
    fn what_platforms_write_is_clean_for_another_parser_too() {
        let Ok(root) = std::env::var("FEDIKIT_SHARED") else {
            println!("skipped: FEDIKIT_SHARED is not set");
            return;
        };
        let mut found = Vec::new();
        texts_in(&std::path::Path::new(&root).join("corpus/wild"), &mut found);
        assert!(found.len() > 500, "{}", found.len());
        let mut tags = 0;
        for html in &found {
            let clean = sanitize(html);
            assert_eq!(sanitize(&clean), clean);
            assert_eq!(
                without_optional_escapes(&by_another(&clean)),
                without_optional_escapes(&clean),
                "of {html}"
            );
            tags += clean.matches('<').count();
        }
        println!("{} texts, {tags} tags let through", found.len());
    }

    const SOUP: &str = r#"([a-c &;"'\n]|</?(p|br|b|i|a|div|span|ul|ol|li|pre|h1|h2|blockquote|ruby|rt|table|td|svg|math|style|script|template|select|mi|mtext|title|img|font|embed|hr)>|<a href=['"](https://x\.example|javascript:x|/y)['"]( class=mention)?>|<span class="[hx]-[a-b]">|<p |<!--|-->|<!\[CDATA\[|\]\]>|<|>|&(lt|amp|#0|nbsp|#60);?|\x00){0,40}"#;

    proptest! {
        /// What was cleaned is clean: for us, and for a parser that builds a tree.
        #[test]
        fn clean_is_clean(html in SOUP) {
            let clean = sanitize(&html);
            prop_assert_eq!(&sanitize(&clean), &clean);
            if !clean.contains("<pre>\n") {
                prop_assert_eq!(without_optional_escapes(&by_another(&clean)), without_optional_escapes(&clean));
            }
            let inline = sanitize_inline(&html);
            prop_assert_eq!(&sanitize_inline(&inline), &inline);
            prop_assert!(to_text(&html).len() <= html.len() * 3);
        }

        #[test]
        fn no_text_panics(html in any::<String>()) {
            let _ = (sanitize(&html), sanitize_inline(&html), to_text(&html));
        }
    }
}
