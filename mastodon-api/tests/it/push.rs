//! Push messages, received over real sockets: honest ones, and what attackers make of them (`cases/push.json`).

use std::sync::Arc;

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use mastodon_api::entities::{NotificationType, WebPushPolicy, pleroma};
use mastodon_api::methods::{notifications, push::Data};
use mastodon_api::push::{
    DecryptError, Encoding, InvalidKeys, InvalidReceiver, InvalidRecipient, Keys, Message,
    MessageError, PushError, PushMessage, Receiver, Recipient, SenderError, ServerKey, Urgency,
};
use mastodon_api::{Endpoint as _, push};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const ENDPOINT: &str = "https://bot.example/push";
const PLAINTEXT: &str = r#"{"access_token":"planted-token","preferred_locale":"en","notification_id":116523465,
    "notification_type":"mention","icon":"https://mastodon.example/a.png","title":"Ann mentioned you","body":"Hello"}"#;

#[derive(Deserialize)]
struct Case {
    id: String,
    attack: String,
    input: Input,
    outcome: String,
}

/// What is changed of an honest message. `{token}`, `{key}`, `{other}`, `{salt}`, `{dh}` and `{p256dh}` are its pieces.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Input {
    encoding: String,
    /// For whom: the subscriber; with `other` somebody else, with `public` whoever has the same public key.
    recipient: String,
    plaintext: Option<String>,
    plaintext_base64: Option<String>,
    plaintext_deep: bool,
    /// Bytes of the body: spaces at the end of the text make it so long.
    length: Option<usize>,
    /// Whose signature: the server's, or with `other` somebody else's.
    signer: String,
    header: Option<Value>,
    header_text: Option<String>,
    claims: Map<String, Value>,
    claims_text: Option<String>,
    /// What is signed in place of header and claims.
    signed: Option<String>,
    signature: Option<String>,
    remove: Vec<String>,
    set: Map<String, Value>,
    add: Map<String, Value>,
    /// The size of records is set to that of the body.
    size_of_body: bool,
    body: Change,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Change {
    keep: Option<usize>,
    cut: usize,
    append: String,
    flip: Option<usize>,
    flip_last: bool,
    patch: Option<(usize, String)>,
}

struct Parties {
    keys: Keys,
    server: ServerKey,
    other: ServerKey,
}

impl Parties {
    fn new() -> Self {
        Self {
            keys: Keys::generate().unwrap(),
            server: ServerKey::new(&[7; 32]).unwrap(),
            other: ServerKey::new(&[8; 32]).unwrap(),
        }
    }

    fn receiver(&self) -> Receiver {
        Receiver::new(self.keys.clone(), ENDPOINT, &self.server.public_key()).unwrap()
    }

    fn recipient(&self) -> Recipient {
        Recipient::new(ENDPOINT, &self.keys.p256dh(), &self.keys.auth()).unwrap()
    }

    fn request(&self, encoding: Encoding, plaintext: &str) -> Request<Bytes> {
        let message = Message::new(plaintext).encoding(encoding);
        self.server
            .request(&self.recipient(), &message, now())
            .unwrap()
    }

    fn receive(&self, request: &Request<Bytes>) -> Result<PushMessage, PushError> {
        self.receiver()
            .receive(request.headers(), request.body(), now())
    }
}

fn now() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn server() -> url::Url {
    "https://mastodon.example".parse().unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// The public key of which the private one is `scalar`, and a signature with it, good or bad.
fn sign(scalar: u8, signed: &str) -> String {
    let key = if scalar == 7 { [7; 32] } else { [8; 32] };
    let public = ServerKey::new(&key).unwrap().public_key();
    let pair = EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        &key,
        &base64(&public),
    )
    .unwrap();
    let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    URL_SAFE_NO_PAD.encode(signature)
}

