//! `@context`: the one to write, and the spellings of names that are read without one.
//!
//! A context is never fetched and never interpreted. A document may call `actor` by another name in a context of its own; readers
//! that do not process JSON-LD see no actor there, so neither do we. Only the spellings that mean the same in every honest document
//! are read: `as:name` and the customary prefixes of the other vocabularies (`toot:name`), the full IRI, `@id`, `@type`. A document
//! that gives them another meaning is [told](Context::redefined).

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use crate::any::Any;
use crate::error::{Problem, Reason};
use crate::extension::{self, ROOMS};
use crate::extra::Raw;
use crate::family::Family;
use crate::json::{Node, Tape, shortened};
use crate::kind;
use crate::property::{Element, Property, below, problems_in};

#[cfg(any(feature = "json-ld", feature = "rsa-signature-2017"))]
pub(crate) mod documents;

/// The context of ActivityStreams 2.0, the first entry of every `@context`.
pub const ACTIVITY_STREAMS: &str = "https://www.w3.org/ns/activitystreams";

/// The context that defines `publicKey`.
pub const SECURITY_V1: &str = "https://w3id.org/security/v1";

/// Names that extensions read where ActivityStreams does not expect them. Its own context defines them.
const CORE: &[&str] = &[
    "actor",
    "alsoKnownAs",
    "attachment",
    "followers",
    "preferredUsername",
    "sharedInbox",
    "tag",
    "target",
];

/// What stands before a name of ActivityStreams in its full IRI.
const NAMESPACE: &str = "https://www.w3.org/ns/activitystreams#";

/// The `@context` of a document: as it came, or [ours](Self::ours).
#[derive(Clone, Debug, PartialEq)]
pub struct Context(Form);

#[derive(Clone, Debug, PartialEq)]
enum Form {
    Came(Raw),
    Ours(Vec<&'static Vocabulary>),
}

impl Context {
    /// The context of a document that we make: an array with ActivityStreams in front and then, of each vocabulary that this
    /// crate knows, the terms that stand in the document at the time when it is written.
    ///
    /// `proof` and `signature` ask for no terms, so that signing a document does not change what is signed.
    ///
    /// ```
    /// use activitypub::Object;
    ///
    /// let mut note = Object::note("https://example.com/1", "https://example.com/alice", "<p>Hi</p>");
    /// assert!(note.to_string().starts_with(r#"{"@context":["https://www.w3.org/ns/activitystreams",{"sensitive":"as:sensitive"}],"#));
    /// note.sensitive = None;
    /// assert!(note.to_string().starts_with(r#"{"@context":["https://www.w3.org/ns/activitystreams"],"#));
    /// ```
    #[must_use]
    pub fn ours() -> Self {
        Self(Form::Ours(Vec::new()))
    }

    /// With the terms of a vocabulary that this crate does not know, or that has to prevail where two know the same name. A
    /// context that came from elsewhere stays as it is.
    ///
    /// Setting an [`Extension`](crate::extension::Extension) of a thing that has a context does this by itself. For one that is
    /// embedded it is to be done at the thing that has the context.
    #[must_use]
    pub fn with(mut self, vocabulary: &'static Vocabulary) -> Self {
        self.add(vocabulary);
        self
    }

