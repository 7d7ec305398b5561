//! A thing whose family is told by its `type`.

use crate::activity::Activity;
use crate::actor::{Actor, Endpoints};
use crate::collection::Collection;
use crate::context::{Context, Namespace, plain_type};
use crate::error::{Problem, ReadError};
use crate::extension::security::PublicKey;
use crate::family::{Family, problems_of, read_document, text_form, write_document};
use crate::id::Id;
use crate::json::Node;
use crate::kind::{self, FamilyName};
use crate::limits::Limits;
use crate::link::Link;
use crate::object::Object;
use crate::property::{Identified, Ref};

/// A thing of any family, chosen by its `type`.
///
/// Of several types the first that this version knows decides. Where none is known, the shape does, as FEP-2277 proposes: an `inbox`
/// makes an actor, `actor` and `object` an activity, `items` or `orderedItems` a collection, `href` without an id a link;
/// all else is an object.
///
/// Two things are equal (`==`) if their properties came in the same form; an id alone is not equal to a list of it, nor the `@context`
/// that we write to the one that is read back. To compare what is written, compare [`to_value`](Self::to_value).
///
/// ```
/// use activitypub::Any;
///
/// match Any::from_slice(br#"{"type":"Like","actor":"https://example.com/a","object":"https://example.com/1"}"#)? {
///     Any::Activity(activity) => assert_eq!(activity.object_id().unwrap(), "https://example.com/1"),
///     other => panic!("not an activity: {other}"),
/// }
/// # Ok::<(), activitypub::ReadError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
// Not boxed: an embedded thing is boxed once, in `Ref`, and a second box would cost more than it saves.
#[non_exhaustive]
pub enum Any {
    /// A post, a picture, a place, …
    Object(Object),
    /// A person, a bot, a group, …
    Actor(Actor),
    /// Something that is done.
    Activity(Activity),
    /// A collection or a page of one.
    Collection(Collection),
    /// A link, a mention, a hashtag.
    Link(Link),
}

impl Any {
    /// Reads a document, within the default [`Limits`].
    ///
    /// # Errors
    /// The bytes are no JSON object, a name stands twice in one object, or a limit is exceeded. Nothing else refuses a document:
    /// a property that is not as it should be is kept and listed by [`problems`](Self::problems).
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ReadError> {
        Self::from_slice_with(bytes, &Limits::default())
    }

    /// Reads a document within other limits.
    ///
    /// # Errors
    /// As [`from_slice`](Self::from_slice).
    pub fn from_slice_with(bytes: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        read_document(bytes, limits)
    }

    /// The document as JSON.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        write_document(self).into_bytes()
    }

    /// The document as a JSON value.
    ///
    /// # Errors
    /// It is nested deeper than `serde_json` reads (128), which no document that was read is.
    pub fn to_value(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::from_str(&write_document(self))
    }

    /// Everything in it, and in what it embeds, that is not as it should be; the first 1000 of a document that has more. Nothing of
    /// it was lost.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        problems_of(self)
    }

    /// The id, which an anonymous thing does not have.
    #[must_use]
    pub fn id(&self) -> Option<&Id> {
        Identified::id(self)
    }

    /// The names of its types, without the prefix of ActivityStreams.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::Object(thing) => &thing.types,
            Self::Actor(thing) => &thing.types,
            Self::Activity(thing) => &thing.types,
            Self::Collection(thing) => &thing.types,
            Self::Link(thing) => &thing.types,
        }
        .iter()
        .map(|name| name.plain())
    }
}

fn family_of(node: Node<'_, '_>) -> FamilyName {
    family_by_type(node).unwrap_or_else(|| family_by_shape(node))
}

fn family_by_type(node: Node<'_, '_>) -> Option<FamilyName> {
    let plain = node.members().find(|(name, _)| name == "type");
    let (_, types) = plain.or_else(|| node.members().find(|(name, _)| name == "@type"))?;
    let known = |name: Node<'_, '_>| kind::known(plain_type(&name.string()?)).map(|known| known.1);
    known(types).or_else(|| types.elements().find_map(known))
}

