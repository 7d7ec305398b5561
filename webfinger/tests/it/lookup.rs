//! The walk, without a socket.

use http::StatusCode;
use serde_json::{Value, json};
use url::Url;
use webfinger::lookup::{ActorNames, Answer, Lookup, Reverse, Step, reverse};
use webfinger::{Handle, LookupError};

const JRD: &str = "application/jrd+json; charset=utf-8";

fn handle(text: &str) -> Handle {
    text.parse().unwrap()
}

fn document(subject: &str, actor: &str) -> Value {
    json!({ "subject": subject, "links": [{ "rel": "self", "type": "application/activity+json", "href": actor }] })
}

fn answer(lookup: Lookup, document: &Value) -> Result<Step, LookupError> {
    let body = document.to_string();
    lookup.answer(Answer {
        status: StatusCode::OK,
        content_type: Some(JRD),
        body: body.as_bytes(),
    })
}

fn bob() -> Lookup {
    Lookup::new(handle("bob@example.com")).unwrap()
}

/// Asks again after a first answer that names another account.
fn second(document: &Value) -> Lookup {
    match answer(bob(), document) {
        Ok(Step::Ask(lookup)) => *lookup,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_query_is_enough_where_the_server_agrees() {
    let Ok(Step::Done(found)) = answer(
        bob(),
        &document("acct:Bob@example.com", "https://social.example.com/u/bob"),
    ) else {
        panic!()
    };
    assert_eq!(
        found.handle.to_string(),
        "Bob@example.com",
        "as the server spells it"
    );
    assert_eq!(found.actor.as_str(), "https://social.example.com/u/bob");
}

#[test]
fn another_account_has_to_confirm() {
    let first = document("acct:bob@other.example", "https://other.example/bob");
    let lookup = second(&first);
    assert_eq!(
        lookup.url().as_str(),
        "https://other.example/.well-known/webfinger?resource=acct%3Abob%40other.example"
    );
    let Ok(Step::Done(found)) = answer(lookup, &first) else {
        panic!()
    };
    assert_eq!(found.handle, handle("bob@other.example"));
}

#[test]
fn no_server_gives_away_the_names_of_another() {
    let claim = document("acct:victim@victim.example", "https://example.com/impostor");
    for reply in [
        document(
            "acct:victim@victim.example",
            "https://victim.example/victim",
        ),
        document("acct:third@third.example", "https://example.com/impostor"),
        // The two never agree: it ends here all the same.
        document("acct:bob@example.com", "https://example.com/impostor"),
    ] {
        assert!(
            matches!(
                answer(second(&claim), &reply),
                Err(LookupError::Unconfirmed)
            ),
            "{reply}"
        );
    }
    let unknown = Answer {
        status: StatusCode::NOT_FOUND,
        content_type: None,
        body: b"",
    };
    assert!(matches!(
        second(&claim).answer(unknown),
        Err(LookupError::NotFound)
    ));
}

#[test]
fn aliases_prove_nothing() {
    let mut claim = document("acct:bob@other.example", "https://example.com/bob");
    claim["aliases"] = json!(["acct:bob@example.com", "https://example.com/bob"]);
    assert_eq!(second(&claim).url().host_str(), Some("other.example"));
}

#[test]
fn an_answer_that_proves_nothing_is_refused() {
    let actor = "https://example.com/bob";
    type Fits = fn(&LookupError) -> bool;
    let subject: Fits = |error| matches!(error, LookupError::Subject);
    let url: Fits = |error| matches!(error, LookupError::ActorUrl);
    let none: Fits = |error| matches!(error, LookupError::NoActor);
    for (document, fits) in [
        (json!({ "links": document("", actor)["links"] }), subject),
        (document("https://example.com/bob", actor), subject),
        (document("acct:bob@127.0.0.1", actor), subject),
        (document("acct:bob@localhost", actor), subject),
        (document("acct:bob@example.com:81", actor), subject),
        (document("acct:bob@x@y", actor), subject),
        (
            document("acct:bob@example.com", "http://example.com/bob"),
            url,
        ),
        (document("acct:bob@example.com", "javascript:alert(1)"), url),
        (document("acct:bob@example.com", "/bob"), url),
        (document("acct:bob@example.com", "data:,x"), url),
        (json!({ "subject": "acct:bob@example.com" }), none),
        (
            json!({ "subject": "acct:bob@example.com", "links": [{ "rel": "self", "href": actor }] }),
            none,
        ),
    ] {
        let error = answer(bob(), &document).expect_err(&document.to_string());
        assert!(fits(&error), "{document}: {error:?}");
    }
}

#[test]
fn the_status_and_the_media_type_count() {
    let body = document("acct:bob@example.com", "https://example.com/bob").to_string();
    let take = |status: u16, content_type| {
        let status = StatusCode::from_u16(status).unwrap();
        bob().answer(Answer {
            status,
            content_type,
            body: body.as_bytes(),
        })
    };
    assert!(matches!(take(404, Some(JRD)), Err(LookupError::NotFound)));
    assert!(matches!(take(410, Some(JRD)), Err(LookupError::Gone)));
    assert!(matches!(take(500, Some(JRD)), Err(LookupError::Status(_))));
    for other in [
        None,
        Some("text/html"),
        Some("application/jrd+jsonx"),
        Some(""),
    ] {
        assert!(
            matches!(take(200, other), Err(LookupError::MediaType)),
            "{other:?}"
        );
    }
    let Ok(Step::Done(found)) = take(200, Some("application/json")) else {
        panic!()
    };
    assert_eq!(
        found.descriptor.problems(),
        [webfinger::descriptor::Problem::MediaType]
    );
}

#[test]
fn plain_http_only_where_it_was_allowed_by_name() {
    let local = Handle::danger_parse_local("bob@127.0.0.1:3000").unwrap();
    let lookup = Lookup::new(local)
        .unwrap()
        .danger_allow_plain_http(|host| host == "127.0.0.1")
        .unwrap();
    assert!(
        lookup
            .url()
            .as_str()
            .starts_with("http://127.0.0.1:3000/.well-known/webfinger?")
    );
    let found = answer(
        lookup,
        &document("acct:bob@127.0.0.1:3000", "http://127.0.0.1:3000/bob"),
    );
    assert!(matches!(found, Ok(Step::Done(_))));
    let elsewhere = bob()
        .danger_allow_plain_http(|host| host == "127.0.0.1")
        .unwrap();
    assert_eq!(elsewhere.url().scheme(), "https");
    assert!(matches!(
        answer(
            elsewhere,
            &document("acct:bob@example.com", "http://example.com/bob")
        ),
        Err(LookupError::ActorUrl)
    ));
}

#[test]
fn the_actor_has_to_name_the_handle() {
    let id: Url = "https://example.com/users/bob".parse().unwrap();
    let says = |asked: &str, preferred_username, webfinger| {
        reverse(
            &handle(asked),
            ActorNames {
                id: &id,
                preferred_username,
                webfinger,
            },
        )
    };
    assert_eq!(
        says("bob@example.com", Some("bob"), None),
        Reverse::Confirmed
    );
    assert_eq!(
        says("bob@example.com", Some("alice"), None),
        Reverse::Contradicted
    );
    assert_eq!(says("bob@example.com", None, None), Reverse::Contradicted);
    assert_eq!(
        says("bob@example.com", Some("bob@evil.example"), None),
        Reverse::Contradicted
    );
    assert_eq!(
        says("bob@example.org", Some("bob"), None),
        Reverse::Ask(handle("bob@example.com"))
    );
    assert_eq!(
        says("bob@example.org", Some("bob"), Some("bob@example.org")),
        Reverse::Confirmed
    );
    assert_eq!(
        says("bob@example.com", Some("bob"), Some("bob@example.org")),
        Reverse::Contradicted
    );
    assert_eq!(
        says("bob@example.com", Some("bob"), Some("nonsense")),
        Reverse::Contradicted
    );
}
