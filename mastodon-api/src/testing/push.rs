//! Subscriptions to push messages, and the messages.

use std::collections::BTreeMap;
use std::io;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chrono::Utc;
use http::{Method, Request, StatusCode, header, request};
use serde_json::json;

use super::{
    FakeInstance, Refusal,
    params::Params,
    rest,
    state::{Access, Fake, number},
};
use crate::{
    entities::Notification,
    ids::AccountId,
    push::{Encoding, Message, Recipient, ServerKey},
    text::WebUrl,
};

impl FakeInstance {
    /// The push messages that were not fetched yet, for all who subscribed, as requests: for a test to hand to the
    /// handler of a bot, also twice, or changed.
    ///
    /// There is one for each notification that came after the subscription and whose type is among its alerts. They are
    /// encrypted in the way that the subscription asks for, and signed now.
    pub fn push_messages(&self) -> Vec<Request<Bytes>> {
        let messages = push_messages(&mut self.fake());
        messages.into_iter().map(|(_, message)| message).collect()
    }

    /// Sends those messages to where the subscriptions say, and says what was answered to each.
    ///
    /// After an answer of 400 to 499 the subscription ends, as it does with Mastodon (but for 408 and 429).
    ///
    /// # Errors
    ///
    /// When nobody answers there. The message is lost then.
    pub async fn send_push_messages(&self) -> io::Result<Vec<StatusCode>> {
        let messages = push_messages(&mut self.fake());
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.map_err(io::Error::other)?;
        let mut answers = Vec::new();
        for (token, message) in messages {
            let request = message.try_into().map_err(io::Error::other)?;
            let answer = client.execute(request).await.map_err(io::Error::other)?;
            let status = answer.status();
            let is_busy = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
            if status.is_client_error() && !is_busy.contains(&status) {
                self.fake().push.all.remove(&token);
            }
            answers.push(status);
        }
        Ok(answers)
    }
}

#[derive(Default)]
pub(super) struct Subscriptions {
    /// With which all messages are signed: made when somebody subscribes.
    key: Option<ServerKey>,
    /// By their tokens.
    all: BTreeMap<String, Subscribed>,
}

#[derive(Clone)]
struct Subscribed {
    id: u64,
    account: AccountId,
    recipient: Recipient,
    standard: bool,
    data: Data,
    /// The number of the newest notification that there was a message about.
    told: u64,
}

#[derive(Clone, Default)]
struct Data {
    alerts: BTreeMap<String, bool>,
    policy: Option<String>,
}

pub(super) fn answer(
    fake: &mut Fake,
    parts: &request::Parts,
    params: &Params,
    access: Option<&Access>,
) -> Result<Response, Refusal> {
    let account = rest::user(access, "push")?;
    let token = parts.headers.get(header::AUTHORIZATION);
    let token = token.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let token = token.unwrap_or_default();
    match parts.method {
        Method::POST => {
            let subscribed = subscribed(fake, params, account)?;
            fake.push.all.insert(token.to_owned(), subscribed);
        }
        Method::PUT => {
            let subscribed = fake.push.all.get_mut(token);
            subscribed.ok_or_else(Refusal::not_found)?.data = data(params);
        }
        Method::DELETE => {
            fake.push.all.remove(token);
            return Ok(Json(json!({})).into_response());
        }
        _ => {}
    }
    let subscribed = fake.push.all.get(token).ok_or_else(Refusal::not_found)?;
    Ok(Json(json!({
        "id": subscribed.id,
        "endpoint": subscribed.recipient.endpoint().as_str(),
        "standard": subscribed.standard,
        "server_key": fake.push.key.as_ref().map(ServerKey::public_key),
        "alerts": subscribed.data.alerts,
        "policy": subscribed.data.policy,
    }))
    .into_response())
}

fn subscribed(fake: &mut Fake, params: &Params, account: AccountId) -> Result<Subscribed, Refusal> {
    let invalid = || Refusal::invalid("the subscription is invalid");
    let said = |name: &str| params.text(&format!("subscription{name}"));
    let text = |name: &str| said(name).unwrap_or_default();
    let recipient = Recipient::new(
        text("[endpoint]"),
        text("[keys][p256dh]"),
        text("[keys][auth]"),
    );
    let recipient = recipient.map_err(|_| invalid())?;
    if fake.push.key.is_none() {
        let key =
            ServerKey::generate().map_err(|error| Refusal::unprocessable(error.to_string()))?;
        fake.push.key = Some(key);
    }
    let id = fake.next_id();
    Ok(Subscribed {
        id,
        account,
        recipient,
        standard: params.flag("subscription[standard]"),
        data: data(params),
        told: id,
    })
}

fn data(params: &Params) -> Data {
    let alerts = params.under("data[alerts]").map(|(kind, is_wanted)| {
        let is_wanted = matches!(is_wanted, "true" | "1");
        (kind.to_owned(), is_wanted)
    });
    Data {
        alerts: alerts.collect(),
        policy: params.text("data[policy]").map(ToOwned::to_owned),
    }
}

/// With the tokens of the subscriptions that they are for.
fn push_messages(fake: &mut Fake) -> Vec<(String, Request<Bytes>)> {
    let Some(key) = fake.push.key.clone() else {
        return Vec::new();
    };
    let mut messages = Vec::new();
    let mut told = 0;
    for (token, subscribed) in &fake.push.all {
        for notification in fake.notifications_for(&subscribed.account) {
            let number = number(notification.id.as_str()).unwrap_or(0);
            told = told.max(number);
            let kind = notification.kind.as_str();
            let is_wanted = subscribed.data.alerts.get(kind) == Some(&true);
            if number <= subscribed.told || !is_wanted {
                continue;
            }
            let message = Message::new(text(notification, token))
                .encoding(match subscribed.standard {
                    true => Encoding::Aes128Gcm,
                    false => Encoding::AesGcm,
                })
                .subject("mailto:admin@fake.example");
            if let Ok(request) = key.request(&subscribed.recipient, &message, Utc::now()) {
                messages.push((token.clone(), request));
            }
        }
    }
    for subscribed in fake.push.all.values_mut() {
        subscribed.told = subscribed.told.max(told);
    }
    messages
}

fn text(notification: &Notification, token: &str) -> String {
    let status = notification.status.as_ref();
    let from = &notification.account;
    json!({
        "access_token": token,
        "preferred_locale": "en",
        // Mastodon writes a number here.
        "notification_id": number(notification.id.as_str()),
        "notification_type": notification.kind.as_str(),
        "icon": from.avatar.as_ref().map(WebUrl::as_str),
        "title": format!("{} ({})", from.username, notification.kind),
        "body": status.map(|status| status.content.to_text()),
    })
    .to_string()
}
