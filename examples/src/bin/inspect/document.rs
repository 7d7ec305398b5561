//! One document: which reader is its own, and what that reader understood.

use activitypub::addressing::Visibility;
use activitypub::media::{Media, MediaSource};
use activitypub::poll::Poll;
use activitypub::profile::FieldValue;
use activitypub::quote::Quoted;
use activitypub::{
    Activity, Actor, Any, Collection, Id, Identified, Limits, Link, Object, OneOrMany, Ref, html,
    origin,
};
use http_sig::{KeyAlgorithm, VerifyingKey};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use url::Url;
use webfinger::{Descriptor, NodeInfo, descriptor, nodeinfo};

use crate::MAX_BYTES;
use crate::unknown::{self, Unknown};

/// The most documents that are read from one list.
const MAX_DOCUMENTS: usize = 10_000;

/// How many things inside each other are described; the innermost ones are only named.
const MAX_DEPTH: usize = 4;

/// How much of an HTML text is shown, in bytes.
const MAX_HTML: usize = 64 * 1024;

/// A document as the reader for its format took it.
pub(crate) enum Document {
    ActivityStreams(Box<Any>),
    Jrd(Descriptor),
    NodeInfo(Box<NodeInfo>),
    /// The document that says where the NodeInfo is.
    NodeInfoDiscovery(Url),
}

/// What is to be told of a document.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Description {
    pub(crate) format: &'static str,
    pub(crate) understood: Facts,
    pub(crate) unknown: Vec<Unknown>,
    pub(crate) problems: Vec<Problem>,
    /// Whether reading it as ActivityStreams and writing it gives the same JSON value.
    pub(crate) exact: bool,
}

/// Something that is not as it should be.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Problem {
    pub(crate) path: String,
    pub(crate) reason: String,
}

/// What was understood, in the order in which it is told.
#[derive(Debug, Default)]
pub(crate) struct Facts(pub(crate) Vec<(&'static str, Fact)>);

/// One thing that was understood.
#[derive(Debug, serde::Serialize)]
#[serde(untagged)]
pub(crate) enum Fact {
    Text(String),
    Count(u64),
    Flag(bool),
    List(Vec<String>),
    Thing(Facts),
}

/// A file without the byte order mark that some editors put before it, and whether there was one. It belongs to the file and
/// not to the document: RFC 8259 forbids to send one, and what comes over the network with one is refused.
pub(crate) fn without_byte_order_mark(mut bytes: Vec<u8>) -> (Vec<u8>, bool) {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let marked = bytes.starts_with(MARK);
    if marked {
        bytes.drain(..MARK.len());
    }
    (bytes, marked)
}

/// The documents in a file: itself if it is an object, the elements if it is a list of objects (none, if the list is empty).
pub(crate) fn split(bytes: &[u8]) -> Result<Vec<&[u8]>, String> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'[') {
        return Ok(vec![bytes]);
    }
    let elements: Vec<&RawValue> =
        serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    if !elements
        .iter()
        .all(|element| element.get().starts_with('{'))
    {
        return Err("the document is not an object, nor a list of objects".to_owned());
    }
    if elements.len() > MAX_DOCUMENTS {
        return Err(format!(
            "the list holds more than {MAX_DOCUMENTS} documents"
        ));
    }
    Ok(elements
        .iter()
        .map(|element| element.get().as_bytes())
        .collect())
}

impl Document {
    /// Reads a document with the reader for its shape. The error is the rule that refused it.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        match shape(bytes) {
            Shape::Jrd => Descriptor::read(bytes).map(Self::Jrd).map_err(reason),
            Shape::NodeInfo => NodeInfo::read(bytes)
                .map(|info| Self::NodeInfo(Box::new(info)))
                .map_err(reason),
            Shape::NodeInfoDiscovery => nodeinfo::discover(bytes)
                .map(Self::NodeInfoDiscovery)
                .map_err(reason),
            Shape::Other => any(bytes).map(|any| Self::ActivityStreams(Box::new(any))),
        }
    }
}

