//! How long a text is for Mastodon, and texts cut into parts that are not longer.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

/// As how many characters Mastodon counts any URL.
pub const CHARACTERS_RESERVED_PER_URL: u64 = 23;

/// How many characters a status counts for the server.
///
/// A character is what a person sees as one, however many code points it has. Each URL counts
/// `characters_reserved_per_url` ([`CHARACTERS_RESERVED_PER_URL`] on Mastodon; `None` as long as it is), a mention of
/// somebody elsewhere counts without the host, and the warning counts too. A URL is what Mastodon makes a link: it
/// begins with `https://` or a few other schemes and its host ends in a top-level domain that Mastodon knows.
///
/// Spaces around it are counted; the server removes them before it counts.
///
/// ```
/// use mastodon_api::text::{CHARACTERS_RESERVED_PER_URL, status_length};
///
/// let text = "@ann@mastodon.example 👩🏽‍💻 https://example.org/a/very/long/path/to/a/page";
/// assert_eq!(status_length(text, "", Some(CHARACTERS_RESERVED_PER_URL)), 4 + 1 + 1 + 1 + 23);
/// ```
///
/// [Mastodon documentation](https://docs.joinmastodon.org/user/posting/#text)
#[must_use]
pub fn status_length(
    text: &str,
    spoiler_text: &str,
    characters_reserved_per_url: Option<u64>,
) -> u64 {
    let mut counted = spoiler_text.to_owned();
    let (mut urls, mut reserved): (u64, u64) = (0, 0);
    let mut rest = 0;
    for entity in entities(text) {
        counted.push_str(part(text, rest..entity.start));
        rest = entity.end;
        match (entity.local_end, characters_reserved_per_url) {
            (Some(local_end), _) => counted.push_str(part(text, entity.start..local_end)),
            (None, None) => counted.push_str(part(text, entity.start..entity.end)),
            (None, Some(reserved_for_it)) => {
                // One letter stands for all, whatever number the server says.
                counted.push('x');
                urls += 1;
                reserved = reserved.saturating_add(reserved_for_it);
            }
        }
    }
    counted.push_str(part(text, rest..text.len()));
    (length(&counted).saturating_sub(urls)).saturating_add(reserved)
}

/// The number of characters as a person sees them.
pub(crate) fn length(text: &str) -> u64 {
    u64::try_from(text.graphemes(true).count()).unwrap_or(u64::MAX)
}

/// Cuts a long text into parts that count at most `limit` characters each, to publish as a thread.
///
/// It is cut between paragraphs if a part is then at least half full, otherwise between words, and inside a word only
/// where that alone is too long; never inside a URL or a mention, which stands alone if it is longer than the limit.
/// Spaces around the parts are removed. A text that is short enough is one part; an empty one is none.
///
/// ```
/// use mastodon_api::text::{CHARACTERS_RESERVED_PER_URL, split_text};
///
/// let parts = split_text("one two three", 8, Some(CHARACTERS_RESERVED_PER_URL));
/// assert_eq!(parts, ["one two", "three"]);
/// ```
#[must_use]
pub fn split_text(text: &str, limit: u64, characters_reserved_per_url: Option<u64>) -> Vec<String> {
    let limit = limit.max(1);
    let mut parts = Vec::new();
    let mut open = vec![text.trim()];
    while let Some(text) = open.pop() {
        let pieces = pieces(text, limit, characters_reserved_per_url);
        // What stands beside a piece may have kept it from being a link: by itself it may be longer.
        if pieces.len() > 1 {
            open.extend(pieces.into_iter().rev());
        } else {
            parts.extend(pieces.into_iter().map(str::to_owned));
        }
    }
    parts
}

