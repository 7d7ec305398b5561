//! What a person reads.

use crate::ask::Person;
use fedikit_examples::terminal::shown;
use std::io::{self, Write};

/// The width of the column of names.
const NAME: usize = 16;

/// How much of one value is shown, in characters.
const VALUE: usize = 200;

/// Facts first, then what is odd.
pub(crate) fn person(person: &Person, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}\n", shown(&person.shown, VALUE))?;
    let name = person.name.as_deref().unwrap_or("(none)");
    let kind = person.kind.as_deref().unwrap_or("of no type");
    line("name", &format!("{name}, {kind}"), out)?;
    line("actor", &person.actor, out)?;
    if let Some(page) = &person.page {
        line("profile", page, out)?;
    }
    line("proof", &person.proof, out)?;
    match &person.software {
        Some(software) => {
            let told = format!("{} {}", software.name, software.version);
            line("software", told.trim_end(), out)?;
        }
        None => line("software", "not told", out)?,
    }
    if let Some(actor) = &person.server_actor {
        line("server actor", actor, out)?;
    }
    writeln!(out, "\nlinks: {}", person.links.len())?;
    for link in &person.links {
        let mark = if link.verified { "✓" } else { "✗" };
        let told = format!("{mark} {}, in {:?}: {}", link.page, link.field, link.says);
        writeln!(out, "  {}", shown(&told, VALUE))?;
    }
    writeln!(out, "\nodd: {}", person.odd.len())?;
    for odd in &person.odd {
        writeln!(out, "  - {}", shown(&odd.says, VALUE))?;
    }
    Ok(())
}

fn line(name: &str, value: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {name:<NAME$} {}", shown(value, VALUE))
}
