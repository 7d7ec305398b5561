//! The rule between crates, as `ARCHITECTURE.md` draws it.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Which of our crates each may use.
const EDGES: &[(&str, &[&str])] = &[
    ("fedikit-activitypub", &[]),
    ("fedikit-http-sig", &[]),
    ("fedikit-mastodon-api", &[]),
    ("fedikit-guarded-http", &[]),
    ("fedikit-webfinger", &["fedikit-guarded-http"]),
    (
        "fedikit-federation",
        &[
            "fedikit-activitypub",
            "fedikit-guarded-http",
            "fedikit-http-sig",
            "fedikit-webfinger",
        ],
    ),
];

/// Crates whose core has no socket, no clock and no runtime.
const SANS_IO: &[&str] = &[
    "fedikit-activitypub",
    "fedikit-http-sig",
    "fedikit-mastodon-api",
    "fedikit-guarded-http",
    "fedikit-webfinger",
];

#[test]
fn no_edge_is_missing_from_the_map() {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let ours = package["dependencies"].as_array().unwrap().iter();
        let ours = ours
            .filter(|dependency| dependency["kind"].is_null() && dependency["path"].is_string());
        let ours = ours.map(|dependency| dependency["name"].as_str().unwrap());
        edges.insert(package["name"].as_str().unwrap(), ours.collect());
    }
    assert!(edges.remove("fedikit-examples").is_some());
    let allowed: BTreeMap<&str, BTreeSet<&str>> = EDGES
        .iter()
        .map(|(name, may_use)| (*name, may_use.iter().copied().collect()))
        .collect();
    assert_eq!(edges, allowed);
}

#[test]
fn cores_have_no_runtime_and_no_client() {
    for package in SANS_IO {
        let tree = cargo(&[
            "tree",
            "--package",
            package,
            "--no-default-features",
            "--edges",
            "normal",
            "--prefix",
            "none",
        ]);
        let dependencies: BTreeSet<&str> = tree
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert!(dependencies.contains(package), "{tree}");
        for banned in ["reqwest", "tokio", "hyper"] {
            assert!(
                !dependencies.contains(banned),
                "{package} without features depends on {banned}"
            );
        }
    }
}

#[test]
fn webfinger_uses_the_guarded_client_only_behind_its_feature() {
    let tree = cargo(&[
        "tree",
        "--package",
        "fedikit-webfinger",
        "--no-default-features",
        "--edges",
        "normal",
    ]);
    assert!(!tree.contains("guarded-http"), "{tree}");
}

/// Libraries that make HTTP requests or open sockets for them.
const CLIENTS: &[&str] = &[
    "attohttpc",
    "awc",
    "curl",
    "h2",
    "hyper",
    "hyper-rustls",
    "hyper-util",
    "isahc",
    "minreq",
    "reqwest",
    "surf",
    "ureq",
];

#[test]
fn every_request_goes_through_the_guarded_connector() {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let is_client = |name: &&str| CLIENTS.contains(name);
    let direct = |package: &str| -> Vec<&str> {
        let packages = metadata["packages"].as_array().unwrap();
        let found = packages.iter().find(|it| it["name"] == package).unwrap();
        let dependencies = found["dependencies"].as_array().unwrap().iter();
        dependencies
            .filter(|it| it["kind"].is_null())
            .map(|it| it["name"].as_str().unwrap())
            .filter(is_client)
            .collect()
    };
    assert_eq!(
        direct("fedikit-guarded-http"),
        ["hyper", "hyper-rustls", "hyper-util"]
    );
    for package in ["fedikit-webfinger", "fedikit-federation"] {
        assert_eq!(direct(package), [""; 0], "{package}");
        // Nor through somebody else: what is there is what the guarded client brings.
        let arguments = ["tree", "--package", package, "--all-features"];
        let tree = cargo(&[&arguments[..], &["--edges", "normal", "--prefix", "none"]].concat());
        let clients: BTreeSet<&str> = tree
            .lines()
            .filter_map(|line| line.split(' ').next())
            .filter(is_client)
            .collect();
        let expected = ["h2", "hyper", "hyper-rustls", "hyper-util"];
        assert_eq!(clients, expected.into(), "{package}");
    }
}

/// The versions of h2 before it counted empty frames without end as an attack.
#[test]
fn http_2_is_new_enough_for_its_floods() {
    let tree = cargo(&[
        "tree",
        "--package",
        "fedikit-guarded-http",
        "--invert",
        "h2",
        "--depth",
        "0",
    ]);
    let version = tree
        .split(" v")
        .nth(1)
        .and_then(|it| it.split_whitespace().next())
        .unwrap();
    let numbers: Vec<u32> = version.split('.').map(|it| it.parse().unwrap()).collect();
    assert!(numbers >= vec![0, 4, 16], "h2 {version}");
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args([
            "--locked",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"),
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