/// Whether the document is the same JSON value after it was read as ActivityStreams and written. The other readers promise no
/// such thing.
pub(crate) fn check_exact(bytes: &[u8]) -> Result<(), String> {
    let written = any(bytes)?.to_value().map_err(reason)?;
    let read: Value = serde_json::from_slice(bytes).map_err(reason)?;
    if written == read {
        Ok(())
    } else {
        Err("what is written is another JSON value than what was read".to_owned())
    }
}

/// Reads a document and says what was understood.
pub(crate) fn describe(bytes: &[u8]) -> Result<Description, String> {
    let (format, understood, unknown, problems) = match Document::read(bytes)? {
        Document::ActivityStreams(any) => (
            "ActivityStreams",
            document_facts(&any),
            unknown::of_document(bytes),
            any.problems().iter().map(Problem::from).collect(),
        ),
        Document::Jrd(descriptor) => (
            "JRD (WebFinger)",
            descriptor_facts(&descriptor),
            unknown::of_descriptor(&descriptor),
            descriptor.problems().iter().map(Problem::from).collect(),
        ),
        Document::NodeInfo(info) => (
            "NodeInfo",
            nodeinfo_facts(&info),
            unknown::members("", &info.extra),
            Vec::new(),
        ),
        Document::NodeInfoDiscovery(url) => {
            let mut facts = Facts::default();
            facts.text("nodeinfo", Some(url));
            ("NodeInfo discovery", facts, Vec::new(), Vec::new())
        }
    };
    Ok(Description {
        format,
        understood,
        unknown,
        problems,
        exact: check_exact(bytes).is_ok(),
    })
}

/// Which reader a document belongs to. Only those formats that say what they are neither by `@context` nor by `type` need to be
/// told by their shape.
enum Shape {
    Jrd,
    NodeInfo,
    NodeInfoDiscovery,
    Other,
}

fn shape(bytes: &[u8]) -> Shape {
    #[derive(serde::Deserialize)]
    struct Link {
        rel: String,
    }
    let Ok(members) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(bytes) else {
        // The reader says better what is wrong.
        return Shape::Other;
    };
    let begins = |name: &str, with: char| {
        members
            .get(name)
            .is_some_and(|value| value.get().starts_with(with))
    };
    if ["@context", "type", "@type"]
        .iter()
        .any(|name| members.contains_key(*name))
    {
        return Shape::Other;
    }
    if begins("software", '{')
        && (begins("protocols", '[') || begins("usage", '{') || begins("version", '"'))
    {
        return Shape::NodeInfo;
    }
    let links = members
        .get("links")
        .and_then(|links| serde_json::from_str::<Vec<Link>>(links.get()).ok());
    match links {
        Some(links) if links.iter().any(|link| is_nodeinfo_schema(&link.rel)) => {
            Shape::NodeInfoDiscovery
        }
        Some(links) if !links.is_empty() => Shape::Jrd,
        _ if begins("subject", '"') => Shape::Jrd,
        _ => Shape::Other,
    }
}

fn is_nodeinfo_schema(rel: &str) -> bool {
    rel.starts_with("http://nodeinfo.diaspora.software/ns/schema/")
}

fn any(bytes: &[u8]) -> Result<Any, String> {
    // A person who names a file wants to see it, so it may be longer than what a server would take from strangers.
    Any::from_slice_with(bytes, &Limits::default().max_bytes(MAX_BYTES)).map_err(reason)
}

/// An error and what caused it, in one line.
pub(crate) fn reason(error: impl std::error::Error) -> String {
    fedikit_examples::in_words(&error)
}

impl From<&activitypub::Problem> for Problem {
    fn from(problem: &activitypub::Problem) -> Self {
        Self {
            path: problem.path.clone(),
            reason: problem.reason.to_string(),
        }
    }
}

impl From<&descriptor::Problem> for Problem {
    fn from(problem: &descriptor::Problem) -> Self {
        let (path, reason) = match problem {
            descriptor::Problem::Member(name) => {
                (format!("/{name}"), "it has the wrong type and was left out")
            }
            descriptor::Problem::Item(name, index) => (
                format!("/{name}/{index}"),
                "it is malformed and was left out",
            ),
            descriptor::Problem::MediaType => (String::new(), "it was served as application/json"),
            _ => (String::new(), "something is odd about it"),
        };
        Self {
            path,
            reason: reason.to_owned(),
        }
    }
}

