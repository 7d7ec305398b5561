//! Open connections over which events come.

use std::collections::VecDeque;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use bytes::{Buf as _, Bytes};
use chrono::{DateTime, Utc};
use futures_util::{Sink as _, Stream as _};
use tokio::time::{Instant, Sleep};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::streaming::{Event, Stream, sse, websocket};

use super::heard::{Breakage, Outage};

/// A WebSocket with any number of streams, or an event stream for each.
pub(super) struct Connection {
    /// Each with the moment when something was heard there last.
    events: Vec<(Events, Instant)>,
    /// Which is asked first, so that a loud one does not drown the others.
    first: usize,
    silence: Duration,
    opened: Instant,
    pinged: bool,
    alarm: Pin<Box<Sleep>>,
    /// What is to be told to the server, oldest first.
    commands: VecDeque<String>,
}

/// An event and where it happened.
pub(super) struct Incoming {
    pub(super) stream: Option<Stream>,
    pub(super) event: Event,
    /// How many bytes it took on the way, about.
    pub(super) size: usize,
}

/// Where bytes come from and how they become events.
pub(super) enum Events {
    WebSocket {
        socket: Box<WebSocketStream<reqwest::Upgraded>>,
        /// The one stream on it: some servers do not say on which an event happened.
        only: Option<Stream>,
    },
    Sse {
        stream: Stream,
        body: Pin<Box<dyn futures_core::Stream<Item = reqwest::Result<Bytes>> + Send>>,
        decoder: Box<sse::Decoder>,
        unread: Bytes,
    },
}

impl Connection {
    pub(super) fn new(events: Vec<Events>, silence: Duration) -> Self {
        let opened = Instant::now();
        Self {
            events: events.into_iter().map(|events| (events, opened)).collect(),
            first: 0,
            silence,
            opened,
            pinged: false,
            alarm: Box::pin(tokio::time::sleep(silence / 2)),
            commands: VecDeque::new(),
        }
    }

    /// Until when all was heard, be it heartbeats.
    pub(super) fn heard_at(&self) -> DateTime<Utc> {
        DateTime::from(SystemTime::now()) - self.heard().elapsed()
    }

    /// The same, of the one that has been silent for the longest time.
    fn heard(&self) -> Instant {
        let heard = self.events.iter().map(|(_, heard)| *heard);
        heard.min().unwrap_or(self.opened)
    }

    /// Tells the server something, if this is a WebSocket.
    pub(super) fn command(&mut self, text: String) {
        if let Some((Events::WebSocket { only, .. }, _)) = self.events.first_mut() {
            *only = None;
            self.commands.push_back(text);
        }
    }

