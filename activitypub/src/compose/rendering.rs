//! Text → HTML, and what of it belongs into `tag`.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use url::Url;

use super::{Draft, Format, Known};
use crate::any::Any;
use crate::extension::mastodon;
use crate::id::Id;
use crate::link::Link;
use crate::markup::{self, escaped};
use crate::object::Object;
use crate::property::Ref;

/// Longer web addresses are no links, in bytes.
const LONGEST_ADDRESS: usize = 2048;

/// A text as it becomes a post.
pub(super) struct Rendering<'d> {
    draft: &'d Draft,
    pub(super) html: String,
    pub(super) tags: Vec<Ref<Any>>,
    pub(super) mentioned: Vec<Id>,
    known: HashMap<String, &'d Known>,
    tagged: HashSet<Url>,
    /// Those that the text has not named yet.
    emoji: HashMap<&'d str, &'d Object>,
}

impl<'d> Rendering<'d> {
    pub(super) fn of(draft: &'d Draft) -> Self {
        let mut rendering = Self {
            draft,
            html: String::new(),
            tags: Vec::new(),
            mentioned: Vec::new(),
            known: HashMap::new(),
            tagged: HashSet::new(),
            emoji: HashMap::new(),
        };
        for known in &draft.known {
            let handle = known.handle.to_ascii_lowercase();
            rendering.known.entry(handle).or_insert(known);
        }
        for emoji in &draft.emoji {
            let name = emoji.name.as_deref().unwrap_or_default();
            rendering.emoji.insert(name.trim_matches(':'), emoji);
        }
        for (handle, actor) in &draft.notified {
            rendering.add_mention(handle, actor);
        }
        rendering.quote();
        match draft.format {
            Format::Text => rendering.paragraphs(),
            #[cfg(feature = "markdown")]
            Format::Markdown if draft.text.lines().any(nests_deep) => rendering.paragraphs(),
            #[cfg(feature = "markdown")]
            Format::Markdown => rendering.markdown(&draft.text),
            #[cfg(feature = "html")]
            Format::Html => {
                rendering.html.push_str(&crate::html::sanitize(&draft.text));
                rendering.emoji_in(&draft.text);
            }
        }
        for word in &draft.hashtags {
            rendering.add_hashtag(word);
        }
        rendering.emoji_beside_the_text();
        rendering
    }

    /// For those who know no quotes. Those who do hide it by its class, as Mastodon does. The words are the name of the link that
    /// [`quoting`](Object::quoting) puts into `tag` (FEP-e232).
    fn quote(&mut self) {
        let Some(quote) = &self.draft.quote else {
            return;
        };
        self.html.push_str("<p class=\"quote-inline\">RE: ");
        match web_url(&quote.page) {
            Some(page) => self.link(page.as_str(), &quote.page),
            None => markup::escape_into(&quote.page, &mut self.html),
        }
        self.html.push_str("</p>");
    }

