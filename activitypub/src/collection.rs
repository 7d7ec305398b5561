//! Collections and their pages.

use crate::any::Any;
use crate::context::Context;
use crate::family::object_family;
use crate::id::Id;
use crate::kind::CollectionKind;
use crate::property::{OneOrMany, Ref};

object_family! {
    /// A collection, ordered or not, or a page of one (ActivityStreams Core section 5).
    Collection {
        /// How many things it claims to hold. Whoever wrote it may lie: never reserve memory for it.
        total_items: Option<u64> = "totalItems",
        /// The page with the things that changed last.
        current: OneOrMany<Ref<Collection>> = "current",
        /// The first page.
        first: OneOrMany<Ref<Collection>> = "first",
        /// The last page.
        last: OneOrMany<Ref<Collection>> = "last",
        /// Of a page: the next one.
        next: OneOrMany<Ref<Collection>> = "next",
        /// Of a page: the one before.
        prev: OneOrMany<Ref<Collection>> = "prev",
        /// Of a page: the collection.
        part_of: OneOrMany<Ref<Collection>> = "partOf",
        /// Of a page of an ordered collection: the place of its first thing, from 0.
        start_index: Option<u64> = "startIndex",
        /// The things, in no order.
        items: OneOrMany<Ref<Any>> = "items",
        /// The things in order, newest first.
        ordered_items: OneOrMany<Ref<Any>> = "orderedItems",
    }
    extensions {}
}

impl Collection {
    /// An ordered collection that says how many things it holds and where its first page is.
    #[must_use]
    pub fn ordered(id: impl Into<Id>, total_items: u64, first: impl Into<Id>) -> Self {
        Self {
            total_items: Some(total_items),
            first: OneOrMany::one(first.into()),
            ..Self::new(CollectionKind::OrderedCollection, id)
        }
    }

    /// A page of an ordered collection.
    #[must_use]
    pub fn ordered_page<I: Into<Ref<Any>>>(
        id: impl Into<Id>,
        part_of: impl Into<Id>,
        things: impl IntoIterator<Item = I>,
    ) -> Self {
        Self {
            part_of: OneOrMany::one(part_of.into()),
            ordered_items: OneOrMany::many(things),
            ..Self::new(CollectionKind::OrderedCollectionPage, id)
        }
    }

    /// A collection of this form with nothing else.
    #[must_use]
    pub fn new(kind: impl Into<CollectionKind>, id: impl Into<Id>) -> Self {
        Self {
            ld_context: Some(Context::ours()),
            id: Some(id.into()),
            types: OneOrMany::one(kind.into()),
            ..Self::default()
        }
    }

    /// Its form: the first type that this version knows, else the first; `Collection` if it has none.
    #[must_use]
    pub fn kind(&self) -> CollectionKind {
        CollectionKind::of(&self.types).unwrap_or(CollectionKind::Collection)
    }

    /// The things that stand in this document, whichever of the two properties holds them; further ones are on its pages.
    pub fn things(&self) -> impl Iterator<Item = &Ref<Any>> {
        self.ordered_items.iter().chain(self.items.iter())
    }
}
