//! Documents that chance makes out of the vocabulary, and posts out of drafts.

use activitypub::addressing::Visibility;
use activitypub::compose::{Attachment, Draft};
use activitypub::{Activity, Actor, Any, Collection, Id, Link, Object, OneOrMany};
use chrono::{DateTime, TimeDelta};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::questions;

/// What a property holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Holds {
    Text,
    Id,
    Ids,
    Thing,
    Types,
    Time,
    Count,
    Number,
    Truth,
    Languages,
    Anything,
}

use Holds::{Anything, Count, Ids, Languages, Number, Text, Thing, Time, Truth, Types};

/// The properties of all families and of some rooms.
const PROPERTIES: &[(&str, Holds)] = &[
    ("id", Holds::Id),
    ("type", Types),
    ("name", Text),
    ("nameMap", Languages),
    ("summary", Text),
    ("content", Text),
    ("contentMap", Languages),
    ("mediaType", Text),
    ("published", Time),
    ("updated", Time),
    ("endTime", Time),
    ("closed", Time),
    ("attributedTo", Thing),
    ("inReplyTo", Thing),
    ("to", Ids),
    ("cc", Ids),
    ("bto", Ids),
    ("bcc", Ids),
    ("audience", Ids),
    ("tag", Thing),
    ("attachment", Thing),
    ("icon", Thing),
    ("image", Thing),
    ("url", Thing),
    ("replies", Thing),
    ("context", Thing),
    ("oneOf", Thing),
    ("anyOf", Thing),
    ("votersCount", Count),
    ("totalItems", Count),
    ("width", Count),
    ("latitude", Number),
    ("focalPoint", Number),
    ("sensitive", Truth),
    ("blurhash", Text),
    ("actor", Thing),
    ("object", Thing),
    ("target", Thing),
    ("href", Holds::Id),
    ("rel", Text),
    ("items", Thing),
    ("orderedItems", Thing),
    ("first", Thing),
    ("inbox", Ids),
    ("outbox", Ids),
    ("followers", Ids),
    ("preferredUsername", Text),
    ("publicKey", Thing),
    ("publicKeyPem", Text),
    ("owner", Holds::Id),
    ("endpoints", Thing),
    ("sharedInbox", Holds::Id),
    ("alsoKnownAs", Ids),
    ("movedTo", Ids),
    ("value", Text),
    ("quote", Thing),
    ("quoteUrl", Holds::Id),
    ("_misskey_quote", Holds::Id),
    ("_misskey_reaction", Text),
    ("conversation", Holds::Id),
    ("language", Thing),
    ("views", Count),
    ("stickied", Truth),
    ("moderators", Ids),
    ("interactionPolicy", Thing),
    ("zot", Anything),
    ("@context", Anything),
];

const TYPES: &[&str] = &[
    "Note",
    "Article",
    "Question",
    "Video",
    "Image",
    "Document",
    "Event",
    "Tombstone",
    "Emoji",
    "PropertyValue",
    "ChatMessage",
    "Person",
    "Group",
    "Service",
    "Create",
    "Like",
    "EmojiReact",
    "Announce",
    "Flag",
    "Collection",
    "OrderedCollectionPage",
    "Link",
    "Mention",
    "Hashtag",
    "as:Note",
    "https://www.w3.org/ns/activitystreams#Person",
    "Zot",
];

const IDS: &[&str] = &[
    "https://a.example/alice",
    "https://a.example/alice/followers",
    "https://b.example/1",
    "https://www.w3.org/ns/activitystreams#Public",
    "as:Public",
    "https://a.example/#Public",
    "ap://did:key:z6MkrJVn/1",
    "https://a.example/.well-known/apgateway/did:key:z6MkrJVn/1",
    "javascript:alert(1)",
    "tag:a.example,2026:1",
    "",
];

const TEXTS: &[&str] = &[
    "",
    "alice",
    "yes",
    ":cat:",
    "\u{1f600}",
    "image/png",
    "video/mp4",
    "<p>Hi <a href=\"https://a.example/\">there</a></p>",
    "<span class=\"quote-inline\">RE: x</span>",
    "RE: https://b.example/1",
    "\u{202e}\u{0}\n",
    "en",
    "true",
    "7",
];

const TIMES: &[&str] = &[
    "2026-01-31T12:00:00Z",
    "2026-01-31T12:00:00.123456+01:00",
    "2026-01-31T12:00:00",
    "2026-01-31T12:00:00+0000",
    "9999-12-31T23:59:60Z",
    "yesterday",
];

fn text(of: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(of).prop_map(Value::from).boxed()
}

