//! Who gets to see something: visibility both ways, recipients, mentions.

use std::collections::HashSet;

use crate::activity::Activity;
use crate::any::Any;
use crate::context::plain_name;
use crate::id::Id;
use crate::kind::LinkKind;
use crate::link::Link;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

/// The address of everyone (ActivityPub section 5.6), in the only spelling that every server reads.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Whether an id is the address of everyone, in any of the three spellings that are in use.
#[must_use]
pub fn is_public(id: &Id) -> bool {
    matches!(id.as_str(), PUBLIC | "as:Public" | "Public")
}

/// Who can see a thing, in the four steps that Mastodon has and others follow.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Visibility {
    /// Everyone, and it stands in public timelines: Public is in `to`.
    Public,
    /// Everyone, but it stands in no public timeline: Public is in `cc`.
    Unlisted,
    /// The followers of its author.
    Followers,
    /// Those whom it names.
    Direct,
}

/// Makes what posts and activities can do alike.
macro_rules! addressed {
    ($family:ident) => {
        impl $family {
            /// Sets `to` and `cc` for a visibility. `followers` is the collection of the author's followers, `mentioned` are the
            /// actors whom it names.
            #[must_use]
            pub fn addressed(
                mut self,
                visibility: Visibility,
                followers: &Id,
                mentioned: &[Id],
            ) -> Self {
                let (to, cc) = addresses(visibility, Some(followers), mentioned);
                self.to = OneOrMany::many(to);
                self.cc = OneOrMany::many(cc);
                self
            }

            /// Who can see it. Whether an address is a collection of followers can only be guessed without knowing its author:
            /// here one that ends in `/followers` is. [`visibility_for`](Self::visibility_for) guesses nothing.
            #[must_use]
            pub fn visibility(&self) -> Visibility {
                visibility(&self.to, &self.cc, |id| id.as_str().ends_with("/followers"))
            }

            /// Who can see it, where `followers` is the collection of its author's followers.
            #[must_use]
            pub fn visibility_for(&self, followers: &Id) -> Visibility {
                visibility(&self.to, &self.cc, |id| id == followers)
            }

            /// The ids of all whom it is addressed to (`to`, `cc`, `bto`, `bcc`, `audience`), each once, without Public. They are
            /// actors and collections, for the caller to tell apart, and as many as the sender wanted.
            #[must_use]
            pub fn recipients(&self) -> Vec<&Id> {
                let all = [&self.to, &self.cc, &self.bto, &self.bcc, &self.audience];
                let mut seen = HashSet::new();
                all.into_iter()
                    .flat_map(OneOrMany::ids)
                    .filter(|id| !is_public(id) && seen.insert(*id))
                    .collect()
            }

            /// Without `bto` and `bcc`, in it and in what it is about, under any spelling: the form in which it may leave the server
            /// (ActivityPub section 6). Ask for the [`recipients`](Self::recipients) before.
            #[must_use]
            pub fn without_blind_recipients(mut self) -> Self {
                self.bto = OneOrMany::absent();
                self.bcc = OneOrMany::absent();
                self.extra
                    .retain(|name| !matches!(plain_name(name), "bto" | "bcc"));
                for thing in self.object.iter_mut() {
                    if let Ref::Embedded(thing) = thing {
                        **thing = std::mem::replace(&mut **thing, Any::Link(Link::default()))
                            .without_blind_recipients();
                    }
                }
                self
            }
        }
    };
}

addressed!(Object);
addressed!(Activity);

impl Any {
    /// Without `bto` and `bcc`, as [`Activity::without_blind_recipients`].
    #[must_use]
    pub fn without_blind_recipients(self) -> Self {
        match self {
            Self::Object(thing) => Self::Object(thing.without_blind_recipients()),
            Self::Activity(thing) => Self::Activity(thing.without_blind_recipients()),
            Self::Actor(mut thing) => {
                thing.bto = OneOrMany::absent();
                thing.bcc = OneOrMany::absent();
                thing
                    .extra
                    .retain(|name| !matches!(plain_name(name), "bto" | "bcc"));
                Self::Actor(thing)
            }
            Self::Collection(mut thing) => {
                thing.bto = OneOrMany::absent();
                thing.bcc = OneOrMany::absent();
                thing
                    .extra
                    .retain(|name| !matches!(plain_name(name), "bto" | "bcc"));
                Self::Collection(thing)
            }
            Self::Link(thing) => Self::Link(thing),
        }
    }
}

