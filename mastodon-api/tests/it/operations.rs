//! Comparison of the tables with the list of what a server answers, `tests/operations.txt`.

use std::collections::{BTreeMap, BTreeSet};

use mastodon_api::methods;

/// An operation: verb, path with `*` for what stands in it, page of the documentation.
pub(crate) type Operation = (String, String, String);

/// The list, one set for each of its parts: documented, undocumented, not under the REST API.
pub(crate) fn listed() -> [BTreeSet<Operation>; 3] {
    let parts: Vec<BTreeSet<_>> = include_str!("../operations.txt")
        .split("\n\n")
        .map(|part| part.lines().filter(|line| !line.starts_with('#')))
        .map(|lines| lines.map(operation).collect::<BTreeSet<_>>())
        .filter(|part| !part.is_empty())
        .collect();
    parts.try_into().unwrap()
}

fn operation(line: &str) -> Operation {
    match line.split(' ').collect::<Vec<_>>()[..] {
        [verb, path, page] => (verb.to_owned(), blank(path), page.to_owned()),
        _ => panic!("no operation: {line:?}"),
    }
}

pub(crate) fn blank(path: &str) -> String {
    let part = |part: &str| match part.starts_with([':', '{']) {
        true => "*".to_owned(),
        false => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn every_operation_has_a_row_and_every_row_is_an_operation() {
    let [documented, undocumented, others] = listed();
    let rest: BTreeSet<_> = documented.union(&undocumented).cloned().collect();
    assert_eq!((rest.len(), others.len()), (263, 7));
    let rows: BTreeSet<Operation> = methods::rows()
        .map(|row| {
            let (page, _) = row.page.rsplit_once('/').unwrap();
            (row.method.to_string(), blank(row.template), page.to_owned())
        })
        .collect();
    let all: BTreeSet<_> = rest.union(&others).cloned().collect();
    let unknown: Vec<_> = rows.difference(&all).collect();
    assert!(unknown.is_empty(), "rows that are not listed: {unknown:#?}");

    let mut pages: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for operation in &all {
        let (done, of) = pages.entry(&operation.2).or_default();
        *done += usize::from(rows.contains(operation));
        *of += 1;
    }
    for (page, (done, of)) in pages {
        println!("{page:30} {done:3} of {of:3}");
    }
    println!(
        "{} of {} operations of the REST API, {} of {} besides",
        rest.intersection(&rows).count(),
        rest.len(),
        others.intersection(&rows).count(),
        others.len()
    );
    let missing: Vec<_> = all.difference(&rows).collect();
    assert!(missing.is_empty(), "operations without a row: {missing:#?}");
}
