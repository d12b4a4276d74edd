//! `Content-Length`: RFC 9112 §6.2 and §6.3, RFC 9110 §8.6.

mod support;

use pyre_proto::http1::{Framing, Phase, RequestError};
use support::{NEXT, check, check_refused, check_served, octets};

fn post(section: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Vec<u8> {
    octets!("POST / HTTP/1.1\r\nHost: a\r\n", section, "\r\n", content)
}

/// Field lines and the length that they announce.
const LENGTHS: &[(&str, u64)] = &[
    ("", 0),
    ("Content-Length: 0\r\n", 0),
    ("Content-Length: 00\r\n", 0),
    ("Content-Length: 5\r\n", 5),
    ("Content-Length:5\r\n", 5),
    ("content-length: 5\r\n", 5),
    ("CONTENT-LENGTH: 5\r\n", 5),
    ("cOnTeNt-LeNgTh: 5\r\n", 5),
    ("Content-Length:\t5\t\r\n", 5),
    ("Content-Length:   5   \r\n", 5),
    ("Content-Length: 005\r\n", 5),
    ("Content-Length: 00000000000000000000000000000005\r\n", 5),
    ("Content-Length: 010\r\n", 10),
    ("Content-Length: 16\r\n", 16),
    ("Content_Length: 5\r\n", 0),
    ("Content-Lengt: 5\r\n", 0),
    ("ContentLength: 5\r\n", 0),
    ("X-Content-Length: 5\r\n", 0),
    ("Content-Type: 5\r\n", 0),
];

#[test]
fn content_is_as_long_as_announced() {
    for &(section, length) in LENGTHS {
        let content = "0123456789abcdefghij".get(..usize::try_from(length).unwrap());
        let content = content.unwrap();
        let message = check_served(post(section, content));
        assert_eq!(message.framing, Framing::Length(length), "{section}");
        assert_eq!(message.content, content, "{section}");
    }
}

/// RFC 9110 §9.3.1: any method may have content; it never becomes a request.
#[test]
fn content_is_read_whatever_the_method() {
    for method in ["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PUT", "BREW"] {
        let head = format!("{method} /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
        assert_eq!(check_served(octets!(head, "hello")).content, "hello");
        let head = format!("{method} /a HTTP/1.1\r\nHost: a\r\nContent-Length: 34\r\n\r\n");
        let evil = "GET /evil HTTP/1.1\r\nHost: evil\r\n\r\n";
        assert_eq!(check(octets!(head, evil)).served(), [("/a", evil)]);
    }
}

#[test]
fn content_is_any_octets() {
    for content in [
        &b"\r\n\r\n"[..],
        b"\n",
        b"\0",
        b"0\r\n\r\n",
        b"\xff\xfe\xfd",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let section = format!("Content-Length: {}\r\n", content.len());
        let message = check_served(post(section, content));
        assert_eq!(message.content, support::text(content));
    }
}

const MALFORMED: &[&[u8]] = &[
    b"",
    b" ",
    b"\t",
    b"-1",
    b"-5",
    b"-0",
    b"+5",
    b"+0",
    b"5.0",
    b"5.",
    b".5",
    b"5e0",
    b"5_0",
    b"0_0",
    b"1 0",
    b"5 5",
    b"5\t5",
    b"0x5",
    b"0b1",
    b"0o5",
    b"5h",
    b"5Z",
    b"a",
    b"F",
    b"five",
    b"5;",
    b"5;a",
    b"\"5\"",
    b"'5'",
    b"(5)",
    b",",
    b",,",
    b"5,",
    b",5",
    b"5, 5",
    b"5,5",
    b"5, 6",
    b"5,,5",
    b"0, 5",
    b"NaN",
    b"inf",
    b"null",
    b"\xd9\xa5",
    b"\xef\xbc\x95",
    b"5\xa0",
    b"\xa05",
    b"\xb2",
    b"18446744073709551616",
    b"18446744073709551620",
    b"36893488147419103237",
    b"99999999999999999999",
    b"340282366920938463463374607431768211461",
];

/// RFC 9112 §6.3, rule 5.
#[test]
fn malformed_lengths_are_refused() {
    for value in MALFORMED {
        let section = octets!("Content-Length: ", value, "\r\n");
        check_refused(post(section, "hello"), RequestError::ContentLength);
    }
    let long = format!("Content-Length: {}\r\n", "9".repeat(400));
    check_refused(post(long, "hello"), RequestError::ContentLength);
}

/// A control octet is a fault of the field line before it is one of the number.
#[test]
fn control_octets_in_a_length_are_refused() {
    for value in [&b"5\0"[..], b"\x005", b"\x0b5", b"5\x0c", b"5\r5", b"\x7f5"] {
        let section = octets!("Content-Length: ", value, "\r\n");
        check_refused(post(section, "hello"), RequestError::FieldLine);
    }
}

/// RFC 9110 §8.6 would allow to fold equal values; nobody honest sends them.
#[test]
fn repeated_lengths_are_refused_also_when_equal() {
    for section in [
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 6\r\nContent-Length: 5\r\n",
        "Content-Length: 0\r\nContent-Length: 0\r\n",
        "Content-Length: 5\r\nContent-Length: 05\r\n",
        "Content-Length: 5\r\ncontent-length: 5\r\n",
        "Content-Length: 5\r\nX: y\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length:\r\n",
        "Content-Length:\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: -5\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 5\r\n",
    ] {
        check_refused(post(section, "hello!"), RequestError::ContentLength);
    }
}

/// RFC 9112 §6.3, rule 7 holds for 1.0 too: without framing a request has no content.
#[test]
fn the_rules_are_those_of_1_0_too() {
    let head = "POST / HTTP/1.0\r\n";
    assert_eq!(check_served(octets!(head, "\r\n")).content, "");
    let raw = octets!(head, "Content-Length: 5\r\n\r\nhello");
    assert_eq!(check_served(raw).content, "hello");
    for value in ["-1", "5, 5", "", "18446744073709551616"] {
        let raw = format!("{head}Content-Length: {value}\r\n\r\nhello");
        check_refused(raw, RequestError::ContentLength);
    }
}

#[test]
fn the_largest_length_is_awaited() {
    let transcript = check(post("Content-Length: 18446744073709551615\r\n", "hello"));
    assert_eq!(transcript.fault, None);
    assert_eq!(transcript.phase, Phase::ReadingContent);
    assert_eq!(transcript.messages[0].framing, Framing::Length(u64::MAX));
    assert_eq!(transcript.messages[0].content, "hello");
}

#[test]
fn content_that_has_not_arrived_is_awaited() {
    for arrived in ["", "h", "hell"] {
        let transcript = check(post("Content-Length: 5\r\n", arrived));
        assert_eq!(transcript.phase, Phase::ReadingContent);
        assert_eq!(transcript.messages[0].content, arrived);
        assert_eq!(transcript.served(), []);
        assert_eq!(transcript.output, b"");
    }
}

#[test]
fn what_is_behind_the_content_is_the_next_request() {
    let first = post("Content-Length: 5\r\n", "hello");
    let transcript = check(octets!(first, NEXT, first));
    let expected = [("/", "hello"), ("/next", ""), ("/", "hello")];
    assert_eq!(transcript.served(), expected);

    let transcript = check(octets!(first, "X"));
    assert_eq!(transcript.served(), [("/", "hello")]);
    assert_eq!(transcript.phase, Phase::ReadingHead);

    let transcript = check(octets!(first, "X\r\n\r\n"));
    assert_eq!(transcript.served(), [("/", "hello")]);
    assert_eq!(transcript.fault, Some(RequestError::RequestLine));
}