/// The text cut into pieces by what its units count where they stand.
fn pieces(text: &str, limit: u64, characters_reserved_per_url: Option<u64>) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut open = Part::default();
    for unit in units(text, characters_reserved_per_url) {
        let is_space = part(text, unit.range.clone()).trim().is_empty();
        if open.length == 0 && is_space {
            open.start = unit.range.end;
            continue;
        }
        if !is_space && open.length.saturating_add(unit.length) > limit && open.length > 0 {
            let cut = open.cut(limit, unit.range.start);
            pieces.push(part(text, open.start..cut.end).trim());
            open = Part {
                start: cut.next,
                length: open.length.saturating_sub(cut.length),
                ..Part::default()
            };
        }
        open.length = open.length.saturating_add(unit.length);
        if is_space {
            open.space(part(text, unit.range.clone()), unit.range);
        }
    }
    let last = part(text, open.start..text.len()).trim();
    if !last.is_empty() {
        pieces.push(last);
    }
    pieces
}

/// A part in the making.
#[derive(Default)]
struct Part {
    start: usize,
    length: u64,
    word: Option<Cut>,
    paragraph: Option<Cut>,
    breaks: usize,
    space_end: usize,
}

/// Where a part may end.
#[derive(Clone, Copy)]
struct Cut {
    end: usize,
    /// Where the next one begins.
    next: usize,
    /// Characters up to there.
    length: u64,
}

impl Part {
    /// Notes a space, which is in `length` already.
    fn space(&mut self, text: &str, range: Range<usize>) {
        let goes_on = self.space_end == range.start && self.word.is_some();
        self.breaks = if goes_on { self.breaks } else { 0 } + text.matches('\n').count();
        let end = match self.word {
            Some(word) if goes_on => word.end,
            _ => range.start,
        };
        let cut = Cut {
            end,
            next: range.end,
            length: self.length,
        };
        self.word = Some(cut);
        if self.breaks > 1 {
            self.paragraph = Some(cut);
        }
        self.space_end = range.end;
    }

    fn cut(&self, limit: u64, here: usize) -> Cut {
        let hard = Cut {
            end: here,
            next: here,
            length: self.length,
        };
        self.paragraph
            .filter(|cut| cut.length >= limit / 2)
            .or(self.word)
            .unwrap_or(hard)
    }
}

/// What is not cut: a URL, a mention, a character.
struct Unit {
    range: Range<usize>,
    length: u64,
}

fn units(text: &str, characters_reserved_per_url: Option<u64>) -> Vec<Unit> {
    let mut units = Vec::new();
    let characters = |units: &mut Vec<Unit>, range: Range<usize>| {
        let start = range.start;
        units.extend(
            part(text, range)
                .grapheme_indices(true)
                .map(|(at, character)| Unit {
                    range: start + at..start + at + character.len(),
                    length: 1,
                }),
        );
    };
    let mut rest = 0;
    for entity in entities(text) {
        characters(&mut units, rest..entity.start);
        rest = entity.end;
        let in_full = || length(part(text, entity.start..entity.end));
        units.push(Unit {
            range: entity.start..entity.end,
            length: match entity.local_end {
                Some(local_end) => length(part(text, entity.start..local_end)),
                None => characters_reserved_per_url.unwrap_or_else(in_full),
            },
        });
    }
    characters(&mut units, rest..text.len());
    units
}

/// A URL or a mention.
struct Entity {
    start: usize,
    end: usize,
    /// Of a mention: where the part ends that counts.
    local_end: Option<usize>,
}

/// The URLs and mentions of a text, in order; of two that overlap the first.
fn entities(text: &str) -> Vec<Entity> {
    let mut found = urls(text);
    found.extend(mentions(text));
    found.sort_by_key(|entity| entity.start);
    let mut end = 0;
    found.retain(|entity| {
        let is_free = entity.start >= end;
        if is_free {
            end = entity.end;
        }
        is_free
    });
    found
}

/// Schemes that Mastodon makes links of.
const SCHEMES: [&str; 8] = [
    "https", "http", "dat", "dweb", "ipfs", "ipns", "ssb", "gopher",
];
const LONGEST_SCHEME: usize = "gemini".len();
/// A host that is longer has no DNS name.
const LONGEST_HOST: usize = 253 * 4;
/// A longer one is text for Mastodon.
const LONGEST_URL: usize = 4096;

