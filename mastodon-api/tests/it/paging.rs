//! Lists: walked both ways, stopped and resumed, and what hostile servers send of them.

use std::sync::atomic::{AtomicU64, Ordering};

use mastodon_api::entities::{GroupedNotificationsResults, NotificationType};
use mastodon_api::methods::grouped_notifications;
use mastodon_api::{Client, Cursor, Error, Items, methods};
use serde::Deserialize;
use serde_json::{Value, json};
use wiremock::matchers::{any, query_param};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// A server with the statuses 1 to 25, ten on a page.
struct Timeline {
    has_links: bool,
    /// By the ids of favourites, which are those of the statuses plus 1000.
    by_other_ids: bool,
}

impl Respond for Timeline {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let parameter = |wanted: &str| -> Option<u64> {
            let mut pairs = request.url.query_pairs();
            let (_, value) = pairs.find(|(name, _)| name == wanted)?;
            value.parse().ok()
        };
        let shift = if self.by_other_ids { 1000 } else { 0 };
        let below = parameter("max_id").unwrap_or(u64::MAX);
        let above = parameter("min_id")
            .or(parameter("since_id"))
            .unwrap_or_default();
        let mut ids: Vec<u64> = (1..=25)
            .filter(|id| id + shift < below && id + shift > above)
            .collect();
        if parameter("min_id").is_none() {
            ids.reverse();
        }
        ids.truncate(10);
        ids.sort_unstable_by(|one, other| other.cmp(one));
        let mut answer = ResponseTemplate::new(200).set_body_json(
            ids.iter()
                .map(|id| a_status(&id.to_string()))
                .collect::<Vec<_>>(),
        );
        if let (true, Some(first), Some(last)) = (self.has_links, ids.first(), ids.last()) {
            let (first, last) = (first + shift, last + shift);
            let link = format!(
                "<https://x.example/?max_id={last}>; rel=\"next\", <https://x.example/?min_id={first}>; rel=\"prev\""
            );
            answer = answer.insert_header("link", link);
        }
        answer
    }
}

fn a_status(id: &str) -> Value {
    json!({"id": id, "account": {"id": "1", "acct": "ann"}})
}

async fn server(answer: impl Respond + 'static) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = Client::new(server.uri())
        .unwrap()
        .with_token("planted-token");
    (server, client)
}

async fn rest<T>(items: &mut Items<T>, id: impl Fn(&T) -> String) -> Vec<u64> {
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        found.push(id(&item.unwrap()).parse().unwrap());
    }
    found
}

async fn statuses(mut items: Items<mastodon_api::entities::Status>) -> Vec<u64> {
    rest(&mut items, |status| status.id.to_string()).await
}

fn descending() -> Vec<u64> {
    (1..=25).rev().collect()
}

#[tokio::test]
async fn both_ways_with_links_and_without() {
    for has_links in [true, false] {
        let (server, client) = server(Timeline {
            has_links,
            by_other_ids: false,
        })
        .await;
        assert_eq!(statuses(client.home()).await, descending());
        let newer = client.home().at(Cursor::newer_than(3));
        assert_eq!(statuses(newer).await, (4..=25).collect::<Vec<_>>());
        // The call's own parameters mean the same.
        let newer = client.items(methods::timelines::Home::new().min_id("3").limit(7));
        assert_eq!(statuses(newer).await, (4..=25).collect::<Vec<_>>());
        let since = client.items(methods::timelines::Home::new().since_id("3"));
        assert_eq!(statuses(since).await, (4..=25).rev().collect::<Vec<_>>());
        let requests = server.received_requests().await.unwrap();
        let kept = |request: &&Request| request.url.query().unwrap_or_default().contains("limit=7");
        assert_eq!(requests.iter().filter(kept).count(), 4);
    }
}

#[tokio::test]
async fn a_walk_can_stop_anywhere_and_go_on_later() {
    for (has_links, by_other_ids) in [(true, false), (false, false), (true, true)] {
        let (_server, client) = server(Timeline {
            has_links,
            by_other_ids,
        })
        .await;
        let walk = |from: Option<&str>| {
            let items = if by_other_ids {
                client.items(methods::favourites::List::new())
            } else {
                client.home()
            };
            match from {
                Some(stored) => items.at(stored.parse().unwrap()),
                None => items,
            }
        };
        for stop in [0, 1, 9, 10, 11, 24, 25] {
            let mut items = walk(None);
            let mut found: Vec<u64> = Vec::new();
            for _ in 0..stop {
                let status = items.next().await.unwrap().unwrap();
                found.push(status.id.as_str().parse().unwrap());
            }
            let stored = items.cursor().map(Cursor::to_string);
            found.extend(statuses(walk(stored.as_deref())).await);
            assert_eq!(found, descending(), "stopped after {stop} at {stored:?}");
        }
        for stop in [1, 10, 15, 22] {
            let mut items = walk(Some(if by_other_ids {
                "min_id=1003"
            } else {
                "min_id=3"
            }));
            let mut found: Vec<u64> = Vec::new();
            for _ in 0..stop {
                let status = items.next().await.unwrap().unwrap();
                found.push(status.id.as_str().parse().unwrap());
            }
            let stored = items.cursor().map(Cursor::to_string);
            found.extend(statuses(walk(stored.as_deref())).await);
            assert_eq!(found, (4..=25).collect::<Vec<_>>(), "{stop} {stored:?}");
        }
    }
}

