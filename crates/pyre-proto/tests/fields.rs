//! Field lines: RFC 9112 §5 and §2.2, RFC 9110 §5.

mod support;

use pyre_proto::http1::RequestError::{
    self, ContentLength, FieldLine, Host, LineTerminator, TransferEncoding,
};
use support::{check, check_refused, check_served, octets, text};

/// `section` behind a request line and `Host`.
fn request(section: impl AsRef<[u8]>) -> Vec<u8> {
    octets!("GET / HTTP/1.1\r\nHost: a\r\n", section, "\r\n")
}

type Fields = [(&'static str, &'static str)];

/// Field lines, and the names and values that are shown.
#[rustfmt::skip]
const SERVED: &[(&[u8], &Fields)] = &[
    (b"", &[]),
    (b"a: b\r\n", &[("a", "b")]),
    (b"a:b\r\n", &[("a", "b")]),
    (b"A-B: C\r\n", &[("a-b", "C")]),
    // RFC 9110 §5.6.2: every tchar makes a name.
    (b"!#$%&'*+-.^_`|~: x\r\n", &[("!#$%&'*+-.^_`|~", "x")]),
    (b"0123456789: x\r\n", &[("0123456789", "x")]),
    (b"AZaz: x\r\n", &[("azaz", "x")]),
    (b"X_Foo: 1\r\n", &[("x_foo", "1")]),
    (b"Content_Length: 5\r\n", &[("content_length", "5")]),
    // RFC 9110 §5.5: white space around a value is dropped, inside it is kept.
    (b"a:\r\n", &[("a", "")]),
    (b"a: \r\n", &[("a", "")]),
    (b"a: \t \t\r\n", &[("a", "")]),
    (b"a:  b  \r\n", &[("a", "b")]),
    (b"a:\tb\t\r\n", &[("a", "b")]),
    (b"a: \t b \t c \t \r\n", &[("a", "b \t c")]),
    (b"a: b  c\r\n", &[("a", "b  c")]),
    // Marks have no meaning in a value.
    (b"a: b:c\r\n", &[("a", "b:c")]),
    (b"a::\r\n", &[("a", ":")]),
    (b"a: : b\r\n", &[("a", ": b")]),
    (b"a: \"b, c\"\r\n", &[("a", "\"b, c\"")]),
    (b"a: \"\r\n", &[("a", "\"")]),
    (b"a: b,,c,\r\n", &[("a", "b,,c,")]),
    (b"a: %0d%0ab: c\r\n", &[("a", "%0d%0ab: c")]),
    (b"a: \\r\\n\r\n", &[("a", "\\r\\n")]),
    // obs-text is opaque.
    (b"a: caf\xe9\xff\r\n", &[("a", "caf\u{e9}\u{ff}")]),
    (b"a: \x80\r\n", &[("a", "\u{80}")]),
    (b"a: \xa0b\xa0\r\n", &[("a", "\u{a0}b\u{a0}")]),
    (b"a: \xc3\x28\r\n", &[("a", "\u{c3}(")]),
    // RFC 9110 §5.3: order and repetition are kept.
    (b"a: 1\r\nA: 2\r\na: 1\r\n", &[("a", "1"), ("a", "2"), ("a", "1")]),
    (b"b: 1\r\na: 2\r\nc: 3\r\n", &[("b", "1"), ("a", "2"), ("c", "3")]),
    (b"Cookie: a=b\r\nCookie: c=d\r\n", &[("cookie", "a=b"), ("cookie", "c=d")]),
    // Unknown to the engine, whatever they say.
    (b"TE: trailers\r\nTrailer: x\r\n", &[("te", "trailers"), ("trailer", "x")]),
    (b"Content-Type: \r\n", &[("content-type", "")]),
    (b"Transfer-Encodings: gzip\r\n", &[("transfer-encodings", "gzip")]),
    (b"X-Content-Length: -1\r\n", &[("x-content-length", "-1")]),
    (b"Connection: \xff\xfe\r\n", &[("connection", "\u{ff}\u{fe}")]),
    (b"Authorization: Basic Og==\r\n", &[("authorization", "Basic Og==")]),
    // What would end the head, were it alone on its line.
    (b"a:\r\nb:\r\n", &[("a", ""), ("b", "")]),
];

#[test]
fn names_are_lower_cased_and_values_trimmed() {
    for (section, fields) in SERVED {
        let message = check_served(request(section));
        let behind_host = message.fields.iter().skip(1);
        let seen: Vec<_> = behind_host.map(|(n, v)| (&**n, &**v)).collect();
        assert_eq!(seen, *fields, "{}", section.escape_ascii());
    }
}

