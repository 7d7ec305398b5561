//! Integrity proofs, with the test vectors of FEP-8b32, FEP-c390 and W3C vc-di-eddsa.

use std::path::PathBuf;

use activitypub::proof::{
    Options, Proof, ProofError, Secured, ToSign, canonical_json, did_key, ed25519_key,
};
use activitypub::{Id, Refusal};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde_json::{Value, json};

/// The key pair of the test vectors.
const PUBLIC: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
const SECRET: &str = "c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6";
const ALICE: &str = "https://server.example/users/alice";
const KEY: &str = "https://server.example/users/alice#ed25519-key";

fn secret() -> SigningKey {
    let bytes: Vec<u8> = (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&SECRET[at..at + 2], 16).unwrap())
        .collect();
    SigningKey::from_bytes(&bytes.try_into().unwrap())
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    time("2023-02-25T00:00:00Z")
}

fn is_signed_by(key: &str) -> impl Fn(&[u8; 64], &[u8; 64]) -> bool {
    let key = VerifyingKey::from_bytes(&ed25519_key(key).unwrap()).unwrap();
    move |bytes, signature| key.verify_strict(bytes, &signature.into()).is_ok()
}

/// What the first proof of a document says, if the key belongs to Alice.
fn verify(document: &Value) -> Result<Id, ProofError> {
    verify_for(document, ALICE)
}

fn verify_for(document: &Value, controller: &str) -> Result<Id, ProofError> {
    let secured = Secured::from_slice(document.to_string().as_bytes()).unwrap();
    let proof = secured.proofs().first().unwrap();
    let verified = proof
        .check(now())?
        .verify(&controller.into(), is_signed_by(PUBLIC))?;
    Ok(verified.owner().clone())
}

/// The signed activity of FEP-8b32's test cases.
fn fep_8b32() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
        "id": "https://server.example/activities/1",
        "type": "Create",
        "actor": "https://server.example/users/alice",
        "object": {
            "id": "https://server.example/objects/1",
            "type": "Note",
            "attributedTo": "https://server.example/users/alice",
            "content": "Hello world",
            "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962}
        },
        "proof": {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "verificationMethod": "https://server.example/users/alice#ed25519-key",
            "proofPurpose": "assertionMethod",
            "proofValue": "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL",
            "created": "2023-02-24T23:36:38Z"
        }
    })
}

fn without(mut document: Value, name: &str) -> Value {
    document.as_object_mut().unwrap().remove(name);
    document
}

/// A proof of Alice's key over the document as it is.
fn signed(document: &Value) -> Value {
    signed_with(document, &Options::new(KEY, time("2023-02-24T23:36:38Z")))
}

fn signed_with(document: &Value, options: &Options) -> Value {
    let to_sign = ToSign::new(document.to_string().as_bytes(), options).unwrap();
    let signature = secret().sign(to_sign.bytes()).to_bytes();
    serde_json::from_str(&to_sign.finish(&signature)).unwrap()
}

#[test]
fn the_vector_of_fep_8b32_is_made_and_verified() {
    assert_eq!(verify(&fep_8b32()).unwrap(), ALICE);
    assert_eq!(signed(&without(fep_8b32(), "proof")), fep_8b32());
}

/// <https://www.w3.org/TR/vc-di-eddsa/#representation-eddsa-jcs-2022>
#[test]
fn the_vector_of_vc_di_eddsa_is_verified() {
    let credential = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": "2023-02-24T23:36:38Z",
            "verificationMethod": format!("did:key:{PUBLIC}#{PUBLIC}"),
            "proofPurpose": "assertionMethod",
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
            "proofValue": "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
        }
    });
    let secured = Secured::from_slice(credential.to_string().as_bytes()).unwrap();
    let to_verify = secured.proofs()[0].check(now()).unwrap();
    let hex: String = to_verify
        .bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        hex,
        "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
    );
    assert!(is_signed_by(PUBLIC)(
        to_verify.bytes(),
        to_verify.signature()
    ));
    // A credential has an issuer and no owner in the words of ActivityStreams.
    assert_eq!(verify(&credential), Err(ProofError::NoSingleOwner));
    let options = Options::new(
        format!("did:key:{PUBLIC}#{PUBLIC}").as_str(),
        time("2023-02-24T23:36:38Z"),
    );
    assert_eq!(
        signed_with(&without(credential.clone(), "proof"), &options),
        credential
    );
}

