//! A server whose inbox is open only to who signs: the layer fetches the key that a request names from its actor, and what it
//! refuses is printed with the reason.
//!
//! ```text
//! verify-server --authority social.example     behind a proxy that passes on `Host` as it came
//! ```

mod actor_keys;

use actor_keys::ActorKeys;
use axum::routing::post;
use axum::{Extension, Router};
use bytes::Bytes;
use clap::Parser;
use fedikit_examples::say;
use fedikit_examples::server::BoxError;
use http::StatusCode;
use http_sig::tower::VerifyLayer;
use http_sig::{Policy, VerifiedRequest};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Verifies whatever is sent to its inbox, and says what it thinks of it.
#[derive(Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// A name by which the world knows this server; may be given several times. Otherwise the address where it listens.
    #[arg(long)]
    authority: Vec<String>,
    /// Fetch keys from this machine, too.
    #[arg(long)]
    allow_loopback: bool,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = Arguments::parse();
    let listener = TcpListener::bind(arguments.listen).await?;
    let here = format!("http://{}", listener.local_addr()?);
    if arguments.authority.is_empty() {
        arguments.authority.push(here.clone());
    }
    let policy = Policy::fediverse().authorities(&arguments.authority);
    let keys = ActorKeys::new(arguments.allow_loopback)?;
    let verify = VerifyLayer::new(policy, keys)
        .body_limit(256 * 1024)
        .on_refused(|refused| say!("refused: {refused}"));
    let app = Router::new().route("/inbox", post(inbox)).layer(verify);
    say!("listening on {here}");
    axum::serve(listener, app).await?;
    Ok(())
}

/// Reached by nothing but what was verified. Whether the sender may say what the body says is still to be asked.
async fn inbox(Extension(verified): Extension<Arc<VerifiedRequest<Bytes>>>) -> StatusCode {
    let length = verified.request().body().len();
    say!("accepted: {length} bytes by {:?}", verified.key_id());
    StatusCode::ACCEPTED
}
