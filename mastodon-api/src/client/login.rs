//! Registering the program, and logging in.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use chrono::Utc;
use http::{Method, Response, StatusCode};
use url::Url;

use super::Client;
use crate::endpoint::{Access, Endpoint, Parameters};
use crate::entities::CredentialApplication;
use crate::error::{Error, InvalidRequest, NotUnderstood, NotUnderstoodReason};
use crate::methods;
use crate::oauth::{
    Authorization, AuthorizationServer, Credentials, MetadataError, NoRandomness, OUT_OF_BAND,
    RedirectError, TokenRequest,
};

impl Client {
    /// Where this server wants to be asked for logins: what it says about itself, checked, or the places of Mastodon
    /// before 4.3, when it says nothing.
    ///
    /// # Errors
    ///
    /// When there is no answer, or when the server names addresses that are not its own.
    pub async fn authorization_server(&self) -> Result<AuthorizationServer, LoginError> {
        let base = self.base();
        let client = self.clone().without_token();
        let call = methods::oauth::AuthorizationServerMetadata::new();
        match client.send(call).await {
            Ok(metadata) => Ok(AuthorizationServer::from_metadata(base, &metadata)?),
            Err(error) if says_nothing(&error) => Ok(AuthorizationServer::new(base)),
            Err(error) => Err(error.into()),
        }
    }

    /// Registers a program of this name with the server. Do it once and keep the answer.
    pub fn register(&self, client_name: impl Into<String>) -> Register {
        Register {
            client: self.clone().without_token(),
            client_name: client_name.into(),
            redirect_uris: Vec::new(),
            scopes: None,
            website: None,
        }
    }

    /// Logs a user in: registers a program of this name, sends the user to the server, and exchanges what comes back
    /// for a token.
    pub fn log_in(&self, client_name: impl Into<String>) -> LogIn {
        LogIn {
            registration: self.register(client_name),
            scopes: "read".to_owned(),
            force_login: false,
            lang: None,
            limit: Duration::from_secs(10 * 60),
        }
    }

    /// Makes the token of these credentials worthless.
    ///
    /// # Errors
    ///
    /// When they are for another server, [`LoginError::UnknownProgram`], or when the server refuses: the token may
    /// still be good.
    pub async fn log_out(&self, credentials: &Credentials) -> Result<(), LoginError> {
        let server = Url::parse(&credentials.server);
        if !server.is_ok_and(|server| server.origin() == self.base().origin()) {
            let why = "they are for another server, which alone may see the token";
            return Err(Error::from(InvalidRequest::parameter("credentials", why)).into());
        }
        if credentials.client.is_none() {
            return Err(LoginError::UnknownProgram);
        }
        let server = self.authorization_server().await?;
        if let Some(call) = credentials.revoke(&server) {
            self.clone().without_token().send(call).await?;
        }
        Ok(())
    }
}

impl Credentials {
    /// A client with this token. What the token does not allow is not sent.
    ///
    /// # Errors
    ///
    /// When `server` is not the `https:` address of a server, or the token cannot stand in a header.
    pub fn client(&self) -> Result<Client, Error> {
        Client::builder(&self.server).token(self).build()
    }
}

/// Servers without this answer say 404, or show the page of their web interface for any path.
fn says_nothing(error: &Error) -> bool {
    match error {
        Error::Refused(refused) => {
            refused.status.is_client_error() && refused.status != StatusCode::TOO_MANY_REQUESTS
        }
        Error::NotUnderstood(answer) => answer.reason == NotUnderstoodReason::Html,
        _ => false,
    }
}

/// A program to register. [`methods::apps::Create`] is the call beneath.
#[derive(Clone, Debug)]
#[must_use = "nothing is registered until `send`"]
pub struct Register {
    client: Client,
    client_name: String,
    redirect_uris: Vec<String>,
    scopes: Option<String>,
    website: Option<String>,
}

impl Register {
    /// Where users may be sent back to. If nothing is said: [`OUT_OF_BAND`].
    pub fn redirect_uris<T: Into<String>>(mut self, uris: impl IntoIterator<Item = T>) -> Self {
        self.redirect_uris = uris.into_iter().map(Into::into).collect();
        self
    }

    /// What it may ever ask for: scopes with a space between them. `read` if nothing is said.
    pub fn scopes(mut self, scopes: impl ToString) -> Self {
        self.scopes = Some(scopes.to_string());
        self
    }

    /// Its website, which posts link to.
    pub fn website(mut self, website: impl Into<String>) -> Self {
        self.website = Some(website.into());
        self
    }

    /// Registers it.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`]. An answer without a client id is not understood; one without a secret is.
    pub async fn send(mut self) -> Result<CredentialApplication, Error> {
        if self.redirect_uris.is_empty() {
            self.redirect_uris.push(OUT_OF_BAND.to_owned());
        }
        let mut call = methods::apps::Create::new(self.client_name, self.redirect_uris);
        if let Some(scopes) = self.scopes {
            call = call.scopes(scopes);
        }
        if let Some(website) = self.website {
            call = call.website(website);
        }
        self.client.send(Registration(call)).await
    }
}

/// The call for a registration, whose answer has an id.
struct Registration(methods::apps::Create);

impl Endpoint for Registration {
    type Response = CredentialApplication;
    const METHOD: Method = methods::apps::Create::METHOD;
    const TEMPLATE: &'static str = methods::apps::Create::TEMPLATE;
    const ACCESS: Access = methods::apps::Create::ACCESS;

    fn path(&self) -> String {
        self.0.path()
    }

