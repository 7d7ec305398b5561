//! Reads a stream of server-sent events, whatever pieces it arrives in.
//!
//! The rules are those of the [HTML standard][whatwg], with one exception: a message with a name and no `data` line is
//! delivered, because `filters_changed` needs no data and browsers would drop it.
//!
//! ```
//! use mastodon_api::streaming::sse::{Decoder, Frame};
//!
//! let mut decoder = Decoder::new();
//! let mut bytes = &b":thump\n\nevent: delete\ndata: 106692867363994015\n\n"[..];
//!
//! let Some(Ok(Frame::Comment(text))) = decoder.decode(&mut bytes) else { panic!() };
//! assert_eq!(text, "thump");
//! let Some(Ok(Frame::Message(message))) = decoder.decode(&mut bytes) else { panic!() };
//! assert_eq!(message.event(), "delete");
//! assert_eq!(message.data(), Some("106692867363994015"));
//! assert!(decoder.decode(&mut bytes).is_none(), "all bytes are read: feed the next ones");
//! ```
//!
//! [whatwg]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

use std::borrow::Cow;
use std::time::Duration;

use memchr::{memchr, memchr2};

/// Turns the bytes of a `text/event-stream` body into [`Frame`]s.
///
/// Feed it the pieces of the body in their order. It keeps at most one line and one message in memory, each within its
/// limit, so a server cannot make it grow. Bytes that are not UTF-8 become U+FFFD, as the standard asks.
#[derive(Debug)]
pub struct Decoder {
    max_line: usize,
    max_message: usize,
    line: Vec<u8>,
    message: Partial,
    last_event_id: String,
    retry: Option<Duration>,
    at_start: bool,
    after_cr: bool,
    skipping: bool,
}

impl Decoder {
    /// The default for [`max_line`](Self::max_line) and [`max_message`](Self::max_message): 1 MiB.
    ///
    /// A status of the longest kind takes about 100 KiB.
    pub const DEFAULT_LIMIT: usize = 1024 * 1024;

    /// A decoder at the start of a body, with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self {
            max_line: Self::DEFAULT_LIMIT,
            max_message: Self::DEFAULT_LIMIT,
            line: Vec::new(),
            message: Partial::default(),
            last_event_id: String::new(),
            retry: None,
            at_start: true,
            after_cr: false,
            skipping: false,
        }
    }

    /// Refuses a line of more than this many bytes (its ending not counted).
    #[must_use]
    pub fn max_line(mut self, bytes: usize) -> Self {
        self.max_line = bytes;
        self
    }

    /// Refuses a message whose name and data together are more than this many bytes.
    #[must_use]
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.max_message = bytes;
        self
    }

    /// The next frame, or `None` when `bytes` is used up and more must be fed.
    ///
    /// What was read is cut off the front of `bytes`.
    ///
    /// # Errors
    ///
    /// [`SseError`] when the server sent more than a limit allows. The message concerned is dropped, and the decoder
    /// goes on behind the next blank line: call it again.
    pub fn decode(&mut self, bytes: &mut &[u8]) -> Option<Result<Frame, SseError>> {
        loop {
            if self.after_cr && !bytes.is_empty() {
                self.after_cr = false;
                *bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
            if let Some(result) = self.line(bytes)? {
                return Some(result);
            }
        }
    }

    /// The `id` that the server sent last, empty if none: what a browser would repeat as `Last-Event-ID`.
    ///
    /// Mastodon sends none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// How long the server asks a client to wait before it connects again.
    ///
    /// The figure is the server's and may be absurd; Mastodon sends none.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Takes one line off the front of `bytes`: `None` when it does not end there, `Some(None)` when it yields nothing.
    fn line(&mut self, bytes: &mut &[u8]) -> Option<Option<Result<Frame, SseError>>> {
        let rest = *bytes;
        let end = memchr2(b'\n', b'\r', rest);
        let (part, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        if self.line.len() + part.len() > self.max_line && !self.skipping {
            // The rest of the line stays in `bytes`; it is skipped by the next calls.
            self.skip_message();
            return Some(Some(Err(SseError::LineTooLong {
                limit: self.max_line,
            })));
        }
        let Some((ending, after)) = after.split_first() else {
            if self.skipping {
                // Only whether the line is blank matters now.
                self.line.extend(part.first());
                self.line.truncate(1);
            } else {
                self.line.extend_from_slice(part);
            }
            *bytes = after;
            return None;
        };
        self.after_cr = *ending == b'\r';
        *bytes = after;

        if self.skipping {
            let blank = self.line.is_empty() && part.is_empty();
            self.line.clear();
            self.skipping = !blank;
            return Some(None);
        }
        if self.line.is_empty() {
            return Some(self.take_line(part));
        }
        let mut line = std::mem::take(&mut self.line);
        line.extend_from_slice(part);
        let frame = self.take_line(&line);
        // Its memory serves the next line.
        line.clear();
        self.line = line;
        Some(frame)
    }

    fn take_line(&mut self, line: &[u8]) -> Option<Result<Frame, SseError>> {
        let line = if std::mem::take(&mut self.at_start) {
            line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
        } else {
            line
        };
        if line.is_empty() {
            return std::mem::take(&mut self.message)
                .finish(&self.last_event_id)
                .map(|message| Ok(Frame::Message(message)));
        }
        let colon = memchr(b':', line);
        let (field, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        if field.is_empty() {
            return Some(Ok(Frame::Comment(
                String::from_utf8_lossy(value).into_owned(),
            )));
        }
        let value = text(value.strip_prefix(b" ").unwrap_or(value));
        match field {
            b"event" => self.message.event = value.into_owned(),
            b"data" => self.message.push_data(&value),
            b"id" if !value.contains('\0') => self.last_event_id = value.into_owned(),
            b"retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
            }
            _ => {}
        }
        if self.message.len() > self.max_message {
            self.skip_message();
            return Some(Err(SseError::MessageTooLong {
                limit: self.max_message,
            }));
        }
        None
    }

    fn skip_message(&mut self) {
        self.message = Partial::default();
        self.line = Vec::new();
        self.at_start = false;
        self.skipping = true;
    }
}

/// As the standard decodes it. Nearly always it is UTF-8, which is found out faster by asking first.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// What a stream of server-sent events is made of.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Frame {
    /// A message.
    Message(Message),
    /// A line that carries no message, without its leading colon. Mastodon sends `thump` every 15 seconds, so that
    /// both sides know that the connection lives.
    Comment(String),
}

