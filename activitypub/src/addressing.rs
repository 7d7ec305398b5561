//! Who gets to see something: visibility both ways, recipients, mentions.

use std::collections::HashSet;

use crate::activity::Activity;
use crate::any::Any;
use crate::id::Id;
use crate::kind::LinkKind;
use crate::link::Link;
use crate::object::Object;
use crate::origin;
use crate::property::{OneOrMany, Ref};

mod blind;

/// The address of everyone (ActivityPub section 5.6), in the only spelling that every server reads.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Whether an id is the address of everyone, in any of the three spellings that are in use.
#[must_use]
pub fn is_public(id: &Id) -> bool {
    matches!(id.as_str(), PUBLIC | "as:Public" | "Public")
}

/// Whether an id is the address of everyone on one server, as Pleroma and Akkoma write it: `https://example.com/#Public`, an
/// origin as browsers spell it and nothing else.
#[must_use]
pub fn is_local_public(id: &Id) -> bool {
    let Some(server) = id.as_str().strip_suffix("/#Public") else {
        return false;
    };
    let origin = origin::web(id).map(|url| url.origin().ascii_serialization());
    origin.as_deref() == Some(server)
}

/// Who can see a thing, in the steps that Mastodon has and others follow.
///
/// There is no step for "mutuals", "circle" or "limited": what travels is a list of actors, and nothing in it says how the author
/// chose them. Such a post is [`Direct`](Self::Direct), which shows it to those whom it names and to nobody else.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Visibility {
    /// Everyone, and it stands in public timelines: Public is in `to`.
    Public,
    /// Everyone, but it stands in no public timeline: Public is in `cc`.
    Unlisted,
    /// Everyone on the author's server, and nobody elsewhere: see [`is_local_public`].
    Local,
    /// The followers of its author.
    Followers,
    /// Those whom it names.
    Direct,
}

impl Any {
    /// Who can see a post or an activity, as [`Object::visibility`] says; actors, collections and links have no such steps.
    #[must_use]
    pub fn visibility(&self) -> Option<Visibility> {
        match self {
            Self::Object(object) => Some(object.visibility()),
            Self::Activity(activity) => Some(activity.visibility()),
            Self::Actor(_) | Self::Collection(_) | Self::Link(_) => None,
        }
    }
}

/// Makes what posts and activities can do alike.
macro_rules! addressed {
    ($family:ident) => {
        impl $family {
            /// Sets `to` and `cc` for a visibility. `followers` is the collection of the author's followers, `mentioned` are the
            /// actors whom it names.
            #[must_use]
            pub fn addressed(
                self,
                visibility: Visibility,
                followers: &Id,
                mentioned: &[Id],
            ) -> Self {
                let (to, cc) = addresses(visibility, Some(followers), mentioned);
                self.to(to).cc(cc)
            }

            /// Sets the first addressees, in place of those that it had.
            #[must_use]
            pub fn to<I: Into<Id>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
                self.to = OneOrMany::many(ids.into_iter().map(Into::into));
                self
            }

            /// Sets the further addressees, in place of those that it had.
            #[must_use]
            pub fn cc<I: Into<Id>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
                self.cc = OneOrMany::many(ids.into_iter().map(Into::into));
                self
            }

            /// Who can see it. Whether an address is a collection of followers can only be guessed without knowing its author:
            /// here one is that has `followers` in its path. [`visibility_for`](Self::visibility_for) guesses nothing.
            #[must_use]
            pub fn visibility(&self) -> Visibility {
                visibility(&self.to, &self.cc, |id| {
                    id.as_str()
                        .split(['/', '?', '#'])
                        .any(|step| step == "followers")
                })
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
        }
    };
}

addressed!(Object);
addressed!(Activity);

impl Activity {
    /// The ids of all whom it, the things that it carries and their mentions name, each once, without Public: whoever on this server
    /// may want to hear of it. Whom it is delivered to is for [`recipients`](Self::recipients) to say.
    #[must_use]
    pub fn everyone_named(&self) -> Vec<&Id> {
        let carried = || {
            self.object.embedded().filter_map(|thing| match thing {
                Any::Object(object) => Some(object),
                _ => None,
            })
        };
        let tags = std::iter::once(&self.tag).chain(carried().map(|object| &object.tag));
        let mut seen = HashSet::new();
        self.recipients()
            .into_iter()
            .chain(carried().flat_map(Object::recipients))
            .chain(
                tags.flat_map(mentions)
                    .filter_map(|link| link.href.as_ref()),
            )
            .filter(|id| seen.insert(*id))
            .collect()
    }

    /// Gives it the recipients of the object that it carries, and that its own (ActivityPub section 6.2, for a Create that a client
    /// sent). Several objects keep each their own: to give all of them the recipients of all would show them to others than
    /// was asked for.
    #[must_use]
    pub fn with_recipients_shared(mut self) -> Self {
        if self.object.len() == 1
            && let Some(Ref::Embedded(thing)) = self.object.iter_mut().next()
            && let Any::Object(object) = &mut **thing
        {
            for (ours, theirs) in [
                (&mut self.to, &mut object.to),
                (&mut self.cc, &mut object.cc),
                (&mut self.bto, &mut object.bto),
                (&mut self.bcc, &mut object.bcc),
                (&mut self.audience, &mut object.audience),
            ] {
                add_missing(ours, theirs);
                add_missing(theirs, ours);
            }
        }
        self
    }

