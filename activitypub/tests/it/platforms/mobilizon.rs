//! Events: Mobilizon, Gancio, gathio.

use activitypub::extension::{mobilizon, schema};

use super::{ours, post_of, real};

#[test]
fn an_event() {
    let create = ours(
        r##"{"@context":["https://www.w3.org/ns/activitystreams","https://litepub.social/litepub/context.jsonld",{"mz":"https://joinmobilizon.org/ns#","ical":"http://www.w3.org/2002/12/cal/ical#"}],
"type":"Create","actor":"https://z.example/@ann","attributedTo":"https://z.example/@cats","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://z.example/@cats/followers"],
"object":{"type":"Event","id":"https://z.example/events/1","uuid":"1","actor":"https://z.example/@ann","attributedTo":"https://z.example/@cats","name":"Cat show","content":"<p>Come</p>",
"mediaType":"text/html","category":"MEETING","startTime":"2026-03-01T18:00:00+01:00","endTime":"2026-03-01T20:00:00+01:00","timezone":"Europe/Paris","inLanguage":"fr",
"ical:status":"CONFIRMED","joinMode":"free","isOnline":false,"maximumAttendeeCapacity":20,"remainingAttendeeCapacity":3,"participantCount":17,"commentsEnabled":true,
"draft":false,"published":"2026-01-31T12:00:00Z","url":"https://z.example/events/1","to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://z.example/@cats/followers"],
"location":{"type":"Place","id":"https://z.example/address/1","name":"Cat caf\u00e9","latitude":48.85,"longitude":2.35,"address":{"type":"PostalAddress","addressLocality":"Paris","streetAddress":"1 rue du Chat"}},
"attachment":[{"type":"Document","mediaType":"image/jpeg","url":"https://z.example/media/c.jpg","name":"Banner"},{"type":"Link","mediaType":"text/html","href":"https://news.example/cats","name":"Website"}],
"tag":[{"type":"Hashtag","href":"https://z.example/tags/cats","name":"#Cats"}],"replies":"https://z.example/events/1/comments"}}"##,
        r#"
            Create
            actor https://z.example/@ann
            Event post
            author https://z.example/@cats
            page https://z.example/events/1
            title Cat show
            text <p>Come</p>
            language fr
            published 2026-01-31 12:00:00 UTC
            starts 2026-03-01 17:00:00 UTC
            place Cat café
            visibility Public
            replies https://z.example/events/1/comments
            hashtag #Cats
            media Image https://z.example/media/c.jpg Banner
            links to https://news.example/cats
        "#,
    );
    let event = post_of(&create);
    let said: mobilizon::Event = event.extension();
    assert_eq!(
        (said.join_mode.as_deref(), said.remaining_attendee_capacity),
        (Some("free"), Some(3))
    );
    let place = event.location.embedded().next().unwrap();
    let place: schema::Place = place.as_object().unwrap().extension();
    let address = place.address.embedded().next().unwrap();
    let address: schema::PostalAddress = address.extension();
    assert_eq!(address.address_locality.as_deref(), Some("Paris"));
    real(
        "mobilizon/mobilizon__fixtures_mobilizon-post-activity-group.json",
        r#"
            Create
            actor http://mobilizon1.com/@user
            Event post
            author http://mobilizon1.com/@group
            title My first event
            text <p><span class="h-card"><a href="https:/
            published 2018-02-12 14:08:20 UTC
            starts 2018-02-12 14:08:20 UTC
            visibility Direct
        "#,
    );
    real(
        "mobilizon/pleroma__tesla_mock_mobilizon.org-event.json",
        r#"
            Event post
            author https://mobilizon.org/@tcit
            page https://mobilizon.org/events/252d5816-00a3-4a89-a66f-15bf65c33e39
            title Mobilizon Launching Party
            text <p>Mobilizon is now federated! 🎉</p><p><
            published 2019-12-17 11:33:56 UTC
            starts 2019-12-18 13:00:00 UTC
            place Cour du Château des Ducs de Bretagne
            visibility Public
            hashtag #Mobilizon
            hashtag #Federation
            hashtag #ActivityPub
            hashtag #Party
            odd /@context/2/Place: the context gives a known term another meaning, which was not followed
            odd /@context/2/location: the context gives a known term another meaning, which was not followed
        "#,
    );
}

