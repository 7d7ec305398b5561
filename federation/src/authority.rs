//! Who may say what: the rules that tie an activity to the actor who signed it.
//!
//! The signature proves who sent the bytes. These rules decide whether that actor may create, change, undo or answer the things
//! that the bytes name ([FEP-fe34](https://w3id.org/fep/fe34)). They ask only the activity itself and what the application has stored.

use crate::Stored;
use activitypub::{Activity, Actor, Any, Id, Ref, origin};

/// Why an activity was refused although its signature is good.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The document says by its `type` that it is something else, such as a post or a collection.
    #[error("the document is not an activity")]
    NotAnActivity,
    /// `id`, `actor` or the id of the key has more than 2,048 bytes.
    #[error("an id is longer than 2048 bytes")]
    IdTooLong,
    /// `actor` is missing, several or not an id.
    #[error("the activity must name exactly one actor")]
    NoSingleActor,
    /// The key belongs to somebody else.
    #[error("the actor of the activity is not the owner of the key that signed it")]
    NotTheSigner,
    /// Somebody outside speaks as a user of this server.
    #[error("the actor or the activity's id is on this server, but the request came from outside")]
    SpeaksForUs,
    /// No `id`, so the activity could not be recognised the second time.
    #[error("the activity has no id")]
    NoId,
    /// `id` is on another origin than the actor.
    #[error("the activity's id is not on the actor's origin")]
    IdElsewhere,
    /// There is no object, or there are several, or it has no id.
    #[error("the activity must name exactly one object, by its id")]
    NoSingleObject,
    /// The object lives where the actor has no say.
    #[error("the object's id is not on the actor's origin")]
    ObjectElsewhere,
    /// `attributedTo` is not the actor.
    #[error("the object is not attributed to the actor, and to nobody else")]
    NotTheAuthor,
    /// The application knows the object as somebody else's.
    #[error("the object belongs to another actor")]
    NotTheOwner,
    /// The answer does not come from the one who was asked.
    #[error("only the one who was asked may answer")]
    NotTheAddressee,
    /// A `Move` whose target does not name the old account in `alsoKnownAs`.
    #[error("the target of the move does not name the old account as its own")]
    MoveNotConfirmed,
}

