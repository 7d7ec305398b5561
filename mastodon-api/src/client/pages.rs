//! Lists as streams.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use self::walk::{Numbered, Walk};
use super::Answered;
use crate::Client;
use crate::endpoint::{Answer, Endpoint, Parameters};
use crate::entities::GroupedNotificationsResults;
use crate::error::Error;
use crate::methods::grouped_notifications;
use crate::page::{At, Cursor, Page, cursors};

mod walk;

impl Client {
    /// The pages of a list, one after the other, as far as the server goes: the newest first.
    ///
    /// A page is asked for when the one before was taken. It ends with the last page or an error. What a server
    /// says of its next page is only taken as parameters of the same call; servers that say nothing are asked by
    /// the id of the last element, where that is right, or by the number of elements.
    ///
    /// A list that does not end is an error: [`PageLoop`](crate::error::NotUnderstoodReason::PageLoop) when it leads
    /// back to what was there already, [`EndlessList`](crate::error::NotUnderstoodReason::EndlessList) after 20 pages in
    /// a row that are empty or of which nothing can be read, or 10,000 pages.
    pub fn pages<E, T>(&self, endpoint: E) -> Pages<T>
    where
        E: Endpoint<Response = Page<T>> + Clone + Send + Sync + 'static,
        T: Send + 'static,
    {
        self.walk(endpoint, |answered| {
            let page = answered.value;
            let ids = ids::<E>(&page);
            Numbered { page, ids }
        })
    }

    /// The elements of a list, one after the other, as far as the server goes: the newest first.
    ///
    /// Elements that cannot be read are left out, with a warning in the log; [`pages`](Self::pages) has them. All
    /// else is as there.
    ///
    /// To catch up with what is new since a place, and to go on where a program stopped:
    ///
    /// ```no_run
    /// use mastodon_api::{Client, Cursor, methods};
    ///
    /// # async fn catch_up(client: Client, stored: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// // `min_id=…`: what is newer than that, the oldest first.
    /// let mut items = client.items(methods::notifications::List::new()).at(stored.parse()?);
    /// while let Some(notification) = items.next().await {
    ///     println!("{}", notification?.kind);
    ///     let to_store = items.cursor().map(Cursor::to_string);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn items<E, T>(&self, endpoint: E) -> Items<T>
    where
        E: Endpoint<Response = Page<T>> + Clone + Send + Sync + 'static,
        T: Send + 'static,
    {
        Items::of(self.pages(endpoint))
    }

    /// The groups of notifications, page by page, as far as the server goes: the newest first, in each page too.
    ///
    /// A page brings the accounts and statuses that its groups name. A group stands on each page that has notifications
    /// of it. All else is as for [`items`](Self::items). Mastodon since 4.3.
    pub fn grouped_notifications(
        &self,
        call: grouped_notifications::List,
    ) -> Items<GroupedNotificationsResults> {
        let pages = self.walk(call, |answered| {
            let [next, prev] = cursors(&answered.headers);
            let mut results = vec![answered.value];
            results.retain(|result| !result.notification_groups.is_empty());
            let newest = |result: &GroupedNotificationsResults| {
                let newest = result.notification_groups.first()?.page_max_id.as_ref();
                newest.map(|id| id.as_str().to_owned())
            };
            Numbered {
                ids: results.iter().map(newest).collect(),
                page: Page {
                    items: results,
                    problems: Vec::new(),
                    next,
                    prev,
                },
            }
        });
        Items::of(pages)
    }

    /// The pages that `read` makes of the answers to a call.
    fn walk<E, T>(
        &self,
        endpoint: E,
        read: impl Fn(Answered<E::Response>) -> Numbered<T> + Copy + Send + Sync + 'static,
    ) -> Pages<T>
    where
        E: Endpoint + Clone + Send + Sync + 'static,
        T: Send + 'static,
    {
        let mut walk = Walk::new::<E>();
        let mut parameters = Parameters::default();
        endpoint.write(&mut parameters);
        if let Some(id) = parameters.text("min_id") {
            walk.start_at(Cursor::newer_than(id));
        } else if let Some(number) = parameters.text("offset").and_then(|text| text.parse().ok()) {
            walk.start_at(Cursor::offset(number));
        }
        let client = self.clone();
        let ask = move |at: Option<Cursor>| -> Asked<T> {
            let (client, endpoint) = (client.clone(), endpoint.clone());
            Box::pin(async move {
                let answered = match at {
                    Some(cursor) => client.send_full(At::new(endpoint, cursor)).await?,
                    None => client.send_full(endpoint).await?,
                };
                Ok(read(answered))
            })
        };
        Pages {
            walk,
            ask: Box::new(ask),
            asked: None,
        }
    }
}

fn ids<E: Endpoint>(answer: &E::Response) -> Vec<Option<String>> {
    answer.ids()
}

