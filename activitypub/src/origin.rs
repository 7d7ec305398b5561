//! May this actor speak for that thing: origins and ownership (FEP-fe34).
//!
//! Whoever controls an origin (scheme, host and port) controls all ids on it, so what one origin says about another's things is
//! hearsay: to be fetched from where it belongs.

use std::fmt;

use url::{Origin, Url};

use crate::any::Any;
use crate::id::Id;
use crate::property::Identified;

/// Whether two ids have the same origin. Only `https` and `http` ids have one: a portable `ap://` id (FEP-ef61), a `did:`, a text that
/// is no URL, or one with a user name in it is of the same origin as nothing, not even as itself.
///
/// ```
/// use activitypub::{Id, origin::same_origin};
///
/// let alice = Id::new("https://example.com/alice");
/// assert!(same_origin(&alice, &Id::new("https://EXAMPLE.com:443/notes/1")));
/// assert!(!same_origin(&alice, &Id::new("http://example.com/alice")));
/// assert!(!same_origin(&alice, &Id::new("https://example.com.evil.example/alice")));
/// ```
#[must_use]
pub fn same_origin(one: &Id, other: &Id) -> bool {
    web_origin(one).is_some_and(|origin| web_origin(other) == Some(origin))
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

fn web_origin(id: &Id) -> Option<Origin> {
    let url: Url = id.to_url().ok()?;
    let web = matches!(url.scheme(), "https" | "http")
        && url.username().is_empty()
        && url.password().is_none();
    web.then(|| url.origin())
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