    /// The JSON text of a context that came; `None` for one of ours, which is known when the document is written.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Form::Came(raw) => Some(raw.as_str()),
            Form::Ours(_) => None,
        }
    }

    /// The terms of ActivityStreams and security, `id` and `type`, and the customary prefixes, to which the document's own entries
    /// give another meaning (or none), each as it is spelled there. What context documents that it names define is not known
    /// here.
    ///
    /// This crate reads such a term as everybody does who does not process JSON-LD, those who do read something else; nothing in the
    /// document should then be taken for what both agree on.
    ///
    /// ```
    /// use activitypub::Activity;
    ///
    /// let text = br#"{"@context":["https://www.w3.org/ns/activitystreams",{"actor":"https://example.com/x","sensitive":"as:sensitive"}]}"#;
    /// let activity = Activity::from_slice(text)?;
    /// assert_eq!(activity.ld_context.as_ref().unwrap().redefined(), ["actor"]);
    /// assert_eq!(activity.problems()[0].path, "/@context/1/actor");
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    #[must_use]
    pub fn redefined(&self) -> Vec<String> {
        let mut terms = Vec::new();
        self.each_redefined(&mut String::new(), |_, term| terms.push(term.to_owned()));
        terms
    }

    fn each_redefined(&self, path: &mut String, mut found: impl FnMut(&str, &str)) {
        // Most contexts only name documents.
        let Some(text) = self.as_str().filter(|text| text.contains('{')) else {
            return;
        };
        if let Some(root) = Tape::kept(text).as_ref().and_then(Tape::root) {
            redefinitions(root, &mut HashMap::new(), path, &mut found);
        }
    }

    pub(crate) fn add(&mut self, vocabulary: &'static Vocabulary) {
        if let Form::Ours(vocabularies) = &mut self.0
            && !vocabularies.contains(&vocabulary)
        {
            vocabularies.push(vocabulary);
        }
    }

    /// Takes over what the context of an embedded thing says; `false` if that one has to stay where it is.
    pub(crate) fn absorb(&mut self, embedded: &Self) -> bool {
        if let (Form::Ours(_), Form::Ours(vocabularies)) = (&self.0, &embedded.0) {
            vocabularies.iter().for_each(|known| self.add(known));
            return true;
        }
        self == embedded
    }

    /// Our context is known only when the rest of the document is written: replaces the beginning that [`write`](Element::write)
    /// made of it.
    pub(crate) fn complete(&self, document: &mut String) {
        let Form::Ours(first) = &self.0 else { return };
        let mut beginning = String::from("{\"@context\":");
        let start = beginning.len();
        self.write(&mut beginning);
        if !document.starts_with(&beginning) {
            return;
        }
        let mut names = BTreeSet::new();
        if let Some(root) = Tape::kept(document).as_ref().and_then(Tape::root) {
            collect_names(root, &mut names);
        }
        let vocabularies = first.iter().chain(ROOMS).copied();
        let context = entries(vocabularies, |name| names.contains(name), &names);
        document.replace_range(start..beginning.len(), &context.to_string());
    }
}

/// A context of the caller's own, written as it is.
impl From<Raw> for Context {
    fn from(context: Raw) -> Self {
        Self(Form::Came(context))
    }
}

impl Element for Context {
    fn read(node: Node<'_, '_>) -> Result<Self, Reason> {
        Ok(Self(Form::Came(Raw::known(node.raw()))))
    }

    fn write(&self, out: &mut String) {
        match &self.0 {
            Form::Came(raw) => raw.write(out),
            Form::Ours(vocabularies) => {
                let context = entries(vocabularies.iter().copied(), |_| true, &BTreeSet::new());
                out.push_str(&context.to_string());
            }
        }
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        self.each_redefined(path, |path, _| {
            Problem::list(path, Some(Reason::Redefined), into);
        });
    }
}

/// The terms of a vocabulary, for the `@context` of documents in which they stand.
/// [`extension!`](crate::extension!) makes one.
#[derive(Debug, PartialEq)]
pub struct Vocabulary {
    pub(crate) families: &'static [&'static str],
    source: Source,
    pub(crate) terms: &'static [Term],
}

#[derive(Debug, PartialEq)]
enum Source {
    /// Each term is defined in the document, with these prefixes (name and IRI); the first is that of the terms that say nothing.
    Prefixes(&'static [(&'static str, &'static str)]),
    /// A context document, named by its IRI, defines the terms.
    Document(&'static str),
}

impl Vocabulary {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        families: &'static [&'static str],
        prefixes: &'static [(&'static str, &'static str)],
        terms: &'static [Term],
    ) -> Self {
        Self {
            families,
            source: Source::Prefixes(prefixes),
            terms,
        }
    }

    /// A vocabulary whose terms a context document defines.
    pub(crate) const fn document(iri: &'static str, terms: &'static [Term]) -> Self {
        Self {
            families: &[],
            source: Source::Document(iri),
            terms,
        }
    }

