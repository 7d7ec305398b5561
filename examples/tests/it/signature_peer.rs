//! `signature-peer`, run as `interop/http-signatures.sh` runs it.

use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Lines of JSON through one of the program's commands.
fn signature_peer(command: &str, lines: &[Value]) -> Vec<Value> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_signature-peer"))
        .arg(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let mut stdin = program.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn it_accepts_what_it_signs_and_nothing_else() {
    let url = "https://example.org:8443/users/caf%C3%A9/inbox?a=b%20c#part";
    let request =
        json!({"method": "POST", "url": url, "headers": [], "body": "{\"type\":\"Like\"}"});
    let response = json!({"status": 202, "headers": [], "body": "{}"});
    let messages = [
        json!({"case": "request", "request": request}),
        json!({"case": "response", "request": request, "response": response}),
    ];
    let signed = signature_peer("sign", &messages);
    // By the draft with RSA, Ed25519 and a secret, by RFC 9421 with every kind of key, and responses by RFC 9421 only.
    let by = |standard: &str, case: &str| {
        let mut signed = signed.clone();
        signed.retain(|message| message["standard"] == standard && message["case"] == case);
        signed.len()
    };
    assert_eq!(by("draft-cavage-12", "request"), 3);
    assert_eq!(by("draft-cavage-12", "response"), 0);
    assert!(by("RFC 9421", "request") >= 6);
    assert_eq!(by("RFC 9421", "request"), by("RFC 9421", "response"));
    for verdict in signature_peer("verify", &signed) {
        assert_eq!(verdict["accepted"], true, "{verdict}");
    }

    let other_key = |message: &Value| {
        let mut others = signed.iter().map(|other| &other["key"]);
        let other = others.find(|other| other["pem"] != message["key"]["pem"]);
        let mut key = other.unwrap().clone();
        key["id"] = message["key"]["id"].clone();
        key
    };
    let changes: [fn(&mut Value); 4] = [
        |message| message["request"]["url"] = json!("https://example.org:8443/users/other"),
        |message| message["request"]["method"] = json!("PUT"),
        |message| message["key"]["id"] = json!("https://other.example/#key"),
        |message| {
            let signed = if message["response"].is_null() {
                "request"
            } else {
                "response"
            };
            message[signed]["body"] = json!("{\"type\":\"Hike\"}");
        },
    ];
    let mut changed = Vec::new();
    for message in &signed {
        for change in changes {
            let mut message = message.clone();
            change(&mut message);
            changed.push(message);
        }
        let mut with_other_key = message.clone();
        with_other_key["key"] = other_key(message);
        changed.push(with_other_key);
        if message["key"]["multikey"].is_string() {
            let mut two_keys_in_one = message.clone();
            two_keys_in_one["key"]["multikey"] =
                json!("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK");
            changed.push(two_keys_in_one);
        }
    }
    for verdict in signature_peer("verify", &changed) {
        assert_eq!(verdict["accepted"], false, "{verdict}");
        assert_ne!(verdict["reason"], "", "{verdict}");
    }
}
