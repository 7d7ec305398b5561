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
    /// Of a value: the span after it and everything in it. Of a name: its [`fingerprint`].
    next: u32,
    escaped: bool,
}

/// The name of a member. Names are told apart by their fingerprints first: there are some sixty to choose from.
#[derive(Debug)]
pub(crate) struct Name<'a> {
    text: Cow<'a, str>,
    fingerprint: u32,
}

impl<'a> Name<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            fingerprint: fingerprint(text),
        }
    }

    pub(crate) fn fingerprint(&self) -> u32 {
        self.fingerprint
    }
}

impl std::ops::Deref for Name<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// A number that two names seldom share. Nothing may rest on it alone: whoever looks for a second name with the same finds one.
pub(crate) const fn fingerprint(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let (first, last) = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk())
    {
        (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        (
            u32::from_le_bytes(*first) as u64,
            u32::from_le_bytes(*last) as u64,
        )
    } else {
        match *bytes {
            [one] => (one as u64, 0),
            [one, two] => (one as u64, two as u64),
            [one, two, three, ..] => (one as u64 | (two as u64) << 8, three as u64),
            [] => (0, 0),
        }
    };
    let mixed = first.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ (last.rotate_left(32) ^ bytes.len() as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (mixed >> 32) as u32
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
        match self.tape.text.as_bytes().get(self.span.start as usize) {
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
        let text: &'a str = self.tape.text;
        let text =
            text.get(self.span.start as usize + 1..(self.span.end as usize).saturating_sub(1))?;
        if self.span.escaped {
            return unescaped(text).map(Cow::Owned);
        }
        Some(Cow::Borrowed(text))
    }

    /// The names and values of an object, in order; nothing for anything else.
    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Self)> {
        self.named_members().map(|(name, value)| (name.text, value))
    }

    /// The same, for whoever looks the names up.
    pub(crate) fn named_members(self) -> impl Iterator<Item = (Name<'a>, Self)> {
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
            let name = Name {
                text: name.string()?,
                fingerprint: name.span.next,
            };
            Some((name, value))
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
    let mut rest = text;
    loop {
        let plain = plain_length(rest.as_bytes());
        let Some((before, after)) = rest.split_at_checked(plain) else {
            break;
        };
        out.push_str(before);
        let Some(&byte) = after.as_bytes().first() else {
            break;
        };
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
        rest = after.get(1..).unwrap_or_default();
    }
    out.push('"');
}

/// A text without its escapes, which the scan has checked. Not by `serde_json`, whose buffer grows in steps.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        rest = escape.get(1..)?;
        out.push(match *escape.as_bytes().first()? {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let (unit, behind) = code_unit(rest)?;
                rest = behind;
                if let Some(letter) = char::from_u32(unit) {
                    letter
                } else {
                    let (low, behind) = code_unit(rest.strip_prefix("\\u")?)?;
                    rest = behind;
                    char::from_u32(0x1_0000 + ((unit & 0x3ff) << 10 | low & 0x3ff))?
                }
            }
            itself => char::from(itself),
        });
    }
    out.push_str(rest);
    Some(out)
}

fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}

/// How many bytes stand before the first quote, backslash or control character.
fn plain_length(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest_length = rest
        .iter()
        .position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    length + rest_length.unwrap_or(rest.len())
}

/// The high bit of each byte that is a quote, a backslash or a control character. Only the lowest is exact, as subtraction
/// borrows from the bytes above.
fn special(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let quote = word ^ (EACH * 0x22);
    let backslash = word ^ (EACH * 0x5c);
    (word.wrapping_sub(EACH * 0x20) & !word
        | quote.wrapping_sub(EACH) & !quote
        | backslash.wrapping_sub(EACH) & !backslash)
        & (EACH * 0x80)
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
    /// The innermost, and those around it; the outermost of them is none yet.
    open: Open,
    outer: Vec<Open>,
    objects: usize,
    /// The fingerprints of the names of all open objects.
    names: Vec<u32>,
    limits: &'l Limits,
}

/// An object or array whose end is not reached.
#[derive(Default)]
struct Open {
    index: u32,
    items: usize,
    object: bool,
    /// The span of the name whose value is being read, which is not there yet while the name is read.
    name: u32,
    /// Where its names begin among those of all open objects.
    names: usize,
}

/// So many names of an object are compared each with each; if there are more, they are sorted at its end.
const FEW_NAMES: usize = 32;

/// How much of a foreign name an error's path repeats.
const NAME_IN_PATH: usize = 64;

