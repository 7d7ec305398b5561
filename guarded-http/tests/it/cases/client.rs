//! The rows through the client: real servers, and a record of every socket.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use guarded_http::{Answer, Error, GuardedClient, Limits, Recorder, Resolver};
use http::Method;
use serde::Deserialize;
use url::Url;

use super::{ACCEPTED, Tally, Text, URLS, UrlInput, name, rows};
use crate::loopback::{Reply, Server, Then};
use crate::secure::{acceptor, certificate};

/// What the rules refuse opens no socket, whichever way it is asked; what they accept is fetched.
#[tokio::test]
async fn urls() {
    let rows = rows::<UrlInput>(URLS);
    let (tls, root) = acceptor(certificate(), &["http/1.1"]);
    let server = Server::start_tls(tls, |_| Reply::new(200, "", b"")).await;
    let recorder = Recorder::new();
    let client = GuardedClient::builder()
        .resolver(Fixed(Vec::new()))
        .record(&recorder)
        .build()
        .unwrap();
    let control = |host: &str| {
        GuardedClient::builder()
            .danger_resolve(host, server.address())
            .trust_root(root.clone())
            .build()
            .unwrap()
    };
    let mut tally = Tally::default();
    for row in &rows {
        let text = row.input.url.to_text();
        let Ok(url) = Url::parse(&text) else {
            tally.count(row, "Unreadable");
            continue;
        };
        if row.outcome == ACCEPTED {
            let checked = client.check(&url).unwrap();
            let outcome = match checked.as_url().domain() {
                // Any other name would need a certificate for it and tell nothing new.
                Some("v.example") => outcome(control("v.example").get(url).send().await),
                // A test has no way to a public address, so the rules' word counts.
                _ => ACCEPTED.to_owned(),
            };
            tally.count(row, &outcome);
            continue;
        }
        tally.count(row, &outcome(client.get(url.clone()).send().await));
        if let Ok(request) = http::Request::post(url.as_str()).body(Bytes::new())
            && let Ok(answer) = client.execute(request).await
        {
            tally.wrong(
                &row.id,
                &format!("a write was answered with {}", answer.status()),
            );
        }
    }
    let sockets = recorder.dialled();
    tally.finish(
        "urls, fetched",
        &rows,
        &format!(", forbidden sockets {}", sockets.len()),
    );
    assert_eq!(sockets, []);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameInput {
    /// What the name resolves to, between blanks.
    answer: Text,
}

/// What a name resolves to, as a resolver says. Loopback addresses are those of a server that the second client may ask.
#[tokio::test]
async fn names() {
    let rows = rows::<NameInput>(include_str!("../../cases/names.json"));
    let (tls, root) = acceptor(certificate(), &["http/1.1"]);
    let server = Server::start_tls(tls, |_| Reply::new(200, "", b"")).await;
    let port = server.address().port();
    let url: Url = format!("https://v.example:{port}/").parse().unwrap();
    let mut tally = Tally::default();
    let mut forbidden = 0;
    for row in &rows {
        let answer = row.input.answer.to_text();
        let answer = answer
            .split_whitespace()
            .map(|text| text.parse().unwrap())
            .collect();
        let recorder = Recorder::new();
        let mut builder = GuardedClient::builder();
        // A test has no way to a public address, so those of the controls are loopback, and allowed.
        if row.outcome == ACCEPTED {
            builder = builder.danger_allow_loopback();
        }
        let client = builder
            .allow_port(port)
            .trust_root(root.clone())
            .resolver(Fixed(answer))
            .record(&recorder)
            .build()
            .unwrap();
        tally.count(row, &outcome(client.get(url.clone()).send().await));
        if row.outcome != ACCEPTED {
            forbidden += recorder.dialled().len();
        }
    }
    tally.finish("names", &rows, &format!(", forbidden sockets {forbidden}"));
    assert_eq!(forbidden, 0);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerInput {
    /// What a server answers, by path; the request is for `/`.
    replies: BTreeMap<String, Replied>,
    /// Whether that server speaks TLS. Another one, without it, answers 200 to all.
    #[serde(default)]
    tls: bool,
    method: Option<String>,
    /// Header fields of the request.
    #[serde(default)]
    fields: Vec<(String, String)>,
    /// The media types expected.
    #[serde(default)]
    expect: Vec<String>,
    /// What the last request to the other server must hold, and must not.
    #[serde(default)]
    sent: Vec<String>,
    #[serde(default)]
    kept: Vec<String>,
}

/// An answer as it is on the wire. `{here}` and `{other}` are the servers, `{port}` the port of the first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replied {
    wire: Text,
    #[serde(default)]
    then: After,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
enum After {
    #[default]
    Close,
    Silence,
    Drip,
    Flood(Text),
}

impl After {
    fn to_then(&self) -> Then {
        match self {
            Self::Close => Then::Close,
            Self::Silence => Then::Silence,
            Self::Drip => Then::Drip,
            Self::Flood(text) => Then::Flood(text.to_text().into_bytes()),
        }
    }
}

/// What servers answer: redirects, statuses, media types, floods and silence.
#[tokio::test]
async fn answers() {
    let rows = rows::<AnswerInput>(include_str!("../../cases/answers.json"));
    let other = Server::start(|_| Reply::new(200, "", b"")).await;
    let recorder = Recorder::new();
    let builder = |time| {
        GuardedClient::builder()
            .danger_allow_loopback()
            .resolver(Fixed(Vec::new()))
            .limits(Limits::new().total(time))
            .record(&recorder)
    };
    // Nobody should wait long for what takes for ever; all else may take long on a busy machine.
    let (short, long) = (Duration::from_millis(300), Duration::from_secs(20));
    let (hasty, patient) = (
        builder(short).build().unwrap(),
        builder(long).build().unwrap(),
    );
    let mut tally = Tally::default();
    let mut forbidden = 0;
    for row in &rows {
        let input = &row.input;
        let here = Arc::new(OnceLock::new());
        let replies: BTreeMap<_, _> = input
            .replies
            .iter()
            .map(|(path, reply)| (path.clone(), (reply.wire.to_text(), reply.then.to_then())))
            .collect();
        let (url, there) = (Arc::clone(&here), other.url(""));
        let answer = move |request: &str| {
            let here: &Url = url.get().unwrap();
            let path = request.split(' ').nth(1).unwrap();
            let Some((wire, then)) = replies.get(path) else {
                return Reply::new(200, "", b"");
            };
            let wire = wire
                .replace("{here}", here.as_str().trim_end_matches('/'))
                .replace("{other}", there.as_str().trim_end_matches('/'))
                .replace("{port}", &here.port().unwrap().to_string());
            Reply::raw(&wire, then.clone())
        };
        let takes_for_ever = row.outcome == "Transient(Timeout)";
        let (server, url, client) = if input.tls {
            let (tls, root) = acceptor(certificate(), &["http/1.1"]);
            let server = Server::start_tls(tls, answer).await;
            let url = format!("https://v.example:{}/", server.address().port());
            let client = builder(long)
                .danger_resolve("v.example", server.address())
                .trust_root(root)
                .build();
            (server, url.parse().unwrap(), client.unwrap())
        } else {
            let server = Server::start(answer).await;
            let url = server.url("/");
            let client = if takes_for_ever { &hasty } else { &patient };
            (server, url, client.clone())
        };
        here.set(url.clone()).unwrap();
        let method: Method = input.method.as_deref().unwrap_or("GET").parse().unwrap();
        let expected: Vec<&str> = input.expect.iter().map(String::as_str).collect();
        let (before, sockets) = (other.requests().len(), recorder.dialled().len());
        let begun = Instant::now();
        let mut request = client.request(method, url);
        for (field, value) in &input.fields {
            request = request.header(field.as_str(), value.as_str());
        }
        if !expected.is_empty() {
            request = request.expect(&expected);
        }
        let outcome = request.send().await;
        let time = begun.elapsed();
        if let Err(error) = &outcome
            && format!("{error} {error:?}").contains("the peer's words")
        {
            tally.wrong(&row.id, "a byte of the answer stands in the error");
        }
        let outcome = self::outcome(outcome);
        tally.count(row, &outcome);
        if time > if takes_for_ever { 10 * short } else { long } {
            tally.wrong(&row.id, &format!("took {time:?}"));
        }
        forbidden += recorder.dialled()[sockets..]
            .iter()
            .filter(|dialled| dialled.address != server.address())
            .filter(|dialled| outcome != ACCEPTED || dialled.address != other.address())
            .count();
        let requests = other.requests();
        for (texts, is_sent) in [(&input.sent, true), (&input.kept, false)] {
            for text in texts {
                let holds = requests[before..]
                    .iter()
                    .any(|request| request.contains(text.as_str()));
                if holds != is_sent || requests.len() == before {
                    tally.wrong(&row.id, &format!("{text} was sent: {holds}"));
                }
            }
        }
    }
    tally.finish(
        "answers",
        &rows,
        &format!(", forbidden sockets {forbidden}"),
    );
    assert_eq!(forbidden, 0);
}

/// One word for what a call gave.
fn outcome(outcome: Result<Answer, Error>) -> String {
    match outcome {
        Ok(_) => ACCEPTED.to_owned(),
        Err(Error::Refused(refused)) => name(refused.rule()),
        Err(Error::Transient(transient)) => format!("Transient({:?})", transient.reason),
        Err(Error::Request(invalid)) => format!("Request({invalid:?})"),
        Err(Error::Gone(_)) => "Gone".to_owned(),
        Err(Error::NotFound(_)) => "NotFound".to_owned(),
        Err(Error::NeedsSignature(_)) => "NeedsSignature".to_owned(),
        Err(Error::Forbidden(_)) => "Forbidden".to_owned(),
        Err(Error::RateLimited(_)) => "RateLimited".to_owned(),
        Err(Error::Rejected(_)) => "Rejected".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// Resolves every name to the same.
struct Fixed(Vec<IpAddr>);

impl Resolver for Fixed {
    fn resolve<'a>(
        &'a self,
        _: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}