fn urls(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut before = None;
    let mut free_from = 0;
    let (mut no_host_before, mut none_but_short_before) = (0, 0);
    for (start, c) in text.char_indices() {
        let may_begin = before.is_none_or(may_precede_url);
        before = Some(c);
        if start < free_from || !may_begin {
            continue;
        }
        let rest = part(text, start..text.len());
        let scheme = scheme(rest);
        if start + scheme < no_host_before {
            continue;
        }
        let most_labels = match start + scheme < none_but_short_before {
            true => 2,
            false => usize::MAX,
        };
        let host = match host(part(rest, scheme..rest.len()), most_labels) {
            Ok(host) => host,
            Err(NoHost { before, but_short }) => {
                let none_before = start + scheme + before;
                if but_short {
                    none_but_short_before = none_before.max(none_but_short_before);
                } else {
                    no_host_before = none_before;
                }
                continue;
            }
        };
        let end = start + scheme + host + after_host(part(rest, scheme + host..rest.len()));
        free_from = end;
        // A host alone is no link, but a URL that begins within it is none either.
        if scheme > 0 && part(text, start..end).chars().count() <= LONGEST_URL {
            found.push(Entity {
                start,
                end,
                local_end: None,
            });
        }
    }
    found
}

fn may_precede_url(c: char) -> bool {
    !(c.is_ascii_alphanumeric()
        || matches!(
            c,
            '@' | '＠' | '$' | '#' | '＃' | '\u{fffe}' | '\u{feff}' | '\u{ffff}'
        ))
}

/// The length of `https://` at the beginning of a text, 0 if there is no such thing.
fn scheme(text: &str) -> usize {
    let name = text
        .bytes()
        .take(LONGEST_SCHEME + 1)
        .take_while(u8::is_ascii_alphabetic)
        .count();
    let is_known = SCHEMES
        .iter()
        .chain(&["gemini"])
        .any(|scheme| part(text, 0..name).eq_ignore_ascii_case(scheme));
    match part(text, name..text.len()).starts_with("://") {
        true if is_known => name + "://".len(),
        _ => 0,
    }
}

/// Where no host begins: else each dot of a long row of labels would be tried anew.
struct NoHost {
    before: usize,
    /// Within a label with `_` one may begin after that, and then it ends with the next label.
    but_short: bool,
}

/// The length of the host at the beginning of a text: up to the last of so many labels that is a top-level domain.
fn host(text: &str, most_labels: usize) -> Result<usize, NoHost> {
    let mut found = None;
    let mut has_underscore = false;
    let mut label_start = 0;
    let mut before: Option<&str> = None;
    let mut labels = 0_usize;
    loop {
        let rest = part(text, label_start..text.len());
        let label_length = rest
            .char_indices()
            .find(|&(at, c)| !(is_host_letter(c) || matches!(c, '-' | '_')) || at > LONGEST_HOST)
            .map_or(rest.len(), |(at, _)| at);
        let label = part(rest, 0..label_length);
        if before.is_some_and(|before| !before.contains('_')) {
            let after = |at: usize| part(rest, at..rest.len()).chars().next();
            found = top_level(label, after)
                .map(|length| label_start + length)
                .or(found);
        }
        let is_name = !label.is_empty()
            && !label.starts_with(['-', '_'])
            && !label.ends_with(['-', '_'])
            && label.len() <= LONGEST_HOST;
        let goes_on = part(rest, label_length..rest.len()).starts_with('.');
        labels += 1;
        if labels >= most_labels {
            // What comes after these is known, and so is what begins before them.
            return found.ok_or(NoHost {
                before: 0,
                but_short: true,
            });
        }
        if !is_name || !goes_on || label_start > LONGEST_HOST {
            return found.ok_or(NoHost {
                before: label_start,
                but_short: has_underscore,
            });
        }
        has_underscore |= label.contains('_');
        before = Some(label);
        label_start += label_length + 1;
    }
}

