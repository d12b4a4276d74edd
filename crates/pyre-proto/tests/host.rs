//! `Host` and the authority of the absolute form: RFC 9112 §3.2, RFC 9110 §7.2, RFC 3986 §3.2.

mod support;

use pyre_proto::http1::{Connection, Event, Limits, RequestError};
use support::{check_refused, check_served, octets};

const VALID: &[&str] = &[
    "localhost",
    "LOCALHOST",
    "example.org",
    "example.org.",
    "example.org:80",
    "example.org:0",
    "example.org:65535",
    "example.org:00080",
    "example.org:",
    "a",
    "1",
    "1.2.3.4",
    "1.2.3.4:8000",
    "999.999.999.999",
    "a-b.c-d",
    "a_b",
    "-",
    ".",
    "a..b",
    "xn--bcher-kva.example",
    "%41",
    "a%20b",
    "%C3%A9:80",
    "!$&'()*+,;=~",
    "[::1]",
    "[::1]:8000",
    "[::1]:",
    "[::]",
    "[2001:DB8::ff00:42:8329]",
    "[1:2:3:4:5:6:7:8]",
    "[::ffff:1.2.3.4]",
    "[v1.a]",
    "[vF.a:b]:80",
    "[V1.~!$&'()*+,;=:]",
];

#[test]
fn hosts_that_are_served_as_they_are() {
    for host in VALID {
        for version in ["1.0", "1.1"] {
            let raw = format!("GET / HTTP/{version}\r\nHost: {host}\r\n\r\n");
            assert_eq!(check_served(raw).field("host"), Some(*host));
        }
    }
}

const INVALID: &[&[u8]] = &[
    b"",
    b" ",
    b":",
    b":80",
    b"a b",
    b"a\tb",
    b"a, b",
    b"a/",
    b"a/b",
    b"/a",
    b"a\\b",
    b"a?b",
    b"a#b",
    b"a@b",
    b"user:password@a",
    b"http://a",
    b"<a>",
    b"\"a\"",
    b"a|b",
    b"a^b",
    b"a`b",
    b"{a}",
    b"*?",
    b"caf\xc3\xa9",
    b"a\xff",
    b"a\xa0",
    b"%",
    b"%4",
    b"%zz",
    b"a%",
    b"a:b",
    b"a:80x",
    b"a:+80",
    b"a:-1",
    b"a: 80",
    b"a :80",
    b"a:8 0",
    b"a:65536",
    b"a:99999999999999999999",
    b"a:80:80",
    b"a::80",
    b"a:80/",
    b"::1",
    b"1:2:3:4:5:6:7:8",
    b"[",
    b"]",
    b"[]",
    b"[]:80",
    b"[::1",
    b"::1]",
    b"[[::1]]",
    b"[::1]]",
    b"[::1]x",
    b"[::1]80",
    b"x[::1]",
    b"[::1]:x",
    b"[::1]:65536",
    b"[::1][::1]",
    b"[:::1]",
    b"[::g]",
    b"[12345::]",
    b"[1:2:3:4:5:6:7]",
    b"[1:2:3:4:5:6:7:8:9]",
    b"[1.2.3.4]",
    b"[localhost]",
    b"[::1%25eth0]",
    b"[fe80::1%eth0]",
    b"[ ::1]",
    b"[v.a]",
    b"[v1.]",
    b"[v1]",
    b"[vg.a]",
    b"[v1.a/b]",
    b"[v1.%41]",
];

#[test]
fn malformed_hosts_are_refused_in_any_version() {
    for host in INVALID {
        for version in ["1.0", "1.1"] {
            let line = format!("GET / HTTP/{version}\r\nHost: ");
            check_refused(octets!(line, host, "\r\n\r\n"), RequestError::Host);
        }
    }
}

#[test]
fn missing_and_repeated_hosts_are_refused() {
    for raw in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHosts: a\r\n\r\n",
        "GET / HTTP/1.1\r\nX-Host: a\r\nX-Forwarded-Host: a\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nHOST: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost:\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ] {
        check_refused(raw, RequestError::Host);
    }
}

