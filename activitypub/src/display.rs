//! Names and titles that strangers chose, made fit to be shown.
//!
//! The document keeps what came; this is for the eye only. A name is never an id, a path or a key.

use unicode_segmentation::UnicodeSegmentation as _;

/// One line that stays a line, at most `limit` letters long as a person counts them: an emoji of seven code points is one.
///
/// Out go control characters (`NUL`, what steers a terminal), what turns the direction of the text around, and what takes no room
/// (zero-width spaces, fillers, tags, byte order marks). A letter has at most three marks. Line breaks and runs of white space become one
/// space. What is longer ends in `…`. A name of nothing else is empty: show the handle instead. `../` stays `../`: a name is for people
/// and never for a file system.
///
/// ```
/// use activitypub::display::one_line;
///
/// assert_eq!(one_line("Alice\u{202e}gnp.exe\u{0}\n B", 40), "Alicegnp.exe B");
/// assert_eq!(one_line("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2), "👩‍👩‍👧‍👦…");
/// ```
#[must_use]
pub fn one_line(text: &str, limit: usize) -> String {
    let seen = visible(text, limit.saturating_add(1).saturating_mul(LONGEST));
    let letters = || seen.graphemes(true).map(bounded);
    if letters().nth(limit).is_none() {
        return letters().collect::<String>().trim_end().to_owned();
    }
    let mut line: String = letters().take(limit.saturating_sub(1)).collect();
    line.truncate(line.trim_end().len());
    line.extend((limit > 0).then_some('…'));
    line
}

/// The longest emoji in use has 10 code points.
const LONGEST: usize = 12;

/// Marks on one letter: Vietnamese and phonetic script need two, what is called zalgo has dozens.
const MARKS: usize = 3;

fn bounded(letter: &str) -> &str {
    let end = letter.char_indices().nth(LONGEST);
    end.and_then(|(end, _)| letter.get(..end)).unwrap_or(letter)
}

/// What of a text can be seen, in at most so many code points.
fn visible(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut last = ' ';
    let mut marks = 0;
    let letters = text
        .chars()
        .filter(|letter| letter.is_whitespace() || !is_hidden(*letter));
    for letter in letters.map(|letter| if letter.is_whitespace() { ' ' } else { letter }) {
        let superfluous = match letter {
            ' ' => last == ' ',
            _ if joins(letter) => last == ' ' || joins(last),
            _ if is_mark(letter) => marks >= MARKS,
            _ => false,
        };
        if superfluous {
            continue;
        }
        marks = match letter {
            _ if is_mark(letter) => marks + 1,
            _ if joins(letter) => marks,
            _ => 0,
        };
        line.push(letter);
        last = letter;
        // At least one letter more than is shown, so that it is known whether there are more.
        if line.len() >= most.saturating_mul(4) {
            break;
        }
    }
    line
}

/// Joins what stands before it with what follows, or chooses between two forms of it.
fn joins(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// A mark that may stand on any letter.
fn is_mark(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Controls, and the code points that Unicode calls default ignorable, without those that join.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_not_there() {
        assert_eq!(one_line(" a \t\n\u{2028} b ", 9), "a b");
        assert_eq!(one_line("\u{200b}\u{3164}\u{200d}\u{e0041}\0", 9), "");
        assert_eq!(one_line("a\u{1b}[2Jb\u{9b}c", 9), "a[2Jbc");
        assert_eq!(one_line("\u{2066}../..\u{2069}", 9), "../..");
        // Persian and families need the joiners.
        for kept in [
            "می\u{200c}خواهم",
            "👩‍👩‍👧‍👦",
            "1\u{fe0f}\u{20e3}",
            "नमस्ते",
            "Tiếng Việt",
        ] {
            assert_eq!(one_line(kept, 20), kept);
        }
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        assert_eq!(one_line("abcd", 4), "abcd");
        assert_eq!(one_line("abcde", 4), "abc…");
        assert_eq!(one_line("ab cd", 4), "ab…");
        assert_eq!(one_line("abc", 0), "");
        let emoji = "👩🏽‍🚀".repeat(4096);
        assert_eq!(one_line(&emoji, 3), "👩🏽‍🚀👩🏽‍🚀…");
    }

    #[test]
    fn marks_do_not_tower() {
        let zalgo = format!("Z{}a", "\u{301}\u{35c}\u{fe0f}\u{489}".repeat(50));
        assert!(one_line(&zalgo, 9).chars().count() < 12, "{zalgo}");
        let thai = format!("ก{}", "\u{e47}".repeat(500));
        assert!(one_line(&thai, 9).chars().count() <= LONGEST);
    }

    proptest! {
        #[test]
        fn any_text_becomes_a_line(text in r"(\PC|\pC|\pM|[\u{202e}\u{200d} a]){0,60}", limit in 0_usize..20) {
            let line = one_line(&text, limit);
            prop_assert!(line.graphemes(true).count() <= limit);
            prop_assert!(!line.chars().any(|letter| letter.is_control() || is_hidden(letter)));
            prop_assert_eq!(line.trim(), &line);
        }
    }
}
