//! Posts, edits and threads, and what the client knows before it sends them.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use mastodon_api::entities::{QuotePolicy, Status};
use mastodon_api::error::{InvalidFileReason, LimitRule};
use mastodon_api::methods::statuses::{MediaAttributes, NewPoll};
use mastodon_api::{Client, Error, MediaFile};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

#[cfg(feature = "testing")]
mod published;

/// A server that says what it allows, as Mastodon does.
async fn instance() -> MockServer {
    let server = MockServer::start().await;
    let instance = json!({"domain": "a.example", "version": "4.6.5", "configuration": {
        "statuses": {"max_characters": 30, "max_media_attachments": 4},
        "media_attachments": {"supported_mime_types": ["image/png"], "description_limit": 10,
            "image_size_limit": 100_000},
        "polls": {"max_options": 3, "min_expiration": 300, "max_expiration": 2_629_746}
    }});
    answer(&server, "GET", "/api/v2/instance", 200, instance).await;
    let medium = json!({"id": "7", "type": "image", "url": "https://a.example/7.png"});
    answer(&server, "POST", "/api/v2/media", 200, medium).await;
    server
}

async fn answer(server: &MockServer, verb: &str, at: &str, status: u16, body: Value) {
    Mock::given(method(verb))
        .and(path(at))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .mount(server)
        .await;
}

fn status(id: &str) -> Value {
    json!({"id": id, "account": {"id": "1"}, "visibility": "public"})
}

fn client(server: &MockServer) -> Client {
    Client::new(server.uri())
        .unwrap()
        .with_token("planted-token")
}

/// Verb and path of what was asked.
async fn asked(server: &MockServer) -> Vec<String> {
    let received = server.received_requests().await.unwrap();
    let line = |request: &Request| format!("{} {}", request.method, request.url.path());
    received.iter().map(line).collect()
}

async fn bodies(server: &MockServer, verb: &str, at: &str) -> Vec<Value> {
    let received = server.received_requests().await.unwrap();
    received
        .iter()
        .filter(|request| request.method.as_str() == verb && request.url.path() == at)
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect()
}

