//! What other servers send instead of what the documentation says, `tests/cases/deviations.json`, and what strangers could.

use bytes::Bytes;
use http::Response;
use mastodon_api::endpoint::{Answer, Endpoint, Row};
use mastodon_api::entities::{Account, Status};
use mastodon_api::error::NotUnderstoodReason;
use mastodon_api::{Error, Page, Problem, methods};
use serde::Serialize;
use serde_json::{Value, json};

use crate::operations::blank;

fn response(body: impl Into<Bytes>) -> Response<Bytes> {
    Response::new(body.into())
}

fn row(name: &str) -> &'static Row {
    let name = format!("mastodon_api::methods::{name}");
    methods::rows().find(|row| row.name == name).unwrap()
}

/// What an answer is read as, written again.
fn rewritten(name: &str, body: &str) -> Value {
    fn value(read: impl Serialize) -> Value {
        serde_json::to_value(read).unwrap()
    }
    let answer = response(body.to_owned());
    match name {
        "accounts::Get" => value(
            methods::accounts::Get::new("1")
                .read_response(answer)
                .unwrap(),
        ),
        "statuses::Delete" => value(
            methods::statuses::Delete::new("1")
                .read_response(answer)
                .unwrap(),
        ),
        "statuses::Get" => value(
            methods::statuses::Get::new("1")
                .read_response(answer)
                .unwrap(),
        ),
        "timelines::Home" => value(
            methods::timelines::Home::new()
                .read_response(answer)
                .unwrap()
                .items,
        ),
        _ => panic!("{name}"),
    }
}

/// Whether all that is wanted is there.
fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, wanted)| value.get(key).is_some_and(|value| holds(value, wanted))),
        (Value::Array(value), Value::Array(wanted)) => {
            value.len() == wanted.len()
                && value
                    .iter()
                    .zip(wanted)
                    .all(|(value, wanted)| holds(value, wanted))
        }
        _ => value == wanted,
    }
}

#[test]
fn the_dialects_of_servers_are_read() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../cases/deviations.json")).unwrap();
    let (mut refused, mut read) = (0, 0);
    for case in &cases {
        let (id, name) = (&case["id"], case["row"].as_str().unwrap());
        let body = case["input"].to_string();
        let outcome = row(name).read_response(response(body.clone()));
        if case["outcome"] == "not understood" {
            assert!(
                matches!(outcome, Err(Error::NotUnderstood(_))),
                "{id}: {outcome:?}"
            );
            refused += 1;
            continue;
        }
        let problems = outcome.unwrap_or_else(|error| panic!("{id}: {error:?}"));
        let paths: Vec<&str> = problems.iter().map(Problem::path).collect();
        assert_eq!(json!(paths), case["problems"], "{id}");
        let value = rewritten(name, &body);
        assert!(holds(&value, &case["read"]), "{id}: {value}");
        read += 1;
    }
    println!("refused {refused}/3, controls {read}/{}", cases.len() - 3);
    assert_eq!(refused, 3);
}

/// Each element alone is a hundred times larger when it is read.
#[test]
fn a_long_list_of_little_takes_bounded_memory() {
    let long = |element: &str| {
        let count = 4 * 1024 * 1024 / (element.len() + 1);
        format!("[{}{element}]", format!("{element},").repeat(count - 1))
    };
    let page = <Page<Status>>::read(response(long("7"))).unwrap();
    assert_eq!((page.items.len(), page.problems.len()), (0, 1001));
    let rest = page.problems.last().unwrap().reason();
    assert!(rest.starts_with("2096152 more"), "{rest}");

    let page = <Page<Account>>::read(response(long(r#"{"id":1}"#))).unwrap();
    let taken = page.items.len() * size_of::<Account>();
    assert!((100_000_000..=134_217_728).contains(&taken), "{taken}");
    assert!(
        page.problems
            .last()
            .unwrap()
            .reason()
            .contains("more of its elements")
    );
}

#[test]
fn what_is_deep_is_refused_or_told() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"{"reblog":"#, "}")] {
        let body = format!("{}7{}", open.repeat(10_000), close.repeat(10_000));
        for row in methods::rows() {
            if let Err(error) = row.read_response(response(body.clone())) {
                let Error::NotUnderstood(answer) = error else {
                    panic!("{error:?}")
                };
                assert_ne!(answer.reason, NotUnderstoodReason::TooLarge);
            }
        }
    }
}

/// Each property of each complete example of the documentation is replaced by what it cannot be.
#[test]
fn no_value_in_place_of_another_costs_more_than_its_own_entity() {
    let Some(folder) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: FEDIKIT_SHARED is not set");
        return;
    };
    let folder = std::path::PathBuf::from(folder).join("mastodon-api/examples");
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
    };
    let odd: Vec<Value> = vec![
        Value::Null,
        json!(""),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
        json!("x"),
        json!([null]),
    ];
    let (mut examples, mut replaced, mut told, mut lost) = (0, 0, 0, 0);
    for example in read("index.json")["examples"].as_array().unwrap() {
        let wanted = example["kind"] == "response" && example["partial"] == false;
        let (Some(file), Some(verb), Some(path)) = (
            example["file"].as_str(),
            example["verb"].as_str(),
            example["path"].as_str(),
        ) else {
            continue;
        };
        let Some(row) = methods::rows().find(|row| {
            wanted && row.method.as_str() == verb && blank(row.template) == blank(path)
        }) else {
            continue;
        };
        let value = read(file);
        if row.read_response(response(value.to_string())).is_err() {
            continue;
        }
        examples += 1;
        for pointer in pointers(&value) {
            for odd in &odd {
                let mut changed = value.clone();
                *changed.pointer_mut(&pointer).unwrap() = odd.clone();
                replaced += 1;
                match row.read_response(response(changed.to_string())) {
                    Ok(problems) => told += usize::from(!problems.is_empty()),
                    // Only what nothing works without, at the top: an id, an author.
                    Err(error) => {
                        assert!(matches!(error, Error::NotUnderstood(_)), "{error:?}");
                        // Some answers are an object around the one entity.
                        let depth = pointer.matches('/').count();
                        assert!(depth <= 2, "{file}: {pointer} = {odd}: {error:?}");
                        lost += 1;
                    }
                }
            }
        }
    }
    println!(
        "{examples} examples, {replaced} values replaced: {told} told, {lost} without what nothing works without"
    );
    assert!(examples > 20 && told > replaced / 4, "{examples} {told}");
}

/// Where the properties of a value are, up to the second element of each list.
fn pointers(value: &Value) -> Vec<String> {
    let below = |key: String, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        let mut found = vec![format!("/{key}")];
        found.extend(
            pointers(value)
                .into_iter()
                .map(|rest| format!("/{key}{rest}")),
        );
        found
    };
    match value {
        Value::Object(entries) => entries
            .iter()
            .flat_map(|(key, value)| below(key.clone(), value))
            .collect(),
        Value::Array(elements) => elements
            .iter()
            .take(2)
            .enumerate()
            .flat_map(|(index, value)| below(index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    }
}
