//! Statements, and their one order and naming: RDF Dataset Canonicalization (RDFC-1.0, which URDNA2015 became), of the default graph only.
//!
//! Own code, because the libraries either set no limit to the work that a poisoned graph can ask for, or do not fit those that we have.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

use sha2::{Digest, Sha256};

/// A subject, or an object.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Term {
    Iri(String),
    /// A thing without an id, by its number.
    Blank(usize),
    /// In N-Quads, with its quotes and its datatype or language.
    Literal(String),
}

/// One statement.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Statement {
    pub(super) subject: Term,
    pub(super) predicate: String,
    pub(super) object: Term,
}

/// The graph asks for more work than any honest one.
#[derive(Debug)]
pub(super) struct Poisoned;

/// How many steps on paths through blank nodes are taken. The nodes of honest documents are told apart by what they say, or need a
/// step or two each.
const MOST_STEPS: usize = 200_000;

/// Blank nodes of one document.
const MOST_BLANKS: usize = 2_000;

/// A literal in N-Quads; `suffix` is its datatype or language as it is written there.
pub(super) fn literal(text: &str, suffix: &str) -> Term {
    let mut out = String::with_capacity(text.len() + suffix.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                let _ = write!(out, "\\u{:04X}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out.push_str(suffix);
    Term::Literal(out)
}

/// The graph as canonical N-Quads.
pub(super) fn canonical_n_quads(statements: &BTreeSet<Statement>) -> Result<String, Poisoned> {
    let mut state = State::new(statements)?;
    state.name_all()?;
    let mut lines: Vec<String> = statements
        .iter()
        .map(|statement| line(statement, |blank| state.canonical.name(blank)))
        .collect();
    lines.sort_unstable();
    Ok(lines.concat())
}

/// A statement in N-Quads.
fn line(statement: &Statement, name: impl Fn(usize) -> String) -> String {
    let term = |term: &Term| match term {
        Term::Iri(iri) => format!("<{iri}>"),
        Term::Blank(blank) => format!("_:{}", name(*blank)),
        Term::Literal(literal) => literal.clone(),
    };
    let Statement {
        subject,
        predicate,
        object,
    } = statement;
    format!("{} <{predicate}> {} .\n", term(subject), term(object))
}

/// Names in the order in which they were given.
#[derive(Clone, Default)]
struct Issuer {
    prefix: &'static str,
    issued: HashMap<usize, usize>,
    order: Vec<usize>,
}

impl Issuer {
    fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            ..Self::default()
        }
    }

    fn issue(&mut self, blank: usize) {
        let next = self.order.len();
        if let std::collections::hash_map::Entry::Vacant(entry) = self.issued.entry(blank) {
            entry.insert(next);
            self.order.push(blank);
        }
    }

    fn has(&self, blank: usize) -> bool {
        self.issued.contains_key(&blank)
    }

    fn name(&self, blank: usize) -> String {
        let number = self.issued.get(&blank).copied().unwrap_or_default();
        format!("{}{number}", self.prefix)
    }
}

/// RDFC-1.0 section 4.2.
struct State<'g> {
    /// The statements in which each blank node stands.
    statements: BTreeMap<usize, Vec<&'g Statement>>,
    first_degree: HashMap<usize, String>,
    canonical: Issuer,
    steps: usize,
}

impl<'g> State<'g> {
    fn new(graph: &'g BTreeSet<Statement>) -> Result<Self, Poisoned> {
        let mut statements: BTreeMap<usize, Vec<&Statement>> = BTreeMap::new();
        for statement in graph {
            let blanks: BTreeSet<usize> = blanks(statement).map(|(blank, _)| blank).collect();
            for blank in blanks {
                statements.entry(blank).or_default().push(statement);
            }
        }
        if statements.len() > MOST_BLANKS {
            return Err(Poisoned);
        }
        let first_degree = statements
            .iter()
            .map(|(&blank, statements)| (blank, hash_first_degree(blank, statements)))
            .collect();
        Ok(Self {
            statements,
            first_degree,
            canonical: Issuer::new("c14n"),
            steps: 0,
        })
    }

