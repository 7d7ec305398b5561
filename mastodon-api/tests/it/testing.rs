//! The fake instance, as a bot sees it.

mod faults;
mod finding;
mod notified;
mod people;
mod rate_limits;
mod ties;
mod walk;

use chrono::Utc;
use http::StatusCode;
use mastodon_api::{
    Client, Error,
    entities::{NotificationType, Visibility},
    ids::StatusId,
    methods::{apps, notifications, statuses, timelines},
    oauth::{Authorization, AuthorizationServer, BearerToken, OUT_OF_BAND},
    streaming::{Event, EventStream, Heard, Outage, RawEvent, Stream, StreamError, Transport},
    testing::FakeInstance,
};

async fn start() -> FakeInstance {
    FakeInstance::start().await.unwrap()
}

fn client(instance: &FakeInstance, token: impl Into<BearerToken>) -> Client {
    Client::new(instance.url()).unwrap().with_token(token)
}

fn bot(instance: &FakeInstance) -> Client {
    client(instance, instance.token("bot"))
}

async fn event(events: &mut EventStream) -> Event {
    events.next_event().await.unwrap().unwrap()
}

/// Why a stream is down, after whatever came before.
async fn outage(events: &mut EventStream) -> Outage {
    loop {
        if let Heard::Down(down) = events.next().await.unwrap().unwrap() {
            return down.why;
        }
    }
}

fn message(error: &Error) -> (u16, &str) {
    let refused = error.refused().unwrap();
    let message = refused.message.as_deref().unwrap_or_default();
    (refused.status.as_u16(), message)
}

