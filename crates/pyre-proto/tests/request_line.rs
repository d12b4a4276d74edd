//! The request line: RFC 9112 §3, RFC 9110 §9.1, RFC 3986.

mod support;

use pyre_proto::http1::{
    RequestError::{
        self, LineTerminator, MethodNotImplemented, RequestLine, RequestTarget,
        Version as OtherVersion,
    },
    Version,
};
use support::{NEXT, check, check_refused, check_served, octets, text};

const HOST: &str = "\r\nHost: localhost\r\n\r\n";

/// Request line, method, path, query.
#[rustfmt::skip]
const SERVED: &[(&str, &str, &str, &str)] = &[
    // Methods: any token without a letter in lower case.
    ("GET / HTTP/1.1", "GET", "/", ""),
    ("HEAD / HTTP/1.1", "HEAD", "/", ""),
    ("POST / HTTP/1.1", "POST", "/", ""),
    ("PUT /a HTTP/1.1", "PUT", "/a", ""),
    ("DELETE /a HTTP/1.1", "DELETE", "/a", ""),
    ("TRACE /a HTTP/1.1", "TRACE", "/a", ""),
    ("PATCH /a HTTP/1.1", "PATCH", "/a", ""),
    ("OPTIONS /a HTTP/1.1", "OPTIONS", "/a", ""),
    ("PRI / HTTP/1.1", "PRI", "/", ""),
    ("BREW /pot HTTP/1.1", "BREW", "/pot", ""),
    ("M-SEARCH / HTTP/1.1", "M-SEARCH", "/", ""),
    ("X / HTTP/1.1", "X", "/", ""),
    ("!#$%&'*+-.^_`|~09AZ / HTTP/1.1", "!#$%&'*+-.^_`|~09AZ", "/", ""),
    // Versions.
    ("GET / HTTP/1.0", "GET", "/", ""),
    // RFC 9110 §2.5: a higher minor version is read as the highest that is spoken.
    ("GET / HTTP/1.2", "GET", "/", ""),
    ("GET / HTTP/1.9", "GET", "/", ""),
    ("BREW /pot?tea HTTP/1.0", "BREW", "/pot", "tea"),
    // Origin form: paths are handed on as they are.
    ("GET // HTTP/1.1", "GET", "//", ""),
    ("GET //host/path HTTP/1.1", "GET", "//host/path", ""),
    ("GET /. HTTP/1.1", "GET", "/.", ""),
    ("GET /../../etc/passwd HTTP/1.1", "GET", "/../../etc/passwd", ""),
    ("GET /a/./b/../c HTTP/1.1", "GET", "/a/./b/../c", ""),
    ("GET /a%2Fb HTTP/1.1", "GET", "/a%2Fb", ""),
    ("GET /%00 HTTP/1.1", "GET", "/%00", ""),
    ("GET /%0d%0aX:%20y HTTP/1.1", "GET", "/%0d%0aX:%20y", ""),
    ("GET /%e2%82%ac HTTP/1.1", "GET", "/%e2%82%ac", ""),
    ("GET /%ff%FE HTTP/1.1", "GET", "/%ff%FE", ""),
    ("GET /a;v=1,2/b=c HTTP/1.1", "GET", "/a;v=1,2/b=c", ""),
    ("GET /-._~!$&'()*+,;=:@ HTTP/1.1", "GET", "/-._~!$&'()*+,;=:@", ""),
    ("GET /[a]{b}|^` HTTP/1.1", "GET", "/[a]{b}|^`", ""),
    ("GET /http://a/ HTTP/1.1", "GET", "/http://a/", ""),
    ("GET /* HTTP/1.1", "GET", "/*", ""),
    // A stray percent sign stands for itself.
    ("GET /% HTTP/1.1", "GET", "/%", ""),
    ("GET /%2 HTTP/1.1", "GET", "/%2", ""),
    ("GET /%zz HTTP/1.1", "GET", "/%zz", ""),
    ("GET /%%20 HTTP/1.1", "GET", "/%%20", ""),
    ("GET /%2?0 HTTP/1.1", "GET", "/%2", "0"),
    ("GET /%u20ac HTTP/1.1", "GET", "/%u20ac", ""),
    ("GET http://a/%zz HTTP/1.1", "GET", "/%zz", ""),
    // Queries.
    ("GET /? HTTP/1.1", "GET", "/", ""),
    ("GET /?? HTTP/1.1", "GET", "/", "?"),
    ("GET /a?b=c&d HTTP/1.1", "GET", "/a", "b=c&d"),
    ("GET /a?b?c/d:e@f HTTP/1.1", "GET", "/a", "b?c/d:e@f"),
    ("GET /?a[]=%zz% HTTP/1.1", "GET", "/", "a[]=%zz%"),
    ("GET /?a\\b HTTP/1.1", "GET", "/", "a\\b"),
    ("GET /?http://b/?c HTTP/1.1", "GET", "/", "http://b/?c"),
    // Absolute form.
    ("GET http://a HTTP/1.1", "GET", "/", ""),
    ("GET http://a/ HTTP/1.1", "GET", "/", ""),
    ("GET http://a? HTTP/1.1", "GET", "/", ""),
    ("GET http://a?q HTTP/1.1", "GET", "/", "q"),
    ("GET HTTP://A:80/p?q HTTP/1.1", "GET", "/p", "q"),
    ("GET hTTps://a:443/p HTTP/1.1", "GET", "/p", ""),
    ("GET http://a:/p HTTP/1.1", "GET", "/p", ""),
    ("GET http://[::1]:8000/p HTTP/1.1", "GET", "/p", ""),
    ("GET http://a//p HTTP/1.1", "GET", "//p", ""),
    ("POST http://a/http://b HTTP/1.1", "POST", "/http://b", ""),
    ("OPTIONS http://a HTTP/1.1", "OPTIONS", "/", ""),
    // Asterisk form.
    ("OPTIONS * HTTP/1.1", "OPTIONS", "*", ""),
    ("OPTIONS * HTTP/1.0", "OPTIONS", "*", ""),
];

