//! Attacks, and controls that must stay accepted so that "refuse all" does not pass: rows of the files in `tests/cases`.
//!
//! A row has an `id`; the `attack` in words; the `input`, as steps that change a message of everyday; the `outcome`: the
//! reason of the refusal, `not HTTP` if the types of HTTP cannot even hold the message, or `accepted`; the `source` where
//! the attack was seen or the rule stands; and, where it matters, in how many `milliseconds` it must be over. The steps
//! under `signed` are the sender's, those under `sent` happen after it signed; `policy` and `check` are the recipient's
//! rules and the key that it finds.

pub(crate) mod keys;
mod linear;
mod policy;
pub(crate) mod sent;
pub(crate) mod value;

use std::time::Duration;

use cpu_time::ThreadTime;
use http_sig::rfc9421::VerifiedResponse;
use http_sig::{Backend, Reason, VerifiedRequest, VerifyError, VerifyingKey};
use serde_json::{Map, Value, json};

use crate::attacks::policy::policy;
use crate::attacks::sent::Sent;
use crate::draft::{Draft, Key, now, public};
use crate::message::Message;

const FILES: [(&str, &str, Prepare); 4] = [
    ("draft", include_str!("../cases/draft.json"), draft),
    ("rfc9421", include_str!("../cases/rfc9421.json"), rfc9421),
    (
        "responses",
        include_str!("../cases/responses.json"),
        response,
    ),
    ("keys", include_str!("../cases/keys.json"), keys::prepare),
];

/// Makes the message of a row; what it gives is what the recipient does with it.
type Prepare = fn(&Input<'_>, Backend) -> Box<dyn Fn(&mut Handler) -> Outcome>;

const BACKENDS: &[Backend] = &[
    #[cfg(feature = "aws-lc-rs")]
    Backend::AwsLcRs,
    #[cfg(feature = "pure-rust")]
    Backend::PureRust,
];

/// Where verified messages go. It takes nothing else.
#[derive(Default)]
pub(crate) struct Handler {
    calls: usize,
}

impl Handler {
    fn request(&mut self, _: VerifiedRequest<Vec<u8>>) {
        self.calls += 1;
    }

    fn response(&mut self, _: &VerifiedResponse<'_, Vec<u8>>) {
        self.calls += 1;
    }

    pub(crate) fn key(&mut self) {
        self.calls += 1;
    }
}

/// The outcome in the words of the files, and the text of the error.
pub(crate) struct Outcome {
    pub(crate) outcome: String,
    pub(crate) error: String,
}

impl Outcome {
    pub(crate) fn accepted(how: &str) -> Self {
        Self {
            outcome: format!("accepted{how}"),
            error: String::new(),
        }
    }

    pub(crate) fn refused(reason: String, error: &dyn std::fmt::Display) -> Self {
        Self {
            outcome: reason,
            error: error.to_string(),
        }
    }
}

#[test]
fn every_attack_is_refused_and_every_control_accepted() {
    for backend in BACKENDS {
        let mut ids = Vec::new();
        let mut wrong = Vec::new();
        let (mut all, mut calls) = ([(0, 0); 2], 0);
        for (file, rows, prepare) in FILES {
            let mut counts = [(0, 0); 2];
            let rows: Vec<Value> = serde_json::from_str(rows).unwrap();
            for row in &rows {
                let row = Row::new(file, row);
                ids.push(row.id.to_owned());
                let mut handler = Handler::default();
                let found = row.run(prepare, *backend, &mut handler);
                let control = row.outcome.starts_with("accepted");
                let (right, rows) = &mut counts[usize::from(control)];
                *rows += 1;
                match found {
                    Ok(()) if handler.calls == usize::from(control) => *right += 1,
                    Ok(()) => wrong.push(format!("{}: {} handler calls", row.id, handler.calls)),
                    Err(found) => wrong.push(format!("{} ({}): {found}", row.id, row.attack)),
                }
                calls += if control { 0 } else { handler.calls };
            }
            println!("{backend:?}, {file}: {}", line(counts));
            for (sum, (right, rows)) in all.iter_mut().zip(counts) {
                *sum = (sum.0 + right, sum.1 + rows);
            }
        }
        println!(
            "{backend:?}: {}, handler calls during refusals {calls}",
            line(all)
        );
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(calls, 0);
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "an id stands twice");
    }
}

fn line([(refused, attacks), (accepted, controls)]: [(usize, usize); 2]) -> String {
    format!("refused {refused}/{attacks}, controls accepted {accepted}/{controls}")
}

struct Row<'a> {
    id: &'a str,
    attack: &'a str,
    input: Input<'a>,
    outcome: &'a str,
    milliseconds: Option<u64>,
}

impl<'a> Row<'a> {
    fn new(file: &str, row: &'a Value) -> Self {
        let row = row.as_object().unwrap();
        let text = |name: &str| {
            let text = row.get(name).and_then(Value::as_str);
            text.unwrap_or_else(|| panic!("no {name}: {row:?}"))
        };
        let known = ["id", "attack", "input", "outcome", "source", "milliseconds"];
        assert!(row.keys().all(|key| known.contains(&&**key)), "{row:?}");
        assert!(!text("source").is_empty(), "{row:?}");
        let id = text("id");
        assert!(id.starts_with(file), "{id}");
        Self {
            id,
            attack: text("attack"),
            input: Input(row["input"].as_object().unwrap()),
            outcome: text("outcome"),
            milliseconds: row.get("milliseconds").map(|value| value.as_u64().unwrap()),
        }
    }

