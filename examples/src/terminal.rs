//! Text that strangers wrote, as it may go to a terminal.

use mastodon_api::entities::{Poll, PollOption, Status};

/// A post as a person reads it. Nothing in it can steer the terminal.
#[must_use]
pub fn post(status: &Status, open: bool) -> String {
    let mut lines = Vec::new();
    let post = status.reblog.as_deref().unwrap_or(status);
    if status.reblog.is_some() {
        lines.push(format!("↻ @{} boosted", shown(&status.account.acct, 200)));
    }
    let when = post
        .created_at
        .map(|time| time.format(" · %Y-%m-%d %H:%M").to_string());
    let name = match &*post.account.display_name {
        "" => &post.account.username,
        name => name,
    };
    lines.push(format!(
        "{} @{}{} · {}",
        shown(name, 100),
        shown(&post.account.acct, 200),
        when.unwrap_or_default(),
        post.visibility.as_str()
    ));
    let is_hidden = !post.spoiler_text.is_empty() && !open;
    if !post.spoiler_text.is_empty() {
        lines.push(format!("  ⚠ {}", shown(&post.spoiler_text, 500)));
    }
    if !is_hidden {
        let content = post.content.to_text();
        lines.extend(
            content
                .lines()
                .map(|line| format!("  {}", shown(line, 10_000))),
        );
        for medium in &post.media_attachments {
            let description = medium
                .description
                .as_deref()
                .filter(|text| !text.is_empty());
            let description = description.unwrap_or("(no description)");
            lines.push(format!(
                "  [{}] {}",
                shown(medium.kind.as_str(), 20),
                shown(description, 1500)
            ));
        }
        lines.extend(post.poll.as_deref().into_iter().flat_map(answers));
    }
    lines.push(format!(
        "  ↻ {} ★ {} ↩ {}  {}",
        post.reblogs_count,
        post.favourites_count,
        post.replies_count,
        post.url.as_ref().map_or_else(
            || format!("id {}", shown(post.id.as_str(), 100)),
            |url| shown(url.as_str(), 500)
        ),
    ));
    lines.push(String::new());
    lines.join("\n")
}

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

fn answers(poll: &Poll) -> Vec<String> {
    let total = poll.votes_count.max(1);
    let answer = |option: &PollOption| match option.votes_count {
        Some(votes) => format!(
            "  ○ {} ({} %)",
            shown(&option.title, 200),
            votes.saturating_mul(100) / total
        ),
        None => format!("  ○ {}", shown(&option.title, 200)),
    };
    poll.options.iter().map(answer).collect()
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
