//! Keeps a stream alive: connects, listens, fetches what was missed, waits, and connects again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::connect::Connector;
use super::connection::{Connection, Incoming};
use super::heard::{Down, Gap, GapReason, Happened, Heard, Outage, StreamError, Transport, Up};
use super::recent::{REMEMBERED, Recent};
use super::timeline;
use super::{Change, Item};
use crate::Error;
use crate::error::NotReachedReason;
use crate::streaming::cursor::{Part, Place, StreamCursor, Timeline, age};
use crate::streaming::{Event, Stream};

/// How a stream is to be kept alive.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) transport: Option<Transport>,
    pub(super) first_wait: Duration,
    pub(super) longest_wait: Duration,
    pub(super) poll_every: Duration,
    pub(super) max_items: usize,
}

/// For how long a way to travel that is refused is left alone, and one behind which a server or proxy is in trouble.
const LEFT_ALONE: Duration = Duration::from_secs(5 * 60);
const LEFT_A_MOMENT: Duration = Duration::from_secs(30);
/// How often in a row a way fails before it is one that does not work.
const MAX_FAILURES: u32 = 3;
/// A connection that lived for so long was a good one.
const GOOD_LIFE: Duration = Duration::from_secs(60);
/// How often in a row what was missed is asked for in vain, each time with the client's own tries.
const MAX_UNFETCHED: u32 = 5;
/// When all that was published while the connection came up is in the timelines.
const SETTLED: Duration = Duration::from_secs(3);
/// How much is read ahead while what was missed is fetched. When there is more, the connection waits.
const MAX_AHEAD: usize = 1000;
/// The longest that a server can have it wait, whatever it says.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

pub(super) struct Engine {
    pub(super) connector: Connector,
    pub(super) policy: Policy,
    pub(super) subscriptions: Vec<(Stream, u32)>,
    pub(super) changes: mpsc::UnboundedReceiver<Change>,
    pub(super) out: mpsc::Sender<Item>,
    pub(super) cursor: StreamCursor,
    pub(super) duplicates: Arc<AtomicU64>,
    pub(super) state: State,
}

#[derive(Default)]
pub(super) struct State {
    recent: Recent,
    /// Where the timelines were first looked at.
    begun: Vec<(Timeline, Place)>,
    /// Until when WebSockets and server-sent events are left alone, and how often they failed in a row.
    alone: [Option<Instant>; 2],
    failures: [u32; 2],
    /// How often in a row it was down.
    tries: u32,
    /// How often in a row what was missed could not be fetched.
    unfetched: u32,
    /// How it travels, if it is up.
    up: Option<Transport>,
    /// Whether something may have been missed before it came up.
    missed: bool,
    /// Timelines that cannot be read for now, and why.
    unreadable: Vec<(Timeline, Error)>,
}

/// How a try ended.
enum End {
    /// It is over.
    Fatal(StreamError),
    /// It is to be tried again after a while.
    Outage(Outage),
    /// It is to be tried at once: in another way, or with other streams.
    Again,
}

impl Engine {
    /// Goes on until it never can.
    pub(super) async fn run(mut self) -> StreamError {
        self.state.missed = !self.cursor.is_empty();
        loop {
            while let Ok(change) = self.changes.try_recv() {
                self.change(change);
            }
            if self.subscriptions.is_empty() {
                match self.changes.recv().await {
                    Some(change) => self.change(change),
                    // Nobody can ask for anything any more, but the one who polls has not heard of it.
                    None => std::future::pending().await,
                };
                continue;
            }
            let transport = self.best();
            let begun = Instant::now();
            let outage = match self.listen(transport).await {
                End::Fatal(error) => return error,
                End::Again => continue,
                End::Outage(outage) => outage,
            };
            if self.state.up.is_some() {
                self.state.missed = true;
                self.state.up = None;
                if begun.elapsed() >= GOOD_LIFE {
                    self.state.tries = 0;
                }
            }
            self.state.unreadable.clear();
            let retry_in = self.wait(&outage);
            self.state.tries = self.state.tries.saturating_add(1);
            tracing::debug!(why = %outage, ?retry_in, "the stream is down");
            let why = outage;
            self.tell(Heard::Down(Down { why, retry_in })).await;
            sleep(retry_in).await;
        }
    }

