//! One connection: a socket, the protocol's state, and what the reactor remembers of both.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
};

use mio::Token;
use pyre_proto::http1::{self, Phase};

use super::{
    ConnectionId, Reactor, RequestId, deadlines::Deadline, departures::Departures, peer::Peer,
};
use crate::{FileContent, access_log::Entry, poller::Readiness, stream::Stream};

/// Octets that move between two turns of a connection. A peer on a fast network and an application
/// that never has to wait would otherwise have the thread for themselves.
const TURN_OCTETS: usize = 256 * 1024;

/// Pieces of output that one system call takes.
const SLICES: usize = 16;

/// Half of a token's bits name the place, half tell its uses apart.
const INDEX_BITS: u32 = usize::BITS / 2;
const INDEX_MASK: usize = (1 << INDEX_BITS) - 1;

/// Where a poller's edges are re-armed only by a call that would have blocked, a short read or
/// write does not mean that the next one would.
const SHORT_MEANS_DRAINED: bool = cfg!(not(windows));

impl From<ConnectionId> for Token {
    fn from(id: ConnectionId) -> Self {
        Self(id.generation << INDEX_BITS | id.index)
    }
}

impl From<Token> for ConnectionId {
    fn from(token: Token) -> Self {
        Self {
            index: token.0 & INDEX_MASK,
            generation: token.0 >> INDEX_BITS,
        }
    }
}

/// The generation after this one; listeners have the last for themselves.
pub(super) const fn next_generation(generation: usize) -> usize {
    if generation + 1 >= INDEX_MASK {
        0
    } else {
        generation + 1
    }
}

/// A connection and its flags. All are about edges: readiness is reported once and remembered here.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each set by another event"
)]
pub(super) struct Connection {
    pub(super) stream: Stream,
    pub(super) http: http1::Connection,
    /// External content that is not written yet, in order.
    pub(super) files: VecDeque<FileContent>,
    pub(super) peer: Peer,
    pub(super) listener: usize,
    pub(super) generation: usize,
    /// Counts requests, so that a request that is over is not mistaken for the current one.
    pub(super) serial: u32,
    /// Requests of this turn.
    pub(super) turn_requests: u32,
    /// Octets that were read and written since the last turn.
    pub(super) turn_octets: usize,
    /// There is more to do than one turn allows.
    pub(super) wants_turn: bool,
    pub(super) is_queued: bool,
    pub(super) is_readable: bool,
    pub(super) is_writable: bool,
    /// The peer has ended its side, and may still read.
    pub(super) peer_finished: bool,
    /// Both sides have ended: nothing that is sent arrives.
    pub(super) is_hung_up: bool,
    /// Whether the peer of this request is there has been tried.
    pub(super) is_probed: bool,
    pub(super) is_broken: bool,
    /// A request has been handed on and is not answered in full.
    pub(super) in_request: bool,
    /// The application waits for content.
    pub(super) awaits_content: bool,
    /// The application waits for room in the output.
    pub(super) awaits_room: bool,
    /// The application waits for the peer to leave, or for the end of the response.
    pub(super) awaits_end: bool,
    /// Responses that the application waits for until they are written.
    pub(super) departures: Option<Box<Departures>>,
    /// Our side has ended; what the peer still sends is read and dropped.
    pub(super) is_lingering: bool,
    pub(super) deadline: Deadline,
    pub(super) entry: Option<Entry>,
}

impl Connection {
    pub(super) fn notice(&mut self, readiness: &Readiness) {
        self.is_readable |= readiness.readable || readiness.read_closed;
        self.is_writable |= readiness.writable;
        self.peer_finished |= readiness.read_closed;
        self.is_hung_up |= readiness.hung_up;
        self.is_broken |= readiness.broken;
    }

    /// Whether there may be something to read that the protocol can use now.
    pub(super) fn wants_input(&self) -> bool {
        self.is_readable && self.http.phase() != Phase::Closed
    }

    /// Whether the peer has ended its side and all that it has sent is read.
    pub(super) const fn has_ended(&self) -> bool {
        self.peer_finished && !self.is_readable
    }

    /// Whether a response to this request can be sent.
    pub(super) fn is_answerable(&self, id: RequestId) -> bool {
        let is_this_one = self.generation == id.connection.generation && self.serial == id.serial;
        is_this_one && self.in_request && !self.is_broken
    }

    pub(super) fn begin_request(&mut self) {
        self.serial = self.serial.wrapping_add(1);
        self.turn_requests += 1;
        self.in_request = true;
        self.is_probed = false;
        self.deadline.restart();
    }

    /// Counts anew; returns whether the connection wants another turn.
    pub(super) fn end_turn(&mut self) -> bool {
        self.is_queued = false;
        self.turn_requests = 0;
        self.turn_octets = 0;
        self.http.receive_buffer().release();
        std::mem::take(&mut self.wants_turn)
    }

    /// Whether the connection has moved so much that it is the others' turn.
    pub(super) const fn has_had_its_turn(&self) -> bool {
        self.turn_octets >= TURN_OCTETS
    }

