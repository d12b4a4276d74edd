//! Who waits until a response is out is told when its last octet is written, not sooner or much later.

use std::{io::Write, net::TcpStream};

use bytes::Bytes;
use pyre_runtime::{Config, Poller, Reactor, RequestId, WaterMarks, http1::Content};
use socket2::Socket;

use super::files::whole;
use crate::support::{
    Patience, Seen, Server, answer,
    client::{Client, Response, reset},
    get, pattern, try_answer,
};

/// More than the sockets between hold.
const LARGE: usize = 2 * 1024 * 1024;

/// A server that hands on pipelined requests although responses wait to be read.
fn server() -> Server {
    let marks = 64 * LARGE as u64;
    let config = Config {
        write_marks: WaterMarks {
            high: marks,
            low: marks,
        },
        ..Config::default()
    };
    let small = |socket: &Socket| socket.set_send_buffer_size(4096).unwrap();
    Server::driven(config, Poller::direct().unwrap(), None).on_loopback_with(small)
}

fn large() -> Content<'static> {
    Content::Shared(Bytes::from(pattern(LARGE)))
}

fn answer_large(reactor: &mut Reactor, id: RequestId) {
    reactor.send_head(id, 200, []).unwrap();
    reactor.send_data(id, large(), true).unwrap();
}

/// A client that reads slowly, with so many pipelined requests.
fn client(server: &mut Server, requests: usize) -> (Client, Vec<RequestId>) {
    let mut client = Client::connect_with_small_window(server.address());
    client.send(get("/").repeat(requests));
    let first = server.request().id;
    (client, vec![first])
}

/// Runs until the request is woken, while the client reads.
fn wake(server: &mut Server, client: &mut Client, id: RequestId) {
    server.run_until("the response is out", |server| {
        client.pump_once();
        server.has_woken(id)
    });
}

/// The response that arrives although the server does nothing more.
fn all_that_is_written(client: &mut Client) -> Response {
    let patience = Patience::with("the rest arrives");
    loop {
        patience.check();
        if let Some(response) = client.pump().take_response() {
            return response;
        }
    }
}

fn waits(server: &mut Server, id: RequestId) {
    assert!(!server.reactor.is_out(id));
    server.settle();
    assert!(!server.has_woken(id));
}

#[test]
fn a_response_that_the_socket_takes_is_out_at_once() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    answer(&mut server.reactor, id, b"small");
    assert!(server.reactor.is_out(id));
    assert_eq!(server.response(&mut client).text(), "small");
    assert!(!server.has_woken(id));
}

#[test]
fn a_response_is_not_out_before_it_is_complete() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    waits(&mut server, id);
    server.reactor.send_head(id, 200, []).unwrap();
    let part = Content::Copied(b"part");
    server.reactor.send_data(id, part, false).unwrap();
    waits(&mut server, id);
    server
        .reactor
        .send_data(id, Content::Copied(b""), true)
        .unwrap();
    server.wake(id);
    assert!(server.reactor.is_out(id));
    assert_eq!(server.response(&mut client).text(), "part");
}

#[test]
fn a_response_is_out_with_its_last_octet() {
    for asks_before in [false, true] {
        let mut server = server();
        let (mut client, ids) = client(&mut server, 1);
        if asks_before {
            waits(&mut server, ids[0]);
        }
        answer_large(&mut server.reactor, ids[0]);
        waits(&mut server, ids[0]);
        wake(&mut server, &mut client, ids[0]);
        assert!(server.reactor.is_out(ids[0]));
        assert!(all_that_is_written(&mut client).content == pattern(LARGE));
    }
}

#[test]
fn a_file_is_out_with_its_last_octet() {
    let mut server = server();
    let (mut client, ids) = client(&mut server, 1);
    server.reactor.send_head(ids[0], 200, []).unwrap();
    let file = whole(&pattern(LARGE));
    server.reactor.send_file(ids[0], file, true).unwrap();
    waits(&mut server, ids[0]);
    wake(&mut server, &mut client, ids[0]);
    assert!(server.reactor.is_out(ids[0]));
    assert!(all_that_is_written(&mut client).content == pattern(LARGE));
}

