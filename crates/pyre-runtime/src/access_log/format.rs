//! The shapes of a line.

use std::{io::Write, str::FromStr, time::Duration};

use pyre_proto::http1::RequestHead;

use crate::{Address, clock::Texts};

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `127.0.0.1 - - [22/Nov/2026:19:31:00 +0000] "GET / HTTP/1.1" 200 13`
    Common,
    /// The same with `"<referer>" "<user agent>"` behind it.
    Combined,
    /// One JSON object: `time`, `client`, `method`, `target`, `version`, `referer`, `user_agent`, `status`,
    /// `bytes`, `duration_ms`.
    Json,
    /// `200     1.5 ms  GET /`, for people who look on; the status may be in colour.
    Dev {
        /// By escape sequences of ANSI.
        has_colours: bool,
    },
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "common" => Ok(Self::Common),
            "combined" => Ok(Self::Combined),
            "json" => Ok(Self::Json),
            "dev" => Ok(Self::Dev { has_colours: false }),
            "dev-coloured" => Ok(Self::Dev { has_colours: true }),
            _ => Err(format!(
                "unknown access log format {name:?}: choose common, combined, json, dev or \
                 dev-coloured"
            )),
        }
    }
}

impl Format {
    /// Writes what the request tells; returns where the rest belongs.
    pub(super) fn begin(
        self,
        head: &RequestHead<'_>,
        peer: &Address,
        texts: &Texts,
        text: &mut Vec<u8>,
    ) -> usize {
        match self {
            Self::Common => {
                write_common(head, peer, texts, text);
                text.len()
            }
            Self::Combined => {
                write_common(head, peer, texts, text);
                let split = text.len();
                for name in [&b"referer"[..], b"user-agent"] {
                    text.extend_from_slice(b" \"");
                    write_escaped(head.field(name).unwrap_or(b"-"), text);
                    text.push(b'"');
                }
                split
            }
            Self::Json => write_json(Some(head), peer, texts, text),
            Self::Dev { .. } => {
                text.extend_from_slice(head.method.as_bytes());
                text.push(b' ');
                write_escaped(head.target.raw, text);
                0
            }
        }
    }

    /// As [`Self::begin`], for what never became a request.
    pub(super) fn begin_refused(self, peer: &Address, texts: &Texts, text: &mut Vec<u8>) -> usize {
        if self == Self::Json {
            return write_json(None, peer, texts, text);
        }
        if matches!(self, Self::Dev { .. }) {
            text.push(b'-');
            return 0;
        }
        write_who_and_when(peer, texts, text);
        text.push(b'-');
        text.push(b'"');
        let split = text.len();
        if self == Self::Combined {
            text.extend_from_slice(b" \"-\" \"-\"");
        }
        split
    }

    /// Whether a line tells how long the request took; reading the clock is not free.
    pub(super) fn has_duration(self) -> bool {
        matches!(self, Self::Json | Self::Dev { .. })
    }

    /// Writes what the response tells.
    pub(super) fn end(self, status: u16, octets: u64, duration: Duration, line: &mut Vec<u8>) {
        if let Self::Dev { has_colours } = self {
            return write_dev(status, duration, has_colours, line);
        }
        let (mut digits, mut more_digits) = (itoa::Buffer::new(), itoa::Buffer::new());
        let (status, octets) = (
            digits.format(status).as_bytes(),
            more_digits.format(octets).as_bytes(),
        );
        let (before, between) = match self {
            Self::Common | Self::Combined | Self::Dev { .. } => (&b" "[..], &b" "[..]),
            Self::Json => (&b",\"status\":"[..], &b",\"bytes\":"[..]),
        };
        for part in [before, status, between, octets] {
            line.extend_from_slice(part);
        }
        if self == Self::Json {
            // Writing into memory does not fail.
            let _ = write!(
                line,
                ",\"duration_ms\":{:.3}",
                duration.as_secs_f64() * 1000.0
            );
        }
    }
}

/// In columns, as far as the path; seconds from one on.
fn write_dev(status: u16, duration: Duration, has_colours: bool, line: &mut Vec<u8>) {
    let (colour, reset) = match status {
        200..300 if has_colours => ("\x1b[32m", "\x1b[0m"),
        300..400 if has_colours => ("\x1b[36m", "\x1b[0m"),
        400..500 if has_colours => ("\x1b[33m", "\x1b[0m"),
        500.. if has_colours => ("\x1b[1;31m", "\x1b[0m"),
        _ => ("", ""),
    };
    let seconds = duration.as_secs_f64();
    let (number, unit) = if seconds < 1.0 {
        (seconds * 1000.0, "ms")
    } else {
        (seconds, "s ")
    };
    // Writing into memory does not fail.
    let _ = write!(line, "{colour}{status}{reset}  {number:>7.1} {unit}  ");
}

