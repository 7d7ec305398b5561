//! What becomes of posts on a server, also when its answers get lost.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{SubsecRound as _, TimeDelta, Utc};
use http::{Method, StatusCode};
use mastodon_api::entities::ScheduledStatus;
use mastodon_api::error::{InvalidFileReason, LimitRule};
use mastodon_api::methods::scheduled_statuses;
use mastodon_api::methods::statuses::NewPoll;
use mastodon_api::testing::{FakeInstance, Fault, RecordedRequest};
use mastodon_api::waiting::RetryPolicy;
use mastodon_api::{Client, MediaFile};

use super::png;

const STATUSES: &str = "/api/v1/statuses";
const MEDIA: &str = "/api/v2/media";

/// An instance, and a client that tries again quickly.
async fn start() -> (FakeInstance, Client) {
    let instance = FakeInstance::start().await.unwrap();
    let quick = RetryPolicy::default().waits(Duration::from_millis(1), Duration::from_millis(1));
    let client = Client::builder(instance.url().as_str())
        .token(instance.token("bot"))
        .retry(quick);
    let client = client.build().unwrap();
    (instance, client)
}

fn posted(instance: &FakeInstance, path: &str) -> Vec<RecordedRequest> {
    let mut requests = instance.requests();
    requests.retain(|request| request.method() == Method::POST && request.path() == path);
    requests
}

async fn scheduled(client: &Client) -> Vec<ScheduledStatus> {
    let list = client.send(scheduled_statuses::List::new()).await;
    list.unwrap().items
}

#[tokio::test]
async fn a_post_with_media_whose_answer_is_lost_is_published_once() {
    for fault in [
        Fault::dropped_after_headers(),
        Fault::dropped_in_body(),
        Fault::status(StatusCode::BAD_GATEWAY).after_doing(),
        Fault::status(StatusCode::SERVICE_UNAVAILABLE),
        Fault::too_many_requests(Duration::ZERO),
        Fault::dropped(),
    ] {
        let (instance, client) = start().await;
        let told = format!("{fault:?}");
        let lost = instance.inject(fault.method(Method::POST).path(STATUSES).times(2));
        let post = client
            .post("Look")
            .attach(client.upload(png(10)).description("A cat"));
        let status = post.send().await.unwrap();
        assert_eq!(lost.hits(), 2, "{told}");

        let published = instance.statuses_of("bot");
        assert_eq!(published.len(), 1, "{told}");
        assert_eq!(published[0].id, status.id);
        let [medium] = &published[0].media_attachments[..] else {
            panic!("{told}: {published:?}");
        };
        assert_eq!(medium.description.as_deref(), Some("A cat"));
        assert_eq!(instance.media(&medium.id).unwrap().1, vec![7; 10]);
        assert_eq!(posted(&instance, MEDIA).len(), 1, "{told}");
        let tries = posted(&instance, STATUSES);
        let keys = tries
            .iter()
            .map(|request| &request.headers()["idempotency-key"]);
        assert_eq!(tries.len(), 3, "{told}");
        assert!(
            keys.clone().all(|key| key == keys.clone().next().unwrap()),
            "{told}"
        );
        assert!(
            tries
                .iter()
                .all(|request| request.body() == tries[0].body()),
            "{told}"
        );
    }
}

#[tokio::test]
async fn what_is_scheduled_too_soon_is_not_sent() {
    let (instance, client) = start().await;
    for soon in [
        TimeDelta::seconds(299),
        TimeDelta::zero(),
        TimeDelta::days(-1),
    ] {
        let post = client
            .post("x")
            .attach(client.upload(png(10)))
            .schedule(Utc::now() + soon);
        let checked = post.check().await.unwrap_err();
        let error = post.send().await.unwrap_err();
        let over = error.over_limit().unwrap();
        assert_eq!(checked.over_limit(), Some(over));
        assert_eq!(
            (over.rule, over.limit),
            (LimitRule::SoonSchedule, Some(300))
        );
    }
    assert!(instance.requests().is_empty());

    // It was in time when its upload began, and would not be when it ends.
    instance.inject(Fault::slow(Duration::from_secs(1)).path(MEDIA));
    let at = Utc::now() + TimeDelta::milliseconds(300_900);
    let post = client.post("x").attach(client.upload(png(10))).schedule(at);
    let error = post.send().await.unwrap_err();
    assert_eq!(error.over_limit().unwrap().rule, LimitRule::SoonSchedule);
    assert!(posted(&instance, STATUSES).is_empty());
}

