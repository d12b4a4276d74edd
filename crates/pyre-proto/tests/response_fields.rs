//! What an application may put into a head: RFC 9110 §5, §6.6.1 and §10.2.4.

mod support;

use pyre_proto::http1::{DefaultFields, Phase, ResponseError};
use support::{
    application::{
        GET, asked, assert_answerable, no_defaults, only_response, send, send_head, written,
    },
    strict_response::Framing,
};

#[test]
fn fields_are_written_as_given_and_in_order() {
    let mut connection = asked(GET);
    let fields = [
        ("content-type", "text/plain; charset=utf-8"),
        ("Set-Cookie", "a=b"),
        ("set-cookie", "c=d"),
        ("X-Empty", ""),
        ("x-tab", "a\tb"),
        ("!#$%&'*+-.^_`|~", "\"quoted\", (comment); =?"),
        ("upgrade", "h2c"),
        ("trailer", "x"),
        ("keep-alive", "timeout=5"),
    ];
    send_head(&mut connection, 200, &fields).unwrap();
    send(&mut connection, "", true).unwrap();
    let lines: Vec<_> = fields
        .iter()
        .map(|(n, v)| format!("{n}: {v}\r\n"))
        .collect();
    let lines = lines.concat();
    let end = "content-length: 0\r\nconnection: upgrade\r\n\r\n";
    let expected = format!("HTTP/1.1 200 OK\r\n{lines}{end}");
    assert_eq!(written(&connection), expected);
}

#[test]
fn values_hold_opaque_octets() {
    let mut connection = asked(GET);
    let fields: [(&[u8], &[u8]); 1] = [(b"x", b"caf\xe9\xff\x80")];
    connection.send_head(200, fields, &no_defaults()).unwrap();
    send(&mut connection, "", true).unwrap();
    assert!(written(&connection).contains("\r\nx: caf\u{e9}\u{ff}\u{80}\r\n"));
}

#[test]
fn every_octet_of_a_name_and_of_a_value() {
    for octet in 0..=u8::MAX {
        let (name, value) = ([b'a', octet], [b'b', octet, b'c']);
        let mut connection = asked(GET);
        let sent = connection.send_head(200, [(&name[..], &b"x"[..])], &no_defaults());
        let is_tchar = octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet);
        let expected = is_tchar.then_some(()).ok_or(ResponseError::FieldName);
        assert_eq!(sent, expected, "{octet:#x}");

        let mut connection = asked(GET);
        let sent = connection.send_head(200, [(&b"x"[..], &value[..])], &no_defaults());
        let is_text = octet == b'\t' || (octet >= b' ' && octet != 0x7f);
        let expected = is_text.then_some(()).ok_or(ResponseError::FieldValue);
        assert_eq!(sent, expected, "{octet:#x}");
    }
}

#[test]
fn names_and_values_that_would_split_a_response_are_refused() {
    use ResponseError::{FieldName, FieldValue};
    for (name, value, error) in [
        ("", "x", FieldName),
        (" ", "x", FieldName),
        ("a ", "x", FieldName),
        (" a", "x", FieldName),
        ("a b", "x", FieldName),
        ("a:", "x", FieldName),
        ("a: b\r\nc", "x", FieldName),
        ("a\r", "x", FieldName),
        ("a\n", "x", FieldName),
        ("\r\na", "x", FieldName),
        ("a\0", "x", FieldName),
        ("caf\u{e9}", "x", FieldName),
        ("a(b)", "x", FieldName),
        ("a", "b\r\nc: d", FieldValue),
        ("a", "b\r\n\r\n<html>", FieldValue),
        ("a", "b\nc: d", FieldValue),
        ("a", "b\rc", FieldValue),
        ("a", "\r\n", FieldValue),
        ("a", "b\r\n c", FieldValue),
        ("a", "\0", FieldValue),
        ("a", "b\x7f", FieldValue),
        ("a", "\x1b[0m", FieldValue),
        ("date", "\n", FieldValue),
        ("connection", "close\r\n", FieldValue),
        ("transfer-encoding", "chunked\n", FieldValue),
        ("content-length", "5\r\n", FieldValue),
    ] {
        for before in [&[][..], &[("x", "y"), ("connection", "close")]] {
            let mut connection = asked(GET);
            let fields = [before, &[(name, value)]].concat();
            assert_eq!(
                send_head(&mut connection, 200, &fields),
                Err(error),
                "{name:?} {value:?}"
            );
            assert_answerable(&mut connection);
        }
    }
}