fn write_common(head: &RequestHead<'_>, peer: &Address, texts: &Texts, text: &mut Vec<u8>) {
    write_who_and_when(peer, texts, text);
    text.extend_from_slice(head.method.as_bytes());
    text.push(b' ');
    write_escaped(head.target.raw, text);
    text.extend_from_slice(b" HTTP/");
    text.extend_from_slice(head.version.as_str().as_bytes());
    text.push(b'"');
}

/// Up to the quotation mark that opens the request line.
fn write_who_and_when(peer: &Address, texts: &Texts, text: &mut Vec<u8>) {
    match peer {
        // Whoever binds a socket chooses its path.
        Address::Unix(Some(path)) => write_escaped(path.display().to_string().as_bytes(), text),
        _ => write_peer(peer, text),
    }
    for part in [" - - [", &texts.common_log, "] \""] {
        text.extend_from_slice(part.as_bytes());
    }
}

/// A v4 address, by far the usual, without the formatting machinery: this is on the request path.
fn write_peer(peer: &Address, text: &mut Vec<u8>) {
    if let Address::Ip(std::net::SocketAddr::V4(address)) = peer {
        for (place, octet) in address.ip().octets().into_iter().enumerate() {
            if place > 0 {
                text.push(b'.');
            }
            text.extend_from_slice(itoa::Buffer::new().format(octet).as_bytes());
        }
    } else {
        // Writing into memory does not fail.
        let _ = write!(text, "{peer}");
    }
}

/// As Apache: quotes, backslashes and everything that is not visible ASCII can't forge a line.
fn write_escaped(value: &[u8], text: &mut Vec<u8>) {
    if value.iter().all(|&octet| is_plain(octet)) {
        text.extend_from_slice(value);
        return;
    }
    for &octet in value {
        match octet {
            b'"' | b'\\' => text.extend_from_slice(&[b'\\', octet]),
            _ if is_plain(octet) => text.push(octet),
            _ => {
                // Writing into memory does not fail.
                let _ = write!(text, "\\x{octet:02x}");
            }
        }
    }
}

const fn is_plain(octet: u8) -> bool {
    matches!(octet, b' '..=b'~') && !matches!(octet, b'"' | b'\\')
}

/// Members that only a request has are null without one.
fn write_json(
    head: Option<&RequestHead<'_>>,
    peer: &Address,
    texts: &Texts,
    text: &mut Vec<u8>,
) -> usize {
    text.extend_from_slice(b"{\"time\":\"");
    text.extend_from_slice(texts.rfc3339.as_bytes());
    text.push(b'"');
    let mut client = Vec::new();
    write_peer(peer, &mut client);
    let members: [(&str, Option<&[u8]>); 6] = [
        ("client", Some(&client)),
        ("method", head.map(|head| head.method.as_bytes())),
        ("target", head.map(|head| head.target.raw)),
        ("version", head.map(|head| head.version.as_str().as_bytes())),
        ("referer", head.and_then(|head| head.field(b"referer"))),
        (
            "user_agent",
            head.and_then(|head| head.field(b"user-agent")),
        ),
    ];
    for (name, value) in members {
        text.extend_from_slice(b",\"");
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(b"\":");
        write_json_string(value, text);
    }
    let split = text.len();
    text.push(b'}');
    split
}

/// Octets above ASCII are taken as latin-1, as HTTP does.
fn write_json_string(value: Option<&[u8]>, text: &mut Vec<u8>) {
    let Some(value) = value else {
        text.extend_from_slice(b"null");
        return;
    };
    text.push(b'"');
    for &octet in value {
        match octet {
            b'"' | b'\\' => text.extend_from_slice(&[b'\\', octet]),
            b' '..=b'~' => text.push(octet),
            _ => {
                // Writing into memory does not fail.
                let _ = write!(text, "\\u{octet:04x}");
            }
        }
    }
    text.push(b'"');
}

#[cfg(test)]
mod tests {
    use pyre_proto::http1::{Connection, Event, Limits};

    use super::*;

