//! Text: the HTML and links that strangers wrote, and how long one's own text is for the server.

use std::fmt;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};
use url::Url;

use crate::wire::wire_text;

pub use emoji::custom_emojis;
pub(crate) use status_length::length;
pub use status_length::{CHARACTERS_RESERVED_PER_URL, split_text, status_length};
use writer::Writer;
pub use writer::{Anchor, AnchorKind};

#[cfg(feature = "clean")]
mod clean;
mod emoji;
mod status_length;
mod writer;

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
    /// somebody wrote `&lt;script&gt;`. A link that apps show shortened is whole. Control characters are left out; those
    /// that set the direction of writing stay, because Arabic and Hebrew need them: isolate the text from what stands
    /// beside it (`<bdi>` in a page).
    ///
    /// Time and memory grow with the length of the HTML and with nothing else, however deep it is.
    ///
    /// ```
    /// use mastodon_api::text::Html;
    ///
    /// let html = Html::from("<p>Fish &amp; chips<br>tonight</p><p><a href=\"https://a.example\">more</a></p>");
    /// assert_eq!(html.to_text(), "Fish & chips\ntonight\n\nmore");
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        self.write(Writer::default()).written
    }

    /// What a person reads, with the marks of Markdown: `**bold**`, `*emphasis*`, `` `code` ``, lists, quotations,
    /// headings, `[text](https://…)`.
    ///
    /// What would be a mark by chance is escaped, so a renderer shows the text as it was. It is still a stranger's: a
    /// renderer that lets HTML through must not be given the text of others, though none is in it.
    ///
    /// ```
    /// use mastodon_api::text::Html;
    ///
    /// let html = Html::from("<p><strong>Fish</strong> * <a href=\"https://a.example\">more</a></p>");
    /// assert_eq!(html.to_markdown(), r"**Fish** \* [more](https://a.example/)");
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        self.write(Writer::markdown()).written
    }

    /// Its links, mentions and hashtags, with where they stand in [`to_text`](Self::to_text). Those without text are
    /// left out.
    ///
    /// What is a mention or a hashtag, the server says by its classes; the status lists them too, with their ids.
    #[must_use]
    pub fn anchors(&self) -> Vec<Anchor> {
        self.write(Writer::default()).anchors
    }

    /// Where its links lead: `https:` and `http:` only, without the mentions and hashtags.
    #[must_use]
    pub fn links(&self) -> Vec<Url> {
        self.anchors()
            .into_iter()
            .filter(|anchor| anchor.kind == AnchorKind::Link)
            .filter_map(|anchor| anchor.url)
            .collect()
    }

    /// Whom it mentions, as it is written, without the first `@`.
    #[must_use]
    pub fn mentions(&self) -> Vec<String> {
        self.texts_of(AnchorKind::Mention, '@')
    }

    /// Its hashtags, as they are written, without the `#`.
    #[must_use]
    pub fn hashtags(&self) -> Vec<String> {
        self.texts_of(AnchorKind::Hashtag, '#')
    }

    fn texts_of(&self, kind: AnchorKind, sign: char) -> Vec<String> {
        self.anchors()
            .into_iter()
            .filter(|anchor| anchor.kind == kind)
            .map(|anchor| anchor.text.trim_start_matches(sign).to_owned())
            .collect()
    }

    fn write(&self, mut writer: Writer) -> Writer {
        for token in tokens(&self.0) {
            match token {
                Token::StartTag(tag) => writer.start(&tag.name, || anchor(&tag)),
                Token::EndTag(tag) => writer.end(&tag.name),
                Token::String(string) => writer.push(&String::from_utf8_lossy(&string)),
                _ => {}
            }
        }
        writer.finish();
        writer
    }
}