    /// Section 4.4.3.
    fn name_all(&mut self) -> Result<(), Poisoned> {
        let mut by_hash: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for &blank in self.statements.keys() {
            by_hash.entry(self.hash_of(blank)).or_default().push(blank);
        }
        let mut groups: Vec<Vec<usize>> = by_hash.into_values().collect();
        for group in &groups {
            if let [alone] = group.as_slice() {
                self.canonical.issue(*alone);
            }
        }
        groups.retain(|group| group.len() > 1);
        for group in groups {
            let mut paths = Vec::new();
            for blank in group {
                if self.canonical.has(blank) {
                    continue;
                }
                let mut issuer = Issuer::new("b");
                issuer.issue(blank);
                paths.push(self.hash_n_degree(blank, issuer)?);
            }
            paths.sort_by(|one, other| one.0.cmp(&other.0));
            for (_, issuer) in paths {
                for blank in issuer.order {
                    self.canonical.issue(blank);
                }
            }
        }
        Ok(())
    }

    fn hash_of(&self, blank: usize) -> &str {
        self.first_degree.get(&blank).map_or("", String::as_str)
    }

    /// Section 4.8.3. The depth of the recursion is the length of a path.
    fn hash_n_degree(
        &mut self,
        blank: usize,
        mut issuer: Issuer,
    ) -> Result<(String, Issuer), Poisoned> {
        self.take_steps(self.statements.get(&blank).map_or(0, Vec::len))?;
        let mut related: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for statement in self.statements.get(&blank).into_iter().flatten() {
            for (other, position) in blanks(statement).filter(|(other, _)| *other != blank) {
                let hash = self.hash_related(other, &statement.predicate, &issuer, position);
                related.entry(hash).or_default().insert(other);
            }
        }
        let mut data = String::new();
        for (hash, group) in related {
            data.push_str(&hash);
            let mut chosen: Option<(String, Issuer)> = None;
            let mut order: Vec<usize> = group.into_iter().collect();
            loop {
                if let Some(found) = self.path(&order, &issuer, chosen.as_ref())? {
                    chosen = Some(found);
                }
                if !next_permutation(&mut order) {
                    break;
                }
            }
            if let Some((path, its_issuer)) = chosen {
                data.push_str(&path);
                issuer = its_issuer;
            }
        }
        Ok((sha256_hex(&data), issuer))
    }

    /// The path through these nodes in this order, if it comes before the best so far.
    fn path(
        &mut self,
        order: &[usize],
        issuer: &Issuer,
        best: Option<&(String, Issuer)>,
    ) -> Result<Option<(String, Issuer)>, Poisoned> {
        self.take_steps(1 + order.len() + issuer.order.len())?;
        let worse = |path: &str| {
            best.is_some_and(|(best, _)| path.len() >= best.len() && path > best.as_str())
        };
        let mut issuer = issuer.clone();
        let mut path = String::new();
        let mut to_descend = Vec::new();
        for &blank in order {
            let name = if self.canonical.has(blank) {
                self.canonical.name(blank)
            } else {
                if !issuer.has(blank) {
                    to_descend.push(blank);
                }
                issuer.issue(blank);
                issuer.name(blank)
            };
            path.push_str("_:");
            path.push_str(&name);
            if worse(&path) {
                return Ok(None);
            }
        }
        for blank in to_descend {
            let (hash, its_issuer) = self.hash_n_degree(blank, issuer.clone())?;
            issuer.issue(blank);
            let _ = write!(path, "_:{}<{hash}>", issuer.name(blank));
            issuer = its_issuer;
            if worse(&path) {
                return Ok(None);
            }
        }
        let better = best.is_none_or(|(best, _)| path < *best);
        Ok(better.then_some((path, issuer)))
    }

    /// Every step costs about as much as any other, so that their number bounds the time.
    fn take_steps(&mut self, steps: usize) -> Result<(), Poisoned> {
        self.steps += steps;
        if self.steps > MOST_STEPS {
            return Err(Poisoned);
        }
        Ok(())
    }

