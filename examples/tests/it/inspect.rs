//! `inspect`, run as a person runs it.

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;
use webfinger::{Descriptor, Link, NodeInfo, Resource, server};

/// A post with a property that nobody knows, a date that is none, and text that would clear the screen.
const NOTE: &str = r##"{
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "https://a.example/notes/1", "type": "Note", "attributedTo": "https://a.example/alice",
    "content": "<p>Hi <b>Bob</b> &amp; all\u001b[2J</p>", "published": "yesterday", "summary": null,
    "to": ["as:Public"], "inReplyTo": "https://b.example/notes/7",
    "tag": [
        {"type": "Mention", "href": "https://b.example/bob", "name": "@bob@b.example"},
        {"type": "Hashtag", "href": "https://a.example/tags/rust", "name": "#rust", "weight": 3}
    ],
    "attachment": {"type": "Document", "mediaType": "image/png", "url": "https://a.example/1.png", "name": "a cat"},
    "vendorNote": {"deep": [1.50, null]}
}"##;

const JRD: &str = r#"{"subject": "acct:alice@a.example", "aliases": ["https://a.example/@alice", 5], "links": [
    {"rel": "self", "type": "application/activity+json", "href": "https://a.example/alice", "vendor": 1}], "vendor": 2}"#;

const NODEINFO: &str = r#"{"version": "2.1", "software": {"name": "tiny", "version": "0.9"}, "protocols": ["activitypub"],
    "services": {"inbound": [], "outbound": []}, "openRegistrations": true, "usage": {"users": {"total": 3}}, "metadata": {}}"#;

const DISCOVERY: &str = r#"{"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": "https://a.example/nodeinfo/2.1"}]}"#;

/// What a run printed.
struct Run {
    success: bool,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        assert!(self.success, "{}", self.err);
        assert_eq!(
            self.out.lines().count(),
            1,
            "one object in one line: {}",
            self.out
        );
        serde_json::from_str(&self.out).unwrap()
    }

    /// It failed with one sentence that holds these words.
    fn refused(&self, words: &[&str]) {
        assert!(!self.success, "{}", self.out);
        assert_eq!(self.err.trim_end().lines().count(), 1, "{}", self.err);
        assert!(
            self.err.starts_with("inspect: ") && !self.err.contains("panicked"),
            "{}",
            self.err
        );
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in {}", self.err);
        }
    }
}

fn inspect<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .args(arguments)
        .output()
        .unwrap();
    Run {
        success: output.status.success(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A file of its own, shown as text and as JSON.
fn inspect_text(name: &str, text: impl AsRef<[u8]>) -> (Run, Run) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, text).unwrap();
    (
        inspect([file.as_os_str()]),
        inspect([file.as_os_str(), OsStr::new("--json")]),
    )
}

#[test]
fn a_post_is_understood_as_far_as_it_goes() {
    let (text, json) = inspect_text("note.json", NOTE);
    assert!(text.success, "{}", text.err);
    for line in [
        "understood as ActivityStreams",
        "unknown properties: 2",
        "  /vendorNote  {\"deep\":[1.5,null]}",
        "problems: 1",
        "  /published: a point in time such as 2026-01-31T12:00:00Z was expected",
        "written again it is the same JSON value",
    ] {
        assert!(
            text.out.lines().any(|shown| shown == line),
            "no line {line:?} in {}",
            text.out
        );
    }
    assert!(
        text.out.contains("Hi Bob & all\\u{1b}[2J") && !text.out.contains('\u{1b}'),
        "{}",
        text.out
    );

    let json = json.json();
    let understood = json!({
        "family": "object", "type": ["Note"], "role": ["post"], "id": "https://a.example/notes/1", "author": ["https://a.example/alice"],
        "text": "Hi Bob & all\u{1b}[2J", "media": ["Document  image/png  https://a.example/1.png  \"a cat\""],
        "visibility": "public", "mentions": ["@bob@b.example  https://b.example/bob"],
        "hashtags": ["#rust  https://a.example/tags/rust"], "in_reply_to": ["https://b.example/notes/7"],
    });
    assert_eq!(json["understood"], understood);
    let unknown = json!([
        {"path": "/tag/1/weight", "value": 3},
        {"path": "/vendorNote", "value": {"deep": [1.5, null]}},
    ]);
    assert_eq!(json["unknown"], unknown);
    assert_eq!(json["problems"][0]["path"], "/published");
    assert_eq!(json["exact"], true);
}