    fn run(&self, prepare: Prepare, backend: Backend, handler: &mut Handler) -> Result<(), String> {
        let recipient = prepare(&self.input, backend);
        let found = recipient(handler);
        if found.outcome != self.outcome {
            let (expected, found) = (self.outcome, found.outcome);
            return Err(format!("expected {expected}, found {found}"));
        }
        // What is refused is told to people, on terminals and in logs.
        let text = &found.error;
        if text.len() > 2000 || text.chars().any(char::is_control) {
            return Err(format!("unfit to be shown: {text:?}"));
        }
        let Some(milliseconds) = self.milliseconds else {
            return Ok(());
        };
        let times = (0..10).map(|_| {
            let start = ThreadTime::now();
            recipient(&mut Handler::default());
            start.elapsed()
        });
        let least = times.min().unwrap_or_default();
        if least > Duration::from_millis(milliseconds) {
            return Err(format!("took {least:?}, not {milliseconds} ms"));
        }
        Ok(())
    }
}

/// The `input` of a row.
pub(crate) struct Input<'a>(&'a Map<String, Value>);

impl Input<'_> {
    /// The steps under one name.
    fn steps(&self, name: &str) -> Vec<Vec<Value>> {
        let steps = self.0.get(name).map(|steps| steps.as_array().unwrap());
        let steps = steps.into_iter().flatten();
        steps.map(|step| step.as_array().unwrap().clone()).collect()
    }

    /// The key that the recipient finds: that of the sender, or the one of `check`.
    fn key(&self, sender: &Key, backend: Backend) -> VerifyingKey {
        let key = match self.0.get("check") {
            Some(name) => public(name.as_str().unwrap()),
            None => sender.verifying_key(),
        };
        key.with_backend(backend).unwrap()
    }

    pub(crate) fn only(&self, names: &[&str]) {
        let known = |name: &String| names.contains(&&**name);
        assert!(self.0.keys().all(known), "{:?}", self.0);
    }

    pub(crate) fn first(&self) -> (&str, &Value) {
        let (name, value) = self.0.iter().next().unwrap();
        (name, value)
    }

    fn change(&self, name: &str, sent: Sent) -> Sent {
        match self.0.get(name) {
            Some(steps) => sent.after(steps),
            None => sent,
        }
    }
}

fn draft(input: &Input<'_>, backend: Backend) -> Box<dyn Fn(&mut Handler) -> Outcome> {
    let mut draft = Draft::post();
    input.steps("signed").iter().for_each(|s| draft.take(s));
    let key = input.key(&draft.key, backend);
    request(input, draft.sign(), key)
}

fn rfc9421(input: &Input<'_>, backend: Backend) -> Box<dyn Fn(&mut Handler) -> Outcome> {
    let mut message = Message::post();
    input.steps("signed").iter().for_each(|s| message.take(s));
    let key = input.key(&message.key, backend);
    request(input, message.sign(), key)
}

fn request(
    input: &Input<'_>,
    signed: Sent,
    key: VerifyingKey,
) -> Box<dyn Fn(&mut Handler) -> Outcome> {
    input.only(&["policy", "signed", "sent", "check"]);
    let request = input.change("sent", signed).any_request();
    let policy = policy(&input.steps("policy"));
    if let Some(request) = &request {
        crate::explain::agreed(&policy, request, &key);
    }
    Box::new(move |handler| {
        let Some(request) = request.clone() else {
            return Outcome::refused("not HTTP".to_owned(), &"");
        };
        let claim = match policy.read(request, now()) {
            Ok(claim) => claim,
            Err(error) => return refused(&error, false),
        };
        match claim.check(&key) {
            Ok(verified) => {
                let left_out = verified.query_left_out();
                handler.request(verified);
                Outcome::accepted(if left_out { ", query left out" } else { "" })
            }
            Err(error) => refused(error.error(), true),
        }
    })
}

fn response(input: &Input<'_>, backend: Backend) -> Box<dyn Fn(&mut Handler) -> Outcome> {
    input.only(&["policy", "signed", "sent", "asked", "check"]);
    let mut message = Message::response();
    input.steps("signed").iter().for_each(|s| message.take(s));
    let key = input.key(&message.key, backend);
    let response = input.change("sent", message.sign()).response();
    let asked = Sent::new("GET", "https://example.org/users/bob?page=1", "");
    let asked = input.change("asked", asked).request();
    let policy = policy(&input.steps("policy"));
    Box::new(move |handler| {
        let Some(response) = response.clone() else {
            return Outcome::refused("not HTTP".to_owned(), &"");
        };
        let claim = match policy.read_response(response, &asked, now()) {
            Ok(claim) => claim,
            Err(error) => return refused(&error, false),
        };
        match claim.check(&key) {
            Ok(verified) => {
                handler.response(&verified);
                Outcome::accepted("")
            }
            Err(error) => refused(&error, true),
        }
    })
}

/// What can be seen without a key is seen before one is fetched.
fn refused(error: &VerifyError, with_key: bool) -> Outcome {
    let reason = error.reason();
    let needs_key = [Reason::SignatureMismatch, Reason::AlgorithmMismatch].contains(&reason);
    assert_eq!(needs_key, with_key, "{error}");
    Outcome::refused(format!("{reason:?}"), error)
}

#[test]
fn a_part_of_a_field_does_not_count_as_the_field() {
    let signed = crate::message::signed(&json!([
        ["set", "x-dict", "a=1, b=2"],
        ["cover", "\"x-dict\";key=\"a\"", "1"],
        ["cover", "\"host\";bs", ":ZXhhbXBsZS5vcmc=:"],
        ["parameter", ";nonce=\"once\""],
    ]));
    let claim = policy(&[]).read(signed.request(), now()).unwrap();
    let verified = claim.check(&Key::RsaSha256.verifying_key()).unwrap();
    assert!(verified.covers("host") && !verified.covers("x-dict"));
    assert_eq!(verified.nonce(), Some("once"));
}
