//! A home timeline of 40 statuses, against `serde_json::Value` (as it is by default: without `preserve_order`); and events of
//! streams, from bytes to typed, against `serde_json` reading the same type from the payload alone.

use bytes::Bytes;
use fedikit_bench::documents::home_timeline;
use fedikit_bench::{case, compare};
use http::Response;
use mastodon_api::entities::{Notification, Status};
use mastodon_api::streaming::{Event, sse, websocket};
use mastodon_api::{Endpoint as _, methods};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn main() {
    let timeline = home_timeline();
    read_timeline(&timeline);

    let status = &timeline[0];
    decode_events::<Status>("update", status, [50, 61]);
    let small = json!({"id": "114500000000000001", "created_at": "2026-01-02T03:04:05.678Z", "content": "<p>tea</p>", "visibility": "public",
        "account": {"id": "1", "username": "alice", "acct": "alice"}});
    decode_events::<Status>("status.update", &small, [8, 15]);
    let favourite = json!({"id": "7", "type": "favourite", "created_at": "2026-01-02T03:04:05.678Z",
        "account": {"id": "1", "username": "alice", "acct": "alice"}, "status": small});
    decode_events::<Notification>("notification", &favourite, [13, 21]);
    decode_deletion();
}

fn read_timeline(timeline: &Value) {
    let bytes = Bytes::from(serde_json::to_vec(timeline).unwrap());
    let home = methods::timelines::Home::new();
    compare(
        &format!("read a home timeline of 40 statuses, {} bytes", bytes.len()),
        vec![
            case("serde_json::Value", || serde_json::from_slice::<Value>(&bytes).unwrap()),
            case("mastodon_api::Page<Status>", || home.read_response(Response::new(bytes.clone())).unwrap()).at_most(1690),
        ],
    );
}

fn decode_events<T: DeserializeOwned>(name: &str, payload: &Value, [most_sse, most_websocket]: [usize; 2]) {
    let payload = payload.to_string();
    let sse = format!("event: {name}\ndata: {payload}\n\n");
    let websocket = json!({"stream": ["user"], "event": name, "payload": payload}).to_string();
    let mut decoder = sse::Decoder::new();
    compare(
        &format!("decode `{name}`, a payload of {} bytes", payload.len()),
        vec![
            case("serde_json, the payload alone", || serde_json::from_str::<T>(&payload).unwrap()),
            case("from server-sent events", || from_sse(&mut decoder, &sse)).at_most(most_sse),
            case("serde_json, a WebSocket message's text, then that", || {
                let message: Message = serde_json::from_str(&websocket).unwrap();
                serde_json::from_str::<T>(&message.payload).unwrap()
            }),
            case("from a WebSocket", || websocket::decode(&websocket)).at_most(most_websocket),
        ],
    );
}

/// The least that must be read of a WebSocket message: its payload is JSON as text.
#[derive(Deserialize)]
struct Message {
    payload: String,
}

fn decode_deletion() {
    let mut decoder = sse::Decoder::new();
    let websocket = r#"{"stream":["user"],"event":"delete","payload":"114500000000000001"}"#;
    compare(
        "decode `delete`",
        vec![
            case("serde_json::Value", || serde_json::from_str::<Value>(websocket).unwrap()),
            case("from server-sent events", || from_sse(&mut decoder, "event: delete\ndata: 114500000000000001\n\n")).at_most(3),
            case("from a WebSocket", || websocket::decode(websocket)).at_most(3),
        ],
    );
}

fn from_sse(decoder: &mut sse::Decoder, text: &str) -> Event {
    let mut bytes = text.as_bytes();
    match decoder.decode(&mut bytes) {
        Some(Ok(sse::Frame::Message(message))) => Event::from_sse(&message),
        other => panic!("no message: {other:?}"),
    }
}
