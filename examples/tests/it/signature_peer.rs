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
    // By the draft with two kinds of key, by RFC 9421 with all, and responses by RFC 9421 only.
    let by = |standard: &str, case: &str| {
        let mut signed = signed.clone();
        signed.retain(|message| message["standard"] == standard && message["case"] == case);
        signed.len()
    };
    assert_eq!(by("draft-cavage-12", "request"), 2);
    assert_eq!(by("draft-cavage-12", "response"), 0);
    assert!(by("RFC 9421", "request") >= 4);
    assert_eq!(by("RFC 9421", "request"), by("RFC 9421", "response"));
    for verdict in signature_peer("verify", &signed) {
        assert_eq!(verdict["accepted"], true, "{verdict}");
    }

    let other_key = |message: &Value| {
        let mut others = signed.iter();
        let other = others.find(|other| other["algorithm"] != message["algorithm"]);
        other.unwrap()["key"]["pem"].clone()
    };
    let changes: [fn(&mut Value); 5] = [
        |message| message["request"]["url"] = json!("https://example.org:8443/users/other"),
        |message| message["request"]["method"] = json!("PUT"),
        |message| message["key"]["id"] = json!("https://other.example/#key"),
        |message| {
            message["key"]["multikey"] = json!("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK");
        },
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
        let mut message = message.clone();
        message["key"]["pem"] = other_key(&message);
        message["key"]["multikey"].take();
        changed.push(message);
    }
    for verdict in signature_peer("verify", &changed) {
        assert_eq!(verdict["accepted"], false, "{verdict}");
        assert_ne!(verdict["reason"], "", "{verdict}");
    }
}
