//! Persistence and pipelining: RFC 9112 §9.3, §9.3.2 and §9.6, RFC 9110 §7.6.1.

#![allow(clippy::expect_used, reason = "a broken expectation is a failed test")]

mod support;

use pyre_proto::http1::{
    Phase,
    RequestError::{Chunk, FieldLine, Host, RequestLine},
    Version,
};
use support::{
    Answering, NEXT, Scenario,
    application::{asked, send, send_head},
    check, octets,
};

/// Version, `Connection` lines, and whether the connection persists.
#[rustfmt::skip]
const PERSISTS: &[(&str, &str, bool)] = &[
    ("1.1", "", true),
    ("1.1", "Connection:\r\n", true),
    ("1.1", "Connection: ,\r\n", true),
    ("1.1", "Connection: keep-alive\r\n", true),
    ("1.1", "Connection: Keep-Alive\r\n", true),
    ("1.1", "Connection: TE\r\n", true),
    ("1.1", "Connection: upgrade\r\n", true),
    ("1.1", "Connection: x-close\r\n", true),
    ("1.1", "Connection: closed\r\n", true),
    ("1.1", "Connection: close-\r\n", true),
    ("1.1", "Connection: close x\r\n", true),
    ("1.1", "Connection: close;a\r\n", true),
    ("1.1", "Connection: \"close\"\r\n", true),
    ("1.1", "Connection: \u{e9}\r\n", true),
    ("1.1", "Proxy-Connection: close\r\n", true),
    ("1.1", "X-Connection: close\r\n", true),
    ("1.1", "Keep-Alive: timeout=0\r\n", true),
    ("1.1", "Connection: close\r\n", false),
    ("1.1", "Connection:close\r\n", false),
    ("1.1", "connection: CLOSE\r\n", false),
    ("1.1", "CONNECTION: Close\r\n", false),
    ("1.1", "Connection: \tclose \t\r\n", false),
    ("1.1", "Connection: close, TE\r\n", false),
    ("1.1", "Connection: TE, close\r\n", false),
    ("1.1", "Connection: TE,close,x\r\n", false),
    ("1.1", "Connection: ,close,\r\n", false),
    ("1.1", "Connection: a\t,\tclose\r\n", false),
    ("1.1", "Connection: keep-alive, close\r\n", false),
    ("1.1", "Connection: close, keep-alive\r\n", false),
    ("1.1", "Connection: keep-alive\r\nConnection: close\r\n", false),
    ("1.1", "Connection: close\r\nConnection: keep-alive\r\n", false),
    ("1.1", "Connection: a\r\nX: y\r\nConnection: close\r\n", false),
    ("1.0", "", false),
    ("1.0", "Connection:\r\n", false),
    ("1.0", "Connection: close\r\n", false),
    ("1.0", "Connection: TE\r\n", false),
    ("1.0", "Connection: keepalive\r\n", false),
    ("1.0", "Connection: keep-alive;a\r\n", false),
    ("1.0", "Connection: xkeep-alive\r\n", false),
    ("1.0", "Keep-Alive: timeout=5\r\n", false),
    ("1.0", "Proxy-Connection: keep-alive\r\n", false),
    ("1.0", "Connection: keep-alive, close\r\n", false),
    ("1.0", "Connection: close\r\nConnection: keep-alive\r\n", false),
    ("1.0", "Connection: keep-alive\r\n", true),
    ("1.0", "connection: KEEP-ALIVE\r\n", true),
    ("1.0", "Connection: TE, keep-alive\r\n", true),
    ("1.0", "Connection: keep-alive,\r\n", true),
    ("1.0", "Connection: TE\r\nConnection: keep-alive\r\n", true),
];

/// That the next request is then served, or not, is what `check` sees to.
#[test]
fn whether_the_connection_persists_and_says_so() {
    for &(version, section, persists) in PERSISTS {
        let transcript = check(format!("GET / HTTP/{version}\r\nHost: a\r\n{section}\r\n"));
        let message = transcript.only();
        let expected = if persists { Phase::Idle } else { Phase::Closed };
        assert_eq!(transcript.phase, expected, "{version} {section}");
        let says = match (persists, message.version) {
            (false, _) => Some("close"),
            (true, Version::Http10) => Some("keep-alive"),
            (true, Version::Http11) => None,
        };
        let responses = transcript.responses();
        assert_eq!(
            responses[0].field("connection"),
            says,
            "{version} {section}"
        );
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
    let post = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    let head = "HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n";
    let chunked = "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3\r\nabc\r\n0\r\n\r\n";
    let old = "GET /o HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    let raw = octets!(
        get("/1"),
        post,
        chunked,
        old,
        head,
        "\r\n",
        get("/2"),
        post,
        get("/3")
    );
    let transcript = check(raw);
    let expected = [
        ("/1", ""),
        ("/p", "hello"),
        ("/c", "abc"),
        ("/o", ""),
        ("/h", ""),
        ("/2", ""),
        ("/p", "hello"),
        ("/3", ""),
    ];
    assert_eq!(transcript.served(), expected);
    assert_eq!(transcript.phase, Phase::Idle);
}

