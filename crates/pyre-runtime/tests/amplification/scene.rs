//! Some peers, what they send, and what that costs.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::Arc,
};

use peak_alloc::PeakAlloc;
use pyre_runtime::{
    Config, Reactor, Received, RequestId,
    access_log::{Format, Recorder, Writer},
    http1::Content,
};

use crate::support::{Asked, Patience, Seen, Server, answer};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Application {
    /// Takes what comes, and waits for more forever.
    Waits,
    /// Answers at once with so many octets, and leaves the content unread.
    Answers(usize),
    /// Sends each piece of content back as it comes.
    Echoes,
    /// Fails at once.
    Raises,
}

pub(crate) const APPLICATIONS: [Application; 4] = [
    Application::Waits,
    Application::Answers(13),
    Application::Echoes,
    Application::Raises,
];

impl Application {
    /// For [`Server::answering`].
    pub(crate) fn acting(self) -> impl FnMut(&mut Reactor, &Seen) {
        move |reactor, seen| match (self, seen) {
            (Self::Waits, Seen::Request(Asked { id, .. }) | Seen::Wake(id)) => take(reactor, *id),
            (Self::Answers(length), Seen::Request(asked)) => {
                answer(reactor, asked.id, &vec![b'x'; length]);
            }
            (Self::Echoes, Seen::Request(asked)) => {
                reactor.send_head(asked.id, 200, []).unwrap();
                echo(reactor, asked.id);
            }
            (Self::Echoes, Seen::Wake(id)) => echo(reactor, *id),
            (Self::Raises, Seen::Request(asked)) => {
                reactor.send_error(asked.id, 500, "Internal Server Error");
            }
            (Self::Answers(_) | Self::Raises, Seen::Wake(_)) => {}
        }
    }
}

fn take(reactor: &mut Reactor, id: RequestId) {
    while let Received::Data(..) = reactor.receive(id) {}
}

fn echo(reactor: &mut Reactor, id: RequestId) {
    while reactor.has_room(id) {
        let Received::Data(octets, end) = reactor.receive(id) else {
            return;
        };
        let piece = octets.to_vec();
        let sent = reactor.send_data(id, Content::Copied(&piece), end);
        if end || sent.is_err() {
            return;
        }
    }
}

/// One end of a connection that keeps nothing of what it gets.
struct Peer<'a> {
    stream: TcpStream,
    unsent: &'a [u8],
}

impl<'a> Peer<'a> {
    fn connect(address: SocketAddr, input: &'a [u8]) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nonblocking(true).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            unsent: input,
        }
    }

    fn send(&mut self, length: usize) {
        let piece = &self.unsent[..length.min(self.unsent.len())];
        match self.stream.write(piece) {
            Ok(length) => self.unsent = &self.unsent[length..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            // The server has had enough.
            Err(_) => self.unsent = &[],
        }
    }

    fn read(&mut self) {
        let mut scratch = [0; 4096];
        while matches!(self.stream.read(&mut scratch), Ok(1..)) {}
    }

    fn finish(&self) {
        // A server that has had enough has ended both sides.
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

/// Peers that each send one input, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) inputs: &'a [Vec<u8>],
    pub(crate) application: Application,
    /// Lengths of the pieces that an input is sent in, over and over.
    pub(crate) pieces: &'a [usize],
    /// Whether the peers read what they are sent.
    pub(crate) reads: bool,
}

impl Scene<'_> {
    /// The most memory that was in use at once, above what was before there was a server.
    pub(crate) fn cost(&self) -> usize {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        self.play();
        MEMORY.peak_usage() - before
    }

    fn play(&self) {
        let writer = Arc::new(Writer::open(Some("/dev/null".into())).unwrap());
        let recorder = Recorder::new(Format::Json, writer);
        let mut server =
            Server::recorded(Config::default(), recorder).answering(self.application.acting());
        let address = server.address();
        let inputs = self.inputs.iter();
        let mut peers: Vec<_> = inputs.map(|input| Peer::connect(address, input)).collect();
        self.send(&mut server, &mut peers);
        peers.iter().for_each(Peer::finish);
        server.settle();
        drop(peers);
        server.drained();
    }

    /// Sends the inputs to their ends, or as far as the server takes them.
    fn send(&self, server: &mut Server, peers: &mut [Peer<'_>]) {
        let patience = Patience::with("the inputs are sent");
        let mut lengths = self.pieces.iter().cycle();
        while peers.iter().any(|peer| !peer.unsent.is_empty()) {
            patience.check();
            let &length = lengths.next().unwrap();
            for peer in &mut *peers {
                peer.send(length);
            }
            server.tick();
            server.seen.clear();
            if self.reads {
                peers.iter_mut().for_each(Peer::read);
            }
        }
        server.settle();
    }
}
