//! What an application says that it implements
//! ([FEP-844e](https://codeberg.org/fediverse/fep/src/branch/main/fep/844e/fep-844e.md)).

use serde_json::{Map, Value, json};

/// HTTP message signatures, RFC 9421.
pub const RFC_9421: &str = "https://datatracker.ietf.org/doc/html/rfc9421";

/// Something that an application implements.
///
/// ```
/// use webfinger::capability::{self, Capability};
///
/// let actor = serde_json::json!({ "generator": { "type": "Application", "implements": [
///     { "href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures" }
/// ] } });
/// assert!(capability::implements(&actor, capability::RFC_9421));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capability {
    /// What names it.
    pub href: String,
    /// What people call it.
    pub name: Option<String>,
}

impl Capability {
    /// A capability of this name.
    #[must_use]
    pub fn new(href: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            name: Some(name.into()),
        }
    }

    /// One element of `implements`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.name {
            Some(name) => json!({ "type": "Link", "href": self.href, "name": name }),
            None => json!({ "type": "Link", "href": self.href }),
        }
    }
}

/// What a document says is implemented: an application's own `implements`, and that of an actor's `generator`. The first 256.
///
/// Links as the FEP has them, also bare addresses, an `id` instead of the `href`, and one where a list should be. A hint: who
/// does not say so may implement it all the same.
#[must_use]
pub fn read(document: &Value) -> Vec<Capability> {
    let generators = one_or_many(document.get("generator"));
    [document]
        .into_iter()
        .chain(generators)
        .filter_map(Value::as_object)
        .flat_map(|application| {
            NAMES
                .iter()
                .flat_map(|name| one_or_many(application.get(*name)))
        })
        .filter_map(capability)
        .take(MAX_CAPABILITIES)
        .collect()
}

/// Whether the document says that this is implemented. The pages at which an RFC can be read count as one.
#[must_use]
pub fn implements(document: &Value, href: &str) -> bool {
    let wanted = canonical(href);
    read(document)
        .iter()
        .any(|capability| canonical(&capability.href) == wanted)
}

fn capability(item: &Value) -> Option<Capability> {
    let text =
        |members: &Map<String, Value>, name: &str| Some(members.get(name)?.as_str()?.to_owned());
    match item {
        Value::String(href) => Some(Capability {
            href: href.clone(),
            name: None,
        }),
        Value::Object(members) => Some(Capability {
            href: text(members, "href").or_else(|| text(members, "id"))?,
            name: text(members, "name"),
        }),
        _ => None,
    }
}

fn one_or_many(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

/// `rfc9421` for each page that has that RFC.
fn canonical(href: &str) -> &str {
    RFC_PAGES
        .iter()
        .find_map(|page| {
            let rest = href.split_once("://")?.1.strip_prefix(page)?;
            let number = rest.trim_end_matches('/').trim_end_matches(".html");
            (!number.contains('/')).then_some(number)
        })
        .unwrap_or(href)
}

/// The plain name, and what JSON-LD makes of it.
const NAMES: &[&str] = &["implements", "https://w3id.org/fep/844e/implements"];

const RFC_PAGES: &[&str] = &[
    "datatracker.ietf.org/doc/html/",
    "datatracker.ietf.org/doc/",
    "www.rfc-editor.org/rfc/",
    "tools.ietf.org/html/",
];

const MAX_CAPABILITIES: usize = 256;
