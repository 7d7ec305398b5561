//! The bytes of an answer: timed, counted and decoded while they come.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use http_body::Body as _;
use http_body_util::combinators::UnsyncBoxBody;
use tokio::io::{AsyncBufRead, AsyncRead};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::io::{StreamReader, poll_read_buf};

use crate::error::{BoxError, Error, Refused, Rule, Transient, TransientReason};

/// What the client offers to decode.
pub(crate) const ACCEPTED: &str = "gzip, deflate, br";

/// Bytes as the HTTP stack hands them over.
pub(crate) type Received = UnsyncBoxBody<Bytes, BoxError>;

/// A content coding (RFC 9110, section 8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    /// The zlib format, as the RFC has it. The bare deflate data that some servers once sent under this name is refused.
    Deflate,
    Brotli,
}

impl Coding {
    /// The one coding of an answer; `None` for several, or one that nobody offered to read.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(CONTENT_ENCODING).iter();
        let (value, None) = (values.next(), values.next()) else {
            return None;
        };
        let Some(value) = value else {
            return Some(Self::Identity);
        };
        let value = value.to_str().ok()?.trim().to_ascii_lowercase();
        match value.as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            _ => None,
        }
    }
}

/// How much of a body may come, and until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bytes as they come.
    pub(crate) wire: usize,
    /// Bytes after decoding.
    pub(crate) decoded: usize,
    pub(crate) idle: Duration,
    pub(crate) deadline: Instant,
}

/// A body within its bounds. Memory: one chunk, and what the decoder holds.
pub(crate) struct Body {
    source: Source,
    left: usize,
    host: Option<String>,
    buffer: BytesMut,
}

enum Source {
    Plain(Wire),
    /// Nothing has come yet; no decoder is made for nothing.
    Undecided(Wire, Coding),
    Encoded(Box<dyn Decoder>),
    Ended,
}

impl Body {
    pub(crate) fn new(
        received: Received,
        coding: Coding,
        bounds: Bounds,
        host: Option<&str>,
    ) -> Self {
        let host = host.map(str::to_owned);
        let wire = Wire {
            received,
            ahead: None,
            left: bounds.wire,
            idle: bounds.idle,
            deadline: bounds.deadline,
            alarm: Box::pin(sleep_until(bounds.deadline)),
            waiting: false,
            ended: false,
            host: host.clone(),
        };
        Self {
            source: match coding {
                Coding::Identity => Source::Plain(wire),
                coding => Source::Undecided(wire, coding),
            },
            left: bounds.decoded,
            host,
            buffer: BytesMut::new(),
        }
    }

    /// The next bytes; after the end and after an error there are no more.
    pub(crate) fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        let chunk = match ready!(self.poll_source(context)) {
            Some(Ok(chunk)) => match self.left.checked_sub(chunk.len()) {
                Some(left) => {
                    self.left = left;
                    return Poll::Ready(Some(Ok(chunk)));
                }
                None => Some(Err(refused(Rule::BodyTooLong, self.host.as_deref()))),
            },
            end => end,
        };
        self.source = Source::Ended;
        Poll::Ready(chunk)
    }

    fn poll_source(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let host = self.host.as_deref();
        if let Source::Undecided(wire, coding) = &mut self.source {
            let coding = *coding;
            let first = match ready!(wire.poll_data(context)) {
                Some(Ok(first)) => first,
                // Nothing at all is nothing encoded: servers send it so, and a `HEAD` has no body.
                end => return Poll::Ready(end),
            };
            if coding == Coding::Brotli && !has_small_window(&first) {
                return Poll::Ready(Some(Err(refused(Rule::Encoded, host))));
            }
            wire.ahead = Some(first);
            if let Source::Undecided(wire, _) = std::mem::replace(&mut self.source, Source::Ended) {
                self.source = Source::Encoded(decoder(coding, StreamReader::new(wire)));
            }
        }
        let decoder = match &mut self.source {
            Source::Plain(wire) => return wire.poll_data(context),
            Source::Encoded(decoder) => decoder,
            Source::Undecided(..) | Source::Ended => return Poll::Ready(None),
        };
        // Small chunks share one allocation.
        if self.buffer.capacity() - self.buffer.len() < CHUNK / 4 {
            self.buffer.reserve(CHUNK);
        }
        let read = ready!(poll_read_buf(
            Pin::new(&mut **decoder),
            context,
            &mut self.buffer
        ));
        let failure = match read {
            Ok(0) => match ready!(Pin::new(decoder.input()).poll_fill_buf(context)) {
                Ok([]) => return Poll::Ready(None),
                Ok(_) => refused(Rule::Undecodable, host),
                Err(error) => undecoded(error, false, host),
            },
            Ok(_) => return Poll::Ready(Some(Ok(self.buffer.split().freeze()))),
            Err(error) => undecoded(error, decoder.input().get_ref().ended, host),
        };
        Poll::Ready(Some(Err(failure)))
    }
}

