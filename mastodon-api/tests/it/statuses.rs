//! The calls of the pages about statuses and what stands around them, and what is answered to them.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Method, Request, Response};
use mastodon_api::endpoint::{Access, Endpoint, Upload};
use mastodon_api::entities::{
    self, AnnualReport, AnnualReportState, Collection, Conversation, QuotePolicy, SearchType,
    gotosocial, pleroma as pleroma_entities,
};
use mastodon_api::methods::{
    annual_reports, collections, conversations, media, oembed, pleroma, polls, scheduled_statuses,
    search, statuses, timelines, trends,
};
use mastodon_api::{At, Cursor};
use serde_json::{Value, json};

fn request(call: &impl Endpoint) -> Request<Bytes> {
    call.to_request(&"https://mastodon.example".parse().unwrap())
        .unwrap()
}

/// Verb and what follows the host.
fn line(call: &impl Endpoint) -> String {
    let request = request(call);
    format!(
        "{} {}",
        request.method(),
        request.uri().path_and_query().unwrap()
    )
}

fn sent(call: &impl Endpoint) -> Value {
    serde_json::from_slice(request(call).body()).unwrap()
}

fn answer(body: &'static str) -> Response<Bytes> {
    Response::new(Bytes::from_static(body.as_bytes()))
}

#[test]
fn requests_are_those_of_the_documentation() {
    let lines = [
        line(&statuses::Index::new(["1", "2"])),
        line(&statuses::RevokeQuote::new("1", "2")),
        line(&statuses::FavouritedBy::new("1").limit(80)),
        line(&timelines::Link::new("https://a.example/?b=c").limit(5)),
        line(&timelines::Tag::new("a").any(["b", "c"]).none(["d"])),
        line(
            &search::V2::new("@a@b.example")
                .kind(SearchType::Accounts)
                .resolve(true)
                .offset(20),
        ),
        line(&At::new(trends::Links::new().limit(5), Cursor::offset(10))),
        line(&conversations::Unread::new("7")),
        line(&oembed::Get::new("https://a.example/@b/1").maxwidth(300)),
        line(&collections::List::new("9").limit(5)),
        line(&collections::RevokeItem::new("1", "2")),
        line(&annual_reports::GetState::new(2025)),
    ];
    assert_eq!(
        lines,
        [
            "GET /api/v1/statuses?id%5B%5D=1&id%5B%5D=2",
            "POST /api/v1/statuses/1/quotes/2/revoke",
            "GET /api/v1/statuses/1/favourited_by?limit=80",
            "GET /api/v1/timelines/link?limit=5&url=https%3A%2F%2Fa.example%2F%3Fb%3Dc",
            "GET /api/v1/timelines/tag/a?any%5B%5D=b&any%5B%5D=c&none%5B%5D=d",
            "GET /api/v2/search?offset=20&q=%40a%40b.example&resolve=true&type=accounts",
            "GET /api/v1/trends/links?limit=5&offset=10",
            "POST /api/v1/conversations/7/unread",
            "GET /api/oembed?maxwidth=300&url=https%3A%2F%2Fa.example%2F%40b%2F1",
            "GET /api/v1/accounts/9/collections?limit=5",
            "POST /api/v1/collections/1/items/2/revoke",
            "GET /api/v1/annual_reports/2025/state",
        ]
    );
}

#[test]
fn what_changes_something_has_json() {
    assert_eq!(
        sent(&polls::Vote::new("1", [0, 2])),
        json!({"choices": [0, 2]})
    );
    let policy =
        statuses::EditInteractionPolicy::new("1").quote_approval_policy(QuotePolicy::Nobody);
    assert_eq!(sent(&policy), json!({"quote_approval_policy": "nobody"}));
    assert_eq!(
        sent(&statuses::Translate::new("1").lang("de")),
        json!({"lang": "de"})
    );
    let create = collections::Create::new("Nice")
        .tag_name("a")
        .account_ids(["1", "2"]);
    assert_eq!(
        sent(&create),
        json!({"name": "Nice", "tag_name": "a", "account_ids": ["1", "2"]})
    );
    let attributes = statuses::MediaAttributes::new("5")
        .description("A song")
        .thumbnail("image/png", b"\x89PNG");
    assert_eq!(
        sent(&statuses::Edit::new("1").media_attributes([attributes])),
        json!({"media_attributes": [{"id": "5", "description": "A song", "thumbnail": "data:image/png;base64,iVBORw=="}]})
    );
}

