//! Properties that no reader has a field for, with their paths.

use activitypub::{
    Activity, Actor, Any, Collection, Endpoints, Extra, Limits, Link, Object, PublicKey, ReadError,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use webfinger::Descriptor;

use crate::MAX_BYTES;

/// A property that was kept but not understood.
#[derive(Debug, Serialize)]
pub(crate) struct Unknown {
    /// A JSON pointer (RFC 6901).
    pub(crate) path: String,
    pub(crate) value: Value,
}

/// The unknown properties of an ActivityStreams document and of everything in it.
pub(crate) fn of_document(bytes: &[u8]) -> Vec<Unknown> {
    let mut found = Vec::new();
    if let Ok(document) = serde_json::from_slice(bytes) {
        walk(&document, Family::ByType, "", &mut found);
    }
    found
}

/// The unknown members of a descriptor and of its links.
pub(crate) fn of_descriptor(descriptor: &Descriptor) -> Vec<Unknown> {
    let mut found = members("", &descriptor.extra);
    for (at, link) in descriptor.links.iter().enumerate() {
        found.extend(members(&format!("/links/{at}"), &link.extra));
    }
    found
}

/// These members, all of them unknown.
pub(crate) fn members(path: &str, members: &Map<String, Value>) -> Vec<Unknown> {
    let unknown = |(name, value): (&String, &Value)| Unknown {
        path: step(path, name),
        value: value.clone(),
    };
    members.iter().map(unknown).collect()
}

/// As what an object is read: by its `type`, or by what the property holds it stands in.
#[derive(Clone, Copy)]
enum Family {
    ByType,
    Object,
    Actor,
    Activity,
    Collection,
    Link,
    PublicKey,
    Endpoints,
}

impl Family {
    /// As what the value of a property is read; `None` for those whose members are no properties.
    fn within(property: &str) -> Option<Self> {
        Some(match property.strip_prefix("as:").unwrap_or(property) {
            "@context" => return None,
            map if map.ends_with("Map") => return None,
            "actor" => Self::Actor,
            "source" => Self::Object,
            "url" => Self::Link,
            "publicKey" => Self::PublicKey,
            "endpoints" => Self::Endpoints,
            "inbox" | "outbox" | "followers" | "following" | "liked" | "streams" | "featured"
            | "featuredTags" | "replies" | "likes" | "shares" | "current" | "first" | "last"
            | "next" | "prev" | "partOf" => Self::Collection,
            _ => Self::ByType,
        })
    }

    /// The family that reads this object, and what it has no field for.
    fn read(self, object: &Value) -> Result<(Self, Extra), ReadError> {
        let text = object.to_string();
        let (bytes, limits) = (text.as_bytes(), &Limits::default().max_bytes(MAX_BYTES));
        Ok(match self {
            Self::ByType => match Any::from_slice_with(bytes, limits)? {
                Any::Actor(thing) => (Self::Actor, thing.extra),
                Any::Activity(thing) => (Self::Activity, thing.extra),
                Any::Collection(thing) => (Self::Collection, thing.extra),
                Any::Link(thing) => (Self::Link, thing.extra),
                _ => return Self::Object.read(object),
            },
            Self::Object => (self, Object::from_slice_with(bytes, limits)?.extra),
            Self::Actor => (self, Actor::from_slice_with(bytes, limits)?.extra),
            Self::Activity => (self, Activity::from_slice_with(bytes, limits)?.extra),
            Self::Collection => (self, Collection::from_slice_with(bytes, limits)?.extra),
            Self::Link => (self, Link::from_slice_with(bytes, limits)?.extra),
            Self::PublicKey => (self, PublicKey::from_slice_with(bytes, limits)?.extra),
            Self::Endpoints => (self, Endpoints::from_slice_with(bytes, limits)?.extra),
        })
    }

    /// Whether the family has a field of this name. `extra` also holds known properties with a `null` or a bad value, and a bad value
    /// is a problem, not an unknown property; so the name is tried with a value of every shape.
    fn knows(self, name: &str) -> bool {
        let shapes = [
            json!("a"),
            json!({}),
            json!(1),
            json!(true),
            json!("2026-01-31T12:00:00Z"),
        ];
        shapes.into_iter().any(|value| {
            self.read(&json!({ name: value }))
                .is_ok_and(|(_, extra)| extra.is_empty())
        })
    }
}

fn walk(thing: &Value, family: Family, path: &str, found: &mut Vec<Unknown>) {
    let Value::Object(properties) = thing else {
        return;
    };
    let Ok((family, extra)) = family.read(&shallow(properties)) else {
        return;
    };
    for (name, value) in properties {
        let path = step(path, name);
        if extra.raw(name).is_some() {
            if !family.knows(name) {
                let value = value.clone();
                found.push(Unknown { path, value });
            }
            continue;
        }
        let Some(family) = Family::within(name) else {
            continue;
        };
        match value {
            Value::Array(elements) => {
                for (at, element) in elements.iter().enumerate() {
                    walk(element, family, &format!("{path}/{at}"), found);
                }
            }
            value => walk(value, family, &path, found),
        }
    }
}

/// The object without the insides of what it embeds, so that a deep document is not read again at every level.
fn shallow(properties: &Map<String, Value>) -> Value {
    fn emptied(value: &Value) -> Value {
        match value {
            Value::Object(_) => json!({}),
            Value::Array(elements) => elements.iter().map(emptied).collect(),
            value => value.clone(),
        }
    }
    properties
        .iter()
        .map(|(name, value)| (name.clone(), emptied(value)))
        .collect()
}

fn step(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}
