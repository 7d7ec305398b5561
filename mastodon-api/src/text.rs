//! Text that strangers wrote: HTML and links.

use std::fmt;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};
use url::Url;

use crate::wire::wire_text;

/// HTML as the server sent it.
///
/// It comes from other people's servers: Mastodon cleans it, others may not. Do not put it into a page before you
/// have cleaned it.
#[derive(Clone, Default, Eq, Hash, PartialEq)]
pub struct Html(Box<str>);

impl Html {
    /// The HTML itself, not to be trusted.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a person reads: paragraphs with an empty line between them, no tags, no scripts.
    ///
    /// It is plain text. Where HTML is expected it must be escaped like any other: it may say `<script>`, because
    /// somebody wrote `&lt;script&gt;`.
    ///
    /// ```
    /// use mastodon_api::text::Html;
    ///
    /// let html = Html::from("<p>Fish &amp; chips<br>tonight</p><p><a href=\"https://a.example\">more</a></p>");
    /// assert_eq!(html.to_text(), "Fish & chips\ntonight\n\nmore");
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = PlainText::default();
        for token in tokens(&self.0) {
            match token {
                Token::StartTag(tag) => text.start(&tag.name),
                Token::EndTag(tag) => text.end(&tag.name),
                Token::String(string) => text.push(&String::from_utf8_lossy(&string)),
                _ => {}
            }
        }
        text.written
    }

    /// Where its links lead: `https:` and `http:` only, without the mentions and hashtags, which the status lists.
    #[must_use]
    pub fn links(&self) -> Vec<Url> {
        tokens(&self.0)
            .filter_map(|token| match token {
                Token::StartTag(tag) if **tag.name == *b"a" => Some(tag),
                _ => None,
            })
            .filter(|tag| {
                !attribute(tag, b"class")
                    .split_ascii_whitespace()
                    .any(|class| class == "mention")
            })
            .filter_map(|tag| WebUrl::from(attribute(&tag, b"href")).to_url())
            .collect()
    }
}

fn tokens(html: &str) -> impl Iterator<Item = Token> {
    let mut emitter = DefaultEmitter::default();
    // Without it the inside of a script is text.
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter).flatten()
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> String {
    tag.attributes
        .get(name)
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .unwrap_or_default()
}

/// Plain text in the making.
#[derive(Default)]
struct PlainText {
    written: String,
    /// Line breaks that come before the next text: at the end there are none.
    breaks: usize,
    space: bool,
    /// The element inside which nothing is for people, such as a script.
    hidden: Option<Vec<u8>>,
    preformatted: usize,
}

impl PlainText {
    fn start(&mut self, name: &[u8]) {
        if self.hidden.is_some() {
            return;
        }
        match name {
            b"script" | b"style" | b"template" | b"noscript" | b"title" | b"iframe"
            | b"noembed" | b"noframes" => {
                self.hidden = Some(name.to_owned());
            }
            b"br" => self.breaks += 1,
            b"pre" => self.preformatted += 1,
            _ => {}
        }
        self.breaks = self.breaks.max(breaks_around(name));
        if name == b"li" {
            self.push("- ");
        }
    }

    fn end(&mut self, name: &[u8]) {
        if self.hidden.as_deref() == Some(name) {
            self.hidden = None;
        }
        if self.hidden.is_some() {
            return;
        }
        if name == b"pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        self.breaks = self.breaks.max(breaks_around(name));
    }

    fn push(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        for c in text.chars() {
            if c == '\n' && self.preformatted > 0 {
                self.breaks += 1;
            } else if c.is_ascii_whitespace() && self.preformatted == 0 {
                self.space = true;
            } else {
                self.push_visible(c);
            }
        }
    }

    fn push_visible(&mut self, c: char) {
        if !self.written.is_empty() {
            if self.breaks > 0 {
                // Nobody needs more than two empty lines, and a wall of `<br>` is no text.
                self.written
                    .extend(std::iter::repeat_n('\n', self.breaks.min(3)));
            } else if self.space {
                self.written.push(' ');
            }
        }
        self.breaks = 0;
        self.space = false;
        self.written.push(c);
    }
}

