//! Forms with files (RFC 7578).

use bytes::Bytes;

use super::Upload;

pub(super) struct Form {
    pub(super) content_type: String,
    pub(super) body: Bytes,
}

pub(super) fn encode(texts: &[(String, String)], files: &[(&'static str, Upload)]) -> Form {
    let boundary = boundary();
    let mut body = Vec::with_capacity(files.iter().map(|(_, file)| file.bytes.len() + 512).sum());
    for (name, text) in texts {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n",
            quoted(name)
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(text.as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    for (name, file) in files {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            quoted(name),
            quoted(&file.name),
            quoted(&file.media_type),
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&file.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Form {
        content_type: format!("multipart/form-data; boundary={boundary}"),
        body: body.into(),
    }
}

/// Long enough that no file has it by chance; it is no secret.
fn boundary() -> String {
    format!(
        "fedikit-{:016x}{:016x}",
        fastrand::u64(..),
        fastrand::u64(..)
    )
}

/// What would end the quotes or the line is percent-encoded, as browsers do.
fn quoted(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, QUOTED).to_string()
}

const QUOTED: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b'"');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_header() {
        let file = Upload::new("content")
            .name("a\"\r\nX-Evil: 1")
            .media_type("image/png\r\nX-Evil: 1");
        let form = encode(
            &[("description".into(), "two\r\nlines".into())],
            &[("file", file)],
        );
        let body = std::str::from_utf8(&form.body).unwrap();
        assert!(!body.contains("\r\nX-Evil"), "{body}");
        assert!(body.contains("name=\"description\"\r\n\r\ntwo\r\nlines\r\n"));
        assert!(body.contains("filename=\"a%22%0D%0AX-Evil: 1\""));
        assert!(body.contains("\r\n\r\ncontent\r\n--"));
    }
}
