//! All questions that can be asked of a thing, for those who only want to know that each has an answer. The fuzz targets ask them too.

use std::collections::BTreeMap;

use activitypub::addressing::{is_local_public, is_public};
use activitypub::origin::{self, Origin};
use activitypub::{
    Activity, Actor, Any, Collection, Endpoint, Endpoints, Extra, Id, Link, Object, display, quote,
};
use chrono::DateTime;
use serde_json::Value;

/// Asks everything of a thing and of what an activity carries. What is asked of ids is asked of all that it is addressed to.
pub(crate) fn ask_everything(thing: &Any) {
    ask(thing);
    asked(format!("{thing:?}").len());
    asked(thing.problems());
    asked(thing.to_value());
    if let Any::Activity(activity) = thing {
        activity.object.embedded().for_each(ask);
        asked(activity.clone().with_recipients_shared());
    }
    let written = thing.clone().without_blind_recipients().to_string();
    // A context may define what it likes.
    let named = |name: &str| written.contains(name) && !written.contains("\"@context\"");
    assert!(!named("\"bto\":") && !named("\"as:bcc\":"), "{written}");
}

fn ask(thing: &Any) {
    roles(thing);
    asked(thing.visibility());
    let (id, owner) = (thing.id(), origin::owner(thing));
    for id in id.into_iter().chain(owner) {
        id_questions(id);
        let _ = origin::speaks_for(id, thing);
        let _ = origin::is_vouched_for(id, thing);
    }
    match thing {
        Any::Object(object) => object_questions(object),
        Any::Actor(actor) => actor_questions(actor),
        Any::Activity(activity) => activity_questions(activity),
        Any::Collection(collection) => collection_questions(collection),
        Any::Link(link) => link_questions(link),
        _ => {}
    }
    all_rooms(thing);
}

fn roles(thing: &Any) {
    let roles = [
        thing.is_post(),
        thing.is_poll(),
        thing.is_vote(),
        thing.is_chat_message(),
        thing.is_tombstone(),
        thing.is_group(),
        thing.is_bot(),
        thing.is_reaction(),
        thing.is_boost(),
        thing.is_group_post(),
        thing.is_report(),
    ];
    // A poll may be a post, and all else excludes each other.
    assert!(roles.into_iter().filter(|role| *role).count() <= 3);
    assert!(!(thing.is_post() && thing.is_vote()));
    assert!(!(thing.is_boost() && thing.is_group_post()));
}

fn id_questions(id: &Id) {
    let origin = Origin::of(id);
    if let Some(origin) = &origin {
        asked(origin.to_string());
    }
    if let Some(portable) = origin::portable_id(id) {
        assert!(Origin::of(&portable).is_some_and(|it| it.did().is_some()));
        assert_eq!(origin::portable_id(&portable), Some(portable));
        assert!(!origin::same_origin(id, id));
    }
    let _ = (is_public(id), is_local_public(id));
}

fn object_questions(object: &Object) {
    asked(object.kind());
    object.recipients().into_iter().for_each(id_questions);
    asked((
        object.author_id(),
        object.attributed_to_id(),
        object.groups(),
    ));
    asked((
        object.parent_id(),
        object.in_reply_to_id(),
        object.replies_id(),
    ));
    asked((
        object.conversation_id(),
        object.page(),
        object.linked_page(),
    ));
    asked((
        object.content_in("en"),
        object.content_warning(),
        object.title(),
    ));
    if let Some(language) = object.language() {
        asked(object.content_in(&language));
    }
    if let Some(poll) = object.poll() {
        asked(poll.votes());
    }
    let _ = object.is_closed(DateTime::UNIX_EPOCH);
    if let Some(quoted) = object.quoted() {
        assert!(quoted.gone || quoted.id.is_some());
        if let (Some(id), Some(author)) = (&quoted.id, object.author_id()) {
            let _ = quote::confirms(object, id, id, author);
        }
    }
    if let (Some(rest), Some(content)) = (object.content_without_quote(), &object.content) {
        assert!(rest.len() <= content.len());
    }
    let media = object.media();
    assert!(
        media
            .iter()
            .all(|it| matches!(it.url.scheme(), "https" | "http"))
    );
    object.emojis().for_each(|emoji| {
        let _ = emoji.is_named(emoji.shortcode);
    });
    asked(
        object
            .mentions()
            .chain(object.hashtags())
            .map(Link::kind)
            .count(),
    );
    asked((
        origin::key_owner(object),
        object.url.web_url(),
        object.url.href(),
    ));
    let texts = [&object.content, &object.summary, &object.name];
    for text in texts.into_iter().flatten() {
        text_questions(text);
    }
    asked(object.clone().into_tombstone(DateTime::UNIX_EPOCH).to_vec());
}

