//! The calls for tokens, with the secrets of the program, and what a token must be.

use bytes::Bytes;
use http::{Method, Response};

use super::{AccessToken, RegisteredClient};
use crate::endpoint::{Access, Answer as _, Empty, Endpoint, Manner, Parameters};
use crate::entities::Token;
use crate::error::{Error, NotUnderstood, NotUnderstoodReason, Refused};
use crate::methods;

/// A call for a token. Its answer is a token that can be used, or an error.
///
/// It holds secrets, and a code in it is good for one try.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct TokenRequest {
    call: methods::oauth::Token,
    path: String,
    has_secret: bool,
}

impl TokenRequest {
    pub(super) fn new(
        path: &str,
        grant_type: &str,
        client: RegisteredClient,
        fill: impl FnOnce(methods::oauth::Token) -> methods::oauth::Token,
    ) -> Self {
        let has_secret = client.client_secret.is_some();
        let secret = client.client_secret.unwrap_or_default();
        Self {
            call: fill(methods::oauth::Token::new(
                grant_type,
                client.client_id,
                secret,
            )),
            path: path.to_owned(),
            has_secret,
        }
    }
}

impl Endpoint for TokenRequest {
    type Response = Token;
    const METHOD: Method = Method::POST;
    const TEMPLATE: &'static str = methods::oauth::Token::TEMPLATE;
    const ACCESS: Access = Access::public();
    const MANNER: Manner = Manner::Form;

    fn path(&self) -> String {
        self.path.clone()
    }

    fn write(&self, parameters: &mut Parameters) {
        self.call.write(parameters);
        if !self.has_secret {
            parameters.remove(&["client_secret"]);
        }
    }

    fn read_response(&self, response: Response<Bytes>) -> Result<Token, Error> {
        if !response.status().is_success() {
            return Err(Error::Refused(Box::new(Refused::from_response(
                response,
                &[],
            ))));
        }
        let not_understood = |error| Error::NotUnderstood(Box::new(error));
        let token = Token::read(response.clone()).map_err(not_understood)?;
        match check(&token) {
            Ok(()) => Ok(token),
            Err((path, error)) => Err(not_understood(NotUnderstood::new(
                &response,
                NotUnderstoodReason::Unexpected,
                path.to_owned(),
                Some(error.into()),
            ))),
        }
    }
}

/// Bytes that a token may have. Those of Mastodon have 43; signed ones of other servers have hundreds.
const MAX_TOKEN: usize = 8 * 1024;

fn check(token: &Token) -> Result<(), (&'static str, TokenError)> {
    // Servers that leave the type out mean the only one that there is.
    if !token.token_type.is_empty() && !token.token_type.eq_ignore_ascii_case("bearer") {
        return Err(("token_type", TokenError::Type));
    }
    check_secret(token.access_token.expose()).map_err(|error| ("access_token", error))?;
    let refresh_token = token.refresh_token.as_ref();
    refresh_token
        .map_or(Ok(()), |refresh_token| check_secret(refresh_token.expose()))
        .map_err(|error| ("refresh_token", error))
}

fn check_secret(text: &str) -> Result<(), TokenError> {
    if text.len() > MAX_TOKEN {
        return Err(TokenError::TooLong);
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(TokenError::Characters);
    }
    Ok(())
}

/// Why what a server gave is no token: the source of an [`Error::NotUnderstood`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Its type is not `Bearer`, and there is no other way to show it.
    #[error("the token is of a type that is not known here")]
    Type,
    /// It is longer than 8 KiB.
    #[error("the token is too long for a header")]
    TooLong,
    /// It holds other characters than visible ones of ASCII (RFC 6750, section 2.1).
    #[error("the token holds characters that no token has")]
    Characters,
}

/// The call that makes a token worthless (RFC 7009).
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RevocationRequest {
    call: methods::oauth::Revoke,
    path: String,
    has_secret: bool,
}

impl RevocationRequest {
    pub(super) fn new(path: &str, client: RegisteredClient, token: AccessToken) -> Self {
        let has_secret = client.client_secret.is_some();
        let secret = client.client_secret.unwrap_or_default();
        Self {
            call: methods::oauth::Revoke::new(client.client_id, secret, token),
            path: path.to_owned(),
            has_secret,
        }
    }
}

impl Endpoint for RevocationRequest {
    type Response = Empty;
    const METHOD: Method = Method::POST;
    const TEMPLATE: &'static str = methods::oauth::Revoke::TEMPLATE;
    const ACCESS: Access = Access::public();
    const MANNER: Manner = Manner::Form;

    fn path(&self) -> String {
        self.path.clone()
    }

    fn write(&self, parameters: &mut Parameters) {
        self.call.write(parameters);
        if !self.has_secret {
            parameters.remove(&["client_secret"]);
        }
    }
}
