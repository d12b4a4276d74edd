//! Either end of a connection.

use std::{fmt, io, net::SocketAddr, path::PathBuf};

use socket2::{SockAddr, Socket};

/// The address of a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A TCP socket.
    Ip(SocketAddr),
    /// A unix socket; `None` when it has no name, as a client's. A name in the abstract namespace of
    /// Linux begins with `@`, as `ss` and `/proc/net/unix` show it.
    Unix(Option<PathBuf>),
}

impl Address {
    /// Where `socket` is bound.
    ///
    /// # Errors
    /// The operating system's.
    pub fn of(socket: &Socket) -> io::Result<Self> {
        Ok(Self::from(&socket.local_addr()?))
    }

    /// Whether it names every interface of the machine rather than one.
    #[must_use]
    pub const fn is_unspecified(&self) -> bool {
        matches!(self, Self::Ip(address) if address.ip().is_unspecified())
    }
}

impl From<&SockAddr> for Address {
    fn from(address: &SockAddr) -> Self {
        match address.as_socket() {
            Some(ip) => Self::Ip(unmapped(ip)),
            None => Self::Unix(unix_path(address)),
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::Ip(unmapped(address))
    }
}

/// A v4 peer of a dual-stack socket is shown as what it is.
fn unmapped(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(unix)]
fn unix_path(address: &SockAddr) -> Option<PathBuf> {
    match address.as_abstract_namespace() {
        Some(name) => Some(abstract_path(name)),
        None => address.as_pathname().map(PathBuf::from),
    }
}

/// `name` is what follows the first NUL; it may hold more of them, which `@` stands for as well.
#[cfg(unix)]
fn abstract_path(name: &[u8]) -> PathBuf {
    let name = String::from_utf8_lossy(name).replace('\0', "@");
    PathBuf::from(format!("@{name}"))
}

#[cfg(not(unix))]
fn unix_path(_: &SockAddr) -> Option<PathBuf> {
    None
}

/// As an access log names a peer: without the port, `-` when there is nothing to say.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.ip().fmt(f),
            Self::Unix(Some(path)) => path.display().fmt(f),
            Self::Unix(None) => f.write_str("-"),
        }
    }
}
