//! Mobilizon's vocabulary (`mz:`): events and groups; much of it is also in FEP-8a8e and Gancio.
//!
//! See <https://docs.mobilizon.org/5.%20Interoperability/1.activity_pub/>. Where an event takes place is in `location`, a place with an
//! [address](super::schema::Place).

use crate::any::Any;
use crate::collection::Collection;
use crate::extension;
use crate::property::{OneOrMany, Ref};

extension! {
    /// What is said of an event.
    pub struct Event for Object
    prefixes {
        mz: "https://joinmobilizon.org/ns#",
        sc: "http://schema.org/",
        pt: "https://joinpeertube.org/ns#",
        ical: "http://www.w3.org/2002/12/cal/ical#",
    }
    {
        /// A name for it that does not depend on the server.
        uuid: Option<String> = "uuid" as "sc:identifier",
        /// How it stands: `CONFIRMED`, `TENTATIVE`, `CANCELLED`.
        status: Option<String> = "ical:status",
        /// What kind of event it is: `MEETING`, `ARTS`, …; several with FEP-8a8e.
        category: OneOrMany<String> = "category" as "sc:category",
        /// Who may take part: `free`, `restricted`, `external`, `invite`.
        join_mode: Option<String> = "joinMode",
        /// Where to register, if that is elsewhere.
        external_participation_url: Option<String> = "externalParticipationUrl",
        /// Whether one may take part without an account.
        anonymous_participation_enabled: Option<bool> = "anonymousParticipationEnabled",
        /// How many may come; 0 for any number.
        maximum_attendee_capacity: Option<u64> = "maximumAttendeeCapacity" as "sc:maximumAttendeeCapacity",
        /// How many places are left.
        remaining_attendee_capacity: Option<u64> = "remainingAttendeeCapacity" as "sc:remainingAttendeeCapacity",
        /// How many will come.
        participant_count: Option<u64> = "participantCount",
        /// Whether it may be answered.
        comments_enabled: Option<bool> = "commentsEnabled" as "pt:commentsEnabled",
        /// Who may answer: `allow_all`, `closed`, `moderated`.
        replies_moderation_option: Option<String> = "repliesModerationOption",
        /// Whether it takes place on the net.
        is_online: Option<bool> = "isOnline",
        /// Its time zone: `Europe/Paris`.
        timezone: Option<String> = "timezone",
        /// In what language it is.
        in_language: Option<String> = "inLanguage" as "sc:inLanguage",
        /// Its contacts.
        contacts: OneOrMany<Ref<Any>> = "contacts",
    }
}

extension! {
    /// What somebody says who takes part: on a `Join`.
    pub struct Participation for Activity
    prefixes { mz: "https://joinmobilizon.org/ns#" }
    {
        /// A word to the organisers.
        participation_message: Option<String> = "participationMessage",
    }
}

extension! {
    /// What is said of a group.
    pub struct Group for Actor
    prefixes { mz: "https://joinmobilizon.org/ns#" }
    {
        /// Who may join: `open`, `moderated`, `invite_only`.
        openness: Option<String> = "openness",
        /// How many are in it.
        member_count: Option<u64> = "memberCount",
        /// Who is in it.
        members: OneOrMany<Ref<Collection>> = "members" as "as:members",
        /// What it wrote.
        posts: OneOrMany<Ref<Collection>> = "posts",
        /// Its events.
        events: OneOrMany<Ref<Collection>> = "events",
        /// Its discussions.
        discussions: OneOrMany<Ref<Collection>> = "discussions",
        /// Its documents.
        resources: OneOrMany<Ref<Collection>> = "resources",
        /// Its lists of tasks.
        todos: OneOrMany<Ref<Collection>> = "todos",
    }
}

extension! {
    /// The collections of a group, where `endpoints` names them.
    pub struct GroupEndpoints for Endpoints
    prefixes { mz: "https://joinmobilizon.org/ns#" }
    {
        /// Who is in it.
        members: OneOrMany<Ref<Collection>> = "members" as "as:members",
        /// What it wrote.
        posts: OneOrMany<Ref<Collection>> = "posts",
        /// Its events.
        events: OneOrMany<Ref<Collection>> = "events",
        /// Its discussions.
        discussions: OneOrMany<Ref<Collection>> = "discussions",
        /// Its documents.
        resources: OneOrMany<Ref<Collection>> = "resources",
        /// Its lists of tasks.
        todos: OneOrMany<Ref<Collection>> = "todos",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::schema::{Place, PostalAddress};
    use crate::object::Object;

    #[test]
    fn an_event() {
        let text = br#"{"type":"Event","joinMode":"free","ical:status":"CONFIRMED","maximumAttendeeCapacity":0,"location":{"type":"Place",
            "address":{"type":"PostalAddress","addressLocality":"Nantes","postalCode":null}}}"#;
        let mut event = Object::from_slice(text).unwrap();
        let said: Event = event.extension();
        assert_eq!(
            (
                said.status.as_deref(),
                said.join_mode.as_deref(),
                said.maximum_attendee_capacity
            ),
            (Some("CONFIRMED"), Some("free"), Some(0))
        );
        let Some(Any::Object(place)) = event.location.embedded().next() else {
            panic!()
        };
        let place: Place = place.extension();
        let address: PostalAddress = place.address.embedded().next().unwrap().extension();
        assert_eq!(
            (address.address_locality.as_deref(), address.postal_code),
            (Some("Nantes"), None)
        );

        event.ld_context = Some(crate::context::Context::ours());
        let context = event.to_value().unwrap()["@context"].clone();
        assert_eq!(context[1]["ical"], "http://www.w3.org/2002/12/cal/ical#");
        assert_eq!(context[1]["joinMode"], "mz:joinMode");
        assert!(context[1].get("ical:status").is_none());
    }
}