#[test]
fn a_hundred_pipelined_requests() {
    let transcript = Scenario::new(NEXT.repeat(100)).play_whole();
    assert_eq!(transcript.served(), [("/next", ""); 100]);
    assert_eq!(transcript.responses().len(), 100);
}

/// RFC 9112 §9.6: nothing that follows a request with `close` is processed.
#[test]
fn nothing_behind_the_last_request_is_served() {
    for last in [
        "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /last HTTP/1.0\r\n\r\n",
        "POST /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "POST /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        for behind in [NEXT, b"X", b"\r\n", b"\0", b"GET / HTTP/1.1\r\n\r\n"] {
            let transcript = check(octets!(NEXT, last, behind));
            assert_eq!(transcript.served(), [("/next", ""), ("/last", "")]);
            assert_eq!((transcript.fault, transcript.phase), (None, Phase::Closed));
        }
    }
}

/// A fault ends the connection; what came before it has been answered.
#[test]
fn a_fault_comes_after_the_requests_before_it() {
    for (broken, fault) in [
        ("BAD\r\n\r\n", RequestLine),
        ("GET / HTTP/1.1\r\n\r\n", Host),
        ("GET / HTTP/1.1\r\nHost: a\r\na : b\r\n\r\n", FieldLine),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\n",
            Chunk,
        ),
    ] {
        let transcript = check(octets!(NEXT, NEXT, broken, NEXT));
        assert_eq!(transcript.served(), [("/next", ""); 2]);
        assert_eq!(transcript.fault, Some(fault));
        assert_eq!(transcript.phase, Phase::Closed);
    }
}

/// An application that does not look at the content: it is dropped, and never becomes a request.
#[test]
fn unread_content_is_dropped() {
    let evil = "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n";
    let length = format!("Content-Length: {}\r\n\r\n{evil}", evil.len());
    let size = evil.len();
    let chunks = format!("Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n{evil}\r\n0\r\n\r\n");
    for content in [length, chunks] {
        let raw = octets!("POST / HTTP/1.1\r\nHost: a\r\n", content, NEXT);
        let scenario = Scenario::new(raw).answered(Answering::AtHead);
        let transcript = scenario.transcript();
        let paths: Vec<_> = transcript
            .messages
            .iter()
            .map(|m| m.path.as_str())
            .collect();
        assert_eq!(paths, ["/", "/next"]);
        assert_eq!(transcript.phase, Phase::Idle);
        assert_eq!(transcript.responses().len(), 2);
    }
}

#[test]
fn a_fault_in_unread_content_closes_without_a_second_response() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for chunks in ["+5\r\n", "5\r\nhello!\r\n", "0\r\nX\r\n\r\n", "5\nhello"] {
        let scenario = Scenario::new(octets!(head, chunks, NEXT)).answered(Answering::AtHead);
        let transcript = scenario.transcript();
        assert_eq!((transcript.fault, transcript.messages.len()), (None, 1));
        assert_eq!(transcript.phase, Phase::Closed);
        assert_eq!(transcript.responses().len(), 1);
    }
}

#[test]
fn phases_of_an_idle_connection() {
    for (raw, phase) in [
        (&b""[..], Phase::Idle),
        (b"\r\n", Phase::Idle),
        (b"\r\n\r\n\r\n", Phase::Idle),
        (b"\r", Phase::ReadingHead),
        (b"\r\n\r", Phase::ReadingHead),
        (b"G", Phase::ReadingHead),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", Phase::ReadingHead),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r", Phase::ReadingHead),
    ] {
        let transcript = check(raw);
        assert_eq!(transcript.phase, phase, "{}", raw.escape_ascii());
        assert_eq!((transcript.fault, transcript.messages.len()), (None, 0));
    }
}

/// RFC 9112 §9.6: whoever did not ask for the end may be sending the next request.
#[test]
fn whether_the_peer_may_send_on_after_the_end() {
    for (version, connection, answered, expected) in [
        ("1.1", "keep-alive", "close", true),
        ("1.1", "close", "close", false),
        ("1.1", "close", "keep-alive", false),
        ("1.0", "close", "close", false),
        ("1.0", "keep-alive", "close", true),
    ] {
        let request =
            format!("GET / HTTP/{version}\r\nHost: a\r\nConnection: {connection}\r\n\r\n");
        let mut peer = asked(request);
        send_head(&mut peer, 200, &[("connection", answered)]).expect("the first");
        send(&mut peer, "ok", true).expect("all of it");
        assert_eq!(peer.phase(), Phase::Closed);
        assert_eq!(peer.may_be_sent_more(), expected, "{version} {connection}");
    }
}