const REFUSED: &[(&[u8], RequestError)] = &[
    // RFC 9112 §5: a name, a colon.
    (b"a\r\n", FieldLine),
    (b"a b\r\n", FieldLine),
    (b"Content-Length 5\r\n", FieldLine),
    (b"GET / HTTP/1.1\r\n", FieldLine),
    (b":\r\n", FieldLine),
    (b": b\r\n", FieldLine),
    (b":a: b\r\n", FieldLine),
    (b"=\r\n", FieldLine),
    // RFC 9112 §5.1: no white space between name and colon.
    (b"a : b\r\n", FieldLine),
    (b"a  : b\r\n", FieldLine),
    (b"a\t: b\r\n", FieldLine),
    (b"a \t: b\r\n", FieldLine),
    (b"Content-Length : 0\r\n", FieldLine),
    (b"Transfer-Encoding : chunked\r\n", FieldLine),
    // RFC 9110 §5.1: the name is a token.
    (b"a b: c\r\n", FieldLine),
    (b"a[]: b\r\n", FieldLine),
    (b"a(b): c\r\n", FieldLine),
    (b"a/b: c\r\n", FieldLine),
    (b"a,b: c\r\n", FieldLine),
    (b"a;b: c\r\n", FieldLine),
    (b"a=b: c\r\n", FieldLine),
    (b"a?: c\r\n", FieldLine),
    (b"a@b: c\r\n", FieldLine),
    (b"<a>: b\r\n", FieldLine),
    (b"{a}: b\r\n", FieldLine),
    (b"a\\b: c\r\n", FieldLine),
    (b"\"a\": b\r\n", FieldLine),
    (b"a\x00: b\r\n", FieldLine),
    (b"\x00: b\r\n", FieldLine),
    (b"a\x0b: b\r\n", FieldLine),
    (b"a\x7f: b\r\n", FieldLine),
    (b"F\xc3\xa9: x\r\n", FieldLine),
    (b"a\xa0: b\r\n", FieldLine),
    (b"\xef\xbb\xbfa: b\r\n", FieldLine),
    // RFC 9112 §5.2: a folded line is refused, not unfolded.
    (b"a: b\r\n c\r\n", FieldLine),
    (b"a: b\r\n\tc\r\n", FieldLine),
    (b"a:\r\n b\r\n", FieldLine),
    (b"a: b\r\n \r\n", FieldLine),
    (b"a: b\r\n\t\r\nc: d\r\n", FieldLine),
    (b"a: b\r\n c: d\r\n", FieldLine),
    (b" \r\n", FieldLine),
    (b"\t\r\n", FieldLine),
    // RFC 9110 §5.5: no CR, LF, NUL or other control octet in a value.
    (b"a: b\x00c\r\n", FieldLine),
    (b"a: \x00\r\n", FieldLine),
    (b"a:\x00b\r\n", FieldLine),
    (b"a: b\x00\r\n", FieldLine),
    (b"a: b\x01c\r\n", FieldLine),
    (b"a: b\x08c\r\n", FieldLine),
    (b"a: b\x0bc\r\n", FieldLine),
    (b"a: \x0cb\r\n", FieldLine),
    (b"a: b\x1b[0m\r\n", FieldLine),
    (b"a: b\x1fc\r\n", FieldLine),
    (b"a: b\x7fc\r\n", FieldLine),
    // RFC 9112 §2.2: a lone LF ends nothing here.
    (b"a: b\n", LineTerminator),
    (b"a: b\nc: d\r\n", LineTerminator),
    (b"a: b\n\r\n", LineTerminator),
    (b"a: b\r\n\n", LineTerminator),
    (b"\n", LineTerminator),
    (b"\n\n", LineTerminator),
    (b"a:\n b\r\n", LineTerminator),
    (b"a\n: b\r\n", LineTerminator),
    (b"a: \n\nGET /evil HTTP/1.1\r\n", LineTerminator),
];

#[test]
fn malformed_field_lines_are_refused() {
    for &(section, fault) in REFUSED {
        check_refused(request(section), fault);
    }
}

