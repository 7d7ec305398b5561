//! Builds a post from plain text: paragraphs, links, mentions, hashtags → safe HTML, tags and addressing.
//!
//! Nothing is looked up: the caller says which handle is which actor. Custom emoji, attachments and polls are not built here yet; set
//! the fields of the [`Object`] that comes out.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use url::Url;

use crate::actor::Actor;
use crate::addressing::{Visibility, addresses};
use crate::extension::mastodon;
use crate::id::Id;
use crate::kind::ObjectKind;
use crate::link::Link;
use crate::markup::{self, escaped};
use crate::object::Object;
use crate::property::{LanguageMap, OneOrMany, Ref};

/// A post that is being written.
///
/// ```
/// use activitypub::compose::Draft;
/// use activitypub::{Activity, Actor, OneOrMany};
///
/// let mut alice = Actor::person("https://example.com/alice", "alice", "https://example.com/alice/inbox");
/// alice.followers = OneOrMany::one("https://example.com/alice/followers");
/// let note = Draft::new("Hi @bob@example.org, 1 < 2! #Rust")
///     .mention("@bob@example.org", "https://example.org/users/bob", "https://example.org/@bob")
///     .hashtags_at("https://example.com/tags/")
///     .language("en")
///     .into_note("https://example.com/notes/1", &alice);
///
/// assert!(note.content.as_deref().unwrap().contains("1 &lt; 2!"));
/// assert_eq!(note.hashtags().next().unwrap().name.as_deref(), Some("#Rust"));
/// assert!(note.recipients().iter().any(|id| *id == "https://example.org/users/bob"));
/// let create = Activity::create("https://example.com/notes/1/activity", "https://example.com/alice", note);
/// # drop(create);
/// ```
#[derive(Clone, Debug)]
pub struct Draft {
    text: String,
    language: Option<String>,
    content_warning: Option<String>,
    visibility: Visibility,
    known: Vec<Known>,
    notified: Vec<(String, Id)>,
    tag_pages: Option<String>,
    in_reply_to: Option<Id>,
    published: Option<DateTime<Utc>>,
}

/// An actor whom the text may mention.
#[derive(Clone, Debug)]
struct Known {
    handle: String,
    id: Id,
    page: String,
}

impl Draft {
    /// A public post with this text. An empty line begins a paragraph, every other line break stays one.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            language: None,
            content_warning: None,
            visibility: Visibility::Public,
            known: Vec::new(),
            notified: Vec::new(),
            tag_pages: None,
            in_reply_to: None,
            published: None,
        }
    }

    /// Says who a handle is. Wherever the text has `@bob@example.org`, in whatever case, it becomes a link to `page` (an `https` or
    /// `http` URL, else it stays text), and the actor is mentioned and addressed. Handles that nobody explained stay text.
    #[must_use]
    pub fn mention(
        mut self,
        handle: impl AsRef<str>,
        id: impl Into<Id>,
        page: impl Into<String>,
    ) -> Self {
        let handle = plain_handle(handle.as_ref());
        self.known.push(Known {
            handle,
            id: id.into(),
            page: page.into(),
        });
        self
    }

    /// Mentions and addresses an actor whom the text does not name, such as the author of the post that it answers: without
    /// it Mastodon does not tell them.
    #[must_use]
    pub fn notify(mut self, handle: impl AsRef<str>, id: impl Into<Id>) -> Self {
        self.notified
            .push((plain_handle(handle.as_ref()), id.into()));
        self
    }

    /// Where the pages of hashtags are: the tag in lower case is appended. An absolute `https` or `http` URL; without one, hashtags
    /// stay text.
    #[must_use]
    pub fn hashtags_at(mut self, base: impl Into<String>) -> Self {
        self.tag_pages = Some(base.into());
        self
    }

    /// The language of the text, as a tag of BCP 47 (`en`, `pt-BR`).
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// A plain text to show first; the post is hidden behind it.
    #[must_use]
    pub fn content_warning(mut self, text: impl Into<String>) -> Self {
        self.content_warning = Some(text.into());
        self
    }

    /// Who can see it.
    #[must_use]
    pub fn visibility(mut self, visibility: Visibility) -> Self {
        self.visibility = visibility;
        self
    }

    /// The post that it answers.
    #[must_use]
    pub fn in_reply_to(mut self, post: impl Into<Id>) -> Self {
        self.in_reply_to = Some(post.into());
        self
    }

    /// When it was written.
    #[must_use]
    pub fn published(mut self, time: DateTime<Utc>) -> Self {
        self.published = Some(time);
        self
    }

    /// The post. Followers are addressed only if the author's document names the collection of them.
    #[must_use]
    pub fn into_note(self, id: impl Into<Id>, author: &Actor) -> Object {
        let mut rendering = Rendering {
            draft: &self,
            html: String::new(),
            tags: Vec::new(),
            mentioned: Vec::new(),
        };
        for (handle, actor) in &self.notified {
            rendering.add_mention(handle, actor);
        }
        rendering.paragraphs();
        let Rendering {
            html,
            tags,
            mentioned,
            ..
        } = rendering;

        let mut note = Object::note(id, "", html.clone());
        note.attributed_to = author
            .id
            .as_ref()
            .map_or_else(OneOrMany::absent, OneOrMany::one);
        let (to, cc) = addresses(self.visibility, author.followers.id(), &mentioned);
        note.to = OneOrMany::many(to);
        note.cc = OneOrMany::many(cc);
        note.tag = OneOrMany::many(tags);
        if let Some(warning) = self.content_warning {
            note.extra.remove("summary");
            note.summary = Some(escaped(&warning));
            note.sensitive = Some(true);
        }
        if let Some(language) = self.language {
            let mut map = LanguageMap::default();
            map.set(&language, html);
            note.content_map = Some(map);
        }
        if let Some(post) = self.in_reply_to {
            note.in_reply_to = OneOrMany::one(post);
        }
        note.published = self.published.map(Into::into);
        let mut source = Object::new(ObjectKind::Object);
        source.types = OneOrMany::absent();
        source.content = Some(self.text);
        source.media_type = Some("text/plain".to_owned());
        note.source = OneOrMany::one(Ref::from(source));
        note
    }
}

