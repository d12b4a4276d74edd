//! Interim responses: RFC 9110 §15.2, RFC 8297.

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]

mod support;

use pyre_proto::http1::{
    Connection,
    ResponseError::{
        self, Complete, FieldName, FieldValue, HeadAlreadySent, InterimField, InterimStatus,
    },
};
use support::application::{GET, asked, send, send_head, written};

fn send_interim(
    connection: &mut Connection,
    status: u16,
    fields: &[(&str, &str)],
) -> Result<(), ResponseError> {
    let fields = fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
    connection.send_interim(status, fields)
}

#[test]
fn it_stands_before_the_response() {
    let mut connection = asked(GET);
    let links = [("link", "</a>; rel=preload"), ("link", "</b>")];
    send_interim(&mut connection, 103, &links).unwrap();
    let interim = "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\nlink: </b>\r\n\r\n";
    assert_eq!(written(&connection), interim, "it does not wait");
    send_interim(&mut connection, 102, &[]).unwrap();
    send_head(&mut connection, 200, &[]).unwrap();
    send(&mut connection, "ok", true).unwrap();
    let response = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    assert_eq!(
        written(&connection),
        format!("{interim}HTTP/1.1 102 Processing\r\n\r\n{response}")
    );
}

/// ASGI has early hints come after the start of the response, whose head is open then.
#[test]
fn it_overtakes_a_head_that_is_open() {
    let mut connection = asked(GET);
    send_head(&mut connection, 200, &[("a", "1")]).unwrap();
    assert!(connection.is_flushed());
    send_interim(&mut connection, 103, &[("link", "</a>")]).unwrap();
    let interim = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
    assert_eq!(written(&connection), interim);
    assert_eq!(
        send_interim(&mut connection, 103, &[("li nk", "")]),
        Err(FieldName)
    );
    send(&mut connection, "ok", true).unwrap();
    let response = "HTTP/1.1 200 OK\r\na: 1\r\ncontent-length: 2\r\n\r\nok";
    assert_eq!(written(&connection), format!("{interim}{response}"));
}

#[test]
fn a_1_0_peer_is_spared_it() {
    let mut connection = asked("GET / HTTP/1.0\r\n\r\n");
    send_interim(&mut connection, 103, &[("link", "</a>")]).unwrap();
    assert!(connection.is_flushed());
}

#[test]
fn it_is_checked_and_nothing_of_a_refused_one_is_written() {
    for (status, name, value, error) in [
        (99, "link", "x", InterimStatus),
        (101, "link", "x", InterimStatus),
        (200, "link", "x", InterimStatus),
        (103, "li nk", "x", FieldName),
        (103, "link", "x\r\n\r\n", FieldValue),
        (103, "Content-Length", "5", InterimField),
        (103, "transfer-encoding", "chunked", InterimField),
        (103, "connection", "close", InterimField),
    ] {
        let mut connection = asked(GET);
        let fields = [("good", "1"), (name, value)];
        assert_eq!(send_interim(&mut connection, status, &fields), Err(error));
        assert!(connection.is_flushed());
        send_interim(&mut connection, 103, &[]).unwrap();
    }
}

#[test]
fn it_comes_before_the_head_or_not_at_all() {
    let mut connection = asked(GET);
    send_head(&mut connection, 200, &[]).unwrap();
    send(&mut connection, "o", false).unwrap();
    let before = written(&connection);
    assert_eq!(
        send_interim(&mut connection, 103, &[]),
        Err(HeadAlreadySent)
    );
    assert_eq!(written(&connection), before);
    send(&mut connection, "k", true).unwrap();
    assert_eq!(send_interim(&mut connection, 103, &[]), Err(Complete));
}
