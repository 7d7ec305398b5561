//! The way of a user to the server and back.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;
use zeroize::Zeroizing;

use super::{AuthorizationCode, AuthorizationServer, CodeVerifier, RegisteredClient, TokenRequest};
use crate::methods;

/// A user on the way to the server and back: what was made on the way there and is checked on the way back.
///
/// It holds a secret and belongs to one user in one browser: keep it in memory or in that user's session. The way
/// back uses it up.
#[must_use = "the user is to be sent to its `url`"]
pub struct Authorization {
    server: AuthorizationServer,
    client: RegisteredClient,
    redirect_uri: String,
    scopes: String,
    state: Zeroizing<String>,
    verifier: CodeVerifier,
    force_login: bool,
    lang: Option<String>,
    ends: DateTime<Utc>,
}

/// How long a user may take to agree: enough to look for a password and a second factor.
const MAX_AGE: TimeDelta = TimeDelta::minutes(30);
/// Bytes that a code may have. Those of Mastodon have 43.
const MAX_CODE: usize = 4096;

impl Authorization {
    /// A new one, begun `now`, with a secret and a state of its own. The user has 30 minutes to come back.
    ///
    /// `client` is the answer to the registration; `redirect_uri` is one that it was registered with, or
    /// [`OUT_OF_BAND`](super::OUT_OF_BAND); `scopes` have a space between them and are among those that it was
    /// registered with.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn new(
        server: &AuthorizationServer,
        client: impl Into<RegisteredClient>,
        redirect_uri: &str,
        scopes: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, NoRandomness> {
        Ok(Self {
            server: server.clone(),
            client: client.into(),
            redirect_uri: redirect_uri.to_owned(),
            scopes: scopes.to_owned(),
            state: Zeroizing::new(random()?),
            verifier: random()?.into(),
            force_login: false,
            lang: None,
            ends: now.checked_add_signed(MAX_AGE).unwrap_or(now),
        })
    }

    /// Has the user log in anew, also one who is logged in: to choose another account. Mastodon since 2.6.
    pub fn force_login(mut self) -> Self {
        self.force_login = true;
        self
    }

    /// The language of the page (ISO 639), where it is not to be the browser's. Mastodon since 3.5.
    pub fn lang(mut self, lang: impl Into<String>) -> Self {
        self.lang = Some(lang.into());
        self
    }

    /// Until when the user may come back.
    pub fn ends_at(mut self, time: DateTime<Utc>) -> Self {
        self.ends = time;
        self
    }

