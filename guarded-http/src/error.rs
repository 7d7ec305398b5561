//! What can go wrong, by whose fault it is.

use std::fmt;

use crate::address::SpecialBlock;

/// One of our rules says no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    rule: Rule,
    host: Option<String>,
}

impl Refused {
    pub(crate) fn new(rule: Rule, host: Option<&str>) -> Self {
        Self {
            rule,
            host: host.and_then(nameable).map(str::to_owned),
        }
    }

    /// The rule that was broken.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// The host that the request would have gone to, or came from; with redirects, that of the last hop. None if it is longer than
    /// names are.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) if !host.is_empty() => write!(f, "refused {host}: {}", self.rule),
            _ => write!(f, "refused: {}", self.rule),
        }
    }
}

/// A host as errors and logs may name it: strangers choose how long it is.
pub(crate) fn nameable(host: &str) -> Option<&str> {
    (host.len() <= LONGEST_NAME).then_some(host)
}

/// Letters of a name of the DNS, with its last dot.
const LONGEST_NAME: usize = 254;

/// The rules of this crate; a refused request breaks one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// The text is no URL.
    #[error("this is not a URL")]
    Unreadable,
    /// The URL has more bytes than allowed.
    #[error("the URL is too long")]
    UrlTooLong,
    /// The scheme is not `https`.
    #[error("only https is allowed")]
    Scheme,
    /// The URL holds a user name or password.
    #[error("a URL may not hold a user name or password")]
    Credentials,
    /// The port is neither 443 nor allowed by name.
    #[error("this port is not allowed")]
    Port,
    /// There is no host, or it is no DNS name.
    #[error("the host is not a valid name")]
    HostName,
    /// The name means this machine, this network, or nothing in the public DNS.
    #[error("the host is a local name")]
    LocalName,
    /// The client's domain policy does not allow the host.
    #[error("the domain policy does not allow this host")]
    Blocked,
    /// The address, or an address that the name resolves to, is not public.
    #[error("the address is not public: {0}")]
    Address(SpecialBlock),
    /// Parsing changed the target of a request that may already be signed: `/a/../b`, a space, a stray `\`.
    #[error("the URL is not in its normal form, so a signature over it would not fit what is sent")]
    NotNormal,
    /// More redirects than allowed, which is also how a loop ends.
    #[error("too many redirects")]
    TooManyRedirects,
    /// A redirect from `https` to `http`.
    #[error("a redirect leads from https to http")]
    RedirectDowngrade,
    /// A redirect without a single readable `Location`.
    #[error("a redirect does not say where to")]
    RedirectUnreadable,
    /// A redirected write that would change its method or its origin, or could not be signed again.
    #[error("a request that writes was redirected")]
    RedirectedWrite,
    /// The body is longer than allowed.
    #[error("the answer is too long")]
    BodyTooLong,
    /// The header fields are longer than allowed.
    #[error("the answer's header fields are too long")]
    HeadersTooLong,
    /// The answer is encoded in a way that nobody offered to read, or several times over.
    #[error("the answer has a content encoding that was not asked for")]
    Encoded,
    /// The answer's data is not what its content encoding says, or something follows its end.
    #[error("the answer cannot be decoded")]
    Undecodable,
    /// The answer's media type is missing, ambiguous, or not one of those expected.
    #[error("the answer has an unexpected content type")]
    ContentType,
}

#[cfg(feature = "client")]
pub use with_client::{
    BoxError, BuildError, CertificateProblem, Error, InvalidRequest, RateLimited, Transient,
    TransientReason,
};

#[cfg(feature = "client")]
mod with_client {
    use std::fmt;
    use std::time::SystemTime;

    use http::StatusCode;

    use super::Refused;
    use crate::client::Answer;

    /// An error of any type.
    pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

