//! Says why a request is refused: every check with its outcome, not only the first that failed, and, if the signature does
//! not fit, what the sender signed instead.
//!
//! A signature that is not right does not say why. With the key at hand it can be tried out: [`Policy::explain`] writes the
//! signature base as a proxy or another implementation is known to spoil it, with another host, a path prefix more or less,
//! a lost query, a body with a line break at its end, and tells which of these the signature fits.
//!
//! This is for people who look at a request, not for a server that decides about one: an [`Explanation`] never becomes a
//! [`VerifiedRequest`](crate::VerifiedRequest). Do not send it to strangers, whom it would tell what to change.
//!
//! ```
//! # #[cfg(feature = "_backend")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::SystemTime;
//! use http_sig::{Policy, Signer, SigningKey, explain::Cause};
//!
//! let key = SigningKey::generate_ed25519()?;
//! let signer = Signer::new("https://sender.example/users/alice#main-key", key.clone())?;
//! let mut request = http::Request::post("https://example.org/ap/inbox").body(b"{}".to_vec())?;
//! signer.sign(&mut request, SystemTime::now())?;
//!
//! // A proxy hands it on with another path.
//! *request.uri_mut() = "/inbox".parse()?;
//! request.headers_mut().insert("x-forwarded-prefix", "/ap".parse()?);
//!
//! let policy = Policy::fediverse().authorities(["example.org"]);
//! let explanation = policy.explain(&request, Some(&key.verifying_key()), SystemTime::now());
//! let finding = explanation.findings().first().ok_or("nothing was found")?;
//! assert_eq!(finding.cause(), Cause::PathPrefix);
//! assert_eq!(finding.to_string(), "the sender signed the path `/ap/inbox`, and the request came with `/inbox`");
//! println!("{explanation}");
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "_backend"))]
//! # fn main() {}
//! ```

mod body;
mod checks;
mod received;
#[cfg(feature = "_backend")]
mod rsa;
mod signed;
mod variations;

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use http::Request;

use self::checks::{Checked, without_body};
use self::received::Received;
use crate::cavage::shown;
use crate::error::{VerifyError, printable};
use crate::key::VerifyingKey;
use crate::policy::Policy;
use crate::verify::Refused;

impl Policy {
    /// Explains what this policy makes of a request: checks everything that can be checked, and looks for what the sender
    /// signed and hashed instead if signature or digest do not fit. Without a key, all that can be said without one.
    ///
    /// The body must be the bytes as they were received, and the URI as it came over the wire. To explain a claim that was
    /// refused, give it [`request`](crate::Claim::request) of the claim.
    ///
    /// Costs at most 150 signature checks; with an RSA key, whose signatures tell the hash that was signed, a few checks and
    /// at most 512 hashes of a signature base. A body of at most 1 MiB is hashed in at most 24 spellings; of a longer one
    /// nothing is tried.
    #[must_use]
    pub fn explain<B: AsRef<[u8]>>(
        &self,
        request: &Request<B>,
        key: Option<&VerifyingKey>,
        now: SystemTime,
    ) -> Explanation {
        let request = without_body(request).map(|()| request.body().as_ref());
        let Checked {
            standard,
            key_id,
            algorithm,
            covered,
            mut checks,
            signed,
            signature,
            named,
            clock,
        } = Checked::new(self, &request, now);

        // The verdict is the verifier's own, whatever the checks above say.
        let claim = self.read(without_body(&request).map(|()| *request.body()), now);
        let accepted = claim.map(|claim| key.map(|key| claim.check(key)));
        let received = Received::new(&request, self, key_id.as_deref());
        let mut findings: Vec<Finding> = clock.into_iter().collect();
        findings.extend(received.host_in_another_field(&checks));
        let (outcome, error) = match (accepted, key) {
            (Ok(Some(Ok(verified))), _) => {
                let query = if verified.query_left_out() {
                    "; the query is not signed"
                } else {
                    ""
                };
                (Outcome::Passed(format!("fits the key{query}")), None)
            }
            (accepted, key) => {
                let error = match accepted {
                    Err(error) => Some(error),
                    Ok(checked) => checked.and_then(Result::err).map(Refused::into_error),
                };
                let outcome = match (&signed, &signature, key) {
                    (_, _, None) => Outcome::NotReached("no key was given"),
                    (Some(signed), Some(signature), Some(key)) => {
                        let (outcome, found) =
                            variations::check(signed, signature, named, key, &received, self);
                        findings.extend(found);
                        outcome
                    }
                    _ => Outcome::NotReached("there is no signature or no signature base"),
                };
                (outcome, error)
            }
        };
        let signature_fits = matches!(outcome, Outcome::Passed(_));
        checks.push(Check {
            step: Step::Signature,
            outcome,
        });
        if let Some(check) = checks.iter().find(|check| check.step == Step::Digest)
            && check.error().is_some()
        {
            findings.extend(body::find(&request, signature_fits));
        }
        Explanation {
            standard: standard.map(|standard| standard.name()),
            key_id,
            algorithm,
            covered,
            checks,
            signature_base: signed.map(|signed| shown(&signed.base()).into_owned()),
            findings,
            error,
            with_key: key.is_some(),
        }
    }
}

