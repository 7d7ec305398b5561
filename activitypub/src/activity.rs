//! Activities: what actors send each other.

use crate::actor::Actor;
use crate::addressing;
use crate::any::Any;
use crate::context::Context;
use crate::family::object_family;
use crate::id::Id;
use crate::kind::ActivityKind;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

object_family! {
    /// Something an actor does (ActivityStreams Core section 4.2, ActivityPub sections 6 and 7).
    ///
    /// ```
    /// use activitypub::{Activity, ActivityKind};
    ///
    /// let activity = Activity::from_slice(br#"{
    ///     "id": "https://example.com/1", "type": "Follow",
    ///     "actor": "https://example.com/alice", "object": "https://example.org/bob"
    /// }"#)?;
    /// assert_eq!(activity.kind(), ActivityKind::Follow);
    /// assert_eq!(activity.actor_id().unwrap(), "https://example.com/alice");
    ///
    /// let accept = Activity::accept("https://example.org/2", "https://example.org/bob", activity);
    /// assert_eq!(accept.recipients(), ["https://example.com/alice"]);
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    Activity {
        /// Who does it.
        actor: OneOrMany<Ref<Actor>> = "actor",
        /// What it is done to.
        object: OneOrMany<Ref<Any>> = "object",
        /// Where it is directed to.
        target: OneOrMany<Ref<Any>> = "target",
        /// What came of it.
        result: OneOrMany<Ref<Any>> = "result",
        /// Where it comes from.
        origin: OneOrMany<Ref<Any>> = "origin",
        /// What it is done with.
        instrument: OneOrMany<Ref<Any>> = "instrument",
    }
    extensions {}
}

impl Activity {
    /// An activity of this kind, addressed to nobody.
    #[must_use]
    pub fn new(kind: impl Into<ActivityKind>, id: impl Into<Id>, actor: impl Into<Id>) -> Self {
        Self {
            ld_context: Some(Context::ours()),
            id: Some(id.into()),
            types: OneOrMany::one(kind.into()),
            actor: OneOrMany::one(actor.into()),
            to: OneOrMany::many::<Id>([]),
            cc: OneOrMany::many::<Id>([]),
            ..Self::default()
        }
    }

    /// Says that the actor made the object. It has the addressees of the object, as Pleroma demands, and its time.
    #[must_use]
    pub fn create(id: impl Into<Id>, actor: impl Into<Id>, object: Object) -> Self {
        Self::new(ActivityKind::Create, id, actor).carrying(object)
    }

    /// Says that the actor changed the object: a post, or themselves. It has the addressees of the post and the time of its change;
    /// the document of an actor goes to everyone and to the followers that it names.
    #[must_use]
    pub fn update(id: impl Into<Id>, actor: impl Into<Id>, object: impl Into<Any>) -> Self {
        let activity = Self::new(ActivityKind::Update, id, actor);
        match object.into() {
            Any::Object(object) => {
                let changed = object.updated.clone();
                let mut activity = activity.carrying(object);
                activity.published = changed.or(activity.published);
                activity
            }
            Any::Actor(actor) => activity
                .to([addressing::PUBLIC])
                .cc(actor.followers.ids())
                .about(actor),
            other => activity.about(other),
        }
    }

    /// Says that the object is gone. It is addressed to everyone, so that all who have a copy may hear it; to have it delivered to
    /// those who got the object, give them as `cc`.
    #[must_use]
    pub fn delete(id: impl Into<Id>, actor: impl Into<Id>, object: impl Into<Id>) -> Self {
        Self::new(ActivityKind::Delete, id, actor)
            .to([addressing::PUBLIC])
            .about(Object::tombstone(object))
    }

    /// Asks to hear from another actor.
    #[must_use]
    pub fn follow(id: impl Into<Id>, actor: impl Into<Id>, followed: impl Into<Id>) -> Self {
        let followed = followed.into();
        Self::new(ActivityKind::Follow, id, actor)
            .to([&followed])
            .about(followed)
    }

    /// Agrees to an activity, mostly a Follow, and tells its actor.
    #[must_use]
    pub fn accept(id: impl Into<Id>, actor: impl Into<Id>, activity: Self) -> Self {
        Self::answer(ActivityKind::Accept, id, actor, activity)
    }

