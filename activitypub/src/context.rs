//! `@context`: the one to write, and the spellings of names that are read without one.
//!
//! A context is never fetched and never interpreted. A document may call `actor` by another name in a context of its own; readers
//! that do not process JSON-LD see no actor there, so neither do we. Only the spellings that mean the same in every document
//! are read: `as:name`, the full IRI, `@id`, `@type`.

use serde_json::json;

use crate::extra::Raw;

/// The context of ActivityStreams 2.0, the first entry of every `@context`.
pub const ACTIVITY_STREAMS: &str = "https://www.w3.org/ns/activitystreams";

/// The context that defines `publicKey`.
pub const SECURITY_V1: &str = "https://w3id.org/security/v1";

/// What stands before a name of ActivityStreams in its full IRI.
const NAMESPACE: &str = "https://www.w3.org/ns/activitystreams#";

/// The `@context` of the documents that this crate builds: ActivityStreams, security v1, and the terms of Mastodon and schema.org
/// for which there is a field.
///
/// ```
/// let context: Vec<serde_json::Value> = activitypub::context::written().read()?;
/// assert_eq!(context[0], activitypub::context::ACTIVITY_STREAMS);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn written() -> Raw {
    let terms = crate::extension::mastodon::TERMS
        .iter()
        .chain(crate::extension::schema::TERMS);
    let terms: serde_json::Map<_, _> = terms
        .map(|&(term, iri)| (term.to_owned(), term_definition(iri)))
        .collect();
    Raw::known(&json!([ACTIVITY_STREAMS, SECURITY_V1, terms]).to_string())
}

/// A leading `@` says that the values are ids, a leading `[` that they are a list.
fn term_definition(iri: &str) -> serde_json::Value {
    if let Some(iri) = iri.strip_prefix('@') {
        json!({"@id": iri, "@type": "@id"})
    } else if let Some(iri) = iri.strip_prefix('[') {
        json!({"@id": iri, "@container": "@list"})
    } else {
        json!(iri)
    }
}

/// The name behind the prefix or IRI of ActivityStreams; `None` if there is none.
pub(crate) fn strip_prefix(name: &str) -> Option<&str> {
    name.strip_prefix("as:")
        .or_else(|| name.strip_prefix(NAMESPACE))
}

/// The name without the prefix or IRI of ActivityStreams.
pub(crate) fn plain_name(name: &str) -> &str {
    strip_prefix(name).unwrap_or(name)
}