fn is_host_letter(c: char) -> bool {
    !(c.is_ascii_punctuation()
        || c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{180e}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fffe}'
                | '\u{ffff}'
        ))
}

/// The length of the top-level domain with which a label begins. Letters of another script may follow it at once, as
/// where a sentence without spaces goes on.
fn top_level(label: &str, after: impl Fn(usize) -> Option<char>) -> Option<usize> {
    let lower: String = label
        .chars()
        .take(LONGEST_TOP_LEVEL)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if let Some(rest) = lower.strip_prefix("xn--") {
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        return (length > 0).then_some("xn--".len() + length);
    }
    let ends = lower.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.rev().find(|&end| {
        let may_end =
            after(end).is_none_or(|c| !(c.is_ascii_alphanumeric() || matches!(c, '@' | '+' | '-')));
        may_end && TOP_LEVEL_DOMAINS.contains(part(&lower, 0..end))
    })
}

/// Letters of the longest one, which is in punycode.
const LONGEST_TOP_LEVEL: usize = 63;

/// The top-level domains that Mastodon knows: those of the library twitter-text, which it uses. They are older than
/// the ones that exist today, and it is for the server to say what a link is.
static TOP_LEVEL_DOMAINS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("tlds.txt").split_whitespace().collect());

/// The length of port, path and query.
fn after_host(text: &str) -> usize {
    let mut end = 0;
    if let Some(rest) = text.strip_prefix(':') {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            end = 1 + digits;
        }
    }
    if let Some(rest) = part(text, end..text.len()).strip_prefix('/') {
        end += 1 + path(rest);
    }
    if let Some(rest) = part(text, end..text.len()).strip_prefix('?') {
        let run = rest
            .char_indices()
            .take_while(|&(_, c)| is_in_query(c))
            .filter(|&(_, c)| {
                c.is_ascii_alphanumeric()
                    || !c.is_ascii()
                    || matches!(c, '_' | '&' | '=' | '#' | '/' | '-')
            });
        if let Some((at, c)) = run.last() {
            end += 1 + at + c.len_utf8();
        }
    }
    end
}

/// The length of a path after its first `/`: it does not end with a full stop, and has parentheses only in pairs.
fn path(text: &str) -> usize {
    let mut end = 0;
    let mut at = 0;
    while let Some(c) = part(text, at..text.len()).chars().next() {
        if c == '(' {
            let Some(length) = parentheses(part(text, at..text.len())) else {
                break;
            };
            at += length;
            end = at;
            continue;
        }
        if !is_in_path(c) {
            break;
        }
        at += c.len_utf8();
        if !is_not_last(c) {
            end = at;
        }
    }
    end
}

fn is_in_path(c: char) -> bool {
    !(c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '?'))
}

fn is_not_last(c: char) -> bool {
    matches!(
        c,
        '!' | '*'
            | '"'
            | '\''
            | '「'
            | '」'
            | ';'
            | ':'
            | '='
            | ','
            | '.'
            | '$'
            | '%'
            | '['
            | ']'
            | '~'
            | '&'
            | '|'
            | '@'
    )
}

/// The length of `(a)` or `(a(b)c)`, not empty and no deeper.
fn parentheses(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut last_open = false;
    let mut inner = 0;
    // A URL is no longer, and without an end many an opening one would be looked after to the end of the text.
    for (at, c) in text.char_indices().take(LONGEST_URL) {
        match c {
            '(' if depth == 2 || (depth == 1 && inner > 0) => return None,
            '(' => {
                inner += depth;
                depth += 1;
            }
            ')' if last_open => return None,
            ')' if depth == 1 => return Some(at + 1),
            ')' => depth -= 1,
            c if is_in_path(c) => {}
            _ => return None,
        }
        last_open = c == '(';
    }
    None
}

