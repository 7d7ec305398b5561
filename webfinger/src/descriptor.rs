//! The answer to a WebFinger query: a JSON Resource Descriptor ([RFC 7033, section 4.4](https://www.rfc-editor.org/rfc/rfc7033#section-4.4)).

mod choice;
#[cfg(feature = "xrd")]
mod xrd;

use std::fmt;

use serde_json::{Map, Value};

use crate::json::{self, Refusal};

/// The media type of a descriptor.
pub const MEDIA_TYPE: &str = "application/jrd+json";

/// A JSON Resource Descriptor.
///
/// Reading is lenient: a member of the wrong type or a link without `rel` does not lose the document. It is listed in
/// [`problems`](Self::problems), and written again as it came; so are members that no field names, which stand in `extra`.
/// Only a name that stands twice in one object refuses the document: two readers would understand two different things.
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
    /// When the document gets stale, as the server spells it ([RFC 6415, appendix A](https://www.rfc-editor.org/rfc/rfc6415#appendix-A)).
    pub expires: Option<String>,
    /// Members that no field names, or that have the wrong type.
    pub extra: Map<String, Value>,
    pub(crate) problems: Vec<Problem>,
    misfits: Vec<Misfit>,
}

/// An item of a list that could not be read, and its place.
#[derive(Clone, Debug, PartialEq)]
struct Misfit {
    list: &'static str,
    index: usize,
    value: Value,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The member, or a value in it, has the wrong type.
    Member(&'static str),
    /// The alias or link at this position cannot be read.
    Item(&'static str, usize),
    /// A member of the link at this position, or a value in it, has the wrong type.
    LinkMember(usize, &'static str),
    /// The document was served as `application/json`.
    MediaType,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(name) => write!(f, "`{name}` has the wrong type"),
            Self::Item(list, index) => write!(f, "`{list}` has something unreadable at {index}"),
            Self::LinkMember(index, name) => {
                write!(f, "`{name}` of the link at {index} has the wrong type")
            }
            Self::MediaType => f.write_str("it was served as application/json"),
        }
    }
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// JSON.
    Json,
    /// XRD ([XRD 1.0](http://docs.oasis-open.org/xri/xrd/v1.0/xrd-1.0.html)).
    #[cfg(feature = "xrd")]
    Xrd,
}

impl Format {
    /// The format behind a `Content-Type`: `application/jrd+json` and `application/json`, with the feature `xrd` also
    /// `application/xrd+xml`, `application/xml` and `text/xml`.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or(content_type)
            .trim();
        let is = |name: &&str| essence.eq_ignore_ascii_case(name);
        if [MEDIA_TYPE, "application/json"].iter().any(is) {
            return Some(Self::Json);
        }
        #[cfg(feature = "xrd")]
        if ["application/xrd+xml", "application/xml", "text/xml"]
            .iter()
            .any(is)
        {
            return Some(Self::Xrd);
        }
        None
    }
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

    /// Reads a JSON document inside the default [`Limits`].
    ///
    /// # Errors
    ///
    /// It is too large, no JSON, no object, or says a name twice.
    pub fn read(bytes: &[u8]) -> Result<Self, DescriptorError> {
        Self::read_within(bytes, Format::Json, &Limits::new())
    }

    /// Reads an XRD document inside the default [`Limits`]: the same things in XML, as host-meta and old servers have them.
    ///
    /// UTF-8 only, and nothing of XML that can be abused: no document type, no entities. Elements and attributes of other
    /// vocabularies are not kept.
    ///
    /// # Errors
    ///
    /// It is too large, no XML of that kind, no XRD, or says twice what may be said once.
    #[cfg(feature = "xrd")]
    pub fn read_xrd(bytes: &[u8]) -> Result<Self, DescriptorError> {
        Self::read_within(bytes, Format::Xrd, &Limits::new())
    }

