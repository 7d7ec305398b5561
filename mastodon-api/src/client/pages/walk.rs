//! The way through a list: which page to ask for, and what its answer means. Nothing is sent here.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use http::StatusCode;

use crate::endpoint::{Endpoint, Manner};
use crate::error::{Error, InvalidRequest, NotUnderstood, NotUnderstoodReason};
use crate::page::{Cursor, Page};

/// A page, and the id of each of its elements.
pub(super) struct Numbered<T> {
    pub(super) page: Page<T>,
    pub(super) ids: Vec<Option<String>>,
}

/// A walk through a list.
pub(super) struct Walk {
    paging: Paging,
    /// Towards newer elements, the oldest first.
    forwards: bool,
    step: Step,
    /// What failed last, to be asked for again.
    failed: Option<Step>,
    /// Where the page in hand is, and what to leave out of it.
    page_at: Option<Cursor>,
    skip: Option<String>,
    /// Where to go on after what was delivered.
    resume_at: Option<Cursor>,
    /// Fingerprints of the places and pages that were there.
    seen: HashSet<u64>,
    hasher: RandomState,
    /// Elements so far, for lists whose pages are asked for by number.
    count: u64,
    pages: u64,
    empty_pages: u64,
    max_pages: Option<u64>,
}

/// How the next page is asked for where the server says nothing.
#[derive(Clone, Copy, PartialEq)]
enum Paging {
    /// By the id of the last element.
    Ids,
    /// By the number of elements.
    Offset,
    /// By what only the server knows.
    Links,
}

#[derive(Clone)]
enum Step {
    /// The page at a place, the first one without; and whether that place was guessed, not told by the server.
    At(Option<Cursor>, bool),
    End,
}

/// Pages that a walk takes if nothing is said: enough for 400,000 statuses.
const MAX_PAGES: u64 = 10_000;
/// Pages one after the other on which everything was filtered out, or nothing could be read. A list may have some.
const MAX_EMPTY_PAGES: u64 = 20;

/// Lists whose pages are asked for by the ids of their elements. Favourites, bookmarks, followers and others have
/// ids of their own for that, which only the server knows.
const BY_ID: [&str; 3] = [
    "/api/v1/accounts/{id}/statuses",
    "/api/v1/notifications",
    "/api/v1/scheduled_statuses",
];

impl Walk {
    pub(super) fn new<E: Endpoint>() -> Self {
        let paging = if E::MANNER == Manner::Offset {
            Paging::Offset
        } else if BY_ID.contains(&E::TEMPLATE) || E::TEMPLATE.starts_with("/api/v1/timelines/") {
            Paging::Ids
        } else {
            Paging::Links
        };
        Self::by(paging)
    }

    /// A walk through a list of which only the server knows the places.
    pub(super) fn of_links() -> Self {
        Self::by(Paging::Links)
    }

    fn by(paging: Paging) -> Self {
        Self {
            paging,
            forwards: false,
            step: Step::At(None, false),
            failed: None,
            page_at: None,
            skip: None,
            resume_at: None,
            seen: HashSet::new(),
            hasher: RandomState::new(),
            count: 0,
            pages: 0,
            empty_pages: 0,
            max_pages: None,
        }
    }

    pub(super) fn start_at(&mut self, cursor: Cursor) {
        self.forwards = cursor.is_forwards();
        self.count = cursor.offset_number().unwrap_or(0);
        self.resume_at = Some(cursor.clone());
        let (page, after) = cursor.into_page();
        self.skip = after;
        self.step = Step::At(page, false);
    }

    pub(super) fn set_max_pages(&mut self, pages: u64) {
        self.max_pages = Some(pages);
    }

    pub(super) fn retry(&mut self) {
        if let Some(step) = self.failed.take() {
            self.step = step;
        }
    }

    pub(super) fn resume_at(&self) -> Option<&Cursor> {
        self.resume_at.as_ref()
    }

    /// The page to ask for, if there is one.
    pub(super) fn ask(&mut self) -> Option<Result<Option<Cursor>, Error>> {
        let Step::At(at, _) = self.step.clone() else {
            return None;
        };
        if self.max_pages.is_some_and(|most| self.pages >= most) {
            return None;
        }
        if self.pages >= MAX_PAGES && self.max_pages.is_none() {
            return Some(Err(self.end(NotUnderstoodReason::EndlessList)));
        }
        if self.seen.contains(&self.hasher.hash_one(&at)) {
            return Some(Err(self.end(NotUnderstoodReason::PageLoop)));
        }
        Some(Ok(at))
    }