    fn prefixes(&self) -> &'static [(&'static str, &'static str)] {
        match self.source {
            Source::Prefixes(prefixes) => prefixes,
            Source::Document(_) => &[],
        }
    }

    /// The names with their full IRIs, of which a term has several if its namespace is spelled in several ways; none is told of other
    /// names that are only read, and of those that a context document defines.
    #[cfg(any(feature = "json-ld", feature = "rsa-signature-2017"))]
    pub(crate) fn full_iris(&self) -> impl Iterator<Item = (&'static str, Option<String>)> {
        self.terms.iter().flat_map(|term| {
            let (prefix, local) = self.parts(term);
            let namespaces = self.prefixes().iter().chain([&("as", NAMESPACE)]);
            let of_prefix = namespaces.filter(move |known| known.0 == prefix);
            let mut full: Vec<Option<String>> = of_prefix
                .map(|known| Some(format!("{}{local}", known.1)))
                .collect();
            if local.starts_with("//") {
                full.push(Some(format!("{prefix}:{local}")));
            }
            if full.is_empty() {
                full.push(None);
            }
            let also = Some((term.also, None)).filter(|also| !also.0.is_empty());
            full.into_iter().map(|iri| (term.name, iri)).chain(also)
        })
    }

    /// The prefix and the rest of a term's compact IRI; of a full IRI, the scheme and the rest.
    fn parts(&self, term: &Term) -> (&'static str, &'static str) {
        let iri = if term.name.contains(':') {
            term.name
        } else {
            term.iri
        };
        let own = self.prefixes().first().map_or("as", |prefix| prefix.0);
        iri.split_once(':').unwrap_or((own, term.name))
    }

    /// Every spelling of a term, in parts: its name, its other name, its compact and its full IRIs.
    pub(crate) fn spellings(&self, term: &Term) -> impl Iterator<Item = [&'static str; 3]> {
        let (prefix, local) = self.parts(term);
        let also = Some([term.also, "", ""]).filter(|also| *also != ["", "", ""]);
        let namespaces = self.prefixes().iter().chain([&("as", NAMESPACE)]);
        let full = namespaces.filter(move |known| known.0 == prefix);
        [[term.name, "", ""], [prefix, ":", local]]
            .into_iter()
            .chain(also)
            .chain(full.map(move |known| [known.1, local, ""]))
    }
}

/// A name in a [`Vocabulary`].
#[derive(Debug)]
pub struct Term {
    pub(crate) name: &'static str,
    /// Another name that is read and not written; empty if there is none.
    also: &'static str,
    /// Compact or full; empty for the vocabulary's own prefix and the name.
    iri: &'static str,
    /// Whether its values are ids.
    ids: bool,
    /// Whether its values have an order.
    list: bool,
    /// Of a property that an extension reads: what is wrong with a value.
    pub(crate) check: Option<Check>,
}

/// Lists what is wrong in a value; an error if it is not what the property holds at all.
pub(crate) type Check = fn(Node<'_, '_>, &mut String, &mut Vec<Problem>) -> Result<(), Reason>;

impl Term {
    /// A type, or a property whose values are no ids.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, iri: &'static str) -> Self {
        Self {
            name,
            also: "",
            iri,
            ids: false,
            list: false,
            check: None,
        }
    }

    /// A property whose values are ids.
    pub(crate) const fn ids(name: &'static str, iri: &'static str) -> Self {
        Self {
            ids: true,
            ..Self::new(name, iri)
        }
    }

    /// A property whose values have an order.
    pub(crate) const fn list(name: &'static str, iri: &'static str) -> Self {
        Self {
            list: true,
            ..Self::new(name, iri)
        }
    }

    /// A property of an extension, with at most one IRI: of values whose type tells whether they are ids, of literals, or of a
    /// list.
    #[doc(hidden)]
    #[must_use]
    pub const fn property<P: Property>(
        [name, also]: [&'static str; 2],
        [iri, literal, list]: [&'static str; 3],
    ) -> Self {
        let iri = match (literal.is_empty(), list.is_empty()) {
            (false, _) => literal,
            (true, false) => list,
            (true, true) => iri,
        };
        Self {
            name,
            also,
            iri,
            ids: P::IDS && literal.is_empty(),
            list: !list.is_empty(),
            check: Some(problems_in::<P>),
        }
    }
}

/// Function pointers have no equality worth asking for.
impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.also, self.iri) == (other.name, other.also, other.iri)
            && (self.ids, self.list) == (other.ids, other.list)
    }
}