impl<'a, 'l> Scanner<'a, 'l> {
    fn new(text: &'a str, limits: &'l Limits) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            spans: Vec::with_capacity(text.len() / 16 + 4),
            open: Open::default(),
            outer: Vec::with_capacity(16),
            objects: 0,
            names: Vec::with_capacity(64),
            limits,
        }
    }

    fn run(mut self) -> Result<Tape<'a>, ReadError> {
        if u32::try_from(self.bytes.len()).is_err() {
            return Err(ReadError::new(Refusal::TooLong, 0, String::new()));
        }
        // How errors say where they are is worked out once there is one.
        match self.document() {
            Ok(()) => Ok(Tape {
                text: self.text,
                spans: self.spans,
            }),
            Err(refusal) => Err(ReadError::new(refusal, self.at, self.path())),
        }
    }

    fn document(&mut self) -> Result<(), Refusal> {
        self.skip_space();
        self.value()?;
        while !self.outer.is_empty() {
            self.skip_space();
            let end = if self.open.object { b'}' } else { b']' };
            if self.peek() == Some(end) {
                self.at += 1;
                self.close()?;
                continue;
            }
            if self.open.items > 0 {
                self.expect(b',')?;
                self.skip_space();
            }
            self.open.items += 1;
            self.open.name = self.next_index();
            if self.open.items > self.limits.items {
                return Err(Refusal::TooManyItems);
            }
            if self.open.object {
                self.name()?;
            }
            self.value()?;
        }
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(Refusal::TrailingBytes);
        }
        Ok(())
    }

    fn name(&mut self) -> Result<(), Refusal> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        let (start, index) = (self.at, self.next_index());
        let escaped = self.string()?;
        self.push(start, escaped);
        let fingerprint = if escaped {
            fingerprint(&self.decoded_name(index))
        } else {
            let text: &str = self.text;
            fingerprint(text.get(start + 1..self.at - 1).unwrap_or_default())
        };
        if let Some(span) = self.spans.last_mut() {
            span.next = fingerprint;
        }
        self.refuse_repeated_name(index, fingerprint)?;
        self.skip_space();
        self.expect(b':')?;
        self.skip_space();
        Ok(())
    }

    /// Refuses a name that stands in its object already, if that has few names so far.
    fn refuse_repeated_name(&mut self, index: u32, fingerprint: u32) -> Result<(), Refusal> {
        if self.open.items > FEW_NAMES {
            return Ok(());
        }
        let earlier = self.names.get(self.open.names..).unwrap_or_default();
        if earlier.contains(&fingerprint) {
            let name = self.decoded_name(index);
            if self
                .names_of_open()
                .any(|earlier| earlier < index && self.decoded_name(earlier) == name)
            {
                return Err(self.repeated(index));
            }
        }
        self.names.push(fingerprint);
        Ok(())
    }

    /// Refuses a name that stands twice in an object with many.
    fn refuse_repeated_among_many(&mut self) -> Result<(), Refusal> {
        let mut sorted: Vec<(Cow<'_, str>, u32)> = self
            .names_of_open()
            .map(|index| (self.decoded_name(index), index))
            .collect();
        sorted.sort_unstable();
        let repeated = sorted
            .iter()
            .zip(sorted.iter().skip(1))
            .find_map(|(one, other)| (one.0 == other.0).then_some(other.1));
        repeated.map_or(Ok(()), |index| Err(self.repeated(index)))
    }

    /// The spans of the names of the open object, as far as it is read.
    fn names_of_open(&self) -> impl Iterator<Item = u32> {
        let mut at = self.open.index + 1;
        std::iter::from_fn(move || {
            let name = at;
            at = self.spans.get(name as usize + 1)?.next;
            Some(name)
        })
    }

    fn value(&mut self) -> Result<(), Refusal> {
        match self.peek() {
            Some(b'"') => {
                let start = self.at;
                let escaped = self.string()?;
                self.push(start, escaped);
                Ok(())
            }
            Some(b'{') => self.begin(true),
            Some(b'[') => self.begin(false),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected()),
        }
    }

    fn begin(&mut self, object: bool) -> Result<(), Refusal> {
        if self.outer.len() >= self.limits.depth {
            return Err(Refusal::TooDeep);
        }
        if object {
            self.objects += 1;
            if self.objects > self.limits.objects {
                return Err(Refusal::TooManyObjects);
            }
        }
        let inner = Open {
            index: self.next_index(),
            items: 0,
            object,
            name: 0,
            names: self.names.len(),
        };
        self.outer.push(std::mem::replace(&mut self.open, inner));
        let start = self.at;
        self.at += 1;
        self.push(start, false);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Refusal> {
        let (end, next) = (offset(self.at), self.next_index());
        if let Some(span) = self.spans.get_mut(self.open.index as usize) {
            span.end = end;
            span.next = next;
        }
        self.names.truncate(self.open.names);
        if self.open.object && self.open.items > FEW_NAMES {
            self.refuse_repeated_among_many()?;
        }
        if let Some(outer) = self.outer.pop() {
            self.open = outer;
        }
        Ok(())
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
        let span = self.spans.get(index as usize);
        if span.is_none_or(|span| !span.escaped) {
            return Cow::Borrowed(plain);
        }
        unescaped(plain).map_or(Cow::Borrowed(plain), Cow::Owned)
    }

    /// Goes behind a string; says whether there are escapes in it.
    fn string(&mut self) -> Result<bool, Refusal> {
        let mut escaped = false;
        self.at += 1;
        loop {
            self.at += plain_length(self.bytes.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(self.unexpected()),
            }
        }
        self.at += 1;
        Ok(escaped)
    }

    fn escape(&mut self) -> Result<(), Refusal> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let unit = self.code_unit()?;
                if (0xdc00..0xe000).contains(&unit) {
                    return Err(Refusal::LoneSurrogate);
                }
                if (0xd800..0xdc00).contains(&unit) {
                    if self.peek() != Some(b'\\') || self.bytes.get(self.at + 1) != Some(&b'u') {
                        return Err(Refusal::LoneSurrogate);
                    }
                    self.at += 1;
                    if !(0xdc00..0xe000).contains(&self.code_unit()?) {
                        return Err(Refusal::LoneSurrogate);
                    }
                }
            }
            _ => return Err(self.unexpected()),
        }
        Ok(())
    }

    /// Reads `uXXXX`.
    fn code_unit(&mut self) -> Result<u32, Refusal> {
        let mut unit = 0;
        for _ in 0..4 {
            self.at += 1;
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected());
            };
            unit = unit * 16 + digit;
        }
        self.at += 1;
        Ok(unit)
    }

    fn number(&mut self) -> Result<(), Refusal> {
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
                return Err(Refusal::NumberOutOfRange);
            }
        }
        self.push(start, false);
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Refusal> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected());
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), Refusal> {
        let start = self.at;
        for &letter in word {
            self.expect(letter)?;
        }
        self.push(start, false);
        Ok(())
    }

    fn expect(&mut self, byte: u8) -> Result<(), Refusal> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected());
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

    /// Why the byte that stands here is refused, or the end where more was needed.
    fn unexpected(&self) -> Refusal {
        if self.at < self.bytes.len() {
            Refusal::Syntax
        } else {
            Refusal::UnexpectedEnd
        }
    }

    /// Refuses a name of the open object; it stands further back than where the scan is.
    fn repeated(&mut self, index: u32) -> Refusal {
        self.open.name = index;
        if let Some(name) = self.spans.get(index as usize) {
            self.at = name.start as usize;
        }
        Refusal::DuplicateKey
    }

    fn path(&self) -> String {
        let mut path = String::new();
        let opened = self.outer.iter().chain([&self.open]);
        for open in opened.filter(|open| open.items > 0) {
            if !open.object {
                push_step(&mut path, &(open.items - 1).to_string());
            } else if (open.name as usize) < self.spans.len() {
                push_step(&mut path, shortened(&self.decoded_name(open.name)));
            }
        }
        path
    }
}

/// As much of a foreign name as a path repeats.
pub(crate) fn shortened(name: &str) -> &str {
    let end = name.char_indices().nth(NAME_IN_PATH);
    let end = end.map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or_default()
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
    fn short_escapes_are_read() {
        let tape = Tape::kept(r#""\b\f\n\r\t\"\\\/\u00E9\uD83d\uDe00""#).unwrap();
        let text = tape.root().unwrap().string().unwrap();
        assert_eq!(text, "\u{8}\u{c}\n\r\t\"\\/é😀");
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
        fn reads_every_escape(text in any::<String>(), all in any::<bool>()) {
            let mut json = serde_json::to_string(&text).unwrap();
            if all {
                let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
                json = format!("\"{}\"", units.collect::<String>());
            }
            let tape = Tape::kept(&json).unwrap();
            prop_assert_eq!(tape.root().unwrap().string().unwrap(), text);
        }

        #[test]
        fn any_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            drop(Tape::document(&bytes, &Limits::default()));
        }
    }
}
