//! What a log shows of a call, and what it never shows.

use std::io;
use std::sync::{Arc, Mutex};

use guarded_http::GuardedClient;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::loopback::{Reply, Server};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + 'static {
        let log = self.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn client() -> GuardedClient {
    GuardedClient::builder()
        .danger_allow_loopback()
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_call_is_one_span() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "/there" => Reply::new(200, "", b"hello"),
        "/gone" => Reply::new(410, "", b"why"),
        _ => Reply::redirect(302, "/there"),
    })
    .await;
    for (path, parts) in [
        (
            "/here",
            &["hops=1", "status=200", "bytes=5", r#"outcome="ok""#][..],
        ),
        (
            "/gone",
            &["hops=0", "status=410", "bytes=3", r#"outcome="gone""#],
        ),
    ] {
        let log = Log::default();
        let call = client().get(server.url(path)).send();
        let _ = call.with_subscriber(log.subscriber()).await;
        let text = log.text();
        let closed = text.lines().find(|line| line.contains(" close ")).unwrap();
        let common = ["method=GET", r#"host="127.0.0.1""#, "elapsed_ms="];
        for part in parts.iter().chain(&common) {
            assert!(closed.contains(part), "{part} in {closed}");
        }
        let answers = text
            .lines()
            .filter(|line| line.contains("answered"))
            .count();
        assert_eq!(answers, if path == "/here" { 2 } else { 1 }, "{text}");
    }

    let log = Log::default();
    let refused = client().get("https://10.0.0.1/".parse().unwrap()).send();
    assert!(refused.with_subscriber(log.subscriber()).await.is_err());
    let text = log.text();
    assert!(text.contains("refused 10.0.0.1: "), "{text}");
    assert!(text.contains(r#"outcome="refused""#), "{text}");

    let log = Log::default();
    async {
        let mut stream = client().get(server.url("/there")).stream().await.unwrap();
        while stream.chunk().await.unwrap().is_some() {}
        drop(client().get(server.url("/there")).stream().await.unwrap());
    }
    .with_subscriber(log.subscriber())
    .await;
    let text = log.text();
    assert!(
        text.contains("bytes=5") && text.contains(r#"outcome="ok""#),
        "{text}"
    );
    assert!(text.contains(r#"outcome="given up""#), "{text}");
}

#[tokio::test]
async fn no_log_shows_a_secret() {
    let server = Server::start(|request| match request.split([' ', '?']).nth(1).unwrap() {
        "/hush-refused" => Reply::redirect(302, "https://hush:hush@10.0.0.1/hush?hush"),
        "/hush-there" => Reply::new(200, "set-cookie: hush\r\nx: hush\r\n", b"hush"),
        "/hush-error" => Reply::new(500, "x: hush\r\n", b"hush"),
        "/hush-encoded" => Reply::new(200, "content-encoding: gzip\r\n", b"hush"),
        _ => Reply::redirect(302, "/hush-there?token=hush"),
    })
    .await;
    let log = Log::default();
    async {
        for path in ["here", "hush-refused", "hush-error", "hush-encoded"] {
            let url = server.url(&format!("/{path}?token=hush#hush"));
            let request = client()
                .get(url)
                .header("authorization", "Bearer hush")
                .header("cookie", "hush")
                .header("signature", "hush")
                .body("hush");
            let shown = format!("{request:?}");
            assert!(!shown.contains("hush"), "{shown}");
            let _ = request.send().await;
            let signed = client()
                .get(server.url(&format!("/{path}?token=hush")))
                .sign(|request| {
                    let value = "hush".parse()?;
                    request.headers_mut().insert("signature", value);
                    Ok(())
                });
            let _ = signed.send().await;
        }
        let _ = client()
            .get(server.url("/x?hush"))
            .sign(|_| Err("hush".into()))
            .send()
            .await;
        let _ = client()
            .get(server.url("/x?hush"))
            .header("x", "hush\n")
            .send()
            .await;
    }
    .with_subscriber(log.subscriber())
    .await;
    let text = log.text();
    assert!(
        text.contains("outcome") && text.contains("answered"),
        "{text}"
    );
    let shown = text.lines().filter(|line| line.contains("hush"));
    assert_eq!(shown.collect::<Vec<_>>(), Vec::<&str>::new());
}