#[test]
fn a_scheduled_status_has_all_parameters_of_a_status() {
    let time: DateTime<Utc> = "2030-01-01T08:00:00Z".parse().unwrap();
    let call = statuses::Create::new()
        .status("Later")
        .spoiler_text("x")
        .idempotency_key("once")
        .scheduled_at(time);
    let request = request(&call);
    assert_eq!(request.headers()["idempotency-key"], "once");
    assert_eq!(
        serde_json::from_slice::<Value>(request.body()).unwrap(),
        json!({"status": "Later", "spoiler_text": "x", "scheduled_at": "2030-01-01T08:00:00Z"})
    );
    let scheduled = call
        .read_response(answer(
            r#"{"id":"3","scheduled_at":"2030-01-01T08:00:00.000Z","params":{"text":"Later","visibility":"public"}}"#,
        ))
        .unwrap();
    assert_eq!(scheduled.scheduled_at, Some(time));
    assert_eq!(
        line(&scheduled_statuses::Update::new(&scheduled, time)),
        "PUT /api/v1/scheduled_statuses/3"
    );
}

#[test]
#[allow(deprecated)]
fn the_first_upload_is_a_form_too() {
    let upload = Upload::new(&b"\x89PNG"[..]).name("cat.png");
    let request = request(&media::V1::new(upload));
    assert_eq!(request.uri().path(), "/api/v1/media");
    assert!(
        request.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("multipart/form-data")
    );
    assert_eq!(request.method(), Method::POST);
}

#[test]
fn scopes_are_those_that_the_server_asks_for() {
    assert_eq!(
        statuses::RebloggedBy::ACCESS,
        Access::optional(&["read:accounts"])
    );
    assert_eq!(
        statuses::Translate::ACCESS,
        Access::user(&["read:statuses"])
    );
    assert_eq!(statuses::Source::ACCESS, Access::app(&["read:statuses"]));
    assert_eq!(statuses::Pin::ACCESS, Access::user(&["write:accounts"]));
}

const COLLECTION: &str = r#"{"id":"1","account_id":"2","name":"Nice","items":[{"id":"3","account_id":"4","state":"accepted"}]}"#;