#[tokio::test]
async fn pages_have_their_places_too() {
    let (_server, client) = server(Timeline {
        has_links: true,
        by_other_ids: true,
    })
    .await;
    let mut pages = client.pages(methods::favourites::List::new()).max_pages(2);
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        found.extend(page.unwrap().items.into_iter().map(|status| status.id));
    }
    assert_eq!(found.len(), 20);
    let mut rest = client
        .pages(methods::favourites::List::new())
        .at(pages.cursor().unwrap().clone());
    let page = rest.next().await.unwrap().unwrap();
    assert_eq!(page.items[0].id.as_str(), "5");
    assert!(rest.next().await.is_none());
    // At the end there is a place after which nothing comes.
    let end: Cursor = rest.cursor().unwrap().to_string().parse().unwrap();
    let mut nothing = client.pages(methods::favourites::List::new()).at(end);
    assert!(nothing.next().await.is_none());
}

/// What stands in `cases/paging.json`, in words of ours.
#[derive(Deserialize)]
struct Case {
    id: String,
    attack: String,
    input: Input,
    outcome: String,
}

#[derive(Deserialize)]
struct Input {
    /// The `Link` header; `{n}` is the number of the request, from 1 on.
    link: String,
    /// How often the text of the header is repeated.
    #[serde(default = "one")]
    times: usize,
    /// The id of the only status on the page; `{n}` as above. Without it, the page is empty.
    status: Option<String>,
    /// From this request on there is no `Link` header.
    #[serde(default)]
    ends_at: Option<u64>,
    /// Whether the list is asked for forwards.
    #[serde(default)]
    forwards: bool,
}

fn one() -> usize {
    1
}

struct Hostile {
    input: Input,
    requests: AtomicU64,
}

impl Respond for Hostile {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let filled = |text: &str| text.replace("{n}", &number.to_string());
        let statuses: Vec<_> = self
            .input
            .status
            .iter()
            .map(|id| a_status(&filled(id)))
            .collect();
        let answer = ResponseTemplate::new(200).set_body_json(statuses);
        match self.input.ends_at {
            Some(last) if number >= last => ResponseTemplate::new(200).set_body_json(json!([])),
            _ => answer.insert_header("link", filled(&self.input.link).repeat(self.input.times)),
        }
    }
}

#[tokio::test]
async fn what_hostile_servers_send_of_pages() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../cases/paging.json")).unwrap();
    let (mut refused, mut controls) = ([0, 0], [0, 0]);
    for case in cases {
        let forwards = case.input.forwards;
        let elsewhere = MockServer::start().await;
        let mut input = case.input;
        input.link = input.link.replace("{elsewhere}", &elsewhere.uri());
        let (server, client) = server(Hostile {
            input,
            requests: AtomicU64::new(0),
        })
        .await;
        let mut items = client.items(methods::favourites::List::new());
        if forwards {
            items = items.at(Cursor::newer_than(1));
        }
        let (mut count, mut end) = (0, String::from("end"));
        while let Some(item) = items.next().await {
            match item {
                Ok(_) => count += 1,
                Err(Error::NotUnderstood(error)) => end = format!("{:?}", error.reason),
                Err(Error::InvalidRequest(error)) => end = format!("invalid {}", error.name),
                Err(other) => panic!("{}: {other:?}", case.id),
            }
        }
        let requests = server.received_requests().await.unwrap().len();
        let seen = format!("{count} items, {requests} requests, {end}");
        assert_eq!(seen, case.outcome, "{}: {}", case.id, case.attack);
        assert!(elsewhere.received_requests().await.unwrap().is_empty());
        let tally = if case.id.ends_with("control") {
            &mut controls
        } else {
            &mut refused
        };
        *tally = [tally[0] + 1, tally[1] + 1];
    }
    let ([refused, attacks], [taken, control]) = (refused, controls);
    println!("paging: refused {refused}/{attacks}, controls {taken}/{control}");
}

#[tokio::test]
async fn after_an_error_the_same_page_can_be_asked_for_again() {
    let server = MockServer::start().await;
    let failing = |status| ResponseTemplate::new(status);
    Mock::given(query_param("max_id", "16"))
        .respond_with(failing(404))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(any())
        .respond_with(Timeline {
            has_links: true,
            by_other_ids: false,
        })
        .mount(&server)
        .await;
    let client = Client::new(server.uri()).unwrap();
    let mut home = client.home();
    let mut found = Vec::new();
    let error = loop {
        match home.next().await.unwrap() {
            Ok(status) => found.push(status.id.as_str().parse::<u64>().unwrap()),
            Err(error) => break error,
        }
    };
    assert!(error.is_not_found());
    assert!(home.next().await.is_none(), "the error is the end");
    home.retry();
    found.extend(rest(&mut home, |status| status.id.to_string()).await);
    assert_eq!(found, descending());
}

