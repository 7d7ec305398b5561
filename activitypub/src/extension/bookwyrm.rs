//! BookWyrm's vocabulary: books, and what readers say of them.
//!
//! See <https://docs.joinbookwyrm.com/bookwyrm-vocabulary.html> and its FEDERATION.md. BookWyrm's contexts define none of it, so
//! it is read under its plain names, under `bw:` and under the names with underlines that its documentation has. In a
//! `Quotation` `quote` is the passage, not a post: see [`ReadingStatus::quote`].

use crate::any::Any;
use crate::extension;
use crate::id::Id;
use crate::object::Object;
use crate::property::{Decimal, OneOrMany, Ref};

extension! {
    /// What is said of a book: a `Work`, or one `Edition` of it.
    pub struct Book for Object
    prefixes { bw: "https://www.w3id.org/BookWyrm/ns/" }
    types { "Work", "Edition" }
    {
        /// The title.
        title: Option<String> = "title",
        /// The title for sorting.
        sort_title: Option<String> = "sortTitle" or "sort_title",
        /// The title's second part.
        subtitle: Option<String> = "subtitle",
        /// What it is about.
        description: Option<String> = "description",
        /// Who wrote it: `Author`s.
        authors: OneOrMany<Ref<Object>> = "authors",
        /// Its languages, in words.
        languages: OneOrMany<String> = "languages",
        /// What it is about, in words.
        subjects: OneOrMany<String> = "subjects",
        /// The places it is about, in words.
        subject_places: OneOrMany<String> = "subjectPlaces" or "subject_places",
        /// The series to which it belongs.
        series: Option<String> = "series",
        /// Its place in that.
        series_number: Option<String> = "seriesNumber" or "series_number",
        /// When the work was first published: a day or a time.
        first_published_date: Option<String> = "firstPublishedDate" or "first_published_date",
        /// When this edition was published: a day or a time.
        published_date: Option<String> = "publishedDate" or "published_date",
        /// Its cover.
        cover: OneOrMany<Ref<Any>> = "cover",
        /// Where it may be read or bought.
        file_links: OneOrMany<Ref<Any>> = "fileLinks",
        /// Of an edition: the work.
        work: OneOrMany<Ref<Object>> = "work",
        /// Of a work: its editions.
        editions: OneOrMany<Ref<Object>> = "editions",
        /// Of an edition: how good it is to be shown for its work.
        edition_rank: Option<u64> = "editionRank",
        /// Who publishes it.
        publishers: OneOrMany<String> = "publishers",
        /// How many pages it has.
        pages: Option<u64> = "pages",
        /// Its form: `Hardcover`, `AudiobookFormat`, …
        physical_format: Option<String> = "physicalFormat" or "physical_format",
        /// Its form in words.
        physical_format_detail: Option<String> = "physicalFormatDetail" or "physical_format_detail",
        /// Its ISBN in ten digits.
        isbn_10: Option<String> = "isbn10" or "isbn_10",
        /// Its ISBN in thirteen digits.
        isbn_13: Option<String> = "isbn13" or "isbn_13",
        /// Its number at OCLC.
        oclc_number: Option<String> = "oclcNumber" or "oclc_number",
        /// Its number at the Library of Congress.
        lccn: Option<String> = "lccn",
        /// Its number at Amazon.
        asin: Option<String> = "asin",
        /// Who of its readers changed this entry last.
        last_edited_by: Option<Id> = "lastEditedBy",
        /// Its name at the Open Library.
        openlibrary_key: Option<String> = "openlibraryKey" or "openlibrary_key",
        /// Its name at Inventaire.
        inventaire_id: Option<String> = "inventaireId" or "inventaire_id",
        /// Its name at LibraryThing.
        librarything_key: Option<String> = "librarythingKey" or "librarything_key",
        /// Its name at Goodreads.
        goodreads_key: Option<String> = "goodreadsKey" or "goodreads_key",
        /// Its name at the ISFDB.
        isfdb: Option<String> = "isfdb",
    }
}

extension! {
    /// What is said of an `Author`.
    pub struct Author for Object
    prefixes { bw: "https://www.w3id.org/BookWyrm/ns/" }
    types { "Author" }
    {
        /// Further names.
        aliases: OneOrMany<String> = "aliases",
        /// Their life in some words.
        bio: Option<String> = "bio",
        /// When they were born.
        born: Option<String> = "born",
        /// When they died.
        died: Option<String> = "died",
        /// Their page in a Wikipedia.
        wikipedia_link: Option<String> = "wikipediaLink",
        /// Their name at Wikidata.
        wikidata: Option<String> = "wikidata",
        /// Their own page.
        website: Option<String> = "website",
        /// Their ISNI.
        isni: Option<String> = "isni",
        /// Their name at Gutenberg.
        gutenberg_id: Option<String> = "gutenbergId",
    }
}