fn token(input: &Input) -> String {
    let header = input.header.clone();
    let header = header.unwrap_or_else(|| json!({"typ": "JWT", "alg": "ES256"}));
    let header = input.header_text.clone().unwrap_or(header.to_string());
    let at = now().timestamp();
    let mut claims =
        json!({"aud": "https://bot.example", "exp": at + 3600, "sub": "mailto:a@mastodon.example"});
    for (name, value) in &input.claims {
        let value = match (&**name, value) {
            ("exp", Value::Number(seconds)) => json!(at + seconds.as_i64().unwrap()),
            ("exp_fraction", _) => json!(at as f64 + 60.5),
            ("exp_text", _) => json!((at + 60).to_string()),
            (_, value) => value.clone(),
        };
        claims[name.split('_').next().unwrap()] = value;
    }
    let present = |_: &String, value: &mut Value| !value.is_null();
    claims.as_object_mut().unwrap().retain(present);
    let claims = input.claims_text.clone().unwrap_or(claims.to_string());
    let signed = [header, claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let scalar = if input.signer == "other" { 8 } else { 7 };
    let signature = sign(scalar, input.signed.as_ref().unwrap_or(&signed));
    format!(
        "{signed}.{}",
        input.signature.as_ref().unwrap_or(&signature)
    )
}

fn make(parties: &Parties, input: &Input) -> (HeaderMap, Vec<u8>) {
    let older = input.encoding == "aesgcm";
    let mut plaintext = match (&input.plaintext, &input.plaintext_base64) {
        (Some(text), _) => text.clone().into_bytes(),
        (_, Some(text)) => base64(text),
        _ if input.plaintext_deep => "[".repeat(3000).into_bytes(),
        _ => PLAINTEXT.into(),
    };
    if let Some(length) = input.length {
        plaintext.resize(length - if older { 18 } else { 103 }, b' ');
    }
    let other = Keys::generate().unwrap();
    let (p256dh, auth) = match &*input.recipient {
        "other" => (other.p256dh(), other.auth()),
        "public" => (parties.keys.p256dh(), other.auth()),
        _ => (parties.keys.p256dh(), parties.keys.auth()),
    };
    let message = Message::new(plaintext);
    let message = message.encoding(if older {
        Encoding::AesGcm
    } else {
        Encoding::Aes128Gcm
    });
    let recipient = Recipient::new(ENDPOINT, &p256dh, &auth).unwrap();
    let request = parties.server.request(&recipient, &message, now()).unwrap();
    let (parts, body) = request.into_parts();
    let (mut headers, mut body) = (parts.headers, body.to_vec());

    let piece = |header: &str, name: &str| {
        let value = headers.get(header).map(|value| value.to_str().unwrap());
        let piece =
            value.and_then(|value| value.split(';').find_map(|piece| piece.strip_prefix(name)));
        piece.unwrap_or_default().to_owned()
    };
    let pieces = [
        ("{token}", token(input)),
        ("{key}", parties.server.public_key()),
        ("{other}", parties.other.public_key()),
        ("{salt}", piece("encryption", "salt=")),
        ("{dh}", piece("crypto-key", "dh=")),
        ("{p256dh}", parties.keys.p256dh()),
    ];
    let filled = |text: &str| {
        let fill = |text: String, (name, piece): &(&str, String)| text.replace(name, piece);
        pieces.iter().fold(text.to_owned(), fill)
    };
    let value = |text: &str| HeaderValue::try_from(filled(text)).unwrap();
    let authorization = if older {
        "WebPush {token}"
    } else {
        "vapid t={token},k={key}"
    };
    headers.insert("authorization", value(authorization));
    if input.size_of_body {
        let size = body.len() - 16;
        headers.insert("encryption", value(&format!("salt={{salt}};rs={size}")));
    }
    for name in &input.remove {
        headers.remove(name);
    }
    for (name, text) in &input.set {
        headers.insert(
            name.parse::<HeaderName>().unwrap(),
            value(text.as_str().unwrap()),
        );
    }
    for (name, text) in &input.add {
        headers.append(
            name.parse::<HeaderName>().unwrap(),
            value(text.as_str().unwrap()),
        );
    }

    let change = &input.body;
    if let Some((at, patch)) = &change.patch {
        let patch = base64(&filled(patch));
        body[*at..*at + patch.len()].copy_from_slice(&patch);
    }
    if let Some(bit) = change.flip {
        body[bit / 8] ^= 1 << (bit % 8);
    }
    if change.flip_last {
        *body.last_mut().unwrap() ^= 1;
    }
    body.truncate(change.keep.unwrap_or(body.len() - change.cut));
    body.extend_from_slice(&base64(&change.append));
    (headers, body)
}

/// A bot's own server: it answers what became of the message.
async fn bot(receiver: Receiver) -> String {
    async fn pushed(
        State(receiver): State<Arc<Receiver>>,
        headers: HeaderMap,
        body: Bytes,
    ) -> (StatusCode, String) {
        match receiver.receive(&headers, &body, now()) {
            Ok(message) => (StatusCode::CREATED, format!("ok {message:?}")),
            Err(error) => (error.status(), format!("{error:?} {}", shown(&error))),
        }
    }
    let router = axum::Router::new().route("/push", post(pushed));
    let router = router.with_state(Arc::new(receiver));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/push", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn shown(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", shown(source)),
        None => error.to_string(),
    }
}

