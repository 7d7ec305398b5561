//! The document of a row: an object as it stands; text as it stands, for what is no JSON; or a list of parts, one after the other.
//!
//! A part is text; `{"text": …, "times": n}`, in which `{n}` is the number of the repetition, with `between` them if that is
//! given; or `{"hex": …}`. `{"signed": …, "changes": [[pointer, value], …]}` is a document with a proof of Alice's key, changed afterwards: what
//! is `null` goes. `options` are those of the proof.

use serde_json::Value;

pub(super) fn bytes(document: &Value) -> Vec<u8> {
    match document {
        Value::String(text) => text.clone().into_bytes(),
        Value::Array(parts) => parts.iter().flat_map(part).collect(),
        Value::Object(object) => match object.get("signed") {
            Some(signed) => signed_and_changed(signed, document),
            None => document.to_string().into_bytes(),
        },
        _ => panic!("no document: {document}"),
    }
}

fn part(part: &Value) -> Vec<u8> {
    if let Some(text) = part.as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(hex) = part["hex"].as_str() {
        let bytes = (0..hex.len()).step_by(2);
        return bytes
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
    }
    let text = part["text"].as_str().unwrap();
    let times = 0..part["times"].as_u64().unwrap();
    let numbered = times.map(|n| text.replace("{n}", &n.to_string()));
    let between = part
        .get("between")
        .map_or("", |text| text.as_str().unwrap());
    numbered.collect::<Vec<_>>().join(between).into_bytes()
}

#[cfg(feature = "proof")]
fn signed_and_changed(document: &Value, row: &Value) -> Vec<u8> {
    let mut signed = crate::proofs::signed_as(document, &row["options"]);
    for change in row["changes"].as_array().into_iter().flatten() {
        let (pointer, value) = (change[0].as_str().unwrap(), change[1].clone());
        let (above, name) = pointer.rsplit_once('/').unwrap();
        let object = signed.pointer_mut(above).unwrap().as_object_mut().unwrap();
        match value {
            Value::Null => object.remove(name),
            value => object.insert(name.to_owned(), value),
        };
    }
    signed.to_string().into_bytes()
}

#[cfg(not(feature = "proof"))]
fn signed_and_changed(_: &Value, row: &Value) -> Vec<u8> {
    panic!("needs proofs: {row}")
}
