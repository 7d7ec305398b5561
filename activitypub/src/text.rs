//! The texts of a post: in which language, under which title, behind which warning.

use serde_json::Value;

use crate::context::Vocabulary;
use crate::extension::{self, Extension as _, lemmy, mobilizon, schema};
use crate::kind::ObjectKind;
use crate::object::Object;
use crate::property::{LanguageMap, OneOrMany, Ref};

impl Object {
    /// The language of its text, as a tag of BCP 47: the one under which `contentMap` has the same text as `content`, else its first; else
    /// PeerTube's and Lemmy's `language` or Mobilizon's `inLanguage`; else that of `nameMap` or `summaryMap`; else `@language` of the
    /// `@context`. `und` (undetermined) is none.
    #[must_use]
    pub fn language(&self) -> Option<String> {
        let mapped = self.content_map.as_ref().and_then(|map| {
            let content = self.content.as_deref();
            let same = map.iter().find(|entry| Some(entry.1) == content);
            same.or_else(|| map.iter().next())
        });
        let mapped = mapped.map(|entry| entry.0.to_owned());
        let first = |map: &Option<LanguageMap>| Some(map.as_ref()?.iter().next()?.0.to_owned());
        [
            mapped,
            self.language_named(lemmy::Post::VOCABULARY, "language"),
            self.language_named(mobilizon::Event::VOCABULARY, "inLanguage"),
            first(&self.name_map),
            first(&self.summary_map),
            self.context_language(),
        ]
        .into_iter()
        .flatten()
        .find(|tag| is_tag(tag))
    }

    /// Its content in a language: the text under this tag of `contentMap`, else under one that begins alike (`en` for `en-GB` and the
    /// reverse), else `content`, else whatever language there is first. HTML written by a stranger.
    #[must_use]
    pub fn content_in(&self, language: &str) -> Option<&str> {
        let map = self.content_map.iter();
        let texts = || map.clone().flat_map(LanguageMap::iter);
        let primary = |tag: &str| {
            tag.split('-')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let exact = texts().find(|entry| entry.0.eq_ignore_ascii_case(language));
        let alike = || texts().find(|entry| primary(entry.0) == primary(language));
        exact
            .or_else(alike)
            .map(|entry| entry.1)
            .or(self.content.as_deref())
            .or_else(|| texts().next().map(|entry| entry.1))
    }

    /// Its title: `name`, plain text. A vote has none.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        let name = self.name.as_deref().or_else(|| {
            let names = self.name_map.as_ref()?;
            names.iter().next().map(|entry| entry.1)
        });
        name.filter(|name| !name.trim().is_empty() && !self.is_vote())
    }

    /// The text to show first while the post is hidden behind it: `summary`. That of an Article, Page, Event or medium says what it is
    /// about, and is a warning only if the post is also `sensitive`. HTML written by a stranger; see
    /// <https://docs.joinmastodon.org/spec/activitypub/#properties-used>.
    #[must_use]
    pub fn content_warning(&self) -> Option<&str> {
        let is_account = matches!(
            self.kind(),
            ObjectKind::Article
                | ObjectKind::Audio
                | ObjectKind::Document
                | ObjectKind::Event
                | ObjectKind::Image
                | ObjectKind::Page
                | ObjectKind::Video
        );
        self.summary
            .as_deref()
            .filter(|summary| !summary.trim().is_empty())
            .filter(|_| !is_account || self.sensitive == Some(true))
    }

    /// A tag alone, or the `identifier` of what stands there.
    fn language_named(&self, vocabulary: &Vocabulary, name: &str) -> Option<String> {
        let values: OneOrMany<Ref<Self>> = extension::read(&self.extra, vocabulary, name);
        match values.first()? {
            Ref::Id(tag) => Some(tag.as_str().to_owned()),
            Ref::Embedded(language) => language.extension::<schema::Identifier>().identifier,
        }
    }

    fn context_language(&self) -> Option<String> {
        let context = self.ld_context.as_ref()?.as_str()?;
        if !context.contains("@language") {
            return None;
        }
        let context: Value = serde_json::from_str(context).ok()?;
        let entries = match context {
            Value::Array(entries) => entries,
            one => vec![one],
        };
        let mut tags = entries.iter().filter_map(|entry| entry.get("@language"));
        // The last definition holds.
        tags.next_back()?.as_str().map(str::to_owned)
    }
}

/// Whether it looks like a tag of a known language; the longest in use have 35 letters (RFC 5646 section 4.4.1).
fn is_tag(tag: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    (2..=35).contains(&tag.len())
        && tag.chars().all(letters)
        && tag.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && !tag.eq_ignore_ascii_case("und")
}
