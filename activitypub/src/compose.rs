//! Builds a post: text with paragraphs, links, mentions, hashtags and custom emoji → safe HTML, tags and addressing; media, polls,
//! quotes, answers and long texts, in the form that every server reads.
//!
//! Nothing is looked up: the caller says which handle is which actor, and where emoji and media are.

use chrono::{DateTime, Utc};

use crate::actor::Actor;
use crate::addressing::{Visibility, addresses};
use crate::collection::Collection;
use crate::extension::gotosocial::{Interaction, InteractionPolicy};
use crate::extension::ostatus::Conversation;
use crate::id::Id;
use crate::kind::{CollectionKind, ObjectKind};
use crate::markup::escaped;
use crate::object::Object;
use crate::property::{LanguageMap, OneOrMany, Ref, Timestamp};

pub use attachment::Attachment;
use rendering::{Rendering, plain_handle};

mod attachment;
mod rendering;

/// A post that is being written.
///
/// ```
/// use activitypub::compose::{Attachment, Draft};
/// use activitypub::{Activity, Actor, OneOrMany};
///
/// let mut alice = Actor::person("https://example.com/alice", "alice", "https://example.com/alice/inbox");
/// alice.followers = OneOrMany::one("https://example.com/alice/followers");
/// let note = Draft::new("Hi @bob@example.org, 1 < 2! #Rust")
///     .mention("@bob@example.org", "https://example.org/users/bob", "https://example.org/@bob")
///     .hashtags_at("https://example.com/tags/")
///     .attach(Attachment::new("image/png", "https://example.com/1.png").description("a crab"))
///     .language("en")
///     .into_post("https://example.com/notes/1", &alice);
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
    format: Format,
    title: Option<String>,
    excerpt: Option<String>,
    language: Option<String>,
    content_warning: Option<String>,
    sensitive: bool,
    visibility: Visibility,
    known: Vec<Known>,
    notified: Vec<(String, Id)>,
    tag_pages: Option<String>,
    hashtags: Vec<String>,
    emoji: Vec<Object>,
    attachments: Vec<Object>,
    poll: Option<Answers>,
    quote: Option<Quoted>,
    policy: Option<InteractionPolicy>,
    in_reply_to: Option<Id>,
    context: Option<Id>,
    conversation: Option<Id>,
    page: Option<Id>,
    published: Option<DateTime<Utc>>,
    updated: Option<DateTime<Utc>>,
}

/// In what the text is written.
#[derive(Clone, Copy, Debug)]
enum Format {
    Text,
    #[cfg(feature = "markdown")]
    Markdown,
    #[cfg(feature = "html")]
    Html,
}

impl Format {
    fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain",
            #[cfg(feature = "markdown")]
            Self::Markdown => "text/markdown",
            #[cfg(feature = "html")]
            Self::Html => "text/html",
        }
    }
}

/// An actor whom the text may mention.
#[derive(Clone, Debug)]
struct Known {
    handle: String,
    id: Id,
    page: String,
}

#[derive(Clone, Debug)]
struct Answers {
    answers: Vec<String>,
    ends: DateTime<Utc>,
    several: bool,
}

#[derive(Clone, Debug)]
struct Quoted {
    id: Id,
    page: String,
    authorization: Option<Id>,
}

impl Draft {
    /// A public post with this plain text. An empty line begins a paragraph, every other line break stays one.
    pub fn new(text: impl Into<String>) -> Self {
        Self::in_format(text.into(), Format::Text)
    }

    /// A public post written in Markdown (CommonMark and `~~strikethrough~~`). Mentions, hashtags, emoji and bare web addresses in it are
    /// as in plain text, line breaks stay, and what comes out is cleaned like foreign HTML. The source is kept with it. A text in which more
    /// than 32 quotations or lists begin in one line is read as plain text.
    #[cfg(feature = "markdown")]
    pub fn markdown(text: impl Into<String>) -> Self {
        Self::in_format(text.into(), Format::Markdown)
    }

    /// A public post of ready HTML, which is [cleaned](crate::html::sanitize). Its links stay as they are: name those whom it mentions with
    /// [`notify`](Self::notify) and its hashtags with [`hashtag`](Self::hashtag).
    #[cfg(feature = "html")]
    pub fn html(html: impl Into<String>) -> Self {
        Self::in_format(html.into(), Format::Html)
    }

