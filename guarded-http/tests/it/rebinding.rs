//! A name whose answers change or lie, said by a real DNS server on loopback and asked by a real resolver.
//!
//! Where a test allows loopback, `127.0.0.1` stands for the public address that was checked and `10.0.0.1` for the one behind
//! it; where it does not, a proxy on loopback stands for the way to a public address.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use guarded_http::{Builder, Error, GuardedClient, Limits, Recorder, Refused, Resolver, Rule};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

use crate::client::reason;
use crate::loopback::{Reply, Server, read_request};
use crate::secure::{Proxy, acceptor, certificate};

/// What the name server says to one question.
enum Said {
    Addresses(Vec<IpAddr>),
    /// The name is another name of that one, which has these addresses.
    Alias(&'static str, Vec<IpAddr>),
    Code(ResponseCode),
    /// Ask again over TCP.
    Truncated,
    Nothing,
}

struct Question {
    kind: RecordType,
    /// How many questions of this kind came before.
    number: usize,
    over_tcp: bool,
}

/// A DNS server on loopback, over UDP and TCP; its answers live no time at all.
struct NameServer {
    address: SocketAddr,
    questions: Arc<AtomicUsize>,
}

impl NameServer {
    async fn start(say: impl Fn(&Question) -> Said + Send + Sync + 'static) -> Self {
        // One port for both; the one that is free for UDP may be taken for TCP.
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().unwrap();
        let questions = Arc::new(AtomicUsize::new(0));
        let others = AtomicUsize::new(0);
        let count = Arc::clone(&questions);
        let answer = Arc::new(move |bytes: &[u8], over_tcp| {
            let query = Message::from_vec(bytes).unwrap();
            let kind = query.queries[0].query_type();
            let counter = if kind == RecordType::A {
                &count
            } else {
                &others
            };
            let number = counter.fetch_add(1, Ordering::SeqCst);
            response(
                query,
                say(&Question {
                    kind,
                    number,
                    over_tcp,
                }),
            )
        });
        let over_udp = Arc::clone(&answer);
        tokio::spawn(async move {
            let mut buffer = [0; 1500];
            while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
                if let Some(mut bytes) = over_udp(&buffer[..length], false) {
                    if bytes.len() > 512 {
                        // Only the header and the question fit, with the bit that says so.
                        let mut message = Message::from_vec(&bytes).unwrap().truncate();
                        message.metadata.truncation = true;
                        bytes = message.to_vec().unwrap();
                    }
                    let _ = udp.send_to(&bytes, from).await;
                }
            }
        });
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = tcp.accept().await {
                let answer = Arc::clone(&answer);
                tokio::spawn(async move {
                    while let Ok(length) = socket.read_u16().await {
                        let mut bytes = vec![0; length.into()];
                        socket.read_exact(&mut bytes).await.unwrap();
                        if let Some(bytes) = answer(&bytes, true) {
                            let length = u16::try_from(bytes.len()).unwrap();
                            socket.write_u16(length).await.unwrap();
                            socket.write_all(&bytes).await.unwrap();
                        }
                    }
                });
            }
        });
        Self { address, questions }
    }

    fn resolver(&self) -> Dns {
        let port = |mut connection: ConnectionConfig| {
            connection.port = self.address.port();
            connection
        };
        let connections = vec![port(ConnectionConfig::udp()), port(ConnectionConfig::tcp())];
        let server = NameServerConfig::new(self.address.ip(), true, connections);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        let mut builder =
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let options = builder.options_mut();
        options.cache_size = 0;
        options.attempts = 1;
        options.ip_strategy = hickory_resolver::config::LookupIpStrategy::Ipv4AndIpv6;
        Dns(builder.build().unwrap())
    }

    fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

fn response(query: Message, said: Said) -> Option<Vec<u8>> {
    let question = query.queries[0].clone();
    let mut message = Message::response(query.metadata.id, query.metadata.op_code);
    message.metadata.recursion_available = true;
    message.add_query(question.clone());
    let records = |owner: &Name, addresses: Vec<IpAddr>| -> Vec<Record> {
        addresses
            .into_iter()
            .map(|address| match address {
                IpAddr::V4(address) => RData::A(A(address)),
                IpAddr::V6(address) => RData::AAAA(AAAA(address)),
            })
            .filter(|data| data.record_type() == question.query_type())
            .map(|data| Record::from_rdata(owner.clone(), 0, data))
            .collect()
    };
    match said {
        Said::Addresses(addresses) => {
            message.add_answers(records(question.name(), addresses));
        }
        Said::Alias(name, addresses) => {
            let name = Name::from_ascii(name).unwrap();
            let alias = RData::CNAME(CNAME(name.clone()));
            message.add_answer(Record::from_rdata(question.name().clone(), 0, alias));
            message.add_answers(records(&name, addresses));
        }
        Said::Code(code) => message.metadata.response_code = code,
        Said::Truncated => message.metadata.truncation = true,
        Said::Nothing => return None,
    }
    Some(message.to_vec().unwrap())
}

