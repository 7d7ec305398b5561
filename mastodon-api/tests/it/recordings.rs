//! What real servers answered, of many versions and over many years, as the calls of the tables.
//!
//! `MASTODON_RECORDINGS` names a file with a recording on each line, which `interop/mastodon-py.sh` makes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Response};
use mastodon_api::endpoint::{Access, Answer, Endpoint, Parameters, Row};
use mastodon_api::entities::ScheduledStatus;
use mastodon_api::error::NotUnderstood;
use mastodon_api::{Client, Error, Page, methods};
use serde::Deserialize;
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

mod streams;

/// Answers that no call of ours is asked for, and why.
const WITHOUT_CALL: &[(&str, &str, &str)] = &[
    (
        "GET",
        "/.well-known/nodeinfo",
        "NodeInfo, which the crate `webfinger` reads",
    ),
    ("GET", "/api/v1/search", "removed in Mastodon 3.0"),
    (
        "GET",
        "/api/v1/statuses/{id}/card",
        "removed in Mastodon 3.0",
    ),
    ("GET", "/api/v1/streaming/direct", OPEN_STREAM),
    ("GET", "/api/v1/streaming/public/local", OPEN_STREAM),
    ("GET", "/api/v1/streaming/user", OPEN_STREAM),
    (
        "GET",
        "/nodeinfo/{version}",
        "NodeInfo, which the crate `webfinger` reads",
    ),
    ("HEAD", "", "no part of the API"),
    (
        "POST",
        "/api/v1/notifications/dismiss",
        "removed in Mastodon 3.0",
    ),
];

const OPEN_STREAM: &str = "an open stream, read as such";

/// Parts of answers that are not what the documentation says, and how: cassette, path of the part, reason.
const ODD_PARTS: &[(&str, &str, &str)] = &[];

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Recording {
    Answer(Recorded),
    WebSocket(streams::WebSocket),
}

#[derive(Clone, Deserialize)]
struct Recorded {
    cassette: String,
    method: String,
    path: String,
    query: String,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Recorded {
    fn body(&self) -> Vec<u8> {
        STANDARD.decode(&self.body).unwrap()
    }

    fn template(&self) -> ResponseTemplate {
        self.headers
            .iter()
            // The length of the connection's own.
            .filter(|(name, _)| {
                !["connection", "content-length", "transfer-encoding"]
                    .contains(&&*name.to_ascii_lowercase())
            })
            .fold(
                ResponseTemplate::new(self.status).set_body_bytes(self.body()),
                |template, (name, value)| template.append_header(name.as_str(), value.as_str()),
            )
    }
}

/// A recorded answer, asked for as it was then.
struct Replay<const VERB: usize>(String);

impl<const VERB: usize> Endpoint for Replay<VERB> {
    type Response = Unread;
    const METHOD: Method = match VERB {
        0 => Method::GET,
        1 => Method::POST,
        2 => Method::PUT,
        3 => Method::PATCH,
        _ => Method::DELETE,
    };
    const TEMPLATE: &'static str = "";
    const ACCESS: Access = Access::public();

    fn path(&self) -> String {
        self.0.clone()
    }

    fn write(&self, _: &mut Parameters) {}
}

/// An answer that its row is to read.
#[derive(Debug)]
struct Unread(Response<Bytes>);

impl Answer for Unread {
    fn read(response: Response<Bytes>) -> Result<Self, NotUnderstood> {
        Ok(Self(response))
    }
}

async fn replay(client: &Client, recorded: &Recorded) -> Result<Response<Bytes>, Error> {
    let path = match &*recorded.query {
        "" => recorded.path.clone(),
        query => format!("{}?{query}", recorded.path),
    };
    let Unread(response) = match &*recorded.method {
        "GET" => client.send(Replay::<0>(path)).await,
        "POST" => client.send(Replay::<1>(path)).await,
        "PUT" => client.send(Replay::<2>(path)).await,
        "PATCH" => client.send(Replay::<3>(path)).await,
        "DELETE" => client.send(Replay::<4>(path)).await,
        other => panic!("{other}"),
    }?;
    Ok(response)
}

/// The rows of a verb and path; those with the fewest parameters in the path are meant.
fn rows(method: &str, path: &str) -> Vec<&'static Row> {
    let found: Vec<_> = methods::rows()
        .filter(|row| row.method.as_str() == method)
        .filter_map(|row| Some((fits(row.template, path)?, row)))
        .collect();
    let fewest = found.iter().map(|(count, _)| *count).min();
    found
        .into_iter()
        .filter(|(count, _)| Some(*count) == fewest)
        .map(|(_, row)| row)
        .collect()
}

/// How many parameters of a template stand in a path that has its form.
fn fits(template: &str, path: &str) -> Option<usize> {
    let mut count = 0;
    // Rails does not mind a slash at the end.
    let mut parts = path.trim_end_matches('/').split('/');
    for part in template.split('/') {
        let given = parts.next()?;
        if part.starts_with('{') {
            count += 1;
        } else if part != given {
            return None;
        }
    }
    parts.next().is_none().then_some(count)
}

fn recordings() -> Option<Vec<Recording>> {
    let Some(file) = std::env::var_os("MASTODON_RECORDINGS") else {
        println!("skipped: MASTODON_RECORDINGS is not set");
        return None;
    };
    let lines = std::fs::read_to_string(file).unwrap();
    let read = |line| serde_json::from_str(line).unwrap();
    Some(lines.lines().map(read).collect())
}

