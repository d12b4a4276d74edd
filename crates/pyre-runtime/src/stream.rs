//! The seam between the kinds of stream socket and the rest.

#[cfg(unix)]
use std::os::fd::OwnedFd;
use std::{
    io::{self, IoSlice, Read, Write},
    net::Shutdown,
    time::Duration,
};

use mio::{Interest, Registry, Token, event::Source, net};
use socket2::{Domain, SockRef, Socket, TcpKeepalive};

use crate::Address;

/// Apache and nginx leave it to the system, which takes two hours; load balancers take a minute.
const KEEP_ALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(15));

/// A connected socket.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(net::TcpStream),
    #[cfg(unix)]
    Unix(net::UnixStream),
}

/// A listening socket.
#[derive(Debug)]
pub(crate) struct Listener {
    kind: ListenerKind,
    pub(crate) address: Address,
}

#[derive(Debug)]
enum ListenerKind {
    Tcp(net::TcpListener),
    #[cfg(unix)]
    Unix(net::UnixListener),
}

macro_rules! each {
    ($self:expr, $kind:ident, $source:ident => $body:expr) => {
        match $self {
            $kind::Tcp($source) => $body,
            #[cfg(unix)]
            $kind::Unix($source) => $body,
        }
    };
}

impl Stream {
    pub(crate) fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        each!(self, Self, stream => retry(|| stream.read(buf)))
    }

    pub(crate) fn write(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match slices {
            [slice] => each!(self, Self, stream => retry(|| stream.write(slice))),
            _ => each!(self, Self, stream => retry(|| stream.write_vectored(slices))),
        }
    }

    /// Moves octets of `file` to the socket inside the kernel, and `position` with them.
    #[cfg(target_os = "linux")]
    pub(crate) fn send_file(
        &self,
        file: &std::fs::File,
        position: &mut u64,
        most: usize,
    ) -> io::Result<usize> {
        each!(self, Self, stream => retry(|| {
            Ok(rustix::fs::sendfile(stream, file, Some(&mut *position), most)?)
        }))
    }

    /// Ends our side; the peer sees the end of what was written.
    pub(crate) fn shutdown_write(&self) -> io::Result<()> {
        each!(self, Self, stream => stream.shutdown(Shutdown::Write))
    }

    /// Has the peer see a reset instead of an end, where the protocol knows one. Where that can't be set, it
    /// sees an end.
    pub(crate) fn reset_at_close(&self) {
        match self {
            Self::Tcp(stream) => {
                let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
            }
            #[cfg(unix)]
            Self::Unix(_) => {}
        }
    }

    /// Whether the system tells when the peer has closed, and not only ended its side.
    pub(crate) const fn tells_of_leaving(&self) -> bool {
        match self {
            Self::Tcp(_) => false,
            #[cfg(unix)]
            Self::Unix(_) => true,
        }
    }

    /// Has the system look now and then whether the peer is still there. One that has ended its side tells
    /// nothing more when it leaves.
    pub(crate) fn keep_alive(&self) {
        if let Self::Tcp(stream) = self {
            // Where that can't be set, a peer that leaves silently is noticed by the next write.
            let _ = SockRef::from(stream).set_tcp_keepalive(&KEEP_ALIVE);
        }
    }

    /// For readiness in both directions, once: no change of interest is ever needed.
    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        each!(self, Self, stream => stream.register(registry, token, Interest::READABLE | Interest::WRITABLE))
    }

    pub(crate) fn local_address(&self) -> Option<Address> {
        match self {
            Self::Tcp(stream) => stream.local_addr().ok().map(Address::from),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }
}

impl Listener {
    /// Takes over a socket that listens already.
    pub(crate) fn new(socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let address = Address::of(&socket)?;
        let kind = match socket.domain()? {
            #[cfg(unix)]
            Domain::UNIX => {
                ListenerKind::Unix(net::UnixListener::from_std(OwnedFd::from(socket).into()))
            }
            Domain::IPV4 | Domain::IPV6 => {
                ListenerKind::Tcp(net::TcpListener::from_std(socket.into()))
            }
            _ => {
                return Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    "not a TCP or unix socket",
                ));
            }
        };
        Ok(Self { kind, address })
    }

    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        each!(&mut self.kind, ListenerKind, listener => listener.register(registry, token, Interest::READABLE))
    }

    pub(crate) fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        each!(&mut self.kind, ListenerKind, listener => listener.deregister(registry))
    }

    /// The next connection, and its peer. Small responses must not wait for an acknowledgement, so
    /// Nagle's algorithm is off.
    pub(crate) fn accept(&self) -> io::Result<(Stream, Address)> {
        match &self.kind {
            ListenerKind::Tcp(listener) => {
                let (stream, peer) = retry(|| listener.accept())?;
                // A peer that is gone already makes this fail; reading will tell.
                let _ = stream.set_nodelay(true);
                Ok((Stream::Tcp(stream), peer.into()))
            }
            #[cfg(unix)]
            ListenerKind::Unix(listener) => {
                let (stream, peer) = retry(|| listener.accept())?;
                Ok((
                    Stream::Unix(stream),
                    Address::Unix(peer.as_pathname().map(Into::into)),
                ))
            }
        }
    }
}

fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