#[test]
fn the_parts_of_a_request_line() {
    for &(line, method, path, query) in SERVED {
        let message = check_served(octets!(line, HOST));
        let parts = [&message.method, &message.path, &message.query].map(String::as_str);
        assert_eq!(parts, [method, path, query], "{line}");
        let target = line.split(' ').nth(1);
        assert_eq!(Some(message.raw_target.as_str()), target, "{line}");
        let is_http11 = !line.ends_with("HTTP/1.0");
        assert_eq!(message.version == Version::Http11, is_http11, "{line}");
    }
}

const REFUSED: &[(&[u8], RequestError)] = &[
    // RFC 9112 §3: three parts, one space between them.
    (b"/", RequestLine),
    (b"GET", RequestLine),
    (b"GET ", RequestLine),
    (b"GET /", RequestLine),
    (b"GET / ", RequestLine),
    (b" GET / HTTP/1.1", RequestLine),
    (b" / HTTP/1.1", RequestLine),
    (b"GET HTTP/1.1", RequestLine),
    (b"GET  HTTP/1.1", RequestLine),
    (b"GET  / HTTP/1.1", RequestLine),
    (b"GET /  HTTP/1.1", RequestLine),
    (b"GET  /  HTTP/1.1", RequestLine),
    (b"GET /a b HTTP/1.1", RequestLine),
    (b"GET/ HTTP/1.1", RequestLine),
    (b"GET /HTTP/1.1", RequestLine),
    (b"GET\t/ HTTP/1.1", RequestLine),
    (b"GET /\tHTTP/1.1", RequestLine),
    (b"GET / HTTP/1.1\t", RequestLine),
    (b"\tGET / HTTP/1.1", RequestLine),
    (b"GET\x0b/ HTTP/1.1", RequestLine),
    (b"GET /\x0cHTTP/1.1", RequestLine),
    (b"GET\xa0/ HTTP/1.1", RequestLine),
    (b"GET /\r HTTP/1.1", RequestLine),
    (b"GET / HTTP/1.1\r", RequestLine),
    (b"\rGET / HTTP/1.1", RequestLine),
    (b"\x00GET / HTTP/1.1", RequestLine),
    (b"\xef\xbb\xbfGET / HTTP/1.1", RequestLine),
    (b"HTTP/1.1 200 OK", RequestLine),
    (b"Host: localhost", RequestLine),
    // RFC 9110 §9.1: the method is a token.
    (b"G(T / HTTP/1.1", RequestLine),
    (b"G\"T\" / HTTP/1.1", RequestLine),
    (b"G=\":<>(e),[T];?\" / HTTP/1.1", RequestLine),
    (b"GET, / HTTP/1.1", RequestLine),
    (b"GET: / HTTP/1.1", RequestLine),
    (b"G{T} / HTTP/1.1", RequestLine),
    (b"G@T / HTTP/1.1", RequestLine),
    (b"G\\T / HTTP/1.1", RequestLine),
    (b"G\x00T / HTTP/1.1", RequestLine),
    (b"G\x7fT / HTTP/1.1", RequestLine),
    (b"G\xc3\x89T / HTTP/1.1", RequestLine),
    // RFC 9110 §9.1: it is case-sensitive, and these are not defined.
    (b"get / HTTP/1.1", MethodNotImplemented),
    (b"Get / HTTP/1.1", MethodNotImplemented),
    (b"gET / HTTP/1.1", MethodNotImplemented),
    (b"GETs / HTTP/1.1", MethodNotImplemented),
    (b"options * HTTP/1.1", MethodNotImplemented),
    (b"connect a:1 HTTP/1.1", MethodNotImplemented),
    // RFC 9110 §9.3.6: a tunnel is not offered; its target has a host and a port.
    (b"CONNECT example.org:443 HTTP/1.1", MethodNotImplemented),
    (b"CONNECT [::1]:443 HTTP/1.1", MethodNotImplemented),
    (b"CONNECT 127.0.0.1:1 HTTP/1.0", MethodNotImplemented),
    (b"CONNECT example.org HTTP/1.1", RequestTarget),
    (b"CONNECT example.org: HTTP/1.1", RequestTarget),
    (b"CONNECT example.org:x HTTP/1.1", RequestTarget),
    (b"CONNECT example.org:65536 HTTP/1.1", RequestTarget),
    (b"CONNECT :443 HTTP/1.1", RequestTarget),
    (b"CONNECT /x HTTP/1.1", RequestTarget),
    (b"CONNECT * HTTP/1.1", RequestTarget),
    (b"CONNECT http://a:80/ HTTP/1.1", RequestTarget),
    (b"CONNECT u@a:80 HTTP/1.1", RequestTarget),
    // RFC 9112 §3.2: none of the four forms.
    (b"GET index.html HTTP/1.1", RequestTarget),
    (b"GET ! HTTP/1.1", RequestTarget),
    (b"GET ?q HTTP/1.1", RequestTarget),
    (b"GET * HTTP/1.1", RequestTarget),
    (b"POST * HTTP/1.1", RequestTarget),
    (b"OPTIONS *a HTTP/1.1", RequestTarget),
    (b"OPTIONS ** HTTP/1.1", RequestTarget),
    (b"OPTIONS *?q HTTP/1.1", RequestTarget),
    (b"GET a:80 HTTP/1.1", RequestTarget),
    (b"GET \\ HTTP/1.1", RequestTarget),
    // RFC 3986 §3.3: octets that a path does not hold.
    (b"GET /a#b HTTP/1.1", RequestTarget),
    (b"GET /# HTTP/1.1", RequestTarget),
    (b"GET /a?b#c HTTP/1.1", RequestTarget),
    (b"GET /a\\b HTTP/1.1", RequestTarget),
    (b"GET /\"a\" HTTP/1.1", RequestTarget),
    (b"GET /<a> HTTP/1.1", RequestTarget),
    (b"GET /?<a> HTTP/1.1", RequestTarget),
    (b"GET /?\"a\" HTTP/1.1", RequestTarget),
    (b"GET /\x00 HTTP/1.1", RequestLine),
    (b"GET /a\x01b HTTP/1.1", RequestLine),
    (b"GET /a\x7fb HTTP/1.1", RequestLine),
    (b"GET /caf\xc3\xa9 HTTP/1.1", RequestLine),
    (b"GET /?\xff HTTP/1.1", RequestLine),
    // RFC 9112 §3.2.2, RFC 9110 §4.2: the absolute form.
    (b"GET http: HTTP/1.1", RequestTarget),
    (b"GET http:/ HTTP/1.1", RequestTarget),
    (b"GET http:// HTTP/1.1", RequestTarget),
    (b"GET http:///p HTTP/1.1", RequestTarget),
    (b"GET http://?q HTTP/1.1", RequestTarget),
    (b"GET http://:80/ HTTP/1.1", RequestTarget),
    (b"GET http:a/p HTTP/1.1", RequestTarget),
    (b"GET http:/a/p HTTP/1.1", RequestTarget),
    (b"GET http:\\\\a\\p HTTP/1.1", RequestTarget),
    (b"GET http://a\\b/ HTTP/1.1", RequestTarget),
    (b"GET http://a#b HTTP/1.1", RequestTarget),
    (b"GET http://u@a/ HTTP/1.1", RequestTarget),
    (b"GET http://u:p@a/ HTTP/1.1", RequestTarget),
    (b"GET http://a:x/ HTTP/1.1", RequestTarget),
    (b"GET http://a:65536/ HTTP/1.1", RequestTarget),
    (b"GET http://[::1/ HTTP/1.1", RequestTarget),
    (b"GET http://::1/ HTTP/1.1", RequestTarget),
    (b"GET http://[::g]/ HTTP/1.1", RequestTarget),
    (b"GET httpx://a/ HTTP/1.1", RequestTarget),
    (b"GET ftp://a/ HTTP/1.1", RequestTarget),
    (b"GET ws://a/ HTTP/1.1", RequestTarget),
    (b"GET file:///etc HTTP/1.1", RequestTarget),
    // RFC 9110 §15.6.6: well-formed, and not spoken here.
    (b"GET / HTTP/0.9", OtherVersion),
    (b"GET / HTTP/2.0", OtherVersion),
    (b"GET / HTTP/3.0", OtherVersion),
    (b"GET / HTTP/9.9", OtherVersion),
    (b"PRI * HTTP/2.0", OtherVersion),
    // RFC 9112 §2.3: HTTP-name "/" DIGIT "." DIGIT.
    (b"GET / HTTP", RequestLine),
    (b"GET / HTTP/", RequestLine),
    (b"GET / HTTP/1", RequestLine),
    (b"GET / HTTP/1.", RequestLine),
    (b"GET / HTTP/.1", RequestLine),
    (b"GET / HTTP/11", RequestLine),
    (b"GET / HTTP/1..", RequestLine),
    (b"GET / HTTP/..1", RequestLine),
    (b"GET / HTTP/...", RequestLine),
    (b"GET / HTTP/1,1", RequestLine),
    (b"GET / HTTP/1.x", RequestLine),
    (b"GET / HTTP/x.1", RequestLine),
    (b"GET / HTTP/+1.1", RequestLine),
    (b"GET / HTTP/-1.1", RequestLine),
    (b"GET / HTTP/01.1", RequestLine),
    (b"GET / HTTP/01.01", RequestLine),
    (b"GET / HTTP/ 1.1", RequestLine),
    (b"GET / HTTP /1.1", RequestLine),
    (b"GET / HTTP/1 .1", RequestLine),
    (b"GET / HTTP\\1.1", RequestLine),
    (b"GET / HTTP-1.1", RequestLine),
    (b"GET / http/1.1", RequestLine),
    (b"GET / Http/1.1", RequestLine),
    (b"GET / http/2.0", RequestLine),
    (b"GET / HTTPS/1.1", RequestLine),
    (b"GET / ICE/1.1", RequestLine),
    (b"GET / RTSP/1.0", RequestLine),
    (b"GET / 1.1", RequestLine),
    (b"GET /a b HTTP/2.0", RequestLine),
];

