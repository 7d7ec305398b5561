//! From the expanded form of a thing to the form in which the fediverse writes it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use json_ld::syntax::{Object, Print, Value};

use super::contexts;
use crate::context::documents::{Document, KNOWN, known_terms};
use crate::extension::ROOMS;
use crate::json::write_string;

/// Writes a thing, given in expanded form. `spelled` are the names that stand in the document: of several names for the same, one of those is taken.
pub(super) fn plain(thing: &Object, spelled: &HashSet<String>) -> String {
    let mut out = String::new();
    Plain { spelled }.thing(thing, &mut out);
    out
}

/// Whether a name is ActivityStreams' own, so that it has one meaning only.
pub(super) fn is_core(name: &str) -> bool {
    static CORE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let words = KNOWN.first().into_iter().flat_map(|(_, groups)| *groups);
        let names = words.flat_map(|(_, words)| known_terms(words));
        names
            .filter(|(_, iri)| !is_prefix(iri))
            .map(|(name, _)| name)
            .collect()
    });
    CORE.contains(name)
}

/// The names of an IRI: of ActivityStreams first, then of our vocabularies, then of other contexts. What another vocabulary calls by a name of
/// ActivityStreams has no name.
pub(super) fn names_of(iri: &str) -> &'static [&'static str] {
    static NAMES: LazyLock<HashMap<String, Vec<&str>>> = LazyLock::new(|| {
        let terms = |(kind, words): &(&str, &'static str)| {
            // `contentMap` is another form of `content`, and a context has no name.
            let other = ["language", "context"].contains(kind);
            known_terms(if other { "" } else { words })
        };
        let of = |documents: &[&Document]| -> Vec<(&str, String)> {
            let groups = documents.iter().flat_map(|(_, groups)| *groups);
            groups.flat_map(terms).collect()
        };
        let documents: Vec<_> = contexts::documents().collect();
        let (core, others) = documents.split_at(1);
        let rooms = ROOMS.iter().flat_map(|room| room.full_iris());
        let others = rooms
            .filter_map(|(name, iri)| Some((name, iri?)))
            .chain(of(others))
            .filter(|(name, _)| !is_core(name));
        let mut names: HashMap<String, Vec<&str>> = HashMap::new();
        for (name, iri) in of(core).into_iter().chain(others) {
            let of_iri = names.entry(iri).or_default();
            if !of_iri.contains(&name) {
                of_iri.push(name);
            }
        }
        names.retain(|iri, _| !is_prefix(iri));
        names
    });
    NAMES.get(iri).map_or(&[], Vec::as_slice)
}

fn is_prefix(iri: &str) -> bool {
    iri.ends_with(['#', '/'])
}

struct Plain<'s> {
    spelled: &'s HashSet<String>,
}

