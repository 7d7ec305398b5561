//! Keys that must not be taken, and spellings that must.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_sig::{Backend, KeyError, SigningKey, VerifyingKey};
use serde_json::{Map, Value};

use super::value::{self, from_hex, text};
use super::{Handler, Input, Outcome};
use crate::draft::{der, named};
use crate::keys::{element, integer, pem_with};

/// The `input` has one member: how the key is read, and from what.
pub(crate) fn prepare(input: &Input<'_>, backend: Backend) -> Box<dyn Fn(&mut Handler) -> Outcome> {
    input.only(&["pem", "der", "multikey", "private-pem", "private-der"]);
    let (how, value) = input.first();
    let (how, bytes) = (how.to_owned(), value::bytes(value));
    Box::new(move |handler| {
        let text = || str::from_utf8(&bytes).unwrap();
        let public = |key: Result<VerifyingKey, KeyError>| key?.with_backend(backend);
        let private = |key: Result<SigningKey, KeyError>| key?.with_backend(backend);
        let algorithm = match &*how {
            "pem" => public(VerifyingKey::from_pem(text())).map(|key| key.algorithm()),
            "der" => public(VerifyingKey::from_der(&bytes)).map(|key| key.algorithm()),
            "multikey" => public(VerifyingKey::from_multikey(text())).map(|key| key.algorithm()),
            "private-pem" => private(SigningKey::from_pem(text())).map(|key| key.algorithm()),
            _ => private(SigningKey::from_der(&bytes)).map(|key| key.algorithm()),
        };
        match algorithm {
            Ok(algorithm) => {
                handler.key();
                Outcome::accepted(&format!(" as {algorithm:?}"))
            }
            Err(error) => refused(&String::from_utf8_lossy(&bytes), error),
        }
    })
}

fn refused(text: &str, error: KeyError) -> Outcome {
    let shown = format!("{error} {error:?}");
    let lines = text
        .lines()
        .filter(|line| line.len() > 16 && !line.starts_with('-'));
    for line in lines {
        assert!(!shown.contains(line), "the key is shown: {shown}");
    }
    Outcome::refused(format!("{error:?}"), &error)
}

/// Values that keys are made of: `{"key": …, "as": …}`, one of the keys of the tests in some spelling; `{"pem": label,
/// "der": …}`, perhaps with `width` and `end` of its lines; `{"element": tag, "of": …}`, an element of DER; `{"number": …}`,
/// an INTEGER of DER; `{"slice": …, "from": n, "to": n}`; `{"edit": …, "at": n, "to": hex}`; `{"base64": …}`;
/// `{"multikey": …}`, base64url after a `u`; `{"repeated": …, "times": n}`.
pub(crate) fn bytes(object: &Map<String, Value>) -> Vec<u8> {
    let of = |name: &str| value::bytes(&object[name]);
    let number = |name: &str| {
        let number = object.get(name).and_then(Value::as_u64);
        number.map(|number| usize::try_from(number).unwrap())
    };
    if object.contains_key("key") {
        return key(&text(&object["key"]), &text(&object["as"]));
    }
    if object.contains_key("pem") {
        let end = object.get("end").map_or("\n".to_owned(), text);
        let width = number("width").unwrap_or(64);
        return pem_with(&text(&object["pem"]), &of("der"), width, &end).into_bytes();
    }
    if object.contains_key("element") {
        let tag = from_hex(&text(&object["element"]))[0];
        return element(tag, &of("of"));
    }
    if object.contains_key("number") {
        return integer(&of("number"));
    }
    if object.contains_key("slice") {
        let bytes = of("slice");
        let end = number("to").unwrap_or(bytes.len());
        return bytes[number("from").unwrap_or_default()..end].to_vec();
    }
    if object.contains_key("edit") {
        let (mut bytes, to) = (of("edit"), from_hex(&text(&object["to"])));
        let at = number("at").unwrap();
        bytes[at..at + to.len()].copy_from_slice(&to);
        return bytes;
    }
    if object.contains_key("base64") {
        return STANDARD.encode(of("base64")).into_bytes();
    }
    if object.contains_key("multikey") {
        return format!("u{}", URL_SAFE_NO_PAD.encode(of("multikey"))).into_bytes();
    }
    if object.contains_key("repeated") {
        return of("repeated").repeat(number("times").unwrap());
    }
    panic!("no such value: {object:?}")
}

fn key(name: &str, spelling: &str) -> Vec<u8> {
    let key = named(name);
    let public = || {
        let pem = key.verifying_key().to_pem();
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        STANDARD.decode(base64).unwrap()
    };
    match spelling {
        "public pem" => key.verifying_key().to_pem().into_bytes(),
        "private pem" => key.to_pem().unwrap().into_bytes(),
        "spki" => public(),
        "pkcs8" => der(key),
        "multikey" => key.verifying_key().to_multikey().into_bytes(),
        _ => panic!("no such spelling: {spelling}"),
    }
}
