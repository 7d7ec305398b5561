//! What software runs a server: [NodeInfo](https://nodeinfo.diaspora.software/protocol) 1.0 to 2.2, and the document that says
//! where it is.
//!
//! What it says is for people and statistics. What a server can do is not to be guessed from the software's name
//! ([FEP-0151](https://codeberg.org/fediverse/fep/src/branch/main/fep/0151/fep-0151.md)); see
//! [`capability`](crate::capability) for what a server says that it implements.

use serde_json::{Map, Value, json};
use url::Url;

use crate::descriptor::{Descriptor, DescriptorError, Format, Limits};
use crate::json::{self, Refusal};
use crate::{rel, template};

/// The path of the discovery document.
pub const PATH: &str = "/.well-known/nodeinfo";

/// The longest document that is read, in bytes: 256 KiB.
pub const MAX_BYTES: usize = 256 * 1024;

/// A version of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Version {
    /// [1.0](https://nodeinfo.diaspora.software/ns/schema/1.0); only read.
    V1_0,
    /// [1.1](https://nodeinfo.diaspora.software/ns/schema/1.1); only read.
    V1_1,
    /// [2.0](https://nodeinfo.diaspora.software/ns/schema/2.0).
    V2_0,
    /// [2.1](https://nodeinfo.diaspora.software/ns/schema/2.1), which adds the software's addresses.
    V2_1,
    /// [2.2](https://nodeinfo.diaspora.software/ns/schema/2.2), which adds the server's name and the users of the week.
    V2_2,
}

impl Version {
    /// The number, such as `2.1`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "1.0",
            Self::V1_1 => "1.1",
            Self::V2_0 => "2.0",
            Self::V2_1 => "2.1",
            Self::V2_2 => "2.2",
        }
    }

    /// The relation of its link in the discovery document.
    #[must_use]
    pub fn rel(self) -> &'static str {
        match self {
            Self::V1_0 => rel::NODEINFO_1_0,
            Self::V1_1 => rel::NODEINFO_1_1,
            Self::V2_0 => rel::NODEINFO_2_0,
            Self::V2_1 => rel::NODEINFO_2_1,
            Self::V2_2 => rel::NODEINFO_2_2,
        }
    }
}

/// What a server says about itself.
///
/// Reading is lenient: a member that is missing or of the wrong type has its empty value. Writing is strict.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct NodeInfo {
    /// The version of the schema that the document names, such as `2.1`. Not used when writing.
    pub version: String,
    /// The server itself (2.2).
    pub instance: Instance,
    /// The software.
    pub software: Software,
    /// Protocols; the one of the fediverse is `activitypub`.
    pub protocols: Vec<String>,
    /// Services that the server reads from.
    pub inbound_services: Vec<String>,
    /// Services that the server publishes to.
    pub outbound_services: Vec<String>,
    /// Whether anybody may sign up.
    pub open_registrations: bool,
    /// How much the server is used; claims, nothing to allocate by.
    pub usage: Usage,
    /// Anything else the software wants to say.
    pub metadata: Map<String, Value>,
    /// Members that no field names.
    pub extra: Map<String, Value>,
}

/// A server, as its administrators present it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instance {
    /// The name; written, at most 500 characters in one line.
    pub name: Option<String>,
    /// The description; written, at most 5,000 characters in one line.
    pub description: Option<String>,
}

/// The software of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Software {
    /// The name; written, it has only `a`–`z`, `0`–`9` and `-`.
    pub name: String,
    /// The version, free text.
    pub version: String,
    /// Where the source is (2.1).
    pub repository: Option<String>,
    /// The project's page (2.1).
    pub homepage: Option<String>,
}

/// How much a server is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Accounts.
    pub users: Option<u64>,
    /// Accounts that signed in during the last 30 days.
    pub active_month: Option<u64>,
    /// Accounts that signed in during the last 180 days.
    pub active_half_year: Option<u64>,
    /// Accounts that signed in during the last 7 days (2.2).
    pub active_week: Option<u64>,
    /// Posts made here.
    pub local_posts: Option<u64>,
    /// Comments made here.
    pub local_comments: Option<u64>,
}

