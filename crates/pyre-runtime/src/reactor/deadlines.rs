//! Which deadline holds for a connection, and what happens when it passes.

use std::time::{Duration, Instant};

use pyre_proto::http1::{Phase, RequestError};

use super::{
    ConnectionId, Reactor, connection::Connection, leaving::SILENCE, lingering::LINGER_IDLE,
    pace::Pace,
};
use crate::{config::Timeouts, timer_wheel::Tick};

/// What a connection is late with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    FirstHead,
    Head,
    Content,
    KeepAlive,
    Write,
    /// The peer may have gone, and can't be probed.
    Silence,
    Linger,
}

/// The deadline of one connection.
#[derive(Debug, Default)]
pub(super) struct Deadline {
    cause: Option<Cause>,
    at: Option<Instant>,
    /// When the wheel's entry comes up; never later than `at`.
    entry: Option<Tick>,
    /// Until when the connection lingers at most.
    lingers_until: Option<Instant>,
    has_served: bool,
    content_pace: Pace,
    /// Since when nothing was written to a peer that may have gone and can't be probed.
    silent_since: Option<Instant>,
    /// It has passed; the connection has one more turn to show that what was awaited has come.
    is_late: bool,
}

impl Deadline {
    /// A request has begun: what was waited for has come.
    pub(super) fn restart(&mut self) {
        self.release();
        self.content_pace = Pace::default();
        self.silent_since = None;
        self.has_served = true;
    }

    /// Octets were read: content is measured anew, as far as they go. A head is measured in total, or a
    /// peer could hold a connection with an octet now and then.
    pub(super) fn has_read(&mut self, octets: usize) {
        self.content_pace.has_read(octets);
        if self.cause == Some(Cause::Content) {
            self.content_pace.end_wait(Instant::now());
            self.release();
        }
        if self.cause == Some(Cause::Linger) {
            self.release();
        }
    }

    /// Octets were written: the time for the next begins.
    pub(super) fn has_written(&mut self) {
        if matches!(self.cause, Some(Cause::Write | Cause::Silence)) {
            self.release();
        }
        if self.silent_since.is_some() {
            self.begin_silence();
        }
    }

    /// From now on it counts how long nothing is written.
    pub(super) fn begin_silence(&mut self) {
        self.silent_since = Some(Instant::now());
    }

    pub(super) fn has_been_silent(&self, duration: Duration) -> bool {
        self.silent_since
            .is_some_and(|since| since.elapsed() >= duration)
    }

    const fn release(&mut self) {
        self.cause = None;
        self.at = None;
        self.is_late = false;
    }

    const fn is_of_a_head(&self) -> bool {
        matches!(
            self.cause,
            Some(Cause::FirstHead | Cause::Head | Cause::KeepAlive)
        )
    }

    /// Lingers for at most `longest` from now on, if not less.
    pub(super) fn linger(&mut self, longest: Duration) {
        let until = Instant::now() + longest;
        let bound = self.lingers_until.map_or(until, |other| other.min(until));
        self.lingers_until = Some(bound);
        self.release();
    }

    /// Holds `cause`; it runs on where it held before. The time is read here, as a tick may be long
    /// and the wait may begin between two.
    fn hold(&mut self, cause: Option<Cause>, timeouts: &Timeouts) {
        if cause == self.cause {
            return;
        }
        let now = Instant::now();
        if self.cause == Some(Cause::Content) {
            self.content_pace.end_wait(now);
        }
        self.cause = cause;
        let timeout = cause.and_then(|cause| self.timeout(cause, now, timeouts));
        self.at = timeout.and_then(|timeout| now.checked_add(timeout));
        self.is_late = timeout == Some(Duration::ZERO);
    }

    fn timeout(&mut self, cause: Cause, now: Instant, timeouts: &Timeouts) -> Option<Duration> {
        match cause {
            Cause::FirstHead | Cause::Head => timeouts.header,
            Cause::Content => {
                self.content_pace.begin_wait(now, timeouts);
                self.content_pace.allowance(timeouts)
            }
            Cause::KeepAlive => timeouts.keep_alive,
            Cause::Write => timeouts.write,
            Cause::Silence => self
                .silent_since
                .map(|since| SILENCE.saturating_sub(now.saturating_duration_since(since))),
            Cause::Linger => self
                .lingers_until
                .map(|until| LINGER_IDLE.min(until.saturating_duration_since(now))),
        }
    }
}

impl Connection {
    fn cause(&self) -> Option<Cause> {
        if self.deadline.lingers_until.is_some() {
            return Some(Cause::Linger);
        }
        if !self.http.is_flushed() {
            return Some(Cause::Write);
        }
        if self.awaits_end && self.deadline.silent_since.is_some() {
            return Some(Cause::Silence);
        }
        match self.http.phase() {
            // The time before the first octet of the first head counts, and so does that for a header of
            // the PROXY protocol, as it is one wait for a head.
            Phase::Idle | Phase::ReadingHead if !self.deadline.has_served => Some(Cause::FirstHead),
            Phase::Idle => Some(Cause::KeepAlive),
            Phase::ReadingHead => Some(Cause::Head),
            // Content that the application does not ask for is not late.
            Phase::ReadingContent if self.awaits_content || !self.in_request => {
                Some(Cause::Content)
            }
            Phase::ReadingContent | Phase::Responding | Phase::Closed => None,
        }
    }
}

impl Reactor {
    pub(super) fn update_deadline(&mut self, id: ConnectionId) {
        let timeouts = self.config.timeouts;
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        let cause = connection.cause();
        connection.deadline.hold(cause, &timeouts);
        let Some(at) = connection.deadline.at else {
            return;
        };
        let entry = connection.deadline.entry;
        let tick = self.wheel.tick_at(at);
        if entry.is_none_or(|entry| tick < entry) {
            let entry = self.wheel.insert(tick, id);
            if let Some(connection) = self.connection_mut(id) {
                connection.deadline.entry = Some(entry);
            }
        }
    }

    /// Gives those that are late a last turn: what has arrived by now has arrived in time, also when
    /// the thread was busy and nobody has looked.
    pub(super) fn expire_deadlines(&mut self) {
        let now = self.clock.now();
        let mut expired = Vec::new();
        self.wheel.expire(now, &mut expired);
        for (tick, id) in expired {
            let Some(connection) = self.connection_mut(id) else {
                continue;
            };
            if connection.deadline.entry != Some(tick) {
                // An earlier entry has taken this one's place.
                continue;
            }
            connection.deadline.entry = None;
            match connection.deadline.at {
                Some(at) if at <= now => {
                    connection.deadline.is_late = true;
                    connection.is_readable |= connection.deadline.is_of_a_head();
                    self.queue(id);
                }
                Some(_) => self.update_deadline(id),
                None => {}
            }
        }
    }

    /// After the last turn: 408 where an answer is possible, otherwise the end.
    pub(super) fn expire_if_late(&mut self, id: ConnectionId) {
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        if !std::mem::take(&mut connection.deadline.is_late) {
            return;
        }
        // A header of the PROXY protocol is not a word yet.
        let has_spoken = connection.http.has_input() && !connection.peer.owes_header();
        match connection.deadline.cause {
            // In a silence, the application has been woken to ask again.
            None | Some(Cause::Silence) => {}
            Some(Cause::Head | Cause::FirstHead) if has_spoken => {
                self.refuse(id, RequestError::Timeout);
            }
            Some(Cause::Content) => self.refuse(id, RequestError::Timeout),
            Some(_) => self.close(id),
        }
        self.update_deadline(id);
    }
}
