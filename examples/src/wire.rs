//! Shows what goes over the wire to a server: each request, and the signature base that its signature was made over.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http_sig::Policy;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// What one server received, in order.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    received: Arc<Mutex<Vec<http::Request<Bytes>>>>,
    print: bool,
}

impl Wire {
    /// Keeps what comes to the inboxes, and prints everything if `print`.
    #[must_use]
    pub fn new(print: bool) -> Self {
        Self {
            print,
            ..Self::default()
        }
    }

    /// The requests that came to inboxes, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<http::Request<Bytes>> {
        self.received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// For [`axum::middleware::from_fn`]: passes every request on as it is.
    pub async fn pass(self, request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, 2 * 1024 * 1024).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let request = http::Request::from_parts(parts, body);
        let shown = self.print.then(|| show(&request));
        if request.uri().path().ends_with("/inbox") {
            self.received
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(request.clone());
        }
        let response = next.run(request.map(Body::from)).await;
        if let Some(shown) = shown {
            crate::say!("{shown}    │ → {}\n", response.status());
        }
        response
    }
}

fn show(request: &http::Request<Bytes>) -> String {
    let mut lines = vec![format!("{} {}", request.method(), request.uri())];
    for (name, value) in request.headers() {
        lines.push(format!(
            "{name}: {}",
            String::from_utf8_lossy(value.as_bytes())
        ));
    }
    if !request.body().is_empty() {
        lines.push(String::new());
        lines.push(String::from_utf8_lossy(request.body()).into_owned());
    }
    // Whoever's host it names: this only shows the base, it decides nothing.
    if let Ok(claim) = Policy::fediverse()
        .danger_any_authority()
        .read(request.clone(), SystemTime::now())
    {
        lines.push(String::new());
        lines.push(format!("signature base, signed with {}:", claim.key_id()));
        lines.extend(
            claim
                .signature_base()
                .lines()
                .map(|line| format!("  {line}")),
        );
    }
    lines
        .iter()
        .flat_map(|line| line.split('\n'))
        .fold(String::new(), |text, line| text + "    │ " + line + "\n")
}