/// What a policy makes of a request, check by check. `Display` writes it as text of several lines.
///
/// Nothing in it is secret: credentials are left out of the signature base, those that
/// [`Claim::signature_base`](crate::Claim::signature_base) names, and what strangers wrote is escaped and shortened.
#[derive(Clone, Debug)]
pub struct Explanation {
    standard: Option<&'static str>,
    key_id: Option<String>,
    algorithm: Option<String>,
    covered: Vec<String>,
    checks: Vec<Check>,
    signature_base: Option<String>,
    findings: Vec<Finding>,
    error: Option<VerifyError>,
    with_key: bool,
}

impl Explanation {
    /// What the verifier says to this request: the first rule that it breaks. `None` if it would be accepted; without a
    /// key, if nothing but the signature is left to be checked.
    #[must_use]
    pub fn error(&self) -> Option<&VerifyError> {
        self.error.as_ref()
    }

    /// Whether the policy accepts the request with this key; never without a key.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.with_key && self.error.is_none()
    }

    /// By which standard it is signed: `draft-cavage-12` or `RFC 9421`; `None` if it is not signed.
    #[must_use]
    pub fn standard(&self) -> Option<&'static str> {
        self.standard
    }

    /// The id of the key, as the sender wrote it.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The algorithm that the message names, as the sender wrote it.
    #[must_use]
    pub fn algorithm(&self) -> Option<&str> {
        self.algorithm.as_deref()
    }

    /// The covered components, in their order.
    pub fn covered(&self) -> impl Iterator<Item = &str> {
        self.covered.iter().map(String::as_str)
    }

    /// Every check with its outcome, those too that come after one that failed.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The text that must have been signed, to compare with the sender's: credentials are left out, control characters
    /// escaped. For a field that is covered and does not stand in the message it has what could be guessed, or nothing.
    #[must_use]
    pub fn signature_base(&self) -> Option<&str> {
        self.signature_base.as_deref()
    }

    /// What is most likely wrong, and what to mend.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// One check and its outcome.
#[derive(Clone, Debug)]
pub struct Check {
    step: Step,
    outcome: Outcome,
}

#[derive(Clone, Debug)]
enum Outcome {
    Passed(String),
    Failed(VerifyError),
    NotReached(&'static str),
}

impl Check {
    /// What was checked.
    #[must_use]
    pub fn step(&self) -> Step {
        self.step
    }

    /// Whether nothing is wrong with it. Neither passed nor failed is what could not be checked.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        matches!(self.outcome, Outcome::Passed(_))
    }

    /// Why it failed.
    #[must_use]
    pub fn error(&self) -> Option<&VerifyError> {
        match &self.outcome {
            Outcome::Failed(error) => Some(error),
            Outcome::Passed(_) | Outcome::NotReached(_) => None,
        }
    }

    /// What was found, why it failed or why it was not checked, in words.
    #[must_use]
    pub fn detail(&self) -> Cow<'_, str> {
        match &self.outcome {
            Outcome::Passed(detail) => Cow::Borrowed(detail),
            Outcome::Failed(error) => {
                let mut detail = String::new();
                // Nothing is written to that could fail.
                let _ = error.write_without_hint(&mut detail);
                Cow::Owned(detail)
            }
            Outcome::NotReached(why) => Cow::Borrowed(why),
        }
    }
}

/// What a [`Check`] is about, in the order of the checks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Whether the request is signed, and by which standard.
    Standard,
    /// Whether the fields `Signature` and `Signature-Input` can be read.
    SignatureField,
    /// Whether method and fields can be read in one way only.
    Fields,
    /// Whether the list of covered components can be read.
    Components,
    /// Whether the algorithm that the message names may be used.
    Algorithm,
    /// Whether all is covered that the policy demands.
    Coverage,
    /// Whether the request is meant for this server.
    Host,
    /// Whether it is neither too old nor too new.
    Time,
    /// Whether the body is the one whose digest was sent.
    Digest,
    /// Whether the message has all that the signature covers.
    SignatureBase,
    /// Whether the signature was made with the key over this message.
    Signature,
}

/// What was signed or hashed in place of what arrived, or what else keeps the request from being accepted.
///
/// `Display` says it in one sentence.
#[derive(Clone, Debug)]
pub struct Finding {
    cause: Cause,
    sentence: String,
    advice: &'static str,
    signature_base: Option<String>,
}