    /// Where a server passes on an activity that it sees for the first time (ActivityPub section 7.1.2): the collections of its own
    /// among `to`, `cc` and `audience`, if the activity is about something of its own, in `inReplyTo`, `object`, `target` or `tag`,
    /// also of what stands inside these, four levels deep. Else nowhere.
    ///
    /// What is passed on are the bytes that came: the signature of an activity that was written again may no longer hold.
    #[must_use]
    pub fn forward_to(
        &self,
        is_our_collection: impl Fn(&Id) -> bool,
        is_ours: impl Fn(&Id) -> bool,
    ) -> Vec<&Id> {
        let mut seen = HashSet::new();
        let collections: Vec<&Id> = [&self.to, &self.cc, &self.audience]
            .into_iter()
            .flat_map(OneOrMany::ids)
            .filter(|id| is_our_collection(id) && seen.insert(*id))
            .collect();
        let about = [&self.in_reply_to, &self.object, &self.target, &self.tag];
        if !collections.is_empty() && about.iter().any(|values| concerns(values, &is_ours, 4)) {
            collections
        } else {
            Vec::new()
        }
    }
}

fn concerns(values: &OneOrMany<Ref<Any>>, is_ours: &impl Fn(&Id) -> bool, levels: u8) -> bool {
    levels > 0
        && values.iter().any(|value| {
            let thing = match value {
                Ref::Id(id) => return is_ours(id),
                Ref::Embedded(thing) => &**thing,
            };
            let inner: [&OneOrMany<Ref<Any>>; 4] = match thing {
                Any::Link(link) => return link.href.as_ref().is_some_and(is_ours),
                Any::Object(thing) => {
                    let none = const { &OneOrMany::ABSENT };
                    [&thing.in_reply_to, &thing.object, none, &thing.tag]
                }
                Any::Activity(thing) => {
                    [&thing.in_reply_to, &thing.object, &thing.target, &thing.tag]
                }
                Any::Actor(_) | Any::Collection(_) => return thing.id().is_some_and(is_ours),
            };
            thing.id().is_some_and(is_ours)
                || inner
                    .iter()
                    .any(|values| concerns(values, is_ours, levels - 1))
        })
}

