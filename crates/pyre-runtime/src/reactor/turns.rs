//! Whose turn it is, and what a connection does with it.

use pyre_proto::http1::{EventSpan, HeadSpan};

use super::{ConnectionId, Reactor, Step};
use crate::poller::Readiness;

/// Requests of one connection that are handed on in one tick; more of them wait for the next.
const REQUESTS_PER_TURN: u32 = 32;

impl Reactor {
    pub(super) fn next_step(&mut self) -> Option<Step> {
        if let Some(ended) = self.ended.pop() {
            return Some(Step::Wake(ended));
        }
        while self.due > 0 {
            let &id = self.ready.front()?;
            self.current = Some(id);
            if let Some(step) = self.serve(id) {
                return Some(step);
            }
            self.end_turn(id);
        }
        None
    }

    fn end_turn(&mut self, id: ConnectionId) {
        self.current = None;
        self.ready.pop_front();
        self.due -= 1;
        if let Some(connection) = self.connection_mut(id) {
            let wants_turn = connection.end_turn();
            if self.is_stopping && !wants_turn {
                self.close_if_idle(id);
            }
            if wants_turn {
                self.queue(id);
            }
            self.flush(id);
            self.update_deadline(id);
            self.expire_if_late(id);
        }
    }

    fn close_if_idle(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connection_mut(id) {
            connection.http.close_if_idle();
        }
    }

    /// One thing that a ready connection has to say.
    fn serve(&mut self, id: ConnectionId) -> Option<Step> {
        let low_water = self.config.write_marks.low;
        let connection = self.connection_mut(id)?;
        if connection.is_lingering {
            self.linger(id);
            return None;
        }
        if connection.in_request && connection.is_writable && !connection.http.is_flushed() {
            self.flush(id);
        }
        let connection = self.connection_mut(id)?;
        if connection.is_broken {
            self.close(id);
            return self.ended.pop().map(Step::Wake);
        }
        if connection.in_request {
            if connection.wakes(low_water) {
                return Some(Step::Wake(self.request_id(id)));
            }
            self.probe(id);
            return None;
        }
        if connection.peer.owes_header() && !self.take_proxy_header(id) {
            return None;
        }
        self.next_request(id)
    }

    /// Reads until a request has come, or nothing more does.
    fn next_request(&mut self, id: ConnectionId) -> Option<Step> {
        let high_water = self.config.write_marks.high;
        loop {
            let connection = self.connection_mut(id)?;
            if connection.turn_requests >= REQUESTS_PER_TURN {
                connection.wants_turn = true;
                return None;
            }
            if connection.http.output_len() >= high_water {
                // A peer that pipelines and does not read waits for itself.
                self.flush(id);
                let connection = self.connection_mut(id)?;
                if connection.http.output_len() >= high_water {
                    return None;
                }
                continue;
            }
            match connection.http.poll_event_span() {
                Ok(Some(EventSpan::RequestHead(head))) => {
                    return Some(self.begin_request(id, head));
                }
                Ok(Some(_)) => {}
                Ok(None) if connection.wants_input() => self.fill(id),
                Ok(None) => return None,
                Err(error) => {
                    self.refuse(id, error);
                    return None;
                }
            }
        }
    }

    fn begin_request(&mut self, id: ConnectionId, head: HeadSpan) -> Step {
        self.requests += 1;
        if let Some(connection) = self.connections.get_mut(id.index) {
            connection.begin_request();
        }
        Step::Request(self.request_id(id), head)
    }

    /// Notes what the poller said, and queues the connection or the accepting.
    pub(super) fn notice(&mut self, readiness: Readiness) {
        if self.acceptor.notice(readiness.token) {
            return;
        }
        let id = ConnectionId::from(readiness.token);
        if let Some(connection) = self.connection_mut(id) {
            connection.notice(&readiness);
            self.queue(id);
        }
    }

    /// Gives the connection a turn, once. One whose turn it is goes on in any case.
    pub(super) fn queue(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connection_mut(id)
            && !connection.is_queued
        {
            connection.is_queued = true;
            self.ready.push_back(id);
        }
    }

    /// Gives the connection a turn in the next tick: it has had enough of this one.
    pub(super) fn queue_for_next_tick(&mut self, id: ConnectionId) {
        self.queue(id);
        if let Some(connection) = self.connection_mut(id) {
            connection.wants_turn = true;
        }
    }
}
