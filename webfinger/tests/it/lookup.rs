//! The walk, without a socket.

use http::StatusCode;
use serde_json::{Value, json};
use url::Url;
use webfinger::descriptor::Format;
use webfinger::lookup::{Answer, Confirmation, Rules, Step};
use webfinger::{ActorNames, Found, Handle, Lookup, LookupError, Resource};

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
        found.handle().to_string(),
        "Bob@example.com",
        "as the server spells it"
    );
    assert_eq!(found.actor().as_str(), "https://social.example.com/u/bob");
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
    assert_eq!(*found.handle(), handle("bob@other.example"));
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
        Err(LookupError::Unconfirmed)
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
        (document("https://example.com/bob", actor), subject),
        (document("acct:bob@127.0.0.1", actor), subject),
        (document("acct:bob@localhost", actor), subject),
        (document("acct:bob@example.com:81", actor), subject),
        (document("acct:bob@x@y", actor), subject),
        (
            document("acct:bob@example.com", "http://example.com/bob"),
            url,
        ),
        (
            document("acct:bob@example.com", "https://u@example.com/bob"),
            url,
        ),
        (
            document("acct:bob@example.com", "https://:p@example.com/bob"),
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
        found.descriptor().problems(),
        [webfinger::descriptor::Problem::MediaType]
    );
}

