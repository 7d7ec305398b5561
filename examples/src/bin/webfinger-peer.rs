//! Our side of `interop/webfinger.sh`: a server with https whose handles are partly on other names than its actors.
//!
//! ```text
//! webfinger-peer FOLDER NAME…   writes certificates for its own names and these, prints its port, and serves until killed
//! ```
//!
//! @bob@social.example is not split. `handles.example` redirects questions for its handles to `social.example`, as Mastodon
//! proposes it; `names.example` answers them itself.

use activitypub::Actor;
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::serve::Listener;
use clap::Parser;
use fedikit_examples::say;
use fedikit_examples::server::BoxError;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;
use url::Url;
use webfinger::server::Directory;
use webfinger::{Descriptor, Link, NodeInfo, Resource, rel, server};

/// Where the actors are.
const ACTORS: &str = "social.example";

/// Where handles are that are asked for there and answered at [`ACTORS`].
const REDIRECTING: &str = "handles.example";

/// Where handles are that are answered there.
const ANSWERING: &str = "names.example";

/// Everybody, and where their handles are.
const PEOPLE: [(&str, &str); 3] = [("ada", REDIRECTING), ("bob", ACTORS), ("carol", ANSWERING)];

/// Serves people whose handles are partly on other names than their actors, for other implementations to find.
#[derive(Debug, Parser)]
#[command(name = "webfinger-peer", version)]
struct Arguments {
    /// Where ca.pem, certificate.pem and key.pem are written.
    folder: PathBuf,
    /// Names of other servers that use the same certificate.
    names: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let arguments = Arguments::parse();
    let names = [ACTORS, REDIRECTING, ANSWERING].map(str::to_owned);
    let tls = certify(
        &arguments.folder,
        [names.to_vec(), arguments.names].concat(),
    )?;
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    say!("{}", socket.local_addr()?.port());
    let people = People {
        base: format!("https://{ACTORS}/").parse()?,
    };
    let routes = Router::new()
        .route("/users/{name}", get(actor))
        .merge(server::routes(Arc::new(people)))
        .layer(from_fn(by_name));
    axum::serve(Tls { socket, tls }, routes).await?;
    Ok(())
}

/// Answers only what the name in the request is for.
async fn by_name(request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let is_webfinger = request.uri().path() == webfinger::query::PATH;
    match host {
        Some(ACTORS) => next.run(request).await,
        Some(ANSWERING) if is_webfinger => next.run(request).await,
        Some(REDIRECTING) if is_webfinger => {
            let there = format!("https://{ACTORS}{}", request.uri());
            (StatusCode::MOVED_PERMANENTLY, [(LOCATION, there)]).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn actor(axum::extract::Path(name): axum::extract::Path<String>) -> Response {
    let Some((name, _)) = PEOPLE.iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let id = id_of(name);
    let mut actor = Actor::person(id.as_str(), *name, format!("{id}/inbox"));
    actor.name = Some(name.to_uppercase());
    (
        [(CONTENT_TYPE, "application/activity+json")],
        actor.to_vec(),
    )
        .into_response()
}

fn id_of(name: &str) -> String {
    format!("https://{ACTORS}/users/{name}")
}

struct People {
    base: Url,
}

impl Directory for People {
    fn base(&self) -> &Url {
        &self.base
    }

    fn serves(&self, host: &str) -> bool {
        [ACTORS, REDIRECTING, ANSWERING].contains(&host)
    }

    async fn find(&self, resource: &Resource) -> Option<Descriptor> {
        let (name, host) = PEOPLE.iter().find(|(name, host)| match resource {
            // Whoever knows only the actor's host may ask with that: the subject says what the handle is.
            Resource::Acct(asked) => {
                asked.user().eq_ignore_ascii_case(name) && [host, ACTORS].contains(&asked.host())
            }
            Resource::Url(url) => url.as_str() == id_of(name),
            _ => false,
        })?;
        let id = id_of(name);
        let page = Link::new(rel::PROFILE_PAGE).media_type("text/html");
        Some(
            Descriptor::new(format!("acct:{name}@{host}"))
                .alias(id.as_str())
                .link(Link::to_actor(id))
                .link(page.href(format!("https://{ACTORS}/@{name}"))),
        )
    }

    async fn nodeinfo(&self) -> NodeInfo {
        let mut info = NodeInfo::new("fedikit-peer", "1.2.3");
        info.usage.users = Some(PEOPLE.len() as u64);
        info
    }
}

/// Writes a certificate for these names and the authority that signed it.
fn certify(folder: &Path, names: Vec<String>) -> Result<TlsAcceptor, BoxError> {
    let mut params = CertificateParams::new([])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "fedikit interop");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(names)?.signed_by(&key, &authority)?;

    fs::write(folder.join("ca.pem"), authority.pem())?;
    fs::write(folder.join("certificate.pem"), certificate.pem())?;
    fs::write(folder.join("key.pem"), key.serialize_pem())?;

    let certificate = CertificateDer::from_pem_slice(certificate.pem().as_bytes())?;
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes())?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

struct Tls {
    socket: TcpListener,
    tls: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.socket).await;
            match self.tls.accept(stream).await {
                Ok(stream) => return (stream, address),
                // Whoever does not like the certificate is the other side's business.
                Err(error) => eprintln!("{error}"),
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.socket.local_addr()
    }
}
