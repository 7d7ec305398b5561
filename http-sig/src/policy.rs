//! What a signature must prove before it counts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{DATE, HOST};
use http::{HeaderMap, HeaderName, Request};

use crate::cavage::{Component, SignatureHeader, without_userinfo};
use crate::digest::{DigestAlgorithm, Digests};
use crate::error::{Reason, VerifyError};
use crate::key::SignatureAlgorithm;
use crate::rfc9421::{self, Covered, Origin, SignatureInput};

pub(crate) const DIGEST: HeaderName = HeaderName::from_static("digest");
pub(crate) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// The last second of the year 9999: beyond it nothing can be written as an HTTP date.
pub(crate) const LAST_SECOND: u64 = 253_402_300_799;

const MINUTE: Duration = Duration::from_secs(60);
/// How long a signature by RFC 9421 is good for that does not say when it expires (Mastodon's rule).
const WITHOUT_EXPIRES: Duration = Duration::from_secs(5 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// What a request's signature must cover, how old it may be, and for whom it must be meant.
///
/// Start from a preset, name this server's public authorities, and keep the value: it is read by reference.
///
/// ```
/// let policy = http_sig::Policy::fediverse().authorities(["example.org", "social.example.org:8443"]);
/// ```
///
/// Without [`authorities`](Self::authorities) every request is refused. `Forwarded` and `X-Forwarded-*` fields have no
/// effect: whoever can send a request can write them.
#[derive(Clone, Debug)]
pub struct Policy {
    authorities: Authorities,
    max_age: Duration,
    clock_skew: Duration,
    max_age_without_expires: Duration,
    /// The same for the draft, by which few say when a signature expires.
    draft_max_age_without_expires: Duration,
    draft: bool,
    rfc9421: bool,
    draft_will_do_beside: bool,
    created_will_do: bool,
    query_may_be_left_out: bool,
    required: Vec<String>,
    terms: Terms,
    /// A bit for each algorithm.
    digests: u8,
    label: Option<String>,
    tag: Option<String>,
    nonce_needed: bool,
}

/// What key and signature must be, whatever the message says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// A bit for each algorithm.
    algorithms: u16,
    min_rsa_bits: usize,
}

impl Terms {
    fn accept(&mut self, algorithm: SignatureAlgorithm, accept: bool) {
        let bit = 1 << algorithm as u16;
        if accept {
            self.algorithms |= bit;
        } else {
            self.algorithms &= !bit;
        }
    }

    pub(crate) fn accepts(self, algorithm: SignatureAlgorithm) -> bool {
        self.algorithms & 1 << algorithm as u16 != 0
    }

    pub(crate) fn min_rsa_bits(self) -> usize {
        self.min_rsa_bits
    }
}

#[derive(Clone, Debug)]
enum Authorities {
    Any,
    These(Vec<Named>),
}

/// A public authority of this server, as it is compared, and the scheme by which it is reached.
#[derive(Clone, Debug)]
struct Named {
    scheme: &'static str,
    authority: String,
}

impl Policy {
    /// What every known server of the fediverse sends, and no less.
    ///
    /// By draft-cavage-12, a request must cover `(request-target)`, `host`, and `date` or `(created)`; if it has a body, or
    /// a method other than GET and HEAD, then `digest` too. It must not be older than 12 hours and not lie in the future,
    /// with one hour of tolerance for clocks in both directions, which is the longest that Mastodon ever accepts. `expires`
    /// can shorten that time, not lengthen it. A GET whose signer left the query out of the target is accepted and
    /// [flagged](crate::VerifiedRequest::query_left_out). RSA keys may sign with SHA-512 where the message says so or
    /// says `hs2019`.
    ///
    /// By RFC 9421, a request must have exactly one signature, which covers `"@method"` and `"@target-uri"` (or
    /// `"@authority" "@path" "@query"` instead), and `"content-digest"` where the draft wants `digest`, and has the
    /// parameters `created` and `keyid`. It is good until `expires`, but no longer than 12 hours, or for 5 minutes if it
    /// does not say; with the same hour for clocks, except after `expires`. These are Mastodon's rules, but for that
    /// exception.
    ///
    /// A request that is signed by both is refused.
    #[must_use]
    pub fn fediverse() -> Self {
        let mut terms = Terms {
            algorithms: u16::MAX,
            min_rsa_bits: 0,
        };
        // What is in an actor is public, and so is what can be mistaken for a secret.
        terms.accept(SignatureAlgorithm::HmacSha256, false);
        Self {
            authorities: Authorities::These(Vec::new()),
            max_age: 12 * HOUR,
            clock_skew: HOUR,
            max_age_without_expires: WITHOUT_EXPIRES,
            draft_max_age_without_expires: 12 * HOUR,
            draft: true,
            rfc9421: true,
            draft_will_do_beside: false,
            created_will_do: true,
            query_may_be_left_out: true,
            required: Vec::new(),
            terms,
            digests: u8::MAX,
            label: None,
            tag: None,
            nonce_needed: false,
        }
    }

