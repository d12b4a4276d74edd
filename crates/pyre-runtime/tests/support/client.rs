//! The other end of a connection: sends what it is given as the socket takes it, keeps what it gets.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::Path,
    time::Duration,
};

use socket2::{Domain, SockAddr, SockRef, Socket, Type};

/// How a connection ended, as the client sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The server has ended its side.
    Closed,
    Reset,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// The status line and the field lines.
    pub(crate) head: String,
    /// Without the framing.
    pub(crate) content: Vec<u8>,
}

impl Response {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (other, value) = line.split_once(": ")?;
            (other == name).then_some(value)
        })
    }

    pub(crate) fn says_close(&self) -> bool {
        self.field("connection") == Some("close")
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.content).expect("the content is text")
    }
}

/// Both kinds of socket.
pub(crate) trait Transport: Read + Write {
    fn finish(&self) -> io::Result<()>;
}

impl Transport for TcpStream {
    fn finish(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

impl Transport for UnixStream {
    fn finish(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

/// A client that never blocks.
pub(crate) struct Client {
    pub(crate) stream: Box<dyn Transport>,
    /// Octets that the socket has not taken yet.
    pub(crate) unsent: Vec<u8>,
    /// Octets that no response has taken yet.
    pub(crate) received: Vec<u8>,
    pub(crate) end: Option<End>,
    /// The server has refused to take what was sent.
    pub(crate) was_cut_off: bool,
    /// Whether the next response answers HEAD, so that it has no content whatever its fields say.
    pub(crate) asked_for_head: bool,
}

impl Client {
    fn new(stream: Box<dyn Transport>) -> Self {
        Self {
            stream,
            unsent: Vec::new(),
            received: Vec::new(),
            end: None,
            was_cut_off: false,
            asked_for_head: false,
        }
    }

    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nonblocking(true).unwrap();
        Self::new(Box::new(stream))
    }

    /// A client whose socket holds few octets that it has not read.
    pub(crate) fn connect_with_small_window(address: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.connect(&address.into()).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self::new(Box::new(TcpStream::from(socket)))
    }

    pub(crate) fn connect_to_path(path: &Path) -> Self {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        socket.connect(&SockAddr::unix(path).unwrap()).unwrap();
        let stream = UnixStream::from(OwnedFd::from(socket));
        stream.set_nonblocking(true).unwrap();
        Self::new(Box::new(stream))
    }

    pub(crate) fn send(&mut self, octets: impl AsRef<[u8]>) -> &mut Self {
        self.unsent.extend_from_slice(octets.as_ref());
        self.pump_out();
        self
    }

    /// Ends this side; the other stays open.
    pub(crate) fn finish(&mut self) {
        assert!(self.unsent.is_empty(), "there is more to send");
        self.stream.finish().unwrap();
    }

    /// Sends and receives what can be, without waiting.
    pub(crate) fn pump(&mut self) -> &mut Self {
        self.pump_out();
        self.pump_in();
        self
    }

    pub(crate) fn pump_out(&mut self) {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(length) => drop(self.unsent.drain(..length)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // What the peer has sent before it left can still be read.
                Err(_) => {
                    self.was_cut_off = true;
                    self.unsent.clear();
                }
            }
        }
    }

    fn pump_in(&mut self) {
        while self.end.is_none() && self.pump_once() {}
    }

    /// Receives some of what has come; whether there was any.
    pub(crate) fn pump_once(&mut self) -> bool {
        let mut buf = [0; 16 * 1024];
        match self.stream.read(&mut buf) {
            Ok(0) => self.end = Some(End::Closed),
            Ok(length) => self.received.extend_from_slice(&buf[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
            Err(_) => self.end = Some(End::Reset),
        }
        true
    }

    /// The first response, once it is complete; 1xx responses count.
    pub(crate) fn take_response(&mut self) -> Option<Response> {
        let split = find(&self.received, b"\r\n\r\n")? + 4;
        let head = String::from_utf8(self.received[..split].to_vec()).expect("a head is ASCII");
        let mut response = Response {
            status: head[9..12].parse().expect("a status line"),
            head,
            content: Vec::new(),
        };
        let length = self.take_content(split, &mut response)?;
        self.received.drain(..split + length);
        Some(response)
    }

    /// Copies the content and returns how many octets it takes with its framing (RFC 9112 §6.3).
    fn take_content(&self, start: usize, response: &mut Response) -> Option<usize> {
        let rest = &self.received[start..];
        if self.asked_for_head || matches!(response.status, 100..200 | 204 | 205 | 304) {
            return Some(0);
        }
        if response.field("transfer-encoding").is_some() {
            return unchunk(rest, &mut response.content);
        }
        let length = match response.field("content-length") {
            Some(length) => length.parse().expect("a number"),
            None if self.end == Some(End::Closed) => rest.len(),
            None => return None,
        };
        response.content.extend_from_slice(rest.get(..length)?);
        Some(length)
    }
}

fn find(octets: &[u8], part: &[u8]) -> Option<usize> {
    octets.windows(part.len()).position(|window| window == part)
}

/// Appends the content of `octets` to `content`; returns how many octets it was with its framing.
fn unchunk(octets: &[u8], content: &mut Vec<u8>) -> Option<usize> {
    let mut position = 0;
    loop {
        let rest = &octets[position..];
        let line = find(rest, b"\r\n")?;
        let size = str::from_utf8(&rest[..line]).expect("a chunk size is ASCII");
        let size = usize::from_str_radix(size, 16).expect("a chunk size is hexadecimal");
        content.extend_from_slice(rest.get(line + 2..line + 2 + size)?);
        assert_eq!(rest.get(line + 2 + size..line + 4 + size)?, b"\r\n");
        position += line + 4 + size;
        if size == 0 {
            return Some(position);
        }
    }
}

/// Ends a connection with a reset, as a process that was killed with unread input does.
pub(crate) fn reset(client: TcpStream) {
    SockRef::from(&client)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(client);
}
