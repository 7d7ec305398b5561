//! What a stream costs in memory: so many of them in one process, each with an account of its own, against a fake instance in another process.
//! `interop/thousand-streams.sh` runs it.
//!
//! What the system keeps for the sockets is not counted; everything that this process holds is.

use clap::{Parser, ValueEnum};
use fedikit_examples::server::BoxError;
use fedikit_examples::{ended, say};
use mastodon_api::Client;
use mastodon_api::entities::Visibility;
use mastodon_api::oauth::AccessToken;
use mastodon_api::streaming::{Event, EventStream, Heard, Stream, Transport};
use mastodon_api::testing::FakeInstance;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::Duration;
use tokio::task::JoinSet;

/// Opens many streams at once and says what each takes.
#[derive(Parser)]
struct Arguments {
    /// How many.
    #[arg(long, default_value_t = 1000)]
    streams: usize,

    /// So many posts come over each before the memory is looked at.
    #[arg(long, default_value_t = 20)]
    posts: usize,

    /// Only over this, in this process.
    #[arg(long, hide = true)]
    over: Option<Over>,

    /// Is the server of the others.
    #[arg(long, hide = true)]
    serve: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Over {
    Websocket,
    Sse,
    Polling,
}

/// A stream that holds a connection may take so much.
const MOST_KB: f64 = 64.0;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ended(match arguments.over {
        _ if arguments.serve => serve(&arguments).await,
        Some(over) => measure(over, &arguments).await,
        None => measure_all(&arguments),
    })
}

/// Each way in a process of its own: what one has freed would hide what the next takes.
fn measure_all(arguments: &Arguments) -> Result<(), BoxError> {
    for over in Over::value_variants() {
        let name = over.to_possible_value().ok_or("no name")?;
        let mut child = arguments.again(&["--over", name.get_name()]).spawn()?;
        if !child.wait()?.success() {
            return Err(format!("{} failed", name.get_name()).into());
        }
    }
    Ok(())
}

impl Arguments {
    /// This program with these numbers, and something more.
    fn again(&self, more: &[&str]) -> Command {
        let program = std::env::current_exe().unwrap_or_else(|_| "thousand-streams".into());
        let mut command = Command::new(program);
        command.args(["--streams", &self.streams.to_string()]);
        command.args(["--posts", &self.posts.to_string()]);
        command.args(more);
        command
    }
}

async fn measure(over: Over, arguments: &Arguments) -> Result<(), BoxError> {
    let (count, posts) = (arguments.streams, arguments.posts);
    let mut server = Server::start(arguments)?;
    let client = Client::new(&server.url)?;
    let transport = match over {
        Over::Websocket => Transport::WebSocket,
        Over::Sse => Transport::Sse,
        Over::Polling => Transport::Polling,
    };
    // What a first stream makes for all is not what a stream takes.
    let first = open(&client, &server.tokens, 0, transport).await?;
    let before = memory();
    let mut listening = JoinSet::new();
    for number in 1..=count {
        let stream = open(&client, &server.tokens, number, transport).await?;
        listening.spawn(listen(stream, posts));
    }
    // A little later each looks once more for what fell between its start and the server's.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let opened = memory();
    server.post()?;
    let mut listened = vec![];
    while let Some(stream) = listening.join_next().await {
        listened.push(stream??);
    }
    let heard = memory();
    let each = |now: u64| now.saturating_sub(before) as f64 / count as f64;
    say!(
        "{transport}: {count} streams, {:.1} KB each when open, {:.1} KB each after {posts} posts over each",
        each(opened),
        each(heard)
    );
    drop((first, listened));
    // Who polls holds no connection; what it takes is what many answers at once take.
    if transport != Transport::Polling && each(heard) > MOST_KB {
        return Err(format!("more than {MOST_KB} KB each").into());
    }
    Ok(())
}

async fn open(
    client: &Client,
    tokens: &[AccessToken],
    number: usize,
    transport: Transport,
) -> Result<EventStream, BoxError> {
    let token = tokens.get(number).ok_or("no token")?.clone();
    let client = client.clone().with_token(token);
    let stream = client.stream(Stream::Public).transport(transport);
    Ok(stream.poll_every(Duration::from_secs(5)).await?)
}

/// Listens until all posts have come.
async fn listen(mut stream: EventStream, all: usize) -> Result<EventStream, BoxError> {
    let mut posts = 0;
    while posts < all {
        match stream.next().await {
            Some(Ok(Heard::Event(happened))) if matches!(happened.event, Event::Update(_)) => {
                posts += 1;
            }
            Some(Ok(Heard::Down(down))) => return Err(down.why.to_string().into()),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
            None => return Err("the stream ended".into()),
        }
    }
    Ok(stream)
}

/// What this process holds of memory, in KB; 0 where nobody says it.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// A fake instance in another process, which ends with this one.
struct Server {
    url: String,
    tokens: Vec<AccessToken>,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    process: Child,
}

impl Server {
    fn start(arguments: &Arguments) -> Result<Self, BoxError> {
        let mut command = arguments.again(&["--serve"]);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = process.stdin.take().ok_or("no input")?;
        let output = process.stdout.take().ok_or("no output")?;
        let mut answers = BufReader::new(output).lines();
        let url = answers.next().ok_or("the server is silent")??;
        let tokens = answers.by_ref().take(arguments.streams + 1);
        let tokens: Result<Vec<_>, _> = tokens.map(|line| line.map(AccessToken::from)).collect();
        Ok(Self {
            url,
            tokens: tokens?,
            orders,
            answers,
            process,
        })
    }

    fn post(&mut self) -> Result<(), BoxError> {
        writeln!(self.orders, "post")?;
        self.orders.flush()?;
        self.answers.next().ok_or("the server is silent")??;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn serve(arguments: &Arguments) -> Result<(), BoxError> {
    let instance = FakeInstance::start().await?;
    say!("{}", instance.url());
    for number in 0..=arguments.streams {
        say!("{}", instance.token(&format!("listener{number}")).expose());
    }
    let orders = std::io::stdin().lines();
    for order in orders {
        if order? == "post" {
            for number in 1..=arguments.posts {
                let text = format!("{number}: {}", "a post of some length. ".repeat(20));
                instance.post_as("alice", &text, Visibility::Public);
            }
            say!("posted");
        }
    }
    Ok(())
}
