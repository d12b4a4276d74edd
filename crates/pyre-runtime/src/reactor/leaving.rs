//! Whether a peer that has ended its side is gone, or only has nothing more to send.
//!
//! The end of a peer's side is not the end of the connection (RFC 9112 §9.6): after its request it may
//! wait for the response, as `nc -N` does. But most peers that end their side have closed, and to TCP
//! both look alike until something is sent: a closed socket answers with a reset, a half-closed one
//! takes it. So when the application asks whether the peer is there, a byte is sent that the response
//! would have held in any case: the first one of the status line, or a leading zero of the next chunk
//! size (RFC 9112 §7.1). An open head does as well.
//!
//! ```text
//! end of the peer's side ──► probe ──► reset: gone
//!                              │  └──► nothing: it is there, and gets the whole response
//!                              └─ nothing can be sent: gone after a silence
//! ```
//!
//! Where nothing may be sent (content with a length, or until the end of the connection), the peer is
//! taken to have gone when nothing was written to it for [`SILENCE`]. Unix sockets tell by themselves.

use std::time::Duration;

use super::{ConnectionId, Reactor, RequestId, connection::Connection};

/// How long nothing is written to a peer that can't be probed before it is taken to have gone, where the
/// application asks. nginx closes at the end of the peer's side, and takes as long to linger.
pub(super) const SILENCE: Duration = Duration::from_secs(5);

impl Connection {
    /// Whether the peer has ended its side after a request that the application has read.
    pub(super) fn has_finished(&self) -> bool {
        self.peer_finished && self.http.is_content_read()
    }

    /// Whether it is known to have gone, too.
    pub(super) fn has_left(&self) -> bool {
        self.has_finished() && (self.is_hung_up || self.deadline.has_been_silent(SILENCE))
    }

    /// Finds out whether a peer that has ended its side is there; once for each request.
    fn probe(&mut self) {
        self.is_probed = true;
        // What waits to be written is a probe, too.
        let is_told =
            self.stream.tells_of_leaving() || !self.http.is_flushed() || self.http.send_ahead();
        if is_told {
            self.stream.keep_alive();
        } else {
            self.deadline.begin_silence();
        }
    }

    /// Ends a response that the peer is not there to read. If it is, it sees that something is missing.
    pub(super) fn abandon(&mut self) {
        self.http.abort();
        if self.http.must_reset() {
            self.stream.reset_at_close();
        }
        self.is_broken = true;
    }
}

impl Reactor {
    /// Whether the exchange is over: the peer has gone, or the response is complete. If not,
    /// [`super::Event::Wake`] will say when to ask again.
    ///
    /// A peer that has ended its side and is there is answered in full. While content of the request is
    /// unread, only a reset is noticed.
    pub fn await_end(&mut self, id: RequestId) -> bool {
        let reports_peers_gone = self.reports_peers_gone;
        let Some(connection) = self.open_request(id) else {
            return true;
        };
        if connection.is_broken || (reports_peers_gone && connection.http.is_content_read()) {
            return true;
        }
        if connection.has_left() {
            connection.abandon();
            self.queue(id.connection);
            return true;
        }
        connection.awaits_end = true;
        self.probe(id.connection);
        !self.is_connected(id)
    }

    /// Probes a peer that the application waits to leave, if it may have.
    pub(super) fn probe(&mut self, id: ConnectionId) {
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        if connection.awaits_end && !connection.is_probed && connection.has_finished() {
            connection.probe();
            self.flush_or_defer(id);
            self.update_deadline(id);
        }
    }
}
