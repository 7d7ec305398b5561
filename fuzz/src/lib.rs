//! What the fuzz targets do. `cargo +nightly fuzz run TARGET` in the project's root runs one; the seeds are replayed by an
//! ordinary test, so that what was found once stays found.
//!
//! Each takes any bytes, must not panic, and says by an assertion what must hold besides.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use activitypub::addressing::Visibility;
use activitypub::compose::{Attachment, Draft};
use activitypub::proof::{
    LinkedDataSignature, Options, ProofError, Secured, ToSign, ToSignLinkedData, canonical_json,
};
use activitypub::{Activity, Actor, Any, Collection, Id, Link, Object, OneOrMany, json_ld};
use chrono::{DateTime, Utc};
use guarded_http::UrlRules;
use http::{HeaderValue, Method, Request, Response, header};
use http_sig::cavage::SignatureHeader;
use http_sig::rfc9421::{AcceptSignature, SignatureInput};
use http_sig::{ContentDigest, DigestAlgorithm, Policy, SigningKey, VerifyingKey};
use mastodon_api::streaming::{sse, websocket};
use mastodon_api::{Endpoint as _, methods, push};
use url::{Host, Position, Url};
use webfinger::{
    Descriptor, Handle, NodeInfo, Resource, Typed, host_meta as host_metadata,
    nodeinfo as node_info, rel_me as me,
};

/// What the tests of activitypub ask of a thing.
#[path = "../../activitypub/tests/it/questions.rs"]
mod questions;

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

/// Everything that can be asked of a document has an answer, and what the rooms of all vocabularies read they write again.
pub fn people(data: &[u8]) {
    if let Ok(thing) = Any::from_slice(data) {
        questions::ask_everything(&thing);
    }
}

/// What each room of the vocabularies reads of any object it writes again, whatever family the object is read as.
pub fn extensions(data: &[u8]) {
    let Ok(object) = Object::from_slice(data) else {
        return;
    };
    let actor = Actor::from_slice(data).expect("every family takes every object");
    let activity = Activity::from_slice(data).expect("every family takes every object");
    let collection = Collection::from_slice(data).expect("every family takes every object");
    let link = Link::from_slice(data).expect("every family takes every object");
    for thing in [
        Any::Object(object),
        Any::Actor(actor),
        Any::Activity(activity),
        Any::Collection(collection),
        Any::Link(link),
    ] {
        questions::all_rooms(&thing);
        drop(thing.problems());
    }
}

/// HTML is cleaned once and for all, and text is no longer than what it comes from.
pub fn html(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        questions::html_questions(text);
    }
}

/// A draft of any text, in each format, becomes a post of clean HTML that says what was asked for. The first line is what stands in its other places.
pub fn compose(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (line, text) = text.split_once('\n').unwrap_or((text, text));
    let mut alice = Actor::person("https://a.example/a", "a", "https://a.example/a/inbox");
    alice.followers = OneOrMany::one("https://a.example/a/followers");
    for draft in [Draft::new(text), Draft::markdown(text), Draft::html(text)] {
        let post = draft
            .mention(
                line,
                "https://b.example/bob",
                format!("https://b.example/{line}"),
            )
            .mention("@eve@e.example", "https://e.example/eve", line)
            .hashtags_at("https://a.example/tags/")
            .hashtag(line)
            .attach(Attachment::new("image/png", line).description(line))
            .title(line)
            .content_warning(line)
            .language("en")
            .in_reply_to("https://b.example/1")
            .quote("https://b.example/2", line)
            .into_post("https://a.example/1", &alice);
        let read = Object::from_slice(&post.to_vec()).expect("what was composed can be read");
        let content = read.content.as_deref().unwrap_or_default();
        assert_eq!(activitypub::html::sanitize(content), content);
        assert_eq!(read.title().is_some(), !line.trim().is_empty());
        assert_eq!(
            read.quoted().and_then(|quoted| quoted.id),
            Some(Id::new("https://b.example/2"))
        );
        assert_eq!(read.parent_id(), Some(&Id::new("https://b.example/1")));
        assert_eq!(
            read.visibility_for(&Id::new("https://a.example/a/followers")),
            Visibility::Public
        );
        questions::ask_everything(&Any::Object(read));
    }
}

