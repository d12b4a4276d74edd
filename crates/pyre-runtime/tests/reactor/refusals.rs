//! Peers that break a rule get to read which, whatever they are still sending.

use bytes::Bytes;
use pyre_runtime::{
    Config, Poller,
    http1::{Content, Limits},
};
use socket2::Socket;

use crate::support::{
    Server,
    client::{Client, End},
    get, pattern, post, say_target,
};

#[test]
fn a_broken_request_is_answered_and_closed() {
    let long_line = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(9000));
    let long_field = format!(
        "GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n",
        "x".repeat(70_000)
    );
    let cases = [
        ("GET\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\nHost: a\n\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", 400),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
            400,
        ),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 501),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        (&long_line, 414),
        (&long_field, 431),
    ];
    for (request, status) in cases {
        let mut server = Server::new();
        let mut client = server.connect_and_send(request);
        let response = server.response(&mut client);
        assert_eq!(response.status, status, "{request:.40}");
        assert!(response.says_close());
        assert!(response.field("date").is_some(), "RFC 9110 §6.6.1");
        assert!(response.text().starts_with(&format!("{status} ")));
        assert_eq!(server.end(&mut client), End::Closed);
        assert_eq!(server.seen, [], "the application learns nothing of it");
        drop(client);
        server.drained();
    }
}

#[test]
fn a_head_that_ends_too_early_is_refused() {
    let mut server = Server::new();
    let mut client = server.connect_and_send("GET / HT");
    client.finish();
    assert_eq!(server.response(&mut client).status, 400);
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
}

#[test]
fn requests_before_a_broken_one_are_answered() {
    let mut server = Server::new().answering(say_target);
    let requests = [&get("/1"), &get("/2"), &b"nonsense\r\n\r\n"[..], &get("/3")].concat();
    let mut client = server.connect_and_send(requests);
    assert_eq!(server.response(&mut client).text(), "/1");
    assert_eq!(server.response(&mut client).text(), "/2");
    assert_eq!(server.response(&mut client).status, 400);
    assert_eq!(server.end(&mut client), End::Closed);
    assert!(client.received.is_empty());
}

/// The largest that is read after a refusal, with what was in the first read.
const STILL_SENT: usize = 200_000;

#[test]
fn a_peer_that_is_still_sending_reads_the_whole_refusal() {
    let broken = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\nX : y\r\n\r\n".to_vec();
    let too_large = post("/", STILL_SENT);
    for (head, status) in [(broken, 400), (too_large, 413)] {
        let limits = Limits {
            content: Some(1000),
            ..Limits::default()
        };
        let mut server = Server::configured(Config {
            limits,
            ..Config::default()
        });
        let mut client = server.connect_and_send(head);
        server.run_until("it is refused", |_| !client.pump().received.is_empty());
        let mut rest = vec![b'x'; STILL_SENT];
        server.run_until("the rest is sent", |_| {
            let piece = rest.split_off(rest.len().saturating_sub(10_000));
            client.send(piece);
            client.unsent.is_empty() && rest.is_empty()
        });
        assert!(!client.was_cut_off);
        assert_eq!(server.response(&mut client).status, status);
        assert_eq!(server.end(&mut client), End::Closed);
        drop(client);
        server.drained();
    }
}

#[test]
fn a_refused_peer_that_sends_all_first_reads_the_refusal_then() {
    let mut server = Server::new();
    let content = vec![b'x'; STILL_SENT];
    let mut client = server.connect_and_send([b"broken\r\n\r\n", &content[..]].concat());
    server.run_until("all is sent", |_| {
        client.pump_out();
        client.unsent.is_empty()
    });
    server.settle();
    assert!(!client.was_cut_off);
    assert_eq!(server.response(&mut client).status, 400);
    assert_eq!(server.end(&mut client), End::Closed);
}

#[test]
fn a_refused_peer_can_not_send_on_forever() {
    let mut server = Server::new();
    let mut client = server.connect_and_send("broken\r\n\r\n");
    server.run_until("it is cut off", |_| {
        client.send([b'x'; 10_000]);
        client.was_cut_off
    });
    server.drained();
    assert_eq!(server.response(&mut client).status, 400);
}

#[test]
fn a_refused_peer_that_stays_is_forgotten() {
    let mut server = Server::new();
    let mut client = server.connect_and_send("broken\r\n\r\n");
    assert_eq!(server.response(&mut client).status, 400);
    assert_eq!(server.end(&mut client), End::Closed);
    assert_eq!(server.reactor.connections(), 1, "it may be sending still");
    server.drained();
}

#[test]
fn a_peer_that_has_ended_its_side_with_content_unread_reads_the_whole_response() {
    let roomy = |socket: &Socket| {
        socket.set_send_buffer_size(1024 * 1024).unwrap();
        socket.set_recv_buffer_size(1024 * 1024).unwrap();
    };
    let poller = Poller::direct().unwrap();
    let mut server = Server::driven(Config::default(), poller, None).on_loopback_with(roomy);
    let mut client = Client::connect_with_small_window(server.address());
    // One read does not bring all of it, and what is left may still be read and dropped.
    client.send([post("/", 450_000), vec![b'x'; 450_000]].concat());
    client.finish();
    let id = server.request().id;
    let content = pattern(150_000);
    server.reactor.send_head(id, 200, []).unwrap();
    let piece = Content::Shared(Bytes::from(content.clone()));
    server.reactor.send_data(id, piece, true).unwrap();
    server.settle();
    assert!(server.response(&mut client).content == content);
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
}

#[test]
fn a_head_as_large_as_the_limit_is_read_whatever_one_read_brings() {
    let limits = Limits {
        field_section: 1024 * 1024,
        ..Limits::default()
    };
    let config = Config {
        limits,
        ..Config::default()
    };
    let mut server = Server::configured(config).answering(say_target);
    let field = "x".repeat(600_000);
    let request = format!("GET /large HTTP/1.1\r\nHost: a\r\nX: {field}\r\n\r\n");
    let mut client = server.connect_and_send(request);
    let response = server.response(&mut client);
    assert_eq!((response.status, response.text()), (200, "/large"));
}