/// Framing is the server's: a coding from the application is not written, nor obeyed.
#[test]
fn transfer_encoding_from_the_application_is_ignored() {
    for name in [
        "transfer-encoding",
        "Transfer-Encoding",
        "TRANSFER-ENCODING",
    ] {
        for value in ["chunked", "gzip, chunked", "identity", ""] {
            let mut connection = asked(GET);
            send_head(
                &mut connection,
                200,
                &[(name, value), ("content-length", "5")],
            )
            .unwrap();
            send(&mut connection, "hel", false).unwrap();
            send(&mut connection, "lo", true).unwrap();
            let response = only_response(&connection, "GET");
            assert_eq!(response.framing, Framing::ContentLength(5));
        }
    }
}

/// Persistence is the server's, but the application may end it.
#[test]
fn connection_from_the_application_is_obeyed_where_it_says_close() {
    for (value, closes) in [
        ("close", true),
        ("Close", true),
        (" close ", true),
        ("keep-alive, close", true),
        ("x,close,", true),
        ("keep-alive", false),
        ("upgrade", false),
        ("closed", false),
        ("x-close", false),
        ("", false),
    ] {
        for name in ["connection", "Connection", "CONNECTION"] {
            let mut connection = asked(GET);
            send_head(&mut connection, 200, &[(name, value)]).unwrap();
            send(&mut connection, "ok", true).unwrap();
            let response = only_response(&connection, "GET");
            assert_eq!(
                response.field("connection"),
                closes.then_some("close"),
                "{value}"
            );
            assert_eq!(connection.phase() == Phase::Closed, closes);
        }
    }
}

/// RFC 9110 §7.8: who sends `Upgrade` must name it in `Connection`, where persistence stands too.
#[test]
fn upgrade_is_named_in_connection() {
    let kept = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    let closing = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for (request, options) in [
        (GET, "upgrade"),
        (closing, "close, upgrade"),
        (kept, "keep-alive, upgrade"),
        ("GET / HTTP/1.0\r\n\r\n", "close, upgrade"),
    ] {
        for fields in [
            &[("Upgrade", "websocket")][..],
            &[("upgrade", "h2c"), ("Connection", "Upgrade")],
            &[("connection", "upgrade"), ("UPGRADE", "a/1, b")],
        ] {
            let mut connection = asked(request);
            send_head(&mut connection, 426, fields).unwrap();
            send(&mut connection, "", true).unwrap();
            let response = only_response(&connection, "GET");
            assert_eq!(response.field("connection"), Some(options), "{fields:?}");
        }
    }
    for name in ["upgrades", "upgrad", "x-upgrade", "expires"] {
        let mut connection = asked(GET);
        send_head(&mut connection, 200, &[(name, "x")]).unwrap();
        send(&mut connection, "", true).unwrap();
        assert_eq!(
            only_response(&connection, "GET").field("connection"),
            None,
            "{name}"
        );
    }
}

#[test]
fn date_and_server_are_added_unless_given() {
    let defaults = DefaultFields {
        date: b"date: today\r\n".to_vec(),
        server: b"server: pyre\r\n".to_vec(),
    };
    for (fields, dates, servers) in [
        (&[][..], ["today"], ["pyre"]),
        (&[("date", "then")], ["then"], ["pyre"]),
        (&[("DATE", "then")], ["then"], ["pyre"]),
        (&[("server", "mine")], ["today"], ["mine"]),
        (&[("Server", "mine")], ["today"], ["mine"]),
        (&[("Server", ""), ("Date", "")], [""], [""]),
        (&[("x-date", "x"), ("dates", "x")], ["today"], ["pyre"]),
        (&[("etag", "x"), ("expiry", "x")], ["today"], ["pyre"]),
    ] {
        let mut connection = asked(GET);
        let fields = fields
            .iter()
            .map(|(n, v): &(&str, &str)| (n.as_bytes(), v.as_bytes()));
        connection.send_head(200, fields, &defaults).unwrap();
        send(&mut connection, "", true).unwrap();
        let response = only_response(&connection, "GET");
        assert_eq!(response.values("date"), dates);
        assert_eq!(response.values("server"), servers);
    }
}

#[test]
fn an_error_of_the_server_has_date_and_server_too() {
    let defaults = DefaultFields {
        date: b"date: today\r\n".to_vec(),
        server: b"server: pyre\r\n".to_vec(),
    };
    let mut connection = asked(GET);
    connection.send_error(500, "sorry", &defaults);
    let response = only_response(&connection, "GET");
    assert_eq!(response.field("date"), Some("today"));
    assert_eq!(response.field("server"), Some("pyre"));
}