    /// The best way to travel that is not left alone.
    fn best(&self) -> Transport {
        if let Some(transport) = self.policy.transport {
            return transport;
        }
        let now = Instant::now();
        let is_open = |until: &Option<Instant>| until.is_none_or(|until| until <= now);
        match &self.state.alone {
            [websocket, _] if is_open(websocket) => Transport::WebSocket,
            [_, sse] if is_open(sse) => Transport::Sse,
            _ => Transport::Polling,
        }
    }

    /// At random between nothing and twice as much as the time before (full jitter), or what the server says.
    fn wait(&self, outage: &Outage) -> Duration {
        let Policy {
            first_wait,
            longest_wait,
            ..
        } = self.policy;
        let factor = 2_u32.saturating_pow(self.state.tries.min(20));
        let most = first_wait.saturating_mul(factor).min(longest_wait);
        let wait = most.mul_f64(fastrand::f64());
        let asked = match outage {
            Outage::NotOpened(error) | Outage::NotFetched(error) => error.retry_after(now()),
            _ => None,
        };
        asked.map_or(wait, |asked| wait + asked.min(LONGEST_PAUSE))
    }

    async fn listen(&mut self, transport: Transport) -> End {
        if transport == Transport::Polling {
            return self.poll().await;
        }
        if self.policy.max_items > 0
            && let Err(end) = self.locate().await
        {
            return end;
        }
        let streams: Vec<_> = self.streams().collect();
        let mut connection = match self.connector.open(transport, &streams).await {
            Ok(connection) => connection,
            Err(error) => return self.not_opened(transport, error),
        };
        let begun = Instant::now();
        // No edit and no deletion was seen meanwhile.
        if self.state.up == Some(Transport::Polling) {
            self.state.missed = true;
        }
        let is_back = self.up(transport).await;
        let end = self.follow(&mut connection, is_back).await;
        self.cursor.heard_at(connection.heard_at());
        if let End::Outage(outage) = &end {
            self.broke(transport, begun, outage);
        }
        if self.policy.transport.is_none() && matches!(end, End::Outage(Outage::Refused { .. })) {
            // Over the next way it says the same, if it means it.
            return self.leave_alone(transport, LEFT_ALONE);
        }
        end
    }

    fn not_opened(&mut self, transport: Transport, error: Error) -> End {
        if let Error::InvalidRequest(invalid) = error {
            return End::Fatal(StreamError::Invalid(invalid));
        }
        let is_refused = match &error {
            Error::Refused(_) => !error.is_transient(),
            Error::NotUnderstood(_) => true,
            Error::NotReached(missing) => missing.reason == NotReachedReason::RedirectedElsewhere,
            _ => false,
        };
        if self.policy.transport.is_some() {
            return match is_refused {
                true if error.is_unauthorized() => End::Fatal(StreamError::Unauthorized(error)),
                true => End::Fatal(StreamError::Refused(error)),
                false => End::Outage(Outage::NotOpened(error)),
            };
        }
        let is_trouble =
            matches!(&error, Error::Refused(refused) if refused.status.is_server_error());
        if is_refused || is_trouble {
            tracing::debug!(%transport, %error, "the stream does not travel like this");
            let time = if is_refused {
                LEFT_ALONE
            } else {
                LEFT_A_MOMENT
            };
            return self.leave_alone(transport, time);
        }
        End::Outage(Outage::NotOpened(error))
    }

    fn leave_alone(&mut self, transport: Transport, time: Duration) -> End {
        if let Some(alone) = self.state.alone.get_mut(transport as usize) {
            *alone = Some(Instant::now() + time);
        }
        if self.state.up.take().is_some() {
            self.state.missed = true;
        }
        End::Again
    }

    /// A connection that broke at once, again and again, is one that something on the way does not want.
    fn broke(&mut self, transport: Transport, begun: Instant, outage: &Outage) {
        let is_bad = begun.elapsed() < GOOD_LIFE && !matches!(outage, Outage::NotFetched(_));
        match self.state.failures.get_mut(transport as usize) {
            Some(failures) if !is_bad => *failures = 0,
            Some(_) => self.failed(transport),
            None => {}
        }
    }

