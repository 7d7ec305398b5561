//! The target of a request as it arrived, and what it may have been when it was signed.

use std::cell::Cell;

use http::Request;
use http::header::{FORWARDED, HOST};

use super::signed::{Signed, Standard};
use super::{Cause, Check, Finding, Step};
use crate::cavage::without_userinfo;
use crate::error::{Reason, printable};
use crate::policy::Policy;
use crate::rfc9421::Origin;

/// Longest host or path that is taken from a field which a proxy may have written.
const LONGEST: usize = 2048;
/// Most hosts that are tried.
const MOST_HOSTS: usize = 12;

const LET_HOST_PASS: &str = "let the proxy pass on the Host field as the sender wrote it (nginx: proxy_set_header Host $host), \
     or have the sender sign the host that it sends to";
const LET_PATH_PASS: &str = "give the verifier the path as it came over the wire, before a proxy or router rewrote it; \
     the sender must sign the path that it sends";

/// A request, and what else may say how it was sent.
pub(super) struct Received<'a> {
    request: &'a Request<&'a [u8]>,
    authorities: Vec<&'a str>,
    key_id: Option<&'a str>,
    /// Scheme and authority as RFC 9421 has them.
    origin: Option<Origin<'a>>,
}

/// A part of the target that may have been another one when it was signed.
#[derive(Clone)]
pub(super) struct Change {
    pub(super) cause: Cause,
    /// What was signed, and what came.
    signed: String,
    came: String,
    advice: &'static str,
    part: Part,
    /// Whether a proxy in front wrote so in another field.
    pub(super) said_by_proxy: bool,
}

#[derive(Clone)]
enum Part {
    Method(String),
    Scheme(&'static str),
    Authority(String),
    Path(String),
    /// With its question mark.
    Query(String),
    /// Path and query in one.
    Target(String),
}

impl Change {
    pub(super) fn finding(&self, base: &str) -> Finding {
        Finding {
            cause: self.cause,
            sentence: format!(
                "the sender signed {}, and the request came with {}",
                self.signed, self.came
            ),
            advice: self.advice,
            signature_base: Some(base.to_owned()),
        }
    }
}

impl<'a> Received<'a> {
    pub(super) fn new(
        request: &'a Request<&'a [u8]>,
        policy: &'a Policy,
        key_id: Option<&'a str>,
    ) -> Self {
        let origin = policy.check_host(request).ok();
        Self {
            request,
            authorities: policy.named_authorities(),
            key_id,
            origin: origin.or_else(|| Origin::of(request)),
        }
    }

    pub(super) fn request(&self) -> &'a Request<&'a [u8]> {
        self.request
    }

    /// The values of the lines that change if these parts of the target do.
    pub(super) fn values(&self, signed: &Signed, changes: &[&Change]) -> Vec<(usize, Vec<u8>)> {
        let mut method = self.request.method().as_str();
        let mut scheme = self.scheme();
        let mut authority = self.origin.as_ref().map_or("", Origin::authority);
        let mut host = self.host();
        let (mut path, mut query) = (self.path(), self.query());
        for change in changes {
            match &change.part {
                Part::Method(other) => method = other,
                Part::Scheme(other) => scheme = other,
                Part::Authority(other) => (authority, host) = (other, other),
                Part::Path(other) => path = other,
                Part::Query(other) => query = other.clone(),
                Part::Target(other) => (path, query) = (other, String::new()),
            }
        }
        let value = |name: &str| {
            Some(match name {
                // The draft writes the method in lower case, whatever it is.
                "(request-target)" if changes.iter().any(|c| matches!(c.part, Part::Method(_))) => {
                    format!("{method} {path}{query}")
                }
                "(request-target)" => format!("{} {path}{query}", method.to_ascii_lowercase()),
                "host" => host.to_owned(),
                "@method" => method.to_owned(),
                "@scheme" => scheme.to_owned(),
                "@authority" => authority.to_owned(),
                "@target-uri" => format!("{scheme}://{authority}{path}{query}"),
                "@path" => path.to_owned(),
                "@query" if query.is_empty() => "?".to_owned(),
                "@query" => query.clone(),
                "@request-target" => format!("{path}{query}"),
                _ => return None,
            })
        };
        let lines = signed.lines.iter().enumerate();
        lines
            .filter_map(|(at, line)| Some((at, value(line.name()?)?.into_bytes())))
            .collect()
    }

