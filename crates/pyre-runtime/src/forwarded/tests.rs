use proptest::prelude::*;
use pyre_proto::http1::{Connection, Event, Limits};

use super::*;

/// Networks of the proxies in these tests.
const PROXIES: &str = "10.0.0.0/8,fd00::/8";

/// The client, the scheme and the host that field lines tell.
fn told(lines: &str, trusted: &str) -> (Option<String>, Option<Scheme>, Option<String>) {
    let mut connection = Connection::new(Limits::default().into());
    connection.handle_input(format!("GET / HTTP/1.1\r\nHost: h\r\n{lines}\r\n\r\n").as_bytes());
    let Ok(Some(Event::RequestHead(head))) = connection.poll_event() else {
        panic!("not a request: {lines}")
    };
    let forwarded = Forwarded::read(&head, &trusted.parse().expect("a list"));
    let host = forwarded
        .host
        .map(|host| String::from_utf8_lossy(host).into());
    let client = forwarded.client.map(|client| client.to_string());
    (client, forwarded.scheme, host)
}

fn client(lines: &str) -> Option<String> {
    told(lines, PROXIES).0
}

fn scheme(lines: &str) -> Option<Scheme> {
    told(lines, PROXIES).1
}

fn host(lines: &str) -> Option<String> {
    told(lines, PROXIES).2
}

#[test]
fn nodes() {
    for (text, expected) in [
        ("192.0.2.1", "192.0.2.1:0"),
        ("192.0.2.1:80", "192.0.2.1:80"),
        ("192.0.2.1:65535", "192.0.2.1:65535"),
        ("192.0.2.1:_x", "192.0.2.1:0"),
        ("2001:db8::1", "[2001:db8::1]:0"),
        ("[2001:db8::1]", "[2001:db8::1]:0"),
        ("[2001:DB8::1]:80", "[2001:db8::1]:80"),
        ("[::1]:_x", "[::1]:0"),
    ] {
        let node = node(text.as_bytes()).map(|node| node.to_string());
        assert_eq!(node.as_deref(), Some(expected), "{text}");
    }
    for bad in [
        "",
        "unknown",
        "_hidden",
        "localhost",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.1:",
        "192.0.2.1:65536",
        "192.0.2.1:+1",
        "192.0.2.1: 1",
        "192.0.2.1:80:80",
        "[192.0.2.1]",
        "[::1",
        "::1]",
        "[::1]80",
        "[::1]:",
        "[::1]:x",
        "[]",
        "fe80::1%1",
        "[fe80::1%1]:80",
        "1.2.3.4 ",
        "\u{661}.2.3.4",
    ] {
        assert_eq!(node(bad.as_bytes()), None, "{bad}");
    }
}

#[test]
fn the_client_is_the_first_from_the_right_that_is_no_proxy() {
    for (lines, expected) in [
        ("X-Forwarded-For: 192.0.2.1", "192.0.2.1:0"),
        ("X-Forwarded-For: 6.6.6.6, 192.0.2.1", "192.0.2.1:0"),
        (
            "X-Forwarded-For: 6.6.6.6, 192.0.2.1:5,10.0.0.1 , fd00::1",
            "192.0.2.1:5",
        ),
        (
            "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.0.0.1",
            "192.0.2.1:0",
        ),
        (
            "X-Forwarded-For: 10.0.0.3, 10.0.0.2:7, 10.0.0.1",
            "10.0.0.3:0",
        ),
        (
            "X-Forwarded-For: 6.6.6.6, [::ffff:192.0.2.1]:8",
            "[::ffff:192.0.2.1]:8",
        ),
        ("X-Forwarded-For: 192.0.2.1, ::ffff:10.0.0.1", "192.0.2.1:0"),
    ] {
        assert_eq!(client(lines).as_deref(), Some(expected), "{lines}");
    }
}

#[test]
fn what_can_not_be_read_ends_the_search() {
    for (lines, expected) in [
        (
            "X-Forwarded-For: 192.0.2.1, unknown, 10.0.0.1",
            Some("10.0.0.1:0"),
        ),
        ("X-Forwarded-For: 192.0.2.1,, 10.0.0.1", Some("10.0.0.1:0")),
        (
            "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For:\r\nX-Forwarded-For: 10.0.0.1",
            Some("10.0.0.1:0"),
        ),
        ("X-Forwarded-For: 192.0.2.1, 10.0.0.1:x", None),
        ("X-Forwarded-For: 192.0.2.1,", None),
        ("X-Forwarded-For: unknown", None),
        ("X-Forwarded-For: \"192.0.2.1\"", None),
        ("X-Forwarded-For:", None),
    ] {
        assert_eq!(client(lines).as_deref(), expected, "{lines}");
    }
}

#[test]
fn with_everybody_trusted_the_client_is_the_leftmost() {
    let client = |lines| told(lines, "*").0;
    let lines = "X-Forwarded-For: 192.0.2.1:5, 198.51.100.1, 10.0.0.1";
    assert_eq!(client(lines).as_deref(), Some("192.0.2.1:5"));
    let lines = "X-Forwarded-For: 192.0.2.1, -, 198.51.100.1, 10.0.0.1";
    assert_eq!(client(lines).as_deref(), Some("198.51.100.1:0"));
}

#[test]
fn the_scheme_is_the_last_that_is_said() {
    use Scheme::{Http, Https};
    for (lines, expected) in [
        ("X-Forwarded-Proto: https", Some(Https)),
        ("X-Forwarded-Proto: HTTP", Some(Http)),
        ("X-Forwarded-Proto: wss", Some(Https)),
        ("X-Forwarded-Proto: ws", Some(Http)),
        ("X-Forwarded-Proto: http, https", Some(Https)),
        (
            "X-Forwarded-Proto: http\r\nX-Forwarded-Proto: https",
            Some(Https),
        ),
        ("X-Forwarded-Proto: https\r\nX-Forwarded-Proto: ftp", None),
        ("X-Forwarded-Proto: https,", None),
        ("X-Forwarded-Proto: https on", None),
        ("X-Forwarded-Proto:", None),
    ] {
        assert_eq!(scheme(lines), expected, "{lines}");
    }
}