#[tokio::test]
async fn log_in_with_pkce_and_out_again() {
    let instance = start().await;
    let anonymous = Client::new(instance.url()).unwrap();
    let registration = apps::Create::new("a bot", [OUT_OF_BAND]).scopes("read write:statuses");
    let app = anonymous.send(registration).await.unwrap();

    let server = anonymous.authorization_server().await.unwrap();
    assert!(server.checks_pkce());
    let begin =
        |scopes| Authorization::new(&server, &app, OUT_OF_BAND, scopes, Utc::now()).unwrap();
    let authorization = begin("read write:statuses");
    let back = instance.approve("bot", &authorization.url()).unwrap();
    let call = authorization.with_redirect(&back, Utc::now()).unwrap();
    let token = anonymous.send(call.clone()).await.unwrap();
    assert_eq!(token.scope, "read write:statuses");
    let again = anonymous.send(call).await.unwrap_err();
    assert_eq!(message(&again), (400, "invalid_grant"));

    let bot = client(&instance, token.access_token.clone());
    assert_eq!(bot.me().await.unwrap().username, "bot");
    let known = bot.send(apps::VerifyCredentials::new()).await.unwrap();
    assert_eq!(known.name, "a bot");
    let status = bot.post("hello").send().await.unwrap();
    assert_eq!(status.application.unwrap().name, "a bot");
    let error = bot.send(statuses::Favourite::new(&status.id)).await;
    let error = error.unwrap_err();
    assert_eq!(
        message(&error),
        (403, "This action is outside the authorized scopes")
    );

    let mut events = bot.stream(Stream::User).await.unwrap();
    let call = server.revoke(&app, &token.access_token);
    anonymous.send(call).await.unwrap();
    assert!(bot.me().await.unwrap_err().is_unauthorized());
    let end = outage(&mut events).await;
    assert!(matches!(end, Outage::Closed { .. }), "{end:?}");
    let end = events.next().await.unwrap().unwrap_err();
    assert!(matches!(end, StreamError::Unauthorized(_)), "{end:?}");
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_login_that_is_not_in_order_is_refused() {
    let instance = start().await;
    let anonymous = Client::new(instance.url()).unwrap();
    let error = anonymous.send(apps::Create::new("", [OUT_OF_BAND])).await;
    assert_eq!(message(&error.unwrap_err()).0, 422);
    let registration = apps::Create::new("a bot", [OUT_OF_BAND]).scopes("read");
    let app = anonymous.send(registration).await.unwrap();
    let server = AuthorizationServer::new(instance.url());
    let to = |uri, scopes| Authorization::new(&server, &app, uri, scopes, Utc::now()).unwrap();
    let begin = |scopes| to(OUT_OF_BAND, scopes);

    let refusal = instance.approve("bot", &begin("read write").url());
    assert_eq!(refusal.unwrap_err().error(), "invalid_scope");
    let refusal = instance.approve("bot", &to("https://else.example/", "read").url());
    assert_eq!(refusal.unwrap_err().error(), "invalid_redirect_uri");

    // A stolen code is worthless without the verifier of the one who began.
    let victim = begin("read");
    let back = instance.approve("bot", &victim.url()).unwrap();
    let (_, code) = back.query_pairs().find(|(name, _)| name == "code").unwrap();
    let stolen = begin("read").with_code(&code).unwrap();
    let error = anonymous.send(stolen).await.unwrap_err();
    assert_eq!(message(&error), (400, "invalid_grant"));

    let mut forged = app.clone();
    forged.client_secret = "guessed".into();
    let error = anonymous
        .send(server.client_credentials(&forged, "read"))
        .await;
    assert_eq!(message(&error.unwrap_err()), (401, "invalid_client"));
}

#[tokio::test]
async fn an_application_without_a_user_may_not_act_for_one() {
    let instance = start().await;
    let anonymous = Client::new(instance.url()).unwrap();
    let registration = apps::Create::new("a bot", [OUT_OF_BAND]).scopes("read write");
    let app = anonymous.send(registration).await.unwrap();
    let server = AuthorizationServer::new(instance.url());
    let call = server.client_credentials(&app, "read write");
    let token = anonymous.send(call).await.unwrap();
    let app = client(&instance, token.access_token);
    assert!(app.send(apps::VerifyCredentials::new()).await.is_ok());
    let error = app.post("hello").send().await.unwrap_err();
    assert_eq!(
        message(&error),
        (422, "This method requires an authenticated user")
    );
}

#[tokio::test]
async fn a_mention_is_notified_streamed_and_answered() {
    let instance = start().await;
    let bot = bot(&instance);
    for transport in [Transport::WebSocket, Transport::Sse] {
        let events = bot.stream(Stream::User).transport(transport);
        let mut events = events.await.unwrap();
        assert_eq!(events.transport(), Some(transport));
        let question = instance.mention("alice", "bot", "are you <there>?");
        let Event::Notification(notification) = event(&mut events).await else {
            panic!()
        };
        assert_eq!(notification.kind, NotificationType::Mention);
        assert_eq!(notification.account.username, "alice");
        let status = notification.status.unwrap();
        assert_eq!(status.id, question.id);
        assert!(
            status.content.as_str().contains("are you &lt;there&gt;?"),
            "{:?}",
            status.content
        );

        let answer = bot.post("@alice yes").reply_to(&status).unlisted();
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.in_reply_to_id.as_ref(), Some(&question.id));
        let Event::Update(own) = event(&mut events).await else {
            panic!()
        };
        assert_eq!(own.id, answer.id);
        drop(events);
    }
    let list = bot.send(notifications::List::new()).await.unwrap();
    assert_eq!(list.items.len(), 2);
    let none = notifications::List::new().types([NotificationType::Follow]);
    assert_eq!(bot.send(none).await.unwrap().items.len(), 0);
    let alice = client(&instance, instance.token("alice"));
    let list = alice.send(notifications::List::new()).await.unwrap();
    assert_eq!(list.items.len(), 2);
    assert_eq!(instance.statuses_of("bot").len(), 2);
    assert_eq!(
        instance.statuses_of("bot")[0].text.as_deref(),
        Some("@alice yes")
    );
}

#[tokio::test]
async fn statuses_are_posted_once_read_favourited_and_deleted() {
    let instance = start().await;
    let bot = bot(&instance);
    let call = statuses::Create::new()
        .status("once #rust")
        .idempotency_key("key");
    let first = bot.send(call.clone()).await.unwrap();
    let second = bot.send(call).await.unwrap();
    assert_eq!(first.id, second.id);
    assert_eq!(instance.statuses().len(), 1);
    assert_eq!(first.tags[0].name, "rust");

    let status = bot.send(statuses::Favourite::new(&first.id)).await.unwrap();
    assert_eq!(
        (status.favourited, status.favourites_count),
        (Some(true), 1)
    );
    let call = statuses::Unfavourite::new(&first.id);
    let status = bot.send(call).await.unwrap();
    assert_eq!(
        (status.favourited, status.favourites_count),
        (Some(false), 0)
    );

    let reply = instance.reply_as("alice", "indeed", &first.id).unwrap();
    let nested = instance.reply_as("bot", "yes", &reply.id).unwrap();
    let context = bot.send(statuses::Context::new(&reply.id)).await.unwrap();
    assert_eq!(context.ancestors[0].id, first.id);
    assert_eq!(context.descendants[0].id, nested.id);

    let error = bot.send(statuses::Delete::new(&reply.id)).await;
    assert!(error.unwrap_err().is_not_found(), "another's");
    let deleted = bot.send(statuses::Delete::new(&first.id)).await.unwrap();
    assert_eq!(deleted.unwrap().text.as_deref(), Some("once #rust"));
    let error = bot.send(statuses::Get::new(&first.id)).await.unwrap_err();
    assert_eq!(message(&error), (404, "Record not found"));
}