fn actor_questions(actor: &Actor) {
    asked((
        actor.kind(),
        actor.handle(),
        actor.page(),
        actor.fields().count(),
    ));
    asked((actor.avatar(), actor.header(), actor.emojis().count()));
    for endpoint in [
        Endpoint::Inbox,
        Endpoint::SharedInbox,
        Endpoint::Outbox,
        Endpoint::Followers,
        Endpoint::Following,
        Endpoint::Liked,
        Endpoint::Featured,
        Endpoint::FeaturedTags,
    ] {
        let url = actor.endpoint(endpoint);
        assert!(url.is_err() || actor.id.is_some());
    }
    for key in actor.public_keys() {
        let _ = origin::key_is_of(key, actor);
    }
    assert!(!origin::has_moved(actor, actor));
    actor.name.iter().for_each(|name| text_questions(name));
}

fn activity_questions(activity: &Activity) {
    asked((activity.kind(), activity.actor_id(), activity.object_id()));
    activity.recipients().into_iter().for_each(id_questions);
    asked((activity.everyone_named(), activity.votes().count()));
    asked((activity.reaction(), activity.emojis().count()));
    if let Some(group_post) = activity.group_post() {
        assert!(activity.is_group_post());
        asked(group_post.names_group);
    }
    asked(activity.forward_to(|_| true, |_| false));
}

fn collection_questions(collection: &Collection) {
    asked((collection.kind(), collection.things().count()));
    if let Some(id) = &collection.id {
        let _ = origin::lists(collection, id);
        let _ = origin::collection_is_of(collection, &Actor::default());
    }
}

fn link_questions(link: &Link) {
    asked((
        link.kind(),
        activitypub::extension::quote::is_object_link(link),
    ));
}

fn text_questions(text: &str) {
    let line = display::one_line(text, 40);
    assert!(!line.contains(char::is_control));
    assert!(line.len() <= 40 * 12 * 4 + '…'.len_utf8());
    #[cfg(feature = "html")]
    html_questions(text);
}

/// An answer that nobody reads.
fn asked<T>(_: T) {}

/// What is cleaned is clean, and text is no longer than what it comes from.
#[cfg(feature = "html")]
pub(crate) fn html_questions(text: &str) {
    use activitypub::html::{sanitize, sanitize_inline, to_text};

    let clean = sanitize(text);
    assert_eq!(sanitize(&clean), clean, "{text:?}");
    let inline = sanitize_inline(text);
    assert_eq!(sanitize_inline(&inline), inline, "{text:?}");
    for clean in [&clean, &inline] {
        let tags = clean
            .split('<')
            .skip(1)
            .map(|tag| tag.trim_start_matches('/'));
        let names = tags.map(|tag| tag.split([' ', '>']).next().unwrap_or_default());
        for name in names {
            assert!(KEPT.contains(&name), "{name} in {clean:?} of {text:?}");
        }
    }
    assert!(to_text(text).len() <= 3 * text.len(), "{text:?}");
}

/// The tags that may stand in a page.
#[cfg(feature = "html")]
const KEPT: &[&str] = &[
    "p",
    "br",
    "hr",
    "a",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "del",
    "ins",
    "small",
    "sub",
    "sup",
    "code",
    "ruby",
    "rt",
    "rp",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "ul",
    "ol",
    "li",
];

