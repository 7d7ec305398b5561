//! What software runs a server: [NodeInfo](https://nodeinfo.diaspora.software/protocol) 2.0 and 2.1, and the document that
//! says where it is.

use serde_json::{Map, Value, json};
use url::Url;

use crate::rel;

/// The path of the discovery document.
pub const PATH: &str = "/.well-known/nodeinfo";

/// The longest document that is read, in bytes: 256 KiB.
pub const MAX_BYTES: usize = 256 * 1024;

/// What a server says about itself.
///
/// Reading is lenient: a member that is missing or of the wrong type has its empty value. Writing is strict.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct NodeInfo {
    /// The version of the schema that the document names, such as `2.1`. Not used when writing.
    pub version: String,
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

    /// Reads a document of version 2.0 or 2.1 (others with the same shape too).
    ///
    /// # Errors
    ///
    /// It is longer than [`MAX_BYTES`], no JSON object, or names no software.
    pub fn read(bytes: &[u8]) -> Result<Self, InvalidNodeInfo> {
        let mut members = read_object(bytes)?;
        let mut software = object(members.remove("software"));
        let mut services = object(members.remove("services"));
        let mut usage = object(members.remove("usage"));
        let users = object(usage.remove("users"));
        let name = text(software.remove("name")).ok_or(InvalidNodeInfo::NoSoftware)?;
        Ok(Self {
            version: text(members.remove("version")).unwrap_or_default(),
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
                local_posts: number(usage.get("localPosts")),
                local_comments: number(usage.get("localComments")),
            },
            metadata: object(members.remove("metadata")),
            extra: members,
        })
    }

    /// Writes a document of version 2.1.
    ///
    /// # Errors
    ///
    /// The schema does not allow the software's name, a protocol or a service.
    pub fn to_json(&self) -> Result<Value, InvalidNodeInfo> {
        let name = &self.software.name;
        if name.is_empty()
            || !name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(InvalidNodeInfo::SoftwareName);
        }
        if self.protocols.is_empty() || !are_known(&self.protocols, PROTOCOLS) {
            return Err(InvalidNodeInfo::Protocols);
        }
        if !are_known(&self.inbound_services, INBOUND)
            || !are_known(&self.outbound_services, OUTBOUND)
        {
            return Err(InvalidNodeInfo::Services);
        }
        let mut software = json!({ "name": name, "version": self.software.version });
        put(
            &mut software,
            "repository",
            self.software.repository.as_deref(),
        );
        put(&mut software, "homepage", self.software.homepage.as_deref());
        let mut users = json!({});
        put(&mut users, "total", self.usage.users);
        put(&mut users, "activeMonth", self.usage.active_month);
        put(&mut users, "activeHalfyear", self.usage.active_half_year);
        let mut usage = json!({ "users": users });
        put(&mut usage, "localPosts", self.usage.local_posts);
        put(&mut usage, "localComments", self.usage.local_comments);
        Ok(json!({
            "version": "2.1",
            "software": software,
            "protocols": self.protocols,
            "services": { "inbound": self.inbound_services, "outbound": self.outbound_services },
            "openRegistrations": self.open_registrations,
            "usage": usage,
            "metadata": self.metadata,
        }))
    }
}

/// Reads the discovery document: where is the newest NodeInfo that this crate reads?
///
/// # Errors
///
/// It is longer than [`MAX_BYTES`], no JSON object, or links to neither 2.1 nor 2.0.
pub fn discover(bytes: &[u8]) -> Result<Url, InvalidNodeInfo> {
    let members = read_object(bytes)?;
    let links = members
        .get("links")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let href = |wanted: &str| {
        let link = links
            .iter()
            .find(|link| link.get("rel").and_then(Value::as_str) == Some(wanted))?;
        Url::parse(link.get("href")?.as_str()?).ok()
    };
    href(rel::NODEINFO_2_1)
        .or_else(|| href(rel::NODEINFO_2_0))
        .ok_or(InvalidNodeInfo::NoLink)
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
    /// It does not name the software.
    #[error("the document names no software")]
    NoSoftware,
    /// The discovery document has no usable link to version 2.0 or 2.1.
    #[error("there is no link to NodeInfo 2.0 or 2.1")]
    NoLink,
    /// Written: the name of the software may only have `a`–`z`, `0`–`9` and `-`.
    #[error("the software's name may only have a-z, 0-9 and -")]
    SoftwareName,
    /// Written: there is no protocol, or one that the schema does not list.
    #[error("a protocol is missing, or is not one that NodeInfo 2.1 lists")]
    Protocols,
    /// Written: a service that the schema does not list.
    #[error("a service is not one that NodeInfo 2.1 lists")]
    Services,
}

fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, InvalidNodeInfo> {
    if bytes.len() > MAX_BYTES {
        return Err(InvalidNodeInfo::TooLong);
    }
    match serde_json::from_slice(bytes).map_err(InvalidNodeInfo::Json)? {
        Value::Object(members) => Ok(members),
        _ => Err(InvalidNodeInfo::NotAnObject),
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

/// Also a number in quotes, which some servers send.
fn number(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64(),
    }
}

fn put(object: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(name.to_owned(), value.into());
    }
}

fn are_known(names: &[String], known: &[&str]) -> bool {
    names.iter().all(|name| known.contains(&name.as_str()))
}

// The three lists of the schema of 2.1.
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
