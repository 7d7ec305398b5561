//! How many sockets one owner of a domain can make this client hold.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use guarded_http::{GuardedClient, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// What a server sees at the same time, now and at most.
#[derive(Default)]
struct Count {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Count {
    fn up(&self) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
    }

    fn down(&self) {
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Keeps every connection for as long as the client does.
async fn patient_server() -> (SocketAddr, Arc<Count>, Arc<Count>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (requests, sockets) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let counts = (address, Arc::clone(&requests), Arc::clone(&sockets));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (requests, sockets) = (Arc::clone(&requests), Arc::clone(&sockets));
            sockets.up();
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                while socket.read(&mut buffer).await.is_ok_and(|count| count > 0) {
                    requests.up();
                    tokio::task::yield_now().await;
                    requests.down();
                    let answer = b"HTTP/1.1 200 X\r\ncontent-length: 0\r\n\r\n";
                    if socket.write_all(answer).await.is_err() {
                        break;
                    }
                }
                sockets.down();
            });
        }
    });
    counts
}

#[tokio::test]
async fn a_farm_of_sub_domains_is_one_domain() {
    const NAMES: usize = 1_000;
    let (address, requests, sockets) = patient_server().await;
    let limits = Limits::new().total(Duration::from_secs(600));
    let mut builder = GuardedClient::builder()
        .limits(limits)
        .danger_allow_loopback();
    for name in 0..NAMES {
        builder = builder.danger_resolve(&format!("s{name}.evil.example"), address);
    }
    let client = builder.build().unwrap();
    let mut fetches = JoinSet::new();
    for name in 0..NAMES {
        let url = format!("http://s{name}.evil.example/").parse().unwrap();
        fetches.spawn(client.get(url).send());
    }
    while let Some(outcome) = fetches.join_next().await {
        outcome.unwrap().unwrap();
    }
    let (requests, sockets) = (
        requests.most.load(Ordering::SeqCst),
        sockets.most.load(Ordering::SeqCst),
    );
    println!("{NAMES} fetches: at most {requests} requests and {sockets} sockets at the same time");
    assert!((2..=16).contains(&requests), "{requests}");
    // As many kept as running, and those of which the server has not yet seen that they are closed.
    assert!(sockets <= 64, "{sockets}");
}