    fn paragraphs(&mut self) {
        let text = self.draft.text.replace("\r\n", "\n").replace('\r', "\n");
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

    #[cfg(feature = "markdown")]
    fn markdown(&mut self, text: &str) {
        use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream};

        let before = std::mem::take(&mut self.html);
        let mut out = String::new();
        // In code and in links, `@` and `#` are letters.
        let mut literal = 0_usize;
        let events = TextMergeStream::new(Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH));
        let events = events.map(|event| {
            match &event {
                Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }) => {
                    literal += 1;
                }
                Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Image) => {
                    literal = literal.saturating_sub(1);
                }
                _ => {}
            }
            match event {
                Event::Text(text) if literal == 0 => {
                    self.inline(&text);
                    Event::InlineHtml(std::mem::take(&mut self.html).into())
                }
                // Whoever breaks a line in a post means it.
                Event::SoftBreak => Event::HardBreak,
                other => other,
            }
        });
        pulldown_cmark::html::push_html(&mut out, events);
        self.html = before + crate::html::sanitize(&out).trim();
    }

    /// One pass from left to right: what a link, mention or hashtag took is not looked at again.
    fn inline(&mut self, text: &str) {
        let mut before = None;
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let free = before.is_none_or(|before: char| {
                !before.is_alphanumeric() && !matches!(before, '/' | '_' | '@' | '#' | '&')
            });
            let free = free && !(letter == ':' && before == Some(':'));
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
            ':' => {
                // It stays text: readers put the picture into its place.
                self.add_emoji(rest);
                0
            }
            _ => 0,
        }
    }

    fn web_address(&mut self, rest: &str) -> usize {
        let address = address(rest);
        if web_url(address).is_none() {
            return 0;
        }
        self.link(address, address);
        address.len()
    }

    fn link(&mut self, address: &str, text: &str) {
        markup::begin_link(address, "", "", &mut self.html);
        markup::escape_into(text, &mut self.html);
        self.html.push_str("</a>");
    }

    fn mention(&mut self, rest: &str) -> usize {
        let Some((user, length)) = handle(rest) else {
            return 0;
        };
        let named = rest.get(1..length).unwrap_or_default();
        let Some(known) = self.known.get(&named.to_ascii_lowercase()).copied() else {
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
        let Some(page) = self.add_hashtag(word) else {
            return 0;
        };
        markup::begin_link(page.as_str(), "mention hashtag", "tag", &mut self.html);
        let _ = write!(self.html, "#<span>{}</span></a>", escaped(word));
        end + 1
    }

    fn add_mention(&mut self, handle: &str, actor: &Id) {
        if !self.mentioned.contains(actor) {
            self.mentioned.push(actor.clone());
            self.tags
                .push(Link::mention(actor, format!("@{handle}")).into());
        }
    }

    /// The page of a hashtag, if there are pages.
    fn add_hashtag(&mut self, word: &str) -> Option<Url> {
        let mut page = self.draft.tag_pages.as_deref().and_then(web_url)?;
        page.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .push(&word.to_lowercase());
        if self.tagged.insert(page.clone()) {
            self.tags.push(mastodon::hashtag(word, &page).into());
        }
        Some(page)
    }

    /// The custom emoji that begins here, if it is known.
    fn add_emoji(&mut self, rest: &str) {
        if let Some(emoji) = shortcode(rest).and_then(|name| self.emoji.remove(name)) {
            self.tags.push(emoji.clone().into());
        }
    }

    fn emoji_in(&mut self, text: &str) {
        for (at, _) in text.match_indices(':') {
            self.add_emoji(text.get(at..).unwrap_or_default());
        }
    }

    /// Warnings, titles and answers have no links, but emoji.
    fn emoji_beside_the_text(&mut self) {
        let draft: &'d Draft = self.draft;
        let answers = draft.poll.iter().flat_map(|poll| &poll.answers);
        let texts = [&draft.content_warning, &draft.title, &draft.excerpt];
        for text in answers.chain(texts.into_iter().flatten()) {
            self.emoji_in(text);
        }
    }
}

/// Whether a line of Markdown begins more quotations and lists inside each other than anybody writes: to read them takes the square of
/// their number.
#[cfg(feature = "markdown")]
fn nests_deep(line: &str) -> bool {
    let is_mark = |letter: char| letter.is_ascii_digit() || " \t>-*+.)".contains(letter);
    let end = line.find(|letter| !is_mark(letter)).unwrap_or(line.len());
    let marks = line.get(..end).unwrap_or_default();
    let quotations = marks.matches('>').count();
    let lists = marks
        .split([' ', '\t'])
        .filter(|mark| mark.ends_with(['-', '*', '+', '.', ')']));
    quotations + lists.count() > DEEPEST
}

/// Quotations and lists that may begin in one line.
#[cfg(feature = "markdown")]
const DEEPEST: usize = 32;

/// The handle without the `@` in front.
pub(super) fn plain_handle(handle: &str) -> String {
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

/// The longest name of an emoji that is looked for, in bytes.
const LONGEST_SHORTCODE: usize = 128;

/// The name of the emoji that begins here: `cat` of `:cat:`.
fn shortcode(rest: &str) -> Option<&str> {
    let name = rest.strip_prefix(':')?;
    let end = name
        .bytes()
        .take(LONGEST_SHORTCODE)
        .position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_')?;
    let after = name.get(end..)?.strip_prefix(':')?;
    let free = after
        .chars()
        .next()
        .is_none_or(|letter| !letter.is_alphanumeric() && letter != ':');
    name.get(..end).filter(|name| free && !name.is_empty())
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
pub(super) fn web_url(text: &str) -> Option<Url> {
    let scheme = text.split_once("://")?.0;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    Url::parse(text).ok().filter(Url::has_host)
}
