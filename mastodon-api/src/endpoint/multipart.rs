//! Forms with files (RFC 7578).

use bytes::Bytes;

use super::Upload;

pub(super) struct Form {
    pub(super) content_type: String,
    pub(super) body: Bytes,
}

pub(super) fn encode(texts: &[(String, String)], files: &[(&'static str, Upload)]) -> Form {
    let boundary = Boundary::new();
    let mut body = Vec::with_capacity(files.iter().map(|(_, file)| file.bytes.len() + 512).sum());
    for (name, text) in texts {
        boundary.write_text(&mut body, name, text);
    }
    for (name, file) in files {
        boundary.write_file_head(&mut body, name, &file.name, &file.media_type);
        body.extend_from_slice(&file.bytes);
        body.extend_from_slice(b"\r\n");
    }
    boundary.write_end(&mut body);
    Form {
        content_type: boundary.content_type(),
        body: body.into(),
    }
}

/// What stands between the parts of a form.
pub(crate) struct Boundary(String);

impl Boundary {
    /// Long enough that no file has it by chance; it is no secret.
    pub(crate) fn new() -> Self {
        Self(format!(
            "fedikit-{:016x}{:016x}",
            fastrand::u64(..),
            fastrand::u64(..)
        ))
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.0)
    }

    pub(crate) fn write_text(&self, body: &mut Vec<u8>, name: &str, text: &str) {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n",
            self.0,
            quoted(name)
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(text.as_bytes());
        body.extend_from_slice(b"\r\n");
    }

    /// What comes before the bytes of a file; a line break comes after them.
    pub(crate) fn write_file_head(
        &self,
        body: &mut Vec<u8>,
        name: &str,
        file_name: &str,
        media_type: &str,
    ) {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            self.0,
            quoted(name),
            quoted(file_name),
            quoted(media_type),
        );
        body.extend_from_slice(head.as_bytes());
    }

    pub(crate) fn write_end(&self, body: &mut Vec<u8>) {
        body.extend_from_slice(format!("--{}--\r\n", self.0).as_bytes());
    }
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
