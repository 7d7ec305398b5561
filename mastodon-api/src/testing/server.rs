//! From a request to its answer, or to what goes wrong instead.

use std::{collections::VecDeque, convert::Infallible, io, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chrono::Utc;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header, request};
use tokio::{sync::watch, task::yield_now, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{
    RecordedRequest, Refusal, Shared,
    door::Switch,
    fault::{Fault, Kind},
    oauth,
    params::Params,
    rate_limits::Standing,
    rest, streaming,
};

/// What a request meets.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) shared: Arc<Shared>,
    /// Ends what would otherwise never end.
    pub(super) stopping: CancellationToken,
}

/// As much as Mastodon takes for a video, and a form around it.
const MAX_BODY: usize = 100 * 1024 * 1024;
/// How many requests are kept.
const MAX_REQUESTS: usize = 10_000;
const CHUNK: u64 = 64 * 1024;

pub(super) async fn answer(
    State(server): State<Server>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let struck = {
        let mut fake = server.shared.fake();
        keep(&mut fake.requests, RecordedRequest::new(&parts, &body));
        fake.faults.strike(&parts)
    };
    match struck {
        None => server.right(&mut parts, &body, &switch, None).await,
        Some((fault, held)) => server.wrong(&fault, held, &mut parts, &body, &switch).await,
    }
}

impl Server {
    async fn right(
        &self,
        parts: &mut request::Parts,
        body: &Bytes,
        switch: &Switch,
        fate: Option<streaming::Fate>,
    ) -> Response {
        if streaming::is_stream(parts) {
            return streaming::answer(&self.shared, parts, switch, fate).await;
        }
        if parts.uri.path() == "/api/v1/streaming/health" {
            return "OK".into_response();
        }
        let params = Params::new(parts, body).await;
        let mut fake = self.shared.fake();
        let standing = fake.rate_limits.count(parts, Utc::now());
        let is_exceeded = standing.as_ref().is_some_and(Standing::is_exceeded);
        let answer = if is_exceeded {
            let error = "Too many requests";
            Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, error))
        } else if parts.uri.path().starts_with("/oauth/") {
            oauth::answer(&mut fake, parts, &params)
        } else {
            rest::answer(&mut fake, parts, &params)
        };
        let mut answer = answer.unwrap_or_else(|refusal| {
            if refusal.is_unknown {
                keep(
                    &mut fake.unknown_requests,
                    RecordedRequest::new(parts, body),
                );
            }
            refusal.into_response()
        });
        if let Some(standing) = standing {
            standing.write(answer.headers_mut());
        }
        answer
    }

    async fn wrong(
        &self,
        fault: &Fault,
        mut held: watch::Receiver<bool>,
        parts: &mut request::Parts,
        body: &Bytes,
        switch: &Switch,
    ) -> Response {
        let fate = match fault.kind {
            Kind::ClosedAtOnce => Some(streaming::Fate::Close),
            Kind::Stalled => Some(streaming::Fate::Stall),
            _ => None,
        };
        if fate.is_some() {
            return self.right(parts, body, switch, fate).await;
        }
        // A stream has no end that could be changed.
        let is_changed = matches!(
            fault.kind,
            Kind::DroppedAfterHeaders
                | Kind::DroppedInBody
                | Kind::Malformed
                | Kind::WrongContentType
        );
        let mut right = match fault.does_first && !(is_changed && streaming::is_stream(parts)) {
            true => self.right(parts, body, switch, None).await,
            false => StatusCode::OK.into_response(),
        };
        match &fault.kind {
            Kind::Answer(status, kind, body) => {
                right = (*status, [(header::CONTENT_TYPE, *kind)], body.clone()).into_response();
            }
            Kind::Slow(by) => {
                tokio::select! {
                    () = sleep(*by) => {}
                    () = self.stopping.cancelled() => switch.cut(),
                }
            }
            Kind::Held => {
                tokio::select! {
                    // An error means that nobody can release it any more.
                    _ = held.wait_for(|is_released| *is_released) => {}
                    () = self.stopping.cancelled() => switch.cut(),
                }
            }
            Kind::Never => {
                self.stopping.cancelled().await;
                switch.cut();
            }
            Kind::Dropped => switch.cut(),
            Kind::DroppedAfterHeaders => right = dropped(right, |_| 0).await,
            Kind::DroppedInBody => right = dropped(right, |length| length / 2).await,
            Kind::Malformed => {
                let (mut parts, body) = collected(right).await;
                parts.headers.remove(header::CONTENT_LENGTH);
                right = Response::from_parts(parts, Body::from(body.slice(..body.len() / 2)));
            }
            Kind::WrongContentType => {
                let plain = HeaderValue::from_static("text/plain");
                right.headers_mut().insert(header::CONTENT_TYPE, plain);
            }
            Kind::Huge(bytes) => right = huge(*bytes),
            Kind::ClosedAtOnce | Kind::Stalled => {}
        }
        for (name, value) in &fault.headers {
            right.headers_mut().insert(name, value.clone());
        }
        right
    }
}

/// An answer whose connection ends after so many bytes of its body.
async fn dropped(answer: Response, after: impl Fn(usize) -> usize) -> Response {
    let (mut parts, body) = collected(answer).await;
    parts
        .headers
        .insert(header::CONTENT_LENGTH, (body.len() + 1).into());
    let beginning = body.slice(..after(body.len()));
    let body = stream::unfold(Some(beginning), async |beginning| match beginning {
        Some(beginning) => Some((Ok(beginning), None)),
        None => {
            // What was given so far is only sent when there is nothing more to send.
            yield_now().await;
            Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), None))
        }
    });
    Response::from_parts(parts, Body::from_stream(body))
}

async fn collected(answer: Response) -> (http::response::Parts, Bytes) {
    let (parts, body) = answer.into_parts();
    // The body is one of ours, all of it in memory.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    (parts, body)
}

fn huge(bytes: u64) -> Response {
    let chunk = Bytes::from_static(&[b' '; CHUNK as usize]);
    let body = stream::unfold(bytes, move |left| {
        let length = usize::try_from(left.min(CHUNK)).unwrap_or_default();
        let chunk = chunk.slice(..length);
        async move { (left > 0).then_some((Ok::<_, Infallible>(chunk), left.saturating_sub(CHUNK))) }
    });
    let kind = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    (kind, Body::from_stream(body)).into_response()
}

fn keep(requests: &mut VecDeque<RecordedRequest>, request: RecordedRequest) {
    if requests.len() == MAX_REQUESTS {
        requests.pop_front();
    }
    requests.push_back(request);
}
