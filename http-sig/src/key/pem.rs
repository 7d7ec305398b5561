//! PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)): one block, of a bounded size.

use zeroize::Zeroizing;

use crate::error::KeyError;

/// Longest PEM text that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

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
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(label, der), config)
}
