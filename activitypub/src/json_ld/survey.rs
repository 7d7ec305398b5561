//! What is looked at before JSON-LD is processed: a context may ask for more work than the rest of the document together.

use std::collections::{HashMap, HashSet};

use super::plain::names_of;
use super::{CompactError, Contexts};
use crate::context::{iri_of, is_customary, spelled_out};
use crate::json::Node;

/// The names and contexts of a document.
#[derive(Default)]
pub(super) struct Survey<'t, 'a> {
    /// The names of properties and types, as they are spelled.
    pub(super) names: HashSet<String>,
    /// All keywords in use but `@context`, `@id` and `@type`.
    pub(super) keywords: bool,
    pub(super) contexts: Vec<Node<'t, 'a>>,
}

impl<'t, 'a> Survey<'t, 'a> {
    pub(super) fn of(document: Node<'t, 'a>) -> Self {
        let mut survey = Self::default();
        survey.walk(document);
        survey
    }

    fn walk(&mut self, node: Node<'t, 'a>) {
        node.elements().for_each(|element| self.walk(element));
        for (name, value) in node.members() {
            match &*name {
                "@context" => {
                    self.contexts.push(value);
                    continue;
                }
                "type" | "@type" => {
                    let types = value.string().into_iter();
                    let types = types.chain(value.elements().filter_map(Node::string));
                    self.names.extend(types.map(String::from));
                }
                "@id" => {}
                _ => self.keywords |= name.starts_with('@'),
            }
            self.walk(value);
            self.names.insert(name.into());
        }
    }

    /// Whether everything that the contexts name is known, and what they define is little enough to be worked on.
    pub(super) fn check(&self, known: &Contexts) -> Result<(), CompactError> {
        let (mut entries, mut definitions) = (0, Vec::new());
        for context in &self.contexts {
            // An array in an array is no context.
            let parts = context.elements().chain([*context]);
            for part in parts {
                entries += 1;
                if let Some(url) = part.string()
                    && !known.contains(&url)
                {
                    return Err(CompactError::UnknownContext(url.into()));
                }
                definitions.extend(part.members());
                if entries > MOST_ENTRIES || definitions.len() > MOST_DEFINITIONS {
                    return Err(CompactError::TooComplex);
                }
            }
        }
        let names: HashSet<&str> = definitions.iter().map(|(name, _)| &**name).collect();
        let mut chained = HashSet::new();
        let mut prefixes = HashSet::new();
        for (name, definition) in &definitions {
            // To fetch, or to change with the place, costs anew wherever it is used.
            if name == "@import" || definition.members().any(|(key, _)| key == "@context") {
                return Err(CompactError::TooComplex);
            }
            let parts = definition.members().map(|(_, value)| value);
            for text in parts.chain([*definition]).filter_map(Node::string) {
                if text.len() > LONGEST_IRI {
                    return Err(CompactError::TooComplex);
                }
                if let Some((prefix, _)) = text.split_once(':')
                    && names.contains(prefix)
                {
                    chained.insert(&**name);
                    prefixes.insert(prefix.to_owned());
                }
            }
        }
        // A prefix of a prefix of a prefix: each may be longer than all of the one before.
        if prefixes.iter().any(|prefix| chained.contains(&**prefix)) {
            return Err(CompactError::TooComplex);
        }
        Ok(())
    }

    /// Whether a context gives something that has a name another one, or a prefix that is not customary, and the document uses it.
    pub(super) fn renames(&self) -> bool {
        let parts = self
            .contexts
            .iter()
            .flat_map(|context| context.elements().chain([*context]));
        let definitions: Vec<_> = parts
            .flat_map(Node::members)
            .filter_map(|(name, definition)| Some((name, iri_of(definition)?)))
            .collect();
        let prefixes: HashMap<&str, &str> = definitions
            .iter()
            .map(|(name, iri)| (&**name, &**iri))
            .collect();
        let used_prefixes: HashSet<&str> = self
            .names
            .iter()
            .filter_map(|name| Some(name.split_once(':')?.0))
            .collect();
        definitions.iter().any(|(name, iri)| {
            let full = iri
                .split_once(':')
                .and_then(|(prefix, local)| Some(format!("{}{local}", prefixes.get(prefix)?)));
            let full = full.as_deref().unwrap_or(iri);
            let names = names_of(&spelled_out(full));
            let other_name =
                !names.is_empty() && self.names.contains(&**name) && !names.contains(&&**name);
            other_name || (used_prefixes.contains(&**name) && !is_customary(name, full))
        })
    }
}

/// Contexts and parts of contexts in a document: a page of a collection may have one in each of its things.
const MOST_ENTRIES: usize = 300;

/// Terms that a document defines; a page whose things do so has many.
const MOST_DEFINITIONS: usize = 4000;

/// Of an IRI in a context, in bytes.
const LONGEST_IRI: usize = 256;
