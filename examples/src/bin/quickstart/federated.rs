//! Alice on red.example and bob on blue.example.

use crate::story::{Story, check};
use activitypub::Any;
use activitypub::addressing::Visibility;
use activitypub::compose::Draft;
use bytes::Bytes;
use federation::queue::SqliteQueue;
use federation::{Federation, FetchError};
use fedikit_examples::say;
use fedikit_examples::server::{BoxError, Server, TimelinePost};
use fedikit_examples::wire::Wire;
use guarded_http::GuardedClient;
use http_sig::SigningKey;
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const RED: &str = "red.example";
const BLUE: &str = "blue.example";

pub(crate) async fn tell(story: &mut Story, wire: bool) -> Result<(), BoxError> {
    let folder = tempfile::tempdir()?;
    let (red_socket, blue_socket) = (listen().await?, listen().await?);
    let hosts = [
        (RED, red_socket.local_addr()?),
        (BLUE, blue_socket.local_addr()?),
    ];
    let red = Node::start(RED, red_socket, &hosts, folder.path(), wire)?;
    let blue = Node::start(BLUE, blue_socket, &hosts, folder.path(), wire)?;
    red.app().add_user("alice")?;
    blue.app().add_user("bob")?;

    story.chapter("Two servers in one process");
    for (host, address) in hosts {
        say!("     {host:<13} at {address}, with a database and a delivery queue in SQLite");
    }
    say!(
        "     Their names lead to loopback and http is allowed there: both are `danger_` calls, made for demos like this.\n"
    );

    story.step("alice@red.example looks up @bob@blue.example");
    let bob = red
        .federation
        .lookup(&format!("@bob@{BLUE}").parse()?)
        .await?;
    let bob_id = bob.id.clone().ok_or("bob has no id")?;
    story.saw(&format!(
        "WebFinger leads to {bob_id}, and that actor goes by the same handle"
    ));
    story.saw("the actor was fetched with a request that red.example signed");
    let software = webfinger::Client::new(red.federation.fetcher().client().clone())
        .nodeinfo(BLUE)
        .await?
        .software;
    story.saw(&format!(
        "NodeInfo: {BLUE} runs {} {}",
        software.name, software.version
    ));

    story.step("alice follows bob");
    Server::follow(&red.federation, "alice", &format!("@bob@{BLUE}").parse()?).await?;
    story.saw("the Follow is stored as asked for, and its delivery is safe in red's queue");
    red.app()
        .wait_for("blue's answer to the Follow", |app| {
            Ok(app.follows("alice", &bob_id)?.filter(|accepted| *accepted))
        })
        .await?;
    story.saw("blue verified the Follow and answered; red verified the Accept and knows that alice asked for it");

    story.step("bob posts, with a mention and a hashtag");
    let before = red.wire.deliveries().len();
    let alice_id = red.federation.actor_id("alice");
    let draft = Draft::new(format!(
        "Hello @alice@{RED}, this travels signed. #introductions"
    ))
    .mention(format!("@alice@{RED}"), alice_id.clone(), alice_id.as_str())
    .hashtags_at(format!("http://{BLUE}/tags/"))
    .language("en");
    let (post_id, sent) = Server::publish(&blue.federation, "bob", draft).await?;
    let [inbox] = &*sent.inboxes else {
        return Err("the post should go to one inbox".into());
    };
    story.saw(&format!(
        "alice follows bob and is mentioned: one delivery, to {inbox}"
    ));
    let post = red.post_for("alice", |post| post.id == post_id).await?;
    let mention = post
        .note
        .mentions()
        .next()
        .and_then(|mention| mention.href.as_ref());
    check(
        mention == Some(&alice_id),
        "the mention does not name alice",
    )?;
    let hashtag = post.note.hashtags().next().and_then(|tag| tag.name.clone());
    check(
        hashtag.as_deref() == Some("#introductions"),
        "the hashtag was lost",
    )?;
    check(
        post.note.visibility() == Visibility::Public,
        "the post should be public",
    )?;
    check(
        red.wire.deliveries().len() == before + 1,
        "it should have come once",
    )?;
    story.saw("verified and on alice's timeline: public, mentions alice, #introductions");
    story.saw(&format!(
        "its HTML: {}",
        post.note.content.as_deref().unwrap_or_default()
    ));

    story.step("alice replies");
    let draft = Draft::new(format!("@bob@{BLUE} It arrived!"))
        .mention(format!("@bob@{BLUE}"), bob_id.clone(), bob_id.as_str())
        .in_reply_to(post_id.clone())
        .visibility(Visibility::Unlisted);
    let (reply_id, _) = Server::publish(&red.federation, "alice", draft).await?;
    let reply = blue.post_for("bob", |post| post.id == reply_id).await?;
    check(
        reply.note.in_reply_to_id() == Some(&post_id),
        "the reply does not name the post",
    )?;
    check(reply.author == alice_id, "the reply is not alice's")?;
    story.saw("verified and on bob's timeline, as an answer to his post");

    story.step("a stranger changes a word of bob's delivery and sends it to red again");
    let delivery = red.wire.deliveries().pop().ok_or("no delivery was seen")?;
    let forge =
        |body: Bytes| Bytes::from(String::from_utf8_lossy(&body).replace("Hello", "Goodbye"));
    let refused = red.post_raw(delivery.clone().map(forge)).await?;
    check(
        refused.0 == 401,
        &format!("the forgery was answered {}", refused.0),
    )?;
    story.saw(&format!("refused with {}: {}", refused.0, refused.1));
    check(
        red.app()
            .timeline("alice")?
            .iter()
            .all(|post| !content(post).contains("Goodbye")),
        "the forgery was stored",
    )?;

    story.step("the stranger signs the changed delivery with a key of their own, in bob's name");
    let mut forged = delivery.clone().map(forge);
    let own_key = SigningKey::generate_rsa()?;
    http_sig::Signer::new(format!("{bob_id}#main-key"), own_key)?
        .sign(&mut forged, std::time::SystemTime::now())?;
    let refused = red.post_raw(forged).await?;
    check(
        refused.0 == 401,
        &format!("the forgery was answered {}", refused.0),
    )?;
    story.saw(&format!("refused with {}: {}", refused.0, refused.1));

    story.step("the stranger sends bob's delivery again, unchanged");
    let again = red.post_raw(delivery).await?;
    let copies = red
        .app()
        .timeline("alice")?
        .iter()
        .filter(|post| post.id == post_id)
        .count();
    check(
        again.0 == 202 && copies == 1,
        "the copy should be acknowledged and have no effect",
    )?;
    story.saw("acknowledged, and without effect: red has seen this activity");

    story.step("bob deletes the post");
    Server::delete(&blue.federation, "bob", &post_id).await?;
    red.app()
        .wait_for("the Delete", |app| {
            Ok(app
                .timeline("alice")?
                .iter()
                .all(|post| post.id != post_id)
                .then_some(()))
        })
        .await?;
    story.saw("verified as bob's own, and gone from alice's timeline");
    match red.federation.fetcher().fetch(&post_id).await {
        Err(FetchError::Http(error)) if error.is_gone() => {
            story.saw("whoever asks blue for the post is told 410 Gone");
        }
        other => return Err(format!("a deleted post was answered with {other:?}").into()),
    }
    let outbox = blue
        .federation
        .collection_id("bob", federation::CollectionName::Outbox);
    match red.federation.fetcher().fetch(&outbox).await? {
        Any::Collection(outbox) => check(
            outbox.total_items == Some(0),
            "bob's outbox should be empty again",
        )?,
        _ => return Err("bob's outbox is not a collection".into()),
    }
    story.saw("bob's outbox is empty again");

    check(
        red.federation.queue().next_due().await?.is_none(),
        "red's queue is not empty",
    )?;
    check(
        blue.federation.queue().next_due().await?.is_none(),
        "blue's queue is not empty",
    )?;
    red.stop().await?;
    blue.stop().await
}

