//! Every check of the verifier, each as far as it can be made alone.

use std::time::SystemTime;

use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderName, HeaderValue, Request};

use super::signed::{Signed, Standard};
use super::{Cause, Check, Finding, Outcome, Step};
use crate::cavage::{BaseError, Component, SignatureBase, SignatureHeader};
use crate::digest::{self, ContentDigest, Digest, DigestAlgorithm, Digests};
use crate::error::{Reason, VerifyError};
use crate::key::SignatureAlgorithm;
use crate::policy::{CONTENT_DIGEST, DIGEST, Lifetime, Policy};
use crate::rfc9421::{self, Asked, Covered, Message, Origin, SignatureInput};
use crate::sign::needs_digest;
use crate::structured_field;
use crate::verify::{SIGNATURE, SIGNATURE_INPUT, check_fields_of_draft, draft_field, draft_fields};

/// What a message says of itself, and what there is to say about it without the key.
pub(super) struct Checked {
    pub(super) standard: Option<Standard>,
    pub(super) key_id: Option<String>,
    pub(super) algorithm: Option<String>,
    pub(super) covered: Vec<String>,
    pub(super) checks: Vec<Check>,
    pub(super) signed: Option<Signed>,
    pub(super) signature: Option<Vec<u8>>,
    /// The one algorithm that the message allows by naming it.
    pub(super) named: Option<SignatureAlgorithm>,
    pub(super) clock: Option<Finding>,
}

impl Checked {
    pub(super) fn new(policy: &Policy, request: &Request<&[u8]>, now: SystemTime) -> Self {
        let mut checked = Self {
            standard: None,
            key_id: None,
            algorithm: None,
            covered: Vec::new(),
            checks: Vec::with_capacity(11),
            signed: None,
            signature: None,
            named: None,
            clock: None,
        };
        let headers = request.headers();
        let mut drafts = draft_fields(headers);
        let standard = match (headers.contains_key(SIGNATURE_INPUT), drafts.next()) {
            (true, None) => Ok(Standard::Rfc9421),
            (true, Some(_)) if policy.falls_back_to_draft() => Ok(Standard::Draft),
            (true, Some(_)) => Err(Reason::SchemesMixed),
            (false, Some(_)) => Ok(Standard::Draft),
            (false, None) => Err(Reason::Unsigned),
        };
        let refused = match standard {
            Ok(Standard::Draft) => !policy.accepts_draft(),
            Ok(Standard::Rfc9421) => !policy.accepts_rfc9421(),
            Err(_) => false,
        };
        let outcome = if refused {
            Err(Reason::StandardRefused)
        } else {
            standard
        };
        let outcome = outcome.map_err(VerifyError::from);
        let detail = |standard: &Standard| standard.name().to_owned();
        checked.check(Step::Standard, outcome, detail);
        match standard {
            Ok(Standard::Draft) => checked.draft(policy, request, now),
            Ok(Standard::Rfc9421) | Err(Reason::SchemesMixed) => {
                checked.rfc9421(policy, request, now);
            }
            Err(_) => checked.unsigned(policy, request),
        }
        checked
    }

    /// Notes the outcome of a check, and gives on what it found.
    fn check<T>(
        &mut self,
        step: Step,
        outcome: Result<T, VerifyError>,
        detail: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        let (outcome, value) = match outcome {
            Ok(value) => (Outcome::Passed(detail(&value)), Some(value)),
            Err(error) => (Outcome::Failed(error), None),
        };
        self.checks.push(Check { step, outcome });
        value
    }

    fn not_reached(&mut self, steps: &[Step], why: &'static str) {
        let steps = steps.iter().map(|step| Check {
            step: *step,
            outcome: Outcome::NotReached(why),
        });
        self.checks.extend(steps);
    }

    fn unsigned(&mut self, policy: &Policy, request: &Request<&[u8]>) {
        self.not_reached(
            &[
                Step::SignatureField,
                Step::Fields,
                Step::Components,
                Step::Algorithm,
                Step::Coverage,
            ],
            NO_SIGNATURE,
        );
        self.host(policy, request);
        self.not_reached(
            &[Step::Time, Step::Digest, Step::SignatureBase],
            NO_SIGNATURE,
        );
    }

