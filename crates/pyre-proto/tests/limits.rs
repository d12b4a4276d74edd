//! Every limit at N and at N + 1, and the endless input that limits are for.

mod support;

use pyre_proto::http1::{
    Connection, Event, Limits, Phase,
    RequestError::{
        self, Chunk, ChunkExtensionsTooLarge, ContentTooLarge, FieldSectionTooLarge, RequestLine,
        RequestLineTooLong, TooManyFields, TrailerSectionTooLarge,
    },
};
use support::{Answering, Exchange, Scenario, Transcript, application::answer, octets};

const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

fn under(limits: Limits, raw: impl AsRef<[u8]>) -> Transcript {
    Scenario::new(raw).with_limits(limits).transcript()
}

/// `raw` is within `limits`.
#[track_caller]
fn fits(limits: Limits, raw: impl AsRef<[u8]>) {
    under(limits, raw).only();
}

/// `raw` is one too many.
#[track_caller]
fn exceeds(limits: Limits, raw: impl AsRef<[u8]>, fault: RequestError) {
    let raw = raw.as_ref();
    let transcript = under(limits, raw);
    assert_eq!(transcript.fault, Some(fault), "{}", raw.escape_ascii());
    assert_eq!(transcript.served(), []);
}

// ---- request line

fn request_line(length: usize) -> Vec<u8> {
    let target = "a".repeat(length - "GET / HTTP/1.1".len());
    format!("GET /{target} HTTP/1.1\r\nHost: a\r\n\r\n").into()
}

#[test]
fn a_request_line() {
    for request_line_limit in [18, 19, 64, 200] {
        let limits = Limits {
            request_line: request_line_limit,
            ..Limits::default()
        };
        fits(limits, request_line(request_line_limit));
        fits(
            limits,
            octets!("\r\n\r\n", request_line(request_line_limit)),
        );
        for excess in [1, 2, 3, 50] {
            let raw = request_line(request_line_limit + excess);
            exceeds(limits, raw, RequestLineTooLong);
        }
    }
}

/// Wherever the octet that is too much stands, and whether or not the line ends.
#[test]
fn a_request_line_that_is_no_request_line() {
    let limits = Limits {
        request_line: 16,
        ..Limits::default()
    };
    for raw in [
        &b"GGGGGGGGGGGGGGGGG"[..],
        b"GGGGGGGGGGGGGGGGG / HTTP/1.1\r\n",
        b"GET / HTTP/1.1   \r\n",
        b"GET             /",
        b"GET /aaaaaaaaaaaa\0",
        b"GET /aaaaaaaaaaaa\n",
        b"GET /aaaaaaaaaaa\r\0",
        b"GET /aaaaaaaaaaa\r\r\n",
    ] {
        exceeds(limits, raw, RequestLineTooLong);
    }
    for raw in [
        &b"GET /aaaaaaaaaa\0"[..],
        b"GET /aaaaaaaa\0aaaaaaaaaaaaaaaaaa",
    ] {
        exceeds(limits, raw, RequestLine);
    }
    let transcript = under(limits, "GGGGGGGGGGGGGGGG\r");
    assert_eq!(
        (transcript.fault, transcript.phase),
        (None, Phase::ReadingHead)
    );
}

/// RFC 9112 §3 recommends at least 8000 octets.
#[test]
fn the_default_takes_a_line_of_8192() {
    let play = |length| Scenario::new(request_line(length)).play_whole();
    play(8000).only();
    play(8192).only();
    assert_eq!(play(8193).fault, Some(RequestLineTooLong));
}

// ---- field section

fn with_fields(section: impl AsRef<[u8]>) -> Vec<u8> {
    octets!("GET / HTTP/1.1\r\n", section, "\r\n")
}

#[test]
fn a_field_section() {
    let limits = Limits {
        field_section: 32,
        ..Limits::default()
    };
    let padded = |length: usize| format!("Host: a\r\nX: {}\r\n", "x".repeat(length - 14));
    let tiny = "Host: a\r\na:\r\nb:\r\nc:\r\nd:\r\ne:\r\n";
    fits(limits, with_fields("Host: a\r\n"));
    fits(limits, with_fields(padded(31)));
    fits(limits, with_fields(padded(32)));
    exceeds(limits, with_fields(padded(33)), FieldSectionTooLarge);
    exceeds(limits, with_fields(padded(34)), FieldSectionTooLarge);
    exceeds(limits, with_fields(padded(99)), FieldSectionTooLarge);
    fits(limits, with_fields(tiny));
    exceeds(
        limits,
        with_fields(format!("{tiny}f:\r\n")),
        FieldSectionTooLarge,
    );
}

