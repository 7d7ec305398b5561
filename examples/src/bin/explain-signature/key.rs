//! The sender's public key, wherever it stands.

use crate::shown;
use http_sig::{KeyError, VerifyingKey};
use serde_json::Value;
use std::path::Path;

/// Reads the key out of a file, or out of the argument itself if that is a Multikey; of an actor with several keys, the one
/// that the signature names. Says too which key it is.
pub(crate) fn read(place: &str, key_id: Option<&str>) -> Result<(VerifyingKey, String), String> {
    let is_multikey =
        place.starts_with(['z', 'u']) && place.len() > 40 && !Path::new(place).exists();
    let text = if is_multikey {
        place.to_owned()
    } else {
        let bytes = crate::read(Path::new(place))?;
        String::from_utf8(bytes).map_err(|_| format!("{place} is not text: give the key as PEM"))?
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    let (key, id) = if text.starts_with('{') {
        from_json(text, key_id).map_err(|why| format!("{place}: {why}"))?
    } else {
        let key = parse(text).map_err(|error| format!("{place}: {error}"))?;
        (key, None)
    };
    let mut said = format!("the key is {:?} with {} bits", key.algorithm(), key.bits());
    if let Some(id) = &id {
        said.push_str(&format!(", {}", shown(id)));
        if key_id.is_some_and(|key_id| key_id != id) {
            said.push_str(", and not the one that the signature names");
        }
    }
    Ok((key, said))
}

fn parse(text: &str) -> Result<VerifyingKey, KeyError> {
    if text.contains("-----BEGIN ") {
        VerifyingKey::from_pem(text)
    } else {
        VerifyingKey::from_multikey(text)
    }
}

/// A key of an actor's document, or of a document that is the key.
fn from_json(text: &str, key_id: Option<&str>) -> Result<(VerifyingKey, Option<String>), String> {
    let document: Value =
        serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
    if document.get("kty").is_some() {
        let key = VerifyingKey::from_jwk(text).map_err(|error| error.to_string())?;
        let id = document.get("kid").and_then(Value::as_str);
        return Ok((key, id.map(str::to_owned)));
    }
    let mut keys: Vec<(&str, &str)> = Vec::new();
    let places = ["publicKey", "assertionMethod", "verificationMethod"];
    let inner = places.iter().filter_map(|place| document.get(place));
    let inner = inner.flat_map(|keys| {
        keys.as_array()
            .map_or(std::slice::from_ref(keys), Vec::as_slice)
    });
    for key in inner.chain([&document]) {
        let id = key.get("id").and_then(Value::as_str).unwrap_or_default();
        let text = ["publicKeyPem", "publicKeyMultibase"];
        let text = text.iter().find_map(|name| key.get(name)?.as_str());
        keys.extend(text.map(|text| (id, text)));
    }
    let named = keys.iter().find(|(id, _)| key_id == Some(*id));
    let Some((id, text)) = named.or(keys.first()) else {
        return Err(
            "there is neither publicKeyPem nor publicKeyMultibase in it, nor is it a JSON Web Key"
                .to_owned(),
        );
    };
    let key = parse(text).map_err(|error| error.to_string())?;
    Ok((key, Some((*id).to_owned()).filter(|id| !id.is_empty())))
}