fn is_in_query(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || ('\u{a0}'..='\u{10fffd}').contains(&c)
        || matches!(
            c,
            '!' | '?'
                | '*'
                | '\''
                | '('
                | ')'
                | ';'
                | ':'
                | '&'
                | '='
                | '+'
                | '$'
                | '/'
                | '%'
                | '#'
                | '['
                | ']'
                | '-'
                | '_'
                | '.'
                | ','
                | '~'
                | '|'
                | '@'
                | '^'
        )
}

/// Characters of a host in a mention.
const LONGEST_MENTIONED_HOST: usize = 253;

fn mentions(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut before = None;
    let mut free_from = 0;
    for (start, c) in text.char_indices() {
        let may_begin = before.is_none_or(|c| !(is_word(c) || matches!(c, '=' | '/')));
        before = Some(c);
        if c != '@' || !may_begin || start < free_from {
            continue;
        }
        let local = dotted(part(text, start + 1..text.len()), is_name);
        if local == 0 {
            continue;
        }
        let local_end = start + 1 + local;
        let host = match part(text, local_end..text.len()).strip_prefix('@') {
            Some(rest) => dotted(rest, is_word),
            None => 0,
        };
        let end = if host > 0 {
            local_end + 1 + host
        } else {
            local_end
        };
        free_from = end;
        let after = part(text, end..text.len());
        let is_none = after.starts_with(['@', '＠'])
            || after.starts_with(is_latin_accent)
            || after.starts_with("://");
        let host = part(text, end - host..end).chars().count();
        if !is_none && host <= LONGEST_MENTIONED_HOST {
            found.push(Entity {
                start,
                end,
                local_end: Some(local_end),
            });
        }
    }
    found
}

/// The length of words with dots and dashes between them, at the beginning of a text.
fn dotted(text: &str, is_letter: impl Fn(char) -> bool) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_letter(c) {
            end = at + c.len_utf8();
        } else if at == 0 || !matches!(c, '.' | '-') {
            break;
        }
    }
    end
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_latin_accent(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') && !matches!(c, '×' | '÷')
}

