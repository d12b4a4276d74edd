//! The tasks that run requests: each request has an `asyncio.Task` of its own.
//!
//! The coroutine of a task is Python's (`pyre.server.request_coroutines`), and asyncio steps it. So the
//! name, context and cancellation of a request are those of any task, and requests can't reach each other
//! through them.
//!
//! ```text
//!  start ──► eager (CPython 3.12+): it runs to its first suspension at once
//!    │           ├──► it ends: the loop never hears of it
//!    │           └──► it suspends: the loop resumes it ──► it ends
//!    └─────► scheduled: the loop begins it in its next turn ──► it ends
//! ```
//!
//! A task is scheduled on CPython 3.11, and where a program has replaced `asyncio.Task` or set a task
//! factory: `loop.create_task` then decides what a task is, as it does for every other server.

use std::collections::BTreeMap;

use pyo3::{exceptions::asyncio::CancelledError, intern, prelude::*};
use pyre_runtime::RequestId;

use crate::{host::Host, task_factory::Created};

/// The tasks of one host that have not ended.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    /// Those that wait: asyncio itself holds tasks weakly.
    suspended: BTreeMap<RequestId, Py<PyAny>>,
    /// The last request whose coroutine ended before its task was in `suspended`.
    ended: Option<RequestId>,
}

impl Tasks {
    /// Notes that the coroutine of a request has ended; returns the task if it had been suspended.
    pub(crate) fn end(&mut self, id: RequestId) -> Option<Py<PyAny>> {
        let task = self.suspended.remove(&id);
        if task.is_none() {
            self.ended = Some(id);
        }
        task
    }

    /// Keeps the task of a coroutine, unless that has ended.
    fn keep(&mut self, id: RequestId, task: &Bound<'_, PyAny>) -> bool {
        let has_ended = self.ended.take() == Some(id);
        if !has_ended {
            self.suspended.insert(id, task.clone().unbind());
        }
        !has_ended
    }

    pub(crate) fn are_none(&self) -> bool {
        self.suspended.is_empty()
    }

    pub(crate) fn all(&self, py: Python<'_>) -> Vec<Py<PyAny>> {
        let tasks = self.suspended.values();
        tasks.map(|task| task.clone_ref(py)).collect()
    }
}

/// Runs `coroutine` in a new task, in a copy of the current context. It calls [`Tasks::end`] when it ends.
///
/// # Errors
/// `KeyboardInterrupt`, and errors of asyncio or a task factory; the request may be unanswered then.
pub(crate) fn start(
    host: &Bound<'_, Host>,
    id: RequestId,
    coroutine: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let py = host.py();
    let created = match host.get().event_loop.tasks.create(coroutine) {
        Ok(created) => created,
        Err(error) => {
            // It may not have begun, and would warn that it was never awaited.
            let closed = coroutine.call_method0(intern!(py, "close"));
            return closed.and(Err(error));
        }
    };
    let (Created::Eager(task) | Created::Scheduled(task)) = &created;
    let is_suspended = host.get().core.borrow_mut()?.tasks.keep(id, task);
    if is_suspended && matches!(created, Created::Scheduled(_)) {
        let callback = DoneCallback {
            host: host.clone().unbind(),
            id,
        };
        let callback = Bound::new(py, callback)?;
        task.call_method1(intern!(py, "add_done_callback"), (callback,))?;
    }
    Ok(())
}

/// Answers a request whose task has ended without having begun: a cancellation came before its first
/// step, which is then never made.
#[pyclass(frozen)]
#[derive(Debug)]
struct DoneCallback {
    host: Py<Host>,
    id: RequestId,
}

#[pymethods]
impl DoneCallback {
    fn __call__(&self, py: Python<'_>, _task: &Bound<'_, PyAny>) -> PyResult<()> {
        let host = self.host.get();
        if host.core.borrow_mut()?.tasks.end(self.id).is_none() {
            return Ok(());
        }
        let error = CancelledError::new_err("the task of the request never began");
        host.fail(py, self.id, error)?;
        host.stop_when_drained(py)
    }
}