struct Dns(TokioResolver);

impl Resolver for Dns {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        Box::pin(async move {
            let answer = self.0.lookup_ip(format!("{name}.")).await;
            Ok(answer.map_err(io::Error::other)?.iter().collect())
        })
    }
}

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn is_refused_for_address(error: &Error) -> bool {
    matches!(error.refused().map(Refused::rule), Some(Rule::Address(_)))
}

/// A server for `v.example` on loopback, and a client that may ask it.
struct World {
    server: Server,
    names: NameServer,
    recorder: Recorder,
    client: GuardedClient,
}

impl World {
    async fn new(
        say: impl Fn(&Question) -> Said + Send + Sync + 'static,
        answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let (tls, root) = acceptor(certificate(), &["http/1.1"]);
        let server = Server::start_tls(tls, answer).await;
        let names = NameServer::start(say).await;
        let recorder = Recorder::new();
        let client = client(root, &names, &recorder)
            .danger_allow_loopback()
            .allow_port(server.address().port())
            .build()
            .unwrap();
        Self {
            server,
            names,
            recorder,
            client,
        }
    }

    async fn get(&self) -> Result<guarded_http::Answer, Error> {
        let url = format!("https://v.example:{}/", self.server.address().port());
        self.client.get(url.parse().unwrap()).send().await
    }

    /// Every socket led to the address that was allowed.
    fn dialled(&self) -> usize {
        let dialled = self.recorder.dialled();
        assert!(
            dialled.iter().all(|it| it.address == self.server.address()),
            "{dialled:?}"
        );
        dialled.len()
    }
}

fn client(root: Vec<u8>, names: &NameServer, recorder: &Recorder) -> Builder {
    GuardedClient::builder()
        .trust_root(root)
        .resolver(names.resolver())
        .limits(Limits::new().connect(Duration::from_secs(2)))
        .record(recorder)
}

#[tokio::test]
async fn the_second_answer_is_checked_like_the_first() {
    for inward in ["10.0.0.1", "169.254.169.254", "0.0.0.0", "192.168.0.1"] {
        for vetted_first in [true, false] {
            let say = move |question: &Question| {
                let is_vetted = question.number.is_multiple_of(2) == vetted_first;
                Said::Addresses(addresses(&[if is_vetted { "127.0.0.1" } else { inward }]))
            };
            let world = World::new(say, |_| Reply::new(200, "", b"")).await;
            for round in 0..4 {
                let outcome = world.get().await;
                if (round % 2 == 0) == vetted_first {
                    assert!(outcome.is_ok(), "{outcome:?}");
                } else {
                    assert!(is_refused_for_address(&outcome.unwrap_err()), "{inward}");
                }
                assert_eq!(
                    world.names.questions(),
                    round + 1,
                    "one question a connection"
                );
            }
            assert_eq!(world.dialled(), 2);
        }
    }
}

#[tokio::test]
async fn a_redirect_asks_again_and_is_checked_again() {
    let say = |question: &Question| {
        Said::Addresses(addresses(&[
            ["127.0.0.1", "10.0.0.1"][question.number.min(1)]
        ]))
    };
    let world = World::new(say, |_| Reply::redirect(302, "/again")).await;
    assert!(is_refused_for_address(&world.get().await.unwrap_err()));
    assert_eq!((world.dialled(), world.names.questions()), (1, 2));
}

/// A kept connection asks nobody; the one that replaces it is checked like the first.
#[tokio::test]
async fn a_kept_connection_that_broke_is_replaced_by_a_checked_one() {
    let (tls, root) = acceptor(certificate(), &["http/1.1"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut socket = tls.accept(socket).await.unwrap();
        for _ in 0..2 {
            read_request(&mut socket).await;
            socket
                .write_all(b"HTTP/1.1 200 X\r\ncontent-length: 0\r\n\r\n")
                .await
                .unwrap();
        }
        socket.shutdown().await.unwrap();
    });
    let names = NameServer::start(|question| {
        Said::Addresses(addresses(&[
            ["127.0.0.1", "10.0.0.1"][question.number.min(1)]
        ]))
    })
    .await;
    let recorder = Recorder::new();
    let client = client(root, &names, &recorder)
        .danger_allow_loopback()
        .allow_port(address.port())
        .build()
        .unwrap();
    let get = || {
        client
            .get(
                format!("https://v.example:{}/", address.port())
                    .parse()
                    .unwrap(),
            )
            .send()
    };
    get().await.unwrap();
    get().await.unwrap();
    assert_eq!(names.questions(), 1);
    served.await.unwrap();
    // Until the pool has seen the end, a request may still meet it.
    let error = loop {
        let error = get().await.unwrap_err();
        if error.is_refused() {
            break error;
        }
    };
    assert!(is_refused_for_address(&error));
    assert_eq!(
        recorder
            .dialled()
            .iter()
            .map(|it| it.address)
            .collect::<Vec<_>>(),
        [address]
    );
}