#[test]
fn the_vector_of_fep_c390_is_verified() {
    let statement = json!({
        "type": "VerifiableIdentityStatement",
        "subject": format!("did:key:{PUBLIC}"),
        "alsoKnownAs": ALICE,
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": "2023-02-24T23:36:38Z",
            "verificationMethod": format!("did:key:{PUBLIC}"),
            "proofPurpose": "assertionMethod",
            "proofValue": "z26W7TfJYD9DrGqnem245zNbeCbTwjb8avpduzi1JPhFrwML99CpP6gGXSKSXAcQdpGFBXF4kx7VwtXKhu7VDZJ54"
        }
    });
    let secured = Secured::from_slice(statement.to_string().as_bytes()).unwrap();
    let to_verify = secured.proofs()[0].check(now()).unwrap();
    let (did, _) = did_key(to_verify.verification_method().as_str()).unwrap();
    let verified = to_verify.verify(&did, is_signed_by(PUBLIC)).unwrap();
    assert_eq!(verified.owner(), &did);

    // What is also a post belongs to its author, not to the subject.
    let mut post = statement.clone();
    post["type"] = json!(["VerifiableIdentityStatement", "Note"]);
    post["attributedTo"] = json!("https://victim.example/alice");
    assert_eq!(
        verify_for(&post, did.as_str()),
        Err(ProofError::OtherController)
    );

    // A proof of one's own DID about somebody else's.
    let mut of_another = statement.clone();
    of_another["subject"] = json!("did:key:z6MkhVPuyvgG1RkMv67azDqDCDERPXVrUg1i3qchXY5EACE3");
    assert_eq!(
        verify_for(&of_another, did.as_str()),
        Err(ProofError::OtherController)
    );
}

#[test]
fn nothing_can_be_changed_after_signing() {
    for (pointer, value) in [
        ("/object/content", json!("Hello world!")),
        ("/object/location/longitude", json!(-71.184_902_1)),
        ("/published", json!("2023-02-24T23:36:38Z")),
        (
            "/object/attributedTo",
            json!("https://server.example/users/bob"),
        ),
        ("/proof/created", json!("2023-02-24T23:36:39Z")),
        ("/proof/expires", json!("3000-01-01T00:00:00Z")),
        ("/proof/domain", json!("other.example")),
        ("/proof/challenge", json!("1")),
        ("/proof/id", json!("https://server.example/proofs/1")),
        (
            "/proof/verificationMethod",
            json!("https://server.example/users/alice#other"),
        ),
        (
            "/@context/2",
            json!({"content": "https://evil.example/content"}),
        ),
    ] {
        let mut document = fep_8b32();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap() {
            Value::Object(object) => drop(object.insert(name.to_owned(), value)),
            Value::Array(array) => array.push(value),
            other => panic!("{other}"),
        }
        // Contexts that came after those that were signed do not count, as vc-di-eddsa says; plain JSON does not look at them.
        let expected = if pointer == "/@context/2" {
            Ok(ALICE.into())
        } else {
            Err(ProofError::WrongSignature)
        };
        assert_eq!(verify(&document), expected, "{pointer}");
    }
    let expires = signed_with(
        &without(fep_8b32(), "proof"),
        &Options::new(KEY, now())
            .expires(time("2023-03-01T00:00:00Z"))
            .domain("a.example")
            .challenge("2"),
    );
    assert_eq!(verify(&expires).unwrap(), ALICE);
    for name in ["expires", "domain", "challenge", "created"] {
        let mut document = expires.clone();
        document["proof"].as_object_mut().unwrap().remove(name);
        assert_eq!(
            verify(&document),
            Err(ProofError::WrongSignature),
            "without {name}"
        );
    }
}

