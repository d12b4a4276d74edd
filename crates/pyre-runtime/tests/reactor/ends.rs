//! Who waits for the end of an exchange is told of it, whatever ends it.

use std::{
    io::Write,
    net::TcpStream,
    time::{Duration, Instant},
};

use pyre_runtime::{
    Received, RequestId, SendError, Timeouts,
    http1::{Content, RequestError},
};

use crate::support::{
    Server, answer,
    client::{Client, reset},
    get, post, try_answer,
};

/// A request of which somebody waits for the end.
fn waiting(server: &mut Server, octets: impl AsRef<[u8]>) -> (Client, RequestId) {
    let client = server.connect_and_send(octets);
    let id = server.request().id;
    not_over(server, id);
    (client, id)
}

/// Nothing has happened yet, and nobody is woken in vain.
fn not_over(server: &mut Server, id: RequestId) {
    assert!(!server.reactor.await_end(id));
    server.settle();
    assert!(!server.has_woken(id));
}

fn over(server: &mut Server, id: RequestId) {
    server.wake(id);
    assert!(server.reactor.await_end(id));
}

#[test]
fn it_is_the_end_of_the_response() {
    let mut server = Server::new();
    let (mut client, id) = waiting(&mut server, get("/"));
    server.reactor.send_head(id, 200, []).unwrap();
    let part = Content::Copied(b"part");
    server.reactor.send_data(id, part, false).unwrap();
    not_over(&mut server, id);
    server
        .reactor
        .send_data(id, Content::Copied(b""), true)
        .unwrap();
    over(&mut server, id);
    assert_eq!(server.response(&mut client).text(), "part");
    client.send(get("/next"));
    assert_eq!(server.request().target, "/next", "the connection goes on");
}

#[test]
fn it_is_the_leaving_of_the_peer() {
    let whole = [&post("/", 3)[..], b"abc"].concat();
    for request in [get("/"), whole] {
        let mut server = Server::new();
        let client = server.connect_and_send(request);
        let id = server.request().id;
        server.content(id);
        not_over(&mut server, id);
        drop(client);
        over(&mut server, id);
        let answered = try_answer(&mut server.reactor, id, b"");
        assert_eq!(answered, Err(SendError::Disconnected));
        server.drained();
    }
}

#[test]
fn content_that_there_is_none_of_need_not_be_read() {
    let mut server = Server::new();
    let (client, id) = waiting(&mut server, get("/"));
    drop(client);
    over(&mut server, id);
    assert_eq!(server.reactor.receive(id), Received::Disconnected);
    server.drained();
}

#[test]
fn a_peer_that_has_left_before_is_gone_when_somebody_asks() {
    let mut server = Server::new();
    let client = server.connect_and_send(get("/"));
    let id = server.request().id;
    drop(client);
    server.settle();
    assert!(server.reactor.is_connected(id), "nobody has asked");
    server.run_until("it is gone", |server| server.reactor.await_end(id));
    assert!(!server.reactor.is_connected(id));
    server.drained();
}

#[test]
fn a_peer_that_leaves_is_there_until_its_content_is_read() {
    for length in [3, 200_000] {
        let content = vec![b'x'; length];
        let mut server = Server::new();
        let request = [&post("/", length)[..], &content].concat();
        let (mut client, id) = waiting(&mut server, request);
        server.run_until("the content is sent", |_| client.pump().unsent.is_empty());
        drop(client);
        not_over(&mut server, id);
        assert!(server.content(id) == content);
        over(&mut server, id);
        server.drained();
    }
}

#[test]
fn it_is_a_reset_also_while_content_is_unread() {
    let mut server = Server::new();
    let client = TcpStream::connect(server.address()).unwrap();
    (&client)
        .write_all(&[&post("/", 10)[..], b"abc"].concat())
        .unwrap();
    let id = server.request().id;
    not_over(&mut server, id);
    reset(client);
    over(&mut server, id);
    server.drained();
}

#[test]
fn content_that_comes_is_not_the_end() {
    let mut server = Server::new();
    let (mut client, id) = waiting(&mut server, post("/", 3));
    assert_eq!(server.reactor.receive(id), Received::Pending);
    client.send("abc");
    server.wake(id);
    not_over(&mut server, id);
    assert_eq!(server.content(id), b"abc");
    client.send(get("/next"));
    not_over(&mut server, id);
    drop(client);
    over(&mut server, id);
}

#[test]
fn content_is_not_awaited_by_who_waits_for_the_end() {
    let mut server = Server::timed(Timeouts {
        body: Some(Duration::from_millis(200)),
        ..Timeouts::default()
    });
    let expecting =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
    let (mut client, id) = waiting(&mut server, expecting);
    let end = Instant::now() + Duration::from_millis(400);
    server.run_until("the time passes", |_| Instant::now() >= end);
    not_over(&mut server, id);
    assert!(client.pump().received.is_empty(), "nor is it asked for");
    assert_eq!(server.reactor.receive(id), Received::Pending);
    over(&mut server, id);
    let late = Received::Refused(RequestError::Timeout);
    assert_eq!(server.reactor.receive(id), late);
}

#[test]
fn it_is_the_refusal_of_the_content() {
    let mut server = Server::new();
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n";
    let (_client, id) = waiting(&mut server, chunked);
    let refused = Received::Refused(RequestError::Chunk);
    assert_eq!(server.reactor.receive(id), refused);
    over(&mut server, id);
}

#[test]
fn it_is_the_end_of_serving() {
    let mut server = Server::new();
    let (_client, id) = waiting(&mut server, get("/"));
    server.reactor.close_all();
    over(&mut server, id);
}

#[test]
fn peers_are_reported_gone_whose_content_is_read() {
    let mut server = Server::new();
    let (mut reading, unread) = waiting(&mut server, post("/", 3));
    let (mut client, read) = waiting(&mut server, get("/"));
    server.reactor.report_peers_gone();
    over(&mut server, read);
    not_over(&mut server, unread);
    reading.send("abc");
    assert_eq!(server.content(unread), b"abc");
    assert!(server.reactor.await_end(unread));
    for (client, id) in [(&mut client, read), (&mut reading, unread)] {
        answer(&mut server.reactor, id, b"what is left to say");
        assert_eq!(server.response(client).text(), "what is left to say");
    }
}

#[test]
fn who_has_given_up_is_not_woken() {
    let mut server = Server::new();
    let (mut client, id) = waiting(&mut server, get("/"));
    server.reactor.stop_waiting(id);
    answer(&mut server.reactor, id, b"done");
    assert_eq!(server.response(&mut client).text(), "done");
    server.settle();
    assert!(!server.has_woken(id));
}
