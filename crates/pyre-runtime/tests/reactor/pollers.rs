//! The same reactor where a thread waits in place of the host.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError},
    time::{Duration, Instant},
};

use pyre_runtime::{Config, Poller, Timeouts};

use crate::support::{
    PATIENCE, Server, answer,
    client::{Client, End},
    get, pattern, post, say_target,
};

/// A server that a thread drives, and where the thread says that a tick is due.
fn threaded(config: Config) -> (Server, Receiver<()>) {
    let (sender, notices) = mpsc::channel();
    let poller = Poller::threaded(move || {
        // The test may have ended before the thread.
        let _ = sender.send(());
    })
    .unwrap();
    (Server::driven(config, poller, None).on_loopback(), notices)
}

/// Ticks when the thread says so or one is due, as an event loop would, until `condition` holds.
fn serve_until(
    server: &mut Server,
    notices: &Receiver<()>,
    mut condition: impl FnMut(&mut Server) -> bool,
) {
    let until = Instant::now() + PATIENCE;
    while !condition(server) {
        assert!(Instant::now() < until, "in vain");
        if !server.reactor.is_due() {
            // The client is looked after now and then too, as it is on this thread.
            match notices.recv_timeout(Duration::from_millis(10)) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) if is_late(server) => {}
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => panic!("the thread has ended"),
            }
        }
        server.tick();
    }
}

fn is_late(server: &Server) -> bool {
    let deadline = server.reactor.next_deadline();
    deadline.is_some_and(|deadline| deadline <= Instant::now())
}

fn status(server: &mut Server, notices: &Receiver<()>, client: &mut Client) -> u16 {
    let mut status = None;
    serve_until(server, notices, |_| {
        status = client
            .pump()
            .take_response()
            .map(|response| response.status);
        status.is_some()
    });
    status.unwrap()
}

#[test]
fn requests_are_served_when_the_thread_says_so() {
    let (mut server, notices) = threaded(Config::default());
    server = server.answering(say_target);
    assert_eq!(
        server.reactor.fd(),
        None,
        "there is nothing for a loop to watch"
    );
    let mut client = server.connect();
    for _ in 0..10 {
        client.send(get("/"));
        assert_eq!(status(&mut server, &notices, &mut client), 200);
    }
    let requests: Vec<u8> = (0..50).flat_map(|_| get("/")).collect();
    client.send(requests);
    for _ in 0..50 {
        assert_eq!(status(&mut server, &notices, &mut client), 200);
    }
    drop(client);
    serve_until(&mut server, &notices, |server| {
        server.reactor.connections() == 0
    });
}

#[test]
fn large_content_passes_both_ways() {
    let (mut server, notices) = threaded(Config::default());
    let content = pattern(2 * 1024 * 1024);
    let mut client = server.connect_and_send([post("/", content.len()), content.clone()].concat());
    let mut received = Vec::new();
    let mut id = None;
    serve_until(&mut server, &notices, |server| {
        client.pump_out();
        if let Some(crate::support::Seen::Request(asked)) = server.seen.first() {
            id = Some(asked.id);
        }
        let Some(id) = id else { return false };
        while let pyre_runtime::Received::Data(octets, end) = server.reactor.receive(id) {
            received.extend_from_slice(octets);
            if end {
                return true;
            }
        }
        false
    });
    assert!(received == content);
    answer(&mut server.reactor, id.unwrap(), &received);
    let mut response = None;
    serve_until(&mut server, &notices, |_| {
        response = client.pump().take_response();
        response.is_some()
    });
    assert!(response.unwrap().content == content);
}

#[test]
fn deadlines_are_the_hosts_to_watch() {
    let timeouts = Timeouts {
        header: Some(Duration::from_millis(200)),
        ..Timeouts::default()
    };
    let config = Config {
        timeouts,
        ..Config::default()
    };
    let (mut server, notices) = threaded(config);
    let mut client = server.connect();
    serve_until(&mut server, &notices, |_| client.pump().end.is_some());
    assert_eq!(client.end, Some(End::Closed));
}

#[test]
fn one_look_answers_many_notices() {
    let (mut server, notices) = threaded(Config::default());
    notices.try_iter().for_each(drop);
    let _clients: Vec<Client> = (0..20).map(|_| server.connect()).collect();
    assert_eq!(notices.recv_timeout(PATIENCE), Ok(()));
    serve_until(&mut server, &notices, |server| {
        server.reactor.connections() == 20
    });
}

#[test]
fn dropping_the_reactor_ends_the_thread() {
    let mut notices = Vec::new();
    for _ in 0..100 {
        let (server, notice) = threaded(Config::default());
        drop(server);
        notices.push(notice);
    }
    let until = Instant::now() + PATIENCE;
    for notice in notices {
        while notice
            .recv_timeout(until.saturating_duration_since(Instant::now()))
            .is_ok()
        {}
        // The thread owns what it calls, and with it the only sender.
        assert_eq!(notice.try_recv(), Err(TryRecvError::Disconnected));
    }
}

#[test]
fn a_poller_without_a_thread_has_a_descriptor_to_watch() {
    let server = Server::new();
    assert!(server.reactor.fd().is_some());
}
