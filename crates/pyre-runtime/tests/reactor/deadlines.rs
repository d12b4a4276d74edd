//! Peers that are late: what ends, what does not, and what they are told.

use std::{
    num::NonZeroU64,
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use pyre_runtime::{
    Received, RequestId, SendError, Timeouts,
    http1::{Content, RequestError},
};

use crate::support::{
    Seen, Server, answer,
    client::{Client, End},
    get, pattern, post, say_target, try_answer,
};

/// Short enough for a test, and a few ticks of the timer wheel.
const SHORT: Option<Duration> = Some(Duration::from_millis(200));

/// Longer than the wheel needs to see that `SHORT` is over.
const LONG: Duration = Duration::from_millis(400);

const NEVER: Timeouts = Timeouts {
    header: None,
    body: None,
    body_rate: None,
    keep_alive: None,
    write: None,
};

/// Runs for `LONG`, and calls `step` after each tick.
fn run_long(server: &mut Server, mut step: impl FnMut(&mut Server)) {
    let end = Instant::now() + LONG;
    server.run_until("the time passes", |server| {
        step(server);
        Instant::now() >= end
    });
}

fn pending(server: &mut Server, id: RequestId) {
    assert!(matches!(server.reactor.receive(id), Received::Pending));
}

/// The application is told that the content was late.
fn refused(server: &mut Server, id: RequestId) {
    let expected = Received::Refused(RequestError::Timeout);
    assert_eq!(server.reactor.receive(id), expected);
}

#[test]
fn a_peer_that_never_speaks_is_closed_without_a_word() {
    let mut server = Server::timed(Timeouts {
        header: SHORT,
        ..NEVER
    });
    let mut client = server.connect();
    assert_eq!(server.end(&mut client), End::Closed);
    assert!(client.received.is_empty());
    server.drained();
}

#[test]
fn a_head_is_measured_in_total() {
    let mut server = Server::timed(Timeouts {
        header: SHORT,
        ..NEVER
    });
    let mut client = server.connect_and_send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
    server.run_until("it is late", |_| {
        client.send("x");
        !client.pump().received.is_empty()
    });
    let response = server.response(&mut client);
    assert_eq!(response.status, 408);
    assert!(response.says_close());
    assert_eq!(server.end(&mut client), End::Closed);
    drop(client);
    server.drained();
}

#[test]
fn a_further_head_is_measured_from_its_first_octet() {
    let mut server = Server::timed(Timeouts {
        header: SHORT,
        ..NEVER
    })
    .answering(say_target);
    let mut client = server.connect_and_send(get("/"));
    server.response(&mut client);
    run_long(&mut server, |server| {
        assert_eq!(server.reactor.connections(), 1);
    });
    client.send("GET /late");
    assert_eq!(server.response(&mut client).status, 408);
    assert_eq!(server.end(&mut client), End::Closed);
}

#[test]
fn an_idle_connection_is_closed_without_a_word() {
    let timeouts = Timeouts {
        keep_alive: SHORT,
        ..NEVER
    };
    let mut server = Server::timed(timeouts).answering(say_target);
    let mut client = server.connect_and_send(get("/"));
    server.response(&mut client);
    assert_eq!(server.end(&mut client), End::Closed);
    assert!(client.received.is_empty());
    server.drained();
}

#[test]
fn an_idle_connection_is_measured_from_its_last_response() {
    let timeouts = Timeouts {
        keep_alive: Some(LONG),
        ..NEVER
    };
    let mut server = Server::timed(timeouts).answering(say_target);
    let mut client = server.connect();
    for _ in 0..3 {
        client.send(get("/"));
        assert_eq!(server.response(&mut client).text(), "/");
        let end = Instant::now() + LONG / 2;
        server.run_until("half the time passes", |_| Instant::now() >= end);
    }
    assert_eq!(server.end(&mut client), End::Closed);
}

#[test]
fn a_response_in_the_making_is_not_late() {
    let timeouts = Timeouts {
        header: SHORT,
        body: SHORT,
        body_rate: None,
        keep_alive: SHORT,
        write: SHORT,
    };
    let mut server = Server::timed(timeouts);
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    run_long(&mut server, |server| {
        assert!(server.reactor.is_connected(id));
    });
    answer(&mut server.reactor, id, b"at last");
    assert_eq!(server.response(&mut client).text(), "at last");
}

#[test]
fn awaited_content_that_does_not_come_is_answered_with_408() {
    let mut server = Server::timed(Timeouts {
        body: SHORT,
        ..NEVER
    });
    let mut client = server.connect_and_send([&post("/", 10)[..], b"abc"].concat());
    let id = server.request().id;
    assert!(matches!(
        server.reactor.receive(id),
        Received::Data(b"abc", false)
    ));
    pending(&mut server, id);
    server.wake(id);
    refused(&mut server, id);
    assert_eq!(
        try_answer(&mut server.reactor, id, b""),
        Err(SendError::Disconnected)
    );
    let response = server.response(&mut client);
    assert_eq!(response.status, 408);
    assert!(response.says_close());
    assert_eq!(server.end(&mut client), End::Closed);
    drop(client);
    server.drained();
}

#[test]
fn awaited_content_that_does_not_come_cuts_a_response_off() {
    let mut server = Server::timed(Timeouts {
        body: SHORT,
        ..NEVER
    });
    let mut client = server.connect_and_send(post("/", 10));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    let part = Content::Copied(b"part");
    server.reactor.send_data(id, part, false).unwrap();
    pending(&mut server, id);
    server.wake(id);
    refused(&mut server, id);
    assert_eq!(server.end(&mut client), End::Closed);
    assert!(client.received.ends_with(b"4\r\npart\r\n"));
}

#[test]
fn content_that_keeps_coming_is_not_late() {
    let mut server = Server::timed(Timeouts {
        body: Some(LONG),
        ..NEVER
    });
    let mut client = server.connect_and_send(post("/", 1_000_000));
    let id = server.request().id;
    let mut length = 0;
    let end = Instant::now() + 2 * LONG;
    server.run_until("the time passes", |server| {
        client.send("x");
        match server.reactor.receive(id) {
            Received::Data(octets, _) => length += octets.len(),
            Received::Pending => {}
            over => panic!("{over:?} after {length} octets"),
        }
        Instant::now() >= end
    });
    assert!(length > 1);
    assert!(server.reactor.is_connected(id));
}

/// Takes what has come of the content, and waits for more; an error when there is none to wait for.
fn drain(server: &mut Server, id: RequestId) -> Result<(), ()> {
    loop {
        match server.reactor.receive(id) {
            Received::Data(..) => {}
            Received::Pending => return Ok(()),
            over => {
                assert_eq!(over, Received::Refused(RequestError::Timeout));
                return Err(());
            }
        }
    }
}

#[test]
fn content_that_comes_in_a_trickle_is_answered_with_408() {
    let mut server = Server::timed(Timeouts {
        body: SHORT,
        body_rate: NonZeroU64::new(1_000_000),
        ..NEVER
    });
    let mut client = server.connect_and_send(post("/", 1_000_000));
    let id = server.request().id;
    server.run_until("it is late", |server| {
        client.send("x");
        drain(server, id).is_err()
    });
    assert_eq!(server.response(&mut client).status, 408);
}

#[test]
fn content_at_the_least_rate_is_not_late() {
    let mut server = Server::timed(Timeouts {
        body: Some(LONG),
        body_rate: NonZeroU64::new(1),
        ..NEVER
    });
    let mut client = server.connect_and_send(post("/", 1_000_000));
    let id = server.request().id;
    let end = Instant::now() + 2 * LONG;
    server.run_until("the time passes", |server| {
        client.send("x");
        assert!(drain(server, id).is_ok());
        Instant::now() >= end
    });
}

#[test]
fn the_time_in_which_nobody_awaits_content_does_not_count() {
    let mut server = Server::timed(Timeouts {
        body: SHORT,
        body_rate: NonZeroU64::new(1),
        ..NEVER
    });
    let mut client = server.connect_and_send(post("/", 3));
    let id = server.request().id;
    for _ in 0..2 {
        pending(&mut server, id);
        client.send("x");
        server.wake(id);
        assert!(matches!(
            server.reactor.receive(id),
            Received::Data(b"x", false)
        ));
        run_long(&mut server, |_| {});
    }
    client.send("x");
    assert_eq!(server.content(id), b"x");
}

#[test]
fn content_that_nobody_awaits_is_not_late() {
    let mut server = Server::timed(Timeouts {
        body: SHORT,
        ..NEVER
    });
    let mut client = server.connect_and_send(post("/", 3));
    let id = server.request().id;
    run_long(&mut server, |server| {
        assert!(server.reactor.is_connected(id));
    });
    client.send("abc");
    assert_eq!(server.content(id), b"abc");
}

#[test]
fn unread_content_that_does_not_come_ends_the_connection() {
    let mut server = Server::timed(Timeouts {
        body: SHORT,
        ..NEVER
    })
    .answering(say_target);
    let mut client = server.connect_and_send(post("/", 1000));
    assert_eq!(server.response(&mut client).text(), "/");
    assert_eq!(server.end(&mut client), End::Closed);
    assert!(client.received.is_empty(), "it has its answer already");
    drop(client);
    server.drained();
}

/// A request whose response waits for a peer that reads nothing.
fn stalled(server: &mut Server) -> (Client, RequestId) {
    let client = server.connect_and_send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    server.fill(id);
    (client, id)
}

#[test]
fn a_peer_that_reads_nothing_is_cut_off() {
    let mut server = Server::timed(Timeouts {
        write: SHORT,
        ..NEVER
    });
    let (mut client, id) = stalled(&mut server);
    server.wake(id);
    assert!(!server.reactor.is_connected(id));
    let sent = server.reactor.send_data(id, Content::Copied(b"x"), true);
    assert_eq!(sent, Err(SendError::Disconnected));
    server.drained();
    server.end(&mut client);
    assert_eq!(client.take_response(), None, "the response is not whole");
}

#[test]
fn a_complete_response_that_is_not_read_is_cut_off_too() {
    let mut server = Server::timed(Timeouts {
        write: SHORT,
        ..NEVER
    });
    let (_client, id) = stalled(&mut server);
    server
        .reactor
        .send_data(id, Content::Copied(b""), true)
        .unwrap();
    assert_eq!(
        (server.reactor.requests(), server.reactor.connections()),
        (0, 1)
    );
    server.drained();
}

#[test]
fn a_peer_that_reads_slowly_is_not_cut_off() {
    let mut server = Server::timed(Timeouts {
        write: Some(LONG),
        ..NEVER
    });
    let (mut client, id) = stalled(&mut server);
    let end = Instant::now() + 2 * LONG;
    server.run_until("the time passes", |server| {
        client.pump();
        while server.reactor.has_room(id) {
            let content = Content::Copied(&[b'x'; 10_000]);
            server.reactor.send_data(id, content, false).unwrap();
        }
        client.received.clear();
        Instant::now() >= end
    });
    assert!(server.reactor.is_connected(id));
}

#[test]
fn without_deadlines_nobody_is_late() {
    let mut server = Server::timed(NEVER).answering(say_target);
    let mut client = server.connect_and_send(get("/"));
    server.response(&mut client);
    let _silent = server.connect();
    server.run_until("both are accepted", |server| {
        server.reactor.connections() == 2
    });
    assert_eq!(server.reactor.next_deadline(), None);
}

#[test]
fn without_connections_there_is_no_deadline() {
    let mut server = Server::timed(Timeouts {
        header: SHORT,
        keep_alive: SHORT,
        ..NEVER
    });
    server.tick();
    assert_eq!(server.reactor.next_deadline(), None);
    let client = server.connect();
    server.run_until("it is accepted", |server| server.reactor.connections() == 1);
    assert!(server.reactor.next_deadline().is_some());
    drop(client);
    server.drained();
    // What the wheel holds of it comes up once, and finds nobody.
    server.run_until("the deadline is forgotten", |server| {
        server.reactor.next_deadline().is_none()
    });
}

#[test]
fn a_host_may_sleep_until_the_deadline() {
    let mut server = Server::timed(Timeouts {
        header: SHORT,
        ..NEVER
    });
    let mut client = server.connect();
    let mut ticks = 0;
    while server.reactor.connections() > 0 || ticks < 2 {
        ticks += 1;
        assert!(
            ticks < 8,
            "the deadline is in the past, or nothing happens when it passes"
        );
        let now = Instant::now();
        let wait = server
            .reactor
            .next_deadline()
            .map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        // The poller counts in milliseconds, and rounds up as an event loop does.
        server.reactor.begin_tick(wait).unwrap();
        while server.reactor.poll_event().is_some() {}
        server.reactor.end_tick();
    }
    assert_eq!(server.end(&mut client), End::Closed);
}

// ---- the time that the application takes is not the peer's

#[test]
fn a_slow_application_takes_nothing_from_the_time_between_requests() {
    let mut server = Server::timed(Timeouts {
        keep_alive: SHORT,
        ..NEVER
    });
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    thread::sleep(LONG);
    answer(&mut server.reactor, id, b"at last");
    for _ in 0..3 {
        server.tick();
    }
    assert_eq!(
        server.reactor.connections(),
        1,
        "it was idle for three ticks"
    );
    assert_eq!(server.response(&mut client).text(), "at last");
}

#[test]
fn a_slow_application_within_the_tick_takes_nothing_either() {
    let timeouts = Timeouts {
        keep_alive: SHORT,
        ..NEVER
    };
    let mut server = Server::timed(timeouts).answering(|reactor, seen| {
        thread::sleep(LONG);
        say_target(reactor, seen);
    });
    let mut client = server.connect_and_send(get("/"));
    server.run_until("the request comes", |server| {
        matches!(server.seen[..], [Seen::Request(_)])
    });
    for _ in 0..3 {
        server.tick();
    }
    assert_eq!(
        server.reactor.connections(),
        1,
        "it was idle for three ticks"
    );
    assert_eq!(server.response(&mut client).text(), "/");
}

#[test]
fn a_slow_application_takes_nothing_from_the_time_for_content() {
    let mut server = Server::timed(Timeouts {
        body: SHORT,
        ..NEVER
    });
    let mut client = server.connect_and_send(post("/", 3));
    let id = server.request().id;
    thread::sleep(LONG);
    pending(&mut server, id);
    server.tick();
    assert!(
        server.reactor.is_connected(id),
        "it was awaited for one tick"
    );
    client.send("abc");
    assert_eq!(server.content(id), b"abc");
}

#[test]
fn a_slow_application_takes_nothing_from_the_time_to_read() {
    let mut server = Server::timed(Timeouts {
        write: SHORT,
        ..NEVER
    });
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    let content = pattern(8 * 1024 * 1024);
    thread::sleep(LONG);
    server.reactor.send_head(id, 200, []).unwrap();
    let piece = Content::Shared(Bytes::from(content.clone()));
    server.reactor.send_data(id, piece, true).unwrap();
    server.tick();
    assert_eq!(server.reactor.connections(), 1, "it had one tick to read");
    assert!(server.response(&mut client).content == content);
}
