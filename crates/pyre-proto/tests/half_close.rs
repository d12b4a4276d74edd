//! The peer ends its side: RFC 9112 §8 and §9.6.

mod support;

use pyre_proto::http1::{
    Connection, Event, Limits, Phase,
    RequestError::{self, Chunk, ContentLength, Host, Incomplete, RequestLine},
};
use support::{
    Answering, NEXT, Scenario, Transcript,
    application::{answer, no_defaults, output, send, send_head, written},
    octets,
    strict_response::parse_all,
};

const POST: &[u8] = b"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKED: &[u8] = b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
    5;a=b\r\nhello\r\n0\r\nc: d\r\n\r\n";

fn ended(raw: impl AsRef<[u8]>) -> Transcript {
    Scenario::new(raw).then_half_close().transcript()
}

#[test]
fn between_messages_it_is_no_fault() {
    for raw in [&b""[..], b"\r\n", b"\r\n\r\n\r\n\r\n"] {
        let transcript = ended(raw);
        assert_eq!((transcript.fault, transcript.phase), (None, Phase::Closed));
        assert_eq!(transcript.output, b"");
    }
}

#[test]
fn what_was_asked_before_is_answered() {
    for (raw, served) in [
        (octets!(NEXT), vec![("/next", "")]),
        (octets!(NEXT, "\r\n"), vec![("/next", "")]),
        (octets!(POST), vec![("/p", "hello")]),
        (octets!(CHUNKED), vec![("/c", "hello")]),
        (
            octets!(NEXT, POST, NEXT),
            vec![("/next", ""), ("/p", "hello"), ("/next", "")],
        ),
        (octets!("GET /o HTTP/1.0\r\n\r\n"), vec![("/o", "")]),
    ] {
        let transcript = ended(raw);
        assert_eq!(transcript.served(), served);
        assert_eq!((transcript.fault, transcript.phase), (None, Phase::Closed));
    }
}

/// Every proper prefix of a message is incomplete (RFC 9112 §8), and never served as if it were whole.
#[test]
fn inside_a_message_it_is_incomplete() {
    for message in [NEXT, POST, CHUNKED] {
        for length in 1..message.len() {
            let transcript = ended(&message[..length]);
            assert_eq!(transcript.fault, Some(Incomplete), "{length}");
            assert_eq!(transcript.served(), []);
        }
    }
}

#[test]
fn inside_the_second_message_the_first_is_served() {
    for length in 1..POST.len() {
        let transcript = ended(octets!(NEXT, POST[..length]));
        assert_eq!(transcript.fault, Some(Incomplete));
        assert_eq!(transcript.served(), [("/next", "")]);
    }
}

#[test]
fn inside_an_empty_line_or_garbage_it_is_incomplete() {
    for raw in [
        &b"\r"[..],
        b"\r\n\r",
        b"G",
        b"garbage",
        b"GET / HTTP/2.0",
        b"GET / HTTP/1.1\r\nHost: a\r\nbad line\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nhello",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+5",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX",
    ] {
        assert_eq!(ended(raw).fault, Some(Incomplete), "{}", raw.escape_ascii());
    }
}

#[test]
fn a_fault_before_the_end_is_that_fault() {
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (raw, fault) in [
        ("\0".to_owned(), RequestLine),
        ("GET\r\n\r\n".to_owned(), RequestLine),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), Host),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n".to_owned(),
            ContentLength,
        ),
        (format!("{chunked}+5\r\n"), Chunk),
        (format!("{chunked}5\r\nhello!"), Chunk),
    ] {
        assert_eq!(ended(raw).fault, Some(fault));
    }
}

fn connection(raw: &[u8]) -> Connection {
    let mut connection = Connection::new(Limits::default().into());
    connection.handle_input(raw);
    connection
}

/// Polls until nothing more comes, and returns how many events that were.
fn drain(connection: &mut Connection) -> Result<usize, RequestError> {
    let mut events = 0;
    while connection.poll_event()?.is_some() {
        events += 1;
    }
    Ok(events)
}

/// It may still read (RFC 9112 §9.6).
#[test]
fn the_response_is_sent_after_the_end() {
    let mut connection = connection(&octets!(NEXT, POST));
    connection.handle_eof();
    assert_eq!(drain(&mut connection), Ok(2));
    assert_eq!(connection.phase(), Phase::Responding);
    answer(&mut connection);
    assert_eq!(drain(&mut connection), Ok(3));
    answer(&mut connection);
    assert_eq!(drain(&mut connection), Ok(0));
    assert_eq!(connection.phase(), Phase::Closed);
    assert!(!connection.is_cut_short());
    let responses = parse_all(&output(&connection), &["GET", "POST"]);
    assert_eq!(responses.len(), 2);
}

#[test]
fn content_that_never_comes_is_not_awaited_for_an_answered_request() {
    let mut connection = connection(&POST[..POST.len() - 1]);
    assert!(matches!(
        connection.poll_event(),
        Ok(Some(Event::RequestHead(_)))
    ));
    connection.handle_eof();
    answer(&mut connection);
    assert_eq!(drain(&mut connection), Ok(0));
    assert_eq!(connection.phase(), Phase::Closed);
    assert!(connection.is_cut_short());
}

#[test]
fn an_application_that_does_not_read_never_learns_of_it() {
    let scenario = Scenario::new(&POST[..POST.len() - 1])
        .answered(Answering::AtHead)
        .then_half_close();
    let transcript = scenario.transcript();
    assert_eq!((transcript.fault, transcript.phase), (None, Phase::Closed));
    assert_eq!(transcript.responses().len(), 1);
}

#[test]
fn an_incomplete_message_is_answered_and_closed() {
    let mut connection = connection(&POST[..POST.len() - 1]);
    assert_eq!(drain(&mut connection), Ok(2));
    connection.handle_eof();
    assert_eq!(drain(&mut connection), Err(Incomplete));
    assert_eq!(drain(&mut connection), Ok(0), "a fault is told once");
    let (status, reason) = Incomplete.response();
    let sent = connection.send_error(status, reason, &no_defaults());
    assert_eq!(sent, Some("400 incomplete message\n".len() as u64));
    assert!(connection.is_cut_short());
    assert!(written(&connection).starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

/// Once a part of the response may have been written there is no other.
#[test]
fn an_incomplete_message_cuts_off_a_response_that_has_begun() {
    let mut connection = connection(&POST[..POST.len() - 1]);
    assert_eq!(drain(&mut connection), Ok(2));
    assert_eq!(send_head(&mut connection, 200, &[]), Ok(()));
    assert_eq!(send(&mut connection, "part", false), Ok(4));
    connection.handle_eof();
    assert_eq!(drain(&mut connection), Err(Incomplete));
    let written = connection.output_len();
    assert_eq!(
        connection.send_error(400, "incomplete", &no_defaults()),
        None
    );
    assert_eq!(connection.output_len(), written);
    assert_eq!(connection.phase(), Phase::Closed);
}