/// The line that is too much needs no end, and need not be a field line.
#[test]
fn a_field_section_that_does_not_end() {
    let limits = Limits {
        field_section: 16,
        ..Limits::default()
    };
    for section in [
        "xxxxxxxxxxxxxxxxx",
        "x: xxxxxxxxxxxxxxx",
        "Host: a\r\nxxxxxxxx",
        "Host: a\r\nx: xxxx\r",
        "Host: a\r\nx: xxxxx\r",
        "Host: a\r\nx: xxxx\n\n",
        "Host: a\r\n        ",
        "Host: a\r\n::::::::",
    ] {
        let raw = format!("GET / HTTP/1.1\r\n{section}");
        let length = section.len() - usize::from(section.ends_with("\n\n"));
        if length > 16 {
            exceeds(limits, raw, FieldSectionTooLarge);
        } else {
            assert_eq!(under(limits, raw).phase, Phase::ReadingHead, "{section:?}");
        }
    }
    for behind in ["", "\r"] {
        let raw = format!("GET / HTTP/1.1\r\nHost: a\r\nx: yz\r\n{behind}");
        assert_eq!(under(limits, raw).phase, Phase::ReadingHead);
    }
    let raw = "GET / HTTP/1.1\r\nHost: a\r\nx: yz\r\n\rx";
    exceeds(limits, raw, FieldSectionTooLarge);
}

#[test]
fn the_number_of_field_lines() {
    let lines = |count: usize| with_fields("Host: a\r\n".to_owned() + &"a:\r\n".repeat(count - 1));
    for field_lines in [1, 2, 7, 100, 128, 129, 200] {
        let limits = Limits {
            field_lines,
            ..Limits::default()
        };
        fits(limits, lines(field_lines));
        exceeds(limits, lines(field_lines + 1), TooManyFields);
    }
    fits(Limits::default(), lines(100));
    exceeds(Limits::default(), lines(101), TooManyFields);
}

#[test]
fn the_limits_hold_for_each_request_alone() {
    let limits = Limits {
        request_line: 18,
        field_section: 14,
        field_lines: 2,
        content: Some(3),
        ..Limits::default()
    };
    let raw = octets!(with_fields("Host: a\r\na:\r\n").repeat(5), "\r\n");
    assert_eq!(under(limits, raw).served(), [("/", ""); 5]);
}

// ---- content

fn with_length(length: usize) -> Vec<u8> {
    let content = "x".repeat(length);
    format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{content}").into()
}

fn in_chunks_of(size: usize, length: usize) -> Vec<u8> {
    let content = vec![b'x'; length];
    let chunks = content.chunks(size);
    let chunks = chunks.map(|chunk| octets!(format!("{:x}", chunk.len()), "\r\n", chunk, "\r\n"));
    octets!(CHUNKED, chunks.collect::<Vec<_>>().concat(), "0\r\n\r\n")
}

#[test]
fn content() {
    for length in [0, 1, 5, 32] {
        let limits = Limits {
            content: Some(length as u64),
            ..Limits::default()
        };
        fits(limits, with_length(length));
        exceeds(limits, with_length(length + 1), ContentTooLarge);
        for size in [1, 2, 5, 100] {
            fits(limits, in_chunks_of(size, length));
            let raw = in_chunks_of(size, length + 1);
            exceeds(limits, &raw, ContentTooLarge);
            assert_eq!(under(limits, raw).messages[0].content, "x".repeat(length));
            exceeds(limits, in_chunks_of(size, length + 50), ContentTooLarge);
        }
    }
}

/// A length that is too large is refused before its content, and without it.
#[test]
fn an_announced_length() {
    let limits = Limits {
        content: Some(5),
        ..Limits::default()
    };
    for length in ["6", "18446744073709551615"] {
        let raw = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        let transcript = under(limits, raw);
        assert_eq!(transcript.fault, Some(ContentTooLarge));
        assert_eq!(transcript.messages, []);
    }
    let transcript = under(limits, octets!(CHUNKED, "FFFFFFFFFFFFFFFF\r\n123456"));
    assert_eq!(transcript.fault, Some(ContentTooLarge));
    assert_eq!(transcript.messages[0].content, "12345");
}

/// An answer to what was within the limit does not make the excess part of it.
#[test]
fn excess_is_not_forgotten_by_an_early_answer() {
    let limits = Limits {
        content: Some(4),
        ..Limits::default()
    };
    for chunks in ["5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n"] {
        let mut connection = Connection::new(limits.into());
        connection.handle_input(&octets!(CHUNKED, chunks));
        assert!(matches!(
            connection.poll_event(),
            Ok(Some(Event::RequestHead(_)))
        ));
        assert!(matches!(
            connection.poll_event(),
            Ok(Some(Event::Data(b"hell")))
        ));
        answer(&mut connection);
        assert_eq!(connection.phase(), Phase::Closed);
        assert!(connection.is_cut_short());
    }
}

