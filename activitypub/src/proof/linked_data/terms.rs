//! What the names of a document mean: the contexts that are known here, and the terms that a document defines for itself.
//!
//! A signature covers what JSON-LD makes of a document, and we read the document as plain JSON. Both have to mean the same, so of all that
//! a context can say only this is taken: that a new name stands for an IRI for which no other name stands.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::{LinkedDataError, RDF};
use crate::context::documents::{KNOWN, XSD, known_terms};
use crate::extension::ROOMS;
use crate::json::{Node, Shape};
use crate::proof::DATA_INTEGRITY_V2;
use crate::proof::integrity::{as_text, elements, member};

/// What the values of a term are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Values {
    /// The name is `@id` or `@type`.
    Id,
    Type,
    Plain,
    /// Strings are ids.
    Ids,
    /// Strings and numbers are of this datatype.
    Typed(String),
    /// An object of texts by language.
    Languages,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    pub(super) iri: String,
    pub(super) values: Values,
    pub(super) list: bool,
}

/// The names of a document.
#[derive(Debug, Default)]
pub(super) struct Terms(HashMap<String, Meaning>);

impl Terms {
    /// Reads an `@context`.
    pub(super) fn read(context: Option<Node<'_, '_>>) -> Result<Self, LinkedDataError> {
        let mut terms = Self::default();
        for (index, entry) in elements(context).enumerate() {
            if index >= MOST_ENTRIES {
                return Err(LinkedDataError::TooComplex);
            }
            match entry.shape() {
                Shape::String => terms.add_known(&as_text(entry).unwrap_or_default())?,
                Shape::Object => terms.add_own(entry)?,
                _ => return Err(LinkedDataError::BadContext),
            }
        }
        Ok(terms)
    }

    pub(super) fn meaning(&self, name: &str) -> Option<&Meaning> {
        self.0.get(name)
    }

    /// A value as an IRI, if JSON-LD reads the very same one there.
    pub(super) fn iri(&self, value: &str) -> Option<String> {
        if value == "as:Public" && self.0.contains_key("as") {
            return Some(crate::addressing::PUBLIC.to_owned());
        }
        let (scheme, rest) = value.split_once(':')?;
        // `toot:Emoji` would be an abbreviation, `_:a` a thing without an id.
        let abbreviated = self.0.contains_key(scheme) && !rest.starts_with("//");
        (is_iri(value) && !abbreviated).then(|| value.to_owned())
    }

    fn add_known(&mut self, url: &str) -> Result<(), LinkedDataError> {
        if WITHOUT_TERMS.contains(&url) {
            return Ok(());
        }
        let known = KNOWN.iter().find(|(known, _)| *known == url);
        let Some((_, groups)) = known else {
            return Err(LinkedDataError::UnknownContext(url.to_owned()));
        };
        for (kind, words) in *groups {
            for (name, iri) in known_terms(words) {
                let (values, list) = match *kind {
                    "id" => (Values::Ids, false),
                    "list" => (Values::Ids, true),
                    "language" => (Values::Languages, false),
                    "" if iri == "@id" => (Values::Id, false),
                    "" if iri == "@type" => (Values::Type, false),
                    "" => (Values::Plain, false),
                    datatype => (Values::Typed(format!("{XSD}{datatype}")), false),
                };
                self.0
                    .insert(name.to_owned(), Meaning { iri, values, list });
            }
        }
        Ok(())
    }

    /// The terms that the document defines itself.
    fn add_own(&mut self, context: Node<'_, '_>) -> Result<(), LinkedDataError> {
        let mut iris: HashSet<String> = HashSet::new();
        let mut own = Vec::new();
        if context.members().nth(MOST_OWN_TERMS).is_some() {
            return Err(LinkedDataError::TooComplex);
        }
        for (name, value) in context.members() {
            let remapped = || LinkedDataError::Remapped(name.clone().into_owned());
            if name.starts_with('@') || name.contains(':') {
                return Err(LinkedDataError::BadContext);
            }
            let meaning = self.own_meaning(context, value).ok_or_else(remapped)?;
            if !may_mean(&name, &meaning.iri) || !iris.insert(meaning.iri.clone()) {
                return Err(remapped());
            }
            own.push((name.into_owned(), meaning));
        }
        self.0.extend(own);
        Ok(())
    }

