//! Which other text the signature fits, if it does not fit this one.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderName;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use sha2::{Digest as _, Sha256};

use super::received::{Change, Received, quoted};
#[cfg(feature = "_backend")]
use super::rsa::{self, Hash, Recovered};
use super::signed::{Line, Signed, Standard, Writing};
use super::{Cause, Finding, Outcome};
use crate::cavage::shown;
use crate::digest::{ContentDigest, Digest, DigestAlgorithm};
use crate::error::{Reason, VerifyError};
use crate::key::{KeyAlgorithm, SignatureAlgorithm, VerifyingKey};
use crate::policy::{CONTENT_DIGEST, DIGEST, Policy};

/// Most signature checks with the key.
const MOST_CHECKS: usize = 128;
/// Most hashes, where the hash that was signed is known.
#[cfg(feature = "_backend")]
const MOST_HASHES: usize = 512;

/// A longer base counts as several, as it costs as much.
const LENGTH_OF_ONE: usize = 4096;

const FETCH_THE_KEY: &str = "fetch the key anew, as senders change their keys; see that the key id names this key and not another one \
     of the same actor";
const WRITE_THE_BASE: &str =
    "the sender must write the signature base as the standard says: compare it line by line";

/// Checks the signature, and looks for the text that it fits if it is not this one.
pub(super) fn check(
    signed: &Signed,
    signature: &[u8],
    named: Option<SignatureAlgorithm>,
    key: &VerifyingKey,
    received: &Received<'_>,
    policy: &Policy,
) -> (Outcome, Vec<Finding>) {
    let base = signed.base();
    let algorithms = match signed.standard {
        Standard::Draft => key.draft(),
        Standard::Rfc9421 => key.rfc9421(),
    };
    let error = match key.check(algorithms, named, policy.terms(), &base, signature) {
        Ok(()) => match signed.lines.iter().find(|line| line.missing) {
            None => return (Outcome::Passed("fits the key".to_owned()), Vec::new()),
            Some(line) => {
                let lost = if line.value.is_empty() {
                    finding(
                        Cause::Field,
                        format!(
                            "the sender signed {} as empty, and the request came without this field",
                            quoted(&line.identifier)
                        ),
                        "the sender must not cover a field that it does not send",
                        &base,
                    )
                } else {
                    finding(
                        Cause::Field,
                        format!(
                            "the sender signed `{}`, and the request came without this field",
                            line_text(line, &line.value)
                        ),
                        "a proxy removed the field: let it pass",
                        &base,
                    )
                };
                let outcome = Outcome::NotReached("a covered field is missing");
                return (outcome, vec![lost]);
            }
        },
        Err(error) => error,
    };
    if error.reason() == Reason::KeyTooSmall {
        return (Outcome::Failed(error), Vec::new());
    }
    let mut search = Search {
        signed,
        received,
        algorithms: SignatureAlgorithm::OF_KEY_PAIRS.to_vec(),
        key,
        signature: signature.to_vec(),
        #[cfg(feature = "_backend")]
        hash: None,
        key_is_right: false,
        left: MOST_CHECKS,
    };
    let findings = search.run(&error, named);
    (Outcome::Failed(error), findings)
}

struct Search<'a> {
    signed: &'a Signed,
    received: &'a Received<'a>,
    key: &'a VerifyingKey,
    algorithms: Vec<SignatureAlgorithm>,
    signature: Vec<u8>,
    /// The hash that was signed, if the signature tells.
    #[cfg(feature = "_backend")]
    hash: Option<(Hash, Vec<u8>)>,
    /// Whether the signature tells that it was made with this key.
    key_is_right: bool,
    left: usize,
}

