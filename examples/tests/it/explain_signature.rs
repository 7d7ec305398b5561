//! `explain-signature`, run as a person runs it.

use http::Request;
use http_sig::{Signer, SigningKey, VerifyingKey};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

const KEY_ID: &str = "https://sender.example/users/alice#main-key";
const BODY: &str = r#"{"type":"Like","object":"https://example.org/notes/1"}"#;

/// What a run printed, and its exit code.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn says(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for word in words {
            assert!(self.out.contains(word), "no {word:?} in {}", self.out);
        }
    }

    /// It failed with one sentence that holds these words.
    fn fails(&self, words: &str) {
        assert_eq!((self.code, &*self.out), (2, ""), "{}", self.err);
        assert!(self.err.contains(words), "no {words:?} in {}", self.err);
        assert!(
            self.err.starts_with("explain-signature: ") && self.err.trim_end().lines().count() == 1,
            "{}",
            self.err
        );
    }
}

/// A folder with a key, an actor and what is explained.
struct Desk {
    folder: TempDir,
    key: SigningKey,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            folder: TempDir::new().unwrap(),
            key: SigningKey::generate_rsa().unwrap(),
        };
        let pem = desk.key.verifying_key().to_pem();
        desk.put("key.pem", &pem);
        let other = SigningKey::generate_ed25519().unwrap().verifying_key();
        let actor = json!({
            "id": "https://sender.example/users/alice",
            "publicKey": [
                {"id": "https://sender.example/users/alice#old", "publicKeyMultibase": other.to_multikey()},
                {"id": KEY_ID, "publicKeyPem": pem},
            ],
        });
        desk.put("actor.json", &actor.to_string());
        desk
    }

    fn put(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// A signed delivery as it goes over the wire.
    fn capture(&self, rfc9421: bool) -> String {
        let signer = Signer::new(KEY_ID, self.key.clone()).unwrap();
        let mut request = Request::post("https://example.org/users/bob/inbox")
            .header("content-type", "application/activity+json")
            .header("content-length", BODY.len())
            .body(BODY.as_bytes().to_vec())
            .unwrap();
        if rfc9421 {
            signer.sign_rfc9421(&mut request, time()).unwrap();
        } else {
            signer.sign(&mut request, time()).unwrap();
        }
        let mut text = "POST /users/bob/inbox HTTP/1.1\r\n".to_owned();
        for (name, value) in request.headers() {
            text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        format!("{text}\r\n{BODY}")
    }

    fn explain(&self, capture: &str, arguments: &[&str]) -> Run {
        let file = self.put("request.txt", capture);
        let mut all = vec![file.as_str()];
        all.extend(arguments);
        explain_signature(&all, "")
    }
}

fn explain_signature(arguments: &[&str], input: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_explain-signature"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Thursday, 1 January 2026.
fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

#[test]
fn a_request_that_is_right_is_accepted_however_it_is_given() {
    let desk = Desk::new();
    let (pem, actor) = (desk.path("key.pem"), desk.path("actor.json"));
    let multikey = desk.key.verifying_key().to_multikey();
    let jwk = desk.put("key.jwk", &desk.key.verifying_key().to_jwk());
    for (rfc9421, standard) in [(false, "draft-cavage-12"), (true, "RFC 9421")] {
        let capture = desk.capture(rfc9421);
        for key in [&pem, &actor, &multikey, &jwk] {
            for capture in [
                &capture,
                &capture.replace("\r\n", "\n"),
                &format!("{capture}\n"),
            ] {
                desk.explain(capture, &["--key", key, "--authority", "example.org"])
                    .says(
                        0,
                        &[
                            "verdict: accepted",
                            standard,
                            KEY_ID,
                            "the time is taken to be 2026-01-01T00:00:00Z",
                            "the key is Rsa with 2048 bits",
                        ],
                    );
            }
        }
        let run = explain_signature(&["-", "--key", &pem], &capture);
        run.says(0, &["verdict: accepted", "any host is taken"]);

        let head = capture.split("\r\n\r\n").next().unwrap();
        let fields = head
            .lines()
            .skip(1)
            .map(|line| line.split_once(": ").unwrap());
        let fields: serde_json::Map<_, _> = fields
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let log = json!({"method": "POST", "url": "https://example.org/users/bob/inbox", "headers": fields, "body": BODY});
        desk.explain(&log.to_string(), &["--key", &pem])
            .says(0, &["verdict: accepted", standard]);
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        let log = json!({"request": {"method": "POST", "url": "/users/bob/inbox", "headers": pairs, "postData": {"text": BODY}}});
        desk.explain(&log.to_string(), &["--key", &pem])
            .says(0, &["verdict: accepted", standard]);
    }
}

/// One thing is changed in the capture, and the explanation names it.
#[test]
fn what_was_changed_is_named() {
    let desk = Desk::new();
    let key = desk.path("key.pem");
    let both = [
        "POST /users/bob/inbox",
        "host: example.org",
        "application/activity+json",
        "\"type\"",
        "content-length: 54\r\n",
    ];
    let changes = [
        (
            both[0],
            "POST /ap/users/bob/inbox",
            "the sender signed the path `/users/bob/inbox`, and the request came with `/ap/users/bob/inbox`",
        ),
        (
            both[0],
            "POST /users/bob/inbox/",
            "the sender signed the path `/users/bob/inbox`, and the request came with `/users/bob/inbox/`",
        ),
        (
            both[0],
            "POST /users/Bob/inbox",
            "the sender signed the path `/users/bob/inbox`",
        ),
        (
            both[0],
            "POST /users/%62ob/inbox",
            "the sender signed the path `/users/bob/inbox`",
        ),
        (
            both[0],
            "POST /users/bob/inbox?utm=1",
            "the sender signed no query",
        ),
        (
            both[1],
            "host: 10.0.0.7:3000",
            "the sender signed the host `example.org`",
        ),
        (
            both[1],
            "x-forwarded-host: example.org\r\nhost: backend",
            "a proxy rewrote the host: it says that `example.org` was asked",
        ),
        (
            both[2],
            "application/activity+json; charset=utf-8",
            "application/activity+json`, and the request came with",
        ),
        (
            both[3],
            "\"type\" ",
            "the same JSON without blanks; the digest itself is what was signed",
        ),
        (both[4], "content-length: 10\r\n", "is passed over"),
        (both[4], "content-length: 99\r\n", "Content-Length says 99"),
    ];
    let mut named = 0;
    for rfc9421 in [false, true] {
        let capture = desk.capture(rfc9421);
        for (from, to, words) in changes {
            let changed = capture.replacen(from, to, 1);
            assert_ne!(changed, capture, "{from}");
            // Of a body that is longer or shorter nothing but the digest speaks.
            let changed = if to == "\"type\" " {
                changed.replace("content-length: 54", "content-length: 55")
            } else {
                changed
            };
            let run = desk.explain(&changed, &["--key", &key, "--authority", "example.org"]);
            if to.contains("99") {
                // It is not covered, and the body is all there.
                run.says(0, &["verdict: accepted"]);
            } else if to.contains("10\r") {
                run.says(
                    1,
                    &[
                        "44 bytes after the body are passed over",
                        "verdict: refused: the body is not the one that was signed",
                    ],
                );
            } else {
                run.says(1, &["verdict: refused", words]);
            }
            named += 1;
        }
    }
    let by_draft = desk.capture(false);
    let run = desk.explain(
        &by_draft.replace("Thu, 01 Jan 2026 00:00:00", "Thu, 01 Jan 2026 00:00:01"),
        &["--key", &key],
    );
    run.says(
        1,
        &[
            "the sender signed `date: Thu, 01 Jan 2026 00:00:00 GMT`",
            "> | date: Thu, 01 Jan 2026 00:00:01 GMT",
        ],
    );
    let run = desk.explain(
        &by_draft,
        &["--key", &key, "--now", "Thu, 01 Jan 2026 15:00:00 GMT"],
    );
    run.says(
        1,
        &[
            "verdict: refused: the message was signed too long ago",
            "compare the clocks",
        ],
    );
    let run = desk.explain(&by_draft, &["--key", &key, "--now", "2025-12-31T21:00:00Z"]);
    run.says(
        1,
        &["the time that was signed is 3 hours ahead of our clock"],
    );
    let other = SigningKey::generate_rsa()
        .unwrap()
        .verifying_key()
        .to_multikey();
    let run = desk.explain(&by_draft, &["--key", &other]);
    run.says(
        1,
        &["the signature was made with another key than this one"],
    );
    println!("changes named: {}/{}", named + 4, 2 * changes.len() + 4);
}

#[test]
fn without_the_key_all_else_is_said() {
    let desk = Desk::new();
    let capture = desk.capture(false);
    desk.explain(&capture, &[]).says(
        0,
        &[
            "nothing is wrong but what only the key can tell",
            "  | (request-target): post /users/bob/inbox",
        ],
    );
    let run = desk.explain(&capture, &["--authority", "example.com"]);
    run.says(
        1,
        &[
            "verdict: refused: the request was signed for another host",
            "no key was given",
        ],
    );
    let unsigned = "GET /users/bob HTTP/1.1\nHost: example.org\n\n";
    desk.explain(unsigned, &[]).says(
        1,
        &[
            "standard:  not signed",
            "verdict: refused: the message is not signed",
        ],
    );
    desk.explain(&capture, &["--policy", "strict"])
        .says(0, &["nothing is wrong"]);
}

#[test]
fn what_cannot_be_read_is_said_in_one_sentence() {
    let desk = Desk::new();
    let capture = desk.capture(false);
    for (text, words) in [
        ("", "there is no request in the file"),
        ("HTTP/1.1 200 OK\n\n", "this is a response"),
        ("hello\n\n", "the first line is no request line"),
        (
            "GET / HTTP/1.1\nnonsense\u{1b}[2J\n\n",
            "line 2 is no field such as `Host: example.org`: nonsense\\u{1b}[2J",
        ),
        (
            "GET / HTTP/1.1\nbad name: x\n\n",
            "this is no name of a field",
        ),
        (
            "GET http:// HTTP/1.1\n\n",
            "the request target http:// cannot be read",
        ),
        ("{\"method\":", "the file looks like JSON and is not"),
        ("{\"method\":\"GET\"}", "the JSON has no `url`"),
        (
            "{\"url\":\"/\",\"headers\":{},\"body\":{}}",
            "is not the text that was sent",
        ),
    ] {
        desk.explain(text, &[]).fails(words);
    }
    desk.explain(&capture, &["--key", "nowhere.pem"])
        .fails("nowhere.pem cannot be read");
    let private = desk.put("private.pem", &desk.key.to_pem().unwrap());
    let run = desk.explain(&capture, &["--key", &private]);
    run.fails("this is a private key where a public key belongs");
    assert!(!run.err.contains("PRIVATE KEY-----"));
    let empty = desk.put("empty.json", "{}");
    desk.explain(&capture, &["--key", &empty])
        .fails("neither publicKeyPem nor publicKeyMultibase");
    assert_eq!(desk.explain(&capture, &["--now", "yesterday"]).code, 2);
}

/// Requests of real servers with their keys, from a folder that `FEDIKIT_SHARED` names.
#[test]
fn requests_that_real_servers_sent_are_explained() {
    let Some(folder) = std::env::var_os("FEDIKIT_SHARED") else {
        println!(
            "requests_that_real_servers_sent_are_explained: skipped, as FEDIKIT_SHARED names no folder"
        );
        return;
    };
    let folder = Path::new(&folder).join("corpus/captured");
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
    };
    let mut actors = Vec::new();
    for name in [
        "snac-dave.json",
        "mitra-erin.json",
        "fedify-8101-actor.json",
        "fedify-8102-actor.json",
    ] {
        let actor = read(name);
        let pem = actor["publicKey"]["publicKeyPem"].as_str().unwrap();
        assert!(VerifyingKey::from_pem(pem).is_ok());
        actors.push((
            actor["publicKey"]["id"].as_str().unwrap().to_owned(),
            folder.join(name),
        ));
    }
    let desk = Desk::new();
    let (mut accepted, mut explained) = (0, 0);
    for log in ["fedify-8101-log.json", "fedify-8102-log.json"] {
        for sent in read(log)["raw"].as_array().unwrap() {
            let signature = sent["headers"].to_string();
            let actor = actors
                .iter()
                .find(|(id, _)| signature.contains(&format!("\\\"{id}\\\"")));
            let Some((_, actor)) = actor.filter(|_| sent["headers"].get("signature").is_some())
            else {
                continue;
            };
            let host = sent["headers"]["host"].as_str().unwrap();
            let authority = format!("http://{host}");
            let run = desk.explain(
                &sent.to_string(),
                &["--key", actor.to_str().unwrap(), "--authority", &authority],
            );
            if run.code == 0 {
                run.says(0, &["verdict: accepted"]);
                accepted += 1;
            } else {
                // Fedify 2.3.6 signed the URL of a key together with its fragment.
                run.says(
                    1,
                    &[
                        "#main-key`, and the request came with",
                        "the sender must cut off the fragment",
                    ],
                );
                explained += 1;
            }
        }
    }
    println!("captures: accepted {accepted}, refused and explained {explained}");
    assert!(accepted >= 33 && explained == 1);
}
