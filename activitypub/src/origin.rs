//! May this actor speak for that thing: origins, ownership, reciprocal claims (FEP-fe34).
//!
//! Whoever controls an origin (scheme, host and port) controls all ids on it, so what one origin says about another's things is
//! hearsay: to be fetched from where it belongs, or to be confirmed by the other side.
//!
//! | to believe | ask |
//! | --- | --- |
//! | two ids of one server | [`same_origin`] |
//! | a thing that an actor sent along | [`speaks_for`] |
//! | a thing that only stands inside another | [`is_vouched_for`] |
//! | a key in a document | [`key_is_of`] |
//! | a collection of an actor | [`collection_is_of`] |
//! | that an actor has moved | [`has_moved`] |
//! | that a thing belongs to a collection | [`lists`] |
//! | where an actor receives | [`Actor::endpoint`](crate::Actor::endpoint) |
//!
//! A portable id (FEP-ef61) belongs to a key and to no server: [`Origin::did`] names the key, and only an integrity proof by it tells
//! who made the thing. No function here takes such an id for one of the server that passes it on.
//!
//! What a thing says of its `url` decides nothing here: that is where people look at it, see
//! [`Object::page`](crate::Object::page).

use std::fmt;

use url::Url;

use crate::actor::Actor;
use crate::any::Any;
use crate::collection::Collection;
use crate::error::Reason;
use crate::extension::security::PublicKey;
use crate::id::{Id, is_web};
use crate::object::Object;
use crate::property::{Identified, Ref};

/// Who controls an id: a web server, or the key of a portable id.
///
/// ```
/// use activitypub::{Id, origin::Origin};
///
/// let here = Origin::of(&Id::new("https://example.com/.well-known/apgateway/did:key:z6Mk/actor")).unwrap();
/// let there = Origin::of(&Id::new("ap://did:key:z6Mk/notes/1?gateways=https%3A%2F%2Fexample.org")).unwrap();
/// assert_eq!(here, there);
/// assert_eq!(here.did(), Some("did:key:z6Mk"));
/// assert_ne!(Origin::of(&Id::new("https://example.com/")).unwrap(), here);
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Origin(Controller);

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Controller {
    Web(url::Origin),
    Key(Box<str>),
}

impl Origin {
    /// The origin of an id: scheme, host and port of an `https` or `http` URL without user name (RFC 6454 section 4), or the DID in a
    /// portable id (FEP-ef61: `ap://did:…`, `ap+ef61://did:…`, `did:…`, and the address at a gateway). Everything else has none.
    #[must_use]
    pub fn of(id: &Id) -> Option<Self> {
        match portable(id) {
            Some(Portable { did, .. }) => Some(Self(Controller::Key(did.into()))),
            None => web(id).map(|url| Self(Controller::Web(url.origin()))),
        }
    }

    /// The DID whose key controls the id; `None` for the origin of a web server.
    #[must_use]
    pub fn did(&self) -> Option<&str> {
        match &self.0 {
            Controller::Web(_) => None,
            Controller::Key(did) => Some(did),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Controller::Web(origin) => f.write_str(&origin.ascii_serialization()),
            Controller::Key(did) => f.write_str(did),
        }
    }
}

/// The id by which portable ids are compared (FEP-ef61): `ap://`, the DID and the path, without the gateway and the query. `None` for
/// all other ids, which are compared as they are.
#[must_use]
pub fn portable_id(id: &Id) -> Option<Id> {
    portable(id).map(|portable| Id::from(format!("ap://{}{}", portable.did, portable.rest)))
}

/// Whether two ids are on the same web server. Only `https` and `http` ids are on one: a portable id (FEP-ef61), even one at a
/// gateway, a `did:`, a text that is no URL, or one with a user name in it is of the same origin as nothing, not even as itself.
///
/// ```
/// use activitypub::{Id, origin::same_origin};
///
/// let alice = Id::new("https://example.com/alice");
/// assert!(same_origin(&alice, &Id::new("https://EXAMPLE.com:443/notes/1")));
/// assert!(!same_origin(&alice, &Id::new("http://example.com/alice")));
/// assert!(!same_origin(&alice, &Id::new("https://example.com.evil.example/alice")));
/// assert!(!same_origin(&alice, &Id::new("https://example.com/.well-known/apgateway/did:key:z6Mk/actor")));
/// ```
#[must_use]
pub fn same_origin(one: &Id, other: &Id) -> bool {
    let on_web = |id| Origin::of(id).filter(|origin| origin.did().is_none());
    on_web(one).is_some_and(|origin| on_web(other) == Some(origin))
}

