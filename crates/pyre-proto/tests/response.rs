//! The encoder: every combination of status, method, version and framing, read back by a parser
//! that shares no code with it (RFC 9110 §6 and §8.6, RFC 9112 §4, §6 and §9).

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a broken expectation is a failed test"
)]

mod support;

use bytes::Bytes;
use pyre_proto::http1::{
    Connection, Content,
    ResponseError::{self, ContentTooLong, ContentTooShort},
};
use support::{
    NEXT,
    application::{
        GET, HEAD, asked, assert_answerable, only_response, output, read_on, send, send_head,
        written,
    },
    strict_response::Framing,
};

#[derive(Debug, Clone, Copy)]
struct Peer {
    version: &'static str,
    connection: &'static str,
    persists: bool,
}

const PEERS: [Peer; 4] = [
    Peer {
        version: "1.1",
        connection: "",
        persists: true,
    },
    Peer {
        version: "1.1",
        connection: "Connection: close\r\n",
        persists: false,
    },
    Peer {
        version: "1.0",
        connection: "",
        persists: false,
    },
    Peer {
        version: "1.0",
        connection: "Connection: keep-alive\r\n",
        persists: true,
    },
];

/// Pieces of content; the last one ends the response.
const CONTENTS: [&[&str]; 7] = [
    &[""],
    &["hello"],
    &["hello", ""],
    &["", "hello"],
    &["hel", "lo"],
    &["h", "", "ello", "", ""],
    &["", ""],
];

#[derive(Debug, Clone, Copy)]
struct Combination {
    status: u16,
    method: &'static str,
    peer: Peer,
    has_length: bool,
    pieces: &'static [&'static str],
    is_shared: bool,
}

fn combinations() -> Vec<Combination> {
    let mut all = Vec::new();
    for status in [200, 201, 206, 299, 301, 400, 404, 500, 999, 204, 205, 304] {
        for method in ["GET", "HEAD", "POST"] {
            for peer in PEERS {
                for pieces in CONTENTS {
                    all.extend([false, true].map(|has_length| Combination {
                        status,
                        method,
                        peer,
                        has_length,
                        pieces,
                        is_shared: has_length ^ (pieces.len() > 2),
                    }));
                }
            }
        }
    }
    let shared = all.clone().into_iter().map(|combination| Combination {
        is_shared: !combination.is_shared,
        ..combination
    });
    all.extend(shared.collect::<Vec<_>>());
    all
}

impl Combination {
    fn content(&self) -> String {
        self.pieces.concat()
    }

    fn is_counted(&self) -> bool {
        self.pieces.len() == 1
    }

    /// RFC 9110 §6.4.1.
    fn is_without_content(&self) -> bool {
        self.method == "HEAD" || matches!(self.status, 204 | 205 | 304)
    }

    /// RFC 9112 §6.3; 205 has content of length 0 (RFC 9110 §15.3.6).
    fn framing(&self) -> Framing {
        match (self.status, self.method) {
            (204 | 304, _) | (_, "HEAD") => Framing::None,
            (205, _) => Framing::ContentLength(0),
            _ if self.has_length || self.is_counted() => {
                Framing::ContentLength(self.content().len())
            }
            _ if self.peer.version == "1.1" => Framing::Chunked,
            _ => Framing::UntilClose,
        }
    }

    /// RFC 9110 §8.6: in answer to HEAD, that of the same GET, or none.
    fn content_length(&self) -> Option<usize> {
        let length = self.content().len();
        match (self.status, self.method) {
            (204, _) => None,
            (205, _) => Some(0),
            _ if self.has_length => Some(length),
            (304, "GET" | "POST") => None,
            (_, "HEAD") => (self.is_counted() && length > 0).then_some(length),
            _ => self.is_counted().then_some(length),
        }
    }

    fn persists(&self) -> bool {
        self.peer.persists && self.framing() != Framing::UntilClose
    }

    fn play(&self) -> Connection {
        let Peer {
            version,
            connection: line,
            ..
        } = self.peer;
        let method = self.method;
        let mut connection = asked(format!(
            "{method} / HTTP/{version}\r\nHost: a\r\n{line}\r\n"
        ));
        let length = self.content().len().to_string();
        let fields = [("X-Test", "1"), ("content-length", &*length)];
        let given = if self.has_length { 2 } else { 1 };
        assert_eq!(
            send_head(&mut connection, self.status, &fields[..given]),
            Ok(())
        );
        assert!(connection.is_flushed(), "the head waits for the content");
        let (last, before) = self.pieces.split_last().expect("a piece");
        let mut sent = 0;
        for piece in before {
            sent += self.send(&mut connection, piece, false);
        }
        sent += self.send(&mut connection, last, true);
        let content = if self.is_without_content() {
            0
        } else {
            self.content().len()
        };
        assert_eq!(sent, content as u64, "{self:?}");
        connection
    }

