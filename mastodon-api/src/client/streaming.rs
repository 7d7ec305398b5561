//! Keeps a stream of events alive.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use url::Url;

use crate::streaming::cursor::{Place, StreamCursor, Timeline};
use crate::streaming::{Event, Stream, sse};
use crate::{Client, Error};

use connect::Connector;
use engine::{Engine, Policy, State};

pub use heard::{
    Breakage, Down, ForeignHost, Gap, GapReason, Happened, Heard, Outage, StreamError, Transport,
    Up,
};

mod connect;
mod connection;
mod engine;
mod heard;
mod recent;
mod timeline;

impl Client {
    /// Listens to a stream of the instance, until it is dropped.
    ///
    /// Awaiting the answer waits until the stream is up; its methods say how, if the defaults do not suit.
    ///
    /// ```no_run
    /// use mastodon_api::{Client, streaming::{Event, Stream}};
    ///
    /// # async fn listen(client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut events = client.stream(Stream::User).await?;
    /// while let Some(event) = events.next_event().await {
    ///     match event? {
    ///         Event::Notification(notification) => println!("{:?}", notification.account),
    ///         Event::Update(status) => println!("{}", status.content.to_text()),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// [Mastodon documentation](https://docs.joinmastodon.org/methods/streaming/)
    pub fn stream(&self, stream: Stream) -> OpenStream {
        OpenStream {
            connector: Connector {
                client: self.clone(),
                http: None,
                base_url: None,
                allowed_hosts: Vec::new(),
                connect_timeout: OpenStream::DEFAULT_CONNECT_TIMEOUT,
                silence: OpenStream::DEFAULT_SILENCE,
                max_message: OpenStream::DEFAULT_MAX_MESSAGE,
            },
            policy: Policy {
                transport: None,
                first_wait: Duration::from_secs(1),
                longest_wait: Duration::from_secs(5 * 60),
                poll_every: Duration::from_secs(30),
                max_items: OpenStream::DEFAULT_BACKFILL,
            },
            streams: vec![stream],
            cursor: StreamCursor::default(),
        }
    }
}

/// A stream that is about to be opened: `.await` it, or [`start`](Self::start) it.
///
/// The stream is found where the instance says (`configuration.urls.streaming`). The token goes there in a header,
/// never in the URL, and only if that is the origin of the instance itself, over `https` a host below it
/// (`streaming.mastodon.social` for `mastodon.social`), or one that [`allow_host`](Self::allow_host) names. Redirects
/// are not followed.
///
/// Awaiting it waits until it is up for the first time, and fails with an [`Error`] as other requests do if the first
/// try fails. That the server refuses the token is [`Error::is_unauthorized`].
#[derive(Debug)]
#[must_use = "a stream does nothing until it is awaited or started"]
pub struct OpenStream {
    connector: Connector,
    policy: Policy,
    streams: Vec<Stream>,
    cursor: StreamCursor,
}

impl OpenStream {
    /// The default of [`silence`](Self::silence): 90 seconds, six heartbeats of Mastodon over server-sent events and
    /// three over WebSocket.
    pub const DEFAULT_SILENCE: Duration = Duration::from_secs(90);

    /// The default of [`connect_timeout`](Self::connect_timeout): 30 seconds.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

    /// The default of [`max_message`](Self::max_message): 1 MiB.
    pub const DEFAULT_MAX_MESSAGE: usize = sse::Decoder::DEFAULT_LIMIT;

    /// The default of [`backfill`](Self::backfill): 4,000, a hundred pages.
    pub const DEFAULT_BACKFILL: usize = 4000;

    /// Listens to this stream too, over the same connection where the server can do that. The same one twice is one.
    pub fn and(mut self, stream: Stream) -> Self {
        self.streams.push(stream);
        self
    }

    /// Goes on where a stream was left: what happened since comes first, the oldest first.
    ///
    /// A stream of which the cursor knows nothing begins now.
    pub fn resume(mut self, cursor: StreamCursor) -> Self {
        self.cursor = cursor;
        self
    }

    /// How many statuses, notifications or conversations are fetched at most when the stream comes back, of each
    /// timeline. What is beyond is told as [`Heard::Gap`]. With 0 nothing is fetched, and nothing asked but the stream.
    pub fn backfill(mut self, max_items: usize) -> Self {
        self.policy.max_items = max_items;
        self
    }

