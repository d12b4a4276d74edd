//! The reactor: readiness in, requests out, bounded work per tick.
//!
//! ```text
//! begin_tick ── readiness ──► ready queue ──► serve ──► Event::Request ──► the host answers
//!                 accept          ▲             │  ▲                            │
//!                 deadlines ──────┘             │  └── same connection again ◄──┘
//!                                               ▼
//! end_tick  ◄───────────────────────── queue of this tick empty
//! ```
//!
//! A connection stays at the front of the queue until it has nothing more to say, so that pipelined
//! requests are answered with one write. What is queued during a tick waits for the next, so that
//! the timers and tasks of the event loop run in between.

mod accept;
mod connection;
mod content;
mod deadlines;
mod departures;
mod leaving;
mod lingering;
mod notices;
mod pace;
mod peer;
mod responses;
mod turns;

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use pyre_proto::http1::{
    self, DefaultFields, EventSpan, HeadSpan, RequestError, RequestHead, Storage,
};
use slab::Slab;
use socket2::Socket;

use self::{accept::Acceptor, connection::Connection};
pub use self::{content::Received, notices::Notice, responses::SendError};
use crate::{
    Config, Poller, access_log::Recorder, clock::Clock, poller::Readiness, timer_wheel::TimerWheel,
};

/// A connection, also after it is gone: its place is not mistaken for a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConnectionId {
    index: usize,
    generation: usize,
}

/// One request on one connection. Every call about a request that is over fails in the same way as
/// one about a peer that has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId {
    connection: ConnectionId,
    serial: u32,
}

/// What a host has to act on.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request to answer.
    Request(RequestId, RequestHead<'a>),
    /// Something that the request waited for has come: content, room for more output, or the end.
    Wake(RequestId),
}

enum Step {
    Request(RequestId, HeadSpan),
    Wake(RequestId),
}

/// Connections of one thread and what they wait for.
#[derive(Debug)]
pub struct Reactor {
    config: Config,
    limits: Arc<http1::Limits>,
    poller: Poller,
    clock: Clock,
    wheel: TimerWheel<ConnectionId>,
    acceptor: Acceptor,
    connections: Slab<Connection>,
    /// Distinguishes a connection from the one that had its place before.
    generation: usize,
    ready: VecDeque<ConnectionId>,
    /// How many of `ready` belong to this tick.
    due: usize,
    /// The connection at the front of the queue while its turn lasts.
    current: Option<ConnectionId>,
    /// Requests that are over while somebody may wait for something of them.
    ended: Vec<RequestId>,
    /// Requests whose response has begun since the last tick.
    open_heads: Vec<RequestId>,
    notices: notices::Notices,
    /// By its place, the last request that was refused while the application had it: who asks for more of
    /// its content learns why, also when the connection is gone by then.
    refusals: BTreeMap<usize, (RequestId, RequestError)>,
    storage: Storage,
    lent_to: Option<ConnectionId>,
    found: Vec<Readiness>,
    default_fields: DefaultFields,
    recorder: Option<Recorder>,
    requests: usize,
    is_stopping: bool,
    /// Applications that wait for their peers to leave are told that they have.
    reports_peers_gone: bool,
}

impl Reactor {
    /// A reactor with no sockets.
    #[must_use]
    pub fn new(config: Config, poller: Poller, recorder: Option<Recorder>) -> Self {
        let clock = Clock::new();
        let read_ahead = config.read_ahead.max(Config::LEAST_READ_AHEAD);
        let server = config
            .server_header
            .as_ref()
            .map(|name| format!("server: {name}\r\n"));
        let mut reactor = Self {
            limits: Arc::new(config.limits),
            wheel: TimerWheel::new(clock.now()),
            default_fields: DefaultFields {
                date: Vec::new(),
                server: server.unwrap_or_default().into(),
            },
            config,
            poller,
            clock,
            acceptor: Acceptor::default(),
            connections: Slab::new(),
            generation: 0,
            ready: VecDeque::new(),
            due: 0,
            current: None,
            ended: Vec::new(),
            open_heads: Vec::new(),
            notices: notices::Notices::default(),
            refusals: BTreeMap::new(),
            storage: Storage::with_capacity(read_ahead),
            lent_to: None,
            found: Vec::new(),
            recorder,
            requests: 0,
            is_stopping: false,
            reports_peers_gone: false,
        };
        reactor.write_date();
        reactor
    }

