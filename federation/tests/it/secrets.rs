//! A planted key is in no text that this crate makes.

use crate::world::{GREEN, Page, RED, World};
use activitypub::Activity;
use federation::Federation;
use http_sig::SigningKey;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn keys_are_in_no_text() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let World { red, green, .. } = &World::new().await;
    let key = SigningKey::generate_rsa().unwrap();
    let pem = key.to_pem().unwrap();
    let alice = red.user("alice", key.clone());
    let bob = green.actor(GREEN, "bob");
    let mut texts = Vec::new();
    for status in [202, 401, 404, 500] {
        green.page("/users/bob/inbox", Page::status(status));
        let like = Activity::like(
            format!("{RED}/likes/{status}"),
            &alice,
            "http://green.example/notes/1",
            bob.id.as_str(),
        );
        red.federation.send("alice", &like).await.unwrap();
        red.federation.deliver_due().await.unwrap();
    }
    texts.push(format!(
        "{:?}",
        red.federation.queue().dead_letters(9).await.unwrap()
    ));
    // The worst that can happen to a stranger's key: the private half in the actor.
    let mut document = bob.document();
    document["publicKey"]["publicKeyPem"] = pem.clone().into();
    green.page("/users/bob", Page::activity(&document));
    let refused = red
        .federation
        .receive(
            bob.post(&bob.create(&format!("{GREEN}/notes/1"))),
            SystemTime::now(),
        )
        .await
        .unwrap_err();
    texts.extend([format!("{refused:?}"), refused.explanation()]);
    let local = federation::Application::actor(red.app(), "alice")
        .await
        .unwrap()
        .unwrap();
    texts.push(format!("{local:?}"));
    texts.push(format!(
        "{:?}",
        red.federation.actor_document("alice", local)
    ));
    texts.push(format!(
        "{:?} {:?}",
        red.federation,
        red.federation.fetcher()
    ));
    texts.push(format!(
        "{:?}",
        Federation::<crate::world::App>::builder(RED, key)
    ));
    texts.push(String::from_utf8(written.0.lock().unwrap().clone()).unwrap());

    assert!(
        texts.last().unwrap().contains("delivery given up"),
        "something was logged"
    );
    let secrets: Vec<&str> = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    assert!(secrets.len() > 10);
    for text in texts {
        // The first line of an RSA key in PKCS#8 is the same for every key, up to the modulus.
        assert!(
            !text.contains("PRIVATE KEY")
                && !secrets[1..].iter().any(|secret| text.contains(secret)),
            "{text}"
        );
    }
}