impl Plain<'_> {
    fn thing(&self, thing: &Object, out: &mut String) {
        let mut members: Vec<(String, String)> = Vec::new();
        let mut taken = HashSet::new();
        // What has a meaning comes first: a name without one must not take its place.
        let (undefined, defined): (Vec<_>, Vec<_>) = thing
            .iter()
            .partition(|entry| entry.key.starts_with(UNDEFINED));
        for entry in defined.into_iter().chain(undefined) {
            let iri = entry.key.as_str();
            match iri {
                "@id" => members.push(("id".to_owned(), self.bare(&entry.value))),
                "@type" => members.push(("type".to_owned(), self.types(&entry.value))),
                "@reverse" => {
                    let mut reverse = String::new();
                    match &entry.value {
                        Value::Object(map) => self.thing(map, &mut reverse),
                        _ => continue,
                    }
                    members.push((iri.to_owned(), reverse));
                }
                // The processor's name for it.
                "@include" => self.property("@included", &entry.value, &mut members),
                _ if iri.starts_with('@') => self.property(iri, &entry.value, &mut members),
                _ => {
                    let name = self.name(iri);
                    if taken.insert(name) {
                        self.property(name, &entry.value, &mut members);
                    } else if taken.insert(iri) {
                        self.property(iri, &entry.value, &mut members);
                    }
                }
            }
        }
        out.push('{');
        for (index, (name, value)) in members.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_string(name, out);
            out.push(':');
            out.push_str(value);
        }
        out.push('}');
    }

    fn property(&self, name: &str, value: &Value, members: &mut Vec<(String, String)>) {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        if let [Value::Object(only)] = values
            && let Some(Value::Array(listed)) = first(only, "@list")
        {
            // The values of both are the same property.
            let name = if name == "items" {
                "orderedItems"
            } else {
                name
            };
            let listed = self.elements(name, listed.iter(), false);
            let list = format!("[{}]", listed.join(","));
            let value = if is_known(name) {
                list
            } else {
                format!("{{\"@list\":{list}}}")
            };
            members.push((name.to_owned(), value));
            return;
        }
        let is_text = |value: &&Value| NATURAL.contains(&name) && text(value).is_some();
        let (texts, rest): (Vec<_>, Vec<_>) = values.iter().partition(is_text);
        let mut languages: Vec<(&str, &str)> = Vec::new();
        let mut seen = HashSet::new();
        for text in texts.into_iter().filter_map(text) {
            if seen.insert(text) {
                languages.push(text);
            }
        }
        if seen.iter().map(|text| text.0).collect::<HashSet<_>>().len() < languages.len() {
            // Two texts in one language: a map has one.
            let all = self.elements(name, values.iter(), true);
            members.push((name.to_owned(), one_or_many(&all)));
            return;
        }
        let mut rest = self.elements(name, rest.into_iter(), true);
        if let (Some((_, text)), true) = (languages.first(), rest.is_empty()) {
            rest.push(string(text));
        }
        if !rest.is_empty() || languages.is_empty() {
            members.push((name.to_owned(), one_or_many(&rest)));
        }
        if !languages.is_empty() {
            let texts = languages
                .iter()
                .map(|(language, text)| format!("{}:{}", string(language), string(text)));
            let map = texts.collect::<Vec<_>>().join(",");
            members.push((format!("{name}Map"), format!("{{{map}}}")));
        }
    }

    /// The values of a property, of which those without an order are told once.
    fn elements<'v>(
        &self,
        name: &str,
        values: impl Iterator<Item = &'v Value>,
        once: bool,
    ) -> Vec<String> {
        let mut seen = HashSet::new();
        values
            .map(|value| self.value(name, value))
            .filter(|json| !once || seen.insert(json.clone()))
            .collect()
    }

    fn value(&self, name: &str, value: &Value) -> String {
        let Value::Object(object) = value else {
            return self.bare(value);
        };
        let known = is_known(name);
        if let Some(literal) = first(object, "@value") {
            if known || object.len() == 1 {
                return self.bare(literal);
            }
            return value.compact_print().to_string();
        }
        if let Some(Value::Array(listed)) = first(object, "@list") {
            let list = self.elements(name, listed.iter(), false).join(",");
            return if known {
                format!("[{list}]")
            } else {
                format!("{{\"@list\":[{list}]}}")
            };
        }
        if known && object.len() == 1 {
            if let Some(Value::String(id)) = first(object, "@id") {
                // Its values are names, not addresses.
                let name_of_it = name == "proofPurpose";
                return string(if name_of_it { self.name(id) } else { id });
            }
            if let Some(Value::Array(things)) = first(object, "@graph")
                && name == "proof"
                && let [thing] = things.as_slice()
            {
                return self.value(name, thing);
            }
        }
        let mut json = String::new();
        self.thing(object, &mut json);
        json
    }

    fn types(&self, value: &Value) -> String {
        let types = match value {
            Value::Array(types) => types.as_slice(),
            value => std::slice::from_ref(value),
        };
        let names = types.iter().filter_map(Value::as_str);
        let names = names.map(|name| string(self.name(name)));
        one_or_many(&names.collect::<Vec<_>>())
    }

    /// A value that is nothing but JSON.
    fn bare(&self, value: &Value) -> String {
        value.compact_print().to_string()
    }

    fn name<'n>(&self, iri: &'n str) -> &'n str {
        if let Some(name) = iri.strip_prefix(UNDEFINED) {
            // What ActivityStreams defines has lost its meaning here, and must not look as if it had one.
            let kept = self.spelled.contains(name) && !is_core(name);
            return if kept { name } else { iri };
        }
        let names = names_of(iri);
        let spelled = names.iter().find(|name| self.spelled.contains(**name));
        spelled.or(names.first()).copied().unwrap_or(iri)
    }
}

/// What the context of ActivityStreams puts before a name that no context defines.
const UNDEFINED: &str = "_:";

/// Whether the values of a property are written as everybody expects them. Those of others keep what JSON-LD says of them.
fn is_known(name: &str) -> bool {
    !name.contains(':')
}

/// A text in a language that is known, after the language.
fn text(value: &Value) -> Option<(&str, &str)> {
    let Value::Object(object) = value else {
        return None;
    };
    let language = first(object, "@language")?.as_str()?;
    let text = first(object, "@value")?.as_str()?;
    (language != "und").then_some((language, text))
}

fn string(text: &str) -> String {
    let mut json = String::new();
    write_string(text, &mut json);
    json
}

fn one_or_many(values: &[String]) -> String {
    match values {
        [one] => one.clone(),
        many => format!("[{}]", many.join(",")),
    }
}

fn first<'o>(object: &'o Object, name: &str) -> Option<&'o Value> {
    object.get(name).next()
}

/// The properties that have a second form, for texts in languages.
const NATURAL: &[&str] = &["content", "name", "summary"];