/// RFC 9112 §3.2: only a 1.1 client must send it.
#[test]
fn a_1_0_request_needs_no_host() {
    for raw in [
        "GET / HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nX: y\r\n\r\n",
    ] {
        assert_eq!(check_served(raw).field("host"), None);
    }
}

#[test]
fn the_name_of_the_field_is_case_insensitive() {
    for name in ["Host", "host", "HOST", "hOsT"] {
        let message = check_served(format!("GET / HTTP/1.1\r\n{name}: a\r\n\r\n"));
        assert_eq!(message.fields, [("host".into(), "a".into())]);
    }
}

/// RFC 9112 §3.2.2: the authority of the absolute form replaces the field's value.
#[test]
fn the_authority_of_the_target_wins() {
    for (target, host, seen) in [
        ("http://a", "b", "a"),
        ("http://a/", "a", "a"),
        ("http://a:8000/p", "b:80", "a:8000"),
        ("HTTPS://A/p?q", "b", "A"),
        ("http://[::1]:80?q", "b", "[::1]:80"),
        ("http://a:/", "b", "a:"),
        ("/http://a/", "b", "b"),
        ("/?http://a/", "b", "b"),
        ("//a/p", "b", "b"),
    ] {
        let raw = format!("GET {target} HTTP/1.1\r\nX: 1\r\nHost: {host}\r\nY: 2\r\n\r\n");
        let message = check_served(raw);
        let expected = [("x", "1"), ("host", seen), ("y", "2")];
        assert_eq!(message.fields, expected.map(|(n, v)| (n.into(), v.into())));
    }
}

/// An application finds the authority in one place, also where 1.0 needs no `Host`.
#[test]
fn the_authority_of_the_target_stands_in_for_a_missing_host() {
    for (target, expected) in [
        ("http://a:80/p", &[("host", "a:80"), ("x", "1")][..]),
        ("/p", &[("x", "1")]),
    ] {
        let message = check_served(format!("GET {target} HTTP/1.0\r\nX: 1\r\n\r\n"));
        let fields = message.fields.iter().map(|(n, v)| (&n[..], &v[..]));
        assert_eq!(fields.collect::<Vec<_>>(), expected);
    }
}

/// The one that is replaced must be valid all the same.
#[test]
fn an_invalid_host_is_refused_beside_a_valid_authority() {
    for host in ["", "a b", "a/b", "u@a"] {
        let raw = format!("GET http://a/ HTTP/1.1\r\nHost: {host}\r\n\r\n");
        check_refused(raw, RequestError::Host);
    }
}

/// RFC 9110 §5.5: white space around a value is not part of it.
#[test]
fn white_space_around_the_value_is_dropped() {
    for line in ["Host:a", "Host: a", "Host:  \ta\t ", "Host:\ta"] {
        let message = check_served(format!("GET / HTTP/1.1\r\n{line}\r\n\r\n"));
        assert_eq!(message.field("host"), Some("a"));
    }
}

#[test]
fn another_host_takes_the_place_of_the_one_that_was_sent() {
    for (request, names) in [
        (
            &b"GET / HTTP/1.1\r\nA: 1\r\nHost: sent\r\nB: 2\r\n\r\n"[..],
            &[&b"a"[..], b"host", b"b"][..],
        ),
        (
            b"GET http://target/ HTTP/1.1\r\nHost: sent\r\n\r\n",
            &[b"host"],
        ),
        (
            b"GET http://target/ HTTP/1.0\r\nA: 1\r\n\r\n",
            &[b"host", b"a"],
        ),
        (b"GET / HTTP/1.0\r\nA: 1\r\n\r\n", &[b"host", b"a"]),
    ] {
        let mut connection = Connection::new(Limits::default().into());
        connection.handle_input(request);
        let Ok(Some(Event::RequestHead(head))) = connection.poll_event() else {
            panic!("not a request")
        };
        let head = head.with_host(b"better");
        let seen: Vec<&[u8]> = head.fields().map(|(name, _)| name).collect();
        assert_eq!(seen, names);
        assert_eq!(head.field(b"host"), Some(&b"better"[..]));
        assert_eq!(head.field(b"a").is_some(), names.contains(&&b"a"[..]));
    }
}
