//! Our side of `interop/http-signatures.sh`: signs messages for other implementations, and verifies theirs.
//!
//! ```text
//! signature-peer sign   < requests.jsonl   each message signed by both standards, with a new key of every kind
//! signature-peer verify < messages.jsonl   each message with the verdict on it
//! ```
//!
//! What goes in and comes out is one JSON object a line; what else an object holds is passed on.

use clap::Parser;
use http::header::HOST;
use http::{HeaderName, HeaderValue, Uri};
use http_sig::{KeyAlgorithm, Policy, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};
use std::process::ExitCode;
use std::time::SystemTime;

/// The name under which our messages and verdicts stand in the table.
const NAME: &str = "fedikit";

/// The servers that the messages are for.
const AUTHORITIES: [&str; 2] = ["example.org", "example.org:8443"];

type Failure = Box<dyn Error>;

/// Signs HTTP messages for other implementations of HTTP signatures, and verifies theirs.
#[derive(Debug, Parser)]
#[command(name = "signature-peer", version)]
enum Command {
    /// Signs the requests (or their responses) that come in, by both standards and with every kind of key.
    Sign,
    /// Says of the signed messages that come in which ones are accepted.
    Verify,
}

fn main() -> ExitCode {
    let command = Command::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    let outcome = match command {
        Command::Sign => sign(io::stdin().lock(), &mut out),
        Command::Verify => verify(io::stdin().lock(), &mut out),
    };
    match outcome.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("signature-peer: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A message, signed or to be signed.
#[derive(Deserialize, Serialize)]
struct Message {
    #[serde(default)]
    signer: String,
    #[serde(default)]
    standard: Standard,
    /// As RFC 9421 calls it, by the draft too.
    #[serde(default)]
    algorithm: String,
    #[serde(default)]
    key: Option<Key>,
    request: Request,
    /// If there is one, it is what is signed, and the request is what it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<Response>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
enum Standard {
    #[default]
    #[serde(rename = "draft-cavage-12")]
    Draft,
    #[serde(rename = "RFC 9421")]
    Rfc9421,
}

/// A public key in every spelling in which its owner publishes it.
#[derive(Clone, Deserialize, Serialize)]
struct Key {
    id: String,
    pem: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    multikey: Option<String>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Clone, Deserialize, Serialize)]
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// What a verifier says of a message, put beside it.
#[derive(Serialize)]
struct Verdict {
    verifier: &'static str,
    accepted: bool,
    reason: String,
    #[serde(flatten)]
    message: Message,
}

fn sign(input: impl BufRead, out: &mut impl Write) -> Result<(), Failure> {
    let mut signers = Vec::new();
    for (algorithm, key) in [
        ("rsa-v1_5-sha256", SigningKey::generate_rsa()?),
        ("ed25519", SigningKey::generate_ed25519()?),
        ("ecdsa-p256-sha256", SigningKey::generate_ecdsa_p256()?),
        ("ecdsa-p384-sha384", SigningKey::generate_ecdsa_p384()?),
    ] {
        let published = Key {
            id: format!("https://fedikit.example/users/alice#{algorithm}"),
            pem: key.verifying_key().to_pem(),
            multikey: Some(key.verifying_key().to_multikey()),
        };
        let in_draft = matches!(key.algorithm(), KeyAlgorithm::Rsa | KeyAlgorithm::Ed25519);
        signers.push((
            algorithm,
            in_draft,
            Signer::new(&published.id, key)?,
            published,
        ));
    }
    for line in input.lines() {
        let line = line?;
        for (algorithm, in_draft, signer, key) in &signers {
            for standard in [Standard::Draft, Standard::Rfc9421] {
                let mut message: Message = serde_json::from_str(&line)?;
                if standard == Standard::Draft && (!in_draft || message.response.is_some()) {
                    continue;
                }
                message.signer = NAME.to_owned();
                message.standard = standard;
                (*algorithm).clone_into(&mut message.algorithm);
                message.key = Some(key.clone());
                message.sign(signer)?;
                write_line(out, &message)?;
            }
        }
    }
    Ok(())
}

fn verify(input: impl BufRead, out: &mut impl Write) -> Result<(), Failure> {
    let policy = Policy::fediverse().authorities(AUTHORITIES);
    for line in input.lines() {
        let message: Message = serde_json::from_str(&line?)?;
        let outcome = message.verify(&policy);
        let verdict = Verdict {
            verifier: NAME,
            accepted: outcome.is_ok(),
            reason: outcome
                .err()
                .map_or_else(String::new, |error| error.to_string()),
            message,
        };
        write_line(out, &verdict)?;
    }
    Ok(())
}

impl Message {
    fn sign(&mut self, signer: &Signer) -> Result<(), Failure> {
        let now = SystemTime::now();
        let uri: Uri = self.request.url.parse()?;
        let mut request = self.request.as_http(uri)?;
        match (&mut self.response, self.standard) {
            (Some(response), _) => {
                let mut signed = response.as_http()?;
                signer.sign_response(&mut signed, &request, now)?;
                response.headers = fields(signed.headers())?;
            }
            (None, Standard::Draft) => signer.sign(&mut request, now)?,
            (None, Standard::Rfc9421) => signer.sign_rfc9421(&mut request, now)?,
        }
        self.request.headers = fields(request.headers())?;
        Ok(())
    }

    fn verify(&self, policy: &Policy) -> Result<(), Failure> {
        let now = SystemTime::now();
        let published = self.key.as_ref().ok_or("there is no key")?;
        let key = published.read()?;
        let uri: Uri = self.request.url.parse()?;
        let key_id = if let Some(response) = &self.response {
            let request = self.request.as_http(uri)?;
            let claim = policy.read_response(response.as_http()?, &request, now)?;
            claim.check(&key)?.key_id().to_owned()
        } else {
            // As it comes over the wire.
            let target = uri.path_and_query().ok_or("the URL has no path")?.as_str();
            let claim = policy.read(self.request.as_http(target.parse()?)?, now)?;
            let verified = claim.check(&key).map_err(|refused| refused.into_error())?;
            if verified.query_left_out() {
                return Err("the query is not signed".into());
            }
            verified.key_id().to_owned()
        };
        if key_id != published.id {
            return Err(format!("it is signed by {key_id}").into());
        }
        Ok(())
    }
}

impl Key {
    /// The key, if all its spellings are those of one key.
    fn read(&self) -> Result<VerifyingKey, Failure> {
        let key = VerifyingKey::from_pem(&self.pem)?;
        if let Some(multikey) = &self.multikey
            && VerifyingKey::from_multikey(multikey)? != key
        {
            return Err("the Multikey is not the key of the PEM text".into());
        }
        Ok(key)
    }
}

impl Request {
    fn as_http(&self, target: Uri) -> Result<http::Request<Vec<u8>>, Failure> {
        let mut request = http::Request::builder().method(&*self.method).uri(target);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(self.body.clone().into_bytes())?;
        // What fetches a URL writes the field at the latest when it sends.
        if !request.headers().contains_key(HOST) {
            let uri: Uri = self.url.parse()?;
            let host = uri.authority().ok_or("the URL has no host")?.as_str();
            request.headers_mut().insert(HOST, host.parse()?);
        }
        Ok(request)
    }
}

impl Response {
    fn as_http(&self) -> Result<http::Response<Vec<u8>>, Failure> {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        Ok(response.body(self.body.clone().into_bytes())?)
    }
}

fn fields(headers: &http::HeaderMap) -> Result<Vec<(String, String)>, Failure> {
    let field = |(name, value): (&HeaderName, &HeaderValue)| {
        Ok((name.as_str().to_owned(), value.to_str()?.to_owned()))
    };
    headers.iter().map(field).collect()
}

fn write_line(out: &mut impl Write, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, value)?;
    Ok(writeln!(out)?)
}