    fn line(format: Format, request: &[u8]) -> String {
        let mut connection = Connection::new(Limits::default().into());
        connection.handle_input(request);
        let Ok(Some(Event::RequestHead(head))) = connection.poll_event() else {
            panic!("not a request")
        };
        let peer = Address::from("192.0.2.7:1234".parse::<std::net::SocketAddr>().unwrap());
        let texts = Texts {
            common_log: "22/Nov/2026:19:31:00 +0000".into(),
            rfc3339: "2026-11-22T19:31:00Z".into(),
            ..Texts::default()
        };
        let mut text = Vec::new();
        let split = format.begin(&head, &peer, &texts, &mut text);
        let mut end = Vec::new();
        format.end(200, 13, Duration::from_micros(1500), &mut end);
        text.splice(split..split, end);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn common_and_combined_are_apaches() {
        let request = b"GET /a?b HTTP/1.1\r\nHost: a\r\nUser-Agent: \"x\\\xe9\r\n\r\n";
        let common = "192.0.2.7 - - [22/Nov/2026:19:31:00 +0000] \"GET /a?b HTTP/1.1\" 200 13";
        assert_eq!(line(Format::Common, request), common);
        assert_eq!(
            line(Format::Combined, request),
            format!(r#"{common} "-" "\"x\\\xe9""#)
        );
    }

    #[test]
    fn the_path_of_a_peer_can_not_forge_a_line() {
        let peer = Address::Unix(Some("/a\n\"b".into()));
        let mut text = Vec::new();
        Format::Common.begin_refused(&peer, &Texts::default(), &mut text);
        assert_eq!(text, br#"/a\x0a\"b - - [] "-""#);
    }

    #[test]
    fn json_is_one_object() {
        assert_eq!(
            line(
                Format::Json,
                b"GET / HTTP/1.0\r\nUser-Agent: \"\t\xe9\r\n\r\n"
            ),
            concat!(
                r#"{"time":"2026-11-22T19:31:00Z","client":"192.0.2.7","method":"GET","target":"/","version":"1.0","#,
                r#""referer":null,"user_agent":"\"\u0009\u00e9","status":200,"bytes":13,"duration_ms":1.500}"#
            )
        );
    }

    #[test]
    fn what_never_became_a_request_has_a_line_too() {
        let peer = Address::from("192.0.2.7:1234".parse::<std::net::SocketAddr>().unwrap());
        let line = |format: Format| {
            let (mut text, mut end) = (Vec::new(), Vec::new());
            let split = format.begin_refused(&peer, &Texts::default(), &mut text);
            format.end(400, 27, Duration::ZERO, &mut end);
            text.splice(split..split, end);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(line(Format::Common), r#"192.0.2.7 - - [] "-" 400 27"#);
        assert_eq!(
            line(Format::Combined),
            r#"192.0.2.7 - - [] "-" 400 27 "-" "-""#
        );
        assert!(line(Format::Json).contains(r#""method":null,"target":null"#));
    }

    #[test]
    fn dev_is_for_people() {
        let request = b"GET /a?b HTTP/1.1\r\nHost: a\r\n\r\n";
        let plain = Format::Dev { has_colours: false };
        assert_eq!(line(plain, request), "200      1.5 ms  GET /a?b");
        let coloured = Format::Dev { has_colours: true };
        assert_eq!(
            line(coloured, request),
            "\x1b[32m200\x1b[0m      1.5 ms  GET /a?b"
        );
        let end = |status, duration| {
            let mut end = Vec::new();
            coloured.end(status, 0, duration, &mut end);
            String::from_utf8(end).unwrap()
        };
        assert_eq!(end(101, Duration::from_micros(40)), "101      0.0 ms  ");
        assert_eq!(
            end(304, Duration::from_micros(999_900)),
            "\x1b[36m304\x1b[0m    999.9 ms  "
        );
        assert_eq!(
            end(499, Duration::from_secs(1)),
            "\x1b[33m499\x1b[0m      1.0 s   "
        );
        assert_eq!(
            end(500, Duration::from_millis(123_450)),
            "\x1b[1;31m500\x1b[0m    123.5 s   "
        );
    }

    #[test]
    fn dev_has_a_line_for_what_never_became_a_request() {
        let peer = Address::from("192.0.2.7:1234".parse::<std::net::SocketAddr>().unwrap());
        let mut text = Vec::new();
        let plain = Format::Dev { has_colours: false };
        assert_eq!(plain.begin_refused(&peer, &Texts::default(), &mut text), 0);
        assert_eq!(text, b"-");
    }

    #[test]
    fn formats_have_names() {
        assert_eq!("json".parse(), Ok(Format::Json));
        assert_eq!("dev".parse(), Ok(Format::Dev { has_colours: false }));
        assert_eq!(
            "dev-coloured".parse(),
            Ok(Format::Dev { has_colours: true })
        );
        assert!(
            "xml"
                .parse::<Format>()
                .unwrap_err()
                .contains("choose common, combined, json, dev or dev-coloured")
        );
    }
}
