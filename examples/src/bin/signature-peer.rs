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
use http::{HeaderName, HeaderValue, Method, Uri};
use http_sig::rfc9421::{AcceptSignature, SigningOptions};
use http_sig::{
    ContentDigest, DigestAlgorithm, Policy, SharedSecret, SignatureAlgorithm, Signer, SigningKey,
    VerifyingKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};
use std::process::ExitCode;
use std::time::SystemTime;

/// The secret of the messages that are signed with HMAC. They prove nothing but that both sides compute the same.
const SECRET: &str = "a secret that the two sides of a test share";

/// The name under which our messages and verdicts stand in the table.
const NAME: &str = "fedikit";

/// The servers that the messages are for.
const AUTHORITIES: [&str; 2] = ["example.org", "example.org:8443"];

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
    key: Key,
    request: Request,
    /// Components that are covered beside the usual ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cover: Vec<String>,
    /// The value of an `Accept-Signature` field that is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
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

/// A public key in every spelling in which its owner publishes it, or else a shared secret.
#[derive(Clone, Default, Deserialize, Serialize)]
struct Key {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pem: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    multikey: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

enum Checking {
    Key(VerifyingKey),
    Secret(SharedSecret),
}

/// One of our keys, for one algorithm of RFC 9421.
struct Ours {
    algorithm: &'static str,
    /// If it is not the usual one of the key.
    signs_by: Option<SignatureAlgorithm>,
    in_draft: bool,
    signer: Signer,
    key: Key,
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

fn sign(input: impl BufRead, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let rsa = SigningKey::generate_rsa()?;
    let signers = [
        Ours::new("rsa-v1_5-sha256", true, rsa.clone())?,
        Ours::new("rsa-pss-sha512", false, rsa)?.by(SignatureAlgorithm::RsaPssSha512),
        Ours::new("ed25519", true, SigningKey::generate_ed25519()?)?,
        Ours::new(
            "ecdsa-p256-sha256",
            false,
            SigningKey::generate_ecdsa_p256()?,
        )?,
        Ours::new(
            "ecdsa-p384-sha384",
            false,
            SigningKey::generate_ecdsa_p384()?,
        )?,
        Ours::with_secret("hmac-sha256")?,
    ];
    for line in input.lines() {
        let line = line?;
        for ours in &signers {
            for standard in [Standard::Draft, Standard::Rfc9421] {
                let mut message: Message = serde_json::from_str(&line)?;
                let by_rfc9421_only = message.response.is_some()
                    || !message.cover.is_empty()
                    || message.challenge.is_some();
                if standard == Standard::Draft && (!ours.in_draft || by_rfc9421_only) {
                    continue;
                }
                message.signer = NAME.to_owned();
                message.standard = standard;
                ours.algorithm.clone_into(&mut message.algorithm);
                message.key = ours.key.clone();
                message.sign(ours)?;
                write_line(out, &message)?;
            }
        }
    }
    Ok(())
}

impl Ours {
    fn new(
        algorithm: &'static str,
        in_draft: bool,
        key: SigningKey,
    ) -> Result<Self, Box<dyn Error>> {
        let public = key.verifying_key();
        let published = Key {
            id: format!("https://fedikit.example/users/alice#{algorithm}"),
            pem: Some(public.to_pem()),
            multikey: Some(public.to_multikey()),
            secret: None,
        };
        Ok(Self {
            algorithm,
            signs_by: None,
            in_draft,
            signer: Signer::new(&published.id, key)?,
            key: published,
        })
    }

    fn with_secret(algorithm: &'static str) -> Result<Self, Box<dyn Error>> {
        let key = Key {
            id: format!("https://fedikit.example/users/alice#{algorithm}"),
            secret: Some(SECRET.to_owned()),
            ..Key::default()
        };
        Ok(Self {
            algorithm,
            signs_by: None,
            in_draft: true,
            signer: Signer::with_shared_secret(&key.id, SharedSecret::new(SECRET)?)?,
            key,
        })
    }

