//! Administration, notifications and the server: requests that are odd, and what comes back.

use bytes::Bytes;
use http::{Request, Response};
use mastodon_api::endpoint::{Answer, Endpoint, Optional};
use mastodon_api::entities::admin::{
    self, DimensionKey, ExistingDomainBlockError, IpBlockSeverity, MeasureKey,
};
use mastodon_api::entities::{
    DomainBlockSeverity, GroupedNotificationsResults, NotificationPolicyValue, NotificationType,
    WebPushPolicy, WebPushSubscription,
};
use mastodon_api::ids::AccountId;
use mastodon_api::methods::{self, announcements, grouped_notifications, instance, push};
use mastodon_api::methods::{notifications, oauth};
use serde_json::{Value, json};

fn request(call: &impl Endpoint) -> Request<Bytes> {
    call.to_request(&"https://mastodon.example".parse().unwrap())
        .unwrap()
}

fn body(call: &impl Endpoint) -> Value {
    serde_json::from_slice(request(call).body()).unwrap()
}

#[test]
fn a_measure_is_told_which_hashtag_and_which_server() {
    let time = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let keys = [MeasureKey::TagUses, MeasureKey::InstanceReports];
    let call = methods::admin::measures::Get::new(
        keys,
        time("2026-01-01T00:00:00Z"),
        time("2026-01-31T00:00:00Z"),
    )
    .tag_uses("802")
    .instance_reports("spam.example");
    assert_eq!(
        body(&call),
        json!({
            "keys": ["tag_uses", "instance_reports"],
            "start_at": "2026-01-01T00:00:00Z",
            "end_at": "2026-01-31T00:00:00Z",
            "tag_uses": {"id": "802"},
            "instance_reports": {"domain": "spam.example"},
        })
    );
    let call = methods::admin::dimensions::Get::new([DimensionKey::Languages]).limit(10);
    assert_eq!(body(&call), json!({"keys": ["languages"], "limit": 10}));
}

#[test]
fn an_action_has_a_type_and_a_list_its_roles() {
    let call =
        methods::admin::accounts::Action::new("7", methods::admin::accounts::ActionType::None)
            .report_id("3")
            .send_email_notification(true);
    assert_eq!(
        body(&call),
        json!({"type": "none", "report_id": "3", "send_email_notification": true})
    );
    let call = methods::admin::accounts::V2::new()
        .origin(methods::admin::accounts::AccountOrigin::Local)
        .role_ids(["1", "2"]);
    assert_eq!(
        request(&call).uri().query(),
        Some("origin=local&role_ids%5B%5D=1&role_ids%5B%5D=2")
    );
}

#[test]
fn a_subscription_is_nested_and_shown_to_nobody() {
    let subscription = push::Subscription::new(
        "https://push.example/planted",
        "planted-key",
        "planted-secret",
    )
    .standard(true);
    let data = push::Data::new([NotificationType::Mention, NotificationType::AdminReport])
        .policy(WebPushPolicy::Followed);
    let call = push::Create::new(subscription).data(data.clone());
    assert!(!format!("{call:?}").contains("planted"));
    assert_eq!(
        body(&call),
        json!({
            "subscription": {
                "endpoint": "https://push.example/planted",
                "keys": {"p256dh": "planted-key", "auth": "planted-secret"},
                "standard": true,
            },
            "data": {"alerts": {"mention": true, "admin.report": true}, "policy": "followed"},
        })
    );
    assert_eq!(
        body(&push::Update::new(data))["data"]["alerts"]["mention"],
        true
    );
}

#[test]
fn a_reaction_and_a_group_stand_in_the_path() {
    let path = |request: Request<Bytes>| request.uri().path().to_owned();
    assert_eq!(
        path(request(&announcements::PutReaction::new("8", "🤔"))),
        "/api/v1/announcements/8/reactions/%F0%9F%A4%94"
    );
    assert_eq!(
        path(request(&grouped_notifications::Dismiss::new("../clear"))),
        "/api/v2/notifications/..%2Fclear/dismiss"
    );
}

