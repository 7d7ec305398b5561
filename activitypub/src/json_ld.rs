//! JSON-LD for documents that need it: any form of a document, compacted to the one that the fediverse writes.
//!
//! Nearly every server writes ActivityStreams as plain JSON, and so it is read everywhere else in this crate. Some writers use the freedom of JSON-LD:
//! the expanded form, other names and prefixes through a context of their own, `@graph`, `@value`, `@list`, `@set`. [`needs_compaction`] tells
//! whether a document is one of those, and [`compact`] makes the plain form of it, with the names that this crate reads:
//!
//! ```
//! use activitypub::json_ld;
//!
//! let document = br#"[{
//!     "@id": "https://example.com/notes/1",
//!     "@type": ["https://www.w3.org/ns/activitystreams#Note"],
//!     "https://www.w3.org/ns/activitystreams#content": [{"@value": "Hello"}],
//!     "https://www.w3.org/ns/activitystreams#attributedTo": [{"@id": "https://example.com/alice"}],
//!     "http://joinmastodon.org/ns#votersCount": [{"@value": 7}]
//! }]"#;
//! assert!(json_ld::needs_compaction(document));
//! let compacted = json_ld::compact(document)?;
//! let note = compacted.as_any().as_object().unwrap();
//! assert_eq!(note.content.as_deref(), Some("Hello"));
//! assert_eq!(note.author_id().unwrap(), "https://example.com/alice");
//! # Ok::<(), json_ld::CompactError>(())
//! ```
//!
//! No context is ever fetched: those in use are [bundled](Contexts), and one that is not known is an error that names it. A document without
//! the context of ActivityStreams is read as if it had it (ActivityStreams 2.0 Core section 2.1.1).
//!
//! # What is kept
//! Names of no known vocabulary are written with their full IRI, and their values with what JSON-LD says of them (`@type`, `@language`); names that no context
//! defines as they are. Lost are `null`s, the order of keys, a second mention of the same value, a name that a context takes the meaning away
//! from, and the difference between one value and a list of one. So the bytes that came stay the truth: proofs and signatures cover them
//! (feature `proof`), and they are what is stored and passed on.
//!
//! # Who said it
//! A compacted document is for reading. Who may have said it is decided as for every other one, by its id and where it came from
//! ([`origin`](crate::origin)), and by nothing that compaction adds. Most servers do not process JSON-LD. A document that says one thing to them
//! and another to those who do is made to deceive one of the two: [`conflicts`](Compacted::conflicts) lists where. Whoever checks a
//! signature over the bytes, or whose moderators see the plain form, does well to refuse it; in what conflicts, the plain
//! reading is what the network acts upon.

use std::borrow::Cow;
use std::fmt;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ::json_ld::syntax::{IntoJsonWithContext, Object, Parse, Value};
use ::json_ld::{JsonLdProcessor, Options, RemoteContextReference, RemoteDocument};

use crate::any::Any;
use crate::context::{self, ACTIVITY_STREAMS};
use crate::error::ReadError;
use crate::json::Tape;
use crate::limits::Limits;
use contexts::Known;
use survey::Survey;

mod conflict;
mod contexts;
mod plain;
mod survey;

pub use contexts::Contexts;

/// Compacts a document of any JSON-LD form, within the default [`Limits`] and with the bundled [`Contexts`].
///
/// # Errors
/// See [`CompactError`].
pub fn compact(document: &[u8]) -> Result<Compacted, CompactError> {
    compact_with(document, &Limits::default(), &Contexts::new())
}

/// Compacts a document within other limits or with more contexts. The limits hold for what goes in and for what comes out; the nesting of
/// what goes in is limited to 48 at most. The work is done in a thread of its own, for which the call waits.
///
/// # Errors
/// See [`CompactError`].
pub fn compact_with(
    document: &[u8],
    limits: &Limits,
    contexts: &Contexts,
) -> Result<Compacted, CompactError> {
    let wrapped = wrapped(document);
    let depth = limits.depth.min(DEEPEST);
    let tape = Tape::document(&wrapped, &limits.clone().max_depth(depth));
    let tape = tape.map_err(CompactError::Document)?;
    let root = tape.root().ok_or(CompactError::NotOneThing)?;
    let survey = Survey::of(root);
    survey.check(contexts)?;

    let text = with_room(|| {
        let thing = expanded(root.raw(), contexts)?;
        Ok(plain::plain(&thing, &survey.names))
    })?;
    let mut any = Any::from_slice_with(text.as_bytes(), limits).map_err(CompactError::Result)?;
    // A list of things has no plain reading.
    let conflicts = if wrapped.len() == document.len() {
        let value = |text| serde_json::from_str(text).map_err(|_| CompactError::NotOneThing);
        conflict::conflicts(&value(root.raw())?, &value(&text)?)
    } else {
        Vec::new()
    };
    let context = Some(context::Context::ours());
    match &mut any {
        Any::Object(thing) => thing.ld_context = context,
        Any::Actor(thing) => thing.ld_context = context,
        Any::Activity(thing) => thing.ld_context = context,
        Any::Collection(thing) => thing.ld_context = context,
        Any::Link(thing) => thing.ld_context = context,
    }
    Ok(Compacted { any, conflicts })
}

/// Whether the plain reading of a document would miss something, or reads something else than JSON-LD: it is a list, has keywords such as `@graph` and `@value`,
/// its own names or prefixes for what has a name, or gives a name another meaning. What a context document that it
/// names defines is not looked at. `false` for what is no JSON: its reader tells why.
#[must_use]
pub fn needs_compaction(document: &[u8]) -> bool {
    let wrapped = wrapped(document);
    let Ok(tape) = Tape::document(&wrapped, &Limits::default()) else {
        return false;
    };
    let Some(survey) = tape.root().map(Survey::of) else {
        return false;
    };
    survey.keywords
        || survey.contexts.iter().any(|node| context::redefines(*node))
        || survey.renames()
}

