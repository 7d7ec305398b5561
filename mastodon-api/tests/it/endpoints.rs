//! The requests that calls become.

use bytes::Bytes;
use http::{Method, Request, Response};
use mastodon_api::endpoint::{Access, Empty, Endpoint, Manner, Parameters, TokenKind, Upload};
use mastodon_api::entities::{NotificationType, Visibility};
use mastodon_api::methods::{self, accounts, instance, media, notifications, statuses, timelines};
use mastodon_api::{At, Error};

fn request(call: &impl Endpoint) -> Request<Bytes> {
    call.to_request(&"https://mastodon.example".parse().unwrap())
        .unwrap()
}

fn json(request: &Request<Bytes>) -> serde_json::Value {
    serde_json::from_slice(request.body()).unwrap()
}

#[test]
fn what_reads_has_a_query() {
    let call = notifications::List::new()
        .types([
            NotificationType::Mention,
            NotificationType::from("local.custom"),
        ])
        .limit(5)
        .include_filtered(true);
    let request = request(&call);
    assert_eq!(request.method(), Method::GET);
    assert_eq!(
        request.uri(),
        "https://mastodon.example/api/v1/notifications?include_filtered=true&limit=5\
         &types%5B%5D=mention&types%5B%5D=local.custom"
    );
    assert!(request.body().is_empty());
    assert!(!request.headers().contains_key("content-type"));
}

#[test]
fn what_writes_has_json_and_its_idempotency_key_a_header() {
    let call = statuses::Create::new()
        .status("hi")
        .visibility(Visibility::Unlisted)
        .poll(statuses::NewPoll::new(["yes", "no"], 3600).multiple(true))
        .media_ids(["1", "2"])
        .idempotency_key("once");
    let request = request(&call);
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers()["idempotency-key"], "once");
    assert_eq!(
        json(&request),
        serde_json::json!({
            "status": "hi",
            "visibility": "unlisted",
            "poll": {"options": ["yes", "no"], "expires_in": 3600, "multiple": true},
            "media_ids": ["1", "2"],
        })
    );
}

#[test]
fn deleting_has_a_query() {
    let request = request(&statuses::Delete::new("1").delete_media(true));
    assert_eq!(request.method(), Method::DELETE);
    assert_eq!(
        request.uri(),
        "https://mastodon.example/api/v1/statuses/1?delete_media=true"
    );
}

#[test]
fn what_stands_in_a_path_cannot_leave_it() {
    let path = |id: &str| request(&statuses::Get::new(id)).uri().path().to_owned();
    assert_eq!(
        path("1/../../admin?x#y"),
        "/api/v1/statuses/1%2F..%2F..%2Fadmin%3Fx%23y"
    );
    assert_eq!(path(".."), "/api/v1/statuses/%252E%252E");
    assert_eq!(
        request(&timelines::Tag::new("straße")).uri().path(),
        "/api/v1/timelines/tag/stra%C3%9Fe"
    );
}

#[test]
fn a_file_travels_in_a_form() {
    let upload = Upload::new(&b"\x89PNG"[..])
        .name("cat.png")
        .media_type("image/png");
    let request = request(&media::V2::new(upload).description("A cat").focus("0.0,0.5"));
    let content_type = request.headers()["content-type"].to_str().unwrap();
    assert!(content_type.starts_with("multipart/form-data; boundary="));
    let body = String::from_utf8_lossy(request.body()).into_owned();
    assert!(
        body.contains("name=\"file\"; filename=\"cat.png\"\r\nContent-Type: image/png\r\n"),
        "{body}"
    );
    assert!(
        body.contains("name=\"description\"\r\n\r\nA cat\r\n"),
        "{body}"
    );
}

#[test]
fn a_header_that_cannot_be_sent_is_the_callers_mistake() {
    let call = statuses::Create::new().idempotency_key("a\r\nX-Evil: 1");
    let error = call
        .to_request(&"https://mastodon.example".parse().unwrap())
        .unwrap_err();
    assert_eq!(error.name, "idempotency-key");
}

#[test]
fn a_cursor_replaces_the_place_and_keeps_the_rest() {
    let call = timelines::Home::new().limit(10).max_id("5");
    let request = request(&At::new(call, "min_id=7".parse().unwrap()));
    assert_eq!(
        request.uri(),
        "https://mastodon.example/api/v1/timelines/home?limit=10&min_id=7"
    );
}

#[test]
fn a_row_says_what_it_needs() {
    assert_eq!(
        accounts::VerifyCredentials::ACCESS,
        Access::user(&["profile", "read:accounts"])
    );
    assert_eq!(statuses::Get::ACCESS.token, TokenKind::Optional);
    assert_eq!(instance::V2::SINCE, "4.0.0");
    assert_eq!(media::V2::MANNER, Manner::Multipart);
}

/// A call that this crate does not have, written by hand.
struct Directory {
    local: bool,
}

impl Endpoint for Directory {
    type Response = Empty;
    const METHOD: Method = Method::GET;
    const TEMPLATE: &'static str = "/api/v1/directory";
    const ACCESS: Access = Access::public();

    fn path(&self) -> String {
        Self::TEMPLATE.to_owned()
    }

    fn write(&self, parameters: &mut Parameters) {
        parameters.set("local", &self.local);
    }
}

#[test]
fn a_call_can_be_written_by_hand() {
    let call = Directory { local: true };
    assert_eq!(
        request(&call).uri(),
        "https://mastodon.example/api/v1/directory?local=true"
    );
    assert_eq!(
        call.read_response(Response::new(Bytes::from("{}")))
            .unwrap(),
        Empty::default()
    );
    let refused = Response::builder()
        .status(404)
        .body(Bytes::from(r#"{"error":"Record not found"}"#))
        .unwrap();
    assert!(matches!(
        call.read_response(refused),
        Err(Error::Refused(_))
    ));
}

#[test]
fn every_call_is_a_row_that_reads_its_answers() {
    let named = |name: &str| {
        methods::rows()
            .find(|row| row.name == format!("mastodon_api::methods::{name}"))
            .unwrap()
    };
    let read = |name: &str, body: &'static str| {
        named(name).read_response(Response::new(Bytes::from_static(body.as_bytes())))
    };
    let paths = |name, body| -> Vec<String> {
        let problems = read(name, body).unwrap();
        problems
            .iter()
            .map(|problem| problem.path().to_owned())
            .collect()
    };
    let home = named("timelines::Home");
    assert_eq!(
        (&home.method, home.template, home.page),
        (&Method::GET, "/api/v1/timelines/home", "timelines/#home")
    );
    assert_eq!(
        (home.access, home.since),
        (timelines::Home::ACCESS, "0.0.0")
    );
    assert_eq!(home.deprecated, None);
    assert!(named("instance::V1").deprecated.unwrap().contains("V2"));
    assert_eq!(named("oauth::Token").manner, Manner::Form);

    let status = r#"[{"id":"1","account":{"id":"2"},"card":7}, 8]"#;
    assert_eq!(paths("timelines::Home", status), ["[1]", "[0].card"]);
    assert_eq!(paths("accounts::Get", r#"{"id":"1","bot":"?"}"#), ["bot"]);
    assert!(paths("statuses::Get", r#"{"id":"1","account":{"id":"2"}}"#).is_empty());
    assert!(matches!(
        read("statuses::Get", "{}"),
        Err(Error::NotUnderstood(_))
    ));
}
