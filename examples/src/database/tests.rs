use super::*;
use chrono::Utc;
use mastodon_api::entities::{Notification, Status};
use serde_json::{Value, json};

fn status(id: &str, change: Value) -> Status {
    let mut status = json!({
        "id": id, "created_at": "2026-11-23T08:00:00.000Z", "visibility": "public", "uri": format!("https://a.example/{id}"),
        "account": {"id": "1", "username": "ann", "acct": "ann"}, "content": format!("<p>post {id}</p>"),
    });
    status
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    serde_json::from_value::<Value>(status)
        .and_then(|status| serde_json::from_str(&status.to_string()))
        .unwrap()
}

fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("posts.db")).unwrap();
    (folder, database)
}

fn write(database: &mut Database, do_it: impl FnOnce(&mut Batch<'_>)) {
    let mut batch = database.batch().unwrap();
    do_it(&mut batch);
    batch.commit().unwrap();
}

/// The rows of a question, as text.
fn rows(database: &Database, sql: &str) -> Vec<String> {
    let mut statement = database.connection().prepare(sql).unwrap();
    let columns = statement.column_count();
    let line = |row: &rusqlite::Row<'_>| {
        let cell = |column| match row.get::<_, rusqlite::types::Value>(column).unwrap() {
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Null => "-".to_owned(),
            other => format!("{other:?}"),
        };
        Ok((0..columns).map(cell).collect::<Vec<_>>().join("|"))
    };
    statement
        .query_map([], line)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

const FULL: &str = r##"{
    "edited_at": null, "language": "de", "replies_count": 1, "reblogs_count": 5, "favourites_count": 7, "from_the_future": [1],
    "content": "<p>Gr&uuml;&szlig;e <a href='https://x.example' class='u-url'>here</a></p>", "spoiler_text": "tea",
    "tags": [{"name": "Rust", "url": "https://a.example/tags/rust"}, {"name": "rust"}],
    "mentions": [{"id": "9", "acct": "bob@b.example"}],
    "media_attachments": [{"id": "77", "type": "image", "url": null, "description": "a cat"}],
    "poll": {"id": "5", "votes_count": 3, "options": [{"title": "yes", "votes_count": 2}, {"title": "no", "votes_count": 1}]},
    "card": {"url": "https://x.example", "title": "X", "type": "link"}
}"##;

fn full() -> Value {
    serde_json::from_str(FULL).unwrap()
}

#[test]
fn a_post_is_in_its_tables_once_however_often_it_comes() {
    let (_folder, mut database) = database();
    for stream in ["public", "hashtag:rust", "public"] {
        write(&mut database, |batch| {
            batch.status(&status("10", full()), stream).unwrap();
        });
    }
    assert_eq!(
        rows(
            &database,
            "SELECT acct, text, warning, boosts, favourites, replies FROM posts"
        ),
        ["ann|Grüße here|tea|5|7|1"]
    );
    assert_eq!(rows(&database, "SELECT * FROM status_tags"), ["10|rust"]);
    assert_eq!(
        rows(&database, "SELECT acct FROM mentions"),
        ["bob@b.example"]
    );
    assert_eq!(
        rows(&database, "SELECT kind, description, url FROM media"),
        ["image|a cat|-"]
    );
    assert_eq!(
        rows(
            &database,
            "SELECT title, poll_options.votes_count FROM poll_options JOIN polls ON id = poll_id"
        ),
        ["yes|2", "no|1"]
    );
    assert_eq!(rows(&database, "SELECT title, kind FROM cards"), ["X|link"]);
    assert_eq!(
        rows(&database, "SELECT stream FROM seen_on ORDER BY 1"),
        ["hashtag:rust", "public"]
    );
    assert_eq!(
        rows(
            &database,
            "SELECT json_extract(json, '$.from_the_future[0]') FROM statuses"
        ),
        ["1"]
    );
    assert_eq!(rows(&database, "SELECT posts.id FROM statuses_fts JOIN posts ON number = statuses_fts.rowid WHERE statuses_fts MATCH 'grusse'").len(), 0);
    assert_eq!(
        rows(
            &database,
            "SELECT posts.id FROM statuses_fts JOIN posts ON number = statuses_fts.rowid WHERE statuses_fts MATCH 'grüße'"
        ),
        ["10"]
    );
    assert_eq!(
        rows(
            &database,
            "SELECT hour, tag, posts, people FROM hashtags_by_hour"
        ),
        ["2026-11-23 08:00|rust|1|1"]
    );
    assert_eq!(
        rows(&database, "SELECT acct, posts, boosts FROM people"),
        ["ann|1|5"]
    );
}

