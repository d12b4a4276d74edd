//! A request head that is kept: the same in every respect, wherever its parts came from.

mod support;

use pyre_proto::http1::{Connection, Event, Limits, OwnedHead, RequestHead};
use support::{
    NEXT,
    application::{answer, read_on},
    octets,
};

/// Request heads of every form, and the authority of each.
#[rustfmt::skip]
const HEADS: &[(&str, &str)] = &[
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "a"),
    ("GET /a%20b?c=d&e?f HTTP/1.1\r\nX: 1\r\nHOST: \ta:80\t\r\nx: \r\nY: 2\r\n\r\n", "a:80"),
    ("GET /? HTTP/1.1\r\nHost: a\r\n\r\n", "a"),
    ("OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "[::1]:80"),
    ("GET http://a HTTP/1.1\r\nX: 1\r\nHost: b\r\n\r\n", "a"),
    ("GET HTTPS://a:8/p?q HTTP/1.1\r\nHost: b\r\n\r\n", "a:8"),
    ("GET http://a?q HTTP/1.0\r\n\r\n", "a"),
    ("GET http://a/ HTTP/1.0\r\nX: 1\r\n\r\n", "a"),
    ("GET / HTTP/1.0\r\n\r\n", ""),
    ("GET / HTTP/1.0\r\nHost: a\r\nTE: trailers\r\n\r\n", "a"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", "a"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n\r\n", "a"),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "a"),
    ("BREW / HTTP/1.9\r\nHost: a\r\nX: \u{e9}\r\n\r\n", "a"),
];

/// Asks something of the head of `raw`.
fn with_head(raw: impl AsRef<[u8]>, ask: impl FnOnce(RequestHead<'_>)) {
    let mut connection = Connection::new(Limits::default().into());
    connection.handle_input(raw.as_ref());
    ask(next_head(&mut connection));
}

#[track_caller]
fn next_head(connection: &mut Connection) -> RequestHead<'_> {
    match connection.poll_event() {
        Ok(Some(Event::RequestHead(head))) => head,
        other => unreachable!("{other:?}"),
    }
}

#[track_caller]
fn assert_same(head: RequestHead<'_>, other: RequestHead<'_>) {
    assert_eq!(head.method, other.method);
    assert_eq!(head.target, other.target);
    assert_eq!((head.version, head.framing), (other.version, other.framing));
    assert_eq!(head.expects_continue, other.expects_continue);
    assert_eq!(head.is_websocket, other.is_websocket);
    assert_eq!(head.takes_trailers, other.takes_trailers);
    assert!(head.fields().eq(other.fields()));
    assert!(head.fields().rev().eq(other.fields().rev()));
    assert_eq!(head.authority(), other.authority());
}

#[test]
fn a_head_that_is_kept_is_the_same() {
    for (raw, _) in HEADS {
        with_head(raw, |head| {
            let kept = head.to_owned();
            assert_same(kept.head(), head);
            // One that is kept can be kept again.
            assert_same(kept.head().to_owned().head(), head);
        });
    }
}

#[test]
fn a_host_that_a_proxy_knows_is_kept_too() {
    for (raw, _) in HEADS {
        for host in ["", "better", "a.longer.name.than.any.of.them:65535"] {
            with_head(raw, |head| {
                let better = head.with_host(host.as_bytes());
                assert_eq!(better.authority(), host.as_bytes());
                assert_same(better.to_owned().head(), better);
                assert_same(better.to_owned().head().to_owned().head(), better);
                let better_still = better.with_host(b"x");
                let kept = better.to_owned();
                assert_same(kept.head().with_host(b"x"), better_still);
            });
        }
    }
}

#[test]
fn the_authority_is_that_of_the_target_or_of_host() {
    for (raw, expected) in HEADS {
        with_head(raw, |head| {
            assert_eq!(head.authority(), expected.as_bytes(), "{raw}");
        });
    }
}

#[test]
fn it_outlives_the_connection_and_what_follows_on_it() {
    let mut connection = Connection::new(Limits::default().into());
    connection.handle_input(&octets!(HEADS[1].0, NEXT));
    let kept = next_head(&mut connection).to_owned();
    answer(&mut connection);
    assert!(read_on(&mut connection), "the next one");
    drop(connection);
    with_head(HEADS[1].0, |head| assert_same(kept.head(), head));
}

#[test]
fn any_thread_may_read_it() {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<OwnedHead>();
}