    /// The hosts and schemes that may have been signed.
    pub(super) fn origins(&self) -> Vec<Change> {
        let came = self.host();
        let authority = self.origin.as_ref().map_or(came, Origin::authority);
        let mut hosts: Vec<String> = Vec::new();
        let mut add = |host: &str| {
            let host = host.trim();
            let new = !host.is_empty() && host.len() <= LONGEST && hosts.len() < MOST_HOSTS;
            // RFC 9421 and the draft may see the host that came in two spellings, so that each can be another one.
            if new && (host != came || host != authority) && !hosts.iter().any(|h| h == host) {
                hosts.push(host.to_owned());
            }
        };
        for ours in &self.authorities {
            add(ours);
        }
        if let Some(authority) = self.request.uri().authority() {
            add(without_userinfo(authority.as_str()));
        }
        for host in self.forwarded_hosts() {
            add(host);
        }
        let bare = came
            .rsplit_once(':')
            .filter(|(_, port)| port.is_empty() || port.bytes().all(|byte| byte.is_ascii_digit()));
        match bare {
            Some((host, _)) => add(host),
            None => {
                add(&format!("{came}:443"));
                add(&format!("{came}:80"));
            }
        }
        add(came);
        add(&came.to_ascii_lowercase());
        if let Some((_, rest)) = self.key_id.and_then(|key_id| key_id.split_once("://")) {
            add(rest.split(['/', '#', '?']).next().unwrap_or_default());
        }
        let schemes = ["http", "https"].into_iter();
        let schemes = schemes.filter(|scheme| *scheme != self.scheme());
        let schemes = schemes.map(|scheme| Change {
            cause: Cause::Scheme,
            signed: format!("the scheme `{scheme}`"),
            came: format!("`{}`", self.scheme()),
            advice: "name the authority of the policy with the scheme by which the world reaches this server, \
                     such as http://localhost:3000; a sender signs the URL that it sends to",
            part: Part::Scheme(scheme),
            said_by_proxy: false,
        });
        let mut changes: Vec<Change> = schemes.collect();
        changes.extend(hosts.into_iter().map(|host| {
            let port = |text: &str| text.rsplit_once(':').map(|(host, _)| host.to_owned());
            let only_port =
                port(&host).as_deref() == Some(came) || port(came).as_ref() == Some(&host);
            Change {
                cause: if only_port { Cause::Port } else { Cause::Host },
                signed: format!("the host {}", quoted(&host)),
                came: quoted(came),
                advice: LET_HOST_PASS,
                part: Part::Authority(host),
                said_by_proxy: false,
            }
        }));
        changes
    }

