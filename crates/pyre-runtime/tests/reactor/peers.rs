//! Peers that leave: politely, half, in the middle, without a word.

use std::{io::Write, net::TcpStream};

use bytes::Bytes;
use pyre_runtime::{Reactor, Received, RequestId, SendError, http1::Content};

use crate::support::{
    Server, answer,
    client::{Client, End, reset},
    get, pattern, post, say_target, try_answer,
};

/// A client that can be ended with a reset, after it has sent `octets`.
fn rude_client(server: &Server, octets: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(octets).unwrap();
    stream
}

/// Every call about a request that is over fails in the same way and does nothing.
fn assert_over(reactor: &mut Reactor, id: RequestId) {
    assert!(!reactor.is_connected(id));
    assert!(reactor.has_room(id), "there is nothing to wait for");
    assert!(reactor.await_end(id), "nor for");
    assert_eq!(reactor.send_head(id, 200, []), Err(SendError::Disconnected));
    let content = Content::Copied(b"stale");
    assert_eq!(
        reactor.send_data(id, content, true),
        Err(SendError::Disconnected)
    );
    assert!(matches!(reactor.receive(id), Received::Disconnected));
    reactor.send_error(id, 500, "stale");
}

#[test]
fn a_peer_that_has_ended_its_side_is_answered() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([get("/1"), get("/2")].concat());
    client.finish();
    for target in ["/1", "/2"] {
        let asked = server.request();
        server.settle();
        assert!(server.reactor.is_connected(asked.id));
        answer(&mut server.reactor, asked.id, asked.target.as_bytes());
        assert_eq!(server.response(&mut client).text(), target);
    }
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
}

#[test]
fn a_peer_that_ends_its_side_during_the_request_is_answered() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([&post("/", 3)[..], b"abc"].concat());
    let id = server.request().id;
    client.finish();
    server.settle();
    assert_eq!(server.content(id), b"abc");
    assert!(server.reactor.is_connected(id));
    answer(&mut server.reactor, id, b"still there");
    assert_eq!(server.response(&mut client).text(), "still there");
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
}

#[test]
fn a_peer_that_leaves_between_requests_is_forgotten() {
    let mut server = Server::new().answering(say_target);
    let mut client = server.connect_and_send(get("/"));
    server.response(&mut client);
    drop(client);
    server.drained();
}

#[test]
fn a_peer_that_never_asks_is_forgotten_when_it_leaves() {
    let mut server = Server::new();
    let client = server.connect();
    server.run_until("it is accepted", |server| server.reactor.connections() == 1);
    drop(client);
    server.drained();
    assert_eq!(server.seen, []);
}

#[test]
fn a_peer_that_leaves_before_it_is_accepted_is_forgotten() {
    let mut server = Server::new().answering(say_target);
    drop(server.connect());
    reset(rude_client(&server, b""));
    reset(rude_client(&server, &get("/")));
    let mut client = server.connect_and_send(get("/after"));
    assert_eq!(server.response(&mut client).text(), "/after");
    drop(client);
    server.drained();
}

#[test]
fn a_reset_wakes_the_request() {
    let mut server = Server::new();
    let client = rude_client(&server, &get("/"));
    let id = server.request().id;
    assert!(server.reactor.is_connected(id));
    reset(client);
    server.wake(id);
    assert_over(&mut server.reactor, id);
    server.drained();
}

#[test]
fn a_reset_wakes_who_waits_for_content() {
    let mut server = Server::new();
    let client = rude_client(&server, &[&post("/", 10)[..], b"abc"].concat());
    let id = server.request().id;
    assert!(matches!(
        server.reactor.receive(id),
        Received::Data(b"abc", false)
    ));
    assert!(matches!(server.reactor.receive(id), Received::Pending));
    reset(client);
    server.wake(id);
    assert_over(&mut server.reactor, id);
    server.drained();
}

