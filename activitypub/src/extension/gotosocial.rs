//! GoToSocial's vocabulary (`gts:`): who may like, answer, boost or quote a post without asking.
//!
//! See <https://docs.gotosocial.org/en/latest/federation/interaction_policy/>; Mastodon (quotes, collections), WordPress and others
//! write the same policies.

use crate::addressing;
use crate::context::{Term, Vocabulary};
use crate::extension;
use crate::family::family;
use crate::id::Id;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

/// The terms of policies and of the types of requests.
pub(crate) static VOCABULARY: Vocabulary = Vocabulary::new(
    &[],
    &[("gts", "https://gotosocial.org/ns#")],
    &[
        Term::new("LikeRequest", ""),
        Term::new("ReplyRequest", ""),
        Term::new("AnnounceRequest", ""),
        Term::ids("canLike", ""),
        Term::ids("canReply", ""),
        Term::ids("canAnnounce", ""),
        Term::ids("canQuote", ""),
        Term::ids("canFeature", "https://w3id.org/fep/7aa9#canFeature"),
        Term::ids("automaticApproval", ""),
        Term::ids("manualApproval", ""),
        Term::ids("always", ""),
        Term::ids("approvalRequired", ""),
    ],
);

family! {
    /// Who may do what to a post, or feature an actor. An interaction about which it says nothing is left to the custom of the
    /// network.
    InteractionPolicy {}
    extensions {
        /// Who may like it.
        can_like: OneOrMany<Ref<InteractionRule>> = "canLike" of GoToSocial,
        /// Who may answer it.
        can_reply: OneOrMany<Ref<InteractionRule>> = "canReply" of GoToSocial,
        /// Who may boost it.
        can_announce: OneOrMany<Ref<InteractionRule>> = "canAnnounce" of GoToSocial,
        /// Who may quote it (FEP-044f).
        can_quote: OneOrMany<Ref<InteractionRule>> = "canQuote" of GoToSocial,
        /// Of an actor: who may put them into a collection (FEP-7aa9).
        can_feature: OneOrMany<Ref<InteractionRule>> = "canFeature",
    }
}

family! {
    /// Actors, collections of actors, and Public, who may do something at once or after asking.
    InteractionRule {}
    extensions {
        /// Who gets consent at once.
        automatic_approval: OneOrMany<Id> = "automaticApproval" of GoToSocial,
        /// Who gets consent only from the author.
        manual_approval: OneOrMany<Id> = "manualApproval" of GoToSocial,
        /// The name of `automaticApproval` before GoToSocial 0.20.
        always: OneOrMany<Id> = "always" of GoToSocial,
        /// The name of `manualApproval` before GoToSocial 0.20.
        approval_required: OneOrMany<Id> = "approvalRequired" of GoToSocial,
    }
}

impl InteractionRule {
    /// A rule that gives some consent at once and some after asking; both lists may name actors, collections of them and
    /// [Public](crate::addressing::PUBLIC). Whoever is in neither may not.
    #[must_use]
    pub fn new(automatic_approval: &[Id], manual_approval: &[Id]) -> Self {
        Self {
            automatic_approval: OneOrMany::many(automatic_approval),
            manual_approval: OneOrMany::many(manual_approval),
            ..Self::default()
        }
    }
}

extension! {
    /// The policy of a post or actor, and by whom an answer, like or boost was approved.
    pub struct Interaction for Object, Actor, Activity
    prefixes { gts: "https://gotosocial.org/ns#" }
    {
        /// Who may do what to it.
        interaction_policy: OneOrMany<Ref<InteractionPolicy>> = "interactionPolicy",
        /// The stamp by which the other side agreed to this answer or boost.
        approved_by: Option<Id> = "approvedBy",
        /// The stamp for a Like.
        like_authorization: Option<Id> = "likeAuthorization",
        /// The stamp for an answer.
        reply_authorization: Option<Id> = "replyAuthorization",
        /// The stamp for a boost.
        announce_authorization: Option<Id> = "announceAuthorization",
    }
}

extension! {
    /// What an actor shows to visitors of the web who have not logged in.
    pub struct WebVisibility for Actor
    prefixes { gts: "https://gotosocial.org/ns#" }
    {
        /// Whether their public posts are hidden there.
        hides_to_public_from_unauthed_web: Option<bool> = "hidesToPublicFromUnauthedWeb",
        /// Whether their unlisted posts are hidden there.
        hides_cc_public_from_unauthed_web: Option<bool> = "hidesCcPublicFromUnauthedWeb",
    }
}

/// What somebody may want to do to a post.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Deed {
    /// Like it.
    Like,
    /// Answer it.
    Reply,
    /// Boost it.
    Announce,
    /// Quote it.
    Quote,
}

/// What a policy says to that.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Permission {
    /// It may be done without asking.
    Automatic,
    /// It may be done once the author has agreed.
    Manual,
    /// It may not be done.
    Refused,
    /// There is no policy about it. GoToSocial then lets everyone like, answer and boost what they may see.
    Unsaid,
}

