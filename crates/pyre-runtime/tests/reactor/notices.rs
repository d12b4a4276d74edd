//! What peers speak that is not served is told once.

use pyre_runtime::Notice;

use crate::support::{Server, client::End};

#[test]
fn each_kind_is_told_once() {
    let mut server = Server::new();
    assert_eq!(server.reactor.take_notice(), None);
    for (octets, notice, status) in [
        (&b"\x16\x03\x01\x00\xc1\x01"[..], Some(Notice::Tls), 400),
        (b"\x16\x03\x01", None, 400),
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            Some(Notice::Http2),
            505,
        ),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None, 505),
        (b"GET / HTTP/3.0\r\n\r\n", None, 505),
        (b"\x15\x03\x01", None, 400),
        (b"nothing\r\n\r\n", None, 400),
    ] {
        let mut client = server.connect_and_send(octets);
        assert_eq!(server.response(&mut client).status, status);
        assert_eq!(server.end(&mut client), End::Closed);
        assert_eq!(server.reactor.take_notice(), notice);
        assert_eq!(server.reactor.take_notice(), None);
    }
}