#[test]
fn plain_http_only_where_it_was_allowed_by_name() {
    let begin = |handle| {
        let rules = Rules::new().danger_allow_plain_http(|host| host == "127.0.0.1");
        Lookup::within(rules, Resource::Acct(handle)).unwrap()
    };
    let lookup = begin(Handle::danger_parse_local("bob@127.0.0.1:3000").unwrap());
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
    let elsewhere = begin(handle("bob@example.com"));
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
fn without_a_subject_there_is_an_unproven_actor_at_most() {
    let links = document("", "https://example.com/bob")["links"].clone();
    for (document, unproven) in [
        (json!({ "links": links }), Some("https://example.com/bob")),
        (
            json!({ "subject": null, "links": links }),
            Some("https://example.com/bob"),
        ),
        (json!({}), None),
        (
            json!({ "links": [{ "rel": "self", "type": "application/activity+json", "href": "http://10.0.0.1/" }] }),
            None,
        ),
    ] {
        match answer(bob(), &document) {
            Err(LookupError::NoSubject { actor, .. }) => {
                assert_eq!(actor.map(|actor| actor.to_string()).as_deref(), unproven);
            }
            other => panic!("{document}: {other:?}"),
        }
    }
}

#[test]
fn a_url_proves_its_handle_at_the_host_of_the_handle() {
    let page = || Lookup::for_url("https://social.example.com/@bob".parse().unwrap()).unwrap();
    assert_eq!(
        page().url().as_str(),
        "https://social.example.com/.well-known/webfinger?resource=https%3A%2F%2Fsocial.example.com%2F%40bob"
    );
    let bob = document("acct:bob@example.com", "https://social.example.com/bob");
    let Ok(Step::Ask(next)) = answer(page(), &bob) else {
        panic!()
    };
    assert_eq!(next.url().host_str(), Some("example.com"));
    let Ok(Step::Done(found)) = answer(*next, &bob) else {
        panic!()
    };
    assert_eq!(found.handle().to_string(), "bob@example.com");
    assert_eq!(found.redirected_from(), None);
    // The server that was asked is the handle's own, but may have passed the question on to a stranger.
    let admin = document("acct:admin@social.example.com", "https://evil.example/bob");
    let Ok(Step::Ask(next)) = answer(page(), &admin) else {
        panic!()
    };
    let true_admin = document(
        "acct:admin@social.example.com",
        "https://social.example.com/admin",
    );
    assert!(matches!(
        answer(*next, &true_admin),
        Err(LookupError::Unconfirmed)
    ));
    // About itself is about no handle.
    let itself = document(
        "https://social.example.com/@bob",
        "https://social.example.com/bob",
    );
    assert!(matches!(answer(page(), &itself), Err(LookupError::Subject)));
    for refused in [
        "http://example.com/bob",
        "https://user:word@example.com/bob",
        "https://127.0.0.1/bob",
        "https://localhost/bob",
        "https://example.com:8080/bob",
        "mailto:bob@example.com",
    ] {
        let refused = Lookup::for_url(refused.parse().unwrap());
        assert!(matches!(refused, Err(LookupError::Host)), "{refused:?}");
    }
}

/// What leads from `asked` to the actor on social.example.com.
fn found(asked: &str, canonical: &str) -> Found {
    found_at(asked, canonical, "https://social.example.com/bob")
}

fn found_at(asked: &str, canonical: &str, actor: &str) -> Found {
    let answers = document(&format!("acct:{canonical}"), actor);
    let mut lookup = Lookup::new(handle(asked)).unwrap();
    loop {
        match answer(lookup, &answers).unwrap() {
            Step::Ask(next) => lookup = *next,
            Step::Done(found) => return found,
        }
    }
}

fn names() -> ActorNames {
    ActorNames::new("https://social.example.com/bob".parse().unwrap())
}

#[test]
fn the_actor_has_to_name_the_handle() {
    let social = found("bob@social.example.com", "bob@social.example.com");
    let says = |names: ActorNames| social.confirm(&names);
    let confirmed = |names| matches!(says(names), Ok(Confirmation::Done(_)));
    assert!(confirmed(names().preferred_username(Some("bob"))));
    assert!(confirmed(names().preferred_username(Some("BOB"))));
    let asks = |names: ActorNames| match says(names) {
        Ok(Confirmation::Ask(handle)) => handle.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        asks(names().preferred_username(Some("alice"))),
        "alice@social.example.com"
    );
    for nobody in [
        None,
        Some(""),
        Some("bob@evil.example"),
        Some("@bob"),
        Some("acct:bob"),
        Some(" bob"),
        Some("b b"),
    ] {
        let names = names().preferred_username(nobody);
        assert!(
            matches!(says(names), Err(LookupError::Unnamed)),
            "{nobody:?}"
        );
    }
    let other = ActorNames::new("https://social.example.com/alice".parse().unwrap());
    assert!(matches!(
        says(other.preferred_username(Some("bob"))),
        Err(LookupError::OtherActor)
    ));
}

#[test]
fn the_webfinger_property_counts_in_the_actors_own_document_only() {
    let own: Url = "https://social.example.com/bob#main".parse().unwrap();
    let elsewhere: Url = "https://evil.example/activity".parse().unwrap();
    let names = || names().preferred_username(Some("bob"));
    for (address, from, named) in [
        ("bob@example.com", &own, "bob@example.com"),
        ("acct:Bob@EXAMPLE.com", &own, "Bob@example.com"),
        ("bob@example.com", &elsewhere, "bob@social.example.com"),
        ("nonsense", &own, "bob@social.example.com"),
        // Nobody's public handle.
        ("bob@localhost", &own, "bob@social.example.com"),
        ("bob@10.0.0.1", &own, "bob@social.example.com"),
    ] {
        let handle = names().webfinger(Some(address), from).handle();
        assert_eq!(handle.unwrap().to_string(), named, "{address} from {from}");
    }
}

#[test]
fn a_local_actor_has_a_local_handle() {
    let id: Url = "http://127.0.0.1:3000/bob".parse().unwrap();
    let names = ActorNames::new(id.clone()).preferred_username(Some("bob"));
    assert_eq!(names.handle().unwrap().to_string(), "bob@127.0.0.1:3000");
    let names = names.webfinger(Some("bob@localhost:3001"), &id);
    assert_eq!(names.handle().unwrap().to_string(), "bob@localhost:3001");
}

/// Whatever is wrong with it: the account was not found before.
#[test]
fn a_host_meta_that_is_not_there_finds_nobody() {
    for status in [301, 403, 404, 410, 500] {
        let rules = Rules::new().host_meta(Format::Json);
        let lookup = Lookup::within(rules, Resource::Acct(handle("bob@example.com"))).unwrap();
        let nothing = |status: u16| Answer {
            status: StatusCode::from_u16(status).unwrap(),
            content_type: None,
            body: &[],
        };
        let Ok(Step::Ask(lookup)) = lookup.answer(nothing(404)) else {
            panic!()
        };
        assert_eq!(lookup.url().path(), "/.well-known/host-meta.json");
        let outcome = lookup.answer(nothing(status));
        assert!(matches!(outcome, Err(LookupError::NotFound)), "{status}");
    }
}

#[test]
fn a_split_domain_is_confirmed_both_ways() {
    let names = names().preferred_username(Some("bob"));
    // Asked at the actor's host, whose server named the canonical handle.
    let there = found("bob@social.example.com", "bob@example.com");
    assert_eq!(
        there.redirected_from(),
        Some(&handle("bob@social.example.com"))
    );
    assert!(matches!(
        there.confirm(&names),
        Ok(Confirmation::Done(confirmed)) if *confirmed.handle() == handle("bob@example.com")
    ));
    // Asked at the handle's host: the handle that the actor names has to lead to the same one.
    let here = found("bob@example.com", "bob@example.com");
    let Ok(Confirmation::Ask(named)) = here.confirm(&names) else {
        panic!()
    };
    assert_eq!(named, handle("bob@social.example.com"));
    let confirmed = here.confirm_by(&there, &names).unwrap();
    assert_eq!(*confirmed.handle(), handle("bob@example.com"));
    // What is known already is not asked again.
    let lookup = Lookup::new(named).unwrap().knowing(here.clone());
    let mut answers = document("acct:bob@example.com", "https://social.example.com/bob");
    answers["aliases"] = json!(["https://social.example.com/@bob"]);
    // And everything else is still what the handle's own server said.
    assert!(matches!(answer(lookup, &answers), Ok(Step::Done(found)) if found == there));

    // Another account, or another actor, is not what is known.
    for (subject, actor) in [
        ("acct:carol@example.com", "https://social.example.com/bob"),
        ("acct:bob@example.com", "https://social.example.com/carol"),
    ] {
        let lookup = Lookup::new(handle("bob@social.example.com")).unwrap();
        let step = answer(lookup.knowing(here.clone()), &document(subject, actor));
        assert!(matches!(step, Ok(Step::Ask(_))), "{step:?}");
    }

    // The names of one actor confirm no other, though one handle led to both of them.
    let moved = found_at(
        "bob@social.example.com",
        "bob@example.com",
        "https://social.example.com/new",
    );
    let its_names = ActorNames::new(moved.actor().clone()).preferred_username(Some("bob"));
    assert!(moved.confirm(&its_names).is_ok());
    assert!(matches!(
        here.confirm_by(&moved, &its_names),
        Err(LookupError::OtherActor)
    ));

    // The actor's own handle is another one: this one is a claim of its server, no more.
    let other = found("bob@social.example.com", "bob@social.example.com");
    assert!(matches!(
        here.confirm_by(&other, &names),
        Err(LookupError::OtherHandle { named, .. }) if *named == handle("bob@social.example.com")
    ));
}
