//! HTML as lines of text: plain, or with the marks of Markdown.

use std::ops::Range;

use url::Url;

/// Elements inside each other that show in the text; deeper ones are only their text.
const DEPTH: usize = 16;

/// A link, mention or hashtag of a text.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Anchor {
    /// What it is.
    pub kind: AnchorKind,
    /// Its text, whole also where an app shows it shortened.
    pub text: String,
    /// Where it leads, if that is an `https:` or `http:` address.
    pub url: Option<Url>,
    /// Where it stands in [`Html::to_text`](super::Html::to_text), in bytes.
    pub range: Range<usize>,
}

/// What an [`Anchor`] is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AnchorKind {
    /// A link.
    Link,
    /// Somebody's address.
    Mention,
    /// A hashtag.
    Hashtag,
}

/// Text in the making.
#[derive(Default)]
pub(super) struct Writer {
    is_markdown: bool,
    pub(super) written: String,
    pub(super) anchors: Vec<Anchor>,
    /// Line breaks that come before the next text: at the end there are none.
    breaks: usize,
    space: bool,
    /// The element inside which nothing is for people, such as a script.
    hidden: Option<Vec<u8>>,
    preformatted: usize,
    anchor: Option<OpenAnchor>,
    /// Where the line begins, after what stands before all lines of a list or quotation.
    line: usize,
    /// `> ` for a quotation, spaces for a list: what the lines begin with.
    prefixes: Vec<&'static str>,
    /// Those of the last line.
    last_prefixes: Vec<&'static str>,
    /// The numbers of the lists that are open; `None` for one without.
    lists: Vec<Option<u64>>,
    /// Emphasis whose text has begun.
    marks: Vec<&'static str>,
    /// What comes directly before the next text.
    before: Vec<&'static str>,
    /// A list's bullet or number, which comes before all that.
    bullet: Option<String>,
    code: Option<String>,
}

struct OpenAnchor {
    kind: AnchorKind,
    url: Option<Url>,
    /// Its letters, without marks and spaces.
    letters: String,
    start: Option<usize>,
}

impl Writer {
    pub(super) fn markdown() -> Self {
        Self {
            is_markdown: true,
            ..Self::default()
        }
    }

    pub(super) fn start(
        &mut self,
        name: &[u8],
        anchor: impl FnOnce() -> (AnchorKind, Option<Url>),
    ) {
        if self.hidden.is_some() {
            return;
        }
        if matches!(
            name,
            b"script"
                | b"style"
                | b"template"
                | b"noscript"
                | b"title"
                | b"iframe"
                | b"noembed"
                | b"noframes"
        ) {
            self.hidden = Some(name.to_owned());
            return;
        }
        if name == b"a" {
            self.end_anchor();
            let (kind, url) = anchor();
            self.anchor = Some(OpenAnchor {
                kind,
                url,
                letters: String::new(),
                start: None,
            });
        }
        if name == b"br" {
            match &mut self.code {
                Some(code) => code.push('\n'),
                None => self.breaks += 1,
            }
        }
        self.breaks = self.breaks.max(self.breaks_around(name));
        if name == b"pre" {
            self.preformatted += 1;
        }
        if self.is_markdown {
            self.start_marked(name);
        } else if name == b"li" {
            self.push("- ");
        }
    }