    /// What is to be delivered of an answer. `None`: ask on.
    pub(super) fn take<T>(
        &mut self,
        answer: Result<Numbered<T>, Error>,
    ) -> Option<Result<Numbered<T>, Error>> {
        let step = std::mem::replace(&mut self.step, Step::End);
        let Step::At(at, is_guess) = &step else {
            return None;
        };
        let Numbered { mut page, mut ids } = match answer {
            Ok(numbered) => numbered,
            Err(error) => {
                self.failed = Some(step);
                return Some(Err(error));
            }
        };
        self.pages += 1;
        self.seen.insert(self.hasher.hash_one(at));
        if self.forwards {
            page.items.reverse();
            ids.reverse();
        }
        self.step = match self.next(&page, &ids) {
            Ok(step) => step,
            Err(error) => return Some(Err(error)),
        };
        if page.items.is_empty() {
            self.empty_pages += 1;
            if self.empty_pages > MAX_EMPTY_PAGES && matches!(self.step, Step::At(..)) {
                return Some(Err(self.end(NotUnderstoodReason::EndlessList)));
            }
            if page.problems.is_empty() {
                return None;
            }
        } else {
            self.empty_pages = 0;
        }
        if self.was_there(&ids) {
            // A server that gives no links and knows no pages sends the same one again.
            if *is_guess {
                self.step = Step::End;
                return None;
            }
            return Some(Err(self.end(NotUnderstoodReason::PageLoop)));
        }
        self.page_at.clone_from(at);
        if let Some(after) = self.skip.take()
            && let Some(index) = ids
                .iter()
                .position(|id| id.as_deref() == Some(after.as_str()))
        {
            page.items.drain(..=index);
            ids.drain(..=index);
            if page.items.is_empty() {
                return None;
            }
        }
        Some(Ok(Numbered { page, ids }))
    }

    /// Notes that an element was delivered, or with the last one a whole page.
    pub(super) fn delivered(&mut self, id: Option<&str>, is_last: bool) {
        if is_last && let Step::At(Some(next), _) = &self.step {
            self.resume_at = Some(next.clone());
            return;
        }
        let Some(id) = id else { return };
        self.resume_at = Some(match self.paging {
            Paging::Ids if self.forwards => Cursor::newer_than(id),
            Paging::Ids => Cursor::older_than(id),
            Paging::Offset | Paging::Links => Cursor::after(self.page_at.as_ref(), id),
        });
    }

    fn next<T>(&mut self, page: &Page<T>, ids: &[Option<String>]) -> Result<Step, Error> {
        let on_page = page.items.len() + page.problems.len();
        self.count = self.count.saturating_add(on_page as u64);
        let told = if self.forwards {
            &page.prev
        } else {
            &page.next
        };
        if let Some(told) = told {
            if on_page == 0 && self.forwards {
                return Ok(Step::End);
            }
            if self.forwards && !told.is_forwards() {
                let why =
                    "the server knows no `min_id` here, so this list cannot be walked forwards";
                return Err(InvalidRequest::parameter("min_id", why).into());
            }
            return Ok(Step::At(Some(told.clone()), false));
        }
        let has_links = page.next.is_some() || page.prev.is_some();
        let last_id = ids.last().and_then(Option::as_deref);
        let guess = match self.paging {
            _ if on_page == 0 => None,
            Paging::Ids if self.forwards => last_id.map(Cursor::newer_than),
            _ if has_links || self.forwards => None,
            Paging::Ids => last_id.map(Cursor::older_than),
            Paging::Offset => Some(Cursor::offset(self.count)),
            Paging::Links => None,
        };
        Ok(guess.map_or(Step::End, |guess| Step::At(Some(guess), true)))
    }

    /// Whether a page begins and ends as one did that was there already.
    fn was_there(&mut self, ids: &[Option<String>]) -> bool {
        match (ids.first(), ids.last()) {
            (Some(Some(first)), Some(Some(last))) => {
                !self.seen.insert(self.hasher.hash_one((first, last)))
            }
            _ => false,
        }
    }

    fn end(&mut self, reason: NotUnderstoodReason) -> Error {
        self.step = Step::End;
        let error = NotUnderstood::without_body(reason, StatusCode::OK);
        Error::NotUnderstood(Box::new(error))
    }
}