    fn send(&self, connection: &mut Connection, piece: &'static str, end: bool) -> u64 {
        let content = if self.is_shared {
            Content::Shared(Bytes::from_static(piece.as_bytes()))
        } else {
            Content::Copied(piece.as_bytes())
        };
        connection.send_data(content, end).expect("as announced")
    }
}

#[test]
fn every_status_method_version_and_framing() {
    for combination in combinations() {
        let mut connection = combination.play();
        let response = only_response(&connection, combination.method);
        assert_eq!(response.status, combination.status);
        assert_eq!(response.framing, combination.framing(), "{combination:?}");
        let length = response
            .field("content-length")
            .map(|digits| digits.parse().unwrap());
        assert_eq!(length, combination.content_length(), "{combination:?}");
        let content = if combination.is_without_content() {
            String::new()
        } else {
            combination.content()
        };
        assert_eq!(response.content, content.as_bytes(), "{combination:?}");
        assert_eq!(response.field("x-test"), Some("1"));
        let says = match (combination.persists(), combination.peer.version) {
            (false, _) => Some("close"),
            (true, "1.0") => Some("keep-alive"),
            (true, _) => None,
        };
        assert_eq!(response.field("connection"), says, "{combination:?}");
        connection.handle_input(NEXT);
        assert_eq!(
            read_on(&mut connection),
            combination.persists(),
            "{combination:?}"
        );
    }
}

#[test]
fn the_status_line() {
    for (status, line) in [
        (200, "HTTP/1.1 200 OK\r\n"),
        (203, "HTTP/1.1 203 Non-Authoritative Information\r\n"),
        (299, "HTTP/1.1 299 \r\n"),
        (304, "HTTP/1.1 304 Not Modified\r\n"),
        (404, "HTTP/1.1 404 Not Found\r\n"),
        (418, "HTTP/1.1 418 \r\n"),
        (422, "HTTP/1.1 422 Unprocessable Content\r\n"),
        (511, "HTTP/1.1 511 Network Authentication Required\r\n"),
        (599, "HTTP/1.1 599 \r\n"),
        (999, "HTTP/1.1 999 \r\n"),
    ] {
        for request in [GET, "GET / HTTP/1.0\r\n\r\n"] {
            let mut connection = asked(request);
            send_head(&mut connection, status, &[]).unwrap();
            send(&mut connection, "", true).unwrap();
            assert!(written(&connection).starts_with(line), "{status}");
        }
    }
}

#[test]
fn statuses_that_do_not_end_a_request_are_refused() {
    for status in [0, 1, 99, 100, 101, 102, 103, 199, 1000, 2000, u16::MAX] {
        let mut connection = asked(GET);
        let sent = send_head(&mut connection, status, &[]);
        assert_eq!(sent, Err(ResponseError::Status), "{status}");
        assert_answerable(&mut connection);
    }
}

#[test]
fn content_length_from_the_application() {
    for fields in [
        &[("content-length", "5")][..],
        &[("Content-Length", "5")],
        &[("CONTENT-LENGTH", " 5\t")],
        &[("content-length", "005")],
        &[("content-length", "5"), ("Content-Length", "05")],
    ] {
        let mut connection = asked(GET);
        send_head(&mut connection, 200, fields).unwrap();
        send(&mut connection, "hello", true).unwrap();
        let response = only_response(&connection, "GET");
        assert_eq!(response.field("content-length"), Some("5"));
    }
}

#[test]
fn malformed_content_lengths_are_refused() {
    for value in [
        "",
        " ",
        "-1",
        "+5",
        "5.0",
        "5 5",
        "5,5",
        "5, 5",
        "0x5",
        "five",
        "5;",
        "18446744073709551616",
    ] {
        let mut connection = asked(GET);
        let sent = send_head(&mut connection, 200, &[("content-length", value)]);
        assert_eq!(sent, Err(ResponseError::ContentLength), "{value:?}");
        assert_answerable(&mut connection);
    }
    let mut connection = asked(GET);
    let both = [("content-length", "5"), ("content-length", "6")];
    let sent = send_head(&mut connection, 200, &both);
    assert_eq!(sent, Err(ResponseError::ContentLength));
    assert_answerable(&mut connection);
}

