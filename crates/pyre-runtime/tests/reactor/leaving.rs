//! A peer that has ended its side is answered, and one that has gone is noticed (RFC 9112 §9.6).

use std::{fs, path::PathBuf};

use pyre_runtime::{Config, Poller, RequestId, http1::Content};

use crate::support::{
    Server, answer,
    client::{Client, End, Response},
    get,
};

const HTTP10: &[u8] = b"GET / HTTP/1.0\r\nHost: a\r\n\r\n";

/// How far a response has come when the peer ends its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    NothingSent,
    HeadOpen,
    HeadSent,
    PartSent,
}

const STAGES: [Stage; 4] = [
    Stage::NothingSent,
    Stage::HeadOpen,
    Stage::HeadSent,
    Stage::PartSent,
];

fn send(server: &mut Server, id: RequestId, content: &[u8], end: bool) {
    let content = Content::Copied(content);
    server.reactor.send_data(id, content, end).unwrap();
}

fn begin(server: &mut Server, id: RequestId, stage: Stage) {
    if stage == Stage::NothingSent {
        return;
    }
    server.reactor.send_head(id, 200, []).unwrap();
    if stage == Stage::PartSent {
        send(server, id, b"part ", false);
    }
    if stage != Stage::HeadOpen {
        server.settle();
    }
}

/// Completes a response of which that stage is sent.
fn complete(server: &mut Server, id: RequestId, stage: Stage) {
    if stage == Stage::NothingSent {
        server.reactor.send_head(id, 200, []).unwrap();
    }
    if stage != Stage::PartSent {
        send(server, id, b"part ", false);
    }
    send(server, id, b"and rest", true);
}

/// The application waits for the peer to leave, and hears nothing while it is there.
fn asks_in_vain(server: &mut Server, id: RequestId) {
    for _ in 0..3 {
        assert!(!server.reactor.await_end(id));
        server.settle();
        assert!(!server.has_woken(id));
        assert!(server.reactor.is_connected(id));
    }
}

fn answered(server: &mut Server, client: &mut Client, id: RequestId, stage: Stage) -> Response {
    asks_in_vain(server, id);
    complete(server, id, stage);
    // One that ends with the connection is whole then.
    server.run_until("the end", |_| client.pump().end.is_some());
    assert_eq!(client.end, Some(End::Closed));
    let response = client.take_response().expect("it is whole");
    assert!(client.received.is_empty());
    response
}

#[test]
fn a_peer_that_has_ended_its_side_gets_the_whole_response() {
    for stage in STAGES {
        for (request, coding) in [(&get("/")[..], Some("chunked")), (HTTP10, None)] {
            let mut server = Server::new();
            let mut client = server.connect_and_send(request);
            let id = server.request().id;
            begin(&mut server, id, stage);
            client.finish();
            let response = answered(&mut server, &mut client, id, stage);
            assert!(
                response.head.starts_with("HTTP/1.1 200 OK\r\n"),
                "{stage:?}"
            );
            assert_eq!(response.field("transfer-encoding"), coding);
            assert_eq!(response.text(), "part and rest", "{stage:?}");
            server.drained();
        }
    }
}

#[test]
fn a_peer_that_ends_its_side_while_somebody_asks_gets_the_whole_response() {
    for stage in STAGES {
        let mut server = Server::new();
        let mut client = server.connect_and_send(get("/"));
        let id = server.request().id;
        begin(&mut server, id, stage);
        asks_in_vain(&mut server, id);
        client.finish();
        let response = answered(&mut server, &mut client, id, stage);
        assert_eq!(response.text(), "part and rest", "{stage:?}");
        server.drained();
    }
}

#[test]
fn a_length_is_that_of_the_content_though_something_was_sent_ahead() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    client.finish();
    asks_in_vain(&mut server, id);
    server.run_until("a byte is sent ahead", |_| client.pump().received == b"H");
    answer(&mut server.reactor, id, b"content");
    let response = server.response(&mut client);
    assert!(response.head.starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(response.field("content-length"), Some("7"));
    assert_eq!(response.text(), "content");
}

