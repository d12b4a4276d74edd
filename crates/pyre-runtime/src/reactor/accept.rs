//! Taking connections from the listening sockets, some at a time.

use std::{
    collections::VecDeque,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use mio::Token;
use pyre_proto::http1;
use socket2::Socket;

use super::{
    ConnectionId, Reactor,
    connection::{Connection, next_generation},
    deadlines::Deadline,
    peer::Peer,
};
use crate::{
    Address, Poller,
    stream::{Listener, Stream},
};

/// Connections that one tick accepts, so that those that are served already are served on.
const ACCEPTS_PER_TICK: usize = 64;

/// How long accepting rests when the process is out of descriptors or memory. They come back when
/// a connection closes, which no event tells.
const REST: Duration = Duration::from_millis(500);

/// Batches that are taken when listening ends: more than a backlog holds.
const LAST_BATCHES: usize = 128;

/// Tokens of listeners count down from here; no connection's generation reaches it.
const LAST_TOKEN: usize = usize::MAX - 1;

/// The listening sockets.
#[derive(Debug, Default)]
pub(super) struct Acceptor {
    listeners: Vec<Listener>,
    addresses: Vec<Address>,
    /// Some listener may have a connection waiting.
    is_ready: bool,
    /// Counts up; which listener is asked next.
    turn: usize,
    resumes_at: Option<Instant>,
}

impl Acceptor {
    pub(super) fn add(&mut self, socket: Socket, poller: &Poller) -> io::Result<()> {
        let mut listener = Listener::new(socket)?;
        listener.register(poller.registry(), Token(LAST_TOKEN - self.listeners.len()))?;
        self.addresses.push(listener.address.clone());
        self.listeners.push(listener);
        // What was queued before the registration gives no edge.
        self.is_ready = true;
        Ok(())
    }

    /// Whether `token` is a listener's; it has connections then.
    pub(super) fn notice(&mut self, token: Token) -> bool {
        let is_listener = LAST_TOKEN - token.0.min(LAST_TOKEN) < self.listeners.len();
        self.is_ready |= is_listener;
        is_listener
    }

    pub(super) fn address(&self, listener: usize) -> Option<&Address> {
        self.addresses.get(listener)
    }

    pub(super) const fn has_more(&self) -> bool {
        self.is_ready && self.resumes_at.is_none()
    }

    pub(super) const fn resumes_at(&self) -> Option<Instant> {
        self.resumes_at
    }

    /// The next connection of any listener, with the listener's place. Who was asked last is asked
    /// last again, so that no listener is starved by another.
    fn next(&mut self, now: Instant) -> Option<(Stream, Address, usize)> {
        let count = self.listeners.len();
        let mut failures = 0;
        for _ in 0..count {
            let index = self.turn % count;
            let Some(listener) = self.listeners.get(index) else {
                break;
            };
            match accept_living(listener, &mut failures) {
                Ok((stream, peer)) => {
                    self.turn += 1;
                    let stopped = self.addresses.len() - count;
                    return Some((stream, peer, stopped + index));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.turn += 1,
                Err(_) => {
                    self.resumes_at = Some(now + REST);
                    return None;
                }
            }
        }
        self.is_ready = false;
        None
    }
}

/// The next connection that was not gone before it was taken (accept(2)); an error that stays is
/// the listener's own.
fn accept_living(listener: &Listener, failures: &mut usize) -> io::Result<(Stream, Address)> {
    loop {
        match listener.accept() {
            Err(error) if is_of_the_connection(&error) && *failures < ACCEPTS_PER_TICK => {
                *failures += 1;
            }
            accepted => return accepted,
        }
    }
}

/// Whether `accept` reported a connection that was gone before it was taken (accept(2)).
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::ConnectionAborted | Kind::ConnectionReset | Kind::PermissionDenied
    )
}

impl Reactor {
    /// Stops accepting and lets the sockets go, after taking the connections that wait already: they
    /// would be reset.
    pub fn stop_listening(&mut self) {
        // Whether somebody waits is not known before the next look at the poller.
        self.acceptor.is_ready = !self.acceptor.listeners.is_empty();
        let mut batches = 0;
        while self.acceptor.has_more() && batches < LAST_BATCHES {
            self.accept_batch();
            batches += 1;
        }
        for mut listener in self.acceptor.listeners.drain(..) {
            // The socket is closed next, which takes it from the poller in any case.
            let _ = listener.deregister(self.poller.registry());
        }
        self.acceptor.is_ready = false;
        self.acceptor.resumes_at = None;
    }

    pub(super) fn accept_batch(&mut self) {
        let now = self.clock.now();
        if self.acceptor.resumes_at.is_some_and(|time| time <= now) {
            self.acceptor.resumes_at = None;
        }
        for _ in 0..ACCEPTS_PER_TICK {
            if !self.acceptor.has_more() {
                return;
            }
            let Some((stream, peer, listener)) = self.acceptor.next(now) else {
                return;
            };
            self.add(stream, peer, listener);
        }
    }

    fn add(&mut self, mut stream: Stream, peer: Address, listener: usize) {
        let Some(peer) = Peer::admitted(peer, &self.config.proxies) else {
            return;
        };
        let entry = self.connections.vacant_entry();
        let id = ConnectionId {
            index: entry.key(),
            generation: self.generation,
        };
        if stream.register(self.poller.registry(), id.into()).is_err() {
            // Out of memory for watches: the connection can't be served, and is closed here.
            return;
        }
        self.generation = next_generation(self.generation);
        entry.insert(Connection {
            stream,
            http: http1::Connection::new(Arc::clone(&self.limits)),
            peer,
            listener,
            generation: id.generation,
            serial: 0,
            turn_requests: 0,
            turn_octets: 0,
            wants_turn: false,
            is_queued: false,
            // A request is often there already, and its edge gone by the time of the registration.
            is_readable: true,
            is_writable: true,
            peer_finished: false,
            is_hung_up: false,
            is_probed: false,
            is_broken: false,
            in_request: false,
            awaits_content: false,
            awaits_room: false,
            awaits_end: false,
            departures: None,
            is_lingering: false,
            files: VecDeque::new(),
            deadline: Deadline::default(),
            entry: None,
        });
        self.queue(id);
    }
}