    /// Accepts from `socket`, which listens already.
    ///
    /// # Errors
    /// The operating system's; not a stream socket.
    pub fn listen(&mut self, socket: Socket) -> io::Result<()> {
        self.acceptor.add(socket, &self.poller)
    }

    /// The descriptor that becomes readable when a tick is due; `None` with a waiting thread.
    #[cfg(unix)]
    #[must_use]
    pub fn fd(&self) -> Option<std::os::fd::RawFd> {
        self.poller.fd()
    }

    /// Connections that are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Requests that are not answered in full.
    #[must_use]
    pub const fn requests(&self) -> usize {
        self.requests
    }

    /// When a tick is due although nothing becomes ready.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        [self.wheel.next_expiry(), self.acceptor.resumes_at()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Looks what has become ready, after at most `wait`; a host inside an event loop does not wait.
    ///
    /// # Errors
    /// The poller's; the reactor can't go on then.
    pub fn begin_tick(&mut self, wait: Duration) -> io::Result<()> {
        let mut found = std::mem::take(&mut self.found);
        self.poller.take_ready(wait, &mut found)?;
        self.refresh_clock();
        for readiness in found.drain(..) {
            self.notice(readiness);
        }
        self.found = found;
        self.accept_batch();
        self.expire_deadlines();
        self.due = self.ready.len();
        Ok(())
    }

    /// The next event of this tick.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        match self.next_step()? {
            Step::Wake(id) => Some(Event::Wake(id)),
            Step::Request(id, head) => {
                let connection = self.connections.get_mut(id.connection.index)?;
                let Connection {
                    http, entry, peer, ..
                } = connection;
                let http1::Event::RequestHead(mut head) = http.event(&EventSpan::RequestHead(head))
                else {
                    return None;
                };
                peer.hear(&mut head, &self.config.proxies.trusted);
                if let Some(recorder) = &mut self.recorder {
                    *entry = Some(recorder.begin(&head, peer.client(), &self.clock));
                }
                Some(Event::Request(id, head))
            }
        }
    }

    /// Ends the tick; returns whether another is due at once.
    pub fn end_tick(&mut self) -> bool {
        self.flush_open_heads();
        self.reclaim_storage();
        if let Some(recorder) = &mut self.recorder {
            recorder.hand_over();
        }
        self.is_due()
    }

    /// Whether a tick is due although nothing becomes ready: a connection waits for its turn, or
    /// an answer that was begun or completed between two ticks wants what follows.
    #[must_use]
    pub fn is_due(&self) -> bool {
        !self.ready.is_empty()
            || !self.ended.is_empty()
            || !self.open_heads.is_empty()
            || self.acceptor.has_more()
    }

    fn request_id(&self, id: ConnectionId) -> RequestId {
        let serial = self
            .connections
            .get(id.index)
            .map_or(0, |connection| connection.serial);
        RequestId {
            connection: id,
            serial,
        }
    }

    fn connection_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.connections
            .get_mut(id.index)
            .filter(|connection| connection.generation == id.generation)
    }

    fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections
            .get(id.index)
            .filter(|connection| connection.generation == id.generation)
    }

    /// The connection of a request that is still to be answered.
    fn open_request(&mut self, id: RequestId) -> Option<&mut Connection> {
        self.connection_mut(id.connection)
            .filter(|connection| connection.in_request && connection.serial == id.serial)
    }

    /// What tells the connection of this request from every other that is open: its place, and a
    /// number that changes with each use of the place.
    #[must_use]
    pub const fn connection_key(id: RequestId) -> (usize, usize) {
        (id.connection.index, id.connection.generation)
    }

    /// Reads the time for an answer between two ticks; in a tick it stands still.
    fn refresh_clock_between_ticks(&mut self) {
        if self.current.is_none() {
            self.refresh_clock();
        }
    }

    fn refresh_clock(&mut self) {
        if self.clock.refresh() {
            self.write_date();
        }
    }

    fn write_date(&mut self) {
        if self.config.date_header {
            self.default_fields.date = format!("date: {}\r\n", self.clock.texts().http_date).into();
        }
    }
}