    fn by(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.signs_by = Some(algorithm);
        self
    }
}

fn verify(input: impl BufRead, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let policy = Policy::fediverse()
        .authorities(AUTHORITIES)
        .accept_hmac(true);
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
    fn sign(&mut self, ours: &Ours) -> Result<(), Box<dyn Error>> {
        let now = SystemTime::now();
        let signer = &ours.signer;
        let digest = |body: &[u8]| ContentDigest::new(DigestAlgorithm::Sha256, body);
        let uri: Uri = self.request.url.parse()?;
        let mut request = self.request.as_http(uri)?;
        let mut options = match &self.challenge {
            Some(challenge) => read_challenge(challenge)?.answer(signer, &request)?,
            None => SigningOptions::new(),
        };
        for component in &self.cover {
            options = options.cover(component);
        }
        if let Some(algorithm) = ours.signs_by {
            options = options.algorithm(algorithm);
        }
        match (&mut self.response, self.standard) {
            (Some(response), _) => {
                let mut signed = response.as_http()?;
                let digest = digest(signed.body());
                signer.sign_response_with(&mut signed, &request, Some(&digest), &options, now)?;
                response.headers = fields(signed.headers())?;
            }
            (None, Standard::Draft) => signer.sign(&mut request, now)?,
            (None, Standard::Rfc9421) => {
                let digest = (request.method() != Method::GET).then(|| digest(request.body()));
                signer.sign_rfc9421_with(&mut request, digest.as_ref(), &options, now)?;
            }
        }
        self.request.headers = fields(request.headers())?;
        Ok(())
    }

    fn verify(&self, policy: &Policy) -> Result<(), Box<dyn Error>> {
        let now = SystemTime::now();
        let uri: Uri = self.request.url.parse()?;
        let key_id = if let Some(response) = &self.response {
            let request = self.request.as_http(uri)?;
            let claim = policy.read_response(response.as_http()?, &request, now)?;
            let verified = match self.key.read()? {
                Checking::Key(key) => claim.check(&key)?,
                Checking::Secret(secret) => claim.check_shared_secret(&secret)?,
            };
            verified.key_id().to_owned()
        } else {
            // As it comes over the wire.
            let target = uri.path_and_query().ok_or("the URL has no path")?.as_str();
            let claim = policy.read(self.request.as_http(target.parse()?)?, now)?;
            let verified = match self.key.read()? {
                Checking::Key(key) => claim.check(&key),
                Checking::Secret(secret) => claim.check_shared_secret(&secret),
            };
            let verified = verified.map_err(|refused| refused.into_error())?;
            if let Some(challenge) = &self.challenge {
                read_challenge(challenge)?.check(&verified)?;
            }
            if verified.query_left_out() {
                return Err("the query is not signed".into());
            }
            verified.key_id().to_owned()
        };
        if key_id != self.key.id {
            return Err(format!("it is signed by {key_id}").into());
        }
        Ok(())
    }
}

impl Key {
    /// The key, if all its spellings are those of one key.
    fn read(&self) -> Result<Checking, Box<dyn Error>> {
        if let Some(secret) = &self.secret {
            return Ok(Checking::Secret(SharedSecret::new(secret)?));
        }
        let key = VerifyingKey::from_pem(self.pem.as_deref().ok_or("there is no key")?)?;
        if let Some(multikey) = &self.multikey
            && VerifyingKey::from_multikey(multikey)? != key
        {
            return Err("the Multikey is not the key of the PEM text".into());
        }
        Ok(Checking::Key(key))
    }
}

impl Request {
    fn as_http(&self, target: Uri) -> Result<http::Request<Vec<u8>>, Box<dyn Error>> {
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
    fn as_http(&self) -> Result<http::Response<Vec<u8>>, Box<dyn Error>> {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        Ok(response.body(self.body.clone().into_bytes())?)
    }
}

/// The one signature that is asked for, if we would write it in the same way.
fn read_challenge(field: &str) -> Result<AcceptSignature, Box<dyn Error>> {
    let mut asked = AcceptSignature::parse(field.as_bytes())?.into_iter();
    let asked = asked.next().ok_or("nothing is asked for")?;
    if asked.field_value()? != field {
        return Err("we would write the challenge in another way".into());
    }
    Ok(asked)
}

fn fields(headers: &http::HeaderMap) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let field = |(name, value): (&HeaderName, &HeaderValue)| {
        Ok((name.as_str().to_owned(), value.to_str()?.to_owned()))
    };
    headers.iter().map(field).collect()
}

fn write_line(out: &mut impl Write, value: &impl Serialize) -> Result<(), Box<dyn Error>> {
    serde_json::to_writer(&mut *out, value)?;
    Ok(writeln!(out)?)
}
