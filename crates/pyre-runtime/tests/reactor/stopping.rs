//! The end of serving: gently, and at once.

use std::net::TcpStream;

use pyre_runtime::{Received, http1::Content};

use crate::support::{
    Server, answer,
    client::{Client, End},
    get, post, say_target,
};

#[test]
fn nobody_is_accepted_after_the_stop() {
    let mut server = Server::new().answering(say_target);
    let mut client = server.connect_and_send(get("/1"));
    assert_eq!(server.response(&mut client).text(), "/1");
    server.reactor.stop_listening();
    let refused = TcpStream::connect(server.address()).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    client.send(get("/2"));
    let response = server.response(&mut client);
    assert_eq!(response.text(), "/2", "who is connected is served");
    assert!(!response.says_close());
}

#[test]
fn idle_connections_are_closed() {
    let mut server = Server::new().answering(say_target);
    let mut used = server.connect_and_send(get("/"));
    server.response(&mut used);
    let mut silent = server.connect();
    server.run_until("both are accepted", |server| {
        server.reactor.connections() == 2
    });
    server.reactor.close_idle();
    assert_eq!(server.end(&mut used), End::Closed);
    assert_eq!(server.end(&mut silent), End::Closed);
    assert_eq!(server.reactor.connections(), 0);
}

#[test]
fn what_was_sent_before_the_stop_is_answered() {
    let mut server = Server::new().answering(say_target);
    let mut used = server.connect_and_send(get("/"));
    server.response(&mut used);
    let mut waiting = server.connect_and_send(get("/in-the-accept-queue"));
    used.send(get("/unread"));
    server.reactor.stop_listening();
    server.reactor.close_idle();
    for (client, target) in [
        (&mut used, "/unread"),
        (&mut waiting, "/in-the-accept-queue"),
    ] {
        let response = server.response(client);
        assert_eq!(response.text(), target);
        assert!(response.says_close());
        assert_eq!(server.end(client), End::Closed);
    }
}

#[test]
fn a_request_under_way_is_answered_and_says_that_it_is_the_last() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([&post("/", 3)[..], &b"ab"[..]].concat());
    let id = server.request().id;
    assert!(matches!(
        server.reactor.receive(id),
        Received::Data(b"ab", false)
    ));
    server.reactor.close_idle();
    server.settle();
    assert!(server.reactor.is_connected(id));
    client.send("c");
    assert_eq!(server.content(id), b"c");
    answer(&mut server.reactor, id, b"last");
    let response = server.response(&mut client);
    assert_eq!(response.text(), "last");
    assert!(response.says_close());
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
}

#[test]
fn a_response_under_way_is_completed_and_the_connection_closed() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    let part = Content::Copied(b"first");
    server.reactor.send_data(id, part, false).unwrap();
    server.reactor.close_idle();
    server.settle();
    server
        .reactor
        .send_data(id, Content::Copied(b"last"), true)
        .unwrap();
    assert_eq!(server.response(&mut client).text(), "firstlast");
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
}

#[test]
fn a_request_that_is_coming_in_is_answered_and_says_that_it_is_the_last() {
    let mut server = Server::new();
    let mut client = server.connect_and_send("GET /coming HTTP/1.1\r\n");
    server.run_until("it is accepted", |server| server.reactor.connections() == 1);
    server.settle();
    server.reactor.close_idle();
    server.settle();
    client.send("Host: a\r\n\r\n");
    let asked = server.request();
    answer(&mut server.reactor, asked.id, b"last");
    let response = server.response(&mut client);
    assert_eq!(response.text(), "last");
    assert!(response.says_close());
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
}

#[test]
fn requests_behind_the_last_response_are_not_served() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([get("/1"), get("/2")].concat());
    let first = server.request();
    server.reactor.close_idle();
    answer(&mut server.reactor, first.id, b"one");
    assert!(server.response(&mut client).says_close());
    assert_eq!(server.end(&mut client), End::Closed);
    assert!(client.received.is_empty());
    drop(client);
    server.drained();
    assert_eq!(server.seen, []);
}

#[test]
fn unread_content_is_not_waited_for_during_a_stop() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(post("/", 1000));
    let id = server.request().id;
    answer(&mut server.reactor, id, b"answered");
    assert_eq!(server.response(&mut client).text(), "answered");
    server.reactor.close_idle();
    assert_eq!(server.end(&mut client), End::Closed);
    drop(client);
    server.drained();
}

#[test]
fn closing_all_wakes_every_open_request() {
    let mut server = Server::new();
    let mut clients: Vec<Client> = Vec::new();
    let mut open = Vec::new();
    for _ in 0..5 {
        clients.push(server.connect_and_send(get("/")));
        open.push(server.request().id);
    }
    clients.push(server.connect());
    server.run_until("all are accepted", |server| {
        server.reactor.connections() == 6
    });
    server.reactor.close_all();
    assert_eq!(
        (server.reactor.connections(), server.reactor.requests()),
        (0, 0)
    );
    for id in open {
        assert!(!server.reactor.is_connected(id));
        server.wake(id);
    }
    for client in &mut clients {
        server.end(client);
    }
}

#[test]
fn closing_all_in_the_middle_of_a_tick_is_harmless() {
    let mut server = Server::new().answering(|reactor, _| reactor.close_all());
    let mut clients: Vec<Client> = (0..5).map(|_| server.connect_and_send(get("/"))).collect();
    for client in &mut clients {
        server.end(client);
    }
    server.drained();
}

#[test]
fn a_reactor_may_listen_again_after_a_stop() {
    let mut server = Server::new();
    server.reactor.stop_listening();
    server = server.on_loopback();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    let expected = Some(server.address().into());
    assert_eq!(server.reactor.local_address(id), expected);
    answer(&mut server.reactor, id, b"back");
    assert_eq!(server.response(&mut client).text(), "back");
}