#[tokio::test]
async fn what_attackers_post() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../cases/push.json")).unwrap();
    let parties = Parties::new();
    let address = bot(parties.receiver()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let (mut refused, mut controls, mut wrong) = (0, 0, Vec::new());
    for case in &cases {
        let (headers, body) = make(&parties, &case.input);
        let request = client.post(&address).headers(headers).body(body);
        let answer = request.send().await.unwrap();
        let (status, seen) = (answer.status(), answer.text().await.unwrap());
        if !seen.starts_with(&case.outcome) {
            wrong.push(format!(
                "{} ({}): {seen}, not {}",
                case.id, case.attack, case.outcome
            ));
        }
        let text = case.outcome != "ok" && seen.contains("planted-body");
        assert!(
            !text && !seen.contains("planted-token"),
            "{}: {seen}",
            case.id
        );
        let expected = match &*case.outcome {
            "ok" | "Notification" => 201,
            "Sender(Expired)" | "Sender(TooLong)" => 503,
            "TooLong" => 413,
            outcome if outcome.starts_with("Sender") => 403,
            _ => 400,
        };
        assert_eq!(status, expected, "{}", case.id);
        match case.id.ends_with("control") {
            true => controls += 1,
            false => refused += 1,
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("push: refused {refused}/{refused}, controls {controls}/{controls}");
}

#[cfg(feature = "testing")]
#[tokio::test]
async fn the_fake_instance_tells_who_subscribed() {
    use mastodon_api::{Client, methods, testing::FakeInstance};

    let instance = FakeInstance::start().await.unwrap();
    let client = Client::new(instance.url().as_str()).unwrap();
    let client = client.with_token(instance.token("bot"));
    for standard in [true, false] {
        let keys = Keys::generate().unwrap();
        let call = methods::push::Create::new(keys.subscription(ENDPOINT).standard(standard));
        instance.mention("alice", "bot", "before");
        let made = client
            .send(call.data(Data::new([NotificationType::Mention])))
            .await;
        let made = made.unwrap();
        assert_eq!(
            (made.standard, made.alerts.mention, made.alerts.follow),
            (standard, true, false)
        );
        let told = instance.mention("alice", "bot", "are you there?");
        let messages = instance.push_messages();
        assert_eq!(messages.len(), 1);
        let receiver = Receiver::new(keys, &made.endpoint, &made.server_key).unwrap();
        let message = receiver.receive(messages[0].headers(), messages[0].body(), Utc::now());
        let said = message.unwrap().notification;
        assert_eq!(said.body, "@bot are you there?");
        let all = client.send(notifications::List::new()).await.unwrap();
        assert_eq!(all.items[0].id, said.notification_id);
        assert_eq!(all.items[0].status.as_ref().unwrap().id, told.id);
        assert!(instance.push_messages().is_empty());
    }

    // Over a real socket. Who refuses is not told again.
    let parties = Parties::new();
    let address = bot(Receiver::danger_any_sender(parties.keys.clone())).await;
    let data = || Data::new([NotificationType::Mention]);
    for (keys, status) in [(&parties.keys, 201), (&Keys::generate().unwrap(), 400)] {
        client
            .send(keys.subscribe(&address).data(data()))
            .await
            .unwrap();
        instance.mention("alice", "bot", "hello");
        let answers = instance.send_push_messages().await.unwrap();
        assert_eq!(answers, [StatusCode::from_u16(status).unwrap()]);
    }
    assert!(
        client
            .send(methods::push::Get::new())
            .await
            .unwrap_err()
            .is_not_found()
    );
    let again = client
        .send(parties.keys.subscribe(&address).data(data()))
        .await;
    again.unwrap();
    let none = methods::push::Update::new(Data::new([NotificationType::Follow]));
    client.send(none).await.unwrap();
    instance.mention("alice", "bot", "nobody is told");
    assert!(instance.push_messages().is_empty());
    client.send(methods::push::Delete::new()).await.unwrap();
    assert!(
        client
            .send(methods::push::Get::new())
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[test]
fn a_message_says_what_happened() {
    let parties = Parties::new();
    for encoding in [Encoding::Aes128Gcm, Encoding::AesGcm] {
        let message = Message::new(PLAINTEXT)
            .encoding(encoding)
            .subject("mailto:admin@mastodon.example")
            .topic("mentions")
            .urgency(Urgency::High)
            .ttl(60);
        let request = parties
            .server
            .request(&parties.recipient(), &message, now());
        let request = request.unwrap();
        assert_eq!(request.uri(), ENDPOINT);
        let message = parties.receive(&request).unwrap();
        assert_eq!(
            (message.topic.as_deref(), message.ttl),
            (Some("mentions"), Some(60))
        );
        assert_eq!(message.urgency, Urgency::High);
        let sender = message.sender.as_ref().unwrap();
        assert_eq!(
            sender.subject.as_deref(),
            Some("mailto:admin@mastodon.example")
        );
        assert_eq!(sender.expires_at, now() + TimeDelta::hours(12));

        let said = &message.notification;
        assert_eq!(said.notification_id.as_str(), "116523465");
        assert_eq!(said.notification_type, NotificationType::Mention);
        assert_eq!((&*said.title, &*said.body), ("Ann mentioned you", "Hello"));
        assert_eq!(said.preferred_locale.as_deref(), Some("en"));
        assert_eq!(
            said.access_token.as_ref().unwrap().expose(),
            "planted-token"
        );
        assert!(said.problems().is_empty());
        assert!(!format!("{message:?} {request:?}").contains("planted-token"));
        let whole = notifications::Get::new(said).to_request(&server()).unwrap();
        assert_eq!(whole.uri().path(), "/api/v1/notifications/116523465");
    }
}

#[test]
fn what_pleroma_says_besides_is_read() {
    let json = r#"{"notification_id":5,"pleroma":{"activity_id":"9x","direct_conversation_id":7}}"#;
    let said: push::PushNotification = serde_json::from_str(json).unwrap();
    let more = pleroma::PushNotification::of(&said).unwrap();
    assert_eq!(more.activity_id.unwrap().as_str(), "9x");
    assert_eq!(more.direct_conversation_id.unwrap().as_str(), "7");
}

#[test]
fn the_subscription_is_what_the_server_wants() {
    let keys = Keys::generate().unwrap();
    let data = Data::new([NotificationType::Mention]).policy(WebPushPolicy::Followed);
    let request = keys
        .subscribe(ENDPOINT)
        .data(data)
        .to_request(&server())
        .unwrap();
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(
        body,
        json!({
            "subscription": {
                "endpoint": ENDPOINT,
                "keys": {"p256dh": keys.p256dh(), "auth": keys.auth()},
                "standard": true,
            },
            "data": {"alerts": {"mention": true}, "policy": "followed"},
        })
    );
    assert_eq!(
        (base64(&keys.p256dh()).len(), base64(&keys.auth()).len()),
        (65, 16)
    );
}

#[test]
fn keys_are_kept_and_shown_to_nobody() {
    let parties = Parties::new();
    let kept = serde_json::to_string(&parties.keys).unwrap();
    let keys: Keys = serde_json::from_str(&kept).unwrap();
    assert_eq!(
        (keys.p256dh(), keys.auth()),
        (parties.keys.p256dh(), parties.keys.auth())
    );
    let request = parties.request(Encoding::Aes128Gcm, "text");
    assert_eq!(
        keys.decrypt(request.headers(), request.body()).unwrap(),
        b"text"
    );
    assert_eq!(keys.decrypt_aes128gcm(request.body()).unwrap(), b"text");
    let request = parties.request(Encoding::AesGcm, "text");
    let [encryption, crypto_key] =
        ["encryption", "crypto-key"].map(|name| request.headers()[name].to_str().unwrap());
    let read = keys.decrypt_aesgcm(encryption, crypto_key, request.body());
    assert_eq!(read.unwrap(), b"text");

    let kept: Value = serde_json::from_str(&kept).unwrap();
    let secrets = [&kept["private_key"], &kept["auth"]].map(|text| text.as_str().unwrap());
    let message = Message::new("planted-text");
    let subscription = keys.subscription(ENDPOINT);
    let shown = format!(
        "{keys:?} {:?} {:?} {:?} {message:?} {subscription:?}",
        parties.receiver(),
        parties.server,
        parties.recipient()
    );
    for secret in [
        secrets[0],
        secrets[1],
        "planted-text",
        &parties.keys.p256dh(),
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_private_key_is_read_in_the_usual_forms_and_no_other() {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let scalar: aws_lc_rs::encoding::EcPrivateKeyBin<'_> =
        pair.private_key().as_be_bytes().unwrap();
    let scalar = scalar.as_ref();
    let sec1: aws_lc_rs::encoding::EcPrivateKeyRfc5915Der<'_> =
        aws_lc_rs::encoding::AsDer::as_der(&pair.private_key()).unwrap();
    let pkcs8 = pair.to_pkcs8v1().unwrap();
    let plain = Keys::new(scalar, &[1; 16]).unwrap();
    for form in [sec1.as_ref(), pkcs8.as_ref()] {
        assert_eq!(Keys::new(form, &[1; 16]).unwrap().p256dh(), plain.p256dh());
        assert_eq!(ServerKey::new(form).unwrap().public_key(), plain.p256dh());
    }
    // The order of the curve, and what is beyond it, is no key; nor is zero.
    let order = base64("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
    for key in [
        &order,
        &vec![0xff; 32],
        &vec![0; 32],
        &vec![1; 31],
        &vec![1; 33],
        &vec![],
    ] {
        assert_eq!(
            Keys::new(key, &[1; 16]).unwrap_err(),
            InvalidKeys::PrivateKey
        );
    }
    for auth in [&[1; 15][..], &[1; 17], &[]] {
        assert_eq!(Keys::new(scalar, auth).unwrap_err(), InvalidKeys::Auth);
    }
    for text in [
        r#"{"private_key":"AQ","auth":"AQ"}"#,
        r#"{"private_key":"%","auth":"%"}"#,
        "{}",
    ] {
        assert!(serde_json::from_str::<Keys>(text).is_err());
    }
}

#[test]
fn what_is_no_address_and_no_key_is_told_at_once() {
    let parties = Parties::new();
    let key = parties.server.public_key();
    let receiver =
        |endpoint, key: &str| Receiver::new(parties.keys.clone(), endpoint, key).map(drop);
    assert_eq!(receiver(ENDPOINT, &key), Ok(()));
    for endpoint in ["", "bot.example", "mailto:a@bot.example"] {
        assert_eq!(receiver(endpoint, &key), Err(InvalidReceiver::Endpoint));
    }
    for key in ["", "AQ", "%", &key[1..], &"A".repeat(87)] {
        assert_eq!(receiver(ENDPOINT, key), Err(InvalidReceiver::ServerKey));
    }
    let (p256dh, auth) = (parties.keys.p256dh(), parties.keys.auth());
    let recipient =
        |endpoint, p256dh: &str, auth: &str| Recipient::new(endpoint, p256dh, auth).map(drop);
    assert_eq!(
        recipient("push", &p256dh, &auth),
        Err(InvalidRecipient::Endpoint)
    );
    assert_eq!(recipient(ENDPOINT, "AQ", &auth), Err(InvalidRecipient::Key));
    assert_eq!(
        recipient(ENDPOINT, &p256dh, "AQ"),
        Err(InvalidRecipient::Auth)
    );
    let message = Message::new("").topic("two\nlines");
    let made = parties
        .server
        .request(&parties.recipient(), &message, now());
    assert_eq!(made.unwrap_err(), MessageError::Header);
}

#[test]
fn without_a_key_only_who_asks_for_danger_hears() {
    let parties = Parties::new();
    let mut request = parties.request(Encoding::AesGcm, PLAINTEXT);
    request.headers_mut().remove("authorization");
    let refused = parties.receive(&request).unwrap_err();
    assert_eq!(refused, PushError::Sender(SenderError::Missing));
    let anybody = Receiver::danger_any_sender(parties.keys.clone());
    let message = anybody
        .receive(request.headers(), request.body(), now())
        .unwrap();
    assert_eq!(message.sender, None);
    assert_eq!((message.topic, message.urgency), (None, Urgency::Normal));
}

#[test]
fn the_limits_can_be_moved() {
    let parties = Parties::new();
    let request = parties.request(
        Encoding::Aes128Gcm,
        &format!("{PLAINTEXT}{}", " ".repeat(9000)),
    );
    let receive = |receiver: Receiver, at| receiver.receive(request.headers(), request.body(), at);
    let length = request.body().len();
    let at_the_limit = || parties.receiver().body_limit(length);
    receive(at_the_limit(), now()).unwrap();
    let refused = receive(parties.receiver().body_limit(length - 1), now());
    assert_eq!(refused.unwrap_err(), PushError::TooLong);
    let late = now() + TimeDelta::hours(13);
    let refused = receive(at_the_limit(), late).unwrap_err();
    assert_eq!(refused, PushError::Sender(SenderError::Expired));
    receive(at_the_limit().leeway(TimeDelta::hours(2)), late).unwrap();
    let a_day_more = |leeway| receive(at_the_limit().leeway(leeway), now() + TimeDelta::hours(36));
    let refused = a_day_more(TimeDelta::MAX).unwrap_err();
    assert_eq!(refused, PushError::Sender(SenderError::Expired));
    receive(at_the_limit().leeway(TimeDelta::MIN), now()).unwrap();
}

#[test]
fn no_bit_can_be_changed() {
    let parties = Parties::new();
    let (mut refused, mut all) = (0, 0);
    for encoding in [Encoding::Aes128Gcm, Encoding::AesGcm] {
        let request = parties.request(encoding, PLAINTEXT);
        let honest = parties.receive(&request).unwrap();
        for bit in 0..request.body().len() * 8 {
            let mut body = request.body().to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            all += 1;
            match parties.receiver().receive(request.headers(), &body, now()) {
                Err(PushError::Decrypt(_)) => refused += 1,
                Err(error) => panic!("{bit}: {error:?}"),
                // The size of records is authenticated by nothing. If the only one still fits, it says the same.
                Ok(message) => {
                    assert!(
                        encoding == Encoding::Aes128Gcm && (16..20).contains(&(bit / 8)),
                        "{bit}"
                    );
                    assert_eq!(message, honest);
                }
            }
        }
        let names: &[&str] = match encoding {
            Encoding::AesGcm => &["authorization", "encryption", "crypto-key"],
            _ => &["authorization"],
        };
        for name in names {
            let value = request.headers()[*name].as_bytes();
            for bit in 0..value.len() * 8 {
                let mut changed = value.to_vec();
                changed[bit / 8] ^= 1 << (bit % 8);
                let Ok(changed) = HeaderValue::from_bytes(&changed) else {
                    continue;
                };
                let mut headers = request.headers().clone();
                headers.insert(*name, changed);
                all += 1;
                match parties.receiver().receive(&headers, request.body(), now()) {
                    Err(_) => refused += 1,
                    // Another case, another separator, another size of records.
                    Ok(message) => assert_eq!(message, honest),
                }
            }
        }
    }
    println!(
        "push: of {all} bits {refused} refused, {} without a meaning",
        all - refused
    );
    assert!(all - refused < 120, "{refused} of {all}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_encrypted_is_decrypted(text in proptest::collection::vec(any::<u8>(), 0..5000), older: bool) {
        let keys = Keys::generate().unwrap();
        let recipient = Recipient::new(ENDPOINT, &keys.p256dh(), &keys.auth()).unwrap();
        let encoding = if older { Encoding::AesGcm } else { Encoding::Aes128Gcm };
        let message = Message::new(text.clone()).encoding(encoding);
        let request = ServerKey::generate().unwrap().request(&recipient, &message, now()).unwrap();
        prop_assert_eq!(keys.decrypt(request.headers(), request.body()).unwrap(), text);
        let other = Keys::generate().unwrap().decrypt(request.headers(), request.body());
        let is_record = matches!(other, Err(DecryptError::Record { number: 0, .. }));
        prop_assert!(is_record);
    }

    #[test]
    fn any_bytes_are_taken(body: Vec<u8>, encryption in "[ -~]{0,60}", key in "[ -~]{0,200}", signed in "[ -~]{0,200}") {
        let parties = Parties::new();
        prop_assert!(parties.keys.decrypt_aes128gcm(&body).is_err());
        prop_assert!(parties.keys.decrypt_aesgcm(&encryption, &key, &body).is_err());
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::try_from(format!("vapid {signed}")).unwrap());
        headers.insert("content-encoding", HeaderValue::from_static("aes128gcm"));
        prop_assert!(parties.receiver().receive(&headers, &body, now()).is_err());
    }
}