/// The excess is before the malformed chunk behind it.
#[test]
fn the_first_of_two_faults_counts() {
    let limits = Limits {
        content: Some(3),
        ..Limits::default()
    };
    exceeds(
        limits,
        octets!(CHUNKED, "4\r\nabcd\r\n+1\r\n"),
        ContentTooLarge,
    );
    exceeds(limits, octets!(CHUNKED, "4\r\nabcdX"), ContentTooLarge);
    exceeds(limits, octets!(CHUNKED, "3\r\nabc\r\n+1\r\na\r\n"), Chunk);
}

// ---- chunked

#[test]
fn chunk_extensions() {
    let limits = Limits {
        chunk_extensions: 8,
        ..Limits::default()
    };
    for chunks in [
        "1;2345678\r\nx\r\n0\r\n\r\n",
        "1;a=\"678\"\r\nx\r\n0\r\n\r\n",
        "1 ; a = b\r\nx\r\n0\r\n\r\n",
        "1;234\r\nx\r\n1;678\r\nx\r\n0\r\n\r\n",
        "1;2\r\nx\r\n1;4\r\nx\r\n1;6\r\nx\r\n0;8\r\n\r\n",
        "1\r\nx\r\n0;2345678\r\n\r\n",
    ] {
        fits(limits, octets!(CHUNKED, chunks));
    }
    for chunks in [
        "1;23456789\r\nx\r\n0\r\n\r\n",
        "1;23456789",
        "1;        ",
        "1         ",
        "1;a=\"6789\"\r\nx\r\n0\r\n\r\n",
        "1 ; a = b \r\nx\r\n0\r\n\r\n",
        "1;234\r\nx\r\n1;6789\r\nx\r\n0\r\n\r\n",
        "1;2\r\nx\r\n1;4\r\nx\r\n1;6\r\nx\r\n0;89\r\n\r\n",
        "1;2345678\r\nx\r\n0;\r\n\r\n",
        "zzzzzzzzz",
    ] {
        exceeds(limits, octets!(CHUNKED, chunks), ChunkExtensionsTooLarge);
    }
}

#[test]
fn chunk_size_digits() {
    fits(
        Limits::default(),
        octets!(CHUNKED, "0".repeat(16), "\r\n\r\n"),
    );
    exceeds(Limits::default(), octets!(CHUNKED, "0".repeat(17)), Chunk);
}

#[test]
fn a_trailer_section() {
    let limits = Limits {
        trailer_section: 16,
        field_lines: 3,
        ..Limits::default()
    };
    for section in [
        "",
        "a: 45678901234\r\n",
        "a:\r\nb: 8901234\r\n",
        "a:\r\nb:\r\nc:\r\n",
    ] {
        assert!(section.len() <= 16);
        let transcript = under(limits, octets!(CHUNKED, "0\r\n", section, "\r\n"));
        let kept = transcript.only().trailers.len();
        assert_eq!(kept, section.lines().count());
    }
    for section in [
        "a: 456789012345\r\n",
        "a: 45678901234567",
        "a:\r\nb: 89012345\r\n",
        "a:\r\nb:\r\nc:\r\nd:\r\n",
        "xxxxxxxxxxxxxxxxx",
    ] {
        let raw = octets!(CHUNKED, "0\r\n", section, "\r\n");
        exceeds(limits, raw, TrailerSectionTooLarge);
    }
}

// ---- content that nobody reads

fn unread(unread_content: u64, raw: impl AsRef<[u8]>) -> Transcript {
    let limits = Limits {
        unread_content,
        ..Limits::default()
    };
    let scenario = Scenario::new(raw).with_limits(limits);
    scenario.answered(Answering::AtHead).play_bytewise()
}

/// Up to the limit the connection is kept; above it the response says `close`.
#[test]
fn unread_content() {
    for limit in [0, 1, 10] {
        let size = usize::try_from(limit).unwrap();
        let kept = unread(limit, with_length(size));
        assert_eq!(kept.phase, Phase::Idle);
        assert!(!kept.responses()[0].says("close"));

        let closed = unread(limit, with_length(size + 1));
        assert_eq!(closed.phase, Phase::Closed);
        assert!(closed.responses()[0].says("close"));
    }
}

