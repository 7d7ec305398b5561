//! What a user asks of a document. The rest of a question is what it is about: `endpoint Inbox`, `speaks_for https://a.example/alice`.

use activitypub::origin::{self, Origin};
use activitypub::{Activity, Actor, Any, Endpoint, Id, Object, display};
use serde_json::{Value, json};

pub(super) fn answer(thing: &Any, bytes: &[u8], question: &str) -> Value {
    let (question, about) = question.split_once(' ').unwrap_or((question, ""));
    match question {
        "family" => json!(family(thing)),
        "types" => json!(thing.types().collect::<Vec<_>>()),
        "id" => json!(thing.id()),
        "problems" => {
            let problems = thing.problems();
            let problems = problems
                .iter()
                .map(|it| format!("{:?} at {}", it.reason, it.path));
            json!(problems.collect::<Vec<_>>())
        }
        "origin" => json!(thing.id().and_then(Origin::of).map(|it| it.to_string())),
        "owner" => json!(origin::owner(thing)),
        "same_origin" => {
            json!(
                thing
                    .id()
                    .is_some_and(|id| origin::same_origin(id, &about.into()))
            )
        }
        "speaks_for" => match origin::speaks_for(&Id::new(about), thing) {
            Ok(()) => json!("yes"),
            Err(error) => json!(format!("{error:?}")),
        },
        "blind" => json!(thing.clone().without_blind_recipients().to_string()),
        "visibility" => json!(thing.visibility().map(|it| format!("{it:?}"))),
        #[cfg(feature = "proof")]
        "proof" => crate::proofs::answer(bytes, about),
        #[cfg(feature = "proof")]
        "canonical" => match activitypub::proof::canonical_json(bytes) {
            Ok(text) => json!(text),
            Err(error) => json!(format!("{:?} at {}", error.refusal(), error.path())),
        },
        _ => {
            let _ = bytes;
            let in_family = match thing {
                Any::Object(object) => of_object(object, question, about),
                Any::Actor(actor) => of_actor(actor, question, about),
                Any::Activity(activity) => of_activity(activity, question),
                _ => None,
            };
            in_family.unwrap_or_else(|| panic!("nobody knows {question} of {}", family(thing)))
        }
    }
}

fn family(thing: &Any) -> &'static str {
    match thing {
        Any::Object(_) => "Object",
        Any::Actor(_) => "Actor",
        Any::Activity(_) => "Activity",
        Any::Collection(_) => "Collection",
        Any::Link(_) => "Link",
        _ => "another",
    }
}

fn of_object(object: &Object, question: &str, about: &str) -> Option<Value> {
    Some(match question {
        "is_post" => json!(object.is_post()),
        "is_vote" => json!(object.is_vote()),
        "kind" => json!(object.kind().as_str()),
        "content" => json!(object.content),
        "name" => json!(object.name),
        "name_shown" => json!(object.name.as_ref().map(|name| display::one_line(name, 40))),
        "letters_shown" => {
            let shown = object.name.as_ref().map(|name| display::one_line(name, 40));
            json!(shown.map(|name| name.len()))
        }
        "author" => json!(object.author_id()),
        "attributed_to_id" => json!(object.attributed_to_id()),
        "parent" => json!(object.parent_id()),
        "in_reply_to_id" => json!(object.in_reply_to_id()),
        "replies" => json!(object.replies_id()),
        "language" => json!(object.language()),
        "content_in" => json!(object.content_in(about)),
        "published" => json!(
            object
                .published
                .as_ref()
                .map(|time| time.to_utc().to_rfc3339())
        ),
        "page" => json!(object.page().map(String::from)),
        "web_url" => json!(object.url.web_url().map(String::from)),
        "linked_page" => json!(object.linked_page().map(String::from)),
        "media" => {
            let media = object.media();
            json!(
                media
                    .iter()
                    .map(|medium| medium.url.as_str())
                    .collect::<Vec<_>>()
            )
        }
        "focal_point" => json!(object.media().first().and_then(|medium| medium.focal_point)),
        "emojis" => json!(
            object
                .emojis()
                .map(|it| it.picture.into())
                .collect::<Vec<String>>()
        ),
        "quoted" => json!(object.quoted().and_then(|quoted| quoted.id)),
        "poll_answers" => json!(object.poll().map(|poll| poll.options.len())),
        "poll_votes" => json!(object.poll().and_then(|poll| poll.votes())),
        "groups" => json!(object.groups()),
        "recipients" => json!(object.recipients()),
        "recipient_count" => json!(object.recipients().len()),
        #[cfg(feature = "html")]
        "shown" => json!(object.content.as_deref().map(activitypub::html::sanitize)),
        #[cfg(feature = "html")]
        "text" => json!(object.content.as_deref().map(activitypub::html::to_text)),
        _ => return None,
    })
}

fn of_actor(actor: &Actor, question: &str, about: &str) -> Option<Value> {
    Some(match question {
        "kind" => json!(actor.kind().as_str()),
        "handle" => json!(actor.handle()),
        "page" => json!(actor.page().map(String::from)),
        "avatar" => json!(actor.avatar().map(|picture| String::from(picture.url))),
        "fields" => json!(actor.fields().map(|field| field.name).collect::<Vec<_>>()),
        "public_keys" => json!(actor.public_keys().count()),
        "owned_keys" => {
            let owned = actor
                .public_keys()
                .filter(|key| origin::key_is_of(key, actor));
            json!(owned.count())
        }
        "endpoint" => {
            let endpoints = [
                Endpoint::Inbox,
                Endpoint::SharedInbox,
                Endpoint::Outbox,
                Endpoint::Followers,
                Endpoint::Following,
                Endpoint::Liked,
                Endpoint::Featured,
                Endpoint::FeaturedTags,
            ];
            let mut named = endpoints.into_iter();
            let endpoint = named.find(|endpoint| format!("{endpoint:?}") == about);
            match actor.endpoint(endpoint.unwrap()) {
                Ok(url) => json!(url.as_str()),
                Err(error) => json!(format!("{error:?}")),
            }
        }
        _ => return None,
    })
}

fn of_activity(activity: &Activity, question: &str) -> Option<Value> {
    Some(match question {
        "kind" => json!(activity.kind().as_str()),
        "actor_id" => json!(activity.actor_id()),
        "object_id" => json!(activity.object_id()),
        "recipients" => json!(activity.recipients()),
        "recipient_count" => json!(activity.recipients().len()),
        "everyone_named" => json!(activity.everyone_named()),
        "object_speaks" => {
            let (actor, object) = (activity.actor_id()?, activity.object()?);
            match origin::speaks_for(actor, object) {
                Ok(()) => json!("yes"),
                Err(error) => json!(format!("{error:?}")),
            }
        }
        "votes" => json!(activity.votes().count()),
        "reaction" => json!(
            activity
                .reaction()
                .map(|it| (format!("{:?}", it.kind), it.emoji))
        ),
        "group_post" => json!(activity.group_post().map(|post| post.names_group)),
        _ => return None,
    })
}
