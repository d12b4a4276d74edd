//! The order of calls, errors of the server, and the end of a connection.

mod support;

use pyre_proto::http1::{
    Connection, Event, Limits, Phase, RequestError,
    ResponseError::{self, HeadAlreadySent, HeadMissing},
};
use support::{
    NEXT,
    application::{
        GET, HEAD, asked, no_defaults, only_response, output, read_on, send, send_error, send_head,
        written,
    },
    octets,
    strict_response::parse_all,
};

#[test]
fn calls_out_of_order_are_refused() {
    let mut connection = Connection::new(Limits::default().into());
    assert_eq!(
        send_head(&mut connection, 200, &[]),
        Err(ResponseError::Complete)
    );
    assert_eq!(
        send(&mut connection, "x", true),
        Err(ResponseError::Complete)
    );

    connection.handle_input(GET.as_bytes());
    assert_eq!(
        send_head(&mut connection, 200, &[]),
        Err(ResponseError::Complete)
    );
    assert!(read_on(&mut connection));
    assert_eq!(send(&mut connection, "x", false), Err(HeadMissing));
    assert_eq!(send(&mut connection, "", true), Err(HeadMissing));
    assert_eq!(send_head(&mut connection, 200, &[]), Ok(()));
    assert_eq!(send_head(&mut connection, 404, &[]), Err(HeadAlreadySent));
    assert_eq!(send(&mut connection, "x", false), Ok(1));
    assert_eq!(send_head(&mut connection, 404, &[]), Err(HeadAlreadySent));
    assert_eq!(send(&mut connection, "y", true), Ok(1));
    assert_eq!(
        send_head(&mut connection, 404, &[]),
        Err(ResponseError::Complete)
    );
    assert_eq!(
        send(&mut connection, "z", true),
        Err(ResponseError::Complete)
    );
    assert_eq!(only_response(&connection, "GET").content, b"xy");
}