    fn in_format(text: String, format: Format) -> Self {
        Self {
            text,
            format,
            title: None,
            excerpt: None,
            language: None,
            content_warning: None,
            sensitive: false,
            visibility: Visibility::Public,
            known: Vec::new(),
            notified: Vec::new(),
            tag_pages: None,
            hashtags: Vec::new(),
            emoji: Vec::new(),
            attachments: Vec::new(),
            poll: None,
            quote: None,
            policy: None,
            in_reply_to: None,
            context: None,
            conversation: None,
            page: None,
            published: None,
            updated: None,
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
        self.known.push(Known {
            handle: plain_handle(handle.as_ref()),
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

    /// A hashtag that the text does not name. It needs [`hashtags_at`](Self::hashtags_at).
    #[must_use]
    pub fn hashtag(mut self, word: impl AsRef<str>) -> Self {
        self.hashtags
            .push(word.as_ref().trim_start_matches('#').to_owned());
        self
    }

    /// Makes a custom emoji known: [`mastodon::emoji`](crate::extension::mastodon::emoji) makes one. It is sent along if `:its_name:`
    /// stands in the text, the warning, the title or an answer; so a whole set may be made known.
    #[must_use]
    pub fn emoji(mut self, emoji: Object) -> Self {
        self.emoji.push(emoji);
        self
    }

    /// Adds a picture, film, sound or file.
    #[must_use]
    pub fn attach(mut self, attachment: impl Into<Object>) -> Self {
        self.attachments.push(attachment.into());
        self
    }

    /// Asks: the post becomes a `Question` with these answers, of which one may be chosen until `ends`. Nobody has voted yet. Mastodon
    /// shows no media with a poll, and at most 500 answers.
    #[must_use]
    pub fn poll<A: Into<String>>(
        mut self,
        answers: impl IntoIterator<Item = A>,
        ends: DateTime<Utc>,
    ) -> Self {
        self.poll = Some(Answers {
            answers: answers.into_iter().map(Into::into).collect(),
            ends,
            several: false,
        });
        self
    }

    /// As [`poll`](Self::poll), but several answers may be chosen.
    #[must_use]
    pub fn poll_of_several<A: Into<String>>(
        self,
        answers: impl IntoIterator<Item = A>,
        ends: DateTime<Utc>,
    ) -> Self {
        let mut draft = self.poll(answers, ends);
        if let Some(poll) = &mut draft.poll {
            poll.several = true;
        }
        draft
    }

    /// A title: the post becomes an `Article`, unless it asks something. Mastodon shows title and link of one, and whoever knows FEP-b2b8
    /// the [`excerpt`](Self::excerpt), so say where its [`page`](Self::page) is.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// A plain text to show instead of a long one (FEP-b2b8): becomes the `summary`, unless there is a content warning, and a `preview`.
    #[must_use]
    pub fn excerpt(mut self, text: impl Into<String>) -> Self {
        self.excerpt = Some(text.into());
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

    /// Hides the media until the reader wants to see them, without a warning in words.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Who can see it.
    #[must_use]
    pub fn visibility(mut self, visibility: Visibility) -> Self {
        self.visibility = visibility;
        self
    }

    /// The post that it answers, by its id alone. [`answering`](Self::answering) is better where the post is at hand.
    #[must_use]
    pub fn in_reply_to(mut self, post: impl Into<Id>) -> Self {
        self.in_reply_to = Some(post.into());
        self
    }

    /// The post that it answers: its author, whose handle is `author`, is mentioned, or Mastodon would tell them nothing, and it stays in
    /// the same conversation. Who can see it is not taken over.
    #[must_use]
    pub fn answering(mut self, post: &Object, author: impl AsRef<str>) -> Self {
        self.in_reply_to.clone_from(&post.id);
        self.context = post.context.id().cloned();
        self.conversation = post.extension::<Conversation>().conversation;
        match post.attributed_to_id() {
            Some(id) => self.notify(author, id),
            None => self,
        }
    }

    /// The thread that it begins or belongs to: the id of a collection of its posts (FEP-7888), or any id that they share. It is written as
    /// `context`, and as `conversation` for Mastodon.
    #[must_use]
    pub fn thread(mut self, thread: impl Into<Id>) -> Self {
        let thread = thread.into();
        self.conversation = Some(thread.clone());
        self.context = Some(thread);
        self
    }

    /// Quotes a post, which people see at `page`. It is named in every way that is in use (FEP-044f, FEP-e232, Misskey, Fedibird), and
    /// those who read none of them see a line with the link. Mastodon shows a quote once the author of the quoted post has agreed: see
    /// [`quote_authorization`](Self::quote_authorization).
    #[must_use]
    pub fn quote(mut self, post: impl Into<Id>, page: impl Into<String>) -> Self {
        self.quote = Some(Quoted {
            id: post.into(),
            page: page.into(),
            authorization: None,
        });
        self
    }

    /// The stamp by which the author of the [quoted](Self::quote) post agreed (FEP-044f): what came back for a `QuoteRequest`.
    #[must_use]
    pub fn quote_authorization(mut self, stamp: impl Into<Id>) -> Self {
        if let Some(quote) = &mut self.quote {
            quote.authorization = Some(stamp.into());
        }
        self
    }

    /// Who may like, answer, boost or quote it without asking.
    #[must_use]
    pub fn interaction_policy(mut self, policy: InteractionPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Where people see it in a browser.
    #[must_use]
    pub fn page(mut self, url: impl Into<Id>) -> Self {
        self.page = Some(url.into());
        self
    }

    /// When it was written.
    #[must_use]
    pub fn published(mut self, time: DateTime<Utc>) -> Self {
        self.published = Some(time);
        self
    }

    /// When it was changed. Send what comes out, under the id of the post that it replaces, in an
    /// [`Activity::update`](crate::Activity::update).
    #[must_use]
    pub fn updated(mut self, time: DateTime<Utc>) -> Self {
        self.updated = Some(time);
        self
    }

    /// The post: a `Note`, a `Question` or an `Article`. Followers are addressed only if the author's document names the collection of
    /// them.
    #[must_use]
    pub fn into_post(self, id: impl Into<Id>, author: &Actor) -> Object {
        let Rendering {
            html,
            tags,
            mentioned,
            ..
        } = Rendering::of(&self);
        let mut post = Object::note(id, "", html.clone());
        post.attributed_to = author
            .id
            .as_ref()
            .map_or_else(OneOrMany::absent, OneOrMany::one);
        let (to, cc) = addresses(self.visibility, author.followers.id(), &mentioned);
        post.to = OneOrMany::many(to);
        post.cc = OneOrMany::many(cc);
        post.tag = OneOrMany::many(tags);
        post.attachment = OneOrMany::many(self.attachments);
        post.sensitive = Some(self.sensitive || self.content_warning.is_some());
        post.published = self.published.map(Into::into);
        post.updated = self.updated.map(Into::into);
        if let Some(page) = self.page {
            post.url = OneOrMany::one(page);
        }
        if let Some(parent) = self.in_reply_to {
            post.in_reply_to = OneOrMany::one(parent);
        }
        if let Some(language) = self.language {
            let mut map = LanguageMap::default();
            map.set(&language, html);
            post.content_map = Some(map);
        }
        if let Some(title) = self.title {
            post.name = Some(title);
            post.types = OneOrMany::one(ObjectKind::Article);
        }
        if let Some(excerpt) = &self.excerpt {
            post.preview = OneOrMany::one(preview(excerpt, &post));
        }
        // AS2 calls a summary HTML, but Mastodon, Misskey and Pleroma show that of a Note letter by letter.
        let excerpt = self.excerpt.as_deref().map(escaped);
        if let Some(summary) = self.content_warning.or(excerpt) {
            post.extra.remove("summary");
            post.summary = Some(summary);
        }
        if let Some(poll) = self.poll {
            poll.ask(&mut post);
        }
        if let Some(thread) = self.context {
            post.context = OneOrMany::one(thread);
        }
        if self.conversation.is_some() {
            post.set_extension(&Conversation {
                conversation: self.conversation,
                ..Conversation::default()
            });
        }
        if let Some(quote) = self.quote {
            post = post.quoting(quote.id, quote.page, quote.authorization);
        }
        if let Some(policy) = self.policy {
            post.set_extension(&Interaction {
                interaction_policy: OneOrMany::one(policy),
                ..Interaction::default()
            });
        }
        let mut source = Object::new(ObjectKind::Object);
        source.types = OneOrMany::absent();
        source.content = Some(self.text);
        source.media_type = Some(self.format.media_type().to_owned());
        post.source = OneOrMany::one(Ref::from(source));
        post
    }
}

impl Answers {
    fn ask(self, post: &mut Object) {
        let answers = OneOrMany::many(self.answers.into_iter().map(|name| {
            let replies = Collection {
                types: OneOrMany::one(CollectionKind::Collection),
                total_items: Some(0),
                ..Collection::default()
            };
            let mut answer = Object::new(ObjectKind::Note);
            answer.name = Some(name);
            answer.replies = OneOrMany::one(Ref::from(replies));
            answer
        }));
        post.types = OneOrMany::one(ObjectKind::Question);
        post.end_time = Some(Timestamp::from(self.ends));
        post.voters_count = Some(0);
        if self.several {
            post.any_of = answers;
        } else {
            post.one_of = answers;
        }
    }
}

fn preview(excerpt: &str, post: &Object) -> Object {
    let mut preview = Object::new(ObjectKind::Note);
    preview.attributed_to.clone_from(&post.attributed_to);
    preview.content = Some(format!("<p>{}</p>", escaped(excerpt).replace('\n', "<br>")));
    preview.published.clone_from(&post.published);
    preview
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::property::Decimal;

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
            .into_post("https://a.example/1", &alice())
    }

    fn html(text: &str) -> String {
        note(text).content.unwrap()
    }

    #[test]
    fn text_becomes_safe_html() {
        assert_eq!(
            html("a\rb\r\n\r\nc & <d>"),
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
            .into_post("https://a.example/1", &alice());
        assert_eq!(note.in_reply_to_id().unwrap(), "https://b.example/1");
        assert_eq!(note.mentions().count(), 1);
        assert_eq!(note.recipients(), ["https://b.example/bob"]);
        assert_eq!(note.summary.as_deref(), Some("a & b"));
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
            .into_post("https://a.example/1", &nobody);
        assert!(note.recipients().is_empty());
        assert_eq!(note.visibility(), Visibility::Direct);
        assert!(note.attributed_to.is_absent());
    }

    fn cat() -> Object {
        let icon = "https://a.example/cat.png";
        crate::extension::mastodon::emoji("https://a.example/emoji/1", "cat", "image/png", icon)
    }

    fn draft_with_cats(text: &str) -> Draft {
        let icon = "https://a.example/dog.png";
        let dog = crate::extension::mastodon::emoji(
            "https://a.example/emoji/2",
            "dog",
            "image/png",
            icon,
        );
        Draft::new(text).emoji(cat()).emoji(dog)
    }

    fn emoji(draft: Draft) -> Vec<String> {
        let post = draft.into_post("https://a.example/1", &alice());
        let names = post
            .tag
            .embedded()
            .filter_map(|tag| tag.as_object()?.name.clone());
        names.collect()
    }

    #[test]
    fn known_emoji_are_sent_along_once() {
        assert_eq!(emoji(draft_with_cats("(:cat:) :cat: :bird:")), [":cat:"]);
        for none in [
            "a:cat:",
            ":cat:b",
            "::cat:",
            ":cat::",
            ":cat",
            ":ca t:",
            "https://x.example/:cat:/",
        ] {
            assert!(emoji(draft_with_cats(none)).is_empty(), "{none}");
        }
        let everywhere = draft_with_cats("x")
            .title(":cat:")
            .content_warning("oh :dog:");
        assert_eq!(emoji(everywhere), [":dog:", ":cat:"]);
        let asked = draft_with_cats("x").poll([":cat:", ":dog:"], DateTime::UNIX_EPOCH);
        assert_eq!(emoji(asked), [":cat:", ":dog:"]);
    }

    #[test]
    fn a_handle_after_a_colon_is_one() {
        assert_eq!(note("cc:@bob@b.example").mentions().count(), 1);
    }

    #[test]
    fn what_is_no_point_is_drawn_to_the_picture() {
        let focus =
            |x, y| Object::from(Attachment::new("image/png", "a:1").focal_point(x, y)).focal_point;
        let numbers = |x, y| focus(x, y).iter().map(Decimal::to_f64).collect::<Vec<_>>();
        assert_eq!(numbers(f64::NAN, f64::INFINITY), [0.0, 1.0]);
        assert_eq!(numbers(-7.0, 0.25), [-1.0, 0.25]);
    }

    #[cfg(feature = "markdown")]
    #[test]
    fn markdown_is_html_with_mentions_and_tags() {
        let post = |text: &str| {
            Draft::markdown(text)
                .mention(
                    "bob_x@b.example",
                    "https://b.example/bob",
                    "https://b.example/@bob",
                )
                .hashtags_at("https://a.example/tags/")
                .emoji(cat())
                .into_post("https://a.example/1", &alice())
        };
        let html = |text: &str| post(text).content.unwrap();
        assert_eq!(
            html("# A *b*\n\nc\nd ~~e~~ `#f`\n\n- g\n- h"),
            "<h1>A <em>b</em></h1>\n<p>c<br>\nd <del>e</del> <code>#f</code></p>\n<ul>\n<li>g</li>\n<li>h</li>\n</ul>"
        );
        let tagged =
            post("**@bob_x@b.example** #tag :cat: [#no](https://x.example) `@bob_x@b.example`");
        assert_eq!(
            (
                tagged.mentions().count(),
                tagged.hashtags().count(),
                tagged.tag.len()
            ),
            (1, 1, 3)
        );
        let content = tagged.content.unwrap();
        assert!(
            content.contains("<strong><span class=\"h-card\""),
            "{content}"
        );
        assert!(
            content.contains("<code>@bob_x@b.example</code>"),
            "{content}"
        );
        assert_eq!(
            html("<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onclick=x>y"),
            "<p>x <b>y</b></p>"
        );
        let source = post("*a*").source;
        let source = source.embedded().next().unwrap();
        assert_eq!(
            (source.content.as_deref(), source.media_type.as_deref()),
            (Some("*a*"), Some("text/markdown"))
        );
    }

    #[cfg(feature = "html")]
    #[test]
    fn ready_html_is_cleaned() {
        let post = Draft::html("<div onclick=x>a :cat:<script>b</script></div>")
            .emoji(cat())
            .hashtags_at("https://a.example/tags/")
            .hashtag("#x")
            .into_post("https://a.example/1", &alice());
        assert_eq!(post.content.as_deref(), Some("a :cat:"));
        assert_eq!((post.hashtags().count(), post.tag.len()), (1, 2));
        assert_eq!(
            post.source.embedded().next().unwrap().media_type.as_deref(),
            Some("text/html")
        );
    }

    /// Each of these once took, or might take, the square of its length.
    #[test]
    fn a_long_text_costs_what_its_length_costs() {
        let start = std::time::Instant::now();
        let tags: String = (0..20_000).map(|n| format!("#a{n} ")).collect();
        assert_eq!(note(&tags).hashtags().count(), 20_000);
        for bomb in [
            "(http",
            "http://[",
            "@a",
            "@bob@b.example ",
            "#",
            ":a",
            ":cat:",
            "\n",
            "&",
            "\n\n",
        ] {
            let text = bomb.repeat(64 * 1024 / bomb.len());
            let draft = draft_with_cats(&text).mention(
                "bob@b.example",
                "https://b.example/bob",
                "https://b.example/@bob",
            );
            assert!(
                draft.into_post("a:1", &alice()).content.unwrap().len() < text.len() * 20,
                "{bomb}"
            );
        }
        #[cfg(feature = "markdown")]
        for bomb in [
            "[", "![", "*a ", "**a*", "> ", "- ", "`", "<a ", "[a](", "|a", "\\", "[a]: b\n", "~~",
            "# ", "&lt;", "<!--",
        ] {
            let text = bomb.repeat(32 * 1024 / bomb.len());
            let _ = Draft::markdown(text).into_post("a:1", &alice());
        }
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    #[cfg(feature = "markdown")]
    #[test]
    fn markdown_nests_as_deep_as_people_write() {
        let html = |text: String| {
            let post = Draft::markdown(text).into_post("a:1", &alice());
            post.content.unwrap()
        };
        for (mark, tag) in [
            ("> ", "<blockquote>"),
            (">", "<blockquote>"),
            ("- ", "<ul>"),
            ("1. ", "<ol>"),
        ] {
            assert!(
                html(format!("a\n\n{}b", mark.repeat(8))).contains(tag),
                "{mark}"
            );
            let deep = format!("*a*\n\n{}b", mark.repeat(33));
            assert!(html(deep).starts_with("<p>*a*</p><p>"), "{mark}");
        }
        let rule = format!("a\n\n{}\n\n- b", "-".repeat(80));
        assert_eq!(html(rule), "<p>a</p>\n<hr>\n<ul>\n<li>b</li>\n</ul>");
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

        /// What we write, another server's cleaner leaves as it is, and a reader sees the words that were typed.
        #[cfg(feature = "html")]
        #[test]
        fn what_is_typed_is_what_is_read(text in r"(\PC|[a-z<>&@#/:.\n( )]|https://x\.example|#x|&amp;|<b>|:cat:){0,40}") {
            let html = Draft::new(&text).hashtags_at("https://a.example/tags/").emoji(cat()).into_post("a:1", &alice()).content.unwrap();
            prop_assert_eq!(&crate::html::sanitize(&html), &html);
            let read = crate::html::to_text(&html);
            prop_assert!(read.split_whitespace().eq(text.split_whitespace()), "{:?} is not {:?}", read, text);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let post = note(&text);
            #[cfg(feature = "html")]
            prop_assert_eq!(Some(&crate::html::sanitize(post.content.as_deref().unwrap())), post.content.as_ref());
            #[cfg(feature = "markdown")]
            drop(Draft::markdown(text).into_post("a:1", &alice()));
            drop(post);
        }
    }
}