/// What is still to be asked of the application before the activity may pass.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Question<'a> {
    /// Nothing: it may pass.
    None,
    /// It may pass unless this belongs to somebody else, or was deleted.
    MustBeFreeOrOwned(&'a Id),
    /// It may pass unless this belongs to somebody else; the embedded copy has already shown that it is the actor's.
    MustNotBeForeign(&'a Id),
    /// It may pass only if this is stored and belongs to the actor.
    MustBeOwned(&'a Id),
    /// It may pass only if this is stored and waits for the actor's answer.
    MustAwait(&'a Id),
    /// It may pass unless this belongs to somebody else, and if it is stored as the actor's or the actor's document lists it.
    MustBeTheirCollection(&'a Id),
    /// It may pass only if this actor names the moving one among `alsoKnownAs`.
    MustConfirmMove(&'a Id),
}

/// What the application's answer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Pass,
    /// There is nothing here that it could be about.
    Ignore,
    Refuse(Refusal),
}

/// The longest id that is read, in bytes: as long as a URL that would be fetched. What is remembered of a stranger is bounded by it.
pub(crate) const LONGEST_ID: usize = 2048;

/// The one actor of the activity, if it can be the one that `key_id` speaks for. Cheap: done before anything is fetched.
pub(crate) fn claimed_actor<'a>(
    activity: &'a Activity,
    key_id: &Id,
    is_local: impl Fn(&Id) -> bool,
) -> Result<&'a Id, Refusal> {
    let actor = activity.actor_id().ok_or(Refusal::NoSingleActor)?;
    let id = activity.id.as_ref().ok_or(Refusal::NoId)?;
    if [actor, id, key_id]
        .iter()
        .any(|id| id.as_str().len() > LONGEST_ID)
    {
        return Err(Refusal::IdTooLong);
    }
    if is_local(actor) || is_local(id) || is_local(key_id) {
        return Err(Refusal::SpeaksForUs);
    }
    if !origin::same_origin(key_id, actor) {
        return Err(Refusal::NotTheSigner);
    }
    if !origin::same_origin(id, actor) {
        return Err(Refusal::IdElsewhere);
    }
    Ok(actor)
}

/// Whether `actor`, who signed, may do this, as far as the activity itself tells.
pub(crate) fn question<'a>(activity: &'a Activity, actor: &Id) -> Result<Question<'a>, Refusal> {
    let object = activity.object_id();
    let embedded = only_embedded(activity);
    let one = || object.ok_or(Refusal::NoSingleObject);
    match activity.kind().as_str() {
        "Create" => {
            let object = on_origin_of(actor, one()?)?;
            if let Some(embedded) = embedded {
                authored_by(embedded, actor)?;
            }
            Ok(Question::MustBeFreeOrOwned(object))
        }
        "Update" | "Delete" => {
            let object = on_origin_of(actor, one()?)?;
            if object == actor {
                return Ok(Question::None);
            }
            match embedded {
                Some(Any::Actor(_)) => return Err(Refusal::NotTheOwner),
                // A Tombstone names no author; anything else that names one must name this one.
                Some(embedded) if !is_tombstone(embedded) => authored_by(embedded, actor)?,
                _ => {}
            }
            Ok(Question::MustBeOwned(object))
        }
        "Undo" => match embedded {
            Some(Any::Activity(undone)) => {
                if undone.actor_id() != Some(actor) {
                    return Err(Refusal::NotTheOwner);
                }
                match &undone.id {
                    Some(id) => Ok(Question::MustNotBeForeign(on_origin_of(actor, id)?)),
                    // Nothing to look up: it is known by what it says, and its actor says it.
                    None => Ok(Question::None),
                }
            }
            _ => Ok(Question::MustBeOwned(on_origin_of(actor, one()?)?)),
        },
        "Accept" | "Reject" | "TentativeAccept" | "TentativeReject" => {
            // The copy that comes along proves nothing: only what we asked ourselves counts.
            if let Some(Any::Activity(asked)) = embedded
                && asked.object_id().is_some_and(|target| target != actor)
            {
                return Err(Refusal::NotTheAddressee);
            }
            one().map(Question::MustAwait)
        }
        "Move" => {
            if one()? != actor {
                return Err(Refusal::NotTheOwner);
            }
            activity
                .target
                .id()
                .filter(|target| *target != actor)
                .map(Question::MustConfirmMove)
                .ok_or(Refusal::MoveNotConfirmed)
        }
        "Add" | "Remove" => {
            let target = activity.target.id().ok_or(Refusal::NoSingleObject)?;
            on_origin_of(actor, target).map(Question::MustBeTheirCollection)
        }
        "Follow" | "Block" | "Like" | "Dislike" | "Announce" => one().map(|_| Question::None),
        _ => Ok(Question::None),
    }
}

/// What the application's answer to a [`Question`] means. `actor` is the document of who signed, `id` its id.
pub(crate) fn verdict(
    question: &Question<'_>,
    id: &Id,
    actor: &Actor,
    stored: Option<&Stored>,
) -> Verdict {
    match (question, stored) {
        (Question::None | Question::MustConfirmMove(_), _)
        | (Question::MustBeFreeOrOwned(_) | Question::MustNotBeForeign(_), None) => Verdict::Pass,
        (Question::MustBeTheirCollection(collection), None) if lists(actor, collection) => {
            Verdict::Pass
        }
        (
            Question::MustBeOwned(_) | Question::MustAwait(_) | Question::MustBeTheirCollection(_),
            None,
        ) => Verdict::Ignore,
        (Question::MustAwait(_), Some(stored)) => match &stored.addressee {
            Some(addressee) if addressee != id => Verdict::Refuse(Refusal::NotTheAddressee),
            Some(_) if !stored.deleted => Verdict::Pass,
            // Nobody waits for an answer. The same as for what is not here: whether it is here is not for everybody to know.
            _ => Verdict::Ignore,
        },
        (_, Some(stored)) if stored.owner != *id => Verdict::Refuse(Refusal::NotTheOwner),
        // Deleted is deleted: a Create that was overtaken by its Delete does not bring it back.
        (_, Some(stored)) if stored.deleted => Verdict::Ignore,
        (_, Some(_)) => Verdict::Pass,
    }
}

