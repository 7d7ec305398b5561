//! Streams, over server-sent events and WebSocket.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{
        FromRequestParts as _,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    response::{IntoResponse, Response},
};
use futures_util::stream;
use http::{HeaderName, StatusCode, header, request};
use serde_json::json;
use tokio::{
    sync::mpsc::UnboundedReceiver,
    task::yield_now,
    time::{Interval, MissedTickBehavior, interval},
};

use super::{FakeInstance, Refusal, Shared, door::Switch, params::Params, state::Access};
use crate::{
    ids::{AccountId, StatusId},
    streaming::{RawEvent, Stream},
};

/// As Mastodon has it.
const THUMP: Duration = Duration::from_secs(15);
const PING: Duration = Duration::from_secs(30);
/// An interval must not be 0.
const SHORTEST: Duration = Duration::from_millis(1);
/// Within the first line of an event, and within the payload of a WebSocket frame.
const CUT_AFTER: usize = 30;

/// What is sent over a connection, in this order.
pub(super) enum Sent {
    Event(Stream, RawEvent),
    Text(String),
    Fate(Fate),
}

/// How a connection ends.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    /// In an orderly way.
    Close,
    Cut,
    CutInMessage,
    /// It does not; but nothing comes any more.
    Stall,
}

impl FakeInstance {
    /// Sends any event to all who listen to this stream.
    pub fn send_event(&self, stream: &Stream, event: &RawEvent) {
        self.fake().send(|_, listened| listened == stream, event);
    }

    /// Sends any text to all who listen to this stream: as one WebSocket message, or as it is into server-sent events.
    pub fn send_text(&self, stream: &Stream, text: &str) {
        let fake = self.fake();
        fake.send_each(
            |_, listened| listened == stream,
            |_, _| Sent::Text(text.to_owned()),
        );
    }

    /// Sends the `update` for a status once more, to all who listen to a stream in which it is. `false` if there is no
    /// such status.
    pub fn send_again(&self, status: &StatusId) -> bool {
        let fake = self.fake();
        let Some(status) = fake.status(status) else {
            return false;
        };
        fake.send_status(status, "update");
        true
    }

    /// Ends all streams in an orderly way, as a server does that restarts. What was sent before arrives.
    pub fn disconnect_streams(&self) {
        self.end_streams(Fate::Close);
    }

    /// Ends the connections of all streams without a farewell. What was sent before arrives.
    pub fn cut_streams(&self) {
        self.end_streams(Fate::Cut);
    }

    /// Ends the connections of all streams in the middle of a message. What was sent before arrives.
    pub fn cut_streams_in_message(&self) {
        self.end_streams(Fate::CutInMessage);
    }

    /// From here on nothing comes over the streams that are open, though they stay so: no events, no heartbeats, no
    /// answers to pings. Their listeners do not count as subscribers any more.
    pub fn stall_streams(&self) {
        let mut fake = self.fake();
        fake.send_to_all(|| Sent::Fate(Fate::Stall));
        for connection in fake.connections.values_mut() {
            connection.is_stalled = true;
        }
    }

    /// How far apart the heartbeats of streams are that are opened from here on. Without this call: pings over
    /// WebSocket each 30 s, `:thump` in server-sent events each 15 s.
    pub fn set_heartbeat(&self, heartbeat: Duration) {
        self.fake().heartbeat = Some(heartbeat);
    }

    /// How many connections listen to this stream.
    #[must_use]
    pub fn subscribers(&self, stream: &Stream) -> usize {
        self.fake().subscribers(stream)
    }

    /// How many connections are open for streams, without those that are stalled.
    #[must_use]
    pub fn connections(&self) -> usize {
        let fake = self.fake();
        fake.connections
            .values()
            .filter(|connection| !connection.is_stalled)
            .count()
    }

    fn end_streams(&self, fate: Fate) {
        let mut fake = self.fake();
        fake.send_to_all(|| Sent::Fate(fate));
        fake.connections.clear();
    }
}

/// Whether a request is for a stream, over whatever.
pub(super) fn is_stream(parts: &request::Parts) -> bool {
    let rest = parts.uri.path().strip_prefix("/api/v1/streaming");
    rest.is_some_and(|rest| rest != "/health" && (rest.is_empty() || rest.starts_with('/')))
}

pub(super) async fn answer(
    shared: &Arc<Shared>,
    parts: &mut request::Parts,
    switch: &Switch,
    fate: Option<Fate>,
) -> Response {
    let query = Params::from_query(parts.uri.query().unwrap_or_default());
    let page = parts.uri.path().strip_prefix("/api/v1/streaming");
    let page = page.unwrap_or_default().trim_start_matches('/').to_owned();
    let listener = Listener::new(shared, parts, &query, switch, fate);
    if let Ok(upgrade) = WebSocketUpgrade::from_request_parts(parts, &()).await {
        return match listener.and_then(|listener| listener.first(&query)) {
            Ok((listener, first)) => websocket(listener, first, upgrade),
            // A failed handshake says why in a header.
            Err(refusal) => {
                let why = HeaderName::from_static("x-error-message");
                (refusal.status, [(why, refusal.error)]).into_response()
            }
        };
    }
    match listener.and_then(|listener| Ok((listener.stream_of_page(&page, &query)?, listener))) {
        Ok((stream, listener)) => sse(&listener, stream),
        Err(refusal) => refusal.into_response(),
    }
}

