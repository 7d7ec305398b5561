//! The quickstart, as the README starts it.

use std::process::Command;

#[test]
fn the_story_is_told_to_its_end() {
    let output = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .output()
        .unwrap();
    let (told, complained) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{told}\n{complained}");
    assert!(complained.is_empty(), "{complained}");
    assert!(
        told.ends_with("All 11 steps did what they should.\n"),
        "{told}"
    );
    assert!(
        told.contains(
            "refused with 401: the signature was refused: the body is not the one that was signed"
        ),
        "{told}"
    );
    assert!(!told.contains("signature base, signed with"), "{told}");
}

#[test]
fn the_wire_is_shown_on_request() {
    let output = Command::new(env!("CARGO_BIN_EXE_quickstart"))
        .arg("--wire")
        .output()
        .unwrap();
    let told = text(&output.stdout);
    assert!(output.status.success(), "{told}");
    for expected in [
        "│ POST /inbox",
        "│ signature base, signed with http://blue.example/users/bob#main-key:",
        "│   (request-target): post /inbox",
        "│ → 202 Accepted",
    ] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    assert!(!told.contains("PRIVATE KEY"));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