    fn host<'r>(&mut self, policy: &Policy, request: &'r Request<&'r [u8]>) -> Option<Origin<'r>> {
        self.check(Step::Host, policy.check_host(request), |origin| {
            format!("{}://{}", origin.scheme(), origin.authority())
        })
    }

    fn draft(&mut self, policy: &Policy, request: &Request<&[u8]>, now: SystemTime) {
        self.standard = Some(Standard::Draft);
        let (headers, body) = (request.headers(), *request.body());
        let header = draft_field(headers).and_then(SignatureHeader::parse);
        let header = self.check(Step::SignatureField, header, |header| {
            format!("a signature of {} bytes", header.signature().len())
        });
        self.check(Step::Fields, check_fields_of_draft(request), |()| {
            "none stands twice that may not".to_owned()
        });
        let components = header.as_ref().and_then(|header| {
            self.key_id = Some(header.key_id().to_owned());
            self.algorithm = header.algorithm().map(str::to_owned);
            self.signature = Some(header.signature().to_vec());
            self.check(Step::Components, header.components(), |components| {
                let absent = header.headers().is_none();
                let by_default = if absent {
                    ", as no `headers` are named"
                } else {
                    ""
                };
                format!("{}{by_default}", components.len())
            })
        });
        let (Some(header), Some(components)) = (header, components) else {
            let mut steps = vec![Step::Components, Step::Algorithm, Step::Coverage];
            if self.key_id.is_some() {
                steps.remove(0);
            }
            self.not_reached(&steps, UNREADABLE);
            self.host(policy, request);
            self.not_reached(&[Step::Time, Step::Digest, Step::SignatureBase], UNREADABLE);
            return;
        };
        let names: Vec<&str> = components.iter().map(Component::as_str).collect();
        self.covered = names.iter().map(|name| (*name).to_owned()).collect();
        let named = policy.named_algorithm(&header, &components);
        let named = self.check(Step::Algorithm, named, |named| algorithm_text(*named));
        self.named = named.flatten();
        let mut coverage = policy.check_coverage(&components, needs_digest(request.method()));
        if coverage.is_ok() && !body.is_empty() {
            coverage = policy.check_coverage(&components, true);
        }
        self.check(Step::Coverage, coverage, |()| COVERED.to_owned());
        self.host(policy, request);
        let time = policy.check_time(headers, &header, &components, now);
        self.time(time, now);
        let digest = if components.contains(&Component::Field(DIGEST)) {
            let field = headers.get(DIGEST).ok_or_else(|| missing("digest"));
            let sent = field.and_then(|field| digest::read(field.as_bytes()));
            Some(sent.and_then(|sent| hash(policy, DIGEST, sent, body)))
        } else {
            None
        };
        self.digest(digest, body);

        let mut copy = without_body(request);
        let mut absent = Vec::new();
        let base = loop {
            let (created, expires) = (header.created(), header.expires());
            match SignatureBase::new(&copy, &components, created, expires) {
                Ok(base) => break Ok(base),
                Err(BaseError::Missing(Component::Field(name))) => {
                    copy.headers_mut()
                        .insert(&name, guess(&name, request, policy));
                    absent.push(name.as_str().to_owned());
                }
                Err(error) => {
                    let (reason, component) = error.into();
                    break Err(VerifyError::from(reason).about(component.as_str()));
                }
            }
        };
        let base = self.base(base, &absent, |base| base.as_bytes().len());
        self.signed = base.map(|base| Signed::draft(base.as_bytes(), &names, &absent));
    }

