//! Requests in order: one after the other, many at once, many connections.

use pyre_runtime::{
    Config, Reactor, SendError,
    http1::{Content, ResponseError},
};

use crate::support::{
    Seen, Server, answer,
    client::{Client, End},
    get, post, say_target,
};

fn targets(server: &Server) -> Vec<&str> {
    server.seen.iter().filter_map(Seen::target).collect()
}

#[test]
fn a_connection_is_kept_for_further_requests() {
    let mut server = Server::new().answering(say_target);
    let mut client = server.connect();
    for target in ["/1", "/2", "/3"] {
        client.send(get(target));
        let response = server.response(&mut client);
        assert_eq!((response.status, response.text()), (200, target));
        assert!(!response.says_close());
    }
    assert_eq!(server.reactor.connections(), 1);
    assert_eq!(server.reactor.requests(), 0);
}

#[test]
fn a_head_may_come_octet_by_octet() {
    let mut server = Server::new().answering(say_target);
    let mut client = server.connect();
    for octet in get("/slowly") {
        assert_eq!(targets(&server), [""; 0]);
        client.send([octet]);
        server.tick();
    }
    assert_eq!(server.response(&mut client).text(), "/slowly");
}

#[test]
fn a_peer_that_asks_for_it_is_closed_after_the_response() {
    for request in [
        "GET /last HTTP/1.0\r\n\r\n",
        "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ] {
        let mut server = Server::new().answering(say_target);
        let mut client = server.connect_and_send(request);
        let response = server.response(&mut client);
        assert_eq!(response.text(), "/last");
        assert!(response.says_close());
        assert_eq!(server.end(&mut client), End::Closed);
        server.drained();
    }
}

#[test]
fn an_old_peer_can_keep_its_connection() {
    let mut server = Server::new().answering(say_target);
    let mut client = server.connect();
    for target in ["/1", "/2"] {
        client.send(format!(
            "GET {target} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        ));
        let response = server.response(&mut client);
        assert_eq!(response.text(), target);
        assert_eq!(response.field("connection"), Some("keep-alive"));
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let mut server = Server::new().answering(say_target);
    let expected: Vec<String> = (0..10).map(|number| format!("/{number}")).collect();
    let mut client = server.connect();
    client.send(expected.iter().flat_map(|t| get(t)).collect::<Vec<_>>());
    for target in &expected {
        assert_eq!(server.response(&mut client).text(), target);
    }
}

#[test]
fn a_pipelined_request_waits_for_the_response_before_it() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([get("/1"), get("/2")].concat());
    let first = server.request();
    server.settle();
    assert_eq!(targets(&server), [""; 0]);
    answer(&mut server.reactor, first.id, b"one");
    assert!(server.reactor.is_due(), "the second has become free");
    let second = server.request();
    assert_eq!(second.target, "/2");
    answer(&mut server.reactor, second.id, b"two");
    assert_eq!(server.response(&mut client).text(), "one");
    assert_eq!(server.response(&mut client).text(), "two");
}

#[test]
fn one_connection_does_not_keep_a_tick_for_itself() {
    let mut server = Server::new().answering(say_target);
    let greedy: Vec<u8> = (0..100)
        .flat_map(|number| get(&format!("/{number}")))
        .collect();
    let mut greedy = server.connect_and_send(greedy);
    let mut modest = server.connect_and_send(get("/modest"));
    let mut in_each_tick = Vec::new();
    server.run_until("all requests come", |server| {
        let before: usize = in_each_tick.iter().sum();
        let requests = targets(server).len();
        in_each_tick.push(requests - before);
        requests == 101
    });
    assert!(
        in_each_tick.iter().all(|&count| count <= 33),
        "{in_each_tick:?}"
    );
    let asked = targets(&server);
    let position = asked.iter().position(|&target| target == "/modest");
    assert!(position.is_some_and(|position| position <= 32), "{asked:?}");
    assert_eq!(server.response(&mut modest).text(), "/modest");
    for number in 0..100 {
        assert_eq!(server.response(&mut greedy).text(), format!("/{number}"));
    }
}

#[test]
fn a_tick_that_leaves_requests_says_that_another_is_due() {
    let mut server = Server::new().answering(say_target);
    let mut client = server.connect();
    client.send((0..40).flat_map(|_| get("/")).collect::<Vec<_>>());
    let mut was_due = false;
    server.run_until("the first requests come", |server| {
        was_due = server.reactor.is_due();
        !targets(server).is_empty()
    });
    assert_eq!(targets(&server).len(), 32);
    assert!(was_due);
    assert!(
        !server.tick() || !server.tick(),
        "the rest fits into one tick"
    );
    assert_eq!(targets(&server).len(), 40);
}

#[test]
fn responses_to_pipelined_requests_are_written_together() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([get("/1"), get("/2")].concat());
    let mut answered = 0;
    server = server.answering(move |reactor, seen| {
        assert!(
            client.pump().received.is_empty(),
            "after {answered} answers"
        );
        answered += 1;
        say_target(reactor, seen);
    });
    server.run_until("both requests come", |server| targets(server).len() == 2);
}

#[test]
fn head_is_answered_without_content() {
    let mut server = Server::new().answering(|reactor, seen| {
        if let Seen::Request(asked) = seen {
            answer(reactor, asked.id, b"thirteen more");
        }
    });
    let mut client = server.connect();
    client.asked_for_head = true;
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    let response = server.response(&mut client);
    assert_eq!(response.field("content-length"), Some("13"));
    client.asked_for_head = false;
    client.send(get("/"));
    assert_eq!(server.response(&mut client).text(), "thirteen more");
}

#[test]
fn default_fields_are_sent_unless_turned_off() {
    let mut server = Server::new().answering(say_target);
    let response = server.response(&mut server.connect_and_send(get("/")));
    assert_eq!(response.field("server"), Some("pyre"));
    let date = response.field("date").expect("a date");
    assert!(date.ends_with(" GMT") && date.len() == 29, "{date}");

    let config = Config {
        server_header: None,
        date_header: false,
        ..Config::default()
    };
    let mut server = Server::configured(config).answering(say_target);
    let response = server.response(&mut server.connect_and_send(get("/")));
    assert_eq!(
        response.head,
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n"
    );
}

#[test]
fn a_response_that_breaks_a_rule_is_refused_and_can_be_mended() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    let reactor = &mut server.reactor;
    let refused = |error| Err(SendError::Response(error));
    assert_eq!(
        reactor.send_data(id, Content::Copied(b"x"), true),
        refused(ResponseError::HeadMissing)
    );
    assert_eq!(
        reactor.send_head(id, 99, []),
        refused(ResponseError::Status)
    );
    let announced: [(&[u8], &[u8]); 1] = [(b"content-length", b"2")];
    assert_eq!(reactor.send_head(id, 201, announced), Ok(()));
    assert_eq!(
        reactor.send_head(id, 200, []),
        refused(ResponseError::HeadAlreadySent)
    );
    assert_eq!(
        reactor.send_data(id, Content::Copied(b"xyz"), true),
        refused(ResponseError::ContentTooLong)
    );
    assert_eq!(reactor.send_data(id, Content::Copied(b"xy"), true), Ok(()));
    let response = server.response(&mut client);
    assert_eq!((response.status, response.text()), (201, "xy"));
}