/// RFC 9112 §2.2: a CR that no LF follows. It is the value's fault or the terminator's, as it
/// stands in the one or where the other should begin.
#[test]
fn a_lone_cr_is_refused_wherever_it_stands() {
    for section in [
        &b"\rX: y\r\n"[..],
        b"a: b\r\n\rX: y\r\n",
        b"a: b\r\n\r\r\n",
        b"a: b\r\r\n",
        b"a: b\r\r\r\n",
        b"a: b\rc\r\n",
        b"a: b\rX-S: c\r\n",
        b"a: \rb\r\n",
        b"a:\rb\r\n",
        b"a: b \r \r\n",
        b"a\r: b\r\n",
        b"a\rb: c\r\n",
        b"\r: a\r\n",
    ] {
        let transcript = check(request(section));
        let is_refused = matches!(transcript.fault, Some(FieldLine | LineTerminator));
        assert!(is_refused, "{}", section.escape_ascii());
        assert_eq!(transcript.served(), []);
    }
}

/// RFC 9112 §2.2: white space between the request line and the first field line.
#[test]
fn white_space_before_the_first_field_line_is_refused() {
    for section in [
        " X-W: 1\r\nHost: a\r\n",
        "\tX-W: 1\r\nHost: a\r\n",
        " Host: a\r\n",
        " Host: a\r\nHost: a\r\n",
        "\tContent-Length: 1\r\nHost: a\r\n",
        " \r\nHost: a\r\n",
    ] {
        check_refused(format!("GET / HTTP/1.1\r\n{section}\r\n"), FieldLine);
    }
}

/// The rules are the same for the fields that the engine obeys, in any place.
#[test]
fn obeyed_fields_are_not_folded() {
    for section in [
        "Host: a\r\n b\r\n",
        "Host: a\r\nTransfer-Encoding:\r\n chunked\r\n",
        "Host: a\r\nTransfer-Encoding: chunked\r\n , gzip\r\n",
        "Host: a\r\nContent-Length: 1\r\n 0\r\n",
        "Host: a\r\nConnection: keep-alive,\r\n close\r\n",
    ] {
        check_refused(format!("POST / HTTP/1.1\r\n{section}\r\n"), FieldLine);
    }
}

/// RFC 9112 §3.2 and §6.3: these must be answered with 400, also when something else in the message
/// may be answered with 417 or 501.
#[test]
fn what_must_be_a_400_is_one_beside_what_may_be_another_status() {
    for (raw, fault) in [
        ("get / HTTP/1.1\r\n\r\n", Host),
        ("get / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Host),
        ("get / HTTP/1.0\r\nHost: a b\r\n\r\n", Host),
        ("CONNECT a:80 HTTP/1.1\r\n\r\n", Host),
        ("CONNECT a:80 HTTP/1.1\r\nHost:\r\n\r\n", Host),
        ("GET / HTTP/1.1\r\nExpect: x\r\n\r\n", Host),
        (
            "GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            Host,
        ),
        (
            "PUT / HTTP/1.1\r\nExpect: x\r\nHost: a\r\nHost: a\r\n\r\n",
            Host,
        ),
        (
            "PUT / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: x\r\n\r\n",
            ContentLength,
        ),
        (
            "put / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
            ContentLength,
        ),
        (
            "PUT / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nTransfer-Encoding: gzip\r\n\r\n",
            TransferEncoding,
        ),
        (
            "CONNECT a:80 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
            TransferEncoding,
        ),
    ] {
        assert_eq!(fault.status(), 400);
        check_refused(raw, fault);
    }
}

#[test]
fn every_octet_of_a_name_is_a_tchar() {
    for octet in 0..=u8::MAX {
        let raw = request(octets!("a", [octet], "b: c\r\n"));
        let is_tchar = octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet);
        match octet {
            b'\n' => drop(check_refused(raw, LineTerminator)),
            b':' => assert_eq!(check_served(raw).field("a"), Some("b: c")),
            _ if is_tchar => {
                let name = text(&[b'a', octet.to_ascii_lowercase(), b'b']);
                assert_eq!(check_served(raw).field(&name), Some("c"));
            }
            _ => drop(check_refused(raw, FieldLine)),
        }
    }
}

#[test]
fn every_octet_of_a_value_is_visible_blank_or_opaque() {
    for octet in 0..=u8::MAX {
        let raw = request(octets!("a: b", [octet], "c\r\n"));
        match octet {
            b'\n' => drop(check_refused(raw, LineTerminator)),
            b'\t' | b' '..=b'~' | 0x80.. => {
                let value = text(&[b'b', octet, b'c']);
                assert_eq!(check_served(raw).field("a"), Some(value.as_str()));
            }
            _ => drop(check_refused(raw, FieldLine)),
        }
    }
}
