//! What the tests are played with: real servers with a small application, and scripted ones.

use activitypub::{Activity, ActivityKind, Actor, Any, Id};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use federation::queue::SqliteQueue;
use federation::{
    Application, CollectionItem, CollectionName, CollectionPart, Federation, Inboxes, LocalActor,
    Stored, Usage, VerifiedActivity,
};
use guarded_http::GuardedClient;
use http::{HeaderMap, Method, StatusCode};
use http_sig::{Signer, SigningKey};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, watch};

pub(crate) const RED: &str = "http://red.example";
pub(crate) const BLUE: &str = "http://blue.example";
pub(crate) const GREEN: &str = "http://green.example";
pub(crate) const EVIL: &str = "http://evil.example";

/// Red and blue are built from this crate; green and evil say what a test wants.
pub(crate) struct World {
    pub(crate) red: Host,
    pub(crate) blue: Host,
    pub(crate) green: Arc<Scripted>,
    pub(crate) evil: Arc<Scripted>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let [red, blue, green, evil] = [
            listen().await,
            listen().await,
            listen().await,
            listen().await,
        ];
        let mut client = GuardedClient::builder().danger_allow_loopback();
        for (name, listener) in [
            ("red.example", &red),
            ("blue.example", &blue),
            ("green.example", &green),
            ("evil.example", &evil),
        ] {
            client = client.danger_resolve(name, listener.local_addr().unwrap());
        }
        let client = client.build().unwrap();
        Self {
            red: Host::start(RED, red, client.clone()),
            blue: Host::start(BLUE, blue, client),
            green: Scripted::start(green),
            evil: Scripted::start(evil),
        }
    }

    /// How often the scripted servers were asked for anything.
    pub(crate) fn asked(&self) -> usize {
        self.green.asked.lock().unwrap().len() + self.evil.asked.lock().unwrap().len()
    }
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

async fn see(request: Request) -> (Seen, Request) {
    let (parts, body) = request.into_parts();
    // One byte too many must still reach the server under test.
    let body = to_bytes(body, 4 * 1024 * 1024).await.unwrap();
    let seen = Seen {
        method: parts.method.clone(),
        path: parts.uri.path_and_query().unwrap().to_string(),
        headers: parts.headers.clone(),
        body: body.clone(),
    };
    (seen, Request::from_parts(parts, Body::from(body)))
}

type Log = Arc<Mutex<Vec<Seen>>>;

/// A real server.
pub(crate) struct Host {
    pub(crate) federation: Federation<App>,
    pub(crate) asked: Log,
    /// The same routes with nothing in front of them.
    pub(crate) bare: SocketAddr,
    _folder: TempDir,
}

impl Host {
    fn start(origin: &str, listener: TcpListener, client: GuardedClient) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::generate_ed25519().unwrap();
        let federation = Federation::<App>::builder(origin, key)
            .client(client)
            .queue(SqliteQueue::open(folder.path().join("queue.sqlite")).unwrap())
            .build(App::default())
            .unwrap();
        let asked = Log::default();
        let routes = federation::axum::routes(federation.clone());
        let bare = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        bare.set_nonblocking(true).unwrap();
        let bare = TcpListener::from_std(bare).unwrap();
        let bare_address = bare.local_addr().unwrap();
        serve(bare, routes.clone());
        serve(
            listener,
            routes.layer(axum::middleware::from_fn_with_state(
                Arc::clone(&asked),
                log,
            )),
        );
        Self {
            federation,
            asked,
            bare: bare_address,
            _folder: folder,
        }
    }

    pub(crate) fn app(&self) -> &App {
        self.federation.application()
    }

    /// A local user, and the id.
    pub(crate) fn user(&self, name: &str, key: SigningKey) -> Id {
        let id = self.federation.actor_id(name);
        let actor = Actor::person(id.clone(), name, format!("{id}/inbox"));
        let local = LocalActor::new(actor, key);
        self.app()
            .users
            .lock()
            .unwrap()
            .insert(name.to_lowercase(), local);
        id
    }

    pub(crate) fn posts_to(&self, path: &str) -> Vec<Seen> {
        let asked = self.asked.lock().unwrap();
        let posts = asked
            .iter()
            .filter(|seen| seen.method == Method::POST && seen.path == path);
        posts.cloned().collect()
    }
}

async fn log(State(asked): State<Log>, request: Request, next: Next) -> Response {
    let (seen, request) = see(request).await;
    asked.lock().unwrap().push(seen);
    next.run(request).await
}

fn serve(listener: TcpListener, routes: Router) {
    tokio::spawn(async move { axum::serve(listener, routes).await });
}