    fn own_meaning(&self, context: Node<'_, '_>, value: Node<'_, '_>) -> Option<Meaning> {
        if let Some(iri) = as_text(value) {
            return Some(Meaning {
                iri: self.own_iri(context, &iri)?,
                values: Values::Plain,
                list: false,
            });
        }
        let (mut iri, mut values, mut list) = (None, Values::Plain, false);
        for (key, value) in value.members() {
            let text = as_text(value)?;
            match &*key {
                "@id" => iri = self.own_iri(context, &text),
                "@type" if text == "@id" => values = Values::Ids,
                "@type" => values = Values::Typed(self.own_iri(context, &text)?),
                "@container" if text == "@list" => list = true,
                "@container" if text == "@set" => {}
                "@container" if text == "@language" => values = Values::Languages,
                _ => return None,
            }
        }
        let iri = iri?;
        Some(Meaning { iri, values, list })
    }

    /// The IRI behind a definition: written in full, or with a prefix of this context or of one before it.
    fn own_iri(&self, context: Node<'_, '_>, text: &str) -> Option<String> {
        let (prefix, rest) = text.split_once(':')?;
        let namespace = match member(context, prefix) {
            _ if rest.starts_with("//") => None,
            Some(own) => Some(as_text(own)?),
            None => self.0.get(prefix).map(|meaning| meaning.iri.clone()),
        };
        let iri = match namespace {
            Some(namespace) => format!("{namespace}{rest}"),
            None => text.to_owned(),
        };
        // A prefix of a prefix is left to others.
        let (scheme, _) = iri.split_once("://")?;
        (is_iri(&iri) && !self.0.contains_key(scheme)).then_some(iri)
    }
}

/// Whether a name that a document defines means what its readers take it to mean: a name that is known here has its own IRI, any
/// other one that no known name has, and that is none of those of which types and lists are made.
fn may_mean(name: &str, iri: &str) -> bool {
    match NAMES.iris.get(name) {
        Some(iris) => iris.iter().any(|its| its == iri),
        None => !NAMES.taken.contains(iri) && !iri.starts_with(RDF),
    }
}

/// All names that are known here. A name has no IRI if a context document defines it that is not known here.
struct Names {
    iris: HashMap<&'static str, Vec<String>>,
    taken: HashSet<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let in_contexts = KNOWN
        .iter()
        .flat_map(|(_, groups)| groups.iter().flat_map(|(_, words)| known_terms(words)))
        .map(|(name, iri)| (name, Some(iri)));
    let in_rooms = ROOMS.iter().flat_map(|room| room.full_iris());
    let mut iris: HashMap<_, Vec<_>> = HashMap::new();
    for (name, iri) in in_contexts.chain(in_rooms) {
        iris.entry(name).or_default().extend(iri);
    }
    let taken = iris.values().flatten().cloned().collect();
    Names { iris, taken }
});

/// An absolute IRI that can stand between angle brackets (RFC 3987, N-Quads section 4).
fn is_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
        && !rest.contains(|letter: char| {
            letter.is_control() || letter.is_whitespace() || "<>\"{}|^`\\".contains(letter)
        })
}

/// Documents have up to five.
const MOST_ENTRIES: usize = 20;

/// Documents have up to sixty.
const MOST_OWN_TERMS: usize = 200;

/// They define `proof` as a graph of its own, which is not read here: a document with a proof needs no other signature.
const WITHOUT_TERMS: &[&str] = &[
    DATA_INTEGRITY_V2,
    "https://w3id.org/security/data-integrity/v1",
];
