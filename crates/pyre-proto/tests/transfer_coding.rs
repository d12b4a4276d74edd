//! `Transfer-Encoding`, alone and beside `Content-Length`: RFC 9112 §6.1, §6.3 and §7.

mod support;

use pyre_proto::http1::{
    Framing,
    RequestError::{
        self, AmbiguousLength, ContentLength, FieldLine, TransferCodingNotImplemented,
        TransferEncoding,
    },
};
use support::{check, check_refused, check_served, octets};

const HELLO: &str = "5\r\nhello\r\n0\r\n\r\n";

fn post(section: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Vec<u8> {
    octets!("POST / HTTP/1.1\r\nHost: a\r\n", section, "\r\n", content)
}

#[test]
fn the_chunked_coding_in_all_its_spellings() {
    for section in [
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding:chunked\r\n",
        "transfer-encoding: chunked\r\n",
        "TRANSFER-ENCODING: CHUNKED\r\n",
        "TransFer-EncOding: ChuNked\r\n",
        "Transfer-Encoding:\tchunked\t\r\n",
        "Transfer-Encoding:   chunked \t \r\n",
        "Transfer-Encoding: chunked,\r\n",
        "Transfer-Encoding: ,chunked\r\n",
        "Transfer-Encoding: , chunked\r\n",
        "Transfer-Encoding: ,, ,\tchunked , ,\r\n",
        "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n",
        "Transfer-Encoding: chunked\r\nTE: trailers\r\n",
        "Transfer-Encoding: chunked\r\nContent_Length: 3\r\n",
    ] {
        let message = check_served(post(section, HELLO));
        assert_eq!(message.framing, Framing::Chunked, "{section}");
        assert_eq!(message.content, "hello", "{section}");
    }
}

#[test]
fn any_method_may_be_chunked() {
    for method in ["GET", "HEAD", "DELETE", "OPTIONS", "BREW"] {
        let head = format!("{method} / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert_eq!(check_served(octets!(head, HELLO)).content, "hello");
    }
}

/// Names that only look like it: the request has no content, and the chunks are no request.
#[test]
fn other_names_are_not_obeyed() {
    for name in [
        "Transfer_Encoding",
        "Transfer-Encodin",
        "X-Transfer-Encoding",
        "TE",
    ] {
        let raw = post(format!("{name}: chunked\r\n"), HELLO);
        let transcript = check(raw);
        assert_eq!(transcript.served(), [("/", "")]);
        assert_eq!(transcript.fault, Some(RequestError::RequestLine));
    }
}

const REFUSED: &[(&[u8], RequestError)] = &[
    // RFC 9112 §6.3, rule 4: chunked is not the final coding.
    (b"", TransferEncoding),
    (b",", TransferEncoding),
    (b" , ,", TransferEncoding),
    (b"identity", TransferEncoding),
    (b"gzip", TransferEncoding),
    (b"deflate", TransferEncoding),
    (b"chunked, identity", TransferEncoding),
    (b"chunked, gzip", TransferEncoding),
    (b"chunked,x", TransferEncoding),
    (b"gzip, chunked, deflate", TransferEncoding),
    (b"none", TransferEncoding),
    (b"trailers", TransferEncoding),
    // §6.1: chunked more than once.
    (b"chunked, chunked", TransferEncoding),
    (b"chunked,chunked,chunked", TransferEncoding),
    (b"chunked, gzip, chunked", TransferEncoding),
    (b"gzip, chunked, chunked", TransferEncoding),
    // §7: chunked has no parameters; nor is it another token.
    (b"chunked;", TransferEncoding),
    (b"chunked;q=1", TransferEncoding),
    (b"chunked; a=b", TransferEncoding),
    (b"chunked ;a", TransferEncoding),
    (b"chunked x", TransferEncoding),
    (b"x chunked", TransferEncoding),
    (b"chunked chunked", TransferEncoding),
    (b"chunkedx", TransferEncoding),
    (b"xchunked", TransferEncoding),
    (b"chunke", TransferEncoding),
    (b"chunk", TransferEncoding),
    (b"chunked\\", TransferEncoding),
    (b"\"chunked\"", TransferEncoding),
    (b"'chunked'", TransferEncoding),
    (b"=chunked", TransferEncoding),
    (b"chunked:", TransferEncoding),
    (b": chunked", TransferEncoding),
    (b"Transfer-Encoding: chunked", TransferEncoding),
    (b"\xa0chunked", TransferEncoding),
    (b"chunked\xa0", TransferEncoding),
    (b"\xe2\x80\x8bchunked", TransferEncoding),
    (b"chun\xc4\xb7ed", TransferEncoding),
    (b"chun\xe2\x84\xaaed", TransferEncoding),
    (b"%63hunked", TransferEncoding),
    (b"a;b=\", chunked", TransferCodingNotImplemented),
    (b"a;b=\", chunked\"", TransferEncoding),
    // §6.1: a coding that is not implemented, with chunked at the end.
    (b"gzip, chunked", TransferCodingNotImplemented),
    (b"gzip,chunked", TransferCodingNotImplemented),
    (b"identity, chunked", TransferCodingNotImplemented),
    (b"deflate, gzip, chunked", TransferCodingNotImplemented),
    (b"x;a=b, chunked", TransferCodingNotImplemented),
    (b"chunked;q=1, chunked", TransferCodingNotImplemented),
    (b"gzip, , chunked,", TransferCodingNotImplemented),
    // RFC 9110 §5.5: control octets.
    (b"\x0bchunked", FieldLine),
    (b"chunked\x0b", FieldLine),
    (b"\x0cchunked", FieldLine),
    (b"chunked\0", FieldLine),
    (b"chu\0nked", FieldLine),
    (b"\x7fchunked", FieldLine),
    (b"chunked\rx", FieldLine),
];

#[test]
fn other_codings_are_refused() {
    for &(value, fault) in REFUSED {
        let section = octets!("Transfer-Encoding: ", value, "\r\n");
        check_refused(post(section, HELLO), fault);
    }
}

/// RFC 9110 §5.3: several lines are one list.
#[test]
fn the_codings_of_all_lines_count() {
    let line = |value: &str| format!("Transfer-Encoding: {value}\r\n");
    for (first, second, fault) in [
        ("chunked", "chunked", TransferEncoding),
        ("chunked", "identity", TransferEncoding),
        ("chunked", "gzip", TransferEncoding),
        ("chunked", "x", TransferEncoding),
        ("gzip", "chunked", TransferCodingNotImplemented),
        ("identity", "chunked", TransferCodingNotImplemented),
        ("gzip, chunked", "chunked", TransferEncoding),
    ] {
        let section = octets!(line(first), line(second));
        check_refused(post(section, HELLO), fault);
        let apart = octets!(line(first), "X: y\r\n", line(second));
        check_refused(post(apart, HELLO), fault);
    }
}

/// RFC 9112 §6.1: a 1.0 message with a transfer coding has faulty framing.
#[test]
fn a_1_0_request_has_no_transfer_coding() {
    for value in ["chunked", "identity", "gzip, chunked", ""] {
        for connection in ["", "Connection: keep-alive\r\n"] {
            let raw =
                format!("POST / HTTP/1.0\r\n{connection}Transfer-Encoding: {value}\r\n\r\n{HELLO}");
            check_refused(raw, TransferEncoding);
        }
    }
}

/// Field lines, and octets of which one of both readings smuggles a request.
#[rustfmt::skip]
const BOTH: &[(&str, &str)] = &[
    ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", HELLO),
    ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", HELLO),
    ("Content-Length: 15\r\nTransfer-Encoding: chunked\r\n", HELLO),
    ("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", HELLO),
    ("content-LengtH: 5\r\nTransFer-Encoding: CHUNKED\r\n", HELLO),
    ("Content-Length: 36\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nGET /evil HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "1f\r\nGET /evil HTTP/1.1\r\nHost: a\r\n\r\n\r\n0\r\n\r\n"),
    ("Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "hello"),
    ("Content-Length: 5\r\nTransfer-Encoding:\r\n", "hello"),
    ("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "hello"),
    ("Transfer-Encoding: gzip, chunked\r\nContent-Length: 5\r\n", "hello"),
];

/// RFC 9112 §6.3, rule 3: it ought to be handled as an error.
#[test]
fn both_framings_are_refused() {
    for (section, content) in BOTH {
        check_refused(post(section, content), AmbiguousLength);
    }
}

/// The length's own faults come first; what hides one of both fails at its field line.
#[rustfmt::skip]
const BOTH_MALFORMED: &[(&str, RequestError)] = &[
    ("Content-Length: x\r\nTransfer-Encoding: chunked\r\n", ContentLength),
    ("Transfer-Encoding: chunked\r\nContent-Length: -1\r\n", ContentLength),
    ("Content-Length: 5\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", ContentLength),
    ("Content-Length: 5\r\nTransfer-Encoding : chunked\r\n", FieldLine),
    ("Content-Length: 5\r\n Transfer-Encoding: chunked\r\n", FieldLine),
    ("Content-Length: 5\r\nTransfer-Encoding\x0b: chunked\r\n", FieldLine),
    ("Content-Length: 5\r\nTransfer-Encoding\0: chunked\r\n", FieldLine),
    ("Content-Length : 5\r\nTransfer-Encoding: chunked\r\n", FieldLine),
    ("X: y\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", FieldLine),
];

#[test]
fn a_malformed_one_of_both_is_refused() {
    for &(section, fault) in BOTH_MALFORMED {
        check_refused(post(section, HELLO), fault);
    }
}
