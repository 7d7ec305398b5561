//! A server that fails, on order: mastodon-mock injects what it is told to.

use crate::{Life, World, check};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use fedikit_examples::server::BoxError;
use http::Method;
use mastodon_api::error::NotReachedReason;
use mastodon_api::methods::{accounts, instance};
use mastodon_api::waiting::{OnLimit, RateLimiter, RetryPolicy};
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
    life.step("an error of the server is asked again", async {
        order(client, ME, json!({"type": "status", "status": 500})).await?;
        order(client, ME, json!({"type": "status", "status": 503})).await?;
        client.me().await?;
        Ok(())
    })
    .await?;
    life.step("a post that met an error is there, once", async {
        order(client, POSTS, json!({"type": "status", "status": 503})).await?;
        let text = "Through the storm";
        client.post(text).unlisted().send().await?;
        let mine = client.send(accounts::Statuses::new(&world.me.id)).await?;
        let copies = mine
            .items
            .iter()
            .filter(|post| post.content.to_text() == text);
        check(copies.count() == 1, "it is not there once")
    })
    .await?;
    life.step("\"too many requests\" is waited out", async {
        order(client, ME, too_many(Utc::now())).await?;
        let began = Instant::now();
        client.me().await?;
        check(began.elapsed() >= Duration::from_secs(1), "nobody waited")
    })
    .await?;
    life.step("or said at once, with the time to wait", async {
        let hasty = Client::builder(client.base())
            .retry(RetryPolicy::never())
            .rate_limiter(RateLimiter::new(OnLimit::Fail))
            .build()?;
        order(client, INSTANCE, too_many(Utc::now())).await?;
        let Err(error) = hasty.send(instance::V2::new()).await else {
            return Err("it was answered".into());
        };
        check(error.is_rate_limited(), "for another reason")?;
        check(
            error.retry_after(Utc::now()).is_some(),
            "for how long is not said",
        )
    })
    .await?;
    client.request(Method::DELETE, RULES).bytes().await?;
    Ok(())
}

/// Mastodon says it in these headers; the mock would have one wait five minutes.
fn too_many(now: DateTime<Utc>) -> Value {
    let reset = now + TimeDelta::milliseconds(1500);
    json!({"type": "ratelimit", "headers": {
        "Retry-After": "1",
        "X-RateLimit-Reset": reset.to_rfc3339_opts(SecondsFormat::Millis, true),
    }})
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
const POSTS: &str = "/api/v1/statuses";
const INSTANCE: &str = "/api/v2/instance";