    /// Reads a document in this format inside these limits.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn read_within(
        bytes: &[u8],
        format: Format,
        limits: &Limits,
    ) -> Result<Self, DescriptorError> {
        match format {
            Format::Json => Self::read_json(bytes, limits),
            #[cfg(feature = "xrd")]
            Format::Xrd => xrd::read(bytes, limits),
        }
    }

    /// What was odd about the document as it was read.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The document as JSON; absent and empty members are not written.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut members = self.extra.clone();
        put_text(&mut members, "subject", self.subject.as_ref());
        put_text(&mut members, "expires", self.expires.as_ref());
        let aliases = self.aliases.iter().cloned().map(Value::String);
        put_items(
            &mut members,
            "aliases",
            self.with_misfits("aliases", aliases),
        );
        put_object(&mut members, "properties", &self.properties);
        let links = self.links.iter().map(Link::to_json);
        put_items(&mut members, "links", self.with_misfits("links", links));
        Value::Object(members)
    }

    fn read_json(bytes: &[u8], limits: &Limits) -> Result<Self, DescriptorError> {
        let mut extra = json::read_object(bytes, limits.bytes)?;
        let mut descriptor = Self::default();
        let mut problems = Vec::new();
        let mut wrong = |name| problems.push(Problem::Member(name));
        descriptor.subject = take_text(&mut extra, "subject", &mut wrong);
        descriptor.expires = take_text(&mut extra, "expires", &mut wrong);
        descriptor.properties = take_object(&mut extra, "properties", Value::is_null, &mut wrong);
        let aliases = take_items(&mut extra, "aliases", limits, &mut wrong)?;
        let links = take_items(&mut extra, "links", limits, &mut wrong)?;
        descriptor.extra = extra;
        descriptor.problems = problems;
        for (index, alias) in aliases.into_iter().enumerate() {
            match alias {
                Value::String(alias) => descriptor.aliases.push(alias),
                misfit => descriptor.put_aside("aliases", index, misfit),
            }
        }
        for (index, link) in links.into_iter().enumerate() {
            match Link::read(link, |name| {
                descriptor.problems.push(Problem::LinkMember(index, name));
            }) {
                Ok(link) => descriptor.links.push(link),
                Err(misfit) => descriptor.put_aside("links", index, misfit),
            }
        }
        Ok(descriptor)
    }

    fn put_aside(&mut self, list: &'static str, index: usize, value: Value) {
        self.problems.push(Problem::Item(list, index));
        self.misfits.push(Misfit { list, index, value });
    }

    fn with_misfits(&self, list: &str, items: impl Iterator<Item = Value>) -> Vec<Value> {
        let mut items: Vec<_> = items.collect();
        for misfit in self.misfits.iter().filter(|misfit| misfit.list == list) {
            items.insert(misfit.index.min(items.len()), misfit.value.clone());
        }
        items
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

    /// The link to the page about the account, for people.
    #[must_use]
    pub fn to_profile_page(url: impl Into<String>) -> Self {
        Self::new(crate::rel::PROFILE_PAGE)
            .media_type("text/html")
            .href(url)
    }

    /// The link to the page on which somebody of this server confirms to follow another account. The template has the gap
    /// `{uri}`.
    #[must_use]
    pub fn to_subscribe(template: impl Into<String>) -> Self {
        Self::new(crate::rel::SUBSCRIBE).template(template)
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

    /// Gives back what is no object or has no `rel`; a member of a wrong type is kept as an extra one.
    fn read(link: Value, mut wrong: impl FnMut(&'static str)) -> Result<Self, Value> {
        let Value::Object(mut extra) = link else {
            return Err(link);
        };
        let Some(rel) = take_text(&mut extra, "rel", |_| {}) else {
            return Err(Value::Object(extra));
        };
        let is_text = |_: &Value| false;
        Ok(Self {
            rel,
            media_type: take_text(&mut extra, "type", &mut wrong),
            href: take_text(&mut extra, "href", &mut wrong),
            template: take_text(&mut extra, "template", &mut wrong),
            titles: take_object(&mut extra, "titles", is_text, &mut wrong),
            properties: take_object(&mut extra, "properties", Value::is_null, &mut wrong),
            extra,
        })
    }

    fn to_json(&self) -> Value {
        let mut members = self.extra.clone();
        put_text(&mut members, "rel", Some(&self.rel));
        put_text(&mut members, "type", self.media_type.as_ref());
        put_text(&mut members, "href", self.href.as_ref());
        put_text(&mut members, "template", self.template.as_ref());
        put_object(&mut members, "titles", &self.titles);
        put_object(&mut members, "properties", &self.properties);
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
    /// More links or aliases than [`Limits::items`], or more of anything else than a descriptor has.
    #[error("the descriptor has too many {0}")]
    TooMany(&'static str),
    /// A name stands twice in one object, so two readers may understand two different things.
    #[error("the descriptor says the same thing twice")]
    Duplicate,
    /// It is not JSON, or nested too deeply.
    #[error("the descriptor is not readable JSON")]
    Json(#[source] serde_json::Error),
    /// It is JSON, but no object.
    #[error("the descriptor is not a JSON object")]
    NotAnObject,
    /// It is not UTF-8, or says that it is not.
    #[cfg(feature = "xrd")]
    #[error("the descriptor is not in UTF-8")]
    Encoding,
    /// It has a document type, which descriptors do not need and attackers do.
    #[cfg(feature = "xrd")]
    #[error("the descriptor has a document type declaration")]
    Dtd,
    /// It uses an entity beside the five of XML.
    #[cfg(feature = "xrd")]
    #[error("the descriptor uses an entity that XML does not have")]
    Entity,
    /// It is not XML.
    #[cfg(feature = "xrd")]
    #[error("the descriptor is not readable XML (line {line}, column {column})")]
    #[non_exhaustive]
    Xml {
        /// The line, from 1.
        line: u32,
        /// The column, from 1.
        column: u32,
    },
    /// It is XML, but no XRD.
    #[cfg(feature = "xrd")]
    #[error("the descriptor is XML, but not an XRD document")]
    NotXrd,
}

impl From<Refusal> for DescriptorError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooLong => Self::TooLong,
            Refusal::Json(error) => Self::Json(error),
            Refusal::Duplicate => Self::Duplicate,
            Refusal::NotAnObject => Self::NotAnObject,
        }
    }
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

/// What has another type stays where it is; null counts as absent.
fn take_text(
    members: &mut Map<String, Value>,
    name: &'static str,
    mut wrong: impl FnMut(&'static str),
) -> Option<String> {
    match members.get(name)? {
        Value::String(_) => {}
        Value::Null => return None,
        _ => {
            wrong(name);
            return None;
        }
    }
    match members.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn take_object(
    members: &mut Map<String, Value>,
    name: &'static str,
    may_also_be: impl Fn(&Value) -> bool,
    mut wrong: impl FnMut(&'static str),
) -> Map<String, Value> {
    let is_sound = match members.get(name) {
        None | Some(Value::Null) => return Map::new(),
        Some(Value::Object(object)) if object.is_empty() => return Map::new(),
        Some(Value::Object(object)) => object
            .values()
            .all(|value| value.is_string() || may_also_be(value)),
        Some(_) => {
            wrong(name);
            return Map::new();
        }
    };
    if !is_sound {
        wrong(name);
    }
    match members.remove(name) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn take_items(
    members: &mut Map<String, Value>,
    name: &'static str,
    limits: &Limits,
    mut wrong: impl FnMut(&'static str),
) -> Result<Vec<Value>, DescriptorError> {
    match members.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) if items.is_empty() => return Ok(Vec::new()),
        Some(Value::Array(items)) if items.len() > limits.items => {
            return Err(DescriptorError::TooMany(name));
        }
        Some(Value::Array(_)) => {}
        Some(_) => {
            wrong(name);
            return Ok(Vec::new());
        }
    }
    match members.remove(name) {
        Some(Value::Array(items)) => Ok(items),
        _ => Ok(Vec::new()),
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
