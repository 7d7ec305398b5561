//! Attacks, each with the same document made right beside it, so that "refuse all" does not pass: rows of the files in `tests/cases`.
//!
//! A row has an `id`; the `attack` in words; the `document` (see [`document`]); the `outcome`: `refused`, with the rule and the path,
//! or `void`, where the document is read and the attack gains nothing; the `answers` that a user then gets (see [`answer`]); the
//! `control`, a `document` and its `answers` again; and the `source`, where the attack was seen or the rule stands. A row with
//! the outcome `accepted` is what only looks like an attack, and needs no control.

mod answer;
mod document;
mod linear;

use activitypub::Any;
use serde_json::{Map, Value};

const FILES: &[(&str, &str)] = &[
    ("syntax", include_str!("../cases/syntax.json")),
    ("limits", include_str!("../cases/limits.json")),
    ("names", include_str!("../cases/names.json")),
    ("addresses", include_str!("../cases/addresses.json")),
    ("audience", include_str!("../cases/audience.json")),
    ("meaning", include_str!("../cases/meaning.json")),
    ("display", include_str!("../cases/display.json")),
    #[cfg(feature = "html")]
    ("html", include_str!("../cases/html.json")),
    #[cfg(feature = "proof")]
    ("proofs", include_str!("../cases/proofs.json")),
];

#[test]
fn every_attack_is_refused_or_void_and_every_control_accepted() {
    let mut ids = Vec::new();
    let mut wrong = Vec::new();
    let mut all = [Count::default(); 3];
    for (file, rows) in FILES {
        let mut counts = [Count::default(); 3];
        let rows: Vec<Value> =
            serde_json::from_str(rows).unwrap_or_else(|error| panic!("{file}: {error}"));
        for row in rows.iter().map(|row| Row::new(file, row)) {
            ids.push(row.id.to_owned());
            for (kind, case) in row.cases() {
                let found = case.run();
                counts[kind].rows += 1;
                counts[kind].right += usize::from(found.is_ok());
                wrong.extend(found.err().map(|found| {
                    let whose = if kind == CONTROLS { "control of " } else { "" };
                    format!("{whose}{} ({}): {found}", row.id, row.attack)
                }));
            }
        }
        println!("{file}: {}", line(&counts));
        for (sum, count) in all.iter_mut().zip(counts) {
            sum.rows += count.rows;
            sum.right += count.right;
        }
    }
    println!("{}", line(&all));
    assert!(wrong.is_empty(), "{wrong:#?}");
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands twice");
}

#[derive(Clone, Copy, Default)]
struct Count {
    right: usize,
    rows: usize,
}

const REFUSED: usize = 0;
const VOID: usize = 1;
const CONTROLS: usize = 2;

fn line(counts: &[Count; 3]) -> String {
    let [refused, void, controls] = counts.map(|count| format!("{}/{}", count.right, count.rows));
    format!("refused {refused}, void {void}, controls {controls}")
}

struct Row<'a> {
    id: &'a str,
    attack: &'a str,
    outcome: &'a str,
    attacked: Case<'a>,
    control: Option<Case<'a>>,
}

impl<'a> Row<'a> {
    fn new(file: &str, row: &'a Value) -> Self {
        let row = row.as_object().unwrap();
        let known = [
            "id", "attack", "document", "outcome", "answers", "control", "source",
        ];
        assert!(row.keys().all(|key| known.contains(&&**key)), "{row:?}");
        let text = |name: &str| {
            let text = row.get(name).and_then(Value::as_str);
            text.unwrap_or_else(|| panic!("no {name}: {row:?}"))
        };
        assert!(!text("source").is_empty(), "{row:?}");
        let id = text("id");
        assert!(id.starts_with(file), "{id}");
        let outcome = text("outcome");
        let control = row
            .get("control")
            .map(|control| Case::new(control.as_object().unwrap(), None));
        assert_eq!(control.is_none(), outcome == "accepted", "{id}");
        Self {
            id,
            attack: text("attack"),
            outcome,
            attacked: Case::new(row, outcome.strip_prefix("refused ")),
            control,
        }
    }

    fn cases(&self) -> impl Iterator<Item = (usize, &Case<'a>)> {
        let kind = match self.outcome {
            "void" => VOID,
            "accepted" => CONTROLS,
            _ => REFUSED,
        };
        let control = self.control.iter().map(|control| (CONTROLS, control));
        std::iter::once((kind, &self.attacked)).chain(control)
    }
}

struct Case<'a> {
    document: &'a Value,
    answers: Option<&'a Map<String, Value>>,
    refusal: Option<&'a str>,
}

impl<'a> Case<'a> {
    fn new(case: &'a Map<String, Value>, refusal: Option<&'a str>) -> Self {
        let answers = case.get("answers").map(|value| value.as_object().unwrap());
        assert!(refusal.is_none() || answers.is_none(), "{case:?}");
        Self {
            document: &case["document"],
            answers,
            refusal,
        }
    }

    fn run(&self) -> Result<(), String> {
        let bytes = document::bytes(self.document);
        let read = Any::from_slice(&bytes);
        let found = match &read {
            Ok(_) => None,
            Err(error) => {
                // What is refused is told to people, on terminals and in logs.
                let text = error.to_string();
                if text.len() > 2000 || text.chars().any(char::is_control) {
                    return Err(format!("unfit to be shown: {text:?}"));
                }
                Some(format!("{:?} at {}", error.refusal(), error.path()))
            }
        };
        if found.as_deref() != self.refusal {
            return Err(format!("{found:?}, not {:?}", self.refusal));
        }
        let Ok(thing) = read else {
            return Ok(());
        };
        // Nothing is lost, whatever it is worth.
        let exact = serde_json::from_slice::<Value>(&bytes).map_err(|error| error.to_string())?;
        if thing.to_value().ok() != Some(exact) {
            return Err(format!("written as {thing}"));
        }
        for (question, expected) in self.answers.into_iter().flatten() {
            let found = answer::answer(&thing, &bytes, question);
            if found != *expected {
                return Err(format!("{question}: {found}, not {expected}"));
            }
        }
        Ok(())
    }
}