/// Canonical JSON stays what it is, is the same for what we write, and what we sign is what others find signed.
pub fn proof(data: &[u8]) {
    let Ok(canonical) = canonical_json(data) else {
        return;
    };
    assert_eq!(
        canonical_json(canonical.as_bytes()).as_ref(),
        Ok(&canonical)
    );
    let read = Any::from_slice(data).expect("what has a canonical form can be read");
    assert_eq!(canonical_json(&read.to_vec()).as_ref(), Ok(&canonical));

    let made: DateTime<Utc> = now().into();
    let to_sign = ToSign::new(data, &Options::new("https://a.example/#key", made));
    let to_sign = to_sign.expect("what has a canonical form can be signed");
    let bytes = *to_sign.bytes();
    // With the proof it may be over a limit.
    let Ok(secured) = Secured::from_slice(to_sign.finish(&[7; 64]).as_bytes()) else {
        return;
    };
    let (ours, others) = secured.proofs().split_last().expect("we made one");
    match ours.check(made) {
        Ok(to_verify) => assert_eq!(to_verify.bytes(), &bytes),
        Err(error) => assert_eq!(error, ProofError::TooManyProofs),
    }
    for proof in others {
        let _ = proof.check(made);
    }
}

/// What can be signed as linked data is found signed, and signing it again covers the same.
pub fn linked_data(data: &[u8]) {
    let _ = LinkedDataSignature::from_slice(data);
    let key = Id::new("https://a.example/#key");
    let Ok(to_sign) = ToSignLinkedData::new(data, &key, now().into()) else {
        return;
    };
    let bytes = to_sign.bytes().to_owned();
    let signed = to_sign.finish(b"signature");
    // With the signature it may be over a limit.
    if let Ok(signature) = LinkedDataSignature::from_slice(signed.as_bytes()) {
        assert_eq!(signature.creator(), &key);
        let again = ToSignLinkedData::new(signed.as_bytes(), &key, now().into());
        assert_eq!(again.expect("it was signed before").bytes(), bytes);
    }
}

/// What was compacted can be written, read, and compacted again.
pub fn compaction(data: &[u8]) {
    let _ = json_ld::needs_compaction(data);
    let Ok(compacted) = json_ld::compact(data) else {
        return;
    };
    let written = compacted.into_any().to_vec();
    document(&written);
    let _ = json_ld::compact(&written);
}

/// The `Signature` header of draft-cavage-12.
pub fn signature_header(data: &[u8]) {
    if let Ok(header) = SignatureHeader::parse(data) {
        assert!(!header.key_id().is_empty());
    }
}

/// The `Signature-Input` field of RFC 9421, of requests and of responses: what is read is spelled in one way, and that
/// spelling is read as the same.
pub fn signature_input(data: &[u8]) {
    for parse in [SignatureInput::parse, SignatureInput::parse_response] {
        // None at all is a dictionary as well.
        for input in parse(data).unwrap_or_default() {
            assert!(!input.label().is_empty());
            let spelled = format!("{}={}", input.label(), input.parameters());
            // The canonical spelling may be longer than a field may be.
            if spelled.len() > 16 * 1024 {
                continue;
            }
            let again = parse(spelled.as_bytes()).expect("what was written can be read");
            assert_eq!(again.len(), 1);
            assert_eq!(format!("{:?}", again[0]), format!("{input:?}"));
        }
    }
}

