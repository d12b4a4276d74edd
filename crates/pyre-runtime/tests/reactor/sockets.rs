//! Kinds of listening sockets, and what a host can ask about both ends.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process,
};

use bytes::Bytes;
use pyre_runtime::{Address, Config, Poller, Received, http1::Content};
use socket2::{Domain, Socket, Type};

use crate::support::{
    Server, answer,
    client::{Client, End},
    get, pattern, post, say_target,
};

/// A path for a unix socket; the file is removed at the end.
struct SocketPath(PathBuf);

impl SocketPath {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("pyre-{}-{name}.sock", process::id()));
        // A run with the same process number may have left one.
        let _ = fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn on_path(path: &Path) -> Server {
    Server::driven(Config::default(), Poller::direct().unwrap(), None).on_path(path)
}

#[test]
fn a_unix_socket_serves_as_tcp_does() {
    let path = SocketPath::new("serves");
    let mut server = on_path(&path.0).answering(say_target);
    let mut client = Client::connect_to_path(&path.0);
    client.send([get("/1"), get("/2")].concat());
    assert_eq!(server.response(&mut client).text(), "/1");
    assert_eq!(server.response(&mut client).text(), "/2");
    client.send([&get("/3")[..], b"broken\r\n\r\n"].concat());
    assert_eq!(server.response(&mut client).text(), "/3");
    assert_eq!(server.response(&mut client).status, 400);
    assert_eq!(server.end(&mut client), End::Closed);
    drop(client);
    server.drained();
}

#[test]
fn a_unix_socket_carries_large_content_both_ways() {
    let path = SocketPath::new("large");
    let mut server = on_path(&path.0);
    let content = pattern(1024 * 1024 + 3);
    let mut client = Client::connect_to_path(&path.0);
    client.send([post("/", content.len()), content.clone()].concat());
    let id = server.request().id;
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
    server.reactor.send_head(id, 200, []).unwrap();
    let piece = Content::Shared(Bytes::from(received));
    server.reactor.send_data(id, piece, true).unwrap();
    assert!(server.response(&mut client).content == content);
}

#[test]
fn a_unix_peer_that_has_ended_its_side_is_answered() {
    let path = SocketPath::new("half");
    let mut server = on_path(&path.0);
    let mut client = Client::connect_to_path(&path.0);
    client.send(get("/"));
    client.finish();
    let id = server.request().id;
    server.settle();
    answer(&mut server.reactor, id, b"still there");
    assert_eq!(server.response(&mut client).text(), "still there");
    assert_eq!(server.end(&mut client), End::Closed);
    server.drained();
}

#[test]
fn a_unix_peer_that_leaves_wakes_the_request() {
    let path = SocketPath::new("leaves");
    let mut server = on_path(&path.0);
    let mut client = Client::connect_to_path(&path.0);
    client.send(get("/"));
    let id = server.request().id;
    assert_eq!(server.content(id), b"");
    assert!(matches!(server.reactor.receive(id), Received::Pending));
    drop(client);
    server.wake(id);
    assert!(matches!(server.reactor.receive(id), Received::Disconnected));
    server.drained();
}

#[test]
fn a_unix_peer_has_no_address() {
    let path = SocketPath::new("address");
    let mut server = on_path(&path.0);
    let mut client = Client::connect_to_path(&path.0);
    client.send(get("/"));
    let id = server.request().id;
    assert_eq!(server.reactor.peer(id), Some(&Address::Unix(None)));
    let local = server.reactor.local_address(id);
    assert_eq!(local, Some(Address::Unix(Some(path.0.clone()))));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_in_the_abstract_namespace_begins_with_a_commercial_at() {
    let name = format!("\0pyre-{}-\0name", process::id());
    let mut server = on_path(Path::new(&name));
    let mut client = Client::connect_to_path(Path::new(&name));
    client.send(get("/"));
    let id = server.request().id;
    assert_eq!(server.reactor.peer(id), Some(&Address::Unix(None)));
    let shown = name.replace('\0', "@").into();
    let local = server.reactor.local_address(id);
    assert_eq!(local, Some(Address::Unix(Some(shown))));
}

fn listening(domain: Domain, address: SocketAddr) -> Socket {
    let socket = Socket::new(domain, Type::STREAM, None).unwrap();
    socket.bind(&address.into()).unwrap();
    socket.listen(16).unwrap();
    socket
}

#[test]
fn both_ends_have_addresses() {
    let mut server = Server::new();
    let stream = std::net::TcpStream::connect(server.address()).unwrap();
    std::io::Write::write_all(&mut &stream, &get("/")).unwrap();
    let id = server.request().id;
    let peer = Address::from(stream.local_addr().unwrap());
    assert_eq!(server.reactor.peer(id), Some(&peer));
    let local = Address::from(server.address());
    assert_eq!(server.reactor.local_address(id), Some(local));
}

#[test]
fn a_socket_on_every_interface_tells_which_was_meant() {
    let socket = listening(Domain::IPV4, SocketAddr::from(([0, 0, 0, 0], 0)));
    let port = socket.local_addr().unwrap().as_socket().unwrap().port();
    let mut server = Server::new();
    server.reactor.listen(socket).unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    Client::connect(address).send(get("/"));
    let mut client = Client::connect(address);
    client.send(get("/"));
    let id = server.request().id;
    assert_eq!(server.reactor.local_address(id), Some(address.into()));
}

#[test]
fn several_sockets_are_served_at_once() {
    let mut server = Server::new().answering(say_target);
    let first = server.address();
    let path = SocketPath::new("several");
    server = server.on_path(&path.0);
    server = server.on_loopback();
    let mut clients = [
        Client::connect(first),
        Client::connect(server.address()),
        Client::connect_to_path(&path.0),
    ];
    for client in &mut clients {
        client.send(get("/"));
    }
    for client in &mut clients {
        assert_eq!(server.response(client).text(), "/");
    }
    drop(clients);
    server.drained();
}

#[test]
fn connections_that_waited_before_the_socket_was_given_are_served() {
    let socket = listening(Domain::IPV4, SocketAddr::from(([127, 0, 0, 1], 0)));
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut client = Client::connect(address);
    client.send(get("/early"));
    let poller = Poller::direct().unwrap();
    let mut server = Server::driven(Config::default(), poller, None).answering(say_target);
    server.reactor.listen(socket).unwrap();
    assert!(server.reactor.is_due());
    assert_eq!(server.response(&mut client).text(), "/early");
}

#[test]
fn more_connections_than_one_tick_accepts_are_all_served() {
    let mut server = Server::new().answering(say_target);
    let mut clients: Vec<Client> = (0..200)
        .map(|_| server.connect_and_send(get("/")))
        .collect();
    server.tick();
    assert!(
        server.reactor.connections() < 200,
        "the first tick left some"
    );
    assert!(server.reactor.is_due());
    for client in &mut clients {
        assert_eq!(server.response(client).text(), "/");
    }
}
