//! `Expect: 100-continue`: RFC 9110 §10.1.1.

mod support;

use pyre_proto::http1::{Connection, Event, Limits, Phase, RequestError, Version};
use support::{
    NEXT, Scenario,
    application::{answer, output, read_content, read_on, send, send_head, written},
    check_refused, check_served, octets,
    strict_response::parse_all,
};

fn post(section: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n{section}\r\n")
}

#[test]
fn whether_the_peer_waits() {
    for (section, waits) in [
        ("", false),
        ("Expect:\r\n", false),
        ("Expect: ,\r\n", false),
        ("X-Expect: 100-continue\r\n", false),
        ("Expect: 100-continue\r\n", true),
        ("Expect:100-continue\r\n", true),
        ("expect: 100-CONTINUE\r\n", true),
        ("EXPECT: 100-Continue\r\n", true),
        ("Expect: \t100-continue \t\r\n", true),
        ("Expect: ,100-continue,\r\n", true),
        ("Expect: 100-continue, 100-continue\r\n", true),
        ("Expect:\r\nExpect: 100-continue\r\n", true),
        ("Expect: 100-continue\r\nExpect: 100-continue\r\n", true),
    ] {
        let message = check_served(octets!(post(section), "hello"));
        assert_eq!(message.expects_continue, waits, "{section}");
        assert_eq!(message.content, "hello");
    }
}

#[test]
fn other_expectations_are_refused() {
    for value in [
        "nonsense",
        "200-ok",
        "100",
        "100-continue;a",
        "100-continue; a=b",
        "100-continue x",
        "100 continue",
        "100_continue",
        "\"100-continue\"",
        "100-continue=1",
        "100-continue, x",
        "x, 100-continue",
        "\u{e9}",
    ] {
        let section = format!("Expect: {value}\r\n");
        check_refused(octets!(post(&section), "hello"), RequestError::Expectation);
    }
    check_refused(
        post("Expect: 100-continue\r\nExpect: x\r\n"),
        RequestError::Expectation,
    );
}

#[test]
fn a_1_0_peer_does_not_wait() {
    let raw = "POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello";
    let message = check_served(raw);
    assert_eq!(message.version, Version::Http10);
    assert!(!message.expects_continue);
}

const INTERIM: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
const WAITING: &str = "Expect: 100-continue\r\n";

/// A connection whose first head has been shown.
fn connection(raw: impl AsRef<[u8]>) -> Connection {
    let mut connection = Connection::new(Limits::default().into());
    connection.handle_input(raw.as_ref());
    let event = connection.poll_event();
    assert!(matches!(event, Ok(Some(Event::RequestHead(_)))));
    connection
}

const KEPT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const CLOSED: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

#[test]
fn a_peer_that_waits_is_told_once() {
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n";
    for head in [
        post(WAITING),
        format!("{chunked}{WAITING}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n{WAITING}\r\n"),
    ] {
        let mut connection = connection(head);
        connection.send_continue();
        assert_eq!(output(&connection), INTERIM);
        connection.send_continue();
        assert_eq!(output(&connection), INTERIM);
    }
}

#[test]
fn a_peer_that_does_not_wait_is_not_told() {
    for raw in [
        post(""),
        post(WAITING) + "h",
        post(WAITING) + "hello",
        format!("POST / HTTP/1.1\r\nHost: a\r\n{WAITING}\r\n"),
        format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n{WAITING}\r\n"),
        format!("POST / HTTP/1.0\r\nContent-Length: 5\r\n{WAITING}\r\n"),
    ] {
        let mut connection = connection(raw);
        connection.send_continue();
        assert!(connection.is_flushed());
    }
}

#[test]
fn nobody_is_told_without_a_request() {
    let mut connection = Connection::new(Limits::default().into());
    connection.send_continue();
    assert!(connection.is_flushed());
}

/// RFC 9110 §10.1.1: it may be omitted once content has arrived, and makes no sense after it.
#[test]
fn content_that_was_read_makes_it_superfluous() {
    let mut connection = connection(octets!(post(WAITING), "he"));
    assert_eq!(read_content(&mut connection), "he");
    connection.send_continue();
    assert!(connection.is_flushed());
}