    fn rfc9421(&mut self, policy: &Policy, request: &Request<&[u8]>, now: SystemTime) {
        self.standard = Some(Standard::Rfc9421);
        let (headers, body) = (request.headers(), *request.body());
        let field = structured_field::joined(headers, &SIGNATURE_INPUT).unwrap_or_default();
        let input = SignatureInput::parse(&field).and_then(|inputs| policy.choose(inputs));
        let hosts = headers.get_all(HOST).iter().count();
        let fields = if hosts > 1 {
            Err(VerifyError::from(Reason::FieldRepeated).about("host"))
        } else {
            Ok(())
        };
        let Ok(input) = input else {
            self.check(Step::SignatureField, input, |_| String::new());
            self.check(Step::Fields, fields, |()| ONE_HOST.to_owned());
            self.not_reached(
                &[Step::Components, Step::Algorithm, Step::Coverage],
                UNREADABLE,
            );
            self.host(policy, request);
            self.not_reached(&[Step::Time, Step::Digest, Step::SignatureBase], UNREADABLE);
            return;
        };
        self.key_id = input.key_id().map(str::to_owned);
        self.algorithm = input.algorithm().map(str::to_owned);
        self.covered = input.components().map(str::to_owned).collect();
        let signature = structured_field::joined(headers, &SIGNATURE);
        let signature = rfc9421::signature(signature.as_deref(), input.label());
        let signature = signature.and_then(|signature| match input.key_id() {
            None | Some("") => Err(Reason::KeyIdMissing.into()),
            Some(_) => Ok(signature),
        });
        self.signature = self.check(Step::SignatureField, signature, |signature| {
            format!(
                "`{}`, a signature of {} bytes",
                input.label(),
                signature.len()
            )
        });
        self.check(Step::Fields, fields, |()| ONE_HOST.to_owned());
        let count = self.covered.len();
        self.check(Step::Components, Ok(()), |()| count.to_string());
        let named = rfc9421::named_algorithm(input.algorithm()).and_then(|named| {
            policy.check_algorithm("alg", input.algorithm(), named)?;
            Ok(named)
        });
        let named = self.check(Step::Algorithm, named, |named| algorithm_text(*named));
        self.named = named.flatten();
        let mut coverage = policy.check_components(input.covered(), needs_digest(request.method()));
        if coverage.is_ok() && !body.is_empty() {
            coverage = policy.check_components(input.covered(), true);
        }
        self.check(Step::Coverage, coverage, |()| COVERED.to_owned());
        let origin = self.host(policy, request);
        let time = policy.check_lifetime(&input, now);
        self.time(time, now);
        let content_digest = Covered::Field(CONTENT_DIGEST);
        let mut covered = input.covered().iter();
        let digest = covered.any(|component| component.covered == content_digest);
        let digest = digest.then(|| {
            let field = structured_field::joined(headers, &CONTENT_DIGEST);
            let field = field.ok_or_else(|| missing("content-digest"))?;
            hash(
                policy,
                CONTENT_DIGEST,
                digest::read_content_digest(&field)?,
                body,
            )
        });
        self.digest(digest, body);

        let mut copy = without_body(request);
        let mut absent = Vec::new();
        let origin = origin.or_else(|| Origin::of(request));
        let origin = origin.unwrap_or_else(|| Origin::new("https", ""));
        let base = loop {
            let message = Message::Request(Asked::new(&copy, &origin));
            let base = rfc9421::signature_base(&message, input.covered(), input.parameters());
            let (reason, identifier) = match base {
                Ok(base) => break Ok(base),
                Err(error) => error,
            };
            let name = identifier
                .strip_prefix('"')
                .and_then(|name| name.strip_suffix('"'));
            let name = name.and_then(|name| HeaderName::from_lowercase(name.as_bytes()).ok());
            match name {
                Some(name) if reason == Reason::ComponentMissing => {
                    copy.headers_mut()
                        .insert(&name, guess(&name, request, policy));
                    absent.push(identifier);
                }
                _ => break Err(VerifyError::from(reason).about(&identifier)),
            }
        };
        let base = self.base(base, &absent, Vec::len);
        self.signed = base.map(|base| Signed::rfc9421(&base, &input, &field, &absent));
    }

