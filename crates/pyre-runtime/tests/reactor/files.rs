//! Content out of files: its place, its end, and peers that are slow or gone.

use std::{fs::File, io, io::Write};

use pyre_runtime::{FileContent, RequestId, SendError, http1::Content};

use crate::support::{
    Server, answer,
    client::{Client, End},
    get, pattern,
};

/// Larger than what is read at once, and than one turn.
const LARGE: usize = 3 * 1024 * 1024 + 7;

/// A file that is gone when it is closed.
fn file_of(content: &[u8]) -> File {
    let mut file = tempfile();
    file.write_all(content).unwrap();
    file
}

fn tempfile() -> File {
    let path = std::env::temp_dir().join(format!(
        "pyre-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&path)
        .unwrap();
    std::fs::remove_file(path).unwrap();
    file
}

pub(crate) fn whole(content: &[u8]) -> FileContent {
    FileContent::new(file_of(content), 0, content.len() as u64)
}

fn request(server: &mut Server) -> (Client, RequestId) {
    let client = server.connect_and_send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    (client, id)
}

#[test]
fn a_file_of_any_size_arrives_whole() {
    for length in [0, 1, 65_536, 65_537, LARGE] {
        let content = pattern(length);
        let mut server = Server::new();
        let (mut client, id) = request(&mut server);
        server.reactor.send_file(id, whole(&content), true).unwrap();
        let response = server.response(&mut client);
        assert!(response.content == content, "{length}");
        assert_eq!(response.field("content-length"), Some(&*length.to_string()));
        client.send(get("/next"));
        assert_eq!(server.request().target, "/next");
    }
}

#[test]
fn files_and_octets_keep_their_order() {
    let (first, second) = (pattern(LARGE), pattern(100_000));
    let mut server = Server::new();
    let (mut client, id) = request(&mut server);
    let reactor = &mut server.reactor;
    reactor
        .send_data(id, Content::Copied(b"before"), false)
        .unwrap();
    reactor.send_file(id, whole(&first), false).unwrap();
    reactor
        .send_data(id, Content::Copied(b"between"), false)
        .unwrap();
    reactor.send_file(id, whole(&second), false).unwrap();
    reactor
        .send_data(id, Content::Copied(b"after"), true)
        .unwrap();
    let content = server.response(&mut client).content;
    let expected = [b"before", &first[..], b"between", &second, b"after"].concat();
    assert!(content == expected);
}

#[test]
fn a_part_is_read_where_it_lies() {
    let content = pattern(LARGE);
    for (position, length) in [(0, 70_000), (1, 100_000), (70_000, 10), (LARGE - 1, 1)] {
        let mut server = Server::new();
        let (mut client, id) = request(&mut server);
        let part = FileContent::new(file_of(&content), position as u64, length as u64);
        server.reactor.send_file(id, part, true).unwrap();
        let expected = &content[position..position + length];
        assert!(server.response(&mut client).content == expected);
    }
}

#[test]
fn a_peer_that_reads_slowly_gets_it_whole() {
    let content = pattern(LARGE);
    let mut server = Server::new();
    let mut client = Client::connect_with_small_window(server.address());
    client.send(get("/"));
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    server.reactor.send_file(id, whole(&content), true).unwrap();
    assert!(server.response(&mut client).content == content);
}

#[test]
fn a_large_file_takes_turns_with_other_connections() {
    let content = pattern(LARGE);
    let mut server = Server::new();
    let (mut client, id) = request(&mut server);
    let mut other = server.connect_and_send(get("/other"));
    let other_id = server.request().id;
    server.reactor.send_file(id, whole(&content), true).unwrap();
    answer(&mut server.reactor, other_id, b"soon");
    assert_eq!(server.response(&mut other).text(), "soon");
    assert!(server.response(&mut client).content == content);
}

#[test]
fn content_length_is_checked_before_anything_is_written() {
    let mut server = Server::new();
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    let fields: [(&[u8], &[u8]); 1] = [(b"content-length", b"100000")];
    server.reactor.send_head(id, 200, fields).unwrap();
    let refused = server.reactor.send_file(id, whole(&pattern(100_001)), true);
    assert!(matches!(refused, Err(SendError::Response(_))));
    let content = pattern(100_000);
    server.reactor.send_file(id, whole(&content), true).unwrap();
    assert!(server.response(&mut client).content == content);
}

#[test]
fn no_content_is_sent_in_answer_to_head() {
    let mut server = Server::new();
    let mut client = server.connect_and_send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    let id = server.request().id;
    server.reactor.send_head(id, 200, []).unwrap();
    let content = whole(&pattern(LARGE));
    server.reactor.send_file(id, content, true).unwrap();
    client.send(get("/next"));
    let next = server.request();
    answer(&mut server.reactor, next.id, b"next");
    server.run_until("both answers", |_| {
        client.pump().received.ends_with(b"next")
    });
    let received = String::from_utf8_lossy(&client.received);
    assert_eq!(received.matches("HTTP/1.1 200 OK").count(), 2);
    assert!(received.contains(&format!("content-length: {LARGE}")));
}

#[test]
fn a_file_that_is_shorter_than_it_was_truncates_the_response() {
    let mut server = Server::new();
    let (mut client, id) = request(&mut server);
    let file = file_of(&pattern(100_000));
    let content = FileContent::new(file.try_clone().unwrap(), 0, LARGE as u64);
    server.reactor.send_file(id, content, true).unwrap();
    assert_eq!(server.end(&mut client), End::Closed);
    assert_eq!(client.take_response(), None);
    server.drained();
}

#[test]
fn a_small_file_that_is_too_short_is_refused_and_can_be_answered_otherwise() {
    let mut server = Server::new();
    let (mut client, id) = request(&mut server);
    let content = FileContent::new(file_of(b"short"), 0, 6);
    assert_eq!(
        server.reactor.send_file(id, content, true),
        Err(SendError::File(io::ErrorKind::UnexpectedEof))
    );
    server.reactor.send_error(id, 500, "sorry");
    assert_eq!(server.response(&mut client).status, 500);
}

#[test]
fn a_peer_that_leaves_ends_it() {
    let mut server = Server::new();
    let (client, id) = request(&mut server);
    let content = whole(&pattern(30 * 1024 * 1024));
    server.reactor.send_file(id, content, false).unwrap();
    assert!(!server.reactor.has_room(id), "the file is still on its way");
    drop(client);
    server.wake(id);
    assert!(!server.reactor.is_connected(id));
    server.drained();
}