#[test]
fn malformed_request_lines_are_refused() {
    for &(line, fault) in REFUSED {
        check_refused(octets!(line, HOST), fault);
    }
}

/// RFC 9112 §3: CRLF follows the version.
#[test]
fn nothing_stands_between_the_version_and_its_crlf() {
    for line in [
        "GET / HTTP/1.1 ",
        "GET / HTTP/1.1  ",
        "GET / HTTP/1.1 x",
        "GET / HTTP/1.1 HTTP/1.1",
        "GET //: HTTP/1.1 x",
        "GET / HTTP/1.10",
        "GET / HTTP/1.11",
        "GET / HTTP/1.1.1",
        "GET / HTTP/1.1HTTP/1.1",
    ] {
        check_refused(octets!(line, HOST), RequestLine);
    }
}

/// RFC 9112 §2.2: a lone LF is not taken for a line terminator here.
#[test]
fn a_request_line_ends_with_crlf() {
    for raw in [
        "GET / HTTP/1.1\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\nHost: localhost\n\n",
        "GET /\nHTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /\n",
        "\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\r\n\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ] {
        check_refused(raw, LineTerminator);
    }
}

/// RFC 9112 §2.2: at least one empty line before a request line is ignored; four are, here.
#[test]
fn empty_lines_before_a_request_are_ignored_up_to_four() {
    for count in 0..=4 {
        let message = check_served(octets!("\r\n".repeat(count), NEXT));
        assert_eq!(message.path, "/next");
    }
    for count in 5..=8 {
        check_refused(octets!("\r\n".repeat(count), NEXT), RequestLine);
    }
}