extension! {
    /// What a reader says of a book: in a `Review`, `Rating`, `Comment` or `Quotation`. Their posts for other software are an
    /// `Article` or a `Note` with the same properties.
    pub struct ReadingStatus for Object
    prefixes { bw: "https://www.w3id.org/BookWyrm/ns/" }
    types { "Review", "Rating", "Comment", "Quotation", "GeneratedNote" }
    {
        /// The book.
        in_reply_to_book: OneOrMany<Ref<Object>> = "inReplyToBook",
        /// The title of a review, where it is not in `name`.
        title: Option<String> = "bw:name",
        /// How good it is, from 0.5 to 5.
        rating: Option<Decimal> = "rating",
        /// The passage quoted, as HTML.
        quote: Option<String> = "quote",
        /// Where that stands, counted as `positionMode` says; a number from some.
        position: Option<Decimal> = "position",
        /// Where it ends.
        end_position: Option<Decimal> = "endPosition",
        /// `PG` for pages, `PCT` for percent.
        position_mode: Option<String> = "positionMode",
        /// How the reader stands to the book: `to-read`, `reading`, `read`, `stopped-reading`.
        reading_status: Option<String> = "readingStatus",
        /// How far they are.
        progress: Option<Decimal> = "progress",
        /// `PG` for pages, `PCT` for percent.
        progress_mode: Option<String> = "progressMode" or "progress_mode",
    }
}

extension! {
    /// What is said of a `Shelf`, a `BookList` or a `Series`: collections of books.
    pub struct Shelf for Collection
    prefixes { bw: "https://www.w3id.org/BookWyrm/ns/" }
    types { "Shelf", "BookList", "Series" }
    {
        /// Whose it is.
        owner: Option<Id> = "owner",
        /// Of a list: who may add to it (`open`, `curated`, `closed`, `group`).
        curation: Option<String> = "curation",
        /// Of a list: the one of its book it belongs to.
        book: OneOrMany<Ref<Object>> = "book",
        /// Of a list: who may see it.
        privacy: Option<String> = "privacy",
        /// Of a series: further names.
        alternative_names: OneOrMany<String> = "alternativeNames",
        /// Of a series: its books, each a [`ListItem`].
        series_books: OneOrMany<Ref<Object>> = "seriesBooks",
    }
}

extension! {
    /// What is said of one book in such a collection.
    pub struct ListItem for Object
    prefixes { bw: "https://www.w3id.org/BookWyrm/ns/" }
    types { "ShelfItem", "ListItem", "SeriesBook" }
    {
        /// The book.
        book: OneOrMany<Ref<Object>> = "book",
        /// Who put it there.
        actor: OneOrMany<Ref<Any>> = "actor" as "as:actor",
        /// Why it is there.
        notes: Option<String> = "notes",
        /// Whether the owner agreed.
        approved: Option<bool> = "approved",
        /// Its place.
        order: Option<u64> = "order",
    }
}

extension! {
    /// What is said of a reader.
    pub struct Reader for Actor
    prefixes { bw: "https://www.w3id.org/BookWyrm/ns/" }
    {
        /// Whether they are at a server that runs BookWyrm, which books may be sent to.
        bookwyrm_user: Option<bool> = "bookwyrmUser",
        /// Whether whom they follow is not shown.
        hide_follows: Option<bool> = "hideFollows",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition() {
        let text = br#"{"type":"Edition","title":"Piranesi","authors":["https://b.example/author/1"],"isbn_13":"9781526622426","pages":272,
            "physicalFormat":null,"publishers":["B"],"work":"https://b.example/book/1"}"#;
        let mut edition = Object::from_slice(text).unwrap();
        let mut said: Book = edition.extension();
        assert_eq!(
            (said.isbn_13.as_deref(), said.pages),
            (Some("9781526622426"), Some(272))
        );
        assert_eq!(said.work.id().unwrap(), "https://b.example/book/1");
        // What came under another name is written under it.
        said.isbn_13 = Some("1".to_owned());
        edition.set_extension(&said);
        assert_eq!(edition.extra.raw("isbn_13"), Some("\"1\""));
        assert_eq!(edition.extra.raw("isbn13"), None);
    }

    #[test]
    fn what_is_said_of_it() {
        for text in [
            r#"{"type":"Review","inReplyToBook":"b:1","rating":4.5,"quote":"<p>It was</p>","progressMode":"PG"}"#,
            r#"{"type":["bw:Review","Article"],"bw:inReplyToBook":"b:1","https://www.w3id.org/BookWyrm/ns/rating":4.5,"bw:quote":"<p>It was</p>","progress_mode":"PG"}"#,
        ] {
            let review = Object::from_slice(text.as_bytes()).unwrap();
            let said: ReadingStatus = review.extension();
            assert_eq!(said.in_reply_to_book.id().unwrap(), "b:1");
            assert_eq!(
                (
                    said.rating.unwrap().to_f64(),
                    said.quote.as_deref(),
                    said.progress_mode.as_deref()
                ),
                (4.5, Some("<p>It was</p>"), Some("PG"))
            );
            assert!(review.problems().is_empty());
        }
    }
}