/// A whole request, read by both standards without a key: what is read once is read again, and the signature base has
/// one line for each covered component, whatever they hold.
pub fn signature_base(data: &[u8]) {
    let Some(request) = request(data) else {
        return;
    };
    for policy in [Policy::fediverse(), Policy::strict()] {
        let policy = policy.danger_any_authority();
        for policy in [policy.clone().fall_back_to_draft(true), policy] {
            let Ok(claim) = policy.read(request.clone(), now()) else {
                continue;
            };
            let again = policy.read(request.clone(), now());
            let again = again.expect("what was read can be read");
            assert_eq!(again.key_id(), claim.key_id());
            assert_eq!(again.signature_base(), claim.signature_base());
            let headers = request.headers();
            let lines = claim.signature_base().lines().count();
            if claim.signature_base().contains("\"@signature-params\": ") {
                let field = headers.get_all("signature-input").iter();
                let field: Vec<&[u8]> = field.map(HeaderValue::as_bytes).collect();
                let inputs = SignatureInput::parse(&field.join(&b", "[..]));
                let inputs = inputs.expect("it was read");
                assert_eq!(lines, inputs[0].components().count() + 1);
            } else {
                let fields = headers.get_all("signature").iter();
                let mut fields = fields.chain(headers.get_all("authorization"));
                let covered = fields
                    .find_map(|field| SignatureHeader::parse(field.as_bytes()).ok()?.headers());
                let covered = covered.map_or(1, |names| names.split_whitespace().count());
                assert_eq!(lines, covered);
            }
        }
    }
}

/// Requests that are checked with the key of the seeds: what is accepted says what one of those says that were signed.
pub fn verify(data: &[u8]) {
    let Some(sent) = request(data) else {
        return;
    };
    let policy = Policy::fediverse().authorities(["example.org"]);
    let Ok(claim) = policy.read(sent, now()) else {
        return;
    };
    let Ok(verified) = claim.check(&signing_key().verifying_key()) else {
        return;
    };
    // A GET of the draft may have left out its query, and says so.
    let said = said(verified.request(), verified.query_left_out());
    let signed = SIGNED.map(|text| request(text.as_bytes()).expect("it is a request"));
    assert!(
        signed
            .iter()
            .any(|signed| self::said(signed, false) == said)
    );
}

/// What the seeds were signed for, but for the signatures.
const SIGNED: [&str; 3] = [
    "POST /inbox\nhost: example.org\ncontent-type: application/activity+json\n\n{\"type\":\"Like\"}",
    "GET /outbox\nhost: example.org\n\n",
    "GET /users/bob?page=1\nhost: example.org\n\n",
];

/// What is proved: method, target, host, type and body.
fn said(request: &Request<Vec<u8>>, query_left_out: bool) -> (String, Vec<u8>) {
    let host = request.headers().get("host").map(HeaderValue::as_bytes);
    let host = host.or(request
        .uri()
        .authority()
        .map(|host| host.as_str().as_bytes()));
    let host = String::from_utf8_lossy(host.unwrap_or_default())
        .trim()
        .to_ascii_lowercase();
    let host = [":443", ":80", ":"]
        .iter()
        .find_map(|port| host.strip_suffix(port))
        .unwrap_or(&host);
    let target = match request.uri().path_and_query() {
        Some(target) if query_left_out => target.path(),
        Some(target) => target.as_str(),
        None => "/",
    };
    // It is covered where there is a digest.
    let content_type = request.headers().get("content-type");
    let content_type = content_type.filter(|_| request.method() == Method::POST);
    let content_type = content_type.map_or(&b""[..], |value| value.as_bytes().trim_ascii());
    let text = format!("{} {target} {host} {content_type:?}", request.method());
    (text, request.body().clone())
}

/// A request as text: method and target, fields, an empty line, the body.
fn request(data: &[u8]) -> Option<Request<Vec<u8>>> {
    let mut rest = data;
    let mut line = || {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, after) = rest.split_at(end);
        rest = &after[1..];
        Some(line)
    };
    let start = line()?;
    let space = start.iter().position(|byte| *byte == b' ')?;
    let mut request = Request::builder()
        .method(&start[..space])
        .uri(&start[space + 1..]);
    loop {
        let line = line()?;
        if line.is_empty() {
            return request.body(rest.to_vec()).ok();
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let value = line[colon + 1..]
            .strip_prefix(b" ")
            .unwrap_or(&line[colon + 1..]);
        request = request.header(&line[..colon], value);
    }
}

/// Thursday, 1 January 2026.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

/// The Ed25519 key of RFC 9421, appendix B.1.4.
fn signing_key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| {
        SigningKey::from_pem(
            "-----BEGIN PRIVATE KEY-----\n\
             MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n\
             -----END PRIVATE KEY-----\n",
        )
        .expect("it is a key")
    })
}