fn breaks_around(name: &[u8]) -> usize {
    match name {
        b"p" | b"blockquote" | b"pre" | b"ul" | b"ol" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5"
        | b"h6" => 2,
        b"div" | b"li" | b"tr" | b"dt" | b"dd" | b"figcaption" => 1,
        _ => 0,
    }
}

impl From<&str> for Html {
    fn from(html: &str) -> Self {
        Self(html.into())
    }
}

impl From<String> for Html {
    fn from(html: String) -> Self {
        Self(html.into())
    }
}

impl fmt::Debug for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

wire_text!(Html, "HTML text");

/// A link as the server sent it, which may be any text.
#[derive(Clone, Default, Eq, Hash, PartialEq)]
pub struct WebUrl(Box<str>);

impl WebUrl {
    /// The text as the server sent it: perhaps no URL at all, perhaps `javascript:`. Not for a link on a page.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The link, if it is an `https:` or `http:` URL.
    #[must_use]
    pub fn to_url(&self) -> Option<Url> {
        Url::parse(&self.0)
            .ok()
            .filter(|url| matches!(url.scheme(), "https" | "http"))
    }
}

impl From<&str> for WebUrl {
    fn from(url: &str) -> Self {
        Self(url.into())
    }
}

impl From<String> for WebUrl {
    fn from(url: String) -> Self {
        Self(url.into())
    }
}

impl From<Url> for WebUrl {
    fn from(url: Url) -> Self {
        Self(String::from(url).into())
    }
}

impl fmt::Debug for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

wire_text!(WebUrl, "a URL");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(html: &str) -> String {
        Html::from(html).to_text()
    }

    #[test]
    fn a_post_of_mastodon() {
        let html = "<p><span class=\"h-card\"><a href=\"https://a.example/@bob\" class=\"u-url mention\">@<span>bob</span></a></span> see\
             <br />&quot;this&quot;</p><p><a href=\"https://b.example/x\"><span class=\"invisible\">https://</span>b.example/x</a></p>";
        assert_eq!(text(html), "@bob see\n\"this\"\n\nhttps://b.example/x");
        let links: Vec<_> = Html::from(html)
            .links()
            .into_iter()
            .map(String::from)
            .collect();
        assert_eq!(links, ["https://b.example/x"]);
    }

    #[test]
    fn nothing_of_a_script_is_text() {
        assert_eq!(text("a<script>alert('<p>x</p>')</script>b"), "ab");
        assert_eq!(text("a<style>p{}</style><template><p>x</template>b"), "ab");
        assert_eq!(text("a<script>never closed"), "a");
        assert_eq!(text("&lt;script&gt;"), "<script>");
        assert_eq!(
            text("<svg><set onbegin=alert(1)>x</svg><!-- y --><![CDATA[z]]>"),
            "x"
        );
    }

    #[test]
    fn lists_and_code_keep_their_lines() {
        assert_eq!(text("<ul><li>one</li><li>two</li></ul>"), "- one\n- two");
        assert_eq!(text("<pre><code>a\n  b</code></pre>c"), "a\n  b\n\nc");
        assert_eq!(text(&format!("a{}b", "<br>".repeat(100_000))), "a\n\n\nb");
    }

    #[test]
    fn only_web_addresses_are_links() {
        let html = Html::from(
            "<a href='javascript:alert(1)'>x</a><a href=' JaVaScRiPt:x'>x</a><a href='data:text/html,x'>x</a><a>y</a>",
        );
        assert!(html.links().is_empty());
        assert_eq!(WebUrl::from("javascript:alert(1)").to_url(), None);
        assert_eq!(
            WebUrl::from("javascript:alert(1)").as_str(),
            "javascript:alert(1)"
        );
    }

    proptest! {
        #[test]
        fn no_html_panics(html in r#"([ -~]|<[a-z/!]{1,6}|>|&[a-z#0-9]{1,5};){0,60}"#) {
            let html = Html::from(html);
            let _ = (html.to_text(), html.links());
        }
    }
}
