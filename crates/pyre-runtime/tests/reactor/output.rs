//! Responses to peers that read slowly, in parts, or not at all.

use bytes::Bytes;
use pyre_runtime::{Config, Poller, RequestId, WaterMarks, http1::Content};
use socket2::Socket;

use crate::support::{Seen, Server, answer, client::Client, get, pattern, say_target};

/// Sockets that hold little make every write a short one.
fn with_small_buffers(config: Config) -> Server {
    let poller = Poller::direct().unwrap();
    let small = |socket: &Socket| socket.set_send_buffer_size(4096).unwrap();
    Server::driven(config, poller, None).on_loopback_with(small)
}

fn send_head(server: &mut Server, id: RequestId, length: usize) {
    let length = length.to_string();
    let fields: [(&[u8], &[u8]); 1] = [(b"content-length", length.as_bytes())];
    server.reactor.send_head(id, 200, fields).unwrap();
}

fn send(server: &mut Server, id: RequestId, content: &[u8], end: bool) {
    let content = Content::Shared(Bytes::copy_from_slice(content));
    server.reactor.send_data(id, content, end).unwrap();
}

#[test]
fn content_of_one_large_piece_arrives_whole() {
    let content = pattern(3 * 1024 * 1024 + 7);
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    send(&mut server, id, &content, true);
    assert_eq!(
        server.reactor.requests(),
        0,
        "the application has done its part"
    );
    assert!(server.response(&mut client).content == content);
    client.send(get("/next"));
    assert_eq!(server.request().target, "/next");
}

#[test]
fn a_head_does_not_wait_for_its_content() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    server.settle();
    assert!(!server.reactor.is_due());
    server.reactor.send_head(id, 200, []).unwrap();
    assert!(server.reactor.is_due(), "nothing else asks for the tick");
    server.run_until("the head is there", |_| {
        client.pump().received.ends_with(b"\r\n\r\n")
    });
    assert!(!server.reactor.is_due());
    send(&mut server, id, b"content", true);
    let response = server.response(&mut client);
    assert_eq!(response.field("transfer-encoding"), Some("chunked"));
    assert_eq!(response.text(), "content");
}

#[test]
fn a_head_whose_content_follows_in_the_same_turn_is_written_with_it() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    send(&mut server, id, b"content", true);
    let response = server.response(&mut client);
    assert_eq!(response.field("content-length"), Some("7"));
}

#[test]
fn a_head_that_is_given_up_before_its_tick_is_not_written() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([get("/1"), get("/2")].concat());
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    server.reactor.send_error(id, 500, "sorry");
    assert_eq!(server.response(&mut client).status, 500);
    server.run_until("the end", |_| client.pump().end.is_some());
    assert!(client.received.is_empty());
}

#[test]
fn short_writes_lose_and_repeat_nothing() {
    let content = pattern(300_000);
    let mut server = with_small_buffers(Config::default());
    let mut client = Client::connect_with_small_window(server.address());
    client.send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    for (place, piece) in content.chunks(1000).enumerate() {
        if place % 2 == 0 {
            send(&mut server, id, piece, false);
        } else {
            let piece = Content::Copied(piece);
            server.reactor.send_data(id, piece, false).unwrap();
        }
    }
    send(&mut server, id, b"", true);
    let response = server.response(&mut client);
    assert_eq!(response.field("transfer-encoding"), Some("chunked"));
    assert!(response.content == content);
}

#[test]
fn the_application_waits_for_a_peer_that_does_not_read() {
    let content = pattern(4 * 1024 * 1024);
    let mut server = with_small_buffers(Config::default());
    let mut client = Client::connect_with_small_window(server.address());
    client.send(get("/"));
    let id = server.request().id;
    send_head(&mut server, id, content.len());
    // More than the buffers hold, and then pieces of more than a write's budget.
    let mut pieces = content.chunks(content.len() / 3 + 1).peekable();
    while let Some(piece) = pieces.next() {
        assert!(server.reactor.has_room(id));
        send(&mut server, id, piece, pieces.peek().is_none());
        if pieces.peek().is_none() {
            break;
        }
        assert!(!server.reactor.has_room(id));
        server.settle();
        assert!(!server.has_woken(id), "the peer has not read");
        server.run_until("there is room again", |server| {
            client.pump();
            server.has_woken(id)
        });
        server.seen.clear();
    }
    assert!(server.response(&mut client).content == content);
}

#[test]
fn an_application_waits_at_the_high_mark_and_goes_on_at_the_low_one() {
    const HIGH: u64 = 1_000_000;
    /// What the sockets between hold, and a piece beyond the mark.
    const SLACK: u64 = 250_000;
    for low in [0, HIGH / 2, HIGH] {
        let config = Config {
            write_marks: WaterMarks { high: HIGH, low },
            ..Config::default()
        };
        let mut server = with_small_buffers(config);
        let mut client = Client::connect_with_small_window(server.address());
        client.send(get("/"));
        let id = server.request().id;
        server.reactor.send_head(id, 200, []).unwrap();
        server.fill(id);
        server.run_until("there is room again", |server| {
            client.pump_once();
            server.has_woken(id)
        });
        let read = client.received.len() as u64;
        let expected = HIGH - low;
        assert!(read + SLACK >= expected, "{read} for {low}");
        assert!(read <= expected + SLACK, "{read} for {low}");
    }
}