/// The context with the terms that are used, each from the first vocabulary that knows it. `names` may also hold names with a
/// prefix, which then has to be defined.
fn entries(
    vocabularies: impl Iterator<Item = &'static Vocabulary>,
    used: impl Fn(&str) -> bool,
    names: &BTreeSet<String>,
) -> Value {
    let prefixed: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| Some(name.split_once(':')?.0))
        .collect();
    let mut documents = vec![json!(ACTIVITY_STREAMS)];
    let mut defined = BTreeSet::new();
    let mut terms = Map::new();
    for vocabulary in vocabularies {
        for (prefix, namespace) in vocabulary.prefixes() {
            if prefixed.contains(prefix) {
                terms.insert((*prefix).to_owned(), json!(namespace));
            }
        }
        for term in vocabulary.terms {
            let (prefix, local) = vocabulary.parts(term);
            let core = prefix == "as" && CORE.contains(&local);
            if core || term.name.contains(':') || !used(term.name) || !defined.insert(term.name) {
                continue;
            }
            if let Source::Document(iri) = vocabulary.source {
                if !documents.contains(&json!(iri)) {
                    documents.push(json!(iri));
                }
                continue;
            }
            for (name, namespace) in vocabulary.prefixes() {
                if prefix == *name {
                    terms.insert(prefix.to_owned(), json!(namespace));
                }
            }
            let iri = format!("{prefix}:{local}");
            let definition = match (term.ids, term.list) {
                (false, false) => json!(iri),
                (true, false) => json!({"@id": iri, "@type": "@id"}),
                (false, true) => json!({"@id": iri, "@container": "@list"}),
                (true, true) => json!({"@id": iri, "@type": "@id", "@container": "@list"}),
            };
            terms.insert(term.name.to_owned(), definition);
        }
    }
    if !terms.is_empty() {
        documents.push(Value::Object(terms));
    }
    Value::Array(documents)
}

/// The names of properties and types in a document that was written; recursion ends at the depth to which things are read.
fn collect_names(node: Node<'_, '_>, names: &mut BTreeSet<String>) {
    node.elements()
        .for_each(|element| collect_names(element, names));
    for (name, value) in node.members() {
        match &*name {
            "@context" | "proof" | "signature" => continue,
            "type" | "@type" => {
                let types = value.string().into_iter();
                let types = types.chain(value.elements().filter_map(Node::string));
                names.extend(types.map(String::from));
            }
            _ => collect_names(value, names),
        }
        names.insert(name.into());
    }
}

/// The vocabularies of the fields and kinds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Namespace {
    ActivityStreams,
    GoToSocial,
    Litepub,
    Mastodon,
    Schema,
    Security,
    Webfinger,
}

impl Namespace {
    /// The vocabulary and the name in it of a name with a customary prefix, or of a full IRI.
    pub(crate) fn split(name: &str) -> Option<(Self, &str)> {
        let (prefix, local) = name.split_once(':')?;
        let mut spellings = PREFIXES.iter();
        spellings.find_map(|&(known, iri, namespace)| {
            let local = if prefix == known {
                Some(local)
            } else {
                name.strip_prefix(iri)
            };
            Some((namespace, local?))
        })
    }

    fn of_type(name: &str) -> Option<Self> {
        match name {
            "Emoji" => Some(Self::Mastodon),
            "EmojiReact" => Some(Self::Litepub),
            "PropertyValue" => Some(Self::Schema),
            "DataIntegrityProof" | "Key" | "Multikey" => Some(Self::Security),
            _ if extension::is_term(name) => None,
            _ => kind::known(name).map(|_| Self::ActivityStreams),
        }
    }

    /// Of a property or type with this plain name.
    fn of(name: &str) -> Option<Self> {
        if SECURITY_TERMS.contains(&name) {
            return Some(Self::Security);
        }
        Any::namespace(name).or_else(|| Self::of_type(name))
    }
}

