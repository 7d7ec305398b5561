//! One post and one actor of each platform, and what a user wants to know of them.
//!
//! Each is told twice: in a document of ours that has the form of the platform, and in a real one if a folder with some is at hand.

use std::fmt::Write as _;

use activitypub::media::Media;
use activitypub::profile::FieldValue;
use activitypub::{Activity, Actor, Any, Collection, Object};

mod blogs;
mod bookwyrm;
mod friendica;
mod funkwhale;
mod gotosocial;
mod mastodon;
mod misskey;
mod mobilizon;
mod others;
mod peertube;
mod pixelfed;
mod pleroma;
mod threadiverse;

/// Reads a document of ours and compares what it tells, line by line.
#[track_caller]
fn ours(document: &str, expected: &str) -> Any {
    tells(document.as_bytes(), expected)
}

/// Reads a real document, given by its place among those of all platforms, and compares what it tells.
#[track_caller]
fn real(file: &str, expected: &str) {
    let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: set FEDIKIT_SHARED to a folder that has a corpus in it");
        return;
    };
    let path = std::path::Path::new(&shared).join("corpus/wild").join(file);
    match std::fs::read(&path) {
        Ok(bytes) => drop(tells(&bytes, expected)),
        Err(error) => println!("skipped: {file}: {error}"),
    }
}

#[track_caller]
fn tells(document: &[u8], expected: &str) -> Any {
    let thing = Any::from_slice(document).unwrap();
    let told = told(&thing);
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "\n{told}");
    thing
}

/// The post, which stands alone or in activities.
fn post_of(thing: &Any) -> &Object {
    match thing {
        Any::Object(object) => object,
        Any::Activity(activity) => post_of(activity.object().unwrap()),
        _ => panic!("no post: {thing}"),
    }
}

/// What a user wants to know, a line for each thing that there is to know.
fn told(thing: &Any) -> String {
    let mut lines = String::new();
    match thing {
        Any::Object(object) => post(object, &mut lines),
        Any::Actor(actor) => profile(actor, &mut lines),
        Any::Activity(activity) => deed(activity, &mut lines),
        Any::Collection(collection) => list(collection, &mut lines),
        _ => {}
    }
    for problem in thing.problems() {
        line(&mut lines, "odd", problem);
    }
    lines
}

fn post(post: &Object, lines: &mut String) {
    let roles = [
        (post.is_post(), "post"),
        (post.is_poll(), "poll"),
        (post.is_vote(), "vote"),
        (post.is_chat_message(), "chat"),
        (post.is_tombstone(), "gone"),
    ];
    let roles: Vec<_> = roles
        .into_iter()
        .filter_map(|(is, role)| is.then_some(role))
        .collect();
    line(lines, post.kind().as_str(), roles.join(" "));
    some(lines, "choice", post.vote().map(|vote| vote.choice));
    some(lines, "author", post.author_id());
    many(lines, "group", post.groups());
    some(lines, "page", post.page());
    some(lines, "title", post.title());
    some(lines, "warning", post.content_warning());
    some(lines, "text", post.content.as_deref().map(beginning));
    some(lines, "language", post.language());
    some(
        lines,
        "published",
        post.published.as_ref().map(|time| time.to_utc()),
    );
    some(
        lines,
        "starts",
        post.start_time.as_ref().map(|time| time.to_utc()),
    );
    let place = post.location.embedded().find_map(Any::as_object);
    some(lines, "place", place.and_then(|place| place.name.as_ref()));
    if post.is_post() || post.is_chat_message() {
        line(lines, "visibility", format!("{:?}", post.visibility()));
    }
    some(
        lines,
        "sensitive",
        post.sensitive.filter(|sensitive| *sensitive),
    );
    some(lines, "answers", post.parent_id());
    some(lines, "conversation", post.conversation_id());
    some(lines, "replies", post.replies_id());
    if let Some(quoted) = post.quoted() {
        let id = quoted.id.map(|id| id.to_string()).unwrap_or_default();
        line(lines, "quotes", format!("{id} by {:?}", quoted.property));
    }
    many(
        lines,
        "mentions",
        post.mentions().filter_map(|link| link.href.as_ref()),
    );
    many(
        lines,
        "hashtag",
        post.hashtags().filter_map(|link| link.name.as_ref()),
    );
    many(
        lines,
        "emoji",
        post.emojis()
            .map(|emoji| format!("{} {}", emoji.shortcode, emoji.picture)),
    );
    many(lines, "media", post.media().iter().map(medium));
    some(lines, "links to", post.linked_page());
    if let Some(poll) = post.poll() {
        for option in &poll.options {
            line(
                lines,
                "answer",
                format!("{} {:?}", option.name, option.votes),
            );
        }
        line(lines, "multiple", poll.multiple);
        some(lines, "voters", poll.voters);
        some(lines, "ends", poll.ends);
    }
}