/// Longer web addresses are no links, in bytes.
const LONGEST_ADDRESS: usize = 2048;

struct Rendering<'d> {
    draft: &'d Draft,
    html: String,
    tags: Vec<Link>,
    mentioned: Vec<Id>,
}

impl<'d> Rendering<'d> {
    fn paragraphs(&mut self) {
        let draft = self.draft;
        let text = draft.text.replace("\r\n", "\n");
        for paragraph in text
            .split("\n\n")
            .map(|paragraph| paragraph.trim_matches('\n'))
            .filter(|text| !text.is_empty())
        {
            self.html.push_str("<p>");
            self.inline(paragraph);
            self.html.push_str("</p>");
        }
    }

    /// One pass from left to right: what a link, mention or hashtag took is not looked at again.
    fn inline(&mut self, text: &str) {
        let mut before = None;
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let free = before.is_none_or(|before: char| {
                !before.is_alphanumeric() && !matches!(before, '/' | '_' | '@' | '#' | '&')
            });
            let taken = if free { self.special(letter, rest) } else { 0 };
            let (done, left) = if taken > 0 {
                rest.split_at(taken)
            } else {
                self.letter(letter);
                rest.split_at(letter.len_utf8())
            };
            before = done.chars().next_back();
            rest = left;
        }
    }

    fn letter(&mut self, letter: char) {
        match letter {
            '\n' => self.html.push_str("<br>"),
            other => markup::escape(other, &mut self.html),
        }
    }

    /// Writes what begins here and says how many bytes it took; 0 if nothing special begins.
    fn special(&mut self, letter: char, rest: &str) -> usize {
        match letter {
            'h' | 'H' => self.web_address(rest),
            '@' => self.mention(rest),
            '#' => self.hashtag(rest),
            _ => 0,
        }
    }

    fn web_address(&mut self, rest: &str) -> usize {
        let address = address(rest);
        if web_url(address).is_none() {
            return 0;
        }
        markup::begin_link(address, "", "", &mut self.html);
        markup::escape_into(address, &mut self.html);
        self.html.push_str("</a>");
        address.len()
    }

    fn mention(&mut self, rest: &str) -> usize {
        let Some((user, length)) = handle(rest) else {
            return 0;
        };
        let draft: &'d Draft = self.draft;
        let named = rest.get(..length).map(plain_handle).unwrap_or_default();
        let Some(known) = draft
            .known
            .iter()
            .find(|known| known.handle.eq_ignore_ascii_case(&named))
        else {
            return 0;
        };
        self.add_mention(&known.handle, &known.id);
        let user = escaped(user);
        if let Some(page) = web_url(&known.page) {
            self.html
                .push_str("<span class=\"h-card\" translate=\"no\">");
            markup::begin_link(page.as_str(), "u-url mention", "", &mut self.html);
            let _ = write!(self.html, "@<span>{user}</span></a></span>");
        } else {
            let _ = write!(self.html, "@{user}");
        }
        length
    }

    fn hashtag(&mut self, rest: &str) -> usize {
        let word = rest.get(1..).unwrap_or_default();
        let end = word
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(word.len());
        let Some(word) = word
            .get(..end)
            .filter(|word| word.chars().any(char::is_alphabetic))
        else {
            return 0;
        };
        let Some(mut page) = self.draft.tag_pages.as_deref().and_then(web_url) else {
            return 0;
        };
        let Ok(mut path) = page.path_segments_mut() else {
            return 0;
        };
        path.pop_if_empty().push(&word.to_lowercase());
        drop(path);
        let tag = mastodon::hashtag(word, &page);
        if !self.tags.iter().any(|other| other.href == tag.href) {
            self.tags.push(tag);
        }
        markup::begin_link(page.as_str(), "mention hashtag", "tag", &mut self.html);
        let _ = write!(self.html, "#<span>{}</span></a>", escaped(word));
        end + 1
    }

    fn add_mention(&mut self, handle: &str, actor: &Id) {
        if !self.mentioned.contains(actor) {
            self.mentioned.push(actor.clone());
            self.tags.push(Link::mention(actor, format!("@{handle}")));
        }
    }
}

