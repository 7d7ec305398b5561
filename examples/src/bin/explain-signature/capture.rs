//! A request as somebody captured it.

use crate::shown;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Method, Request, Uri, Version};
use serde_json::Value;

/// The request, and what is to be said about how it was read.
pub(crate) struct Capture {
    pub(crate) request: Request<Vec<u8>>,
    pub(crate) notes: Vec<String>,
}

/// Reads the text of HTTP/1.1, or a JSON object.
pub(crate) fn read(bytes: &[u8]) -> Result<Capture, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii_start().starts_with(b"{") {
        from_json(bytes)
    } else {
        from_http(bytes)
    }
}

fn from_http(bytes: &[u8]) -> Result<Capture, String> {
    let mut notes = Vec::new();
    let mut rest = bytes;
    let mut number = 0;
    let mut next_line = || {
        number += 1;
        let (line, after) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => rest.split_at_checked(end + 1)?,
            None if rest.is_empty() => return None,
            None => (rest, &[][..]),
        };
        rest = after;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        Some((number, line.strip_suffix(b"\r").unwrap_or(line)))
    };
    let start = loop {
        match next_line() {
            Some((_, line)) if line.trim_ascii().is_empty() => {}
            Some((_, line)) => break String::from_utf8_lossy(line).into_owned(),
            None => return Err("there is no request in the file".to_owned()),
        }
    };
    let words: Vec<&str> = start.split_whitespace().collect();
    let (method, target) = match words.as_slice() {
        [first, ..] if first.starts_with("HTTP/") => {
            return Err("this is a response: only requests are explained".to_owned());
        }
        [method, target] => (*method, *target),
        [method, target, version] if version.starts_with("HTTP/") => (*method, *target),
        _ => {
            return Err(format!(
                "the first line is no request line such as `POST /inbox HTTP/1.1`: {}",
                shown(&start)
            ));
        }
    };
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some((number, line)) = next_line() {
        if line.is_empty() {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            let Some((_, value)) = fields.last_mut() else {
                return Err(format!(
                    "line {number} begins with a blank and continues no field"
                ));
            };
            // RFC 9112, section 5.2.
            value.push(b' ');
            value.extend_from_slice(line.trim_ascii());
            notes.push(format!("line {number} continues the field above it: servers refuse that, or join it with a blank"));
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = colon
            .and_then(|colon| line.split_at_checked(colon))
            .ok_or_else(|| {
                format!(
                    "line {number} is no field such as `Host: example.org`: {}",
                    shown(&String::from_utf8_lossy(line))
                )
            })?;
        let name = String::from_utf8_lossy(name).into_owned();
        fields.push((
            name,
            value.get(1..).unwrap_or_default().trim_ascii().to_vec(),
        ));
    }
    let mut request = request(method, target, fields)?;
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.trim().parse::<usize>().ok());
    let body = match length {
        Some(length) if length < rest.len() => {
            notes.push(format!(
                "{} bytes after the body are passed over, as Content-Length says {length}",
                rest.len() - length
            ));
            rest.get(..length).unwrap_or_default()
        }
        _ => rest,
    };
    if request.headers().contains_key(TRANSFER_ENCODING) {
        notes.push(
            "the body has a Transfer-Encoding, which is not undone: capture it without".to_owned(),
        );
    }
    *request.body_mut() = body.to_vec();
    Ok(Capture { request, notes })
}

/// Objects as servers and browsers log them: fields as an object, as pairs, or as objects with `name` and `value`.
fn from_json(bytes: &[u8]) -> Result<Capture, String> {
    let json: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("the file looks like JSON and is not: {error}"))?;
    let json = json.get("request").unwrap_or(&json);
    let text = |names: &[&str]| names.iter().find_map(|name| json.get(name)?.as_str());
    let method = text(&["method"]).unwrap_or("GET");
    let target = text(&["url", "target", "uri", "path"])
        .ok_or("the JSON has no `url`: give method, url, headers and body")?;
    let headers = json
        .get("headers")
        .ok_or("the JSON has no `headers`: give method, url, headers and body")?;
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, value: &Value| {
        let values = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        let values = values.iter().filter_map(Value::as_str);
        fields.extend(values.map(|value| (name.to_owned(), value.trim().as_bytes().to_vec())));
    };
    match headers {
        Value::Object(headers) => headers.iter().for_each(|(name, value)| add(name, value)),
        Value::Array(headers) => {
            for field in headers {
                let (name, value) = match field {
                    Value::Array(pair) => (pair.first(), pair.get(1)),
                    field => (field.get("name"), field.get("value")),
                };
                if let (Some(name), Some(value)) = (name.and_then(Value::as_str), value) {
                    add(name, value);
                }
            }
        }
        _ => return Err("the `headers` of the JSON are neither an object nor a list".to_owned()),
    }
    let mut request = request(method, target, fields)?;
    // The URL is what the server made of the request, not what stood in the request line.
    *request.version_mut() = Version::HTTP_2;
    let body = json
        .get("body")
        .or_else(|| json.get("postData")?.get("text"));
    *request.body_mut() = match body {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(body)) => body.clone().into_bytes(),
        Some(_) => return Err("the `body` of the JSON is not the text that was sent but what it was parsed to; its digest is lost with it".to_owned()),
    };
    Ok(Capture {
        request,
        notes: Vec::new(),
    })
}

fn request(
    method: &str,
    target: &str,
    fields: Vec<(String, Vec<u8>)>,
) -> Result<Request<Vec<u8>>, String> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::from_bytes(method.as_bytes())
        .map_err(|_| format!("this is no method: {}", shown(method)))?;
    *request.uri_mut() = target.parse::<Uri>().map_err(|error| {
        format!(
            "the request target {} cannot be read: {error}",
            shown(target)
        )
    })?;
    for (name, value) in fields {
        let field = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("this is no name of a field: {}", shown(&name)))?;
        let value = HeaderValue::from_bytes(&value)
            .map_err(|_| format!("the field {field} has a character that may not stand in it"))?;
        request.headers_mut().append(field, value);
    }
    Ok(request)
}