/// What has arrived already costs nothing more; what is promised is kept in every split.
#[test]
fn unread_content_of_which_a_part_has_arrived() {
    for length in 1..30 {
        for arrived in 0..=length {
            let limits = Limits {
                unread_content: 10,
                ..Limits::default()
            };
            let raw = with_length(length);
            let (first, rest) = raw.split_at(raw.len() - length + arrived);
            let mut exchange = Exchange::new(limits, Answering::AtHead);
            exchange.receive(first);
            exchange.receive(rest);
            let transcript = exchange.into_transcript();
            let is_kept = length <= 10 || arrived == length;
            assert_eq!(
                transcript.phase == Phase::Idle,
                is_kept,
                "{length} {arrived}"
            );
            assert_eq!(transcript.responses()[0].says("close"), !is_kept);
        }
    }
}

/// Nobody knows how much it is until it is too much.
#[test]
fn unread_chunks() {
    for limit in [0, 1, 10] {
        let size = usize::try_from(limit).unwrap();
        assert_eq!(unread(limit, in_chunks_of(3, size)).phase, Phase::Idle);
        assert_eq!(
            unread(limit, in_chunks_of(3, size + 1)).phase,
            Phase::Closed
        );
    }
}

#[test]
fn unread_content_without_a_limit() {
    let transcript = unread(u64::MAX, with_length(50));
    assert_eq!(transcript.phase, Phase::Idle);
    let limits = Limits {
        unread_content: u64::MAX,
        ..Limits::default()
    };
    let scenario = Scenario::new(with_length(50)).with_limits(limits);
    let transcript = scenario.answered(Answering::AtHead).transcript();
    assert_eq!(transcript.phase, Phase::Idle);
}

// ---- endless input

/// Octets that are taken in without an event, at most.
fn longest_silence(limits: Limits, start: &[u8], endless: &[u8]) -> usize {
    let mut exchange = Exchange::new(limits, Answering::AtEndOfMessage);
    exchange.receive(start);
    let (mut silence, mut longest) = (0, 0);
    let mut progress = exchange.progress();
    for octet in endless.iter().cycle().take(4096) {
        exchange.receive(&[*octet]);
        let is_silent = exchange.has_input() && exchange.progress() == progress;
        silence = if is_silent { silence + 1 } else { 0 };
        longest = longest.max(silence);
        progress = exchange.progress();
        if exchange.is_closed() {
            return longest;
        }
    }
    assert_eq!(silence, 0, "endless input is neither shown nor refused");
    longest
}

/// What is held back of an incomplete part is bounded by the limits and no more.
#[test]
fn endless_input_is_cut_off() {
    let limits = Limits {
        request_line: 64,
        field_section: 128,
        field_lines: 10,
        content: Some(1000),
        chunk_extensions: 96,
        trailer_section: 80,
        unread_content: 100,
    };
    let head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (start, endless, bound) in [
        ("", "a", 64),
        ("GET /", "a", 64),
        ("GET ", " ", 64),
        ("", "\r\n", 8),
        ("", "\r", 2),
        ("", "GET / HTTP/1.1\r\n", 64 + 128),
        (head, "a", 64 + 128),
        (head, "a: ", 64 + 128),
        (head, "a: b\r\n", 64 + 128),
        (head, ":\r\n", 64 + 128),
        (head, " \r\n", 64 + 128),
        (head, "a\r", 64 + 128),
        (CHUNKED, "0", 17),
        (CHUNKED, "f", 17),
        (CHUNKED, " ", 96),
        (CHUNKED, "1;", 16 + 96),
        (CHUNKED, "1;a=\"", 16 + 96),
        (CHUNKED, "1\r\nx\r\n", 2),
        (CHUNKED, "1;a\r\nx\r\n", 4),
        (CHUNKED, "0\r\n", 80),
        (CHUNKED, "0\r\na: b\r\n", 80),
    ] {
        let silence = longest_silence(limits, start.as_bytes(), endless.as_bytes());
        assert!(silence <= bound + 2, "{start:?} {endless:?}: {silence}");
    }
    let trailers = longest_silence(limits, &octets!(CHUNKED, "0\r\n"), b"a: b\r\n");
    assert!(trailers <= 80);
    let trailers = longest_silence(limits, &octets!(CHUNKED, "0\r\n"), b"a");
    assert!(trailers <= 80);
}

#[test]
fn the_statuses_of_the_limits() {
    for (fault, status) in [
        (RequestLineTooLong, 414),
        (FieldSectionTooLarge, 431),
        (TooManyFields, 431),
        (ContentTooLarge, 413),
        (TrailerSectionTooLarge, 431),
        (ChunkExtensionsTooLarge, 400),
    ] {
        assert_eq!(fault.status(), status);
    }
}