/// A small application that keeps everything in memory.
pub(crate) struct App {
    pub(crate) users: Mutex<HashMap<String, LocalActor>>,
    pub(crate) stored: Mutex<HashMap<Id, Stored>>,
    pub(crate) followers: Mutex<HashMap<String, Vec<Inboxes>>>,
    pub(crate) objects: Mutex<HashMap<Id, Any>>,
    pub(crate) received: Mutex<Vec<VerifiedActivity>>,
    pub(crate) calls: AtomicUsize,
    pub(crate) failing: AtomicBool,
    /// The handler waits for a permit; there are more than enough unless a test takes them away.
    pub(crate) permits: Semaphore,
    pub(crate) entered: Notify,
    pub(crate) arrivals: watch::Sender<()>,
}

impl Default for App {
    fn default() -> Self {
        Self {
            users: Mutex::default(),
            stored: Mutex::default(),
            followers: Mutex::default(),
            objects: Mutex::default(),
            received: Mutex::default(),
            calls: AtomicUsize::new(0),
            failing: AtomicBool::new(false),
            permits: Semaphore::new(1_000_000),
            entered: Notify::new(),
            arrivals: watch::Sender::new(()),
        }
    }
}

impl App {
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn kinds(&self) -> Vec<String> {
        let received = self.received.lock().unwrap();
        received
            .iter()
            .map(|one| one.activity().kind().to_string())
            .collect()
    }

    pub(crate) fn store(&self, id: &str, stored: Stored) {
        self.stored.lock().unwrap().insert(id.into(), stored);
    }
}

impl Application for App {
    type Error = String;

    async fn actor(&self, name: &str) -> Result<Option<LocalActor>, String> {
        Ok(self
            .users
            .lock()
            .unwrap()
            .get(&name.to_lowercase())
            .cloned())
    }

    async fn stored(&self, id: &Id) -> Result<Option<Stored>, String> {
        Ok(self.stored.lock().unwrap().get(id).cloned())
    }

    async fn followers(&self, name: &str) -> Result<Vec<Inboxes>, String> {
        Ok(self
            .followers
            .lock()
            .unwrap()
            .get(name)
            .cloned()
            .unwrap_or_default())
    }

    async fn object(&self, id: &Id) -> Result<Option<Any>, String> {
        Ok(self.objects.lock().unwrap().get(id).cloned())
    }

    async fn collection(
        &self,
        name: &str,
        collection: CollectionName,
        cursor: Option<&str>,
    ) -> Result<Option<CollectionPart>, String> {
        if name != "alice" || collection != CollectionName::Followers {
            return Ok(None);
        }
        let item = |at: u8| CollectionItem::Id(format!("{GREEN}/users/{at}").into());
        Ok(Some(match cursor {
            None => CollectionPart::new(2, vec![item(1)]).next("b&c"),
            Some(_) => CollectionPart::new(2, vec![item(2)]),
        }))
    }

    async fn usage(&self) -> Result<Usage, String> {
        Ok(Usage::new(1, 2))
    }

    async fn receive(
        &self,
        federation: &Federation<Self>,
        received: VerifiedActivity,
    ) -> Result<(), String> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.entered.notify_one();
        self.permits.acquire().await.unwrap().forget();
        tokio::task::yield_now().await;
        if self.failing.load(Ordering::SeqCst) {
            return Err("the database at 10.0.0.7 is down".into());
        }
        let who = received.actor_id().clone();
        match (received.activity().kind(), received.object_id().cloned()) {
            (ActivityKind::Follow, Some(target)) => {
                let name = federation
                    .name_in(&target)
                    .ok_or("nobody of ours")?
                    .to_owned();
                let inboxes = Inboxes::of(received.actor()).ok_or("no inbox")?;
                self.followers
                    .lock()
                    .unwrap()
                    .entry(name.clone())
                    .or_default()
                    .push(inboxes);
                let follow = received.activity().clone();
                let accept = Activity::accept(federation.id(&["accepts", "1"]), target, follow);
                federation
                    .send(&name, &accept.to([who]))
                    .await
                    .map_err(|error| error.to_string())?;
            }
            (ActivityKind::Create, Some(id)) => {
                self.stored
                    .lock()
                    .unwrap()
                    .insert(id, Stored::owned_by(who));
            }
            (ActivityKind::Delete, Some(id)) => {
                self.stored
                    .lock()
                    .unwrap()
                    .insert(id, Stored::owned_by(who).deleted());
            }
            _ => {}
        }
        self.received.lock().unwrap().push(received);
        self.arrivals.send_replace(());
        Ok(())
    }
}

/// A server that answers what it was told to, and writes down what it was asked.
#[derive(Debug, Default)]
pub(crate) struct Scripted {
    pages: Mutex<HashMap<String, Page>>,
    pub(crate) asked: Mutex<Vec<Seen>>,
    pub(crate) arrivals: watch::Sender<()>,
}

#[derive(Clone, Debug)]
pub(crate) struct Page {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: String,
    never: bool,
}

