//! Lists as streams.

use std::collections::HashSet;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{self, StreamExt as _};
use http::StatusCode;

use crate::Client;
use crate::endpoint::{Endpoint, Manner};
use crate::error::{Error, NotUnderstood, NotUnderstoodReason};
use crate::page::{At, Cursor, Page};

impl Client {
    /// The pages of a list, one after the other, as far as the server goes. A page is asked for when the one before
    /// was taken.
    ///
    /// It ends with the last page, an empty page or an error. A list that leads back to a page that was there
    /// already ends with [`NotUnderstoodReason::PageLoop`].
    ///
    /// To go on at a [`Cursor`], give it [`At`]`::new(call, cursor)`.
    pub fn pages<E, T>(&self, endpoint: E) -> Pages<T>
    where
        E: Endpoint<Response = Page<T>> + Clone + Send + Sync + 'static,
        T: Send + 'static,
    {
        let walk = Walk {
            client: self.clone(),
            endpoint,
            step: Step::First,
            seen: HashSet::new(),
            count: 0,
        };
        Pages(Box::pin(stream::unfold(walk, Walk::step)))
    }

    /// The elements of a list, one after the other, as far as the server goes.
    ///
    /// Elements that cannot be read are left out, with a warning in the log; [`pages`](Self::pages) has them. The
    /// end is as there.
    pub fn items<E, T>(&self, endpoint: E) -> Items<T>
    where
        E: Endpoint<Response = Page<T>> + Clone + Send + Sync + 'static,
        T: Send + 'static,
    {
        let pages = self.pages(endpoint);
        Items(Box::pin(pages.flat_map(|page| {
            let items = match page {
                Ok(page) => {
                    for problem in &page.problems {
                        tracing::warn!(%problem, "an element was left out");
                    }
                    page.items.into_iter().map(Ok).collect()
                }
                Err(error) => vec![Err(error)],
            };
            stream::iter(items)
        })))
    }
}

struct Walk<E> {
    client: Client,
    endpoint: E,
    step: Step,
    seen: HashSet<Cursor>,
    /// Elements so far, for lists whose pages are asked for by number.
    count: u64,
}

enum Step {
    First,
    At(Cursor),
    End,
}

impl<E, T> Walk<E>
where
    E: Endpoint<Response = Page<T>> + Clone,
{
    async fn step(mut self) -> Option<(Result<Page<T>, Error>, Self)> {
        let page = match std::mem::replace(&mut self.step, Step::End) {
            Step::First => self.client.send(self.endpoint.clone()).await,
            Step::At(cursor) if !self.seen.insert(cursor.clone()) => Err(page_loop()),
            Step::At(cursor) => {
                self.client
                    .send(At::new(self.endpoint.clone(), cursor))
                    .await
            }
            Step::End => return None,
        };
        if let Ok(page) = &page {
            let on_page = page.items.len() + page.problems.len();
            if on_page == 0 {
                return None;
            }
            self.count = self.count.saturating_add(on_page as u64);
            let next = page.next.clone();
            let counted = || (E::MANNER == Manner::Offset).then(|| Cursor::offset(self.count));
            self.step = next.or_else(counted).map_or(Step::End, Step::At);
        }
        Some((page, self))
    }
}

fn page_loop() -> Error {
    let error = NotUnderstood::without_body(NotUnderstoodReason::PageLoop, StatusCode::OK);
    Error::NotUnderstood(Box::new(error))
}

/// The pages of a list. See [`Client::pages`].
#[must_use = "nothing is asked for until it is polled"]
pub struct Pages<T>(Pin<Box<dyn Stream<Item = Result<Page<T>, Error>> + Send>>);

/// The elements of a list. See [`Client::items`].
#[must_use = "nothing is asked for until it is polled"]
pub struct Items<T>(Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>);

impl<T> Pages<T> {
    /// The next page, or why there is none, or `None` after the end.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        self.0.next().await
    }
}

impl<T> Items<T> {
    /// The next element, or why there is none, or `None` after the end.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        self.0.next().await
    }
}

impl<T> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").finish_non_exhaustive()
    }
}
