//! Vocabularies beyond ActivityStreams, one file each.
//!
//! What nearly every document has is a field of its family. All else is read and written through an [`Extension`]: a struct with
//! some properties that stand in `extra`. Reading one costs nothing until it is asked for, and your own is made in the same
//! manner with [`extension!`](crate::extension!).

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use crate::activity::Activity;
use crate::actor::{Actor, Endpoints};
use crate::collection::Collection;
use crate::context::{Term, Vocabulary};
use crate::error::Problem;
use crate::extra::Extra;
use crate::json::Tape;
use crate::link::Link;
use crate::object::Object;
use crate::property::{Property, below};

pub mod bookwyrm;
pub mod capability;
pub mod conversation;
pub mod diaspora;
pub mod event;
pub mod featured_collection;
pub mod fedibird;
pub mod funkwhale;
pub mod gotosocial;
pub mod identity;
pub mod lemmy;
pub mod litepub;
pub mod mastodon;
pub mod misskey;
pub mod mobilizon;
pub mod ostatus;
pub mod peertube;
pub mod pixelfed;
pub mod plume;
pub mod quote;
pub mod schema;
pub mod security;
pub mod smithereen;
pub mod valueflows;
pub mod zot;

/// Some properties of a vocabulary, read from and written to the [`Extra`] of a thing.
///
/// [`extension!`](crate::extension!) makes the types that are extensions; read one with [`Object::extension`] and its like. `problems()`
/// lists the values that the extensions of this crate could not read; of your own, [`Extra::property`] tells.
pub trait Extension: Default {
    /// Its terms, for the `@context` of documents in which they stand.
    const VOCABULARY: &'static Vocabulary;

    /// Reads the properties. A value that is not what the property holds is absent here and stays where it is.
    fn read(extra: &Extra) -> Self;

    /// Writes the properties that are set and removes those that are not, except values that could not be read.
    fn write(&self, extra: &mut Extra);
}

/// An [`Extension`] of things of a family.
pub trait Extends<Family>: Extension {}

