//! `sign`, run as a person runs it.

use http::Request;
use http_sig::{Policy, VerifyingKey};
use std::process::Command;
use std::time::SystemTime;

#[test]
fn what_is_printed_is_verified_with_the_key_that_is_printed() {
    let output = Command::new(env!("CARGO_BIN_EXE_sign")).output().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let (head, body) = printed.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let target = lines.next().unwrap();
    assert_eq!(target, "POST /users/bob/inbox HTTP/1.1");
    let mut request = Request::post("/users/bob/inbox");
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    let policy = Policy::strict().authorities(["social.example"]);
    let request = request.body(body.to_owned()).unwrap();
    let claim = policy.read(request, SystemTime::now()).unwrap();
    let key = VerifyingKey::from_pem(&String::from_utf8(output.stderr).unwrap()).unwrap();
    let verified = claim.check(&key).unwrap();
    assert_eq!(
        verified.key_id(),
        "https://example.org/users/alice#main-key"
    );
}