    /// The narrowest that current servers still pass: `(request-target) host date`, and `digest` where there is a body; by
    /// RFC 9421 what [`fediverse`](Self::fediverse) asks for.
    ///
    /// A request must not be older than one hour in all, and at most five minutes in the future. `(created)` does not
    /// stand in for `date`, the query must be covered, and RSA keys sign with SHA-256 only.
    #[must_use]
    pub fn strict() -> Self {
        Self {
            max_age: 55 * MINUTE,
            clock_skew: 5 * MINUTE,
            ..Self::fediverse()
        }
        .accept_created(false)
        .accept_query_left_out(false)
        .accept_rsa_sha512(false)
    }

    /// What Mastodon accepts since 4.5, for a sender that wants to know whether Mastodon would accept what it sends.
    ///
    /// As [`fediverse`](Self::fediverse), but only RSA PKCS#1 v1.5 with SHA-256 and only SHA-256 as a digest, which is all
    /// that Mastodon computes; by either standard a signature is good for 5 minutes and the hour for clocks if it does not
    /// say when it expires; by RFC 9421 `"@target-uri"` must be covered, and its parts do not stand in for it.
    ///
    /// Where Mastodon takes less than is safe this does not follow: there a POST need not cover `host` nor
    /// `(request-target)`, an `expires` is good for an hour longer, and the query may be left out by any method.
    ///
    /// Its [`signed_request.rb`](https://github.com/mastodon/mastodon/blob/main/app/lib/signed_request.rb)
    #[must_use]
    pub fn mastodon() -> Self {
        let mut policy = Self::fediverse()
            .max_age_without_expires(WITHOUT_EXPIRES)
            .accept_digest(DigestAlgorithm::Sha512, false)
            .require("@target-uri");
        policy.terms.algorithms = 0;
        policy.accept_algorithm(SignatureAlgorithm::RsaSha256, true)
    }

    /// Names the authorities (`host` or `host:port`) by which the world knows this server; replaces those named before.
    ///
    /// A signed request counts only if its `Host` is one of them, or else a request that was signed for another server
    /// could be replayed to this one. Case does not matter, nor do the default ports 80 and 443.
    ///
    /// RFC 9421 signs the scheme too. It is `https`, whatever the connection to a proxy in front may be; only for tests on
    /// one machine name the authority as `http://localhost:3000`.
    #[must_use]
    pub fn authorities<I>(mut self, authorities: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let named = authorities.into_iter().map(|authority| {
            let authority = authority.as_ref().trim();
            let scheme = ["http", "https"].into_iter().find(|scheme| {
                let rest = authority.strip_prefix(scheme);
                rest.is_some_and(|rest| rest.starts_with("://"))
            });
            let start = scheme.map_or(0, |scheme| scheme.len() + "://".len());
            Named {
                scheme: scheme.unwrap_or("https"),
                authority: normal(authority.get(start..).unwrap_or_default()).to_ascii_lowercase(),
            }
        });
        self.authorities =
            Authorities::These(named.filter(|named| !named.authority.is_empty()).collect());
        self
    }

    /// Accepts requests that were signed for any host. Only for tests and for looking at foreign captures: a server
    /// that does this accepts what others were sent.
    #[must_use]
    pub fn danger_any_authority(mut self) -> Self {
        self.authorities = Authorities::Any;
        self
    }

    /// How long a signature is good for, before the tolerance for clocks.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// How far the sender's clock may be off, in both directions. It does not lengthen `expires`.
    #[must_use]
    pub fn clock_skew(mut self, clock_skew: Duration) -> Self {
        self.clock_skew = clock_skew;
        self
    }

    /// How long a signature is good for that does not say when it expires, before the tolerance for clocks. It does not
    /// lengthen [`max_age`](Self::max_age). By RFC 9421 it is 5 minutes in every preset, as in Mastodon; by the draft, where
    /// next to nobody says it, only in that of Mastodon, and in the others `max_age` alone counts. This sets both.
    #[must_use]
    pub fn max_age_without_expires(mut self, max_age: Duration) -> Self {
        self.max_age_without_expires = max_age;
        self.draft_max_age_without_expires = max_age;
        self
    }