#[test]
fn a_post_tells_its_quote_poll_group_and_thread() {
    let post = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "type": "Question", "id": "https://a.example/1",
        "attributedTo": "https://a.example/alice", "audience": "https://l.example/c/tea", "summary": "tea &amp; more",
        "content": "<p>Tea?</p><p class=\"quote-inline\">RE: <a href=\"https://b.example/7\">b</a></p>",
        "quote": "https://b.example/7", "endTime": "2026-02-01T00:00:00Z", "votersCount": 3,
        "anyOf": [{"type": "Note", "name": "yes", "replies": {"type": "Collection", "totalItems": 2}}, {"type": "Note", "name": "no"}],
        "context": "https://a.example/thread", "image": {"type": "Image", "url": "https://a.example/1.png", "width": 4, "height": 3},
    });
    let understood = inspect_text("post.json", post.to_string()).1.json()["understood"].clone();
    assert_eq!(
        understood,
        json!({
            "family": "object", "type": ["Question"], "role": ["post", "poll"], "id": "https://a.example/1",
            "author": ["https://a.example/alice"], "content_warning": "tea & more", "text": "Tea?",
            "answers": ["yes  2", "no"], "several_may_be_chosen": true, "voters": 3, "poll_ends": "2026-02-01T00:00:00+00:00",
            "media_elsewhere": ["https://a.example/1.png  4x3"],
            "quotes": "https://b.example/7  nobody says that its author agrees",
            "groups": ["https://l.example/c/tea"], "conversation": "https://a.example/thread",
        })
    );

    let announce = json!({
        "type": "Announce", "id": "https://l.example/1", "actor": "https://l.example/c/tea",
        "object": {"type": "EmojiReact", "actor": "https://a.example/alice", "object": "https://b.example/7", "content": "🍵"},
    });
    let understood =
        inspect_text("announce.json", announce.to_string()).1.json()["understood"].clone();
    assert_eq!(understood["role"], json!(["passed on by a group"]));
    assert_eq!(understood["meant_for_the_group"], false);
    assert_eq!(understood["done_to"]["role"], json!(["reaction"]));
    assert_eq!(understood["done_to"]["emoji"], "🍵");
}

#[test]
fn a_document_comes_from_the_standard_input() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program
        .stdin
        .take()
        .unwrap()
        .write_all(NOTE.as_bytes())
        .unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("Hi Bob & all"), "{out}");
}