impl NodeInfo {
    /// A document for a server that speaks ActivityPub, to be filled.
    #[must_use]
    pub fn new(software: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            version: "2.1".to_owned(),
            software: Software {
                name: software.into(),
                version: version.into(),
                ..Software::default()
            },
            protocols: vec!["activitypub".to_owned()],
            ..Self::default()
        }
    }

    /// Reads a document of any version.
    ///
    /// # Errors
    ///
    /// It is longer than [`MAX_BYTES`], no JSON object, says a name twice, or names no software.
    pub fn read(bytes: &[u8]) -> Result<Self, InvalidNodeInfo> {
        let mut members = json::read_object(bytes, MAX_BYTES)?;
        let mut instance = object(members.remove("instance"));
        let mut software = object(members.remove("software"));
        let mut services = object(members.remove("services"));
        let mut usage = object(members.remove("usage"));
        let users = object(usage.remove("users"));
        let name = text(software.remove("name")).ok_or(InvalidNodeInfo::NoSoftware)?;
        Ok(Self {
            version: text(members.remove("version")).unwrap_or_default(),
            instance: Instance {
                name: text(instance.remove("name")),
                description: text(instance.remove("description")),
            },
            software: Software {
                name,
                version: text(software.remove("version")).unwrap_or_default(),
                repository: text(software.remove("repository")),
                homepage: text(software.remove("homepage")),
            },
            protocols: match members.remove("protocols") {
                // The shape of 1.0, which some servers kept.
                Some(Value::Object(mut both)) => {
                    let mut protocols = texts(both.remove("inbound"));
                    protocols.extend(texts(both.remove("outbound")));
                    protocols.sort();
                    protocols.dedup();
                    protocols
                }
                protocols => texts(protocols),
            },
            inbound_services: texts(services.remove("inbound")),
            outbound_services: texts(services.remove("outbound")),
            open_registrations: members
                .remove("openRegistrations")
                .and_then(|open| open.as_bool())
                .unwrap_or_default(),
            usage: Usage {
                users: number(users.get("total")),
                active_month: number(users.get("activeMonth")),
                active_half_year: number(users.get("activeHalfyear")),
                active_week: number(users.get("activeWeek")),
                local_posts: number(usage.get("localPosts")),
                local_comments: number(usage.get("localComments")),
            },
            metadata: object(members.remove("metadata")),
            extra: members,
        })
    }

    /// What the server is called: in 2.2 it has a place of its own, before that most write `nodeName` into the metadata.
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        let name = self.instance.name.as_deref();
        name.or_else(|| self.metadata.get("nodeName")?.as_str())
    }

    /// How the server describes itself, in the same two places.
    #[must_use]
    pub fn server_description(&self) -> Option<&str> {
        let description = self.instance.description.as_deref();
        description.or_else(|| self.metadata.get("nodeDescription")?.as_str())
    }

    /// Writes a document of version 2.1, which everybody reads.
    ///
    /// # Errors
    ///
    /// The schema does not allow the software's name, a protocol or a service.
    pub fn to_json(&self) -> Result<Value, InvalidNodeInfo> {
        self.write(Version::V2_1)
    }

    /// Writes a document of version 2.0, 2.1 or 2.2; what the version does not have is left out.
    ///
    /// # Errors
    ///
    /// The schema does not allow the software's name, a protocol, a service, or the server's name or description; or the
    /// version is older.
    pub fn write(&self, version: Version) -> Result<Value, InvalidNodeInfo> {
        if version < Version::V2_0 {
            return Err(InvalidNodeInfo::Version);
        }
        let name = &self.software.name;
        if name.is_empty()
            || !name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(InvalidNodeInfo::SoftwareName);
        }
        let is_protocol = |name: &String| {
            PROTOCOLS.contains(&name.as_str()) || version >= Version::V2_2 && name == "nostr"
        };
        if self.protocols.is_empty() || !self.protocols.iter().all(is_protocol) {
            return Err(InvalidNodeInfo::Protocols);
        }
        if !are_known(&self.inbound_services, INBOUND)
            || !are_known(&self.outbound_services, OUTBOUND)
        {
            return Err(InvalidNodeInfo::Services);
        }
        let mut software = json!({ "name": name, "version": self.software.version });
        if version >= Version::V2_1 {
            let Software {
                repository,
                homepage,
                ..
            } = &self.software;
            put(&mut software, "repository", repository.as_deref());
            put(&mut software, "homepage", homepage.as_deref());
        }
        let mut users = json!({});
        put(&mut users, "total", self.usage.users);
        put(&mut users, "activeMonth", self.usage.active_month);
        put(&mut users, "activeHalfyear", self.usage.active_half_year);
        if version >= Version::V2_2 {
            put(&mut users, "activeWeek", self.usage.active_week);
        }
        let mut usage = json!({ "users": users });
        put(&mut usage, "localPosts", self.usage.local_posts);
        put(&mut usage, "localComments", self.usage.local_comments);
        let mut document = json!({
            "version": version.as_str(),
            "software": software,
            "protocols": self.protocols,
            "services": { "inbound": self.inbound_services, "outbound": self.outbound_services },
            "openRegistrations": self.open_registrations,
            "usage": usage,
            "metadata": self.metadata,
        });
        if version >= Version::V2_2 {
            put(&mut document, "instance", Some(self.instance.write()?));
        }
        Ok(document)
    }
}

