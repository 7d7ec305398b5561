//! The requests that calls become.

use bytes::Bytes;
use http::{Method, Request, Response};
use mastodon_api::endpoint::{Access, Empty, Endpoint, Manner, Parameters, TokenKind, Upload};
use mastodon_api::entities::{Account, FilterContext, NotificationType, Visibility};
use mastodon_api::methods::{
    self, accounts, filters, instance, lists, markers, media, notifications, statuses, timelines,
};
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
    let row = methods::rows()
        .find(|row| row.page == "markers/#create")
        .unwrap();
    assert_eq!(
        row.parameters,
        ["home[last_read_id]", "notifications[last_read_id]"]
    );
}

#[test]
fn a_profile_travels_with_its_pictures_in_a_form() {
    let call = accounts::UpdateCredentials::new()
        .display_name("Ann")
        .avatar(
            Upload::new(&b"\x89PNG"[..])
                .name("ann.png")
                .media_type("image/png"),
        )
        .attribution_domains(Vec::new())
        .fields_attributes([("Home", "https://ann.example"), ("Pronouns", "she")])
        .privacy(Visibility::Unlisted)
        .language("de");
    let parts = parts(&request(&call));
    assert_eq!(
        parts,
        [
            ("attribution_domains[]", ""),
            ("display_name", "Ann"),
            ("fields_attributes[0][name]", "Home"),
            ("fields_attributes[0][value]", "https://ann.example"),
            ("fields_attributes[1][name]", "Pronouns"),
            ("fields_attributes[1][value]", "she"),
            ("source[language]", "de"),
            ("source[privacy]", "unlisted"),
            ("avatar", "\u{fffd}PNG"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    let none =
        accounts::UpdateCredentials::new().fields_attributes(accounts::FieldsAttributes::default());
    let names: Vec<_> = self::parts(&request(&none));
    assert_eq!(
        names,
        ["fields_attributes[0][name]", "fields_attributes[0][value]"]
            .map(|name| (name.to_owned(), String::new()))
    );
}

/// Names and contents of the parts of a form.
fn parts(request: &Request<Bytes>) -> Vec<(String, String)> {
    let content_type = request.headers()["content-type"].to_str().unwrap();
    let boundary = content_type.split_once("boundary=").unwrap().1;
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let part = |part: &str| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        let name = head.split("name=\"").nth(1)?.split('"').next()?;
        Some((name.to_owned(), content.strip_suffix("\r\n")?.to_owned()))
    };
    body.split(&format!("--{boundary}"))
        .filter_map(part)
        .collect()
}

#[test]
fn what_a_delete_names_stands_in_the_query() {
    let ann = Account::new("7");
    let call = lists::AccountsRemove::new("5", &[ann][..]);
    let request = request(&call);
    assert_eq!(request.method(), Method::DELETE);
    assert_eq!(
        request.uri(),
        "https://mastodon.example/api/v1/lists/5/accounts?account_ids%5B%5D=7"
    );
}

#[test]
fn markers_are_named_by_their_timelines() {
    let request = request(&markers::Create::new().home("103").notifications("35"));
    assert_eq!(
        request.body(),
        "home%5Blast_read_id%5D=103&notifications%5Blast_read_id%5D=35"
    );
    let call = markers::Get::new().timeline([markers::MarkerTimeline::Home]);
    assert_eq!(
        self::request(&call).uri().query(),
        Some("timeline%5B%5D=home")
    );
    assert_eq!(
        self::request(&markers::Get::new().timeline(Vec::new()))
            .uri()
            .query(),
        None
    );
}

#[test]
fn a_filter_changes_together_with_its_words() {
    let call = filters::Update::new("1")
        .context([FilterContext::Home])
        .expires_in(filters::ExpiresIn::Never)
        .keywords_attributes([
            filters::KeywordAttributes::new("spoiler").whole_word(true),
            filters::KeywordAttributes::of("4").keyword("ending"),
            filters::KeywordAttributes::of("5").destroy(),
        ]);
    assert_eq!(
        json(&request(&call)),
        serde_json::json!({
            "context": ["home"],
            "expires_in": null,
            "keywords_attributes": [
                {"keyword": "spoiler", "whole_word": true},
                {"id": "4", "keyword": "ending"},
                {"id": "5", "_destroy": true},
            ],
        })
    );
    let call = filters::Create::new("Plot", [FilterContext::Public]).expires_in(3600);
    assert_eq!(
        json(&request(&call)),
        serde_json::json!({"title": "Plot", "context": ["public"], "expires_in": 3600})
    );
}

#[test]
fn a_password_is_shown_to_nobody() {
    let call = accounts::Create::new("ann", "ann@mail.example", "planted-password", true, "de");
    assert!(!format!("{call:?} {call:#?}").contains("planted"));
    assert_eq!(json(&request(&call))["password"], "planted-password");
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