    /// Whether signatures by draft-cavage-12 count; otherwise [`Reason::StandardRefused`]. Every preset accepts both
    /// standards: most servers send only the draft.
    #[must_use]
    pub fn accept_draft(mut self, accept: bool) -> Self {
        self.draft = accept;
        self
    }

    /// Whether requests signed by RFC 9421 count; otherwise [`Reason::StandardRefused`].
    #[must_use]
    pub fn accept_rfc9421(mut self, accept: bool) -> Self {
        self.rfc9421 = accept;
        self
    }

    /// Whether `(created)` of the draft stands in for `date`. Some servers send only it; [`strict`](Self::strict) does
    /// not take it, as the draft leaves it to the header what it is.
    #[must_use]
    pub fn accept_created(mut self, accept: bool) -> Self {
        self.created_will_do = accept;
        self
    }

    /// Whether a GET counts whose signer left the query out of the target (Mastodon and GoToSocial accept it, Akkoma
    /// signed so until 2026). What the query says is then not proved.
    #[must_use]
    pub fn accept_query_left_out(mut self, accept: bool) -> Self {
        self.query_may_be_left_out = accept;
        self
    }

    /// Demands that a request's signature covers this component too, such as `content-type` or `@authority`, wholly and
    /// not a part of it. A name with `@` is demanded of RFC 9421 only, one in parentheses only of the draft. The presets
    /// demand no more than binds the message, as servers differ in the rest. What must always be covered stays so.
    #[must_use]
    pub fn require(mut self, component: impl Into<String>) -> Self {
        self.required.push(component.into());
        self
    }

    /// Whether a signature by this algorithm counts; otherwise [`Reason::AlgorithmRefused`]. The presets accept all that
    /// prove anything: which one it is follows from the key.
    #[must_use]
    pub fn accept_algorithm(mut self, algorithm: SignatureAlgorithm, accept: bool) -> Self {
        self.terms.accept(algorithm, accept);
        self
    }

    /// Whether RSA keys may sign with SHA-512, which `hs2019` means by the draft's text, though most servers sign with
    /// SHA-256 under that name.
    #[must_use]
    pub fn accept_rsa_sha512(self, accept: bool) -> Self {
        self.accept_algorithm(SignatureAlgorithm::RsaSha512, accept)
    }

    /// Whether a [`SharedSecret`](crate::SharedSecret) may check a signature. No preset accepts it: the keys of the
    /// fediverse are public, and a recipient that takes both can be made to use a public key as a secret.
    #[must_use]
    pub fn accept_hmac(self, accept: bool) -> Self {
        self.accept_algorithm(SignatureAlgorithm::HmacSha256, accept)
    }

    /// The fewest bits of the modulus of an RSA key; otherwise [`Reason::KeyTooSmall`]. No key of less than 2048 is read at
    /// all, and the fediverse has few larger ones.
    #[must_use]
    pub fn min_rsa_bits(mut self, bits: usize) -> Self {
        self.terms.min_rsa_bits = bits;
        self
    }

    /// Whether a digest by this algorithm binds a body; without one that does, [`Reason::DigestWeak`]. Every digest that
    /// was sent must be right all the same.
    #[must_use]
    pub fn accept_digest(mut self, algorithm: DigestAlgorithm, accept: bool) -> Self {
        let bit = 1 << algorithm as u8;
        if accept {
            self.digests |= bit;
        } else {
            self.digests &= !bit;
        }
        self
    }

    /// Whether a request that is signed by the draft and by RFC 9421 both is judged by the draft alone. Otherwise it is
    /// refused, as two verifiers might take it for the request of two different senders.
    #[must_use]
    pub fn fall_back_to_draft(mut self, fall_back: bool) -> Self {
        self.draft_will_do_beside = fall_back;
        self
    }

    /// Takes the RFC 9421 signature with this label and passes over the others. Without a label, a request with several
    /// signatures is refused: anybody on the way may have added one.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Demands that an RFC 9421 signature has this `tag`, so that one which was made for another purpose does not count.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Demands that an RFC 9421 signature has a `nonce`. That it comes only once is for a memory to see to, without which
    /// it proves nothing; so no preset demands it.
    #[must_use]
    pub fn require_nonce(mut self, require: bool) -> Self {
        self.nonce_needed = require;
        self
    }

