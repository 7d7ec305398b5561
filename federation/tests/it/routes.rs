//! What the routes do before anything is verified, over raw sockets.

use crate::world::{GREEN, World};
use activitypub::{Any, Object};
use http_sig::SigningKey;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HEAD: &str =
    "Host: red.example\r\nConnection: close\r\nContent-Type: application/activity+json\r\n";

/// The status line and what follows, for bytes as they are.
async fn exchange(server: SocketAddr, head: String, body: &[u8]) -> String {
    let mut socket = TcpStream::connect(server).await.unwrap();
    let (mut reading, mut writing) = socket.split();
    let write = async {
        // The server may hang up on too much.
        if writing.write_all(head.as_bytes()).await.is_ok() {
            for part in body.chunks(16 * 1024) {
                if writing.write_all(part).await.is_err() {
                    break;
                }
            }
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let read = async {
        let mut part = [0; 4096];
        while let Ok(read @ 1..) = reading.read(&mut part).await {
            answer.extend_from_slice(&part[..read]);
            if answer.windows(4).any(|end| end == b"\r\n\r\n") {
                break;
            }
        }
    };
    tokio::select! {
        () = write => {}
        () = read => {}
    }
    String::from_utf8(answer).unwrap()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn too_much_is_refused_before_it_is_read() {
    let World { red, .. } = &World::new().await;
    let one_too_many = 1024 * 1024 + 1;
    // Not a byte of the body is sent.
    let stated = exchange(
        red.bare,
        format!("POST /inbox HTTP/1.1\r\n{HEAD}Content-Length: {one_too_many}\r\n\r\n"),
        b"",
    )
    .await;
    assert_eq!(status(&stated), "413", "{stated}");

    let chunked = |size: usize| {
        let mut body = format!("{size:x}\r\n").into_bytes();
        body.resize(body.len() + size, b' ');
        body.extend_from_slice(b"\r\n0\r\n\r\n");
        body
    };
    let head = format!("POST /inbox HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n");
    let unstated = exchange(red.bare, head.clone(), &chunked(one_too_many)).await;
    assert_eq!(status(&unstated), "413", "{unstated}");
    let at_the_limit = exchange(red.bare, head, &chunked(one_too_many - 1)).await;
    assert_eq!(
        status(&at_the_limit),
        "401",
        "read, and then unsigned: {at_the_limit}"
    );
    assert_eq!(red.app().calls(), 0);
}

#[tokio::test]
async fn no_way_leads_round_the_checks() {
    let World { red, green, .. } = &World::new().await;
    let bob = green.actor(GREEN, "bob");
    let body = bob.create(&format!("{GREEN}/notes/1")).to_string();
    for (method, path, expected) in [
        ("POST", "/inbox", "401"),
        ("POST", "/users/alice/inbox", "401"),
        ("POST", "/users/nobody/inbox", "401"),
        ("POST", "//inbox", "405"),
        ("POST", "/inbox/", "405"),
        ("POST", "/users/alice/../inbox", "405"),
        ("POST", "/users/a/b/inbox", "405"),
        ("POST", "/%69nbox", "405"),
        ("POST", "/actor", "405"),
        ("POST", "/users/alice", "405"),
        ("POST", "/users/alice/outbox", "405"),
        ("GET", "/inbox", "405"),
        ("PUT", "/inbox", "405"),
        ("GET", "/users/alice/inbox", "405"),
    ] {
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{HEAD}Content-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = exchange(red.bare, head, body.as_bytes()).await;
        assert_eq!(status(&answer), expected, "{method} {path}: {answer}");
    }
    for (field, expected) in [
        ("Content-Encoding: gzip", "415"),
        ("Content-Type: text/plain", "415"),
        ("X-Forwarded-Host: red.example", "401"),
    ] {
        let head = format!(
            "POST /inbox HTTP/1.1\r\n{field}\r\n{HEAD}Content-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = exchange(red.bare, head, body.as_bytes()).await;
        assert_eq!(status(&answer), expected, "{field}: {answer}");
    }
    assert_eq!(red.app().calls(), 0);
    assert_eq!(green.asked.lock().unwrap().len(), 0);
}

async fn get(server: SocketAddr, path: &str, accept: &str) -> (String, serde_json::Value) {
    let mut socket = TcpStream::connect(server).await.unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: red.example\r\nConnection: close\r\nAccept: {accept}\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (
        status(head).to_owned(),
        serde_json::from_str(body).unwrap_or_default(),
    )
}

#[tokio::test]
async fn what_is_served() {
    const ACTIVITY: &str = "application/activity+json";
    let World { red, .. } = &World::new().await;
    let alice = red.user("alice", SigningKey::generate_ed25519().unwrap());

    let (code, actor) = get(red.bare, "/users/ALICE", ACTIVITY).await;
    assert_eq!(
        (code.as_str(), actor["id"].as_str()),
        ("200", Some(alice.as_str())),
        "one user, one id"
    );
    assert_eq!(actor["publicKey"]["id"], format!("{alice}#main-key"));
    assert_eq!(actor["publicKey"]["owner"], alice.as_str());
    assert_eq!(
        actor["endpoints"]["sharedInbox"],
        "http://red.example/inbox"
    );
    assert_eq!(actor["followers"], format!("{alice}/followers"));
    assert_eq!(get(red.bare, "/users/nobody", ACTIVITY).await.0, "404");
    assert_eq!(
        get(red.bare, "/actor", ACTIVITY).await.1["type"],
        "Application"
    );

    let (_, followers) = get(red.bare, "/users/alice/followers", ACTIVITY).await;
    assert_eq!(
        (&followers["type"], &followers["totalItems"]),
        (&"OrderedCollection".into(), &2.into())
    );
    let first = followers["first"]
        .as_str()
        .unwrap()
        .strip_prefix("http://red.example")
        .unwrap()
        .to_owned();
    let (_, page) = get(red.bare, &first, ACTIVITY).await;
    assert_eq!(
        page["orderedItems"],
        serde_json::json!([format!("{GREEN}/users/1")])
    );
    let next = page["next"]
        .as_str()
        .unwrap()
        .strip_prefix("http://red.example")
        .unwrap()
        .to_owned();
    let (_, page) = get(red.bare, &next, ACTIVITY).await;
    assert_eq!(
        page["orderedItems"],
        serde_json::json!([format!("{GREEN}/users/2")])
    );
    assert!(page["next"].is_null());
    assert_eq!(
        get(red.bare, "/users/alice/following", ACTIVITY).await.0,
        "404",
        "not shown"
    );

    let note = Object::note("http://red.example/notes/1", alice, "hello");
    for (id, object) in [
        ("http://red.example/notes/1", note),
        (
            "http://red.example/notes/2",
            Object::tombstone("http://red.example/notes/2"),
        ),
    ] {
        let mut objects = red.app().objects.lock().unwrap();
        objects.insert(id.into(), Any::from(object));
    }
    assert_eq!(
        get(red.bare, "/notes/1", ACTIVITY).await.1["content"],
        "hello"
    );
    assert_eq!(
        get(red.bare, "/notes/1", "text/html").await.0,
        "404",
        "a page is the application's"
    );
    assert_eq!(get(red.bare, "/notes/2", ACTIVITY).await.0, "410");
    assert_eq!(get(red.bare, "/notes/3", ACTIVITY).await.0, "404");

    let (_, pointer) = get(red.bare, "/.well-known/nodeinfo", "application/json").await;
    assert_eq!(
        pointer["links"][0]["href"],
        "http://red.example/nodeinfo/2.1"
    );
    assert_eq!(
        get(red.bare, "/nodeinfo/2.1", "application/json").await.1["usage"]["localPosts"],
        2
    );
}
