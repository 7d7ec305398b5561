//! Serves collections page by page.

use crate::application::{CollectionItem, CollectionPart};
use crate::{Application, CollectionName, Federation};
use activitypub::{Any, Collection, Id, OneOrMany, Ref};

impl<A: Application> Federation<A> {
    /// The document of a collection: without `cursor` the collection itself, which says how large it is and where the
    /// pages begin; with it a page. The cursor of the first page is the empty text. `None` when the user does not show it.
    ///
    /// # Errors
    ///
    /// When the application fails.
    pub async fn collection(
        &self,
        name: &str,
        collection: CollectionName,
        cursor: Option<&str>,
    ) -> Result<Option<Collection>, A::Error> {
        let asked = cursor.filter(|cursor| !cursor.is_empty());
        let part = self
            .inner
            .application
            .collection(name, collection, asked)
            .await?;
        let id = self.collection_id(name, collection);
        Ok(part.map(|part| match cursor {
            None => overview(id, &part),
            Some(cursor) => page(&id, cursor, part),
        }))
    }
}

fn overview(id: Id, part: &CollectionPart) -> Collection {
    let first = page_id(&id, "");
    Collection::ordered(id, part.total, first)
}

fn page(collection: &Id, cursor: &str, part: CollectionPart) -> Collection {
    let items = part.items.into_iter().map(|item| match item {
        CollectionItem::Id(id) => Ref::Id(id),
        CollectionItem::Activity(activity) => Ref::from(Any::from(*activity)),
    });
    let mut page = Collection::ordered_page(page_id(collection, cursor), collection.clone(), items);
    page.total_items = Some(part.total);
    if let Some(next) = part.next {
        page.next = OneOrMany::one(page_id(collection, &next));
    }
    page
}

fn page_id(collection: &Id, cursor: &str) -> Id {
    let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
    Id::from(format!("{collection}?page={cursor}"))
}