/// Somebody with a token who wants to listen.
struct Listener {
    shared: Arc<Shared>,
    token: String,
    account: AccountId,
    access: Access,
    switch: Switch,
    /// What becomes of the connection as soon as it is open.
    fate: Option<Fate>,
}

impl Listener {
    fn new(
        shared: &Arc<Shared>,
        parts: &request::Parts,
        query: &Params,
        switch: &Switch,
        fate: Option<Fate>,
    ) -> Result<Self, Refusal> {
        let header = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let token = header(header::AUTHORIZATION)
            .and_then(|value| value.strip_prefix("Bearer "))
            .or_else(|| query.text("access_token"))
            .or_else(|| header(header::SEC_WEBSOCKET_PROTOCOL))
            .ok_or_else(|| unauthorized("Missing access token"))?;
        let access = shared.fake().tokens.get(token).cloned();
        let access = access.ok_or_else(|| unauthorized("Invalid access token"))?;
        let account = access.account.clone();
        Ok(Self {
            shared: shared.clone(),
            token: token.to_owned(),
            account: account.ok_or_else(|| unauthorized("Invalid access token"))?,
            access,
            switch: switch.clone(),
            fate,
        })
    }

    /// The stream that the URL of a WebSocket names, if it names one.
    fn first(self, query: &Params) -> Result<(Self, Option<Stream>), Refusal> {
        let first = query.text("stream").map(|name| {
            let stream = named(name, query.text("tag"), query.text("list"))?;
            self.allowed(stream)
        });
        Ok((self, first.transpose()?))
    }

    fn stream_of_page(&self, page: &str, query: &Params) -> Result<Stream, Refusal> {
        let mut name = page.replace('/', ":");
        if query.text("only_media") == Some("true") {
            name.push_str(":media");
        }
        self.allowed(named(&name, query.text("tag"), query.text("list"))?)
    }

    fn allowed(&self, stream: Stream) -> Result<Stream, Refusal> {
        let scope = match stream {
            Stream::UserNotification => "read:notifications",
            _ => "read:statuses",
        };
        if let Stream::List(id) = &stream
            && self.shared.fake().list_of(&self.account, id).is_none()
        {
            return Err(unauthorized("Not authorized to stream this list"));
        }
        if self.access.allows(scope) {
            return Ok(stream);
        }
        Err(unauthorized(
            "Access token does not have the required scopes",
        ))
    }

    fn connect(&self, streams: Vec<Stream>) -> Subscription {
        let mut fake = self.shared.fake();
        let (number, receiver) = fake.connect(&self.token, self.account.clone(), streams);
        match (self.fate, fake.connections.get_mut(&number)) {
            (Some(Fate::Stall), Some(connection)) => connection.is_stalled = true,
            // The receiver comes to its end at once.
            (Some(_), _) => drop(fake.connections.remove(&number)),
            (None, _) => {}
        }
        Subscription {
            shared: self.shared.clone(),
            number,
            receiver,
            heartbeat: fake.heartbeat,
            switch: self.switch.clone(),
            is_stalled: matches!(self.fate, Some(Fate::Stall)),
        }
    }

    /// Does what a message asks for; the answer is for the one who sent it.
    fn command(&self, text: &str, number: u64) -> Result<(), Refusal> {
        let Some(params) = Params::from_json(text.as_bytes()) else {
            return Ok(());
        };
        let stream = named(
            params.text("stream").unwrap_or_default(),
            params.text("tag"),
            params.text("list"),
        );
        match params.text("type") {
            Some("subscribe") => {
                let stream = self.allowed(stream?)?;
                let mut fake = self.shared.fake();
                if let Some(connection) = fake.connections.get_mut(&number)
                    && !connection.streams.contains(&stream)
                {
                    connection.streams.push(stream);
                }
            }
            Some("unsubscribe") => {
                let stream = stream?;
                if let Some(connection) = self.shared.fake().connections.get_mut(&number) {
                    connection.streams.retain(|listened| *listened != stream);
                }
            }
            // Mastodon ignores what it does not know.
            _ => {}
        }
        Ok(())
    }
}

/// A connection that is known as long as this lives.
struct Subscription {
    shared: Arc<Shared>,
    number: u64,
    receiver: UnboundedReceiver<Sent>,
    heartbeat: Option<Duration>,
    switch: Switch,
    is_stalled: bool,
}

impl Subscription {
    fn beat(&self, usual: Duration) -> Interval {
        let mut beat = interval(self.heartbeat.unwrap_or(usual).max(SHORTEST));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
        beat
    }

    /// Returns when nothing can come any more.
    async fn ended(&mut self) {
        while self.receiver.recv().await.is_some() {}
        self.switch.cut();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.shared.fake().connections.remove(&self.number);
    }
}

