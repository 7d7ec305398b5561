//! Quoting another post: FEP-044f and the names that were in use before.
//!
//! Other spellings stay in use beside it: a `Link` in `tag` (FEP-e232), see [`is_object_link`].

use crate::any::Any;
use crate::extension;
use crate::id::Id;
use crate::kind::LinkKind;
use crate::link::Link;
use crate::object::Object;
use crate::property::{OneOrMany, Ref};

extension! {
    /// The post that a post quotes (FEP-044f). Of the names that say the same, most servers write several.
    ///
    /// That `quote` names a post does not mean that its author agreed: `quoteAuthorization` has to be fetched from the author's
    /// server and compared. In the reviews of BookWyrm `quote` is a quoted passage, see [`bookwyrm`](super::bookwyrm).
    pub struct Quote for Object
    prefixes { fedibird: "http://fedibird.com/ns#", misskey: "https://misskey-hub.net/ns#" }
    types { "QuoteAuthorization" as "https://w3id.org/fep/044f#QuoteAuthorization", "QuoteRequest" as "https://w3id.org/fep/044f#QuoteRequest" }
    {
        /// The quoted post (FEP-044f, Mastodon 4.4).
        quote: OneOrMany<Ref<Object>> = "quote" as "https://w3id.org/fep/044f#quote",
        /// The stamp by which its author agrees: a `QuoteAuthorization`.
        quote_authorization: OneOrMany<Ref<Object>> = "quoteAuthorization" as "https://w3id.org/fep/044f#quoteAuthorization",
        /// The quoted post (Misskey, Pleroma, Bookwyrm's readers; old Mastodon forks write `quoteURL`).
        quote_url: Option<Id> = "quoteUrl" or "quoteURL" literal "as:quoteUrl",
        /// The quoted post (Fedibird).
        quote_uri: Option<Id> = "quoteUri" literal "fedibird:quoteUri",
        /// The quoted post (Misskey).
        misskey_quote: Option<Id> = "_misskey_quote" literal "misskey:_misskey_quote",
    }
}

extension! {
    /// A stamp: its author agrees that one thing is done to another (FEP-044f, FEP-7aa9, GoToSocial).
    ///
    /// It counts only if it was fetched from its own id, `attributedTo` is the author of the target, and both ids are those at
    /// hand.
    pub struct Authorization for Object
    prefixes { gts: "https://gotosocial.org/ns#" }
    types { "LikeAuthorization" as "gts:LikeApproval", "ReplyAuthorization", "AnnounceAuthorization", "LikeApproval", "ReplyApproval", "AnnounceApproval" }
    {
        /// The quote, answer, like or boost.
        interacting_object: Option<Id> = "interactingObject",
        /// What is quoted, answered, liked or boosted.
        interaction_target: Option<Id> = "interactionTarget",
        /// The same in the older `ReplyApproval` and its like, in which `object` is the answer. Smithereen and Pixelfed write it on
        /// posts: the wall or group where they stand.
        target: OneOrMany<Ref<Any>> = "target" as "as:target",
    }
}

/// Whether a link in `tag` leads to an object of the fediverse (FEP-e232): a `Link` whose media type is that of ActivityPub.
/// Threads and others write their quotes so, with `RE: ` and the address as name.
#[must_use]
pub fn is_object_link(link: &Link) -> bool {
    let Some(media_type) = &link.media_type else {
        return false;
    };
    let mut parts = media_type.split(';').map(str::trim);
    let profile = || media_type.contains("https://www.w3.org/ns/activitystreams");
    link.kind() == LinkKind::Link
        && match parts.next() {
            Some("application/activity+json") => true,
            Some("application/ld+json") => profile(),
            _ => false,
        }
}

/// A link for `tag` that leads to an object of the fediverse (FEP-e232); `name` is the text in `content` that it belongs to.
#[must_use]
pub fn object_link(href: impl Into<Id>, name: impl Into<String>) -> Link {
    let mut link = Link::new(LinkKind::Link, href);
    link.media_type =
        Some("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"".to_owned());
    link.name = Some(name.into());
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_all_its_spellings() {
        let note = Object::from_slice(
            br#"{"type":"Note","quote":"a:1","quoteUri":"a:2","quoteURL":"a:3","_misskey_quote":"a:4","quoteAuthorization":{"type":"QuoteAuthorization","interactingObject":"a:5","interactionTarget":"a:1"}}"#,
        )
        .unwrap();
        let quote: Quote = note.extension();
        assert_eq!(quote.quote.id().unwrap(), "a:1");
        assert_eq!(
            (
                quote.quote_uri.unwrap(),
                quote.quote_url.unwrap(),
                quote.misskey_quote.unwrap()
            ),
            ("a:2".into(), "a:3".into(), "a:4".into())
        );
        let stamp: Authorization = quote
            .quote_authorization
            .embedded()
            .next()
            .unwrap()
            .extension();
        assert_eq!(stamp.interaction_target.unwrap(), "a:1");
        assert!(note.problems().is_empty());
    }

    #[test]
    fn an_object_link() {
        assert!(is_object_link(&object_link("a:1", "RE: a:1")));
        for other in [
            "text/html",
            "application/ld+json",
            "application/json; x=\"https://www.w3.org/ns/activitystreams\"",
        ] {
            let mut link = object_link("a:1", "x");
            link.media_type = Some(other.to_owned());
            assert!(!is_object_link(&link), "{other}");
        }
        assert!(!is_object_link(&Link::mention("a:1", "@a")));
    }
}
