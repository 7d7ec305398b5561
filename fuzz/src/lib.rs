//! What the fuzz targets do. `cargo +nightly fuzz run TARGET` in the project's root runs one; the seeds are replayed by an
//! ordinary test, so that what was found once stays found.
//!
//! Each takes any bytes, must not panic, and says by an assertion what must hold besides.

use activitypub::Any;
use guarded_http::UrlRules;
use http::{Response, header};
use http_sig::cavage::SignatureHeader;
use http_sig::rfc9421::SignatureInput;
use http_sig::{ContentDigest, SigningKey, VerifyingKey};
use mastodon_api::streaming::{sse, websocket};
use mastodon_api::{Endpoint as _, methods};
use url::Host;
use webfinger::{Descriptor, Handle, NodeInfo, Resource, nodeinfo as node_info};

/// What was read is written as the same value, and what was written is read as the same thing.
pub fn document(data: &[u8]) {
    let Ok(read) = Any::from_slice(data) else {
        return;
    };
    let written = read.to_vec();
    let again = Any::from_slice(&written).expect("what was written can be read");
    assert_eq!(again, read);
    // A number may be too large for a `Value`.
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(data) {
        assert_eq!(
            value,
            serde_json::from_slice::<serde_json::Value>(&written)
                .expect("what was written is JSON")
        );
    }
    let _ = read.problems();
}

/// The `Signature` header of draft-cavage-12.
pub fn signature_header(data: &[u8]) {
    if let Ok(header) = SignatureHeader::parse(data) {
        assert!(!header.key_id().is_empty());
    }
}

/// The `Signature-Input` field of RFC 9421, of requests and of responses.
pub fn signature_input(data: &[u8]) {
    // None at all is a dictionary as well.
    for input in SignatureInput::parse(data).unwrap_or_default() {
        assert!(!input.label().is_empty());
    }
    let _ = SignatureInput::parse_response(data);
}

/// The digest fields of RFC 9530.
pub fn content_digest(data: &[u8]) {
    if let Ok(digest) = ContentDigest::parse(data) {
        let _ = digest.check(b"");
    }
}

/// Keys as Multikey: what is read is written in a form that can be read.
pub fn multikey(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = VerifyingKey::from_multikey(text) {
        let written = key.to_multikey();
        assert_eq!(VerifyingKey::from_multikey(&written), Ok(key));
    }
}

/// Keys in PEM: no public key is read from what is a private one.
pub fn public_key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = VerifyingKey::from_pem(text) {
        assert!(SigningKey::from_pem(text).is_err());
        assert_eq!(
            VerifyingKey::from_pem(&key.to_pem()).expect("what was written can be read"),
            key
        );
    }
}

/// Handles and resources: what is shown can be read again.
pub fn handle(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(handle) = text.parse::<Handle>() {
        assert_eq!(handle.to_string().parse::<Handle>().as_ref(), Ok(&handle));
    }
    let _ = Resource::parse(text);
}

/// WebFinger's answers.
pub fn descriptor(data: &[u8]) {
    if let Ok(read) = Descriptor::read(data) {
        let written = read.to_json().to_string();
        Descriptor::read(written.as_bytes()).expect("what was written can be read");
    }
}

/// NodeInfo, both documents.
pub fn nodeinfo(data: &[u8]) {
    if let Ok(read) = NodeInfo::read(data)
        && let Ok(written) = read.to_json()
    {
        NodeInfo::read(written.to_string().as_bytes()).expect("what was written can be read");
    }
    let _ = node_info::discover(data);
}

/// No URL that is let through names an address that is not public, or a local name.
pub fn guarded_url(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(checked) = UrlRules::new().parse(text) else {
        return;
    };
    let url = checked.as_url();
    assert_eq!(url.scheme(), "https");
    assert!(url.username().is_empty() && url.password().is_none());
    match url.host().expect("it has a host") {
        Host::Ipv4(address) => {
            assert!(!address.is_loopback() && !address.is_private() && !address.is_link_local())
        }
        Host::Ipv6(address) => {
            assert!(!address.is_loopback() && address.to_ipv4_mapped().is_none())
        }
        Host::Domain(name) => {
            assert!(name.contains('.') && name != "localhost" && !name.ends_with(".localhost"))
        }
    }
}

/// Server-sent events: the first byte says where the bytes are cut, which must make no difference.
pub fn server_sent_events(data: &[u8]) {
    let Some((cut, data)) = data.split_first() else {
        return;
    };
    let whole = frames([data]);
    let cut = usize::from(*cut) % (data.len() + 1);
    assert_eq!(frames([&data[..cut], &data[cut..]]), whole);
}

fn frames<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut decoder = sse::Decoder::new().max_line(64).max_message(256);
    let mut frames = Vec::new();
    for mut chunk in chunks {
        while let Some(frame) = decoder.decode(&mut chunk) {
            frames.push(format!("{frame:?}"));
        }
    }
    frames
}

/// Messages of a streaming WebSocket.
pub fn websocket_message(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = websocket::decode(text);
    }
}

/// A page of a list: the first line is its `Link` header, the rest its body.
pub fn link_header(data: &[u8]) {
    let (link, body) = data
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or((data, &[][..]), |end| data.split_at(end));
    let Ok(response) = Response::builder()
        .header(header::LINK, link)
        .body(body.to_vec().into())
    else {
        return;
    };
    let _ = methods::timelines::Home::new().read_response(response);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const TARGETS: &[(&str, fn(&[u8]))] = &[
        ("document", document),
        ("signature_header", signature_header),
        ("signature_input", signature_input),
        ("content_digest", content_digest),
        ("multikey", multikey),
        ("public_key", public_key),
        ("handle", handle),
        ("descriptor", descriptor),
        ("nodeinfo", nodeinfo),
        ("guarded_url", guarded_url),
        ("server_sent_events", server_sent_events),
        ("websocket_message", websocket_message),
        ("link_header", link_header),
    ];

    #[test]
    fn seeds_are_replayed() {
        for (name, target) in TARGETS {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("seeds")
                .join(name);
            let seeds: Vec<_> = std::fs::read_dir(&folder)
                .unwrap()
                .map(|seed| seed.unwrap().path())
                .collect();
            assert!(seeds.len() >= 3, "{name} has {} seeds", seeds.len());
            for seed in seeds {
                println!("{}", seed.display());
                target(&std::fs::read(seed).unwrap());
            }
        }
    }

    #[test]
    fn every_target_is_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| {
                file.unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        files.sort();
        let mut listed: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        listed.sort_unstable();
        assert_eq!(files, listed);
    }
}