fn add_missing(to: &mut OneOrMany<Ref<Any>>, from: &OneOrMany<Ref<Any>>) {
    let known: HashSet<Id> = to.ids().cloned().collect();
    for id in from.ids().filter(|id| !known.contains(*id)) {
        to.push(id);
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
        Visibility::Local => {
            let origin = followers.filter_map(|id| Some(origin::web(&id)?.origin()));
            let local = origin.map(|origin| format!("{}/#Public", origin.ascii_serialization()));
            (local.map(Id::from).collect(), mentioned.collect())
        }
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
    } else if to.ids().chain(cc.ids()).any(is_local_public) {
        Visibility::Local
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
            Visibility::Local,
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

    #[test]
    fn blind_recipients_go_at_every_depth() {
        let text = r#"{"@context":[{"bto":"as:bto"}],"type":"Create","x":{"bto":"b:1","n":1.50,"y":[{"b\u0063c":"b:2"}]},
            "actor":{"type":"Person","bcc":"b:3"},"instrument":{"type":"Note","tag":[{"type":"Note","bto":"b:4"}]},
            "quote":{"type":"Note","bcc":"b:5","content":"bto"}}"#;
        let went = Any::from_slice(text.as_bytes())
            .unwrap()
            .without_blind_recipients();
        let expected = Any::from_slice(
            br#"{"@context":[{"bto":"as:bto"}],"type":"Create","x":{"n":1.50,"y":[{}]},"actor":{"type":"Person"},
            "instrument":{"type":"Note","tag":[{"type":"Note"}]},"quote":{"type":"Note","content":"bto"}}"#,
        );
        assert_eq!(went, expected.unwrap());
        assert!(went.to_string().contains("1.50"));
        let deep = format!(
            r#"{}{{"bto":"b:1"}}{}"#,
            r#"{"object":"#.repeat(63),
            "}".repeat(63)
        );
        let went = Activity::from_slice(deep.as_bytes())
            .unwrap()
            .without_blind_recipients();
        assert_eq!(went.to_string(), deep.replace(r#""bto":"b:1""#, ""));
    }

    #[test]
    fn a_local_post_is_seen_by_its_server() {
        let note = |to: &str| {
            Object::from_slice(
                format!(r#"{{"to":{to},"cc":"https://a.example/u/followers"}}"#).as_bytes(),
            )
            .unwrap()
            .visibility()
        };
        assert_eq!(note(r#""https://a.example/#Public""#), Visibility::Local);
        assert_eq!(
            note(r#"["https://a.example/#Public","as:Public"]"#),
            Visibility::Public
        );
        assert_eq!(note(r#""https://a.example/public""#), Visibility::Followers);
        for address in ["http://a.example/#Public", "https://a.example:8443/#Public"] {
            assert!(is_local_public(&address.into()), "{address}");
        }
        for address in [
            "httpx:/#Public",
            "http/#Public",
            "https:/#Public",
            "https:///#Public",
            "https:a.example/#Public",
            "https://u@a.example/#Public",
            "https://a.example/x/#Public",
            "https://a.example/?x/#Public",
            "https://a.example/#x/#Public",
            "https://a.example//#Public",
        ] {
            assert!(!is_local_public(&address.into()), "{address}");
        }
        let nowhere = Object::default().addressed(Visibility::Local, &Id::new("x:1"), &[]);
        assert_eq!(nowhere.visibility(), Visibility::Direct);
    }

    #[test]
    fn collections_of_followers_are_known_by_their_path() {
        for (to, visibility) in [
            (
                "https://a.example/users/alice/followers",
                Visibility::Followers,
            ),
            ("https://a.example/followers/alice", Visibility::Followers),
            (
                "https://a.example/alice/followers?page=1",
                Visibility::Followers,
            ),
            (
                "https://a.example/users/followersofalice",
                Visibility::Direct,
            ),
        ] {
            let note = Any::from(Object {
                to: OneOrMany::one(to),
                ..Object::default()
            });
            assert_eq!(note.visibility(), Some(visibility), "{to}");
        }
        assert_eq!(Any::Link(Link::default()).visibility(), None);
    }

    #[test]
    fn a_create_and_its_post_share_their_recipients() {
        let create = Activity::from_slice(
            br#"{"type":"Create","to":["a:1"],"bcc":"a:2","object":{"type":"Note","to":"a:3","cc":["a:1"],"audience":"a:4",
            "tag":{"type":"Mention","href":"a:5"}},"tag":[{"type":"Mention","href":"a:1"}]}"#,
        )
        .unwrap();
        assert_eq!(create.recipients(), ["a:1", "a:2"]);
        assert_eq!(create.everyone_named(), ["a:1", "a:2", "a:3", "a:4", "a:5"]);
        let create = create.with_recipients_shared();
        assert_eq!(create.recipients(), ["a:1", "a:3", "a:2", "a:4"]);
        let note = create.object().and_then(Any::as_object).unwrap();
        assert_eq!(note.recipients(), ["a:3", "a:1", "a:2", "a:4"]);

        let two = br#"{"type":"Create","to":"a:1","object":[{"to":"a:2"},{"bto":"a:3"}]}"#;
        let two = Activity::from_slice(two).unwrap();
        assert_eq!(two.clone().with_recipients_shared(), two);
    }

    #[test]
    fn an_activity_is_forwarded_if_it_is_about_what_is_ours() {
        let followers = |id: &Id| *id == "https://a.example/alice/followers";
        let ours = |id: &Id| id.as_str().starts_with("https://a.example/");
        let to = r#""to":"https://b.example/x","cc":["https://a.example/alice/followers","https://c.example/followers"]"#;
        for (about, forwarded) in [
            (
                r#""object":{"type":"Note","id":"https://b.example/1","inReplyTo":"https://a.example/1"}"#,
                true,
            ),
            (
                r#""object":{"type":"Note","inReplyTo":{"type":"Note","id":"https://a.example/1"}}"#,
                true,
            ),
            (r#""object":"https://a.example/1""#, true),
            (
                r#""object":"https://b.example/1","target":"https://a.example/1""#,
                true,
            ),
            (
                r#""object":{"type":"Note","tag":[{"type":"Mention","href":"https://a.example/alice"}]}"#,
                true,
            ),
            (
                r#""object":{"type":"Note","id":"https://b.example/1","inReplyTo":"https://b.example/0"}"#,
                false,
            ),
            (
                r#""object":{"type":"Note","content":"https://a.example/1"}"#,
                false,
            ),
        ] {
            let activity =
                Activity::from_slice(format!(r#"{{"type":"Create",{to},{about}}}"#).as_bytes())
                    .unwrap();
            assert_eq!(
                activity.forward_to(followers, ours).len(),
                usize::from(forwarded),
                "{about}"
            );
        }
        // Nobody of ours is addressed.
        let elsewhere = Activity::from_slice(
            br#"{"type":"Like","to":"as:Public","object":"https://a.example/1"}"#,
        );
        assert!(elsewhere.unwrap().forward_to(followers, ours).is_empty());
        let deep = format!(
            r#"{{{to},"object":{}"https://a.example/1"{}"#,
            r#"{"object":"#.repeat(5),
            "}".repeat(6)
        );
        assert!(
            Activity::from_slice(deep.as_bytes())
                .unwrap()
                .forward_to(followers, ours)
                .is_empty()
        );
    }
}
