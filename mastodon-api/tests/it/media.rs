//! Files that go out, and posts with them, over real sockets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mastodon_api::entities::{Instance, Status};
use mastodon_api::error::{InvalidFileReason, LimitRule, MediaNotReadyReason, OverLimit};
use mastodon_api::methods::statuses::NewPoll;
use mastodon_api::{Client, Error, InstanceLimits, MediaFile, Post};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Deserialize)]
struct Case {
    id: String,
    input: VecDeque<Step>,
    outcome: String,
}

#[derive(Clone, Deserialize)]
struct Step {
    path: String,
    manner: String,
    status: u16,
    body: String,
    headers: String,
}

type Received = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A server that answers each request with the next step for its path; the last one holds for all that follow.
async fn server(steps: VecDeque<Step>) -> (Client, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let received = Received::default();
    let (steps, all) = (Arc::new(Mutex::new(steps)), received.clone());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(answer(socket, steps.clone(), all.clone()));
        }
    });
    let client = Client::builder(format!("http://{address}"));
    (client.token("planted-token").build().unwrap(), received)
}

async fn answer(mut socket: TcpStream, steps: Arc<Mutex<VecDeque<Step>>>, received: Received) {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if socket.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let line = head.lines().next().unwrap().to_owned();
    let step = {
        let mut steps = steps.lock().unwrap();
        let matching = |step: &Step| line.starts_with(&format!("{} ", step.path));
        let at = steps.iter().position(matching);
        let is_last = steps.iter().filter(|step| matching(step)).count() == 1;
        match at {
            Some(at) if is_last => steps[at].clone(),
            Some(at) => steps.remove(at).unwrap(),
            None if line.contains("/instance") => Step {
                path: line.clone(),
                manner: "answer".into(),
                status: 404,
                body: "{}".into(),
                headers: String::new(),
            },
            None => panic!("{line}"),
        }
    };
    let length: usize = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")?
                .parse()
                .ok()
        })
        .unwrap_or(0);
    match &*step.manner {
        "cut" => return,
        "hang" => std::future::pending().await,
        "early" => {}
        _ => {
            while bytes.len() < head_end + length {
                if socket.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                    break;
                }
            }
        }
    }
    // Whether it is asked what it allows is the business of the tests of posts.
    if !line.contains("/instance") && !line.contains("/nodeinfo") {
        let body = bytes[head_end..].to_vec();
        received.lock().unwrap().push((head, body));
    }
    let answer = format!(
        "HTTP/1.1 {} x\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}",
        step.status,
        step.body.len(),
        step.headers,
        step.body
    );
    let _ = socket.write_all(answer.as_bytes()).await;
    // Closing with bytes unread would take the answer back.
    let _ = tokio::io::copy(&mut socket, &mut tokio::io::sink()).await;
}