/// The one who may change a thing: the actor of an activity, an actor itself, `attributedTo` of the rest. `None` if there is not exactly
/// one, because then nobody can be told to be it.
#[must_use]
pub fn owner(thing: &Any) -> Option<&Id> {
    match thing {
        Any::Activity(activity) => activity.actor_id(),
        Any::Actor(actor) => actor.id.as_ref(),
        Any::Object(object) => object.attributed_to.id(),
        Any::Collection(collection) => collection.attributed_to.id(),
        Any::Link(_) => None,
    }
}

/// Whether a thing that an actor sent may be believed without fetching it: it has an id on the actor's origin, and the actor owns it. A
/// thing without an id is part of what it stands in and may be believed as far as that.
///
/// # Errors
/// Says which of the two does not hold; the thing then has to be fetched by its id.
pub fn speaks_for(actor: &Id, thing: &Any) -> Result<(), NotTheirs> {
    let Some(id) = Identified::id(thing) else {
        return Ok(());
    };
    if !same_origin(actor, id) {
        return Err(NotTheirs::OtherOrigin);
    }
    match owner(thing) {
        Some(owner) if owner == actor => Ok(()),
        Some(_) => Err(NotTheirs::OtherOwner),
        None => Err(NotTheirs::NoSingleOwner),
    }
}

/// Whether a thing that stands inside another may be believed as far as the other one: it has no id, or one on the same web server
/// (FEP-fe34, authentication). Who may change it is another question: see [`speaks_for`].
#[must_use]
pub fn is_vouched_for(container: &Id, embedded: &Any) -> bool {
    embedded
        .id()
        .is_none_or(|embedded| same_origin(container, embedded))
}

/// The one whose key this is, where the key is a document of its own: `owner`, else `controller` (FEP-fe34, ownership). That actor's
/// document has to list the key: see [`key_is_of`]. `None` if one of the two is no id, or if they differ.
#[must_use]
pub fn key_owner(key: &Object) -> Option<Id> {
    let named = |name| match key.extra.property::<Option<Id>>(name) {
        Err(Reason::EmptyId) => Ok(None),
        read => read,
    };
    match (named("owner").ok()?, named("controller").ok()?) {
        (Some(owner), Some(controller)) => (owner == controller).then_some(owner),
        (owner, controller) => owner.or(controller),
    }
}

/// Whether a key and an actor name each other: the key's `owner` is the actor, and the actor's `publicKey` names the key.
#[must_use]
pub fn key_is_of(key: &PublicKey, actor: &Actor) -> bool {
    let (Some(key_id), Some(_)) = (&key.id, &actor.id) else {
        return false;
    };
    key.owner == actor.id && actor.public_key.ids().any(|listed| listed == key_id)
}

/// Whether a collection is one that the actor's document names as theirs (outbox, followers, featured, …), on the actor's origin, and it
/// does not say that it belongs to another.
#[must_use]
pub fn collection_is_of(collection: &Collection, actor: &Actor) -> bool {
    let (Some(collection_id), Some(actor_id)) = (&collection.id, &actor.id) else {
        return false;
    };
    let named = [
        &actor.inbox,
        &actor.outbox,
        &actor.followers,
        &actor.following,
        &actor.liked,
        &actor.featured,
        &actor.featured_tags,
        &actor.streams,
    ];
    let is_named = named
        .into_iter()
        .flat_map(|collections| collections.ids())
        .any(|named| named == collection_id);
    is_named
        && same_origin(collection_id, actor_id)
        && (collection.attributed_to.is_absent() || collection.attributed_to.id() == Some(actor_id))
}

/// Whether an actor has moved and both sides say so: `movedTo` of the old one is the new one, and `alsoKnownAs` of the new one holds the
/// old one (FEP-7628). Both documents have to come from their own origins.
#[must_use]
pub fn has_moved(old: &Actor, new: &Actor) -> bool {
    let (Some(old_id), Some(new_id)) = (&old.id, &new.id) else {
        return false;
    };
    old_id != new_id
        && old.moved_to.id() == Some(new_id)
        && new.also_known_as.ids().any(|alias| alias == old_id)
}

/// Whether the part of a collection that stands here holds a thing: the other side of a claim such as `inReplyTo` (FEP-7458),
/// `context` (FEP-7888) or of having done something (the actor's outbox). Further parts are on its pages.
#[must_use]
pub fn lists(collection: &Collection, thing: &Id) -> bool {
    collection
        .things()
        .filter_map(Ref::id)
        .any(|listed| listed == thing)
}

