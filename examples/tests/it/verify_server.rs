//! `verify-server`, run as a person runs it, with a sender whose actor is on this machine.

use axum::Json;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use http::StatusCode;
use http_sig::reqwest::SigningClient;
use http_sig::{Signer, SigningKey};
use serde_json::json;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;

struct Server {
    process: Child,
    told: Lines<BufReader<ChildStdout>>,
    inbox: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_verify-server"))
            .args(["--listen", "127.0.0.1:0", "--allow-loopback"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(process.stdout.take().unwrap());
        let mut server = Self {
            process,
            told: told.lines(),
            inbox: String::new(),
        };
        let listening = server.next_line();
        let address = listening.strip_prefix("listening on ").unwrap();
        server.inbox = format!("{address}/inbox");
        server
    }

    fn next_line(&mut self) -> String {
        self.told.next().unwrap().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An actor with this key, and how often it was asked for.
async fn actor(key: &SigningKey) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let id = format!("http://{}/alice", listener.local_addr().unwrap());
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id, "type": "Person", "inbox": format!("{id}/inbox"),
        "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": key.verifying_key().to_pem()},
    });
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let answer = async move || {
        counter.fetch_add(1, Ordering::SeqCst);
        (
            [(CONTENT_TYPE, "application/activity+json")],
            Json(document),
        )
    };
    let app = Router::new().route("/alice", get(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (id, asked)
}

#[tokio::test]
async fn a_sender_is_accepted_by_the_key_of_its_actor_and_every_other_refused_with_the_reason() {
    let mut server = Server::start();
    let key = SigningKey::generate_ed25519().unwrap();
    let (id, asked) = actor(&key).await;
    let key_id = format!("{id}#main-key");
    let client = SigningClient::new(reqwest::Client::builder()).unwrap();
    let post = |body: &'static str| client.client().post(&server.inbox).body(body);
    let (like, follow, note) = (post("{\"type\":\"Like\"}"), post("{}"), post("[]"));
    let again = note.try_clone().unwrap();

    let alice = Signer::new(&key_id, key).unwrap();
    let answer = client.send(like, &alice).await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(
        server.next_line(),
        format!("accepted: 15 bytes by {key_id:?}")
    );

    let unsigned = follow.try_clone().unwrap().send().await.unwrap();
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
    let refused = server.next_line();
    assert!(
        refused.starts_with(
            "refused: POST /inbox: the signature was refused: the message is not signed"
        ),
        "{refused}"
    );

    // Somebody else in her name, twice: by each standard once.
    let mallory = Signer::new(&key_id, SigningKey::generate_ed25519().unwrap()).unwrap();
    let answer = client.send(follow, &mallory).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    for _ in 0..2 {
        let refused = server.next_line();
        assert!(
            refused.contains(&key_id) && refused.contains("was not made with this key"),
            "{refused}"
        );
    }
    // Once for the first request, and once to see whether the key has changed since.
    assert_eq!(asked.load(Ordering::SeqCst), 2);

    let nobody = SigningKey::generate_ed25519().unwrap();
    let nobody = Signer::new(id.replace("/alice", "/nobody#main-key"), nobody).unwrap();
    let answer = client.send(note, &nobody).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let refused = server.next_line();
    assert!(
        refused.contains("there is no key to check the signature with")
            && refused.contains("does not exist"),
        "{refused}"
    );

    // The client tried both standards.
    assert_eq!(server.next_line(), refused);

    // Nobody listens there; the reason is said once.
    let nowhere = SigningKey::generate_ed25519().unwrap();
    let nowhere = Signer::new("http://127.0.0.1:1/users/alice#main-key", nowhere).unwrap();
    let answer = client.send(again, &nowhere).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let refused = server.next_line();
    assert_eq!(
        refused.matches("could not be fetched").count(),
        1,
        "{refused}"
    );
}
