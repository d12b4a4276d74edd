//! What is to be written, and in which parts it may be.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a broken expectation is a failed test"
)]

mod support;

use bytes::Bytes;
use pyre_proto::http1::{Connection, Content};
use support::{
    NEXT,
    application::{GET, HEAD, asked, output, read_on, send, send_error, send_head},
    octets,
    strict_response::parse_all,
};

#[test]
fn pipelined_responses_stand_in_order() {
    let raw = octets!(GET, HEAD, NEXT, GET);
    let mut connection = asked(raw);
    let kinds = [
        ("one", false),
        ("two", true),
        ("three", true),
        ("four", false),
    ];
    for (content, is_shared) in kinds {
        send_head(&mut connection, 200, &[]).unwrap();
        let content = if is_shared {
            Content::Shared(Bytes::from_static(content.as_bytes()))
        } else {
            Content::Copied(content.as_bytes())
        };
        connection.send_data(content, true).unwrap();
        read_on(&mut connection);
    }
    let responses = parse_all(&output(&connection), &["GET", "HEAD", "GET", "GET"]);
    let contents: Vec<_> = responses
        .iter()
        .map(|response| &response.content[..])
        .collect();
    assert_eq!(contents, [&b"one"[..], b"", b"three", b"four"]);
}

#[test]
fn shared_content_is_not_copied() {
    for fields in [&[][..], &[("content-length", "5")]] {
        let content = Bytes::from(b"hello".to_vec());
        let mut connection = asked(GET);
        send_head(&mut connection, 200, fields).unwrap();
        connection
            .send_data(Content::Shared(content.clone()), false)
            .unwrap();
        let is_it = connection
            .poll_output()
            .any(|slice| slice.as_ptr() == content.as_ptr());
        assert!(is_it);
    }
}

/// Two responses in copied and shared pieces, written by the calls that `wrote` sees in between.
fn play(mut wrote: impl FnMut(&mut Connection)) -> Connection {
    let mut connection = asked(octets!(GET, GET));
    let shared = |octets: &'static str| Content::Shared(Bytes::from_static(octets.as_bytes()));
    send_head(&mut connection, 200, &[]).unwrap();
    wrote(&mut connection);
    for piece in [shared("one"), Content::Copied(b"two"), shared("three")] {
        connection.send_data(piece, false).unwrap();
        wrote(&mut connection);
    }
    connection.send_data(shared("four"), true).unwrap();
    wrote(&mut connection);
    assert!(read_on(&mut connection));
    send_head(&mut connection, 404, &[]).unwrap();
    wrote(&mut connection);
    connection
        .send_data(Content::Copied(b"five"), true)
        .unwrap();
    wrote(&mut connection);
    connection
}

/// The first octets of what waits, taken as a socket would.
fn write_some(connection: &mut Connection, sink: &mut Vec<u8>, length: usize) {
    let waiting = output(connection);
    assert_eq!(connection.output_len(), waiting.len() as u64);
    assert_eq!(connection.is_flushed(), waiting.is_empty());
    assert!(connection.poll_output().all(|slice| !slice.is_empty()));
    let length = length.min(waiting.len());
    sink.extend_from_slice(&waiting[..length]);
    connection.handle_written(length);
    assert_eq!(output(connection), waiting[length..]);
}

#[test]
fn output_may_be_cut_anywhere() {
    let whole = output(&play(|_| ()));
    for cut in 0..=whole.len() {
        let mut sink = Vec::new();
        let mut connection = play(|_| ());
        write_some(&mut connection, &mut sink, cut);
        write_some(&mut connection, &mut sink, usize::MAX);
        assert_eq!(sink, whole, "{cut}");
        assert!(connection.is_flushed());
    }
}

#[test]
fn output_may_be_written_while_more_is_appended() {
    let whole = output(&play(|_| ()));
    for step in (1..40).chain([usize::MAX]) {
        let mut sink = Vec::new();
        let mut connection = play(|connection| write_some(connection, &mut sink, step));
        while !connection.is_flushed() {
            write_some(&mut connection, &mut sink, step);
        }
        assert_eq!(sink, whole, "{step}");
    }
}

/// A head that is taken back leaves what is before it, also when that is written in part.
#[test]
fn a_head_is_taken_back_behind_a_partial_write() {
    for cut in 0..40 {
        let (mut connection, mut sink) = (asked(octets!(GET, GET)), Vec::new());
        send_head(&mut connection, 200, &[]).unwrap();
        send(&mut connection, "ok", true).unwrap();
        assert!(read_on(&mut connection));
        write_some(&mut connection, &mut sink, cut);
        send_head(&mut connection, 200, &[("x", "taken back")]).unwrap();
        write_some(&mut connection, &mut sink, 3);
        assert_eq!(send_error(&mut connection), Some(10));
        write_some(&mut connection, &mut sink, usize::MAX);
        let responses = parse_all(&sink, &["GET", "GET"]);
        assert_eq!(responses[0].content, b"ok");
        assert_eq!(responses[1].content, b"500 sorry\n");
        assert_eq!(responses[1].field("x"), None);
    }
}

/// What the host writes by itself keeps its place between what it is given.
#[test]
fn external_content_is_written_in_its_turn() {
    for (fields, before, after) in [
        (&[("content-length", "12")][..], "\r\n\r\nhead", "tail"),
        (&[], "4\r\nhead\r\n4\r\n", "\r\n4\r\ntail\r\n0\r\n\r\n"),
    ] {
        let mut connection = asked(GET);
        send_head(&mut connection, 200, fields).unwrap();
        send(&mut connection, "head", false).unwrap();
        let sent = connection.send_data(Content::External(4), false);
        assert_eq!(sent, Ok(4));
        send(&mut connection, "tail", true).unwrap();
        assert_eq!(connection.poll_external(), None, "the head goes first");
        let written = output(&connection);
        assert!(written.ends_with(before.as_bytes()));
        assert_eq!(
            connection.output_len(),
            (written.len() + 4 + after.len()) as u64
        );
        connection.handle_written(written.len());
        for left in [4, 3] {
            assert_eq!(connection.poll_external(), Some(left));
            assert_eq!(output(&connection), b"");
            assert!(!connection.is_flushed());
            connection.handle_written(1);
        }
        connection.handle_written(2);
        assert_eq!(connection.poll_external(), None);
        assert_eq!(output(&connection), after.as_bytes());
    }
}

#[test]
fn external_content_is_counted_like_any_other() {
    let mut connection = asked(GET);
    send_head(&mut connection, 200, &[]).unwrap();
    let sent = connection.send_data(Content::External(1 << 40), true);
    assert_eq!(sent, Ok(1 << 40));
    assert!(output(&connection).ends_with(b"content-length: 1099511627776\r\n\r\n"));
    let mut connection = asked(HEAD);
    send_head(&mut connection, 200, &[]).unwrap();
    assert_eq!(connection.send_data(Content::External(5), true), Ok(0));
    assert_eq!(connection.poll_external(), None);
    assert!(output(&connection).ends_with(b"content-length: 5\r\n\r\n"));
}