/// Why an actor may not speak for a thing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum NotTheirs {
    /// Its id is on another origin.
    OtherOrigin,
    /// It belongs to another actor.
    OtherOwner,
    /// It names no owner, or several.
    NoSingleOwner,
}

impl fmt::Display for NotTheirs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherOrigin => "its id is on another origin than the actor",
            Self::OtherOwner => "it belongs to another actor",
            Self::NoSingleOwner => "it does not name exactly one owner",
        })
    }
}

impl std::error::Error for NotTheirs {}

/// The URL of an id on a web server.
pub(crate) fn web(id: &Id) -> Option<Url> {
    let url: Url = id.to_url().ok()?;
    let web = is_web(&url)
        && url.username().is_empty()
        && url.password().is_none()
        && !is_at_gateway(&url);
    web.then_some(url)
}

struct Portable {
    did: String,
    /// The path with its slash, or nothing.
    rest: String,
}

fn portable(id: &Id) -> Option<Portable> {
    let text = id.as_str();
    let after = |scheme: &str| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    if let Some(rest) = after("ap://").or_else(|| after("ap+ef61://")) {
        return split(rest);
    }
    if text.starts_with("did:") {
        return split(text);
    }
    let url = id.to_url().ok()?;
    let mut segments = url.path().split('/').filter(|segment| !segment.is_empty());
    for name in GATEWAY {
        if !unescaped(segments.next()?).eq_ignore_ascii_case(name) {
            return None;
        }
    }
    let did = segments.next()?;
    split(&segments.fold(did.to_owned(), |path, segment| path + "/" + segment))
}

/// Takes a DID and a path apart. The colons of the DID may be escaped, as an authority of RFC 3986 has them.
fn split(text: &str) -> Option<Portable> {
    let text = text.split(['?', '#']).next()?;
    let (did, rest) = text.split_at(text.find('/').unwrap_or(text.len()));
    let did = unescaped(did);
    let mut parts = did.splitn(3, ':');
    let (scheme, method, key) = (parts.next()?, parts.next()?, parts.next()?);
    let is_method = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_key = |letter: char| letter.is_ascii_alphanumeric() || "._:-".contains(letter);
    let is_did = scheme == "did"
        && !method.is_empty()
        && method.chars().all(is_method)
        && !key.is_empty()
        && key.chars().all(is_key);
    is_did.then(|| Portable {
        rest: rest.to_owned(),
        did,
    })
}

/// Where a gateway serves portable things.
const GATEWAY: [&str; 2] = [".well-known", "apgateway"];

/// What a gateway serves at this path is signed by somebody else (FEP-ef61), whatever stands behind it and however it is escaped: some
/// servers take escaped slashes for slashes.
fn is_at_gateway(url: &Url) -> bool {
    let path = unescaped(url.path()).replace('\\', "/");
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    let mut starts = segments.iter().zip(GATEWAY);
    segments.len() >= GATEWAY.len()
        && starts.all(|(segment, name)| segment.eq_ignore_ascii_case(name))
}

