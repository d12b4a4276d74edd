//! What one thread changes while it serves.

use std::{collections::BTreeMap, time::Instant};

use pyo3::prelude::*;
use pyre_runtime::{Reactor, RequestId};

use crate::{callback::Callbacks, tasks::Tasks, waiters::Waiters};

/// What one thread changes while it serves. It is borrowed for single steps, never while the
/// application runs.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) reactor: Reactor,
    pub(crate) waiters: Waiters,
    pub(crate) tasks: Tasks,
    pub(crate) streams: BTreeMap<RequestId, Stream>,
    pub(crate) callbacks: Option<Callbacks>,
    /// A tick is under way; its end looks after everything that is due.
    pub(crate) is_ticking: bool,
    /// Somebody asked the loop for a tick that has not begun.
    pub(crate) is_tick_scheduled: bool,
    pub(crate) timer: Option<Timer>,
    pub(crate) phase: Phase,
}

/// The task of a stream that waits for something of the application's.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) task: Py<PyAny>,
    /// It has been cancelled, as its peer has left.
    pub(crate) is_told: bool,
}

#[derive(Debug)]
pub(crate) struct Timer {
    pub(crate) at: Instant,
    pub(crate) handle: Py<PyAny>,
}

#[derive(Debug)]
pub(crate) enum Phase {
    Serving,
    /// The future that tells when the last connection and the last task have ended.
    Stopping(Py<PyAny>),
    /// It is done.
    Stopped(Py<PyAny>),
}

impl Core {
    pub(crate) fn new(reactor: Reactor) -> Self {
        Self {
            reactor,
            waiters: Waiters::new(),
            tasks: Tasks::default(),
            streams: BTreeMap::new(),
            callbacks: None,
            is_ticking: false,
            is_tick_scheduled: false,
            timer: None,
            phase: Phase::Serving,
        }
    }

    /// The task of a stream whose peer has left, once.
    pub(crate) fn deserted_stream(&mut self, py: Python<'_>, id: RequestId) -> Option<Py<PyAny>> {
        let stream = self.streams.get_mut(&id)?;
        if stream.is_told || !self.reactor.await_end(id) {
            return None;
        }
        stream.is_told = true;
        Some(stream.task.clone_ref(py))
    }

    /// The deadline that no timer is set for.
    pub(crate) fn unarmed_deadline(&self) -> Option<Instant> {
        let next = self.reactor.next_deadline()?;
        // A timer that comes too early finds nothing to do, and sets the next.
        self.timer
            .as_ref()
            .is_none_or(|timer| next < timer.at)
            .then_some(next)
    }
}