/// Reads what each room knows and writes it again, which changes nothing.
macro_rules! rooms {
    ($( $family:ident { $( $room:ident::$extension:ident ),+ $(,)? } )+) => {
        /// Reads every room of the thing's family, and of the endpoints that an actor names.
        pub(crate) fn all_rooms(thing: &Any) {
            $( Rooms::$family(thing); )+
        }

        struct Rooms;

        #[allow(non_snake_case, reason = "the functions are named after the families")]
        impl Rooms {
            $(
                fn $family(thing: &Any) {
                    for thing in <$family as Within>::within(thing) {
                        let mut again = thing.clone();
                        $(
                            let said: activitypub::extension::$room::$extension = thing.extension();
                            again.set_extension(&said);
                        )+
                        assert_eq!(values(&again.extra), values(&thing.extra));
                    }
                }
            )+
        }
    };
}

/// What was read may be written in another order.
fn values(extra: &Extra) -> BTreeMap<&str, Option<Value>> {
    let values = extra.iter();
    values
        .map(|(name, raw)| (name, serde_json::from_str(raw).ok()))
        .collect()
}

/// The things of a family that a thing is or holds.
trait Within: Sized {
    fn within(thing: &Any) -> Vec<&Self>;
}

macro_rules! is_itself {
    ($( $family:ident: $as:ident; )+) => {
        $(
            impl Within for $family {
                fn within(thing: &Any) -> Vec<&Self> {
                    thing.$as().into_iter().collect()
                }
            }
        )+
    };
}

is_itself! {
    Object: as_object;
    Actor: as_actor;
    Activity: as_activity;
    Collection: as_collection;
    Link: as_link;
}

impl Within for Endpoints {
    fn within(thing: &Any) -> Vec<&Self> {
        let actors = thing.as_actor().into_iter();
        actors
            .flat_map(|actor| actor.endpoints.embedded())
            .collect()
    }
}

rooms! {
    Object {
        bookwyrm::Book, bookwyrm::Author, bookwyrm::ReadingStatus, bookwyrm::ListItem,
        capability::Application, conversation::Container,
        diaspora::Diaspora, diaspora::Address, diaspora::Image,
        featured_collection::FeaturedItem, fedibird::Status,
        funkwhale::Audio, funkwhale::Track, funkwhale::ArtistCredit,
        gotosocial::Interaction, identity::VerifiableIdentityStatement,
        lemmy::CommunityTag, lemmy::Post,
        litepub::Capabilities, litepub::Message, litepub::Post, litepub::Internal,
        misskey::Note, misskey::License, mobilizon::Event, ostatus::Conversation,
        peertube::Video, peertube::Subtitle, peertube::Storyboard, peertube::PlaylistElement,
        peertube::CacheFile, peertube::WatchAction, peertube::Chapters, peertube::Comment,
        pixelfed::Note, pixelfed::Capabilities, pixelfed::Story, pixelfed::Place,
        plume::Article, quote::Quote, quote::Authorization,
        schema::Identifier, schema::Place, schema::PostalAddress,
        smithereen::Poll, smithereen::Photo, valueflows::Deal, valueflows::Quantity,
        zot::Location, zot::Post,
    }
    Actor {
        bookwyrm::Reader, capability::Application, diaspora::Diaspora, diaspora::Contact,
        featured_collection::FeaturedCollections, gotosocial::Interaction, gotosocial::WebVisibility,
        identity::Portable, lemmy::Community, lemmy::Person, litepub::Actor,
        mastodon::Devices, mastodon::Profile, misskey::Actor, mobilizon::Group, peertube::Account,
        security::VerificationMethods, smithereen::Profile, zot::Nomad,
    }
    Activity {
        conversation::Container, diaspora::Diaspora, gotosocial::Interaction, lemmy::Moderation,
        litepub::Message, litepub::Internal, misskey::Reaction, mobilizon::Participation,
        ostatus::Conversation, zot::Post,
    }
    Collection {
        bookwyrm::Shelf, conversation::Contents, featured_collection::FeaturedCollection,
        funkwhale::Library, peertube::Playlist,
    }
    Link { funkwhale::File, peertube::File, peertube::Storyboard }
    Endpoints { litepub::Endpoints, mobilizon::GroupEndpoints, smithereen::Endpoints }
}
