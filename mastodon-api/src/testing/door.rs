//! The sockets of the fake instance, which can be cut at any byte.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Lets connections in, each with a [`Switch`].
pub(super) struct Door {
    listener: TcpListener,
    /// Cuts them all.
    cut: CancellationToken,
}

impl Door {
    pub(super) fn new(listener: TcpListener, cut: CancellationToken) -> Self {
        Self { listener, cut }
    }
}

impl Listener for Door {
    type Io = Socket;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Socket, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let switch = Switch {
            cut: self.cut.child_token(),
            left: Arc::new(AtomicUsize::new(usize::MAX)),
        };
        let is_cut = Box::pin(switch.cut.clone().cancelled_owned());
        let socket = Socket {
            stream,
            switch,
            is_cut,
        };
        (socket, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Ends a connection without a farewell.
#[derive(Clone)]
pub(super) struct Switch {
    cut: CancellationToken,
    /// How many bytes may still be written.
    left: Arc<AtomicUsize>,
}

impl Switch {
    pub(super) fn cut(&self) {
        self.cut.cancel();
    }

    /// Cuts when this many bytes more were written.
    pub(super) fn cut_after(&self, bytes: usize) {
        self.left.store(bytes, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, Door>> for Switch {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().switch.clone()
    }
}

/// A connection that a [`Switch`] can cut.
pub(super) struct Socket {
    stream: TcpStream,
    switch: Switch,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Socket {
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        // A future that is done must not be asked again.
        if self.switch.cut.is_cancelled() || self.is_cut.as_mut().poll(context).is_ready() {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let left = self.switch.left.load(Ordering::Relaxed);
        if left == 0 {
            self.switch.cut();
        }
        self.check(context)?;
        let bytes = bytes.get(..left).unwrap_or(bytes);
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(written)) = written
            && left != usize::MAX
        {
            let left = left.saturating_sub(written);
            self.switch.left.store(left, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