fn right(holds: Holds, thing: &BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    match holds {
        Text => prop_oneof![3 => text(TEXTS), 1 => any::<String>().prop_map(Value::from)].boxed(),
        Holds::Id | Ids => text(IDS),
        Thing => prop_oneof![text(IDS), thing.clone()].boxed(),
        Types => text(TYPES),
        Time => text(TIMES),
        Count => any::<u64>().prop_map(Value::from).boxed(),
        Number => prop_oneof![
            (-2_i64..2).prop_map(Value::from),
            select(&[0.5, -1.5, 1e300][..]).prop_map(Value::from)
        ]
        .boxed(),
        Truth => any::<bool>().prop_map(Value::from).boxed(),
        Languages => vec((select(&["en", "de", "en-GB", "x"][..]), text(TEXTS)), 0..3)
            .prop_map(|texts| {
                texts
                    .into_iter()
                    .map(|(tag, text)| (tag.to_owned(), text))
                    .collect()
            })
            .prop_map(Value::Object)
            .boxed(),
        Anything => prop_oneof![
            thing.clone(),
            Just(json!("https://www.w3.org/ns/activitystreams")),
            Just(json!(["a:1", {"actor": "a:2", "as:to": {"@id": "as:to"}}])),
        ]
        .boxed(),
    }
}

fn member(thing: &BoxedStrategy<Value>) -> BoxedStrategy<(String, Value)> {
    let thing = thing.clone();
    select(PROPERTIES)
        .prop_flat_map(move |(name, holds)| {
            let others = [Text, Thing, Types, Time, Count, Number, Truth, Languages];
            let thing_of_others = thing.clone();
            let wrong = select(others.to_vec())
                .prop_flat_map(move |holds| right(holds, &thing_of_others))
                .boxed();
            let one =
                prop_oneof![12 => right(holds, &thing), 2 => wrong, 1 => Just(Value::Null)].boxed();
            let value = prop_oneof![3 => one.clone(), 1 => vec(one, 0..4).prop_map(Value::from)];
            (spelled(name), value)
        })
        .boxed()
}

/// Mostly as everybody spells it.
fn spelled(name: &'static str) -> impl Strategy<Value = String> {
    let other = match name {
        "id" | "type" => format!("@{name}"),
        "publicKey" | "owner" | "publicKeyPem" => format!("sec:{name}"),
        _ => format!("as:{name}"),
    };
    let iri = format!("https://www.w3.org/ns/activitystreams#{name}");
    prop_oneof![18 => Just(name.to_owned()), 1 => Just(other), 1 => Just(iri)]
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = vec(member(&text(IDS)), 1..4);
    let object = |members: Vec<(String, Value)>| Value::Object(members.into_iter().collect());
    let thing = leaf.prop_map(object).boxed();
    let thing = vec(member(&thing), 1..7).prop_map(object).boxed();
    let thing = prop_oneof![
        3 => (text(TYPES), thing.clone()).prop_map(|(name, mut thing)| {
            thing["type"] = name;
            thing
        }),
        1 => thing,
    ]
    .boxed();
    (text(TYPES), vec(member(&thing), 1..16)).prop_map(|(name, members)| {
        let mut document: Map<String, Value> = members.into_iter().collect();
        document.insert("type".to_owned(), name);
        Value::Object(document)
    })
}

/// The names by which the values of two objects differ.
fn changed<'a>(one: &'a Value, other: &'a Value) -> Vec<&'a String> {
    let (one, other) = (one.as_object().unwrap(), other.as_object().unwrap());
    let names = one
        .keys()
        .chain(other.keys().filter(|name| !one.contains_key(*name)));
    names
        .filter(|name| one.get(*name) != other.get(*name))
        .collect()
}

fn spellings(name: &str) -> [String; 3] {
    let iri = format!("https://www.w3.org/ns/activitystreams#{name}");
    [name.to_owned(), format!("as:{name}"), iri]
}

/// Under which name a property stands after a change that nothing else took part in.
fn only_spelling(name: &str, before: &Value, after: &Value) -> String {
    let spellings = spellings(name);
    let names = changed(before, after);
    assert!(!names.is_empty());
    let mut others = names.iter().filter(|name| !spellings.contains(name));
    assert_eq!(others.next(), None);
    let there = spellings
        .into_iter()
        .filter(|name| after.get(name).is_some());
    let there: Vec<String> = there.collect();
    assert_eq!(there.len(), 1, "{there:?}");
    there.concat()
}