/// One message of a stream of server-sent events.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    event: String,
    data: Option<String>,
    id: String,
}

impl Message {
    /// The name in its `event` field; `message` if the server gave none, as the standard says.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Its `data` lines, joined by line feeds; `None` if there was no such line.
    #[must_use]
    pub fn data(&self) -> Option<&str> {
        self.data.as_deref()
    }

    /// The last `id` that the server had sent when this message ended; empty if none.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// The server sent more than a limit of the [`Decoder`] allows; one message is lost, the stream is not.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SseError {
    /// A line is too long.
    #[error("a line of the event stream is longer than {limit} bytes")]
    LineTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The name and data of a message are too long together.
    #[error("a message of the event stream is longer than {limit} bytes")]
    MessageTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// The fields of a message whose blank line has not come yet.
#[derive(Debug, Default)]
struct Partial {
    event: String,
    data: Option<String>,
}

impl Partial {
    fn push_data(&mut self, value: &str) {
        match &mut self.data {
            Some(data) => {
                data.push('\n');
                data.push_str(value);
            }
            None => self.data = Some(value.to_owned()),
        }
    }

    fn len(&self) -> usize {
        self.event.len() + self.data.as_deref().map_or(0, str::len)
    }

    fn finish(self, id: &str) -> Option<Message> {
        if self.event.is_empty() && self.data.is_none() {
            return None;
        }
        let event = if self.event.is_empty() {
            "message".to_owned()
        } else {
            self.event
        };
        Some(Message {
            event,
            data: self.data,
            id: id.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(decoder: &mut Decoder, pieces: &[&[u8]]) -> Vec<Result<Frame, SseError>> {
        let mut found = Vec::new();
        for piece in pieces {
            let mut bytes = *piece;
            while let Some(frame) = decoder.decode(&mut bytes) {
                found.push(frame);
            }
            assert!(bytes.is_empty(), "`None` means that all was read");
        }
        found
    }

    fn message(event: &str, data: Option<&str>, id: &str) -> Result<Frame, SseError> {
        Ok(Frame::Message(Message {
            event: event.into(),
            data: data.map(Into::into),
            id: id.into(),
        }))
    }

    fn comment(text: &str) -> Result<Frame, SseError> {
        Ok(Frame::Comment(text.into()))
    }

    /// The examples of the standard, section 9.2.6.
    #[test]
    fn examples_of_the_standard() {
        let decode = |text: &str| all(&mut Decoder::new(), &[text.as_bytes()]);
        assert_eq!(
            decode("data: YHOO\ndata: +2\ndata: 10\n\n"),
            [message("message", Some("YHOO\n+2\n10"), "")]
        );
        assert_eq!(
            decode(
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
            ),
            [
                comment(" test stream"),
                message("message", Some("first event"), "1"),
                message("message", Some("second event"), ""),
                message("message", Some(" third event"), ""),
            ]
        );
        assert_eq!(
            decode("data\n\ndata\ndata\n\ndata:"),
            [
                message("message", Some(""), ""),
                message("message", Some("\n"), ""),
            ]
        );
        assert_eq!(
            decode("data:test\n\ndata: test\n\n"),
            [
                message("message", Some("test"), ""),
                message("message", Some("test"), ""),
            ]
        );
    }

    #[test]
    fn every_line_ending_and_a_byte_order_mark() {
        for ending in ["\n", "\r", "\r\n"] {
            let text = format!("\u{FEFF}event: a{ending}data: b{ending}{ending}:c{ending}");
            assert_eq!(
                all(&mut Decoder::new(), &[text.as_bytes()]),
                [message("a", Some("b"), ""), comment("c")],
                "{ending:?}"
            );
        }
        let second = all(&mut Decoder::new(), &["\n\u{FEFF}data: b\n\n".as_bytes()]);
        assert_eq!(second, [], "only at the start is it a mark");
    }

    #[test]
    fn a_name_alone_is_a_message() {
        assert_eq!(
            all(&mut Decoder::new(), &[b"event: filters_changed\n\n\n\n"]),
            [message("filters_changed", None, "")]
        );
    }

    #[test]
    fn id_and_retry() {
        let mut decoder = Decoder::new();
        let bytes = b"id: 7\nretry: 2500\n\nid: a\0b\nretry: 1x\nretry:\nretry: 99999999999999999999999\n\n";
        assert_eq!(all(&mut decoder, &[bytes]), []);
        assert_eq!(decoder.last_event_id(), "7");
        assert_eq!(decoder.retry(), Some(Duration::from_millis(2500)));
    }

    #[test]
    fn bad_utf8_becomes_the_replacement_character() {
        assert_eq!(
            all(&mut Decoder::new(), &[b"data: a\xFFb\xE2\x82\n\n"]),
            [message("message", Some("a\u{FFFD}b\u{FFFD}"), "")]
        );
    }

    #[test]
    fn a_line_at_the_limit_passes_and_one_past_it_does_not() {
        let decode = |text: &[u8]| all(&mut Decoder::new().max_line(10), &[text]);
        assert_eq!(
            decode(b"data: 1234\n\n"),
            [message("message", Some("1234"), "")]
        );
        assert_eq!(
            decode(b"event: x\ndata: 12345\ndata: more\n\ndata: ok\n\n"),
            [
                Err(SseError::LineTooLong { limit: 10 }),
                message("message", Some("ok"), "")
            ]
        );
    }

    #[test]
    fn a_message_at_the_limit_passes_and_one_past_it_does_not() {
        let decode = |text: &[u8]| all(&mut Decoder::new().max_message(5), &[text]);
        assert_eq!(
            decode(b"event: ab\ndata: c\ndata: d\n\n"),
            [message("ab", Some("c\nd"), "")]
        );
        assert_eq!(
            decode(b"event: ab\ndata: c\ndata: de\ndata: f\n\ndata: ok\n\n"),
            [
                Err(SseError::MessageTooLong { limit: 5 }),
                message("message", Some("ok"), "")
            ]
        );
    }

    #[test]
    fn an_endless_line_takes_no_memory() {
        let mut decoder = Decoder::new().max_line(1000);
        let piece = [b'x'; 700];
        let mut refusals = 0;
        for _ in 0..1000 {
            refusals += all(&mut decoder, &[&piece]).len();
            assert!(decoder.line.capacity() <= 1000);
        }
        assert_eq!(refusals, 1, "told once, not with each piece");
        assert_eq!(
            all(&mut decoder, &[b"\n\ndata: ok\n\n"]),
            [message("message", Some("ok"), "")]
        );
    }

    proptest! {
        /// Where the network cuts the body makes no difference.
        #[test]
        fn any_cut_gives_the_same_frames(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("\n".to_owned()), Just("\r".to_owned()), Just("\r\n".to_owned()), Just("\n\n".to_owned()),
                    Just("\u{FEFF}".to_owned()), Just(":thump".to_owned()), Just("event: update".to_owned()),
                    Just("data: {\"id\":\"1\"}".to_owned()), Just("data: ünï🦣".to_owned()), Just("id: 4".to_owned()),
                    Just("data: much too long a line, and so refused".to_owned()), any::<String>(),
                ],
                0..40,
            ),
            cuts in prop::collection::vec(1..6_usize, 1..40),
        ) {
            let body = parts.concat().into_bytes();
            let decoder = || Decoder::new().max_line(32).max_message(48);
            let whole = all(&mut decoder(), &[&body]);

            let mut pieces = Vec::new();
            let mut rest = &body[..];
            for cut in cuts.into_iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            prop_assert_eq!(all(&mut decoder(), &pieces), whole);
        }

        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..500)) {
            all(&mut Decoder::new().max_line(20).max_message(20), &[&body]);
        }
    }
}
