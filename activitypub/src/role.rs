//! Roles instead of type names: what a thing is to the one who receives it.
//!
//! Servers call the same thing by many names, and new names come; whoever compares `type` with a list of their own loses posts.
//!
//! | question | yes for |
//! | --- | --- |
//! | [`Object::is_post`] | `Note`, `Article`, `Page`, `Question`, `Event`, `Video`, … of an author, as it lists |
//! | [`Object::is_poll`] | what has answers to choose from, mostly a `Question` |
//! | [`Object::is_vote`](crate::poll) | a `Note` with a name and without a text, in reply to something |
//! | [`Object::is_chat_message`] | Pleroma's and Lemmy's `ChatMessage` |
//! | [`Object::is_tombstone`] | `Tombstone` |
//! | [`Actor::is_group`] | `Group`: Lemmy's communities, PeerTube's channels, Guppe, Friendica's forums |
//! | [`Actor::is_bot`] | `Service`, `Application` |
//! | [`Activity::is_reaction`] | `Like`, `Dislike`, `EmojiReact` |
//! | [`Activity::is_boost`] | an `Announce` of a post |
//! | [`Activity::is_group_post`] | an `Announce` of an activity (FEP-1b12) |
//! | [`Activity::is_report`] | `Flag` |
//!
//! [`Any`] answers all of them. Which family a thing of unknown type belongs to is told by its shape, as FEP-2277 proposes: see [`Any`].

use crate::activity::Activity;
use crate::actor::Actor;
use crate::any::Any;
use crate::collection::Collection;
use crate::kind::{ActivityKind, ActorKind, ObjectKind};
use crate::link::Link;
use crate::object::Object;
use crate::property::{OneOrMany, TypeName};

impl Object {
    /// Whether it is something that someone has published for others to read, see or hear.
    ///
    /// Posts are `Note`, `Article`, `Page`, `Question`, `Event`, BookWyrm's `Review`, `Comment`, `Quotation`, `Rating` and
    /// `GeneratedNote`, and Pixelfed's `Story`. The types that attachments have too (`Image`, `Video`, `Audio`, `Document`) are posts if
    /// they name an author (`attributedTo`), and so are unknown types that also have a text (`content` or `name`). Votes and chat
    /// messages are none.
    #[must_use]
    pub fn is_post(&self) -> bool {
        if has_type(&self.types, POSTS) {
            return !self.is_vote();
        }
        if self.attributed_to.is_empty() || has_type(&self.types, OTHERS) {
            return false;
        }
        has_type(&self.types, MEDIA)
            || self.content.is_some()
            || self.content_map.is_some()
            || self.name.is_some()
    }

    /// Whether one may choose among answers.
    #[must_use]
    pub fn is_poll(&self) -> bool {
        !self.one_of.is_empty() || !self.any_of.is_empty()
    }

    /// Whether it is a message between two people, outside all timelines (litepub's `ChatMessage`).
    #[must_use]
    pub fn is_chat_message(&self) -> bool {
        has_type(&self.types, &["ChatMessage"])
    }

    /// Whether it is what is left of a deleted thing.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.kind() == ObjectKind::Tombstone
    }
}

impl Actor {
    /// Whether it is a group, community or channel.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.kind() == ActorKind::Group
    }

    /// Whether it says that it is a program (as Mastodon reads it).
    #[must_use]
    pub fn is_bot(&self) -> bool {
        matches!(self.kind(), ActorKind::Service | ActorKind::Application)
    }
}

impl Activity {
    /// Whether it says what its actor feels about a thing; [`reaction`](Self::reaction) tells what.
    #[must_use]
    pub fn is_reaction(&self) -> bool {
        matches!(
            self.kind(),
            ActivityKind::Like | ActivityKind::Dislike | ActivityKind::EmojiReact
        )
    }

    /// Whether it passes on a post, so that it stands in the timelines of the actor's followers. An Announce that only names an id
    /// counts as one: what it announces is known when it was fetched.
    #[must_use]
    pub fn is_boost(&self) -> bool {
        self.kind() == ActivityKind::Announce && !self.is_group_post()
    }

    /// Whether it passes on an activity, as groups do to all who follow them (FEP-1b12).
    #[must_use]
    pub fn is_group_post(&self) -> bool {
        self.kind() == ActivityKind::Announce && matches!(self.object(), Some(Any::Activity(_)))
    }

    /// Whether it reports something to those who moderate.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.kind() == ActivityKind::Flag
    }
}

/// Makes the ways into a family, and the roles of a thing of any family.
macro_rules! of_any {
    (
        families { $( $variant:ident = $as:ident, $is:ident; )+ }
        roles { $( $family:ident: $( $role:ident ),+; )+ }
    ) => {
        impl Any {
            $(
                #[doc = concat!("The [`", stringify!($variant), "`] that it is, if it belongs to that family.")]
                #[must_use]
                pub fn $as(&self) -> Option<&$variant> {
                    match self {
                        Self::$variant(thing) => Some(thing),
                        _ => None,
                    }
                }

                #[doc = concat!("Whether it belongs to the family of [`", stringify!($variant), "`].")]
                #[must_use]
                pub fn $is(&self) -> bool {
                    self.$as().is_some()
                }
            )+
            $( $(
                #[doc = concat!("As [`", stringify!($family), "::", stringify!($role), "`]; `false` for things of other families.")]
                #[must_use]
                pub fn $role(&self) -> bool {
                    matches!(self, Self::$family(thing) if thing.$role())
                }
            )+ )+
        }
    };
}

of_any! {
    families {
        Object = as_object, is_object;
        Actor = as_actor, is_actor;
        Activity = as_activity, is_activity;
        Collection = as_collection, is_collection;
        Link = as_link, is_link;
    }
    roles {
        Object: is_post, is_poll, is_vote, is_chat_message, is_tombstone;
        Actor: is_group, is_bot;
        Activity: is_reaction, is_boost, is_group_post, is_report;
    }
}

fn has_type(types: &OneOrMany<TypeName>, names: &[&str]) -> bool {
    types.iter().any(|name| names.contains(&name.plain()))
}

/// Posts, with or without an author.
const POSTS: &[&str] = &[
    "Note",
    "Article",
    "Page",
    "Question",
    "Event",
    "Review",
    "Comment",
    "Quotation",
    "Rating",
    "GeneratedNote",
    "Story",
];

/// Posts or attachments.
const MEDIA: &[&str] = &["Audio", "Document", "Image", "Video"];

/// What is no post though it may have an author and a text.
const OTHERS: &[&str] = &[
    "ChatMessage",
    "Emoji",
    "Place",
    "Profile",
    "PropertyValue",
    "Relationship",
    "Tombstone",
];