/// Announced length, pieces that are good, and the one that is not.
#[test]
fn content_that_breaks_its_length_is_not_written() {
    for (length, good, (bad, end), error) in [
        ("5", &[][..], ("hello!", false), ContentTooLong),
        ("5", &[], ("hello!", true), ContentTooLong),
        ("5", &["hello"], ("!", false), ContentTooLong),
        ("5", &["hello"], ("!", true), ContentTooLong),
        ("5", &["hel", ""], ("lo!", true), ContentTooLong),
        ("0", &[], ("x", true), ContentTooLong),
        ("0", &[""], ("x", false), ContentTooLong),
        ("5", &[], ("", true), ContentTooShort),
        ("5", &[], ("hell", true), ContentTooShort),
        ("5", &["hell"], ("", true), ContentTooShort),
        ("5", &["h", "e"], ("ll", true), ContentTooShort),
        ("18446744073709551615", &["x"], ("x", true), ContentTooShort),
    ] {
        let mut connection = asked(GET);
        send_head(&mut connection, 200, &[("content-length", length)]).unwrap();
        for piece in good {
            assert_eq!(send(&mut connection, piece, false), Ok(piece.len() as u64));
        }
        let before = output(&connection);
        assert_eq!(
            send(&mut connection, bad, end),
            Err(error),
            "{length} {good:?} {bad}"
        );
        let shared = Content::Shared(Bytes::from_static(bad.as_bytes()));
        assert_eq!(connection.send_data(shared, end), Err(error));
        assert_eq!(output(&connection), before);
    }
}

#[test]
fn a_piece_that_was_refused_may_be_replaced() {
    let mut connection = asked(GET);
    send_head(&mut connection, 200, &[("content-length", "5")]).unwrap();
    assert_eq!(send(&mut connection, "hello!", true), Err(ContentTooLong));
    assert_eq!(send(&mut connection, "hell", true), Err(ContentTooShort));
    assert_eq!(send(&mut connection, "hello", true), Ok(5));
    assert_eq!(only_response(&connection, "GET").content, b"hello");
}

/// What is not sent need not keep to its length.
#[test]
fn suppressed_content_is_not_counted() {
    for (request, method, status) in [(HEAD, "HEAD", 200), (GET, "GET", 304), (GET, "GET", 204)] {
        for pieces in [&["hello!"][..], &[""], &["a", "b", "c"]] {
            let mut connection = asked(request);
            send_head(&mut connection, status, &[("content-length", "5")]).unwrap();
            let (last, before) = pieces.split_last().unwrap();
            for piece in before {
                assert_eq!(send(&mut connection, piece, false), Ok(0));
            }
            assert_eq!(send(&mut connection, last, true), Ok(0));
            let response = only_response(&connection, method);
            let length = (status != 204).then_some("5");
            assert_eq!(response.field("content-length"), length);
        }
    }
}

#[test]
fn chunk_sizes_are_hexadecimal() {
    for length in [1, 9, 10, 15, 16, 17, 255, 256, 4095, 4096, 70_000] {
        let content = "x".repeat(length);
        let mut connection = asked(GET);
        send_head(&mut connection, 200, &[]).unwrap();
        send(&mut connection, &content, false).unwrap();
        send(&mut connection, "", true).unwrap();
        let expected = format!("\r\n\r\n{length:x}\r\n{content}\r\n0\r\n\r\n");
        assert!(written(&connection).ends_with(&expected), "{length}");
        assert_eq!(only_response(&connection, "GET").content.len(), length);
    }
}

/// An empty chunk would end the content (RFC 9112 §7.1); an empty piece only commits the head.
#[test]
fn empty_pieces_make_no_chunk() {
    let mut connection = asked(GET);
    send_head(&mut connection, 200, &[]).unwrap();
    send(&mut connection, "", false).unwrap();
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(written(&connection), head);
    send(&mut connection, "", false).unwrap();
    assert_eq!(written(&connection), head);
    send(&mut connection, "", true).unwrap();
    assert_eq!(written(&connection), format!("{head}0\r\n\r\n"));
}
