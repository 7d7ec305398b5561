//! Reactions: likes, dislikes, and emoji (litepub's `EmojiReact`, Misskey's `Like` with an emoji, FEP-c0e0).

use crate::activity::Activity;
use crate::emoji::CustomEmoji;
use crate::extension::misskey;
use crate::id::Id;
use crate::kind::ActivityKind;

/// What someone feels about a thing.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Reaction<'a> {
    /// What kind of feeling.
    pub kind: ReactionKind,
    /// The emoji, as it came: one of Unicode, or a shortcode between colons. Absent for a plain like or dislike, and where what stands
    /// there is no emoji: show a like then, as Misskey does.
    pub emoji: Option<String>,
    /// The picture of a shortcode. Without one there is nothing to show for it.
    pub custom: Option<CustomEmoji<'a>>,
    /// What it is about, if that is exactly one thing.
    pub object: Option<&'a Id>,
}

/// What kind of reaction it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ReactionKind {
    /// A like, star, heart or upvote.
    Like,
    /// A dislike or downvote (Lemmy, PeerTube).
    Dislike,
    /// An emoji.
    Emoji,
}

/// The longest emoji of Unicode that is read, in bytes: sequences of four people have 41.
const LONGEST_EMOJI: usize = 64;

impl Activity {
    /// What someone feels about a thing, if that is what the activity says.
    ///
    /// ```
    /// use activitypub::{Activity, reaction::ReactionKind};
    ///
    /// let like = Activity::from_slice(br#"{
    ///     "type": "Like", "actor": "https://example.com/alice", "object": "https://example.org/1", "_misskey_reaction": ":cat:",
    ///     "tag": [{"type": "Emoji", "name": ":cat:", "icon": {"type": "Image", "url": "https://example.com/cat.png"}}]
    /// }"#)?;
    /// let reaction = like.reaction().unwrap();
    /// assert_eq!(reaction.kind, ReactionKind::Emoji);
    /// assert_eq!(reaction.custom.unwrap().picture.as_str(), "https://example.com/cat.png");
    /// # Ok::<(), activitypub::ReadError>(())
    /// ```
    #[must_use]
    pub fn reaction(&self) -> Option<Reaction<'_>> {
        if !self.is_reaction() {
            return None;
        }
        let emoji = if self.kind() == ActivityKind::Dislike {
            None
        } else {
            self.emoji()
        };
        let kind = match self.kind() {
            ActivityKind::Dislike => ReactionKind::Dislike,
            ActivityKind::EmojiReact => ReactionKind::Emoji,
            _ if emoji.is_some() => ReactionKind::Emoji,
            _ => ReactionKind::Like,
        };
        let named = |text: &String| self.emojis().find(|custom| custom.is_named(text));
        Some(Reaction {
            kind,
            custom: emoji
                .as_ref()
                .filter(|text| text.starts_with(':'))
                .and_then(named),
            emoji,
            object: self.object_id(),
        })
    }

    fn emoji(&self) -> Option<String> {
        let misskey = || self.extension::<misskey::Reaction>().reaction;
        let content = self.content.clone().filter(|text| is_emoji(text));
        content.or_else(|| misskey().filter(|text| is_emoji(text)))
    }
}

/// A shortcode between colons, or a short text that is not written in ASCII alone. Which letters are emoji changes every year.
fn is_emoji(text: &str) -> bool {
    let shortcode = text
        .strip_prefix(':')
        .and_then(|text| text.strip_suffix(':'));
    let odd = |letter: char| letter.is_whitespace() || letter.is_control() || letter == ':';
    match shortcode {
        Some(name) => !name.is_empty() && !name.contains(odd),
        None => text.len() <= LONGEST_EMOJI && !text.is_ascii() && !text.contains(odd),
    }
}
