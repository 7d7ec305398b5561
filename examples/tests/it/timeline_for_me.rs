//! `timeline-for-me`, out of a database that this test fills.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use chrono::{SecondsFormat, TimeDelta, Utc};
use fedikit_examples::database::Database;
use mastodon_api::entities::Status;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

/// Writes posts, each with what is special about it.
fn fill(file: &Path, posts: &[Value]) {
    let mut database = Database::open(file).unwrap();
    let mut batch = database.batch().unwrap();
    for (post, number) in posts.iter().zip(1..) {
        let hours = post["hours"].as_i64().unwrap_or(1);
        let author = post["by"].as_str().unwrap_or("ann");
        let mut status = json!({
            "id": number.to_string(), "visibility": "public", "content": format!("<p>post {number}</p>"),
            "created_at": (Utc::now() - TimeDelta::hours(hours)).to_rfc3339_opts(SecondsFormat::Millis, true),
            "account": {"id": author, "username": author, "acct": author, "url": "javascript:alert(1)"},
        });
        status
            .as_object_mut()
            .unwrap()
            .extend(post.as_object().unwrap().clone());
        let status: Status = serde_json::from_str(&status.to_string()).unwrap();
        batch.status(&status, "public").unwrap();
    }
    batch.commit().unwrap();
}

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timeline-for-me"));
    command
        .current_dir(folder)
        .args(arguments)
        .env_remove("MASTODON_SERVER")
        .env_remove("MASTODON_TOKEN");
    command
}

fn said(folder: &Path, arguments: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = program(folder, arguments).output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = program(folder, arguments).output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(
        !status.success() && stderr.starts_with("error: "),
        "{stderr}"
    );
    stderr
}

/// The posts that are shown, in their order.
fn posts(text: &str) -> Vec<u32> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("post ")?.parse().ok())
        .collect()
}

#[test]
fn the_best_comes_first_and_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("posts.db");
    fill(
        &database,
        &[
            json!({"by": "ann"}),
            json!({"by": "bob", "favourites_count": 500}),
            json!({"by": "cat", "hours": 20, "favourites_count": 500}),
            json!({"by": "dan", "hours": 100, "favourites_count": 9000}),
            json!({"by": "eve", "tags": [{"name": "Rust"}]}),
            json!({"by": "fay"}),
            // One who writes much.
            json!({"by": "max", "favourites_count": 900}),
            json!({"by": "max", "favourites_count": 800}),
            json!({"by": "max", "favourites_count": 700}),
        ],
    );
    let connection = Database::open(&database).unwrap();
    let sql = "INSERT INTO likes_tags VALUES ('rust', 2); INSERT INTO likes_people VALUES ('fay', 2), ('cat', -9); INSERT INTO deletes VALUES ('2', '')";
    connection.connection().execute_batch(sql).unwrap();

    let first = said(folder.path(), &["--limit", "3"]);
    assert_eq!(posts(&first), [7, 8, 6], "{first}");
    let explained = said(folder.path(), &["--explain"]);
    // The third of max waited for its turn; who is not liked is not there at all.
    assert_eq!(posts(&explained), [9, 5, 1], "{explained}");
}

#[test]
fn a_query_of_ones_own_may_ask_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    fill(
        &folder.path().join("posts.db"),
        &[json!({}), json!({}), json!({})],
    );
    let query = |sql: &str| {
        std::fs::write(folder.path().join("mine.sql"), sql).unwrap();
        ["--query", "mine.sql", "--again", "--limit", "2"]
    };
    let default = said(folder.path(), &["--print-query"]);
    assert_eq!(posts(&said(folder.path(), &query(&default))).len(), 2);
    // More rows than were asked for are not read.
    assert_eq!(
        posts(&said(
            folder.path(),
            &query("SELECT id FROM statuses ORDER BY id")
        )),
        [1, 2]
    );
    assert_eq!(
        posts(&said(
            folder.path(),
            &query("SELECT id FROM posts WHERE id = '3' AND :per_author = 2")
        )),
        [3]
    );

    for (sql, reason) in [
        (
            "DELETE FROM statuses RETURNING id",
            "wants to change the database",
        ),
        ("SELECT text FROM statuses", "has no column `id`"),
        ("SELECT id FROM statuse", "no such table"),
        ("SELECT id FROM statuses; DROP TABLE statuses", "mine.sql"),
    ] {
        let said = refused(folder.path(), &query(sql));
        assert!(said.contains(reason), "{sql}: {said}");
    }
    assert!(
        refused(folder.path(), &["--database", "none.db"])
            .contains("is not there: `stream-to-sqlite")
    );
    assert!(!folder.path().join("none.db").exists());
}

