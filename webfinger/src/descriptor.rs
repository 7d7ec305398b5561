//! The answer to a WebFinger query: a JSON Resource Descriptor ([RFC 7033, section 4.4](https://www.rfc-editor.org/rfc/rfc7033#section-4.4)).

use serde_json::{Map, Value};

/// The media type of a descriptor.
pub const MEDIA_TYPE: &str = "application/jrd+json";

/// A JSON Resource Descriptor.
///
/// Reading is lenient: a member of the wrong type or a link without `rel` does not lose the document. It is listed in
/// [`problems`](Self::problems) and left out; members that no field names are kept in `extra` and written again.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Descriptor {
    /// Whom the document is about, as the server spells it.
    pub subject: Option<String>,
    /// Other names the server claims for the subject. A claim, no more: nothing here trusts it.
    pub aliases: Vec<String>,
    /// Properties of the subject, by URI; values are texts or null.
    pub properties: Map<String, Value>,
    /// The links, in order.
    pub links: Vec<Link>,
    /// Members that no field names.
    pub extra: Map<String, Value>,
    pub(crate) problems: Vec<Problem>,
}

/// A link of a [`Descriptor`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Link {
    /// The relation; [`rel`](crate::rel) has those of the fediverse.
    pub rel: String,
    /// `type`: the media type behind the link.
    pub media_type: Option<String>,
    /// The target.
    pub href: Option<String>,
    /// A target with `{uri}` to fill in.
    pub template: Option<String>,
    /// Titles by language.
    pub titles: Map<String, Value>,
    /// Properties of the link, by URI.
    pub properties: Map<String, Value>,
    /// Members that no field names.
    pub extra: Map<String, Value>,
}

/// Something odd in a document that was read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The member has the wrong type; it was left out.
    Member(&'static str),
    /// An alias or a link at this position is malformed; it was left out.
    Item(&'static str, usize),
    /// The document was served as `application/json`.
    MediaType,
}

impl Descriptor {
    /// A descriptor of this subject, to be filled.
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: Some(subject.into()),
            ..Self::default()
        }
    }

    /// Adds a link.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    /// Adds an alias.
    #[must_use]
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// Reads a document inside the default [`Limits`].
    ///
    /// # Errors
    ///
    /// It is too large, no JSON, or no object.
    pub fn read(bytes: &[u8]) -> Result<Self, DescriptorError> {
        Self::read_within(bytes, &Limits::new())
    }

    /// Reads a document inside these limits.
    ///
    /// # Errors
    ///
    /// It is too large, no JSON, or no object.
    pub fn read_within(bytes: &[u8], limits: &Limits) -> Result<Self, DescriptorError> {
        if bytes.len() > limits.bytes {
            return Err(DescriptorError::TooLong);
        }
        let Value::Object(mut members) =
            serde_json::from_slice(bytes).map_err(DescriptorError::Json)?
        else {
            return Err(DescriptorError::NotAnObject);
        };
        let mut problems = Vec::new();
        let subject = text(&mut members, "subject", &mut problems);
        let properties = object(&mut members, "properties", &mut problems);
        let mut aliases = Vec::new();
        for (index, alias) in items(&mut members, "aliases", limits, &mut problems)?
            .into_iter()
            .enumerate()
        {
            match alias {
                Value::String(alias) => aliases.push(alias),
                _ => problems.push(Problem::Item("aliases", index)),
            }
        }
        let mut links = Vec::new();
        for (index, link) in items(&mut members, "links", limits, &mut problems)?
            .into_iter()
            .enumerate()
        {
            match Link::read(link) {
                Some(link) => links.push(link),
                None => problems.push(Problem::Item("links", index)),
            }
        }
        Ok(Self {
            subject,
            aliases,
            properties,
            links,
            extra: members,
            problems,
        })
    }

    /// What was odd about the document as it was read.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The document as JSON; absent and empty members are not written.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        put_text(&mut members, "subject", self.subject.as_ref());
        put_items(
            &mut members,
            "aliases",
            self.aliases.iter().cloned().map(Value::String).collect(),
        );
        put_object(&mut members, "properties", &self.properties);
        put_items(
            &mut members,
            "links",
            self.links.iter().map(Link::to_json).collect(),
        );
        members.extend(self.extra.clone());
        Value::Object(members)
    }

    /// The actor: the first link that is `self` and an ActivityPub media type, as [ActivityPub and
    /// WebFinger](https://swicg.github.io/activitypub-webfinger/) says.
    #[must_use]
    pub fn self_link(&self) -> Option<&Link> {
        self.links
            .iter()
            .find(|link| link.rel == crate::rel::SELF && link.is_activity())
    }
}

impl Link {
    /// A link with this relation, to be filled.
    #[must_use]
    pub fn new(rel: impl Into<String>) -> Self {
        Self {
            rel: rel.into(),
            ..Self::default()
        }
    }

    /// The `self` link to an actor, with the media type that everybody understands.
    #[must_use]
    pub fn to_actor(id: impl Into<String>) -> Self {
        Self::new(crate::rel::SELF)
            .media_type("application/activity+json")
            .href(id)
    }

    /// Sets the media type.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// Sets the target.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// Sets the template.
    #[must_use]
    pub fn template(mut self, template: impl Into<String>) -> Self {
        self.template = Some(template.into());
        self
    }