impl Finding {
    /// What kind of difference it is.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// What to mend, and where.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        self.advice
    }

    /// The signature base that the signature does fit, shown as [`Explanation::signature_base`] is.
    #[must_use]
    pub fn signature_base(&self) -> Option<&str> {
        self.signature_base.as_deref()
    }
}

/// In what the sender's message differs from the one that arrived, or the signature from one that would count.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The host was rewritten, or the sender signed another.
    Host,
    /// A port was added to the host or left out.
    Port,
    /// `http` for `https` or the reverse.
    Scheme,
    /// A prefix of the path was stripped or added.
    PathPrefix,
    /// A slash at the end of the path, or one too many in it.
    Slash,
    /// Letters of the path in another case.
    PathCase,
    /// Characters of the target encoded that were not, or the reverse.
    PercentEncoding,
    /// The query was lost, added or left out.
    Query,
    /// The fragment of the URL was signed, which is never sent.
    Fragment,
    /// The request target is another one, or is written in another form.
    RequestTarget,
    /// Another method, or the method in other letters.
    Method,
    /// A covered field has another value.
    Field,
    /// `Date` was rewritten.
    Date,
    /// The digest field has another value than the one that was signed.
    Digest,
    /// `(created)` or `(expires)` was written otherwise.
    Created,
    /// Other components were signed than the list names, or in another order.
    Components,
    /// The signature base was put together otherwise than the standard says.
    SignatureBase,
    /// Signed by an algorithm that does not count here.
    Algorithm,
    /// The bytes of the signature are written in an encoding of their own.
    SignatureEncoding,
    /// The signature was made with another key.
    Key,
    /// The signature was made with this key, over a text that was not found.
    OtherText,
    /// None of what was tried fits: another key, or a text that was not found.
    NotFound,
    /// The body was changed after its digest was taken.
    Body,
    /// The digest is right, and written otherwise than it must be.
    DigestSpelling,
    /// The clock or time zone of the sender.
    Clock,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "standard:  {}", self.standard.unwrap_or("not signed"))?;
        if let Some(key_id) = &self.key_id {
            writeln!(f, "key id:    {}", printable(key_id.as_bytes()))?;
        }
        if self.standard.is_some() {
            let algorithm = self.algorithm.as_deref().map(str::as_bytes).map(printable);
            let algorithm = algorithm.as_deref().unwrap_or("not named");
            writeln!(f, "algorithm: {algorithm}")?;
        }
        if !self.covered.is_empty() {
            let covered = self.covered.join(" ");
            writeln!(f, "covered:   {}", shown(covered.as_bytes()))?;
        }
        writeln!(f)?;
        for check in &self.checks {
            let outcome = match check.outcome {
                Outcome::Passed(_) => "ok",
                Outcome::Failed(_) => "FAILED",
                Outcome::NotReached(_) => "-",
            };
            writeln!(f, "  {outcome:6}  {:16}  {}", check.step, check.detail())?;
        }
        if let Some(base) = &self.signature_base {
            writeln!(f, "\nsignature base, as this message gives it:")?;
            let fitting = self.findings.iter().find_map(Finding::signature_base);
            write_base(f, base, fitting.unwrap_or(base))?;
            if let Some(fitting) = fitting {
                writeln!(f, "signature base that the signature fits:")?;
                write_base(f, fitting, base)?;
            }
        }
        match (&self.error, self.with_key) {
            (None, true) => writeln!(f, "\nverdict: accepted"),
            (None, false) => {
                writeln!(
                    f,
                    "\nverdict: nothing is wrong but what only the key can tell"
                )
            }
            (Some(error), _) => writeln!(f, "\nverdict: refused: {}", error.reason()),
        }?;
        for finding in &self.findings {
            writeln!(f, "finding: {finding}")?;
            writeln!(f, "advice:  {}", finding.advice)?;
        }
        match self.error.as_ref().and_then(VerifyError::hint) {
            Some(hint) if self.findings.is_empty() => writeln!(f, "advice:  {hint}"),
            _ => Ok(()),
        }
    }
}

/// A signature base line by line; those that do not stand in the other one are marked.
fn write_base(f: &mut fmt::Formatter<'_>, base: &str, other: &str) -> fmt::Result {
    for line in base.split('\n') {
        let mark = if other.split('\n').any(|other| other == line) {
            ' '
        } else {
            '>'
        };
        writeln!(f, "{mark} | {line}")?;
    }
    Ok(())
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Standard => "standard",
            Self::SignatureField => "signature field",
            Self::Fields => "fields",
            Self::Components => "components",
            Self::Algorithm => "algorithm",
            Self::Coverage => "coverage",
            Self::Host => "host",
            Self::Time => "time",
            Self::Digest => "digest",
            Self::SignatureBase => "signature base",
            Self::Signature => "signature",
        })
    }
}