/// The customary prefixes and their IRIs; of schema.org several are in use.
const PREFIXES: &[(&str, &str, Namespace)] = &[
    ("as", NAMESPACE, Namespace::ActivityStreams),
    ("gts", "https://gotosocial.org/ns#", Namespace::GoToSocial),
    ("litepub", "http://litepub.social/ns#", Namespace::Litepub),
    ("toot", "http://joinmastodon.org/ns#", Namespace::Mastodon),
    ("schema", "http://schema.org#", Namespace::Schema),
    ("schema", "http://schema.org/", Namespace::Schema),
    ("schema", "https://schema.org#", Namespace::Schema),
    ("schema", "https://schema.org/", Namespace::Schema),
    ("sec", "https://w3id.org/security#", Namespace::Security),
    (
        "wf",
        "https://purl.archive.org/socialweb/webfinger#",
        Namespace::Webfinger,
    ),
];

/// The terms of keys and proofs that no field has.
const SECURITY_TERMS: &[&str] = &[
    "assertionMethod",
    "controller",
    "cryptosuite",
    "proof",
    "proofPurpose",
    "proofValue",
    "publicKeyMultibase",
    "signature",
    "signatureValue",
    "verificationMethod",
];

/// The name without the prefix or IRI of ActivityStreams.
pub(crate) fn plain_name(name: &str) -> &str {
    match Namespace::split(name) {
        Some((Namespace::ActivityStreams, plain)) => plain,
        _ => name,
    }
}

/// The name of a type without the prefix or IRI of the vocabulary that it belongs to. In ActivityStreams' own every name stands.
pub(crate) fn plain_type(name: &str) -> &str {
    match Namespace::split(name) {
        Some((Namespace::ActivityStreams, plain)) => plain,
        Some((namespace, plain)) if Namespace::of_type(plain) == Some(namespace) => plain,
        _ => name,
    }
}

/// Whether a context gives a known term another meaning.
#[cfg(feature = "json-ld")]
pub(crate) fn redefines(context: Node<'_, '_>) -> bool {
    let mut any = false;
    redefinitions(
        context,
        &mut HashMap::new(),
        &mut String::new(),
        &mut |_, _| any = true,
    );
    any
}

/// An IRI with a customary prefix in full.
#[cfg(feature = "json-ld")]
pub(crate) fn spelled_out(iri: &str) -> Cow<'_, str> {
    let known = iri.split_once(':').and_then(|(prefix, local)| {
        let known = PREFIXES.iter().find(|known| known.0 == prefix)?;
        Some(format!("{}{local}", known.1))
    });
    known.map_or(Cow::Borrowed(iri), Cow::Owned)
}

/// Whether names with this prefix for this IRI are read as they are, or mean nothing that is known.
#[cfg(feature = "json-ld")]
pub(crate) fn is_customary(prefix: &str, iri: &str) -> bool {
    let rooms = ROOMS.iter().flat_map(|room| room.prefixes());
    let all = PREFIXES.iter().map(|known| (known.0, known.1));
    let mut all = all
        .chain(rooms.copied())
        .filter(|known| known.1 == iri)
        .peekable();
    all.peek().is_none() || all.any(|known| known.0 == prefix)
}

/// Walks over what a context defines itself, with the prefixes that it has defined so far.
fn redefinitions(
    context: Node<'_, '_>,
    prefixes: &mut HashMap<String, String>,
    path: &mut String,
    found: &mut impl FnMut(&str, &str),
) {
    for (at, entry) in context.elements().enumerate() {
        below(path, &at.to_string(), |path| {
            redefinitions(entry, prefixes, path, found);
        });
    }
    for (term, definition) in context.members() {
        if let Some(iri) = iri_of(definition) {
            prefixes.insert(term.into(), iri.into());
        }
    }
    for (term, definition) in context.members() {
        below(path, shortened(&term), |path| {
            if !may_mean(&term, iri_of(definition).as_deref(), prefixes) {
                found(path, &term);
            }
            if let Some((name, scoped)) = definition.members().find(|member| member.0 == "@context")
            {
                // Without the prefixes of the outer one: to carry them along would let a small document cost much time.
                below(path, &name, |path| {
                    redefinitions(scoped, &mut HashMap::new(), path, found);
                });
            }
        });
    }
}