#[test]
fn there_is_room_for_a_peer_that_reads() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    for part in ["one", "two", "three"] {
        let content = Content::Copied(part.as_bytes());
        server.reactor.send_data(id, content, false).unwrap();
        assert!(server.reactor.has_room(id));
        server.run_until("the part arrives", |_| {
            client
                .pump()
                .received
                .ends_with(format!("{part}\r\n").as_bytes())
        });
    }
    send(&mut server, id, b"", true);
    assert_eq!(server.response(&mut client).text(), "onetwothree");
    assert!(!server.has_woken(id));
}

#[test]
fn room_that_comes_at_the_end_of_a_turn_is_told_too() {
    for pieces in [20, 28, 36, 44] {
        let mut server = Server::new();
        let mut client = server.connect_and_send(get("/"));
        let id = server.request().id;
        let piece = Bytes::from(pattern(64 * 1024));
        server.reactor.send_head(id, 200, []).unwrap();
        server.fill(id);
        // An application that does not wait leaves as much as several turns write.
        for _ in 0..pieces {
            let content = Content::Shared(piece.clone());
            server.reactor.send_data(id, content, false).unwrap();
        }
        assert!(!server.reactor.has_room(id));
        client.pump();
        server.run_until("there is room again", |server| {
            client.pump();
            server.has_woken(id) && server.reactor.has_room(id)
        });
    }
}

#[test]
fn an_application_that_never_waits_leaves_the_tick_to_others() {
    let mut in_vain = 0;
    let piece = Bytes::from(pattern(64 * 1024));
    let mut server = Server::new().answering(move |reactor, seen| {
        let id = match seen {
            Seen::Request(asked) if asked.target == "/modest" => {
                return answer(reactor, asked.id, b"modest");
            }
            Seen::Request(asked) => {
                reactor.send_head(asked.id, 200, []).unwrap();
                asked.id
            }
            Seen::Wake(id) => *id,
        };
        in_vain += 1;
        assert!(in_vain < 100, "woken again and again for nothing");
        while reactor.has_room(id) {
            in_vain = 0;
            let content = Content::Shared(piece.clone());
            reactor.send_data(id, content, false).unwrap();
        }
    });
    let mut client = server.connect_and_send(get("/greedy"));
    let mut length = 0;
    let mut modest = None;
    server.run_until("much is sent", |server| {
        length += std::mem::take(&mut client.pump().received).len();
        if length > 4 * 1024 * 1024 && modest.is_none() {
            modest = Some(server.connect_and_send(get("/modest")));
        }
        length > 16 * 1024 * 1024
    });
    assert_eq!(server.response(&mut modest.unwrap()).text(), "modest");
}

#[test]
fn the_next_response_comes_behind_one_that_is_read_late() {
    let content = pattern(1024 * 1024);
    let large = Bytes::from(content.clone());
    let mut server =
        with_small_buffers(Config::default()).answering(move |reactor, seen| match seen {
            Seen::Request(asked) if asked.target == "/large" => {
                reactor.send_head(asked.id, 200, []).unwrap();
                let piece = Content::Shared(large.clone());
                reactor.send_data(asked.id, piece, true).unwrap();
            }
            seen => say_target(reactor, seen),
        });
    let mut client = Client::connect_with_small_window(server.address());
    client.send([get("/large"), get("/2")].concat());
    server.request();
    server.settle();
    assert!(server.response(&mut client).content == content);
    assert_eq!(server.response(&mut client).text(), "/2");
}

#[test]
fn a_peer_that_asks_on_without_reading_is_held_back() {
    let content = pattern(10_000);
    let expected = content.clone();
    let mut server = with_small_buffers(Config::default()).answering(move |reactor, seen| {
        if let Seen::Request(asked) = seen {
            answer(reactor, asked.id, &content);
        }
    });
    let mut client = Client::connect_with_small_window(server.address());
    client.send(get("/").repeat(1000));
    for _ in 0..20 {
        client.pump_out();
        server.settle();
    }
    let answered = server.seen.len();
    assert!(
        answered < 100,
        "{answered} responses of {} octets wait",
        expected.len()
    );
    for _ in 0..1000 {
        assert!(server.response(&mut client).content == expected);
    }
}

#[test]
fn a_peer_that_does_not_read_delays_no_other() {
    let mut server = with_small_buffers(Config::default());
    let mut stalled = Client::connect_with_small_window(server.address());
    stalled.send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    send(&mut server, id, &pattern(1024 * 1024), false);
    assert!(!server.reactor.has_room(id));
    server = server.answering(say_target);
    for _ in 0..10 {
        let mut client = server.connect_and_send(get("/quick"));
        assert_eq!(server.response(&mut client).text(), "/quick");
    }
    assert!(server.reactor.is_connected(id));
}