#[test]
fn a_complete_response_takes_nothing_while_the_request_goes_on() {
    let mut connection = asked("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    send_head(&mut connection, 200, &[]).unwrap();
    send(&mut connection, "x", true).unwrap();
    let before = output(&connection);
    assert_eq!(
        send_head(&mut connection, 200, &[]),
        Err(ResponseError::Complete)
    );
    assert_eq!(
        send(&mut connection, "y", true),
        Err(ResponseError::Complete)
    );
    assert_eq!(output(&connection), before);
    connection.handle_input(b"lo");
    connection.handle_input(NEXT);
    let event = connection.poll_event();
    assert!(matches!(event, Ok(Some(Event::RequestHead(head))) if head.target.path == b"/next"));
}

const ERROR: &str = "HTTP/1.1 500 Internal Server Error\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 10\r\nconnection: close\r\n\r\n";

#[test]
fn an_error_before_the_head() {
    let mut connection = asked(GET);
    assert_eq!(send_error(&mut connection), Some(10));
    assert_eq!(written(&connection), format!("{ERROR}500 sorry\n"));
    assert_eq!(connection.phase(), Phase::Closed);
}

/// The head waits for the content so that it can still be taken back.
#[test]
fn an_error_replaces_a_head_that_is_not_written() {
    for fields in [&[][..], &[("content-length", "5"), ("x", "y")]] {
        let mut connection = asked(GET);
        send_head(&mut connection, 200, fields).unwrap();
        assert_eq!(send_error(&mut connection), Some(10));
        assert_eq!(written(&connection), format!("{ERROR}500 sorry\n"));
    }
}

/// An application may have nothing to send for a while: the head goes ahead, and is framed for a stream.
#[test]
fn a_head_that_is_flushed_is_framed_without_its_content() {
    const HTTP10: &str = "GET / HTTP/1.0\r\n\r\n";
    for (raw, status, fields, framing, content) in [
        (
            GET,
            200,
            &[][..],
            "transfer-encoding: chunked\r\n",
            "1\r\nx\r\n0\r\n\r\n",
        ),
        (
            GET,
            200,
            &[("content-length", "1")],
            "content-length: 1\r\n",
            "x",
        ),
        (HTTP10, 200, &[], "connection: close\r\n", "x"),
        (
            HTTP10,
            200,
            &[("content-length", "1")],
            "content-length: 1\r\nconnection: close\r\n",
            "x",
        ),
        (HEAD, 200, &[], "", ""),
        (
            HEAD,
            200,
            &[("content-length", "1")],
            "content-length: 1\r\n",
            "",
        ),
        (GET, 204, &[], "", ""),
        (GET, 304, &[], "", ""),
    ] {
        let mut connection = asked(raw);
        assert!(!connection.flush_head(), "there is none");
        send_head(&mut connection, status, fields).unwrap();
        assert_eq!(written(&connection), "", "it waits for its content");
        assert!(connection.flush_head());
        let head = written(&connection);
        assert!(head.ends_with(&format!("\r\n{framing}\r\n")), "{head}");
        assert!(!connection.flush_head(), "it is written");
        assert_eq!(send_head(&mut connection, 200, &[]), Err(HeadAlreadySent));
        send(&mut connection, "x", true).unwrap();
        assert_eq!(written(&connection), format!("{head}{content}"));
        assert!(!connection.flush_head(), "the response is complete");
    }
}

#[test]
fn an_error_after_a_head_that_is_flushed_truncates() {
    let mut connection = asked(GET);
    send_head(&mut connection, 200, &[]).unwrap();
    connection.flush_head();
    let before = output(&connection);
    assert_eq!(send_error(&mut connection), None);
    assert_eq!(output(&connection), before);
}

#[test]
fn trailers_follow_a_head_that_is_flushed() {
    let mut connection = asked("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
    let fields: [(&str, &str); 1] = [("content-length", "1")];
    send_head(&mut connection, 200, &fields).unwrap();
    connection.announce_trailers();
    connection.flush_head();
    send(&mut connection, "x", true).unwrap();
    let trailers: [(&[u8], &[u8]); 1] = [(b"a", b"b")];
    connection.send_trailers(trailers, true).unwrap();
    let end = "transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\na: b\r\n\r\n";
    assert!(
        written(&connection).ends_with(end),
        "{}",
        written(&connection)
    );
}

#[test]
fn an_error_in_answer_to_head_has_no_content() {
    let mut connection = asked(HEAD);
    assert_eq!(send_error(&mut connection), Some(0));
    assert_eq!(written(&connection), ERROR);
}

#[test]
fn an_error_after_the_first_content_truncates() {
    for fields in [&[][..], &[("content-length", "50")]] {
        let mut connection = asked(GET);
        send_head(&mut connection, 200, fields).unwrap();
        send(&mut connection, "part", false).unwrap();
        let before = output(&connection);
        assert_eq!(send_error(&mut connection), None);
        assert_eq!(output(&connection), before);
        assert_eq!(connection.phase(), Phase::Closed);
        assert_eq!(
            send(&mut connection, "x", true),
            Err(ResponseError::Complete)
        );
        assert_eq!(output(&connection), before);
    }
}

#[test]
fn a_second_error_says_nothing() {
    let mut connection = asked(GET);
    assert_eq!(send_error(&mut connection), Some(10));
    let before = output(&connection);
    assert_eq!(send_error(&mut connection), None);
    assert_eq!(output(&connection), before);
    assert_eq!(
        send_head(&mut connection, 200, &[]),
        Err(ResponseError::Complete)
    );
}

/// A request that did not arrive in time, or is malformed, has a response all the same.
#[test]
fn an_error_without_a_request() {
    for raw in ["", "GET / HT", "BAD\r\n\r\n"] {
        let mut connection = Connection::new(Limits::default().into());
        connection.handle_input(raw.as_bytes());
        let fault = connection
            .poll_event()
            .err()
            .unwrap_or(RequestError::Timeout);
        let (status, reason) = fault.response();
        let sent = connection.send_error(status, reason, &no_defaults());
        assert_eq!(sent, Some(("400 \n".len() + reason.len()) as u64));
        let response = only_response(&connection, "");
        assert_eq!(response.status, status);
        assert_eq!(response.content, format!("{status} {reason}\n").as_bytes());
        assert_eq!(connection.phase(), Phase::Closed);
    }
}

/// Nobody asked for it with HEAD.
#[test]
fn an_error_after_an_answered_head_has_content() {
    let mut connection = asked(HEAD);
    send_head(&mut connection, 200, &[]).unwrap();
    send(&mut connection, "", true).unwrap();
    assert_eq!(send_error(&mut connection), Some(10));
    let responses = parse_all(&output(&connection), &["HEAD", ""]);
    assert_eq!(responses[1].content, b"500 sorry\n");
}

#[test]
fn an_error_follows_the_responses_before_it() {
    let mut connection = asked(octets!(GET, "BAD\r\n\r\n"));
    send_head(&mut connection, 200, &[]).unwrap();
    send(&mut connection, "ok", true).unwrap();
    assert!(connection.poll_event().is_err());
    assert_eq!(connection.send_error(400, "bad", &no_defaults()), Some(8));
    let responses = parse_all(&output(&connection), &["GET", ""]);
    assert_eq!([responses[0].status, responses[1].status], [200, 400]);
    assert!(!responses[0].says("close") && responses[1].says("close"));
}

#[test]
fn every_fault_has_a_status_and_a_reason() {
    use RequestError as E;
    for (fault, status) in [
        (E::RequestLine, 400),
        (E::RequestLineTooLong, 414),
        (E::MethodNotImplemented, 501),
        (E::RequestTarget, 400),
        (E::Version, 505),
        (E::LineTerminator, 400),
        (E::FieldLine, 400),
        (E::FieldSectionTooLarge, 431),
        (E::TooManyFields, 431),
        (E::Host, 400),
        (E::ContentLength, 400),
        (E::TransferEncoding, 400),
        (E::TransferCodingNotImplemented, 501),
        (E::AmbiguousLength, 400),
        (E::Expectation, 417),
        (E::Chunk, 400),
        (E::ChunkExtensionsTooLarge, 400),
        (E::TrailerLine, 400),
        (E::TrailerSectionTooLarge, 431),
        (E::ContentTooLarge, 413),
        (E::Incomplete, 400),
        (E::Timeout, 408),
    ] {
        assert_eq!(fault.status(), status);
        assert_eq!(fault.to_string(), fault.response().1);
    }
}

/// RFC 9112 §8: where the end of the connection ends the content, an end would say that it is whole.
#[test]
fn only_a_reset_tells_that_content_without_a_length_is_not_whole() {
    for (version, first, must_reset) in [
        ("1.0", Some("part"), true),
        ("1.0", None, false),
        ("1.1", Some("part"), false),
    ] {
        let mut connection = asked(format!("GET / HTTP/{version}\r\nHost: a\r\n\r\n"));
        send_head(&mut connection, 200, &[]).unwrap();
        if let Some(first) = first {
            send(&mut connection, first, false).unwrap();
        }
        connection.abort();
        assert_eq!(connection.must_reset(), must_reset, "{version} {first:?}");
    }
    let mut whole = asked("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    send_head(&mut whole, 200, &[]).unwrap();
    send(&mut whole, "part", false).unwrap();
    send(&mut whole, "", true).unwrap();
    assert!(!whole.must_reset());
}

#[test]
fn abort_leaves_what_is_written_and_no_more() {
    for (pieces, head_is_written) in [(&[][..], false), (&["part"], true), (&["a", "b"], true)] {
        let mut connection = asked(GET);
        send_head(&mut connection, 200, &[]).unwrap();
        for piece in pieces {
            send(&mut connection, piece, false).unwrap();
        }
        let before = output(&connection);
        connection.abort();
        assert_eq!(output(&connection), before);
        assert_eq!(!before.is_empty(), head_is_written);
        assert!(!before.ends_with(b"0\r\n\r\n"));
        assert_eq!(connection.phase(), Phase::Closed);
        assert!(connection.is_cut_short());
        assert_eq!(
            send(&mut connection, "x", true),
            Err(ResponseError::Complete)
        );
    }
}

/// Whether or not a request was shown.
#[test]
fn abort_is_the_last_word() {
    for raw in ["", "GET / HT", GET] {
        let mut connection = Connection::new(Limits::default().into());
        connection.handle_input(raw.as_bytes());
        read_on(&mut connection);
        connection.abort();
        assert_eq!(send_error(&mut connection), None, "{raw}");
        assert!(connection.is_flushed(), "{raw}");
        assert_eq!(connection.phase(), Phase::Closed);
    }
}

#[test]
fn the_last_response_says_so_while_it_can() {
    for (step, says) in [("request", true), ("head", true), ("content", false)] {
        let mut connection = asked(GET);
        let disable_at = |connection: &mut Connection, now| {
            if step == now {
                connection.disable_keep_alive();
            }
        };
        disable_at(&mut connection, "request");
        send_head(&mut connection, 200, &[]).unwrap();
        disable_at(&mut connection, "head");
        send(&mut connection, "hel", false).unwrap();
        disable_at(&mut connection, "content");
        send(&mut connection, "lo", true).unwrap();
        assert_eq!(
            only_response(&connection, "GET").says("close"),
            says,
            "{step}"
        );
        assert_eq!(connection.phase(), Phase::Closed);
        connection.handle_input(NEXT);
        assert!(!read_on(&mut connection));
    }
}

#[test]
fn an_idle_connection_closes_at_once() {
    let mut connection = Connection::new(Limits::default().into());
    connection.close_if_idle();
    assert_eq!(connection.phase(), Phase::Closed);
    assert!(connection.is_flushed() && !connection.is_cut_short());
}

#[test]
fn a_connection_with_a_request_is_not_idle() {
    for raw in ["G", GET] {
        let mut connection = Connection::new(Limits::default().into());
        connection.handle_input(raw.as_bytes());
        read_on(&mut connection);
        let phase = connection.phase();
        connection.close_if_idle();
        assert_eq!(connection.phase(), phase);
    }
}

/// Said between two requests, or inside the head of one, it holds for the next.
#[test]
fn the_next_response_is_the_last() {
    for arrived in 0..NEXT.len() {
        let mut connection = Connection::new(Limits::default().into());
        let (before, behind) = NEXT.split_at(arrived);
        connection.handle_input(before);
        read_on(&mut connection);
        connection.disable_keep_alive();
        connection.handle_input(behind);
        assert!(read_on(&mut connection));
        send_head(&mut connection, 200, &[]).unwrap();
        send(&mut connection, "ok", true).unwrap();
        assert!(only_response(&connection, "GET").says("close"));
        assert_eq!(connection.phase(), Phase::Closed);
    }
}