    /// The paths, queries and methods that may have been signed.
    pub(super) fn targets(&self, standard: Standard) -> Vec<Change> {
        let (path, query) = (self.path(), self.query());
        let mut changes: Vec<Change> = Vec::new();
        let said_by_proxy = Cell::new(true);
        let mut add = |cause: Cause, part: Part| {
            let (noun, other, came) = match &part {
                Part::Path(other) => ("path", other, path),
                Part::Query(other) => ("query", other, &*query),
                Part::Target(other) => ("request target", other, path),
                Part::Method(_) | Part::Scheme(_) | Part::Authority(_) => return,
            };
            let new = other.len() <= LONGEST.max(path.len() + query.len() + 64);
            if new && other != came {
                changes.push(Change {
                    cause,
                    signed: if other.is_empty() {
                        format!("no {noun}")
                    } else {
                        format!("the {noun} {}", quoted(other))
                    },
                    came: if came.is_empty() {
                        "none".to_owned()
                    } else {
                        quoted(came)
                    },
                    advice: match cause {
                        Cause::Query => LET_QUERY_PASS,
                        Cause::Fragment => {
                            "the sender must cut off the fragment before it signs: it is not sent"
                        }
                        _ => LET_PATH_PASS,
                    },
                    part,
                    said_by_proxy: said_by_proxy.get(),
                });
            }
        };

        for name in ["x-forwarded-prefix", "x-script-name", "x-forwarded-path"] {
            if let Some(prefix) = self.text(name) {
                let prefix = prefix.trim_end_matches('/');
                add(Cause::PathPrefix, Part::Path(format!("{prefix}{path}")));
            }
        }
        for name in [
            "x-original-uri",
            "x-original-url",
            "x-rewrite-url",
            "x-forwarded-uri",
        ] {
            let Some(original) = self.text(name) else {
                continue;
            };
            let original = original.split_once("://").map_or(original, |(_, rest)| {
                rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
            });
            let cut = original.split('?').next().unwrap_or_default();
            let cause = if cut == path {
                Cause::Query
            } else if cut.ends_with(path) || path.ends_with(cut) {
                Cause::PathPrefix
            } else {
                Cause::RequestTarget
            };
            add(cause, Part::Target(original.to_owned()));
        }
        said_by_proxy.set(false);
        if !query.is_empty() {
            add(Cause::Query, Part::Query(String::new()));
            add(
                Cause::PercentEncoding,
                Part::Query(query.replace('+', "%20")),
            );
            add(
                Cause::PercentEncoding,
                Part::Query(query.replace("%20", "+")),
            );
            add(Cause::PercentEncoding, Part::Query(decoded(&query)));
            add(
                Cause::PercentEncoding,
                Part::Query(escapes_in(&query, u8::to_ascii_uppercase)),
            );
            add(
                Cause::PercentEncoding,
                Part::Query(escapes_in(&query, u8::to_ascii_lowercase)),
            );
            add(Cause::Query, Part::Query(query.replace('&', "&amp;")));
        } else {
            add(Cause::Query, Part::Query("?".to_owned()));
        }
        for fragment in ["#main-key", "#key", "#"] {
            add(Cause::Fragment, Part::Query(format!("{query}{fragment}")));
        }
        let slash = match path.strip_suffix('/') {
            Some(bare) => bare.to_owned(),
            None => format!("{path}/"),
        };
        add(Cause::Slash, Part::Path(slash));
        let mut single = path.to_owned();
        while single.contains("//") {
            single = single.replace("//", "/");
        }
        add(Cause::Slash, Part::Path(single));
        add(Cause::Slash, Part::Path(format!("/{path}")));
        add(
            Cause::Slash,
            Part::Path(path.trim_start_matches('/').to_owned()),
        );
        add(Cause::PercentEncoding, Part::Path(decoded(path)));
        add(Cause::PercentEncoding, Part::Path(encoded(path)));
        add(
            Cause::PercentEncoding,
            Part::Path(escapes_in(path, u8::to_ascii_uppercase)),
        );
        add(
            Cause::PercentEncoding,
            Part::Path(escapes_in(path, u8::to_ascii_lowercase)),
        );
        add(Cause::PathCase, Part::Path(path.to_ascii_lowercase()));
        let mut rest = path;
        for _ in 0..3 {
            let inner = rest.get(1..).unwrap_or_default();
            let Some(next) = inner.find('/') else { break };
            rest = inner.get(next..).unwrap_or_default();
            add(Cause::PathPrefix, Part::Path(rest.to_owned()));
        }
        for prefix in ["/api", "/ap", "/activitypub", "/federation"] {
            add(Cause::PathPrefix, Part::Path(format!("{prefix}{path}")));
        }
        let whole = format!("{}://{}{path}{query}", self.scheme(), self.host());
        add(Cause::RequestTarget, Part::Target(whole));
        add(Cause::RequestTarget, Part::Target("/".to_owned()));

        let came = match standard {
            Standard::Draft => self.request.method().as_str().to_ascii_lowercase(),
            Standard::Rfc9421 => self.request.method().as_str().to_owned(),
        };
        let upper = came.to_ascii_uppercase();
        let lower = came.to_ascii_lowercase();
        let others = ["get", "head", "post", "put", "GET", "POST"].map(str::to_owned);
        let methods = [upper, lower].into_iter().chain(others);
        changes.extend(methods.map(|method| Change {
            cause: Cause::Method,
            signed: format!("the method {}", quoted(&method)),
            came: quoted(&came),
            advice: "sign the method that is sent: in lower case by the draft, as it is by RFC 9421; \
                     a proxy must not change it",
            part: Part::Method(method),
            said_by_proxy: false,
        }));
        changes
    }

