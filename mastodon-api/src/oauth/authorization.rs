//! The way of a user to the server and back.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{AuthorizationCode, CodeVerifier, token};
use crate::entities::CredentialApplication;
use crate::methods;

/// A user on the way to the server and back: what was made on the way there and is checked on the way back.
///
/// It holds a secret and belongs to one user in one browser: keep it in memory or in that user's session.
#[must_use = "the user is to be sent to its `url`"]
pub struct Authorization {
    app: CredentialApplication,
    redirect_uri: String,
    scopes: String,
    state: String,
    verifier: CodeVerifier,
}

impl Authorization {
    /// A new one, with a secret and a state of its own.
    ///
    /// `redirect_uri` is one that `app` was registered with, or [`OUT_OF_BAND`](super::OUT_OF_BAND); `scopes` have a
    /// space between them and are among those that `app` was registered with.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn new(
        app: &CredentialApplication,
        redirect_uri: &str,
        scopes: &str,
    ) -> Result<Self, NoRandomness> {
        Ok(Self {
            app: app.clone(),
            redirect_uri: redirect_uri.to_owned(),
            scopes: scopes.to_owned(),
            state: random()?,
            verifier: random()?.into(),
        })
    }

    /// Where to send the user, on the server at `base`.
    #[must_use]
    pub fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        url.set_path("/oauth/authorize");
        url.set_fragment(None);
        url.query_pairs_mut()
            .clear()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.app.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", &self.scopes)
            .append_pair("state", &self.state)
            .append_pair("code_challenge", &self.challenge())
            .append_pair("code_challenge_method", "S256");
        url
    }

    /// The call that exchanges a code that the user copied, or that came as the parameter `code` of a redirect
    /// whose `state` you have compared yourself.
    pub fn with_code(self, code: impl Into<AuthorizationCode>) -> methods::oauth::Token {
        token(&self.app, "authorization_code")
            .code(code.into())
            .redirect_uri(self.redirect_uri)
            .code_verifier(self.verifier)
    }

    /// The call that exchanges the code with which the user came back to `address`.
    ///
    /// # Errors
    ///
    /// When it is not the answer to this authorization, or when the user or the server refused.
    pub fn with_redirect(self, address: &Url) -> Result<methods::oauth::Token, RedirectError> {
        let parameter = |wanted: &str| {
            let mut found = address.query_pairs().filter(|(name, _)| name == wanted);
            match (found.next(), found.next()) {
                (Some((_, value)), None) => Some(value.into_owned()),
                _ => None,
            }
        };
        if parameter("state").is_none_or(|state| state != self.state) {
            return Err(RedirectError::State);
        }
        if let Some(code) = parameter("error") {
            let text = |text: String| text.chars().filter(|c| !c.is_control()).take(200).collect();
            let description = parameter("error_description").map(text);
            return Err(RedirectError::Refused {
                code: text(code),
                description,
            });
        }
        let code = parameter("code")
            .filter(|code| !code.is_empty())
            .ok_or(RedirectError::NoCode)?;
        Ok(self.with_code(code))
    }

    /// `S256` of RFC 7636, section 4.2.
    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose().as_bytes()))
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("client_id", &self.app.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// 256 bits from the operating system as 43 letters, digits, `-` and `_`.
fn random() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The operating system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the operating system has no randomness to give")]
pub struct NoRandomness(#[source] getrandom::Error);

/// Why the address with which a user came back gives no code.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectError {
    /// The state is absent or another's. Somebody may have sent the user here to log in as somebody else.
    #[error("this is not the answer to the login that was begun here: begin again")]
    State,
    /// The user or the server refused.
    #[error("the login was refused: {}", description.as_ref().unwrap_or(code))]
    #[non_exhaustive]
    Refused {
        /// Why, as a code of RFC 6749, section 4.1.2.1: `access_denied` when the user did.
        code: String,
        /// The same in words.
        description: Option<String>,
    },
    /// There is no code.
    #[error("the server sent the user back without a code")]
    NoCode,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint as _;

    fn app() -> CredentialApplication {
        serde_json::from_str(
            r#"{"name":"test","client_id":"client","client_secret":"planted-secret"}"#,
        )
        .unwrap()
    }

    fn begin() -> Authorization {
        Authorization::new(&app(), "http://127.0.0.1:8080/", "read write:statuses").unwrap()
    }

    fn back(state: &str, rest: &str) -> Url {
        format!("http://127.0.0.1:8080/?state={state}&{rest}")
            .parse()
            .unwrap()
    }

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        // Appendix B.
        let authorization = Authorization {
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
            ..begin()
        };
        assert_eq!(
            authorization.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn the_way_there_and_back() {
        let authorization = begin();
        let url = authorization.url(&"https://mastodon.example".parse().unwrap());
        let parameter = |name: &str| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .unwrap()
                .1
                .into_owned()
        };
        assert_eq!(parameter("scope"), "read write:statuses");
        assert_eq!(parameter("code_challenge_method"), "S256");
        let verifier = authorization.verifier.expose().to_owned();
        let call = authorization
            .with_redirect(&back(&parameter("state"), "code=abc"))
            .unwrap();
        let request = call
            .to_request(&"https://mastodon.example".parse().unwrap())
            .unwrap();
        assert_eq!(request.uri(), "https://mastodon.example/oauth/token");
        assert_eq!(
            request.headers()["content-type"],
            "application/x-www-form-urlencoded"
        );
        let body = std::str::from_utf8(request.body()).unwrap();
        assert!(
            body.contains("grant_type=authorization_code") && body.contains("code=abc"),
            "{body}"
        );
        assert!(
            body.contains(&format!("code_verifier={verifier}")),
            "{body}"
        );
    }

    #[test]
    fn a_state_that_is_not_ours_is_refused() {
        let other = begin().state;
        for address in [
            back(&other, "code=abc"),
            back("", "code=abc"),
            "http://127.0.0.1/?code=a".parse().unwrap(),
        ] {
            assert_eq!(
                begin().with_redirect(&address).unwrap_err(),
                RedirectError::State
            );
        }
        let authorization = begin();
        let twice = back(&authorization.state.clone(), "state=other&code=abc");
        assert_eq!(
            authorization.with_redirect(&twice).unwrap_err(),
            RedirectError::State
        );
    }

    #[test]
    fn a_refusal_is_told() {
        let authorization = begin();
        let address = back(
            &authorization.state.clone(),
            "error=access_denied&error_description=No%1B%5B2J",
        );
        let error = authorization.with_redirect(&address).unwrap_err();
        assert_eq!(error.to_string(), "the login was refused: No[2J");
        let authorization = begin();
        let address = back(&authorization.state.clone(), "code=");
        assert_eq!(
            authorization.with_redirect(&address).unwrap_err(),
            RedirectError::NoCode
        );
    }

    #[test]
    fn no_secret_is_shown() {
        let authorization = begin();
        let (state, verifier) = (
            authorization.state.clone(),
            authorization.verifier.expose().to_owned(),
        );
        let shown = format!("{authorization:?} {:?}", app());
        let shown = format!("{shown} {:?}", authorization.with_code("planted-code"));
        for secret in [&*state, &*verifier, "planted-secret", "planted-code"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