#[test]
fn the_context_that_was_signed_has_to_be_there() {
    for context in [
        json!("https://www.w3.org/ns/activitystreams"),
        json!([
            "https://w3id.org/security/data-integrity/v2",
            "https://www.w3.org/ns/activitystreams"
        ]),
        json!([{"content": "as:summary"}, "https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]),
        json!([]),
        json!(null),
    ] {
        let mut document = fep_8b32();
        document["@context"] = context;
        assert_eq!(
            verify(&document),
            Err(ProofError::OtherContext),
            "{document}"
        );
    }
    assert_eq!(
        verify(&without(fep_8b32(), "@context")),
        Err(ProofError::OtherContext)
    );
    // Without one in the proof, that of the document is signed with the rest of it.
    let mut document = fep_8b32();
    document["proof"]
        .as_object_mut()
        .unwrap()
        .remove("@context");
    assert_eq!(verify(&document), Err(ProofError::WrongSignature));
}

#[test]
fn the_key_has_to_be_the_owner_s() {
    assert_eq!(
        verify_for(&fep_8b32(), "https://server.example/users/bob"),
        Err(ProofError::OtherController)
    );
    // Eve signs with her own key what she says Alice did.
    let of_eve = ToSign::new(
        without(fep_8b32(), "proof").to_string().as_bytes(),
        &Options::new("https://evil.example/eve#key", now()),
    );
    let eve = SigningKey::from_bytes(&[9; 32]);
    let to_sign = of_eve.unwrap();
    let signature = eve.sign(to_sign.bytes()).to_bytes();
    let document: Value = serde_json::from_str(&to_sign.finish(&signature)).unwrap();
    let secured = Secured::from_slice(document.to_string().as_bytes()).unwrap();
    let to_verify = secured.proofs()[0].check(now()).unwrap();
    assert_eq!(
        to_verify.verification_method(),
        &"https://evil.example/eve#key"
    );
    assert_eq!(
        to_verify.verify(&"https://evil.example/eve".into(), |_, _| panic!(
            "the key is not asked"
        )),
        Err(ProofError::OtherController)
    );
    assert_eq!(
        to_verify.verify(&ALICE.into(), is_signed_by(PUBLIC)),
        Err(ProofError::WrongSignature)
    );

    for actor in [
        json!(null),
        json!([ALICE, "https://server.example/users/bob"]),
        json!([]),
    ] {
        let mut document = without(fep_8b32(), "proof");
        document["actor"] = actor;
        assert_eq!(verify(&signed(&document)), Err(ProofError::NoSingleOwner));
    }
}

#[test]
fn a_proof_is_made_for_its_purpose_and_in_a_known_way() {
    for (name, value, expected) in [
        (
            "proofPurpose",
            json!("authentication"),
            ProofError::OtherPurpose,
        ),
        ("proofPurpose", json!(null), ProofError::OtherPurpose),
        (
            "proofPurpose",
            json!(["assertionMethod"]),
            ProofError::OtherPurpose,
        ),
        ("type", json!("Ed25519Signature2020"), ProofError::OtherType),
        (
            "cryptosuite",
            json!("mldsa44-jcs-2024"),
            ProofError::OtherCryptosuite,
        ),
        (
            "cryptosuite",
            json!("eddsa-rdfc-2022"),
            ProofError::OtherCryptosuite,
        ),
        (
            "verificationMethod",
            json!(null),
            ProofError::NoVerificationMethod,
        ),
        (
            "verificationMethod",
            json!({"id": KEY}),
            ProofError::NoVerificationMethod,
        ),
        ("created", json!("yesterday"), ProofError::BadDate),
        ("expires", json!(3_000), ProofError::BadDate),
        ("previousProof", json!("urn:1"), ProofError::Chained),
        ("proofValue", json!(null), ProofError::BadProofValue),
        ("proofValue", json!("z"), ProofError::BadProofValue),
        (
            "proofValue",
            json!(format!("z{}", "1".repeat(63))),
            ProofError::BadProofValue,
        ),
        (
            "proofValue",
            json!(format!("z{}", "1".repeat(65))),
            ProofError::BadProofValue,
        ),
        (
            "proofValue",
            json!(format!("u{}", "A".repeat(86))),
            ProofError::BadProofValue,
        ),
        (
            "proofValue",
            json!(format!("z{}", "z".repeat(500_000))),
            ProofError::BadProofValue,
        ),
        (
            "proofValue",
            json!(format!("z{}", "1".repeat(64))),
            ProofError::WrongSignature,
        ),
    ] {
        let mut document = fep_8b32();
        document["proof"][name] = value.clone();
        assert_eq!(verify(&document), Err(expected), "{name} {value:.80}");
    }
    for proof in [
        json!(null),
        json!("https://server.example/proofs/1"),
        json!([1]),
    ] {
        let mut document = fep_8b32();
        document["proof"] = proof;
        assert_eq!(verify(&document), Err(ProofError::OtherType));
    }
}

#[test]
fn a_proof_has_its_time() {
    let document = signed_with(
        &without(fep_8b32(), "proof"),
        &Options::new(KEY, time("2023-02-24T12:00:00Z")).expires(time("2023-02-24T13:00:00Z")),
    );
    let secured = Secured::from_slice(document.to_string().as_bytes()).unwrap();
    let proof: &Proof = &secured.proofs()[0];
    for (now, expected) in [
        ("2023-02-24T11:54:59Z", Some(ProofError::FromTheFuture)),
        ("2023-02-24T11:55:00Z", None),
        ("2023-02-24T12:59:59Z", None),
        ("2023-02-24T13:00:00Z", Some(ProofError::Expired)),
    ] {
        assert_eq!(proof.check(time(now)).err(), expected, "{now}");
    }
    assert!(proof.check(DateTime::<Utc>::MIN_UTC).is_err());
    assert!(proof.check(DateTime::<Utc>::MAX_UTC).is_err());
}

#[test]
fn the_proofs_of_a_set_are_independent() {
    let once = signed(&without(fep_8b32(), "proof"));
    let twice = signed_with(
        &once,
        &Options::new("https://server.example/users/alice#second", now()),
    );
    let mut document = twice.clone();
    document["proof"]
        .as_array_mut()
        .unwrap()
        .insert(0, json!(7));
    let secured = Secured::from_slice(document.to_string().as_bytes()).unwrap();
    let outcomes: Vec<_> = secured
        .proofs()
        .iter()
        .map(|proof| {
            proof
                .check(now())
                .and_then(|proof| proof.verify(&ALICE.into(), is_signed_by(PUBLIC)))
                .err()
        })
        .collect();
    assert_eq!(outcomes, [Some(ProofError::OtherType), None, None]);

    document["proof"] = Value::Array(vec![fep_8b32()["proof"].clone(); 9]);
    let secured = Secured::from_slice(document.to_string().as_bytes()).unwrap();
    assert!(secured.proofs()[7].check(now()).is_ok());
    assert_eq!(
        secured.proofs()[8].check(now()).err(),
        Some(ProofError::TooManyProofs)
    );
    assert!(Secured::from_slice(b"{}").unwrap().proofs().is_empty());
}

#[test]
fn a_linked_data_signature_is_no_part_of_what_a_proof_covers() {
    let mut document = fep_8b32();
    document["signature"] =
        json!({"type": "RsaSignature2017", "creator": KEY, "signatureValue": "AAAA"});
    assert_eq!(verify(&document).unwrap(), ALICE);
    assert_eq!(signed(&document)["signature"], Value::Null);
    // Another property of that name is.
    document["signature"] = json!("Alice");
    assert_eq!(verify(&document), Err(ProofError::WrongSignature));
}

#[test]
fn spelling_does_not_count() {
    let text = fep_8b32()
        .to_string()
        .replace("Hello", "\\u0048ello")
        .replace("-71.184902", "-7.1184902e1");
    let secured = Secured::from_slice(text.replace(',', " ,\n").as_bytes()).unwrap();
    let to_verify = secured.proofs()[0].check(now()).unwrap();
    assert!(
        to_verify
            .verify(&ALICE.into(), is_signed_by(PUBLIC))
            .is_ok()
    );
    let big = br#"{"views":9007199254740993,"proof":{}}"#;
    assert_eq!(
        Secured::from_slice(big).unwrap_err().refusal(),
        Refusal::InexactNumber
    );
}

#[test]
fn a_signed_document_says_what_a_proof_is() {
    let document = |context: Value| json!({"@context": context, "type": "Note", "attributedTo": ALICE, "content": "é\u{1}"});
    let activity_streams = "https://www.w3.org/ns/activitystreams";
    let data_integrity = "https://w3id.org/security/data-integrity/v2";
    for (context, expected) in [
        (
            json!(activity_streams),
            json!([activity_streams, data_integrity]),
        ),
        (
            json!([activity_streams, {"a": "as:a"}]),
            json!([activity_streams, {"a": "as:a"}, data_integrity]),
        ),
        (
            json!([data_integrity, activity_streams]),
            json!([data_integrity, activity_streams]),
        ),
    ] {
        let document = signed(&document(context));
        assert_eq!(
            (&document["@context"], &document["proof"]["@context"]),
            (&expected, &expected)
        );
        assert_eq!(verify(&document).unwrap(), ALICE);
    }
    // A part of another document needs none.
    let part = signed(&without(document(json!(null)), "@context"));
    assert_eq!(
        (&part["@context"], &part["proof"]["@context"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(verify(&part).unwrap(), ALICE);
}

/// Vectors of the fediverse's servers and of the canonical form's author, if a folder with them is at hand.
#[test]
fn vectors_of_others_hold() {
    let Some(shared) = std::env::var_os("FEDIKIT_SHARED") else {
        println!("skipped: set FEDIKIT_SHARED to a folder that has a corpus in it");
        return;
    };
    let signatures = PathBuf::from(shared).join("corpus/signatures");
    let read = |path: &str| std::fs::read_to_string(signatures.join(path)).expect(path);
    let json = |path: &str| -> Value { serde_json::from_str(&read(path)).expect(path) };

    let vectors = json("eddsa-jcs-2022/vectors.json");
    for vector in vectors["vectors"].as_array().unwrap() {
        let name = &vector["name"];
        let keys: Vec<&str> = match vector["public_keys_multibase"].as_array() {
            Some(keys) => keys.iter().filter_map(Value::as_str).collect(),
            None => vec![vector["public_key_multibase"].as_str().unwrap()],
        };
        let secured = Secured::from_slice(vector["signed"].to_string().as_bytes()).unwrap();
        assert_eq!(secured.proofs().len(), keys.len(), "{name}");
        for (proof, key) in secured.proofs().iter().zip(keys) {
            let to_verify = proof.check(proof.created().unwrap()).unwrap();
            let valid = is_signed_by(key)(to_verify.bytes(), to_verify.signature());
            assert_eq!(json!(valid), vector["expect_signature_valid"], "{name}");
        }
        if let Some(canonical) = vector["canonical_document"].as_str() {
            let document = without(vector["signed"].clone(), "proof").to_string();
            assert_eq!(
                canonical_json(document.as_bytes()).unwrap(),
                canonical,
                "{name}"
            );
        }
    }
    println!(
        "{} proofs as expected",
        vectors["vectors"].as_array().unwrap().len()
    );

    // Identity proofs of an actor: one with a key of another kind, one with the old name of the cryptosuite.
    let actor = json("../wild/mitra/kitsune__actors_mitra.social_users_silverpill.json");
    let outcomes = actor["attachment"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|attachment| {
            let secured = Secured::from_slice(attachment.to_string().as_bytes()).unwrap();
            let outcome = secured
                .proofs()
                .first()?
                .check(time("2026-01-31T12:00:00Z"));
            Some(outcome.and_then(|to_verify| {
                let (did, _) = did_key(to_verify.verification_method().as_str()).unwrap();
                let key = did.as_str().trim_start_matches("did:key:");
                to_verify.verify(&did, is_signed_by(key)).map(drop)
            }))
        });
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        [Err(ProofError::OtherType), Ok(())]
    );

    for name in [
        "arrays",
        "french",
        "structures",
        "unicode",
        "values",
        "weird",
    ] {
        let wrapped = |text: String| format!("{{\"it\":{}}}", text.trim_end());
        let input = wrapped(read(&format!("jcs/input/{name}.json")));
        let output = wrapped(read(&format!("jcs/output/{name}.json")));
        assert_eq!(canonical_json(input.as_bytes()).unwrap(), output, "{name}");
    }
}

/// A proof of Alice's key, with the options of a row.
pub(crate) fn signed_as(document: &Value, options: &Value) -> Value {
    let mut said = Options::new(KEY, time("2023-02-24T23:36:38Z"));
    if let Some(expires) = options["expires"].as_str() {
        said = said.expires(time(expires));
    }
    if let Some(domain) = options["domain"].as_str() {
        said = said.domain(domain);
    }
    signed_with(document, &said)
}

/// Whom the proof shows to have made the document, if its key belongs to the one who is named.
pub(crate) fn answer(document: &[u8], controller: &str) -> Value {
    match verify_for(&serde_json::from_slice(document).unwrap(), controller) {
        Ok(owner) => json!(owner),
        Err(error) => json!(format!("{error:?}")),
    }
}

#[test]
fn a_verified_document_is_given_out_as_that_of_its_owner_only() {
    let secured = Secured::from_slice(fep_8b32().to_string().as_bytes()).unwrap();
    let proof = secured.proofs().first().unwrap().check(now()).unwrap();
    let verified = proof.verify(&ALICE.into(), is_signed_by(PUBLIC)).unwrap();
    let document = verified.made_by(&ALICE.into()).unwrap();
    assert_eq!(document.to_value().unwrap(), fep_8b32());
    for other in [
        "https://server.example/users/bob",
        "https://server.example/users/alice#",
        "",
    ] {
        assert_eq!(verified.made_by(&other.into()), Err(ProofError::OtherOwner));
    }
}
