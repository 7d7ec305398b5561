//! Reads JSON text once, checks every rule of the edge, and leaves a flat index of where each value stands.
//!
//! Why not `serde_json` alone: names that repeat, depth and size have to be checked over the whole document, and the family
//! of a thing is known only once its `type` was seen, which may stand last. With the index both cost one pass: a value that
//! nobody reads is a slice of the text, and nothing is scanned a second time however deep it stands.

use std::borrow::Cow;

use crate::error::{ReadError, Refusal};
use crate::limits::Limits;

/// The text and the index of one document.
pub(crate) struct Tape<'a> {
    text: &'a str,
    spans: Vec<Span>,
}

/// A value, or a name inside an object. The members of an object follow it as name, value, name, value.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
    /// The span after this value and everything in it.
    next: u32,
    escaped: bool,
}

/// What a value is, told from its first byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// One value of a document.
#[derive(Clone, Copy)]
pub struct Node<'t, 'a> {
    tape: &'t Tape<'a>,
    span: Span,
    index: u32,
}

/// Only the shape: the text is foreign and may be long.
impl std::fmt::Debug for Node<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shape().fmt(f)
    }
}

impl<'a> Tape<'a> {
    /// Indexes a document that came from elsewhere.
    pub(crate) fn document(bytes: &'a [u8], limits: &Limits) -> Result<Self, ReadError> {
        if bytes.len() > limits.bytes {
            return Err(ReadError::new(
                Refusal::TooLong,
                limits.bytes,
                String::new(),
            ));
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            return Err(ReadError::new(Refusal::ByteOrderMark, 0, String::new()));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            ReadError::new(Refusal::NotUtf8, error.valid_up_to(), String::new())
        })?;
        let tape = Scanner::new(text, limits).run()?;
        if tape.root().is_none_or(|root| root.shape() != Shape::Object) {
            return Err(ReadError::new(Refusal::NotAnObject, 0, String::new()));
        }
        Ok(tape)
    }

    /// Indexes a value that passed [`document`](Self::document) before, or that the caller set.
    pub(crate) fn kept(text: &'a str) -> Option<Self> {
        Scanner::new(text, &Limits::kept()).run().ok()
    }

    pub(crate) fn root(&self) -> Option<Node<'_, 'a>> {
        self.node(0)
    }

    fn node(&self, index: u32) -> Option<Node<'_, 'a>> {
        let span = *self.spans.get(index as usize)?;
        Some(Node {
            tape: self,
            span,
            index,
        })
    }
}

impl<'t, 'a> Node<'t, 'a> {
    /// The JSON text as it came.
    pub(crate) fn raw(self) -> &'a str {
        let text: &'a str = self.tape.text;
        text.get(self.span.start as usize..self.span.end as usize)
            .unwrap_or("null")
    }

    /// Where it stands, counted in bytes from the start of the text.
    #[cfg(feature = "proof")]
    pub(crate) fn start(self) -> usize {
        self.span.start as usize
    }

    pub(crate) fn shape(self) -> Shape {
        match self.raw().as_bytes().first() {
            Some(b'{') => Shape::Object,
            Some(b'[') => Shape::Array,
            Some(b'"') => Shape::String,
            Some(b't' | b'f') => Shape::Boolean,
            Some(b'-' | b'0'..=b'9') => Shape::Number,
            _ => Shape::Null,
        }
    }

    /// The text of a string, `None` for anything else.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        if self.shape() != Shape::String {
            return None;
        }
        let raw = self.raw();
        if self.span.escaped {
            // The scan let only escapes pass that serde_json reads too.
            return serde_json::from_str(raw).ok().map(Cow::Owned);
        }
        raw.get(1..raw.len().saturating_sub(1)).map(Cow::Borrowed)
    }

    /// The names and values of an object, in order; nothing for anything else.
    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Self)> {
        let end = if self.shape() == Shape::Object {
            self.span.next
        } else {
            self.index
        };
        let mut at = self.index + 1;
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let name = self.tape.node(at)?;
            let value = self.tape.node(at + 1)?;
            at = value.span.next;
            Some((name.string()?, value))
        })
    }

    /// The elements of an array, in order; nothing for anything else.
    pub(crate) fn elements(self) -> impl Iterator<Item = Self> {
        let end = if self.shape() == Shape::Array {
            self.span.next
        } else {
            self.index
        };
        let mut at = self.index + 1;
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let value = self.tape.node(at)?;
            at = value.span.next;
            Some(value)
        })
    }
}

/// Appends a string with its quotes.
pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            control => {
                out.push_str("\\u00");
                for digit in [control >> 4, control & 15] {
                    out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
                }
            }
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

