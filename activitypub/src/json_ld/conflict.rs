//! Where a document says two things: one to those who read its plain JSON, another to those who process JSON-LD.

use std::collections::HashSet;

use serde_json::Value;

use super::plain::is_core;
use crate::context::plain_name;
use crate::json::push_step;

/// Finds the properties of ActivityStreams that the plain form has and the compacted form has not, or differently.
pub(super) fn conflicts(plain: &Value, compacted: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(plain, compacted, &mut String::new(), &mut found);
    found
}

fn compare(plain: &Value, compacted: &Value, path: &mut String, found: &mut Vec<String>) {
    for (spelled, value) in plain.as_object().into_iter().flatten() {
        let name = match &**spelled {
            "@id" => "id",
            "@type" => "type",
            spelled => plain_name(spelled),
        };
        // The forms of a text in languages are not one to one; an empty list says nothing.
        if !is_core(name) || name.ends_with("Map") {
            continue;
        }
        let length = path.len();
        push_step(path, spelled);
        let (plain, compacted) = (elements(Some(value)), elements(compacted.get(name)));
        if name == "type" {
            if types(&plain) != types(&compacted) {
                found.push(path.clone());
            }
        } else if plain.len() != compacted.len() {
            found.push(path.clone());
        } else {
            for (plain, compacted) in plain.iter().zip(&compacted) {
                if plain.is_object() && compacted.is_object() {
                    compare(plain, compacted, path, found);
                } else if !same(plain, compacted) {
                    found.push(path.clone());
                }
            }
        }
        path.truncate(length);
    }
}

/// The values of a property, each once and without `null`s.
fn elements(value: Option<&Value>) -> Vec<&Value> {
    let all = match value {
        None => &[],
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
    };
    let mut seen = HashSet::new();
    all.iter()
        .filter(|value| !value.is_null() && seen.insert(value.to_string()))
        .collect()
}

/// The types that ActivityStreams knows.
fn types<'v>(values: &[&'v Value]) -> HashSet<&'v str> {
    let names = values.iter().filter_map(|value| value.as_str());
    names.map(plain_name).filter(|name| is_core(name)).collect()
}

fn same(plain: &Value, compacted: &Value) -> bool {
    match (plain, compacted) {
        (Value::String(plain), Value::String(compacted)) => {
            plain_name(plain) == plain_name(compacted)
        }
        (Value::Number(plain), Value::Number(compacted)) => plain.as_f64() == compacted.as_f64(),
        (Value::Object(thing), _) => {
            let id = thing.get("id").or_else(|| thing.get("@id"));
            // `@value` and its like have no plain reading.
            thing
                .keys()
                .any(|name| name.starts_with('@') && name != "@id")
                || (thing.len() == 1 && id.is_some_and(|id| same(id, compacted)))
        }
        _ => plain == compacted,
    }
}