    fn failed(&mut self, transport: Transport) {
        if self.policy.transport.is_some() {
            return;
        }
        if let Some(failures) = self.state.failures.get_mut(transport as usize) {
            *failures += 1;
            if *failures >= MAX_FAILURES {
                *failures = 0;
                self.leave_alone(transport, LEFT_ALONE);
            }
        }
    }

    /// Tells that it is up, unless that is known. Whether something may have been missed before.
    async fn up(&mut self, transport: Transport) -> bool {
        if self.state.up != Some(transport) {
            tracing::debug!(%transport, "the stream is up");
            self.state.up = Some(transport);
            self.tell(Heard::Up(Up { transport })).await;
        }
        std::mem::take(&mut self.state.missed)
    }

    /// Asks where the streams are now, so that what comes from now on is not missed.
    async fn locate(&mut self) -> Result<(), End> {
        for timeline in self.timelines() {
            if self.cursor.place(&timeline).is_some() || self.is_unreadable(&timeline) {
                continue;
            }
            match timeline::last(&self.connector.client, &timeline).await {
                Ok(place) => {
                    self.cursor.set(&timeline, place.clone());
                    self.place(&timeline, place).await;
                }
                Err(error) => self.not_fetched(&timeline, error).map_err(End::Outage)?,
            }
        }
        Ok(())
    }

    /// What is refused is refused; the rest may go well later.
    fn not_fetched(&mut self, timeline: &Timeline, error: Error) -> Result<(), Outage> {
        let is_refused = match &error {
            Error::Refused(refused) => refused.status.is_client_error() && !error.is_transient(),
            Error::InvalidRequest(_) => true,
            _ => false,
        };
        if !is_refused {
            self.state.unfetched += 1;
            // A server that is away is away for the stream too.
            if self.state.up.is_none() || self.state.unfetched < MAX_UNFETCHED {
                return Err(Outage::NotFetched(error));
            }
        }
        tracing::debug!(stream = timeline.stream.name(), %error, "the timeline cannot be read");
        self.state.unreadable.push((timeline.clone(), error));
        Ok(())
    }

    fn is_unreadable(&self, timeline: &Timeline) -> bool {
        let mut unreadable = self.state.unreadable.iter();
        unreadable.any(|(known, _)| known == timeline)
    }

    /// Delivers what comes over a connection until it ends.
    async fn follow(&mut self, connection: &mut Connection, is_back: bool) -> End {
        let mut ahead = VecDeque::new();
        let from = self.cursor.clone();
        let mut ended = self.catch_up(connection, &mut ahead, &from).await;
        if is_back
            && ended
                .as_ref()
                .is_none_or(|end| matches!(end, End::Outage(_)))
        {
            self.tell_gaps(from.at()).await;
        }
        // What was published between that fetch and the moment when the server began to listen for us came neither way.
        let mut border = Some(self.cursor.clone());
        let settled = Instant::now() + SETTLED;
        let mut delivered = 0;
        loop {
            while let Some(incoming) = ahead.pop_front() {
                delivered += 1;
                self.incoming(incoming).await;
            }
            if let Some(end) = ended {
                return end;
            }
            tokio::select! {
                biased;
                heard = connection.next() => match heard {
                    Ok(incoming) => ahead.push_back(incoming),
                    Err(outage) => ended = Some(End::Outage(outage)),
                },
                Some(change) = self.changes.recv() => {
                    if let Some(end) = self.changed(connection, change).await {
                        ended = Some(end);
                    }
                }
                () = sleep_until(settled), if border.is_some() => {
                    // With so much going on, what was delivered since is not known any more.
                    if let Some(from) = border.take().filter(|_| delivered < REMEMBERED / 2) {
                        ended = self.catch_up(connection, &mut ahead, &from).await;
                    }
                }
            }
        }
    }