/// A document in the form in which the fediverse writes it.
#[derive(Clone, Debug)]
pub struct Compacted {
    any: Any,
    conflicts: Vec<String>,
}

impl Compacted {
    /// The document, with a context of ours.
    #[must_use]
    pub fn as_any(&self) -> &Any {
        &self.any
    }

    /// The document, with a context of ours.
    #[must_use]
    pub fn into_any(self) -> Any {
        self.any
    }

    /// Where the plain form of the document holds a property of ActivityStreams that JSON-LD reads differently or not at all, as JSON pointers (RFC 6901)
    /// into it. Honest documents have none, except places of Mobilizon, whose context defines `location` anew. What only JSON-LD reads does not stand here, for it is why one
    /// compacts; neither do texts in languages (`contentMap`).
    #[must_use]
    pub fn conflicts(&self) -> &[String] {
        &self.conflicts
    }
}

/// Why a document was not compacted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CompactError {
    /// The document cannot be read as JSON, or exceeds a limit.
    Document(ReadError),
    /// It needs a context that is not known here; none is ever fetched. The caller may [add](Contexts::with) it.
    UnknownContext(String),
    /// A context that the caller added cannot be read.
    Context(ReadError),
    /// It breaks a rule of JSON-LD; the text says which.
    Invalid(String),
    /// It holds no thing at the top, or several.
    NotOneThing,
    /// Its contexts ask for more work than a document may: more than 300 of them or 4000 terms, an IRI longer than 256 bytes, a prefix of a prefix of a
    /// prefix, `@import`, or a context inside the definition of a term.
    TooComplex,
    /// The plain form exceeds a limit.
    Result(ReadError),
    /// No thread could be had for the work, which needs a stack of its own; or the work ended it.
    NoThread,
}

impl fmt::Display for CompactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names and addresses are foreign text: control characters must not reach a terminal or a log.
        match self {
            Self::Document(_) => f.write_str("the document cannot be read"),
            Self::UnknownContext(url) => {
                write!(f, "the context {} is not known here", url.escape_debug())
            }
            Self::Context(_) => f.write_str("a context that was added cannot be read"),
            Self::Invalid(rule) => {
                write!(
                    f,
                    "the document is not valid JSON-LD: {}",
                    rule.escape_debug()
                )
            }
            Self::NotOneThing => f.write_str("the document holds not exactly one thing"),
            Self::TooComplex => f.write_str("the contexts of the document are too complex"),
            Self::Result(_) => f.write_str("the plain form of the document exceeds a limit"),
            Self::NoThread => f.write_str("there was no thread to process the document"),
        }
    }
}

impl std::error::Error for CompactError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Document(error) | Self::Context(error) | Self::Result(error) => Some(error),
            _ => None,
        }
    }
}

/// A list of things as an object, which is the same in JSON-LD.
fn wrapped(document: &[u8]) -> Cow<'_, [u8]> {
    if document.trim_ascii_start().starts_with(b"[") {
        return Cow::Owned([b"{\"@graph\":", document, b"}"].concat());
    }
    Cow::Borrowed(document)
}

/// Expands a document that passed the limits, and takes the one thing in it.
fn expanded(text: &str, contexts: &Contexts) -> Result<Object, CompactError> {
    let invalid = |rule: &dyn fmt::Display| CompactError::Invalid(rule.to_string());
    let (mut value, _) = Value::parse_str(text).map_err(|error| invalid(&error))?;
    drop_nulls(&mut value);
    let loader = Known::new(contexts);
    let document = RemoteDocument::new(None, None, value);
    let core = ::json_ld::Iri::new(ACTIVITY_STREAMS).map_err(|error| invalid(&error))?;
    let options = Options {
        ordered: false,
        ..Options::default()
    };
    let options = options.with_expand_context(RemoteContextReference::Iri(core.to_owned()));
    let expanded = at_once(document.expand_using(&loader, options));
    if let Some(error) = loader.failed.take() {
        return Err(error);
    }
    let expanded = expanded
        .ok_or(CompactError::TooComplex)?
        .map_err(|error| invalid(&error.code()))?;
    let mut things = expanded.into_iter();
    match (things.next(), things.next()) {
        (Some(thing), None) => match thing.into_json_with(&()) {
            Value::Object(thing) => Ok(thing),
            _ => Err(CompactError::NotOneThing),
        },
        _ => Err(CompactError::NotOneThing),
    }
}

/// `null` says nothing in JSON-LD, but for keywords it is an error. In a context it has a meaning.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(drop_nulls),
        Value::Object(object) => {
            let mut kept = std::mem::take(object).into_iter().collect::<Vec<_>>();
            kept.retain(|entry| !entry.value.is_null() || entry.key == "@context");
            for entry in &mut kept {
                if entry.key != "@context" {
                    drop_nulls(&mut entry.value);
                }
            }
            *object = Object::from_vec(kept);
        }
        _ => {}
    }
}

/// Runs a future that has nothing to wait for.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

/// Does something on a stack that is large enough for what descends [`DEEPEST`] levels.
fn with_room<T: Send>(
    work: impl FnOnce() -> Result<T, CompactError> + Send,
) -> Result<T, CompactError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work);
        thread.ok()?.join().ok()
    })
    .unwrap_or(Err(CompactError::NoThread))
}

/// Nesting that is processed.
const DEEPEST: usize = 48;

/// In bytes. The processor takes up to 200 KB for each level without optimisation, and memory is used only when it gets there.
const STACK: usize = 32 * 1024 * 1024;