impl Instance {
    /// The schema's `.` is any character but the ends of lines.
    fn write(&self) -> Result<Value, InvalidNodeInfo> {
        let fits = |text: &Option<String>, longest| {
            text.as_ref().is_none_or(|text| {
                text.chars().count() <= longest
                    && !text.contains(['\n', '\r', '\u{2028}', '\u{2029}'])
            })
        };
        if !fits(&self.name, 500) || !fits(&self.description, 5000) {
            return Err(InvalidNodeInfo::Instance);
        }
        let mut instance = json!({});
        put(&mut instance, "name", self.name.as_deref());
        put(&mut instance, "description", self.description.as_deref());
        Ok(instance)
    }
}

/// The discovery document: where a server's NodeInfo is.
///
/// Links that are not absolute `https` URLs without credentials are passed over. They may lead to another host: the server
/// chose so, and says nothing about that host by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    documents: Vec<(Version, Url)>,
    application_actor: Option<Url>,
}

impl Discovery {
    /// Reads the document.
    ///
    /// # Errors
    ///
    /// It is longer than [`MAX_BYTES`], or no descriptor.
    pub fn read(bytes: &[u8]) -> Result<Self, InvalidNodeInfo> {
        Self::read_at(bytes, |_| false)
    }

    /// The same, where some hosts may be asked over plain `http`.
    pub(crate) fn read_at(
        bytes: &[u8],
        plain_http: impl Fn(&str) -> bool,
    ) -> Result<Self, InvalidNodeInfo> {
        let limits = Limits::new().bytes(MAX_BYTES);
        let descriptor = Descriptor::read_within(bytes, Format::Json, &limits)?;
        let mut discovery = Self::default();
        for link in &descriptor.links {
            let href = link.href.as_deref();
            let Some(url) = href.and_then(|href| template::check(href, &plain_http).ok()) else {
                continue;
            };
            if let Some(version) = VERSIONS.iter().find(|version| version.rel() == link.rel) {
                discovery.documents.push((*version, url));
            } else if link.rel == rel::APPLICATION_ACTOR {
                discovery.application_actor.get_or_insert(url);
            }
        }
        Ok(discovery)
    }

    /// The newest version, and where it is; of two with one version the first.
    #[must_use]
    pub fn newest(&self) -> Option<(Version, &Url)> {
        VERSIONS.iter().rev().find_map(|wanted| {
            let found = self.documents.iter().find(|(version, _)| version == wanted);
            found.map(|(version, url)| (*version, url))
        })
    }

    /// The server's own actor ([FEP-2677](https://codeberg.org/fediverse/fep/src/branch/main/fep/2677/fep-2677.md)), also without
    /// any NodeInfo.
    #[must_use]
    pub fn application_actor(&self) -> Option<&Url> {
        self.application_actor.as_ref()
    }
}

/// Reads the discovery document: where is the newest NodeInfo? [`Discovery`] has the rest.
///
/// # Errors
///
/// It cannot be read, or has no usable link.
pub fn discover(bytes: &[u8]) -> Result<Url, InvalidNodeInfo> {
    discover_at(bytes, |_| false)
}