    /// A proxy that rewrites `Host` often leaves the one that came in another field.
    pub(super) fn host_in_another_field(&self, checks: &[Check]) -> Option<Finding> {
        let check = checks.iter().find(|check| check.step == Step::Host)?;
        if check.error()?.reason() != Reason::HostNotOurs {
            return None;
        }
        let host = self.forwarded_hosts().into_iter().find(|host| {
            let mut ours = self.authorities.iter();
            ours.any(|ours| ours.eq_ignore_ascii_case(host))
        })?;
        Some(Finding {
            cause: Cause::Host,
            sentence: format!(
                "a proxy rewrote the host: it says that {} was asked, and the request came with {}",
                quoted(host),
                quoted(self.host())
            ),
            advice: "let the proxy pass on the Host field as the sender wrote it (nginx: proxy_set_header Host $host)",
            signature_base: None,
        })
    }

    fn forwarded_hosts(&self) -> Vec<&str> {
        let mut hosts = Vec::new();
        for name in ["x-forwarded-host", "x-original-host", "x-host"] {
            hosts.extend(
                self.text(name)
                    .into_iter()
                    .flat_map(|text| text.split(',').take(4)),
            );
        }
        let forwarded = self.text(FORWARDED.as_str()).unwrap_or_default();
        let pairs = forwarded.split([',', ';']).take(32).map(str::trim);
        hosts.extend(pairs.filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.eq_ignore_ascii_case("host")
                .then(|| value.trim_matches('"'))
        }));
        hosts.iter().map(|host| host.trim()).collect()
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        let value = self.request.headers().get(name)?.to_str().ok()?;
        Some(value.trim()).filter(|text| !text.is_empty() && text.len() <= LONGEST)
    }

    fn scheme(&self) -> &'static str {
        self.origin.as_ref().map_or("https", Origin::scheme)
    }

    fn host(&self) -> &'a str {
        let field = self.request.headers().get(HOST);
        let authority = self.request.uri().authority();
        field
            .and_then(|host| host.to_str().ok())
            .or(authority.map(|authority| without_userinfo(authority.as_str())))
            .unwrap_or_default()
            .trim()
    }

    fn path(&self) -> &'a str {
        let path = self.request.uri().path();
        if path.is_empty() { "/" } else { path }
    }

    /// With its question mark.
    fn query(&self) -> String {
        let query = self.request.uri().query();
        query.map_or_else(String::new, |query| format!("?{query}"))
    }
}

const LET_QUERY_PASS: &str = "the query must be signed as it is sent, and a proxy must pass it on; a GET whose signer leaves it out \
     is accepted if the policy says accept_query_left_out";

pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", printable(text.as_bytes()))
}

/// Every escape decoded that stands for a visible character.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escape = digit(bytes.get(at + 1)).zip(digit(bytes.get(at + 2)));
        let escaped = escape.and_then(|(high, low)| u8::try_from(16 * high + low).ok());
        match escaped.filter(|escaped| *byte == b'%' && *escaped >= b' ') {
            Some(escaped) => {
                decoded.push(escaped);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

/// A path as libraries write it that encode each segment on its own.
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()/%".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The digits of escapes in another case.
fn escapes_in(text: &str, case: fn(&u8) -> u8) -> String {
    let mut left = 0;
    let bytes = text.bytes().map(|byte| {
        if byte == b'%' {
            left = 2;
            return byte;
        }
        let byte = if left > 0 { case(&byte) } else { byte };
        left = usize::saturating_sub(left, 1);
        byte
    });
    String::from_utf8(bytes.collect()).unwrap_or_else(|_| text.to_owned())
}
