//! `export`, against a server with some pages of everything, killed at every request.

use axum::Router;
use axum::extract::Request;
use axum::http::header::LINK;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;

/// A server that gives two elements a page, with places that only it understands, and falls silent at one request.
struct Server {
    address: String,
    asked: Arc<AtomicUsize>,
    silent: mpsc::UnboundedReceiver<()>,
}

async fn serve(silent_at: usize) -> Server {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let (tell, silent) = mpsc::unbounded_channel();
    let count = asked.clone();
    let answer = move |request: Request| {
        let (tell, count) = (tell.clone(), count.clone());
        async move {
            if count.fetch_add(1, Ordering::SeqCst) + 1 == silent_at {
                tell.send(()).unwrap();
                std::future::pending::<()>().await;
            }
            answer(&request)
        }
    };
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Server {
        address,
        asked,
        silent,
    }
}

fn answer(request: &Request) -> Response {
    let path = request.uri().path();
    let query: HashMap<String, String> =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let account = |id: &str| json!({"id": id, "username": format!("u{id}"), "acct": if id == "2" { "u2".into() } else { format!("u{id}@other.example") }, "pleroma": {"is_bot": id == "3"}});
    let status = |id: &str| json!({"id": id, "account": account("1"), "uri": format!("https://other.example/posts/{id}"), "content": "<p>x</p>", "from_the_future": [1, {"a": null}]});
    let ids = ["1", "2", "3", "4", "5"];
    let all: Vec<Value> = match path {
        "/api/v1/accounts/verify_credentials" => {
            return axum::Json(
                json!({"id": "7", "username": "me", "acct": "me", "statuses_count": 5}),
            )
            .into_response();
        }
        "/api/v2/instance" => {
            return axum::Json(json!({"domain": "home.example", "version": "4.6.0"}))
                .into_response();
        }
        "/api/v1/accounts/relationships" => {
            let asked = url::form_urlencoded::parse(request.uri().query().unwrap().as_bytes())
                .filter(|(name, _)| name == "id[]");
            let of = |id: &str| json!({"id": id, "following": true, "showing_reblogs": id != "1", "notifying": id == "2", "languages": if id == "3" { json!(["de", "en"]) } else { json!(null) }, "muting_notifications": id == "1"});
            return axum::Json(asked.map(|(_, id)| of(&id)).collect::<Vec<_>>()).into_response();
        }
        "/api/v1/accounts/7/statuses" | "/api/v1/bookmarks" | "/api/v1/favourites" => {
            ids.iter().map(|id| status(id)).collect()
        }
        "/api/v1/accounts/7/following"
        | "/api/v1/accounts/7/followers"
        | "/api/v1/blocks"
        | "/api/v1/mutes"
        | "/api/v1/lists/9/accounts" => ids.iter().map(|id| account(id)).collect(),
        "/api/v1/domain_blocks" => vec![
            json!("spam.example"),
            json!("b.example"),
            json!("c.example"),
        ],
        "/api/v1/lists" => {
            return axum::Json(json!([{"id": "9", "title": "Friends, \"good\""}])).into_response();
        }
        "/api/v2/filters" => vec![json!({"id": "1", "title": "tea"}), json!("no filter")],
        "/api/v1/followed_tags" => vec![],
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let from: usize = match query.get("max_id").map(|place| place.split_at(1)) {
        Some(("p", number)) => number.parse().unwrap(),
        Some((id, _)) => id.parse().unwrap(),
        None => 0,
    };
    let page: Vec<_> = all.iter().skip(from).take(2).collect();
    let link = |place: usize, rel| {
        let name = if rel == "next" { "max_id" } else { "min_id" };
        let link = format!("<https://elsewhere.example{path}?{name}=p{place}>; rel=\"{rel}\"");
        (LINK, HeaderValue::from_str(&link).unwrap())
    };
    let mut headers = HeaderMap::from_iter([link(from, "prev")]);
    if from + 2 < all.len() {
        headers.extend([link(from + 2, "next")]);
    }
    (headers, axum::Json(page)).into_response()
}

fn export(server: &Server, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_export"));
    command
        .arg(folder)
        .env("MASTODON_SERVER", &server.address)
        .env("MASTODON_TOKEN", "planted-token");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// All that is for the user: not the cursors, nor whose folder it is.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|file| {
        file.extension()
            .is_some_and(|end| end == "jsonl" || end == "csv")
    });
    files
        .map(|file| {
            (
                file.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(file).unwrap(),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_and_killed_anywhere_it_goes_on() {
    let server = serve(0).await;
    let whole = tempfile::tempdir().unwrap();
    let output = export(&server, whole.path()).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let expected = files(whole.path());
    let requests = server.asked.load(Ordering::SeqCst);

    let csv = |name: &str| {
        expected[name]
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        csv("following_accounts.csv")[..4],
        [
            "Account address,Show boosts,Notify on new posts,Languages",
            "u1@other.example,false,false,",
            "u2@home.example,true,true,",
            "u3@other.example,true,false,\"de, en\"",
        ]
    );
    assert_eq!(
        csv("muted_accounts.csv")[..3],
        [
            "Account address,Hide notifications",
            "u1@other.example,true",
            "u2@home.example,false"
        ]
    );
    assert_eq!(
        csv("blocked_accounts.csv")[..2],
        ["u1@other.example", "u2@home.example"]
    );
    assert_eq!(
        csv("blocked_domains.csv"),
        ["spam.example", "b.example", "c.example"]
    );
    assert_eq!(
        csv("lists.csv")[1],
        r#""Friends, ""good""",u2@home.example"#
    );
    assert_eq!(csv("bookmarks.csv")[4], "https://other.example/posts/5");

    let lines = |name: &str| {
        expected[name]
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect::<Vec<Value>>()
    };
    let posts = lines("posts.jsonl");
    assert_eq!(
        posts.iter().map(|post| &post["id"]).collect::<Vec<_>>(),
        ["1", "2", "3", "4", "5"]
    );
    assert_eq!(posts[0]["from_the_future"], json!([1, {"a": null}]));
    assert_eq!(lines("followers.jsonl")[2]["pleroma"]["is_bot"], true);
    assert_eq!(lines("filters.jsonl")[1]["unread"], "no filter");
    assert_eq!(
        lines("lists.jsonl")[0]["accounts"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    assert_eq!(expected["followed_tags.jsonl"], "");

    for silent_at in 1..=requests {
        let mut server = serve(silent_at).await;
        let folder = tempfile::tempdir().unwrap();
        let mut program = export(&server, folder.path()).spawn().unwrap();
        server.silent.recv().await.unwrap();
        program.kill().unwrap();
        program.wait().unwrap();
        // Killed between a page and its cursor, or in the middle of a line.
        if let Some(begun) = files(folder.path())
            .keys()
            .rfind(|name| name.ends_with("jsonl"))
        {
            let file = folder.path().join(begun);
            let text = fs::read_to_string(&file).unwrap();
            let state = folder.path().join(begun.replace(".jsonl", ".cursor.json"));
            if !fs::read_to_string(state).is_ok_and(|state| state.contains(r#""done":true"#)) {
                fs::write(&file, text + "{\"id\":\"half").unwrap();
            }
        }
        let output = export(&server, folder.path()).output().unwrap();
        assert!(
            output.status.success(),
            "killed at {silent_at}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(
            files(folder.path()),
            expected,
            "killed at {silent_at} of {requests}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_for_one_account_and_for_nobody_else() {
    let server = serve(0).await;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("mine");
    let only = |server: &Server| {
        let mut command = export(server, &folder);
        command.args(["--only", "blocks,posts"]);
        command.output().unwrap()
    };
    let output = only(&server);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        said,
        "blocks: 5 (5 new), blocked_accounts.csv\nposts: 5 (5 new)\n"
    );
    assert_eq!(files(&folder).len(), 3);
    #[cfg(unix)]
    for file in [
        folder.clone(),
        folder.join("posts.jsonl"),
        folder.join("blocked_accounts.csv"),
    ] {
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "{}", file.display());
    }

    let other = serve(0).await;
    let refused = only(&other);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success()
            && said.contains("holds another account")
            && !said.contains("planted"),
        "{said}"
    );
}
