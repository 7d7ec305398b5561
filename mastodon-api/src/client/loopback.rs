//! Where a browser on this computer comes back to.
//!
//! The address is `127.0.0.1` and not `localhost`, because that name may mean another computer, or `::1`, where
//! another program listens (RFC 8252, section 8.3). The port is a free one of the system's choice. Mastodon compares
//! redirect addresses letter by letter, so the program is registered when the port is known.

use std::collections::VecDeque;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use url::Url;

use super::login::LoginError;
use crate::oauth::{Authorization, TokenRequest};

/// A port of this computer that waits for one user to come back.
///
/// Whoever else comes, with whatever, gets an error and does not stop it: other programs, web pages that have their
/// visitors' browsers knock at ports, connections that say nothing.
#[derive(Debug)]
pub struct Loopback {
    listener: TcpListener,
    redirect_uri: Url,
}

/// What a visitor has to say comes at once, in a few hundred bytes.
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 100;
const MAX_TIME: Duration = Duration::from_secs(10);
/// Visitors at one time. When another comes, the one who is there longest goes, but not before a browser would have
/// been served; until then the others stand in the system's queue.
const MAX_VISITORS: usize = 64;
const MIN_TIME: Duration = Duration::from_millis(100);

impl Loopback {
    /// Takes a free port of `127.0.0.1`.
    ///
    /// # Errors
    ///
    /// When the system gives none.
    pub async fn bind() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let redirect_uri = format!("http://{}/callback", listener.local_addr()?);
        Ok(Self {
            listener,
            redirect_uri: Url::parse(&redirect_uri).map_err(io::Error::other)?,
        })
    }

    /// The address to register the program with, and to begin the [`Authorization`] with.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        self.redirect_uri.as_str()
    }

    /// Waits for the user of this authorization, shows a page that says that the program goes on, and gives the call
    /// for the token.
    ///
    /// # Errors
    ///
    /// [`LoginError::Redirect`] when the user comes back and did not agree, or with something that is no answer;
    /// [`LoginError::TimedOut`] when nobody came within `limit`.
    pub async fn catch(
        self,
        authorization: Authorization,
        limit: Duration,
    ) -> Result<TokenRequest, LoginError> {
        let authorization = Arc::new(authorization);
        let address = timeout(limit, self.wait(&authorization))
            .await
            .map_err(|_| LoginError::TimedOut(limit))?;
        // The visitors are gone, so nobody else has it.
        let authorization = Arc::into_inner(authorization).ok_or(LoginError::TimedOut(limit))?;
        Ok(authorization.with_redirect(&address, Utc::now())?)
    }

    /// The address with which the user came back.
    async fn wait(self, authorization: &Arc<Authorization>) -> Url {
        let mut visitors = JoinSet::new();
        let mut oldest_first: VecDeque<(Instant, AbortHandle)> = VecDeque::new();
        loop {
            oldest_first.retain(|(_, visitor)| !visitor.is_finished());
            let is_full = oldest_first.len() >= MAX_VISITORS;
            let oldest = oldest_first.front().filter(|_| is_full);
            let room_at = oldest.map(|(came, _)| *came + MIN_TIME);
            let accepted = async {
                if let Some(room_at) = room_at {
                    sleep_until(room_at).await;
                }
                self.listener.accept().await
            };
            tokio::select! {
                Some(visited) = visitors.join_next() => {
                    if let Ok(Some(address)) = visited {
                        visitors.shutdown().await;
                        return address;
                    }
                }
                accepted = accepted => match accepted {
                    Ok((stream, _)) => {
                        if is_full && let Some((_, oldest)) = oldest_first.pop_front() {
                            oldest.abort();
                        }
                        let visit = visit(stream, self.redirect_uri.clone(), authorization.clone());
                        oldest_first.push_back((Instant::now(), visitors.spawn(visit)));
                    }
                    // Such as too many open files, which passes.
                    Err(_) => sleep(Duration::from_millis(50)).await,
                },
            }
        }
    }
}

/// Serves one visitor: the address if it is the user who comes back.
async fn visit(
    mut stream: TcpStream,
    redirect_uri: Url,
    authorization: Arc<Authorization>,
) -> Option<Url> {
    let end = Instant::now() + MAX_TIME;
    let asked = timeout_at(end, read(&mut stream, &redirect_uri))
        .await
        .ok()?;
    let asked = asked.and_then(|address| match authorization.is_answer(&address) {
        true => Ok(address),
        false => Err(StatusCode::FORBIDDEN),
    });
    let (status, text) = match &asked {
        Ok(address) if address.query_pairs().any(|(name, _)| name == "error") => {
            (StatusCode::OK, "The login was not allowed.")
        }
        Ok(_) => (StatusCode::OK, "The program goes on with the login."),
        Err(status) => (*status, "This is not the answer that is waited for here."),
    };
    // Who does not want to read the page has still come back.
    let _ = timeout_at(end, write(&mut stream, status, text)).await;
    asked.ok()
}

/// The address that is asked for, or why it is not the one of a user who comes back.
async fn read(stream: &mut TcpStream, redirect_uri: &Url) -> Result<Url, StatusCode> {
    let mut head = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.unwrap_or_default();
        let part = part.get(..count).unwrap_or_default();
        head.extend_from_slice(part);
        if let Some(address) = parse(&head, redirect_uri)? {
            return Ok(address);
        }
        if part.is_empty() {
            return Err(StatusCode::BAD_REQUEST);
        }
        if head.len() > MAX_HEAD {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
    }
}

/// `None` when the request is not there as a whole.
fn parse(head: &[u8], redirect_uri: &Url) -> Result<Option<Url>, StatusCode> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let is_complete = match request.parse(head) {
        Ok(status) => status.is_complete(),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        Err(_) => return Err(StatusCode::BAD_REQUEST),
    };
    if !is_complete {
        return Ok(None);
    }
    let mut hosts = request
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("host"));
    // A page of a host whose name was made to mean this computer comes with that name.
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if host.value == redirect_uri.authority().as_bytes() => {}
        _ => return Err(StatusCode::MISDIRECTED_REQUEST),
    }
    if request.method != Some("GET") {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let target = request.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != redirect_uri.path() {
        return Err(StatusCode::NOT_FOUND);
    }
    let mut address = redirect_uri.clone();
    address.set_query(Some(query));
    Ok(Some(address))
}

/// A page without a script, without a link, and without anything of what the visitor brought.
async fn write(stream: &mut TcpStream, status: StatusCode, text: &str) -> io::Result<()> {
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Login</title>\
         <p>{text}</p><p>You can close this page.</p>"
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         Cache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n\
         Referrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\n\
         \r\n\
         {page}",
        page.len(),
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}