    fn start_marked(&mut self, name: &[u8]) {
        match name {
            b"ul" | b"ol" => {
                if self.lists.len() < DEPTH {
                    if !self.lists.is_empty() {
                        self.prefixes.push("  ");
                    }
                    self.lists.push((name == b"ol").then_some(0));
                }
            }
            b"li" => {
                self.bullet = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{number}. ")
                    }
                    _ => "- ".to_owned(),
                });
            }
            b"blockquote" if self.prefixes.len() < DEPTH => self.prefixes.push("> "),
            b"code" | b"pre" if self.code.is_none() => self.code = Some(String::new()),
            b"h1" => self.before.push("# "),
            b"h2" => self.before.push("## "),
            b"h3" => self.before.push("### "),
            b"h4" => self.before.push("#### "),
            b"h5" => self.before.push("##### "),
            b"h6" => self.before.push("###### "),
            _ => {
                if let Some(mark) = mark(name)
                    && self.marks.len() + self.before.len() < DEPTH
                    && !self.marks.contains(&mark)
                    && !self.before.contains(&mark)
                {
                    self.before.push(mark);
                }
            }
        }
    }

    pub(super) fn end(&mut self, name: &[u8]) {
        if self.hidden.as_deref() == Some(name) {
            self.hidden = None;
        }
        if self.hidden.is_some() {
            return;
        }
        if self.is_markdown {
            self.end_marked(name);
        }
        if name == b"a" {
            self.end_anchor();
        }
        if name == b"pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        self.breaks = self.breaks.max(self.breaks_around(name));
    }

    fn end_marked(&mut self, name: &[u8]) {
        match name {
            b"pre" => self.end_code(true),
            b"code" if self.preformatted == 0 => self.end_code(false),
            b"ul" | b"ol" => {
                if self.lists.pop().is_some() && !self.lists.is_empty() {
                    self.end_prefix("  ");
                }
                self.bullet = None;
            }
            b"blockquote" => self.end_prefix("> "),
            _ => {
                let Some(mark) = mark(name) else { return };
                if let Some(at) = self.before.iter().rposition(|before| *before == mark) {
                    self.before.remove(at);
                } else if let Some(at) = self.marks.iter().rposition(|open| *open == mark) {
                    self.marks.remove(at);
                    self.written.push_str(mark);
                }
            }
        }
    }

    fn end_prefix(&mut self, prefix: &str) {
        if let Some(at) = self.prefixes.iter().rposition(|open| *open == prefix) {
            self.prefixes.remove(at);
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        if let Some(code) = &mut self.code {
            code.extend(text.chars().filter(|&c| is_shown(c)));
            return;
        }
        for c in text.chars() {
            if c == '\n' && self.preformatted > 0 {
                self.breaks += 1;
            } else if c.is_ascii_whitespace() && self.preformatted == 0 {
                self.space = true;
            } else if is_shown(c) {
                self.push_visible(c);
            }
        }
    }

    pub(super) fn finish(&mut self) {
        if self.code.is_some() {
            self.end_code(self.preformatted > 0);
        }
        while let Some(mark) = self.marks.pop() {
            self.written.push_str(mark);
        }
        self.end_anchor();
    }

    fn push_visible(&mut self, c: char) {
        self.make_room();
        if self.is_markdown {
            let line = self.written.get(self.line..).unwrap_or_default();
            if needs_escape(c, line) {
                self.written.push('\\');
            }
        }
        self.written.push(c);
        if let Some(anchor) = &mut self.anchor {
            anchor.letters.push(c);
        }
    }

    /// Writes what stands before the next text: lines, spaces, marks.
    fn make_room(&mut self) {
        if self.written.is_empty() {
            self.begin_line(self.prefixes.len());
        } else if self.breaks > 0 {
            // Nobody needs more than two empty lines, and a wall of `<br>` is no text.
            let lines = self.breaks.min(3);
            let common = self
                .prefixes
                .iter()
                .zip(&self.last_prefixes)
                .take_while(|(now, last)| now == last)
                .count();
            for line in 1..=lines {
                if self.is_markdown {
                    self.written
                        .truncate(self.written.trim_end_matches(' ').len());
                }
                self.written.push('\n');
                // An empty line between two quotations belongs to neither.
                self.begin_line(if line == lines {
                    self.prefixes.len()
                } else {
                    common
                });
            }
        } else if self.space {
            self.written.push(' ');
        }
        self.breaks = 0;
        self.space = false;
        if let Some(bullet) = self.bullet.take() {
            // The list's own indentation is for what follows in the same item.
            self.written.push_str(&bullet);
            self.line = self.written.len();
        }
        for mark in self.before.drain(..) {
            self.written.push_str(mark);
            if !mark.ends_with(' ') {
                self.marks.push(mark);
            }
            self.line = self.written.len();
        }
        if let Some(anchor) = self.anchor.as_mut().filter(|anchor| anchor.start.is_none()) {
            anchor.start = Some(self.written.len());
            if self.is_markdown && anchor.url.is_some() {
                self.written.push('[');
            }
        }
    }

    fn begin_line(&mut self, prefixes: usize) {
        for prefix in self.prefixes.iter().take(prefixes) {
            self.written.push_str(prefix);
        }
        self.last_prefixes.clone_from(&self.prefixes);
        self.line = self.written.len();
    }

    fn end_anchor(&mut self) {
        let Some(OpenAnchor {
            kind,
            url,
            letters,
            start: Some(start),
        }) = self.anchor.take()
        else {
            return;
        };
        if let (true, Some(url)) = (self.is_markdown, &url) {
            // A backslash would escape what ends the link.
            let url = url
                .as_str()
                .replace('(', "%28")
                .replace(')', "%29")
                .replace('\\', "%5C");
            if url.trim_end_matches('/') == letters.trim_end_matches('/') {
                self.written.truncate(start);
                self.written.push_str(&format!("<{url}>"));
            } else {
                self.written.push_str(&format!("]({url})"));
            }
        }
        let shown = self.written.get(start..).unwrap_or_default();
        self.anchors.push(Anchor {
            kind,
            text: shown.to_owned(),
            url,
            range: start..self.written.len(),
        });
    }

    fn end_code(&mut self, is_block: bool) {
        let Some(code) = self.code.take() else { return };
        if code.trim().is_empty() {
            return;
        }
        let fence = longest_run(&code) + 1;
        self.make_room();
        if let Some(anchor) = &mut self.anchor {
            anchor.letters.push_str(&code);
        }
        if is_block {
            let fence = "`".repeat(fence.max(3));
            self.written.push_str(&fence);
            for line in code.trim_end().lines().chain([&*fence]) {
                self.written.push('\n');
                self.begin_line(self.prefixes.len());
                self.written.push_str(line);
            }
        } else {
            let fence = "`".repeat(fence);
            // A backtick at the edge would join the fence.
            let edge = if code.starts_with('`') || code.ends_with('`') {
                " "
            } else {
                ""
            };
            let line = code.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            self.written
                .push_str(&format!("{fence}{edge}{line}{edge}{fence}"));
        }
    }

    fn breaks_around(&self, name: &[u8]) -> usize {
        match name {
            // A list in a list goes on with the next line.
            b"ul" | b"ol" if self.is_markdown && !self.lists.is_empty() => 1,
            b"p" | b"blockquote" | b"pre" | b"ul" | b"ol" | b"h1" | b"h2" | b"h3" | b"h4"
            | b"h5" | b"h6" => 2,
            b"div" | b"li" | b"tr" | b"dt" | b"dd" | b"figcaption" => 1,
            _ => 0,
        }
    }
}

/// The mark around an element in a line.
fn mark(name: &[u8]) -> Option<&'static str> {
    match name {
        b"strong" | b"b" => Some("**"),
        b"em" | b"i" => Some("*"),
        b"del" | b"s" | b"strike" => Some("~~"),
        _ => None,
    }
}

/// Whether a character would mean something to a reader of Markdown after what the line has already.
fn needs_escape(c: char, line: &str) -> bool {
    match c {
        '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '~' => true,
        '#' | '>' | '+' | '-' | '=' => line.is_empty(),
        // A number at the beginning of a line would begin a list.
        '.' | ')' => (1..=9).contains(&line.len()) && line.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

/// Control characters are not for people. Those that set the direction of writing are: see `Html::to_text`.
fn is_shown(c: char) -> bool {
    !c.is_control() || matches!(c, '\n' | '\t')
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