#[tokio::test]
async fn what_is_not_for_everyone_is_not_shown_to_everyone() {
    let instance = start().await;
    instance.follow("follower", "alice");
    let clients: Vec<_> = ["alice", "follower", "bot", "stranger"]
        .map(|name| client(&instance, instance.token(name)))
        .into();
    for (visibility, expected) in [
        (Visibility::Public, [true, true, true, true]),
        (Visibility::Unlisted, [true, true, true, true]),
        (Visibility::Private, [true, true, true, false]),
        (Visibility::Direct, [true, false, true, false]),
    ] {
        let status = instance.post_as("alice", "@bot hello", visibility.clone());
        for (client, expected) in clients.iter().zip(expected) {
            let seen = client.send(statuses::Get::new(&status.id)).await.is_ok();
            assert_eq!(seen, expected, "{visibility}");
        }
        let public = clients[3].send(timelines::Public::new()).await.unwrap();
        let is_listed = public.items.iter().any(|listed| listed.id == status.id);
        assert_eq!(is_listed, visibility == Visibility::Public);
    }
    let home = clients[1].send(timelines::Home::new()).await.unwrap();
    assert_eq!(home.items.len(), 3, "all but the direct one");
    let home = clients[2].send(timelines::Home::new()).await.unwrap();
    assert_eq!(home.items.len(), 0, "the bot follows nobody");
}

#[tokio::test]
async fn timelines_come_in_pages_both_ways() {
    let instance = start().await;
    let bot = bot(&instance);
    let post = |number: usize| {
        instance
            .post_as("bot", &number.to_string(), Visibility::Public)
            .id
    };
    let ids: Vec<_> = (0..5).map(post).collect();
    let found = async |call: timelines::Home| {
        let page = bot.send(call).await.unwrap();
        let found: Vec<StatusId> = page.items.into_iter().map(|status| status.id).collect();
        (
            found,
            page.next.map(|c| c.to_string()),
            page.prev.map(|c| c.to_string()),
        )
    };
    let home = || timelines::Home::new().limit(2_u64);
    let newest = |range: std::ops::Range<usize>| {
        let mut found = ids[range].to_vec();
        found.reverse();
        found
    };

    let (page, next, prev) = found(home()).await;
    assert_eq!(page, newest(3..5));
    assert_eq!(next, Some(format!("max_id={}", ids[3])));
    assert_eq!(prev, Some(format!("min_id={}", ids[4])));
    assert_eq!(found(home().max_id(&ids[3])).await.0, newest(1..3));
    let (page, next, _) = found(home().max_id(&ids[1])).await;
    assert_eq!((page, next), (newest(0..1), None), "the end");
    assert_eq!(found(home().since_id(&ids[0])).await.0, newest(3..5));
    assert_eq!(found(home().min_id(&ids[0])).await.0, newest(1..3));
    let (page, _, prev) = found(home().min_id(&ids[4])).await;
    assert_eq!((page, prev), (Vec::new(), None));
}

#[tokio::test]
async fn mistakes_are_answered_in_the_words_of_mastodon() {
    let instance = start().await;
    let bot = bot(&instance);
    let error = bot.post("  ").send().await.unwrap_err();
    assert_eq!(
        message(&error),
        (422, "Validation failed: Text can't be blank")
    );
    assert!(bot.post("x".repeat(500)).send().await.is_ok());
    let call = statuses::Create::new().status("x".repeat(501));
    let error = bot.send(call).await.unwrap_err();
    assert_eq!(
        message(&error),
        (
            422,
            "Validation failed: Text character limit of 500 exceeded"
        )
    );
    let reply = statuses::Create::new().status("x").in_reply_to_id("999");
    assert_eq!(message(&bot.send(reply).await.unwrap_err()).0, 404);
    let odd = statuses::Create::new()
        .status("x")
        .visibility(Visibility::from("limited"));
    assert_eq!(message(&bot.send(odd).await.unwrap_err()).0, 422);

    let nobody = client(&instance, "wrong");
    let error = nobody.me().await.unwrap_err();
    assert_eq!(message(&error), (401, "The access token is invalid"));
    for transport in [Transport::WebSocket, Transport::Sse] {
        let error = nobody.stream(Stream::User).transport(transport).await;
        assert_eq!(
            message(&error.unwrap_err()),
            (401, "Invalid access token"),
            "{transport:?}"
        );
    }
    let blind = client(&instance, instance.token_with_scopes("bot", "write"));
    let error = blind.stream(Stream::User).await.unwrap_err();
    assert!(error.is_forbidden());
}