/// A head that is not written yet may still wait for the content that it depends on.
#[test]
fn it_goes_before_a_head_that_is_open() {
    let mut connection = connection(post(WAITING));
    assert_eq!(send_head(&mut connection, 200, &[]), Ok(()));
    connection.send_continue();
    connection.handle_input(b"hello");
    assert_eq!(read_content(&mut connection), "hello");
    assert_eq!(send(&mut connection, "ok", true), Ok(2));
    assert_eq!(
        written(&connection),
        format!("HTTP/1.1 100 Continue\r\n\r\n{CLOSED}")
    );
}

#[test]
fn it_is_too_late_after_the_first_content_of_the_response() {
    let mut connection = connection(post(WAITING));
    assert_eq!(send_head(&mut connection, 200, &[]), Ok(()));
    assert_eq!(send(&mut connection, "o", false), Ok(1));
    let before = written(&connection);
    connection.send_continue();
    assert_eq!(written(&connection), before);
}

#[test]
fn the_content_follows_and_then_the_next_request() {
    let mut connection = connection(post(WAITING));
    connection.send_continue();
    assert_eq!(read_content(&mut connection), "");
    assert_eq!(connection.phase(), Phase::ReadingContent);
    connection.handle_input(b"hello");
    assert_eq!(read_content(&mut connection), "hello");
    assert_eq!(answer(&mut connection), KEPT);
    connection.handle_input(NEXT);
    assert!(matches!(
        connection.poll_event(),
        Ok(Some(Event::RequestHead(_)))
    ));
}

/// Told to send, it will: the content can be told from the next request.
#[test]
fn a_peer_that_was_told_keeps_its_connection() {
    let mut connection = connection(post(WAITING));
    connection.send_continue();
    assert_eq!(answer(&mut connection), KEPT);
    connection.handle_input(&octets!("hello", NEXT));
    let event = connection.poll_event().expect("no fault");
    assert!(matches!(event, Some(Event::RequestHead(head)) if head.target.path == b"/next"));
}

/// Not told, it may send its content or the next request: there is no telling them apart.
#[test]
fn a_final_response_instead_closes() {
    let mut connection = connection(post(WAITING));
    assert_eq!(answer(&mut connection), CLOSED);
    for behind in [&b"hello"[..], NEXT] {
        connection.handle_input(behind);
        assert!(matches!(connection.poll_event(), Ok(None)));
        assert_eq!(connection.phase(), Phase::Closed);
        assert!(connection.is_cut_short());
    }
}

#[test]
fn a_peer_that_did_not_wait_after_all_keeps_its_connection() {
    let mut connection = connection(octets!(post(WAITING), "hello", NEXT));
    assert_eq!(answer(&mut connection), KEPT);
    assert!(matches!(
        connection.poll_event(),
        Ok(Some(Event::RequestHead(_)))
    ));
}

/// The expectation of one request is not that of the next.
#[test]
fn each_request_has_its_own_expectation() {
    let mut connection = connection(octets!(post(WAITING), "hello", post("")));
    assert_eq!(read_content(&mut connection), "hello");
    answer(&mut connection);
    assert!(matches!(
        connection.poll_event(),
        Ok(Some(Event::RequestHead(_)))
    ));
    let written = connection.output_len();
    connection.send_continue();
    assert_eq!(connection.output_len(), written);
}

#[test]
fn the_interim_response_stands_between_the_final_ones() {
    let mut connection = connection(octets!(NEXT, post(WAITING)));
    read_on(&mut connection);
    answer(&mut connection);
    read_on(&mut connection);
    connection.send_continue();
    connection.handle_input(b"hello");
    read_on(&mut connection);
    answer(&mut connection);
    let responses = parse_all(&output(&connection), &["GET", "POST"]);
    let statuses: Vec<_> = responses.iter().map(|response| response.status).collect();
    assert_eq!(statuses, [200, 100, 200]);
}

#[test]
fn a_peer_that_gives_up_waiting_is_incomplete() {
    let scenario = Scenario::new(post(WAITING)).then_half_close();
    assert_eq!(scenario.transcript().fault, Some(RequestError::Incomplete));
}