impl Page {
    /// Never answers.
    pub(crate) fn silence() -> Self {
        Self {
            never: true,
            ..Self::status(200)
        }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap(),
            headers: Vec::new(),
            body: String::new(),
            never: false,
        }
    }

    pub(crate) fn json(media_type: &str, body: &Value) -> Self {
        Self {
            body: body.to_string(),
            ..Self::status(200).header("content-type", media_type)
        }
    }

    pub(crate) fn activity(body: &Value) -> Self {
        Self::json("application/activity+json", body)
    }

    pub(crate) fn redirect(status: u16, to: impl Into<String>) -> Self {
        Self::status(status).header("location", to)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Scripted {
    fn start(listener: TcpListener) -> Arc<Self> {
        let this = Arc::new(Self::default());
        serve(
            listener,
            Router::new().fallback(answer).with_state(Arc::clone(&this)),
        );
        this
    }

    pub(crate) fn page(&self, path: &str, page: Page) {
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    pub(crate) fn asked_for(&self, path: &str) -> usize {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .filter(|seen| seen.path == path)
            .count()
    }

    /// An actor at `/users/NAME` with a key, who signs what [`Sender`] makes.
    pub(crate) fn actor(&self, origin: &str, name: &str) -> Sender {
        let sender = Sender::new(&format!("{origin}/users/{name}"));
        self.page(
            &format!("/users/{name}"),
            Page::activity(&sender.document()),
        );
        sender
    }
}

async fn answer(State(script): State<Arc<Scripted>>, request: Request) -> Response {
    let (seen, _) = see(request).await;
    let page = script.pages.lock().unwrap().get(&seen.path).cloned();
    script.asked.lock().unwrap().push(seen);
    let page = page.unwrap_or_else(|| Page::status(404));
    script.arrivals.send_replace(());
    if page.never {
        std::future::pending::<()>().await;
    }
    let mut response = Response::new(Body::from(page.body));
    *response.status_mut() = page.status;
    for (name, value) in page.headers {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}

/// Somebody on a scripted server.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) id: String,
    pub(crate) key: SigningKey,
}

impl Sender {
    pub(crate) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            key: SigningKey::generate_ed25519().unwrap(),
        }
    }

    pub(crate) fn key_id(&self) -> String {
        format!("{}#main-key", self.id)
    }

    pub(crate) fn document(&self) -> Value {
        let name = self.id.rsplit('/').next().unwrap();
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.id, "type": "Person", "preferredUsername": name,
            "inbox": format!("{}/inbox", self.id), "featured": format!("{}/featured", self.id),
            "publicKey": {"id": self.key_id(), "owner": self.id, "publicKeyPem": self.key.verifying_key().to_pem()},
        })
    }

    /// A signed request to red's shared inbox.
    pub(crate) fn post(&self, body: &Value) -> http::Request<Bytes> {
        self.post_as(&self.key_id(), body.to_string(), SystemTime::now())
    }

    pub(crate) fn post_as(
        &self,
        key_id: &str,
        body: impl Into<Bytes>,
        now: SystemTime,
    ) -> http::Request<Bytes> {
        let mut request = unsigned(body);
        self.sign(key_id, &mut request, now);
        request
    }

    pub(crate) fn sign(&self, key_id: &str, request: &mut http::Request<Bytes>, now: SystemTime) {
        Signer::new(key_id, self.key.clone())
            .unwrap()
            .sign(request, now)
            .unwrap();
    }

    /// A request to red's shared inbox, signed by RFC 9421 for the one of `host`.
    pub(crate) fn post_rfc9421(&self, host: &str, body: impl Into<Bytes>) -> http::Request<Bytes> {
        let mut request = unsigned(body);
        let Some(sent_to) = request.headers_mut().insert("host", host.parse().unwrap()) else {
            panic!("the request has no host");
        };
        *request.uri_mut() = format!("http://{host}/inbox").parse().unwrap();
        Signer::new(self.key_id(), self.key.clone())
            .unwrap()
            .sign_rfc9421(&mut request, SystemTime::now())
            .unwrap();
        request.headers_mut().insert("host", sent_to);
        *request.uri_mut() = "/inbox".parse().unwrap();
        request
    }

    /// `{id, type, actor}` with these further properties.
    pub(crate) fn activity(&self, kind: &str, more: &Value) -> Value {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let mut activity = json!({"id": format!("{}/activities/{number}", self.id), "type": kind, "actor": self.id});
        activity
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        activity
    }

    pub(crate) fn create(&self, note: &str) -> Value {
        self.activity("Create", &json!({"object": self.note(note)}))
    }

    pub(crate) fn note(&self, id: &str) -> Value {
        json!({"id": id, "type": "Note", "attributedTo": self.id, "content": "hello"})
    }
}

/// A request to red's shared inbox without a signature.
pub(crate) fn unsigned(body: impl Into<Bytes>) -> http::Request<Bytes> {
    let mut request = http::Request::new(body.into());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = "/inbox".parse().unwrap();
    request
        .headers_mut()
        .insert("host", "red.example".parse().unwrap());
    request
        .headers_mut()
        .insert("content-type", "application/activity+json".parse().unwrap());
    request
}