    fn write(&self, parameters: &mut Parameters) {
        self.0.write(parameters);
    }

    fn read_response(&self, response: Response<Bytes>) -> Result<CredentialApplication, Error> {
        let app = self.0.read_response(response.clone())?;
        if app.client_id.is_empty() {
            let reason = NotUnderstoodReason::Unexpected;
            let path = "client_id".to_owned();
            let error = NotUnderstood::new(&response, reason, path, None);
            return Err(Error::NotUnderstood(Box::new(error)));
        }
        Ok(app)
    }
}

/// A login to make. See [`Client::log_in`].
#[derive(Clone, Debug)]
#[must_use = "nobody is logged in until `open` or `out_of_band`"]
pub struct LogIn {
    registration: Register,
    scopes: String,
    force_login: bool,
    lang: Option<String>,
    limit: Duration,
}

impl LogIn {
    /// What the token is to allow: scopes with a space between them. `read` if nothing is said.
    pub fn scopes(mut self, scopes: impl ToString) -> Self {
        self.scopes = scopes.to_string();
        self
    }

    /// The website of the program, which posts link to.
    pub fn website(mut self, website: impl Into<String>) -> Self {
        self.registration = self.registration.website(website);
        self
    }

    /// Has the user log in anew, also one who is logged in: to choose another account.
    pub fn force_login(mut self) -> Self {
        self.force_login = true;
        self
    }

    /// The language of the server's page (ISO 639), where it is not to be the browser's.
    pub fn lang(mut self, lang: impl Into<String>) -> Self {
        self.lang = Some(lang.into());
        self
    }

    /// How long to wait for the user: 10 minutes if nothing is said.
    pub fn wait_for(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Logs in through a browser on this computer. `open` is given the page to open there: open it or print it; the
    /// browser comes back to a port of this computer ([`Loopback`](crate::oauth::Loopback)).
    ///
    /// The program is registered for this login, because the address with the port is a part of that.
    ///
    /// # Errors
    ///
    /// When the server, the user or this computer does not play along: see [`LoginError`].
    #[cfg(feature = "loopback")]
    pub async fn open(self, open: impl FnOnce(&Url)) -> Result<Credentials, LoginError> {
        let loopback = crate::oauth::Loopback::bind()
            .await
            .map_err(LoginError::NoPort)?;
        let limit = self.limit;
        let (client, authorization, app) = self.begin(loopback.redirect_uri()).await?;
        open(&authorization.url());
        let call = loopback.catch(authorization, limit).await?;
        finish(&client, &app, call).await
    }

    /// Logs in where no browser can come back: the server shows a code, which the user copies. `ask` is given the
    /// page, and gives the code.
    ///
    /// # Errors
    ///
    /// When the server, the user or this computer does not play along: see [`LoginError`]. A server that does not
    /// know this way refuses the registration, or the user sees its error.
    pub async fn out_of_band<F, R>(self, ask: F) -> Result<Credentials, LoginError>
    where
        F: FnOnce(Url) -> R,
        R: Future<Output = io::Result<String>>,
    {
        let (client, authorization, app) = self.begin(OUT_OF_BAND).await?;
        let code = ask(authorization.url()).await.map_err(LoginError::Asking)?;
        let call = authorization.with_code(&code)?;
        finish(&client, &app, call).await
    }

    async fn begin(
        self,
        redirect_uri: &str,
    ) -> Result<(Client, Authorization, CredentialApplication), LoginError> {
        let client = self.registration.client.clone();
        let server = client.authorization_server().await?;
        let registration = self.registration.redirect_uris([redirect_uri]);
        let app = registration.scopes(&self.scopes).send().await?;
        let mut authorization =
            Authorization::new(&server, &app, redirect_uri, &self.scopes, Utc::now())?;
        if self.force_login {
            authorization = authorization.force_login();
        }
        if let Some(lang) = self.lang {
            authorization = authorization.lang(lang);
        }
        Ok((client, authorization, app))
    }
}

/// Exchanges the code, and asks whose token it is.
async fn finish(
    client: &Client,
    app: &CredentialApplication,
    call: TokenRequest,
) -> Result<Credentials, LoginError> {
    let token = client.send(call).await?;
    let mut credentials = Credentials::from_login(client.base(), app, &token, Utc::now());
    // It is known here what the token allows, and the server may still see it otherwise: so ask in any case.
    let account = client.clone().with_token(&token.access_token).me().await;
    match account {
        Ok(account) => credentials.account = Some(account.acct.clone()),
        // Such as a token that is only there to post.
        Err(error) if error.is_forbidden() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(credentials)
}

/// Why nobody is logged in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// A call failed, by whose fault it says.
    #[error(transparent)]
    Call(#[from] Error),
    /// The server names addresses that are not its own.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// What came back is not the answer, or the user did not agree.
    #[error(transparent)]
    Redirect(#[from] RedirectError),
    /// The operating system has no randomness to give.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The code could not be asked for.
    #[error("the code cannot be asked for")]
    Asking(#[source] io::Error),
    /// There is no port for the browser to come back to.
    #[error("there is no port of this computer for the browser to come back to")]
    NoPort(#[source] io::Error),
    /// It is not known for which program the token was made, and a server takes it back from that one alone.
    #[error(
        "it is not known for which program the token was made: revoke it in the settings of the account, under the \
         authorized applications"
    )]
    UnknownProgram,
    /// The browser did not come back in time.
    #[error("nobody came back from the server within {} s: try again", .0.as_secs())]
    TimedOut(Duration),
}