/// Appends one step to a JSON pointer (RFC 6901 section 3).
pub(crate) fn push_step(path: &mut String, name: &str) {
    path.push('/');
    for letter in name.chars() {
        match letter {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            other => path.push(other),
        }
    }
}

struct Scanner<'a, 'l> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    spans: Vec<Span>,
    open: Vec<Open>,
    objects: usize,
    names: Vec<u32>,
    limits: &'l Limits,
}

/// An object or array whose end is not reached.
#[derive(Clone, Copy)]
struct Open {
    index: u32,
    items: usize,
    object: bool,
    /// The span of the name whose value is being read.
    name: u32,
}

/// Above this many names sorting is cheaper than comparing each with each.
const FEW_NAMES: usize = 24;

/// How much of a foreign name an error's path repeats.
const NAME_IN_PATH: usize = 64;

impl<'a, 'l> Scanner<'a, 'l> {
    fn new(text: &'a str, limits: &'l Limits) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            spans: Vec::with_capacity(text.len() / 24 + 4),
            open: Vec::new(),
            objects: 0,
            names: Vec::new(),
            limits,
        }
    }

    fn run(mut self) -> Result<Tape<'a>, ReadError> {
        if u32::try_from(self.bytes.len()).is_err() {
            return Err(self.refuse(Refusal::TooLong));
        }
        self.skip_space();
        self.value()?;
        while let Some(open) = self.open.last().copied() {
            self.skip_space();
            let close = if open.object { b'}' } else { b']' };
            if self.peek() == Some(close) {
                self.at += 1;
                self.close()?;
                continue;
            }
            if open.items > 0 {
                self.expect(b',')?;
                self.skip_space();
            }
            self.count_item()?;
            if open.object {
                self.name()?;
            }
            self.value()?;
        }
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(self.refuse(Refusal::TrailingBytes));
        }
        Ok(Tape {
            text: self.text,
            spans: self.spans,
        })
    }

    fn count_item(&mut self) -> Result<(), ReadError> {
        let limit = self.limits.items;
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        open.items += 1;
        if open.items > limit {
            return Err(self.refuse(Refusal::TooManyItems));
        }
        Ok(())
    }

    fn name(&mut self) -> Result<(), ReadError> {
        if self.peek() != Some(b'"') {
            return Err(self.refuse_here());
        }
        let index = self.next_index();
        if let Some(open) = self.open.last_mut() {
            open.name = index;
        }
        self.string()?;
        self.skip_space();
        self.expect(b':')?;
        self.skip_space();
        Ok(())
    }

    fn value(&mut self) -> Result<(), ReadError> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{') => self.begin(true),
            Some(b'[') => self.begin(false),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.refuse_here()),
        }
    }

    fn begin(&mut self, object: bool) -> Result<(), ReadError> {
        if self.open.len() >= self.limits.depth {
            return Err(self.refuse(Refusal::TooDeep));
        }
        if object {
            self.objects += 1;
            if self.objects > self.limits.objects {
                return Err(self.refuse(Refusal::TooManyObjects));
            }
        }
        self.open.push(Open {
            index: self.next_index(),
            items: 0,
            object,
            name: 0,
        });
        let start = self.at;
        self.at += 1;
        self.push(start, false);
        Ok(())
    }

    fn close(&mut self) -> Result<(), ReadError> {
        let Some(open) = self.open.last().copied() else {
            return Ok(());
        };
        let (end, next) = (offset(self.at), self.next_index());
        if let Some(span) = self.spans.get_mut(open.index as usize) {
            span.end = end;
            span.next = next;
        }
        if open.object {
            self.refuse_repeated_name(open)?;
        }
        self.open.pop();
        Ok(())
    }

    fn refuse_repeated_name(&mut self, open: Open) -> Result<(), ReadError> {
        if open.items < 2 {
            return Ok(());
        }
        let mut names = std::mem::take(&mut self.names);
        names.clear();
        let mut at = open.index + 1;
        let mut plain = true;
        while let (Some(name), Some(value)) =
            (self.spans.get(at as usize), self.spans.get(at as usize + 1))
        {
            names.push(at);
            plain &= !name.escaped;
            at = value.next;
        }
        let repeated = if plain && names.len() <= FEW_NAMES {
            names.iter().enumerate().find_map(|(count, &later)| {
                let text = self.plain_name(later);
                names
                    .iter()
                    .take(count)
                    .any(|&earlier| self.plain_name(earlier) == text)
                    .then_some(later)
            })
        } else {
            let mut sorted: Vec<(Cow<'_, str>, u32)> = names
                .iter()
                .map(|&index| (self.decoded_name(index), index))
                .collect();
            sorted.sort_unstable();
            sorted
                .iter()
                .zip(sorted.iter().skip(1))
                .find_map(|(one, other)| (one.0 == other.0).then_some(other.1))
        };
        self.names = names;
        let Some(repeated) = repeated else {
            return Ok(());
        };
        if let Some(last) = self.open.last_mut() {
            last.name = repeated;
        }
        self.at = self
            .spans
            .get(repeated as usize)
            .map_or(self.at, |span| span.start as usize);
        Err(self.refuse(Refusal::DuplicateKey))
    }

    /// A name without its quotes, escapes not decoded.
    fn plain_name(&self, index: u32) -> &'a str {
        let text: &'a str = self.text;
        let span = self.spans.get(index as usize);
        span.and_then(|span| {
            text.get(span.start as usize + 1..(span.end as usize).saturating_sub(1))
        })
        .unwrap_or_default()
    }

    fn decoded_name(&self, index: u32) -> Cow<'a, str> {
        let plain = self.plain_name(index);
        if !plain.contains('\\') {
            return Cow::Borrowed(plain);
        }
        serde_json::from_str(&format!("\"{plain}\"")).map_or(Cow::Borrowed(plain), Cow::Owned)
    }

    fn string(&mut self) -> Result<(), ReadError> {
        let start = self.at;
        let mut escaped = false;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0x20..) => self.at += 1,
                _ => return Err(self.refuse_here()),
            }
        }
        self.at += 1;
        self.push(start, escaped);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), ReadError> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let unit = self.code_unit()?;
                if (0xdc00..0xe000).contains(&unit) {
                    return Err(self.refuse(Refusal::LoneSurrogate));
                }
                if (0xd800..0xdc00).contains(&unit) {
                    if self.peek() != Some(b'\\') || self.bytes.get(self.at + 1) != Some(&b'u') {
                        return Err(self.refuse(Refusal::LoneSurrogate));
                    }
                    self.at += 1;
                    if !(0xdc00..0xe000).contains(&self.code_unit()?) {
                        return Err(self.refuse(Refusal::LoneSurrogate));
                    }
                }
            }
            _ => return Err(self.refuse_here()),
        }
        Ok(())
    }

    /// Reads `uXXXX`.
    fn code_unit(&mut self) -> Result<u32, ReadError> {
        let mut unit = 0;
        for _ in 0..4 {
            self.at += 1;
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.refuse_here());
            };
            unit = unit * 16 + digit;
        }
        self.at += 1;
        Ok(unit)
    }

    fn number(&mut self) -> Result<(), ReadError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let digits = self.at;
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        // Only these can leave the range of a double.
        let mut large = self.at - digits > 300;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            large = true;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        if large {
            let text = self.text.get(start..self.at).unwrap_or_default();
            if text.parse::<f64>().is_ok_and(f64::is_infinite) {
                return Err(self.refuse(Refusal::NumberOutOfRange));
            }
        }
        self.push(start, false);
        Ok(())
    }

    fn digits(&mut self) -> Result<(), ReadError> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.refuse_here());
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), ReadError> {
        let start = self.at;
        for &letter in word {
            self.expect(letter)?;
        }
        self.push(start, false);
        Ok(())
    }

    fn expect(&mut self, byte: u8) -> Result<(), ReadError> {
        if self.peek() != Some(byte) {
            return Err(self.refuse_here());
        }
        self.at += 1;
        Ok(())
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next_index(&self) -> u32 {
        offset(self.spans.len())
    }

    fn push(&mut self, start: usize, escaped: bool) {
        let next = self.next_index() + 1;
        self.spans.push(Span {
            start: offset(start),
            end: offset(self.at),
            next,
            escaped,
        });
    }

    /// Refuses the byte that stands here, or the end where more was needed.
    fn refuse_here(&self) -> ReadError {
        self.refuse(if self.at < self.bytes.len() {
            Refusal::Syntax
        } else {
            Refusal::UnexpectedEnd
        })
    }

    fn refuse(&self, refusal: Refusal) -> ReadError {
        let mut path = String::new();
        for open in self.open.iter().filter(|open| open.items > 0) {
            if open.object {
                let name = self.decoded_name(open.name);
                let end = name
                    .char_indices()
                    .nth(NAME_IN_PATH)
                    .map_or(name.len(), |(at, _)| at);
                push_step(&mut path, name.get(..end).unwrap_or_default());
            } else {
                push_step(&mut path, &(open.items - 1).to_string());
            }
        }
        ReadError::new(refusal, self.at, path)
    }
}