#[test]
fn an_answer_inside_an_object_is_taken_out() {
    let body = |text: String| Response::new(Bytes::from(text));
    let made = collections::Create::new("Nice")
        .read_response(body(format!(r#"{{"collection": {COLLECTION}}}"#)))
        .unwrap();
    assert_eq!((made.name.as_str(), made.items.len()), ("Nice", 1));
    let bare = collections::Create::new("Nice")
        .read_response(body(COLLECTION.to_owned()))
        .unwrap();
    assert_eq!(bare, made);

    let mut response = body(format!(
        r#"{{"collections": [{COLLECTION}, {{"id":null}}]}}"#
    ));
    let next = "<https://mastodon.example/api/v1/accounts/2/collections?offset=2>; rel=\"next\"";
    response.headers_mut().insert("link", next.parse().unwrap());
    let page = collections::List::new("2").read_response(response).unwrap();
    assert_eq!(page.items, [made]);
    assert_eq!(page.problems[0].path(), "[1].id");
    assert_eq!(page.next, Some(Cursor::offset(2)));

    let state =
        annual_reports::GetState::new(2025).read_response(answer(r#"{"state":"eligible"}"#));
    assert_eq!(state.unwrap(), AnnualReportState::Eligible);
    let added = collections::AddAccount::new("1", "4").read_response(answer(
        r#"{"collection_item":{"id":"3","state":"pending"}}"#,
    ));
    assert_eq!(added.unwrap().id.as_str(), "3");
    for odd in [
        r#"{"collection": 7}"#,
        r#"{"collection": null}"#,
        "{}",
        "[]",
        "7",
    ] {
        let refused = collections::Create::new("x").read_response(answer(odd));
        assert!(refused.is_err(), "{odd}");
    }
    let refusal = Response::builder()
        .status(422)
        .body(Bytes::from(
            r#"{"error":{"error":"x"},"collection":{"id":"1"}}"#,
        ))
        .unwrap();
    let error = collections::Create::new("x")
        .read_response(refusal)
        .unwrap_err();
    assert!(error.refused().is_some());
}

#[test]
fn a_thing_stands_for_its_id() {
    let collection: Collection = serde_json::from_str(COLLECTION).unwrap();
    assert_eq!(
        line(&collections::RemoveAccount::new(
            &collection,
            &collection.items[0]
        )),
        "DELETE /api/v1/collections/1/items/3"
    );
    let conversation: Conversation = serde_json::from_str(r#"{"id":7}"#).unwrap();
    assert_eq!(
        line(&conversations::Read::new(&conversation)),
        "POST /api/v1/conversations/7/read"
    );
}

#[test]
fn annual_reports_of_both_kinds_are_written_as_they_came() {
    let first = json!({"year": 2024, "schema_version": 1, "account_id": "1", "share_url": null, "data": {
        "archetype": "replier",
        "type_distribution": {"total": 9, "reblogs": 2, "replies": 3, "standalone": 4},
        "top_statuses": {"by_reblogs": "1", "by_replies": null, "by_favourites": "2"},
        "most_used_apps": [{"name": "Web", "count": 5}],
        "commonly_interacted_with_accounts": [{"account_id": "7", "count": 2}],
        "time_series": [{"month": 1, "statuses": 2, "following": 3, "followers": 4}],
        "top_hashtags": [{"name": "a", "count": 1}],
        "most_reblogged_accounts": [{"account_id": "8", "count": 1}],
        "percentiles": {"followers": 12.5, "statuses": 99.0},
    }});
    let second = json!({"year": 2025, "schema_version": 2, "account_id": "1", "share_url": "https://a.example/w", "data": {
        "archetype": "oracle",
        "time_series": [{"month": 12, "statuses": 7, "followers": 4}],
        "top_hashtags": [],
        "top_statuses": {"by_reblogs": "1", "by_replies": null, "by_favourites": null},
        "something_new": {"a": [1]},
    }});
    for report in [first, second] {
        let read: AnnualReport = serde_json::from_str(&report.to_string()).unwrap();
        assert!(read.problems().is_empty(), "{:?}", read.problems());
        assert_eq!(serde_json::to_value(&read).unwrap(), report);
    }
}

#[test]
fn emoji_reactions_are_pleromas() {
    let lines = [
        line(&pleroma::Reactions::new("1")),
        line(&pleroma::React::new("1", "☕")),
        line(&pleroma::Unreact::new("1", ":a/b:")),
    ];
    assert_eq!(
        lines,
        [
            "GET /api/v1/pleroma/statuses/1/reactions",
            "PUT /api/v1/pleroma/statuses/1/reactions/%E2%98%95",
            "DELETE /api/v1/pleroma/statuses/1/reactions/%3Aa%2Fb%3A",
        ]
    );
    let body = r#"[{"name":"☕","count":1,"me":false,"accounts":[{"id":"9V","acct":"a"}]}]"#;
    let page = pleroma::Reactions::new("1")
        .read_response(answer(body))
        .unwrap();
    assert_eq!(page.items[0].accounts.as_ref().unwrap()[0].acct, "a");
    assert!(page.problems.is_empty());
    assert_eq!(pleroma::rows().count(), 3);
}

#[test]
fn what_other_servers_add_is_read_from_extra() {
    let status = json!({"id": "9V", "account": {"id": "9A", "akkoma": {"instance": {"name": "a.example"}}, "pleroma": {
        "is_admin": true, "tags": [], "relationship": {"id": "9A", "following": true},
    }}, "pleroma": {
        "local": true, "conversation_id": 345, "direct_conversation_id": null, "content": {"text/plain": "hi"},
        "emoji_reactions": [{"name": "blob", "count": 2, "me": true, "url": "https://a.example/blob.png"}],
        "quote_id": "9B",
    }, "interaction_policy": {
        "can_favourite": {"always": ["public", "me"], "with_approval": []},
        "can_reply": {"always": ["https://b.example/users/c"], "with_approval": ["public"]},
        "can_reblog": {"always": [], "with_approval": []},
    }});
    let status: entities::Status = serde_json::from_str(&status.to_string()).unwrap();
    let more = pleroma_entities::Status::of(&status).unwrap();
    assert_eq!(more.content["text/plain"], "hi");
    assert_eq!(more.conversation_id.as_deref(), Some("345"));
    assert_eq!(
        (more.emoji_reactions[0].count, more.emoji_reactions[0].me),
        (2, true)
    );
    assert_eq!(
        more.extra.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["quote_id"]
    );
    let account = pleroma_entities::Account::of(&status.account).unwrap();
    assert_eq!(
        (account.is_admin, account.relationship.unwrap().following),
        (Some(true), true)
    );
    let account = pleroma_entities::AkkomaAccount::of(&status.account).unwrap();
    assert_eq!(account.instance.unwrap().name, "a.example");
    let policy = gotosocial::InteractionPolicy::of(&status).unwrap();
    assert_eq!(
        policy.can_favourite.always,
        [gotosocial::PolicyValue::Public, gotosocial::PolicyValue::Me]
    );
    assert_eq!(
        policy.can_reply.always[0].as_str(),
        "https://b.example/users/c"
    );

    // The object itself is written again as it came.
    let again = serde_json::to_value(&status).unwrap();
    assert_eq!(again["pleroma"]["quote_id"], "9B");
    assert_eq!(again["pleroma"]["conversation_id"], 345);

    for odd in [
        r#"{"id":"1","account":{"id":"2"}}"#,
        r#"{"id":"1","account":{"id":"2"},"pleroma":7,"interaction_policy":null}"#,
    ] {
        let status: entities::Status = serde_json::from_str(odd).unwrap();
        assert_eq!(pleroma_entities::Status::of(&status), None);
        assert_eq!(gotosocial::InteractionPolicy::of(&status), None);
    }
}
