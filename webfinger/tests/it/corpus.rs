//! Documents of many servers, collected elsewhere: `FEDIKIT_SHARED` names the folder that has them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use webfinger::nodeinfo::Discovery;
use webfinger::{Descriptor, Link, NodeInfo};
#[cfg(feature = "xrd")]
use webfinger::{
    Resource,
    host_meta::{self, HostMetaError},
    template::InvalidTemplate,
};

#[test]
fn every_descriptor_is_read_and_comes_back() {
    let Some(files) = files("corpus/webfinger", "json") else {
        return;
    };
    let (mut actors, mut odd) = (0, Vec::new());
    for file in &files {
        let bytes = fs::read(file).unwrap();
        let descriptor = Descriptor::read(&bytes)
            .unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(descriptor.to_json(), value, "{}", file.display());
        actors += usize::from(descriptor.self_link().and_then(Link::url).is_some());
        if !descriptor.problems().is_empty() {
            odd.push(format!("{}: {:?}", name(file), descriptor.problems()));
        }
    }
    assert!(!files.is_empty());
    println!(
        "JRD: {} read, written again as the same value: all; with an actor: {actors}; odd: {odd:#?}",
        files.len()
    );
}

#[cfg(feature = "xrd")]
#[test]
fn every_xrd_is_read() {
    let Some(files) = files("corpus/webfinger", "xml") else {
        return;
    };
    let (mut read, mut malformed, mut led, mut astray) = (0, Vec::new(), 0, Vec::new());
    let resource = Resource::parse("acct:a@example.com").unwrap();
    for file in &files {
        let result = Descriptor::read_xrd(&fs::read(file).unwrap());
        let is_malformed = file.to_string_lossy().contains("-malformed/");
        assert_eq!(
            result.is_err(),
            is_malformed,
            "{}: {result:?}",
            file.display()
        );
        match result {
            Err(error) => malformed.push(format!("{}: {error}", name(file))),
            Ok(descriptor) if file.to_string_lossy().contains("host-meta") => {
                read += 1;
                match host_meta::webfinger_url(&descriptor, &resource) {
                    Ok(_) => led += 1,
                    Err(error) => {
                        assert_eq!(error, HostMetaError::Template(InvalidTemplate::NotHttps));
                        astray.push(name(file));
                    }
                }
            }
            Ok(descriptor) => {
                read += 1;
                assert!(descriptor.subject.is_some() && !descriptor.links.is_empty());
            }
        }
    }
    println!(
        "XRD: {read} read; host-meta that leads to WebFinger: {led}; with plain http templates only, refused: {astray:#?}; malformed, refused: {malformed:#?}"
    );
}

#[test]
fn every_nodeinfo_is_read() {
    let Some(files) = files("corpus/nodeinfo", "json") else {
        return;
    };
    let mut table = BTreeMap::<_, usize>::new();
    let mut odd = Vec::new();
    for file in files {
        let path = file.to_string_lossy().into_owned();
        if path.contains("/discovery/") || path.ends_with("schema.json") {
            continue;
        }
        let info = NodeInfo::read(&fs::read(&file).unwrap())
            .unwrap_or_else(|error| panic!("{path}: {error:?}"));
        assert!(
            !info.software.name.is_empty() && !info.protocols.is_empty(),
            "{path}"
        );
        *table.entry(info.version.clone()).or_default() += 1;
        if let Err(error) = info.to_json() {
            odd.push(format!("{}: {error}", name(&file)));
        }
    }
    println!("NodeInfo by version: {table:?}; the schema would not let us write: {odd:#?}");
}

#[test]
fn every_discovery_document_is_read() {
    let Some(files) = files("corpus/nodeinfo/discovery", "json") else {
        return;
    };
    assert!(!files.is_empty());
    for file in files {
        let found = Discovery::read(&fs::read(&file).unwrap()).unwrap();
        println!(
            "{}: {:?}, actor {:?}",
            name(&file),
            found.newest().map(|(version, _)| version.as_str()),
            found.application_actor().map(url::Url::as_str)
        );
        assert!(found.newest().is_some(), "{}", file.display());
    }
}

fn name(file: &Path) -> String {
    file.file_name().unwrap().display().to_string()
}

/// All files of this kind below a folder of the collection.
fn files(folder: &str, extension: &str) -> Option<Vec<PathBuf>> {
    let Some(root) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: FEDIKIT_SHARED is not set");
        return None;
    };
    let mut found = Vec::new();
    walk(&Path::new(&root).join(folder), extension, &mut found);
    Some(found)
}

fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, extension, found);
        } else if path.extension().is_some_and(|end| end == extension) {
            found.push(path);
        }
    }
}