    /// Whether the media type is one of ActivityPub's two.
    #[must_use]
    pub fn is_activity(&self) -> bool {
        let (essence, parameters) = match self.media_type.as_deref() {
            Some(media_type) => media_type.split_once(';').unwrap_or((media_type, "")),
            None => return false,
        };
        let essence = essence.trim();
        essence.eq_ignore_ascii_case("application/activity+json")
            || (essence.eq_ignore_ascii_case("application/ld+json")
                && has_activity_profile(parameters))
    }

    /// `None` for a link that is no object or has no `rel`; a member of a wrong type is kept as an extra one.
    fn read(link: Value) -> Option<Self> {
        let Value::Object(mut members) = link else {
            return None;
        };
        // What does not fit goes back to where unknown members are, so nothing is lost.
        let mut misfits = Map::new();
        let rel = take_text(&mut members, "rel", &mut misfits)?;
        let link = Self {
            rel,
            media_type: take_text(&mut members, "type", &mut misfits),
            href: take_text(&mut members, "href", &mut misfits),
            template: take_text(&mut members, "template", &mut misfits),
            titles: take_object(&mut members, "titles", &mut misfits),
            properties: take_object(&mut members, "properties", &mut misfits),
            extra: Map::new(),
        };
        members.append(&mut misfits);
        Some(Self {
            extra: members,
            ..link
        })
    }

    fn to_json(&self) -> Value {
        let mut members = Map::new();
        put_text(&mut members, "rel", Some(&self.rel));
        put_text(&mut members, "type", self.media_type.as_ref());
        put_text(&mut members, "href", self.href.as_ref());
        put_text(&mut members, "template", self.template.as_ref());
        put_object(&mut members, "titles", &self.titles);
        put_object(&mut members, "properties", &self.properties);
        members.extend(self.extra.clone());
        Value::Object(members)
    }
}

/// How large a document may be.
#[derive(Clone, Debug)]
pub struct Limits {
    bytes: usize,
    items: usize,
}

impl Limits {
    /// The default limits.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bytes: 256 * 1024,
            items: 1000,
        }
    }

    /// Bytes of the document; 256 KiB.
    #[must_use]
    pub fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Links, and aliases; 1,000 each.
    #[must_use]
    pub fn items(mut self, items: usize) -> Self {
        self.items = items;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// Why a document is no descriptor.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// More bytes than [`Limits::bytes`].
    #[error("the descriptor is too long")]
    TooLong,
    /// More links or aliases than [`Limits::items`].
    #[error("the descriptor has too many {0}")]
    TooMany(&'static str),
    /// It is not JSON, or nested too deeply.
    #[error("the descriptor is not readable JSON")]
    Json(#[source] serde_json::Error),
    /// It is JSON, but no object.
    #[error("the descriptor is not a JSON object")]
    NotAnObject,
}

fn has_activity_profile(parameters: &str) -> bool {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .any(|(name, value)| {
            name.trim().eq_ignore_ascii_case("profile")
                && value
                    .trim()
                    .trim_matches('"')
                    .split_whitespace()
                    .any(|profile| profile == "https://www.w3.org/ns/activitystreams")
        })
}

fn text(
    members: &mut Map<String, Value>,
    name: &'static str,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    match members.remove(name) {
        Some(Value::String(text)) => Some(text),
        None | Some(Value::Null) => None,
        Some(_) => {
            problems.push(Problem::Member(name));
            None
        }
    }
}

fn object(
    members: &mut Map<String, Value>,
    name: &'static str,
    problems: &mut Vec<Problem>,
) -> Map<String, Value> {
    match members.remove(name) {
        Some(Value::Object(object)) => object,
        None | Some(Value::Null) => Map::new(),
        Some(_) => {
            problems.push(Problem::Member(name));
            Map::new()
        }
    }
}

fn items(
    members: &mut Map<String, Value>,
    name: &'static str,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Value>, DescriptorError> {
    match members.remove(name) {
        Some(Value::Array(items)) if items.len() > limits.items => {
            Err(DescriptorError::TooMany(name))
        }
        Some(Value::Array(items)) => Ok(items),
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(_) => {
            problems.push(Problem::Member(name));
            Ok(Vec::new())
        }
    }
}

fn take_text(
    members: &mut Map<String, Value>,
    name: &str,
    misfits: &mut Map<String, Value>,
) -> Option<String> {
    match members.remove(name)? {
        Value::String(text) => Some(text),
        misfit => {
            misfits.insert(name.to_owned(), misfit);
            None
        }
    }
}

fn take_object(
    members: &mut Map<String, Value>,
    name: &str,
    misfits: &mut Map<String, Value>,
) -> Map<String, Value> {
    match members.remove(name) {
        Some(Value::Object(object)) => object,
        Some(misfit) => {
            misfits.insert(name.to_owned(), misfit);
            Map::new()
        }
        None => Map::new(),
    }
}

fn put_text(members: &mut Map<String, Value>, name: &str, text: Option<&String>) {
    if let Some(text) = text {
        members.insert(name.to_owned(), Value::String(text.clone()));
    }
}

fn put_items(members: &mut Map<String, Value>, name: &str, items: Vec<Value>) {
    if !items.is_empty() {
        members.insert(name.to_owned(), Value::Array(items));
    }
}

fn put_object(members: &mut Map<String, Value>, name: &str, object: &Map<String, Value>) {
    if !object.is_empty() {
        members.insert(name.to_owned(), Value::Object(object.clone()));
    }
}