#[test]
fn an_older_version_never_overwrites_a_newer_one() {
    let (_folder, mut database) = database();
    let edit = |minute: u32, text: &str, favourites: u32| {
        status(
            "10",
            json!({"edited_at": format!("2026-11-23T09:{minute:02}:00Z"), "content": text, "favourites_count": favourites}),
        )
    };
    let first = status(
        "10",
        json!({"favourites_count": 9, "content": "first", "tags": [{"name": "old"}]}),
    );
    // The second edit comes before the first, the original last and twice.
    for status in [
        edit(30, "third", 2),
        edit(10, "second", 8),
        first.clone(),
        first,
    ] {
        write(&mut database, |batch| {
            batch.status(&status, "public").unwrap();
        });
    }
    assert_eq!(
        rows(&database, "SELECT text, favourites FROM posts"),
        ["third|2"]
    );
    assert_eq!(
        rows(&database, "SELECT text FROM versions"),
        ["first", "second", "third"]
    );
    assert_eq!(rows(&database, "SELECT * FROM status_tags").len(), 0);

    // A newer one brings its counts; of the same one a count is never taken back.
    write(&mut database, |batch| {
        batch.status(&edit(40, "fourth", 1), "public").unwrap();
        batch.status(&edit(40, "fourth", 6), "public").unwrap();
        batch.status(&edit(40, "fourth", 4), "public").unwrap();
    });
    assert_eq!(
        rows(&database, "SELECT text, favourites FROM posts"),
        ["fourth|6"]
    );
    assert_eq!(
        rows(&database, "SELECT text FROM versions"),
        ["first", "second", "third", "fourth"]
    );
    assert_eq!(rows(&database, "SELECT posts.id FROM statuses_fts JOIN posts ON number = statuses_fts.rowid WHERE statuses_fts MATCH 'third'").len(), 0);
}

#[test]
fn of_what_was_deleted_no_word_stays_in_the_file() {
    let (folder, mut database) = database();
    let edited = json!({"edited_at": "2026-11-23T09:00:00Z", "content": "the unicorn flew", "spoiler_text": "phoenix",
        "media_attachments": [{"id": "7", "type": "image", "description": "gryphon"}], "tags": [{"name": "t"}]});
    write(&mut database, |batch| {
        batch
            .status(
                &status("10", json!({"content": "the basilisk slept"})),
                "public",
            )
            .unwrap();
        batch
            .status(&status("10", edited.clone()), "public")
            .unwrap();
        batch
            .status(
                &status("11", json!({"reblog": status("10", edited.clone())})),
                "public",
            )
            .unwrap();
    });
    write(&mut database, |batch| batch.delete(&"10".into()).unwrap());
    // It comes late, again, as a boost, and in a notification.
    write(&mut database, |batch| {
        batch
            .status(&status("10", edited.clone()), "public")
            .unwrap();
        batch
            .status(
                &status("12", json!({"reblog": status("10", edited.clone())})),
                "public",
            )
            .unwrap();
        let notification = json!({"id": "1", "type": "mention", "account": {"id": "1"}, "status": status("10", edited)});
        let notification: Notification = serde_json::from_str(&notification.to_string()).unwrap();
        batch.notification(&notification, "user").unwrap();
    });
    assert_eq!(rows(&database, "SELECT * FROM posts").len(), 0);
    assert_eq!(
        rows(&database, "SELECT id, text, json FROM statuses"),
        ["10|-|-"]
    );
    assert_eq!(
        rows(&database, "SELECT id, status_id FROM notifications"),
        ["1|-"]
    );
    drop(database);
    let file = std::fs::read(folder.path().join("posts.db")).unwrap();
    for word in ["unicorn", "phoenix", "gryphon", "basilisk"] {
        assert!(
            !file
                .windows(word.len())
                .any(|bytes| bytes == word.as_bytes()),
            "{word} is still in the file"
        );
    }
}

#[test]
fn deleted_posts_are_kept_if_one_asks_for_it() {
    let (_folder, mut database) = database();
    write(&mut database, |batch| {
        batch.status(&status("10", json!({})), "public").unwrap();
    });
    let mut batch = database.batch().unwrap().keep_deleted(true);
    batch.delete(&"10".into()).unwrap();
    batch.delete(&"99".into()).unwrap();
    batch.commit().unwrap();
    assert_eq!(rows(&database, "SELECT * FROM posts").len(), 0);
    assert_eq!(
        rows(
            &database,
            "SELECT text FROM statuses JOIN deletes USING (id)"
        ),
        ["post 10"]
    );
    assert_eq!(
        rows(&database, "SELECT id FROM deletes ORDER BY 1"),
        ["10", "99"]
    );
}