#[test]
fn an_actor_tells_where_to_deliver_and_whether_its_key_can_be_used() {
    let signing = http_sig::SigningKey::generate_ed25519().unwrap();
    let actor = |pem: &str, owner: &str| {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": "https://a.example:8443/alice", "type": "Person",
            "preferredUsername": "alice", "inbox": "https://a.example:8443/alice/inbox",
            "endpoints": {"sharedInbox": "https://a.example:8443/inbox", "vendorEndpoint": "x"},
            "publicKey": {"id": "https://a.example:8443/alice#main-key", "owner": owner, "publicKeyPem": pem},
        })
        .to_string()
    };
    let keys = |document: String| {
        inspect_text("actor.json", document).1.json()["understood"]["keys"][0].clone()
    };

    let own = actor(
        &signing.verifying_key().to_pem(),
        "https://a.example:8443/alice",
    );
    let json = inspect_text("actor.json", &own).1.json();
    assert_eq!(json["understood"]["handle"], "@alice@a.example:8443");
    assert_eq!(
        json["understood"]["shared_inbox"],
        "https://a.example:8443/inbox"
    );
    assert_eq!(
        json["unknown"],
        json!([{"path": "/endpoints/vendorEndpoint", "value": "x"}])
    );
    assert_eq!(keys(own), "https://a.example:8443/alice#main-key: Ed25519");

    let foreign = keys(actor(
        &signing.verifying_key().to_pem(),
        "https://b.example/bob",
    ));
    assert!(
        foreign
            .as_str()
            .unwrap()
            .ends_with("but its owner is https://b.example/bob"),
        "{foreign}"
    );
    // A private key that somebody published by mistake is named as such, and shown nowhere.
    let pem = signing.to_pem().unwrap();
    let (text, json) = inspect_text("actor.json", actor(&pem, "https://a.example:8443/alice"));
    let secret = pem.lines().nth(1).unwrap();
    assert!(
        text.out.contains("not usable") && !text.out.contains(secret) && !json.out.contains(secret),
        "{}",
        text.out
    );
}

#[test]
fn an_activity_tells_who_does_what_and_whether_to_believe_it() {
    let create = |author: &str| {
        let note: Value = serde_json::from_str(NOTE).unwrap();
        json!({"type": "Create", "actor": author, "object": note}).to_string()
    };
    let (text, json) = inspect_text("create.json", create("https://a.example/alice"));
    assert!(text.out.contains("\n  done to\n    family"), "{}", text.out);
    let understood = &json.json()["understood"];
    assert_eq!(understood["done_by"], json!(["https://a.example/alice"]));
    assert_eq!(understood["done_to"]["text"], "Hi Bob & all\u{1b}[2J");
    assert_eq!(
        understood["may_say_so"],
        "yes: the object belongs to the actor"
    );
    let json = inspect_text("create.json", create("https://evil.example/eve"))
        .1
        .json();
    assert!(
        json["understood"]["may_say_so"]
            .as_str()
            .unwrap()
            .starts_with("no: "),
        "{json}"
    );
    assert_eq!(json["problems"][0]["path"], "/object/published");
}

#[test]
fn a_collection_tells_its_size_its_pages_and_what_is_here() {
    let page = r#"{"type": "OrderedCollectionPage", "totalItems": 41, "next": "https://a.example/2", "partOf": "https://a.example/",
        "orderedItems": ["https://a.example/n/1", {"type": "Like", "vendor": true}]}"#;
    let json = inspect_text("page.json", page).1.json();
    let understood = json!({
        "family": "collection", "type": ["OrderedCollectionPage"], "size": 41, "part_of": ["https://a.example/"],
        "next": ["https://a.example/2"], "items_here": 2, "items_by_type": ["1 Like", "1 ids"],
    });
    assert_eq!(json["understood"], understood);
    assert_eq!(
        json["unknown"],
        json!([{"path": "/orderedItems/1/vendor", "value": true}])
    );
}