    /// How long it waits until it connects again: a time at random up to `first`, then up to twice as much each time,
    /// never more than `longest`. 1 second and 5 minutes if nothing is said. A server that says how long to wait is not
    /// asked earlier, for a quarter of an hour at most.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.policy.first_wait = first;
        self.policy.longest_wait = longest;
        self
    }

    /// How long it waits between two looks at the timelines, where nothing better works: 30 seconds if nothing is said.
    pub fn poll_every(mut self, pause: Duration) -> Self {
        self.policy.poll_every = pause;
        self
    }

    /// Uses this transport and no other.
    ///
    /// Without it: WebSocket; server-sent events if the server or something before it refuses the WebSocket, if it gets no
    /// answer three times though the instance is there, or if it breaks three times within a minute; polling if these do not work either. What does not work is tried again when
    /// the stream was down, or five minutes of polling later.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.policy.transport = Some(transport);
        self
    }

    /// Connects with this HTTP client, for a proxy or certificates of your own.
    ///
    /// For WebSockets it must be made with `http1_only()`; have it follow no redirects (`redirect::Policy::none()`).
    /// It sends the token as `Authorization` only, which Pleroma and Akkoma do not read on WebSockets.
    ///
    /// Without this call, server-sent events come through the client's own one, and WebSockets through a new one with
    /// the defaults.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.connector.http = Some(client);
        self
    }

    /// Allows the token to be sent to this host, if the instance says that its streams are there.
    ///
    /// Large instances have streams on a host apart; one below the instance's own needs no permission. An instance
    /// with `https` cannot name a host without.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.connector.allowed_hosts.push(host.into());
        self
    }

    /// Connects here, whatever the instance says, and sends the token here.
    ///
    /// The scheme may be `wss`, `https`, `ws` or `http`, those without encryption only on this very computer; the path
    /// is put before `/api/v1/streaming`.
    pub fn base_url(mut self, url: Url) -> Self {
        self.connector.base_url = Some(url);
        self
    }

    /// Takes the connection for dead and makes a new one when nothing at all, not even a heartbeat, was heard for so
    /// long: with server-sent events, on any one of them. Half-way there a WebSocket is asked for a sign of life.
    pub fn silence(mut self, limit: Duration) -> Self {
        self.connector.silence = limit;
        self
    }

    /// How long connecting and the server's first answer may take.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connector.connect_timeout = limit;
        self
    }

    /// How long one message may be, in bytes.
    ///
    /// A longer one over WebSocket breaks the connection ([`Breakage::TooLong`]), and what it brought is fetched; over
    /// server-sent events it arrives as [`Event::Malformed`] and the stream goes on.
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.connector.max_message = bytes;
        self
    }

    /// The stream, which connects when it is polled. A server that is away is [`Heard::Down`] and no error.
    pub fn start(self) -> EventStream {
        // One by one: what is delivered is what the cursor stands for.
        let (out, items) = mpsc::channel(1);
        let (change, changes) = mpsc::unbounded_channel();
        let duplicates = Arc::new(AtomicU64::new(0));
        let mut subscriptions: Vec<(Stream, u32)> = Vec::new();
        for stream in self.streams {
            match subscriptions.iter_mut().find(|(known, _)| *known == stream) {
                Some((_, count)) => *count += 1,
                None => subscriptions.push((stream, 1)),
            }
        }
        let engine = Engine {
            connector: self.connector,
            policy: self.policy,
            subscriptions,
            changes,
            out,
            cursor: self.cursor.clone(),
            duplicates: duplicates.clone(),
            state: State::default(),
        };
        EventStream {
            engine: Some(Box::pin(engine.run())),
            items,
            first: None,
            cursor: self.cursor,
            transport: None,
            duplicates,
            subscriptions: Subscriptions { change },
            error: None,
        }
    }

    async fn open(self) -> Result<EventStream, Error> {
        let mut stream = self.start();
        loop {
            match stream.next().await {
                Some(Ok(Heard::Up(up))) => {
                    stream.first = Some(Heard::Up(up));
                    return Ok(stream);
                }
                Some(Ok(Heard::Down(Down {
                    why: Outage::NotOpened(error) | Outage::NotFetched(error),
                    ..
                }))) => return Err(error),
                // Nothing else comes before it is up.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => std::future::pending().await,
            }
        }
    }
}

impl IntoFuture for OpenStream {
    type Output = Result<EventStream, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.open())
    }
}

/// Events as they happen. It lives until it is dropped, or until the server refuses it for good.
///
/// When the connection is lost or goes silent, it connects again, fetches what was missed from the timelines and
/// delivers it first; all of that is told in between ([`Heard::Down`], [`Heard::Up`], [`Heard::Gap`]). No status of a
/// stream and no notification is delivered twice, as long as it is among the last 1,024 of them; edits always are.
///
/// Nothing is read while it is not polled, so memory does not grow: the server waits, and hangs up in the end on who is
/// too slow or leaves its heartbeats unanswered, for Mastodon a minute. What was missed by that is fetched as after any
/// other outage. While it is fetched, a thousand messages are read ahead, of 8 MiB together. Dropping it closes the
/// connection.
#[must_use = "a stream does nothing unless it is polled"]
pub struct EventStream {
    engine: Option<Pin<Box<dyn Future<Output = StreamError> + Send>>>,
    items: mpsc::Receiver<Item>,
    first: Option<Heard>,
    cursor: StreamCursor,
    transport: Option<Transport>,
    duplicates: Arc<AtomicU64>,
    subscriptions: Subscriptions,
    error: Option<StreamError>,
}