/// Makes an extension: a struct of properties that things of one or more families may have.
///
/// The type of a property is one that [`Property`](crate::Property) lists. Its IRI is the first prefix and its name in JSON, unless one of
/// these follows: `as "prefix:name"`, or `literal "prefix:name"` for a text that JSON-LD must not take for an id, or `list "prefix:name"`
/// for values in an order. `or "name"` before that is another name that is read. Names of types that belong to the vocabulary stand in
/// `types`.
///
/// ```
/// use activitypub::{Id, Object, OneOrMany, Ref, Actor};
///
/// activitypub::extension! {
///     /// What the farms of example.com say of a harvest.
///     pub struct Harvest for Object
///     prefixes { farm: "https://farm.example/ns#" }
///     types { "Harvest" }
///     {
///         /// How much there was.
///         kilograms: Option<u64> = "kilograms",
///         /// Who brought it in.
///         helpers: OneOrMany<Ref<Actor>> = "helpers",
///     }
/// }
///
/// let mut harvest = Object::from_slice(br#"{"type":"Harvest","kilograms":70,"helpers":"https://example.com/a"}"#)?;
/// let mut said: Harvest = harvest.extension();
/// assert_eq!(said.kilograms, Some(70));
/// assert_eq!(said.helpers.id().unwrap(), "https://example.com/a");
///
/// said.kilograms = Some(71);
/// harvest.ld_context = Some(activitypub::context::Context::ours());
/// harvest.set_extension(&said);
/// assert_eq!(harvest.to_value()?, serde_json::json!({
///     "@context": ["https://www.w3.org/ns/activitystreams", {
///         "farm": "https://farm.example/ns#",
///         "Harvest": "farm:Harvest",
///         "kilograms": "farm:kilograms",
///         "helpers": {"@id": "farm:helpers", "@type": "@id"},
///     }],
///     "type": "Harvest", "kilograms": 71, "helpers": "https://example.com/a",
/// }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! extension {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident for $($family:ident),+
        prefixes { $( $prefix:ident: $namespace:literal ),* $(,)? }
        $( types { $( $type_name:literal $(as $type_iri:literal)? ),* $(,)? } )?
        {
            $( $(#[$doc:meta])* $field:ident: $type:ty = $json:literal $(or $also:literal)? $(as $iri:literal)? $(literal $literal:literal)? $(list $list:literal)?, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        $visibility struct $name {
            $( $(#[$doc])* #[doc = concat!("\n\nIn JSON: `", $json, "`.")] pub $field: $type, )*
        }

        impl $crate::extension::Extension for $name {
            const VOCABULARY: &'static $crate::context::Vocabulary = &$crate::context::Vocabulary::new(
                &[$( stringify!($family) ),+],
                &[$( (stringify!($prefix), $namespace) ),*],
                &[
                    $($( $crate::context::Term::new($type_name, concat!($($type_iri)?)), )*)?
                    $( $crate::context::Term::property::<$type>(
                        [$json, concat!($($also)?)],
                        [concat!($($iri)?), concat!($($literal)?), concat!($($list)?)],
                    ), )*
                ],
            );

            fn read(extra: &$crate::Extra) -> Self {
                Self {
                    $( $field: $crate::extension::read(extra, Self::VOCABULARY, $json), )*
                }
            }

            fn write(&self, extra: &mut $crate::Extra) {
                $( $crate::extension::write(extra, Self::VOCABULARY, $json, &self.$field); )*
            }
        }

        $( impl $crate::extension::Extends<$crate::$family> for $name {} )+
    };
}

/// Lists our vocabularies.
macro_rules! rooms {
    (
        terms { $( $terms:path ),+ $(,)? }
        extensions { $( $room:ident::$extension:ident ),+ $(,)? }
    ) => {
        /// The vocabularies that this crate knows. Where two know a name, the first defines it in the contexts that we write.
        pub(crate) static ROOMS: &[&Vocabulary] = &[
            $( &$terms, )+
            $( $room::$extension::VOCABULARY, )+
        ];

        /// Reads and writes every extension.
        #[cfg(test)]
        fn rewrite(extra: &mut Extra) {
            $( $room::$extension::read(extra).write(extra); )+
        }
    };
}

rooms! {
    terms {
        mastodon::VOCABULARY, schema::VOCABULARY, security::MULTIKEY, security::VOCABULARY, gotosocial::VOCABULARY, litepub::VOCABULARY, lemmy::VOCABULARY,
    }
    extensions {
        mastodon::Devices,
        mastodon::Profile,
        schema::Identifier,
        schema::Place,
        schema::PostalAddress,
        security::VerificationMethods,
        gotosocial::Interaction,
        gotosocial::WebVisibility,
        quote::Quote,
        quote::Authorization,
        litepub::Actor,
        litepub::Capabilities,
        litepub::Endpoints,
        litepub::Message,
        litepub::Post,
        litepub::Internal,
        misskey::Note,
        misskey::License,
        misskey::Actor,
        misskey::Reaction,
        lemmy::Community,
        lemmy::CommunityTag,
        lemmy::Person,
        lemmy::Post,
        lemmy::Moderation,
        peertube::Video,
        peertube::Subtitle,
        peertube::File,
        peertube::Storyboard,
        peertube::Account,
        peertube::Playlist,
        peertube::PlaylistElement,
        peertube::CacheFile,
        peertube::WatchAction,
        peertube::Chapters,
        peertube::Comment,
        bookwyrm::Book,
        bookwyrm::Author,
        bookwyrm::ReadingStatus,
        bookwyrm::Shelf,
        bookwyrm::ListItem,
        bookwyrm::Reader,
        capability::Application,
        conversation::Container,
        conversation::Contents,
        diaspora::Diaspora,
        diaspora::Contact,
        diaspora::Address,
        diaspora::Image,
        event::Event,
        event::Organizer,
        featured_collection::FeaturedCollection,
        featured_collection::FeaturedItem,
        featured_collection::FeaturedCollections,
        fedibird::Status,
        funkwhale::Audio,
        funkwhale::Track,
        funkwhale::ArtistCredit,
        funkwhale::File,
        funkwhale::Library,
        identity::VerifiableIdentityStatement,
        identity::Portable,
        mobilizon::Event,
        mobilizon::Participation,
        mobilizon::Group,
        mobilizon::GroupEndpoints,
        ostatus::Conversation,
        pixelfed::Note,
        pixelfed::Capabilities,
        pixelfed::Story,
        pixelfed::Place,
        plume::Article,
        smithereen::Profile,
        smithereen::Endpoints,
        smithereen::Poll,
        smithereen::Photo,
        valueflows::Deal,
        valueflows::Quantity,
        zot::Nomad,
        zot::Location,
        zot::Post,
    }
}

/// Makes the families read and write extensions.
macro_rules! extensible {
    ($( $family:ident ),+) => {
        $(
            impl $family {
                /// What an [`Extension`] says of it. A value that is not what the property holds is absent there; it stays in
                /// `extra`.
                #[must_use]
                pub fn extension<E: Extends<Self>>(&self) -> E {
                    E::read(&self.extra)
                }

                /// Writes the properties of an [`Extension`] into `extra`, and its terms into the `@context` if that is ours.
                /// Properties that are not set there are removed, except values that could not be read.
                pub fn set_extension<E: Extends<Self>>(&mut self, extension: &E) {
                    extension.write(&mut self.extra);
                    if let Some(context) = &mut self.ld_context {
                        context.add(E::VOCABULARY);
                    }
                }
            }
        )+
    };
}

extensible!(Object, Actor, Activity, Collection, Link, Endpoints);

/// Reads a property under its name, else under its IRI.
#[doc(hidden)]
#[must_use]
pub fn read<P: Property>(extra: &Extra, vocabulary: &Vocabulary, name: &str) -> P {
    extra
        .property(spelling(extra, vocabulary, name))
        .unwrap_or_default()
}

/// Writes a property where it stands, else under its name.
#[doc(hidden)]
pub fn write<P: Property>(extra: &mut Extra, vocabulary: &Vocabulary, name: &str, value: &P) {
    let spelled = spelling(extra, vocabulary, name).to_owned();
    let as_it_came = |raw| value.repaired_from(raw).is_some();
    if extra.raw(&spelled).is_some_and(as_it_came) {
        return;
    }
    let readable = || extra.property::<P>(&spelled).is_ok_and(|old| old.is_set());
    if value.is_set() || readable() {
        extra.set_property(&spelled, value);
    }
}

fn spelling<'a>(extra: &'a Extra, vocabulary: &Vocabulary, name: &'a str) -> &'a str {
    if extra.raw(name).is_some() {
        return name;
    }
    let mut terms = vocabulary.terms.iter();
    let Some(term) = terms.find(|term| term.name == name && term.check.is_some()) else {
        return name;
    };
    extra.first_of(vocabulary.spellings(term)).unwrap_or(name)
}

/// All spellings of all terms of our rooms, with the terms in the order of the rooms.
static SPELLINGS: LazyLock<HashMap<String, Vec<(&Vocabulary, &Term)>>> = LazyLock::new(|| {
    let mut spellings: HashMap<_, Vec<_>> = HashMap::new();
    for room in ROOMS {
        for term in room.terms {
            let own: BTreeSet<String> = room.spellings(term).map(|parts| parts.concat()).collect();
            for spelled in own {
                spellings.entry(spelled).or_default().push((*room, term));
            }
        }
    }
    spellings
});

/// The terms of our rooms that may be spelled so.
fn spelled(name: &str) -> impl Iterator<Item = (&'static Vocabulary, &'static Term)> {
    SPELLINGS.get(name).into_iter().flatten().copied()
}

/// Whether a term of our rooms has this name.
pub(crate) fn is_term(name: &str) -> bool {
    spelled(name).any(|(_, term)| term.name == name)
}

/// Lists what is wrong in a value of `extra`, if one of our rooms knows the property. Where several do, one that takes the value
/// is enough.
pub(crate) fn problems(
    family: &str,
    name: &str,
    raw: &str,
    path: &mut String,
    into: &mut Vec<Problem>,
) {
    let checks = spelled(name)
        .filter(|(room, _)| room.families.contains(&family))
        .filter_map(|(_, term)| term.check);
    let mut checks = checks.peekable();
    #[cfg(test)]
    tests::note(family, name, checks.peek().is_some());
    if raw == "null" || checks.peek().is_none() {
        return;
    }
    let tape = Tape::kept(raw);
    let Some(value) = tape.as_ref().and_then(Tape::root) else {
        return;
    };
    below(path, name, |path| {
        let mut refused = None;
        for check in checks {
            match check(value, path, into) {
                Ok(()) => return,
                Err(reason) => refused = refused.or(Some(reason)),
            }
        }
        Problem::list(path, refused, into);
    });
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::path::Path;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::rewrite;
    use crate::any::Any;
    use crate::object::Object;

    thread_local! {
        /// The properties that the search for problems met, with their family, and whether a room knows them.
        static MET: RefCell<Vec<(String, bool)>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn note(family: &str, name: &str, known: bool) {
        MET.with_borrow_mut(|met| met.push((format!("{family}.{name}"), known)));
    }

    /// What real documents have that neither a field nor a room knows, and why that is as it should be.
    const UNKNOWN: &[(&str, &[&str])] = &[
        ("belong to proofs", &["proof", "signature"]),
        (
            "are made up by tests, or misspelled",
            &[
                "Activity.a",
                "Activity.actorRef",
                "Activity.b",
                "Activity.extra",
                "Activity.extraRef",
                "Activity.graph",
                "Activity.https://example.com/blob",
                "Activity.https://example.com/ext",
                "Activity.https://example.com/p",
                "Activity.https://w3id.org/security#proof",
                "Activity.meta",
                "Activity.targetRef",
                "Link.hrefLang",
                "Object.attachemnt",
                "Object.domain",
                "Object.extra",
                "Object.extraRef",
                "Object.former_type",
                "Object.g",
                "Object.haha",
                "Object.imageType",
                "Object.lives",
                "Object.media_type",
                "Object.myvocab:customProperty",
                "Object.myvocab:rating",
                "Object.username",
            ],
        ),
        (
            "are fields of another family, on a thing of this type without meaning or with a type that nobody else has",
            &[
                "Actor.uploadMedia",
                "Link.attributedTo",
                "Link.content",
                "Link.published",
                "Object.href",
                "Object.inbox",
                "Object.owner",
                "Object.outbox",
                "Object.publicKeyPem",
                "Object.rel",
                "Object.startIndex",
            ],
        ),
        (
            "are internal to the software that sends them",
            &[
                "Activity.username",
                "Actor.attributedToInv",
                "Actor.blocks",
                "Actor.books",
                "Actor.chatKeyV0",
                "Actor.follows",
                "Actor.goals",
                "Actor.kroeg:blocks",
                "Actor.saved_lists",
                "Actor.settings",
                "Actor.urls",
                "Object.displayName",
                "Object.emoji",
                "Object.length",
                "Object.link",
                "Object.posts",
                "Object.stream",
                "Object.upstreamDuplicates",
            ],
        ),
        (
            "are not about what the fediverse exchanges: reports of a test suite, credentials, recipes, a land register",
            &[
                "Activity.description",
                "Actor.description",
                "Object.as",
                "Object.credentialSubject",
                "Object.input",
                "Object.issuer",
                "Object.recipeCategory",
                "Object.recipeIngredient",
                "Object.recipeInstructions",
                "Object.result",
                "Object.revokeAuthor",
                "Object.revokeReason",
                "Object.rules",
                "Object.test",
                "Object.validFrom",
                "Object.validUntil",
            ],
        ),
        (
            "are the signature of a proof that stands where a thing is expected",
            &["Object.created", "Object.creator", "Object.signatureValue"],
        ),
    ];

    fn is_reasoned(property: &str) -> bool {
        let name = property.split_once('.').map_or(property, |parts| parts.1);
        let mut names = UNKNOWN.iter().flat_map(|(_, names)| *names);
        names.any(|known| *known == property || *known == name)
    }

    fn wild() -> Option<Vec<(String, Vec<u8>)>> {
        let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
            println!("skipped: set FEDIKIT_SHARED to a folder that has a corpus in it");
            return None;
        };
        let wild = Path::new(&shared).join("corpus").join("wild");
        let mut documents = Vec::new();
        for platform in std::fs::read_dir(wild).unwrap() {
            let platform = platform.unwrap();
            for file in std::fs::read_dir(platform.path()).unwrap() {
                let file = file.unwrap();
                // A context, kept among the documents.
                if !file.file_name().to_string_lossy().contains("schema_org") {
                    let name = platform.file_name().to_string_lossy().into_owned();
                    documents.push((name, std::fs::read(file.path()).unwrap()));
                }
            }
        }
        assert!(documents.len() > 1000, "only {}", documents.len());
        Some(documents)
    }

    #[test]
    fn rooms_know_what_platforms_send() {
        let Some(documents) = wild() else { return };
        let mut known = 0;
        let mut unknown: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for (platform, document) in documents {
            MET.take();
            if let Ok(any) = Any::from_slice(&document) {
                drop(any.problems());
            }
            for (property, is_known) in MET.take() {
                known += usize::from(is_known);
                if !is_known {
                    let counts = unknown.entry(platform.clone()).or_default();
                    *counts.entry(property).or_default() += 1;
                }
            }
        }
        println!("{known} values that no field holds are known to a room; not known are:");
        for (platform, properties) in &unknown {
            println!("{platform}: {properties:?}");
        }
        let surprising: Vec<_> = unknown
            .values()
            .flat_map(BTreeMap::keys)
            .filter(|property| !is_reasoned(property))
            .collect();
        assert!(surprising.is_empty(), "{surprising:?}");
        assert!(known > 1000, "only {known}");
    }

    #[test]
    fn a_value_that_one_room_takes_is_no_problem() {
        let problems = |text: &str| Object::from_slice(text.as_bytes()).unwrap().problems();
        // A count in a playlist, any number in a book.
        assert_eq!(problems(r#"{"position":1.5}"#), []);
        assert_eq!(problems(r#"{"position":"x"}"#).len(), 1);
        assert_eq!(problems(r#"{"position":null,"unheardOf":"x"}"#), []);
        assert_eq!(
            problems(r#"{"interactionPolicy":{"canLike":{"always":[7]}}}"#)[0].path,
            "/interactionPolicy/canLike/always/0"
        );
    }

    /// Whatever is read by an extension is written back unchanged.
    #[test]
    fn what_rooms_read_they_write_back() {
        for (_, document) in wild().unwrap_or_default() {
            let Ok(mut any) = Any::from_slice(&document) else {
                continue;
            };
            let before = any.to_value().unwrap();
            let inner = match &mut any {
                Any::Activity(activity) => activity.object.iter_mut().next(),
                _ => None,
            };
            if let Some(crate::Ref::Embedded(inner)) = inner {
                rewrite(extra_of(inner));
            }
            rewrite(extra_of(&mut any));
            assert_eq!(any.to_value().unwrap(), before);
        }
    }

    fn extra_of(any: &mut Any) -> &mut crate::Extra {
        match any {
            Any::Object(thing) => &mut thing.extra,
            Any::Actor(thing) => &mut thing.extra,
            Any::Activity(thing) => &mut thing.extra,
            Any::Collection(thing) => &mut thing.extra,
            Any::Link(thing) => &mut thing.extra,
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            Just(Value::from("https://a.example/1")),
            Just(Value::from("2026-01-31T12:00:00")),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::hash_map(name(), inner, 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Names of our rooms, in all their spellings.
    fn name() -> impl Strategy<Value = String> {
        let mut names: Vec<&str> = super::SPELLINGS.keys().map(String::as_str).collect();
        names.sort_unstable();
        prop_oneof![9 => proptest::sample::select(names).prop_map(String::from), 1 => any::<String>()]
    }

    proptest! {
        // Each case goes through every extension.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_value_is_read_and_written_back(members in proptest::collection::hash_map(name(), value(), 0..6)) {
            let before = Value::Object(members.into_iter().collect());
            let mut object = Object::from_slice(before.to_string().as_bytes()).unwrap();
            drop(object.problems());
            rewrite(&mut object.extra);
            prop_assert_eq!(object.to_value().unwrap(), before);
        }
    }
}
