//! A server for many names on loopback, with https and a certificate that the client trusts: everything else of the client is
//! as strict as it is by default.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use guarded_http::{GuardedClient, Recorder};
use percent_encoding::percent_decode_str;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use webfinger::Client;

/// An answer.
#[derive(Clone, Default)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Page {
    pub(crate) fn new(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub(crate) fn of(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".to_owned(), media_type.to_owned())],
            body: body.into(),
        }
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::new(301).header("location", to)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A descriptor with one actor.
pub(crate) fn jrd(subject: &str, actor: &str) -> Page {
    let link = json!({"rel": "self", "type": "application/activity+json", "href": actor});
    let document = json!({"subject": format!("acct:{subject}"), "links": [link]});
    Page::of("application/jrd+json", document.to_string())
}

/// An actor.
pub(crate) fn actor(id: &str, preferred_username: &str) -> Page {
    let document = json!({"id": id, "type": "Person", "preferredUsername": preferred_username});
    Page::of("application/activity+json", document.to_string())
}

/// The page that WebFinger has for this resource.
pub(crate) fn finger(host: &str, resource: &str) -> String {
    format!("{host}/.well-known/webfinger?resource={resource}")
}

#[derive(Clone)]
pub(crate) struct World {
    shared: Arc<Shared>,
    pub(crate) recorder: Recorder,
    pub(crate) http: GuardedClient,
    pub(crate) address: SocketAddr,
}

struct Shared {
    /// By host, path and query, decoded.
    pages: Mutex<HashMap<String, Page>>,
    asked: Mutex<Vec<String>>,
    /// What is answered needs a permit.
    gate: Semaphore,
}

impl World {
    /// Names that exist, all on this one server.
    pub(crate) async fn new(names: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut authority = CertificateParams::new([]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let certificate = CertificateParams::new(names.clone())
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(certificate.der().to_vec())],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let shared = Arc::new(Shared {
            pages: Mutex::default(),
            asked: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, serving) = (acceptor.clone(), Arc::clone(&serving));
                tokio::spawn(async move {
                    if let Ok(socket) = acceptor.accept(socket).await {
                        serving.serve(socket).await;
                    }
                });
            }
        });
        let recorder = Recorder::new();
        let mut builder = GuardedClient::builder()
            .trust_root(authority.der().to_vec())
            .record(&recorder);
        for name in &names {
            builder = builder.danger_resolve(name, address);
        }
        Self {
            shared,
            recorder,
            http: builder.build().unwrap(),
            address,
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.http.clone())
    }

    pub(crate) fn page(&self, at: &str, page: Page) {
        self.shared
            .pages
            .lock()
            .unwrap()
            .insert(at.to_owned(), page);
    }

    /// What was asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// As if nothing had happened yet.
    pub(crate) fn clear(&self) {
        self.shared.pages.lock().unwrap().clear();
        self.shared.asked.lock().unwrap().clear();
    }

    /// Answers nobody before [`open`](Self::open).
    pub(crate) fn close(&self) {
        self.shared.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn open(&self) {
        self.shared.gate.add_permits(Semaphore::MAX_PERMITS);
    }

    /// When so many requests have arrived.
    pub(crate) async fn until_asked(&self, count: usize) {
        while self.asked().len() < count {
            tokio::task::yield_now().await;
        }
    }

    /// Sockets that lead anywhere else than to this server.
    pub(crate) fn forbidden(&self) -> usize {
        let dialled = self.recorder.dialled();
        dialled
            .iter()
            .filter(|dialled| dialled.address != self.address)
            .count()
    }
}

impl Shared {
    async fn serve(&self, mut socket: impl AsyncReadExt + AsyncWriteExt + Unpin) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match socket.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let target = head.split(' ').nth(1).unwrap();
        let host = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("host: ")
                    .map(str::to_owned)
            })
            .unwrap();
        let asked = percent_decode_str(&format!("{host}{target}"))
            .decode_utf8()
            .unwrap()
            .into_owned();
        self.asked.lock().unwrap().push(asked.clone());
        let _permit = self.gate.acquire().await.unwrap();
        let page = self.pages.lock().unwrap().get(&asked).cloned();
        let page = page.unwrap_or_else(|| Page::new(404));
        let mut answer = format!(
            "HTTP/1.1 {} X\r\nconnection: close\r\ncontent-length: {}\r\n",
            page.status,
            page.body.len()
        );
        for (name, value) in &page.headers {
            answer.push_str(&format!("{name}: {value}\r\n"));
        }
        answer.push_str("\r\n");
        // A client that had enough hangs up.
        let _ = socket.write_all(answer.as_bytes()).await;
        let _ = socket.write_all(&page.body).await;
        let _ = socket.shutdown().await;
    }
}

/// A page as the case files write it.
pub(crate) fn page_of(value: &Value) -> Page {
    let text = |name: &str| value[name].as_str();
    if let Some(to) = text("redirect") {
        return Page::redirect(to);
    }
    let status = value["status"].as_u64().unwrap_or(200);
    let times = value["times"].as_u64().unwrap_or(1);
    let body = match (&value["body"], text("text")) {
        (Value::Null, text) => text.unwrap_or_default().to_owned(),
        (body, _) => body.to_string(),
    };
    let body = format!(
        "{}{}{}",
        text("before").unwrap_or_default(),
        body.repeat(usize::try_from(times).unwrap()),
        text("after").unwrap_or_default()
    );
    let mut page = Page::new(u16::try_from(status).unwrap());
    page.body = body.into_bytes();
    page.header(
        "content-type",
        text("type").unwrap_or("application/jrd+json"),
    )
}
