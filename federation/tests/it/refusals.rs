//! A table of attacks: each is refused by the rule that it breaks, the handler hears of none, and nothing is fetched for those that
//! can be known without asking anybody.

use crate::world::{BLUE, EVIL, GREEN, Page, Sender, World, unsigned};
use bytes::Bytes;
use federation::{FetchError, InboxError, KeyError, Receipt, Stored};
use http::Request;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

struct Stage {
    world: World,
    mallory: Sender,
    victim: Sender,
}

/// Mallory and the victim live on the same server; red knows a note and a like of each, and has asked the victim for a follow.
async fn stage() -> Stage {
    let world = World::new().await;
    let mallory = world.green.actor(GREEN, "mallory");
    let victim = world.green.actor(GREEN, "victim");
    for sender in [&mallory, &victim] {
        for kind in ["note", "like", "featured"] {
            world.red.app().store(
                &format!("{}/{kind}", sender.id),
                Stored::owned_by(sender.id.as_str()),
            );
        }
    }
    let asked = |by: &Sender, id: &str| {
        world.red.app().store(
            id,
            Stored::owned_by("http://red.example/users/alice").addressed_to(by.id.as_str()),
        );
    };
    asked(&victim, "http://red.example/follows/1");
    asked(&mallory, "http://red.example/follows/2");
    world.red.app().store(
        "http://red.example/notes/1",
        Stored::owned_by("http://red.example/users/alice"),
    );
    Stage {
        world,
        mallory,
        victim,
    }
}

struct Row {
    attack: &'static str,
    request: fn(&Stage) -> Request<Bytes>,
    why: &'static str,
    status: u16,
    /// How often other servers may be asked.
    fetches: usize,
}

fn by_mallory(stage: &Stage, kind: &str, more: &Value) -> Request<Bytes> {
    let Stage { mallory, .. } = stage;
    mallory.post(&mallory.activity(kind, more))
}

/// Signed by mallory, with this put over an ordinary activity.
fn over(stage: &Stage, more: &Value) -> Request<Bytes> {
    by_mallory(stage, "Like", &{
        let mut all = json!({"object": "http://red.example/notes/1"});
        all.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        all
    })
}

/// An ordinary activity under another key id.
fn with_key(stage: &Stage, key_id: &str, actor: &str) -> Request<Bytes> {
    let body = stage.mallory.activity(
        "Like",
        &json!({"actor": actor, "object": "http://red.example/notes/1"}),
    );
    stage
        .mallory
        .post_as(key_id, body.to_string(), SystemTime::now())
}

fn changed(stage: &Stage, change: fn(&mut Request<Bytes>)) -> Request<Bytes> {
    let mut request = over(stage, &json!({}));
    change(&mut request);
    request
}

fn note_of(sender: &Sender) -> String {
    format!("{}/note", sender.id)
}

