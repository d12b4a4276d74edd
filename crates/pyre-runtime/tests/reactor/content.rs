//! Content of requests: it comes when it is asked for, and only then.

use pyre_runtime::{
    Config, Reactor, Received,
    http1::{Content, Limits, RequestError},
};

use crate::support::{Asked, Seen, Server, answer, client::End, get, pattern, post, say_target};

const CHUNKED: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const EXPECTING: &[u8] =
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";

fn chunk(octets: &[u8]) -> Vec<u8> {
    [
        format!("{:x}\r\n", octets.len()).as_bytes(),
        octets,
        b"\r\n",
    ]
    .concat()
}

fn limited(limits: Limits) -> Server {
    Server::configured(Config {
        limits,
        ..Config::default()
    })
}

#[test]
fn content_that_came_with_the_head_needs_no_wait() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([post("/", 5), b"hello".to_vec()].concat());
    let id = server.request().id;
    assert!(matches!(
        server.reactor.receive(id),
        Received::Data(b"hello", true)
    ));
    answer(&mut server.reactor, id, b"");
    assert_eq!(server.response(&mut client).status, 200);
}

#[test]
fn no_content_is_told_once_as_its_end() {
    let mut server = Server::new();
    let _client = server.connect_and_send(get("/"));
    let id = server.request().id;
    assert!(matches!(
        server.reactor.receive(id),
        Received::Data(b"", true)
    ));
    assert!(matches!(server.reactor.receive(id), Received::Pending));
}

#[test]
fn content_that_comes_later_wakes_the_request() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(post("/", 6));
    let id = server.request().id;
    for (octets, is_last) in [(b"abc", false), (b"def", true)] {
        assert!(matches!(server.reactor.receive(id), Received::Pending));
        server.settle();
        assert!(!server.has_woken(id), "nothing has come");
        client.send(octets);
        server.wake(id);
        match server.reactor.receive(id) {
            Received::Data(received, end) => assert_eq!((received, end), (&octets[..], is_last)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn content_that_is_not_asked_for_wakes_nobody() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(post("/", 3));
    let id = server.request().id;
    client.send("abc");
    server.settle();
    assert!(!server.has_woken(id));
    assert_eq!(server.content(id), b"abc");
}

#[test]
fn trailers_are_there_between_the_end_of_the_content_and_that_of_the_response() {
    let mut server = Server::new();
    let section = b"0\r\nX-Sum: \t1 \r\nHost: b\r\n\r\n";
    let request = [CHUNKED, &chunk(b"abc"), section].concat();
    let mut client = server.connect_and_send([&request[..], &get("/next")].concat());
    let id = server.request().id;
    assert_eq!(server.reactor.trailers(id).count(), 0);
    assert_eq!(server.content(id), b"abc");
    let trailers: [(&[u8], &[u8]); 2] = [(b"x-sum", b"1"), (b"host", b"b")];
    assert!(server.reactor.trailers(id).eq(trailers));
    answer(&mut server.reactor, id, b"");
    assert_eq!(server.reactor.trailers(id).count(), 0);
    server.response(&mut client);
    let next = server.request().id;
    assert_eq!(server.content(next), b"");
    for id in [id, next] {
        assert_eq!(server.reactor.trailers(id).count(), 0);
    }
}

#[test]
fn large_content_arrives_whole() {
    let content = pattern(1_500_000);
    let chunks: Vec<u8> = content.chunks(70_001).flat_map(chunk).collect();
    let by_length = [post("/", content.len()), content.clone()].concat();
    let by_chunks = [CHUNKED, &chunks, b"0\r\n\r\n"].concat();
    for request in [by_length, by_chunks] {
        let mut server = Server::new();
        let mut client = server.connect_and_send(request);
        let id = server.request().id;
        let mut received = Vec::new();
        server.run_until("the content is received", |server| {
            client.pump_out();
            loop {
                match server.reactor.receive(id) {
                    Received::Data(octets, end) => {
                        received.extend_from_slice(octets);
                        if end {
                            return true;
                        }
                    }
                    Received::Pending => return false,
                    over => panic!("{over:?}"),
                }
            }
        });
        assert!(
            received == content,
            "{} of {}",
            received.len(),
            content.len()
        );
        answer(&mut server.reactor, id, b"thanks");
        assert_eq!(server.response(&mut client).text(), "thanks");
        client.send(get("/again"));
        assert_eq!(server.request().target, "/again");
    }
}

#[test]
fn chunks_may_come_octet_by_octet() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(CHUNKED);
    let id = server.request().id;
    let mut octets = [&chunk(b"hello "), &chunk(b"world")[..], b"0\r\n\r\n"].concat();
    octets.reverse();
    let mut received = Vec::new();
    server.run_until("the content is received", |server| {
        if let Some(octet) = octets.pop() {
            client.send([octet]);
        }
        match server.reactor.receive(id) {
            Received::Data(octets, end) => {
                received.extend_from_slice(octets);
                end
            }
            Received::Pending => false,
            over => panic!("{over:?}"),
        }
    });
    assert_eq!(received, b"hello world");
    assert!(octets.is_empty(), "the end came with the last octet only");
}

#[test]
fn content_that_is_not_asked_for_holds_the_peer_back() {
    let small = |socket: &socket2::Socket| socket.set_recv_buffer_size(16 * 1024).unwrap();
    let poller = pyre_runtime::Poller::direct().unwrap();
    let mut server = Server::driven(Config::default(), poller, None).on_loopback_with(small);
    let content = pattern(8 * 1024 * 1024);
    let mut client = server.connect_and_send([post("/", content.len()), content.clone()].concat());
    let id = server.request().id;
    for _ in 0..20 {
        server.settle();
        client.pump_out();
    }
    assert!(
        client.unsent.len() > content.len() / 4,
        "the socket took it all"
    );
    let mut received = Vec::new();
    server.run_until("the content is received", |server| {
        client.pump_out();
        while let Received::Data(octets, end) = server.reactor.receive(id) {
            received.extend_from_slice(octets);
            if end {
                return true;
            }
        }
        false
    });
    assert!(received == content);
}

#[test]
fn a_peer_that_waits_is_told_to_go_on_when_content_is_asked_for() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(EXPECTING);
    let id = server.request().id;
    server.settle();
    assert!(client.pump().received.is_empty(), "nobody has asked");
    for _ in 0..2 {
        assert!(matches!(server.reactor.receive(id), Received::Pending));
    }
    assert_eq!(server.response(&mut client).status, 100);
    client.send("abcd");
    assert_eq!(server.content(id), b"abcd");
    answer(&mut server.reactor, id, b"done");
    let response = server.response(&mut client);
    assert_eq!(response.text(), "done", "and 100 came once");
    assert!(!response.says_close());
}

