//! Text that strangers wrote, as it may go to a terminal.

/// The text in one line, cut to `limit` characters, without the characters that steer a terminal or turn the direction of writing.
#[must_use]
pub fn shown(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == limit {
            line.push('…');
            break;
        }
        match character {
            '\n' | '\r' | '\t' => line.push(' '),
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                line.extend(character.escape_unicode());
            }
            character if character.is_control() => line.extend(character.escape_unicode()),
            character => line.push(character),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_steer_the_terminal() {
        assert_eq!(
            shown("a\u{1b}[2Jb\u{202e}c\nd\u{9b}", 100),
            "a\\u{1b}[2Jb\\u{202e}c d\\u{9b}"
        );
        assert_eq!(shown("äöü", 3), "äöü");
        assert_eq!(shown("äöüß", 3), "äöü…");
    }
}