impl Search<'_> {
    fn run(&mut self, error: &VerifyError, named: Option<SignatureAlgorithm>) -> Vec<Finding> {
        let base = self.signed.base();
        if let Some(finding) = self.other_encoding(&base) {
            return vec![finding];
        }
        if let Some(length) = self.key.signature_length()
            && length != self.signature.len()
        {
            let came = self.signature.len();
            return vec![Finding {
                cause: Cause::Key,
                sentence: format!(
                    "the signature has {came} bytes, and one by this key has {length}: it was made with another key, or it was cut"
                ),
                advice: FETCH_THE_KEY,
                signature_base: None,
            }];
        }
        #[cfg(feature = "_backend")]
        if let Some(recovered) = rsa::recover(self.key, &self.signature)
            && let Some(finding) = self.learn(recovered)
        {
            return vec![finding];
        }
        // Another algorithm, over the very same text.
        let fitting = SignatureAlgorithm::OF_KEY_PAIRS
            .into_iter()
            .find(|algorithm| self.key.verify(*algorithm, &base, &self.signature));
        #[cfg(feature = "_backend")]
        let fitting = fitting.or_else(|| {
            let (hash, value) = self.hash.as_ref()?;
            hash.algorithm().filter(|_| hash.is_of(value, &base))
        });
        self.left = self.left.saturating_sub(3);
        if let Some(algorithm) = fitting {
            let said = named.map_or("leaves it to the key".to_owned(), |named| {
                format!("names {named:?}")
            });
            return vec![finding(
                Cause::Algorithm,
                format!("the signature is right by {algorithm:?}, and the message {said}"),
                "the sender must name the algorithm that it signs with, and use one that counts by this standard and policy",
                &base,
            )];
        }
        // From here on one algorithm: what the message names, if the key can do it.
        if self.algorithms.len() > 1 {
            self.algorithms = match (named, self.key.algorithm()) {
                (Some(named), _) if error.reason() == Reason::SignatureMismatch => vec![named],
                (_, KeyAlgorithm::Rsa) => vec![SignatureAlgorithm::RsaSha256],
                (_, KeyAlgorithm::Ed25519) => vec![SignatureAlgorithm::Ed25519],
                (_, KeyAlgorithm::EcdsaP256) => vec![SignatureAlgorithm::EcdsaP256Sha256],
                _ => vec![SignatureAlgorithm::EcdsaP384Sha384],
            };
        }
        let found = self
            .targets()
            .or_else(|| self.fields().map(|finding| vec![finding]))
            .or_else(|| self.writings().map(|finding| vec![finding]))
            .or_else(|| self.pairs_of_targets());
        found.unwrap_or_else(|| vec![self.nothing()])
    }

    /// What the padding of an RSA signature tells; a finding if that is all there is to say.
    #[cfg(feature = "_backend")]
    fn learn(&mut self, recovered: Recovered) -> Option<Finding> {
        let (sentence, cause, advice) = match recovered {
            Recovered::Pkcs1 { hash, value } => {
                if let Some(algorithm) = hash.algorithm() {
                    self.algorithms = vec![algorithm];
                    self.hash = Some((hash, value));
                    self.key_is_right = true;
                    self.left = MOST_HASHES;
                    return None;
                }
                let this_text = if hash.is_of(&value, &self.signed.base()) {
                    " and over this text"
                } else {
                    ""
                };
                (
                    format!(
                        "the signature was made with this key{this_text}, with {}",
                        hash.name()
                    ),
                    Cause::Algorithm,
                    "the sender must sign with RSA PKCS#1 v1.5 and SHA-256 (rsa-sha256, rsa-v1_5-sha256), which everybody reads",
                )
            }
            Recovered::Pss {
                hash: Hash::Sha512,
                salt: 64,
            } => {
                self.algorithms = vec![SignatureAlgorithm::RsaPssSha512];
                self.key_is_right = true;
                return None;
            }
            Recovered::Pss { hash, salt } => (
                format!(
                    "the signature was made with this key by RSASSA-PSS with {} and a salt of {salt} bytes",
                    hash.name()
                ),
                Cause::Algorithm,
                "RFC 9421 knows RSASSA-PSS with SHA-512 and a salt of 64 bytes only; RSA PKCS#1 v1.5 with SHA-256 is what \
                 everybody reads",
            ),
            Recovered::OtherKey => (
                "the signature was made with another key than this one".to_owned(),
                Cause::Key,
                FETCH_THE_KEY,
            ),
        };
        Some(Finding {
            cause,
            sentence,
            advice,
            signature_base: None,
        })
    }

    fn fits(&mut self, base: &[u8]) -> bool {
        let cost = 1 + base.len() / LENGTH_OF_ONE;
        if self.left < cost {
            self.left = 0;
            return false;
        }
        self.left -= cost;
        #[cfg(feature = "_backend")]
        if let Some((hash, value)) = &self.hash {
            return hash.is_of(value, base);
        }
        let mut algorithms = self.algorithms.iter();
        algorithms.any(|algorithm| self.key.verify(*algorithm, base, &self.signature))
    }

    /// The same signature, if its bytes were written in an encoding of their own.
    fn other_encoding(&mut self, base: &[u8]) -> Option<Finding> {
        let text = str::from_utf8(&self.signature).ok();
        let encodings = [
            (
                text.and_then(|text| STANDARD.decode(text.trim()).ok()),
                "in base64 twice",
            ),
            (
                text.and_then(|text| hex(text.trim())),
                "in hexadecimal digits below the base64",
            ),
            (
                raw_ecdsa(&self.signature, self.key.algorithm()),
                "in DER, as it is usual for ECDSA elsewhere",
            ),
        ];
        for (bytes, how) in encodings {
            let Some(bytes) = bytes else { continue };
            let mut algorithms = SignatureAlgorithm::OF_KEY_PAIRS.into_iter();
            if algorithms.any(|algorithm| self.key.verify(algorithm, base, &bytes)) {
                return Some(finding(
                    Cause::SignatureEncoding,
                    format!("the signature is right, and written {how}"),
                    "the sender must encode the bytes of the signature once, in base64; ECDSA as r and s one after the other",
                    base,
                ));
            }
        }
        None
    }

    fn targets(&mut self) -> Option<Vec<Finding>> {
        let origins = self.received.origins();
        let targets = self.received.targets(self.signed.standard);
        for change in origins.iter().chain(&targets) {
            if let Some(findings) = self.target(&[change]) {
                return Some(findings);
            }
        }
        // What a proxy says about the path often goes with another host.
        let said = targets.iter().filter(|target| target.said_by_proxy).take(4);
        let mut pairs =
            said.flat_map(|target| origins.iter().take(4).map(move |origin| [origin, target]));
        pairs.find_map(|pair| self.target(&pair))
    }

    fn pairs_of_targets(&mut self) -> Option<Vec<Finding>> {
        let origins = self.received.origins();
        let targets = self.received.targets(self.signed.standard);
        let (schemes, hosts): (Vec<_>, Vec<_>) = origins
            .iter()
            .partition(|change| change.cause == Cause::Scheme);
        let of_origins = schemes
            .iter()
            .flat_map(|scheme| hosts.iter().map(move |host| [*scheme, *host]));
        let of_both = targets
            .iter()
            .flat_map(|target| origins.iter().map(move |origin| [origin, target]));
        let mut pairs = of_origins.chain(of_both);
        pairs.find_map(|pair| self.target(&pair))
    }

    fn target(&mut self, changes: &[&Change]) -> Option<Vec<Finding>> {
        if self.left == 0 {
            return None;
        }
        let values = self.received.values(self.signed, changes);
        let base = self.changed(&values)?;
        Some(changes.iter().map(|change| change.finding(&base)).collect())
    }

    /// The base with these values for people, if the signature fits it. What is the same as what came is not tried again.
    fn changed(&mut self, values: &[(usize, Vec<u8>)]) -> Option<String> {
        let lines = &self.signed.lines;
        let same = |(at, value): &(usize, Vec<u8>)| {
            lines.get(*at).is_some_and(|line| line.value == *value)
        };
        if values.iter().all(same) {
            return None;
        }
        let base = self.signed.with(values);
        self.fits(&base).then(|| shown(&base).into_owned())
    }

    fn fields(&mut self) -> Option<Finding> {
        for (at, line) in self.signed.lines.iter().enumerate() {
            for (cause, value) in self.values_of(line) {
                let text = line_text(line, &value);
                let Some(base) = self.changed(&[(at, value)]) else {
                    continue;
                };
                let came = if line.missing {
                    "without this field".to_owned()
                } else {
                    format!("with `{}`", line_text(line, &line.value))
                };
                return Some(Finding {
                    cause,
                    sentence: format!("the sender signed `{text}`, and the request came {came}"),
                    advice: "a proxy or library changed the field after signing: let it pass as it is, or do not cover it; \
                             the sender must sign what it sends",
                    signature_base: Some(base),
                });
            }
        }
        None
    }

    /// What a covered field or parameter may have said.
    fn values_of(&self, line: &Line) -> Vec<(Cause, Vec<u8>)> {
        let Some(name) = line.name() else {
            return Vec::new();
        };
        let text = str::from_utf8(&line.value).unwrap_or_default();
        let mut values: Vec<(Cause, String)> = Vec::new();
        if let "(created)" | "(expires)" = name {
            values.push((Cause::Created, format!("\"{text}\"")));
            values.push((Cause::Created, format!("{text}000")));
            values.push((Cause::Created, String::new()));
        }
        let Ok(field) = HeaderName::from_lowercase(name.as_bytes()) else {
            return bytes(values);
        };
        let request = self.received.request();
        let body = *request.body();
        if line.missing {
            values.push((Cause::Field, String::new()));
        }
        let field_text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        match &field {
            _ if field == DIGEST => {
                let computed = field_text(Digest::sha256(body).field_value());
                let sent = if text.is_empty() { &computed } else { text };
                let sha512 = ContentDigest::new(DigestAlgorithm::Sha512, body).field_value();
                let sha512 = field_text(&sha512).replacen("sha-512=:", "SHA-512=", 1);
                let sha512 = sha512.trim_end_matches(':').to_owned();
                for text in [&computed, sent, &sha512] {
                    let (algorithm, value) = text.split_once('=').unwrap_or(("", text));
                    let upper = algorithm.to_ascii_uppercase();
                    let lower = algorithm.to_ascii_lowercase();
                    for algorithm in [upper, lower] {
                        values.push((Cause::Digest, format!("{algorithm}={value}")));
                    }
                    values.push((Cause::Digest, value.to_owned()));
                }
            }
            _ if field == CONTENT_DIGEST => {
                for algorithm in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
                    let computed = ContentDigest::new(algorithm, body);
                    values.push((Cause::Digest, field_text(&computed.field_value())));
                }
            }
            _ if field == DATE => {
                let dates = other_dates(text);
                values.extend(dates.into_iter().map(|date| (Cause::Date, date)));
                for name in ["x-date", "x-original-date"] {
                    let date = request.headers().get(name).map(field_text);
                    values.extend(date.map(|date| (Cause::Date, date)));
                }
            }
            _ if field == CONTENT_TYPE => {
                let types = other_types(text);
                values.extend(types.into_iter().map(|value| (Cause::Field, value)));
            }
            _ if field == CONTENT_LENGTH => {
                let lengths = [body.len().to_string(), "0".to_owned(), String::new()];
                values.extend(lengths.map(|length| (Cause::Field, length)));
            }
            _ => {}
        }
        let mut values = bytes(values);
        let lines = request.headers().get_all(&field).iter();
        let lines: Vec<&[u8]> = lines.map(|line| line.as_bytes().trim_ascii()).collect();
        if let [first, .., last] = &lines[..] {
            let joined = [lines.join(&b","[..]), first.to_vec(), last.to_vec()];
            values.extend(joined.map(|value| (Cause::Field, value)));
        }
        values
    }

    /// The base as people write it who misread the standard.
    fn writings(&mut self) -> Option<Finding> {
        let signed = self.signed;
        let places: Vec<usize> = (0..signed.lines.len()).collect();
        let name_of = |at: &usize| signed.lines.get(*at).map(|line| line.identifier.as_str());
        let plain = Writing::default;
        let mut writings: Vec<(Cause, String, Vec<u8>)> = Vec::new();
        let mut add = |how: &str, writing: &Writing<'_>| {
            let sentence = format!("the sender wrote the signature base {how}");
            writings.push((Cause::SignatureBase, sentence, signed.written(writing)));
        };
        add(
            "with a line break at its end",
            &Writing {
                end: b"\n",
                ..plain()
            },
        );
        add(
            "with the line ends CR LF",
            &Writing {
                line_end: b"\r\n",
                ..plain()
            },
        );
        add(
            "with the line ends CR LF and one at its end",
            &Writing {
                line_end: b"\r\n",
                end: b"\r\n",
                ..plain()
            },
        );
        add(
            "without the blank after each colon",
            &Writing {
                colon: b":",
                ..plain()
            },
        );
        add(
            "without line breaks",
            &Writing {
                line_end: b"",
                ..plain()
            },
        );
        if let Some([_, raw]) = &signed.parameters {
            add(
                "with the parameters as they stand in Signature-Input, not in their canonical spelling",
                &Writing {
                    parameters: Some(raw),
                    ..plain()
                },
            );
            add(
                "without the line @signature-params",
                &Writing {
                    with_parameters: false,
                    ..plain()
                },
            );
            let bare: fn(&str) -> String = |name| name.replace('"', "");
            add(
                "without the quotes around the names",
                &Writing {
                    name: bare,
                    ..plain()
                },
            );
            add(
                "as the draft has it",
                &Writing {
                    name: bare,
                    with_parameters: false,
                    ..plain()
                },
            );
        } else {
            let title: fn(&str) -> String = |name| title_case(name);
            add(
                "with the names of fields in upper case, such as Content-Type",
                &Writing {
                    name: title,
                    ..plain()
                },
            );
            let quoted: fn(&str) -> String = |name| format!("\"{name}\"");
            add(
                "with quotes around the names",
                &Writing {
                    name: quoted,
                    ..plain()
                },
            );
            let none: fn(&str) -> String = |_| String::new();
            add(
                "without the names of the components",
                &Writing {
                    name: none,
                    colon: b"",
                    ..plain()
                },
            );
            let no_target: fn(&str) -> String = |name| name.replace("(request-target)", "");
            add(
                "with a line for the request target that has no name",
                &Writing {
                    name: no_target,
                    ..plain()
                },
            );
        }
        let mut order = |how: &str, order: &[usize]| {
            let sentence = format!("the sender signed the components {how}");
            let writing = Writing {
                order: Some(order),
                ..plain()
            };
            writings.push((Cause::Components, sentence, signed.written(&writing)));
        };
        let headers = self.received.request().headers();
        let mut as_sent = places.clone();
        as_sent.sort_by_key(|at| {
            let name = name_of(at)
                .map(|name| name.trim_matches('"'))
                .unwrap_or_default();
            let place = headers.keys().position(|key| key == name);
            place.map_or(0, |place| place + 1)
        });
        order(
            "in the order of the fields in the message, not in that of the list",
            &as_sent,
        );
        let mut sorted = places.clone();
        sorted.sort_by_key(name_of);
        order(
            "in the order of the alphabet, not in that of the list",
            &sorted,
        );
        let reversed: Vec<usize> = places.iter().rev().copied().collect();
        order("in reverse order", &reversed);
        for left_out in places.iter().take(8) {
            let name = name_of(left_out).unwrap_or_default();
            let rest: Vec<usize> = places
                .iter()
                .filter(|at| *at != left_out)
                .copied()
                .collect();
            order(&format!("without {}", quoted(name)), &rest);
        }
        let base = signed.base();
        let hash = Sha256::digest(&base);
        let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let body = self.received.request().body().to_vec();
        let others = [
            (
                "the SHA-256 of the signature base, which the algorithm then hashed again",
                hash.to_vec(),
            ),
            (
                "the SHA-256 of the signature base in hexadecimal digits",
                digits.into_bytes(),
            ),
            (
                "the SHA-256 of the signature base in base64",
                STANDARD.encode(hash).into_bytes(),
            ),
            ("the body in place of the signature base", body),
            ("an empty text", Vec::new()),
        ];
        writings.extend(others.map(|(what, text)| {
            (
                Cause::SignatureBase,
                format!("the sender signed {what}"),
                text,
            )
        }));
        let (cause, sentence, base) = writings.into_iter().find(|(_, _, base)| self.fits(base))?;
        Some(finding(cause, sentence, WRITE_THE_BASE, &base))
    }

    fn nothing(&self) -> Finding {
        let changing: Vec<&str> = self
            .signed
            .lines
            .iter()
            .filter_map(Line::name)
            .filter(|name| CHANGED_BY_PROXIES.contains(name))
            .collect();
        let covered = match changing.as_slice() {
            [] => String::new(),
            changing => format!(
                "; proxies often change what is covered here as {}",
                changing.join(", ")
            ),
        };
        let (cause, sentence) = if self.key_is_right {
            (
                Cause::OtherText,
                "the signature was made with this key, over another text than this and than any that was tried",
            )
        } else {
            (
                Cause::NotFound,
                "the signature fits nothing that was tried: it was made with another key or over another text",
            )
        };
        let advice = if self.key_is_right {
            "compare the signature base with the sender's line by line, and see what a proxy does to path, query and fields"
        } else {
            "fetch the key anew, as senders change their keys, then compare the signature base with the sender's line by line"
        };
        Finding {
            cause,
            sentence: format!("{sentence}{covered}"),
            advice,
            signature_base: None,
        }
    }
}