    pub(crate) fn accepts_draft(&self) -> bool {
        self.draft
    }

    pub(crate) fn accepts_rfc9421(&self) -> bool {
        self.rfc9421
    }

    pub(crate) fn falls_back_to_draft(&self) -> bool {
        self.draft_will_do_beside
    }

    pub(crate) fn terms(&self) -> Terms {
        self.terms
    }

    /// Refuses what a message says that its algorithm is, if it may not be.
    pub(crate) fn check_algorithm(
        &self,
        parameter: &str,
        name: Option<&str>,
        algorithm: Option<SignatureAlgorithm>,
    ) -> Result<(), VerifyError> {
        if algorithm.is_none_or(|algorithm| self.terms.accepts(algorithm)) {
            return Ok(());
        }
        Err(VerifyError::from(Reason::AlgorithmRefused)
            .about(parameter)
            .finding(name.unwrap_or_default()))
    }

    /// Refuses digests of which none binds a body.
    pub(crate) fn check_digests(
        &self,
        field: &HeaderName,
        digests: &Digests,
    ) -> Result<(), VerifyError> {
        let mut algorithms = digests.algorithms();
        if algorithms.any(|algorithm| self.digests & 1 << algorithm as u8 != 0) {
            return Ok(());
        }
        Err(VerifyError::from(Reason::DigestWeak).about(field.as_str()))
    }

    pub(crate) fn allows_query_left_out(&self) -> bool {
        self.query_may_be_left_out
    }

    /// The authorities of this server, as they are compared.
    pub(crate) fn named_authorities(&self) -> Vec<&str> {
        match &self.authorities {
            Authorities::Any => Vec::new(),
            Authorities::These(ours) => ours.iter().map(|ours| &*ours.authority).collect(),
        }
    }

    /// Refuses a signature that covers less than this policy demands.
    pub(crate) fn check_coverage(
        &self,
        components: &[Component],
        with_digest: bool,
    ) -> Result<(), VerifyError> {
        let uncovered = |name: &str| {
            let reason = if name == DATE.as_str() {
                Reason::NoTimeCovered
            } else {
                Reason::ComponentUncovered
            };
            let covered: Vec<&str> = components.iter().map(Component::as_str).collect();
            VerifyError::from(reason)
                .about(name)
                .finding(covered.join(" "))
        };
        let date = if self.created_will_do && components.contains(&Component::Created) {
            None
        } else {
            Some(Component::Field(DATE))
        };
        let digest = with_digest.then_some(Component::Field(DIGEST));
        let required = [
            Some(Component::RequestTarget),
            Some(Component::Field(HOST)),
            digest,
            date,
        ];
        let mut required = required.iter().flatten();
        if let Some(component) = required.find(|component| !components.contains(component)) {
            return Err(uncovered(component.as_str()));
        }
        let mut further = self.required.iter().filter(|name| !name.starts_with('@'));
        let covers = |name: &String| {
            let mut names = components.iter().map(Component::as_str);
            names.any(|covered| covered.eq_ignore_ascii_case(name))
        };
        match further.find(|name| !covers(name)) {
            Some(name) => Err(uncovered(name)),
            None => Ok(()),
        }
    }

    /// The one signature that counts, of all that a request has.
    pub(crate) fn choose(
        &self,
        inputs: Vec<SignatureInput>,
    ) -> Result<SignatureInput, VerifyError> {
        let unclear = || VerifyError::from(Reason::LabelUnclear).about("signature-input");
        let mut inputs = inputs.into_iter().filter(|input| {
            let label = self.label.as_deref();
            label.is_none_or(|label| input.label() == label)
        });
        let input = inputs.next().ok_or_else(unclear)?;
        if inputs.next().is_some() {
            return Err(unclear());
        }
        if let Some(tag) = &self.tag
            && input.tag() != Some(tag)
        {
            return Err(VerifyError::from(Reason::LabelUnclear)
                .about("tag")
                .expecting(format!("{tag:?}"))
                .finding(input.tag().unwrap_or_default()));
        }
        if self.nonce_needed && input.nonce().is_none_or(str::is_empty) {
            return Err(VerifyError::from(Reason::NonceMissing).about("nonce"));
        }
        Ok(input)
    }