/// The `Digest` field of RFC 3230 on a request without a body: what is accepted has the digest of nothing in it.
pub fn digest(data: &[u8]) {
    let request = Request::get("/")
        .header("host", "example.org")
        .header("date", "Thu, 01 Jan 2026 00:00:00 GMT")
        .header("digest", data)
        .header(
            "signature",
            "keyId=k,headers=\"(request-target) host date digest\",signature=\"AAEC\"",
        );
    let Ok(request) = request.body(b"") else {
        return;
    };
    let policy = Policy::fediverse().danger_any_authority();
    if policy.read(request, now()).is_ok() {
        let field = String::from_utf8_lossy(data);
        assert!(
            field.contains("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
                || field.contains("z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==")
        );
    }
}

/// The digest fields of RFC 9530: what is read is written in a form that says the same.
pub fn content_digest(data: &[u8]) {
    if let Ok(digest) = ContentDigest::parse(data) {
        let _ = digest.check(b"");
        let written = digest.field_value();
        assert_eq!(ContentDigest::parse(written.as_bytes()), Ok(digest));
    }
}

/// `Want-Content-Digest` and `Want-Repr-Digest`.
pub fn wanted_digest(data: &[u8]) {
    if let Ok(Some(algorithm)) = DigestAlgorithm::wanted(data) {
        let name = match algorithm {
            DigestAlgorithm::Sha512 => "sha-512",
            _ => "sha-256",
        };
        assert!(String::from_utf8_lossy(data).contains(name));
    }
}

/// Keys in DER: none is public and private both, and what is written is the same key.
pub fn der(data: &[u8]) {
    if let Ok(key) = VerifyingKey::from_der(data) {
        assert!(SigningKey::from_der(data).is_err());
        assert_eq!(VerifyingKey::from_der(&key.to_der()), Ok(key));
    }
    if let Ok(key) = SigningKey::from_der(data) {
        let written = key.to_der().expect("the key is here");
        let again = SigningKey::from_der(written.as_ref()).expect("what was written can be read");
        assert_eq!(again.verifying_key(), key.verifying_key());
    }
}

/// Keys as JSON Web Keys: what is read is written in a form that is the same key.
pub fn jwk(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = VerifyingKey::from_jwk(text) {
        assert!(SigningKey::from_jwk(text).is_err());
        assert_eq!(VerifyingKey::from_jwk(&key.to_jwk()), Ok(key));
    }
    if let Ok(key) = SigningKey::from_jwk(text) {
        let written = key.to_jwk().expect("the key is here");
        let again = SigningKey::from_jwk(&written).expect("what was written can be read");
        assert_eq!(again.verifying_key(), key.verifying_key());
    }
}

/// The `Accept-Signature` field: what is read is written in a form that says the same.
pub fn accept_signature(data: &[u8]) {
    for asked in AcceptSignature::parse(data).unwrap_or_default() {
        assert!(!asked.label().is_empty());
        // What is too long to be asked for is refused when it is written.
        let Ok(written) = asked.field_value() else {
            continue;
        };
        let again =
            AcceptSignature::parse(written.as_bytes()).expect("what was written can be read");
        assert_eq!(again.len(), 1);
        assert_eq!(format!("{:?}", again[0]), format!("{asked:?}"));
    }
}

/// Private keys in PEM: none is a public one too, and what is written is the same key.
pub fn private_key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = SigningKey::from_pem(text) {
        assert!(VerifyingKey::from_pem(text).is_err());
        let written = key.to_pem().expect("the key is here");
        let again = SigningKey::from_pem(&written).expect("what was written can be read");
        assert_eq!(again.verifying_key(), key.verifying_key());
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
        assert!(handle.host().is_ascii());
        let shown = handle.display();
        if !shown.is_suspicious() {
            let again = Typed::read(&shown.to_string());
            assert!(matches!(again, Ok(Typed::Handle(again)) if again == handle));
        }
    }
    let _ = Resource::parse(text);
    if let Ok(Typed::Profile { url, .. }) = Typed::read(text) {
        assert!(url.scheme() == "https" && url.username().is_empty() && url.port().is_none());
    }
}