pub(crate) fn iri_of<'a>(definition: Node<'_, 'a>) -> Option<Cow<'a, str>> {
    let id = || definition.members().find(|member| member.0 == "@id");
    definition.string().or_else(|| id()?.1.string())
}

/// Whether a term that is known may be defined so.
fn may_mean(term: &str, defined: Option<&str>, prefixes: &HashMap<String, String>) -> bool {
    match term {
        "id" => return defined == Some("@id"),
        "type" => return defined == Some("@type"),
        _ => {}
    }
    if let Some(known) = PREFIXES.iter().find(|known| known.0 == term) {
        // Of schema.org's prefix some leave the end away.
        return known.2 == Namespace::Schema || defined == Some(known.1);
    }
    let (namespace, name) = match Namespace::split(term) {
        Some((namespace, name)) => (Some(namespace), name),
        None => (Namespace::of(term), term),
    };
    if !matches!(
        namespace,
        Some(Namespace::ActivityStreams | Namespace::Security)
    ) {
        return true;
    }
    let expanded = defined.and_then(|iri| {
        let (prefix, local) = iri.split_once(':')?;
        // A long prefix begins nothing that is known here, and would be copied for each term.
        let namespace = prefixes.get(prefix).filter(|iri| iri.len() <= 100)?;
        Some(format!("{namespace}{local}"))
    });
    let meant = expanded
        .as_deref()
        .and_then(Namespace::split)
        .or_else(|| defined.and_then(Namespace::split));
    // The context of ActivityStreams itself takes these three liberties.
    if (name, defined) == ("inbox", Some("ldp:inbox")) {
        return true;
    }
    let base = match name {
        "orderedItems" => "items",
        name => name.strip_suffix("Map").unwrap_or(name),
    };
    meant.is_some_and(|meant| Some(meant.0) == namespace && (meant.1 == name || meant.1 == base))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activity, Actor, Any, Id, Object, OneOrMany};

    fn context(document: &str) -> Value {
        serde_json::from_str::<Value>(document).unwrap()["@context"].clone()
    }

    #[test]
    fn names_what_is_used_and_nothing_else() {
        let actor = Actor::person("https://a.example/a", "a", "https://a.example/a/inbox");
        assert_eq!(
            context(&actor.to_string()),
            json!([ACTIVITY_STREAMS, {"manuallyApprovesFollowers": "as:manuallyApprovesFollowers"}])
        );
        let mut actor = actor.with_public_key("https://a.example/a#main-key", "");
        actor.discoverable = Some(true);
        actor.manually_approves_followers = None;
        assert_eq!(
            context(&actor.to_string()),
            json!([ACTIVITY_STREAMS, SECURITY_V1, {"toot": "http://joinmastodon.org/ns#", "discoverable": "toot:discoverable"}])
        );
    }

    #[test]
    fn an_activity_names_what_its_object_uses() {
        let mut note = Object::note("https://a.example/1", "https://a.example/a", "");
        note.tag.push(Any::from(extension::mastodon::hashtag(
            "x",
            "https://a.example/x",
        )));
        let create = Activity::create("https://a.example/2", "https://a.example/a", note);
        let value = create.to_value().unwrap();
        assert_eq!(
            value["@context"],
            json!([ACTIVITY_STREAMS, {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"}])
        );
        assert!(value["object"].get("@context").is_none());
    }

    crate::extension! {
        /// A vocabulary of nobody.
        struct Farm for Object
        prefixes { farm: "https://farm.example/ns#" }
        {
            /// How much there was.
            kilograms: Option<u64> = "kilograms",
            /// Not what Mastodon means by it.
            sensitive: OneOrMany<Id> = "sensitive",
        }
    }

    #[test]
    fn a_vocabulary_that_was_set_prevails_and_goes_up() {
        let farm = Farm {
            kilograms: Some(70),
            ..Farm::default()
        };
        let mut note = Object::note("https://a.example/1", "https://a.example/a", "");
        note.set_extension(&farm);
        let expected = json!([ACTIVITY_STREAMS, {
            "farm": "https://farm.example/ns#",
            "kilograms": "farm:kilograms",
            "sensitive": {"@id": "farm:sensitive", "@type": "@id"},
        }]);
        assert_eq!(context(&note.to_string()), expected);
        let create = Activity::create("https://a.example/2", "https://a.example/a", note.clone());
        assert_eq!(context(&create.to_string()), expected);

        // What has a context of its own keeps it.
        note.ld_context = Some(Raw::new("https://a.example/context").unwrap().into());
        let create = Activity::create("https://a.example/2", "https://a.example/a", note)
            .to_value()
            .unwrap();
        assert_eq!(create["object"]["@context"], "https://a.example/context");
        assert_eq!(
            create["@context"],
            json!([ACTIVITY_STREAMS, {"sensitive": "as:sensitive"}])
        );
    }

    #[test]
    fn a_context_that_came_stays() {
        for text in [
            r#"{"@context":"a:1","sensitive":true}"#,
            r#"{"@context":["https://www.w3.org/ns/activitystreams"],"sensitive":true}"#,
        ] {
            assert_eq!(
                Object::from_slice(text.as_bytes()).unwrap().to_string(),
                text
            );
        }
    }

    #[test]
    fn tells_what_a_document_redefines() {
        let redefined = |context: &str| {
            let text = format!("{{\"@context\":{context}}}");
            let document = Object::from_slice(text.as_bytes()).unwrap();
            document.ld_context.unwrap().redefined().join(" ")
        };
        for honest in [
            r#""https://example.com/context""#,
            r#"["https://www.w3.org/ns/activitystreams",{"@language":"en","sensitive":"as:sensitive","toot":"http://joinmastodon.org/ns#"}]"#,
            r#"{"movedTo":{"@id":"as:movedTo","@type":"@id"},"actor":"https://www.w3.org/ns/activitystreams#actor","id":"@id","type":"@type"}"#,
            r#"[{"a":"https://www.w3.org/ns/activitystreams#"},{"object":"a:object","zot":"https://example.com/"}]"#,
            r#"{"as":"https://www.w3.org/ns/activitystreams#","schema":"http://schema.org/","value":"schema:value"}"#,
            r#"{"publicKey":{"@id":"https://w3id.org/security#publicKey","@type":"@id"},"proof":"sec:proof"}"#,
            r#"{"inbox":"ldp:inbox","orderedItems":"as:items","contentMap":{"@id":"as:content","@container":"@language"}}"#,
            r#"{"ChatMessage":"https://example.com/x","Infohash":"https://example.com/y"}"#,
            r#"{"as:actor":"as:actor","discoverable":"https://example.com/ours"}"#,
            "null",
            "[null,[],7]",
        ] {
            assert_eq!(redefined(honest), "", "{honest}");
        }
        for (forged, terms) in [
            (r#"{"actor":"https://example.com/x"}"#, "actor"),
            (
                r#"[{"actor":{"@id":"as:object"}},{"object":null}]"#,
                "actor object",
            ),
            (r#"[[{"type":"https://example.com/x"}]]"#, "type"),
            (
                r#"{"id":{"@reverse":"@id"},"Note":{"@type":"@id"}}"#,
                "id Note",
            ),
            (
                r#"{"as":"https://example.com/x#","as:to":"as:cc"}"#,
                "as as:to",
            ),
            (
                r#"{"https://www.w3.org/ns/activitystreams#to":"as:cc"}"#,
                "https://www.w3.org/ns/activitystreams#to",
            ),
            (
                r#"{"sec":{"@id":"https://example.com/x#"},"publicKey":"sec:owner","cryptosuite":""}"#,
                "sec publicKey cryptosuite",
            ),
            (
                r#"[{"a":"https://www.w3.org/ns/activitystreams#"},{"a":"x:"},{"to":"a:to"}]"#,
                "to",
            ),
            (
                r#"{"zot":{"@id":"x:1","@context":{"actor":"x:2"}}}"#,
                "actor",
            ),
        ] {
            assert_eq!(redefined(forged), terms, "{forged}");
        }
    }

    #[test]
    fn a_proof_changes_nothing() {
        let mut note = Object::note("https://a.example/1", "https://a.example/a", "");
        let before = context(&note.to_string());
        note.extra
            .set("proof", json!({"type": "Hashtag", "votersCount": 1}))
            .unwrap();
        assert_eq!(context(&note.to_string()), before);
    }
}
