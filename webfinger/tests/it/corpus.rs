//! Documents of many servers, collected elsewhere: `FEDIKIT_SHARED` names the folder that has them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use webfinger::{Descriptor, NodeInfo, nodeinfo};

#[test]
fn every_descriptor_is_read_and_comes_back() {
    let Some(files) = files("corpus/webfinger") else {
        return;
    };
    let (mut exact, mut odd) = (0, Vec::new());
    for file in &files {
        let bytes = fs::read(file).unwrap();
        let descriptor = Descriptor::read(&bytes)
            .unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
        if descriptor.to_json() == serde_json::from_slice::<Value>(&bytes).unwrap() {
            exact += 1;
        } else {
            odd.push(format!(
                "{}: {:?}",
                file.file_name().unwrap().display(),
                descriptor.problems()
            ));
        }
    }
    println!(
        "{} descriptors, {exact} exact; the others: {odd:#?}",
        files.len()
    );
    assert!(!files.is_empty());
}

#[test]
fn every_nodeinfo_is_read() {
    for version in ["2.0", "2.1"] {
        let Some(files) = files(&format!("corpus/nodeinfo/{version}")) else {
            return;
        };
        assert!(!files.is_empty());
        for file in files {
            let info = NodeInfo::read(&fs::read(&file).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
            assert!(
                !info.software.name.is_empty() && !info.protocols.is_empty(),
                "{}",
                file.display()
            );
        }
    }
}

#[test]
fn every_discovery_document_is_read() {
    let Some(files) = files("corpus/nodeinfo/discovery") else {
        return;
    };
    assert!(!files.is_empty());
    for file in files {
        let found = nodeinfo::discover(&fs::read(&file).unwrap());
        println!("{}: {found:?}", file.file_name().unwrap().display());
        // This one links to 1.1 alone, which is not read.
        let expected = !file.ends_with("mobilizon__nodeinfo_older_versions.json");
        assert_eq!(found.is_ok(), expected, "{}: {found:?}", file.display());
    }
}

/// All JSON files below a folder of the collection.
fn files(folder: &str) -> Option<Vec<PathBuf>> {
    let Some(root) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: FEDIKIT_SHARED is not set");
        return None;
    };
    let mut found = Vec::new();
    walk(&Path::new(&root).join(folder), &mut found);
    Some(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            found.push(path);
        }
    }
}