#[tokio::test]
async fn what_was_recorded_is_read() {
    let Some(recordings) = recordings() else {
        return;
    };
    let recordings: Vec<_> = recordings
        .into_iter()
        .filter_map(|recording| match recording {
            Recording::Answer(recorded) => Some(recorded),
            Recording::WebSocket(_) => None,
        })
        .collect();
    let current = Arc::new(Mutex::new(ResponseTemplate::new(500)));
    let served = Arc::clone(&current);
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(move |_: &wiremock::Request| served.lock().unwrap().clone())
        .mount(&server)
        .await;
    let client = Client::new(server.uri()).unwrap();

    let mut table = Table::default();
    for recorded in &recordings {
        let rows = rows(&recorded.method, &recorded.path);
        if rows.is_empty() {
            table.without_call(recorded);
            continue;
        }
        *current.lock().unwrap() = recorded.template();
        match replay(&client, recorded).await {
            Ok(response) => table.answer(recorded, &rows, &response),
            Err(error) => table.refusal(recorded, &error),
        }
    }
    table.print(&recordings);
    assert!(table.failures.is_empty(), "{:#?}", table.failures);
}

#[derive(Default)]
struct Table {
    decoded: usize,
    refused: usize,
    pages: usize,
    /// How many answers and parts of answers, for each reason.
    exceptions: BTreeMap<String, usize>,
    touched: BTreeSet<&'static str>,
    failures: Vec<String>,
}

impl Table {
    fn without_call(&mut self, recorded: &Recorded) {
        let Recorded { method, path, .. } = recorded;
        let known = WITHOUT_CALL
            .iter()
            .find(|(verb, template, _)| verb == method && fits(template, path).is_some());
        match known {
            Some((_, template, reason)) => self.except(format!("{method} {template}: {reason}")),
            None => self.fail(recorded, "no call of ours"),
        }
    }

    fn answer(&mut self, recorded: &Recorded, rows: &[&'static Row], response: &Response<Bytes>) {
        let read = |row: &&'static Row| Some((row.name, row.read_response(response.clone()).ok()?));
        // The same path is asked for a status to be published later, which is no row of its own.
        let scheduled = || {
            let scheduled = ScheduledStatus::read(response.clone()).ok()?;
            let of_status = rows.iter().any(|row| row.page == "statuses/#create");
            of_status.then(|| {
                (
                    "mastodon_api::methods::statuses::Schedule",
                    scheduled.problems(),
                )
            })
        };
        let Some((name, problems)) = rows.iter().find_map(read).or_else(scheduled) else {
            let errors: Vec<_> = rows
                .iter()
                .map(|row| row.read_response(response.clone()))
                .collect();
            return self.fail(recorded, format!("{errors:?}"));
        };
        self.decoded += 1;
        self.touched.insert(name);
        for problem in problems {
            let known = ODD_PARTS.iter().find(|(cassette, path, _)| {
                *cassette == recorded.cassette && *path == problem.path()
            });
            match known {
                Some((cassette, path, reason)) => {
                    self.except(format!("{cassette}, `{path}`: {reason}"));
                }
                None => self.fail(recorded, format!("{problem}: {}", problem.raw())),
            }
        }
        if let Some(link) = response.headers().get("link") {
            // Groups of notifications are an object with lists in it.
            let Ok(page) = <Page<String>>::read(response.clone()) else {
                return;
            };
            self.pages += 1;
            let linked = link.to_str().unwrap().contains("rel=\"next\"");
            if page.next.is_some() != linked {
                self.fail(recorded, format!("{link:?} became {:?}", page.next));
            }
        }
    }

    fn refusal(&mut self, recorded: &Recorded, error: &Error) {
        let said: Option<Value> = serde_json::from_slice(&recorded.body()).ok();
        let said = said.as_ref().and_then(|said| said["error"].as_str());
        match error.refused() {
            Some(refused)
                if refused.status == recorded.status && refused.message.as_deref() == said =>
            {
                self.refused += 1;
            }
            _ => self.fail(recorded, format!("{error:?}")),
        }
    }

    fn except(&mut self, what: String) {
        *self.exceptions.entry(what).or_default() += 1;
    }

    fn fail(&mut self, recorded: &Recorded, why: impl std::fmt::Display) {
        let Recorded {
            cassette,
            method,
            path,
            status,
            ..
        } = recorded;
        self.failures
            .push(format!("{cassette}: {method} {path}: {status}: {why}"));
    }

    fn print(&self, recordings: &[Recorded]) {
        let cassettes: BTreeSet<_> = recordings
            .iter()
            .map(|recorded| &recorded.cassette)
            .collect();
        let good = recordings
            .iter()
            .filter(|recorded| recorded.status < 400)
            .count();
        let without_call: usize = self
            .exceptions
            .iter()
            .filter(|(what, _)| {
                WITHOUT_CALL
                    .iter()
                    .any(|(_, _, reason)| what.ends_with(reason))
            })
            .map(|(_, count)| count)
            .sum();
        println!("cassettes         {:5}", cassettes.len());
        println!("answers           {:5}", recordings.len());
        println!("  without a call  {without_call:5}");
        println!(
            "  read            {:5} of {good} that succeeded",
            self.decoded
        );
        println!("    with a link   {:5}", self.pages);
        println!(
            "  refusals        {:5} of {}",
            self.refused,
            recordings.len() - good
        );
        println!(
            "calls touched     {:5} of {}",
            self.touched.len(),
            methods::rows().count()
        );
        for (what, count) in &self.exceptions {
            println!("{count:5} x {what}");
        }
    }
}