    /// Section 4.7.3.
    fn hash_related(
        &self,
        related: usize,
        predicate: &str,
        issuer: &Issuer,
        position: char,
    ) -> String {
        let name = if self.canonical.has(related) {
            format!("_:{}", self.canonical.name(related))
        } else if issuer.has(related) {
            format!("_:{}", issuer.name(related))
        } else {
            self.hash_of(related).to_owned()
        };
        sha256_hex(&format!("{position}<{predicate}>{name}"))
    }
}

/// Section 4.6.3.
fn hash_first_degree(blank: usize, statements: &[&Statement]) -> String {
    let name = |other| if other == blank { "a" } else { "z" }.to_owned();
    let mut lines: Vec<String> = statements
        .iter()
        .map(|statement| line(statement, name))
        .collect();
    lines.sort_unstable();
    sha256_hex(&lines.concat())
}

/// The blank nodes of a statement and their positions.
fn blanks(statement: &Statement) -> impl Iterator<Item = (usize, char)> {
    let blank = |term: &Term| match term {
        Term::Blank(blank) => Some(*blank),
        Term::Iri(_) | Term::Literal(_) => None,
    };
    let subject = blank(&statement.subject).map(|blank| (blank, 's'));
    let object = blank(&statement.object).map(|blank| (blank, 'o'));
    subject.into_iter().chain(object)
}

/// The next in the order of the numbers; `false` after the last.
fn next_permutation(order: &mut [usize]) -> bool {
    let rises = |pair: &[usize]| matches!(pair, [left, right] if left < right);
    let Some(pivot) = order.windows(2).rposition(rises) else {
        return false;
    };
    let value = order.get(pivot).copied();
    if let Some(larger) = order.iter().rposition(|other| Some(*other) > value) {
        order.swap(pivot, larger);
    }
    if let Some(rest) = order.get_mut(pivot + 1..) {
        rest.reverse();
    }
    true
}

