//! The calls for tokens, with the secrets of the program, and what a token must be.

use bytes::Bytes;
use http::{Method, Response};

use super::{AccessToken, ClientSecret, RegisteredClient};
use crate::endpoint::{self, Access, Empty, Endpoint, Manner, Parameters};
use crate::entities::Token;
use crate::error::{Error, NotUnderstood, NotUnderstoodReason};
use crate::methods;

/// A call for a token. Its answer is a token that can be used, or an error.
///
/// It holds secrets, and a code in it is good for one try.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct TokenRequest {
    call: OfClient<methods::oauth::Token>,
}

impl TokenRequest {
    pub(super) fn new(
        path: &str,
        grant_type: &str,
        client: RegisteredClient,
        fill: impl FnOnce(methods::oauth::Token) -> methods::oauth::Token,
    ) -> Self {
        let call = OfClient::new(path, client, |id, secret| {
            fill(methods::oauth::Token::new(grant_type, id, secret))
        });
        Self { call }
    }
}

impl Endpoint for TokenRequest {
    type Response = Token;
    const METHOD: Method = Method::POST;
    const TEMPLATE: &'static str = methods::oauth::Token::TEMPLATE;
    const ACCESS: Access = Access::public();
    const MANNER: Manner = Manner::Form;

    fn path(&self) -> String {
        self.call.path.clone()
    }

    fn write(&self, parameters: &mut Parameters) {
        self.call.write(parameters);
    }

    fn read_response(&self, response: Response<Bytes>) -> Result<Token, Error> {
        let token: Token = endpoint::read(response.clone(), &Self::ACCESS)?;
        check(&token).map_err(|(path, error)| {
            let reason = NotUnderstoodReason::Unexpected;
            let source = Some(error.into());
            let error = NotUnderstood::new(&response, reason, path.to_owned(), source);
            Error::NotUnderstood(Box::new(error))
        })?;
        Ok(token)
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
    call: OfClient<methods::oauth::Revoke>,
}

impl RevocationRequest {
    pub(super) fn new(path: &str, client: RegisteredClient, token: AccessToken) -> Self {
        let call = OfClient::new(path, client, |id, secret| {
            methods::oauth::Revoke::new(id, secret, token)
        });
        Self { call }
    }
}

impl Endpoint for RevocationRequest {
    type Response = Empty;
    const METHOD: Method = Method::POST;
    const TEMPLATE: &'static str = methods::oauth::Revoke::TEMPLATE;
    const ACCESS: Access = Access::public();
    const MANNER: Manner = Manner::Form;

    fn path(&self) -> String {
        self.call.path.clone()
    }

    fn write(&self, parameters: &mut Parameters) {
        self.call.write(parameters);
    }
}

/// A call in which a program proves itself, at the place that the server names. A program that was given no secret
/// sends none.
#[derive(Clone, Debug)]
struct OfClient<E> {
    call: E,
    path: String,
    has_secret: bool,
}

impl<E: Endpoint> OfClient<E> {
    fn new(
        path: &str,
        client: RegisteredClient,
        call: impl FnOnce(String, ClientSecret) -> E,
    ) -> Self {
        Self {
            has_secret: client.client_secret.is_some(),
            path: path.to_owned(),
            call: call(client.client_id, client.client_secret.unwrap_or_default()),
        }
    }

    fn write(&self, parameters: &mut Parameters) {
        self.call.write(parameters);
        if !self.has_secret {
            parameters.remove(&["client_secret"]);
        }
    }
}