#[test]
fn a_peer_that_did_not_wait_is_not_told_to_go_on() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([EXPECTING, b"abcd"].concat());
    let id = server.request().id;
    assert_eq!(server.content(id), b"abcd");
    answer(&mut server.reactor, id, b"done");
    assert_eq!(server.response(&mut client).status, 200);
}

#[test]
fn a_peer_that_waits_in_vain_is_answered_and_closed() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(EXPECTING);
    let id = server.request().id;
    answer(&mut server.reactor, id, b"no, thanks");
    let response = server.response(&mut client);
    assert_eq!(response.text(), "no, thanks");
    assert!(
        response.says_close(),
        "whether content follows is not known"
    );
    assert_eq!(server.end(&mut client), End::Closed);
    drop(client);
    server.drained();
}

#[test]
fn unread_content_is_dropped_before_the_next_request() {
    let length = 100_000;
    let by_length = [post("/", length), vec![b'x'; length]].concat();
    let by_chunks = [CHUNKED, &chunk(&vec![b'x'; length]), b"0\r\n\r\n"].concat();
    for request in [by_length, by_chunks] {
        let mut server = Server::new().answering(say_target);
        let mut client = server.connect_and_send([request, get("/next")].concat());
        assert_eq!(server.response(&mut client).text(), "/");
        assert_eq!(server.response(&mut client).text(), "/next");
    }
}

#[test]
fn content_that_was_read_in_part_is_dropped_for_the_rest() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([&post("/", 6)[..], b"abc"].concat());
    let id = server.request().id;
    assert!(matches!(
        server.reactor.receive(id),
        Received::Data(b"abc", false)
    ));
    answer(&mut server.reactor, id, b"enough");
    assert!(!server.response(&mut client).says_close());
    client.send([b"def", &get("/next")[..]].concat());
    assert_eq!(server.request().target, "/next");
}

#[test]
fn unread_content_above_the_limit_costs_the_connection() {
    let mut server = limited(Limits {
        unread_content: 1000,
        ..Limits::default()
    })
    .answering(say_target);
    let mut client = server.connect_and_send(post("/", 1001));
    let response = server.response(&mut client);
    assert_eq!(response.text(), "/");
    assert!(response.says_close());
    client.send([vec![b'x'; 1001], get("/never")].concat());
    assert_eq!(server.end(&mut client), End::Closed);
    assert_eq!(client.take_response(), None);
    drop(client);
    server.drained();
}