    /// Refuses an activity, mostly a Follow, and tells its actor.
    #[must_use]
    pub fn reject(id: impl Into<Id>, actor: impl Into<Id>, activity: Self) -> Self {
        Self::answer(ActivityKind::Reject, id, actor, activity)
    }

    /// Takes back an activity of the same actor, and tells all who were told of it.
    #[must_use]
    pub fn undo(id: impl Into<Id>, actor: impl Into<Id>, activity: Self) -> Self {
        let mut undo = Self::new(ActivityKind::Undo, id, actor);
        undo.to = as_list(&activity.to);
        undo.cc = as_list(&activity.cc);
        undo.about(activity)
    }

    /// Likes an object. `author` is told; others do not see it.
    #[must_use]
    pub fn like(
        id: impl Into<Id>,
        actor: impl Into<Id>,
        object: impl Into<Id>,
        author: impl Into<Id>,
    ) -> Self {
        Self::new(ActivityKind::Like, id, actor)
            .to([author.into()])
            .about(object.into())
    }

    /// Passes an object on to everyone, `followers` above all. To tell its author too, add them to those:
    ///
    /// ```
    /// use activitypub::{Activity, Id};
    ///
    /// let alice = "https://example.com/alice";
    /// let mut boost = Activity::announce("https://example.com/1", alice, "https://example.org/1", "https://example.com/alice/followers");
    /// boost.cc.push(Id::new("https://example.org/bob"));
    /// assert_eq!(boost.recipients(), ["https://example.com/alice/followers", "https://example.org/bob"]);
    /// ```
    #[must_use]
    pub fn announce(
        id: impl Into<Id>,
        actor: impl Into<Id>,
        object: impl Into<Id>,
        followers: impl Into<Id>,
    ) -> Self {
        Self::new(ActivityKind::Announce, id, actor)
            .to([addressing::PUBLIC])
            .cc([followers.into()])
            .about(object.into())
    }

    /// What is done: the first type that this version knows, else the first; `Activity` if it has none.
    #[must_use]
    pub fn kind(&self) -> ActivityKind {
        ActivityKind::of(&self.types).unwrap_or(ActivityKind::Activity)
    }

    /// Who does it, if there is exactly one actor.
    #[must_use]
    pub fn actor_id(&self) -> Option<&Id> {
        self.actor.id()
    }

    /// The id of what it is done to, if that is exactly one thing.
    #[must_use]
    pub fn object_id(&self) -> Option<&Id> {
        self.object.id()
    }

    /// The first thing it is done to that stands there in full. Whether the actor may speak for it is to be checked: see
    /// [`origin::speaks_for`](crate::origin::speaks_for).
    #[must_use]
    pub fn object(&self) -> Option<&Any> {
        self.object.embedded().next()
    }

    fn answer(kind: ActivityKind, id: impl Into<Id>, actor: impl Into<Id>, activity: Self) -> Self {
        let asked_by: Option<Id> = activity.actor_id().cloned();
        Self::new(kind, id, actor).to(asked_by).about(activity)
    }

    fn carrying(mut self, object: Object) -> Self {
        self.to = as_list(&object.to);
        self.cc = as_list(&object.cc);
        self.bto.clone_from(&object.bto);
        self.bcc.clone_from(&object.bcc);
        self.audience.clone_from(&object.audience);
        self.published.clone_from(&object.published);
        self.about(object)
    }

    /// The object loses its context: that of the activity holds for it.
    fn about(mut self, object: impl Into<Ref<Any>>) -> Self {
        let mut object = object.into();
        if let Ref::Embedded(thing) = &mut object
            && let Some(context) = &mut self.ld_context
            && let Some(embedded) = thing.ld_context_mut()
            && context.absorb(embedded)
        {
            *thing.ld_context_mut() = None;
        }
        self.object = OneOrMany::one(object);
        self
    }
}

fn as_list(recipients: &OneOrMany<Ref<Any>>) -> OneOrMany<Ref<Any>> {
    recipients.iter().cloned().collect()
}

impl Any {
    fn ld_context_mut(&mut self) -> &mut Option<Context> {
        match self {
            Self::Object(thing) => &mut thing.ld_context,
            Self::Actor(thing) => &mut thing.ld_context,
            Self::Activity(thing) => &mut thing.ld_context,
            Self::Collection(thing) => &mut thing.ld_context,
            Self::Link(thing) => &mut thing.ld_context,
        }
    }
}