/// The handle without the `@` in front.
fn plain_handle(handle: &str) -> String {
    handle.strip_prefix('@').unwrap_or(handle).to_owned()
}

/// The user name of the handle that begins here, and the length of the whole handle in bytes.
fn handle(rest: &str) -> Option<(&str, usize)> {
    let named = rest.strip_prefix('@')?;
    let is_user =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let user = named.get(..named.find(|letter| !is_user(letter))?)?;
    let host = named.get(user.len()..)?.strip_prefix('@')?;
    let is_host = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | ':');
    let host = host
        .get(..host.find(|letter| !is_host(letter)).unwrap_or(host.len()))?
        .trim_end_matches(['.', '-', ':']);
    (!user.is_empty() && !host.is_empty()).then(|| (user, user.len() + host.len() + 2))
}

/// The text that begins here as far as a web address goes: without the punctuation of the sentence around it.
fn address(rest: &str) -> &str {
    if !rest
        .get(..4)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
    {
        return "";
    }
    // What is looked at for one link is bounded, or a text of nothing but failed links would take the square of its length.
    let rest = rest
        .get(..rest.floor_char_boundary(LONGEST_ADDRESS))
        .unwrap_or_default();
    let is_end = |letter: char| {
        letter.is_whitespace() || letter.is_control() || matches!(letter, '<' | '>' | '"')
    };
    let mut text = rest
        .get(..rest.find(is_end).unwrap_or(rest.len()))
        .unwrap_or_default();
    let open = text.matches('(').count();
    let mut closed = text.matches(')').count();
    while let Some(last) = text.chars().next_back() {
        match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' => {}
            ')' if closed > open => closed -= 1,
            _ => break,
        }
        text = text.get(..text.len() - last.len_utf8()).unwrap_or_default();
    }
    text
}