fn family_by_shape(node: Node<'_, '_>) -> FamilyName {
    let (mut inbox, mut actor, mut object, mut items, mut href, mut id) =
        (false, false, false, false, false, false);
    for (name, _) in node.members() {
        match crate::context::plain_name(&name) {
            "inbox" => inbox = true,
            "actor" => actor = true,
            "object" => object = true,
            "items" | "orderedItems" => items = true,
            "href" => href = true,
            "id" | "@id" => id = true,
            _ => {}
        }
    }
    if inbox {
        FamilyName::Actor
    } else if actor && object {
        FamilyName::Activity
    } else if items {
        FamilyName::Collection
    } else if href && !id {
        FamilyName::Link
    } else {
        FamilyName::Object
    }
}

impl Family for Any {
    fn read_boxed(node: Node<'_, '_>) -> Box<Self> {
        // Made in its place: what is made elsewhere would be copied, more than a kilobyte each time.
        let place = Box::new_uninit();
        let mut this = match family_of(node) {
            FamilyName::Object => Box::write(place, Self::Object(Object::default())),
            FamilyName::Actor => Box::write(place, Self::Actor(Actor::default())),
            FamilyName::Activity => Box::write(place, Self::Activity(Activity::default())),
            FamilyName::Collection => Box::write(place, Self::Collection(Collection::default())),
            FamilyName::Link => Box::write(place, Self::Link(Link::default())),
        };
        this.fill(node);
        this
    }

    fn fill(&mut self, node: Node<'_, '_>) {
        match self {
            Self::Object(thing) => thing.fill(node),
            Self::Actor(thing) => thing.fill(node),
            Self::Activity(thing) => thing.fill(node),
            Self::Collection(thing) => thing.fill(node),
            Self::Link(thing) => thing.fill(node),
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Object(thing) => thing.write(out),
            Self::Actor(thing) => thing.write(out),
            Self::Activity(thing) => thing.write(out),
            Self::Collection(thing) => thing.write(out),
            Self::Link(thing) => thing.write(out),
        }
    }

    fn namespace(name: &str) -> Option<Namespace> {
        Object::namespace(name)
            .or_else(|| Actor::namespace(name))
            .or_else(|| Activity::namespace(name))
            .or_else(|| Collection::namespace(name))
            .or_else(|| Link::namespace(name))
            .or_else(|| Endpoints::namespace(name))
            .or_else(|| PublicKey::namespace(name))
    }

    fn context(&self) -> Option<&Context> {
        match self {
            Self::Object(thing) => thing.context(),
            Self::Actor(thing) => thing.context(),
            Self::Activity(thing) => thing.context(),
            Self::Collection(thing) => thing.context(),
            Self::Link(thing) => thing.context(),
        }
    }

    fn problems(&self, path: &mut String, into: &mut Vec<Problem>) {
        match self {
            Self::Object(thing) => Family::problems(thing, path, into),
            Self::Actor(thing) => Family::problems(thing, path, into),
            Self::Activity(thing) => Family::problems(thing, path, into),
            Self::Collection(thing) => Family::problems(thing, path, into),
            Self::Link(thing) => Family::problems(thing, path, into),
        }
    }
}

impl Identified for Any {
    fn id(&self) -> Option<&Id> {
        match self {
            Self::Object(thing) => thing.id.as_ref(),
            Self::Actor(thing) => thing.id.as_ref(),
            Self::Activity(thing) => thing.id.as_ref(),
            Self::Collection(thing) => thing.id.as_ref(),
            Self::Link(thing) => thing.id.as_ref(),
        }
    }
}

text_form!(Any);

/// So that every family stands wherever anything may stand.
macro_rules! into_any {
    ($( $family:ident ),+) => {
        $(
            impl From<$family> for Any {
                fn from(thing: $family) -> Self {
                    Self::$family(thing)
                }
            }

            impl From<$family> for Ref<Any> {
                fn from(thing: $family) -> Self {
                    Self::Embedded(Box::new(Any::$family(thing)))
                }
            }
        )+
    };
}

into_any!(Object, Actor, Activity, Collection, Link);

impl From<Any> for Ref<Any> {
    fn from(thing: Any) -> Self {
        Self::Embedded(Box::new(thing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest piece that the C library of Linux keeps at hand for the next who asks; above it every embedded thing costs a
    /// search.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn stays_as_small_as_the_allocator_likes_it() {
        assert!(size_of::<Any>() <= 1032, "{}", size_of::<Any>());
    }
}