    /// Why there is no answer to use.
    ///
    /// No variant's text holds a byte that the peer sent, nor more of the URL than its host.
    #[derive(Debug, thiserror::Error)]
    #[non_exhaustive]
    pub enum Error {
        /// A rule of this crate says no. Asking again gives the same.
        #[error(transparent)]
        Refused(#[from] Refused),
        /// 410: it was there and will not come back.
        #[error("{} says that this is gone", host(.0))]
        Gone(Box<Answer>),
        /// 404.
        #[error("{} does not have this", host(.0))]
        NotFound(Box<Answer>),
        /// 401: signed requests only, or the signature did not pass. The answer's headers may say how to sign.
        #[error("{} wants a signed request", host(.0))]
        NeedsSignature(Box<Answer>),
        /// 403.
        #[error("{} does not let us", host(.0))]
        Forbidden(Box<Answer>),
        /// 429: wait until the time given.
        #[error(transparent)]
        RateLimited(RateLimited),
        /// Any other status that is not a success and will not change by asking again.
        #[error("{} answered with status {}", host(.0), .0.status().as_u16())]
        Rejected(Box<Answer>),
        /// It did not work now and may work later.
        #[error(transparent)]
        Transient(Transient),
        /// The caller's own request cannot be sent.
        #[error("this request cannot be sent")]
        Request(#[source] InvalidRequest),
        /// The caller's own signing hook failed.
        #[error("the request could not be signed")]
        Sign(#[source] BoxError),
    }

    impl Error {
        /// What the peer answered, where it did and the status made the error.
        #[must_use]
        pub fn answer(&self) -> Option<&Answer> {
            match self {
                Self::Gone(answer)
                | Self::NotFound(answer)
                | Self::NeedsSignature(answer)
                | Self::Forbidden(answer)
                | Self::Rejected(answer) => Some(answer),
                Self::RateLimited(limited) => Some(&limited.answer),
                Self::Transient(transient) => transient.answer.as_deref(),
                Self::Refused(_) | Self::Request(_) | Self::Sign(_) => None,
            }
        }

        /// The status that made the error.
        #[must_use]
        pub fn status(&self) -> Option<StatusCode> {
            self.answer().map(Answer::status)
        }

        /// The refusal, if a rule of this crate said no.
        #[must_use]
        pub fn refused(&self) -> Option<&Refused> {
            match self {
                Self::Refused(refused) => Some(refused),
                _ => None,
            }
        }

        /// The earliest time at which asking again makes sense, as far as the peer said.
        #[must_use]
        pub fn retry_at(&self) -> Option<SystemTime> {
            match self {
                Self::RateLimited(limited) => Some(limited.until),
                Self::Transient(transient) => transient.until,
                _ => None,
            }
        }

        /// Status 410.
        #[must_use]
        pub fn is_gone(&self) -> bool {
            matches!(self, Self::Gone(_))
        }

        /// Status 404.
        #[must_use]
        pub fn is_not_found(&self) -> bool {
            matches!(self, Self::NotFound(_))
        }

        /// Status 401.
        #[must_use]
        pub fn is_needs_signature(&self) -> bool {
            matches!(self, Self::NeedsSignature(_))
        }

        /// Status 403.
        #[must_use]
        pub fn is_forbidden(&self) -> bool {
            matches!(self, Self::Forbidden(_))
        }

        /// Status 429.
        #[must_use]
        pub fn is_rate_limited(&self) -> bool {
            matches!(self, Self::RateLimited(_))
        }

        /// A rule of this crate said no.
        #[must_use]
        pub fn is_refused(&self) -> bool {
            matches!(self, Self::Refused(_))
        }

        /// It may work later; true for a rate limit too.
        #[must_use]
        pub fn is_transient(&self) -> bool {
            matches!(self, Self::Transient(_) | Self::RateLimited(_))
        }

        /// One of our time limits ran out.
        #[must_use]
        pub fn is_timeout(&self) -> bool {
            matches!(
                self,
                Self::Transient(Transient {
                    reason: TransientReason::Timeout
                        | TransientReason::ConnectTimeout
                        | TransientReason::DnsTimeout,
                    ..
                })
            )
        }
    }

    /// Status 429.
    #[derive(Debug)]
    #[non_exhaustive]
    pub struct RateLimited {
        /// When to ask again: `Retry-After`, clamped; a minute from now if it is missing or unreadable.
        pub until: SystemTime,
        /// What was answered.
        pub answer: Box<Answer>,
    }

    impl fmt::Display for RateLimited {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} asks us to slow down", host(&self.answer))
        }
    }