/// Fields that proxies add to, remove or rewrite.
const CHANGED_BY_PROXIES: [&str; 10] = [
    "accept-encoding",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "forwarded",
    "te",
    "transfer-encoding",
    "user-agent",
    "via",
];

fn finding(cause: Cause, sentence: String, advice: &'static str, base: &[u8]) -> Finding {
    Finding {
        cause,
        sentence,
        advice,
        signature_base: Some(shown(base).into_owned()),
    }
}

/// A line of the base for people, without what is secret in it.
fn line_text(line: &Line, value: &[u8]) -> String {
    let text = [line.identifier.as_bytes(), b": ", value].concat();
    let text = shown(&text).into_owned();
    match text.char_indices().nth(240) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn bytes(values: Vec<(Cause, String)>) -> Vec<(Cause, Vec<u8>)> {
    let values = values.into_iter();
    values
        .map(|(cause, value)| (cause, value.into_bytes()))
        .collect()
}

fn title_case(name: &str) -> String {
    if name.starts_with('(') {
        return name.to_owned();
    }
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

/// The same moment in other spellings, and the seconds around it.
fn other_dates(text: &str) -> Vec<String> {
    let Ok(date) = httpdate::parse_http_date(text) else {
        return Vec::new();
    };
    let moved = |seconds: i64| {
        let by = Duration::from_secs(seconds.unsigned_abs());
        let moved = if seconds < 0 {
            date.checked_sub(by)
        } else {
            date.checked_add(by)
        };
        moved.filter(is_in_range).map(httpdate::fmt_http_date)
    };
    let mut dates: Vec<String> = [0, 1, -1, 2, -2].into_iter().filter_map(moved).collect();
    let Some(date) = dates.first().cloned() else {
        return dates;
    };
    // Such as `Thu, 01 Jan 2026 00:00:00 GMT`.
    let words: Vec<&str> = date.split(' ').collect();
    if let [weekday, day, month, year, time, _] = words.as_slice() {
        const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let number = MONTHS.find(month).map_or(0, |at| at / 3 + 1);
        let weekday = weekday.trim_end_matches(',');
        let long = [
            "Sunday",
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
        ];
        let long = long
            .into_iter()
            .find(|long| long.starts_with(weekday))
            .unwrap_or(weekday);
        let short_day = day.trim_start_matches('0');
        let short_year = year.get(2..).unwrap_or_default();
        dates.extend([
            format!("{weekday}, {day} {month} {year} {time} +0000"),
            format!("{weekday}, {day} {month} {year} {time} UTC"),
            format!("{weekday}, {short_day} {month} {year} {time} GMT"),
            format!("{weekday}, {short_day} {month} {year} {time} +0000"),
            format!("{year}-{number:02}-{day}T{time}Z"),
            format!("{year}-{number:02}-{day}T{time}.000Z"),
            format!("{long}, {day}-{month}-{short_year} {time} GMT"),
            format!("{weekday} {month} {short_day:>2} {time} {year}"),
        ]);
    }
    dates
}

fn is_in_range(date: &SystemTime) -> bool {
    let seconds = date.duration_since(SystemTime::UNIX_EPOCH);
    seconds.is_ok_and(|seconds| seconds.as_secs() <= crate::policy::LAST_SECOND)
}

/// The media types of the fediverse, with and without what libraries add.
fn other_types(text: &str) -> Vec<String> {
    const LD_JSON: &str = r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
    let bare = text.split(';').next().unwrap_or_default().trim();
    vec![
        bare.to_owned(),
        format!("{text}; charset=utf-8"),
        format!("{text};charset=utf-8"),
        format!("{bare}; charset=utf-8"),
        format!("{bare};charset=utf-8"),
        format!("{bare}; charset=UTF-8"),
        text.replace("; ", ";"),
        text.replace(';', "; "),
        text.to_ascii_lowercase(),
        "application/activity+json".to_owned(),
        LD_JSON.to_owned(),
        LD_JSON.replace("; ", ";"),
        "application/json".to_owned(),
        String::new(),
    ]
}

pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let pairs = digits.chunks(2).map(|pair| {
        let (high, low) = (digit(pair.first()?)?, digit(pair.last()?)?);
        u8::try_from(16 * high + low).ok()
    });
    pairs.collect()
}

/// `r` and `s` of a signature in DER (RFC 3279, section 2.2.3), one after the other.
fn raw_ecdsa(signature: &[u8], algorithm: KeyAlgorithm) -> Option<Vec<u8>> {
    let size = match algorithm {
        KeyAlgorithm::EcdsaP256 => 32,
        KeyAlgorithm::EcdsaP384 => 48,
        _ => return None,
    };
    let integer = |bytes: &mut &[u8]| {
        let [2, length, rest @ ..] = *bytes else {
            return None;
        };
        let (number, rest) = rest.split_at_checked(usize::from(*length))?;
        *bytes = rest;
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = number.get(zeros..)?;
        let padding = size - number.len().min(size);
        Some([&vec![0; padding], number].concat())
    };
    let [0x30, _, inner @ ..] = signature else {
        return None;
    };
    let mut inner = inner;
    let numbers = [integer(&mut inner)?, integer(&mut inner)?];
    let raw = numbers.concat();
    (raw.len() == 2 * size).then_some(raw)
}