fn profile(actor: &Actor, lines: &mut String) {
    line(lines, actor.kind().as_str(), "");
    some(lines, "handle", actor.handle());
    some(lines, "name", actor.name.as_ref());
    some(lines, "page", actor.page());
    some(
        lines,
        "about",
        actor
            .summary
            .as_deref()
            .filter(|text| !text.is_empty())
            .map(beginning),
    );
    some(
        lines,
        "locked",
        actor.manually_approves_followers.filter(|locked| *locked),
    );
    some(lines, "inbox", actor.inbox.id());
    some(lines, "shared inbox", actor.shared_inbox());
    some(lines, "followers", actor.followers.id());
    some(lines, "pinned", actor.featured.id());
    many(
        lines,
        "key",
        actor.public_keys().filter_map(|key| key.id.as_ref()),
    );
    some(lines, "moved to", actor.moved_to.id());
    many(lines, "also known as", actor.also_known_as.ids());
    many(lines, "moderator", actor.attributed_to.ids());
    some(lines, "avatar", actor.avatar().map(|picture| picture.url));
    some(lines, "header", actor.header().map(|picture| picture.url));
    many(
        lines,
        "field",
        actor.fields().map(|field| match field.value {
            FieldValue::Html(html) => format!("{}: {}", field.name, beginning(html)),
            FieldValue::Href(href) => format!("{}: {href}", field.name),
            _ => unreachable!(),
        }),
    );
    many(
        lines,
        "emoji",
        actor
            .emojis()
            .map(|emoji| format!("{} {}", emoji.shortcode, emoji.picture)),
    );
}

fn deed(activity: &Activity, lines: &mut String) {
    line(lines, activity.kind().as_str(), "");
    some(lines, "actor", activity.actor_id());
    some(lines, "target", activity.target.id());
    if let Some(reaction) = activity.reaction() {
        line(lines, "reaction", format!("{:?}", reaction.kind));
        some(lines, "with", reaction.emoji);
        some(lines, "picture", reaction.custom.map(|emoji| emoji.picture));
    }
    if let Some(passed_on) = activity.group_post() {
        line(lines, "group post of", passed_on.group);
    }
    for object in activity.object.iter() {
        match object.embedded() {
            Some(Any::Object(object)) => post(object, lines),
            Some(Any::Activity(inner)) => deed(inner, lines),
            Some(Any::Actor(actor)) => profile(actor, lines),
            Some(Any::Collection(collection)) => list(collection, lines),
            _ => some(lines, "object", object.id()),
        }
    }
}

fn list(collection: &Collection, lines: &mut String) {
    line(lines, collection.kind().as_str(), "");
    some(lines, "title", collection.name.as_ref());
    some(lines, "of", collection.attributed_to.id());
    some(lines, "count", collection.total_items);
    some(lines, "first", collection.first.id());
    line(lines, "here", collection.things().count());
}

fn medium(medium: &Media) -> String {
    let mut told = format!("{:?} {}", medium.kind, medium.url);
    if let (Some(width), Some(height)) = (medium.width, medium.height) {
        let _ = write!(told, " {width}x{height}");
    }
    if let Some(description) = &medium.description {
        let _ = write!(told, " {}", beginning(description));
    }
    told
}

/// Enough of a text to know it by.
fn beginning(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(40)
        .collect::<String>()
        .trim()
        .to_owned()
}

fn line(lines: &mut String, what: &str, value: impl std::fmt::Display) {
    let _ = writeln!(lines, "{}", format!("{what} {value}").trim());
}

fn some(lines: &mut String, what: &str, value: Option<impl std::fmt::Display>) {
    many(lines, what, value);
}

fn many(lines: &mut String, what: &str, values: impl IntoIterator<Item = impl std::fmt::Display>) {
    for value in values {
        line(lines, what, value);
    }
}
