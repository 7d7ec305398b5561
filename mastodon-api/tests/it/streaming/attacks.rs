//! Streams from servers that break, lie or attack: data in `cases/streaming.json`, over real sockets.

use std::collections::HashMap;
use std::sync::Mutex;

use mastodon_api::streaming::{GapReason, StreamCursor, StreamError};
use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Deserialize)]
struct Case {
    id: String,
    attack: String,
    input: Input,
    outcome: Outcome,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(default = "user")]
    stream: String,
    /// How the events are to travel; without it, as it goes.
    #[serde(default)]
    transport: Option<String>,
    /// Milliseconds of silence that are borne.
    #[serde(default = "long")]
    silence: u64,
    #[serde(default)]
    max_message: Option<usize>,
    /// How many elements are fetched at most; without it none.
    #[serde(default)]
    backfill: usize,
    #[serde(default)]
    resume: String,
    /// What the server does with one WebSocket after the other; the last one again and again.
    #[serde(default)]
    websocket: Vec<Script>,
    /// The same for server-sent events.
    #[serde(default)]
    sse: Vec<Script>,
    /// What is in a timeline, the oldest first: before there was a stream, with the first one, and so on.
    #[serde(default)]
    timelines: HashMap<String, Vec<Timeline>>,
    /// The next state of the timelines comes with each question instead.
    #[serde(default)]
    by_question: bool,
    /// Whatever place is asked for, the newest elements are the answer.
    #[serde(default)]
    stubborn: bool,
}

fn user() -> String {
    "user".to_owned()
}

fn long() -> u64 {
    20_000
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    /// The head of the answer, instead of that of a stream.
    #[serde(default)]
    answer: Option<String>,
    /// Further headers of a stream.
    #[serde(default)]
    headers: String,
    #[serde(default)]
    pieces: Vec<Piece>,
    #[serde(default)]
    then: Then,
}