#[test]
fn what_else_begins_a_response_may_be_sent_ahead_too() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    client.finish();
    asks_in_vain(&mut server, id);
    server.reactor.send_interim(id, 103, []).unwrap();
    assert_eq!(server.response(&mut client).status, 103);
    server.reactor.send_error(id, 500, "sorry");
    let response = server.response(&mut client);
    assert!(
        response
            .head
            .starts_with("HTTP/1.1 500 Internal Server Error\r\n")
    );
    assert_eq!(response.text(), "500 sorry\n");
}

#[test]
fn pipelined_requests_of_a_peer_that_has_ended_its_side_are_answered() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([get("/1"), get("/2")].concat());
    client.finish();
    for target in ["/1", "/2"] {
        let asked = server.request();
        asks_in_vain(&mut server, asked.id);
        answer(&mut server.reactor, asked.id, asked.target.as_bytes());
        assert_eq!(server.response(&mut client).text(), target);
    }
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
}

#[test]
fn a_peer_that_has_gone_is_noticed() {
    for stage in STAGES {
        let mut server = Server::new();
        let mut client = server.connect_and_send(get("/"));
        let id = server.request().id;
        begin(&mut server, id, stage);
        // What it has not read would make its end a reset.
        client.pump();
        asks_in_vain(&mut server, id);
        client.pump();
        drop(client);
        server.wake(id);
        assert!(server.reactor.await_end(id), "{stage:?}");
        server.drained();
    }
}

#[test]
fn a_peer_that_has_gone_is_noticed_where_nothing_can_be_sent() {
    let with_length: [(&[u8], &[u8]); 1] = [(b"content-length", b"100")];
    for (request, fields) in [(HTTP10, &[][..]), (&get("/")[..], &with_length[..])] {
        let mut server = Server::new();
        let mut client = server.connect_and_send(request);
        let id = server.request().id;
        server
            .reactor
            .send_head(id, 200, fields.iter().copied())
            .unwrap();
        send(&mut server, id, b"part", false);
        server.run_until("the part is there", |_| {
            client.pump().received.ends_with(b"part")
        });
        asks_in_vain(&mut server, id);
        drop(client);
        asks_in_vain(&mut server, id);
        server.wake(id);
        assert!(server.reactor.await_end(id));
        server.drained();
    }
}

#[test]
fn a_peer_that_waits_where_nothing_can_be_sent_sees_that_something_is_missing() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(HTTP10);
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    send(&mut server, id, b"part", false);
    client.finish();
    asks_in_vain(&mut server, id);
    server.wake(id);
    assert!(server.reactor.await_end(id));
    assert_eq!(server.end(&mut client), End::Reset);
    server.drained();
}

struct SocketPath(PathBuf);

impl Drop for SocketPath {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn unix_sockets_tell_who_has_gone() {
    for stage in STAGES {
        let name = format!("pyre-leaving-{}-{stage:?}.sock", std::process::id());
        let path = SocketPath(std::env::temp_dir().join(name));
        let mut server =
            Server::driven(Config::default(), Poller::direct().unwrap(), None).on_path(&path.0);
        let mut client = Client::connect_to_path(&path.0);
        client.send(get("/"));
        let id = server.request().id;
        begin(&mut server, id, stage);
        client.finish();
        let response = answered(&mut server, &mut client, id, stage);
        assert_eq!(response.text(), "part and rest", "{stage:?}");

        let mut client = Client::connect_to_path(&path.0);
        client.send(get("/"));
        let id = server.request().id;
        begin(&mut server, id, stage);
        asks_in_vain(&mut server, id);
        client.pump();
        drop(client);
        server.wake(id);
        assert!(server.reactor.await_end(id), "{stage:?}");
        server.drained();
    }
}
