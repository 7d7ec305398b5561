//! When a failed delivery is tried again, and when it is given up.

use super::Failure;
use crate::causes::with_causes;
use crate::queue::Outcome;
use chrono::{DateTime, TimeDelta, Utc};

/// How often a delivery is tried in all. With the waits below that is a day and a half, as Mastodon does it, so that a
/// server may be down overnight and its operator have slept, without losing what was said.
const MAX_ATTEMPTS: u32 = 16;
/// However long a server asks us to wait, we look again after this time.
const MAX_WAIT: TimeDelta = TimeDelta::hours(24);

/// What follows from `failure` of the attempt that `before` others had preceded.
pub(super) fn after(failure: &Failure, before: u32, now: DateTime<Utc>) -> Outcome {
    let reason = reason(failure);
    if is_permanent(failure) || before + 1 >= MAX_ATTEMPTS {
        return Outcome::Dead { reason };
    }
    let wait = wait(before, fastrand::i64(0..=i64::from(before + 1) * 10));
    let asked = match failure {
        Failure::Http(error) => error.retry_at().map(|at| DateTime::<Utc>::from(at) - now),
        _ => None,
    };
    let wait = asked.map_or(wait, |asked| asked.max(wait)).min(MAX_WAIT);
    Outcome::Retry {
        at: now + wait,
        reason,
    }
}

/// n⁴ + 15 seconds and some jitter, so that a thousand deliveries that failed together do not come back together.
fn wait(before: u32, jitter: i64) -> TimeDelta {
    TimeDelta::seconds(i64::from(before).pow(4) + 15 + jitter)
}

/// A refusal stays one, except where the status itself says that it may pass.
fn is_permanent(failure: &Failure) -> bool {
    match failure {
        Failure::NotSendable(_) => true,
        Failure::Application => false,
        Failure::Http(error) => match error.status().map(|status| status.as_u16()) {
            Some(401 | 408 | 429) => false,
            Some(501) => true,
            Some(status) => (400..500).contains(&status) || (300..400).contains(&status),
            None => error.is_refused(),
        },
    }
}

/// In words, with what caused it: this is what an operator reads months later.
fn reason(failure: &Failure) -> String {
    match failure {
        Failure::Http(error) => with_causes(error),
        Failure::Application => "the application could not give the sender's key".to_owned(),
        Failure::NotSendable(reason) => (*reason).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_attempts_take_a_day_and_a_half() {
        let total: TimeDelta = (0..MAX_ATTEMPTS - 1).map(|before| wait(before, 0)).sum();
        assert!(
            (35..40).contains(&total.num_hours()),
            "{} hours",
            total.num_hours()
        );
        assert_eq!(wait(0, 0), TimeDelta::seconds(15));
        assert_eq!(wait(1, 7), TimeDelta::seconds(23));
    }

    #[test]
    fn the_sixteenth_failure_is_the_last() {
        let now = DateTime::UNIX_EPOCH;
        assert!(matches!(
            after(&Failure::Application, 14, now),
            Outcome::Retry { .. }
        ));
        assert!(matches!(
            after(&Failure::Application, 15, now),
            Outcome::Dead { .. }
        ));
    }

    #[test]
    fn what_can_never_be_sent_is_not_tried_again() {
        let outcome = after(&Failure::NotSendable("no"), 0, DateTime::UNIX_EPOCH);
        assert_eq!(
            outcome,
            Outcome::Dead {
                reason: "no".to_owned()
            }
        );
    }
}
