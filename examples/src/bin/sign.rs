//! Signs a request to an inbox with a new key and prints it as it goes over the wire; the public half of the key goes to the
//! standard error.
//!
//! ```text
//! sign 2> key.pem | explain-signature - --key key.pem     what a recipient makes of it
//! ```

use fedikit_examples::say;
use http::Request;
use http_sig::{Signer, SigningKey};
use std::error::Error;
use std::io::{self, Write};
use std::time::SystemTime;

fn main() -> Result<(), Box<dyn Error>> {
    let key = SigningKey::generate_rsa()?;
    let signer = Signer::new("https://example.org/users/alice#main-key", key.clone())?;
    let inbox = Request::post("https://social.example/users/bob/inbox");
    let mut request = inbox.body(r#"{"type":"Like"}"#)?;
    signer.sign(&mut request, SystemTime::now())?;

    say!("{} {} HTTP/1.1", request.method(), request.uri().path());
    for (name, value) in request.headers() {
        say!("{name}: {}", value.to_str()?);
    }
    say!("content-length: {}\n", request.body().len());
    io::stdout().write_all(request.body().as_bytes())?;
    eprint!("{}", key.verifying_key().to_pem());
    Ok(())
}
