//! Keeps a stream alive: connects, listens, fetches what was missed, waits, and connects again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::connect::{Connector, NotOpened};
use super::connection::{Connection, Incoming};
use super::heard::{Down, Gap, GapReason, Happened, Heard, Outage, StreamError, Transport, Up};
use super::recent::{REMEMBERED, Recent};
use super::timeline::{self, Element};
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
/// How much is read ahead while what was missed is fetched, in messages and in bytes. When there is more, the connection
/// waits.
const MAX_AHEAD: usize = 1000;
const MAX_AHEAD_BYTES: usize = 8 * 1024 * 1024;
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
    /// Timelines that could not be fetched, and how often in a row.
    unfetched: Vec<(Timeline, u32)>,
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
        for (stream, _) in &self.subscriptions {
            self.state.recent.add(stream);
        }
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
            Err(not_opened) => return self.not_opened(transport, not_opened),
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

    fn not_opened(&mut self, transport: Transport, not_opened: NotOpened) -> End {
        let NotOpened { error, is_found } = not_opened;
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
        // Something on the way may swallow what it does not know.
        if is_found && matches!(error, Error::NotReached(_)) {
            self.failed(transport);
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
                    self.fetched(&timeline);
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
        if !is_refusal(&error) && self.count_unfetched(timeline) < MAX_UNFETCHED {
            return Err(Outage::NotFetched(error));
        }
        tracing::debug!(stream = timeline.stream.name(), %error, "the timeline cannot be read");
        if !self.is_unreadable(timeline) {
            self.state.unreadable.push((timeline.clone(), error));
        }
        Ok(())
    }

    /// How often in a row a timeline could not be fetched, with this time.
    fn count_unfetched(&mut self, timeline: &Timeline) -> u32 {
        let mut unfetched = self.state.unfetched.iter_mut();
        if let Some((_, count)) = unfetched.find(|(known, _)| known == timeline) {
            *count = count.saturating_add(1);
            return *count;
        }
        self.state.unfetched.push((timeline.clone(), 1));
        1
    }

    fn fetched(&mut self, timeline: &Timeline) {
        self.state.unfetched.retain(|(known, _)| known != timeline);
        self.state.unreadable.retain(|(known, _)| known != timeline);
    }

    fn is_unreadable(&self, timeline: &Timeline) -> bool {
        let mut unreadable = self.state.unreadable.iter();
        unreadable.any(|(known, _)| known == timeline)
    }

    /// Whether asking again is of no use.
    fn is_refused(&self, timeline: &Timeline) -> bool {
        let mut unreadable = self.state.unreadable.iter();
        unreadable.any(|(known, error)| known == timeline && is_refusal(error))
    }

    /// Delivers what comes over a connection until it ends.
    async fn follow(&mut self, connection: &mut Connection, is_back: bool) -> End {
        let mut ahead = VecDeque::new();
        let from = self.cursor.clone();
        let mut ended = self.catch_up(connection, &mut ahead, &from, None).await;
        if is_back
            && ended
                .as_ref()
                .is_none_or(|end| matches!(end, End::Outage(_)))
        {
            self.tell_gaps(from.at()).await;
        }
        // What was published between that fetch and the moment when the server began to listen for us came neither way.
        let mut border = Some(self.cursor.clone());
        let mut settled = Instant::now() + SETTLED;
        let mut delivered = 0;
        loop {
            while let Some(incoming) = ahead.pop_front() {
                delivered += 1;
                self.incoming(incoming).await;
            }
            if let Some(end) = ended {
                return end;
            }
            // What was delivered since must still be remembered; and what follows comes anyway.
            let is_much = delivered >= REMEMBERED / 2;
            tokio::select! {
                biased;
                Some(change) = self.changes.recv() => {
                    let known = self.timelines();
                    ended = self.changed(connection, change).await;
                    for timeline in self.timelines() {
                        if known.contains(&timeline) {
                            continue;
                        }
                        // Nor did what came before the server heard of it.
                        let border = border.get_or_insert_with(|| self.cursor.clone());
                        if let Some(place) = self.cursor.place(&timeline) {
                            border.set(&timeline, place.clone());
                        }
                        settled = Instant::now() + SETTLED;
                        delivered = 0;
                    }
                }
                heard = connection.next(), if !is_much || border.is_none() => match heard {
                    Ok(incoming) => ahead.push_back(incoming),
                    Err(outage) => ended = Some(End::Outage(outage)),
                },
                () = sleep_until(settled), if border.is_some() && !is_much => {
                    ended = self.catch_up_border(connection, &mut ahead, border.take()).await;
                }
                () = std::future::ready(()), if border.is_some() && is_much => {
                    ended = self.catch_up_border(connection, &mut ahead, border.take()).await;
                }
            }
        }
    }

    /// Fetches what came between the fetch before and the moment when the server began to send.
    async fn catch_up_border(
        &mut self,
        connection: &mut Connection,
        ahead: &mut VecDeque<Incoming>,
        border: Option<StreamCursor>,
    ) -> Option<End> {
        let from = border?;
        let known = self.unreadable_timelines();
        let to = self.cursor.clone();
        let ended = self.catch_up(connection, ahead, &from, Some(&to)).await;
        self.tell_unreadable(&known, from.at()).await;
        ended
    }

    /// Fetches what came between two places, while the connection is read ahead.
    async fn catch_up(
        &mut self,
        connection: &mut Connection,
        ahead: &mut VecDeque<Incoming>,
        from: &StreamCursor,
        to: Option<&StreamCursor>,
    ) -> Option<End> {
        if self.policy.max_items == 0 {
            return None;
        }
        self.state.recent.hold();
        let mut broken = None;
        let fetched = {
            let fetch = std::pin::pin!(self.fetch(from, to, true));
            let mut bytes: usize = ahead.iter().map(|incoming| incoming.size).sum();
            let read_ahead = async {
                while ahead.len() < MAX_AHEAD && bytes < MAX_AHEAD_BYTES {
                    match connection.next().await {
                        Ok(incoming) => {
                            bytes += incoming.size;
                            ahead.push_back(incoming);
                        }
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

    /// Delivers what the timelines hold after a place; where something came since, little further than that.
    async fn fetch(
        &mut self,
        from: &StreamCursor,
        to: Option<&StreamCursor>,
        missed: bool,
    ) -> Result<(), Outage> {
        for timeline in self.timelines() {
            let Some(mut place) = from.place(&timeline).cloned() else {
                continue;
            };
            if self.is_refused(&timeline) {
                continue;
            }
            let to = to
                .and_then(|to| to.place(&timeline))
                .filter(|to| **to != place);
            let is_beyond = |place: &Place| match (place, to) {
                (Place::After(id), Some(Place::After(last))) => age(id) > age(last),
                _ => false,
            };
            if timeline.part == Part::Statuses {
                self.fetch_late(&timeline, &place).await?;
                if self.is_refused(&timeline) {
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
                self.fetched(&timeline);
                let before = place.clone();
                let mut is_too_much = false;
                let mut is_done = false;
                for Element { id, event } in elements {
                    let mut next = place.clone();
                    if let Some(id) = id {
                        // A server that does not know the question answers with its newest, known or not.
                        if matches!(&place, Place::After(known) if age(&id) <= age(known)) {
                            continue;
                        }
                        next = Place::After(id);
                    }
                    let stream = Some(&timeline.stream);
                    if !self.is_new(stream, &event, true) {
                        place = next;
                        continue;
                    }
                    if left == 0 {
                        self.state.recent.forget_last(stream);
                        is_done = is_beyond(&next);
                        is_too_much = !is_done;
                        break;
                    }
                    left -= 1;
                    place = next;
                    let is_malformed = matches!(event, Event::Malformed(_));
                    self.deliver(stream.cloned(), event, missed).await;
                    if is_malformed && let Place::After(id) = &place {
                        self.cursor.advance(&timeline, id);
                        self.place(&timeline, place.clone()).await;
                    }
                }
                // A server that does not understand the question gives the same again and again.
                is_done |= is_beyond(&place) || (place == before && !is_too_much);
                if is_done {
                    break;
                }
                if is_too_much {
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

    fn unreadable_timelines(&self) -> Vec<Timeline> {
        let unreadable = self.state.unreadable.iter();
        unreadable.map(|(timeline, _)| timeline.clone()).collect()
    }

    /// Which timelines cannot be read any more.
    async fn tell_unreadable(&mut self, known: &[Timeline], since: Option<DateTime<Utc>>) {
        let unreadable = self.state.unreadable.iter();
        let unreadable = unreadable.filter(|(timeline, _)| !known.contains(timeline));
        let gap = |(timeline, error): &(Timeline, Error)| Gap {
            stream: timeline.stream.clone(),
            since,
            why: GapReason::Refused(error.report().to_string()),
        };
        for gap in unreadable.map(gap).collect::<Vec<_>>() {
            self.tell(Heard::Gap(gap)).await;
        }
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
            let known = self.unreadable_timelines();
            if let Err(outage) = self.fetch(&from, None, is_limited).await {
                return self.polled(outage);
            }
            if missed {
                self.tell_gaps(from.at()).await;
            } else {
                self.tell_unreadable(&known, from.at()).await;
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
        let mut unreadable = self.state.unreadable.iter();
        if let Some(position) = unreadable.position(|(_, error)| !is_refusal(error)) {
            let (_, error) = self.state.unreadable.swap_remove(position);
            return self.polled(Outage::NotFetched(error));
        }
        match self.state.unreadable.pop() {
            Some((_, Error::InvalidRequest(invalid))) => End::Fatal(StreamError::Invalid(invalid)),
            Some((_, error)) if error.is_unauthorized() => {
                End::Fatal(StreamError::Unauthorized(error))
            }
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
        if self.is_new(stream.as_ref(), &incoming.event, false) {
            self.state.recent.let_go(stream.as_ref(), &incoming.event);
            self.deliver(stream, incoming.event, false).await;
        }
    }

    /// Whether this was not delivered lately.
    fn is_new(&mut self, stream: Option<&Stream>, event: &Event, missed: bool) -> bool {
        let is_new = match missed {
            true => self.state.recent.is_new_fetched(stream, event),
            false => self.state.recent.is_new(stream, event),
        };
        if !is_new {
            self.duplicates.fetch_add(1, Ordering::Relaxed);
        }
        is_new
    }

    async fn deliver(&mut self, stream: Option<Stream>, event: Event, missed: bool) {
        let place = place_of(stream.as_ref(), &event);
        // A server may name streams that nobody asked for, without end.
        let place = place.filter(|(timeline, _)| {
            let mut streams = self.subscriptions.iter();
            streams.any(|(stream, _)| *stream == timeline.stream)
        });
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
                self.state.recent.add(&stream);
                self.subscriptions.push((stream, 1));
                return Some(command);
            }
            (Change::Remove(_), Some((_, count))) if *count > 1 => *count -= 1,
            (Change::Remove(stream), Some(_)) => {
                self.subscriptions.retain(|(known, _)| *known != stream);
                // If it is added again, it begins then.
                self.state.recent.remove(&stream);
                self.state.begun.retain(|(known, _)| known.stream != stream);
                for timeline in Timeline::of(&stream) {
                    self.cursor.remove(&timeline);
                    self.fetched(&timeline);
                }
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
        if self.policy.max_items == 0 {
            return None;
        }
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
    // Akkoma sends statuses on the stream of conversations too.
    let is_held = Part::of(&stream).contains(&part);
    is_held.then(|| (Timeline { stream, part }, id.into()))
}

/// Whether asking for a timeline again is of no use.
fn is_refusal(error: &Error) -> bool {
    match error {
        Error::Refused(refused) => refused.status.is_client_error() && !error.is_transient(),
        Error::InvalidRequest(_) => true,
        _ => false,
    }
}

fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
