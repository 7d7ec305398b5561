//! A server that fails, on order: mastodon-mock injects what it is told to.

use crate::{Life, World, check};
use fedikit_examples::server::BoxError;
use http::Method;
use mastodon_api::error::NotReachedReason;
use mastodon_api::methods::instance;
use mastodon_api::waiting::RetryPolicy;
use mastodon_api::{Client, Error};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(crate) async fn live(life: &mut Life, world: &World) -> Result<(), BoxError> {
    let client = &world.client;
    life.step("a slow answer is waited for", async {
        order(client, ME, json!({"type": "latency", "delay_ms": 300})).await?;
        let began = Instant::now();
        client.me().await?;
        check(
            began.elapsed() >= Duration::from_millis(300),
            "it was not slow",
        )
    })
    .await?;
    life.step("half an answer is not understood", async {
        order(client, ME, json!({"type": "malformed"})).await?;
        match client.me().await {
            Err(Error::NotUnderstood(answer)) => {
                let is_kept = answer.body.starts_with(br#"{"error": "trunc"#);
                check(is_kept, "what came is not kept as evidence")
            }
            other => Err(format!("{other:?}").into()),
        }
    })
    .await?;
    life.step("a server that says nothing is not waited for", async {
        let short = Client::builder(client.base())
            .timeout(Duration::from_millis(500))
            .retry(RetryPolicy::never());
        order(client, INSTANCE, json!({"type": "timeout"})).await?;
        match short.build()?.send(instance::V2::new()).await {
            Err(Error::NotReached(answer)) => check(
                answer.reason == NotReachedReason::Timeout,
                "for another reason",
            ),
            other => Err(format!("{other:?}").into()),
        }
    })
    .await?;
    client.request(Method::DELETE, RULES).bytes().await?;
    Ok(())
}

/// Has the server do something wrong, once.
async fn order(client: &Client, path: &str, effect: Value) -> Result<(), BoxError> {
    let rule = json!({"match": {"path": path}, "effect": effect, "count": 1});
    client
        .request(Method::POST, RULES)
        .json(&rule)
        .bytes()
        .await?;
    Ok(())
}

const RULES: &str = "/api/v1/_mock/faults";
const ME: &str = "/api/v1/accounts/verify_credentials";
const INSTANCE: &str = "/api/v2/instance";
