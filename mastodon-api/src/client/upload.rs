//! Uploading files.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use bytes::Bytes;
use chrono::Utc;
use futures_core::Stream;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use tokio::task::yield_now;
use tokio::time::Instant;
use tokio_util::io::ReaderStream;

use super::{Client, RetryPolicy, is_redirect};
use crate::Server;
use crate::endpoint::{self, Endpoint, IntoParameter, multipart};
use crate::entities::MediaAttachment;
use crate::error::{
    Error, InvalidFile, InvalidFileReason, InvalidRequest, MediaNotReady, MediaNotReadyReason,
    Retry,
};
use crate::ids::MediaAttachmentId;
use crate::methods::media;

/// Bytes that are read from a file at a time.
const CHUNK: usize = 64 * 1024;
/// A line that is slower than this many bytes a second is taken for a broken one.
const SLOWEST: u64 = 16 * 1024;
/// Where servers before Mastodon 3.1.3 take files.
const OLD_PATH: &str = "/api/v1/media";

/// Something to upload: a file on disk, bytes, or a stream.
#[derive(Clone)]
pub struct MediaFile {
    source: Source,
    name: Option<String>,
    media_type: Option<String>,
}

type ByteStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

#[derive(Clone)]
enum Source {
    Path(PathBuf),
    Bytes(Bytes),
    Stream(Arc<Mutex<Option<ByteStream>>>, u64),
}

impl MediaFile {
    /// A file on disk. It is read while it is sent, and never held in memory whole.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::Path(path.into()))
    }

    /// Bytes. Say their [`name`](Self::name) or [`media_type`](Self::media_type).
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Source::Bytes(bytes.into()))
    }

    /// A stream of so many bytes, neither more nor less. It can be sent once.
    ///
    /// A reader of tokio becomes one by `tokio_util::io::ReaderStream::new`.
    #[must_use]
    pub fn stream(
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        length: u64,
    ) -> Self {
        let stream: ByteStream = Box::pin(stream);
        Self::new(Source::Stream(Arc::new(Mutex::new(Some(stream))), length))
    }

    /// The name, `cat.png`. A path has one; what is on this disk before it is not sent.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The media type, `image/png`. If nothing is said, what the name says.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            name: None,
            media_type: None,
        }
    }

    fn is_repeatable(&self) -> bool {
        !matches!(self.source, Source::Stream(..))
    }

    fn guessed_type(&self) -> Option<String> {
        let name = match (&self.name, &self.source) {
            (Some(name), _) => Path::new(name),
            (None, Source::Path(path)) => path,
            (None, _) => return self.media_type.clone(),
        };
        let guessed = || mime_guess::from_path(name).first_raw().map(str::to_owned);
        self.media_type.clone().or_else(guessed)
    }

    /// Whether it can be sent, and how long it is.
    async fn length(&self) -> Result<u64, InvalidFile> {
        let length = match &self.source {
            Source::Path(path) => {
                let unreadable = |error| self.invalid(InvalidFileReason::Unreadable, Some(error));
                let found = tokio::fs::metadata(path).await.map_err(unreadable)?;
                if !found.is_file() {
                    return Err(self.invalid(InvalidFileReason::NotAFile, None));
                }
                found.len()
            }
            Source::Bytes(bytes) => length(bytes),
            Source::Stream(stream, length) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                if stream.is_none() {
                    return Err(self.invalid(InvalidFileReason::Used, None));
                }
                *length
            }
        };
        match length {
            0 => Err(self.invalid(InvalidFileReason::Empty, None)),
            length => Ok(length),
        }
    }

    async fn open(&self) -> Result<Opened, InvalidFile> {
        // Looked at before it is opened: opening a pipe may never end.
        self.length().await?;
        let (stream, length): (ByteStream, u64) = match &self.source {
            Source::Path(path) => {
                let unreadable = |error| self.invalid(InvalidFileReason::Unreadable, Some(error));
                let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
                let length = file.metadata().await.map_err(unreadable)?.len();
                (Box::pin(ReaderStream::with_capacity(file, CHUNK)), length)
            }
            Source::Bytes(bytes) => (Box::pin(chunks(bytes.clone())), length(bytes)),
            Source::Stream(stream, length) => {
                let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                let stream = stream
                    .take()
                    .ok_or_else(|| self.invalid(InvalidFileReason::Used, None))?;
                (stream, *length)
            }
        };
        Ok(Opened {
            stream,
            length,
            name: self.sent_name(),
        })
    }

    fn sent_name(&self) -> String {
        match (&self.name, &self.source) {
            (Some(name), _) => name.clone(),
            (None, Source::Path(path)) => path
                .file_name()
                .map_or_else(|| "file".into(), |name| name.to_string_lossy())
                .into_owned(),
            (None, _) => "file".to_owned(),
        }
    }

    fn invalid(&self, reason: InvalidFileReason, source: Option<io::Error>) -> InvalidFile {
        InvalidFile {
            name: self.sent_name(),
            reason,
            source,
        }
    }
}