/// What an `a` is, and where it leads.
fn anchor(tag: &StartTag<()>) -> (AnchorKind, Option<Url>) {
    let has = |name: &[u8], word: &str| {
        let value = attribute(tag, name);
        value.split_ascii_whitespace().any(|found| found == word)
    };
    // A hashtag of Mastodon has both classes.
    let kind = if has(b"class", "hashtag") || has(b"rel", "tag") {
        AnchorKind::Hashtag
    } else if has(b"class", "mention") {
        AnchorKind::Mention
    } else {
        AnchorKind::Link
    };
    (kind, WebUrl::from(attribute(tag, b"href")).to_url())
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
    fn markdown_of_what_servers_write() {
        let markdown = |html: &str| Html::from(html).to_markdown();
        for (html, expected) in [
            ("<p>a <b> b </b>c</p>", "a **b** c"),
            ("<b><b>a</b></b><i></i><b>", "**a**"),
            ("<em>a</em><del>b</del>", "*a*~~b~~"),
            (
                "1. a<br># b<br>- c *d* _e_ [f] `g` &amp;lt;",
                "1\\. a\n\\# b\n\\- c \\*d\\* \\_e\\_ \\[f\\] \\`g\\` \\&lt;",
            ),
            ("<h2>a</h2><p>b</p>", "## a\n\nb"),
            (
                "<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>e",
                "- a\n- b\n  1. c\n  2. d\n\ne",
            ),
            (
                "<p>a</p><blockquote><p>b</p><p>c<br>d</p></blockquote>e",
                "a\n\n> b\n>\n> c\n> d\n\ne",
            ),
            ("a <code>b*</code> <code>`c`</code>", "a `b*` `` `c` ``"),
            ("<pre><code>a\n  b*</code></pre>c", "```\na\n  b*\n```\n\nc"),
            ("<pre>```</pre>", "````\n```\n````"),
            (
                "<a href=https://a.example/(x)>a](b</a>",
                "[a\\](b](https://a.example/%28x%29)",
            ),
            (
                "<a href=https://a.example>https://a.example</a>",
                "<https://a.example/>",
            ),
            (
                "<a href=javascript:x>a</a> <a href=https://b.example></a>",
                "a",
            ),
            ("&lt;script&gt;", "\\<script>"),
        ] {
            assert_eq!(markdown(html), expected, "{html}");
        }
    }

    #[test]
    fn anchors_are_where_the_text_is() {
        let html = Html::from(
            "<p>Hi <a class=\"u-url mention\" href=\"https://a.example/@bob\">@<span>bob</span></a>, \
             <a class=\"mention hashtag\" rel=tag href=\"https://a.example/tags/x\">#<span>X</span></a> \
             <a href=\"https://b.example/long/path\"><span class=invisible>https://</span><span class=ellipsis>b.example/long</span><span class=invisible>/path</span></a> \
             <a href=\"data:x\">never <b>mind</b></p>",
        );
        let text = html.to_text();
        let anchors = html.anchors();
        for anchor in &anchors {
            assert_eq!(text[anchor.range.clone()], anchor.text);
        }
        let found: Vec<_> = anchors.iter().map(|a| (a.kind, &*a.text)).collect();
        assert_eq!(
            found,
            [
                (AnchorKind::Mention, "@bob"),
                (AnchorKind::Hashtag, "#X"),
                (AnchorKind::Link, "https://b.example/long/path"),
                (AnchorKind::Link, "never mind")
            ]
        );
        assert_eq!(anchors[3].url, None);
        assert_eq!(
            (html.mentions(), html.hashtags()),
            (vec!["bob".to_owned()], vec!["X".to_owned()])
        );
        assert_eq!(html.links().len(), 1);
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
        fn no_html_panics(html in r#"([ -~]|<[a-z/!]{1,6}|>|&[a-z#0-9]{1,5};|</?(a|b|i|p|br|ul|ol|li|pre|code|blockquote|h1)>|<a href=https://a.example>){0,60}"#) {
            let html = Html::from(html);
            let text = html.to_text();
            for anchor in html.anchors() {
                prop_assert_eq!(&text[anchor.range.clone()], &anchor.text);
            }
            let _ = html.to_markdown();
        }
    }
}
