//! What becomes of odd answers.

use bytes::Bytes;
use http::Response;
use mastodon_api::endpoint::Answer;
use mastodon_api::entities::{
    Account, Context, CredentialAccount, Instance, MediaAttachmentType, Status, Token,
};
use mastodon_api::{Extra, Page};
use serde_json::{Value, json};

fn page(body: &str) -> Page<Status> {
    Page::read(Response::new(Bytes::copy_from_slice(body.as_bytes()))).unwrap()
}

fn status(fields: Value) -> Status {
    let mut value = json!({"id": "1", "account": {"id": "2", "acct": "ann"}});
    value
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    serde_json::from_value(value).unwrap()
}

#[test]
fn an_id_and_an_author_make_a_status() {
    let status = status(json!({}));
    assert_eq!(status.id.as_str(), "1");
    assert_eq!(status.account.acct, "ann");
    assert_eq!(status.visibility.as_str(), "");
    assert!(status.problems().is_empty());
}

#[test]
fn null_everywhere_is_a_status() {
    let names = [
        "uri",
        "created_at",
        "content",
        "visibility",
        "sensitive",
        "spoiler_text",
        "media_attachments",
        "application",
        "mentions",
        "tags",
        "emojis",
        "reblogs_count",
        "favourites_count",
        "replies_count",
        "url",
        "in_reply_to_id",
        "reblog",
        "poll",
        "card",
        "language",
        "text",
        "quote",
        "filtered",
    ];
    let nulls = names
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    let status = status(Value::Object(nulls));
    assert!(status.problems().is_empty());
    assert_eq!(status.favourites_count, 0);
}

#[test]
fn the_dialects_of_other_servers() {
    let status = status(json!({
        "id": 109_501_674_056_556_919_u64,
        "created_at": "2026-03-01T12:00:00",
        "favourites_count": "17",
        "sensitive": 1,
        "url": "",
        "in_reply_to_id": "",
        "poll": [],
        "mentions": {},
        "application": [],
        "card": {"url": "https://a.example", "html": "<b>", "width": "400"},
        "media_attachments": [{"id": 7, "type": "hologram", "meta": []}],
    }));
    assert_eq!(status.id.as_str(), "109501674056556919");
    assert_eq!(
        status.created_at.unwrap().to_rfc3339(),
        "2026-03-01T12:00:00+00:00"
    );
    assert_eq!(status.favourites_count, 17);
    assert!(status.sensitive);
    assert_eq!(
        (status.url, status.in_reply_to_id, status.poll),
        (None, None, None)
    );
    assert_eq!(status.card.unwrap().width, 400);
    assert_eq!(
        status.media_attachments[0].kind,
        MediaAttachmentType::from("hologram")
    );
    assert!(status.extra.is_empty());
}

#[test]
fn what_cannot_be_read_is_kept_beside_the_rest() {
    let status = status(json!({
        "created_at": "yesterday",
        "favourites_count": -4,
        "content": {"text": "x"},
        "media_attachments": [{"id": "1"}, {"type": "image", "url": "https://a.example/b.png"}, null, 7],
        "poll": {"options": []},
        "local_only": true,
        "reblog": {"id": "9", "account": {"id": "3", "created_at": false}},
    }));
    let problems: Vec<_> = status
        .problems()
        .iter()
        .map(|problem| problem.path().to_owned())
        .collect();
    assert_eq!(
        problems,
        [
            "content",
            "created_at",
            "favourites_count",
            "media_attachments[1].id",
            "media_attachments[2]",
            "media_attachments[3]",
            "poll.id",
            "reblog.account.created_at",
        ]
    );
    assert_eq!(status.media_attachments.len(), 1);
    assert_eq!(status.extra.get("local_only").unwrap().get(), "true");
    let lost = &status.extra.problems()[3];
    assert_eq!(
        serde_json::from_str::<Value>(lost.raw().get()).unwrap()["url"],
        "https://a.example/b.png"
    );
}

#[test]
fn a_bad_element_does_not_cost_the_page() {
    let good = r#"{"id":"1","account":{"id":"2"}}"#;
    for bad in [
        "null",
        "7",
        "[]",
        "{}",
        r#"{"id": "3"}"#,
        r#"{"id":"3","account":{"acct":"nobody"}}"#,
        r#"{"id":null,"account":{"id":"2"},  "content":"spaces  kept"}"#,
        r#"{"id":"3","account":{"id":"2"},"x":"\ud800"}"#,
        r#"{"id":"3","account":{"id":"2"},"replies_count":1e999}"#,
    ] {
        let page = page(&format!("[{good},{bad},{good}]"));
        let (items, problems) = (page.items.len(), page.problems.len());
        assert!(
            (items, problems) == (2, 1) || bad.contains("ud800"),
            "{bad}: {items} and {problems}"
        );
        if let Some(problem) = page.problems.first() {
            assert!(problem.path().starts_with("[1]"), "{problem}");
            assert_eq!(problem.raw().get(), bad);
        }
    }
}

