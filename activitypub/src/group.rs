//! Groups: communities and forums that pass on what their members do (FEP-1b12: Lemmy, Mbin, PieFed, NodeBB, Discourse, Friendica).

use std::collections::HashSet;

use crate::activity::Activity;
use crate::addressing::is_public;
use crate::any::Any;
use crate::id::Id;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

/// What a group passes on.
///
/// The group speaks for itself only. The activity in it is its actor's, and believed when it was fetched from there or has a proof of
/// its own.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GroupPost<'a> {
    /// The group: the actor of the Announce.
    pub group: &'a Id,
    /// What a member did: a Create, Update, Delete, Like, …
    pub activity: &'a Activity,
    /// The post that the activity carries.
    pub post: Option<&'a Object>,
    /// Whether the activity or its post names the group among those whom it is for. If not, nobody asked this group to pass it on.
    pub names_group: bool,
}

impl Activity {
    /// What a group passes on with this Announce.
    ///
    /// ```
    /// use activitypub::Activity;
    ///
    /// let announce = Activity::from_slice(br#"{
    ///     "type": "Announce", "actor": "https://lemmy.example/c/cats", "object": {
    ///         "type": "Create", "actor": "https://example.org/alice", "object": {
    ///             "type": "Page", "name": "My cat", "audience": "https://lemmy.example/c/cats"}}
    /// }"#)?;
    /// let passed_on = announce.group_post().unwrap();
    /// assert_eq!(passed_on.group, "https://lemmy.example/c/cats");
    /// assert_eq!(passed_on.activity.actor_id().unwrap(), "https://example.org/alice");
    /// assert!(passed_on.names_group && passed_on.post.unwrap().is_post());
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    #[must_use]
    pub fn group_post(&self) -> Option<GroupPost<'_>> {
        if !self.is_group_post() {
            return None;
        }
        let group = self.actor_id()?;
        let activity = self.object.only()?.embedded()?.as_activity()?;
        let post = activity.object().and_then(Any::as_object);
        let named = [&activity.audience, &activity.to, &activity.cc];
        let in_post = post.map(|post| [&post.audience, &post.to, &post.cc]);
        let names_group = named
            .into_iter()
            .chain(in_post.into_iter().flatten())
            .any(|values| values.ids().any(|id| id == group));
        Some(GroupPost {
            group,
            activity,
            post,
            names_group,
        })
    }
}

impl Object {
    /// The groups that it was posted to: the ids in `audience`, and groups that stand in full in `attributedTo` (PeerTube's channels), `to`
    /// or `cc`. Lemmy before 0.17 and Guppe name a group only as any addressee; whether an addressee is a group is then known to
    /// those who have its document.
    #[must_use]
    pub fn groups(&self) -> Vec<&Id> {
        let in_full = [&self.attributed_to, &self.to, &self.cc]
            .into_iter()
            .flat_map(OneOrMany::iter)
            .filter(|value| value.embedded().is_some_and(Any::is_group))
            .filter_map(Ref::id);
        let mut seen = HashSet::new();
        let all = self.audience.ids().chain(in_full);
        all.filter(|id| !is_public(id) && seen.insert(*id))
            .collect()
    }

    /// The person who made it: the first of `attributedTo` that does not stand there as a group, so PeerTube's account and not its
    /// channel. Only [`attributed_to_id`](Self::attributed_to_id) tells an owner.
    #[must_use]
    pub fn author_id(&self) -> Option<&Id> {
        let mut authors = self.attributed_to.iter();
        authors
            .find(|author| !author.embedded().is_some_and(Any::is_group))
            .or_else(|| self.attributed_to.first())
            .and_then(Ref::id)
    }
}