/// A URL that may stand in a link.
fn web_url(text: &str) -> Option<Url> {
    let scheme = text.split_once("://")?.0;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    Url::parse(text).ok().filter(Url::has_host)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn alice() -> Actor {
        let mut alice = Actor::person(
            "https://a.example/alice",
            "alice",
            "https://a.example/alice/inbox",
        );
        alice.followers = OneOrMany::one("https://a.example/alice/followers");
        alice
    }

    fn note(text: &str) -> Object {
        Draft::new(text)
            .mention(
                "@bob@b.example",
                "https://b.example/bob",
                "https://b.example/@bob",
            )
            .mention(
                "eve@e.example",
                "https://e.example/eve",
                "javascript:alert(1)",
            )
            .hashtags_at("https://a.example/tags/")
            .into_note("https://a.example/1", &alice())
    }

    fn html(text: &str) -> String {
        note(text).content.unwrap()
    }

    #[test]
    fn text_becomes_safe_html() {
        assert_eq!(
            html("a\nb\r\n\r\nc & <d>"),
            "<p>a<br>b</p><p>c &amp; &lt;d&gt;</p>"
        );
        assert_eq!(
            html("<script>'\"</script>"),
            "<p>&lt;script&gt;&#39;&quot;&lt;/script&gt;</p>"
        );
        assert_eq!(html(""), "");
    }

    #[test]
    fn web_addresses_become_links_without_the_sentence_around_them() {
        let link = |url: &str| {
            format!("<a href=\"{url}\" rel=\"nofollow noopener\" target=\"_blank\">{url}</a>")
        };
        assert_eq!(
            html("(see https://x.example/a_(b)?c=d&e)."),
            format!(
                "<p>(see {}).</p>",
                link("https://x.example/a_(b)?c=d&amp;e")
            )
        );
        assert_eq!(
            html("javascript:alert(1) https:// http"),
            "<p>javascript:alert(1) https:// http</p>"
        );
        assert_eq!(
            html("https://x.example/\"onclick=\"x"),
            format!("<p>{}&quot;onclick=&quot;x</p>", link("https://x.example/"))
        );
    }

    #[test]
    fn handles_that_were_explained_are_mentions() {
        let note =
            note("@Bob@B.example. @bob@b.example @nobody@n.example a@bob@b.example @eve@e.example");
        let handles: Vec<_> = note
            .mentions()
            .map(|link| link.name.as_deref().unwrap())
            .collect();
        assert_eq!(handles, ["@bob@b.example", "@eve@e.example"]);
        assert_eq!(
            note.recipients(),
            [
                "https://a.example/alice/followers",
                "https://b.example/bob",
                "https://e.example/eve"
            ]
        );
        let html = note.content.unwrap();
        assert_eq!(html.matches("href").count(), 2, "{html}");
        assert!(!html.contains("javascript"), "{html}");
        assert!(
            html.contains("@nobody@n.example a@bob@b.example @eve"),
            "{html}"
        );
    }

    #[test]
    fn hashtags_need_a_letter() {
        let note = note("#Rust #rust #1 #süß&#39; a#b ##c");
        let tags: Vec<_> = note
            .hashtags()
            .map(|tag| {
                (
                    tag.name.as_deref().unwrap(),
                    tag.href.as_ref().unwrap().as_str(),
                )
            })
            .collect();
        assert_eq!(
            tags,
            [
                ("#Rust", "https://a.example/tags/rust"),
                ("#süß", "https://a.example/tags/s%C3%BC%C3%9F")
            ]
        );
    }

    #[test]
    fn a_reply_tells_the_author_it_answers() {
        let note = Draft::new("yes")
            .in_reply_to("https://b.example/1")
            .notify("@bob@b.example", "https://b.example/bob")
            .visibility(Visibility::Direct)
            .content_warning("a & b")
            .language("en")
            .into_note("https://a.example/1", &alice());
        assert_eq!(note.in_reply_to_id().unwrap(), "https://b.example/1");
        assert_eq!(note.mentions().count(), 1);
        assert_eq!(note.recipients(), ["https://b.example/bob"]);
        assert_eq!(note.summary.as_deref(), Some("a &amp; b"));
        assert_eq!(
            note.content_map.as_ref().unwrap().text("en"),
            Some("<p>yes</p>")
        );
        assert_eq!(
            note.source.embedded().next().unwrap().content.as_deref(),
            Some("yes")
        );
    }

    #[test]
    fn a_post_for_followers_without_their_collection_reaches_nobody_else() {
        let nobody = Actor::default();
        let note = Draft::new("x")
            .visibility(Visibility::Followers)
            .into_note("https://a.example/1", &nobody);
        assert!(note.recipients().is_empty());
        assert_eq!(note.visibility(), Visibility::Direct);
        assert!(note.attributed_to.is_absent());
    }

    proptest! {
        /// Whatever is typed, the only tags that come out are ours.
        #[test]
        fn no_text_makes_a_tag(text in "([a-z<>&\"'@#/:.\\n( )]|https://|<script>|@bob@b.example|#x){0,40}") {
            let mut html = html(&text);
            for ours in ["<p>", "</p>", "<br>", "</a>", "<span>", "</span>", "<span class=\"h-card\" translate=\"no\">"] {
                html = html.replace(ours, "");
            }
            while let Some(at) = html.find("<a href=\"") {
                let (before, link) = html.split_at(at);
                let (_, after) = link.split_once('>').unwrap();
                html = format!("{before}{after}");
            }
            prop_assert!(!html.contains(['<', '>', '"', '\'']), "{}", html);
        }
    }
}