fn sse(listener: &Listener, stream: Stream) -> Response {
    let subscription = listener.connect(vec![stream]);
    let thump = subscription.beat(THUMP);
    let start = (!subscription.is_stalled).then(|| Ok::<_, Infallible>(":)\n\n".to_owned()));
    let events = stream::unfold(
        (subscription, thump),
        |(mut subscription, mut thump)| async {
            if subscription.is_stalled {
                subscription.ended().await;
                return None;
            }
            let sent = tokio::select! {
                sent = subscription.receiver.recv() => sent?,
                _ = thump.tick() => Sent::Text(":thump\n\n".to_owned()),
            };
            let text = match sent {
                Sent::Event(_, event) => sse_text(&event),
                Sent::Text(text) => text,
                Sent::Fate(fate) => {
                    // What was given so far is only sent when there is nothing more to send.
                    yield_now().await;
                    match fate {
                        Fate::Close => return None,
                        Fate::Cut => subscription.switch.cut(),
                        Fate::CutInMessage => subscription.switch.cut_after(CUT_AFTER),
                        Fate::Stall => subscription.is_stalled = true,
                    }
                    match fate {
                        Fate::Stall => String::new(),
                        _ => sse_text(&long_event()),
                    }
                }
            };
            Some((Ok(text), (subscription, thump)))
        },
    );
    let body = Body::from_stream(futures_util::StreamExt::chain(stream::iter(start), events));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, body).into_response()
}

fn sse_text(event: &RawEvent) -> String {
    let mut text = format!("event: {}\n", event.name());
    for line in event.payload().unwrap_or("undefined").lines() {
        text.push_str(&format!("data: {line}\n"));
    }
    text.push('\n');
    text
}

fn websocket(listener: Listener, first: Option<Stream>, mut upgrade: WebSocketUpgrade) -> Response {
    // Clients that send the token as a protocol expect it back.
    let protocol = upgrade.requested_protocols().next().cloned();
    if let Some(protocol) = protocol {
        upgrade.set_selected_protocol(protocol);
    }
    let subscription = listener.connect(first.into_iter().collect());
    upgrade.on_upgrade(async |socket| serve(socket, listener, subscription).await)
}

async fn serve(mut socket: WebSocket, listener: Listener, mut subscription: Subscription) {
    let mut ping = subscription.beat(PING);
    loop {
        if subscription.is_stalled {
            return subscription.ended().await;
        }
        let answer = tokio::select! {
            sent = subscription.receiver.recv() => match sent {
                Some(Sent::Event(stream, event)) => websocket_text(&stream, &event),
                Some(Sent::Text(text)) => Message::text(text),
                Some(Sent::Fate(Fate::Close)) | None => Message::Close(Some(CloseFrame {
                    code: 1001,
                    reason: "the instance stops".into(),
                })),
                Some(Sent::Fate(Fate::Cut)) => return subscription.switch.cut(),
                Some(Sent::Fate(Fate::CutInMessage)) => {
                    subscription.switch.cut_after(CUT_AFTER);
                    websocket_text(&Stream::User, &long_event())
                }
                Some(Sent::Fate(Fate::Stall)) => {
                    subscription.is_stalled = true;
                    continue;
                }
            },
            _ = ping.tick() => Message::Ping("ping".into()),
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    let Err(refusal) = listener.command(&text, subscription.number) else {
                        continue;
                    };
                    let status = refusal.status.as_u16();
                    let text = json!({ "error": refusal.error, "status": status });
                    Message::text(text.to_string())
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                _ => return,
            },
        };
        let is_last = matches!(answer, Message::Close(_));
        if socket.send(answer).await.is_err() || is_last {
            return;
        }
    }
}

/// An event of which only the beginning arrives.
fn long_event() -> RawEvent {
    RawEvent::new(
        "update",
        Some(format!(
            "{{\"id\":\"1\",\"content\":\"{}\"}}",
            "x".repeat(100)
        )),
    )
}

fn websocket_text(stream: &Stream, event: &RawEvent) -> Message {
    let mut names = vec![stream.name().to_owned()];
    match stream {
        Stream::Hashtag(tag) | Stream::HashtagLocal(tag) => names.push(tag.clone()),
        Stream::List(list) => names.push(list.to_string()),
        _ => {}
    }
    let mut text = json!({ "stream": names, "event": event.name() });
    if let (Some(payload), Some(text)) = (event.payload(), text.as_object_mut()) {
        text.insert("payload".to_owned(), payload.into());
    }
    Message::text(text.to_string())
}

fn named(name: &str, tag: Option<&str>, list: Option<&str>) -> Result<Stream, Refusal> {
    let refusal = |error| Refusal::new(StatusCode::BAD_REQUEST, error);
    Stream::from_name(name, tag, list).ok_or_else(|| match name {
        "hashtag" | "hashtag:local" => refusal("Missing tag name parameter"),
        "list" => refusal("Missing list name parameter"),
        _ => refusal("Unknown stream type"),
    })
}

fn unauthorized(error: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, error)
}