const ROWS: &[Row] = &[
    // What is wrong with the request.
    Row {
        attack: "no signature",
        request: |s| unsigned(s.mallory.create("x").to_string()),
        why: "Unsigned",
        status: 401,
        fetches: 0,
    },
    Row {
        attack: "garbage for a signature",
        request: |s| {
            changed(s, |r| {
                r.headers_mut()
                    .insert("signature", "hello this is malformed!".parse().unwrap());
            })
        },
        why: "HeaderMalformed",
        status: 400,
        fetches: 0,
    },
    Row {
        attack: "the body exchanged after signing",
        request: |s| changed(s, |r| *r.body_mut() = Bytes::from_static(b"{}")),
        why: "DigestMismatch",
        status: 401,
        fetches: 0,
    },
    Row {
        attack: "body and digest exchanged after signing",
        request: |s| {
            changed(s, |r| {
                *r.body_mut() = Bytes::from(
                    String::from_utf8(r.body().to_vec())
                        .unwrap()
                        .replace("notes/1", "notes/2"),
                );
                let digest = http_sig::Digest::sha256(r.body());
                r.headers_mut()
                    .insert("digest", digest.field_value().clone());
            })
        },
        why: "SignatureMismatch",
        status: 401,
        fetches: 1,
    },
    Row {
        attack: "signed for another path",
        request: |s| changed(s, |r| *r.uri_mut() = "/users/alice/inbox".parse().unwrap()),
        why: "SignatureMismatch",
        status: 401,
        fetches: 0,
    },
    Row {
        attack: "signed for another server",
        request: |s| {
            let mut request = unsigned(s.mallory.create("x").to_string());
            request
                .headers_mut()
                .insert("host", "blue.example".parse().unwrap());
            s.mallory
                .sign(&s.mallory.key_id(), &mut request, SystemTime::now());
            request
        },
        why: "HostNotOurs",
        status: 401,
        fetches: 0,
    },
    Row {
        attack: "signed for another server, by RFC 9421",
        request: |s| {
            s.mallory.post_rfc9421(
                "blue.example",
                s.mallory
                    .create("http://green.example/notes/9422")
                    .to_string(),
            )
        },
        why: "SignatureMismatch",
        status: 401,
        fetches: 2,
    },
    Row {
        attack: "body swapped, by RFC 9421",
        request: |s| {
            let signed = s
                .mallory
                .post_rfc9421("red.example", s.mallory.create("x").to_string());
            signed.map(|_| s.mallory.create("y").to_string().into())
        },
        why: "DigestMismatch",
        status: 401,
        fetches: 0,
    },
    Row {
        attack: "signed two days ago",
        request: |s| {
            let then = SystemTime::now() - Duration::from_secs(48 * 3600);
            s.mallory
                .post_as(&s.mallory.key_id(), s.mallory.create("x").to_string(), then)
        },
        why: "TooOld",
        status: 401,
        fetches: 0,
    },
    Row {
        attack: "signed for the day after tomorrow",
        request: |s| {
            let then = SystemTime::now() + Duration::from_secs(48 * 3600);
            s.mallory
                .post_as(&s.mallory.key_id(), s.mallory.create("x").to_string(), then)
        },
        why: "InFuture",
        status: 401,
        fetches: 0,
    },
    Row {
        attack: "a compressed body",
        request: |s| {
            changed(s, |r| {
                r.headers_mut()
                    .insert("content-encoding", "gzip".parse().unwrap());
            })
        },
        why: "Encoded",
        status: 415,
        fetches: 0,
    },
    Row {
        attack: "plain text",
        request: |s| {
            changed(s, |r| {
                r.headers_mut()
                    .insert("content-type", "text/plain".parse().unwrap());
            })
        },
        why: "MediaType",
        status: 415,
        fetches: 0,
    },
    Row {
        attack: "any JSON",
        request: |s| {
            changed(s, |r| {
                r.headers_mut()
                    .insert("content-type", "application/json".parse().unwrap());
            })
        },
        why: "MediaType",
        status: 415,
        fetches: 0,
    },
    Row {
        attack: "two content types",
        request: |s| {
            changed(s, |r| {
                r.headers_mut()
                    .append("content-type", "text/plain".parse().unwrap());
            })
        },
        why: "MediaType",
        status: 415,
        fetches: 0,
    },
    Row {
        attack: "another method",
        request: |s| changed(s, |r| *r.method_mut() = http::Method::GET),
        why: "NotPost",
        status: 405,
        fetches: 0,
    },
    Row {
        attack: "a byte more than 1 MiB",
        request: |s| changed(s, |r| *r.body_mut() = vec![b' '; 1024 * 1024 + 1].into()),
        why: "TooLarge",
        status: 413,
        fetches: 0,
    },
    // What is wrong with the document.
    Row {
        attack: "a name twice, so that two readers see two actors",
        request: |s| {
            let body = s.mallory.create("x").to_string().replacen(
                '{',
                &format!("{{\"actor\":\"{}\",", s.victim.id),
                1,
            );
            s.mallory
                .post_as(&s.mallory.key_id(), body, SystemTime::now())
        },
        why: "DuplicateKey",
        status: 400,
        fetches: 0,
    },
    Row {
        attack: "nested deeper than is read",
        request: |s| {
            let body = format!("{}1{}", "{\"object\":".repeat(100), "}".repeat(100));
            s.mallory
                .post_as(&s.mallory.key_id(), body, SystemTime::now())
        },
        why: "TooDeep",
        status: 400,
        fetches: 0,
    },
    Row {
        attack: "something behind the end",
        request: |s| {
            s.mallory.post_as(
                &s.mallory.key_id(),
                format!("{}[]", s.mallory.create("x")),
                SystemTime::now(),
            )
        },
        why: "TrailingBytes",
        status: 400,
        fetches: 0,
    },
    Row {
        attack: "no activity at all",
        request: |s| s.mallory.post(&s.mallory.note(&note_of(&s.mallory))),
        why: "NotAnActivity",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a collection of activities",
        request: |s| {
            s.mallory.post(&json!({"type": "OrderedCollection", "id": "http://green.example/c", "actor": s.mallory.id, "orderedItems": [s.mallory.create("x")]}))
        },
        why: "NotAnActivity",
        status: 403,
        fetches: 0,
    },
    // Whose key it is.
    Row {
        attack: "a key of another server",
        request: |s| with_key(s, &format!("{EVIL}/users/x#main-key"), &s.mallory.id),
        why: "NotTheSigner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a user of one server speaks for a user of another",
        request: |s| over(s, &json!({"actor": format!("{BLUE}/users/bob")})),
        why: "NotTheSigner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "one user speaks for another of the same server",
        request: |s| over(s, &json!({"actor": s.victim.id})),
        why: "NotTheSigner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim's key id, another key",
        request: |s| with_key(s, &s.victim.key_id(), &s.victim.id),
        why: "SignatureMismatch",
        status: 401,
        fetches: 1,
    },
    Row {
        attack: "a key that claims an owner who does not list it",
        request: |s| {
            let key = json!({"id": format!("{GREEN}/keys/1"), "type": "Key", "owner": s.victim.id, "publicKeyPem": s.mallory.key.verifying_key().to_pem()});
            s.world.green.page("/keys/1", Page::activity(&key));
            with_key(s, &format!("{GREEN}/keys/1"), &s.victim.id)
        },
        why: "NotListed",
        status: 401,
        fetches: 2,
    },
    Row {
        attack: "a key that claims an owner on another server",
        request: |s| {
            let key = json!({"id": format!("{GREEN}/keys/2"), "type": "Key", "owner": format!("{EVIL}/users/x"), "publicKeyPem": s.mallory.key.verifying_key().to_pem()});
            s.world.green.page("/keys/2", Page::activity(&key));
            with_key(s, &format!("{GREEN}/keys/2"), &s.victim.id)
        },
        why: "OtherOwner",
        status: 401,
        fetches: 1,
    },
    Row {
        attack: "an actor that lists a key as somebody else's",
        request: |s| {
            let mut document = Sender::new(&format!("{GREEN}/users/other")).document();
            document["publicKey"]["owner"] = json!(s.victim.id);
            s.world
                .green
                .page("/users/other", Page::activity(&document));
            with_key(s, &format!("{GREEN}/users/other#main-key"), &s.victim.id)
        },
        why: "OtherOwner",
        status: 401,
        fetches: 1,
    },
    Row {
        attack: "a key id that leads to another server by a redirect",
        request: |s| {
            let evil = s.world.evil.actor(EVIL, "x");
            s.world.green.page("/moved", Page::redirect(302, evil.id));
            with_key(s, &format!("{GREEN}/moved#main-key"), &s.victim.id)
        },
        why: "RedirectedElsewhere",
        status: 401,
        fetches: 2,
    },
    Row {
        attack: "a document with the victim's id at another place",
        request: |s| {
            let mut document = s.victim.document();
            document["publicKey"]["publicKeyPem"] = json!(s.mallory.key.verifying_key().to_pem());
            document["publicKey"]["id"] = json!(format!("{GREEN}/copy#main-key"));
            s.world.green.page("/copy", Page::activity(&document));
            with_key(s, &format!("{GREEN}/copy#main-key"), &s.victim.id)
        },
        why: "NotListed",
        status: 401,
        fetches: 2,
    },
    Row {
        attack: "a key id that the actor does not list",
        request: |s| with_key(s, &format!("{}#other", s.mallory.id), &s.mallory.id),
        why: "NotListed",
        status: 401,
        fetches: 1,
    },
    Row {
        attack: "the key id in another case",
        request: |s| with_key(s, &format!("{}#MAIN-key", s.mallory.id), &s.mallory.id),
        why: "NotListed",
        status: 401,
        fetches: 1,
    },
    Row {
        attack: "an uploaded file as key",
        request: |s| {
            let mut upload = s.victim.document();
            upload["publicKey"]["publicKeyPem"] = json!(s.mallory.key.verifying_key().to_pem());
            s.world.green.page(
                "/media/upload.json",
                Page::json("application/json", &upload),
            );
            with_key(
                s,
                &format!("{GREEN}/media/upload.json#main-key"),
                &s.victim.id,
            )
        },
        why: "ContentType",
        status: 401,
        fetches: 1,
    },
    Row {
        attack: "a key that is not there",
        request: |s| with_key(s, &format!("{GREEN}/nothing#main-key"), &s.victim.id),
        why: "status 404",
        status: 401,
        fetches: 1,
    },
    Row {
        attack: "a private key where the public one should be",
        request: |s| {
            let mut document = Sender::new(&format!("{GREEN}/users/open")).document();
            document["publicKey"]["publicKeyPem"] = json!(s.mallory.key.to_pem().unwrap());
            s.world.green.page("/users/open", Page::activity(&document));
            with_key(
                s,
                &format!("{GREEN}/users/open#main-key"),
                &format!("{GREEN}/users/open"),
            )
        },
        why: "Key",
        status: 401,
        fetches: 1,
    },
    Row {
        attack: "a handle as key id",
        request: |s| with_key(s, "acct:victim@green.example", &s.victim.id),
        why: "NotTheSigner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a key of our own server",
        request: |s| with_key(s, "http://red.example/users/alice#main-key", &s.mallory.id),
        why: "SpeaksForUs",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "our own server, written with a dot",
        request: |s| {
            with_key(
                s,
                "http://red.example./users/alice#main-key",
                "http://red.example./users/alice",
            )
        },
        why: "SpeaksForUs",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a key in a file",
        request: |s| with_key(s, "file:///etc/passwd", &s.mallory.id),
        why: "NotTheSigner",
        status: 403,
        fetches: 0,
    },
    // Who it says it is.
    Row {
        attack: "our user as actor",
        request: |s| over(s, &json!({"actor": "http://red.example/users/alice"})),
        why: "SpeaksForUs",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "an id of ours",
        request: |s| over(s, &json!({"id": "http://red.example/activities/1"})),
        why: "SpeaksForUs",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "an id of another server",
        request: |s| over(s, &json!({"id": "http://evil.example/activities/1"})),
        why: "IdElsewhere",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "two actors",
        request: |s| over(s, &json!({"actor": [s.mallory.id, s.victim.id]})),
        why: "NoSingleActor",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "an actor and a riddle",
        request: |s| over(s, &json!({"actor": [s.mallory.id, 7]})),
        why: "NoSingleActor",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "no actor",
        request: |s| over(s, &json!({"actor": null})),
        why: "NoSingleActor",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "no id",
        request: |s| over(s, &json!({"id": null})),
        why: "NoId",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a list as id",
        request: |s| over(s, &json!({"id": ["http://green.example/1"]})),
        why: "NoId",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "an id that fills the memory",
        request: |s| over(s, &json!({"id": format!("{GREEN}/{}", "a".repeat(2048))})),
        why: "IdTooLong",
        status: 403,
        fetches: 0,
    },
    // What it may do.
    Row {
        attack: "a note by somebody else",
        request: |s| {
            by_mallory(
                s,
                "Create",
                &json!({"object": s.victim.note("http://green.example/notes/9")}),
            )
        },
        why: "NotTheAuthor",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a note by two",
        request: |s| {
            by_mallory(
                s,
                "Create",
                &json!({"object": {"id": "http://green.example/notes/9", "type": "Note", "attributedTo": [s.mallory.id, s.victim.id]}}),
            )
        },
        why: "NotTheAuthor",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a note of another server, embedded",
        request: |s| {
            by_mallory(
                s,
                "Create",
                &json!({"object": s.mallory.note("http://evil.example/notes/1")}),
            )
        },
        why: "ObjectElsewhere",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a note with our id",
        request: |s| {
            by_mallory(
                s,
                "Create",
                &json!({"object": s.mallory.note("http://red.example/notes/1")}),
            )
        },
        why: "ObjectElsewhere",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "an object whose id is a list",
        request: |s| {
            by_mallory(
                s,
                "Create",
                &json!({"object": {"id": ["http://green.example/notes/9"], "type": "Note", "attributedTo": s.mallory.id}}),
            )
        },
        why: "NoSingleObject",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a note over the victim's",
        request: |s| {
            by_mallory(
                s,
                "Create",
                &json!({"object": s.mallory.note(&note_of(&s.victim))}),
            )
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim's note changed",
        request: |s| {
            by_mallory(
                s,
                "Update",
                &json!({"object": s.mallory.note(&note_of(&s.victim))}),
            )
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "an own note given to somebody else",
        request: |s| {
            by_mallory(
                s,
                "Update",
                &json!({"object": s.victim.note(&note_of(&s.mallory))}),
            )
        },
        why: "NotTheAuthor",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim's profile changed",
        request: |s| by_mallory(s, "Update", &json!({"object": s.victim.document()})),
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim's note deleted",
        request: |s| by_mallory(s, "Delete", &json!({"object": note_of(&s.victim)})),
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim's note deleted, as a tombstone",
        request: |s| {
            by_mallory(
                s,
                "Delete",
                &json!({"object": {"id": note_of(&s.victim), "type": "Tombstone"}}),
            )
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "our note deleted",
        request: |s| {
            by_mallory(
                s,
                "Delete",
                &json!({"object": "http://red.example/notes/1"}),
            )
        },
        why: "ObjectElsewhere",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim's account deleted",
        request: |s| {
            s.world
                .red
                .app()
                .store(&s.victim.id, Stored::owned_by(s.victim.id.as_str()));
            by_mallory(s, "Delete", &json!({"object": s.victim.id}))
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim's like undone",
        request: |s| {
            by_mallory(
                s,
                "Undo",
                &json!({"object": format!("{}/like", s.victim.id)}),
            )
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim's like undone, embedded as it is",
        request: |s| {
            by_mallory(
                s,
                "Undo",
                &json!({"object": s.victim.activity("Like", &json!({"object": "http://red.example/notes/1"}))}),
            )
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim's like undone, embedded as one's own",
        request: |s| {
            by_mallory(
                s,
                "Undo",
                &json!({"object": s.mallory.activity("Like", &json!({"id": format!("{}/like", s.victim.id), "object": "http://red.example/notes/1"}))}),
            )
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "an own like undone, and the victim's behind it",
        request: |s| {
            by_mallory(
                s,
                "Undo",
                &json!({"object": [s.mallory.activity("Like", &json!({"object": "http://red.example/notes/1"})), format!("{}/like", s.victim.id)]}),
            )
        },
        why: "NoSingleObject",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a follow accepted by a stranger",
        request: |s| {
            by_mallory(
                s,
                "Accept",
                &json!({"object": "http://red.example/follows/1"}),
            )
        },
        why: "NotTheAddressee",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a follow accepted by a stranger, embedded with the stranger as target",
        request: |s| {
            by_mallory(
                s,
                "Accept",
                &json!({"object": {"id": "http://red.example/follows/1", "type": "Follow", "actor": "http://red.example/users/alice", "object": s.mallory.id}}),
            )
        },
        why: "NotTheAddressee",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a follow refused by a stranger",
        request: |s| {
            by_mallory(
                s,
                "Reject",
                &json!({"object": "http://red.example/follows/1"}),
            )
        },
        why: "NotTheAddressee",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "the victim moved away",
        request: |s| {
            by_mallory(
                s,
                "Move",
                &json!({"object": s.victim.id, "target": s.mallory.id}),
            )
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a move to somebody who does not know of it",
        request: |s| {
            s.world.evil.actor(EVIL, "star");
            by_mallory(
                s,
                "Move",
                &json!({"object": s.mallory.id, "target": format!("{EVIL}/users/star")}),
            )
        },
        why: "MoveNotConfirmed",
        status: 403,
        fetches: 1,
    },
    Row {
        attack: "a move to one of our users who does not know of it",
        request: |s| {
            s.world
                .red
                .user("alice", http_sig::SigningKey::generate_ed25519().unwrap());
            by_mallory(
                s,
                "Move",
                &json!({"object": s.mallory.id, "target": "http://red.example/users/alice"}),
            )
        },
        why: "MoveNotConfirmed",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a pin on another server's profile",
        request: |s| {
            by_mallory(
                s,
                "Add",
                &json!({"object": note_of(&s.mallory), "target": "http://evil.example/users/x/featured"}),
            )
        },
        why: "ObjectElsewhere",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a pin on the victim's profile",
        request: |s| {
            by_mallory(
                s,
                "Add",
                &json!({"object": note_of(&s.mallory), "target": format!("{}/featured", s.victim.id)}),
            )
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
    Row {
        attack: "a pin taken from the victim's profile",
        request: |s| {
            by_mallory(
                s,
                "Remove",
                &json!({"object": note_of(&s.victim), "target": format!("{}/featured", s.victim.id)}),
            )
        },
        why: "NotTheOwner",
        status: 403,
        fetches: 0,
    },
];

struct Control {
    what: &'static str,
    request: fn(&Stage) -> Request<Bytes>,
    receipt: Receipt,
}

const CONTROLS: &[Control] = &[
    Control {
        what: "a note",
        request: |s| {
            s.mallory
                .post(&s.mallory.create("http://green.example/notes/10"))
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "signed by RFC 9421",
        request: |s| {
            let note = s.mallory.create("http://green.example/notes/9421");
            s.mallory.post_rfc9421("red.example", note.to_string())
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "as JSON-LD with the profile",
        request: |s| {
            let mut request = unsigned(
                s.mallory
                    .create("http://green.example/notes/11")
                    .to_string(),
            );
            let media_type =
                r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
            request
                .headers_mut()
                .insert("content-type", media_type.parse().unwrap());
            s.mallory
                .sign(&s.mallory.key_id(), &mut request, SystemTime::now());
            request
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "a body of exactly 1 MiB",
        request: |s| {
            let mut body = s
                .mallory
                .create("http://green.example/notes/12")
                .to_string();
            body.push_str(&" ".repeat(1024 * 1024 - body.len()));
            s.mallory
                .post_as(&s.mallory.key_id(), body, SystemTime::now())
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "signed eleven hours ago",
        request: |s| {
            let then = SystemTime::now() - Duration::from_secs(11 * 3600);
            s.mallory.post_as(
                &s.mallory.key_id(),
                s.mallory
                    .create("http://green.example/notes/13")
                    .to_string(),
                then,
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "a key as a document of its own, which its owner lists",
        request: |s| {
            let owner = Sender::new(&format!("{GREEN}/users/goto"));
            let key_id = format!("{GREEN}/users/goto/main-key");
            let mut document = owner.document();
            document["publicKey"] = json!([format!("{GREEN}/keys/old"), key_id]);
            s.world.green.page("/users/goto", Page::activity(&document));
            let key = json!({"id": key_id, "type": "Key", "owner": owner.id, "publicKeyPem": owner.key.verifying_key().to_pem()});
            s.world
                .green
                .page("/users/goto/main-key", Page::activity(&key));
            owner.post_as(
                &key_id,
                owner.create("http://green.example/notes/14").to_string(),
                SystemTime::now(),
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "a key whose document is the actor",
        request: |s| {
            let mut owner = Sender::new(&format!("{GREEN}/users/stub"));
            owner.key = s.victim.key.clone();
            let key_id = format!("{GREEN}/users/stub/main-key");
            let mut document = owner.document();
            document["publicKey"]["id"] = json!(key_id);
            s.world.green.page("/users/stub", Page::activity(&document));
            s.world
                .green
                .page("/users/stub/main-key", Page::activity(&document));
            owner.post_as(
                &key_id,
                owner.create("http://green.example/notes/15").to_string(),
                SystemTime::now(),
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "a like",
        request: |s| over(s, &json!({})),
        receipt: Receipt::Accepted,
    },
    Control {
        what: "a boost of another server's note",
        request: |s| {
            by_mallory(
                s,
                "Announce",
                &json!({"object": "http://evil.example/notes/1"}),
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "an own note changed",
        request: |s| {
            by_mallory(
                s,
                "Update",
                &json!({"object": s.mallory.note(&note_of(&s.mallory))}),
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "the own profile changed",
        request: |s| by_mallory(s, "Update", &json!({"object": s.mallory.document()})),
        receipt: Receipt::Accepted,
    },
    Control {
        what: "an own like undone",
        request: |s| {
            by_mallory(
                s,
                "Undo",
                &json!({"object": format!("{}/like", s.mallory.id)}),
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "an own follow undone that was never stored",
        request: |s| {
            by_mallory(
                s,
                "Undo",
                &json!({"object": s.mallory.activity("Follow", &json!({"object": "http://red.example/users/alice"}))}),
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "a follow accepted",
        request: |s| {
            by_mallory(
                s,
                "Accept",
                &json!({"object": "http://red.example/follows/2"}),
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "a follow accepted that was never asked",
        request: |s| {
            by_mallory(
                s,
                "Accept",
                &json!({"object": "http://red.example/follows/7"}),
            )
        },
        receipt: Receipt::Ignored,
    },
    Control {
        what: "an answer to what waits for none",
        request: |s| {
            by_mallory(
                s,
                "Accept",
                &json!({"object": "http://red.example/notes/1"}),
            )
        },
        receipt: Receipt::Ignored,
    },
    Control {
        what: "an update of what nobody has",
        request: |s| {
            by_mallory(
                s,
                "Update",
                &json!({"object": s.mallory.note("http://green.example/notes/99")}),
            )
        },
        receipt: Receipt::Ignored,
    },
    Control {
        what: "a move that the target knows of",
        request: |s| {
            let mut target = Sender::new(&format!("{EVIL}/users/new")).document();
            target["alsoKnownAs"] = json!([s.mallory.id]);
            s.world.evil.page("/users/new", Page::activity(&target));
            by_mallory(
                s,
                "Move",
                &json!({"object": s.mallory.id, "target": format!("{EVIL}/users/new")}),
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "a pin on the own profile",
        request: |s| {
            by_mallory(
                s,
                "Add",
                &json!({"object": note_of(&s.mallory), "target": format!("{}/featured", s.mallory.id)}),
            )
        },
        receipt: Receipt::Accepted,
    },
    Control {
        what: "an addition to what nobody knows as theirs",
        request: |s| {
            by_mallory(
                s,
                "Add",
                &json!({"object": note_of(&s.mallory), "target": format!("{}/secret", s.mallory.id)}),
            )
        },
        receipt: Receipt::Ignored,
    },
    Control {
        what: "an own note deleted",
        request: |s| by_mallory(s, "Delete", &json!({"object": note_of(&s.mallory)})),
        receipt: Receipt::Accepted,
    },
    Control {
        what: "an activity that nobody knows",
        request: |s| {
            by_mallory(
                s,
                "EmojiReact",
                &json!({"object": "http://red.example/notes/1", "content": "x"}),
            )
        },
        receipt: Receipt::Accepted,
    },
];

#[tokio::test]
async fn every_attack_is_refused_and_every_control_accepted() {
    let stage = stage().await;
    let red = &stage.world.red;
    // Mallory's key is known from here on: an attacker is mostly no stranger.
    let known = red
        .federation
        .receive(over(&stage, &json!({})), SystemTime::now())
        .await;
    assert_eq!(known.unwrap(), Receipt::Accepted);
    let before = red.app().calls();
    let mut failures = Vec::new();
    for Row {
        attack,
        request,
        why,
        status,
        fetches,
    } in ROWS
    {
        let request = request(&stage);
        let asked = stage.world.asked();
        let verdict = match red.federation.receive(request, SystemTime::now()).await {
            Ok(receipt) => format!("{receipt:?}"),
            Err(error) if error.status().as_u16() == *status => reason(&error),
            Err(error) => format!("{} {}", error.status(), reason(&error)),
        };
        let asked = stage.world.asked() - asked;
        if verdict != *why || asked > *fetches || red.app().calls() != before {
            failures.push(format!(
                "{attack}: {verdict} instead of {why}, {asked} of {fetches} fetches, {} calls",
                red.app().calls() - before
            ));
        }
    }
    let handled = red.app().calls() - before;
    let refused = ROWS.len() - failures.len();

    let mut missed = Vec::new();
    for Control {
        what,
        request,
        receipt,
    } in CONTROLS
    {
        let calls = red.app().calls();
        let got = red
            .federation
            .receive(request(&stage), SystemTime::now())
            .await;
        let expected = usize::from(*receipt == Receipt::Accepted);
        if !matches!(&got, Ok(got) if got == receipt) || red.app().calls() - calls != expected {
            missed.push(format!("{what}: {got:?}"));
        }
    }
    println!(
        "refused {refused}/{}, accepted {}/{}, handler calls during refusals {handled}",
        ROWS.len(),
        CONTROLS.len() - missed.len(),
        CONTROLS.len()
    );
    assert!(
        failures.is_empty() && missed.is_empty(),
        "{failures:#?} {missed:#?}"
    );
}

/// The innermost rule that was broken.
fn reason(error: &InboxError) -> String {
    match error {
        InboxError::Envelope(why) => format!("{why:?}"),
        InboxError::Signature(why) => format!("{:?}", why.reason()),
        InboxError::Document(why) => format!("{:?}", why.refusal()),
        InboxError::Authority(why) => format!("{why:?}"),
        InboxError::Key(why) => match &**why {
            KeyError::Fetch(FetchError::Untrusted(why)) => format!("{why:?}"),
            KeyError::Fetch(FetchError::Http(error)) => match (error.refused(), error.status()) {
                (Some(refused), _) => format!("{:?}", refused.rule()),
                (None, status) => format!("status {}", status.map_or(0, |status| status.as_u16())),
            },
            KeyError::Key(_) => "Key".to_owned(),
            other => format!("{other:?}"),
        },
        other => format!("{other:?}"),
    }
}