#[test]
fn an_answer_that_is_no_list_is_not_understood() {
    for body in ["", "{\"error\":\"x\"}", "7", "[", "[{\"id\":1}", "\"x\""] {
        let read = <Page<Status>>::read(Response::new(Bytes::copy_from_slice(body.as_bytes())));
        assert!(read.is_err(), "{body}");
    }
    assert!(page("null").items.is_empty());
    assert!(page("\u{feff}[]").items.is_empty());
}

#[test]
fn statuses_inside_statuses_end() {
    // A stack of a test thread is 2 MiB.
    for depth in [15, 16, 127, 100_000] {
        let head = r#"{"id":"1","account":{"id":"2"},"reblog":"#;
        let body = format!("{}null{}", head.repeat(depth), "}".repeat(depth));
        let problems = serde_json::from_str::<Status>(&body).unwrap().problems();
        // The sixteenth has no room for its author any more.
        assert_eq!(problems.len(), usize::from(depth > 15), "{depth}");
    }
}

#[test]
fn written_as_documented() {
    let mut status = Status::new("1", Account::new("2"));
    status.extra = Extra::default();
    status.favourites_count = 3;
    let written = serde_json::to_value(&status).unwrap();
    assert_eq!(written["reblog"], Value::Null);
    assert!(
        written.as_object().unwrap().contains_key("reblog"),
        "the documentation has `null` there"
    );
    assert!(
        !written.as_object().unwrap().contains_key("pinned"),
        "optional in the documentation"
    );
    assert_eq!(written["favourites_count"], 3);
    assert_eq!(serde_json::from_value::<Status>(written).unwrap(), status);
}

#[test]
fn an_entity_that_extends_another_has_the_fields_of_both() {
    let text = r#"{"id":"1","acct":"ann","source":{"note":"n","privacy":"unlisted"},"role":{"id":3,"name":"x"},"new":1}"#;
    let me: CredentialAccount = serde_json::from_str(text).unwrap();
    assert_eq!(
        (me.acct.as_str(), me.source.as_ref().unwrap().note.as_str()),
        ("ann", "n")
    );
    assert_eq!(me.role.as_ref().unwrap().id.as_str(), "3");
    assert_eq!(
        me.account
            .extra
            .iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>(),
        ["new"]
    );
    let again: CredentialAccount =
        serde_json::from_str(&serde_json::to_string(&me).unwrap()).unwrap();
    assert_eq!(again, me);
    let wrong: CredentialAccount =
        serde_json::from_str(r#"{"id":"1","role":{"name":"no id"},"source":7}"#).unwrap();
    let paths: Vec<_> = wrong
        .problems()
        .iter()
        .map(|problem| problem.path().to_owned())
        .collect();
    assert_eq!(paths, ["source", "role.id"]);
}

#[test]
fn a_token_is_shown_to_nobody() {
    let body = r#"{"access_token":"planted-token","token_type":"Bearer","scope":"read write","created_at":1}"#;
    let token: Token = serde_json::from_str(body).unwrap();
    assert_eq!(token.access_token.expose(), "planted-token");
    assert_eq!(token.scopes().collect::<Vec<_>>(), ["read", "write"]);
    assert!(!format!("{token:?} {token:#?}").contains("planted"));
    assert_eq!(
        serde_json::to_value(&token).unwrap()["access_token"],
        "planted-token"
    );

    // In a form that is not understood it does not come out either.
    let odd = r#"{"access_token":{"value":"planted-token"}}"#;
    let error =
        <Token as Answer>::read(Response::new(Bytes::from_static(odd.as_bytes()))).unwrap_err();
    let source = std::error::Error::source(&error).map(|source| format!("{source} {source:?}"));
    assert!(!format!("{error} {error:?} {source:?}").contains("planted"));
    assert_eq!(error.path, "access_token");
}

#[test]
fn an_instance_without_most_of_it_is_one() {
    let instance: Instance = serde_json::from_str(
        r#"{"domain":"a.example","configuration":{"statuses":{"max_characters":500}}}"#,
    )
    .unwrap();
    assert_eq!(instance.configuration.statuses.max_characters, Some(500));
    assert_eq!(instance.configuration.polls.max_options, None);
    let context: Context = serde_json::from_str("{}").unwrap();
    assert!(context.ancestors.is_empty());
}