#[test]
fn webfinger_and_nodeinfo_are_told_by_their_shape() {
    let json = inspect_text("jrd.json", JRD).1.json();
    assert_eq!(json["format"], "JRD (WebFinger)");
    assert_eq!(json["understood"]["actor"], "https://a.example/alice");
    assert_eq!(
        json["unknown"],
        json!([{"path": "/vendor", "value": 2}, {"path": "/links/0/vendor", "value": 1}])
    );
    assert_eq!(json["problems"][0]["path"], "/aliases/1");

    let json = inspect_text("nodeinfo.json", NODEINFO).1.json();
    assert_eq!(json["format"], "NodeInfo");
    assert_eq!(json["understood"]["software"], "tiny 0.9");
    assert_eq!(json["understood"]["users"], 3);

    let json = inspect_text("links.json", DISCOVERY).1.json();
    assert_eq!(
        json["understood"],
        json!({"nodeinfo": "https://a.example/nodeinfo/2.1"})
    );

    // An ActivityStreams relationship has a subject, too.
    let relationship = r#"{"type": "Relationship", "subject": "https://a.example/alice", "links": [{"rel": "x"}]}"#;
    assert_eq!(
        inspect_text("relationship.json", relationship).1.json()["format"],
        "ActivityStreams"
    );
    // Any object can be read, so it has to be said when nothing speaks for it.
    let json = inspect_text("other.json", r#"{"a": 1}"#).1.json();
    assert!(json["understood"]["note"].is_string(), "{json}");
}

#[test]
fn a_list_is_several_documents() {
    let json = inspect_text("list.json", format!("[{NOTE}, {JRD}]"))
        .1
        .json();
    assert_eq!(json["documents"][0]["understood"]["family"], "object");
    assert_eq!(json["documents"][1]["format"], "JRD (WebFinger)");
    inspect_text("list.json", r#"[{"type": "Note"}, 1]"#)
        .0
        .refused(&["not an object"]);
}

#[test]
fn what_cannot_be_read_gets_a_sentence() {
    inspect(["/no/such/file.json"]).refused(&["cannot open /no/such/file.json", "give a file"]);
    inspect(["ftp://a.example/x"]).refused(&["has to begin with https://"]);
    inspect_text("note.xml", "<Note/>")
        .0
        .refused(&["note.xml", "not JSON"]);
    inspect_text("empty.json", "")
        .0
        .refused(&["ends before it is complete"]);
    inspect_text("twice.json", r#"{"type": "Note", "type": "Delete"}"#)
        .1
        .refused(&["a name stands twice"]);
    inspect_text("deep.json", "[".repeat(100_000))
        .0
        .refused(&["deep.json"]);
    inspect_text("large.json", " ".repeat(16 * 1024 * 1024 + 1))
        .0
        .refused(&["too large", "16 MiB"]);
    inspect([TempDir::new().unwrap().path()]).refused(&["no JSON document"]);
    // The sentence cannot steer the terminal either.
    let run = inspect(["/no/\u{1b}[2J"]);
    assert!(
        run.err.contains("\\u{1b}[2J") && !run.err.contains('\u{1b}'),
        "{}",
        run.err
    );
}

/// Two folders below the given one: what is good, what is not, and what is no JSON.
fn folder() -> TempDir {
    let root = TempDir::new().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("top.json", format!("\u{feff}{NOTE}").as_bytes());
    write("README.md", b"# Read me");
    write("wild/a/jrd.json", JRD.as_bytes());
    write("wild/a/nodeinfo.txt", NODEINFO.as_bytes());
    write("wild/a/twice.json", br#"{"id": "a:1", "id": "a:2"}"#);
    write(
        "wild/a/jrd-twice.json",
        br#"{"subject": "acct:a@a.example", "subject": "acct:b@a.example"}"#,
    );
    write("wild/b/broken.jsonld", b"{");
    write("wild/b/list.json", format!("[{NOTE}, {NOTE}]").as_bytes());
    write("wild/b/mixed.json", br#"[{}, 1]"#);
    write("wild/b/empty.json", b"[]");
    write("wild/b/number.json", b"7");
    write("wild/b/large.json", &vec![b' '; 16 * 1024 * 1024 + 1]);
    write("wild/b/host-meta.xml", b"<XRD/>");
    write("wild/b/key.pem", b"-----BEGIN PUBLIC KEY-----");
    write("wild/b/number.txt", b"7");
    write("wild/b/LICENSE", b"[not JSON]");
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.path(), root.path().join("wild/b/round")).unwrap();
    root
}

#[test]
fn a_folder_is_counted_with_its_sub_folders() {
    let root = folder();
    let json = inspect([root.path().as_os_str(), OsStr::new("--json")]).json();
    assert_eq!(json["total"], json!({"files": 11, "parsed": 5, "exact": 5}));
    let folders = json!({
        ".": {"files": 1, "parsed": 1, "exact": 1},
        "wild/a": {"files": 4, "parsed": 2, "exact": 2},
        "wild/b": {"files": 6, "parsed": 2, "exact": 2},
    });
    assert_eq!(json["folders"], folders);
    let failures = json["failures"].as_array().unwrap().iter();
    let failures: Vec<(&str, &str)> = failures
        .map(|failure| {
            (
                failure["file"].as_str().unwrap(),
                failure["reason"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("wild/a/jrd-twice.json", "says the same thing twice"),
        ("wild/a/twice.json", "a name stands twice"),
        ("wild/b/broken.jsonld", "ends before it is complete"),
        ("wild/b/large.json", "too large"),
        ("wild/b/mixed.json", "not an object"),
        ("wild/b/number.json", "not a JSON object"),
    ];
    assert_eq!(failures.len(), expected.len(), "{failures:?}");
    for ((file, reason), (expected_file, words)) in failures.into_iter().zip(expected) {
        assert!(
            file == expected_file && reason.contains(words),
            "{file}: {reason}"
        );
    }
    let mut skipped = json!({"md": 1, "xml": 1, "pem": 1, "txt": 1, "(no ending)": 1});
    if cfg!(unix) {
        skipped["(symbolic links and special files)"] = json!(1);
    }
    assert_eq!(json["skipped"], skipped);
    assert_eq!(json["byte_order_marks"], 1);
    assert_eq!(json.as_object().unwrap().len(), 5);
}

#[test]
fn folders_in_folders_come_to_an_end() {
    let root = TempDir::new().unwrap();
    let deepest = root.path().join("a/".repeat(40));
    fs::create_dir_all(&deepest).unwrap();
    fs::write(deepest.join("note.json"), NOTE).unwrap();
    fs::write(root.path().join("note.json"), NOTE).unwrap();
    let json = inspect([root.path().as_os_str(), OsStr::new("--json")]).json();
    assert_eq!(json["total"]["files"], 1);
    assert_eq!(json["skipped"], json!({"(folders nested too deeply)": 1}));
}

#[test]
fn a_folder_is_shown_as_a_table() {
    let root = folder();
    let run = inspect([root.path()]);
    assert!(run.success, "{}", run.err);
    let cells: Vec<Vec<&str>> = run
        .out
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for row in [
        vec!["folder", "files", "parsed", "exact"],
        vec![".", "1", "1", "1"],
        vec!["wild/a", "4", "2", "2"],
        vec!["wild/b", "6", "2", "2"],
        vec!["total", "11", "5", "5"],
        vec!["failures:", "6"],
    ] {
        assert!(cells.contains(&row), "no row {row:?} in {}", run.out);
    }
    assert!(!run.out.contains("host-meta.xml"));
    let verbose = inspect([root.path().as_os_str(), OsStr::new("--verbose")]);
    assert!(
        verbose.out.contains("wild/b/host-meta.xml"),
        "{}",
        verbose.out
    );
}

#[test]
fn whoever_has_seen_enough_may_hang_up() {
    let root = TempDir::new().unwrap();
    // More than a pipe holds, so that writing meets the closed end.
    for number in 0..2000 {
        fs::write(
            root.path()
                .join(format!("{number}{}.json", "-".repeat(100))),
            "{",
        )
        .unwrap();
    }
    let mut run = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .arg(root.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::with_capacity(16, run.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let output = run.wait_with_output().unwrap();
    assert!(
        first.starts_with("folder") && output.status.success(),
        "{output:?}"
    );
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// alice, on a server of this machine.
struct Accounts {
    base: Url,
}

impl Accounts {
    /// An actor who is called alice, with this id.
    fn actor(&self, id: &str) -> Value {
        let id = format!("{}{id}", self.base);
        json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Person", "preferredUsername": "alice",
            "inbox": format!("{id}/inbox"),
        })
    }
}

impl server::Directory for Accounts {
    fn base(&self) -> &Url {
        &self.base
    }

    async fn find(&self, resource: &Resource) -> Result<Option<Descriptor>, server::Unavailable> {
        let Resource::Acct(handle) = resource else {
            return Ok(None);
        };
        let name = handle.user();
        let actor = Link::to_actor(format!("{}{name}", self.base));
        let descriptor = Descriptor::new(handle.to_acct()).link(actor);
        Ok(matches!(name, "alice" | "mallory" | "secret").then_some(descriptor))
    }

    async fn nodeinfo(&self) -> Result<NodeInfo, server::Unavailable> {
        Ok(NodeInfo::new("tiny", "0.9"))
    }
}

/// Serves alice while `ask` runs, which gets host and port.
async fn with_server<T: Send + 'static>(ask: impl FnOnce(&str) -> T + Send + 'static) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    let accounts = Accounts {
        base: format!("http://{authority}/").parse().unwrap(),
    };
    let document = |id: &str| {
        let document = accounts.actor(id).to_string();
        get(|| async { ([(CONTENT_TYPE, "application/activity+json")], document) })
    };
    let app = Router::new()
        .route("/alice", document("alice"))
        // Found by another name, but it is alice's document.
        .route("/mallory", document("alice"))
        .route("/secret", get(|| async { StatusCode::UNAUTHORIZED }))
        .route(
            "/page",
            get(|| async { ([(CONTENT_TYPE, "text/html")], "<p>Hello</p>") }),
        )
        .merge(server::routes(Arc::new(accounts)));
    let served = tokio::spawn(async move { axum::serve(listener, app).await });
    let outcome = tokio::task::spawn_blocking(move || ask(&authority))
        .await
        .unwrap();
    served.abort();
    outcome
}

fn ask(target: &str) -> Run {
    inspect([target, "--danger-allow-loopback", "--json"])
}

#[tokio::test]
async fn a_url_is_fetched() {
    with_server(|authority| {
        let alice = ask(&format!("http://{authority}/alice")).json();
        assert_eq!(alice["understood"]["handle"], format!("@alice@{authority}"));
        assert_eq!(alice["problems"], json!([]));
        let copy = ask(&format!("http://{authority}/mallory")).json();
        assert_eq!(copy["problems"][0]["path"], "/id", "{copy}");

        ask(&format!("http://{authority}/secret"))
            .refused(&["wants a signed request", "signs nothing"]);
        ask(&format!("http://{authority}/page")).refused(&["text/html", "not JSON"]);
        ask(&format!("http://{authority}/nobody")).refused(&["does not have this"]);
        // Without the flag nothing on this machine is asked.
        inspect([format!("http://{authority}/alice")]).refused(&["refused", "over https"]);
    })
    .await;
}

#[tokio::test]
async fn a_handle_leads_to_the_actor() {
    with_server(|authority| {
        let alice = ask(&format!("@alice@{authority}")).json();
        assert_eq!(
            alice["webfinger"]["actor"],
            format!("http://{authority}/alice")
        );
        assert_eq!(alice["actor"]["understood"]["preferred_username"], "alice");
        let text = inspect([
            format!("@alice@{authority}").as_str(),
            "--danger-allow-loopback",
        ]);
        assert!(text.success, "{}", text.err);
        for step in ["WebFinger\n", "\nactor, from http://"] {
            assert!(text.out.contains(step), "no {step:?} in {}", text.out);
        }

        let copy = ask(&format!("@mallory@{authority}")).json();
        assert_eq!(copy["actor"]["problems"][0]["path"], "/id", "{copy}");
        ask(&format!("@nobody@{authority}")).refused(&["no such account", "check the spelling"]);
        // What was found before it went wrong is still told.
        let secret = inspect([
            format!("@secret@{authority}").as_str(),
            "--danger-allow-loopback",
        ]);
        secret.refused(&["wants a signed request"]);
        assert!(secret.out.starts_with("WebFinger\n"), "{}", secret.out);
    })
    .await;
}

#[test]
fn a_handle_that_cannot_exist_is_not_asked_for() {
    inspect(["@alice"]).refused(&["@alice is not a handle", "@user@example.com"]);
    inspect(["@a b@a.example"]).refused(&["is not a handle"]);
    inspect(["alice@localhost"]).refused(&["is not a handle", "local name"]);
    inspect(["@alice@127.0.0.1"]).refused(&["is not a handle"]);
}

/// What of the shared corpus is not read or not exact, and the rule that says so.
const KNOWN_FAILURES: &[(&str, &str)] = &[
    // Negative tests of the W3C, and one of its examples that has line breaks inside a string.
    ("as2/w3c-test/fail/bad-character-set.json", "not UTF-8"),
    ("as2/w3c-test/fail/number-at-top.json", "not a JSON object"),
    ("as2/w3c-test/fail/string-at-top.json", "not a JSON object"),
    ("as2/w3c-test/vocabulary-ex196-jsonld.json", "not JSON"),
    // Answers of servers that are HTML or a bare text.
    (
        "captured/masto/mastodon_mock/api_v1_streaming_health.200.json",
        "not JSON",
    ),
    (
        "captured/masto/snac/.well-known_oauth-authorization-server.404.json",
        "not JSON",
    ),
    ("captured/masto/snac/api_v1_blocks.404.json", "not JSON"),
    ("captured/masto/snac/api_v1_directory.404.json", "not JSON"),
    (
        "captured/masto/snac/api_v1_domain_blocks.404.json",
        "not JSON",
    ),
    ("captured/masto/snac/api_v1_mutes.404.json", "not JSON"),
    (
        "captured/masto/snac/api_v1_streaming_health.404.json",
        "not JSON",
    ),
    ("captured/masto/snac/api_v2_instance.404.json", "not JSON"),
    // Captured from servers on one machine, which link to plain http.
    ("captured/fedify-nodeinfo-links.json", "no usable link"),
    (
        "captured/masto/mastodon_mock/.well-known_nodeinfo.200.json",
        "no usable link",
    ),
    (
        "captured/masto/snac/.well-known_nodeinfo.200.json",
        "no usable link",
    ),
    ("captured/mitra-nodeinfo-links.json", "no usable link"),
    ("captured/snac-nodeinfo-links.json", "no usable link"),
    // Lists of numbers and lists.
    ("signatures/jcs/input/arrays.json", "not an object"),
    ("signatures/jcs/output/arrays.json", "not an object"),
];

#[test]
fn real_documents_are_exact_but_for_known_ones() {
    let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: FEDIKIT_SHARED names no folder");
        return;
    };
    let survey = inspect([
        Path::new(&shared).join("corpus").as_os_str(),
        OsStr::new("--json"),
    ])
    .json();
    println!("{}", survey["total"]);
    println!("skipped {}", survey["skipped"]);
    let failures = survey["failures"].as_array().unwrap();
    for failure in failures {
        let (file, reason) = (
            failure["file"].as_str().unwrap(),
            failure["reason"].as_str().unwrap(),
        );
        let known = KNOWN_FAILURES
            .iter()
            .any(|(name, words)| *name == file && reason.contains(words));
        assert!(known, "{file}: {reason}");
    }
    for (name, _) in KNOWN_FAILURES {
        let fails = failures.iter().any(|failure| failure["file"] == *name);
        assert!(fails, "{name} is exact");
    }
    let count = |name: &str| survey["total"][name].as_u64().unwrap();
    assert!(count("files") > 2000, "is that the corpus?");
    assert_eq!(count("exact") + failures.len() as u64, count("files"));
}
