//! Events as FEP-8a8e describes them, beside what [Mobilizon](super::mobilizon) says of them (Gancio, plugins of WordPress).

use crate::any::Any;
use crate::collection::Collection;
use crate::extension;
use crate::property::{OneOrMany, Ref, Timestamp};

extension! {
    /// What is said of an event.
    pub struct Event for Object
    prefixes { event: "https://w3id.org/fep/8a8e/" }
    {
        /// Who prepares it: actors, or a collection of them.
        organizers: OneOrMany<Ref<Any>> = "organizers",
        /// Who will come.
        attendees: OneOrMany<Ref<Collection>> = "attendees",
        /// How it stands: `EventScheduled`, `EventCancelled`, `EventPostponed`, `EventMovedOnline`, …
        event_status: Option<String> = "eventStatus",
        /// When it was to begin before that was changed.
        previous_start_time: Option<Timestamp> = "previousStartTime",
        /// Whether the end of it is worth showing, or only guessed.
        display_end_time: Option<bool> = "displayEndTime",
        /// Of a picture: whether it is the broad one on top.
        is_banner_image: Option<bool> = "isBannerImage",
    }
}

extension! {
    /// What is said of an actor who has events.
    pub struct Organizer for Actor
    prefixes { event: "https://w3id.org/fep/8a8e/" }
    {
        /// Their events to come.
        upcoming_events: OneOrMany<Ref<Collection>> = "upcomingEvents",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    #[test]
    fn an_event() {
        let text = br#"{"type":"Event","organizers":null,"attendees":"https://e.example/1/attendees","eventStatus":"EventCancelled","displayEndTime":false}"#;
        let mut object = Object::from_slice(text).unwrap();
        let event: Event = object.extension();
        assert_eq!(event.event_status.as_deref(), Some("EventCancelled"));
        assert_eq!(
            (event.display_end_time, event.organizers.is_absent()),
            (Some(false), true)
        );
        assert_eq!(
            event.attendees.id().unwrap(),
            "https://e.example/1/attendees"
        );
        object.set_extension(&event);
        assert_eq!(object.to_string().as_bytes(), text);
    }
}
