//! Logging in, against servers, browsers and strangers that mean no good, over real sockets.

use std::error::Error as StdError;
use std::time::Duration;

use chrono::Utc;
use mastodon_api::entities::{AuthorizationServerMetadata, CredentialApplication};
use mastodon_api::oauth::{
    Authorization, AuthorizationServer, LoginError, Loopback, RegisteredClient,
};
use mastodon_api::testing::FakeInstance;
use mastodon_api::{Client, Endpoint as _, Error};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[derive(Deserialize)]
struct Case {
    id: String,
    attack: String,
    way: String,
    input: Input,
    outcome: String,
}

#[derive(Deserialize)]
#[serde(default)]
struct Input {
    query: String,
    sends_issuer: bool,
    request: String,
    close: bool,
    status: u16,
    location: Option<String>,
    body: String,
    change: Option<serde_json::Map<String, Value>>,
    endless: bool,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            query: String::new(),
            sends_issuer: false,
            request: String::new(),
            close: false,
            status: 200,
            location: None,
            body: String::new(),
            change: None,
            endless: false,
        }
    }
}

const LONG: usize = 1024 * 1024;

#[tokio::test]
async fn what_strangers_try_and_what_comes_of_it() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../cases/oauth.json")).unwrap();
    let (mut refused, mut controls) = ((0, 0), (0, 0));
    let mut failures = Vec::new();
    for case in &cases {
        let seen = match &*case.way {
            "back" => back(&case.input).await,
            "visit" => {
                let request = case.input.request.clone();
                visited(
                    &AuthorizationServer::new(&mastodon()),
                    &request,
                    case.input.close,
                )
                .await
            }
            "token" | "metadata" | "registration" => answered(&case.way, &case.input).await,
            other => panic!("{other}"),
        };
        let is_control = case.outcome.starts_with("accepted");
        let count = if is_control {
            &mut controls
        } else {
            &mut refused
        };
        count.1 += 1;
        // What is accepted is accepted as said; why something is turned away may be said in more words.
        let is_as_said = match is_control {
            true => seen == case.outcome,
            false => seen.starts_with(&case.outcome),
        };
        if is_as_said {
            count.0 += 1;
        } else {
            let (id, attack, outcome) = (&case.id, &case.attack, &case.outcome);
            failures.push(format!("{id} ({attack}): {seen}, expected {outcome}"));
        }
    }
    println!(
        "oauth: refused {}/{}, controls {}/{}",
        refused.0, refused.1, controls.0, controls.1
    );
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(refused.1 > 70 && controls.1 > 10);
}

fn mastodon() -> Url {
    "https://mastodon.example".parse().unwrap()
}

fn app() -> CredentialApplication {
    let text = r#"{"name":"test","client_id":"client","client_secret":"planted-secret"}"#;
    serde_json::from_str(text).unwrap()
}

/// A user, or somebody else, comes to the port.
async fn back(input: &Input) -> String {
    let mut metadata = AuthorizationServerMetadata::new();
    metadata.issuer = mastodon().into();
    metadata.authorization_endpoint = "https://mastodon.example/oauth/authorize".to_owned();
    metadata.token_endpoint = "https://mastodon.example/oauth/token".to_owned();
    metadata.authorization_response_iss_parameter_supported = input.sends_issuer;
    let server = AuthorizationServer::from_metadata(&mastodon(), &metadata).unwrap();
    let request = format!(
        "GET /callback?{} HTTP/1.1\r\nHost: {{host}}\r\n\r\n",
        input.query
    );
    visited(&server, &request, false).await
}