#[test]
fn the_cursor_is_written_with_the_data_or_not_at_all() {
    let (_folder, mut database) = database();
    let mut batch = database.batch().unwrap();
    batch.status(&status("10", json!({})), "public").unwrap();
    batch
        .gap("public", None, Utc::now(), "edits and deletes")
        .unwrap();
    batch.cursor("public", "here").unwrap();
    drop(batch);
    assert_eq!(database.cursor("public").unwrap(), None);
    assert_eq!(
        rows(
            &database,
            "SELECT id FROM statuses UNION ALL SELECT missing FROM gaps"
        )
        .len(),
        0
    );
    write(&mut database, |batch| {
        batch.cursor("public", "here").unwrap();
    });
    assert_eq!(database.cursor("public").unwrap().as_deref(), Some("here"));
    assert_eq!(database.cursor("user").unwrap(), None);
}

#[test]
fn only_a_database_of_ours_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let said = |outcome: Result<Database, BoxError>| outcome.unwrap_err().to_string();

    std::fs::write(
        file("letter"),
        "Dear Ann, this is a letter and no database at all. ".repeat(100),
    )
    .unwrap();
    assert!(said(Database::open(&file("letter"))).contains("not a database of this program"));
    Connection::open(file("others"))
        .unwrap()
        .execute_batch("CREATE TABLE mine (a)")
        .unwrap();
    assert!(said(Database::open(&file("others"))).contains("not a database of this program"));
    assert!(
        said(Database::open_to_read(&file("others"))).contains("not a database of this program")
    );
    assert!(
        said(Database::open_to_read(&file("none"))).contains("is not there: `stream-to-sqlite")
    );
    assert!(!file("none").exists());
    assert!(said(Database::open(&file("no/folder/posts.db"))).contains("posts.db"));

    let database = Database::open(&file("ours")).unwrap();
    database.belongs_to("https://a.example", "1").unwrap();
    database.belongs_to("https://a.example", "1").unwrap();
    let other = database
        .belongs_to("https://b.example", "1")
        .unwrap_err()
        .to_string();
    assert!(
        other.contains("is for account 1 on https://a.example: name another database"),
        "{other}"
    );
    let read_only = Database::open_to_read(&file("ours")).unwrap();
    assert!(
        read_only
            .connection()
            .execute("DELETE FROM statuses", [])
            .is_err()
    );

    // Another program is writing, and does not end.
    let mut second = Database::open(&file("ours")).unwrap();
    second.connection.busy_timeout(Duration::ZERO).unwrap();
    let writing = Connection::open(file("ours")).unwrap();
    writing.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(
        second
            .batch()
            .unwrap_err()
            .to_string()
            .contains("another program has locked")
    );
    drop(writing);

    // A full disk: no page more than there is.
    let full = Database::open(&file("ours")).unwrap();
    let pages: i64 = full
        .connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    full.connection
        .pragma_update(None, "max_page_count", pages)
        .unwrap();
    let mut full = full;
    let mut batch = full.batch().unwrap();
    let long = "long ".repeat(100_000);
    let refused = batch
        .status(&status("10", json!({"content": long})), "public")
        .unwrap_err()
        .to_string();
    assert!(refused.contains("is full: make room"), "{refused}");
    drop(batch);

    database
        .connection
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let newer = said(Database::open(&file("ours")));
    assert!(
        newer.contains("a later version of this program (schema 99"),
        "{newer}"
    );
    assert_eq!(said(Database::open_to_read(&file("ours"))), newer);
    #[cfg(unix)]
    for file in [file("ours"), file("ours-wal")] {
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&file).unwrap().permissions(),
        );
        assert_eq!(mode & 0o077, 0, "{}", file.display());
    }
}

/// What real servers answered: every post is one row, whatever comes twice.
#[test]
fn captured_timelines_fit() {
    let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
        return eprintln!("skipped: FEDIKIT_SHARED is not set");
    };
    let mut posts = Vec::new();
    let mut folders = vec![Path::new(&shared).join("corpus/captured/masto")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "json") {
                collect(
                    &serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap_or_default(),
                    &mut posts,
                );
            }
        }
    }
    let (_folder, mut database) = database();
    write(&mut database, |batch| {
        posts
            .iter()
            .for_each(|post| batch.status(post, "public").unwrap());
    });
    let mut ids: Vec<_> = posts
        .iter()
        .map(|post| post.reblog.as_deref().unwrap_or(post).id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    eprintln!("{} posts, {} different", posts.len(), ids.len());
    assert!(ids.len() > 5, "{}", ids.len());
    assert_eq!(rows(&database, "SELECT id FROM statuses ORDER BY id"), ids);
    assert_eq!(rows(&database, "PRAGMA foreign_key_check").len(), 0);
}

/// Everything in a document that is a post.
fn collect(value: &Value, posts: &mut Vec<Status>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, posts)),
        Value::Object(members)
            if members.contains_key("content")
                && members.contains_key("account")
                && members.contains_key("uri") =>
        {
            posts.extend(serde_json::from_str::<Status>(&value.to_string()));
        }
        Value::Object(members) => members.values().for_each(|value| collect(value, posts)),
        _ => {}
    }
}
