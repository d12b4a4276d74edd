//! Trailer sections of responses: RFC 9110 §6.5, RFC 9112 §7.1.2.

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]

mod support;

use pyre_proto::http1::{
    Connection,
    ResponseError::{
        self, Complete, ContentComplete, ContentTooShort, FieldName, FieldValue, TrailerField,
        TrailersTooEarly,
    },
};
use support::application::{GET, asked, read_on, send, send_error, send_head, written};

const TAKES_TRAILERS: &str = "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n";

fn send_trailers(
    connection: &mut Connection,
    fields: &[(&str, &str)],
    end: bool,
) -> Result<(), ResponseError> {
    let fields = fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
    connection.send_trailers(fields, end)
}

/// A response that has announced trailers and sent its whole content.
fn with_content(request: &str, fields: &[(&str, &str)]) -> Connection {
    let mut connection = asked(request);
    send_head(&mut connection, 200, fields).unwrap();
    connection.announce_trailers();
    send(&mut connection, "hello", true).unwrap();
    connection
}

#[test]
fn trailers_stand_after_the_last_chunk() {
    let mut connection = with_content(TAKES_TRAILERS, &[]);
    send_trailers(&mut connection, &[("a", "1"), ("b", "2")], false).unwrap();
    send_trailers(&mut connection, &[("a", "3")], true).unwrap();
    assert_eq!(
        written(&connection),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
         5\r\nhello\r\n0\r\na: 1\r\nb: 2\r\na: 3\r\n\r\n"
    );
}

#[test]
fn no_trailer_is_an_empty_section() {
    let mut connection = with_content(TAKES_TRAILERS, &[]);
    assert!(!connection.is_response_complete());
    send_trailers(&mut connection, &[], true).unwrap();
    assert!(connection.is_response_complete());
    assert!(written(&connection).ends_with("\r\n0\r\n\r\n"));
}

/// Chunks leave no room for a `content-length`; it is checked all the same.
#[test]
fn a_content_length_is_not_sent_beside_trailers() {
    let mut connection = with_content(TAKES_TRAILERS, &[("content-length", "5")]);
    send_trailers(&mut connection, &[("a", "1")], true).unwrap();
    assert!(!written(&connection).contains("content-length"));
    let mut connection = asked(TAKES_TRAILERS);
    send_head(&mut connection, 200, &[("content-length", "6")]).unwrap();
    connection.announce_trailers();
    assert_eq!(send(&mut connection, "hello", true), Err(ContentTooShort));
}

/// RFC 9110 §6.5.1: who has not asked for them does not get them.
#[test]
fn trailers_that_nobody_takes_are_dropped() {
    for (request, fields) in [
        (GET, &[][..]),
        (GET, &[("content-length", "5")]),
        ("GET / HTTP/1.0\r\nTE: trailers\r\n\r\n", &[]),
        ("GET / HTTP/1.1\r\nHost: a\r\nTE: gzip\r\n\r\n", &[]),
        ("HEAD / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n", &[]),
    ] {
        let mut connection = with_content(request, fields);
        send_trailers(&mut connection, &[("a", "1")], true).unwrap();
        assert!(connection.is_response_complete());
        let written = written(&connection);
        assert!(!written.contains("a: 1"), "{request}: {written}");
    }
}

/// Also where the content is chunked, so that there would be room for them.
#[test]
fn trailers_of_a_stream_that_nobody_takes_are_dropped() {
    let mut connection = asked(GET);
    send_head(&mut connection, 200, &[]).unwrap();
    connection.announce_trailers();
    send(&mut connection, "hello", false).unwrap();
    send(&mut connection, "", true).unwrap();
    send_trailers(&mut connection, &[("a", "1")], true).unwrap();
    assert!(written(&connection).ends_with("5\r\nhello\r\n0\r\n\r\n"));
}

#[test]
fn te_is_a_list() {
    for te in [
        "trailers",
        "gzip;q=0.5, Trailers",
        "deflate\r\nTE: trailers",
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: a\r\nTE: {te}\r\n\r\n");
        let mut connection = with_content(&request, &[]);
        send_trailers(&mut connection, &[("a", "1")], true).unwrap();
        assert!(written(&connection).ends_with("a: 1\r\n\r\n"), "{te}");
    }
}

#[test]
fn a_refused_trailer_leaves_the_response_as_it_was() {
    for (name, value, error) in [
        ("", "x", FieldName),
        ("a b", "x", FieldName),
        ("a", "x\r\ny: z", FieldValue),
        ("Content-Length", "5", TrailerField),
        ("transfer-encoding", "chunked", TrailerField),
        ("Connection", "close", TrailerField),
        ("trailer", "a", TrailerField),
        ("te", "a", TrailerField),
        ("upgrade", "a", TrailerField),
    ] {
        let mut connection = with_content(TAKES_TRAILERS, &[]);
        let before = written(&connection);
        let fields = [("good", "1"), (name, value)];
        assert_eq!(send_trailers(&mut connection, &fields, true), Err(error));
        assert_eq!(written(&connection), before, "{name}");
        send_trailers(&mut connection, &[("good", "2")], true).unwrap();
        assert!(written(&connection).ends_with("0\r\ngood: 2\r\n\r\n"));
    }
}

#[test]
fn calls_out_of_order_are_refused() {
    let mut connection = asked(TAKES_TRAILERS);
    assert_eq!(
        send_trailers(&mut connection, &[], true),
        Err(TrailersTooEarly)
    );
    send_head(&mut connection, 200, &[]).unwrap();
    connection.announce_trailers();
    assert_eq!(
        send_trailers(&mut connection, &[], true),
        Err(TrailersTooEarly)
    );
    send(&mut connection, "hello", true).unwrap();
    assert_eq!(send(&mut connection, "more", true), Err(ContentComplete));
    send_trailers(&mut connection, &[], true).unwrap();
    assert_eq!(send_trailers(&mut connection, &[], true), Err(Complete));
}

#[test]
fn trailers_that_were_not_announced_are_refused() {
    let mut connection = asked(TAKES_TRAILERS);
    send_head(&mut connection, 200, &[]).unwrap();
    send(&mut connection, "hello", false).unwrap();
    assert_eq!(
        send_trailers(&mut connection, &[], true),
        Err(TrailersTooEarly)
    );
    send(&mut connection, "", true).unwrap();
    assert_eq!(send_trailers(&mut connection, &[], true), Err(Complete));
}

/// What is missing must show: the section has no end (RFC 9112 §8).
#[test]
fn a_response_that_is_given_up_in_its_trailers_is_truncated() {
    let mut connection = with_content(TAKES_TRAILERS, &[]);
    send_trailers(&mut connection, &[("a", "1")], false).unwrap();
    assert_eq!(send_error(&mut connection), None);
    assert!(written(&connection).ends_with("0\r\na: 1\r\n"));
}

#[test]
fn the_next_request_is_read_after_the_trailers() {
    let mut connection = asked(TAKES_TRAILERS);
    connection.handle_input(GET.as_bytes());
    send_head(&mut connection, 200, &[]).unwrap();
    connection.announce_trailers();
    send(&mut connection, "hello", true).unwrap();
    assert!(!read_on(&mut connection));
    send_trailers(&mut connection, &[], true).unwrap();
    assert!(read_on(&mut connection));
}