/// The proxy is asked for the address that was checked, and never for another one.
#[tokio::test]
async fn a_proxy_changes_nothing() {
    let proxied = async {
        let (tls, root) = acceptor(certificate(), &["http/1.1"]);
        let server = Server::start_tls(tls, |_| Reply::new(200, "", b"")).await;
        let proxy = Proxy::http(server.address(), 200).await;
        let names = NameServer::start(|question| {
            let answers = [
                "9.9.9.9",
                "127.0.0.1",
                "10.0.0.1",
                "169.254.169.254",
                "9.9.9.10",
            ];
            Said::Addresses(addresses(&[answers[question.number]]))
        })
        .await;
        let recorder = Recorder::new();
        let client = client(root, &names, &recorder)
            .proxy(format!("http://{}", proxy.address).parse().unwrap())
            .build()
            .unwrap();
        let get = || client.get("https://v.example/".parse().unwrap()).send();
        get().await.unwrap();
        for _ in 0..3 {
            assert!(is_refused_for_address(&get().await.unwrap_err()));
        }
        get().await.unwrap();
        let tunnels: Vec<_> = recorder
            .dialled()
            .iter()
            .map(|it| (it.address, it.tunnel))
            .collect();
        let through = |last| {
            (
                proxy.address,
                Some(SocketAddr::from(([9, 9, 9, last], 443))),
            )
        };
        assert_eq!(tunnels, [through(9), through(10)]);
        let asked = proxy.asked();
        assert_eq!(asked.len(), 2);
        assert!(asked[0].starts_with("CONNECT 9.9.9.9:443 "), "{asked:?}");
        assert!(asked[1].starts_with("CONNECT 9.9.9.10:443 "), "{asked:?}");
    };
    tokio::task::LocalSet::new().run_until(proxied).await;
}

#[tokio::test]
async fn what_name_servers_can_say() {
    type Say = fn(&Question) -> Said;
    let rows: [(&str, Say, &str); 13] = [
        (
            "an address",
            |_| Said::Addresses(addresses(&["127.0.0.1"])),
            "accepted",
        ),
        (
            "a local IPv6 address beside it",
            |_| Said::Addresses(addresses(&["127.0.0.1", "fd00::1"])),
            "refused",
        ),
        (
            "a mapped address beside it",
            |_| Said::Addresses(addresses(&["127.0.0.1", "::ffff:127.0.0.1"])),
            "refused",
        ),
        (
            "IPv6 alone, and local",
            |_| Said::Addresses(addresses(&["fd00::1"])),
            "refused",
        ),
        (
            "an alias of a local name",
            |_| Said::Alias("printer.local.", addresses(&["10.0.0.1"])),
            "refused",
        ),
        (
            "an alias of an allowed address",
            |_| Said::Alias("w.example.", addresses(&["127.0.0.1"])),
            "accepted",
        ),
        (
            "a thousand addresses",
            |_| Said::Addresses(vec![Ipv4Addr::LOCALHOST.into(); 1000]),
            "accepted",
        ),
        (
            "a thousand addresses, and a private one",
            |_| {
                let mut many = vec![Ipv4Addr::LOCALHOST.into(); 1000];
                many.extend(addresses(&["10.0.0.1"]));
                Said::Addresses(many)
            },
            "refused",
        ),
        (
            "a truncated answer, and over TCP a private address",
            |question| match question.over_tcp {
                true => Said::Addresses(addresses(&["10.0.0.1"])),
                false => Said::Truncated,
            },
            "refused",
        ),
        (
            "trouble for IPv6, and a private IPv4 address",
            |question| match question.kind {
                RecordType::A => Said::Addresses(addresses(&["10.0.0.1"])),
                _ => Said::Code(ResponseCode::ServFail),
            },
            "refused",
        ),
        ("trouble", |_| Said::Code(ResponseCode::ServFail), "Dns"),
        (
            "no such name",
            |_| Said::Code(ResponseCode::NXDomain),
            "Dns",
        ),
        ("nothing", |_| Said::Nothing, "DnsTimeout"),
    ];
    for (said, say, expected) in rows {
        let world = World::new(say, |_| Reply::new(200, "", b"")).await;
        match world.get().await {
            Ok(_) => assert_eq!(expected, "accepted", "{said}"),
            Err(error) if is_refused_for_address(&error) => {
                assert_eq!(expected, "refused", "{said}");
            }
            Err(error) => assert_eq!(expected, format!("{:?}", reason(&error).unwrap()), "{said}"),
        }
        assert_eq!(
            world.dialled(),
            usize::from(expected == "accepted"),
            "{said}"
        );
    }
}