    /// Fetches what came after a place, while the connection is read ahead.
    async fn catch_up(
        &mut self,
        connection: &mut Connection,
        ahead: &mut VecDeque<Incoming>,
        from: &StreamCursor,
    ) -> Option<End> {
        if self.policy.max_items == 0 {
            return None;
        }
        let mut broken = None;
        let fetched = {
            let fetch = std::pin::pin!(self.fetch(from, true));
            let read_ahead = async {
                while ahead.len() < MAX_AHEAD {
                    match connection.next().await {
                        Ok(incoming) => ahead.push_back(incoming),
                        Err(outage) => {
                            broken = Some(End::Outage(outage));
                            break;
                        }
                    }
                }
                std::future::pending::<()>().await;
            };
            tokio::select! {
                fetched = fetch => fetched,
                () = read_ahead => Ok(()),
            }
        };
        match fetched {
            Ok(()) => broken,
            Err(outage) => {
                // What was read ahead is later than what is missing; it is fetched with it.
                ahead.clear();
                broken.or(Some(End::Outage(outage)))
            }
        }
    }

    /// Delivers what the timelines hold after a place.
    async fn fetch(&mut self, from: &StreamCursor, missed: bool) -> Result<(), Outage> {
        for timeline in self.timelines() {
            let Some(mut place) = from.place(&timeline).cloned() else {
                continue;
            };
            if self.is_unreadable(&timeline) {
                continue;
            }
            if timeline.part == Part::Statuses {
                self.fetch_late(&timeline, &place).await?;
                if self.is_unreadable(&timeline) {
                    continue;
                }
            }
            let mut left = match missed {
                true => self.policy.max_items,
                false => usize::MAX,
            };
            loop {
                let client = &self.connector.client;
                let elements = match timeline::after(client, &timeline, &place).await {
                    Ok(elements) => elements,
                    Err(error) => {
                        self.not_fetched(&timeline, error)?;
                        break;
                    }
                };
                self.state.unfetched = 0;
                let before = place.clone();
                for element in elements {
                    if left == 0 {
                        break;
                    }
                    if let Some(id) = element.id {
                        // A server that does not know the question answers with its newest, known or not.
                        if matches!(&place, Place::After(known) if age(&id) <= age(known)) {
                            continue;
                        }
                        left -= 1;
                        place = Place::After(id);
                    }
                    let stream = Some(timeline.stream.clone());
                    self.happened(stream, element.event, missed).await;
                }
                // A server that does not understand the question gives the same again and again.
                if place == before {
                    break;
                }
                if left == 0 {
                    let last = match place {
                        Place::After(id) => id.into(),
                        Place::Start => String::new(),
                    };
                    let why = GapReason::TooMuch { last };
                    let stream = timeline.stream.clone();
                    let since = from.at();
                    self.tell(Heard::Gap(Gap { stream, since, why })).await;
                    // Where it goes on is where it is now.
                    if let Ok(place) = timeline::last(&self.connector.client, &timeline).await {
                        self.state.begun.retain(|(known, _)| *known != timeline);
                        self.cursor.set(&timeline, place.clone());
                        self.place(&timeline, place).await;
                    }
                    break;
                }
            }
        }
        Ok(())
    }

    /// Delivers what stands before a place and was not heard: Mastodon gives a post of another server the id of the
    /// moment when it was written there, however late it comes.
    async fn fetch_late(&mut self, timeline: &Timeline, place: &Place) -> Result<(), Outage> {
        let mut begun = self.state.begun.iter();
        let Some((_, begun)) = begun.find(|(known, _)| known == timeline).cloned() else {
            self.state.begun.push((timeline.clone(), place.clone()));
            return Ok(());
        };
        let Place::After(last) = place else {
            return Ok(());
        };
        if *place == begun {
            return Ok(());
        }
        let elements = match timeline::before(&self.connector.client, timeline, last).await {
            Ok(elements) => elements,
            Err(error) => return self.not_fetched(timeline, error),
        };
        let stream = Some(timeline.stream.clone());
        for element in elements {
            let is_between = element.id.is_some_and(|id| {
                age(&id) < age(last)
                    && !matches!(&begun, Place::After(begun) if age(&id) <= age(begun))
            });
            let is_new =
                |recent: &mut Recent| recent.is_new_fetched(stream.as_ref(), &element.event);
            if is_between && is_new(&mut self.state.recent) {
                self.deliver(stream.clone(), element.event, true).await;
            }
        }
        Ok(())
    }

