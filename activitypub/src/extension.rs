//! Vocabularies beyond ActivityStreams, one file each.
//!
//! What nearly every document has is a field of its family. All else is read and written through an [`Extension`]: a struct with
//! some properties that stand in `extra`. Reading one costs nothing until it is asked for, and your own is made in the same
//! manner with [`extension!`](crate::extension!).

use crate::activity::Activity;
use crate::actor::{Actor, Endpoints};
use crate::collection::Collection;
use crate::context::Vocabulary;
use crate::error::Problem;
use crate::extra::Extra;
use crate::link::Link;
use crate::object::Object;
use crate::property::{Property, below};

pub mod bookwyrm;
pub mod capability;
pub mod conversation;
pub mod diaspora;
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
/// [`extension!`](crate::extension!) makes the types that are extensions; read one with [`Object::extension`] and its like.
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
/// The type of a property is one that [`Property`](crate::Property) lists. Its IRI is the first prefix and its name in JSON,
/// unless `as "prefix:name"` or, for a text that JSON-LD must not take for an id, `literal "prefix:name"` follows. `or "name"` before
/// that is another name that is read. Names of
/// types that belong to the vocabulary stand in `types`.
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
            $( $(#[$doc:meta])* $field:ident: $type:ty = $json:literal $(or $also:literal)? $(as $iri:literal)? $(literal $literal:literal)?, )*
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
                    $($( $crate::context::Term::of_type($type_name, concat!($($type_iri)?)), )*)?
                    $( $crate::context::Term::property::<$type>(
                        [$json, concat!($($also)?)],
                        concat!($($iri)? $($literal)?),
                        !concat!($($literal)?).is_empty(),
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

/// The vocabularies that this crate knows. Where two know a name, the first defines it in the contexts that we write.
pub(crate) static ROOMS: &[&Vocabulary] = &[
    &mastodon::VOCABULARY,
    mastodon::Devices::VOCABULARY,
    &schema::VOCABULARY,
    schema::Identifier::VOCABULARY,
    schema::Place::VOCABULARY,
    schema::PostalAddress::VOCABULARY,
    &security::MULTIKEY,
    &security::VOCABULARY,
    security::VerificationMethods::VOCABULARY,
    &gotosocial::VOCABULARY,
    gotosocial::Interaction::VOCABULARY,
    gotosocial::WebVisibility::VOCABULARY,
    quote::Quote::VOCABULARY,
    quote::Authorization::VOCABULARY,
    &litepub::VOCABULARY,
    litepub::Actor::VOCABULARY,
    litepub::Capabilities::VOCABULARY,
    litepub::Endpoints::VOCABULARY,
    litepub::Message::VOCABULARY,
    litepub::Internal::VOCABULARY,
    misskey::Note::VOCABULARY,
    misskey::License::VOCABULARY,
    misskey::Actor::VOCABULARY,
    misskey::Reaction::VOCABULARY,
    &lemmy::VOCABULARY,
    lemmy::Community::VOCABULARY,
    lemmy::CommunityTag::VOCABULARY,
    lemmy::Person::VOCABULARY,
    lemmy::Post::VOCABULARY,
    lemmy::Moderation::VOCABULARY,
    lemmy::Votes::VOCABULARY,
    peertube::Video::VOCABULARY,
    peertube::Subtitle::VOCABULARY,
    peertube::File::VOCABULARY,
    peertube::Storyboard::VOCABULARY,
    peertube::Account::VOCABULARY,
    peertube::Playlist::VOCABULARY,
    peertube::PlaylistElement::VOCABULARY,
    peertube::CacheFile::VOCABULARY,
    peertube::WatchAction::VOCABULARY,
    peertube::Chapters::VOCABULARY,
    peertube::Comment::VOCABULARY,
    bookwyrm::Book::VOCABULARY,
    bookwyrm::Author::VOCABULARY,
    bookwyrm::ReadingStatus::VOCABULARY,
    bookwyrm::Shelf::VOCABULARY,
    bookwyrm::ListItem::VOCABULARY,
    bookwyrm::Reader::VOCABULARY,
    capability::Application::VOCABULARY,
    conversation::Container::VOCABULARY,
    conversation::Contents::VOCABULARY,
    diaspora::Diaspora::VOCABULARY,
    diaspora::Contact::VOCABULARY,
    diaspora::Address::VOCABULARY,
    diaspora::Image::VOCABULARY,
    featured_collection::FeaturedCollection::VOCABULARY,
    featured_collection::FeaturedItem::VOCABULARY,
    featured_collection::FeaturedCollections::VOCABULARY,
    fedibird::Status::VOCABULARY,
    funkwhale::Audio::VOCABULARY,
    funkwhale::Track::VOCABULARY,
    funkwhale::File::VOCABULARY,
    funkwhale::Library::VOCABULARY,
    identity::VerifiableIdentityStatement::VOCABULARY,
    identity::Portable::VOCABULARY,
    mobilizon::Event::VOCABULARY,
    mobilizon::Participation::VOCABULARY,
    mobilizon::Group::VOCABULARY,
    mobilizon::GroupEndpoints::VOCABULARY,
    ostatus::Conversation::VOCABULARY,
    pixelfed::Note::VOCABULARY,
    pixelfed::Capabilities::VOCABULARY,
    pixelfed::Story::VOCABULARY,
    pixelfed::Place::VOCABULARY,
    plume::Article::VOCABULARY,
    smithereen::Profile::VOCABULARY,
    smithereen::Endpoints::VOCABULARY,
    smithereen::Poll::VOCABULARY,
    smithereen::Photo::VOCABULARY,
    valueflows::Deal::VOCABULARY,
    valueflows::Quantity::VOCABULARY,
    zot::Nomad::VOCABULARY,
    zot::Location::VOCABULARY,
    zot::Post::VOCABULARY,
];

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
    let readable = || extra.property::<P>(&spelled).is_ok_and(|old| old.is_set());
    if value.is_set() || readable() {
        extra.set_property(&spelled, value);
    }
}

fn spelling<'a>(extra: &'a Extra, vocabulary: &Vocabulary, name: &'a str) -> &'a str {
    if extra.raw(name).is_some() {
        return name;
    }
    let mut names = extra.iter().map(|entry| entry.0);
    names
        .find(|spelled| vocabulary.name_of(spelled) == Some(name))
        .unwrap_or(name)
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
    let checks = ROOMS
        .iter()
        .filter(|room| room.families.contains(&family))
        .flat_map(|room| room.terms.iter().map(move |term| (room, term)))
        .filter(|(room, term)| term.name == name || room.name_of(name) == Some(term.name))
        .filter_map(|(_, term)| term.check);
    #[cfg(test)]
    tests::note(family, name, checks.clone().next().is_some());
    below(path, name, |path| {
        let mut refused = None;
        for check in checks {
            match check(raw, path, into) {
                Ok(()) => return,
                Err(reason) => refused = refused.or(Some(reason)),
            }
        }
        into.extend(refused.map(|reason| Problem {
            path: path.clone(),
            reason,
        }));
    });
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::path::Path;

    use crate::any::Any;

    thread_local! {
        /// The properties that the search for problems met, with their family, and whether a room knows them.
        static MET: RefCell<Vec<(String, bool)>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn note(family: &str, name: &str, known: bool) {
        MET.with_borrow_mut(|met| met.push((format!("{family}.{name}"), known)));
    }

    /// Prints which properties of real documents neither a field nor a room knows, by platform.
    #[test]
    fn rooms_know_what_platforms_send() {
        let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
            println!("skipped: set FEDIKIT_SHARED to a folder that has a corpus in it");
            return;
        };
        let wild = Path::new(&shared).join("corpus").join("wild");
        let (mut known, mut unknown) = (0, 0);
        let mut platforms: Vec<_> = std::fs::read_dir(wild)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        platforms.sort();
        for platform in platforms {
            let mut missing: BTreeMap<String, usize> = BTreeMap::new();
            for file in std::fs::read_dir(&platform).unwrap() {
                MET.take();
                if let Ok(any) = Any::from_slice(&std::fs::read(file.unwrap().path()).unwrap()) {
                    drop(any.problems());
                }
                for (property, is_known) in MET.take() {
                    known += usize::from(is_known);
                    unknown += usize::from(!is_known);
                    if !is_known {
                        *missing.entry(property).or_default() += 1;
                    }
                }
            }
            println!(
                "{}: {missing:?}",
                platform.file_name().unwrap().to_string_lossy()
            );
        }
        println!(
            "{known} values of {} that no field holds are known, {unknown} are not",
            known + unknown
        );
        assert!(known > 1000, "only {known}");
    }
}