#[test]
fn unread_chunks_above_the_limit_cost_the_connection() {
    let mut server = limited(Limits {
        unread_content: 1000,
        ..Limits::default()
    })
    .answering(say_target);
    let mut client = server.connect_and_send(CHUNKED);
    assert_eq!(server.response(&mut client).text(), "/");
    client.send(chunk(&[b'x'; 1001]));
    assert_eq!(server.end(&mut client), End::Closed);
    drop(client);
    server.drained();
}

#[test]
fn after_the_content_the_request_is_woken_when_the_peer_leaves() {
    let mut server = Server::new();
    let client = server.connect_and_send([&post("/", 3)[..], b"abc"].concat());
    let id = server.request().id;
    assert_eq!(server.content(id), b"abc");
    assert!(matches!(server.reactor.receive(id), Received::Pending));
    server.settle();
    assert!(!server.has_woken(id));
    drop(client);
    server.wake(id);
    assert!(matches!(server.reactor.receive(id), Received::Disconnected));
    assert!(!server.reactor.is_connected(id));
    server.drained();
}

/// An application that asks for content within the tick whenever it is woken, and answers with how
/// much has come. To be woken for nothing now and then is allowed, again and again is not.
fn count_at_once() -> impl FnMut(&mut Reactor, &Seen) {
    let mut received = 0;
    let mut in_vain = 0;
    move |reactor, seen| {
        let (Seen::Request(Asked { id, .. }) | Seen::Wake(id)) = seen;
        in_vain += 1;
        assert!(in_vain < 100, "woken again and again for nothing");
        while let Received::Data(octets, end) = reactor.receive(*id) {
            in_vain = 0;
            received += octets.len();
            if end && received > 0 {
                return answer(reactor, *id, received.to_string().as_bytes());
            }
        }
    }
}

#[test]
fn a_pipelined_request_is_not_what_a_request_after_its_content_waits_for() {
    let mut server = Server::new().answering(count_at_once());
    let mut client = server.connect_and_send([get("/1"), get("/2")].concat());
    let id = server.request().id;
    server.settle();
    assert!(!server.has_woken(id));
    answer(&mut server.reactor, id, b"one");
    assert_eq!(server.response(&mut client).text(), "one");
}

#[test]
fn half_a_chunk_size_is_not_what_a_request_waits_for() {
    let mut server = Server::new().answering(count_at_once());
    let mut client = server.connect_and_send([CHUNKED, b"2\r\nab\r\n1"].concat());
    let id = server.request().id;
    server.settle();
    assert!(server.reactor.is_connected(id));
    client.send("\r\nc\r\n0\r\n\r\n");
    assert_eq!(server.response(&mut client).text(), "3");
}

#[test]
fn large_content_that_is_read_at_once_leaves_the_tick_to_others() {
    let length = 8 * 1024 * 1024;
    let mut server = Server::new().answering(count_at_once());
    let mut client = server.connect_and_send([post("/", length), vec![b'x'; length]].concat());
    assert_eq!(server.response(&mut client).text(), length.to_string());
}

#[test]
fn the_end_of_the_response_wakes_who_waits_for_content() {
    let mut server = Server::new();
    let _client = server.connect_and_send(get("/"));
    let id = server.request().id;
    assert_eq!(server.content(id), b"");
    assert!(matches!(server.reactor.receive(id), Received::Pending));
    answer(&mut server.reactor, id, b"");
    server.wake(id);
    assert!(matches!(server.reactor.receive(id), Received::Disconnected));
}

/// What the application is told of content that is not what it should be; the peer is answered the same.
fn refused(mut server: Server, content: &[u8]) -> RequestError {
    let mut client = server.connect_and_send(content);
    let id = server.request().id;
    let mut told = None;
    server.run_until("the content is refused", |server| {
        if let Received::Refused(error) = server.reactor.receive(id) {
            told = Some(error);
        }
        told.is_some()
    });
    let told = told.expect("it was waited for");
    assert!(!server.reactor.is_connected(id));
    let response = server.response(&mut client);
    assert_eq!(response.status, told.status());
    assert!(response.says_close());
    assert_eq!(server.end(&mut client), End::Closed);
    drop(client);
    server.drained();
    assert_eq!(server.reactor.receive(id), Received::Refused(told));
    told
}

