//! Limits on how often is asked.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use mastodon_api::{
    Client, Error,
    entities::Visibility,
    methods::{accounts, statuses},
    oauth::AccessToken,
    testing::{FakeInstance, Limited},
    waiting::{OnLimit, RateLimiter},
};

use super::{client, message, people::upload, start};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A client that has not heard of any limit yet.
fn fresh(instance: &FakeInstance, token: &AccessToken) -> Client {
    client(instance, token.clone()).with_rate_limiter(RateLimiter::new(OnLimit::Fail))
}

#[tokio::test]
async fn requests_are_counted_for_each_token_and_those_above_the_limit_refused() {
    let instance = start().await;
    let token = instance.token("bot");
    instance.limit(Limited::Requests, 2, HOUR);
    let one = fresh(&instance, &token);
    one.me().await.unwrap();
    one.me().await.unwrap();
    // The client has heard that nothing is left.
    let error = one.me().await.unwrap_err();
    assert!(matches!(error, Error::RateLimited(_)), "{error:?}");
    assert_eq!(instance.requests().len(), 2);

    let other = fresh(&instance, &token);
    let error = other.me().await.unwrap_err();
    assert_eq!(message(&error), (429, "Too many requests"));
    let rate = &error.refused().unwrap().rate;
    assert_eq!((rate.limit, rate.remaining), (Some(2), Some(0)));
    let reset = rate.reset.unwrap() - Utc::now();
    assert!(
        reset > TimeDelta::minutes(55) && reset <= TimeDelta::hours(1),
        "{reset}"
    );
    // Others have a count of their own.
    fresh(&instance, &instance.token("alice"))
        .me()
        .await
        .unwrap();

    instance.clear_limits();
    fresh(&instance, &token).me().await.unwrap();
}

#[tokio::test]
async fn what_is_over_begins_anew() {
    let instance = start().await;
    let token = instance.token("bot");
    instance.limit(Limited::Requests, 1, Duration::ZERO);
    for _ in 0..3 {
        fresh(&instance, &token).me().await.unwrap();
    }
}

#[tokio::test]
async fn uploads_and_deletions_have_limits_of_their_own() {
    let instance = start().await;
    let token = instance.token("bot");
    instance.limit(Limited::Requests, 300, HOUR);
    instance.limit(Limited::Uploads, 1, HOUR);
    instance.limit(Limited::Deletions, 1, HOUR);
    upload(&fresh(&instance, &token)).await;
    let posts = instance.seed_statuses("bot", 2);
    let delete = async |id| {
        fresh(&instance, &token)
            .send(statuses::Delete::new(id))
            .await
    };
    delete(&posts[0].id).await.unwrap();
    let refused = delete(&posts[1].id).await.unwrap_err();
    assert_eq!(message(&refused).0, 429);
    assert_eq!(
        refused.refused().unwrap().rate.limit,
        Some(1),
        "the closest"
    );
    assert_eq!(instance.statuses_of("bot").len(), 1);
    let boosted = instance.post_as("alice", "look", Visibility::Public);
    let unreblog = statuses::Unreblog::new(&boosted.id);
    let refused = fresh(&instance, &token).send(unreblog).await.unwrap_err();
    assert_eq!(message(&refused).0, 429);

    let other = accounts::VerifyCredentials::new();
    fresh(&instance, &token).send(other).await.unwrap();
}
