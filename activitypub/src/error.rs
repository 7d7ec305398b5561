//! Why a document was refused, and what in an accepted one is not as it should be.

use std::fmt;

/// A document was refused as a whole.
///
/// The fault is always the document's (or a limit's that is too low for it): no property of the wrong shape leads here, see
/// [`Problem`] for those.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReadError {
    refusal: Refusal,
    offset: usize,
    path: String,
}

impl ReadError {
    pub(crate) fn new(refusal: Refusal, offset: usize, path: String) -> Self {
        Self {
            refusal,
            offset,
            path,
        }
    }

    /// Which rule was broken.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.refusal
    }

    /// Where, counted in bytes from the start of the document.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Where, as a JSON pointer (RFC 6901) with long names cut short; empty for the document itself. It names the value that is wrong; if a
    /// name is unreadable, missing or one too many, the object in which it would stand; if a comma is missing, the entry before it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {}", self.refusal, self.offset)?;
        if !self.path.is_empty() {
            // A name is foreign text: control characters must not reach a terminal or a log.
            write!(f, ", at {}", self.path.escape_debug())?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for ReadError {}

/// The rule that a refused document broke.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// It is longer than [`Limits::max_bytes`](crate::Limits::max_bytes).
    TooLong,
    /// It is nested deeper than [`Limits::max_depth`](crate::Limits::max_depth).
    TooDeep,
    /// An array or object is longer than [`Limits::max_items`](crate::Limits::max_items).
    TooManyItems,
    /// It holds more objects than [`Limits::max_objects`](crate::Limits::max_objects).
    TooManyObjects,
    /// A name stands twice in one object, so two readers may understand two different things.
    DuplicateKey,
    /// It begins with a byte order mark (RFC 8259 section 8.1).
    ByteOrderMark,
    /// It is not UTF-8.
    NotUtf8,
    /// It is JSON, but not an object.
    NotAnObject,
    /// Something follows the end of the object.
    TrailingBytes,
    /// It is not JSON.
    Syntax,
    /// It ends before it is complete.
    UnexpectedEnd,
    /// A string holds half of a surrogate pair.
    LoneSurrogate,
    /// A number is beyond what a double can hold.
    NumberOutOfRange,
    /// A whole number has more digits than a double holds; only canonical JSON refuses it (RFC 8785 section 3.1).
    InexactNumber,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the document is longer than allowed",
            Self::TooDeep => "the document is nested deeper than allowed",
            Self::TooManyItems => "a list or object has more entries than allowed",
            Self::TooManyObjects => "the document holds more objects than allowed",
            Self::DuplicateKey => "a name stands twice in one object",
            Self::ByteOrderMark => "the document begins with a byte order mark",
            Self::NotUtf8 => "the document is not UTF-8",
            Self::NotAnObject => "the document is not a JSON object",
            Self::TrailingBytes => "something follows the end of the document",
            Self::Syntax => "the document is not JSON",
            Self::UnexpectedEnd => "the document ends before it is complete",
            Self::LoneSurrogate => "a string holds half of a surrogate pair",
            Self::NumberOutOfRange => "a number is out of range",
            Self::InexactNumber => "a whole number has more digits than all readers see alike",
        })
    }
}

/// A property of an accepted document that is not as it should be. It is kept and written back as it came; the typed field
/// is empty (or, where [`Reason`] says so, repaired).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// Where it stands, as a JSON pointer (RFC 6901): `/object/published`.
    pub path: String,
    /// What is wrong with it.
    pub reason: Reason,
}

impl Problem {
    /// A document of a megabyte may hold half a million of them, each with a path of hundreds of letters; nobody reads so many.
    pub(crate) const MOST: usize = 1000;

    pub(crate) fn list(path: &str, reason: Option<Reason>, into: &mut Vec<Self>) {
        if let Some(reason) = reason.filter(|_| into.len() < Self::MOST) {
            into.push(Self {
                path: path.to_owned(),
                reason,
            });
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.escape_debug(), self.reason)
    }
}

/// What is wrong with a property.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// A text was expected.
    NotAString,
    /// `true` or `false` was expected.
    NotABoolean,
    /// A whole number from 0 on was expected.
    NotACount,
    /// A number was expected.
    NotANumber,
    /// A point in time was expected (RFC 3339).
    NotADate,
    /// `true` or `false` came as text; it is read as if it had not.
    BooleanAsText,
    /// The number came as text; it is read as if it had not.
    NumberAsText,
    /// The text came as a number; its digits are read.
    TextAsNumber,
    /// The single value came as a list of one; it is read.
    ListOfOne,
    /// The list is empty where a single value was expected; it is read as none.
    EmptyList,
    /// The text is empty where something else was expected; it is read as none.
    EmptyText,
    /// The time is written as in mail (RFC 2822); it is read.
    MailDate,
    /// The time is a number of seconds or milliseconds since 1970; it is read.
    UnixTime,
    /// The time is only a day; it is read as its beginning in UTC.
    DayOnly,
    /// The time does not say in which zone; it is read as UTC.
    NoZone,
    /// The zone of the time has no colon (`+0100`); it is read as if it had.
    ZoneWithoutColon,
    /// An object with one text for each language was expected.
    NotALanguageMap,
    /// An id or an object was expected.
    NotAReference,
    /// An id has no letter.
    EmptyId,
    /// An address has no host; what is shown is looked for on the host of the thing.
    NoHost,
    /// A list holds `null`.
    Null,
    /// The same property stands there under two spellings; the plain one was read.
    Repeated,
    /// A value that was set by hand is nested too deep, or repeats a name.
    Unreadable,
    /// The `@context` gives a term of ActivityStreams or security another meaning, which was not followed; see
    /// [`Context::redefined`](crate::context::Context::redefined).
    Redefined,
}

impl std::error::Error for Reason {}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAString => "a text was expected",
            Self::NotABoolean => "true or false was expected",
            Self::NotACount => "a whole number from 0 on was expected",
            Self::NotANumber => "a number was expected",
            Self::NotADate => "a point in time such as 2026-01-31T12:00:00Z was expected",
            Self::BooleanAsText => "true or false is written as text",
            Self::NumberAsText => "the number is written as text",
            Self::TextAsNumber => "the text is written as a number",
            Self::ListOfOne => "the single value is written as a list",
            Self::EmptyList => "an empty list stands where a single value was expected",
            Self::EmptyText => "an empty text stands where something else was expected",
            Self::MailDate => "the time is written as in mail, not as 2026-01-31T12:00:00Z",
            Self::UnixTime => "the time is written as a number, not as 2026-01-31T12:00:00Z",
            Self::DayOnly => "the time is only a day and is read as its beginning in UTC",
            Self::NoZone => "the time names no zone and is read as UTC",
            Self::ZoneWithoutColon => "the zone of the time is not written as +01:00",
            Self::NotALanguageMap => "an object with one text for each language was expected",
            Self::NotAReference => "an id or an object was expected",
            Self::EmptyId => "the id is empty",
            Self::NoHost => "the address names no host",
            Self::Null => "the list holds null",
            Self::Repeated => "the property stands there under two spellings",
            Self::Redefined => {
                "the context gives a known term another meaning, which was not followed"
            }
            Self::Unreadable => "the value is nested too deep, or repeats a name",
        })
    }
}
