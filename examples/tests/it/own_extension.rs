//! `own-extension`, run as a person runs it.

use serde_json::{Value, json};
use std::process::Command;

#[test]
fn what_is_written_is_read_and_named_in_the_context() {
    let output = Command::new(env!("CARGO_BIN_EXE_own-extension"))
        .output()
        .unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let (document, said) = printed.split_once("\n\n").unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    assert_eq!(document["grams"], 750);
    assert_eq!(document["@context"][1]["grams"], json!("bake:grams"));
    assert_eq!(said.trim(), "a bread of 750 g; sold out: false");
}

#[test]
fn it_takes_no_arguments_and_says_so() {
    for (argument, code, said) in [("--help", 0, "Usage: own-extension"), ("--bread", 2, "")] {
        let output = Command::new(env!("CARGO_BIN_EXE_own-extension"))
            .arg(argument)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{argument}");
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(
            printed.contains(said) && !printed.contains("grams"),
            "{printed}"
        );
    }
}
