//! The end of a connection whose peer may still be sending (RFC 9112 §9.6).
//!
//! A close would answer what the peer sends on with a reset, which destroys what it has not read yet: a
//! client that writes its whole upload before it reads would never see the early 401 or 413. So our side
//! ends first, and what still comes is read and dropped. That is bounded by time and not by size, as in
//! nginx (`lingering_time` 30 s, `lingering_timeout` 5 s): an upload of many megabytes passes in less, and
//! a trickle can't hold the connection for longer. Nothing of it is kept.

use std::{io, time::Duration};

use super::{ConnectionId, Reactor};

/// The longest that a connection lingers.
pub(super) const LINGER: Duration = Duration::from_secs(30);

/// How long it lingers without anything coming, and in total when the server stops.
pub(super) const LINGER_IDLE: Duration = Duration::from_secs(5);

/// Octets that one call reads and drops.
const SCRATCH: usize = 16 * 1024;

impl Reactor {
    /// Closes at once where nothing can be lost, or lingers.
    pub(super) fn finish(&mut self, id: ConnectionId) {
        let longest = if self.is_stopping {
            LINGER_IDLE
        } else {
            LINGER
        };
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        if connection.http.must_reset() {
            connection.stream.reset_at_close();
            self.close(id);
            return;
        }
        let may_send_on = connection.http.may_be_sent_more() && !connection.peer_finished;
        let may_lose = connection.is_readable || may_send_on;
        if connection.is_broken || !may_lose || connection.stream.shutdown_write().is_err() {
            self.close(id);
            return;
        }
        connection.is_lingering = true;
        connection.in_request = false;
        connection.deadline.linger(longest);
        self.queue(id);
        self.update_deadline(id);
    }

    /// Reads and drops; closes when the peer has ended. What is more than one turn allows waits for the next.
    pub(super) fn linger(&mut self, id: ConnectionId) {
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        let mut scratch = [0; SCRATCH];
        while connection.is_readable && !connection.is_broken && !connection.has_had_its_turn() {
            match connection.stream.read(&mut scratch) {
                Ok(0) => connection.is_broken = true,
                Ok(length) => {
                    connection.turn_octets += length;
                    connection.deadline.has_read(length);
                }
                Err(error) => {
                    connection.is_readable = false;
                    connection.is_broken = error.kind() != io::ErrorKind::WouldBlock;
                }
            }
        }
        connection.wants_turn |= connection.is_readable;
        if connection.is_broken {
            self.close(id);
        }
    }

    /// A stop does not wait for what is only dropped.
    pub(super) fn shorten_lingering(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connection_mut(id)
            && connection.is_lingering
        {
            connection.deadline.linger(LINGER_IDLE);
            self.update_deadline(id);
        }
    }
}