/// What comes of a visit. Whoever is turned away must not stop the user, who comes after.
async fn visited(server: &AuthorizationServer, request: &str, close: bool) -> String {
    let waiting = Waiting::for_user_of(server).await;
    let request = waiting.filled(request);
    let page = waiting.visit(&request, close).await;
    let status = page.split(' ').nth(1).unwrap_or_default().to_owned();
    if !page.is_empty() {
        for header in [
            "content-security-policy: default-src 'none'",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
        ] {
            assert!(page.to_lowercase().contains(header), "{page}");
        }
        let brought = [&*waiting.state, "evil", "good", "<script", "href"];
        assert!(!brought.iter().any(|text| page.contains(text)), "{page}");
    }
    if status == "200" {
        return match waiting.caught.await.unwrap() {
            Ok(call) => {
                let request = call.to_request(&mastodon()).unwrap();
                let body = String::from_utf8(request.body().to_vec()).unwrap();
                assert!(
                    body.contains("code=good") && body.contains("code_verifier="),
                    "{body}"
                );
                "accepted".to_owned()
            }
            Err(LoginError::Redirect(error)) => format!("{error:?}"),
            Err(other) => panic!("{other:?}"),
        };
    }
    let user =
        waiting.filled("GET /callback?code=good&state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let page = waiting.visit(&user, false).await;
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    let call = waiting.caught.await.unwrap().unwrap();
    let request = call.to_request(&mastodon()).unwrap();
    assert!(request.body().windows(9).any(|part| part == b"code=good"));
    format!("turned away with {status}")
}

/// A port that waits for a user.
struct Waiting {
    host: String,
    state: String,
    caught: JoinHandle<Result<mastodon_api::oauth::TokenRequest, LoginError>>,
}

impl Waiting {
    async fn for_user_of(server: &AuthorizationServer) -> Self {
        Self::begin(server, Loopback::bind().await.unwrap())
    }

    fn begin(server: &AuthorizationServer, loopback: Loopback) -> Self {
        let uri: Url = loopback.redirect_uri().parse().unwrap();
        let authorization =
            Authorization::new(server, &app(), uri.as_str(), "read", Utc::now()).unwrap();
        let url = authorization.url();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap();
        Self {
            host: uri.authority().to_owned(),
            state: state.1.into_owned(),
            caught: tokio::spawn(loopback.catch(authorization, Duration::from_secs(60))),
        }
    }

    fn filled(&self, text: &str) -> String {
        let headers: String = (0..200).map(|n| format!("X-{n}: x\r\n")).collect();
        text.replace("{state}", &self.state)
            .replace("{host}", &self.host)
            .replace("{200 headers}", &headers)
            .replace("{5000}", &"x".repeat(5000))
            .replace("{1MB}", &"x".repeat(LONG))
    }

    /// The page that a visitor gets; nothing if the connection is cut.
    async fn visit(&self, request: &str, close: bool) -> String {
        let mut stream = TcpStream::connect(&self.host).await.unwrap();
        // Who is turned away early cannot say all.
        let _ = stream.write_all(request.as_bytes()).await;
        if close {
            stream.shutdown().await.unwrap();
        }
        let mut page = Vec::new();
        let _ = stream.read_to_end(&mut page).await;
        String::from_utf8(page).unwrap()
    }
}

/// A thousand say nothing, or say a little all the time, and come again when they are cut.
#[tokio::test]
async fn a_crowd_does_not_keep_the_user_out() {
    let waiting = Waiting::for_user_of(&AuthorizationServer::new(&mastodon())).await;
    let (host, mut crowd) = (waiting.host.clone(), tokio::task::JoinSet::new());
    let came = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    for number in 0..100 {
        let (host, came) = (host.clone(), came.clone());
        crowd.spawn(async move {
            while let Ok(mut stream) = TcpStream::connect(&host).await {
                came.add_permits(1);
                let mut said = stream.write_all(b"GET /callback?state=").await;
                while said.is_ok() && number % 2 == 0 {
                    tokio::task::yield_now().await;
                    said = stream.write_all(b"x").await;
                }
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        });
    }
    came.acquire_many(1000).await.unwrap().forget();
    let user =
        waiting.filled("GET /callback?code=good&state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let page = waiting.visit(&user, false).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(waiting.caught.await.unwrap().is_ok());
}

/// All of them are there before the program looks: more than it serves at one time, and no more than wait for it.
#[tokio::test]
async fn a_user_before_a_crowd_is_served() {
    let loopback = Loopback::bind().await.unwrap();
    let uri: Url = loopback.redirect_uri().parse().unwrap();
    let connect = async || TcpStream::connect(uri.authority()).await.unwrap();
    let server = AuthorizationServer::new(&mastodon());
    let mut user = connect().await;
    let mut crowd = Vec::new();
    for _ in 0..100 {
        crowd.push(connect().await);
    }
    let waiting = Waiting::begin(&server, loopback);
    let request =
        waiting.filled("GET /callback?code=good&state={state} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    user.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    user.read_to_string(&mut page).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(waiting.caught.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_user_who_does_not_come_back_is_not_waited_for() {
    let loopback = Loopback::bind().await.unwrap();
    let server = AuthorizationServer::new(&mastodon());
    let uri = loopback.redirect_uri().to_owned();
    assert!(uri.starts_with("http://127.0.0.1:"), "{uri}");
    let authorization = Authorization::new(&server, &app(), &uri, "read", Utc::now()).unwrap();
    let limit = Duration::from_millis(20);
    let error = loopback.catch(authorization, limit).await.unwrap_err();
    assert!(matches!(error, LoginError::TimedOut(waited) if waited == limit));
    // The port is given back.
    let host = uri.parse::<Url>().unwrap().authority().to_owned();
    assert!(TcpStream::connect(host).await.is_err());
}

/// What comes of an answer of the server to a call of a login.
async fn answered(way: &str, input: &Input) -> String {
    let elsewhere = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"access_token": "x"})))
        .mount(&elsewhere)
        .await;
    let server = MockServer::start().await;
    let base = match input.endless {
        true => endless().await,
        false => server.uri(),
    };
    let filled = |text: &str| {
        text.replace("{base}", &base)
            .replace("{host}", base.trim_start_matches("http://"))
            .replace("{other scheme}", &base.replace("http:", "https:"))
            .replace("{elsewhere}", &elsewhere.uri())
            .replace("{1MB}", &"x".repeat(LONG))
    };
    let body = match &input.change {
        Some(change) => {
            let mut metadata = json!({
                "issuer": "{base}/",
                "authorization_endpoint": "{base}/oauth/authorize",
                "token_endpoint": "{base}/oauth/token",
                "app_registration_endpoint": "{base}/api/v1/apps",
                "revocation_endpoint": "{base}/oauth/revoke",
                "code_challenge_methods_supported": ["S256"],
            });
            for (name, value) in change {
                metadata[name] = value.clone();
            }
            metadata.to_string()
        }
        None => input.body.clone(),
    };
    let mut answer = ResponseTemplate::new(input.status).set_body_string(filled(&body));
    if let Some(location) = &input.location {
        answer = answer.insert_header("location", filled(location));
    }
    let place = match way {
        "token" => "/oauth/token",
        "metadata" => "/.well-known/oauth-authorization-server",
        _ => "/api/v1/apps",
    };
    Mock::given(path(place))
        .respond_with(answer)
        .mount(&server)
        .await;

    let client = Client::builder(&base)
        // For a token of a megabyte, and not for a document of one.
        .body_limit(if way == "metadata" { LONG } else { 2 * LONG })
        .build()
        .unwrap();
    let at = AuthorizationServer::new(client.base());
    let seen = match way {
        "token" => match client
            .send(at.client_credentials(&app(), "read write"))
            .await
        {
            Ok(token) => match token.missing_scopes("read write") {
                missing if missing.is_empty() => "accepted".to_owned(),
                missing => format!("accepted without {missing}"),
            },
            Err(error) => told(&error),
        },
        "metadata" => match client.authorization_server().await {
            Ok(found) if found == at => "accepted as before".to_owned(),
            Ok(_) => "accepted".to_owned(),
            Err(LoginError::Metadata(error)) => format!("not at home: {}", error.name),
            Err(LoginError::Call(error)) => told(&error),
            Err(other) => panic!("{other:?}"),
        },
        _ => match client.register("x").send().await {
            Ok(app) => match RegisteredClient::from(&app).client_secret {
                Some(_) => "accepted".to_owned(),
                None => "accepted without a secret".to_owned(),
            },
            Err(error) => told(&error),
        },
    };
    let requests = elsewhere.received_requests().await.unwrap();
    assert!(requests.is_empty(), "{requests:?}");
    seen
}