#[test]
fn pipelined_responses_are_out_one_after_the_other() {
    let mut server = server();
    let (mut client, mut ids) = client(&mut server, 3);
    for place in 0..3 {
        answer_large(&mut server.reactor, ids[place]);
        assert!(!server.reactor.is_out(ids[place]));
        if place < 2 {
            ids.push(server.request().id);
        }
    }
    for (place, &id) in ids.iter().enumerate() {
        wake(&mut server, &mut client, id);
        assert!(server.reactor.is_out(id));
        for &later in &ids[place + 1..] {
            assert!(!server.has_woken(later));
            assert!(!server.reactor.is_out(later));
        }
    }
    for _ in ids {
        assert!(server.response(&mut client).content == pattern(LARGE));
    }
}

#[test]
fn who_asks_late_is_told_once_and_for_all() {
    let mut server = server();
    let (mut client, mut ids) = client(&mut server, 3);
    answer_large(&mut server.reactor, ids[0]);
    ids.push(server.request().id);
    answer_large(&mut server.reactor, ids[1]);
    waits(&mut server, ids[0]);
    ids.push(server.request().id);
    answer_large(&mut server.reactor, ids[2]);
    wake(&mut server, &mut client, ids[0]);
    assert!(server.reactor.is_out(ids[0]));
    assert!(!server.reactor.is_out(ids[2]), "there is more behind it");
    assert!(server.reactor.is_out(ids[0]));
}

#[test]
fn a_response_that_is_written_with_the_next_is_out_with_it() {
    let mut first = None;
    let mut server = Server::new().answering(move |reactor, seen| {
        if let Seen::Request(asked) = seen {
            answer(reactor, asked.id, asked.target.as_bytes());
            if first.is_none() {
                // It is held back for the response to the request behind it.
                assert!(!reactor.is_out(*first.insert(asked.id)));
            }
        }
    });
    let mut client = server.connect_and_send([get("/1"), get("/2")].concat());
    let id = server.request().id;
    server.wake(id);
    assert!(server.reactor.is_out(id));
    assert_eq!(server.response(&mut client).text(), "/1");
    assert_eq!(server.response(&mut client).text(), "/2");
}

#[test]
fn nothing_goes_out_to_a_peer_that_is_gone() {
    let mut server = server();
    let client = TcpStream::connect(server.address()).unwrap();
    (&client).write_all(&get("/").repeat(2)).unwrap();
    let first = server.request().id;
    answer_large(&mut server.reactor, first);
    let second = server.request().id;
    waits(&mut server, first);
    waits(&mut server, second);
    reset(client);
    for id in [first, second] {
        server.wake(id);
        assert!(server.reactor.is_out(id));
    }
    server.drained();
}

#[test]
fn nothing_goes_out_after_the_end_of_serving() {
    let mut server = server();
    let (_client, ids) = client(&mut server, 1);
    answer_large(&mut server.reactor, ids[0]);
    waits(&mut server, ids[0]);
    server.reactor.close_all();
    server.wake(ids[0]);
    assert!(server.reactor.is_out(ids[0]));
}

#[test]
fn a_response_that_is_cut_off_is_out_with_what_there_is_of_it() {
    let mut server = server();
    let (mut client, ids) = client(&mut server, 1);
    server.reactor.send_head(ids[0], 200, []).unwrap();
    server.reactor.send_data(ids[0], large(), false).unwrap();
    waits(&mut server, ids[0]);
    server.reactor.send_error(ids[0], 500, "sorry");
    server.wake(ids[0]);
    waits(&mut server, ids[0]);
    wake(&mut server, &mut client, ids[0]);
    assert!(server.reactor.is_out(ids[0]));
    server.end(&mut client);
    assert!(client.received.len() > LARGE);
}

#[test]
fn who_has_given_up_is_not_woken() {
    let mut server = server();
    let (mut client, ids) = client(&mut server, 1);
    answer_large(&mut server.reactor, ids[0]);
    waits(&mut server, ids[0]);
    server.reactor.stop_waiting(ids[0]);
    assert!(server.response(&mut client).content == pattern(LARGE));
    server.settle();
    assert!(!server.has_woken(ids[0]));
    assert!(server.reactor.is_out(ids[0]));
    assert!(try_answer(&mut server.reactor, ids[0], b"").is_err());
}