pub(super) fn sha256_hex(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn statement(subject: Term, predicate: &str, object: Term) -> Statement {
        Statement {
            subject,
            predicate: format!("urn:{predicate}"),
            object,
        }
    }

    /// Edges between blank nodes.
    fn graph(edges: &[(usize, usize)]) -> BTreeSet<Statement> {
        edges
            .iter()
            .map(|&(from, to)| statement(Term::Blank(from), "p", Term::Blank(to)))
            .collect()
    }

    #[test]
    fn literals_are_escaped() {
        let Term::Literal(text) = literal("a\"\\\u{8}\t\n\u{c}\r\0\u{1b}\u{7f}\u{80}é😀", "@en")
        else {
            panic!("no literal")
        };
        assert_eq!(
            text,
            "\"a\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001B\\u007F\u{80}é😀\"@en"
        );
    }

    #[test]
    fn nodes_are_told_apart_by_what_they_say() {
        let text = |text| literal(text, "");
        let statements = BTreeSet::from([
            statement(Term::Iri("urn:a".into()), "p", Term::Blank(7)),
            statement(Term::Blank(7), "q", text("7")),
            statement(Term::Blank(5), "q", text("5")),
            statement(Term::Blank(5), "r", Term::Blank(7)),
        ]);
        let renamed = BTreeSet::from([
            statement(Term::Iri("urn:a".into()), "p", Term::Blank(1)),
            statement(Term::Blank(1), "q", text("7")),
            statement(Term::Blank(2), "q", text("5")),
            statement(Term::Blank(2), "r", Term::Blank(1)),
        ]);
        let canonical = canonical_n_quads(&statements).unwrap();
        assert_eq!(canonical, canonical_n_quads(&renamed).unwrap());
        assert_eq!(
            canonical.matches("_:c14n0").count() + canonical.matches("_:c14n1").count(),
            5
        );
    }

    /// A complete graph and two stars of the same shape are what a canonical order is slowest to find in.
    #[test]
    fn a_poisoned_graph_ends() {
        let complete: Vec<(usize, usize)> = (0..12)
            .flat_map(|from| (0..12).map(move |to| (from, to)))
            .filter(|(from, to)| from != to)
            .collect();
        assert!(canonical_n_quads(&graph(&complete)).is_err());
        let stars: Vec<(usize, usize)> =
            (0..10).flat_map(|to| [(100, to), (101, to + 20)]).collect();
        assert!(canonical_n_quads(&graph(&stars)).is_err());
        let chain: Vec<(usize, usize)> = (0..3000).map(|at| (at, at + 1)).collect();
        assert!(canonical_n_quads(&graph(&chain)).is_err());
        // So many alike that all hang on one are a matter of course.
        let alike: Vec<(usize, usize)> = (1..1000).map(|to| (0, to)).collect();
        assert!(canonical_n_quads(&graph(&alike)).is_ok());
    }

    proptest! {
        /// The numbers of the nodes do not count.
        #[test]
        fn numbers_do_not_count(edges in proptest::collection::vec((0_usize..6, 0_usize..6), 0..10), renaming in Just((0_usize..6).collect::<Vec<_>>()).prop_shuffle()) {
            let renamed: Vec<_> = edges.iter().map(|&(from, to)| (renaming[from], renaming[to])).collect();
            let (one, other) = (canonical_n_quads(&graph(&edges)), canonical_n_quads(&graph(&renamed)));
            prop_assert_eq!(one.ok(), other.ok());
        }
    }

    /// The tests of URDNA2015 that have no named graph, if a folder with them is at hand.
    #[test]
    fn the_tests_of_urdna2015() {
        let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
            println!("skipped: set FEDIKIT_SHARED to a folder that has a corpus in it");
            return;
        };
        let folder =
            std::path::PathBuf::from(shared).join("corpus/signatures/ld-signatures/urdna2015");
        let (mut equal, mut poisoned, mut other) = (0, Vec::new(), Vec::new());
        for number in 1..=70 {
            let name = format!("test{number:03}");
            let Ok(input) = std::fs::read_to_string(folder.join(format!("{name}-in.nq"))) else {
                continue;
            };
            let expected =
                std::fs::read_to_string(folder.join(format!("{name}-urdna2015.nq"))).unwrap();
            let mut names = HashMap::new();
            let lines = input.lines().filter(|line| !line.trim().is_empty());
            let Some(statements) = lines
                .map(|line| parse(line, &mut names))
                .collect::<Option<BTreeSet<_>>>()
            else {
                continue;
            };
            match canonical_n_quads(&statements) {
                Ok(text) if text == expected => equal += 1,
                Ok(_) => other.push(name),
                Err(Poisoned) => poisoned.push(name),
            }
        }
        println!("{equal} equal, poisoned {poisoned:?}, other {other:?}");
        assert!(equal > 40, "{equal}");
        // It is about escapes, which RDFC-1.0 writes otherwise.
        assert_eq!(other, ["test060"]);
        assert_eq!(poisoned, Vec::<String>::new());
    }

    /// A line of N-Quads without a graph.
    fn parse(line: &str, names: &mut HashMap<String, usize>) -> Option<Statement> {
        let (subject, rest) = line.split_once(' ')?;
        let (predicate, rest) = rest.split_once(' ')?;
        let object = rest.strip_suffix(" .")?;
        let mut term = |text: &str| {
            let next = names.len();
            if let Some(iri) = text.strip_prefix('<') {
                return iri
                    .strip_suffix('>')
                    .filter(|iri| !iri.contains('>'))
                    .map(|iri| Term::Iri(iri.to_owned()));
            }
            if text.starts_with("_:") {
                let number = *names.entry(text.to_owned()).or_insert(next);
                return (!text.contains(' ')).then_some(Term::Blank(number));
            }
            let graph = text
                .rsplit_once(' ')
                .is_some_and(|(_, last)| last.starts_with('<') || last.starts_with("_:"));
            (!graph).then(|| Term::Literal(text.to_owned()))
        };
        Some(Statement {
            subject: term(subject)?,
            predicate: predicate.strip_prefix('<')?.strip_suffix('>')?.to_owned(),
            object: term(object)?,
        })
    }
}