    /// Whether the application can go on; it is told once. One that may go on only after the others'
    /// turn is told in the next tick.
    pub(super) fn wakes(&mut self, low_water: u64) -> bool {
        // What has arrived already did not help when the application asked.
        let content = self.awaits_content && self.is_readable;
        let room = self.awaits_room && self.http.output_len() <= low_water;
        let end = self.awaits_end && self.has_left();
        let wakes = content || room || end;
        if self.has_had_its_turn() {
            self.wants_turn |= wakes;
            return false;
        }
        self.awaits_content &= !content;
        self.awaits_room &= !room;
        self.awaits_end &= !end;
        wakes
    }

    /// Nobody waits for anything of the current request any more; returns whether somebody did.
    pub(super) fn stop_waiting(&mut self) -> bool {
        let content = std::mem::take(&mut self.awaits_content);
        let room = std::mem::take(&mut self.awaits_room);
        let end = std::mem::take(&mut self.awaits_end);
        content || room || end
    }

    /// Reads once into the protocol's buffer.
    fn read(&mut self) {
        let spare = self.http.receive_buffer().spare();
        let room = spare.len();
        match self.stream.read(spare) {
            Ok(0) => {
                self.http.handle_eof();
                self.is_readable = false;
                self.peer_finished = true;
            }
            Ok(length) => {
                self.http.receive_buffer().commit(length);
                self.turn_octets += length;
                self.deadline.has_read(length);
                // After the peer's end one more read tells that it is reached.
                self.is_readable = length == room || self.peer_finished || !SHORT_MEANS_DRAINED;
            }
            Err(error) => {
                self.is_readable = false;
                self.is_broken |= error.kind() != io::ErrorKind::WouldBlock;
            }
        }
    }

    /// Writes what waits, as far as the socket takes it; returns whether there is more to try.
    fn write(&mut self) -> bool {
        while self.is_writable && !self.http.is_flushed() {
            match self.write_once() {
                Ok(length) => {
                    self.turn_octets += length;
                    self.deadline.has_written();
                    if let Some(departures) = &mut self.departures {
                        departures.has_written(length);
                    }
                }
                Err(error) => {
                    self.is_writable = false;
                    self.is_broken |= error.kind() != io::ErrorKind::WouldBlock;
                }
            }
            if self.has_had_its_turn() {
                return self.is_writable && !self.http.is_flushed();
            }
        }
        false
    }

    fn write_once(&mut self) -> io::Result<usize> {
        if self.http.poll_external().is_some() {
            return self.write_file();
        }
        let mut slices = [IoSlice::new(&[]); SLICES];
        let (mut count, mut offered) = (0, 0);
        for (slot, slice) in slices.iter_mut().zip(self.http.poll_output()) {
            *slot = IoSlice::new(slice);
            count += 1;
            offered += slice.len();
        }
        let length = self.stream.write(slices.get(..count).unwrap_or_default())?;
        self.http.handle_written(length);
        self.is_writable = length == offered || !SHORT_MEANS_DRAINED;
        Ok(length)
    }

    /// A short transfer does not mean that the socket is full; a file may be slow, too.
    fn write_file(&mut self) -> io::Result<usize> {
        let file = self.files.front_mut().ok_or(io::ErrorKind::UnexpectedEof)?;
        let length = file.write_to(&mut self.stream, TURN_OCTETS)?;
        if file.is_empty() {
            self.files.pop_front();
        }
        self.http.handle_written(length);
        Ok(length)
    }
}

impl Reactor {
    /// Reads once, in the storage that all connections share.
    pub(super) fn fill(&mut self, id: ConnectionId) {
        self.lend_storage(id);
        if let Some(connection) = self.connection_mut(id) {
            connection.read();
        }
    }

    fn lend_storage(&mut self, id: ConnectionId) {
        if self.lent_to == Some(id) {
            return;
        }
        self.reclaim_storage();
        let storage = std::mem::take(&mut self.storage);
        match self.connection_mut(id) {
            Some(connection) => {
                connection.http.receive_buffer().lend(storage);
                self.lent_to = Some(id);
            }
            None => self.storage = storage,
        }
    }

    pub(super) fn reclaim_storage(&mut self) {
        let Some(id) = self.lent_to.take() else {
            return;
        };
        if let Some(storage) = self
            .connection_mut(id)
            .and_then(|connection| connection.http.receive_buffer().reclaim())
        {
            self.storage = storage;
        }
    }

    /// Writes what waits; a connection that is done is closed after that.
    pub(super) fn flush(&mut self, id: ConnectionId) {
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        let has_more = !connection.http.is_flushed() && connection.write();
        let is_over = connection.http.phase() == Phase::Closed && connection.http.is_flushed();
        let is_done = connection.is_broken || (is_over && !connection.is_lingering);
        if connection.departures.is_some() {
            self.report_departures(id);
        }
        if has_more {
            self.queue_for_next_tick(id);
        }
        if is_done {
            self.finish(id);
        }
    }

    /// Drops the connection; a request that is not answered is woken to learn of it.
    pub(super) fn close(&mut self, id: ConnectionId) {
        if self.lent_to == Some(id) {
            self.reclaim_storage();
        }
        let Some(connection) = self.connection(id) else {
            return;
        };
        let (in_request, serial) = (connection.in_request, connection.serial);
        let connection = self.connections.remove(id.index);
        let over = connection
            .departures
            .iter()
            .flat_map(|departures| departures.serials())
            .chain(in_request.then_some(serial));
        self.ended.extend(over.map(|serial| RequestId {
            connection: id,
            serial,
        }));
        if in_request {
            self.requests -= 1;
            self.record(connection.entry);
        }
    }
}