#[tokio::test]
async fn what_is_scheduled_is_scheduled_once_and_whole() {
    let (instance, client) = start().await;
    // In milliseconds, as it is sent.
    let at = (Utc::now() + TimeDelta::minutes(6)).trunc_subsecs(3);
    let lost = instance.inject(Fault::dropped_in_body().path(STATUSES).method(Method::POST));
    let with_media = client.post("x").private().attach(client.upload(png(10)));
    let first = with_media.schedule(at).send().await.unwrap();
    assert_eq!(lost.hits(), 1);
    let poll = NewPoll::new(["tea", "coffee"], 3600).multiple(true);
    let second = client
        .post("?")
        .poll(poll)
        .schedule(at)
        .send()
        .await
        .unwrap();

    let mut listed = scheduled(&client).await;
    listed.sort_by(|one, other| one.id.as_str().cmp(other.id.as_str()));
    assert_eq!(listed, [first.clone(), second.clone()]);
    assert_eq!(first.scheduled_at, Some(at));
    assert!(instance.statuses().is_empty());

    let published = instance.publish_scheduled(&first.id).unwrap();
    assert_eq!(published.visibility.as_str(), "private");
    assert_eq!(published.media_attachments.len(), 1);
    let published = instance.publish_scheduled(&second.id).unwrap();
    let poll = published.poll.unwrap();
    assert!(poll.multiple && poll.options.len() == 2, "{poll:?}");
}

#[tokio::test]
async fn a_thread_with_media_goes_on_where_it_stopped() {
    let (instance, client) = start().await;
    let first = client.post("one").unlisted().attach(client.upload(png(10)));
    let mut thread = first
        .attach(client.upload(png(20)))
        .thread(["two", "three"]);
    let at = |path: &str| {
        Fault::status(StatusCode::UNPROCESSABLE_ENTITY)
            .path(path)
            .method(Method::POST)
    };
    instance.inject(at(MEDIA));
    thread.send().await.unwrap_err();
    assert!(thread.posted().is_empty() && posted(&instance, STATUSES).is_empty());

    // The first one goes out, and its answer is lost; the second is refused.
    instance.inject(Fault::dropped_in_body().path(STATUSES).method(Method::POST));
    let refused = instance.inject(at(STATUSES));
    // A fault that is used up lets the next one through, so the try of the first one meets it.
    thread.send().await.unwrap_err();
    assert_eq!(refused.hits(), 1);
    assert_eq!(thread.send().await.unwrap().len(), 3);

    let [one, two, three] = &instance.statuses_of("bot")[..] else {
        panic!("{:?}", instance.statuses_of("bot"));
    };
    let of = |status: &mastodon_api::entities::Status| status.media_attachments.len();
    assert_eq!([of(one), of(two), of(three)], [2, 0, 0]);
    assert_eq!(two.in_reply_to_id.as_ref(), Some(&one.id));
    assert_eq!(three.in_reply_to_id.as_ref(), Some(&two.id));
    assert_eq!(three.visibility.as_str(), "unlisted");
    // The one that was refused is the only file that was sent again.
    assert_eq!(posted(&instance, MEDIA).len(), 3);
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_sent_is_told() {
    let (instance, client) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    std::fs::write(&path, vec![7; 90_000]).unwrap();
    let grown = Arc::new(AtomicBool::new(false));
    let (file, has_grown) = (path.clone(), grown.clone());
    let upload = client.upload(&*path).on_progress(move |_, _| {
        if !grown.swap(true, Ordering::SeqCst) {
            let file = std::fs::File::options().append(true).open(&file);
            file.unwrap().write_all(&[8; 90_000]).unwrap();
        }
    });
    let error = client.post("x").attach(upload).send().await.unwrap_err();
    let reason = error.invalid_file().map(|file| file.reason);
    assert_eq!(reason, Some(InvalidFileReason::Changed), "{error:?}");
    assert!(has_grown.load(Ordering::SeqCst));
    assert!(posted(&instance, STATUSES).is_empty());
}

#[tokio::test]
async fn a_progress_callback_that_panics_ends_its_upload_alone() {
    let (instance, client) = start().await;
    let upload = || client.upload(MediaFile::bytes(vec![7; 200_000]).name("a.png"));
    let panics = upload().on_progress(|sent, _| assert!(sent < 100_000, "this one stops"));
    match tokio::spawn(client.post("x").attach(panics).send()).await {
        Ok(sent) => {
            sent.unwrap_err();
        }
        Err(ended) => assert!(ended.is_panic()),
    }
    assert!(posted(&instance, STATUSES).is_empty());
    // The client is as good as before.
    let status = client.post("x").attach(upload()).send().await.unwrap();
    let medium = instance.media(&status.media_attachments[0].id).unwrap();
    assert_eq!(medium.1.len(), 200_000);
}