/// A list of one's own server, whose pages lead on as long as `pages` says.
async fn leading_on(pages: usize, body: &'static str) -> MockServer {
    let server = MockServer::start().await;
    let base = server.uri();
    let answer = move |request: &Request| {
        let place = request.url.query_pairs().find(|(name, _)| name == "max_id");
        let at: usize = place.map_or(0, |(_, value)| value.parse().unwrap());
        let next = format!("<{base}/x?max_id={}>; rel=\"next\"", at + 1);
        let answer = ResponseTemplate::new(200)
            .set_body_raw(body.replace("{at}", &at.to_string()), "application/json");
        match at + 1 < pages {
            true => answer.insert_header("link", &*next),
            false => answer,
        }
    };
    Mock::given(wiremock::matchers::path("/x"))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn a_raw_request_has_pages_too() {
    let server = leading_on(3, r#"[{"id":"{at}","account":{"id":"1"}}]"#).await;
    let client = Client::new(server.uri()).unwrap();
    let get = || client.request(http::Method::GET, "/x").query("odd", "a b");
    let mut items = get().items::<mastodon_api::entities::Status>().unwrap();
    let mut ids = Vec::new();
    while let Some(status) = items.next().await {
        ids.push(status.unwrap().id.as_str().to_owned());
    }
    assert_eq!(ids, ["0", "1", "2"]);
    let received = server.received_requests().await.unwrap();
    let asked: Vec<_> = received.iter().map(|request| request.url.query()).collect();
    let of = ["odd=a+b", "odd=a+b&max_id=1", "odd=a+b&max_id=2"];
    assert_eq!(asked, of.map(Some));
    let post = client.request(http::Method::POST, "/x");
    assert!(post.pages::<mastodon_api::entities::Status>().is_err());
}

#[tokio::test]
async fn pages_of_which_nothing_can_be_read_come_to_an_end() {
    let server = leading_on(1_000, "[7]").await;
    let client = Client::new(server.uri()).unwrap();
    let get = client.request(http::Method::GET, "/x");
    let mut items = get.items::<mastodon_api::entities::Status>().unwrap();
    let Error::NotUnderstood(why) = items.next().await.unwrap().unwrap_err() else {
        panic!("it was reached");
    };
    assert_eq!(
        why.reason,
        mastodon_api::error::NotUnderstoodReason::EndlessList
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 21);
}

/// Three pages of groups; on the second one nothing is left.
#[tokio::test]
async fn grouped_notifications_come_in_pages_too() {
    let server = MockServer::start().await;
    let base = server.uri();
    let page = |group: &str, next: Option<&str>| {
        let groups = match group {
            "" => json!([]),
            id => {
                json!([{"group_key": format!("favourite-{id}"), "type": "favourite", "page_max_id": id}])
            }
        };
        let answer = ResponseTemplate::new(200).set_body_json(
            json!({"accounts": [{"id": "1"}], "statuses": [], "notification_groups": groups}),
        );
        match next {
            Some(id) => answer.insert_header(
                "link",
                format!(
                    "<{base}/api/v2/notifications?max_id={id}&types[]=favourite>; rel=\"next\""
                ),
            ),
            None => answer,
        }
    };
    let pages = [page("9", Some("8")), page("", Some("5")), page("4", None)];
    Mock::given(wiremock::matchers::path("/api/v2/notifications"))
        .respond_with(move |request: &Request| {
            let at = request.url.query_pairs().find(|(name, _)| name == "max_id");
            match at.as_ref().map(|(_, id)| &**id) {
                None => pages[0].clone(),
                Some("8") => pages[1].clone(),
                _ => pages[2].clone(),
            }
        })
        .mount(&server)
        .await;
    let client = Client::new(server.uri()).unwrap();
    let call = || grouped_notifications::List::new().types([NotificationType::Favourite]);
    let mut pages = client.grouped_notifications(call());
    let keys =
        |results: GroupedNotificationsResults| results.notification_groups[0].group_key.clone();
    assert_eq!(keys(pages.next().await.unwrap().unwrap()), "favourite-9");
    let place = pages.cursor().unwrap().clone();
    assert_eq!(keys(pages.next().await.unwrap().unwrap()), "favourite-4");
    assert!(pages.next().await.is_none());

    // Another day, from the place after the first page.
    let mut rest = client.grouped_notifications(call()).at(place);
    assert_eq!(keys(rest.next().await.unwrap().unwrap()), "favourite-4");
    assert!(rest.next().await.is_none());
    let received = server.received_requests().await.unwrap();
    let asked: Vec<_> = received
        .iter()
        .map(|request| request.url.query().unwrap_or_default())
        .collect();
    let kind = "types%5B%5D=favourite";
    let [at_8, at_5] = ["8", "5"].map(|id| format!("max_id={id}&{kind}"));
    assert_eq!(asked, [kind, &at_8, &at_5, &at_8, &at_5]);
}
