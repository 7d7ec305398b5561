//! Our side of `interop/push.sh`: sends push messages to other implementations, and receives theirs.
//!
//! ```text
//! push-peer subscribe                        subscriptions, a text and an encoding for each
//! push-peer send    < subscriptions.jsonl    a message to each
//! push-peer receive < messages.jsonl         each message with the verdict on it
//! ```
//!
//! What goes in and comes out is one JSON object a line; what else an object holds is passed on.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use clap::Parser;
use http::{HeaderMap, HeaderName, HeaderValue};
use mastodon_api::push::{Encoding, Keys, Message, Receiver, Recipient, ServerKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The name under which our messages and verdicts stand in the table.
const NAME: &str = "fedikit";

const ENDPOINTS: [&str; 2] = [
    "https://bot.example/push",
    "https://push.example:8443/a/b?c=d",
];

/// Sends push messages to other implementations, and receives theirs.
#[derive(Debug, Parser)]
#[command(name = "push-peer", version)]
enum Command {
    /// Makes subscriptions, each with keys of its own.
    Subscribe,
    /// Makes a message to each of the subscriptions that come in.
    Send,
    /// Says of the messages that come in which ones are accepted.
    Receive,
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Subscribe => subscribe(),
        Command::Send => each_line(send),
        Command::Receive => each_line(receive),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("push-peer: {error}");
            ExitCode::FAILURE
        }
    }
}

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A subscription, with what only the subscriber knows of it.
#[derive(Deserialize, Serialize)]
struct Subscription {
    #[serde(flatten)]
    keys: Keys,
    p256dh: String,
    endpoint: String,
    encoding: String,
    text: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// A message on its way.
#[derive(Deserialize, Serialize)]
struct Sent {
    server_key: String,
    headers: Map<String, Value>,
    body: String,
    #[serde(flatten)]
    subscription: Subscription,
}

fn subscribe() -> Outcome<()> {
    let mut out = io::stdout().lock();
    for encoding in [Encoding::Aes128Gcm, Encoding::AesGcm] {
        let lengths = [1, 16, 37, 38, 400, 3000].into_iter().enumerate();
        for ((number, length), endpoint) in lengths.zip(ENDPOINTS.into_iter().cycle()) {
            let keys = Keys::generate()?;
            let body: String = "Grüße, 世界 ".chars().cycle().take(length).collect();
            let text = json!({"notification_id": number.to_string(), "notification_type": "mention", "body": body});
            let subscription = Subscription {
                p256dh: keys.p256dh(),
                keys,
                endpoint: endpoint.to_owned(),
                encoding: encoding.as_str().to_owned(),
                text: text.to_string(),
                more: Map::new(),
            };
            writeln!(out, "{}", serde_json::to_string(&subscription)?)?;
        }
    }
    Ok(())
}

fn send(line: &str) -> Outcome<String> {
    let mut subscription: Subscription = serde_json::from_str(line)?;
    let keys = &subscription.keys;
    let recipient = Recipient::new(&subscription.endpoint, &subscription.p256dh, &keys.auth())?;
    let encoding = match &*subscription.encoding {
        "aesgcm" => Encoding::AesGcm,
        _ => Encoding::Aes128Gcm,
    };
    let server = ServerKey::generate()?;
    let message = Message::new(subscription.text.clone())
        .encoding(encoding)
        .subject("mailto:admin@mastodon.example");
    let request = server.request(&recipient, &message, Utc::now())?;
    let mut headers = Map::new();
    for (name, value) in request.headers() {
        headers.insert(name.to_string(), value.to_str()?.into());
    }
    subscription.more.insert("sender".into(), NAME.into());
    let sent = Sent {
        server_key: server.public_key(),
        headers,
        body: URL_SAFE_NO_PAD.encode(request.body()),
        subscription,
    };
    Ok(serde_json::to_string(&sent)?)
}

fn receive(line: &str) -> Outcome<String> {
    let mut sent: Sent = serde_json::from_str(line)?;
    let (accepted, reason) = match received(&sent) {
        Ok(()) => (true, String::new()),
        Err(reason) => (false, reason.to_string()),
    };
    let more = &mut sent.subscription.more;
    more.insert("receiver".into(), NAME.into());
    more.insert("accepted".into(), accepted.into());
    more.insert("reason".into(), reason.into());
    Ok(serde_json::to_string(&sent)?)
}

fn received(sent: &Sent) -> Outcome<()> {
    let Subscription {
        keys,
        endpoint,
        text,
        ..
    } = &sent.subscription;
    let receiver = Receiver::new(keys.clone(), endpoint, &sent.server_key)?.body_limit(64 * 1024);
    let mut headers = HeaderMap::new();
    for (name, value) in &sent.headers {
        let value = HeaderValue::from_str(value.as_str().unwrap_or_default())?;
        headers.append(name.parse::<HeaderName>()?, value);
    }
    let body = URL_SAFE_NO_PAD.decode(&sent.body)?;
    let message = receiver.receive(&headers, &body, Utc::now())?;
    if message.notification != serde_json::from_str(text)? {
        return Err("it says something else".into());
    }
    Ok(())
}

fn each_line(say: impl Fn(&str) -> Outcome<String>) -> Outcome<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", say(&line?)?)?;
    }
    Ok(())
}