    /// What no timeline tells.
    async fn tell_gaps(&mut self, since: Option<DateTime<Utc>>) {
        for stream in self.streams().collect::<Vec<_>>() {
            let refused = self.state.unreadable.iter();
            let refused = refused.filter(|(timeline, _)| timeline.stream == stream);
            let mut reasons: Vec<_> = refused
                .map(|(_, error)| GapReason::Refused(error.report().to_string()))
                .collect();
            if self.policy.max_items == 0 {
                reasons = vec![GapReason::Off];
            }
            if reasons.is_empty() {
                reasons.push(GapReason::EditsAndDeletes);
            }
            for why in reasons {
                let stream = stream.clone();
                self.tell(Heard::Gap(Gap { stream, since, why })).await;
            }
        }
    }

    /// Asks the timelines again and again, until another way is worth a try.
    async fn poll(&mut self) -> End {
        let until = self.state.alone.iter().flatten().min().copied();
        let timelines = self.timelines();
        if self.policy.max_items == 0 && self.state.up.is_none() {
            // What was missed is not asked for.
            self.cursor = StreamCursor::default();
        }
        if let Err(end) = self.locate().await {
            return match end {
                End::Outage(outage) => self.polled(outage),
                end => end,
            };
        }
        loop {
            if timelines
                .iter()
                .all(|timeline| self.is_unreadable(timeline))
            {
                return self.unreadable();
            }
            let is_up = self.state.up == Some(Transport::Polling);
            if !is_up {
                // That it is up is told when it is known.
                if let Some(timeline) = timelines
                    .iter()
                    .find(|timeline| !self.is_unreadable(timeline))
                    && let Err(error) = timeline::last(&self.connector.client, timeline).await
                {
                    match self.not_fetched(timeline, error) {
                        Ok(()) => continue,
                        Err(outage) => return self.polled(outage),
                    }
                }
            }
            let missed = self.up(Transport::Polling).await;
            let is_limited = missed && self.policy.max_items > 0;
            let from = self.cursor.clone();
            if let Err(outage) = self.fetch(&from, is_limited).await {
                return self.polled(outage);
            }
            if missed {
                self.tell_gaps(from.at()).await;
            }
            // The gap that is told when another way works again begins where this one did.
            if self.cursor.at().is_none() {
                self.cursor.heard_at(now());
            }
            tokio::select! {
                () = sleep(self.policy.poll_every) => {}
                Some(change) = self.changes.recv() => {
                    if self.change(change).is_some() {
                        return End::Again;
                    }
                }
            }
            if until.is_some_and(|until| until <= Instant::now()) {
                return End::Again;
            }
        }
    }

    /// A server that does not even answer this is away: when it is back, everything may work again.
    fn polled(&mut self, outage: Outage) -> End {
        self.state.alone = [None; 2];
        End::Outage(outage)
    }

    /// No timeline can be read, and there is no other way left.
    fn unreadable(&mut self) -> End {
        match self.state.unreadable.pop() {
            Some((_, Error::InvalidRequest(invalid))) => End::Fatal(StreamError::Invalid(invalid)),
            Some((_, error)) if error.is_unauthorized() => {
                End::Fatal(StreamError::Unauthorized(error))
            }
            Some((_, error)) if error.is_transient() => self.polled(Outage::NotFetched(error)),
            Some((_, error)) => End::Fatal(StreamError::Refused(error)),
            None => End::Again,
        }
    }

    /// A stream as it was asked for: servers write hashtags in their own way.
    fn asked_for(&self, named: Stream) -> Stream {
        let parameter = |stream: &Stream| match stream {
            Stream::Hashtag(tag) | Stream::HashtagLocal(tag) => {
                tag.strip_prefix('#').unwrap_or(tag).to_lowercase()
            }
            _ => String::new(),
        };
        match named {
            Stream::Hashtag(_) | Stream::HashtagLocal(_) => {
                let is_it = |stream: &Stream| {
                    stream.name() == named.name() && parameter(stream) == parameter(&named)
                };
                let found = self.streams().find(is_it);
                found.unwrap_or(named)
            }
            _ => named,
        }
    }