    /// Where to send the user.
    #[must_use]
    pub fn url(&self) -> Url {
        let mut url = self.server.authorization_endpoint().clone();
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.client.client_id)
                .append_pair("redirect_uri", &self.redirect_uri)
                .append_pair("scope", &self.scopes)
                .append_pair("state", &self.state)
                .append_pair("code_challenge", &self.challenge())
                .append_pair("code_challenge_method", "S256");
            if self.force_login {
                query.append_pair("force_login", "true");
            }
            if let Some(lang) = &self.lang {
                query.append_pair("lang", lang);
            }
        }
        url
    }

    /// Whether a user comes back to `address` from this authorization, by the state. Anybody may come with anything.
    #[must_use]
    pub fn is_answer(&self, address: &Url) -> bool {
        parameter(address, "state")
            .is_ok_and(|state| state.as_bytes().ct_eq(self.state.as_bytes()).into())
    }

    /// The call that exchanges a code that the user copied, or that came as the parameter `code` of a redirect
    /// whose `state` you have compared yourself.
    ///
    /// # Errors
    ///
    /// When it cannot be a code.
    pub fn with_code(self, code: &str) -> Result<TokenRequest, RedirectError> {
        let code = code.trim();
        if code.is_empty() {
            return Err(RedirectError::NoCode);
        }
        if code.len() > MAX_CODE || code.chars().any(char::is_control) {
            return Err(RedirectError::OddCode);
        }
        let (redirect_uri, verifier) = (self.redirect_uri, self.verifier);
        let fill = |call: methods::oauth::Token| {
            call.code(AuthorizationCode::from(code))
                .redirect_uri(redirect_uri)
                .code_verifier(verifier)
        };
        Ok(self
            .server
            .token_request("authorization_code", self.client, fill))
    }

    /// The call that exchanges the code with which the user came back to `address`.
    ///
    /// # Errors
    ///
    /// When it is not the answer to this authorization, or comes too late, or when the user or the server refused.
    pub fn with_redirect(
        self,
        address: &Url,
        now: DateTime<Utc>,
    ) -> Result<TokenRequest, RedirectError> {
        if !self.is_answer(address) {
            return Err(RedirectError::State);
        }
        if now > self.ends {
            return Err(RedirectError::Expired);
        }
        let is_ours = match parameter(address, "iss") {
            Ok(issuer) => Url::parse(&issuer).is_ok_and(|issuer| issuer == *self.server.issuer()),
            Err(Absent::None) => !self.server.sends_issuer(),
            Err(Absent::Several) => false,
        };
        if !is_ours {
            return Err(RedirectError::Issuer);
        }
        if let Ok(code) = parameter(address, "error") {
            if code == "access_denied" {
                return Err(RedirectError::Denied);
            }
            let text = |text: String| text.chars().filter(|c| !c.is_control()).take(200).collect();
            let description = parameter(address, "error_description").ok().map(text);
            return Err(RedirectError::Refused {
                code: text(code),
                description,
            });
        }
        let code = Zeroizing::new(parameter(address, "code").map_err(|_| RedirectError::NoCode)?);
        self.with_code(&code)
    }

    /// `S256` of RFC 7636, section 4.2.
    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose().as_bytes()))
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("server", &self.server.issuer().as_str())
            .field("client_id", &self.client.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// Why a parameter has no value.
enum Absent {
    None,
    Several,
}

fn parameter(address: &Url, wanted: &str) -> Result<String, Absent> {
    let mut found = address.query_pairs().filter(|(name, _)| name == wanted);
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Ok(value.into_owned()),
        (None, _) => Err(Absent::None),
        (Some(_), Some(_)) => Err(Absent::Several),
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
    /// The user took too long, or the address is an old one.
    #[error("this login was begun too long ago: begin again")]
    Expired,
    /// The user comes from another server than the one where the login was begun, or that server hides (RFC 9207).
    #[error("the answer is not from the server where the login was begun")]
    Issuer,
    /// The user did not agree.
    #[error("the login was not allowed by the user")]
    Denied,
    /// The server refused.
    #[error("the login was refused: {}", description.as_ref().unwrap_or(code))]
    #[non_exhaustive]
    Refused {
        /// Why, as a code of RFC 6749, section 4.1.2.1: `invalid_scope`.
        code: String,
        /// The same in words.
        description: Option<String>,
    },
    /// There is no code.
    #[error("there is no code from the server")]
    NoCode,
    /// What should be a code is longer than 4 KiB or holds control characters.
    #[error("what should be the code from the server cannot be one")]
    OddCode,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint as _;
    use crate::entities::CredentialApplication;

    fn app() -> CredentialApplication {
        serde_json::from_str(
            r#"{"name":"test","client_id":"client","client_secret":"planted-secret"}"#,
        )
        .unwrap()
    }

    fn begin() -> Authorization {
        let server = AuthorizationServer::new(&"https://mastodon.example".parse().unwrap());
        let uri = "http://127.0.0.1:8080/";
        Authorization::new(&server, &app(), uri, "read write:statuses", now()).unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-01-01T00:00:00Z".parse().unwrap()
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
        let authorization = begin().force_login().lang("de");
        let url = authorization.url();
        let parameter = |name: &str| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .unwrap()
                .1
                .into_owned()
        };
        assert_eq!(parameter("scope"), "read write:statuses");
        assert_eq!(parameter("code_challenge_method"), "S256");
        assert_eq!(parameter("force_login"), "true");
        assert_eq!(parameter("lang"), "de");
        let verifier = authorization.verifier.expose().to_owned();
        let call = authorization
            .with_redirect(&back(&parameter("state"), "code=abc"), now())
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
        let other = begin().state.clone();
        for address in [
            back(&other, "code=abc"),
            back("", "code=abc"),
            "http://127.0.0.1/?code=a".parse().unwrap(),
        ] {
            assert_eq!(
                begin().with_redirect(&address, now()).unwrap_err(),
                RedirectError::State
            );
        }
        let authorization = begin();
        let twice = back(&authorization.state.clone(), "state=other&code=abc");
        assert_eq!(
            authorization.with_redirect(&twice, now()).unwrap_err(),
            RedirectError::State
        );
    }

    #[test]
    fn a_refusal_is_told() {
        let authorization = begin();
        let address = back(
            &authorization.state.clone(),
            "error=invalid_scope&error_description=No%1B%5B2J",
        );
        let error = authorization.with_redirect(&address, now()).unwrap_err();
        assert_eq!(error.to_string(), "the login was refused: No[2J");
        let authorization = begin();
        let address = back(&authorization.state.clone(), "code=");
        assert_eq!(
            authorization.with_redirect(&address, now()).unwrap_err(),
            RedirectError::NoCode
        );
    }

    #[test]
    fn who_comes_too_late_begins_again() {
        let address = |authorization: &Authorization| back(&authorization.state, "code=abc");
        let authorization = begin();
        let at_last = address(&authorization);
        assert!(
            authorization
                .with_redirect(&at_last, now() + MAX_AGE)
                .is_ok()
        );
        let authorization = begin().ends_at(now());
        let late = address(&authorization);
        let error = authorization.with_redirect(&late, now() + TimeDelta::seconds(1));
        assert_eq!(error.unwrap_err(), RedirectError::Expired);
    }

    #[test]
    fn no_secret_is_shown() {
        let authorization = begin();
        let (state, verifier) = (
            authorization.state.clone(),
            authorization.verifier.expose().to_owned(),
        );
        let shown = format!("{authorization:?} {:?}", app());
        let shown = format!(
            "{shown} {:?}",
            authorization.with_code("planted-code").unwrap()
        );
        for secret in [&*state, &*verifier, "planted-secret", "planted-code"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