/// What a decoder's failure means: the body's own, or that of the data in it.
fn undecoded(error: io::Error, at_the_end: bool, host: Option<&str>) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) if at_the_end => broken(error.into()),
        Err(_) => refused(Rule::Undecodable, host),
    }
}

fn refused(rule: Rule, host: Option<&str>) -> Error {
    Refused::new(rule, host).into()
}

/// What comes from the peer, inside the time and the bytes that it has.
struct Wire {
    received: Received,
    /// Already taken out to look at it.
    ahead: Option<Bytes>,
    left: usize,
    idle: Duration,
    deadline: Instant,
    alarm: Pin<Box<Sleep>>,
    /// We want more and there is none: only then does the silence count.
    waiting: bool,
    /// The peer has sent all that it said it would.
    ended: bool,
    host: Option<String>,
}

impl Wire {
    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if let Some(data) = self.ahead.take() {
            return Poll::Ready(Some(Ok(data)));
        }
        // Frames without a byte end nobody's silence.
        while Instant::now() < self.deadline {
            let Poll::Ready(frame) = Pin::new(&mut self.received).poll_frame(context) else {
                if !self.waiting {
                    self.waiting = true;
                    let silence = Instant::now().checked_add(self.idle);
                    let until = silence.map_or(self.deadline, |silence| silence.min(self.deadline));
                    self.alarm.as_mut().reset(until);
                }
                ready!(self.alarm.as_mut().poll(context));
                break;
            };
            let data = match frame {
                None => {
                    self.ended = true;
                    return Poll::Ready(None);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(broken(error)))),
                // Trailers are nobody's business here.
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            };
            if data.is_empty() {
                continue;
            }
            self.waiting = false;
            let Some(left) = self.left.checked_sub(data.len()) else {
                let error = refused(Rule::BodyTooLong, self.host.as_deref());
                return Poll::Ready(Some(Err(error)));
            };
            self.left = left;
            return Poll::Ready(Some(Ok(data)));
        }
        let timeout = Transient::new(TransientReason::Timeout, None);
        Poll::Ready(Some(Err(Error::Transient(timeout))))
    }
}

impl Stream for Wire {
    type Item = io::Result<Bytes>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        self.poll_data(context)
            .map(|data| data.map(|data| data.map_err(io::Error::other)))
    }
}

type Input = StreamReader<Wire, Bytes>;

trait Decoder: AsyncRead + Send + Unpin {
    fn input(&mut self) -> &mut Input;
}

fn decoder(coding: Coding, input: Input) -> Box<dyn Decoder> {
    match coding {
        Coding::Deflate => Box::new(ZlibDecoder::new(input)),
        Coding::Brotli => Box::new(BrotliDecoder::new(input)),
        Coding::Gzip | Coding::Identity => {
            let mut decoder = GzipDecoder::new(input);
            // RFC 1952, section 2.2: a gzip file is a series of members.
            decoder.multiple_members(true);
            Box::new(decoder)
        }
    }
}

impl Decoder for GzipDecoder<Input> {
    fn input(&mut self) -> &mut Input {
        self.get_mut()
    }
}

impl Decoder for ZlibDecoder<Input> {
    fn input(&mut self) -> &mut Input {
        self.get_mut()
    }
}

impl Decoder for BrotliDecoder<Input> {
    fn input(&mut self) -> &mut Input {
        self.get_mut()
    }
}

/// Whether Brotli data asks for a window of at most 4 MiB, as its first bits say (RFC 7932, section 9.1).
///
/// The decoder fills its window before it hands anything out, so the window is what one answer costs. Encoders ask for 4 MiB
/// or less unless told otherwise; the format allows 16 MiB, and an extension, which our decoder would follow, 1 GiB.
fn has_small_window(data: &[u8]) -> bool {
    data.first().is_some_and(|first| {
        let is_extension = first & 0b0111_1111 == 0b0001_0001;
        // One bit set and then three: 17 and their number is the window's size in bits.
        let is_large = first & 1 == 1 && first >> 1 & 0b111 > 22 - 17;
        !is_extension && !is_large
    })
}

fn broken(error: BoxError) -> Error {
    Error::Transient(Transient::new(TransientReason::Broken, Some(error)))
}

/// Bytes decoded at a time.
const CHUNK: usize = 16 * 1024;
