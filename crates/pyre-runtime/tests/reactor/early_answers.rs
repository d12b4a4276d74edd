//! The end of a connection whose peer sends on: it reads the answer all the same.

use pyre_runtime::{Config, http1::Limits};

use crate::support::{
    Server, answer,
    client::{Client, End},
    get, post,
};

/// More than any buffer between holds.
const UPLOAD: usize = 30 * 1024 * 1024;

/// A client that writes all of its upload before it reads, as blocking ones do.
fn sends_all(server: &mut Server, client: &mut Client) {
    server.run_until("the upload is written", |_| {
        client.pump_out();
        client.unsent.is_empty()
    });
    assert!(!client.was_cut_off, "the server has closed before");
}

#[test]
fn an_early_answer_reaches_a_peer_that_writes_its_whole_upload_first() {
    let mut server = Server::new();
    let upload = [post("/", UPLOAD), vec![b'x'; UPLOAD]].concat();
    let mut client = server.connect_and_send(upload);
    let id = server.request().id;
    answer(&mut server.reactor, id, b"not you");
    sends_all(&mut server, &mut client);
    let response = server.response(&mut client);
    assert_eq!(response.text(), "not you");
    assert!(response.says_close());
    assert_eq!(server.end(&mut client), End::Closed);
    drop(client);
    server.drained();
}

#[test]
fn a_refusal_of_an_upload_reaches_a_peer_that_writes_all_of_it_first() {
    let limits = Limits {
        content: Some(1000),
        ..Limits::default()
    };
    let mut server = Server::configured(Config {
        limits,
        ..Config::default()
    });
    let upload = [post("/", UPLOAD), vec![b'x'; UPLOAD]].concat();
    let mut client = server.connect_and_send(upload);
    sends_all(&mut server, &mut client);
    assert_eq!(server.response(&mut client).status, 413);
    drop(client);
    server.drained();
}

#[test]
fn others_are_served_while_a_connection_lingers() {
    let mut server = Server::new();
    let upload = [post("/", UPLOAD), vec![b'x'; UPLOAD]].concat();
    let mut client = server.connect_and_send(upload);
    let id = server.request().id;
    answer(&mut server.reactor, id, b"not you");
    let mut other = server.connect_and_send(get("/other"));
    let mut asked = None;
    server.run_until("the other is served", |server| {
        client.pump_out();
        asked = server.seen.iter().find_map(|seen| match seen {
            crate::support::Seen::Request(asked) if asked.target == "/other" => Some(asked.id),
            _ => None,
        });
        asked.is_some()
    });
    answer(
        &mut server.reactor,
        asked.expect("it was waited for"),
        b"yes",
    );
    assert_eq!(server.response(&mut other).text(), "yes");
}

#[test]
fn a_silent_peer_does_not_make_a_connection_linger_for_long() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(post("/", UPLOAD));
    let id = server.request().id;
    answer(&mut server.reactor, id, b"not you");
    assert_eq!(server.response(&mut client).text(), "not you");
    server.drained();
}

#[test]
fn a_stop_does_not_wait_for_a_peer_that_sends_on() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(post("/", UPLOAD));
    let id = server.request().id;
    answer(&mut server.reactor, id, b"not you");
    assert_eq!(server.response(&mut client).text(), "not you");
    server.reactor.close_idle();
    server.run_until("it is closed though it is not silent", |server| {
        if !client.was_cut_off {
            client.send("x");
        }
        server.reactor.connections() == 0
    });
}
