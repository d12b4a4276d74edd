//! An application that answers by hand: short words for what a host would call.

use pyre_proto::http1::{Connection, Content, DefaultFields, Event, Limits, ResponseError};

use super::{
    strict_response::{Response, parse_all},
    text,
};

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
pub(crate) const HEAD: &str = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A connection whose first request has been read to its end, as far as it has arrived.
pub(crate) fn asked(raw: impl AsRef<[u8]>) -> Connection {
    let mut connection = Connection::new(Limits::default().into());
    connection.handle_input(raw.as_ref());
    assert!(read_on(&mut connection), "a request has arrived");
    connection
}

/// Takes what has arrived; whether that was anything.
pub(crate) fn read_on(connection: &mut Connection) -> bool {
    let mut any = false;
    while connection.poll_event().expect("no fault").is_some() {
        any = true;
    }
    any
}

pub(crate) fn no_defaults() -> DefaultFields {
    DefaultFields::default()
}

pub(crate) fn send_head(
    connection: &mut Connection,
    status: u16,
    fields: &[(&str, &str)],
) -> Result<(), ResponseError> {
    let fields = fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
    connection.send_head(status, fields, &no_defaults())
}

pub(crate) fn send(
    connection: &mut Connection,
    content: &str,
    end: bool,
) -> Result<u64, ResponseError> {
    connection.send_data(Content::Copied(content.as_bytes()), end)
}

pub(crate) fn send_error(connection: &mut Connection) -> Option<u64> {
    connection.send_error(500, "sorry", &no_defaults())
}

pub(crate) fn output(connection: &Connection) -> Vec<u8> {
    connection.poll_output().flatten().copied().collect()
}

/// What waits to be written, as text of one octet for each character.
pub(crate) fn written(connection: &Connection) -> String {
    text(&output(connection))
}

pub(crate) fn only_response(connection: &Connection, method: &str) -> Response {
    let mut responses = parse_all(&output(connection), &[method]);
    assert_eq!(responses.len(), 1);
    responses.remove(0)
}

/// Nothing of a refused call is written, and a better one may follow.
#[track_caller]
pub(crate) fn assert_answerable(connection: &mut Connection) {
    assert!(connection.is_flushed());
    assert_eq!(send_head(connection, 200, &[]), Ok(()));
    assert_eq!(send(connection, "ok", true), Ok(2));
    let expected = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    assert_eq!(written(connection), expected);
}

/// A whole small response, and what is written of it.
pub(crate) fn answer(connection: &mut Connection) -> String {
    let before = output(connection).len();
    send_head(connection, 200, &[]).expect("a request awaits it");
    send(connection, "ok", true).expect("its first content");
    written(connection).split_off(before)
}

/// Takes everything that has arrived, and returns the content in it.
pub(crate) fn read_content(connection: &mut Connection) -> String {
    let mut content = String::new();
    while let Some(event) = connection.poll_event().expect("no fault") {
        if let Event::Data(octets) = event {
            content.push_str(&text(octets));
        }
    }
    content
}
