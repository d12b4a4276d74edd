//! Proxies in front: who is believed, and what an application is told of the client behind them.

use std::{env, fs, net::SocketAddr, process, time::Duration};

use pyre_runtime::{Address, Config, Origin, Poller, Proxies, Scheme, Timeouts};

use crate::support::{
    Asked, Server, answer,
    client::{Client, End},
    get, say_target,
};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// For the header of the PROXY protocol, and for the head behind it.
const SHORT: Option<Duration> = Some(Duration::from_millis(200));

fn proxies(trusted: &str) -> Proxies {
    Proxies {
        trusted: trusted.parse().expect("a list"),
        ..Proxies::default()
    }
}

/// A server whose connections begin with a header of the PROXY protocol.
fn proxied(trusted: &str) -> Server {
    configured(Proxies {
        protocol: true,
        ..proxies(trusted)
    })
}

fn configured(proxies: Proxies) -> Server {
    Server::configured(with(proxies))
}

fn with(proxies: Proxies) -> Config {
    Config {
        proxies,
        ..Config::default()
    }
}

fn forwarded(target: &str, fields: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: own\r\n{fields}\r\n\r\n").into()
}

fn address(text: &str) -> Address {
    text.parse::<SocketAddr>().expect("an address").into()
}

fn origin(client: &str, scheme: Option<Scheme>) -> Origin {
    Origin {
        client: Some(address(client)),
        scheme,
    }
}

/// The header of version 2 for TCP over IPv4.
fn binary(source: [u8; 4], vectors: &[u8]) -> Vec<u8> {
    let length = u16::try_from(12 + vectors.len()).unwrap().to_be_bytes();
    let ends = [&source[..], &[198, 51, 100, 1], &[0, 1], &[0, 2]].concat();
    [SIGNATURE, &[0x21, 0x11], &length, &ends, vectors].concat()
}

const LINE: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\n";

fn peer_is(server: &Server, asked: &Asked, expected: &str) {
    assert_eq!(server.reactor.peer(asked.id), Some(&address(expected)));
}

#[test]
fn a_trusted_peer_speaks_for_the_client_of_each_request() {
    use Scheme::{Http, Https};
    let mut server = Server::new();
    let fields =
        "X-Forwarded-For: 192.0.2.1:5\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a.b";
    let standard = "Forwarded: for=\"[2001:db8::1]\";proto=http;host=c";
    let requests = [
        forwarded("/1", fields),
        get("/2"),
        forwarded("/3", standard),
    ];
    let mut client = server.connect_and_send(requests.concat());
    for (host, expected) in [
        ("a.b", Some(origin("192.0.2.1:5", Some(Https)))),
        ("a", None),
        ("c", Some(origin("[2001:db8::1]:0", Some(Http)))),
    ] {
        let asked = server.request();
        assert_eq!(asked.host.as_deref(), Some(host));
        assert_eq!(server.reactor.origin(asked.id), expected.as_ref());
        answer(&mut server.reactor, asked.id, b"");
        server.response(&mut client);
    }
}

#[test]
fn a_host_is_added_where_there_is_none() {
    let mut server = Server::new();
    let _client = server.connect_and_send("GET / HTTP/1.0\r\nX-Forwarded-Host: a.b\r\n\r\n");
    assert_eq!(server.request().host.as_deref(), Some("a.b"));
}

#[test]
fn nobody_else_is_believed() {
    let fields = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\n\
                  Forwarded: for=192.0.2.1;proto=https;host=evil";
    let unheard = Proxies {
        headers: false,
        ..Proxies::default()
    };
    for proxies in [
        proxies("10.0.0.0/8"),
        proxies("unix,::1"),
        proxies(""),
        unheard,
    ] {
        let mut server = configured(proxies);
        let _client = server.connect_and_send(forwarded("/", fields));
        let asked = server.request();
        assert_eq!(asked.host.as_deref(), Some("own"));
        assert_eq!(server.reactor.origin(asked.id), None);
    }
}

