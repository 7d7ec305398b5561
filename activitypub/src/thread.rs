//! Threads: what a post answers, which conversation it belongs to, and where its answers are listed.
//!
//! All three are claims of the post. That an answer is accepted is said by the one whose collection lists it: see
//! [`origin::lists`](crate::origin::lists), FEP-7458 and FEP-7888.

use crate::any::Any;
use crate::extension::ostatus;
use crate::id::Id;
use crate::object::Object;
use crate::origin::same_origin;
use crate::property::Ref;

impl Object {
    /// The post that it answers: the first of `inReplyTo`, as Mastodon reads it. [`in_reply_to_id`](Self::in_reply_to_id) answers only
    /// if there is exactly one.
    #[must_use]
    pub fn parent_id(&self) -> Option<&Id> {
        match self.in_reply_to.first()? {
            Ref::Id(id) => Some(id),
            Ref::Embedded(thing) => match &**thing {
                Any::Link(link) => link.href.as_ref(),
                thing => thing.id(),
            },
        }
    }

    /// Whether it answers something.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.parent_id().is_some()
    }

    /// The conversation that it belongs to: `context`, which may be a collection to fetch (FEP-7888), else
    /// [OStatus](crate::extension::ostatus)'s `conversation`, which is often a mere name (`tag:example.com,2026:1`).
    #[must_use]
    pub fn conversation_id(&self) -> Option<Id> {
        let context = self.context.ids().next().cloned();
        context.or_else(|| {
            let said: ostatus::Conversation = self.extension();
            let others = said.in_conversation.ids().next().cloned();
            said.conversation.or(others)
        })
    }

    /// The collection of its answers, if it has an id and is on the same host; where others keep the answers, they decide what they are.
    #[must_use]
    pub fn replies_id(&self) -> Option<&Id> {
        let own = self.id.as_ref()?;
        self.replies
            .id()
            .filter(|replies| same_origin(replies, own))
    }
}
