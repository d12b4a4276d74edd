//! A server and its clients on one thread: the test runs the reactor, tick by tick, and looks after
//! each what the clients have got. Nothing sleeps in the hope that something has happened meanwhile.

pub(crate) mod client;

use std::{
    io,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use pyre_runtime::{
    Config, Event, Poller, Reactor, Received, RequestId, SendError, Timeouts,
    access_log::Recorder,
    http1::{Content, RequestHead},
};
use socket2::{Domain, SockAddr, Socket, Type};

use self::client::{Client, End, Response};

/// After this a condition is taken never to hold. Only a test that fails takes that long, so it is
/// generous: the longest of them needs seven seconds of CPU time, on a machine that nothing else uses.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// How long a tick waits for readiness: clients are looked after in between.
const WAIT: Duration = Duration::from_millis(1);

/// Ends a loop that waits for `what`.
#[derive(Debug)]
pub(crate) struct Patience {
    what: &'static str,
    until: Instant,
}

impl Patience {
    pub(crate) fn with(what: &'static str) -> Self {
        Self {
            what,
            until: Instant::now() + PATIENCE,
        }
    }

    pub(crate) fn check(&self) {
        assert!(Instant::now() < self.until, "in vain: {}", self.what);
    }
}

/// A request as the application remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) id: RequestId,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) host: Option<String>,
}

impl Asked {
    fn new(id: RequestId, head: &RequestHead<'_>) -> Self {
        Self {
            id,
            method: head.method.into(),
            target: String::from_utf8_lossy(head.target.raw).into(),
            host: head
                .field(b"host")
                .map(|host| String::from_utf8_lossy(host).into()),
        }
    }
}

/// An event that does not borrow the reactor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Request(Asked),
    Wake(RequestId),
}

impl Seen {
    pub(crate) fn target(&self) -> Option<&str> {
        match self {
            Self::Request(asked) => Some(&asked.target),
            Self::Wake(_) => None,
        }
    }
}

/// What a test's server does with an event, within the tick.
type Application = Box<dyn FnMut(&mut Reactor, &Seen)>;

/// A reactor and its listening sockets.
pub(crate) struct Server {
    pub(crate) reactor: Reactor,
    /// Events that no test has taken, oldest first; those that the application has acted on too.
    pub(crate) seen: Vec<Seen>,
    application: Application,
    address: Option<SocketAddr>,
}

impl Server {
    /// A server on loopback that leaves its requests to the test.
    pub(crate) fn new() -> Self {
        Self::configured(Config::default())
    }

    pub(crate) fn configured(config: Config) -> Self {
        Self::driven(config, Poller::direct().unwrap(), None).on_loopback()
    }

    pub(crate) fn timed(timeouts: Timeouts) -> Self {
        Self::configured(Config {
            timeouts,
            ..Config::default()
        })
    }

    pub(crate) fn recorded(config: Config, recorder: Recorder) -> Self {
        Self::driven(config, Poller::direct().unwrap(), Some(recorder)).on_loopback()
    }

    /// A server that listens nowhere yet.
    pub(crate) fn driven(config: Config, poller: Poller, recorder: Option<Recorder>) -> Self {
        Self {
            reactor: Reactor::new(config, poller, recorder),
            seen: Vec::new(),
            application: Box::new(|_, _| {}),
            address: None,
        }
    }

    /// The same with an application that is called for each event.
    pub(crate) fn answering(
        mut self,
        application: impl FnMut(&mut Reactor, &Seen) + 'static,
    ) -> Self {
        self.application = Box::new(application);
        self
    }

    pub(crate) fn on_loopback(self) -> Self {
        self.on_loopback_with(|_| {})
    }