async fn listen() -> std::io::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0").await
}

fn content(post: &TimelinePost) -> &str {
    post.note.content.as_deref().unwrap_or_default()
}

/// One server, with its routes served and its deliveries made.
struct Node {
    federation: Federation<Server>,
    wire: Wire,
    client: GuardedClient,
    host: &'static str,
    stop: [oneshot::Sender<()>; 2],
    running: [JoinHandle<Result<(), BoxError>>; 2],
}

impl Node {
    fn start(
        host: &'static str,
        socket: TcpListener,
        hosts: &[(&str, SocketAddr)],
        folder: &Path,
        wire: bool,
    ) -> Result<Self, BoxError> {
        // A real server has `GuardedClient::new()`, or says nothing at all.
        let client = hosts
            .iter()
            .fold(
                GuardedClient::builder().danger_allow_loopback(),
                |client, (host, address)| client.danger_resolve(host, *address),
            )
            .build()?;
        let origin = format!("http://{host}");
        let database = Server::open(&origin, &folder.join(format!("{host}.sqlite")))?;
        // A real server keeps this key: it is how others know the server.
        let instance_key = SigningKey::generate_rsa()?;
        let federation = Federation::<Server>::builder(&origin, instance_key)
            .client(client.clone())
            .queue(SqliteQueue::open(
                folder.join(format!("{host}-queue.sqlite")),
            )?)
            .software("fedikit-quickstart", env!("CARGO_PKG_VERSION"))
            .build(database)?;

        let wire = Wire::new(wire);
        let watch = wire.clone();
        let routes = federation::axum::routes(federation.clone()).layer(axum::middleware::from_fn(
            move |request, next| watch.clone().pass(request, next),
        ));
        let (stop_serving, serving_stops) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let stop = async { drop(serving_stops.await) };
            Ok(axum::serve(socket, routes)
                .with_graceful_shutdown(stop)
                .await?)
        });
        let (stop_delivering, delivering_stops) = oneshot::channel::<()>();
        let deliver = federation.clone();
        let delivering =
            tokio::spawn(async move { Ok(deliver.run_deliveries(delivering_stops).await?) });
        Ok(Self {
            federation,
            wire,
            client,
            host,
            stop: [stop_delivering, stop_serving],
            running: [delivering, serving],
        })
    }

    fn app(&self) -> &Server {
        self.federation.application()
    }

    async fn post_for(
        &self,
        user: &str,
        is_it: impl Fn(&TimelinePost) -> bool,
    ) -> Result<TimelinePost, BoxError> {
        self.app()
            .wait_for("the post", |app| {
                Ok(app.timeline(user)?.into_iter().find(|post| is_it(post)))
            })
            .await
    }

    /// Sends bytes as they are to this server, as anybody can; the status and what it says.
    async fn post_raw(&self, request: http::Request<Bytes>) -> Result<(u16, String), BoxError> {
        let mut request = request;
        let path = request.uri().path().to_owned();
        *request.uri_mut() = format!("http://{}{path}", self.host).parse()?;
        match self.client.execute(request).await {
            Ok(answer) => Ok((answer.status().as_u16(), String::new())),
            Err(error) => match error.answer() {
                Some(answer) => Ok((
                    answer.status().as_u16(),
                    String::from_utf8_lossy(answer.bytes()).into_owned(),
                )),
                None => Err(error.into()),
            },
        }
    }

    async fn stop(self) -> Result<(), BoxError> {
        for stop in self.stop {
            // It only fails if the task ended before, which joining it will tell.
            let _ = stop.send(());
        }
        // Connections that others keep open would keep the server: it has nothing more to say.
        let [delivering, serving] = self.running;
        delivering.await??;
        serving.abort();
        Ok(())
    }
}