/// Documents above 4 GiB are refused before anything is counted, so this never saturates.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refusal(text: &str) -> (Refusal, String) {
        let error = Tape::document(text.as_bytes(), &Limits::default())
            .err()
            .expect(text);
        (error.refusal(), error.path().to_owned())
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in [
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":\"",
            "{\"a\":\"\\",
            "{\"a\":\"\\u00",
            "{\"a\":tru",
            "",
            " ",
            "{\"a\":-",
            "{\"a\":1e",
            "{\"a\":1.",
        ] {
            assert_eq!(refusal(text).0, Refusal::UnexpectedEnd, "{text}");
        }
        for text in [
            "{a:1}",
            "{\"a\":01}",
            "{\"a\":+1}",
            "{\"a\":.5}",
            "{\"a\":1.}",
            "{\"a\":1,}",
            "{\"a\":[1,]}",
            "{\"a\":[,]}",
            "{,}",
            "{\"a\":'b'}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u00g0\"}",
            "{\"a\":NaN}",
            "{\"a\" 1}",
            "{\"a\":\"\0\"}",
            "{\"a\":[1 2]}",
            "{\"a\":[1}",
            "{\"a\":1]",
            "{\"a\":nul1}",
        ] {
            assert_eq!(refusal(text).0, Refusal::Syntax, "{text}");
        }
    }

    #[test]
    fn names_the_place() {
        assert_eq!(refusal("{\"a\":{\"b/c\":[1,x]}}").1, "/a/b~1c/1");
        assert_eq!(
            refusal("{\"a\":[{\"b\":1,\"c\":2,\"b\":3}]}"),
            (Refusal::DuplicateKey, "/a/0/b".into())
        );
        let error = Tape::document(b"{\"a\":1,\"a\":2}", &Limits::default())
            .err()
            .unwrap();
        assert_eq!(error.offset(), 7);
    }

    #[test]
    fn a_name_repeats_however_it_is_escaped() {
        assert_eq!(refusal("{\"a\":1,\"\\u0061\":2}").0, Refusal::DuplicateKey);
        let mut wide: Vec<String> = (0..100).map(|n| format!("\"k{n}\":0")).collect();
        assert!(
            Tape::document(
                format!("{{{}}}", wide.join(",")).as_bytes(),
                &Limits::default()
            )
            .is_ok()
        );
        wide.push("\"k7\":1".into());
        assert_eq!(
            refusal(&format!("{{{}}}", wide.join(","))),
            (Refusal::DuplicateKey, "/k7".into())
        );
    }

    #[test]
    fn surrogates_come_in_pairs() {
        for text in [
            "\\ud800",
            "\\udc00",
            "\\ud800\\ud800",
            "\\ud800x",
            "\\ud83d\\n",
        ] {
            assert_eq!(
                refusal(&format!("{{\"a\":\"{text}\"}}")).0,
                Refusal::LoneSurrogate,
                "{text}"
            );
        }
        assert!(Tape::document(br#"{"a":"\ud83d\ude00"}"#, &Limits::default()).is_ok());
    }

    #[test]
    fn numbers_stay_in_the_range_of_a_double() {
        assert_eq!(refusal("{\"a\":1e400}").0, Refusal::NumberOutOfRange);
        assert_eq!(
            refusal(&format!("{{\"a\":-{}}}", "9".repeat(400))).0,
            Refusal::NumberOutOfRange
        );
        assert!(Tape::document(b"{\"a\":1e300,\"b\":1e-400}", &Limits::default()).is_ok());
    }

    proptest! {
        /// Whatever serde_json reads as an object we read, and the other way round; only names that repeat part us.
        #[test]
        fn agrees_with_serde_json(text in r#"\{("[ab\\u0061]{1,3}":(["\\a-d/u0-9]{1,8}|-?[0-9.eE+]{1,5}|true|null|\[[0-9, ]{0,4}\]),?){0,3}\}"#) {
            let theirs = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text).is_ok();
            match Tape::document(text.as_bytes(), &Limits::default()) {
                Ok(_) => prop_assert!(theirs),
                Err(error) if error.refusal() == Refusal::DuplicateKey => {}
                Err(_) => prop_assert!(!theirs),
            }
        }

        #[test]
        fn writes_strings_that_read_back(text in any::<String>()) {
            let mut out = String::new();
            write_string(&text, &mut out);
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }

        #[test]
        fn any_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            drop(Tape::document(&bytes, &Limits::default()));
        }
    }
}