impl fmt::Debug for MediaFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("MediaFile");
        match &self.source {
            Source::Path(path) => shown.field("path", path),
            Source::Bytes(bytes) => shown.field("bytes", &bytes.len()),
            Source::Stream(_, length) => shown.field("stream", length),
        };
        shown
            .field("name", &self.name)
            .field("media_type", &self.media_type)
            .finish()
    }
}

impl From<&str> for MediaFile {
    fn from(path: &str) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for MediaFile {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<PathBuf> for MediaFile {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<Vec<u8>> for MediaFile {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

struct Opened {
    stream: ByteStream,
    length: u64,
    name: String,
}

/// The file that could not be sent to its end.
type Problem = Arc<Mutex<Option<(&'static str, InvalidFile)>>>;

type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// A file to upload, with what belongs to it. [`send`](Self::send) gives the attachment for a status.
#[derive(Clone)]
#[must_use = "nothing is uploaded until `send`"]
pub struct MediaUpload {
    client: Client,
    file: MediaFile,
    thumbnail: Option<MediaFile>,
    description: Option<String>,
    focus: Option<(f64, f64)>,
    progress: Option<Progress>,
    timeout: Option<Duration>,
    wait: Duration,
}

impl Client {
    /// A file to upload: a path, bytes, or any [`MediaFile`].
    ///
    /// ```no_run
    /// # async fn example(client: mastodon_api::Client) -> Result<(), mastodon_api::Error> {
    /// let cat = client.upload("cat.jpg").description("A cat in a box").send().await?;
    /// client.post("Look").media([&cat]).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload(&self, file: impl Into<MediaFile>) -> MediaUpload {
        MediaUpload {
            client: self.clone(),
            file: file.into(),
            thumbnail: None,
            description: None,
            focus: None,
            progress: None,
            timeout: None,
            wait: Duration::from_secs(300),
        }
    }

    /// Waits until the server has worked on a file that was uploaded, at most so long.
    ///
    /// It asks again after a quarter of a second, then less and less often, and as the server says (`Retry-After`).
    ///
    /// # Errors
    ///
    /// [`Error::MediaNotReady`], with the id.
    pub async fn wait_for_media(
        &self,
        id: impl IntoParameter<MediaAttachmentId>,
        at_most: Duration,
    ) -> Result<MediaAttachment, Error> {
        let id = id.into_parameter();
        let not_ready = |reason, source: Option<Error>| {
            Error::MediaNotReady(Box::new(MediaNotReady {
                id: id.clone(),
                reason,
                source: source.map(Box::new),
            }))
        };
        let end = Instant::now().checked_add(at_most);
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(250))
            .with_factor(1.5)
            .with_max_delay(Duration::from_secs(10))
            .without_max_times()
            .build();
        loop {
            let answered = self
                .send_full(media::Get::new(&id))
                .await
                .map_err(|error| {
                    let reason = if error.is_invalid_value() {
                        MediaNotReadyReason::Failed
                    } else {
                        MediaNotReadyReason::Unknown
                    };
                    not_ready(reason, Some(error))
                })?;
            if is_ready(answered.status, &answered.value) {
                return Ok(answered.value);
            }
            let left = end.map_or(Duration::MAX, |end| {
                end.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return Err(not_ready(MediaNotReadyReason::Unfinished, None));
            }
            let pause = pauses.next().unwrap_or(Duration::from_secs(10));
            let asked = Retry::from_headers(&answered.headers).map(|retry| retry.wait(Utc::now()));
            let pause = pause.max(asked.unwrap_or_default());
            tokio::time::sleep(pause.min(left)).await;
        }
    }
}

impl MediaUpload {
    /// What it shows, in words, for those who do not see it.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The point that must stay visible when it is cut, each from -1.0 to 1.0: left to right, bottom to top.
    pub fn focus(mut self, x: f64, y: f64) -> Self {
        self.focus = Some((x, y));
        self
    }

    /// A picture to show for a sound or video.
    pub fn thumbnail(mut self, thumbnail: impl Into<MediaFile>) -> Self {
        self.thumbnail = Some(thumbnail.into());
        self
    }

    /// Called with the bytes that went out and all that are to go, for each 64 KiB.
    ///
    /// It runs in the middle of sending, so it must not block: have it send to a channel what takes long. If it panics,
    /// this upload ends.
    pub fn on_progress(mut self, progress: impl Fn(u64, u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// How long sending may take. If nothing is said: the time of the client, and a second for each 16 KiB.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long the server may work on it: five minutes if nothing is said.
    pub fn wait_at_most(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Sends it, and waits until it can be attached.
    ///
    /// It is checked first against the limits of the server, for which the client may ask
    /// ([`check_limits`](crate::ClientBuilder::check_limits)). It waits for the server's limits as every call ([`waiting`](crate::waiting)),
    /// and is sent again only if the server surely has nothing of it, and not if it is a stream, which can be read once.
    ///
    /// A server that refuses a file before it has read all of it, and closes the connection, may not be heard: this is
    /// [`Interrupted`](crate::error::NotReachedReason::Interrupted) then.
    ///
    /// # Errors
    ///
    /// By whose fault: see [`Error`]. [`Error::over_limit`] and [`Error::invalid_file`] tell the caller's mistakes;
    /// [`Error::MediaNotReady`] has the id of a file that the server did not finish.
    pub async fn send(self) -> Result<MediaAttachment, Error> {
        self.client.check_scopes(&media::V2::ACCESS)?;
        let server = Box::pin(self.client.advice()).await;
        self.check(server.as_deref()).await?;
        let repeatable = self.file.is_repeatable()
            && self.thumbnail.as_ref().is_none_or(MediaFile::is_repeatable);
        let policy = if repeatable {
            self.client.retry
        } else {
            RetryPolicy::never()
        };
        let mut response = self.send_to(media::V2::TEMPLATE, &policy).await?;
        if response.status() == StatusCode::NOT_FOUND && repeatable {
            response = self.send_to(OLD_PATH, &policy).await?;
        }
        let status = response.status();
        let medium: MediaAttachment = endpoint::read(response, &media::V2::ACCESS)?;
        if is_ready(status, &medium) {
            return Ok(medium);
        }
        self.client.wait_for_media(&medium.id, self.wait).await
    }

    /// Whether it can be sent, and whether the server will take it.
    pub(super) async fn check(&self, server: Option<&Server>) -> Result<(), Error> {
        if let Some((x, y)) = self.focus
            && !((-1.0..=1.0).contains(&x) && (-1.0..=1.0).contains(&y))
        {
            let why = "x and y go from -1.0 to 1.0";
            return Err(InvalidRequest::parameter("focus", why).into());
        }
        let length = self.file.length().await.map_err(of("file"))?;
        if let Some(thumbnail) = &self.thumbnail {
            thumbnail.length().await.map_err(of("thumbnail"))?;
        }
        let Some(limits) = server.map(|server| &server.limits) else {
            return Ok(());
        };
        if let Some(media_type) = self.file.guessed_type() {
            limits
                .check_file(&media_type, length)
                .map_err(|over| InvalidRequest::parameter("file", over))?;
        }
        if let Some(description) = &self.description {
            limits
                .check_description(description)
                .map_err(|over| InvalidRequest::parameter("description", over))?;
        }
        Ok(())
    }

    async fn send_to(&self, path: &str, policy: &RetryPolicy) -> Result<Response<Bytes>, Error> {
        let uri = format!(
            "{}{path}",
            self.client.base().as_str().trim_end_matches('/')
        );
        let mut head = Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(ACCEPT, "application/json")
            .body(Bytes::new())
            .map_err(|error| InvalidRequest::parameter("path", error))?;
        self.client.authorize(head.headers_mut());
        let attempt = |head| Box::pin(self.attempt(head));
        self.client.patiently(path, head, policy, attempt).await
    }

    async fn attempt(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let file = self.file.open().await.map_err(of("file"))?;
        let boundary = multipart::Boundary::new();
        let mut pieces: Vec<(ByteStream, u64)> = Vec::new();
        let problem = Problem::default();
        let mut head = Vec::new();
        if let Some(description) = &self.description {
            boundary.write_text(&mut head, "description", description);
        }
        if let Some((x, y)) = self.focus {
            boundary.write_text(&mut head, "focus", &format!("{x},{y}"));
        }
        let thumbnail = match &self.thumbnail {
            Some(thumbnail) => Some((
                "thumbnail",
                thumbnail.open().await.map_err(of("thumbnail"))?,
                thumbnail.guessed_type(),
            )),
            None => None,
        };
        for (field, file, media_type) in [Some(("file", file, self.file.guessed_type())), thumbnail]
            .into_iter()
            .flatten()
        {
            let media_type = media_type.as_deref().unwrap_or("application/octet-stream");
            boundary.write_file_head(&mut head, field, &file.name, media_type);
            pieces.push(piece(std::mem::take(&mut head).into()));
            let length = file.length;
            pieces.push((Box::pin(exactly(file, field, problem.clone())), length));
            head.extend_from_slice(b"\r\n");
        }
        boundary.write_end(&mut head);
        pieces.push(piece(head.into()));

        let total = pieces
            .iter()
            .fold(0_u64, |total, (_, length)| total.saturating_add(*length));
        let progress = self.progress.clone();
        let mut sent = 0;
        let body = stream::iter(pieces)
            .flat_map(|(stream, _)| stream)
            // So that what came from the server is looked at before more is sent: it may not want the rest.
            .and_then(async |chunk| {
                yield_now().await;
                Ok(chunk)
            })
            .inspect_ok(move |chunk| {
                sent += length(chunk);
                if let Some(progress) = &progress {
                    progress(sent, total);
                }
            });
        let timeout = self.timeout.unwrap_or_else(|| {
            let for_file = Duration::from_secs(total / SLOWEST);
            self.client.shared.timeout.saturating_add(for_file)
        });
        let answered = self
            .client
            .send_body(request, &boundary.content_type(), total, body, timeout)
            .await;
        // A file that could not be read to its end is why the connection broke.
        let problem = problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match problem {
            Some((field, error)) if answered.is_err() => {
                Err(InvalidRequest::parameter(field, error).into())
            }
            _ => answered,
        }
    }
}

impl fmt::Debug for MediaUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaUpload")
            .field("file", &self.file)
            .field("thumbnail", &self.thumbnail)
            .field("description", &self.description)
            .field("focus", &self.focus)
            .finish_non_exhaustive()
    }
}

impl Client {
    async fn send_body(
        &self,
        mut head: Request<Bytes>,
        content_type: &str,
        length: u64,
        body: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        timeout: Duration,
    ) -> Result<Response<Bytes>, Error> {
        let content_type = HeaderValue::try_from(content_type)
            .map_err(|error| InvalidRequest::parameter("file", error))?;
        head.headers_mut().insert(CONTENT_TYPE, content_type);
        head.headers_mut().insert(CONTENT_LENGTH, length.into());
        let body = reqwest::Body::wrap_stream(body);
        let mut request = reqwest::Request::try_from(head.clone().map(|_| body))
            .map_err(|error| InvalidRequest::parameter("path", error.without_url()))?;
        *request.timeout_mut() = Some(timeout);
        let response = Box::pin(self.execute(request, &head)).await?;
        if is_redirect(response.status()) {
            self.redirected(&head, response.headers())?;
        }
        Ok(response)
    }
}

/// What the file says, if it is exactly as long as it was.
fn exactly(
    file: Opened,
    field: &'static str,
    problem: Problem,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold((file, problem), move |(mut file, problem)| async move {
        let (reason, source) = match file.stream.try_next().await {
            Ok(Some(chunk)) => match file.length.checked_sub(length(&chunk)) {
                Some(left) => {
                    file.length = left;
                    return Ok(Some((chunk, (file, problem))));
                }
                None => (InvalidFileReason::Changed, None),
            },
            Ok(None) if file.length == 0 => return Ok(None),
            Ok(None) => (InvalidFileReason::Changed, None),
            Err(error) => (InvalidFileReason::Unreadable, Some(error)),
        };
        let invalid = InvalidFile {
            name: file.name,
            reason,
            source,
        };
        *problem.lock().unwrap_or_else(PoisonError::into_inner) = Some((field, invalid));
        Err(io::Error::other(reason.to_string()))
    })
}

fn piece(bytes: Bytes) -> (ByteStream, u64) {
    let length = length(&bytes);
    (Box::pin(chunks(bytes)), length)
}

/// Bytes in pieces, so that one sees how they go out.
fn chunks(mut bytes: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::iter(std::iter::from_fn(move || {
        (!bytes.is_empty()).then(|| Ok(bytes.split_to(bytes.len().min(CHUNK))))
    }))
}

fn length(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn of(name: &'static str) -> impl FnOnce(InvalidFile) -> InvalidRequest {
    move |error| InvalidRequest::parameter(name, error)
}

/// 202 and 206 say that the server still works on it.
fn is_ready(status: StatusCode, medium: &MediaAttachment) -> bool {
    medium.url.is_some() || !matches!(status, StatusCode::ACCEPTED | StatusCode::PARTIAL_CONTENT)
}