/// Something to deliver, and the place after it.
struct Item {
    heard: Option<Heard>,
    place: Option<(Timeline, Place)>,
}

impl EventStream {
    /// What is heard next, or why there will be nothing any more, or `None` after that.
    ///
    /// Nothing is lost when the future is dropped before it is ready.
    pub async fn next(&mut self) -> Option<Result<Heard, StreamError>> {
        std::future::poll_fn(|cx| futures_core::Stream::poll_next(Pin::new(&mut *self), cx)).await
    }

    /// The next event, or why there will be none any more, or `None` after that. That it was down or missed something
    /// stands in the log only.
    pub async fn next_event(&mut self) -> Option<Result<Event, StreamError>> {
        loop {
            match self.next().await? {
                Ok(Heard::Event(happened)) => return Some(Ok(happened.event)),
                Ok(Heard::Down(down)) => {
                    tracing::warn!(why = %down.why, retry_in = ?down.retry_in, "the stream is down");
                }
                Ok(Heard::Gap(gap)) => tracing::warn!(%gap, "something was missed"),
                Ok(Heard::Up(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// The place after what was delivered so far. Store it together with what you made of that, and give it to
    /// [`OpenStream::resume`] another day.
    pub fn cursor(&self) -> &StreamCursor {
        &self.cursor
    }

    /// How the events travel; `None` while it is down.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// How many events were left out because they had been delivered before.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates.load(Ordering::Relaxed)
    }

    /// What adds and removes streams while it runs.
    #[must_use]
    pub fn subscriptions(&self) -> Subscriptions {
        self.subscriptions.clone()
    }

    fn deliver(&mut self, item: Item) -> Option<Heard> {
        match item.place {
            Some((timeline, Place::After(id))) => self.cursor.advance(&timeline, &id),
            Some((timeline, Place::Start)) => self.cursor.set(&timeline, Place::Start),
            None => {}
        }
        let heard = item.heard?;
        match &heard {
            Heard::Event(happened)
                if !happened.missed && self.transport != Some(Transport::Polling) =>
            {
                self.cursor.heard_at(SystemTime::now().into());
            }
            Heard::Up(up) => self.transport = Some(up.transport),
            Heard::Down(_) => self.transport = None,
            // Until the gap is told, it begins where it began.
            Heard::Event(_) | Heard::Gap(_) => {}
        }
        Some(heard)
    }
}

impl futures_core::Stream for EventStream {
    type Item = Result<Heard, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        loop {
            while let Ok(item) = this.items.try_recv() {
                if let Some(heard) = this.deliver(item) {
                    return Poll::Ready(Some(Ok(heard)));
                }
            }
            let Some(engine) = &mut this.engine else {
                return Poll::Ready(this.error.take().map(Err));
            };
            match engine.as_mut().poll(cx) {
                Poll::Ready(error) => {
                    this.engine = None;
                    this.transport = None;
                    this.error = Some(error);
                }
                // It waits either for the network, or until what it has told is taken.
                Poll::Pending if this.items.is_empty() => return Poll::Pending,
                Poll::Pending => {}
            }
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("transport", &self.transport)
            .field("ended", &self.engine.is_none())
            .finish_non_exhaustive()
    }
}

/// Adds and removes streams while an [`EventStream`] runs. Cheap to clone.
///
/// It counts: a stream that was added twice stays until it is removed twice. What it changes comes into effect when the
/// stream is polled.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    change: mpsc::UnboundedSender<Change>,
}

#[derive(Debug)]
enum Change {
    Add(Stream),
    Remove(Stream),
}

impl Change {
    fn stream(&self) -> &Stream {
        match self {
            Self::Add(stream) | Self::Remove(stream) => stream,
        }
    }
}

impl Subscriptions {
    /// Listens to this stream too, from now on.
    pub fn add(&self, stream: Stream) {
        // If nobody listens any more, there is nothing to change.
        let _ = self.change.send(Change::Add(stream));
    }

    /// Does not listen to this stream any more.
    pub fn remove(&self, stream: Stream) {
        let _ = self.change.send(Change::Remove(stream));
    }
}
