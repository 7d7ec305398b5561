//! What stands in a step as a value: text, or an object that says how to make longer or other bytes.

use serde_json::Value;

use crate::draft::date;

/// Text as it stands; `{"text": …, "times": n}`, in which `{n}` is the number of the repetition; `{"hex": …}`, perhaps
/// with `times`; `{"date": seconds}`, that many seconds from now as an HTTP date; `{"join": […]}`, one after the other.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    let Value::Object(object) = value else {
        return text_of(value).as_bytes().to_vec();
    };
    let times = object
        .get("times")
        .map_or(1, |times| times.as_u64().unwrap());
    if let Some(text) = object.get("text") {
        let text = text_of(text);
        let numbered = |n: u64| text.replace("{n}", &n.to_string()).into_bytes();
        (0..times).flat_map(numbered).collect()
    } else if let Some(hex) = object.get("hex") {
        let once = from_hex(text_of(hex));
        (0..times).flat_map(|_| once.clone()).collect()
    } else if let Some(seconds) = object.get("date") {
        date(seconds.as_i64().unwrap()).into_bytes()
    } else if let Some(parts) = object.get("join") {
        parts.as_array().unwrap().iter().flat_map(bytes).collect()
    } else {
        super::keys::bytes(object)
    }
}

pub(crate) fn text(value: &Value) -> String {
    String::from_utf8(bytes(value)).unwrap()
}

/// Text, or `null`.
pub(crate) fn optional(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| text(value))
}

pub(crate) fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex
        .chars()
        .filter(|digit| !digit.is_whitespace())
        .map(|digit| digit.to_digit(16).unwrap())
        .collect();
    assert!(digits.len().is_multiple_of(2), "{hex}");
    let bytes = digits.chunks(2).map(|pair| 16 * pair[0] + pair[1]);
    bytes.map(|byte| byte as u8).collect()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
