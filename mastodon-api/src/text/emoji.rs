//! Custom emoji in texts.

use std::collections::HashMap;
use std::ops::Range;

use crate::entities::CustomEmoji;

/// The custom emoji that a text uses: where they stand in it, in bytes, and which they are.
///
/// A name between colons counts where Mastodon takes it for an emoji: with no letter, digit or colon next to it. Names
/// that are not among `emojis` are text.
///
/// ```
/// use mastodon_api::{entities::CustomEmoji, text::custom_emojis};
///
/// let mut blob = CustomEmoji::new();
/// blob.shortcode = "blobcat".to_owned();
/// let found = custom_emojis("hi :blobcat: :nobody:", std::slice::from_ref(&blob));
/// assert_eq!(found, [(3..12, &blob)]);
/// ```
#[must_use]
pub fn custom_emojis<'e>(
    text: &str,
    emojis: &'e [CustomEmoji],
) -> Vec<(Range<usize>, &'e CustomEmoji)> {
    let known: HashMap<&str, &CustomEmoji> = emojis
        .iter()
        .map(|emoji| (&*emoji.shortcode, emoji))
        .collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(colon) = text.get(at..).and_then(|rest| rest.find(':')) {
        let start = at + colon;
        let name_start = start + 1;
        let rest = text.get(name_start..).unwrap_or_default();
        let name_end = name_start
            + rest
                .bytes()
                .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
                .count();
        let is_free = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || c == ':'));
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text.get(name_end..).unwrap_or_default();
        let emoji = text.get(name_start..name_end).and_then(|n| known.get(n));
        match (emoji, after.strip_prefix(':')) {
            (Some(emoji), Some(after)) if is_free(before) && is_free(after.chars().next()) => {
                found.push((start..name_end + 1, *emoji));
                at = name_end + 1;
            }
            // What ends one name may begin the next.
            _ => at = name_end.max(name_start),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emoji(name: &str) -> CustomEmoji {
        let mut emoji = CustomEmoji::new();
        emoji.shortcode = name.to_owned();
        emoji
    }

    #[test]
    fn a_name_between_colons_stands_alone() {
        let known = [emoji("ab"), emoji("cd")];
        let found = |text: &str| -> Vec<_> {
            custom_emojis(text, &known)
                .into_iter()
                .map(|(range, emoji)| (range.start, emoji.shortcode.clone()))
                .collect()
        };
        assert_eq!(found(":ab: (:cd:)"), [(0, "ab".into()), (6, "cd".into())]);
        assert_eq!(found("x:ab: :ab:x ::ab:: :AB: :ab :zz:"), []);
        assert_eq!(found(":zz:ab: é:ab:"), []);
        assert_eq!(found("12:30 :ab:"), [(6, "ab".into())]);
    }

    #[test]
    fn many_colons_take_no_long_time() {
        assert!(custom_emojis(&":ab".repeat(200_000), &[emoji("ab")]).is_empty());
        assert!(custom_emojis(&":".repeat(500_000), &[emoji("ab")]).is_empty());
    }
}