#[test]
fn actors() {
    let cats = ours(
        r#"{"type":"Group","id":"https://z.example/@cats","preferredUsername":"cats","name":"Cats","summary":"<p>Cats</p>","url":"https://z.example/@cats","inbox":"https://z.example/@cats/inbox",
"followers":"https://z.example/@cats/followers","members":"https://z.example/@cats/members","openness":"moderated","memberCount":3,"manuallyApprovesFollowers":true,"discoverable":true,
"endpoints":{"sharedInbox":"https://z.example/inbox","members":"https://z.example/@cats/members"},"icon":{"type":"Image","mediaType":null,"url":"https://z.example/a.png"},
"publicKey":{"id":"https://z.example/@cats#main-key","owner":"https://z.example/@cats","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"#,
        r#"
            Group
            handle cats@z.example
            name Cats
            page https://z.example/@cats
            about <p>Cats</p>
            locked true
            inbox https://z.example/@cats/inbox
            shared inbox https://z.example/inbox
            followers https://z.example/@cats/followers
            key https://z.example/@cats#main-key
            avatar https://z.example/a.png
        "#,
    );
    let said: mobilizon::Group = cats.as_actor().unwrap().extension();
    assert_eq!(
        (said.openness.as_deref(), said.member_count),
        (Some("moderated"), Some(3))
    );
    real(
        "mobilizon/lemmy__objects_group.json",
        r#"
            Group
            handle contribateliers@mobilizon.fr
            name Contribateliers
            page https://mobilizon.fr/@contribateliers
            about <p>Des ateliers pour contribuer au libre
            inbox https://mobilizon.fr/@contribateliers/inbox
            shared inbox https://mobilizon.fr/inbox
            followers https://mobilizon.fr/@contribateliers/followers
            key https://mobilizon.fr/@contribateliers#main-key
            avatar https://mobilizon.fr/media/a94f7f8da4b39f6b375f55bd8664abff4ae61d33496df7ee23ad6bf473c3632f.png?name=contribateliers%27s%20avatar.png
            header https://mobilizon.fr/media/7fe251dd5f8b5abcea10c31b655c09afee457efdd49f3087ba78b054b3f0dbeb.jpg?name=contribateliers%27s%20banner.jpg
            odd /@context/2/location: the context gives a known term another meaning, which was not followed
        "#,
    );
    real(
        "mobilizon/lemmy__objects_person.json",
        r#"
            Person
            handle sanof44@mobilizon.fr
            name Sanof44
            page https://mobilizon.fr/@sanof44
            inbox https://mobilizon.fr/@sanof44/inbox
            shared inbox https://mobilizon.fr/inbox
            followers https://mobilizon.fr/@sanof44/followers
            key https://mobilizon.fr/@sanof44#main-key
            odd /@context/2/location: the context gives a known term another meaning, which was not followed
        "#,
    );
}

#[test]
fn gancio_and_gathio() {
    ours(
        r##"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://n.example/federation/m/1","type":"Create","actor":"https://n.example/federation/u/relay","to":["https://www.w3.org/ns/activitystreams#Public"],
"object":{"id":"https://n.example/federation/m/1","type":"Event","name":"Cat show","url":"https://n.example/event/cat-show","startTime":"2026-03-01T18:00:00.000+01:00","endTime":null,
"location":{"type":"Place","name":"Cat caf\u00e9","address":"1 rue du Chat","latitude":null,"longitude":null},"attachment":[{"type":"Document","mediaType":"image/jpeg","url":"https://n.example/media/c.jpg","name":"","focalPoint":[0,0]}],
"tag":[{"type":"Hashtag","name":"#cats","href":"https://n.example/tag/cats"}],"published":"2026-01-31T12:00:00.000Z","attributedTo":"https://n.example/federation/u/relay",
"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://n.example/federation/u/relay/followers"],"content":"Come","summary":"Cat show"}}"##,
        r#"
            Create
            actor https://n.example/federation/u/relay
            Event post
            author https://n.example/federation/u/relay
            page https://n.example/event/cat-show
            title Cat show
            text Come
            published 2026-01-31 12:00:00 UTC
            starts 2026-03-01 17:00:00 UTC
            place Cat café
            visibility Public
            hashtag #cats
            media Image https://n.example/media/c.jpg
        "#,
    );
    real(
        "gancio/mobilizon__fixtures_gancio-event-activity.json",
        r#"
            Create
            actor https://demo.gancio.org/federation/u/gancio
            Event post
            author https://demo.gancio.org/federation/u/gancio
            page https://demo.gancio.org/event/demo-event
            title Demo event
            text 📍 Colosseo 📅 Wednesday, 14 July (17:30)
            published 2021-07-01 22:33:36 UTC
            starts 2021-07-14 15:30:57 UTC
            place Colosseo
            visibility Public
            hashtag #test
            odd /object/tag/0/href: the address names no host
        "#,
    );
    real(
        "gathio/gathio__FEDERATION__L39.json",
        r#"
            Person
            handle EVENTID@domain
            name EVENTNAME
            about <p><p>DESCRIPTION</p> </p><p>Location: L
            inbox https://DOMAIN/activitypub/inbox
            followers https://DOMAIN/EVENTID/followers
            pinned https://DOMAIN/EVENTID/featured
            key https://DOMAIN/EVENTID#main-key
            avatar https://domain/events/EVENTID.jpg
        "#,
    );
}

#[test]
fn the_actor_of_the_server_is_a_program() {
    let relay = ours(
        r##"{"type":"Application","id":"https://z.example/relay","preferredUsername":"relay","name":"Mobilizon","inbox":"https://z.example/inbox",
"publicKey":{"id":"https://z.example/relay#main-key","owner":"https://z.example/relay","publicKeyPem":"-----BEGIN PUBLIC KEY-----"}}"##,
        "
            Application
            handle relay@z.example
            name Mobilizon
            inbox https://z.example/inbox
            key https://z.example/relay#main-key
        ",
    );
    assert!(relay.is_bot());
}