/// WebFinger's answers; what they hand out is an `https` URL.
pub fn descriptor(data: &[u8]) {
    if let Ok(read) = Descriptor::read(data) {
        ask_descriptor(&read);
    }
}

/// The same in XML.
pub fn xrd(data: &[u8]) {
    if let Ok(read) = Descriptor::read_xrd(data) {
        ask_descriptor(&read);
    }
}

/// Where a host says its WebFinger is, in both formats.
pub fn host_meta(data: &[u8]) {
    let resource = Resource::parse("acct:a@example.org").expect("it is one");
    for document in [Descriptor::read(data), Descriptor::read_xrd(data)] {
        let document = document.ok();
        if let Some(url) = document.and_then(|it| host_metadata::webfinger_url(&it, &resource).ok())
        {
            assert_eq!(url.scheme(), "https");
            assert!(url.username().is_empty() && url.password().is_none());
            assert!(url[..Position::AfterQuery].contains("acct%3Aa%40example.org"));
        }
    }
}

fn ask_descriptor(read: &Descriptor) {
    let written = read.to_json().to_string();
    let again = Descriptor::read(written.as_bytes()).expect("what was written can be read");
    assert_eq!(again.subject, read.subject);
    assert_eq!(again.aliases, read.aliases);
    assert_eq!(again.links.len(), read.links.len());
    let object = "https://example.org/?a&b#c";
    let intents = read
        .intents()
        .filter_map(|intent| intent.url(&[("object", object)]).ok());
    let urls = [
        read.profile_page(),
        read.avatar(),
        read.feed(),
        read.subscribe_url(object),
        read.server_actor().and_then(webfinger::Link::url),
    ];
    for url in urls.into_iter().flatten().chain(intents) {
        assert_eq!(url.scheme(), "https");
        assert!(url.username().is_empty() && url.password().is_none());
    }
}

/// NodeInfo, both documents; what an application implements.
pub fn nodeinfo(data: &[u8]) {
    if let Ok(read) = NodeInfo::read(data) {
        for version in [
            node_info::Version::V2_0,
            node_info::Version::V2_1,
            node_info::Version::V2_2,
        ] {
            if let Ok(written) = read.write(version) {
                let again = NodeInfo::read(written.to_string().as_bytes());
                assert_eq!(
                    again.expect("what was written can be read").usage.users,
                    read.usage.users
                );
            }
        }
    }
    if let Ok(discovery) = node_info::Discovery::read(data)
        && let Some((_, url)) = discovery.newest()
    {
        assert_eq!(url.scheme(), "https");
    }
    if let Ok(document) = serde_json::from_slice(data) {
        let read = webfinger::capability::read(&document);
        let list: Vec<_> = read
            .iter()
            .map(webfinger::capability::Capability::to_json)
            .collect();
        let written = serde_json::json!({ "implements": list });
        assert_eq!(webfinger::capability::read(&written), read);
    }
}