/// What a server sends.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Piece {
    /// A status of this id on the stream.
    Update(String),
    /// An edit of it.
    Edit(String),
    /// A notification.
    Notification(String),
    /// A text message.
    Text(String),
    /// These very bytes.
    Hex(String),
    /// These very characters.
    Raw(String),
    Times(usize, Box<Self>),
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Then {
    #[default]
    Close,
    /// Nothing more comes, and the connection stays open.
    Hang,
    /// The last piece without end.
    Flood,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Timeline {
    Ids(Vec<String>),
    Refused(u16),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcome {
    heard: Vec<String>,
    /// Connections that were to become streams.
    #[serde(default)]
    connections: Option<usize>,
    #[serde(default)]
    duplicates: u64,
    /// Seconds: between these is the last pause.
    #[serde(default)]
    pause: Option<(u64, u64)>,
}

#[derive(Default)]
struct Seen {
    heads: Mutex<Vec<String>>,
    websockets: AtomicUsize,
    sse: AtomicUsize,
    questions: AtomicUsize,
}

impl Seen {
    fn streams(&self) -> usize {
        self.websockets.load(Ordering::SeqCst) + self.sse.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn cases() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../cases/streaming.json")).unwrap();
    let (mut refused, mut controls, mut failures) = (0, 0, Vec::new());
    for case in cases {
        let is_control = case.id.starts_with("control/");
        let name = format!("{} ({})", case.id, case.attack);
        let ran = tokio::time::timeout(Duration::from_secs(60), run(case)).await;
        match ran {
            Ok(Ok(())) if is_control => controls += 1,
            Ok(Ok(())) => refused += 1,
            Ok(Err(why)) => failures.push(format!("{name}: {why}")),
            Err(_) => failures.push(format!("{name}: it never ends")),
        }
    }
    println!("streaming: refused {refused}/{refused}, controls {controls}/{controls}");
    assert!(failures.is_empty(), "{failures:#?}");
}

async fn run(case: Case) -> Result<(), String> {
    let Case { input, outcome, .. } = case;
    let input = Arc::new(input);
    let seen = Arc::new(Seen::default());
    let elsewhere = Odd::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let server = {
        let (input, seen, elsewhere) = (input.clone(), seen.clone(), elsewhere.url.clone());
        Odd::new(move |head, socket| {
            serve(head, socket, input.clone(), seen.clone(), elsewhere.clone())
        })
        .await
    };
    let cursor: StreamCursor = match input.resume.parse() {
        Ok(cursor) => cursor,
        Err(_) => return equal(&vec!["invalid cursor".to_owned()], &outcome.heard),
    };
    let (name, parameter) = input.stream.split_once(' ').unwrap_or((&input.stream, ""));
    let stream = Stream::from_name(name, Some(parameter), Some(parameter)).unwrap();
    let mut open = server
        .client()
        .stream(stream)
        .base_url(server.url.clone())
        .resume(cursor)
        .backfill(input.backfill)
        .backoff(Duration::from_millis(1), Duration::from_millis(5))
        .poll_every(Duration::from_millis(5))
        .silence(Duration::from_millis(input.silence));
    if let Some(bytes) = input.max_message {
        open = open.max_message(bytes);
    }
    match input.transport.as_deref() {
        Some("websocket") => open = open.transport(Transport::WebSocket),
        Some("sse") => open = open.transport(Transport::Sse),
        Some("polling") => open = open.transport(Transport::Polling),
        _ => {}
    }

    let mut stream = open.start();
    let (mut heard, mut shown, mut pause) = (Vec::new(), String::new(), Duration::ZERO);
    while heard.len() < outcome.heard.len() {
        let item = stream.next().await;
        shown.push_str(&format!("{item:?} {stream:?}"));
        if let Some(Err(error)) = &item {
            shown.push_str(&error.to_string());
        }
        if let Some(Ok(Heard::Down(down))) = &item {
            pause = down.retry_in;
            shown.push_str(&down.why.to_string());
        }
        heard.push(told(item.as_ref()));
    }
    equal(&heard, &outcome.heard)?;
    equal(&stream.duplicates(), &outcome.duplicates)?;
    if let Some(connections) = outcome.connections {
        equal(&seen.streams(), &connections)?;
    }
    if let Some((least, most)) = outcome.pause {
        let (least, most) = (Duration::from_secs(least), Duration::from_secs(most));
        if !(least..=most).contains(&pause) {
            return Err(format!("it waits for {pause:?}"));
        }
    }
    equal(&elsewhere.connections(), &0)?;
    if shown.contains(TOKEN) {
        return Err(format!("the token is shown: {shown}"));
    }
    for head in &*seen.heads.lock().unwrap() {
        if head.lines().next().is_some_and(|line| line.contains(TOKEN)) {
            return Err(format!("the token is in the address: {head}"));
        }
        equal(
            &header(head, "authorization"),
            &Some(&*format!("Bearer {TOKEN}")),
        )?;
        equal(&header(head, "sec-websocket-extensions"), &None)?;
    }
    Ok(())
}

fn equal<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{found:?} instead of {expected:?}")),
    }
}

async fn serve(
    head: String,
    mut socket: TcpStream,
    input: Arc<Input>,
    seen: Arc<Seen>,
    elsewhere: Url,
) {
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    seen.heads.lock().unwrap().push(head.clone());
    let (scripts, count) = if target.starts_with("/api/v1/streaming?") {
        (&input.websocket, &seen.websockets)
    } else if target.starts_with("/api/v1/streaming/") {
        (&input.sse, &seen.sse)
    } else {
        let answer = rest(&target, &input, &seen);
        return write(&mut socket, answer.as_bytes()).await;
    };
    let is_websocket = std::ptr::eq(scripts, &raw const input.websocket);
    let number = count.fetch_add(1, Ordering::SeqCst);
    let not_found = Script {
        answer: Some("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n".to_owned()),
        ..Script::default()
    };
    let script = scripts.get(number).or(scripts.last()).unwrap_or(&not_found);
    let opening = match &script.answer {
        Some(answer) => answer.replace("{elsewhere}", elsewhere.as_str()),
        None if is_websocket => {
            let switch = switch(&head);
            format!("{}\r\n{}\r\n", switch.trim_end(), script.headers)
        }
        None => {
            let kind =
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/event-stream\r\n";
            kind.to_owned() + &script.headers + "\r\n"
        }
    };
    write(&mut socket, opening.as_bytes()).await;
    let (mut reader, mut writer) = socket.into_split();
    // What the client says is read while it is written to, or both would wait.
    let answers = tokio::spawn(async move {
        let mut sink = tokio::io::sink();
        tokio::io::copy(&mut reader, &mut sink).await
    });
    let mut last = Vec::new();
    for piece in &script.pieces {
        last = bytes(piece, &input.stream, is_websocket);
        if writer.write_all(&last).await.is_err() {
            return;
        }
    }
    match script.then {
        Then::Close => {
            let _ = writer.shutdown().await;
        }
        Then::Hang => {}
        Then::Flood => while writer.write_all(&last).await.is_ok() {},
    }
    // Until the client has gone.
    let _ = answers.await;
}

fn bytes(piece: &Piece, stream: &str, is_websocket: bool) -> Vec<u8> {
    let event = |name: &str, payload: &str| {
        if !is_websocket {
            return format!("event: {name}\ndata: {payload}\n\n").into_bytes();
        }
        let names: Vec<_> = stream.split(' ').collect();
        let message = json!({ "stream": names, "event": name, "payload": payload });
        text(&message.to_string())
    };
    match piece {
        Piece::Update(id) => event("update", &element("status", id)),
        Piece::Edit(id) => event("status.update", &element("status", id)),
        Piece::Notification(id) => event("notification", &element("notification", id)),
        Piece::Text(message) => text(message),
        Piece::Hex(digits) => {
            let digits: Vec<_> = digits.bytes().filter(|byte| *byte != b' ').collect();
            let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
            digits.chunks(2).map(byte).collect()
        }
        Piece::Raw(characters) => characters.clone().into_bytes(),
        Piece::Times(count, piece) => bytes(piece, stream, is_websocket).repeat(*count),
    }
}

fn element(kind: &str, id: &str) -> String {
    let status = json!({ "id": id, "account": { "id": "2" }, "content": "<p>hi</p>" });
    match kind {
        // Nobody knows which one it is.
        _ if id == "?" => json!({ "content": "<p>hi</p>" }),
        "notification" => json!({ "id": id, "type": "follow", "account": { "id": "2" } }),
        "conversation" => json!({ "id": format!("of {id}"), "last_status": status }),
        _ => status,
    }
    .to_string()
}

/// A timeline that knows what `min_id` means.
fn rest(target: &str, input: &Input, seen: &Seen) -> String {
    let url = Url::parse("http://localhost")
        .unwrap()
        .join(target)
        .unwrap();
    let path = url.path().trim_start_matches("/api/v1/");
    let parameter = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let question = seen.questions.fetch_add(1, Ordering::SeqCst);
    let state = match input.by_question {
        true => question,
        false => seen.streams(),
    };
    let states = input.timelines.get(path).map_or(&[][..], Vec::as_slice);
    let (status, body) = match states.get(state).or(states.last()) {
        Some(Timeline::Ids(ids)) => {
            let limit = parameter("limit").map_or(20, |limit| limit.parse().unwrap());
            let place = parameter("min_id").filter(|_| !input.stubborn);
            let known = place
                .as_ref()
                .and_then(|id| ids.iter().position(|known| known == id));
            let newer = ids.iter().skip(known.map_or(0, |position| position + 1));
            let ids: Vec<_> = match place {
                Some(_) => newer.take(limit).rev().collect(),
                None => newer.rev().take(limit).collect(),
            };
            let kind = match path {
                "notifications" => "notification",
                "conversations" => "conversation",
                _ => "status",
            };
            let elements: Vec<_> = ids.into_iter().map(|id| element(kind, id)).collect();
            (200, format!("[{}]", elements.join(",")))
        }
        Some(Timeline::Refused(status)) => (*status, r#"{"error":"no"}"#.to_owned()),
        None => (404, r#"{"error":"Record not found"}"#.to_owned()),
    };
    format!(
        "HTTP/1.1 {status} OK\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn told(item: Option<&Result<Heard, StreamError>>) -> String {
    match item {
        Some(Ok(Heard::Up(up))) => format!("up by {}", up.transport),
        Some(Ok(Heard::Down(down))) => format!("down: {}", outage(&down.why)),
        Some(Ok(Heard::Gap(gap))) => match &gap.why {
            GapReason::TooMuch { last } => format!("gap: too much after {last}"),
            GapReason::Refused(_) => "gap: refused".to_owned(),
            other => format!("gap: {other:?}"),
        },
        Some(Ok(Heard::Event(happened))) => {
            let mut text = happening(&happened.event);
            if happened.missed {
                text.push_str(", missed");
            }
            if happened.stream.is_none() {
                text.push_str(", of no stream");
            }
            text
        }
        Some(Err(StreamError::Unauthorized(error))) => {
            format!("end: unauthorized, {}", fault(error))
        }
        Some(Err(StreamError::Refused(error))) => format!("end: refused, {}", fault(error)),
        Some(Err(error)) => format!("end: {error:?}"),
        None => "nothing".to_owned(),
        Some(Ok(other)) => format!("{other:?}"),
    }
}

fn happening(event: &Event) -> String {
    let id = match event {
        Event::Update(status) | Event::StatusUpdate(status) => status.id.as_str(),
        Event::Notification(notification) => notification.id.as_str(),
        Event::Delete(id) => id.as_str(),
        Event::Conversation(conversation) => conversation.id.as_str(),
        Event::Malformed(malformed) => return format!("malformed: {:?}", malformed.reason()),
        Event::Unknown(raw) => return format!("unknown: {}", raw.name()),
        other => return other.name().to_owned(),
    };
    format!("{} {id}", event.name())
}

fn outage(outage: &Outage) -> String {
    match outage {
        Outage::NotOpened(error) => format!("not opened, {}", fault(error)),
        Outage::NotFetched(error) => format!("not fetched, {}", fault(error)),
        Outage::Closed { code, .. } => format!("closed {}", code.unwrap_or_default()),
        Outage::Silent { .. } => "silent".to_owned(),
        Outage::Broken { breakage, .. } => format!("{breakage:?}"),
        Outage::Refused { status, .. } => format!("refused {}", status.unwrap_or_default()),
        other => format!("{other:?}"),
    }
}

fn fault(error: &Error) -> String {
    match error {
        Error::Refused(refused) => refused.status.as_u16().to_string(),
        Error::NotReached(missing) => format!("{:?}", missing.reason),
        Error::NotUnderstood(_) => "not understood".to_owned(),
        other => format!("{other:?}"),
    }
}

/// A server that accepts and hangs up at once, for ever: one connection at a time, and ever longer pauses.
#[tokio::test]
async fn a_server_that_hangs_up_at_once_is_not_stormed() {
    const FIRST: Duration = Duration::from_millis(1);
    const LONGEST: Duration = Duration::from_millis(64);
    let open = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let shared = open.clone();
    let server = Odd::new(move |head, mut socket| {
        let open = shared.clone();
        async move {
            let now = open.0.fetch_add(1, Ordering::SeqCst) + 1;
            open.1.fetch_max(now, Ordering::SeqCst);
            write(&mut socket, switch(&head).as_bytes()).await;
            let _ = socket.shutdown().await;
            // The client hangs up too, before it comes again.
            let _ = socket.read(&mut [0; 1]).await;
            open.0.fetch_sub(1, Ordering::SeqCst);
        }
    })
    .await;
    let stream = server.stream(Stream::User).transport(Transport::WebSocket);
    let mut stream = stream.backoff(FIRST, LONGEST).start();
    let (mut ups, mut pauses) = (0, Vec::new());
    while pauses.len() < 16 {
        match stream.next().await.unwrap().unwrap() {
            Heard::Up(_) => ups += 1,
            Heard::Down(down) => pauses.push(down.retry_in),
            Heard::Gap(gap) => assert_eq!(gap.why, GapReason::Off),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((ups, server.connections()), (16, 16));
    assert_eq!(open.1.load(Ordering::SeqCst), 1, "one at a time");
    for (number, pause) in pauses.iter().enumerate() {
        let most = FIRST.saturating_mul(2_u32.pow(number as u32)).min(LONGEST);
        assert!(*pause <= most, "{number}: {pauses:?}");
    }
    // At random, each of the last nine is up to 64 ms: that none is over 4 ms happens once in 2^36 runs.
    assert!(
        pauses[7..].iter().any(|pause| *pause > 4 * FIRST),
        "{pauses:?}"
    );
}

/// Nothing is read ahead of who does not ask.
#[tokio::test]
async fn a_flood_waits_for_a_slow_consumer() {
    for transport in [Transport::WebSocket, Transport::Sse] {
        let (stuck, mut written) = tokio::sync::mpsc::unbounded_channel();
        let server = Odd::new(move |head, mut socket| {
            let stuck = stuck.clone();
            async move {
                let (opening, event) = match transport {
                    Transport::WebSocket => {
                        (switch(&head), text(r#"{"event":"delete","payload":"5"}"#))
                    }
                    _ => (
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".to_owned(),
                        b"event: delete\ndata: 5\n\n".to_vec(),
                    ),
                };
                write(&mut socket, opening.as_bytes()).await;
                let flood = event.repeat(1000);
                let mut bytes = 0;
                // A second in which nothing goes any more.
                let second = Duration::from_secs(1);
                while let Ok(Ok(count)) =
                    tokio::time::timeout(second, socket.write(&flood[bytes % event.len()..])).await
                {
                    bytes += count;
                    assert!(bytes < 64 * 1024 * 1024, "it swallows everything");
                }
                stuck.send(bytes).unwrap();
                std::future::pending::<()>().await;
            }
        })
        .await;
        let mut stream = server.open(transport).await.unwrap();
        assert_eq!(event(&mut stream).await, Event::Delete("5".into()));
        // What the buffers of both sockets hold.
        let bytes = written.recv().await.unwrap();
        assert!(bytes < 16 * 1024 * 1024, "{transport}: {bytes}");
        for _ in 0..10_000 {
            assert_eq!(event(&mut stream).await, Event::Delete("5".into()));
        }
    }
}