/// A server whose answers do not end.
async fn endless() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // Who answers before being asked is not listened to.
        assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"issuer\":\"")
            .await;
        while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
    });
    base
}

fn told(error: &Error) -> String {
    let mut shown = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(inner) = source {
        shown.push_str(&format!("{inner} {inner:?}"));
        source = inner.source();
    }
    assert!(!shown.contains("planted"), "{shown}");
    match error {
        Error::Refused(refused) => format!("refused with {}", refused.status.as_u16()),
        Error::NotUnderstood(answer) => {
            format!("not understood at {}: {:?}", answer.path, answer.reason)
        }
        Error::NotReached(missing) => format!("{:?}", missing.reason),
        other => panic!("{other:?}"),
    }
}

/// Does what a browser does: goes where it is sent.
async fn browse(page: Url) -> u16 {
    let answer = reqwest::Client::new().get(page).send().await.unwrap();
    answer.status().as_u16()
}

#[tokio::test]
async fn one_call_from_nothing_to_a_token() {
    let instance = FakeInstance::start().await.unwrap();
    instance.sign_in("ann");
    let anonymous = Client::new(instance.url()).unwrap();
    let mut browser = None;
    let login = anonymous
        .log_in("a bot")
        .scopes("read write:statuses")
        .website("https://bot.example")
        .lang("de")
        .force_login();
    let credentials = login
        .open(|page| browser = Some(tokio::spawn(browse(page.clone()))))
        .await
        .unwrap();
    assert_eq!(browser.unwrap().await.unwrap(), 200);
    assert_eq!(credentials.account.as_deref(), Some("ann"));
    assert_eq!(credentials.scopes, "read write:statuses");
    assert!(
        credentials
            .missing_scopes("read write")
            .contain(&"write".into())
    );

    let ann = credentials.client().unwrap();
    let status = ann.post("hello").send().await.unwrap();
    let program = status.application.unwrap();
    assert_eq!(program.name, "a bot");
    assert_eq!(program.website.unwrap().as_str(), "https://bot.example");
    // What is not allowed is not even asked for.
    let error = ann.send(mastodon_api::methods::statuses::Favourite::new(&status.id));
    assert!(matches!(error.await.unwrap_err(), Error::InvalidRequest(_)));

    let mut elsewhere = credentials.clone();
    elsewhere.server = "https://other.example".to_owned();
    let error = anonymous.log_out(&elsewhere).await.unwrap_err();
    assert!(
        matches!(error, LoginError::Call(Error::InvalidRequest(_))),
        "{error:?}"
    );
    let mut unknown = credentials.clone();
    unknown.client = None;
    let error = anonymous.log_out(&unknown).await.unwrap_err();
    assert!(matches!(error, LoginError::UnknownProgram), "{error:?}");
    assert!(ann.me().await.is_ok());

    anonymous.log_out(&credentials).await.unwrap();
    assert!(ann.me().await.unwrap_err().is_unauthorized());
    let queries = instance.requests();
    let page = queries
        .iter()
        .find(|request| request.path() == "/oauth/authorize");
    let query = page.unwrap().query().unwrap();
    assert!(query.contains("force_login=true&lang=de"), "{query}");
}

