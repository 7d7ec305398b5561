//! Attacks, and controls that must stay accepted so that "refuse all" does not pass: rows of the files in `tests/cases`.
//!
//! A row has an `id`; the `attack` in words; the `input`; the `outcome` (the rule that refuses, what else ends the call, or
//! `accepted`); and the `source` where the attack was seen or the rule stands.

#[cfg(feature = "client")]
mod client;

use guarded_http::{Rule, UrlRules};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row<I> {
    pub(crate) id: String,
    pub(crate) attack: String,
    pub(crate) input: I,
    pub(crate) outcome: String,
    source: String,
}

pub(crate) fn rows<I: for<'a> Deserialize<'a>>(file: &str) -> Vec<Row<I>> {
    let rows: Vec<Row<I>> = serde_json::from_str(file).unwrap();
    for row in &rows {
        assert!(
            !row.attack.is_empty() && !row.source.is_empty(),
            "{}",
            row.id
        );
        let twice = rows.iter().filter(|other| other.id == row.id).count();
        assert_eq!(twice, 1, "{}", row.id);
    }
    rows
}

/// A text, perhaps with a part that is repeated.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Text {
    Plain(String),
    Repeated { text: String, times: usize },
    Joined(Vec<Self>),
}

impl Text {
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Repeated { text, times } => text.repeat(*times),
            Self::Joined(parts) => parts.iter().map(Self::to_text).collect(),
        }
    }
}

/// The rule by its name; of an address, with the document that set its block aside.
pub(crate) fn name(rule: Rule) -> String {
    match rule {
        Rule::Address(block) => format!("Address({})", block.rfc()),
        rule => format!("{rule:?}"),
    }
}

/// Counts what happened, and says so.
#[derive(Default)]
pub(crate) struct Tally {
    refused: usize,
    accepted: usize,
    wrong: Vec<String>,
}

impl Tally {
    pub(crate) fn count<I>(&mut self, row: &Row<I>, outcome: &str) {
        if outcome != row.outcome {
            let Row {
                id,
                attack,
                outcome: expected,
                ..
            } = row;
            self.wrong
                .push(format!("{id} ({attack}): {outcome}, and not {expected}"));
        } else if outcome == ACCEPTED {
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
    }

    pub(crate) fn wrong(&mut self, id: &str, what: &str) {
        self.wrong.push(format!("{id}: {what}"));
    }

    pub(crate) fn finish<I>(self, file: &str, rows: &[Row<I>], sockets: &str) {
        let controls = rows.iter().filter(|row| row.outcome == ACCEPTED).count();
        let attacks = rows.len() - controls;
        let Self {
            refused,
            accepted,
            wrong,
        } = self;
        println!(
            "{file}: refused {refused}/{attacks}, controls accepted {accepted}/{controls}{sockets}"
        );
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(refused == attacks && accepted == controls && controls > 0);
    }
}

pub(crate) const ACCEPTED: &str = "accepted";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UrlInput {
    pub(crate) url: Text,
    /// What is fetched, where it is not the text itself.
    becomes: Option<String>,
}

pub(crate) const URLS: &str = include_str!("../cases/urls.json");

#[test]
fn urls() {
    let rows = rows::<UrlInput>(URLS);
    let rules = UrlRules::new();
    let mut tally = Tally::default();
    for row in &rows {
        let text = row.input.url.to_text();
        match rules.parse(&text) {
            Ok(url) => {
                tally.count(row, ACCEPTED);
                let becomes = row.input.becomes.as_ref().unwrap_or(&text);
                if url.as_url().as_str() != becomes {
                    tally.wrong(&row.id, url.as_url().as_str());
                }
            }
            Err(refused) => tally.count(row, &name(refused.rule())),
        }
    }
    tally.finish("urls", &rows, "");
}