#[test]
fn content_that_breaks_a_rule_is_refused() {
    let broken = [CHUNKED, b"3\r\nabcX\r\n0\r\n\r\n"].concat();
    assert_eq!(refused(Server::new(), &broken), RequestError::Chunk);
    let trailers = [CHUNKED, b"0\r\nX : y\r\n\r\n"].concat();
    assert_eq!(refused(Server::new(), &trailers), RequestError::TrailerLine);
}

#[test]
fn content_is_refused_above_its_limit() {
    let limits = Limits {
        content: Some(3),
        ..Limits::default()
    };
    let fits = [CHUNKED, &chunk(b"abc"), b"0\r\n\r\n"].concat();
    let mut server = limited(limits);
    let _client = server.connect_and_send(fits);
    let id = server.request().id;
    assert_eq!(server.content(id), b"abc");
    let large = [CHUNKED, &chunk(b"abcd"), b"0\r\n\r\n"].concat();
    assert_eq!(
        refused(limited(limits), &large),
        RequestError::ContentTooLarge
    );
}

#[test]
fn a_peer_that_ends_its_side_within_the_content_is_answered_and_has_left() {
    let mut server = Server::new();
    let mut client = server.connect_and_send([&post("/", 4)[..], b"abc"].concat());
    let id = server.request().id;
    client.finish();
    server.run_until("the content is refused", |server| {
        server.reactor.receive(id) == Received::Disconnected
    });
    let response = server.response(&mut client);
    assert_eq!(response.status, RequestError::Incomplete.status());
    assert!(response.says_close());
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
    assert_eq!(server.reactor.receive(id), Received::Disconnected);
}

#[test]
fn content_that_is_refused_wakes_who_waits_for_it() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(CHUNKED);
    let id = server.request().id;
    assert!(matches!(server.reactor.receive(id), Received::Pending));
    client.send("not a size\r\n");
    server.wake(id);
    let expected = Received::Refused(RequestError::Chunk);
    assert_eq!(server.reactor.receive(id), expected);
    assert_eq!(server.response(&mut client).status, 400);
}

#[test]
fn content_that_is_refused_with_the_last_of_the_peer_is_so_too() {
    let mut server = Server::new();
    let broken = [CHUNKED, &chunk(b"abc"), b"not a size\r\n"].concat();
    let mut client = server.connect_and_send(broken);
    client.finish();
    let id = server.request().id;
    server.settle();
    server.run_until("the content is refused", |server| {
        server.reactor.receive(id) == Received::Refused(RequestError::Chunk)
    });
    assert_eq!(server.response(&mut client).status, 400);
    server.drained();
}

#[test]
fn who_asks_late_still_learns_why_the_content_was_refused() {
    let mut server = Server::new();
    let broken = [CHUNKED, &chunk(b"abc"), b"not a size\r\n"].concat();
    let mut client = server.connect_and_send(broken);
    let first = server.request().id;
    let good = Received::Data(b"abc", false);
    assert_eq!(server.reactor.receive(first), good, "as far as it goes");
    assert_eq!(server.response(&mut client).status, 400);
    drop(client);
    server.drained();
    // Another request in the same place is another request.
    let _client = server.connect_and_send([CHUNKED, b"0\r\n\r\n"].concat());
    let second = server.request().id;
    let place = |id| Reactor::connection_key(id).0;
    assert_eq!(place(first), place(second));
    let refused = Received::Refused(RequestError::Chunk);
    assert_eq!(server.reactor.receive(first), refused);
    assert_eq!(server.content(second), b"");
    server.reactor.close_all();
    assert_eq!(server.reactor.receive(second), Received::Disconnected);
    assert_eq!(server.reactor.receive(first), refused);
}

#[test]
fn what_the_host_answers_in_place_of_the_application_is_no_refusal() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(post("/", 3));
    let id = server.request().id;
    server.reactor.send_error(id, 500, "sorry");
    assert_eq!(server.reactor.receive(id), Received::Disconnected);
    assert_eq!(server.response(&mut client).status, 500);
}

#[test]
fn content_that_is_refused_during_the_response_cuts_it_off() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(CHUNKED);
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    let part = Content::Copied(b"part");
    server.reactor.send_data(id, part, false).unwrap();
    client.send("not a size\r\n");
    server.run_until("the content is refused", |server| {
        server.reactor.receive(id) == Received::Refused(RequestError::Chunk)
    });
    assert_eq!(server.end(&mut client), End::Closed);
    assert!(client.received.ends_with(b"4\r\npart\r\n"));
}
