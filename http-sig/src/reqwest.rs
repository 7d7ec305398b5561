//! Sends signed requests with [reqwest](https://docs.rs/reqwest) (feature `reqwest`).
//!
//! ```no_run
//! # async fn deliver(key: http_sig::SigningKey) -> Result<(), Box<dyn std::error::Error>> {
//! use http_sig::Signer;
//! use http_sig::reqwest::SigningClient;
//!
//! let client = SigningClient::new(reqwest::Client::builder().user_agent("example/1.0"))?;
//! let signer = Signer::new("https://sender.example/users/alice#main-key", key)?;
//!
//! let inbox = client.client().post("https://example.org/inbox");
//! let activity = inbox.header("content-type", "application/activity+json").body(r#"{"type":"Like"}"#);
//! let answer = client.send(activity, &signer).await?;
//! assert_eq!(answer.status(), 202);
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use ::reqwest::redirect::Policy;
use ::reqwest::{Body, Client, ClientBuilder, RequestBuilder, Response, Url};
use http::header::LOCATION;
use http::{Request, Uri};

use crate::error::SignError;
use crate::negotiate::{DoubleKnock, Redirect, RedirectRefused, Scheme};
use crate::sign::Signer;

/// How many redirects are followed if nothing else is said.
const REDIRECTS: usize = 3;

/// A client that signs every request, and signs it anew where a redirect leads it or where the recipient wants the other
/// standard. A clone is cheap and shares the connections.
///
/// A request is first signed by draft-cavage-12 and, if that is refused, once more by RFC 9421; what a server wants is
/// remembered. [`negotiate`](Self::negotiate) and [`scheme`](Self::scheme) change that.
///
/// Redirects are followed as [`Redirect`] says, three at most: a GET without a body anywhere but from `https` to `http`,
/// anything else only on its own origin.
///
/// Signing happens on the thread that polls: with an RSA key about a millisecond of work. The client goes where it is told:
/// for URLs that strangers chose give it a builder whose connections are guarded, and check them here
/// [too](Self::follow_only).
#[derive(Clone)]
pub struct SigningClient {
    client: Client,
    standard: Standard,
    redirects: usize,
    may_follow: Arc<MayFollow>,
}

type MayFollow = dyn Fn(&Uri) -> bool + Send + Sync;

#[derive(Clone, Debug)]
enum Standard {
    Fixed(Scheme),
    Negotiated(DoubleKnock),
}