fn part(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(text: &str) -> u64 {
        status_length(text, "", Some(CHARACTERS_RESERVED_PER_URL))
    }

    #[test]
    fn a_character_is_what_a_person_sees() {
        assert_eq!(count("e\u{301}"), 1);
        assert_eq!(count("👨‍👩‍👧‍👦🇪🇪✊🏿"), 3);
        assert_eq!(count("a\r\nb"), 3);
        assert_eq!(status_length("text", "warning", None), 11);
        // Mastodon counts both as one text.
        assert_eq!(status_length("\u{301}", "e", None), 1);
    }

    #[test]
    fn every_url_has_one_length() {
        for url in [
            "https://a.com",
            "HTTPS://A.COM/",
            "http://a.co.uk:8080/x?y=z#f",
            "https://xn--mnchen-3ya.xn--p1ai/x",
            "https://пример.рф/увидимся/в?Гааге=военный",
            "https://a.com/a_(b)",
            "https://a.com/a_(b_(c)_d)",
            "https://a.com/@ann/1",
            "https://a.com?x=1",
            "gemini://a.com/x",
            "https://a_b.c-d.com/~x/",
        ] {
            assert_eq!(count(url), 23, "{url}");
            assert_eq!(count(&format!("({url})")), 25, "{url}");
            assert_eq!(count(&format!("see {url}.")), 28, "{url}");
        }
        assert_eq!(status_length("https://a.com", "", None), 13);
        assert_eq!(status_length("https://a.com", "", Some(u64::MAX)), u64::MAX);
        assert_eq!(status_length("https://a.com b", "", Some(0)), 2);
    }

    #[test]
    fn what_mastodon_makes_no_link_counts_in_full() {
        for text in [
            "https://a.example/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://localhost/x",
            "ftp://a.com/x",
            "a.com/x",
            "xhttps://a.com/x",
            "@https://a.com/x",
            "https://user:password@a.com/x",
            "https://a_b.com",
            "https://-a.com",
            "https://a.comx/y",
            "https://.com",
            "https://",
            // A host without a scheme begins before, so all of it is text.
            "b.com/?u=https://a.com/x",
        ] {
            assert_eq!(count(text), length(text), "{text}");
        }
    }

    #[test]
    fn a_url_ends_where_mastodon_ends_it() {
        assert_eq!(count("https://a.com/x).y"), 23 + 3);
        assert_eq!(count("https://a.com/x!!"), 23 + 2);
        assert_eq!(count("https://a.com/(x"), 23 + 2);
        assert_eq!(count("https://a.com/()"), 23 + 2);
        assert_eq!(count("https://a.com.fooo/x"), 23 + 7);
        assert_eq!(count("https://a.comです"), 23 + 2);
        assert_eq!(count("https://a.com/x<y"), 23 + 2);
        assert_eq!(count("https://a.com?"), 23 + 1);
        assert_eq!(count("https://a.com/「x」"), 23 + 1);
        let long = format!("https://a.com/{}", "x".repeat(LONGEST_URL));
        assert_eq!(count(&long), length(&long));
    }

    #[test]
    fn a_mention_counts_without_its_host() {
        assert_eq!(count("@ann@mastodon.example"), 4);
        assert_eq!(count("@ann.b-c@mastodon.example."), 9);
        assert_eq!(count("hi @ann@mastodon.example, @bob"), 13);
        for text in [
            "a@b.com",
            "/@ann@b.com",
            "=@ann@b.com",
            "@ann@b.com@c",
            "@ann@b.com://x",
            "@ann@",
        ] {
            assert_eq!(count(text), length(text), "{text}");
        }
        let long = format!("@a@{}", "x".repeat(254));
        assert_eq!(count(&long), length(&long));
    }

    #[test]
    fn a_text_is_cut_between_words_and_never_in_a_link() {
        let split = |text: &str, limit| split_text(text, limit, Some(23));
        assert!(split("  \n ", 10).is_empty());
        assert_eq!(split(" one two ", 10), ["one two"]);
        assert_eq!(split("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(
            split("first\n\nsecond third", 12),
            ["first", "second third"]
        );
        assert_eq!(split("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(split("ab 👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2), ["ab", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦"]);
        assert_eq!(
            split("go https://a.com/x-y-z now", 23),
            ["go", "https://a.com/x-y-z", "now"]
        );
        assert_eq!(
            split("@ann@mastodon.example hi", 5),
            ["@ann@mastodon.example", "hi"]
        );
        // Not a link before it is cut.
        let odd = "https://a!com/https://a com/ @a@b¡com https://a¡com/https://a.com/";
        assert!(split(odd, 26).iter().all(|part| count(part) <= 26));
    }

    #[test]
    fn a_long_text_takes_no_long_time() {
        for text in [
            "https://a.com/".repeat(20_000),
            "https://".repeat(40_000),
            "a.".repeat(100_000),
            "((".repeat(100_000),
            format!("https://a.com/{}", "(a".repeat(100_000)),
            "@a@".repeat(100_000),
            format!("https://{}", "a.com.".repeat(50_000)),
            "a_b.".repeat(25_000),
            "@".repeat(200_000),
            "http://".repeat(40_000),
            "👨\u{200d}👩\u{200d}👧".repeat(5_000),
            "\u{200d}".repeat(30_000),
        ] {
            let _ = count(&text);
            let _ = split_text(&text, 500, Some(23));
        }
    }

    proptest! {
        #[test]
        fn parts_fit_and_lose_nothing(text in "([a-zé ]{0,12}|\n\n|https://a.com/[a-z(]{0,9}| @a@b.com |👨‍👩‍👧‍👦|[ -~]){0,30}", limit in 23_u64..60) {
            let parts = split_text(&text, limit, Some(23));
            for part in &parts {
                prop_assert!(count(part) <= limit, "{} of {limit} in {part:?}", count(part));
                prop_assert!(!part.is_empty());
            }
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&parts.concat()), letters(&text));
        }
    }
}
