//! What a person reads.

use fedikit_examples::terminal::shown;
use std::io::{self, Write};

use crate::document::{Description, Fact, Facts};
use crate::folder::{Count, Survey};

/// The width of the column of names.
const NAME: usize = 28;

/// How much of one value is shown, in characters.
const VALUE: usize = 200;

/// How many values of a list, and how many unknown properties and problems, are shown.
const LIST: usize = 30;

/// A document: what was understood, unknown properties, problems.
pub(crate) fn document(document: &Description, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nunderstood as {}", document.format)?;
    facts(&document.understood, 2, out)?;
    writeln!(out, "\nunknown properties: {}", document.unknown.len())?;
    for unknown in document.unknown.iter().take(LIST) {
        let value = unknown.value.to_string();
        writeln!(
            out,
            "  {}  {}",
            shown(&unknown.path, VALUE),
            shown(&value, VALUE)
        )?;
    }
    more(document.unknown.len(), out)?;
    writeln!(out, "\nproblems: {}", document.problems.len())?;
    for problem in document.problems.iter().take(LIST) {
        let path = if problem.path.is_empty() {
            "the document"
        } else {
            &problem.path
        };
        writeln!(out, "  {}: {}", shown(path, VALUE), problem.reason)?;
    }
    more(document.problems.len(), out)?;
    let exact = if document.exact {
        "the same"
    } else {
        "another"
    };
    writeln!(out, "\nwritten again it is {exact} JSON value")
}

/// What was understood, indented.
pub(crate) fn facts(facts: &Facts, indent: usize, out: &mut impl Write) -> io::Result<()> {
    for (name, fact) in &facts.0 {
        let name = format!("{:indent$}{:<NAME$} ", "", name.replace('_', " "));
        match fact {
            Fact::Text(text) => writeln!(out, "{name}{}", shown(text, VALUE))?,
            Fact::Count(count) => writeln!(out, "{name}{count}")?,
            Fact::Flag(flag) => writeln!(out, "{name}{}", if *flag { "yes" } else { "no" })?,
            Fact::List(items) => {
                write!(out, "{name}")?;
                list(items, name.len(), out)?;
            }
            Fact::Thing(inner) => {
                writeln!(out, "{}", name.trim_end())?;
                self::facts(inner, indent + 2, out)?;
            }
        }
    }
    Ok(())
}

/// A folder: a table, what was skipped, what failed.
pub(crate) fn survey(survey: &Survey, out: &mut impl Write) -> io::Result<()> {
    let names: Vec<String> = survey
        .folders
        .keys()
        .map(|name| shown(name, VALUE))
        .collect();
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .max("folder".len());
    writeln!(
        out,
        "{:<width$}  {:>7}  {:>7}  {:>7}",
        "folder", "files", "parsed", "exact"
    )?;
    let mut row = |name: &str, count: &Count| {
        let Count {
            files,
            parsed,
            exact,
        } = count;
        writeln!(out, "{name:<width$}  {files:>7}  {parsed:>7}  {exact:>7}")
    };
    for (name, count) in names.iter().zip(survey.folders.values()) {
        row(name, count)?;
    }
    row("total", &survey.total)?;
    if survey.byte_order_marks > 0 {
        writeln!(
            out,
            "\nread without the byte order mark before them, with which a message would be refused: {}",
            survey.byte_order_marks
        )?;
    }
    writeln!(
        out,
        "\nskipped, because they are not JSON: {}",
        survey.skipped.values().sum::<u64>()
    )?;
    for (ending, count) in &survey.skipped {
        writeln!(out, "  {count} {}", shown(ending, VALUE))?;
    }
    for name in &survey.skipped_names {
        writeln!(out, "  {}", shown(name, VALUE))?;
    }
    writeln!(out, "\nfailures: {}", survey.failures.len())?;
    for failure in &survey.failures {
        writeln!(
            out,
            "  {}: {}",
            shown(&failure.file, VALUE),
            shown(&failure.reason, VALUE)
        )?;
    }
    Ok(())
}

/// The first value stands beside the name, the others below it.
fn list(items: &[String], indent: usize, out: &mut impl Write) -> io::Result<()> {
    for (at, item) in items.iter().take(LIST).enumerate() {
        let indent = if at == 0 { 0 } else { indent };
        writeln!(out, "{:indent$}{}", "", shown(item, VALUE))?;
    }
    more(items.len(), out)
}

fn more(length: usize, out: &mut impl Write) -> io::Result<()> {
    if length > LIST {
        writeln!(out, "  … and {} more; --json shows them all", length - LIST)?;
    }
    Ok(())
}