impl Object {
    /// Whether `actor` may do something to this post without asking its author, by its interaction policy. `is_member` says whether
    /// they belong to the collection with an id, such as the author's followers.
    ///
    /// The author may always, whoever is mentioned may always answer, and a policy that cannot be read allows nothing. Whether they
    /// may see the post at all is another question.
    ///
    /// ```
    /// use activitypub::extension::gotosocial::{Deed, Permission};
    /// use activitypub::{Id, Object};
    ///
    /// let note = Object::from_slice(br#"{"type":"Note","attributedTo":"https://example.com/a","interactionPolicy":{
    ///     "canReply":{"automaticApproval":["https://example.com/a/followers"],"manualApproval":["as:Public"]}}}"#)?;
    /// let bob = Id::new("https://example.org/bob");
    /// assert_eq!(note.permission(Deed::Reply, &bob, |_| true), Permission::Automatic);
    /// assert_eq!(note.permission(Deed::Reply, &bob, |_| false), Permission::Manual);
    /// assert_eq!(note.permission(Deed::Like, &bob, |_| false), Permission::Unsaid);
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    #[must_use]
    pub fn permission(
        &self,
        deed: Deed,
        actor: &Id,
        is_member: impl Fn(&Id) -> bool,
    ) -> Permission {
        let mentioned = || {
            self.mentions()
                .any(|link| link.href.as_ref() == Some(actor))
        };
        if self.attributed_to_id() == Some(actor) || deed == Deed::Reply && mentioned() {
            return Permission::Automatic;
        }
        let said: Interaction = self.extension();
        if is_unsaid(&said.interaction_policy) {
            return Permission::Unsaid;
        }
        let Some(policy) = said.interaction_policy.only().and_then(Ref::embedded) else {
            return Permission::Refused;
        };
        let rule = match deed {
            Deed::Like => &policy.can_like,
            Deed::Reply => &policy.can_reply,
            Deed::Announce => &policy.can_announce,
            Deed::Quote => &policy.can_quote,
        };
        if is_unsaid(rule) {
            return Permission::Unsaid;
        }
        let Some(rule) = rule.only().and_then(Ref::embedded) else {
            return Permission::Refused;
        };
        let names = |ids: &OneOrMany<Id>| {
            ids.iter()
                .any(|id| addressing::is_public(id) || id == actor || is_member(id))
        };
        if names(&rule.automatic_approval) || names(&rule.always) {
            Permission::Automatic
        } else if names(&rule.manual_approval) || names(&rule.approval_required) {
            Permission::Manual
        } else {
            Permission::Refused
        }
    }
}

fn is_unsaid<T>(values: &OneOrMany<T>) -> bool {
    values.is_absent()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(policy: &str, deed: Deed) -> Permission {
        let text = format!(
            r#"{{"type":"Note","attributedTo":"a:a","tag":{{"type":"Mention","href":"a:m"}},"interactionPolicy":{policy}}}"#
        );
        let note = Object::from_slice(text.as_bytes()).unwrap();
        assert_eq!(
            note.permission(deed, &Id::new("a:a"), |_| false),
            Permission::Automatic
        );
        if deed == Deed::Reply {
            assert_eq!(
                note.permission(deed, &Id::new("a:m"), |_| false),
                Permission::Automatic
            );
        }
        note.permission(deed, &Id::new("a:b"), |id| id == "a:followers")
    }

    #[test]
    fn a_policy_decides() {
        for (policy, deed, expected) in [
            (
                r#"{"canLike":{"always":["https://www.w3.org/ns/activitystreams#Public"],"approvalRequired":[]}}"#,
                Deed::Like,
                Permission::Automatic,
            ),
            (
                r#"{"canLike":{"automaticApproval":"a:b"}}"#,
                Deed::Like,
                Permission::Automatic,
            ),
            (
                r#"{"canLike":{"automaticApproval":["a:x"]}}"#,
                Deed::Like,
                Permission::Refused,
            ),
            (
                r#"{"canAnnounce":{"automaticApproval":[],"manualApproval":["a:followers"]}}"#,
                Deed::Announce,
                Permission::Manual,
            ),
            (
                r#"{"canReply":{"approvalRequired":["as:Public"]}}"#,
                Deed::Reply,
                Permission::Manual,
            ),
            (r#"{"canReply":{}}"#, Deed::Reply, Permission::Refused),
            (r#"{"canLike":{}}"#, Deed::Quote, Permission::Unsaid),
            ("null", Deed::Quote, Permission::Unsaid),
            ("7", Deed::Quote, Permission::Refused),
            (r#""a:policy""#, Deed::Quote, Permission::Refused),
            (r#"{"canQuote":7}"#, Deed::Quote, Permission::Refused),
            (
                r#"{"canQuote":[{},{"automaticApproval":"a:b"}]}"#,
                Deed::Quote,
                Permission::Refused,
            ),
            (
                r#"{"canQuote":{"automaticApproval":[7]}}"#,
                Deed::Quote,
                Permission::Refused,
            ),
        ] {
            assert_eq!(permission(policy, deed), expected, "{policy}");
        }
    }
}
