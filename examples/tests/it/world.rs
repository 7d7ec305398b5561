//! Servers of many names, with https on one loopback socket, and programs that ask them.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::response::{IntoResponse as _, Response};
use axum::serve::Listener as _;
use fedikit_examples::tls::Certificate;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use tempfile::NamedTempFile;
use url::form_urlencoded;

/// What the servers answer.
#[derive(Default)]
pub(crate) struct World {
    /// By host and path, with the resource of a WebFinger query behind the path.
    answers: HashMap<String, (&'static str, String)>,
    hosts: Vec<String>,
}

/// A world whose servers run.
pub(crate) struct Running {
    address: SocketAddr,
    hosts: Vec<String>,
    /// A file with the certificate authority.
    authority: NamedTempFile,
}

/// What a run of a program gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    /// Somebody asks `host` for `path`.
    pub(crate) fn answer(
        mut self,
        host: &str,
        path: &str,
        content_type: &'static str,
        body: impl ToString,
    ) -> Self {
        if !self.hosts.iter().any(|known| known == host) {
            self.hosts.push(host.to_owned());
        }
        self.answers
            .insert(format!("{host}{path}"), (content_type, body.to_string()));
        self
    }

    /// A host that has a name and answers nothing but 404.
    pub(crate) fn empty(mut self, host: &str) -> Self {
        self.hosts.push(host.to_owned());
        self
    }

    /// `asked` says that `subject` is this actor.
    pub(crate) fn jrd(self, asked: &str, subject: &str, actor: &str) -> Self {
        let (_, host) = asked.split_once('@').unwrap();
        let jrd = json!({"subject": format!("acct:{subject}"), "links": [
            {"rel": "self", "type": "application/activity+json", "href": actor}]});
        let path = format!("/.well-known/webfinger acct:{asked}");
        self.answer(host, &path, "application/jrd+json", jrd)
    }

    /// An actor with this id, and more properties.
    pub(crate) fn actor(self, id: &str, name: &str, more: Value) -> Self {
        let mut actor = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Person", "preferredUsername": name,
            "inbox": format!("{id}/inbox"),
        });
        let members = actor.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        let (host, path) = id
            .strip_prefix("https://")
            .unwrap()
            .split_once('/')
            .unwrap();
        self.answer(
            host,
            &format!("/{path}"),
            "application/activity+json",
            actor,
        )
    }

    /// The host runs tiny 0.9.
    pub(crate) fn nodeinfo(self, host: &str) -> Self {
        let href = format!("https://{host}/nodeinfo");
        let links = json!({"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": href}]});
        let info = json!({"version": "2.1", "software": {"name": "tiny", "version": "0.9"}, "protocols": ["activitypub"],
            "services": {"inbound": [], "outbound": []}, "openRegistrations": true, "usage": {"users": {}}, "metadata": {}});
        self.answer(host, "/.well-known/nodeinfo", "application/json", links)
            .answer(host, "/nodeinfo", "application/json", info)
    }

    /// Serves everything while `ask` runs.
    pub(crate) async fn with<T: Send + 'static>(
        self,
        ask: impl FnOnce(&Running) -> T + Send + 'static,
    ) -> T {
        let certificate = Certificate::new(self.hosts.as_slice()).unwrap();
        let authority = NamedTempFile::new().unwrap();
        fs::write(&authority, &certificate.authority).unwrap();
        let listener = certificate.listen().await.unwrap();
        let running = Running {
            address: listener.local_addr().unwrap(),
            hosts: self.hosts,
            authority,
        };
        let answers = Arc::new(self.answers);
        let app = Router::new().fallback(move |request: Request| {
            let answers = Arc::clone(&answers);
            async move { respond(&answers, &request) }
        });
        let served = tokio::spawn(async move { axum::serve(listener, app).await });
        let outcome = tokio::task::spawn_blocking(move || ask(&running))
            .await
            .unwrap();
        served.abort();
        outcome
    }
}

fn respond(answers: &HashMap<String, (&'static str, String)>, request: &Request) -> Response {
    let host = request.headers()[HOST].to_str().unwrap();
    let query = request.uri().query().unwrap_or_default();
    let resource = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "resource");
    let path = request.uri().path();
    let asked = match resource {
        Some((_, resource)) => format!("{host}{path} {resource}"),
        None => format!("{host}{path}"),
    };
    match answers.get(&asked) {
        Some((content_type, body)) => {
            ([(CONTENT_TYPE, *content_type)], body.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Running {
    /// Runs a program that knows where the hosts are.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .arg("--trust-root")
            .arg(self.authority.path());
        for host in &self.hosts {
            command
                .arg("--danger-resolve")
                .arg(format!("{host}={}", self.address));
        }
        run(&mut command)
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    /// It printed one JSON object.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{}{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap()
    }

    /// It failed with this code and one sentence that holds these words.
    pub(crate) fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert!(self.out.is_empty(), "{}", self.out);
        assert_eq!(self.err.trim_end().lines().count(), 1, "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in {}", self.err);
        }
    }
}