impl Facts {
    /// Adds a text, unless there is none.
    pub(crate) fn text(&mut self, name: &'static str, text: Option<impl ToString>) {
        let text = text
            .map(|text| text.to_string())
            .filter(|text| !text.is_empty());
        self.add(name, text.map(Fact::Text));
    }

    /// Adds a list, unless it is empty.
    fn list(&mut self, name: &'static str, items: impl IntoIterator<Item = String>) {
        let items: Vec<String> = items.into_iter().collect();
        self.add(name, (!items.is_empty()).then_some(Fact::List(items)));
    }

    /// Adds the ids of what a property points at.
    fn refs<T: Identified>(&mut self, name: &'static str, values: &OneOrMany<Ref<T>>) {
        self.list(name, values.iter().map(name_of));
    }

    fn count(&mut self, name: &'static str, count: Option<u64>) {
        self.add(name, count.map(Fact::Count));
    }

    fn flag(&mut self, name: &'static str, flag: Option<bool>) {
        self.add(name, flag.map(Fact::Flag));
    }

    fn add(&mut self, name: &'static str, fact: Option<Fact>) {
        self.0.extend(fact.map(|fact| (name, fact)));
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, fact) in &self.0 {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}

/// Any JSON object can be read as ActivityStreams, so it has to be said when nothing speaks for it.
fn document_facts(any: &Any) -> Facts {
    let mut facts = any_facts(any, MAX_DEPTH);
    let context = match any {
        Any::Object(thing) => &thing.ld_context,
        Any::Actor(thing) => &thing.ld_context,
        Any::Activity(thing) => &thing.ld_context,
        Any::Collection(thing) => &thing.ld_context,
        Any::Link(thing) => &thing.ld_context,
        _ => &None,
    };
    if context.is_none() && any.types().next().is_none() {
        facts.text(
            "note",
            Some("it has no @context and no type, so it may be something else"),
        );
    }
    facts
}

fn any_facts(any: &Any, depth: usize) -> Facts {
    let mut facts = Facts::default();
    let family = match any {
        Any::Object(_) => "object",
        Any::Actor(_) => "actor",
        Any::Activity(_) => "activity",
        Any::Collection(_) => "collection",
        Any::Link(_) => "link",
        _ => "of a family that this program does not know",
    };
    facts.text("family", Some(family));
    facts.list("type", any.types().map(str::to_owned));
    facts.list("role", roles(any));
    facts.text("id", any.id());
    match any {
        Any::Object(object) => object_facts(object, &mut facts),
        Any::Actor(actor) => actor_facts(actor, &mut facts),
        Any::Activity(activity) => activity_facts(activity, depth, &mut facts),
        Any::Collection(collection) => collection_facts(collection, &mut facts),
        Any::Link(link) => link_facts(link, &mut facts),
        _ => {}
    }
    facts
}

fn object_facts(object: &Object, facts: &mut Facts) {
    facts.refs("author", &object.attributed_to);
    facts.text("name", object.name.as_ref());
    match object.content_warning() {
        Some(warning) => facts.text("content_warning", Some(plain(warning))),
        None => facts.text("summary", object.summary.as_deref().map(plain)),
    }
    let is_html = object
        .media_type
        .as_deref()
        .is_none_or(|media_type| media_type == "text/html");
    // The quote is told below; the line that stands for it is for those who cannot.
    let content = object.content_without_quote();
    let content = content.as_deref().or_else(|| object.content_in(""));
    facts.text(
        "text",
        content.map(|text| {
            if is_html {
                plain(text)
            } else {
                text.to_owned()
            }
        }),
    );
    let languages = object
        .content_map
        .iter()
        .flat_map(|map| map.iter().map(|(language, _)| language.to_owned()));
    facts.list("languages", languages);
    if let Some(poll) = object.poll() {
        poll_facts(&poll, facts);
    }
    facts.list("media", object.attachment.iter().map(medium));
    let elsewhere = object.media().into_iter();
    let elsewhere = elsewhere.filter(|medium| medium.source != MediaSource::Attachment);
    facts.list("media_elsewhere", elsewhere.map(|medium| form(&medium)));
    facts.text("linked_page", object.linked_page());
    facts.text("url", object.url.href());
    facts.text(
        "visibility",
        visibility(&object.to, &object.cc, object.visibility()),
    );
    facts.list("mentions", object.mentions().map(link_text));
    facts.list("hashtags", object.hashtags().map(link_text));
    facts.list(
        "emoji",
        object
            .emojis()
            .map(|emoji| format!(":{}:  {}", emoji.shortcode, emoji.picture)),
    );
    facts.text("quotes", object.quoted().map(quote));
    facts.list("groups", object.groups().into_iter().map(Id::to_string));
    facts.refs("in_reply_to", &object.in_reply_to);
    facts.text("conversation", object.conversation_id());
    facts.text("replies", object.replies_id());
    facts.flag("sensitive", object.sensitive);
    facts.text(
        "published",
        object.published.as_ref().map(|time| time.as_str()),
    );
    facts.text("updated", object.updated.as_ref().map(|time| time.as_str()));
    facts.list(
        "former_type",
        object
            .former_type
            .iter()
            .map(|name| name.plain().to_owned()),
    );
    facts.text("deleted", object.deleted.as_ref().map(|time| time.as_str()));
}

/// What a thing is to the one who receives it.
fn roles(any: &Any) -> impl Iterator<Item = String> {
    let roles = [
        (any.is_post(), "post"),
        (any.is_poll(), "poll"),
        (any.is_vote(), "vote in a poll"),
        (any.is_chat_message(), "chat message"),
        (any.is_tombstone(), "deleted"),
        (any.is_group(), "group"),
        (any.is_bot(), "bot"),
        (any.is_reaction(), "reaction"),
        (any.is_boost(), "boost"),
        (any.is_group_post(), "passed on by a group"),
        (any.is_report(), "report to moderators"),
    ];
    let held = roles.into_iter().filter(|(holds, _)| *holds);
    held.map(|(_, role)| role.to_owned())
}

fn poll_facts(poll: &Poll<'_>, facts: &mut Facts) {
    let answers = poll.options.iter().map(|option| match option.votes {
        Some(votes) => format!("{}  {votes}", option.name),
        None => option.name.to_owned(),
    });
    facts.list("answers", answers);
    facts.flag("several_may_be_chosen", Some(poll.multiple));
    facts.count("voters", poll.voters);
    facts.text("poll_ends", poll.ends.map(|time| time.to_rfc3339()));
}

fn quote(quoted: Quoted) -> String {
    let id = quoted
        .id
        .map_or_else(|| "(without an id)".to_owned(), |id| id.to_string());
    match (quoted.gone, quoted.authorization) {
        (true, _) => format!("{id}  gone"),
        (_, Some(stamp)) => format!("{id}  allowed by {stamp}, which is to be checked"),
        (_, None) => format!("{id}  nobody says that its author agrees"),
    }
}

/// A size or form of a medium in a line: media type, address, pixels.
fn form(medium: &Media) -> String {
    let size = medium.width.zip(medium.height);
    let size = size.map(|(width, height)| format!("{width}x{height}"));
    let parts = [
        medium.media_type.as_deref(),
        Some(medium.url.as_str()),
        size.as_deref(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn actor_facts(actor: &Actor, facts: &mut Facts) {
    facts.text("handle", actor.handle().map(|handle| format!("@{handle}")));
    facts.text("preferred_username", actor.preferred_username.as_ref());
    facts.text("name", actor.name.as_ref());
    facts.text("summary", actor.summary.as_deref().map(plain));
    facts.text("url", actor.url.href());
    facts.refs("inbox", &actor.inbox);
    facts.text("shared_inbox", actor.shared_inbox());
    facts.refs("outbox", &actor.outbox);
    facts.refs("followers", &actor.followers);
    facts.refs("following", &actor.following);
    facts.refs("liked", &actor.liked);
    facts.refs("featured", &actor.featured);
    facts.refs("featured_tags", &actor.featured_tags);
    facts.list(
        "keys",
        actor
            .public_key
            .iter()
            .map(|key| key_text(actor.id.as_ref(), key)),
    );
    facts.flag(
        "manually_approves_followers",
        actor.manually_approves_followers,
    );
    facts.flag("discoverable", actor.discoverable);
    facts.refs("also_known_as", &actor.also_known_as);
    facts.refs("moved_to", &actor.moved_to);
    let fields = actor.fields().map(|field| match field.value {
        FieldValue::Html(value) => format!("{}: {}", field.name, plain(value)),
        FieldValue::Href(value) => format!("{}: {value}", field.name),
        _ => field.name.to_owned(),
    });
    facts.list("fields", fields);
    facts.text(
        "published",
        actor.published.as_ref().map(|time| time.as_str()),
    );
}

fn activity_facts(activity: &Activity, depth: usize, facts: &mut Facts) {
    facts.refs("done_by", &activity.actor);
    if let Some(reaction) = activity.reaction() {
        facts.text("emoji", reaction.emoji);
    }
    if let Some(passed_on) = activity.group_post() {
        facts.flag("meant_for_the_group", Some(passed_on.names_group));
    }
    match activity.object.only() {
        Some(Ref::Embedded(thing)) if depth > 1 => {
            facts.add("done_to", Some(Fact::Thing(any_facts(thing, depth - 1))));
        }
        _ => facts.refs("done_to", &activity.object),
    }
    if let (Some(actor), Some(thing)) = (activity.actor_id(), activity.object()) {
        // What others do to a thing (like it, take it back) is no claim about it.
        if matches!(activity.kind().as_str(), "Create" | "Update") {
            facts.text(
                "may_say_so",
                Some(match origin::speaks_for(actor, thing) {
                    Ok(()) => "yes: the object belongs to the actor".to_owned(),
                    Err(error) => format!("no: {error}; fetch it by its id"),
                }),
            );
        }
    }
    facts.refs("target", &activity.target);
    facts.refs("result", &activity.result);
    facts.refs("origin", &activity.origin);
    facts.refs("instrument", &activity.instrument);
    facts.text("summary", activity.summary.as_deref().map(plain));
    facts.text("content", activity.content.as_deref().map(plain));
    facts.text(
        "visibility",
        visibility(&activity.to, &activity.cc, activity.visibility()),
    );
    facts.text(
        "published",
        activity.published.as_ref().map(|time| time.as_str()),
    );
}

fn collection_facts(collection: &Collection, facts: &mut Facts) {
    facts.text("name", collection.name.as_ref());
    facts.refs("owner", &collection.attributed_to);
    facts.count("size", collection.total_items);
    facts.refs("first", &collection.first);
    facts.refs("last", &collection.last);
    facts.refs("part_of", &collection.part_of);
    facts.refs("prev", &collection.prev);
    facts.refs("next", &collection.next);
    let mut types: BTreeMap<String, u64> = BTreeMap::new();
    for thing in collection.things() {
        let name = thing.embedded().map_or("ids", |thing| {
            thing.types().next().unwrap_or("without a type")
        });
        *types.entry(name.to_owned()).or_default() += 1;
    }
    facts.count("items_here", Some(types.values().sum()));
    facts.list(
        "items_by_type",
        types.iter().map(|(name, count)| format!("{count} {name}")),
    );
}

fn link_facts(link: &Link, facts: &mut Facts) {
    facts.text("name", link.name.as_ref());
    facts.text("href", link.href.as_ref());
    facts.list("rel", link.rel.iter().cloned());
    facts.text("media_type", link.media_type.as_ref());
}

fn descriptor_facts(descriptor: &Descriptor) -> Facts {
    let mut facts = Facts::default();
    facts.text("subject", descriptor.subject.as_ref());
    facts.text(
        "actor",
        descriptor.self_link().and_then(|link| link.href.as_ref()),
    );
    facts.list("aliases", descriptor.aliases.iter().cloned());
    facts.list(
        "properties",
        descriptor
            .properties
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    let links = descriptor.links.iter().map(|link| {
        let target = link.href.as_ref().or(link.template.as_ref());
        let parts = [Some(&link.rel), link.media_type.as_ref(), target];
        parts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("  ")
    });
    facts.list("links", links);
    facts
}

/// What a server says about itself.
fn nodeinfo_facts(info: &NodeInfo) -> Facts {
    let mut facts = Facts::default();
    facts.text(
        "software",
        Some(format!("{} {}", info.software.name, info.software.version)),
    );
    facts.text("repository", info.software.repository.as_ref());
    facts.text("schema", Some(&info.version));
    facts.list("protocols", info.protocols.iter().cloned());
    facts.flag("open_registrations", Some(info.open_registrations));
    facts.count("users", info.usage.users);
    facts.count("active_month", info.usage.active_month);
    facts.count("local_posts", info.usage.local_posts);
    facts.list("metadata", info.metadata.keys().cloned());
    facts
}

fn name_of<T: Identified>(value: &Ref<T>) -> String {
    value
        .id()
        .map_or_else(|| "(without an id)".to_owned(), Id::to_string)
}

/// HTML as a person reads it. Nobody reads a megabyte here, so a very long text is cut.
fn plain(html: &str) -> String {
    let end = html.floor_char_boundary(MAX_HTML);
    let cut = if end < html.len() { "…" } else { "" };
    html::to_text(&html[..end]) + cut
}

fn visibility(
    to: &OneOrMany<Ref<Any>>,
    cc: &OneOrMany<Ref<Any>>,
    visibility: Visibility,
) -> Option<&'static str> {
    if to.is_empty() && cc.is_empty() {
        return None;
    }
    Some(match visibility {
        Visibility::Public => "public",
        Visibility::Unlisted => "unlisted",
        Visibility::Followers => "followers",
        Visibility::Direct => "only those named",
        _ => "unknown",
    })
}

/// An attachment in a line: type, media type, address, description.
fn medium(attachment: &Ref<Any>) -> String {
    let (kind, media_type, url, name) = match attachment {
        Ref::Id(id) => return id.to_string(),
        Ref::Embedded(thing) => match &**thing {
            Any::Object(medium) => (
                medium.kind().to_string(),
                medium.media_type.as_deref(),
                medium.url.href(),
                medium.name.as_deref(),
            ),
            Any::Link(link) => (
                link.kind().to_string(),
                link.media_type.as_deref(),
                link.href.as_ref().map(Id::as_str),
                link.name.as_deref(),
            ),
            other => return label(other),
        },
    };
    let name = name.map(|name| format!("\"{name}\""));
    let parts = [Some(kind.as_str()), media_type, url, name.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// A name for a thing: its own, else its id, else its type.
fn label(thing: &Any) -> String {
    let name = match thing {
        Any::Object(thing) => thing.name.as_deref(),
        Any::Actor(thing) => thing.name.as_deref(),
        Any::Link(thing) => thing.name.as_deref(),
        _ => None,
    };
    let name = name
        .or_else(|| thing.id().map(Id::as_str))
        .or_else(|| thing.types().next());
    name.unwrap_or("(without a name)").to_owned()
}

fn link_text(link: &Link) -> String {
    let parts = [link.name.as_deref(), link.href.as_ref().map(Id::as_str)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// A key in a line. Whether it can be used is the first question that anybody has about a key.
fn key_text(actor: Option<&Id>, key: &Ref<activitypub::PublicKey>) -> String {
    let name = name_of(key);
    let Ref::Embedded(key) = key else {
        return format!("{name} (to be fetched)");
    };
    let Some(pem) = &key.public_key_pem else {
        return format!("{name}: there is no publicKeyPem");
    };
    let kind = match VerifyingKey::from_pem(pem) {
        Ok(key) => match key.algorithm() {
            KeyAlgorithm::Rsa => format!("RSA, {} bits", key.bits()),
            KeyAlgorithm::Ed25519 => "Ed25519".to_owned(),
            other => format!("{other:?}"),
        },
        Err(error) => return format!("{name}: not usable, {}", reason(error)),
    };
    match &key.owner {
        Some(owner) if Some(owner) == actor => format!("{name}: {kind}"),
        Some(owner) => format!("{name}: {kind}, but its owner is {owner}"),
        None => format!("{name}: {kind}, but it names no owner"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_very_long_text_is_cut_between_characters() {
        assert_eq!(plain("<p>é</p>"), "é");
        let text = plain(&"aé".repeat(MAX_HTML));
        assert!(text.len() <= MAX_HTML + "…".len() && text.ends_with('…'));
    }
}
