//! The names of types, one open list for each family.

use crate::json::fingerprint;
use crate::property::{OneOrMany, TypeName};

/// Makes an open list of names and the question which family a name belongs to.
macro_rules! kinds {
    ($( $(#[$meta:meta])* $kind:ident of $family:ident { $( $(#[$doc:meta])* $variant:ident ),+ $(,)? } )+) => {
        /// One number for each name, so that a name is found by a binary search over numbers.
        struct Fingerprint;

        #[allow(non_upper_case_globals, reason = "the constants are the names of the types")]
        impl Fingerprint {
            $( $( const $variant: u32 = fingerprint(stringify!($variant)); )+ )+
        }

        /// This name of a type as this version has it, and the family of the things with it; it stands without prefix.
        pub(crate) fn known(name: &str) -> Option<(&'static str, FamilyName)> {
            let known = match fingerprint(name) {
                $( $( Fingerprint::$variant => (stringify!($variant), FamilyName::$family), )+ )+
                _ => return None,
            };
            (known.0 == name).then_some(known)
        }

        $(
            $(#[$meta])*
            ///
            /// A name that this version does not know is kept: read it with [`as_str`](Self::as_str).
            #[derive(Clone, Debug, Eq, Hash, PartialEq)]
            #[non_exhaustive]
            pub enum $kind {
                $( $(#[$doc])* $variant, )+
                #[doc(hidden)]
                _Unnamed(Unnamed),
            }

            impl $kind {
                /// The name as it is written in `type`.
                #[must_use]
                pub fn as_str(&self) -> &str {
                    match self {
                        $( Self::$variant => stringify!($variant), )+
                        Self::_Unnamed(name) => &name.0,
                    }
                }

                /// The kind of this name, if this version knows it.
                pub(crate) fn known(name: &str) -> Option<Self> {
                    let kind = match fingerprint(name) {
                        $( Fingerprint::$variant => Self::$variant, )+
                        _ => return None,
                    };
                    (kind.as_str() == name).then_some(kind)
                }

                /// The kind of the first of these types that this version knows, else of the first.
                pub(crate) fn of(types: &OneOrMany<TypeName>) -> Option<Self> {
                    let known = types.iter().find_map(|name| Self::known(name.plain()));
                    known.or_else(|| types.first().map(|name| name.plain().into()))
                }
            }

            impl From<&str> for $kind {
                fn from(name: &str) -> Self {
                    Self::known(name).unwrap_or_else(|| Self::_Unnamed(Unnamed(name.into())))
                }
            }

            impl From<String> for $kind {
                fn from(name: String) -> Self {
                    name.as_str().into()
                }
            }

            impl std::fmt::Display for $kind {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl AsRef<str> for $kind {
                fn as_ref(&self) -> &str {
                    self.as_str()
                }
            }
        )+
    };
}

/// A name that this version does not know. Has no public constructor: go through `From<&str>`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Unnamed(Box<str>);

kinds! {
    /// What an object is (ActivityStreams Vocabulary section 3.3, and extensions).
    ObjectKind of Object {
        /// Anything.
        Object,
        /// A long text.
        Article,
        /// A sound.
        Audio,
        /// A file.
        Document,
        /// A custom emoji (Mastodon).
        Emoji,
        /// Something that happens.
        Event,
        /// A picture.
        Image,
        /// A short text.
        Note,
        /// A web page; in Lemmy a post.
        Page,
        /// A place.
        Place,
        /// What describes an actor.
        Profile,
        /// A field of a profile (schema.org, Mastodon).
        PropertyValue,
        /// A poll: an activity in the vocabulary, a post in practice.
        Question,
        /// How two things stand to each other.
        Relationship,
        /// What is left of a deleted thing.
        Tombstone,
        /// A moving picture.
        Video,
        /// An agreement (FEP-0837).
        Agreement,
        /// An album (Funkwhale).
        Album,
        /// Consent to a boost (GoToSocial).
        AnnounceApproval,
        /// Consent to a boost (GoToSocial).
        AnnounceAuthorization,
        /// A musician (Funkwhale).
        Artist,
        /// The name under which a musician made something (Funkwhale).
        ArtistCredit,
        /// Who writes books (BookWyrm).
        Author,
        /// A copy of a file on another server (PeerTube).
        CacheFile,
        /// A message in a chat (LitePub).
        ChatMessage,
        /// What a reader says of a book (BookWyrm).
        Comment,
        /// One side of an agreement (FEP-0837).
        Commitment,
        /// A tag of a group (Lemmy).
        CommunityPostTag,
        /// A tag of a group (PieFed).
        CommunityTag,
        /// An edition of a book (BookWyrm).
        Edition,
        /// Consent to be in a collection (FEP-7aa9).
        FeatureAuthorization,
        /// One thing of a collection (FEP-7aa9).
        FeaturedItem,
        /// A post that the software wrote (BookWyrm).
        GeneratedNote,
        /// Where a place is (schema.org).
        GeoCoordinates,
        /// The checksum of a torrent (PeerTube).
        Infohash,
        /// What is offered or wanted (FEP-0837).
        Intent,
        /// Consent to a Like (GoToSocial).
        LikeApproval,
        /// Consent to a Like (GoToSocial).
        LikeAuthorization,
        /// A book on a list (BookWyrm).
        ListItem,
        /// A video of a playlist (PeerTube).
        PlaylistElement,
        /// An address (schema.org).
        PostalAddress,
        /// An offer or a request (FEP-0837).
        Proposal,
        /// A passage of a book (BookWyrm).
        Quotation,
        /// Consent to be quoted (FEP-044f).
        QuoteAuthorization,
        /// How good a book is (BookWyrm).
        Rating,
        /// Consent to an answer (GoToSocial).
        ReplyApproval,
        /// Consent to an answer (GoToSocial).
        ReplyAuthorization,
        /// What a reader says of a book at length (BookWyrm).
        Review,
        /// A book of a series (BookWyrm).
        SeriesBook,
        /// A book on a shelf (BookWyrm).
        ShelfItem,
        /// What is to be forgotten after a day (Pixelfed).
        Story,
        /// A piece of music (Funkwhale).
        Track,
        /// That somebody is also an actor (FEP-c390).
        VerifiableIdentityStatement,
        /// That somebody watched a video (PeerTube).
        WatchAction,
        /// A book in all its editions (BookWyrm).
        Work,
    }

    /// Who acts (ActivityStreams Vocabulary section 3.2).
    ActorKind of Actor {
        /// A program, such as the actor of a whole server.
        Application,
        /// A group; in Lemmy a community.
        Group,
        /// An organisation.
        Organization,
        /// A person.
        Person,
        /// A bot.
        Service,
    }

    /// What is done (ActivityStreams Vocabulary section 3.1, and extensions).
    ActivityKind of Activity {
        /// Anything.
        Activity,
        /// Anything without an object.
        IntransitiveActivity,
        /// Agrees to the object, mostly a Follow.
        Accept,
        /// Puts the object into the target.
        Add,
        /// Passes the object on: a boost.
        Announce,
        /// Has come to a place.
        Arrive,
        /// Wants no contact with the object.
        Block,
        /// Made the object.
        Create,
        /// Deletes the object.
        Delete,
        /// Dislikes the object.
        Dislike,
        /// Reacts to the object with an emoji (litepub).
        EmojiReact,
        /// Reports the object.
        Flag,
        /// Wants to hear from the object.
        Follow,
        /// Takes no notice of the object.
        Ignore,
        /// Invites the object to the target.
        Invite,
        /// Has joined the object.
        Join,
        /// Has left the object.
        Leave,
        /// Likes the object.
        Like,
        /// Has listened to the object.
        Listen,
        /// Moves the object to the target; of an actor: has a new home.
        Move,
        /// Offers the object to the target.
        Offer,
        /// Has read the object.
        Read,
        /// Refuses the object, mostly a Follow.
        Reject,
        /// Takes the object out of the target.
        Remove,
        /// Agrees for now.
        TentativeAccept,
        /// Refuses for now.
        TentativeReject,
        /// Travels to the target.
        Travel,
        /// Takes the object, an activity, back.
        Undo,
        /// Changed the object.
        Update,
        /// Has seen the object.
        View,
        /// Asks to boost the object (GoToSocial).
        AnnounceRequest,
        /// Shows an answer (PeerTube).
        ApproveReply,
        /// Asks to put the object into a collection (FEP-7aa9).
        FeatureRequest,
        /// Asks to like the object (GoToSocial).
        LikeRequest,
        /// Ends the answers to the object (Lemmy).
        Lock,
        /// Asks to quote the object (FEP-044f).
        QuoteRequest,
        /// Hides an answer (PeerTube).
        RejectReply,
        /// Asks to answer the object (GoToSocial).
        ReplyRequest,
        /// Has dealt with a report (Lemmy).
        Resolve,
        /// Warns who wrote the object (Lemmy).
        Warn,
    }

    /// What form a collection has (ActivityStreams Core section 5, and extensions).
    CollectionKind of Collection {
        /// Things in no order.
        Collection,
        /// A part of a collection.
        CollectionPage,
        /// Things in an order.
        OrderedCollection,
        /// A part of an ordered collection.
        OrderedCollectionPage,
        /// Books that somebody put together (BookWyrm).
        BookList,
        /// Actors that somebody put together (FEP-7aa9).
        FeaturedCollection,
        /// Recordings (Funkwhale).
        Library,
        /// Videos in an order (PeerTube).
        Playlist,
        /// Books that belong together (BookWyrm).
        Series,
        /// Books of a reader (BookWyrm).
        Shelf,
    }

    /// What a link is (ActivityStreams Vocabulary section 3.3, and extensions).
    LinkKind of Link {
        /// Any link.
        Link,
        /// A link to an actor who is addressed by name.
        Mention,
        /// A link to what else has the same tag (Mastodon).
        Hashtag,
    }
}

/// The five families of things.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FamilyName {
    Object,
    Actor,
    Activity,
    Collection,
    Link,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_knows_survives() {
        assert_eq!(ActivityKind::from("Zot").as_str(), "Zot");
        assert_eq!(ActivityKind::from("Create"), ActivityKind::Create);
        assert_eq!(known("Hashtag"), Some(("Hashtag", FamilyName::Link)));
        assert_eq!(known("Zot"), None);
    }
}
