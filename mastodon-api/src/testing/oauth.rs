//! Registering an application and logging in.

use axum::{
    Json,
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Utc;
use http::{Method, StatusCode, header, request};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{
    Refusal,
    params::Params,
    rest,
    state::{Access, Fake, Grant},
};
use crate::{
    entities::{Application, AuthorizationServerMetadata, CredentialApplication, Token},
    ids::AccountId,
};

const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";
const DEFAULT_SCOPES: &str = "read";

pub(super) fn answer(
    fake: &mut Fake,
    parts: &request::Parts,
    params: &Params,
) -> Result<Response, Refusal> {
    match (&parts.method, parts.uri.path()) {
        (&Method::GET, "/oauth/authorize") => {
            let account = fake.signed_in.as_ref().or(fake.first_account()).cloned();
            let account =
                account.ok_or_else(|| Refusal::unprocessable("Nobody has an account here"))?;
            let target = authorize(fake, params, account)?;
            let location = [(header::LOCATION, String::from(target))];
            Ok((StatusCode::FOUND, location).into_response())
        }
        (&Method::GET, "/oauth/authorize/native") => {
            let code = params.text("code").unwrap_or_default();
            let is_known = fake.codes.contains_key(code);
            let code = if is_known { code } else { "" };
            Ok(Html(format!("<input readonly value=\"{code}\">")).into_response())
        }
        (&Method::GET | &Method::POST, "/oauth/userinfo") => {
            let access = rest::access(fake, parts)?;
            let who = rest::user(access.as_ref(), "profile")
                .or_else(|_| rest::user(access.as_ref(), "read:accounts"))?;
            let account = fake.account_with_id(&who);
            let account = account.ok_or_else(rest::invalid_token)?;
            rest::json(json!({
                "iss": fake.page(""),
                "sub": account.uri,
                "name": account.display_name,
                "preferred_username": account.username,
                "profile": account.url,
            }))
        }
        (&Method::POST, "/oauth/token") => token(fake, params),
        (&Method::POST, "/oauth/revoke") => {
            client(fake, params)?;
            fake.revoke(params.text("token").unwrap_or_default());
            Ok(Json(json!({})).into_response())
        }
        _ => Err(Refusal::unknown()),
    }
}

/// What it says about logging in.
pub(super) fn metadata(fake: &Fake) -> AuthorizationServerMetadata {
    let mut metadata = AuthorizationServerMetadata::new();
    metadata.issuer = fake.page("");
    metadata.authorization_endpoint = fake.page("oauth/authorize");
    metadata.token_endpoint = fake.page("oauth/token");
    metadata.app_registration_endpoint = Some(fake.page("api/v1/apps"));
    metadata.revocation_endpoint = Some(fake.page("oauth/revoke"));
    metadata.userinfo_endpoint = Some(fake.page("oauth/userinfo"));
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    metadata.scopes_supported = texts(&["read", "write", "follow", "push", "profile"]);
    metadata.response_types_supported = texts(&["code"]);
    metadata.code_challenge_methods_supported = texts(&["S256"]);
    metadata.grant_types_supported = texts(&["authorization_code", "client_credentials"]);
    metadata.token_endpoint_auth_methods_supported = texts(&["client_secret_post"]);
    metadata
}

/// Registers an application.
pub(super) fn register(fake: &mut Fake, params: &Params) -> Result<Response, Refusal> {
    let name = params
        .text("client_name")
        .ok_or_else(|| Refusal::invalid("Application name can't be blank"))?;
    let redirect_uris: Vec<_> = params
        .all("redirect_uris")
        .flat_map(str::split_whitespace)
        .map(ToOwned::to_owned)
        .collect();
    if redirect_uris.is_empty() {
        return Err(Refusal::invalid("Redirect URI can't be blank"));
    }
    let number = fake.next_id();
    let mut application = Application::new();
    application.id = Some(number.into());
    application.name = name.to_owned();
    application.website = params.text("website").map(Into::into);
    let scopes = params.text("scopes").unwrap_or(DEFAULT_SCOPES);
    application.scopes = scopes.split_whitespace().map(ToOwned::to_owned).collect();
    application.redirect_uri = Some(redirect_uris.join("\n"));
    application.redirect_uris = redirect_uris;
    let mut application = CredentialApplication::new(application);
    application.client_id = format!("fake-client-{number}");
    application.client_secret = format!("fake-secret-{number}").into();
    application.client_secret_expires_at = Some(0);
    fake.applications.push(application.clone());
    Ok(Json(application).into_response())
}

/// Approves the request of an authorization page in the name of an account: where the browser goes next.
pub(super) fn authorize(
    fake: &mut Fake,
    params: &Params,
    account: AccountId,
) -> Result<Url, Refusal> {
    let (mut target, grant) = requested(fake, params, account)?;
    let code = format!("fake-code-{}", fake.next_id());
    target.query_pairs_mut().append_pair("code", &code);
    fake.codes.insert(code, grant);
    Ok(with_state(target, params))
}

/// Refuses the request of an authorization page: where the browser goes next.
pub(super) fn deny(fake: &mut Fake, params: &Params) -> Result<Url, Refusal> {
    let (mut target, _) = requested(fake, params, AccountId::from(""))?;
    let why = "The resource owner or authorization server denied the request.";
    target
        .query_pairs_mut()
        .append_pair("error", "access_denied")
        .append_pair("error_description", why);
    Ok(with_state(target, params))
}

fn with_state(mut target: Url, params: &Params) -> Url {
    if let Some(state) = params.text("state") {
        target.query_pairs_mut().append_pair("state", state);
    }
    target
}

/// Where the browser goes after an authorization page, and what it asks for.
fn requested(fake: &Fake, params: &Params, account: AccountId) -> Result<(Url, Grant), Refusal> {
    let client_id = params.text("client_id").unwrap_or_default();
    let application = fake.applications.iter().find(|a| a.client_id == client_id);
    let application = application.ok_or_else(invalid_client)?;
    let redirect_uri = params.text("redirect_uri").unwrap_or_default();
    if !application
        .redirect_uris
        .iter()
        .any(|uri| uri == redirect_uri)
    {
        let why = "The requested redirect uri is malformed or doesn't match client redirect URI.";
        return Err(refused("invalid_redirect_uri", why));
    }
    if params.text("response_type") != Some("code") {
        let why = "The authorization server does not support this response type.";
        return Err(refused("unsupported_response_type", why));
    }
    let scopes = params.text("scope").unwrap_or(DEFAULT_SCOPES);
    covers(application, scopes)?;
    let code_challenge = params.text("code_challenge");
    if code_challenge.is_some() && params.text("code_challenge_method") != Some("S256") {
        let why = "The code_challenge_method must be S256.";
        return Err(refused("invalid_code_challenge_method", why));
    }
    let grant = Grant {
        client_id: client_id.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        scopes: scopes.to_owned(),
        account,
        code_challenge: code_challenge.map(ToOwned::to_owned),
    };

    let target = match redirect_uri {
        OUT_OF_BAND => &*fake.page("oauth/authorize/native"),
        uri => uri,
    };
    let target = Url::parse(target)
        .map_err(|_| refused("invalid_redirect_uri", "The redirect URI is not a URL."))?;
    Ok((target, grant))
}

fn token(fake: &mut Fake, params: &Params) -> Result<Response, Refusal> {
    let application = client(fake, params)?;
    let (account, scopes) = match params.text("grant_type") {
        Some("authorization_code") => {
            // A code is good for one try.
            let grant = fake.codes.remove(params.text("code").unwrap_or_default());
            let grant = grant.filter(|grant| {
                grant.client_id == application.client_id
                    && params.text("redirect_uri") == Some(&*grant.redirect_uri)
                    && proves(
                        params.text("code_verifier"),
                        grant.code_challenge.as_deref(),
                    )
            });
            let grant = grant.ok_or_else(|| {
                refused(
                    "invalid_grant",
                    "The provided authorization grant is invalid, expired, revoked, does not match the \
                     redirection URI used in the authorization request, or was issued to another client.",
                )
            })?;
            (Some(grant.account), grant.scopes)
        }
        Some("client_credentials") => {
            let scopes = params.text("scope").unwrap_or(DEFAULT_SCOPES);
            covers(&application, scopes)?;
            (None, scopes.to_owned())
        }
        _ => {
            let why = "The authorization grant type is not supported by the authorization server.";
            return Err(refused("unsupported_grant_type", why));
        }
    };
    let mut token = Token::new(fake.grant(Access {
        account,
        scopes: scopes.clone(),
        application: Some(application.application),
    }));
    token.token_type = "Bearer".to_owned();
    token.scope = scopes;
    token.created_at = u64::try_from(Utc::now().timestamp()).ok();
    Ok(Json(token).into_response())
}

/// The application that shows its id and secret.
fn client(fake: &Fake, params: &Params) -> Result<CredentialApplication, Refusal> {
    let (id, secret) = (params.text("client_id"), params.text("client_secret"));
    let application = fake.applications.iter().find(|application| {
        id == Some(&*application.client_id) && secret == Some(application.client_secret.expose())
    });
    application.cloned().ok_or_else(invalid_client)
}

/// Whether the application asks for no more than it registered for.
fn covers(application: &CredentialApplication, scopes: &str) -> Result<(), Refusal> {
    let registered = Access {
        account: None,
        scopes: application.scopes.join(" "),
        application: None,
    };
    if scopes
        .split_whitespace()
        .all(|scope| registered.allows(scope))
    {
        return Ok(());
    }
    let why = "The requested scope is invalid, unknown, or malformed.";
    Err(refused("invalid_scope", why))
}

/// PKCE, [RFC 7636 section 4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6), with `S256` only.
fn proves(verifier: Option<&str>, challenge: Option<&str>) -> bool {
    let hash = |verifier: &str| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    verifier.map(hash).as_deref() == challenge
}

fn invalid_client() -> Refusal {
    Refusal {
        status: StatusCode::UNAUTHORIZED,
        ..refused(
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication included, or \
             unsupported authentication method.",
        )
    }
}

fn refused(error: &str, why: &str) -> Refusal {
    let mut refusal = Refusal::new(StatusCode::BAD_REQUEST, error);
    refusal.description = Some(why.to_owned());
    refusal
}