/// Whether the actor's own document names this collection as one of theirs.
fn lists(actor: &Actor, collection: &Id) -> bool {
    [
        &actor.featured,
        &actor.featured_tags,
        &actor.followers,
        &actor.following,
        &actor.liked,
        &actor.streams,
    ]
    .into_iter()
    .flat_map(|collections| collections.ids())
    .any(|listed| listed == collection)
}

/// What the activity is about, if that is one thing and stands there in full. A first of several is nothing to judge by:
/// the others would pass with it.
pub(crate) fn only_embedded(activity: &Activity) -> Option<&Any> {
    activity.object.only().and_then(Ref::embedded)
}

/// Whether the embedded copy of an object may be believed because the signer is its only author and its origin's.
pub(crate) fn is_own(embedded: &Any, actor: &Id) -> bool {
    embedded.id().is_some() && origin::speaks_for(actor, embedded).is_ok()
}

fn on_origin_of<'a>(actor: &Id, object: &'a Id) -> Result<&'a Id, Refusal> {
    if origin::same_origin(object, actor) {
        Ok(object)
    } else {
        Err(Refusal::ObjectElsewhere)
    }
}

fn authored_by(object: &Any, actor: &Id) -> Result<(), Refusal> {
    match origin::owner(object) {
        Some(owner) if owner == actor => Ok(()),
        _ => Err(Refusal::NotTheAuthor),
    }
}

