//! The chunked coding of a request: RFC 9112 §7.1 and its erratum 7633.

mod support;

use pyre_proto::http1::{
    Connection, Event, Limits, Phase,
    RequestError::{self, Chunk, ChunkExtensionsTooLarge, RequestLine, TrailerLine},
};
use support::{
    NEXT,
    application::{send, send_head},
    check, check_refused, check_served, octets, text,
};

const HEAD: &str = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Chunked octets, and the content in them.
#[rustfmt::skip]
const SERVED: &[(&[u8], &str)] = &[
    (b"0\r\n\r\n", ""),
    (b"00\r\n\r\n", ""),
    (b"0000000000000000\r\n\r\n", ""),
    (b"5\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"05\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"0000000000000005\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n", "abc"),
    (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"),
    (b"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
    (b"a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
    (b"10\r\n0123456789abcdef\r\n0\r\n\r\n", "0123456789abcdef"),
    // Content that looks like framing.
    (b"2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
    (b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"),
    (b"1\r\n\n\r\n0\r\n\r\n", "\n"),
    (b"1\r\n\r\r\n0\r\n\r\n", "\r"),
    (b"1\r\n\0\r\n0\r\n\r\n", "\0"),
    (b"2\r\n\xc3\xa9\r\n0\r\n\r\n", "\u{c3}\u{a9}"),
    // §7.1.1: extensions are recognized and ignored.
    (b"5;a\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5;a=b\r\nhello\r\n0;c\r\n\r\n", "hello"),
    (b"5;a;b;c\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5;a=b;c=d\r\nhello\r\n0;e=f;g\r\n\r\n", "hello"),
    (b"5;!#$%&'*+-.^_`|~=!#$%&'*+-.^_`|~\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5;a=\"\"\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5;a=\"b;c=d,e\"\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5;a=\"b\\\"c\\\\\"\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5;a=\"\tb \\\t\\ \"\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5;a=\"caf\xc3\xa9\\\xff\"\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5;a=\"b\";c\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5 ;a\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5; a\r\nhello\r\n0\r\n\r\n", "hello"),
    (b"5\t;\ta\t=\tb\r\nhello\r\n0 ; c\r\n\r\n", "hello"),
    (b"5 ; a = \"b\" ; c\r\nhello\r\n0\r\n\r\n", "hello"),
    // §7.1.2: trailer fields are checked, and are no part of the content.
    (b"0\r\na: b\r\n\r\n", ""),
    (b"5\r\nhello\r\n0\r\na: b\r\nc:d\r\n\r\n", "hello"),
    (b"0\r\na:\r\n\r\n", ""),
    (b"0\r\na: caf\xe9\r\n\r\n", ""),
    (b"0\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\nHost: evil\r\n\r\n", ""),
    (b"0\r\nConnection: close\r\n\r\n", ""),
    (b"0;a\r\nb: c\r\n\r\n", ""),
];

#[test]
fn the_content_of_chunks() {
    for &(chunks, content) in SERVED {
        let message = check_served(octets!(HEAD, chunks));
        assert_eq!(message.content, content, "{}", chunks.escape_ascii());
        assert_eq!(message.fields.len(), 2, "a trailer is not a header");
    }
}

type Field = (&'static str, &'static str);

/// What follows the last chunk, and the fields in it.
#[rustfmt::skip]
const TRAILERS: &[(&[u8], &[Field])] = &[
    (b"\r\n", &[]),
    (b"a: b\r\n\r\n", &[("a", "b")]),
    (b"X-Sum:1\r\nx-sum: 2\r\nX-SUM:\t3 \r\n\r\n", &[("x-sum", "1"), ("x-sum", "2"), ("x-sum", "3")]),
    (b"b: 1\r\na:2\r\n\r\n", &[("b", "1"), ("a", "2")]),
    (b"a:\r\nb: \t \r\n\r\n", &[("a", ""), ("b", "")]),
    (b"a: b: c,\td  e\r\n\r\n", &[("a", "b: c,\td  e")]),
    (b"a: caf\xe9\r\n\r\n", &[("a", "caf\u{e9}")]),
    // What would be obeyed in a header section is neither obeyed nor lost.
    (b"Content-Length: 5\r\nHost: b\r\n\r\n", &[("content-length", "5"), ("host", "b")]),
    (b"Connection: close\r\nTE: trailers\r\n\r\n", &[("connection", "close"), ("te", "trailers")]),
];

/// RFC 9110 §6.5.1: kept apart from the header section.
#[test]
fn trailers_are_shown_with_the_end() {
    for &(section, expected) in TRAILERS {
        for content in ["", "5\r\nhello\r\n"] {
            let message = check_served(octets!(HEAD, content, "0\r\n", section));
            let trailers = message.trailers.iter().map(|(n, v)| (&n[..], &v[..]));
            let raw = section.escape_ascii();
            assert_eq!(trailers.collect::<Vec<_>>(), expected, "{raw}");
            let fields = [("host", "a"), ("transfer-encoding", "chunked")];
            assert_eq!(message.fields, fields.map(|(n, v)| (n.into(), v.into())));
            assert!(!message.takes_trailers);
        }
    }
}

#[test]
fn each_request_has_its_own_trailers() {
    let with = octets!(HEAD, "0\r\na: b\r\n\r\n");
    let without = octets!(HEAD, "0\r\n\r\n");
    let transcript = check(octets!(with, without, NEXT, with));
    let counts = transcript.messages.iter().map(|m| m.trailers.len());
    assert_eq!(counts.collect::<Vec<_>>(), [1, 0, 0, 1]);
}

#[test]
fn trailers_are_there_from_the_end_of_the_message_to_that_of_the_response() {
    let mut connection = Connection::new(Limits::default().into());
    connection.handle_input(&octets!(HEAD, "1\r\nx\r\n0\r\na: b\r\n\r\n"));
    let has_trailers = |connection: &Connection| connection.trailers().count() > 0;
    while !matches!(connection.poll_event(), Ok(Some(Event::EndOfMessage))) {
        assert!(!has_trailers(&connection));
    }
    assert!(has_trailers(&connection));
    send_head(&mut connection, 200, &[]).unwrap();
    send(&mut connection, "part", false).unwrap();
    assert!(has_trailers(&connection));
    send(&mut connection, "", true).unwrap();
    assert!(!has_trailers(&connection));
}

#[test]
fn every_size_up_to_three_digits() {
    for size in (1..40).chain([255, 256, 257, 4095]) {
        let data = vec![b'x'; size];
        for line in [
            format!("{size:x}"),
            format!("{size:X}"),
            format!("{size:06x}"),
        ] {
            let raw = octets!(HEAD, line, "\r\n", data, "\r\n0\r\n\r\n");
            assert_eq!(
                support::Scenario::new(raw).play_whole().served(),
                [("/", &*text(&data))]
            );
        }
    }
}

/// Linear time and one piece of content (aiohttp's CVE-2025-69229 is the precedent).
#[test]
fn a_thousand_tiny_chunks() {
    let raw = octets!(HEAD, "1\r\na\r\n".repeat(1000), "0\r\n\r\n");
    assert_eq!(check_served(raw).content, "a".repeat(1000));
}

/// Chunked octets, the content before the fault, and the fault.
const REFUSED: &[(&[u8], &str, RequestError)] = &[
    // chunk-size = 1*HEXDIG, and its line ends with CRLF.
    (b"\r\n", "", Chunk),
    (b"\r\nhello\r\n", "", Chunk),
    (b"\n", "", Chunk),
    (b"5\nhello\r\n0\r\n\r\n", "", Chunk),
    (b"5\rhello\r\n0\r\n\r\n", "", Chunk),
    (b"5\r\r\nhello\r\n", "", Chunk),
    (b"5\n\rhello\r\n", "", Chunk),
    (b"+5\r\nhello\r\n", "", Chunk),
    (b"-5\r\nhello\r\n", "", Chunk),
    (b"+0\r\n\r\n", "", Chunk),
    (b"-0\r\n\r\n", "", Chunk),
    (b"0x5\r\nhello\r\n", "", Chunk),
    (b"0X5\r\nhello\r\n", "", Chunk),
    (b"x5\r\nhello\r\n", "", Chunk),
    (b"5h\r\nhello\r\n", "", Chunk),
    (b"5_0\r\nhello\r\n", "", Chunk),
    (b"0_5\r\nhello\r\n", "", Chunk),
    (b"5.0\r\nhello\r\n", "", Chunk),
    (b"5,0\r\nhello\r\n", "", Chunk),
    (b"5 0\r\nhello\r\n", "", Chunk),
    (b" 5\r\nhello\r\n", "", Chunk),
    (b"\t5\r\nhello\r\n", "", Chunk),
    (b"5 \r\nhello\r\n", "", Chunk),
    (b"5\t\r\nhello\r\n", "", Chunk),
    (b"0 \r\n\r\n", "", Chunk),
    (b"g\r\nhello\r\n", "", Chunk),
    (b"G\r\nhello\r\n", "", Chunk),
    (b"\"5\"\r\nhello\r\n", "", Chunk),
    (b"5\0\r\nhello\r\n", "", Chunk),
    (b"\x005\r\nhello\r\n", "", Chunk),
    (b"\x0b5\r\nhello\r\n", "", Chunk),
    (b"\xd9\xa5\r\nhello\r\n", "", Chunk),
    (b"\xef\xbc\x95\r\nhello\r\n", "", Chunk),
    (b"hello\r\n", "", Chunk),
    (b"00000000000000005\r\nhello\r\n", "", Chunk),
    (b"10000000000000005\r\nhello\r\n", "", Chunk),
    (b"FFFFFFFFFFFFFFFFF\r\nhello\r\n", "", Chunk),
    (b"11111111111111111", "", Chunk),
    // chunk-data is as long as announced, and CRLF follows.
    (b"5\r\nhello\n0\r\n\r\n", "hello", Chunk),
    (b"5\r\nhello\r0\r\n\r\n", "hello", Chunk),
    (b"5\r\nhello\r\r\n0\r\n\r\n", "hello", Chunk),
    (b"5\r\nhello0\r\n\r\n", "hello", Chunk),
    (b"5\r\nhello!\r\n0\r\n\r\n", "hello", Chunk),
    (b"4\r\nhello\r\n0\r\n\r\n", "hell", Chunk),
    (b"6\r\nhello\r\n0\r\n\r\n", "hello\r", Chunk),
    (b"7\r\nhello\r\n0\r\n\r\n", "hello\r\n", Chunk),
    (b"5\r\nhello \r\n0\r\n\r\n", "hello", Chunk),
    (b"5\r\nhello\r\n\r\n0\r\n\r\n", "hello", Chunk),
    (b"5\r\nhello\r\n 0\r\n\r\n", "hello", Chunk),
    (b"5\r\nhello\r\nx\r\n", "hello", Chunk),
    (b"1\r\na\r\n1\r\nb\r\n+1\r\nc\r\n", "ab", Chunk),
    // chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
    (b"5;\r\nhello\r\n", "", Chunk),
    (b"5;;\r\nhello\r\n", "", Chunk),
    (b"5; \r\nhello\r\n", "", Chunk),
    (b"5 ;\r\nhello\r\n", "", Chunk),
    (b"5;;a\r\nhello\r\n", "", Chunk),
    (b"5;a;\r\nhello\r\n", "", Chunk),
    (b"5;=\r\nhello\r\n", "", Chunk),
    (b"5;=b\r\nhello\r\n", "", Chunk),
    (b"5;a=\r\nhello\r\n", "", Chunk),
    (b"5;a=;b\r\nhello\r\n", "", Chunk),
    (b"5;a==b\r\nhello\r\n", "", Chunk),
    (b"5;a=b=c\r\nhello\r\n", "", Chunk),
    (b"5;a b\r\nhello\r\n", "", Chunk),
    (b"5;a=b c\r\nhello\r\n", "", Chunk),
    (b"5;a,b\r\nhello\r\n", "", Chunk),
    (b"5,a\r\nhello\r\n", "", Chunk),
    (b"5a b\r\nhello\r\n", "", Chunk),
    (b"5;a[b\r\nhello\r\n", "", Chunk),
    (b"5;b[d=x\r\nhello\r\n", "", Chunk),
    (b"5;(a)\r\nhello\r\n", "", Chunk),
    (b"5;\"a\"\r\nhello\r\n", "", Chunk),
    (b"5;a=\"\r\nhello\r\n", "", Chunk),
    (b"5;a=\"b\r\nhello\r\n", "", Chunk),
    (b"5;a=\"b\\\"\r\nhello\r\n", "", Chunk),
    (b"5;a=\"b\\\r\nhello\r\n", "", Chunk),
    (b"5;a=\"b\"c\r\nhello\r\n", "", Chunk),
    (b"5;a='b c'\r\nhello\r\n", "", Chunk),
    (b"5;a=\"\0\"\r\nhello\r\n", "", Chunk),
    (b"5;a=\"\\\0\"\r\nhello\r\n", "", Chunk),
    (b"5;a=\"\x7f\"\r\nhello\r\n", "", Chunk),
    (b"5;a\0\r\nhello\r\n", "", Chunk),
    (b"5;caf\xc3\xa9\r\nhello\r\n", "", Chunk),
    (b"5;a=caf\xc3\xa9\r\nhello\r\n", "", Chunk),
    (b"5;a\rb\r\nhello\r\n", "", Chunk),
    (b"5;\r\r\nhello\r\n", "", Chunk),
    (b"5\r\r;A\r\nhello\r\n", "", Chunk),
    (b"5;a=\"b\nhello\"\r\n", "", Chunk),
    (b"5;a\nhello\r\n0\r\n\r\n", "", Chunk),
    (b"0;\r\n\r\n", "", Chunk),
    (b"0;a\n\r\n", "", Chunk),
    // trailer-section = *( field-line CRLF )
    (b"0\r\nX\r\n\r\n", "", TrailerLine),
    (b"0\r\n: x\r\n\r\n", "", TrailerLine),
    (b"0\r\na : x\r\n\r\n", "", TrailerLine),
    (b"0\r\na\t: x\r\n\r\n", "", TrailerLine),
    (b"0\r\na b: x\r\n\r\n", "", TrailerLine),
    (b"0\r\n a: x\r\n\r\n", "", TrailerLine),
    (b"0\r\n\r \r\n", "", TrailerLine),
    (b"0\r\na: b\r\n c\r\n\r\n", "", TrailerLine),
    (b"0\r\na: b\r\n\tc\r\n\r\n", "", TrailerLine),
    (b"0\r\na[]: x\r\n\r\n", "", TrailerLine),
    (b"0\r\na\0: x\r\n\r\n", "", TrailerLine),
    (b"0\r\n\xc3\xa9: x\r\n\r\n", "", TrailerLine),
    (b"0\r\na: b\0\r\n\r\n", "", TrailerLine),
    (b"0\r\na: b\x7f\r\n\r\n", "", TrailerLine),
    (b"0\r\na: b\rc\r\n\r\n", "", TrailerLine),
    (b"0\r\na: b\r\r\n\r\n", "", TrailerLine),
    (b"0\r\na: b\n\r\n", "", TrailerLine),
    (b"0\r\na: b\r\n\n", "", TrailerLine),
    (b"0\r\n\n", "", TrailerLine),
    (b"0\r\n\r\r\n", "", TrailerLine),
    (b"0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "", TrailerLine),
    (b"5\r\nhello\r\n0\r\n\r0\r\n\r\n", "hello", TrailerLine),
    (b"5\r\nhello\r\n0\r\n\n", "hello", TrailerLine),
];

/// RFC 9112 §8: what stands before the fault is shown, never its end; what follows is not served.
#[test]
fn malformed_chunks_are_refused_after_the_content_before_them() {
    for &(chunks, content, fault) in REFUSED {
        let transcript = check_refused(octets!(HEAD, chunks), fault);
        let shown = &transcript.messages[0].content;
        assert_eq!(shown, content, "{}", chunks.escape_ascii());
    }
}

#[test]
fn every_octet_in_place_of_a_size() {
    for octet in 0..=u8::MAX {
        let raw = octets!(HEAD, [octet], "\r\n");
        match octet {
            _ if octet.is_ascii_hexdigit() => assert_eq!(check(raw).fault, None),
            _ => drop(check_refused(raw, Chunk)),
        }
    }
}

#[test]
fn every_octet_behind_a_size() {
    for octet in 0..=u8::MAX {
        let raw = octets!(HEAD, "1", [octet], "\r\n");
        if octet.is_ascii_hexdigit() {
            assert_eq!(check(raw).fault, None);
        } else {
            check_refused(raw, Chunk);
        }
    }
}

#[test]
fn every_octet_of_an_extension_is_a_tchar() {
    for octet in 0..=u8::MAX {
        let raw = octets!(HEAD, "0;a", [octet], "b\r\n\r\n");
        let is_tchar = octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet);
        if is_tchar || matches!(octet, b'=' | b';') {
            check_served(raw);
        } else {
            check_refused(raw, Chunk);
        }
    }
}

#[test]
fn chunks_that_have_not_arrived_are_awaited() {
    let chunks = b"5;a=b\r\nhello\r\n2\r\n!!\r\n0\r\na: b\r\n\r\n";
    for length in 0..chunks.len() {
        let arrived = &chunks[..length];
        let transcript = check(octets!(HEAD, arrived));
        assert_eq!(transcript.fault, None, "{}", arrived.escape_ascii());
        assert_eq!(transcript.phase, Phase::ReadingContent);
        assert!("hello!!".starts_with(&transcript.messages[0].content));
        assert_eq!(transcript.served(), []);
    }
    assert_eq!(check_served(octets!(HEAD, chunks)).content, "hello!!");
}

#[test]
fn sizes_that_do_not_fit_32_bits_do_not_wrap() {
    for size in [
        "100000005",
        "1000000000000005",
        "FFFFFFFFFFFFFFFF",
        "8000000000000000",
    ] {
        let transcript = check(octets!(HEAD, size, "\r\nhello\r\n0\r\n\r\n"));
        assert_eq!(transcript.fault, None);
        assert_eq!(transcript.messages[0].content, "hello\r\n0\r\n\r\n");
        assert_eq!(transcript.phase, Phase::ReadingContent);
    }
}

#[test]
fn what_is_behind_the_last_chunk_is_the_next_request() {
    let first = octets!(HEAD, "5\r\nhello\r\n0\r\n\r\n");
    let expected = [("/", "hello"), ("/next", ""), ("/", "hello")];
    assert_eq!(check(octets!(first, NEXT, first)).served(), expected);

    let transcript = check(octets!(first, "0\r\n\r\n"));
    assert_eq!(transcript.served(), [("/", "hello")]);
    assert_eq!(transcript.fault, Some(RequestLine));
}

/// Extensions are bounded over the whole message (Go's CVE-2023-39326).
#[test]
fn long_extensions_are_refused() {
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "a".repeat(16 * 1024));
    let transcript = support::Scenario::new(octets!(HEAD, long)).play_whole();
    assert_eq!(transcript.fault, Some(ChunkExtensionsTooLarge));
}