impl SigningClient {
    /// A client from this builder, whose redirect policy is replaced: a signature is for one target, so every hop is a
    /// request of its own.
    ///
    /// Give the builder no credentials as [default headers](ClientBuilder::default_headers): they are added to every request,
    /// so a redirect would take them to a stranger. `Authorization`, `Cookie` and their like of a single request stay behind
    /// where it leaves its origin, as [`Redirect::apply`] says.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn new(builder: ClientBuilder) -> Result<Self, ::reqwest::Error> {
        Ok(Self {
            client: builder.redirect(Policy::none()).build()?,
            standard: Standard::Negotiated(DoubleKnock::new()),
            redirects: REDIRECTS,
            may_follow: Arc::new(|_| true),
        })
    }

    /// Chooses the standard of each request by these rules and their memory, which clients may share.
    #[must_use]
    pub fn negotiate(mut self, knocks: DoubleKnock) -> Self {
        self.standard = Standard::Negotiated(knocks);
        self
    }

    /// Signs by this standard alone; a refusal is the answer.
    #[must_use]
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.standard = Standard::Fixed(scheme);
        self
    }

    /// How many redirects are followed; one more is [`SendError::TooManyRedirects`]. With 0 none is, and a redirect is an
    /// answer as any other.
    #[must_use]
    pub fn redirects(mut self, most: usize) -> Self {
        self.redirects = most;
        self
    }

    /// Follows a redirect only to targets of which this says so, in addition to the rules of [`Redirect`].
    #[must_use]
    pub fn follow_only(mut self, to: impl Fn(&Uri) -> bool + Send + Sync + 'static) -> Self {
        self.may_follow = Arc::new(to);
        self
    }

    /// The client, to build requests with. It signs nothing by itself.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Signs and sends a request. Its body must be bytes or text, as the digest of a stream is not known before it is
    /// sent.
    ///
    /// A signature that the request has is replaced. What the client adds by itself, such as default headers, is not
    /// signed.
    ///
    /// # Errors
    /// [`SendError`]. An answer with an error status is an answer.
    pub async fn send(
        &self,
        request: RequestBuilder,
        signer: &Signer,
    ) -> Result<Response, SendError> {
        let template = request.build().map_err(SendError::request)?;
        let body = template.body().map_or(Some(&[][..]), Body::as_bytes);
        let mut request = Request::new(body.ok_or(SendError::StreamingBody)?);
        *request.method_mut() = template.method().clone();
        *request.uri_mut() = uri(template.url()).ok_or(SendError::Url)?;
        *request.headers_mut() = template.headers().clone();
        for _ in 0..=self.redirects {
            let response = self.ask(&template, &mut request, signer).await?;
            if self.redirects == 0 {
                return Ok(response);
            }
            let Some(redirect) = self.redirect(&request, &response)? else {
                return Ok(response);
            };
            redirect.apply(&mut request);
        }
        Err(SendError::TooManyRedirects {
            most: self.redirects,
        })
    }

    /// One target, asked once or twice.
    async fn ask(
        &self,
        template: &::reqwest::Request,
        request: &mut Request<&[u8]>,
        signer: &Signer,
    ) -> Result<Response, SendError> {
        let knocks = match &self.standard {
            Standard::Negotiated(knocks) => knocks,
            Standard::Fixed(scheme) => {
                let now = SystemTime::now();
                match scheme {
                    Scheme::Draft => signer.sign(request, now)?,
                    Scheme::Rfc9421 => signer.sign_rfc9421(request, now)?,
                }
                return self.exchange(template, request).await;
            }
        };
        let mut knock = knocks.first(signer, request, SystemTime::now());
        loop {
            knock.sign(request, SystemTime::now())?;
            let response = self.exchange(template, request).await?;
            let (status, headers) = (response.status(), response.headers());
            match knock.next(request, status, headers, SystemTime::now()) {
                Some(next) => knock = next,
                None => return Ok(response),
            }
        }
    }

    async fn exchange(
        &self,
        template: &::reqwest::Request,
        request: &Request<&[u8]>,
    ) -> Result<Response, SendError> {
        // From the template, as it holds the body without a copy, and the time limit.
        let mut signed = template.try_clone().ok_or(SendError::StreamingBody)?;
        let url = Url::parse(&request.uri().to_string());
        *signed.url_mut() = url.map_err(|_| SendError::Url)?;
        signed.headers_mut().clone_from(request.headers());
        let response = self.client.execute(signed).await;
        response.map_err(SendError::request)
    }

    /// Where the answer sends the request, if it does.
    fn redirect(
        &self,
        request: &Request<&[u8]>,
        response: &Response,
    ) -> Result<Option<Redirect>, SendError> {
        let Some(location) = response.headers().get(LOCATION) else {
            return Ok(None);
        };
        if !response.status().is_redirection() {
            return Ok(None);
        }
        let location = location.to_str().ok();
        let target = location.and_then(|location| response.url().join(location).ok());
        let target = target.as_ref().and_then(uri);
        let target = target.ok_or(SendError::Redirect(RedirectRefused::Target))?;
        let from = request.uri();
        match Redirect::new(request.method(), from, response.status(), &target) {
            // Whatever the method: the sender has not chosen that server to tell it this.
            Ok(redirect) if redirect.is_other_origin() && !request.body().is_empty() => {
                Err(SendError::Redirect(RedirectRefused::OtherOrigin))
            }
            Ok(redirect) if (self.may_follow)(redirect.target()) => Ok(Some(redirect)),
            Ok(_) => Err(SendError::RedirectNotAllowed),
            Err(RedirectRefused::NotARedirect) => Ok(None),
            Err(refused) => Err(SendError::Redirect(refused)),
        }
    }
}

impl fmt::Debug for SigningClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningClient")
            .field("standard", &self.standard)
            .field("redirects", &self.redirects)
            .finish_non_exhaustive()
    }
}

/// Why a request was not sent or has no answer.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The body is a stream.
    #[error("the body is a stream, whose digest is not known before it is sent: give it as bytes")]
    StreamingBody,
    /// The URL is not one that can stand in a request.
    #[error("the URL cannot stand in a request")]
    Url,
    /// The request could not be signed.
    #[error("the request could not be signed")]
    Sign(#[from] SignError),
    /// The request could not be built or sent, or no answer came. The error does not say to which URL.
    #[error("the request could not be sent, or no answer came")]
    Request(#[source] ::reqwest::Error),
    /// The recipient sent the request where it must not go.
    #[error("the redirect is not followed")]
    Redirect(#[source] RedirectRefused),
    /// The recipient sent the request where [`SigningClient::follow_only`] does not let it go.
    #[error("the redirect leads where this client does not follow")]
    RedirectNotAllowed,
    /// Still a redirect after as many as are followed.
    #[error("the request was redirected more than {most} times")]
    TooManyRedirects {
        /// How many are followed.
        most: usize,
    },
}

impl SendError {
    fn request(error: ::reqwest::Error) -> Self {
        // A URL may hold a secret, and the caller knows it.
        Self::Request(error.without_url())
    }
}

/// As it goes over the wire.
fn uri(url: &Url) -> Option<Uri> {
    url.as_str().parse().ok()
}