#[test]
fn empty_lines_are_counted_anew_for_each_request() {
    let raw = octets!("\r\n".repeat(4), NEXT).repeat(3);
    assert_eq!(check(raw).served(), [("/next", ""); 3]);
}

/// What old clients send after a form (RFC 9112 §2.2).
#[test]
fn an_empty_line_after_content_is_ignored() {
    let form = "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=b";
    let transcript = check(octets!(form, "\r\n", NEXT));
    assert_eq!(transcript.served(), [("/form", "a=b"), ("/next", "")]);
}

#[test]
fn every_octet_of_a_method_is_a_tchar_not_in_lower_case() {
    for octet in 0..=u8::MAX {
        let raw = octets!("G", [octet], "T / HTTP/1.1", HOST);
        match octet {
            b'a'..=b'z' => check_refused(raw, MethodNotImplemented),
            b'\n' => check_refused(raw, LineTerminator),
            _ if octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet) => check(raw),
            _ => check_refused(raw, RequestLine),
        };
    }
}

#[test]
fn every_octet_of_a_path_is_checked() {
    for octet in 0..=u8::MAX {
        let raw = octets!("GET /a", [octet], "b HTTP/1.1", HOST);
        match octet {
            b'\n' => drop(check_refused(raw, LineTerminator)),
            0..=b' ' | 0x7f.. => drop(check_refused(raw, RequestLine)),
            b'"' | b'#' | b'<' | b'>' | b'\\' => drop(check_refused(raw, RequestTarget)),
            b'?' => assert_eq!(check_served(raw).query, "b"),
            _ => assert_eq!(check_served(raw).path, text(&[b'/', b'a', octet, b'b'])),
        }
    }
}

/// A TLS client's first record on a port without TLS.
#[test]
fn a_tls_hello_is_refused_at_its_first_octet() {
    for raw in [
        &b"\x16"[..],
        b"\x16\x03\x01",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\r\n",
    ] {
        check_refused(raw, RequestLine);
    }
}

/// RFC 9110 §9.3.2: no response to HEAD has content, not even one that refuses it.
#[test]
fn a_refused_head_gets_no_content() {
    for (raw, is_empty) in [
        (octets!("HEAD /a#b HTTP/1.1", HOST), true),
        (octets!("HEAD / HTTP/2.0", HOST), true),
        (octets!("HEAD / HTTP/1.1\r\n\r\n"), true),
        (octets!("HEADS / HTTP/1.1\r\n\r\n"), false),
        (octets!("GET / HTTP/1.1\r\n\r\n"), false),
    ] {
        assert_eq!(check(raw).is_refusal_empty, is_empty);
    }
}