proptest! {
    #[test]
    fn what_is_read_is_written(document in document()) {
        let text = document.to_string();
        let thing = Any::from_slice(text.as_bytes()).unwrap();
        prop_assert_eq!(&thing.to_value().unwrap(), &document);
        prop_assert_eq!(&Any::from_slice(&thing.to_vec()).unwrap(), &thing);
        for value in [
            Object::from_slice(text.as_bytes()).unwrap().to_value(),
            Actor::from_slice(text.as_bytes()).unwrap().to_value(),
            Activity::from_slice(text.as_bytes()).unwrap().to_value(),
            Collection::from_slice(text.as_bytes()).unwrap().to_value(),
            Link::from_slice(text.as_bytes()).unwrap().to_value(),
        ] {
            prop_assert_eq!(&value.unwrap(), &document);
        }
    }

    #[test]
    fn every_problem_is_where_it_is_told(document in document()) {
        for problem in Any::from_slice(document.to_string().as_bytes()).unwrap().problems() {
            prop_assert!(document.pointer(&problem.path).is_some(), "{} in {}", problem, document);
        }
    }

    #[test]
    fn changing_a_property_changes_nothing_else(document in document()) {
        let read = || Object::from_slice(document.to_string().as_bytes()).unwrap();

        let mut object = read();
        object.name = Some("\u{1}changed".to_owned());
        let after = object.to_value().unwrap();
        prop_assert_eq!(&after[only_spelling("name", &document, &after)], "\u{1}changed");

        let mut object = read();
        object.to.push("a:new");
        let after = object.to_value().unwrap();
        only_spelling("to", &document, &after);

        let mut object = read();
        object.extra.set("new", 1).unwrap();
        let after = object.to_value().unwrap();
        prop_assert_eq!(changed(&document, &after), ["new"]);
        object.extra.remove("new");
        prop_assert_eq!(object.to_value().unwrap(), document);
    }

    #[test]
    fn every_question_has_an_answer(document in document()) {
        let text = document.to_string();
        questions::ask_everything(&Any::from_slice(text.as_bytes()).unwrap());
        questions::all_rooms(&Any::Object(Object::from_slice(text.as_bytes()).unwrap()));
        questions::all_rooms(&Any::Actor(Actor::from_slice(text.as_bytes()).unwrap()));
    }

    #[test]
    fn a_post_says_what_its_draft_asked_for(
        content in "[ -~äß\u{1f600}\n]{0,80}",
        title in proptest::option::of("[A-Za-z<&]{1,10}"),
        warning in proptest::option::of("[A-Za-z<&]{1,10}"),
        description in any::<String>(),
        answers in vec("[a-z]{1,5}", 0..4),
        several in any::<bool>(),
        days in 0_i64..10_000,
        visibility in select(vec![Visibility::Public, Visibility::Unlisted, Visibility::Followers, Visibility::Direct]),
        (parent, quoted) in (proptest::option::of(Just("https://b.example/1")), proptest::option::of(Just("https://b.example/2"))),
    ) {
        let mut alice = Actor::person("https://a.example/a", "a", "https://a.example/a/inbox");
        alice.followers = OneOrMany::one("https://a.example/a/followers");
        let time = DateTime::UNIX_EPOCH + TimeDelta::days(days);
        let mut draft = Draft::new(format!("@bob@b.example {content}"))
            .mention("@bob@b.example", "https://b.example/bob", "https://b.example/@bob")
            .attach(Attachment::new("image/png", "https://a.example/x.png").description(description.clone()))
            .language("en")
            .visibility(visibility)
            .published(time);
        if let Some(title) = &title {
            draft = draft.title(title);
        }
        if let Some(warning) = &warning {
            draft = draft.content_warning(warning);
        }
        if let Some(parent) = parent {
            draft = draft.in_reply_to(parent);
        }
        if let Some(quoted) = quoted {
            draft = draft.quote(quoted, quoted);
        }
        if !answers.is_empty() {
            draft = if several {
                draft.poll_of_several(answers.clone(), time)
            } else {
                draft.poll(answers.clone(), time)
            };
        }
        let written = draft.into_post("https://a.example/1", &alice).to_vec();
        let post = Object::from_slice(&written).unwrap();

        prop_assert!(post.is_post());
        prop_assert_eq!(post.problems(), vec![]);
        prop_assert_eq!(post.author_id().unwrap(), "https://a.example/a");
        prop_assert_eq!(post.visibility(), visibility);
        prop_assert_eq!(post.title(), title.as_deref());
        let warned = post.content_warning().map(str::to_owned);
        prop_assert_eq!(warned.is_some(), warning.is_some());
        prop_assert_eq!(post.language(), Some("en".to_owned()));
        prop_assert_eq!(post.content_in("en"), post.content.as_deref());
        prop_assert_eq!(post.parent_id().cloned(), parent.map(Id::from));
        prop_assert_eq!(post.quoted().and_then(|it| it.id), quoted.map(Id::from));
        prop_assert_eq!(post.published.as_ref().unwrap().to_utc(), time);
        prop_assert!(post.recipients().iter().any(|id| **id == "https://b.example/bob"));
        prop_assert_eq!(post.mentions().count(), 1);
        let media = post.media();
        prop_assert_eq!(media.len(), 1);
        let said = Some(description).filter(|text| !text.trim().is_empty());
        prop_assert_eq!(&media[0].description, &said);
        let poll = post.poll().map(|poll| {
            let names = poll.options.iter().map(|option| option.name.to_owned());
            (names.collect::<Vec<_>>(), poll.multiple)
        });
        prop_assert_eq!(poll, (!answers.is_empty()).then_some((answers, several)));
        questions::ask_everything(&Any::Object(post));
    }
}
