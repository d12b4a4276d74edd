//! `Upgrade` and the WebSocket handshake: RFC 9110 §7.8, RFC 6455 §4.2.1.

mod support;

use support::{NEXT, check, check_served, octets};

const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

/// Request line, field lines, and whether it is a handshake.
#[rustfmt::skip]
const HANDSHAKES: &[(&str, &str, bool)] = &[
    ("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\n", true),
    ("GET / HTTP/1.1", "Upgrade: websocket\r\nConnection: Upgrade\r\n", true),
    ("GET /a?b HTTP/1.1", "connection: upgrade\r\nupgrade: WebSocket\r\n", true),
    ("GET / HTTP/1.1", "CONNECTION: UPGRADE\r\nUPGRADE: WEBSOCKET\r\n", true),
    ("GET / HTTP/1.1", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n", true),
    ("GET / HTTP/1.1", "Connection: Upgrade, keep-alive\r\nUpgrade: websocket\r\n", true),
    ("GET / HTTP/1.1", "Connection: ,\tupgrade\t,\r\nUpgrade: ,websocket,\r\n", true),
    ("GET / HTTP/1.1", "Connection: TE\r\nConnection: upgrade\r\nUpgrade: websocket\r\n", true),
    ("GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c, websocket\r\n", true),
    ("GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n", true),
    ("GET http://a/ HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\n", true),
    // One of both is not enough.
    ("GET / HTTP/1.1", "", false),
    ("GET / HTTP/1.1", "Connection: Upgrade\r\n", false),
    ("GET / HTTP/1.1", "Upgrade: websocket\r\n", false),
    ("GET / HTTP/1.1", "Connection: keep-alive\r\nUpgrade: websocket\r\n", false),
    ("GET / HTTP/1.1", "Connection: websocket\r\nUpgrade: websocket\r\n", false),
    ("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade:\r\n", false),
    ("GET / HTTP/1.1", "Connection:\r\nUpgrade: websocket\r\n", false),
    // Only whole list members count.
    ("GET / HTTP/1.1", "Connection: Upgrades\r\nUpgrade: websocket\r\n", false),
    ("GET / HTTP/1.1", "Connection: x-upgrade\r\nUpgrade: websocket\r\n", false),
    ("GET / HTTP/1.1", "Connection: upgrade x\r\nUpgrade: websocket\r\n", false),
    ("GET / HTTP/1.1", "Connection: \"upgrade\"\r\nUpgrade: websocket\r\n", false),
    ("GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: websockets\r\n", false),
    ("GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: web socket\r\n", false),
    ("GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket/13\r\n", false),
    // Another protocol.
    ("GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c\r\n", false),
    ("GET / HTTP/1.1", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n", false),
    ("GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: TLS/1.0, HTTP/2.0\r\n", false),
    // RFC 6455 §4.1: GET. RFC 9110 §7.8: a 1.0 request's Upgrade is ignored.
    ("POST / HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\n", false),
    ("HEAD / HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\n", false),
    ("OPTIONS * HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\n", false),
    ("GET / HTTP/1.0", "Connection: upgrade\r\nUpgrade: websocket\r\n", false),
    ("GET / HTTP/1.0", "Connection: upgrade, keep-alive\r\nUpgrade: websocket\r\n", false),
];

/// Whether the key and the version are right is the handshake's own matter, not the engine's.
#[test]
fn what_is_a_websocket_handshake() {
    for &(line, section, is_websocket) in HANDSHAKES {
        for rest in ["", KEY] {
            let message = check_served(format!("{line}\r\nHost: a\r\n{section}{rest}\r\n"));
            assert_eq!(message.is_websocket, is_websocket, "{line} {section}");
        }
    }
}

/// Until a protocol is switched, what follows is HTTP (Pingora's CVE-2026-2833 is the precedent).
#[test]
fn octets_behind_an_upgrade_that_is_not_made_are_the_next_request() {
    for &(line, section, _) in HANDSHAKES {
        if line.ends_with("1.0") || line.starts_with("HEAD") {
            continue;
        }
        let raw = octets!(line, "\r\nHost: a\r\n", section, "\r\n", NEXT, NEXT);
        let transcript = check(raw);
        assert_eq!(transcript.served()[1..], [("/next", ""); 2]);
        assert_eq!(transcript.fault, None);
    }
}

#[test]
fn an_upgrade_request_may_have_content() {
    let section = "Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n";
    let raw = octets!("GET / HTTP/1.1\r\nHost: a\r\n", section, "\r\nhello", NEXT);
    assert_eq!(check(raw).served(), [("/", "hello"), ("/next", "")]);
}