fn outcome(error: &Error) -> String {
    match error {
        Error::MediaNotReady(medium) => {
            format!("{:?} {}", medium.reason, medium.id.as_str()).to_lowercase()
        }
        Error::Refused(refused) => format!("refused {}", refused.status.as_u16()),
        Error::NotReached(missing) => format!("not reached {:?}", missing.reason),
        Error::NotUnderstood(answer) => format!("not understood {:?}", answer.reason),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn what_servers_make_of_a_file() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../cases/media.json")).unwrap();
    let (mut refused, mut controls) = (0, 0);
    for case in cases {
        let (client, _received) = server(case.input).await;
        let hangs = case.outcome.ends_with("Timeout");
        let sent = client
            .upload(MediaFile::bytes(vec![b'x'; 3_000_000]).name("a.mp4"))
            .wait_at_most(Duration::from_millis(if case.outcome == "ready" {
                30_000
            } else {
                300
            }))
            .timeout(Duration::from_millis(if hangs { 300 } else { 60_000 }))
            .send()
            .await;
        match sent {
            Ok(medium) => {
                assert_eq!(case.outcome, "ready", "{}", case.id);
                assert_eq!(medium.id.as_str(), "7");
                controls += 1;
            }
            Err(error) => {
                assert_eq!(outcome(&error), case.outcome, "{}: {error:?}", case.id);
                assert!(
                    !format!("{error:?} {error}").contains("planted"),
                    "{}",
                    case.id
                );
                refused += 1;
            }
        }
    }
    println!("media: refused {refused}/12, controls {controls}/3");
    assert_eq!((refused, controls), (12, 3));
}

fn ready() -> VecDeque<Step> {
    [Step {
        path: "POST /api/v2/media".into(),
        manner: "answer".into(),
        status: 200,
        body: r#"{"id":"7","url":"https://a.example/7.png"}"#.into(),
        headers: String::new(),
    }]
    .into()
}

#[tokio::test]
async fn a_file_goes_out_in_pieces_with_what_belongs_to_it() {
    let (client, received) = server(ready()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat \"1\".png");
    let content = vec![7; 200_000];
    std::fs::write(&path, &content).unwrap();
    let progress = Arc::new(Mutex::new(Vec::new()));
    let seen = progress.clone();
    client
        .upload(&*path)
        .description("A cat")
        .focus(-0.5, 1.0)
        .thumbnail(MediaFile::bytes("small").name("t.jpg"))
        .on_progress(move |sent, total| seen.lock().unwrap().push((sent, total)))
        .send()
        .await
        .unwrap();
    let received = received.lock().unwrap();
    let (head, body) = &received[0];
    let progress = progress.lock().unwrap();
    assert!(head.contains("Bearer planted-token"));
    assert!(progress.len() > 4, "{progress:?}");
    assert!(progress.is_sorted());
    assert_eq!(
        progress.last(),
        Some(&(body.len() as u64, body.len() as u64))
    );
    assert!(body.windows(content.len()).any(|window| window == content));
    let text = String::from_utf8_lossy(body);
    for part in [
        "name=\"description\"\r\n\r\nA cat\r\n",
        "name=\"focus\"\r\n\r\n-0.5,1\r\n",
        "name=\"file\"; filename=\"cat %221%22.png\"\r\nContent-Type: image/png\r\n\r\n",
        "name=\"thumbnail\"; filename=\"t.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nsmall\r\n--",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_sent_is_the_callers_mistake() {
    let (client, _received) = server(ready()).await;
    let folder = tempfile::tempdir().unwrap();
    let stream = |length| {
        let chunk = Ok(bytes_of("four"));
        MediaFile::stream(futures_util::stream::iter([chunk]), length)
    };
    let used = stream(4);
    client.upload(used.clone()).send().await.unwrap();
    for (file, reason) in [
        (MediaFile::path(folder.path()), InvalidFileReason::NotAFile),
        (
            MediaFile::path(folder.path().join("none")),
            InvalidFileReason::Unreadable,
        ),
        (MediaFile::bytes(Vec::new()), InvalidFileReason::Empty),
        (stream(3), InvalidFileReason::Changed),
        (stream(5), InvalidFileReason::Changed),
        (used, InvalidFileReason::Used),
    ] {
        let error = client.upload(file).send().await.unwrap_err();
        assert_eq!(
            error.invalid_file().map(|file| file.reason),
            Some(reason),
            "{error:?}"
        );
    }
    // Which of them it is, of a post with several.
    let none = MediaFile::path(folder.path().join("none.png"));
    let post = client
        .post("x")
        .attach(client.upload(MediaFile::bytes("x").name("a.png")));
    let error = post.attach(client.upload(none)).check().await.unwrap_err();
    let said = error.report().to_string();
    assert!(
        said.contains("`file` cannot be sent: none.png: the file cannot be read: "),
        "{said}"
    );
    for (x, y) in [(1.1, 0.0), (0.0, f64::NAN)] {
        let error = client
            .upload(MediaFile::bytes("x"))
            .focus(x, y)
            .send()
            .await
            .unwrap_err();
        assert!(matches!(&error, Error::InvalidRequest(invalid) if invalid.name == "focus"));
    }
}

fn bytes_of(text: &'static str) -> bytes::Bytes {
    bytes::Bytes::from_static(text.as_bytes())
}

fn limits() -> Value {
    json!({"domain": "a.example", "version": "4.6.5", "configuration": {
        "statuses": {"max_characters": 30, "max_media_attachments": 2, "characters_reserved_per_url": 23},
        "media_attachments": {"supported_mime_types": ["image/png", "image/gif", "video/mp4", "audio/ogg"],
            "description_limit": 5, "image_size_limit": 10, "video_size_limit": 20},
        "polls": {"max_options": 3, "max_characters_per_option": 4, "min_expiration": 300, "max_expiration": 600}
    }})
}

fn knowing() -> VecDeque<Step> {
    let step = |path: &str, status, body: String| Step {
        path: path.into(),
        manner: "answer".into(),
        status,
        body,
        headers: String::new(),
    };
    [
        step("GET /api/v2/instance", 200, limits().to_string()),
        step("GET /.well-known/nodeinfo", 404, String::new()),
    ]
    .into()
}

fn over(rule: LimitRule, figure: u64, limit: u64) -> (LimitRule, Option<u64>, Option<u64>) {
    (rule, Some(figure), Some(limit))
}

fn told(over: OverLimit) -> (LimitRule, Option<u64>, Option<u64>) {
    (over.rule, over.figure, over.limit)
}

#[tokio::test]
async fn what_the_server_would_refuse_is_known_before() {
    let (client, received) = server(knowing()).await;
    let url = "https://a.com/a/long/path/to/a/page";
    let refused = async |post: Post| post.check().await.unwrap_err().over_limit().copied();
    client
        .post(format!("  123456 {url}  "))
        .check()
        .await
        .unwrap();
    let over_long = refused(client.post(format!("12345678 {url}"))).await;
    let error = over_long.unwrap();
    assert_eq!(told(error), over(LimitRule::Characters, 32, 30));
    assert_eq!(
        error.to_string(),
        "too many characters: 32, and the limit is 30"
    );
    let with_warning = client.post("x").spoiler_text("y".repeat(30));
    assert_eq!(
        refused(with_warning).await.map(told),
        Some(over(LimitRule::Characters, 31, 30))
    );
    let media = client
        .post("x")
        .media(["1", "2"])
        .attach(client.upload(MediaFile::bytes("x")));
    assert_eq!(
        refused(media).await.map(told),
        Some(over(LimitRule::MediaAttachments, 3, 2))
    );

    let poll = async |options: Vec<&str>, time| {
        let options: Vec<String> = options.into_iter().map(str::to_owned).collect();
        let poll = client.post("x").poll(NewPoll::new(options, time));
        let refused = poll
            .check()
            .await
            .map_err(|error| *error.over_limit().unwrap());
        refused.map_err(told)
    };
    assert!(poll(vec!["a", "b"], 300).await.is_ok());
    for (options, time, wrong) in [
        (vec!["a"], 300, over(LimitRule::FewPollOptions, 1, 2)),
        (vec!["a"; 4], 300, over(LimitRule::PollOptions, 4, 3)),
        (
            vec!["a", "bbbbb"],
            300,
            over(LimitRule::PollOptionCharacters, 5, 4),
        ),
        (vec!["a", "b"], 299, over(LimitRule::ShortPoll, 299, 300)),
        (vec!["a", "b"], 601, over(LimitRule::LongPoll, 601, 600)),
    ] {
        assert_eq!(poll(options, time).await, Err(wrong));
    }
    let both = client
        .post("x")
        .media(["1"])
        .poll(NewPoll::new(["a", "b"], 300));
    assert_eq!(
        refused(both).await.map(told),
        Some((LimitRule::MediaAndPoll, None, None))
    );
    assert!(received.lock().unwrap().is_empty(), "nothing was sent");

    let instance: Instance = serde_json::from_value(limits()).unwrap();
    let limits = InstanceLimits::from(&instance);
    let file = |media_type: &str, bytes| limits.check_file(media_type, bytes).map_err(told);
    assert!(file("image/png", 10).is_ok());
    assert!(file("image/gif", 20).is_ok());
    assert!(file("audio/x-wav", 20).is_ok());
    assert_eq!(
        file("image/png", 11),
        Err(over(LimitRule::ImageBytes, 11, 10))
    );
    assert_eq!(
        file("video/mp4", 21),
        Err(over(LimitRule::VideoBytes, 21, 20))
    );
    assert_eq!(
        file("application/pdf", 1),
        Err((LimitRule::MediaType, None, None))
    );
    assert!(
        InstanceLimits::default()
            .check_file("application/pdf", u64::MAX)
            .is_ok()
    );
}

#[tokio::test]
async fn known_limits_keep_a_request_from_being_sent() {
    let step = |path: &str, status, body: String| Step {
        path: path.into(),
        manner: "answer".into(),
        status,
        body,
        headers: String::new(),
    };
    let status = |id: &str| json!({"id": id, "account": {"id": "1"}}).to_string();
    let (client, received) = server(
        [
            step("GET /api/v2/instance", 200, limits().to_string()),
            step("GET /.well-known/nodeinfo", 404, String::new()),
            step("POST /api/v1/statuses", 200, status("8")),
            step("POST /api/v1/statuses", 422, "{}".into()),
            step("POST /api/v1/statuses", 200, status("9")),
        ]
        .into(),
    )
    .await;
    let error = client.post("x".repeat(31)).send().await.unwrap_err();
    assert_eq!(error.over_limit().unwrap().rule, LimitRule::Characters);
    let error = client
        .upload(MediaFile::bytes(vec![0; 11]).name("a.png"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.over_limit().unwrap().rule, LimitRule::ImageBytes);
    let long = client
        .upload(MediaFile::bytes("x").name("a.png"))
        .description("123456");
    let error = client.post("x").attach(long).send().await.unwrap_err();
    assert_eq!(
        error.over_limit().unwrap().rule,
        LimitRule::DescriptionCharacters
    );
    let mut thread = client
        .post("one")
        .thread(["two".to_owned(), "x".repeat(31)]);
    assert!(thread.send().await.unwrap_err().over_limit().is_some());
    assert!(received.lock().unwrap().is_empty(), "nothing was sent");

    // A thread goes on where it stopped.
    let mut thread = client.post("one").thread(["two"]);
    thread.send().await.unwrap_err();
    assert_eq!(thread.posted().len(), 1);
    assert_eq!(thread.send().await.unwrap().len(), 2);
    let received = received.lock().unwrap();
    let posts: Vec<Value> = received
        .iter()
        .map(|(_, body)| serde_json::from_slice(body).unwrap())
        .collect();
    assert_eq!(posts.len(), 3);
    assert_eq!(posts[1], posts[2]);
    assert_eq!(posts[1], json!({"status": "two", "in_reply_to_id": "8"}));
    let key = |at: usize| {
        let head = &received[at].0;
        let line = head
            .lines()
            .find(|line| line.starts_with("idempotency-key"));
        line.unwrap().to_owned()
    };
    assert_eq!(key(1), key(2));
    assert_ne!(key(0), key(1));
}

#[tokio::test]
async fn a_thread_that_is_sent_again_uploads_nothing_again() {
    let step = |path: &str, status, body: Value| Step {
        path: path.into(),
        manner: "answer".into(),
        status,
        body: body.to_string(),
        headers: String::new(),
    };
    let medium = |id: &str| json!({"id": id, "type": "image", "url": "https://a.example/1.png"});
    let (client, received) = server(
        [
            step("POST /api/v2/media", 200, medium("5")),
            step("POST /api/v2/media", 422, json!({})),
            step("POST /api/v2/media", 200, medium("6")),
            step("POST /api/v1/statuses", 422, json!({})),
            step(
                "POST /api/v1/statuses",
                200,
                json!({"id": "8", "account": {"id": "1"}}),
            ),
        ]
        .into(),
    )
    .await;
    let file = |name: &str| client.upload(MediaFile::bytes("x").name(name));
    let mut thread = client
        .post("one")
        .attach(file("a.png"))
        .attach(file("b.png"))
        .thread(Vec::<String>::new());
    thread.send().await.unwrap_err();
    thread.send().await.unwrap_err();
    assert_eq!(thread.send().await.unwrap().len(), 1);
    let received = received.lock().unwrap();
    assert_eq!(received.len(), 5);
    for (_, body) in &received[3..] {
        let post: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(post["media_ids"], json!(["5", "6"]));
    }
}

#[test]
fn a_reply_mentions_each_of_them_once_and_not_oneself() {
    let status: Status = serde_json::from_value(json!({"id": "8", "account": {"id": "1", "acct": "ann@a.example"},
        "mentions": [{"id": "2", "acct": "me"}, {"id": "3", "acct": "bob"}, {"id": "1", "acct": "ann@a.example"}]}))
    .unwrap();
    let client = Client::new("https://a.example").unwrap();
    let post = client
        .post("yes")
        .reply_to(&status)
        .mentioning(&status, &"2".into());
    assert!(format!("{post:?}").contains("\"@ann@a.example @bob yes\""));
}

#[tokio::test]
async fn a_file_that_is_not_ready_says_which_it_is() {
    let (client, _received) = server(
        [Step {
            path: "GET /api/v1/media/7".into(),
            manner: "answer".into(),
            status: 206,
            body: r#"{"id":"7","url":null}"#.into(),
            headers: String::new(),
        }]
        .into(),
    )
    .await;
    let error = client
        .wait_for_media("7", Duration::ZERO)
        .await
        .unwrap_err();
    let Error::MediaNotReady(medium) = error else {
        panic!("{error:?}");
    };
    assert_eq!(medium.reason, MediaNotReadyReason::Unfinished);
    assert_eq!(medium.id.as_str(), "7");
}