type Asked<T> = Pin<Box<dyn Future<Output = Result<Numbered<T>, Error>> + Send>>;

/// The pages of a list. See [`Client::pages`].
#[must_use = "nothing is asked for until it is polled"]
pub struct Pages<T> {
    walk: Walk,
    ask: Box<dyn Fn(Option<Cursor>) -> Asked<T> + Send>,
    asked: Option<Asked<T>>,
}

/// The elements of a list. See [`Client::items`].
#[must_use = "nothing is asked for until it is polled"]
pub struct Items<T> {
    pages: Pages<T>,
    /// What is left of the page in hand.
    page: VecDeque<(Option<String>, T)>,
}

impl<T: Send + 'static> Pages<T> {
    /// Those of a list of which only the server knows the places.
    pub(super) fn of_links<R>(ask: impl Fn(Option<Cursor>) -> R + Send + 'static) -> Self
    where
        R: Future<Output = Result<Page<T>, Error>> + Send + 'static,
        Page<T>: Answer,
    {
        let ask = move |at: Option<Cursor>| -> Asked<T> {
            let page = ask(at);
            Box::pin(async move {
                let page = page.await?;
                let ids = page.ids();
                Ok(Numbered { page, ids })
            })
        };
        Self {
            walk: Walk::of_links(),
            ask: Box::new(ask),
            asked: None,
        }
    }
}

impl<T> Pages<T> {
    /// Starts at this place instead of the newest element: one that [`cursor`](Self::cursor) gave, or that of a
    /// [`Page`].
    ///
    /// A place made of `min_id` ([`Cursor::newer_than`]) is walked forwards: from there to the newest, the oldest
    /// elements first, in each page too. Where the server cannot do that, the first page is an
    /// [`InvalidRequest`](crate::error::InvalidRequest).
    pub fn at(mut self, cursor: Cursor) -> Self {
        self.walk.start_at(cursor);
        self
    }

    /// Ends after so many pages, empty ones included, without an error.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.walk.set_max_pages(pages);
        self
    }

    /// The next page, or why there is none, or `None` after the end.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The place after what was delivered so far, to be stored and given to [`at`](Self::at) later. `None` if it is
    /// the beginning.
    ///
    /// Nothing is lost between there and here. Should the element in question be gone by then, a page may come twice
    /// from lists whose pages only the server can tell.
    #[must_use]
    pub fn cursor(&self) -> Option<&Cursor> {
        self.walk.resume_at()
    }

    /// After an error: asks again for the page that failed. Without it, the error was the end.
    pub fn retry(&mut self) {
        self.walk.retry();
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Numbered<T>, Error>>> {
        loop {
            if let Some(asked) = &mut self.asked {
                let answer = ready!(asked.as_mut().poll(context));
                self.asked = None;
                if let Some(taken) = self.walk.take(answer) {
                    return Poll::Ready(Some(taken));
                }
            }
            match self.walk.ask() {
                Some(Ok(at)) => self.asked = Some((self.ask)(at)),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> Items<T> {
    pub(super) fn of(pages: Pages<T>) -> Self {
        Self {
            pages,
            page: VecDeque::new(),
        }
    }

    /// As [`Pages::at`].
    pub fn at(mut self, cursor: Cursor) -> Self {
        self.pages = self.pages.at(cursor);
        self
    }

    /// As [`Pages::max_pages`].
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.pages = self.pages.max_pages(pages);
        self
    }

    /// The next element, or why there is none, or `None` after the end.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The place after the element that was delivered last. As [`Pages::cursor`].
    #[must_use]
    pub fn cursor(&self) -> Option<&Cursor> {
        self.pages.cursor()
    }

    /// As [`Pages::retry`].
    pub fn retry(&mut self) {
        self.pages.retry();
    }
}

// Nothing in them is pinned but what is boxed.
impl<T> Unpin for Pages<T> {}
impl<T> Unpin for Items<T> {}

impl<T> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(ready!(self.poll_page(context)).map(|numbered| {
            let Numbered { page, ids } = numbered?;
            let last = ids.last().and_then(Option::as_deref);
            self.walk.delivered(last, true);
            Ok(page)
        }))
    }
}

impl<T> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some((id, item)) = self.page.pop_front() {
                let is_last = self.page.is_empty();
                self.pages.walk.delivered(id.as_deref(), is_last);
                return Poll::Ready(Some(Ok(item)));
            }
            let Numbered { page, ids } = match ready!(self.pages.poll_page(context)) {
                Some(Ok(numbered)) => numbered,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            for problem in &page.problems {
                tracing::warn!(%problem, "an element was left out");
            }
            self.page = ids.into_iter().zip(page.items).collect();
        }
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("cursor", &self.cursor())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("cursor", &self.cursor())
            .finish_non_exhaustive()
    }
}