#[tokio::test]
async fn a_user_who_does_not_agree() {
    let instance = FakeInstance::start().await.unwrap();
    let client = Client::new(instance.url()).unwrap();
    let deny = |page: &Url| {
        let back = instance.deny(page).unwrap();
        tokio::spawn(browse(back));
    };
    let error = client.log_in("a bot").open(deny).await.unwrap_err();
    assert_eq!(error.to_string(), "the login was not allowed by the user");
    assert!(
        instance
            .requests()
            .iter()
            .all(|request| request.path() != "/oauth/token")
    );
}

#[tokio::test]
async fn a_code_that_is_copied() {
    let instance = FakeInstance::start().await.unwrap();
    let client = Client::new(instance.url()).unwrap();
    let copied = async |page: Url| {
        let back = instance.approve("ann", &page).unwrap();
        let (_, code) = back.query_pairs().find(|(name, _)| name == "code").unwrap();
        Ok(format!(" {code}\r\n"))
    };
    // Without `read` it is not known whose token it is.
    let login = client.log_in("a bot").scopes("write");
    let credentials = login.out_of_band(copied).await.unwrap();
    assert_eq!((credentials.account, &*credentials.scopes), (None, "write"));

    let nothing = async |_| Ok(String::new());
    let error = client.log_in("a bot").out_of_band(nothing).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "there is no code from the server"
    );
}