#[test]
fn several_requests_are_accepted_by_their_ids() {
    assert_eq!(
        body(&notifications::AcceptRequests::new(["1", "2"])),
        json!({"id": ["1", "2"]})
    );
    let call = notifications::UpdatePolicy::new()
        .for_private_mentions(NotificationPolicyValue::Drop)
        .for_bots(NotificationPolicyValue::from("ask"));
    assert_eq!(
        body(&call),
        json!({"for_private_mentions": "drop", "for_bots": "ask"})
    );
}

#[test]
fn no_campaign_is_an_answer() {
    let read = |body: &'static str| {
        let response = Response::new(Bytes::from_static(body.as_bytes()));
        instance::DonationCampaigns::new().read_response(response)
    };
    assert_eq!(read("").unwrap(), Optional(None));
    let campaign = r#"{"id":"c","amounts":{"monthly":{"EUR":[500,1000]}},"donation_url":"https://a.example/"}"#;
    let Optional(Some(campaign)) = read(campaign).unwrap() else {
        panic!("there is one");
    };
    assert_eq!(campaign.amounts["monthly"]["EUR"], [500, 1000]);
    assert!(read("<html>").is_err());
}

#[test]
fn who_may_ask() {
    let access = |page: &str, verb: &str| {
        methods::rows()
            .find(|row| row.page == page && row.method == verb)
            .unwrap()
            .access
            .scopes
    };
    // Where the documentation names another scope than the server wants.
    assert_eq!(
        access("admin/ip_blocks/#delete", "DELETE"),
        ["admin:write:ip_blocks"]
    );
    assert_eq!(
        access("grouped_notifications/#get-group-accounts", "GET"),
        ["read:notifications"]
    );
    assert_eq!(oauth::UserInfoPost::ACCESS, oauth::UserInfo::ACCESS);
}

#[test]
fn groups_name_accounts_and_statuses_that_come_beside_them() {
    let results: GroupedNotificationsResults = serde_json::from_value(json!({
        "accounts": [{"id": "16", "acct": "eve"}],
        "partial_accounts": [{"id": "17", "acct": "bob", "locked": false, "bot": true}],
        "statuses": [{"id": "1", "account": {"id": "16"}}, {"id": "2"}],
        "notification_groups": [
            {
                "group_key": "favourite-1-479000",
                "notifications_count": "2",
                "type": "favourite",
                "most_recent_notification_id": 196_014,
                "sample_account_ids": ["16", 17],
                "status_id": "1",
            },
            {"group_key": "ungrouped-1", "type": "annual_report", "annual_report": {"year": "2025"}},
            {"type": "follow"},
        ],
    }))
    .unwrap();
    let [favourites, year] = &results.notification_groups[..] else {
        panic!("a group without a key is none");
    };
    assert_eq!(favourites.kind, NotificationType::Favourite);
    assert_eq!(favourites.notifications_count, 2);
    let newest = favourites.most_recent_notification_id.as_ref().unwrap();
    assert_eq!(newest.as_str(), "196014");
    let ids = &favourites.sample_account_ids;
    assert_eq!(results.account(&ids[0]).unwrap().acct, "eve");
    assert_eq!(results.account(&ids[1]), None);
    let status = favourites.status_id.as_ref().unwrap();
    assert_eq!(results.status(status).unwrap().account.acct, "");
    assert_eq!(year.annual_report.as_ref().unwrap().year, "2025");
    let paths: Vec<_> = results
        .problems()
        .iter()
        .map(|problem| problem.path().to_owned())
        .collect();
    assert_eq!(
        paths,
        ["notification_groups[2].group_key", "statuses[1].account"]
    );
}