pub(crate) fn discover_at(
    bytes: &[u8],
    plain_http: impl Fn(&str) -> bool,
) -> Result<Url, InvalidNodeInfo> {
    let discovery = Discovery::read_at(bytes, plain_http)?;
    let (_, url) = discovery.newest().ok_or(InvalidNodeInfo::NoLink)?;
    Ok(url.clone())
}

/// Why a document is no NodeInfo.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidNodeInfo {
    /// It is longer than [`MAX_BYTES`].
    #[error("the document is too long")]
    TooLong,
    /// It is not JSON.
    #[error("the document is not readable JSON")]
    Json(#[source] serde_json::Error),
    /// It is JSON, but no object.
    #[error("the document is not a JSON object")]
    NotAnObject,
    /// A name stands twice in one object, so two readers may understand two different things.
    #[error("the document says the same thing twice")]
    Duplicate,
    /// The discovery document cannot be read.
    #[error("the document that says where NodeInfo is cannot be read")]
    Discovery(#[from] DescriptorError),
    /// It does not name the software.
    #[error("the document names no software")]
    NoSoftware,
    /// The discovery document has no usable link to any version.
    #[error("there is no usable link to a NodeInfo document")]
    NoLink,
    /// Written: the name of the software may only have `a`–`z`, `0`–`9` and `-`.
    #[error("the software's name may only have a-z, 0-9 and -")]
    SoftwareName,
    /// Written: there is no protocol, or one that the schema does not list.
    #[error("a protocol is missing, or is not one that NodeInfo lists")]
    Protocols,
    /// Written: a service that the schema does not list.
    #[error("a service is not one that NodeInfo lists")]
    Services,
    /// Written: the server's name or description is too long, or has several lines.
    #[error("the server's name or description is too long, or has several lines")]
    Instance,
    /// Written: 1.0 and 1.1 are only read.
    #[error("NodeInfo 1.0 and 1.1 are only read")]
    Version,
}

impl From<Refusal> for InvalidNodeInfo {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooLong => Self::TooLong,
            Refusal::Json(error) => Self::Json(error),
            Refusal::Duplicate => Self::Duplicate,
            Refusal::NotAnObject => Self::NotAnObject,
        }
    }
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn texts(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items
            .into_iter()
            .filter_map(|item| text(Some(item)))
            .collect(),
        _ => Vec::new(),
    }
}

/// Also a number in quotes or with a decimal point, which some servers send.
fn number(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    let text = match value {
        Value::String(text) => return text.parse().ok(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    text.strip_suffix(".0").unwrap_or(&text).parse().ok()
}

fn put(object: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(name.to_owned(), value.into());
    }
}

fn are_known(names: &[String], known: &[&str]) -> bool {
    names.iter().all(|name| known.contains(&name.as_str()))
}

const VERSIONS: &[Version] = &[
    Version::V1_0,
    Version::V1_1,
    Version::V2_0,
    Version::V2_1,
    Version::V2_2,
];

// The three lists of the schemas; 2.2 adds one protocol.
const PROTOCOLS: &[&str] = &[
    "activitypub",
    "buddycloud",
    "dfrn",
    "diaspora",
    "libertree",
    "ostatus",
    "pumpio",
    "tent",
    "xmpp",
    "zot",
];
const INBOUND: &[&str] = &[
    "atom1.0",
    "gnusocial",
    "imap",
    "pnut",
    "pop3",
    "pumpio",
    "rss2.0",
    "twitter",
];
const OUTBOUND: &[&str] = &[
    "atom1.0",
    "blogger",
    "buddycloud",
    "diaspora",
    "dreamwidth",
    "drupal",
    "facebook",
    "friendica",
    "gnusocial",
    "google",
    "insanejournal",
    "libertree",
    "linkedin",
    "livejournal",
    "mediagoblin",
    "myspace",
    "pinterest",
    "pnut",
    "posterous",
    "pumpio",
    "redmatrix",
    "rss2.0",
    "smtp",
    "tent",
    "tumblr",
    "twitter",
    "wordpress",
    "xmpp",
];
