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
    time::{MissedTickBehavior, interval},
};

use super::{Params, Refusal, Shared, state::Access};
use crate::{
    ids::AccountId,
    streaming::{RawEvent, Stream},
};

/// As Mastodon has it.
const THUMP: Duration = Duration::from_secs(15);
const PING: Duration = Duration::from_secs(30);

pub(super) async fn answer(shared: &Arc<Shared>, parts: &mut request::Parts) -> Response {
    let query = Params::from_query(parts.uri.query().unwrap_or_default());
    let page = parts.uri.path().strip_prefix("/api/v1/streaming");
    let page = page.unwrap_or_default().trim_start_matches('/').to_owned();
    if page == "health" {
        return "OK".into_response();
    }
    let listener = Listener::new(shared, parts, &query);
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
}

impl Listener {
    fn new(shared: &Arc<Shared>, parts: &request::Parts, query: &Params) -> Result<Self, Refusal> {
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
        drop(fake);
        self.shared.subscribed.notify_waiters();
        Subscription {
            shared: self.shared.clone(),
            number,
            receiver,
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
                drop(fake);
                self.shared.subscribed.notify_waiters();
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
    receiver: UnboundedReceiver<(Stream, RawEvent)>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.shared.fake().connections.remove(&self.number);
    }
}

fn sse(listener: &Listener, stream: Stream) -> Response {
    let subscription = listener.connect(vec![stream]);
    let mut thump = interval(THUMP);
    thump.set_missed_tick_behavior(MissedTickBehavior::Delay);
    thump.reset();
    let start = stream::iter([Ok::<_, Infallible>(":)\n\n".to_owned())]);
    let events = stream::unfold(
        (subscription, thump),
        |(mut subscription, mut thump)| async {
            let text = tokio::select! {
                event = subscription.receiver.recv() => event.map(|(_, event)| sse_text(&event))?,
                _ = thump.tick() => ":thump\n\n".to_owned(),
            };
            Some((Ok(text), (subscription, thump)))
        },
    );
    let body = Body::from_stream(futures_util::StreamExt::chain(start, events));
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
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ping.reset();
    loop {
        let answer = tokio::select! {
            event = subscription.receiver.recv() => match event {
                Some((stream, event)) => websocket_text(&stream, &event),
                None => Message::Close(Some(CloseFrame {
                    code: 1001,
                    reason: "the instance stops".into(),
                })),
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