    impl std::error::Error for RateLimited {}

    /// It did not work now and may work later.
    #[derive(Debug)]
    #[non_exhaustive]
    pub struct Transient {
        /// What happened.
        pub reason: TransientReason,
        /// The peer's `Retry-After`, clamped.
        pub until: Option<SystemTime>,
        /// What was answered, if a status is the reason.
        pub answer: Option<Box<Answer>>,
        pub(crate) source: Option<BoxError>,
    }

    impl Transient {
        pub(crate) fn new(reason: TransientReason, source: Option<BoxError>) -> Self {
            Self {
                reason,
                until: None,
                answer: None,
                source,
            }
        }
    }

    impl fmt::Display for Transient {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Display::fmt(&self.reason, f)
        }
    }

    impl std::error::Error for Transient {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            self.source.as_ref().map(|source| &**source as _)
        }
    }

    /// Why it did not work now.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
    #[non_exhaustive]
    pub enum TransientReason {
        /// The answer did not come, or not to its end, inside our time limits.
        #[error("the server took too long")]
        Timeout,
        /// The name does not exist, has no address, or its name servers have trouble.
        #[error("the name has no address: it may be misspelt, or its name servers have trouble")]
        Dns,
        /// The name was not resolved inside [`Limits::connect`](crate::Limits::connect).
        #[error("the name's servers took too long")]
        DnsTimeout,
        /// Nothing listens at the addresses of the host, or no way leads there.
        #[error("the server could not be reached: nothing answers at its address")]
        Connect,
        /// The server (or the proxy) took the call or swallowed it, and there was no connection inside
        /// [`Limits::connect`](crate::Limits::connect).
        #[error("there was no connection in time")]
        ConnectTimeout,
        /// The operator's proxy cannot be reached, refuses us, or cannot reach the server.
        #[error("the proxy did not open the way to the server")]
        Proxy,
        /// Client and server do not agree on TLS, or what listens there does not speak it.
        #[error("the server does not speak TLS as we do")]
        Tls,
        /// The server's certificate does not hold, so this may be somebody else's server. Nothing was sent.
        #[error("the server's certificate {0}")]
        Certificate(CertificateProblem),
        /// The connection broke, or what came was not HTTP.
        #[error("the connection broke, or what came was not HTTP")]
        Broken,
        /// More requests than [`Limits::waiting`](crate::Limits::waiting) wait in this client already.
        #[error("too many requests are waiting already")]
        Busy,
        /// A status that says so: 408, 425, or 5xx except 501.
        #[error("the server has trouble (status {})", .0.as_u16())]
        Status(StatusCode),
    }

    /// Why a server's certificate does not hold.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
    #[non_exhaustive]
    pub enum CertificateProblem {
        /// Its time is over; its owner has to renew it (or our clock is wrong).
        #[error("has expired")]
        Expired,
        /// Its time has not begun (or our clock is wrong).
        #[error("is not valid yet")]
        NotYetValid,
        /// It was issued for other names than the one asked.
        #[error("is for another name")]
        WrongName,
        /// No certificate authority that we trust issued it, or the server left out the certificates between.
        #[error("was issued by nobody we trust")]
        UnknownIssuer,
        /// Its issuer took it back.
        #[error("was revoked")]
        Revoked,
        /// It is broken in another way.
        #[error("is not valid")]
        Invalid,
    }

    /// What is wrong with the caller's request.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
    #[non_exhaustive]
    pub enum InvalidRequest {
        /// A header name or value that HTTP does not allow, such as one with a line break.
        #[error("a header name or value has forbidden characters")]
        Header,
        /// The target is not an absolute URL.
        #[error("the target must be an absolute https URL")]
        Target,
        /// The `Host` header is not that of the URL.
        #[error("the Host header is not the host of the URL")]
        Host,
    }

    /// The client could not be made.
    #[derive(Debug, thiserror::Error)]
    #[error("the HTTP client could not be set up")]
    pub struct BuildError(#[source] pub(crate) BoxError);

    fn host(answer: &Answer) -> &str {
        answer.url().host_str().unwrap_or("the server")
    }
}
