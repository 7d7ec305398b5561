//! What goes wrong with a server.

use fedikit_examples::server::BoxError;
use http::{Method, StatusCode};
use mastodon_api::ids::StatusId;
use mastodon_api::streaming::{RawEvent, Stream};
use mastodon_api::testing::{FakeInstance, Fault};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How often what went wrong.
#[derive(Default)]
pub(crate) struct Faults(BTreeMap<&'static str, u64>);

impl Faults {
    pub(crate) async fn happen(
        &mut self,
        instance: &FakeInstance,
        chance: &mut fastrand::Rng,
        posts: &[StatusId],
    ) -> Result<(), BoxError> {
        let answering = |fault: Fault| fault.method(Method::POST).path("/api/v1/statuses");
        let times = chance.u64(1..4);
        let what = match chance.u8(..21) {
            0 => {
                instance.disconnect_streams();
                "streams disconnected"
            }
            1 => {
                instance.cut_streams();
                "streams cut"
            }
            2 => {
                instance.cut_streams_in_message();
                "streams cut in a message"
            }
            3 => {
                instance.stall_streams();
                "streams stalled"
            }
            4 => {
                instance.restart().await?;
                "restarts"
            }
            5 => {
                instance.go_down().await;
                tokio::time::sleep(Duration::from_millis(chance.u64(100..4000))).await;
                instance.come_back().await?;
                "away for a while"
            }
            6 => {
                for stream in [Stream::User, Stream::Public] {
                    instance.send_event(&stream, &RawEvent::new("unheard_of", Some("{}")));
                }
                "unknown events"
            }
            7 => {
                for stream in [Stream::User, Stream::Public] {
                    instance.send_event(&stream, &RawEvent::new("update", Some("{\"id\":")));
                    instance.send_event(&stream, &RawEvent::new("notification", Some("[]")));
                }
                "malformed events"
            }
            8 => {
                for stream in [Stream::User, Stream::Public] {
                    // Without its end it would take the next event with it.
                    instance.send_text(&stream, "\u{0}{]\n\n");
                }
                "messages that are none"
            }
            9..12 => {
                for _ in 0..10 {
                    if let Some(post) = posts.get(chance.usize(..posts.len().max(1))) {
                        instance.send_again(post);
                    }
                }
                "posts sent again, ten each"
            }
            12 => {
                let after = Duration::from_secs(times);
                instance.inject(Fault::too_many_requests(after).rest().times(times));
                "too many requests"
            }
            13 => {
                instance.inject(Fault::status(StatusCode::SERVICE_UNAVAILABLE).times(times));
                "unavailable"
            }
            14 => {
                instance.inject(Fault::html(StatusCode::BAD_GATEWAY).times(times));
                "pages of a proxy"
            }
            15 => {
                instance.inject(Fault::slow(Duration::from_secs(2)).rest().times(times));
                "slow answers"
            }
            16 => {
                instance.inject(Fault::dropped().times(times));
                "requests dropped"
            }
            17 => {
                instance
                    .inject(answering(Fault::dropped_after_headers().after_doing()).times(times));
                "answers posted, and the server's word of it lost"
            }
            18 => {
                instance.inject(answering(Fault::malformed().after_doing()));
                "answers posted, and the server's word of it malformed"
            }
            19 => {
                instance.inject(
                    Fault::status(StatusCode::FORBIDDEN)
                        .websocket()
                        .times(times),
                );
                instance.cut_streams();
                "WebSocket refused"
            }
            _ => {
                instance.inject(Fault::closed_at_once().streams().times(times));
                instance.cut_streams();
                "streams closed at once"
            }
        };
        *self.0.entry(what).or_default() += 1;
        Ok(())
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in all", self.0.values().sum::<u64>())?;
        self.0
            .iter()
            .try_for_each(|(what, count)| write!(f, "\n  {count:4} {what}"))
    }
}
