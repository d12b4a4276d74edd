//! One connection to the server, with at most one request on its way.

use std::{
    io::{self, ErrorKind, Read, Write},
    time::Instant,
};

use mio::net::TcpStream;

/// More than any server here answers with.
const MAXIMUM_FIELDS: usize = 32;

/// A connection that persists.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// When the request was due that is on its way.
    due: Instant,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            received: Vec::new(),
            due: Instant::now(),
        }
    }

    /// Sends a request, which is small enough to fit into an empty socket.
    ///
    /// # Errors
    /// The socket does not take it.
    pub(crate) fn send(&mut self, request: &[u8], due: Instant) -> io::Result<()> {
        self.due = due;
        self.stream.write_all(request)
    }

    /// Reads what has arrived; when the answer is whole, returns when it was due.
    ///
    /// # Errors
    /// The server has closed, or has answered with anything but 200.
    pub(crate) fn receive(&mut self) -> io::Result<Option<Instant>> {
        let mut buffer = [0; 16_384];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(length) => self.received.extend(buffer.iter().take(length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        match response_length(&self.received)? {
            Some(length) if length <= self.received.len() => {
                self.received.clear();
                Ok(Some(self.due))
            }
            _ => Ok(None),
        }
    }
}

/// How long the response is, or `None` while its head is incomplete.
///
/// # Errors
/// It can't be read, its status is not 200, or it does not say how long it is.
fn response_length(received: &[u8]) -> io::Result<Option<usize>> {
    let mut fields = [httparse::EMPTY_HEADER; MAXIMUM_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let parsed = response.parse(received).map_err(io::Error::other)?;
    let httparse::Status::Complete(head_length) = parsed else {
        return Ok(None);
    };
    if response.code != Some(200) {
        return Err(io::Error::other(format!("answered {:?}", response.code)));
    }
    let content_length = response
        .headers
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("content-length"))
        .and_then(|field| str::from_utf8(field.value).ok()?.parse::<usize>().ok());
    match content_length {
        Some(length) => Ok(Some(head_length + length)),
        None => Err(io::Error::other("answered without content-length")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_response() {
        let response = b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: 5\r\n\r\nhello";
        for end in 0..response.len() - 5 {
            assert_eq!(response_length(&response[..end]).unwrap(), None, "{end}");
        }
        let length = response_length(response).unwrap();
        assert_eq!(length, Some(response.len()));
    }

    #[test]
    fn what_is_no_answer() {
        for (response, message) in [
            (
                "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n",
                "answered Some(503)",
            ),
            ("HTTP/1.1 200 OK\r\n\r\n", "answered without content-length"),
            ("SSH-2.0-OpenSSH\r\n\r\n", "invalid HTTP version"),
        ] {
            let error = response_length(response.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