    /// Connections inherit what `prepare` sets.
    pub(crate) fn on_loopback_with(mut self, prepare: impl FnOnce(&Socket)) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        prepare(&socket);
        self.listen(socket, &SocketAddr::from(([127, 0, 0, 1], 0)).into());
        self
    }

    pub(crate) fn on_path(mut self, path: &Path) -> Self {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        self.listen(socket, &SockAddr::unix(path).unwrap());
        self
    }

    fn listen(&mut self, socket: Socket, address: &SockAddr) {
        socket.bind(address).unwrap();
        socket.listen(1024).unwrap();
        self.address = socket.local_addr().unwrap().as_socket();
        self.reactor.listen(socket).unwrap();
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address.expect("it listens on loopback")
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address())
    }

    /// A client that has sent `octets`.
    pub(crate) fn connect_and_send(&self, octets: impl AsRef<[u8]>) -> Client {
        let mut client = self.connect();
        client.send(octets);
        client
    }

    // ---- running

    /// One tick, which waits a little where nothing is due; returns whether another is due.
    pub(crate) fn tick(&mut self) -> bool {
        let wait = if self.reactor.is_due() {
            Duration::ZERO
        } else {
            WAIT
        };
        self.tick_within(wait).unwrap()
    }

    fn tick_within(&mut self, wait: Duration) -> io::Result<bool> {
        self.reactor.begin_tick(wait)?;
        while let Some(event) = self.reactor.poll_event() {
            let seen = match event {
                Event::Request(id, head) => Seen::Request(Asked::new(id, &head)),
                Event::Wake(id) => Seen::Wake(id),
            };
            (self.application)(&mut self.reactor, &seen);
            self.seen.push(seen);
        }
        Ok(self.reactor.end_tick())
    }

    /// Runs until `condition` holds, which is asked after each tick and looks after the clients.
    pub(crate) fn run_until(
        &mut self,
        what: &'static str,
        mut condition: impl FnMut(&mut Self) -> bool,
    ) {
        let patience = Patience::with(what);
        while !condition(self) {
            patience.check();
            self.tick();
        }
    }

    /// Runs on until nothing is due and nothing has become ready for some ticks.
    pub(crate) fn settle(&mut self) {
        let patience = Patience::with("the server comes to rest");
        let mut quiet = 0;
        while quiet < 3 {
            patience.check();
            let before = self.seen.len();
            let is_due = self.tick();
            quiet = if is_due || self.seen.len() > before {
                0
            } else {
                quiet + 1
            };
        }
    }

    // ---- what has happened

    /// The next request that no test has taken.
    pub(crate) fn request(&mut self) -> Asked {
        let mut found = None;
        self.run_until("a request comes", |server| {
            found = server.take(|seen| matches!(seen, Seen::Request(_)));
            found.is_some()
        });
        match found {
            Some(Seen::Request(asked)) => asked,
            _ => unreachable!("only requests were looked for"),
        }
    }

    /// Runs until the request is woken.
    pub(crate) fn wake(&mut self, id: RequestId) {
        self.run_until("the request is woken", |server| {
            server.take(|seen| *seen == Seen::Wake(id)).is_some()
        });
    }

    /// Whether the request has been woken since the last such event was taken.
    pub(crate) fn has_woken(&self, id: RequestId) -> bool {
        self.seen.contains(&Seen::Wake(id))
    }

    fn take(&mut self, matches: impl Fn(&Seen) -> bool) -> Option<Seen> {
        let position = self.seen.iter().position(matches)?;
        Some(self.seen.remove(position))
    }

    /// Runs until the client has a whole response.
    pub(crate) fn response(&mut self, client: &mut Client) -> Response {
        let mut response = None;
        self.run_until("the client gets a response", |_| {
            response = client.pump().take_response();
            let is_over = response.is_none() && client.end.is_some();
            assert!(!is_over, "{:?} before the response was whole", client.end);
            response.is_some()
        });
        response.expect("it was waited for")
    }

    /// Runs until the client's connection is over.
    pub(crate) fn end(&mut self, client: &mut Client) -> End {
        self.run_until("the connection ends", |_| client.pump().end.is_some());
        client.end.expect("it was waited for")
    }

    /// Runs until no connection is open.
    pub(crate) fn drained(&mut self) {
        self.run_until("every connection is closed", |server| {
            server.reactor.connections() == 0
        });
        assert_eq!(self.reactor.requests(), 0);
    }

    /// Sends content until the peer's buffers and the sockets' are full and nothing moves.
    pub(crate) fn fill(&mut self, id: RequestId) {
        let piece = Bytes::from(pattern(64 * 1024));
        self.run_until("nothing moves any more", |server| {
            while server.reactor.has_room(id) {
                let content = Content::Shared(piece.clone());
                server.reactor.send_data(id, content, false).unwrap();
            }
            server.seen.retain(|seen| *seen != Seen::Wake(id));
            server.settle();
            !server.has_woken(id)
        });
    }

    /// Reads the content of a request to its end.
    pub(crate) fn content(&mut self, id: RequestId) -> Vec<u8> {
        let mut content = Vec::new();
        let patience = Patience::with("the content comes to its end");
        loop {
            patience.check();
            match self.reactor.receive(id) {
                Received::Data(octets, end) => {
                    content.extend_from_slice(octets);
                    if end {
                        return content;
                    }
                }
                Received::Pending => self.wake(id),
                over => panic!("{over:?} after {} octets", content.len()),
            }
        }
    }
}

/// Answers with `content` and no field but those that the server adds.
pub(crate) fn answer(reactor: &mut Reactor, id: RequestId, content: &[u8]) {
    try_answer(reactor, id, content).expect("the request is open");
}

pub(crate) fn try_answer(
    reactor: &mut Reactor,
    id: RequestId,
    content: &[u8],
) -> Result<(), SendError> {
    reactor.send_head(id, 200, [])?;
    reactor.send_data(id, Content::Copied(content), true)
}

/// The application that answers each request with its target, at once.
pub(crate) fn say_target(reactor: &mut Reactor, seen: &Seen) {
    if let Seen::Request(asked) = seen {
        answer(reactor, asked.id, asked.target.as_bytes());
    }
}

/// A request without content.
pub(crate) fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").into()
}

/// The head of a request with `length` octets of content.
pub(crate) fn post(target: &str, length: usize) -> Vec<u8> {
    format!("POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n").into()
}

/// Octets in which no stretch repeats soon, so that a lost or doubled piece shows.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()
    };
    (0..length.div_ceil(4))
        .flat_map(|_| next())
        .take(length)
        .collect()
}
