//! [Markers](https://docs.joinmastodon.org/methods/markers/).

use chrono::Utc;

use super::{Answer, Call, json};
use crate::{
    entities::Markers,
    ids::AccountId,
    testing::{Refusal, state::Fake},
};

pub(super) fn answer(fake: &mut Fake, call: &Call<'_>, method: &str) -> Answer {
    let scope = match method {
        "GET" => "read:statuses",
        "POST" => "write:statuses",
        _ => return Err(Refusal::unknown()),
    };
    let who = call.user(scope)?;
    if method == "GET" {
        let wanted = |timeline: &str| call.params.all("timeline").any(|name| name == timeline);
        return json(markers(fake, &who, wanted));
    }
    let place = |timeline: &str| {
        let mut properties = call.params.under(timeline);
        let place = properties.find(|(name, _)| *name == "last_read_id");
        place
            .map(|(_, place)| place)
            .filter(|place| !place.is_empty())
    };
    for timeline in ["home", "notifications"] {
        if let Some(place) = place(timeline) {
            let marker = fake.markers.entry((who.clone(), timeline.to_owned()));
            let marker = marker.or_default();
            marker.last_read_id = place.to_owned();
            marker.version += 1;
            marker.updated_at = Some(Utc::now());
        }
    }
    json(markers(fake, &who, |timeline| place(timeline).is_some()))
}

/// Those among the wanted ones that were ever set.
fn markers(fake: &Fake, who: &AccountId, wanted: impl Fn(&str) -> bool) -> Markers {
    let marker = |timeline: &str| {
        let marker = fake.markers.get(&(who.clone(), timeline.to_owned()));
        marker.filter(|_| wanted(timeline)).cloned()
    };
    let mut markers = Markers::new();
    markers.home = marker("home");
    markers.notifications = marker("notifications");
    markers
}
