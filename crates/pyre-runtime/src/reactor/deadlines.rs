//! Which deadline holds for a connection, and what happens when it passes.

use std::time::{Duration, Instant};

use pyre_proto::http1::{Phase, RequestError};

use super::{ConnectionId, Reactor, connection::Connection};
use crate::{config::Timeouts, timer_wheel::Tick};

/// How long a connection that is being closed is listened to.
const LINGER: Duration = Duration::from_secs(2);

/// What a connection is late with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    FirstHead,
    Head,
    Content,
    KeepAlive,
    Write,
    Linger,
}

/// The deadline of one connection.
#[derive(Debug, Default)]
pub(super) struct Deadline {
    cause: Option<Cause>,
    at: Option<Instant>,
    /// When the wheel's entry comes up; never later than `at`.
    entry: Option<Tick>,
    is_lingering: bool,
    has_served: bool,
}

impl Deadline {
    /// A request has begun: what was waited for has come.
    pub(super) const fn restart(&mut self) {
        self.cause = None;
        self.at = None;
        self.has_served = true;
    }

    /// Octets have moved: what is measured between two of them starts anew. A head is measured in
    /// total, or a peer could hold a connection with an octet now and then.
    pub(super) fn progressed(&mut self) {
        if matches!(self.cause, Some(Cause::Content | Cause::Write)) {
            self.cause = None;
            self.at = None;
        }
    }

    pub(super) const fn linger(&mut self) {
        self.is_lingering = true;
    }

    /// Holds `cause`; it runs on where it held before.
    fn hold(&mut self, cause: Option<Cause>, now: Instant, timeouts: &Timeouts) {
        if cause == self.cause {
            return;
        }
        self.cause = cause;
        self.at = cause
            .and_then(|cause| cause.timeout(timeouts))
            .map(|timeout| now + timeout);
    }
}

impl Cause {
    const fn timeout(self, timeouts: &Timeouts) -> Option<Duration> {
        match self {
            Self::FirstHead | Self::Head => timeouts.header,
            Self::Content => timeouts.body,
            Self::KeepAlive => timeouts.keep_alive,
            Self::Write => timeouts.write,
            Self::Linger => Some(LINGER),
        }
    }
}

impl Connection {
    fn cause(&self) -> Option<Cause> {
        if self.deadline.is_lingering {
            return Some(Cause::Linger);
        }
        if !self.http.is_flushed() {
            return Some(Cause::Write);
        }
        match self.http.phase() {
            Phase::Idle if self.deadline.has_served => Some(Cause::KeepAlive),
            Phase::Idle => Some(Cause::FirstHead),
            // The time before the first octet of the first head counts, as it is one wait for a head.
            Phase::ReadingHead if self.deadline.cause == Some(Cause::FirstHead) => {
                Some(Cause::FirstHead)
            }
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
        let now = self.clock.now();
        let timeouts = self.config.timeouts;
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        let cause = connection.cause();
        connection.deadline.hold(cause, now, &timeouts);
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
                Some(at) if at <= now => self.expire(id),
                Some(_) => self.update_deadline(id),
                None => {}
            }
        }
    }

    /// The peer is late: 408 where an answer is possible, otherwise the end.
    fn expire(&mut self, id: ConnectionId) {
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        let has_spoken = connection.http.has_input();
        match connection.deadline.cause {
            Some(Cause::Head | Cause::FirstHead) if has_spoken => {
                self.refuse(id, RequestError::Timeout);
            }
            Some(Cause::Content) => self.refuse(id, RequestError::Timeout),
            _ => self.close(id),
        }
        self.update_deadline(id);
    }
}