fn png(bytes: usize) -> MediaFile {
    MediaFile::bytes(vec![7; bytes]).name("a.png")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_allows_is_asked_for_once_by_all_clones() {
    let server = instance().await;
    answer(&server, "POST", "/api/v1/statuses", 200, status("8")).await;
    let client = client(&server);
    let posts = (0..50).map(|number| {
        let client = client.clone();
        let post = async move { client.post(format!("hello {number}")).send().await };
        tokio::spawn(post)
    });
    for post in posts.collect::<Vec<_>>() {
        post.await.unwrap().unwrap();
    }
    let error = client.post("x".repeat(31)).send().await.unwrap_err();
    assert_eq!(error.over_limit().unwrap().rule, LimitRule::Characters);
    let asked = asked(&server).await;
    let count = |line: &str| asked.iter().filter(|asked| *asked == line).count();
    assert_eq!(count("GET /api/v2/instance"), 1);
    assert_eq!(count("GET /.well-known/nodeinfo"), 1);
    assert_eq!(count("POST /api/v1/statuses"), 50);
}

#[tokio::test]
async fn a_script_may_send_a_single_request() {
    let server = instance().await;
    answer(&server, "POST", "/api/v1/statuses", 200, status("8")).await;
    let client = Client::builder(server.uri()).check_limits(false);
    let client = client.build().unwrap();
    client.post("x".repeat(31)).send().await.unwrap();
    assert_eq!(asked(&server).await, ["POST /api/v1/statuses"]);
}

/// Neither an error nor silence keeps a post from being sent, and both are met once.
#[tokio::test]
async fn what_the_server_does_not_say_keeps_nothing_from_being_sent() {
    for (name, advice) in [
        ("an error", ResponseTemplate::new(500)),
        (
            "a page",
            ResponseTemplate::new(200).set_body_string("<html>"),
        ),
        (
            "silence",
            ResponseTemplate::new(200).set_delay(Duration::from_secs(60)),
        ),
    ] {
        let server = MockServer::start().await;
        Mock::given(path("/api/v2/instance"))
            .respond_with(advice)
            .mount(&server)
            .await;
        answer(&server, "POST", "/api/v1/statuses", 200, status("8")).await;
        let client = Client::builder(server.uri()).timeout(Duration::from_millis(500));
        let client = client.build().unwrap();
        for _ in 0..2 {
            client.post("x".repeat(1000)).send().await.unwrap();
        }
        assert_eq!(
            asked(&server).await,
            [
                "GET /api/v2/instance",
                "POST /api/v1/statuses",
                "POST /api/v1/statuses"
            ],
            "{name}"
        );
    }
}

#[tokio::test]
async fn all_files_of_a_post_are_checked_before_the_first_goes_out() {
    let server = instance().await;
    let client = client(&server);
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none.png");
    let post = |last: MediaFile| {
        let post = client.post("x").attach(client.upload(png(10)));
        post.attach(client.upload(last))
    };
    let error = post(png(100_001)).send().await.unwrap_err();
    assert_eq!(error.over_limit().unwrap().rule, LimitRule::ImageBytes);
    let error = post(MediaFile::path(&*none)).check().await.unwrap_err();
    let reason = error.invalid_file().map(|file| file.reason);
    assert_eq!(reason, Some(InvalidFileReason::Unreadable));
    let wordy = client.upload(png(10)).description("x".repeat(11));
    let mut thread = client.post("x").attach(wordy).thread(["y"]);
    let error = thread.send().await.unwrap_err();
    let rule = error.over_limit().unwrap().rule;
    assert_eq!(rule, LimitRule::DescriptionCharacters);
    assert_eq!(
        asked(&server).await,
        ["GET /api/v2/instance", "GET /.well-known/nodeinfo"]
    );
}

#[tokio::test]
async fn what_was_published_at_once_was_not_scheduled() {
    let server = instance().await;
    answer(&server, "POST", "/api/v1/statuses", 200, status("8")).await;
    let at = Utc::now() + TimeDelta::minutes(10);
    let post = client(&server).post("x").schedule(at);
    let error = post.send().await.unwrap_err();
    let Error::NotUnderstood(answer) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(answer.path, "scheduled_at");
}

#[tokio::test]
async fn quotes_and_threads_say_who_may_quote() {
    let server = instance().await;
    answer(&server, "POST", "/api/v1/statuses", 200, status("8")).await;
    let client = client(&server);
    let first = client
        .post("one")
        .quote("5")
        .quote_policy(QuotePolicy::Followers)
        .attach(client.upload(png(10)));
    first.thread(["two"]).send().await.unwrap();
    let policy = "followers";
    assert_eq!(
        bodies(&server, "POST", "/api/v1/statuses").await,
        [
            json!({"status": "one", "quoted_status_id": "5", "quote_approval_policy": policy, "media_ids": ["7"]}),
            json!({"status": "two", "in_reply_to_id": "8", "quote_approval_policy": policy, "visibility": "public"}),
        ]
    );
}

fn with_poll(poll: Value) -> Value {
    json!({"id": "8", "account": {"id": "1"}, "language": "de", "content": "<p>hello</p>", "text": "hello",
        "created_at": "2026-01-01T00:00:00Z", "visibility": "private", "poll": poll,
        "quote": {"state": "accepted", "quoted_status": {"id": "5", "account": {"id": "2"}}},
        "quote_approval": {"automatic": ["followers"], "manual": [], "current_user": "automatic"}})
}

/// A server with a status of ours, and the status.
async fn with_status(status: Value) -> (MockServer, Status) {
    let server = instance().await;
    let source = json!({"id": "8", "text": "hello", "spoiler_text": "w"});
    answer(&server, "GET", "/api/v1/statuses/8/source", 200, source).await;
    let at = "/api/v1/statuses/8";
    answer(&server, "PUT", at, 200, status.clone()).await;
    answer(&server, "DELETE", at, 200, status.clone()).await;
    answer(&server, "POST", "/api/v1/statuses", 200, status.clone()).await;
    (server, serde_json::from_value(status).unwrap())
}

#[tokio::test]
async fn an_edit_keeps_a_poll_with_its_votes() {
    let end = Utc::now() + TimeDelta::hours(1);
    let open = |end| {
        json!({"id": "1", "expires_at": end, "expired": false, "multiple": false,
        "options": [{"title": "a", "votes_count": null}, {"title": "b", "votes_count": null}]})
    };
    for (end, seconds) in [
        (end, 3590..=3600),
        (Utc::now() + TimeDelta::seconds(20), 300..=300),
    ] {
        let (server, status) = with_status(with_poll(open(end))).await;
        client(&server)
            .edit(&status)
            .text("hi")
            .send()
            .await
            .unwrap();
        let mut sent = bodies(&server, "PUT", "/api/v1/statuses/8").await.remove(0);
        let time = sent["poll"]["expires_in"].take().as_u64().unwrap();
        assert!(seconds.contains(&time), "{time}");
        assert_eq!(
            sent,
            json!({"status": "hi", "spoiler_text": "w", "sensitive": false, "language": "de", "media_ids": [],
                "poll": {"options": ["a", "b"], "multiple": false, "hide_totals": true, "expires_in": null}})
        );
    }
}

#[tokio::test]
async fn an_edit_opens_no_poll_that_has_ended() {
    let ended = json!({"id": "1", "expires_at": "2026-01-02T00:00:00Z", "expired": true, "multiple": true,
        "options": [{"title": "a", "votes_count": 1}, {"title": "b", "votes_count": 2}]});
    let (server, status) = with_status(with_poll(ended)).await;
    let client = client(&server);
    let error = client.edit(&status).text("hi").send().await.unwrap_err();
    assert!(matches!(&error, Error::InvalidRequest(invalid) if invalid.name == "poll"));
    assert!(asked(&server).await.is_empty());

    let edit = client.edit(&status).text("hi");
    edit.clone().without_poll().send().await.unwrap();
    let again = edit.poll(NewPoll::new(["a", "b"], 600));
    again.send().await.unwrap();
    let sent = bodies(&server, "PUT", "/api/v1/statuses/8").await;
    assert_eq!(sent[0].get("poll"), None);
    // Mastodon takes a `multiple` that is not said for a change, and the votes with it.
    assert_eq!(
        sent[1]["poll"],
        json!({"options": ["a", "b"], "multiple": false, "expires_in": 600})
    );

    // Written anew it runs as long as it did.
    let post = client.redraft(&status).await.unwrap();
    post.send().await.unwrap();
    assert_eq!(
        bodies(&server, "POST", "/api/v1/statuses").await,
        [
            json!({"status": "hello", "sensitive": false, "language": "de", "visibility": "private",
            "quoted_status_id": "5", "quote_approval_policy": "followers",
            "poll": {"options": ["a", "b"], "multiple": true, "expires_in": 86400}})
        ]
    );
}

#[tokio::test]
async fn an_edit_is_checked_whole_before_it_is_sent() {
    let mut before = with_poll(Value::Null);
    before["media_attachments"] = json!([{"id": "3"}, {"id": "4"}]);
    let (server, status) = with_status(before).await;
    let client = client(&server);
    let edit = client.edit(&status);
    let png = || client.upload(png(10));
    let says = |id: &str, text: &str| MediaAttributes::new(id).description(text);
    let many = edit.clone().attach(png()).attach(png()).attach(png());
    let both = edit.clone().poll(NewPoll::new(["a", "b"], 300));
    for (edit, rule) in [
        (edit.clone().text("x".repeat(31)), LimitRule::Characters),
        (many, LimitRule::MediaAttachments),
        (both, LimitRule::MediaAndPoll),
        (
            edit.clone().poll(NewPoll::new(["a", "b"], 299)),
            LimitRule::ShortPoll,
        ),
        (
            edit.clone().media_attributes([says("3", "12345678901")]),
            LimitRule::DescriptionCharacters,
        ),
    ] {
        let error = edit.attach(png()).send().await.unwrap_err();
        assert_eq!(error.over_limit().map(|over| over.rule), Some(rule));
    }
    let strange = edit.clone().media_attributes([says("9", "x")]);
    let error = strange.send().await.unwrap_err();
    assert!(matches!(&error, Error::InvalidRequest(invalid) if invalid.name == "media_attributes"));
    assert!(
        bodies(&server, "PUT", "/api/v1/statuses/8")
            .await
            .is_empty()
    );
    assert!(
        !asked(&server)
            .await
            .contains(&"POST /api/v2/media".to_owned())
    );

    let changed = edit
        .attach(png())
        .media_attributes([says("3", "a cat").focus("0.5,-1")]);
    let changed = changed.quote_policy(QuotePolicy::Nobody);
    changed.send().await.unwrap();
    assert_eq!(
        bodies(&server, "PUT", "/api/v1/statuses/8").await,
        [
            json!({"status": "hello", "spoiler_text": "w", "sensitive": false, "language": "de",
            "media_ids": ["3", "4", "7"], "quote_approval_policy": "nobody",
            "media_attributes": [{"id": "3", "description": "a cat", "focus": "0.5,-1"}]})
        ]
    );
}