    /// The next event, or why there will be none. Nothing is lost when the future is dropped before it is ready.
    pub(super) async fn next(&mut self) -> Result<Incoming, Outage> {
        std::future::poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, Outage>> {
        loop {
            self.send_commands(cx);
            match self.poll_events(cx) {
                Poll::Ready(Ok(heard)) => {
                    self.pinged = false;
                    if let Some(incoming) = heard {
                        return Poll::Ready(Ok(incoming));
                    }
                }
                Poll::Ready(Err(outage)) => return Poll::Ready(Err(outage)),
                Poll::Pending => {
                    // The alarm is not set anew with every event, only when it goes off.
                    ready!(self.alarm.as_mut().poll(cx));
                    let now = Instant::now();
                    let heard = self.heard();
                    let asked = heard + self.silence / 2;
                    let limit = heard + self.silence;
                    if limit <= now {
                        let limit = self.silence;
                        return Poll::Ready(Err(Outage::Silent { limit }));
                    }
                    if asked <= now && !self.pinged {
                        self.pinged = true;
                        self.ping(cx);
                    }
                    self.alarm
                        .as_mut()
                        .reset(if asked <= now { limit } else { asked });
                }
            }
        }
    }

    fn poll_events(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Incoming>, Outage>> {
        let count = self.events.len();
        for step in 0..count {
            let position = (self.first + step) % count;
            if let Some((events, heard_at)) = self.events.get_mut(position)
                && let Poll::Ready(heard) = events.poll(cx)
            {
                // The end is not heard: what was sent before it may be lost with the connection.
                if heard.is_ok() {
                    *heard_at = Instant::now();
                }
                self.first = (position + 1) % count;
                return Poll::Ready(heard);
            }
        }
        Poll::Pending
    }

    /// Some servers do not send heartbeats, but all answer them.
    fn ping(&mut self, cx: &mut Context<'_>) {
        if let Some((Events::WebSocket { socket, .. }, _)) = self.events.first_mut() {
            let mut socket = Pin::new(&mut **socket);
            if socket.as_mut().poll_ready(cx).is_ready() {
                // If it cannot be sent, nothing will be heard.
                let _ = socket
                    .as_mut()
                    .start_send(tungstenite::Message::Ping(Bytes::new()));
                let _ = socket.poll_flush(cx);
            }
        }
    }

    fn send_commands(&mut self, cx: &mut Context<'_>) {
        let Some((Events::WebSocket { socket, .. }, _)) = self.events.first_mut() else {
            return;
        };
        let mut socket = Pin::new(&mut **socket);
        while !self.commands.is_empty() && socket.as_mut().poll_ready(cx).is_ready() {
            if let Some(text) = self.commands.pop_front() {
                // If it cannot be sent, the connection tells so when it is read.
                let _ = socket.as_mut().start_send(tungstenite::Message::text(text));
                let _ = socket.as_mut().poll_flush(cx);
            }
        }
    }
}

impl Events {
    /// The next thing heard: an event, or `None` for a heartbeat.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Incoming>, Outage>> {
        match self {
            Self::WebSocket { socket, only } => poll_websocket(socket, only.as_ref(), cx),
            Self::Sse {
                stream,
                body,
                decoder,
                unread,
            } => {
                let heard = ready!(poll_sse(body.as_mut(), decoder, unread, cx))?;
                Poll::Ready(Ok(heard.map(|(event, size)| Incoming {
                    stream: Some(stream.clone()),
                    event,
                    size,
                })))
            }
        }
    }
}

fn poll_websocket(
    socket: &mut WebSocketStream<reqwest::Upgraded>,
    only: Option<&Stream>,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Incoming>, Outage>> {
    use tungstenite::Message;
    let mut socket = Pin::new(socket);
    let (message, size) = match ready!(socket.as_mut().poll_next(cx)) {
        Some(Ok(Message::Text(text))) => (websocket::decode(&text), text.len()),
        // No known server sends these.
        Some(Ok(Message::Binary(bytes))) => {
            let text = String::from_utf8_lossy(&bytes);
            (websocket::decode(&text), text.len())
        }
        Some(Ok(Message::Close(frame))) => {
            // The answer is on its way if the connection takes it at once; the end does not wait for it.
            let _ = socket.poll_flush(cx);
            return Poll::Ready(Err(closed(frame)));
        }
        Some(Ok(_)) => return Poll::Ready(Ok(None)),
        Some(Err(error)) => return Poll::Ready(Err(error.into())),
        None => return Poll::Ready(Err(closed(None))),
    };
    Poll::Ready(match message {
        websocket::Message::Event { stream, event } => {
            let stream = match stream.split_first() {
                Some((name, parameters)) => {
                    let parameter = parameters.first().map(String::as_str);
                    Stream::from_name(name, parameter, parameter)
                }
                None => only.cloned(),
            };
            Ok(Some(Incoming {
                stream,
                event,
                size,
            }))
        }
        websocket::Message::Error { error, status } => Err(Outage::refused(status, &error)),
    })
}

fn poll_sse(
    mut body: Pin<&mut (dyn futures_core::Stream<Item = reqwest::Result<Bytes>> + Send)>,
    decoder: &mut sse::Decoder,
    unread: &mut Bytes,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<(Event, usize)>, Outage>> {
    loop {
        let mut rest = &unread[..];
        let frame = decoder.decode(&mut rest);
        unread.advance(unread.len() - rest.len());
        match frame {
            Some(Ok(sse::Frame::Message(message))) => {
                let size = message.data().map_or(0, str::len);
                return Poll::Ready(Ok(Some((Event::from_sse(&message), size))));
            }
            Some(Ok(sse::Frame::Comment(_))) => return Poll::Ready(Ok(None)),
            Some(Err(error)) => return Poll::Ready(Ok(Some((error.into(), 0)))),
            None => {}
        }
        match ready!(body.as_mut().poll_next(cx)) {
            Some(Ok(bytes)) => *unread = bytes,
            Some(Err(error)) => {
                let error = Outage::broken(Breakage::Lost, error.without_url());
                return Poll::Ready(Err(error));
            }
            None => return Poll::Ready(Err(closed(None))),
        }
    }
}

fn closed(frame: Option<CloseFrame>) -> Outage {
    Outage::Closed {
        code: frame.as_ref().map(|frame| frame.code.into()),
        reason: frame.map_or_else(String::new, |frame| words(&frame.reason)),
    }
}

impl From<tungstenite::Error> for Outage {
    fn from(error: tungstenite::Error) -> Self {
        use tungstenite::Error as E;
        let breakage = match &error {
            E::ConnectionClosed | E::AlreadyClosed => return closed(None),
            E::Io(_) | E::Tls(_) | E::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
                Breakage::Lost
            }
            E::Capacity(_) => Breakage::TooLong,
            E::Utf8(_) => Breakage::NotUtf8,
            _ => Breakage::Protocol,
        };
        Self::broken(breakage, error)
    }
}

/// What a server says, fit for a terminal: no control characters, and not endless.
pub(super) fn words(text: &str) -> String {
    let characters = text.chars().filter(|sign| !sign.is_control());
    characters.take(MAX_WORDS).collect()
}

const MAX_WORDS: usize = 1000;