    /// Refuses an RFC 9421 signature that covers less than this policy demands.
    pub(crate) fn check_components(
        &self,
        components: &[rfc9421::Component],
        with_digest: bool,
    ) -> Result<(), VerifyError> {
        rfc9421::check_target(components, false)?;
        let digest = with_digest.then_some(Covered::Field(CONTENT_DIGEST));
        rfc9421::check_coverage(components, digest.as_slice(), false)?;
        let mut further = self.required.iter().filter(|name| !name.starts_with('('));
        let covers = |name: &&String| components.iter().any(|c| !c.of_request && c.covers(name));
        match further.find(|name| !covers(name)) {
            Some(name) => Err(rfc9421::uncovered(components, name)),
            None => Ok(()),
        }
    }

    /// Refuses an RFC 9421 signature that is too old, too new or expired.
    pub(crate) fn check_lifetime(
        &self,
        input: &SignatureInput,
        now: SystemTime,
    ) -> Result<Lifetime, VerifyError> {
        let moment = |seconds: u64| UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        let created = input.created().and_then(moment);
        let created =
            created.ok_or_else(|| VerifyError::from(Reason::NoTimeCovered).about("created"))?;
        let Some(expires) = input.expires().and_then(moment) else {
            let max_age = self.max_age.min(self.max_age_without_expires);
            return self.check_window("created", created, now, max_age);
        };
        let lifetime = self.check_window("created", created, now, self.max_age)?;
        lifetime.ending("expires", expires, now)
    }

    /// Refuses a request that is meant for another server; says which of ours it is meant for.
    pub(crate) fn check_host<'a, B>(
        &self,
        request: &'a Request<B>,
    ) -> Result<Origin<'a>, VerifyError> {
        if matches!(&self.authorities, Authorities::These(ours) if ours.is_empty()) {
            return Err(Reason::NoAuthorities.into());
        }
        let field = request
            .headers()
            .get(HOST)
            .map(|host| host.as_bytes().trim_ascii());
        let target = request
            .uri()
            .authority()
            .map(|authority| without_userinfo(authority.as_str()));
        let missing = || VerifyError::from(Reason::ComponentMissing).about("host");
        let host = field.or(target.map(str::as_bytes)).ok_or_else(missing)?;
        let normal_host = str::from_utf8(host).map(normal).unwrap_or_default();
        if let Some(target) = target
            && !normal(target).eq_ignore_ascii_case(normal_host)
        {
            let conflict = VerifyError::from(Reason::HostConflict).about("host");
            return Err(conflict.expecting(format!("{target:?}")).finding(host));
        }
        let scheme = match &self.authorities {
            Authorities::These(ours) => {
                let named = ours
                    .iter()
                    .find(|ours| ours.authority.eq_ignore_ascii_case(normal_host));
                let not_ours = || {
                    let ours: Vec<&str> = ours.iter().map(|ours| &*ours.authority).collect();
                    VerifyError::from(Reason::HostNotOurs)
                        .about("host")
                        .expecting(ours.join(" or "))
                        .finding(host)
                };
                named.ok_or_else(not_ours)?.scheme
            }
            Authorities::Any if request.uri().scheme_str() == Some("http") => "http",
            Authorities::Any => "https",
        };
        Ok(Origin::new(
            scheme,
            str::from_utf8(host).unwrap_or_default(),
        ))
    }

    /// Refuses a signature by the draft that is too old, too new or expired.
    pub(crate) fn check_time(
        &self,
        headers: &HeaderMap,
        signature: &SignatureHeader<'_>,
        components: &[Component],
        now: SystemTime,
    ) -> Result<Lifetime, VerifyError> {
        let max_age = if components.contains(&Component::Expires) {
            self.max_age
        } else {
            self.max_age.min(self.draft_max_age_without_expires)
        };
        let mut lifetime: Option<Lifetime> = None;
        if components.contains(&Component::Field(DATE)) {
            let field = headers.get(DATE);
            let field =
                field.ok_or_else(|| VerifyError::from(Reason::ComponentMissing).about("date"))?;
            let date = field
                .to_str()
                .ok()
                .and_then(|date| httpdate::parse_http_date(date.trim()).ok());
            let malformed = || {
                VerifyError::from(Reason::DateMalformed)
                    .about("date")
                    .finding(field)
            };
            let date = date.ok_or_else(malformed)?;
            lifetime = Some(self.check_window("date", date, now, max_age)?);
        }
        if components.contains(&Component::Created) {
            let created = seconds("(created)", signature.created())?;
            let by_created = self.check_window("(created)", created, now, max_age)?;
            let by_date = lifetime.map_or(by_created.good_until, |by_date| by_date.good_until);
            lifetime = Some(Lifetime {
                good_until: by_created.good_until.min(by_date),
                ..by_created
            });
        }
        let lifetime = lifetime.ok_or(Reason::NoTimeCovered)?;
        if components.contains(&Component::Expires) {
            let expires = seconds("(expires)", signature.expires())?;
            return lifetime.ending("(expires)", expires, now);
        }
        Ok(lifetime)
    }

    fn check_window(
        &self,
        component: &str,
        signed_at: SystemTime,
        now: SystemTime,
        max_age: Duration,
    ) -> Result<Lifetime, VerifyError> {
        let oldest = max_age.saturating_add(self.clock_skew);
        let (reason, off, allowed) = match signed_at.duration_since(now) {
            Ok(ahead) => (Reason::InFuture, ahead, self.clock_skew),
            Err(behind) => (Reason::TooOld, behind.duration(), oldest),
        };
        if off <= allowed {
            // What lies beyond the end of time is as good as forever.
            let forever = || UNIX_EPOCH + Duration::from_secs(LAST_SECOND);
            return Ok(Lifetime {
                signed_at,
                good_until: signed_at.checked_add(oldest).unwrap_or_else(forever),
            });
        }
        Err(VerifyError::from(reason)
            .about(component)
            .expecting(format!("at most {} s off", allowed.as_secs()))
            .finding(format!("{} s", off.as_secs())))
    }
}