#[test]
fn strangers_do_nothing_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    fill(
        &folder.path().join("posts.db"),
        &[json!({
            "content": "<p onclick='x()'>Hi <a href='javascript:x()'>you</a><script>x()</script><img src=//t.example/1></p>",
            "spoiler_text": "</summary><script>y()</script>",
            "account": {"id": "1", "username": "e", "acct": "e\"><script>z()</script>", "display_name": "<b>E</b>"},
            "media_attachments": [{"id": "1", "type": "image", "url": "javascript:x()", "description": "<i>"}],
            "poll": {"id": "1", "options": [{"title": "<u>", "votes_count": 2}]},
            "url": "https://a.example/\"onmouseover=\"x()",
        })],
    );
    assert_eq!(
        said(folder.path(), &["--html", "page.html"]),
        "1 posts: page.html\n"
    );
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    let body = page.split_once("<body>").unwrap().1;
    for hostile in [
        "<script",
        "javascript:",
        "<img",
        "onclick",
        "\"onmouseover",
        "<b>",
        "<i>",
        "<u>",
        " src=",
    ] {
        assert!(!body.contains(hostile), "{hostile} in {body}");
    }
    for kept in [
        "&lt;b&gt;E&lt;/b&gt;",
        "Hi ",
        "<details>",
        "&lt;u&gt;</bdi> (2)",
        "https://a.example/%22onmouseover=%22x()",
    ] {
        assert!(body.contains(kept), "{kept} not in {body}");
    }
    assert!(page.contains("default-src 'none'"));
}

/// A server with the lists that tell what an account likes.
async fn serve() -> String {
    let answers = json!({
        "/api/v1/accounts/verify_credentials": {"id": "7", "username": "me", "acct": "me"},
        "/api/v1/accounts/7/following": [{"id": "1", "username": "bob", "acct": "bob@b.example"}],
        "/api/v1/favourites": [{"id": "1", "account": {"id": "1", "username": "bob", "acct": "bob@b.example"}, "tags": [{"name": "Tea"}]}],
        "/api/v1/followed_tags": [{"name": "rust", "url": "https://a.example/tags/rust"}],
    });
    let answer = move |request: Request| {
        let answer = answers.get(request.uri().path()).cloned();
        async move { answer.map(axum::Json).ok_or(StatusCode::NOT_FOUND) }
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        axum::serve(listener, Router::new().fallback(answer))
            .await
            .unwrap();
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn learns_what_the_account_likes_and_leaves_what_a_person_wrote() {
    let server = serve().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("posts.db");
    fill(&file, &[json!({})]);
    let database = Database::open(&file).unwrap();
    database
        .connection()
        .execute_batch("INSERT INTO likes_tags VALUES ('rust', -1)")
        .unwrap();
    let mut command = program(folder.path(), &["--learn"]);
    command
        .env("MASTODON_SERVER", &server)
        .env("MASTODON_TOKEN", "planted-token");
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "You like 1 people and 2 hashtags.\n"
    );
    let weight = |ask: &str| {
        database
            .connection()
            .query_row(ask, [], |row| row.get::<_, f64>(0))
            .unwrap()
    };
    let is = |ask: &str, expected: f64| {
        assert!(
            (weight(ask) - expected).abs() < 0.001,
            "{ask}: {}",
            weight(ask)
        );
    };
    is(
        "SELECT weight FROM likes_people WHERE acct = 'bob@b.example'",
        1.1,
    );
    is("SELECT weight FROM likes_tags WHERE tag = 'tea'", 0.1);
    is("SELECT weight FROM likes_tags WHERE tag = 'rust'", -1.0);
}
