//! Verified links over the network: real pages on loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use guarded_http::{GuardedClient, Recorder};
use url::Url;
use webfinger::Client;
use webfinger::rel_me::{Profile, Verification};

/// A server of pages around the profile `/@alice`, and how often that one was asked for.
async fn serve() -> (Url, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let profile = base.join("/@alice").unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let page = |to: &str| {
        let html = format!(r#"<p><a rel="me" href="{to}">x</a>"#);
        get(move || async move { Html(html) })
    };
    let forward = |to: &str| {
        let to = to.to_owned();
        get(move || async move { Redirect::permanent(&to) })
    };
    let counted = {
        let asked = Arc::clone(&asked);
        // What the profile's server says to a HEAD does not matter.
        get(move || async move {
            asked.fetch_add(1, Ordering::Relaxed);
            StatusCode::NOT_FOUND
        })
    };
    let plain =
        || async { ([("content-type", "text/plain")], "<a rel=me href=/@alice>").into_response() };
    let header = || async { ([("link", "</@alice>; rel=me")], Html("<p>")).into_response() };
    let app = Router::new()
        .route("/@alice", counted)
        .route("/good", page(profile.as_str()))
        .route("/empty", get(|| async { Html("<p>") }))
        .route("/other", page("/@bob"))
        .route("/other-that-answers", page("/empty"))
        .route("/short", page("/to-alice"))
        .route(
            "/second-short",
            get(|| async { Html("<a rel=me href=/@bob><a rel=me href=/to-alice>") }),
        )
        .route("/to-alice", forward("/hop"))
        .route("/hop", forward(profile.as_str()))
        .route("/moved", forward("/good"))
        .route("/plain", get(plain))
        .route("/header", get(header))
        .route("/inward", page("https://10.0.0.1/"))
        .route("/away", forward("https://10.0.0.1/"))
        .route(
            "/long",
            get(|| async { Html("<a rel=me href=/@alice>".to_owned() + &" ".repeat(1024 * 1024)) }),
        )
        .route("/gone", get(|| async { StatusCode::GONE }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (base, asked)
}

fn client() -> Client {
    let guarded = GuardedClient::builder().danger_allow_loopback();
    Client::new(guarded.build().unwrap())
}

#[tokio::test]
async fn pages_are_fetched_and_compared() {
    let (base, asked) = serve().await;
    let client = client();
    let profile =
        Profile::new(base.join("/users/alice").unwrap()).url(base.join("/@alice").unwrap());
    let verify = async |path: &str| {
        let page = base.join(path).unwrap();
        client.verify_link(&profile, &page).await
    };
    for path in ["/good", "/moved", "/header"] {
        assert_eq!(
            verify(path).await.unwrap(),
            Verification::Verified,
            "{path}"
        );
    }
    assert_eq!(verify("/empty").await.unwrap(), Verification::NotLinked);
    assert_eq!(
        verify("/@alice").await.unwrap(),
        Verification::ProfileItself
    );
    assert_eq!(asked.load(Ordering::Relaxed), 0);

    // Only the first link may be a detour.
    assert_eq!(verify("/short").await.unwrap(), Verification::Verified);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    for (path, count) in [
        ("/other", 1),
        ("/other-that-answers", 1),
        ("/second-short", 2),
        ("/inward", 1),
    ] {
        let Verification::LinksElsewhere(links) = verify(path).await.unwrap() else {
            panic!("{path}")
        };
        assert_eq!(links.len(), count, "{path}");
    }

    for path in ["/plain", "/away", "/long"] {
        assert!(verify(path).await.unwrap_err().is_refused(), "{path}");
    }
    assert!(verify("/gone").await.unwrap_err().is_gone());
}

#[tokio::test]
async fn nothing_inward_is_asked() {
    let recorder = Recorder::new();
    let guarded = GuardedClient::builder().record(&recorder);
    let client = Client::new(guarded.build().unwrap());
    let profile = Profile::new("https://social.example/@alice".parse().unwrap());
    for page in [
        "http://alice.example/",
        "https://127.0.0.1/",
        "https://a:b@alice.example/",
        "https://localhost/",
        "https://alice.example:22/",
    ] {
        let page = page.parse().unwrap();
        let error = client.verify_link(&profile, &page).await.unwrap_err();
        assert!(error.is_refused(), "{page}");
    }
    assert_eq!(recorder.dialled(), []);
}