/// The mentions in a `tag`.
pub(crate) fn mentions(tag: &OneOrMany<Ref<Any>>) -> impl Iterator<Item = &Link> {
    links(tag).filter(|link| link.kind() == LinkKind::Mention)
}

/// The hashtags in a `tag`.
pub(crate) fn hashtags(tag: &OneOrMany<Ref<Any>>) -> impl Iterator<Item = &Link> {
    links(tag).filter(|link| link.kind() == LinkKind::Hashtag)
}

fn links(tag: &OneOrMany<Ref<Any>>) -> impl Iterator<Item = &Link> {
    tag.embedded().filter_map(|thing| match thing {
        Any::Link(link) => Some(link),
        _ => None,
    })
}

/// `to` and `cc`. Without a collection of followers they are left out, so that a post for followers reaches fewer, never more.
pub(crate) fn addresses(
    visibility: Visibility,
    followers: Option<&Id>,
    mentioned: &[Id],
) -> (Vec<Id>, Vec<Id>) {
    let followers = followers.cloned().into_iter();
    let mentioned = mentioned.iter().cloned();
    let public = std::iter::once(Id::new(PUBLIC));
    match visibility {
        Visibility::Public => (public.collect(), followers.chain(mentioned).collect()),
        Visibility::Unlisted => (followers.collect(), public.chain(mentioned).collect()),
        Visibility::Followers => (followers.collect(), mentioned.collect()),
        Visibility::Direct => (mentioned.collect(), Vec::new()),
    }
}

fn visibility(
    to: &OneOrMany<Ref<Any>>,
    cc: &OneOrMany<Ref<Any>>,
    followers: impl Fn(&Id) -> bool,
) -> Visibility {
    if to.ids().any(is_public) {
        Visibility::Public
    } else if cc.ids().any(is_public) {
        Visibility::Unlisted
    } else if to.ids().chain(cc.ids()).any(followers) {
        Visibility::Followers
    } else {
        Visibility::Direct
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_public_is_the_same_class() {
        for spelling in [PUBLIC, "as:Public", "Public"] {
            let note = Object::from_slice(
                format!(r#"{{"to":"{spelling}","cc":["https://a.example/followers"]}}"#).as_bytes(),
            );
            assert_eq!(note.as_ref().unwrap().visibility(), Visibility::Public);
            assert_eq!(note.unwrap().recipients(), ["https://a.example/followers"]);
        }
        assert_eq!(Object::default().visibility(), Visibility::Direct);
    }

    #[test]
    fn what_is_addressed_reads_back() {
        let (followers, bob) = (
            Id::new("https://a.example/1/x"),
            Id::new("https://b.example/bob"),
        );
        for visibility in [
            Visibility::Public,
            Visibility::Unlisted,
            Visibility::Followers,
            Visibility::Direct,
        ] {
            let note = Object::note("https://a.example/2", "https://a.example/1", "").addressed(
                visibility,
                &followers,
                std::slice::from_ref(&bob),
            );
            assert_eq!(note.visibility_for(&followers), visibility);
            assert!(note.recipients().contains(&&bob));
        }
    }

    #[test]
    fn blind_recipients_leave_no_trace() {
        let activity = Activity::from_slice(
            br#"{"type":"Undo","bto":"b:1","as:bcc":["b:2"],"bcc":null,"https://www.w3.org/ns/activitystreams#bto":"b:3",
            "object":{"type":"Create","bcc":"b:4","object":{"type":"Note","bto":5,"as:bto":"b:6","to":"b:7"}}}"#,
        )
        .unwrap();
        let text = activity.without_blind_recipients().to_string();
        assert_eq!(
            text,
            r#"{"type":"Undo","object":{"type":"Create","object":{"type":"Note","to":"b:7"}}}"#
        );
    }
}