/// Verified links: of a page, of a header field, of a field of a profile. What is quoted as text has none.
pub fn rel_me(data: &[u8]) {
    let base = Url::parse("https://a.example/b").expect("a URL");
    let mut found = me::links(data, &base);
    let mut quoted = b"<p>".to_vec();
    for &byte in data {
        match byte {
            b'<' => quoted.extend(b"&lt;"),
            byte => quoted.push(byte),
        }
    }
    assert!(me::links(&quoted, &base).is_empty());
    if let Ok(value) = HeaderValue::from_bytes(data) {
        let fields = http::HeaderMap::from_iter([(header::LINK, value)]);
        found.extend(me::header_links(&fields, &base));
    }
    assert!(found.len() <= 2 * me::MAX_LINKS);
    for link in found {
        assert!(matches!(link.url.scheme(), "https" | "http"));
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(claimed) = me::claim(text)
    {
        assert_eq!(claimed.scheme(), "https");
        assert_eq!(me::claim(claimed.as_str()), Some(claimed));
    }
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

/// Push messages: what can be decrypted says what the seeds say, and what is received comes from their server.
pub fn push_message(data: &[u8]) {
    let Some(sent) = request(data) else {
        return;
    };
    let (headers, body) = (sent.headers(), sent.body());
    let keys = push::Keys::new(&[7; 32], &[1; 16]).expect("it is a private key");
    let plaintext = keys.decrypt(headers, body);
    if let Ok(plaintext) = &plaintext {
        assert_eq!(plaintext, PUSHED);
    }
    let server = push::ServerKey::new(&[9; 32]).expect("it is a private key");
    let endpoint = "https://bot.example/push";
    let receiver = push::Receiver::new(keys, endpoint, &server.public_key());
    let receiver = receiver.expect("it is an address and a key");
    match receiver.receive(headers, body, now().into()) {
        Ok(message) => assert!(plaintext.is_ok() && message.sender.is_some()),
        Err(error) => assert!(error.status().as_u16() > 201),
    }
}

/// What the seeds say.
const PUSHED: &[u8] =
    br#"{"notification_id":"7","notification_type":"mention","title":"Ann mentioned you"}"#;

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

/// An answer to a call of the Mastodon API: the first byte chooses the call, the rest is the body. What is read as a status
/// is written as one of which everything can be read.
pub fn mastodon_answer(data: &[u8]) {
    let Some((first, body)) = data.split_first() else {
        return;
    };
    let response = || Response::new(body.to_vec().into());
    let rows: Vec<_> = methods::rows().collect();
    // There are more calls than bytes; the others are chosen by the length.
    let row = rows[(usize::from(*first) + 256 * (body.len() % 2)) % rows.len()];
    let _ = row.read_response(response());
    if let Ok(page) = methods::timelines::Home::new().read_response(response()) {
        let written = serde_json::to_vec(&page.items).expect("what was read can be written");
        let again = methods::timelines::Home::new()
            .read_response(Response::new(written.into()))
            .expect("what was written can be read");
        assert_eq!(again.problems, []);
        assert_eq!(again.items.len(), page.items.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const TARGETS: &[(&str, fn(&[u8]))] = &[
        ("document", document),
        ("people", people),
        ("extensions", extensions),
        ("html", html),
        ("compose", compose),
        ("proof", proof),
        ("linked_data", linked_data),
        ("compaction", compaction),
        ("signature_header", signature_header),
        ("signature_input", signature_input),
        ("signature_base", signature_base),
        ("verify", verify),
        ("digest", digest),
        ("content_digest", content_digest),
        ("wanted_digest", wanted_digest),
        ("private_key", private_key),
        ("der", der),
        ("jwk", jwk),
        ("accept_signature", accept_signature),
        ("multikey", multikey),
        ("public_key", public_key),
        ("handle", handle),
        ("descriptor", descriptor),
        ("nodeinfo", nodeinfo),
        ("rel_me", rel_me),
        ("xrd", xrd),
        ("host_meta", host_meta),
        ("guarded_url", guarded_url),
        ("server_sent_events", server_sent_events),
        ("websocket_message", websocket_message),
        ("push_message", push_message),
        ("link_header", link_header),
        ("mastodon_answer", mastodon_answer),
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

    /// Or else the target would prove nothing.
    #[test]
    fn the_pushed_seeds_are_decrypted() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/push_message");
        for name in ["standard", "records", "older", "older-records"] {
            let sent = request(&std::fs::read(folder.join(name)).unwrap()).unwrap();
            let receiver = push::Receiver::new(
                push::Keys::new(&[7; 32], &[1; 16]).unwrap(),
                "https://bot.example/push",
                &push::ServerKey::new(&[9; 32]).unwrap().public_key(),
            );
            let received = receiver
                .unwrap()
                .receive(sent.headers(), sent.body(), now().into());
            assert_eq!(
                received.unwrap().notification.title,
                "Ann mentioned you",
                "{name}"
            );
        }
    }

    /// Or else the target would prove nothing.
    #[test]
    fn the_signed_seeds_are_accepted() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/verify");
        let policy = Policy::fediverse().authorities(["example.org"]);
        for seed in std::fs::read_dir(folder).unwrap() {
            let path = seed.unwrap().path();
            let request = request(&std::fs::read(&path).unwrap()).unwrap();
            let claim = policy.read(request, now()).unwrap();
            let verified = claim.check(&signing_key().verifying_key());
            assert!(verified.is_ok(), "{}", path.display());
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
