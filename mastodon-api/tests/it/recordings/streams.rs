//! What came over streams of real servers: each event is one that we know, and nothing in it is left unread.

use std::collections::BTreeMap;

use mastodon_api::Problem;
use mastodon_api::endpoint::Answer as _;
use mastodon_api::streaming::{Event, Stream, sse, websocket};
use serde::Deserialize;
use serde_json::Value;

use super::{OPEN_STREAM, Recorded, Recording, WITHOUT_CALL, fits, recordings};

#[derive(Deserialize)]
pub(super) struct WebSocket {
    cassette: String,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Message {
    Sent(String),
    Received(String),
}

#[test]
fn what_came_over_streams_is_read() {
    let Some(recordings) = recordings() else {
        return;
    };
    let mut table = Table::default();
    for recording in &recordings {
        match recording {
            Recording::Answer(recorded) if is_stream(recorded) => table.sse(recorded),
            Recording::Answer(_) => {}
            Recording::WebSocket(recorded) => table.websocket(recorded),
        }
    }
    table.print();
    assert!(table.failures.is_empty(), "{:#?}", table.failures);
    assert!(table.sse > 0 && table.websockets > 0);
}

fn is_stream(recorded: &Recorded) -> bool {
    let mut known = WITHOUT_CALL.iter();
    known.any(|(_, path, why)| *why == OPEN_STREAM && fits(path, &recorded.path).is_some())
}

#[derive(Default)]
struct Table {
    sse: usize,
    websockets: usize,
    comments: usize,
    commands: usize,
    refusals: usize,
    /// How many events of each name.
    events: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Table {
    fn sse(&mut self, recorded: &Recorded) {
        self.sse += 1;
        let cassette = &recorded.cassette;
        let body = recorded.body();
        let frames = frames(std::iter::once(&*body));
        // In the smallest pieces that a connection may bring.
        if frames != self::frames(body.chunks(1)) {
            self.fail(cassette, "it is another one in pieces");
        }
        let mut events = 0;
        for frame in frames {
            match frame {
                sse::Frame::Message(message) => {
                    events += 1;
                    self.event(cassette, &Event::from_sse(&message));
                }
                sse::Frame::Comment(_) => self.comments += 1,
                other => self.fail(cassette, format!("{other:?}")),
            }
        }
        let text = String::from_utf8(body).unwrap();
        let announced = text.lines().filter(|line| line.starts_with("event:"));
        if announced.count() != events {
            self.fail(cassette, format!("{events} events in {text}"));
        }
    }

    fn websocket(&mut self, recorded: &WebSocket) {
        self.websockets += 1;
        let cassette = &recorded.cassette;
        // Commands that name a stream that there is not.
        let mut wrong = 0;
        for message in &recorded.messages {
            match message {
                Message::Sent(command) => {
                    self.commands += 1;
                    wrong += usize::from(!self.is_known(cassette, command));
                }
                Message::Received(text) => match websocket::decode(text) {
                    websocket::Message::Event { stream, event } => {
                        let [name, rest @ ..] = &*stream else {
                            self.fail(cassette, format!("of no stream: {text}"));
                            continue;
                        };
                        let place = rest.first().map(String::as_str);
                        if Stream::from_name(name, place, place).is_none() {
                            self.fail(cassette, format!("of the stream {stream:?}"));
                        }
                        self.event(cassette, &event);
                    }
                    websocket::Message::Error { .. } if wrong > 0 => {
                        wrong -= 1;
                        self.refusals += 1;
                    }
                    other => self.fail(cassette, format!("{other:?}")),
                },
            }
        }
        if wrong > 0 {
            self.fail(cassette, "a stream that we do not know was not refused");
        }
    }

    /// Whether we know the stream of a command, which then is to be what we would have sent.
    fn is_known(&mut self, cassette: &str, sent: &str) -> bool {
        let command: Value = serde_json::from_str(sent).unwrap();
        let name = command["stream"].as_str().unwrap();
        let stream = Stream::from_name(name, command["tag"].as_str(), command["list"].as_str());
        let Some(stream) = stream else {
            return false;
        };
        let ours = match command["type"].as_str() {
            Some("subscribe") => stream.subscribe(),
            _ => stream.unsubscribe(),
        };
        if serde_json::from_str::<Value>(&ours).unwrap() != command {
            self.fail(cassette, format!("{sent} is {ours} with us"));
        }
        true
    }

    fn event(&mut self, cassette: &str, event: &Event) {
        *self.events.entry(event.name().to_owned()).or_default() += 1;
        match problems(event) {
            Some(problems) => {
                for problem in problems {
                    self.fail(cassette, format!("{problem}: {}", problem.raw()));
                }
            }
            None => self.fail(cassette, format!("{event:?}")),
        }
    }

    fn fail(&mut self, cassette: &str, why: impl std::fmt::Display) {
        self.failures.push(format!("{cassette}: {why}"));
    }

    fn print(&self) {
        println!("streams of server-sent events {:5}", self.sse);
        println!("  comments                    {:5}", self.comments);
        println!("WebSockets                    {:5}", self.websockets);
        println!("  commands                    {:5}", self.commands);
        println!("  refusals                    {:5}", self.refusals);
        println!(
            "events                        {:5}",
            self.events.values().sum::<usize>()
        );
        for (name, count) in &self.events {
            println!("  {name:27} {count:5}");
        }
    }
}

fn frames<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<sse::Frame> {
    let mut decoder = sse::Decoder::new();
    let mut frames = Vec::new();
    for mut piece in pieces {
        while let Some(frame) = decoder.decode(&mut piece) {
            frames.push(frame.unwrap());
        }
    }
    frames
}

/// What in an event could not be read, `None` if it is not one that we know.
fn problems(event: &Event) -> Option<Vec<Problem>> {
    Some(match event {
        Event::Update(status) | Event::StatusUpdate(status) => status.problems(),
        Event::Notification(notification) => notification.problems(),
        Event::Conversation(conversation) => conversation.problems(),
        Event::Announcement(announcement) => announcement.problems(),
        Event::AnnouncementReaction(reaction) => reaction.problems(),
        Event::Delete(_)
        | Event::AnnouncementDelete(_)
        | Event::NotificationsMerged
        | Event::FiltersChanged => Vec::new(),
        _ => return None,
    })
}