#[test]
fn a_unix_peer_is_trusted_by_name() {
    let path = env::temp_dir().join(format!("pyre-{}-proxies.sock", process::id()));
    let fields = "X-Forwarded-For: 192.0.2.1";
    for (trusted, expected) in [
        ("unix", Some(origin("192.0.2.1:0", None))),
        ("127.0.0.1", None),
    ] {
        let config = with(proxies(trusted));
        let mut server = Server::driven(config, Poller::direct().unwrap(), None).on_path(&path);
        Client::connect_to_path(&path).send(forwarded("/", fields));
        let mut client = Client::connect_to_path(&path);
        client.send(forwarded("/", fields));
        let id = server.request().id;
        assert_eq!(server.reactor.origin(id), expected.as_ref(), "{trusted}");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn the_proxy_protocol_names_both_ends() {
    let vectors = b"\x04\0\x01\0";
    for header in [
        LINE,
        &binary([192, 0, 2, 1], b""),
        &binary([192, 0, 2, 1], vectors),
    ] {
        let mut server = proxied("127.0.0.1");
        let mut client = server.connect_and_send([header, &get("/1"), &get("/2")].concat());
        for _ in 0..2 {
            let asked = server.request();
            peer_is(&server, &asked, "192.0.2.1:1");
            let local = server.reactor.local_address(asked.id);
            assert_eq!(local, Some(address("198.51.100.1:2")));
            assert_eq!(server.reactor.origin(asked.id), None);
            answer(&mut server.reactor, asked.id, b"");
            server.response(&mut client);
        }
    }
}

#[test]
fn a_header_may_come_in_pieces() {
    for header in [LINE, &binary([192, 0, 2, 1], b"")] {
        let mut server = proxied("127.0.0.1");
        let mut client = server.connect();
        for octet in [header, &get("/")].concat() {
            assert!(server.seen.is_empty());
            client.send([octet]);
            server.settle();
        }
        let asked = server.request();
        peer_is(&server, &asked, "192.0.2.1:1");
    }
}

#[test]
fn a_header_may_come_alone() {
    let mut server = proxied("127.0.0.1").answering(say_target);
    let mut client = server.connect_and_send(LINE);
    server.settle();
    client.send(get("/later"));
    assert_eq!(server.response(&mut client).text(), "/later");
}

#[test]
fn a_proxy_that_speaks_for_itself_is_the_peer() {
    let local = [SIGNATURE, &[0x20, 0, 0, 0]].concat();
    for header in [&b"PROXY UNKNOWN\r\n"[..], &local] {
        let mut server = proxied("127.0.0.1");
        let fields = "X-Forwarded-For: 192.0.2.1";
        let _client = server.connect_and_send([header, &forwarded("/", fields)].concat());
        let id = server.request().id;
        assert!(
            matches!(server.reactor.peer(id), Some(Address::Ip(peer)) if peer.ip().is_loopback())
        );
        let local = Address::from(server.address());
        assert_eq!(server.reactor.local_address(id), Some(local));
        let expected = origin("192.0.2.1:0", None);
        assert_eq!(server.reactor.origin(id), Some(&expected));
    }
}

#[test]
fn whom_a_connection_is_forwarded_for_decides_what_its_requests_may_say() {
    let fields = "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: b";
    for (source, expected, host) in [
        ([192, 0, 2, 1], None, "own"),
        ([10, 0, 0, 1], Some(origin("6.6.6.6:0", None)), "b"),
    ] {
        let mut server = proxied("127.0.0.1,10.0.0.0/8");
        let octets = [binary(source, b""), forwarded("/", fields)].concat();
        let _client = server.connect_and_send(octets);
        let asked = server.request();
        assert_eq!(server.reactor.origin(asked.id), expected.as_ref());
        assert_eq!(asked.host.as_deref(), Some(host));
    }
}

#[test]
fn without_a_header_a_connection_is_closed_without_a_word() {
    for octets in [
        get("/"),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 1\r\nGET / HTTP/1.1\r\n\r\n".to_vec(),
        [SIGNATURE, &[0x21, 0x11, 0xff, 0xff]].concat(),
    ] {
        let mut server = proxied("127.0.0.1");
        let mut client = server.connect_and_send(octets);
        server.end(&mut client);
        assert!(client.received.is_empty());
        server.drained();
        assert!(server.seen.is_empty());
    }
}

#[test]
fn a_peer_that_ends_within_the_header_is_closed() {
    for length in 0..LINE.len() {
        let mut server = proxied("127.0.0.1");
        let mut client = server.connect_and_send(&LINE[..length]);
        server.settle();
        assert_eq!(server.reactor.connections(), 1);
        client.finish();
        assert_eq!(server.end(&mut client), End::Closed);
        assert!(client.received.is_empty());
        server.drained();
    }
}

#[test]
fn a_peer_that_is_not_trusted_may_not_forward() {
    let mut server = proxied("10.0.0.0/8");
    let mut client = server.connect_and_send([LINE, &get("/")].concat());
    server.end(&mut client);
    assert!(client.received.is_empty());
    assert!(server.seen.is_empty());
    assert_eq!(server.reactor.connections(), 0);
}

#[test]
fn a_header_is_only_one_where_it_is_asked_for() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([LINE, &get("/")].concat());
    assert_eq!(server.response(&mut client).status, 400);
}

#[test]
fn the_time_for_a_head_is_that_for_the_header_too() {
    for (sent, status) in [
        (&b""[..], None),
        (b"PROXY", None),
        (SIGNATURE, None),
        (LINE, None),
        (b"PROXY UNKNOWN\r\nGET /", Some(408)),
    ] {
        let mut server = Server::configured(Config {
            timeouts: Timeouts {
                header: SHORT,
                ..Timeouts::default()
            },
            ..with(Proxies {
                protocol: true,
                ..Proxies::default()
            })
        });
        let mut client = server.connect_and_send(sent);
        assert_eq!(server.end(&mut client), End::Closed);
        let response = client.take_response();
        assert_eq!(response.map(|response| response.status), status);
        server.drained();
    }
}

#[test]
fn a_stop_closes_connections_that_have_not_said_a_word() {
    let mut server = proxied("127.0.0.1");
    let mut clients = [server.connect(), server.connect_and_send(LINE)];
    server.settle();
    assert_eq!(server.reactor.connections(), 2);
    server.reactor.close_idle();
    for client in &mut clients {
        assert_eq!(server.end(client), End::Closed);
    }
    server.drained();
}
