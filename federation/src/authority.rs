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