#[tokio::test]
async fn faults_come_when_the_script_says() {
    let instance = start().await;
    let bot = Client::builder(instance.url())
        .token(instance.token("bot"))
        .retry(mastodon_api::waiting::RetryPolicy::never())
        .build()
        .unwrap();
    let path = "/api/v1/accounts/verify_credentials";
    instance.next_answer_to(
        path,
        StatusCode::TOO_MANY_REQUESTS,
        r#"{"error":"Too many requests"}"#,
    );
    instance.next_answer(StatusCode::BAD_GATEWAY, "<html>");
    let error = bot.send(timelines::Home::new()).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_GATEWAY));
    assert!(bot.me().await.unwrap_err().is_rate_limited());
    assert!(bot.me().await.is_ok());

    let paths: Vec<_> = instance
        .requests()
        .iter()
        .map(|r| r.path().to_owned())
        .collect();
    assert_eq!(paths, ["/api/v1/timelines/home", path, path]);
    let token = instance.token("bot");
    let _ = client(&instance, token.clone()).me().await;
    assert!(!format!("{:?}", instance.requests()).contains(token.expose()));
}

#[tokio::test]
async fn streams_carry_what_belongs_to_them() {
    let instance = start().await;
    let bot = bot(&instance);
    instance.follow("bot", "alice");
    let mut streams = Vec::new();
    for stream in [
        Stream::User,
        Stream::UserNotification,
        Stream::Public,
        Stream::PublicLocal,
        Stream::PublicRemote,
        Stream::Hashtag("Rust".into()),
        Stream::Direct,
    ] {
        streams.push((stream.clone(), bot.stream(stream).await.unwrap()));
    }
    instance.post_as("alice", "quiet #rust", Visibility::Unlisted);
    let loud = instance.post_as("alice", "loud #rust", Visibility::Public);
    instance.post_as("stranger", "else", Visibility::Unlisted);
    assert!(instance.delete(&loud.id));
    for (stream, _) in &streams {
        instance.send_event(stream, &RawEvent::new("end", None::<&str>));
    }
    for (stream, mut events) in streams {
        let mut names = Vec::new();
        loop {
            let event = event(&mut events).await;
            if event.name() == "end" {
                break;
            }
            names.push(event.name().to_owned());
        }
        let expected: &[_] = match stream {
            Stream::User => &["update", "update", "delete"],
            Stream::Public | Stream::PublicLocal | Stream::Hashtag(_) => &["update", "delete"],
            _ => &[],
        };
        assert_eq!(names, expected, "{stream:?}");
    }
}

#[tokio::test]
async fn a_subscriber_is_awaited_and_streams_end_with_a_reason() {
    let instance = start().await;
    let bot = bot(&instance);
    let listener = tokio::spawn(async move {
        let mut events = bot
            .stream(Stream::User)
            .transport(Transport::WebSocket)
            .await?;
        let first = event(&mut events).await;
        assert!(matches!(first, Event::Unknown(_)), "{first:?}");
        Ok::<_, Error>(outage(&mut events).await)
    });
    instance.wait_for_subscriber(&Stream::User).await.unwrap();
    instance.send_event(&Stream::User, &RawEvent::new("quack", Some("a\nb")));
    instance.disconnect_streams();
    let last = listener.await.unwrap().unwrap();
    assert!(
        matches!(
            last,
            Outage::Closed {
                code: Some(1001),
                ..
            }
        ),
        "{last:?}"
    );
}

#[tokio::test]
async fn stopping_it_ends_everything() {
    let instance = start().await;
    let url = instance.url().clone();
    let bot = bot(&instance);
    let mut websocket = bot.stream(Stream::User).await.unwrap();
    let sse = bot.stream(Stream::User).transport(Transport::Sse);
    let mut sse = sse.await.unwrap();
    instance.stop().await;
    for events in [&mut websocket, &mut sse] {
        let end = outage(events).await;
        assert!(matches!(end, Outage::Closed { .. }), "{end:?}");
    }
    let error = Client::new(url).unwrap().me().await.unwrap_err();
    assert!(matches!(error, Error::NotReached(_)), "{error:?}");
}
