//! `pyre._core.ExitTimer`.

use std::{
    ffi::c_int,
    process,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use pyo3::prelude::*;

unsafe extern "C" {
    /// Ends the process without running a handler of any library (`_exit(2)`).
    ///
    /// `std::process::exit` runs them, beside threads that still use what they tear down.
    safe fn _exit(status: c_int) -> !;
}

/// Ends the process at a given time, from a thread that needs nothing of the interpreter: it may be
/// held by a call in C, blocked by a full pipe, or half torn down.
#[pyclass(frozen, module = "pyre._core")]
#[derive(Debug, Default)]
pub(crate) struct ExitTimer {
    alarm: Arc<Alarm>,
}

#[derive(Debug, Default)]
struct Alarm {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    deadline: Option<(Instant, c_int)>,
    /// The process whose thread waits for the deadline; a forked child has no such thread.
    watched_in: Option<u32>,
}

#[pymethods]
impl ExitTimer {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// End the process with ``status`` in so many seconds, instead of what was set before.
    fn set(&self, seconds: f64, status: c_int) -> PyResult<()> {
        let mut state = self.alarm.lock();
        let wait = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        state.deadline = Instant::now()
            .checked_add(wait)
            .map(|deadline| (deadline, status));
        if state.watched_in != Some(process::id()) {
            let alarm = Arc::clone(&self.alarm);
            thread::Builder::new()
                .name("pyre-exit".into())
                .spawn(move || alarm.watch())?;
            state.watched_in = Some(process::id());
        }
        self.alarm.changed.notify_one();
        Ok(())
    }

    /// Take back what was set.
    fn cancel(&self) {
        self.alarm.lock().deadline = None;
        self.alarm.changed.notify_one();
    }
}

impl Alarm {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            state = match state.deadline {
                Some((deadline, status)) if deadline <= now => _exit(status),
                Some((deadline, _)) => {
                    self.changed
                        .wait_timeout(state, deadline - now)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                None => {
                    state.watched_in = None;
                    return;
                }
            };
        }
    }
}