/// Without percent-encoding (RFC 3986 section 2.1); what is no escape stays, and what is no ASCII letter does not matter here.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let byte = part
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte.zip(part.get(2..)) {
            Some((byte, rest)) => {
                plain.push(char::from(byte));
                plain.push_str(rest);
            }
            None => {
                plain.push('%');
                plain.push_str(part);
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_as_urls() {
        let alice = Id::new("https://a.example/alice");
        for same in ["https://a.example", "https://A.example:443/x?y#z"] {
            assert!(same_origin(&alice, &same.into()), "{same}");
        }
        for other in [
            "https://a.example:8443/alice",
            "https://a.example@b.example/",
            "https://u@a.example/",
            "https://a.example./alice",
            "https://b.example/https://a.example/",
            "ap://did:key:z6Mk/actor",
            "a.example",
            "",
        ] {
            assert!(!same_origin(&alice, &other.into()), "{other}");
        }
        for nowhere in [
            "ap://did:key:z6Mk/actor",
            "ftp://a.example/alice",
            "wss://a.example/alice",
            "data:,x",
            "alice",
        ] {
            assert!(!same_origin(&nowhere.into(), &nowhere.into()), "{nowhere}");
        }
    }

    #[test]
    fn a_portable_id_belongs_to_its_key_alone() {
        let key = Origin::of(&"ap://did:key:z6MkAlice/actor".into()).unwrap();
        assert_eq!(key.to_string(), "did:key:z6MkAlice");
        for (id, portable) in [
            (
                "ap://did:key:z6MkAlice/actor?gateways=https%3A%2F%2Fa.example",
                "ap://did:key:z6MkAlice/actor",
            ),
            (
                "AP+ef61://did%3Akey%3az6MkAlice/notes/1#x",
                "ap://did:key:z6MkAlice/notes/1",
            ),
            ("did:key:z6MkAlice#z6MkAlice", "ap://did:key:z6MkAlice"),
            (
                "https://a.example/.well-known/apgateway/did:key:z6MkAlice/actor?x",
                "ap://did:key:z6MkAlice/actor",
            ),
            (
                "https://b.example:8443//%2Ewell-known/x/../apgateway/did%3akey%3Az6MkAlice/actor/inbox",
                "ap://did:key:z6MkAlice/actor/inbox",
            ),
        ] {
            let id = Id::new(id);
            assert_eq!(Origin::of(&id), Some(key.clone()), "{id}");
            assert_eq!(portable_id(&id).unwrap(), portable);
            for web in ["https://a.example/alice", "https://b.example:8443/alice"] {
                assert!(!same_origin(&id, &web.into()), "{id}");
            }
            assert!(!same_origin(&id, &id));
        }
        for nowhere in [
            "ap://a.example/actor",
            "ap://did:key:/actor",
            "ap://did:KEY:z6Mk/actor",
            "ap://did:key:z6Mk%2F..%2Fx/actor",
            "ap://did",
            "did:",
            "did:key:z6Mk é",
            "https://a.example/.well-known/apgateway/alice",
            "https://a.example/.well-known%2Fapgateway/did:key:z6Mk/actor",
            "https://a.example/.well-known%5capgateway%2fdid:key:z6Mk/actor",
            "https://a.example/x%2F..%2F.well-known/apgateway/did:key:z6Mk/actor",
            "https://a.example/.well-known/apgateway/",
            "https://a.example/.well-known/ap%67ateway/did:key",
        ] {
            assert_eq!(Origin::of(&nowhere.into()), None, "{nowhere}");
            assert_eq!(portable_id(&nowhere.into()), None, "{nowhere}");
        }
        assert_eq!(portable_id(&"https://a.example/alice".into()), None);
        assert!(
            Origin::of(&"https://a.example/apgateway/did:key:z/x".into())
                .is_some_and(|origin| origin.did().is_none())
        );
    }

    #[test]
    fn odd_hosts_are_one_origin_only_if_a_browser_says_so() {
        for (one, other, same) in [
            (
                "https://b\u{fc}cher.example/1",
                "https://xn--bcher-kva.example/2",
                true,
            ),
            (
                "https://B\u{dc}CHER.example/1",
                "https://xn--bcher-kva.example/2",
                true,
            ),
            ("https://a.example:443/1", "https://a.example/2", true),
            ("http://a.example:80/1", "http://a.example/2", true),
            ("http://a.example:443/1", "https://a.example/2", false),
            ("https://a.example./1", "https://a.example/2", false),
            (
                "https://a.example\\@b.example/1",
                "https://a.example/2",
                true,
            ),
            ("https://127.0.0.1/1", "https://2130706433/2", true),
            ("https://[::1]/1", "https://[0:0:0:0:0:0:0:1]/2", true),
            ("https://:pass@a.example/1", "https://a.example/2", false),
            ("https:///a.example/1", "https://a.example/2", true),
            ("https://", "https://", false),
        ] {
            assert_eq!(
                same_origin(&one.into(), &other.into()),
                same,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn both_sides_have_to_say_so() {
        let actor = |text: &str| Actor::from_slice(text.as_bytes()).unwrap();
        let alice = actor(
            r#"{"id":"https://a.example/alice","movedTo":"https://b.example/alice","featured":"https://a.example/f","outbox":"https://b.example/o",
            "publicKey":[{"id":"https://a.example/alice#1","owner":"https://a.example/alice"},"https://a.example/key"]}"#,
        );
        let there = |aliases: &str| {
            actor(&format!(
                r#"{{"id":"https://b.example/alice","alsoKnownAs":{aliases}}}"#
            ))
        };
        assert!(has_moved(
            &alice,
            &there(r#"["at://x","https://a.example/alice"]"#)
        ));
        assert!(!has_moved(&alice, &there("[]")));
        assert!(!has_moved(&there("[]"), &alice));
        assert!(!has_moved(&Actor::default(), &Actor::default()));
        assert!(!has_moved(
            &alice,
            &actor(r#"{"id":"https://c.example/alice","alsoKnownAs":"https://a.example/alice"}"#)
        ));

        assert!(key_is_of(alice.public_keys().next().unwrap(), &alice));
        let key = |id: &str, owner: &str| PublicKey::new(id, owner, "");
        assert!(key_is_of(
            &key("https://a.example/key", "https://a.example/alice"),
            &alice
        ));
        assert!(!key_is_of(
            &key("https://a.example/key", "https://a.example/bob"),
            &alice
        ));
        assert!(!key_is_of(
            &key("https://a.example/other", "https://a.example/alice"),
            &alice
        ));
        assert!(!key_is_of(&PublicKey::default(), &Actor::default()));

        let collection = |text: &str| Collection::from_slice(text.as_bytes()).unwrap();
        assert!(collection_is_of(
            &collection(r#"{"id":"https://a.example/f"}"#),
            &alice
        ));
        assert!(!collection_is_of(
            &collection(r#"{"id":"https://a.example/f","attributedTo":"https://a.example/bob"}"#),
            &alice
        ));
        assert!(!collection_is_of(
            &collection(r#"{"id":"https://a.example/x"}"#),
            &alice
        ));
        assert!(
            !collection_is_of(&collection(r#"{"id":"https://b.example/o"}"#), &alice),
            "borrowed"
        );

        let replies =
            collection(r#"{"items":["https://b.example/1",{"id":"https://b.example/2"}]}"#);
        assert!(lists(&replies, &"https://b.example/2".into()));
        assert!(!lists(&replies, &"https://b.example/3".into()));
    }

    #[test]
    fn what_stands_inside_is_vouched_for_on_its_own_origin_only() {
        let container = Id::new("https://a.example/1");
        for (thing, vouched) in [
            (r#"{"type":"Note","content":"anonymous"}"#, true),
            (
                r#"{"type":"Note","id":"https://a.example/2","attributedTo":"https://a.example/bob"}"#,
                true,
            ),
            (r#"{"type":"Note","id":"https://b.example/2"}"#, false),
            (
                r#"{"type":"Note","id":"https://a.example/.well-known/apgateway/did:key:z6Mk/2"}"#,
                false,
            ),
        ] {
            let thing = Any::from_slice(thing.as_bytes()).unwrap();
            assert_eq!(is_vouched_for(&container, &thing), vouched, "{thing}");
        }
        let key = Object::from_slice(br#"{"owner":"","controller":"https://a.example/alice"}"#);
        assert_eq!(key_owner(&key.unwrap()).unwrap(), "https://a.example/alice");
        for riddle in [
            r#"{"owner":["https://a.example/bob"],"controller":"https://a.example/alice"}"#,
            r#"{"owner":"https://a.example/bob","controller":"https://a.example/alice"}"#,
            r#"{"owner":"https://a.example/alice","controller":7}"#,
            "{}",
        ] {
            assert_eq!(
                key_owner(&Object::from_slice(riddle.as_bytes()).unwrap()),
                None
            );
        }
    }

    #[test]
    fn only_the_single_owner_speaks() {
        let alice = Id::new("https://a.example/alice");
        let note = |id: &str, owner: &str| {
            Any::from_slice(
                format!(r#"{{"type":"Note","id":"{id}","attributedTo":{owner}}}"#).as_bytes(),
            )
            .unwrap()
        };
        assert_eq!(
            speaks_for(
                &alice,
                &note("https://a.example/1", r#""https://a.example/alice""#)
            ),
            Ok(())
        );
        for (id, owner, why) in [
            (
                "https://b.example/1",
                r#""https://a.example/alice""#,
                NotTheirs::OtherOrigin,
            ),
            (
                "https://a.example/1",
                r#""https://a.example/bob""#,
                NotTheirs::OtherOwner,
            ),
            (
                "https://a.example/1",
                r#"["https://a.example/alice","https://a.example/bob"]"#,
                NotTheirs::NoSingleOwner,
            ),
            (
                "https://a.example/1",
                r#"["https://a.example/alice",7]"#,
                NotTheirs::NoSingleOwner,
            ),
            ("https://a.example/1", "null", NotTheirs::NoSingleOwner),
        ] {
            assert_eq!(speaks_for(&alice, &note(id, owner)), Err(why), "{owner}");
        }
        // The same property under another name changes nothing, before or behind the plain one.
        let twice = br#"{"type":"Note","as:attributedTo":"https://a.example/alice","id":"https://a.example/1","attributedTo":"https://a.example/bob"}"#;
        assert_eq!(
            speaks_for(&alice, &Any::from_slice(twice).unwrap()),
            Err(NotTheirs::OtherOwner)
        );
    }
}