    fn time(&mut self, time: Result<Lifetime, VerifyError>, now: SystemTime) {
        if let Err(error) = &time {
            self.clock = time_zone(error);
        }
        self.check(Step::Time, time, |lifetime| {
            match now.duration_since(lifetime.signed_at) {
                Ok(ago) => format!("signed {} s ago", ago.as_secs()),
                Err(ahead) => format!("signed {} s ahead of our clock", ahead.duration().as_secs()),
            }
        });
    }

    fn digest(&mut self, digest: Option<Result<(), VerifyError>>, body: &[u8]) {
        match digest {
            None => self.not_reached(&[Step::Digest], "no digest is covered"),
            Some(digest) => {
                self.check(Step::Digest, digest, |()| {
                    format!("fits the body of {} bytes", body.len())
                });
            }
        }
    }

    /// Notes whether there is a base without guessing; what was guessed serves to try it out.
    fn base<T>(
        &mut self,
        base: Result<T, VerifyError>,
        absent: &[String],
        length: impl FnOnce(&T) -> usize,
    ) -> Option<T> {
        match (base, absent.first()) {
            (Ok(base), Some(absent)) => {
                let refused = Err(missing(absent));
                self.check(Step::SignatureBase, refused, |()| String::new());
                Some(base)
            }
            (base, _) => self.check(Step::SignatureBase, base, |base| {
                format!("{} bytes", length(base))
            }),
        }
    }
}

const NO_SIGNATURE: &str = "there is no signature";
const UNREADABLE: &str = "the signature cannot be read";
const COVERED: &str = "all that must be covered is covered";
const ONE_HOST: &str = "there are no two hosts";

fn hash(policy: &Policy, field: HeaderName, sent: Digests, body: &[u8]) -> Result<(), VerifyError> {
    policy.check_digests(&field, &sent)?;
    sent.check(field, body)
}

fn missing(component: &str) -> VerifyError {
    VerifyError::from(Reason::ComponentMissing).about(component)
}

fn algorithm_text(named: Option<SignatureAlgorithm>) -> String {
    named.map_or("the key decides".to_owned(), |named| format!("{named:?}"))
}

pub(super) fn without_body<B>(request: &Request<B>) -> Request<()> {
    let mut copy = Request::new(());
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    *copy.version_mut() = request.version();
    copy.headers_mut().clone_from(request.headers());
    copy
}

/// What a field may have said that was lost on the way.
fn guess(name: &HeaderName, request: &Request<&[u8]>, policy: &Policy) -> HeaderValue {
    let body = request.body();
    if *name == DIGEST {
        return Digest::sha256(body).field_value().clone();
    }
    if *name == CONTENT_DIGEST {
        return ContentDigest::new(DigestAlgorithm::Sha256, body).field_value();
    }
    let text = if *name == HOST {
        let ours = policy.named_authorities();
        ours.first().map(|host| (*host).to_owned())
    } else {
        (*name == CONTENT_LENGTH).then(|| body.len().to_string())
    };
    let value = text.and_then(|text| HeaderValue::try_from(text).ok());
    value.unwrap_or_else(|| HeaderValue::from_static(""))
}

/// Whoever writes local time as if it were GMT is off by whole quarters of an hour.
fn time_zone(error: &VerifyError) -> Option<Finding> {
    const QUARTER: u64 = 15 * 60;
    let behind = match error.reason() {
        Reason::TooOld => true,
        Reason::InFuture => false,
        _ => return None,
    };
    let off: u64 = error.found()?.strip_suffix(" s")?.parse().ok()?;
    let quarters = (off + 60) / QUARTER;
    if !(2..=14 * 4).contains(&quarters) || off.abs_diff(quarters * QUARTER) > 60 {
        return None;
    }
    let hours = f64::from(u32::try_from(quarters).ok()?) / 4.0;
    Some(Finding {
        cause: Cause::Clock,
        sentence: format!(
            "the time that was signed is {hours} hours {} our clock, to the minute: it may be local time written as GMT",
            if behind { "behind" } else { "ahead of" },
        ),
        advice: "the sender must write the time in GMT, and both clocks must be right",
        signature_base: None,
    })
}
