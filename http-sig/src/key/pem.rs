//! PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)): one block, of a bounded size.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::KeyError;

/// Longest PEM text that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;
/// Characters of base64 in a line that is written.
const LINE: usize = 64;

pub(super) struct Block {
    label: String,
    der: Zeroizing<Vec<u8>>,
}

impl Block {
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }
}

pub(super) fn decode(text: &str) -> Result<Block, KeyError> {
    if text.len() > LONGEST {
        return Err(KeyError::TooLong);
    }
    match text.matches("-----BEGIN ").count() {
        0 => return Err(KeyError::NotPem),
        1 => {}
        _ => return Err(KeyError::SeveralBlocks),
    }
    // The crate's own error may quote the text, and the text may be a private key.
    let block = pem::parse(text).map_err(|_| KeyError::NotPem)?;
    if block.headers().iter().next().is_some() {
        // `Proc-Type` and `DEK-Info` are the only headers that anybody writes.
        return Err(KeyError::Encrypted);
    }
    Ok(Block {
        label: block.tag().to_owned(),
        der: Zeroizing::new(block.into_contents()),
    })
}

pub(super) fn encode(label: &str, der: &[u8]) -> String {
    // By hand and into memory of the right length, so that of a private key no copy is left behind.
    let digits = Zeroizing::new(STANDARD.encode(der));
    let lines = digits.len().div_ceil(LINE);
    let mut text = String::with_capacity(digits.len() + lines + 2 * label.len() + 64);
    for part in ["-----BEGIN ", label, "-----\n"] {
        text.push_str(part);
    }
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    for part in ["-----END ", label, "-----\n"] {
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_others_write() {
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        for bytes in [1, 47, 48, 49, 96, 1200] {
            let der = vec![0x30; bytes];
            let theirs = pem::encode_config(&pem::Pem::new("PRIVATE KEY", &*der), config);
            let ours = encode("PRIVATE KEY", &der);
            assert_eq!(ours, theirs);
            assert_eq!(decode(&ours).unwrap().der(), der);
        }
    }
}