#[test]
fn the_server_answers_where_the_application_can_not() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    server.reactor.send_error(id, 500, "the application failed");
    let response = server.response(&mut client);
    assert_eq!(response.status, 500);
    assert_eq!(response.text(), "500 the application failed\n");
    assert!(response.says_close());
    assert_eq!(server.end(&mut client), End::Closed);
    server.wake(id);
    drop(client);
    server.drained();
}

#[test]
fn a_response_that_fails_on_its_way_is_cut_off() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    let part = Content::Copied(b"part");
    server.reactor.send_data(id, part, false).unwrap();
    server.reactor.send_error(id, 500, "the application failed");
    assert_eq!(server.end(&mut client), End::Closed);
    assert_eq!(client.take_response(), None, "its last chunk is missing");
    assert!(client.received.ends_with(b"4\r\npart\r\n"));
    drop(client);
    server.drained();
}

#[test]
fn a_thousand_connections_leave_nothing_behind() {
    let mut server = Server::new().answering(say_target);
    let mut clients: Vec<Client> = (0..1000).map(|_| server.connect()).collect();
    for client in &mut clients {
        client.send(get("/"));
    }
    for client in &mut clients {
        assert_eq!(server.response(client).text(), "/");
    }
    assert_eq!(server.reactor.connections(), 1000);
    drop(clients);
    server.drained();
    assert!(
        server
            .response(&mut server.connect_and_send(get("/")))
            .text()
            == "/"
    );
}

#[test]
fn connections_come_and_go_in_the_same_place() {
    let mut server = Server::new().answering(say_target);
    let mut keys = Vec::new();
    for _ in 0..50 {
        let mut client = server.connect_and_send(get("/"));
        let id = server.request().id;
        keys.push(Reactor::connection_key(id));
        assert_eq!(server.response(&mut client).status, 200);
        drop(client);
        server.drained();
    }
    assert!(keys.iter().all(|key| key.0 == keys[0].0));
    keys.dedup();
    assert_eq!(keys.len(), 50);
}

#[test]
fn unread_content_of_the_usual_size_does_not_cost_the_connection() {
    let mut server = Server::new().answering(say_target);
    let mut client = server.connect();
    for target in ["/1", "/2"] {
        client.send(post(target, 100_000));
        assert_eq!(
            server.response(&mut client).text(),
            target,
            "before the content"
        );
        client.send(vec![b'x'; 100_000]);
    }
    client.send(get("/3"));
    let response = server.response(&mut client);
    assert_eq!((response.status, response.text()), (200, "/3"));
    assert_eq!(server.reactor.connections(), 1);
}
