//! What is left of OStatus: the thread of a post and its older names, sent by Mastodon, Pleroma and GNU social.

use crate::collection::Collection;
use crate::extension;
use crate::id::Id;
use crate::property::{OneOrMany, Ref};

extension! {
    /// A post's thread and names in the time before ActivityPub (<https://docs.joinmastodon.org/spec/activitypub/#as>).
    pub struct Conversation for Object, Activity
    prefixes { ostatus: "http://ostatus.org#", gs: "https://www.gnu.org/software/social/ns#" }
    {
        /// The thread: a `tag:` URI of Mastodon, the URL of a context from Pleroma. It groups posts; nothing stands there to fetch.
        conversation: Option<Id> = "conversation" literal "ostatus:conversation",
        /// The post's name in Atom.
        atom_uri: Option<Id> = "atomUri" literal "ostatus:atomUri",
        /// The name in Atom of the post that it answers.
        in_reply_to_atom_uri: Option<Id> = "inReplyToAtomUri" literal "ostatus:inReplyToAtomUri",
        /// The thread, from GNU social.
        in_conversation: OneOrMany<Ref<Collection>> = "inConversation" as "gs:inConversation",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    #[test]
    fn a_thread() {
        let text = br#"{"type":"Note","conversation":"tag:a.example,2026:1","atomUri":"https://a.example/1","inReplyToAtomUri":null,"inConversation":"https://b.example/c/1"}"#;
        let mut note = Object::from_slice(text).unwrap();
        let said: Conversation = note.extension();
        assert_eq!(said.conversation.as_ref().unwrap(), "tag:a.example,2026:1");
        assert_eq!(
            (
                said.in_reply_to_atom_uri.as_ref(),
                said.in_conversation.id().unwrap().as_str()
            ),
            (None, "https://b.example/c/1")
        );
        note.set_extension(&said);
        assert_eq!(note.to_string().as_bytes(), text);
    }
}
