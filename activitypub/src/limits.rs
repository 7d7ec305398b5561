//! How much a document may ask of the reader.

/// How much a document may ask of the reader. Over any of these it is refused as a whole.
///
/// ```
/// use activitypub::{Any, Limits};
///
/// let strict = Limits::default().max_bytes(64 * 1024).max_items(500);
/// let note = Any::from_slice_with(br#"{"type":"Note"}"#, &strict)?;
/// # assert!(matches!(note, Any::Object(_)));
/// # Ok::<(), activitypub::ReadError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    pub(crate) bytes: usize,
    pub(crate) depth: usize,
    pub(crate) items: usize,
    pub(crate) objects: usize,
}

impl Limits {
    /// The deepest nesting that can be asked for: reading descends with the document, and the stack of a thread is finite.
    /// Measured at this depth on x86-64: an optimised build reads, writes and drops within 128 KiB of stack and does
    /// everything else within 512 KiB; one that is not optimised needs up to 2 MiB, which is what threads have.
    pub const DEEPEST: usize = 96;

    /// The length of the whole document in bytes; 1 MiB (1 048 576) unless told otherwise, as in Mastodon.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Objects and arrays inside each other, the document itself being the first; 64 unless told otherwise, never more than
    /// [`DEEPEST`](Self::DEEPEST).
    #[must_use]
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.depth = depth.min(Self::DEEPEST);
        self
    }

    /// Elements of one array, or properties of one object; 10 000 unless told otherwise.
    #[must_use]
    pub fn max_items(mut self, items: usize) -> Self {
        self.items = items;
        self
    }

    /// Objects in the whole document; 10 000 unless told otherwise. An empty object costs its sender two bytes and us
    /// a kilobyte.
    #[must_use]
    pub fn max_objects(mut self, objects: usize) -> Self {
        self.objects = objects;
        self
    }

    /// For values that passed the edge before, or were set by the caller.
    pub(crate) fn kept() -> Self {
        Self {
            bytes: usize::MAX,
            depth: Self::DEEPEST,
            items: usize::MAX,
            objects: usize::MAX,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 1024 * 1024,
            depth: 64,
            items: 10_000,
            objects: 10_000,
        }
    }
}
