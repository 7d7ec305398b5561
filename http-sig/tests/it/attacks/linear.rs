//! What a hostile sender writes costs time in proportion to its length, not to the square of it.

use std::time::Duration;

use cpu_time::ThreadTime;
use http_sig::cavage::SignatureHeader;
use http_sig::rfc9421::SignatureInput;
use http_sig::{ContentDigest, DigestAlgorithm, VerifyingKey};

type Shape = (&'static str, fn(usize) -> String, fn(&[u8]));

const SHAPES: [Shape; 12] = [
    (
        "Signature: a long value",
        |n| format!("keyId=\"{}\"", "k".repeat(n)),
        |field| drop(SignatureHeader::parse(field)),
    ),
    (
        "Signature: escapes",
        |n| format!("x=\"{}\"", "\\\"".repeat(n / 2)),
        |field| drop(SignatureHeader::parse(field)),
    ),
    (
        "Signature: blanks",
        |n| format!("x{}=1", " ".repeat(n)),
        |field| drop(SignatureHeader::parse(field)),
    ),
    (
        "Signature: names",
        |n| format!("keyId=k,signature=AAEC,headers=\"{}\"", "x ".repeat(n / 2)),
        |field| drop(SignatureHeader::parse(field)),
    ),
    (
        "Signature-Input: members",
        |n| (0..n / 8).map(|i| format!("k{i}=(),")).collect(),
        |field| drop(SignatureInput::parse(field)),
    ),
    (
        "Signature-Input: the same member",
        |n| "k=(), ".repeat(n / 6) + "k=()",
        |field| drop(SignatureInput::parse(field)),
    ),
    (
        "Signature-Input: parameters",
        |n| "s=()".to_owned() + &(0..n / 6).map(|i| format!(";p{i}")).collect::<String>(),
        |field| drop(SignatureInput::parse(field)),
    ),
    (
        "Signature-Input: components",
        |n| format!("s=({})", "\"x\" ".repeat(n / 4)),
        |field| drop(SignatureInput::parse(field)),
    ),
    (
        "Signature-Input: open lists",
        |n| "s=".to_owned() + &"(".repeat(n),
        |field| drop(SignatureInput::parse(field)),
    ),
    (
        "Content-Digest: members",
        |n| (0..n / 6).map(|i| format!("d{i}=1,")).collect(),
        |field| {
            let _ = ContentDigest::parse(field);
            let _ = DigestAlgorithm::wanted(field);
        },
    ),
    (
        "PEM: blocks",
        |n| "-----BEGIN A-----".repeat(n / 17),
        |pem| drop(VerifyingKey::from_pem(str::from_utf8(pem).unwrap())),
    ),
    (
        "PEM: lines",
        |n| {
            let lines = "AAAA\n".repeat(n / 5);
            format!("-----BEGIN PUBLIC KEY-----\n{lines}-----END PUBLIC KEY-----\n")
        },
        |pem| drop(VerifyingKey::from_pem(str::from_utf8(pem).unwrap())),
    ),
];

/// Eight times as long may take thirty-two times as long, half way between eight and the square of it, at the best of
/// many tries: a square would show, a busy machine does not.
#[test]
fn eight_times_the_length_does_not_take_the_square_of_the_time() {
    for (what, shape, read) in SHAPES {
        let best = |length: usize| {
            let text = shape(length);
            let times = (0..30).map(|_| {
                let start = ThreadTime::now();
                read(text.as_bytes());
                start.elapsed()
            });
            times.min().unwrap_or_default()
        };
        let (short, long) = (best(1900), best(8 * 1900));
        println!("{what}: {short:?} and {long:?}");
        // A clock is too coarse for what takes next to no time.
        let allowed = 32 * short.max(Duration::from_micros(2));
        assert!(long <= allowed, "{what}: {short:?} and {long:?}");
    }
}