    async fn incoming(&mut self, incoming: Incoming) {
        let stream = incoming.stream.map(|stream| self.asked_for(stream));
        self.happened(stream, incoming.event, false).await;
    }

    async fn happened(&mut self, stream: Option<Stream>, event: Event, missed: bool) {
        let is_new = match missed {
            true => self.state.recent.is_new_fetched(stream.as_ref(), &event),
            false => self.state.recent.is_new(stream.as_ref(), &event),
        };
        if !is_new {
            self.duplicates.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.deliver(stream, event, missed).await;
    }

    async fn deliver(&mut self, stream: Option<Stream>, event: Event, missed: bool) {
        let place = place_of(stream.as_ref(), &event);
        if let Some((timeline, id)) = &place {
            self.cursor.advance(timeline, id);
        }
        let heard = Heard::Event(Happened {
            event,
            stream,
            missed,
        });
        let place = place.map(|(timeline, id)| (timeline, Place::After(id)));
        self.send(Item {
            heard: Some(heard),
            place,
        })
        .await;
    }

    async fn tell(&mut self, heard: Heard) {
        let heard = Some(heard);
        self.send(Item { heard, place: None }).await;
    }

    async fn place(&mut self, timeline: &Timeline, place: Place) {
        let place = Some((timeline.clone(), place));
        self.send(Item { heard: None, place }).await;
    }

    async fn send(&mut self, item: Item) {
        // The one who receives owns this future: if it is gone, so is this.
        let _ = self.out.send(item).await;
    }

    fn streams(&self) -> impl Iterator<Item = Stream> {
        self.subscriptions.iter().map(|(stream, _)| stream.clone())
    }

    fn timelines(&self) -> Vec<Timeline> {
        self.streams()
            .flat_map(|stream| Timeline::of(&stream))
            .collect()
    }

    /// Counts a subscription. What is to be told to the server, if anything changes for it.
    fn change(&mut self, change: Change) -> Option<String> {
        let is_known = |known: &&mut (Stream, u32)| known.0 == *change.stream();
        let known = self.subscriptions.iter_mut().find(is_known);
        match (change, known) {
            (Change::Add(_), Some((_, count))) => *count = count.saturating_add(1),
            (Change::Add(stream), None) => {
                let command = stream.subscribe();
                self.subscriptions.push((stream, 1));
                return Some(command);
            }
            (Change::Remove(_), Some((_, count))) if *count > 1 => *count -= 1,
            (Change::Remove(stream), Some(_)) => {
                self.subscriptions.retain(|(known, _)| *known != stream);
                return Some(stream.unsubscribe());
            }
            (Change::Remove(_), None) => {}
        }
        None
    }

    /// Changes what an open connection brings.
    async fn changed(&mut self, connection: &mut Connection, change: Change) -> Option<End> {
        let command = self.change(change)?;
        // An event stream has one stream only, and a WebSocket without any is of no use.
        if self.state.up != Some(Transport::WebSocket) || self.subscriptions.is_empty() {
            return Some(End::Again);
        }
        connection.command(command);
        match timeout(LONGEST_PAUSE, self.locate()).await {
            Ok(located) => located.err(),
            Err(_) => Some(End::Again),
        }
    }
}

/// The place in a timeline that an event stands for.
fn place_of(stream: Option<&Stream>, event: &Event) -> Option<(Timeline, Box<str>)> {
    let (part, id) = match event {
        Event::Update(status) => (Part::Statuses, status.id.as_str()),
        Event::Notification(notification) => (Part::Notifications, notification.id.as_str()),
        Event::Conversation(conversation) => {
            let last = conversation.last_status.as_ref()?;
            (Part::Conversations, last.id.as_str())
        }
        _ => return None,
    };
    let stream = stream?.clone();
    Some((Timeline { stream, part }, id.into()))
}

fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