/// How long a signature counts.
#[derive(Clone, Copy)]
pub(crate) struct Lifetime {
    pub(crate) signed_at: SystemTime,
    /// The last moment.
    pub(crate) good_until: SystemTime,
}

impl Lifetime {
    /// Ends it where the signature says so, if that is before.
    fn ending(
        self,
        parameter: &str,
        expires: SystemTime,
        now: SystemTime,
    ) -> Result<Self, VerifyError> {
        if expires < self.signed_at {
            return Err(VerifyError::from(Reason::ExpiresBeforeCreated).about(parameter));
        }
        if expires < now {
            let since = now.duration_since(expires).unwrap_or_default();
            return Err(VerifyError::from(Reason::Expired)
                .about(parameter)
                .finding(format!("{} s ago", since.as_secs())));
        }
        Ok(Self {
            good_until: self.good_until.min(expires),
            ..self
        })
    }
}

/// Seconds since 1970 as the draft writes them: digits and nothing else.
fn seconds(component: &str, text: Option<&str>) -> Result<SystemTime, VerifyError> {
    let text = text.ok_or_else(|| VerifyError::from(Reason::ComponentMissing).about(component))?;
    let seconds = text
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse::<u64>().ok());
    seconds
        .flatten()
        .filter(|seconds| *seconds <= LAST_SECOND)
        .and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)))
        .ok_or_else(|| {
            VerifyError::from(Reason::TimeMalformed)
                .about(component)
                .finding(text)
        })
}

/// What of two authorities is compared, without regard to case: all but a default port.
fn normal(authority: &str) -> &str {
    let authority = authority.trim();
    let host = [":443", ":80", ":"]
        .iter()
        .find_map(|port| authority.strip_suffix(port));
    // What ends like a port may be the end of an IPv6 address without brackets.
    host.filter(|host| !host.contains(':') || host.ends_with(']'))
        .unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_compared_without_case_and_default_port() {
        for (one, other, same) in [
            ("Example.ORG", "example.org", true),
            ("example.org:443", "example.org", true),
            ("example.org:80", "example.org", true),
            ("example.org:", "example.org", true),
            ("example.org:8443", "example.org", false),
            ("example.org:8080", "example.org:80", false),
            ("example.org.", "example.org", false),
            ("[::1]:443", "[::1]", true),
            ("2001:db8::443", "2001:db8:", false),
            ("example.org.evil.example", "example.org", false),
        ] {
            let equal = normal(one).eq_ignore_ascii_case(normal(other));
            assert_eq!(equal, same, "{one} {other}");
        }
    }

    #[test]
    fn seconds_are_digits_only() {
        assert_eq!(
            seconds("(created)", Some("253402300799"))
                .unwrap()
                .duration_since(UNIX_EPOCH)
                .unwrap()
                .as_secs(),
            LAST_SECOND
        );
        for text in [
            "253402300800",
            "-1",
            "+1",
            "1.5",
            "",
            " 1",
            "9223372036854775808",
            "99999999999999999999999",
            "1e3",
        ] {
            assert_eq!(
                seconds("(created)", Some(text)).unwrap_err().reason(),
                Reason::TimeMalformed,
                "{text}"
            );
        }
    }
}
