//! Not Mastodon's: what GoToSocial says about statuses besides.
//!
//! It stands in `extra` of the status, and is read from there:
//!
//! ```
//! use mastodon_api::entities::{Status, gotosocial::{InteractionPolicy, PolicyValue}};
//!
//! # let json = r#"{"id":"1","account":{"id":"2"},"interaction_policy":{"can_reply":{"always":["followers","me"]}}}"#;
//! let status: Status = serde_json::from_str(json)?;
//! if let Some(policy) = InteractionPolicy::of(&status) {
//!     let may_reply = policy.can_reply.always.contains(&PolicyValue::Me);
//! #   assert!(may_reply);
//! }
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Source: the [API documentation](https://docs.gotosocial.org/en/latest/api/swagger/) of GoToSocial.

use crate::entities::Status;
use crate::string_enum::string_enum;
use crate::wire::entity;

entity! {
    /// Who may do what with a status: its property `interaction_policy`.
    InteractionPolicy () {
        /// Who may favourite it.
        can_favourite: PolicyRules,
        /// Who may reply to it.
        can_reply: PolicyRules,
        /// Who may reblog it.
        can_reblog: PolicyRules,
    }
}

impl InteractionPolicy {
    /// What the server said about this status; nothing if it is not GoToSocial's kind.
    #[must_use]
    pub fn of(status: &Status) -> Option<Self> {
        status.extra.read("interaction_policy").ok()?
    }
}

entity! {
    /// Who may do one thing with a status. Who is in neither list may not.
    PolicyRules () {
        /// Who may at once.
        always: Vec<PolicyValue>,
        /// Who may once the author has agreed.
        with_approval: Vec<PolicyValue>,
    }
}

string_enum! {
    /// People who may do something with a status. Single accounts are named by their ActivityPub id.
    PolicyValue {
        /// Everyone.
        Public = "public",
        /// Those who follow its author.
        Followers = "followers",
        /// Those whom its author follows.
        Following = "following",
        /// Those who follow its author and whom its author follows.
        Mutuals = "mutuals",
        /// Those whom it mentions or answers.
        Mentioned = "mentioned",
        /// Its author.
        Author = "author",
        /// You.
        Me = "me",
    }
}