#[test]
fn the_host_is_the_last_that_is_said() {
    for (lines, expected) in [
        ("X-Forwarded-Host: a.b", Some("a.b")),
        ("X-Forwarded-Host: evil, a.b:8080", Some("a.b:8080")),
        (
            "X-Forwarded-Host: evil\r\nX-Forwarded-Host: [::1]:80",
            Some("[::1]:80"),
        ),
        ("X-Forwarded-Host: a\r\nX-Forwarded-Host: b/c", None),
        ("X-Forwarded-Host: user@a", None),
        ("X-Forwarded-Host: a, ", None),
        ("X-Forwarded-Host:", None),
    ] {
        assert_eq!(host(lines).as_deref(), expected, "{lines}");
    }
}

#[test]
fn elements_are_followed_from_the_right() {
    for (value, expected) in [
        ("for=192.0.2.1", "192.0.2.1:0"),
        (
            "for=6.6.6.6, for=192.0.2.1, for=\"[fd00::1]:80\"",
            "192.0.2.1:0",
        ),
        (
            "for=6.6.6.6\r\nForwarded: for=\"[2001:db8::1]:80\"",
            "[2001:db8::1]:80",
        ),
        ("for=\", for=192.0.2.1", "192.0.2.1:0"),
        ("for=192.0.2.1, for=_hidden, for=10.0.0.1", "10.0.0.1:0"),
        ("for=192.0.2.1, for=unknown, for=10.0.0.1", "10.0.0.1:0"),
        ("for=192.0.2.1, by=10.0.0.2, for=10.0.0.1", "10.0.0.1:0"),
        (
            "for=192.0.2.1, for=10.0.0.1;for=10.0.0.1, for=10.0.0.2",
            "10.0.0.2:0",
        ),
        ("for=192.0.2.1,, for=10.0.0.2", "10.0.0.2:0"),
        ("for=10.0.0.3, for=10.0.0.2", "10.0.0.3:0"),
    ] {
        let lines = format!("Forwarded: {value}");
        assert_eq!(client(&lines).as_deref(), Some(expected), "{lines}");
    }
    for value in ["for=unknown", "for=192.0.2.1, for=\"", "proto=https", ""] {
        assert_eq!(client(&format!("Forwarded: {value}")), None, "{value}");
    }
}

#[test]
fn scheme_and_host_are_what_the_outermost_proxy_was_asked_for() {
    use Scheme::{Http, Https};
    for (value, expected) in [
        (
            "for=192.0.2.1;proto=https;host=a.b, for=10.0.0.1;proto=http;host=inner",
            (Some(Https), Some("a.b")),
        ),
        (
            "for=192.0.2.1, for=10.0.0.1;proto=https;host=\"a.b:1\"",
            (Some(Https), Some("a.b:1")),
        ),
        (
            "for=6.6.6.6;proto=https;host=evil, for=192.0.2.1;proto=http",
            (Some(Http), None),
        ),
        (
            "for=6.6.6.6;proto=https, for=unknown;host=a.b",
            (None, Some("a.b")),
        ),
        ("proto=https;host=a.b", (Some(Https), Some("a.b"))),
        ("for=192.0.2.1;proto=ftp;host=\"a/b\"", (None, None)),
        ("for=192.0.2.1;proto=https;proto=https", (None, None)),
    ] {
        let lines = format!("Forwarded: {value}");
        let (scheme, host) = (scheme(&lines), host(&lines));
        assert_eq!((scheme, host.as_deref()), expected, "{lines}");
    }
}

#[test]
fn the_standard_field_counts_only_where_no_customary_one_does() {
    let forwarded = "Forwarded: for=192.0.2.1;proto=https;host=a.b";
    assert_ne!(told(forwarded, PROXIES), (None, None, None));
    for line in [
        "X-Forwarded-For: -",
        "X-Forwarded-Proto: -",
        "X-Forwarded-Host: -/",
    ] {
        for lines in [
            format!("{line}\r\n{forwarded}"),
            format!("{forwarded}\r\n{line}"),
        ] {
            assert_eq!(told(&lines, PROXIES), (None, None, None), "{lines}");
        }
    }
}

#[test]
fn other_fields_say_nothing() {
    let lines = "X-Forwarded: 1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\nX_Forwarded_For: 1.2.3.4\r\nX-Forwarded-Fox: 1.2.3.4";
    assert_eq!(told(lines, "*"), (None, None, None));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a client sends, the proxies' own words about it are what counts.
    #[test]
    fn a_client_can_not_pretend_to_be_another(sent in "[ -~]{0,60}", is_standard: bool) {
        let line = if is_standard {
            format!("Forwarded: {sent}, for=192.0.2.1, for=10.0.0.1")
        } else {
            format!("X-Forwarded-For: {sent}, 192.0.2.1, 10.0.0.1")
        };
        let client = client(&line);
        prop_assert_eq!(client.as_deref(), Some("192.0.2.1:0"));
    }

    #[test]
    fn no_octets_panic(value in "[\\x20-\\x7e\\x80-\\xff]{0,80}", trusted in "(\\*|10\\.0\\.0\\.0/8)") {
        for name in ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded"] {
            let (_, _, host) = told(&format!("{name}: {value}"), &trusted);
            prop_assert!(host.is_none_or(|host| http1::is_authority(host.as_bytes())));
        }
    }
}