fn is_tombstone(object: &Any) -> bool {
    matches!(object, Any::Object(object) if object.kind().as_str() == "Tombstone")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "https://a.example/alice";

    fn activity(kind: &str, rest: &str) -> Activity {
        let text =
            format!(r#"{{"id":"https://a.example/1","type":"{kind}","actor":"{ALICE}"{rest}}}"#);
        Activity::from_slice(text.as_bytes()).unwrap()
    }

    /// What would be asked, as text, or why it is refused.
    fn asked(kind: &str, rest: &str) -> Result<String, Refusal> {
        let activity = activity(kind, rest);
        question(&activity, &ALICE.into()).map(|question| format!("{question:?}"))
    }

    fn would(question: &str, id: &str) -> Result<String, Refusal> {
        Ok(format!("{question}({id:?})"))
    }

    fn none() -> Result<String, Refusal> {
        Ok("None".to_owned())
    }

    #[test]
    fn an_actor_has_one_id_on_the_origin_of_key_and_activity() {
        let claimed = |text: &str, key_id: &str| {
            let activity = Activity::from_slice(text.as_bytes()).unwrap();
            claimed_actor(&activity, &key_id.into(), |id| {
                id.as_str().starts_with("https://us.example/")
            })
            .cloned()
        };
        let key = "https://a.example/alice#main-key";
        let ordinary = format!(r#"{{"id":"https://a.example/1","actor":"{ALICE}"}}"#);
        assert_eq!(claimed(&ordinary, key), Ok(ALICE.into()));
        assert_eq!(
            claimed(&ordinary, "https://a.example:443/keys/1"),
            Ok(ALICE.into())
        );
        for (key, why) in [
            ("https://b.example/k", Refusal::NotTheSigner),
            ("http://a.example/alice#main-key", Refusal::NotTheSigner),
            ("https://a.example:8443/k", Refusal::NotTheSigner),
            ("https://u@a.example/k", Refusal::NotTheSigner),
            ("acct:alice@a.example", Refusal::NotTheSigner),
            ("", Refusal::NotTheSigner),
            ("https://us.example/k", Refusal::SpeaksForUs),
        ] {
            assert_eq!(claimed(&ordinary, key), Err(why), "{key}");
        }
        let long = |length: usize| {
            let start = "https://a.example/";
            let id = format!("{start}{}", "x".repeat(length - start.len()));
            claimed(&format!(r#"{{"id":"{id}","actor":"{ALICE}"}}"#), key).map(|_| ())
        };
        assert_eq!(long(LONGEST_ID), Ok(()));
        assert_eq!(long(LONGEST_ID + 1), Err(Refusal::IdTooLong));
        for (rest, why) in [
            (r#""id":"https://b.example/1""#, Refusal::IdElsewhere),
            (r#""id":"https://us.example/1""#, Refusal::SpeaksForUs),
            (r#""id":null"#, Refusal::NoId),
        ] {
            let text = format!(r#"{{{rest},"actor":"{ALICE}"}}"#);
            assert_eq!(claimed(&text, key), Err(why), "{rest}");
        }
        for actor in [
            "null",
            "7",
            "[]",
            "{}",
            r#"["https://a.example/alice","https://a.example/bob"]"#,
        ] {
            let text = format!(r#"{{"id":"https://a.example/1","actor":{actor}}}"#);
            assert_eq!(claimed(&text, key), Err(Refusal::NoSingleActor), "{actor}");
        }
    }

    #[test]
    fn create() {
        let free = would("MustBeFreeOrOwned", "https://a.example/n");
        let note = |owner: &str| {
            format!(
                r#","object":{{"id":"https://a.example/n","type":"Note","attributedTo":{owner}}}"#
            )
        };
        assert_eq!(asked("Create", &note(&format!("{ALICE:?}"))), free);
        assert_eq!(asked("Create", r#","object":"https://a.example/n""#), free);
        for owner in [
            r#""https://a.example/bob""#,
            r#"["https://a.example/alice","https://a.example/bob"]"#,
            "null",
        ] {
            assert_eq!(
                asked("Create", &note(owner)),
                Err(Refusal::NotTheAuthor),
                "{owner}"
            );
        }
        for (object, why) in [
            (r#""https://b.example/n""#, Refusal::ObjectElsewhere),
            (
                r#"["https://a.example/n","https://a.example/m"]"#,
                Refusal::NoSingleObject,
            ),
            (r#"{"type":"Note"}"#, Refusal::NoSingleObject),
            ("null", Refusal::NoSingleObject),
        ] {
            assert_eq!(
                asked("Create", &format!(r#","object":{object}"#)),
                Err(why),
                "{object}"
            );
        }
    }

    #[test]
    fn update_and_delete() {
        for kind in ["Update", "Delete"] {
            let owned = would("MustBeOwned", "https://a.example/n");
            assert_eq!(asked(kind, r#","object":"https://a.example/n""#), owned);
            assert_eq!(
                asked(
                    kind,
                    r#","object":{"id":"https://a.example/n","type":"Tombstone"}"#
                ),
                owned
            );
            assert_eq!(asked(kind, &format!(r#","object":"{ALICE}""#)), none());
            for (object, why) in [
                (
                    r#"{"id":"https://a.example/n","type":"Note","attributedTo":"https://a.example/bob"}"#,
                    Refusal::NotTheAuthor,
                ),
                (
                    r#"{"id":"https://a.example/bob","type":"Person"}"#,
                    Refusal::NotTheOwner,
                ),
                (r#""https://b.example/n""#, Refusal::ObjectElsewhere),
            ] {
                assert_eq!(
                    asked(kind, &format!(r#","object":{object}"#)),
                    Err(why),
                    "{kind} {object}"
                );
            }
        }
    }

    #[test]
    fn undo() {
        let like = |id: &str, actor: &str| {
            format!(
                r#","object":{{"type":"Like","object":"https://x.example/n","actor":"{actor}"{id}}}"#
            )
        };
        let with_id = like(r#","id":"https://a.example/l""#, ALICE);
        assert_eq!(
            asked("Undo", &with_id),
            would("MustNotBeForeign", "https://a.example/l")
        );
        assert_eq!(asked("Undo", &like("", ALICE)), none());
        assert_eq!(
            asked("Undo", r#","object":"https://a.example/l""#),
            would("MustBeOwned", "https://a.example/l")
        );
        assert_eq!(
            asked("Undo", &like("", "https://a.example/bob")),
            Err(Refusal::NotTheOwner)
        );
        assert_eq!(
            asked("Undo", &like(r#","id":"https://b.example/l""#, ALICE)),
            Err(Refusal::ObjectElsewhere)
        );
        let two = format!(
            r#","object":[{{"type":"Like","object":"x:","actor":"{ALICE}"}},"https://a.example/l"]"#
        );
        assert_eq!(asked("Undo", &two), Err(Refusal::NoSingleObject));
    }

    #[test]
    fn answers() {
        for kind in ["Accept", "Reject", "TentativeAccept", "TentativeReject"] {
            let awaits = would("MustAwait", "https://us.example/f");
            assert_eq!(asked(kind, r#","object":"https://us.example/f""#), awaits);
            let follow = |target: &str| {
                format!(
                    r#","object":{{"id":"https://us.example/f","type":"Follow","actor":"https://us.example/u","object":"{target}"}}"#
                )
            };
            assert_eq!(asked(kind, &follow(ALICE)), awaits);
            assert_eq!(
                asked(kind, &follow("https://a.example/bob")),
                Err(Refusal::NotTheAddressee)
            );
        }
    }

    #[test]
    fn moves_and_collections() {
        let moved =
            |target: &str| asked("Move", &format!(r#","object":"{ALICE}","target":{target}"#));
        assert_eq!(
            moved(r#""https://b.example/alice""#),
            would("MustConfirmMove", "https://b.example/alice")
        );
        assert_eq!(moved(&format!("{ALICE:?}")), Err(Refusal::MoveNotConfirmed));
        assert_eq!(moved("null"), Err(Refusal::MoveNotConfirmed));
        assert_eq!(
            asked(
                "Move",
                r#","object":"https://a.example/bob","target":"https://b.example/x""#
            ),
            Err(Refusal::NotTheOwner)
        );
        for kind in ["Add", "Remove"] {
            assert_eq!(
                asked(kind, r#","object":"x:","target":"https://a.example/c""#),
                would("MustBeTheirCollection", "https://a.example/c")
            );
            assert_eq!(
                asked(kind, r#","object":"x:","target":"https://b.example/c""#),
                Err(Refusal::ObjectElsewhere)
            );
            assert_eq!(
                asked(kind, r#","object":"x:""#),
                Err(Refusal::NoSingleObject)
            );
        }
    }

    #[test]
    fn what_needs_no_ownership_needs_an_object() {
        for kind in ["Follow", "Like", "Announce", "Block"] {
            assert_eq!(asked(kind, r#","object":"https://b.example/1""#), none());
            assert_eq!(asked(kind, ""), Err(Refusal::NoSingleObject));
        }
        assert_eq!(asked("Wave", ""), none());
    }

    #[test]
    fn what_is_stored_decides() {
        let (alice, bob) = (Id::new(ALICE), Id::new("https://a.example/bob"));
        let id = Id::new("https://a.example/x");
        let mut actor = Actor::default();
        let own = Stored::owned_by(&alice);
        let foreign = Stored::owned_by(&bob);
        let judge = |question: &Question<'_>, stored: Option<&Stored>| {
            verdict(question, &alice, &actor, stored)
        };
        let refused = Verdict::Refuse(Refusal::NotTheOwner);
        for (question, unknown) in [
            (Question::MustBeFreeOrOwned(&id), Verdict::Pass),
            (Question::MustNotBeForeign(&id), Verdict::Pass),
            (Question::MustBeOwned(&id), Verdict::Ignore),
            (Question::MustBeTheirCollection(&id), Verdict::Ignore),
        ] {
            assert_eq!(judge(&question, None), unknown, "{question:?}");
            assert_eq!(judge(&question, Some(&own)), Verdict::Pass, "{question:?}");
            assert_eq!(judge(&question, Some(&foreign)), refused, "{question:?}");
            let deleted = own.clone().deleted();
            assert_eq!(
                judge(&question, Some(&deleted)),
                Verdict::Ignore,
                "{question:?}"
            );
            assert_eq!(
                judge(&question, Some(&foreign.clone().deleted())),
                refused,
                "{question:?}"
            );
        }
        let awaits = Question::MustAwait(&id);
        let asked = |of: &Id| Stored::owned_by("https://us.example/u").addressed_to(of);
        assert_eq!(judge(&awaits, Some(&asked(&alice))), Verdict::Pass);
        assert_eq!(
            judge(&awaits, Some(&asked(&bob))),
            Verdict::Refuse(Refusal::NotTheAddressee)
        );
        assert_eq!(
            judge(&awaits, Some(&asked(&alice).deleted())),
            Verdict::Ignore
        );
        // What waits for no answer looks like what is not there.
        assert_eq!(judge(&awaits, Some(&own)), Verdict::Ignore);
        assert_eq!(judge(&awaits, None), Verdict::Ignore);

        actor.featured = activitypub::OneOrMany::one(id.clone());
        let theirs = Question::MustBeTheirCollection(&id);
        assert_eq!(verdict(&theirs, &alice, &actor, None), Verdict::Pass);
        assert_eq!(verdict(&theirs, &alice, &actor, Some(&foreign)), refused);
    }
}