/// Written as it was read, except for what is spelt differently.
fn round_trip<T>(json: &Value) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let value: T = serde_json::from_value(json.clone()).unwrap();
    let written = serde_json::to_value(&value).unwrap();
    for (name, part) in json.as_object().unwrap() {
        assert_eq!(&written[name], part, "{name}");
    }
    assert_eq!(serde_json::from_value::<T>(written).unwrap(), value);
    value
}

#[test]
fn what_moderators_see_is_written_as_it_was_read() {
    let account = json!({
        "id": "7", "username": "goody", "domain": null, "created_at": "2026-01-31T12:00:00.000Z",
        "email": "goody@mastodon.example", "ip": null, "locale": "en", "invite_request": null,
        "confirmed": true, "approved": false, "disabled": false, "sensitized": false, "silenced": false,
        "suspended": false, "ips": [{"ip": "203.0.113.7", "used_at": "2026-01-31T12:00:00.000Z"}],
        "invited_by_account_id": "8", "glitch": 1,
    });
    let read: admin::Account = round_trip(&account);
    assert_eq!(read.id, AccountId::from("7"));
    assert_eq!(read.extra.get("glitch").unwrap().get(), "1");
    let remote: admin::Account = serde_json::from_value(
        json!({"id": "9", "domain": "a.example", "email": null, "confirmed": null}),
    )
    .unwrap();
    assert_eq!((remote.confirmed, remote.problems().len()), (None, 0));

    let block: admin::IpBlock = round_trip(&json!({
        "id": "1", "ip": "203.0.113.0/24", "severity": "no_access", "comment": "",
        "created_at": "2026-01-31T12:00:00.000Z", "expires_at": null,
    }));
    assert_eq!(block.severity, IpBlockSeverity::NoAccess);
    let measure: admin::Measure = round_trip(&json!({
        "key": "instance_media_attachments", "unit": "bytes", "total": "1024", "human_value": "1 KB",
        "data": [{"date": "2026-01-31T00:00:00.000Z", "value": "1024"}],
    }));
    assert_eq!(measure.total.value(), 1024);
    let cohort: admin::Cohort = round_trip(&json!({
        "period": "2026-01-01T00:00:00.000Z", "frequency": "month",
        "data": [{"date": "2026-01-01T00:00:00.000Z", "rate": 0.5, "value": "1"}],
    }));
    assert!((cohort.data[0].rate - 0.5).abs() < f64::EPSILON);
    let tag: admin::Tag = round_trip(&json!({
        "id": "802", "name": "caturday", "history": [{"day": "1669507200", "uses": "56", "accounts": "53"}],
        "trendable": true, "usable": true, "requires_review": false, "listable": true,
    }));
    assert_eq!((tag.name.as_str(), tag.listable), ("caturday", Some(true)));
    let link: admin::trends::Link = round_trip(&json!({
        "url": "https://a.example/", "id": "5", "history": [], "requires_review": true,
    }));
    assert!(link.requires_review && link.id.is_some());
    let push: WebPushSubscription = serde_json::from_value(json!({
        "id": 328_183, "endpoint": "https://push.example/", "alerts": {"admin.sign_up": true, "poll": "1"},
    }))
    .unwrap();
    assert!(push.alerts.admin_sign_up && push.alerts.poll && !push.alerts.mention);
}

#[test]
fn a_block_that_is_there_already_is_told() {
    let refused = Response::builder()
        .status(422)
        .body(Bytes::from_static(
            br#"{"error":"You have already imposed stricter limits on a.example.","existing_domain_block":{"id":"1","domain":"a.example","severity":"suspend"}}"#,
        ))
        .unwrap();
    let error = methods::admin::domain_blocks::Create::new("b.a.example")
        .read_response(refused)
        .unwrap_err();
    let body = error.refused().unwrap().body.clone();
    let there = ExistingDomainBlockError::read(Response::new(body)).unwrap();
    let block = there.existing_domain_block.unwrap();
    assert_eq!(block.severity, DomainBlockSeverity::Suspend);
    assert_eq!(block.domain, "a.example");
}