#[test]
fn a_reset_wakes_who_waits_for_room() {
    let mut server = Server::new();
    let client = rude_client(&server, &get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    let piece = Bytes::from(pattern(1024 * 1024));
    while server.reactor.has_room(id) {
        let content = Content::Shared(piece.clone());
        server.reactor.send_data(id, content, false).unwrap();
    }
    reset(client);
    server.wake(id);
    assert_over(&mut server.reactor, id);
    server.drained();
}

#[test]
fn a_response_that_is_written_to_nobody_ends_the_connection() {
    let mut server = Server::new();
    let client = rude_client(&server, &get("/"));
    let id = server.request().id;
    drop(client);
    server.settle();
    server.reactor.send_head(id, 200, []).unwrap();
    let patience = crate::support::Patience::with("the write fails");
    loop {
        patience.check();
        let sent = server
            .reactor
            .send_data(id, Content::Copied(b"part"), false);
        server.tick();
        if sent == Err(SendError::Disconnected) {
            break;
        }
    }
    server.drained();
}

#[test]
fn a_reset_after_the_response_of_a_pipelined_request_ends_the_rest() {
    let mut server = Server::new();
    let client = rude_client(&server, &[get("/1"), get("/2")].concat());
    let first = server.request().id;
    answer(&mut server.reactor, first, b"one");
    let second = server.request().id;
    reset(client);
    server.wake(second);
    assert_over(&mut server.reactor, second);
    server.drained();
}

#[test]
fn a_request_that_is_over_never_touches_the_next_one() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([get("/1"), get("/2")].concat());
    let first = server.request().id;
    answer(&mut server.reactor, first, b"one");
    assert_over(&mut server.reactor, first);
    assert_eq!(server.response(&mut client).text(), "one");
    let second = server.request().id;
    assert_ne!(first, second);
    assert_over(&mut server.reactor, first);
    assert!(server.reactor.is_connected(second));
    answer(&mut server.reactor, second, b"two");
    assert_eq!(server.response(&mut client).text(), "two");
    assert_eq!(server.reactor.connections(), 1);
}

#[test]
fn a_request_that_is_over_never_touches_a_connection_in_the_same_place() {
    let mut server = Server::new();
    let client = rude_client(&server, &get("/old"));
    let old = server.request().id;
    reset(client);
    server.drained();
    let mut client = server.connect_and_send([&post("/new", 3)[..], b"abc"].concat());
    let new = server.request().id;
    let (old_key, new_key) = (Reactor::connection_key(old), Reactor::connection_key(new));
    assert_eq!(old_key.0, new_key.0, "the same place");
    assert_ne!(old_key.1, new_key.1, "another use of it");
    assert_over(&mut server.reactor, old);
    assert_eq!(server.reactor.peer(old), None);
    assert_eq!(server.content(new), b"abc");
    answer(&mut server.reactor, new, b"new");
    assert_eq!(server.response(&mut client).text(), "new");
}

#[test]
fn a_late_answer_is_refused() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    answer(&mut server.reactor, id, b"first");
    let second = try_answer(&mut server.reactor, id, b"second");
    assert_eq!(second, Err(SendError::Disconnected));
    assert_eq!(server.response(&mut client).text(), "first");
    server.settle();
    assert!(client.pump().received.is_empty());
}

#[test]
fn many_that_leave_at_once_are_all_forgotten() {
    let mut server = Server::new();
    let open: Vec<TcpStream> = (0..300).map(|_| rude_client(&server, &get("/"))).collect();
    let mut idle: Vec<Client> = (0..100).map(|_| server.connect()).collect();
    server.run_until("all are accepted", |server| {
        server.reactor.connections() == 400 && server.reactor.requests() == 300
    });
    open.into_iter().for_each(reset);
    idle.clear();
    server.drained();
}

/// RFC 9112 §9.6: octets that come after the server has decided to close would be answered with a reset,
/// which destroys what the peer has not read yet.
#[test]
fn a_peer_that_asks_on_reads_the_whole_last_response() {
    let content = pattern(2_000_000);
    let mut server = Server::new();
    let mut client = Client::connect_with_small_window(server.address());
    client.send(get("/"));
    let id = server.request().id;
    let fields: [(&[u8], &[u8]); 1] = [(b"connection", b"close")];
    server.reactor.send_head(id, 200, fields).unwrap();
    let whole = Content::Shared(content.clone().into());
    server.reactor.send_data(id, whole, true).unwrap();
    server.run_until("the sockets between hold the rest", |_| {
        client.pump_once();
        client.received.len() > content.len() / 2
    });
    client.send(get("/next"));
    server.settle();
    let response = server.response(&mut client);
    assert!(response.content == content);
    drop(client);
    server.drained();
}
