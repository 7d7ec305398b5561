//! The client against our own routes, on loopback.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use guarded_http::{GuardedClient, Recorder};
use webfinger::{Client, Handle, LookupError, NodeInfoError, server};

use crate::server::Accounts;

/// Serves on loopback and gives the authority.
async fn serve(app: impl FnOnce(&str) -> Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    let app = app(&authority);
    tokio::spawn(async move { axum::serve(listener, app).await });
    authority
}

async fn alices_server() -> String {
    serve(|authority| {
        server::routes(Arc::new(Accounts(
            format!("http://{authority}").parse().unwrap(),
        )))
    })
    .await
}

fn client() -> Client {
    Client::new(
        GuardedClient::builder()
            .danger_allow_loopback()
            .build()
            .unwrap(),
    )
}

fn handle(text: &str) -> Handle {
    Handle::danger_parse_local(text).unwrap()
}

#[tokio::test]
async fn a_handle_leads_to_the_actor() {
    let authority = alices_server().await;
    let found = client()
        .lookup(&handle(&format!("Alice@{authority}")))
        .await
        .unwrap();
    assert_eq!(*found.handle(), handle(&format!("alice@{authority}")));
    assert_eq!(
        found.actor().as_str(),
        format!("http://{authority}/users/alice")
    );
    let unknown = client().lookup(&handle(&format!("bob@{authority}"))).await;
    assert!(matches!(unknown, Err(LookupError::NotFound)));
}

#[tokio::test]
async fn a_name_by_hand_is_found_too() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app: Router = server::routes(Arc::new(Accounts("http://alice.example".parse().unwrap())));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let guarded = GuardedClient::builder()
        .danger_allow_loopback()
        .danger_resolve("alice.example", address)
        .build()
        .unwrap();
    let found = Client::new(guarded)
        .lookup(&"alice@alice.example".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(found.actor().as_str(), "http://alice.example/users/alice");
}

#[tokio::test]
async fn a_redirect_to_the_server_of_the_actors_is_followed() {
    let target = alices_server().await;
    // The front host sends the query on, and the back host speaks for the front host's names.
    let front = serve(|authority| {
        let to = format!("http://{target}/.well-known/webfinger?resource=acct:alice@{authority}");
        Router::new().route(
            "/.well-known/webfinger",
            get(|| async move { Redirect::temporary(&to) }),
        )
    })
    .await;
    let found = client()
        .lookup(&handle(&format!("alice@{front}")))
        .await
        .unwrap();
    assert_eq!(*found.handle(), handle(&format!("alice@{front}")));
    assert_eq!(
        found.actor().as_str(),
        format!("http://{target}/users/alice")
    );
}

#[tokio::test]
async fn hostile_answers_are_refused() {
    let jrd = |body: String| ([("content-type", "application/jrd+json")], body);
    let authority = serve(|authority| {
        let me = authority.to_owned();
        let finger = move |axum::extract::RawQuery(query): axum::extract::RawQuery| async move {
            use axum::response::IntoResponse;
            let query = query.unwrap_or_default();
            let to = |actor: &str, user: &str| {
                let link = format!(
                    r#"{{"rel":"self","type":"application/activity+json","href":"{actor}"}}"#
                );
                jrd(format!(
                    r#"{{"subject":"acct:{user}@{me}","links":[{link}]}}"#
                ))
                .into_response()
            };
            if query.contains("inward") {
                Redirect::temporary("http://10.0.0.1/").into_response()
            } else if query.contains("loop") {
                Redirect::temporary("/.well-known/webfinger?loop").into_response()
            } else if query.contains("gone") {
                StatusCode::GONE.into_response()
            } else if query.contains("large") {
                jrd(" ".repeat(10 * 1024 * 1024)).into_response()
            } else if query.contains("private") {
                to("https://10.0.0.1/actor", "private")
            } else {
                to("http://example.com/actor", "plain")
            }
        };
        Router::new().route("/.well-known/webfinger", get(finger))
    })
    .await;
    let lookup = async |user: &str| {
        client()
            .lookup(&handle(&format!("{user}@{authority}")))
            .await
            .unwrap_err()
    };
    for user in ["inward", "loop", "large"] {
        assert!(
            matches!(lookup(user).await, LookupError::Fetch(error) if error.is_refused()),
            "{user}"
        );
    }
    assert!(matches!(lookup("gone").await, LookupError::Gone));
    for user in ["private", "plain"] {
        assert!(
            matches!(lookup(user).await, LookupError::ActorUrl),
            "{user}"
        );
    }
}

#[tokio::test]
async fn local_hosts_are_not_asked_by_default() {
    let recorder = Recorder::new();
    let guarded = GuardedClient::builder().record(&recorder).build().unwrap();
    let client = Client::new(guarded);
    for text in [
        "a@127.0.0.1:3000",
        "a@localhost",
        "a@[::1]",
        "a@example.com:1337",
        "a@printer.local",
    ] {
        let error = client.lookup(&handle(text)).await.unwrap_err();
        assert!(
            matches!(error, LookupError::Fetch(error) if error.is_refused()),
            "{text}"
        );
        let host = text.split_once('@').unwrap().1;
        assert!(
            matches!(client.nodeinfo(host).await, Err(NodeInfoError::Host(_))),
            "{text}"
        );
    }
    assert_eq!(recorder.dialled(), []);
}

#[tokio::test]
async fn nodeinfo_says_what_runs() {
    let authority = alices_server().await;
    let info = client().requests(2).nodeinfo(&authority).await.unwrap();
    assert_eq!(info.software.name, "test");
    let one = client().requests(1).nodeinfo(&authority).await;
    assert!(matches!(one, Err(NodeInfoError::Budget)), "{one:?}");

    let hostile = serve(|_| {
        let body = r#"{"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"https://169.254.169.254/"}]}"#;
        Router::new().route("/.well-known/nodeinfo", get(move || async move { body }))
    })
    .await;
    let refused = client().nodeinfo(&hostile).await;
    assert!(matches!(refused, Err(NodeInfoError::Fetch(error)) if error.is_refused()));
}

#[tokio::test]
async fn the_routes_answer_over_http() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let authority = alices_server().await;
    let ask = async |method: &str, target: &str| {
        let mut socket = tokio::net::TcpStream::connect(&authority).await.unwrap();
        let request =
            format!("{method} {target} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    };
    let target = format!("/.well-known/webfinger?resource=acct:alice@{authority}");
    let (head, body) = ask("GET", &target).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let length = format!("content-length: {}", body.len());
    assert!(head.contains(&length), "{head}");
    let (head, body) = ask("HEAD", &target).await;
    assert!(
        head.starts_with("http/1.1 200") && head.contains(&length),
        "{head}"
    );
    assert_eq!(body, "");
    let (head, _) = ask("POST", &target).await;
    assert!(
        head.starts_with("http/1.1 405") && head.contains("allow: get, head, options"),
        "{head}"
    );
    let (head, _) = ask("OPTIONS", "/.well-known/nodeinfo").await;
    assert!(head.starts_with("http/1.1 204"), "{head}");
    let (head, body) = ask("GET", "/.well-known/host-meta.json").await;
    assert!(
        head.contains("access-control-allow-origin: *") && body.contains("lrdd"),
        "{head}"
    );
}
