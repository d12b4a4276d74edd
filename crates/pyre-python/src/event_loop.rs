//! What the host asks of an asyncio loop: to be called back, futures, and tasks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use pyo3::{intern, prelude::*, types::PyDict};
use pyre_runtime::Poller;

use crate::task_factory::TaskFactory;

/// The running loop of one host, with what is asked of it often kept at hand.
#[derive(Debug)]
pub(crate) struct EventLoop {
    event_loop: Py<PyAny>,
    call_soon: Py<PyAny>,
    create_future: Py<PyAny>,
    pub(crate) tasks: TaskFactory,
    /// `{"context": …}`: a tick that is asked for inside a task must not inherit the task's context.
    context: Py<PyDict>,
    /// What the waiting thread calls, where there is one.
    notice: Arc<Notice>,
}

impl EventLoop {
    pub(crate) fn new(event_loop: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = event_loop.py();
        let context = PyDict::new(py);
        context.set_item(
            "context",
            py.import("contextvars")?.call_method0("copy_context")?,
        )?;
        Ok(Self {
            call_soon: event_loop.getattr("call_soon")?.unbind(),
            create_future: event_loop.getattr("create_future")?.unbind(),
            tasks: TaskFactory::new(event_loop)?,
            context: context.unbind(),
            notice: Arc::default(),
            event_loop: event_loop.clone().unbind(),
        })
    }

    pub(crate) fn bind<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.event_loop.bind(py)
    }

    /// Runs `callback` on the next turn of the loop, in the context that the host was started in.
    pub(crate) fn call_soon(&self, py: Python<'_>, callback: &Py<PyAny>) -> PyResult<()> {
        self.call_soon
            .bind(py)
            .call((callback,), Some(self.context.bind(py)))?;
        Ok(())
    }

    /// Runs `callback` at `time`; the handle can be cancelled.
    pub(crate) fn call_at(
        &self,
        py: Python<'_>,
        time: Instant,
        callback: &Py<PyAny>,
    ) -> PyResult<Py<PyAny>> {
        // Loops round to their own clock's precision, uvloop to a millisecond: rather late than early.
        let delay = time.saturating_duration_since(Instant::now()).as_secs_f64() + 0.002;
        let arguments = (delay, callback);
        let handle = self.bind(py).call_method(
            intern!(py, "call_later"),
            arguments,
            Some(self.context.bind(py)),
        )?;
        Ok(handle.unbind())
    }

    /// A poller whose thread asks this loop for ticks, once [`Self::watch`] has said which.
    pub(crate) fn waiting_thread(&self) -> PyResult<Poller> {
        let notice = Arc::clone(&self.notice);
        Ok(Poller::threaded(move || notice.give())?)
    }

    /// Runs `tick` whenever the reactor has something to do.
    pub(crate) fn watch(
        &self,
        py: Python<'_>,
        descriptor: Option<i32>,
        tick: &Py<PyAny>,
    ) -> PyResult<()> {
        match descriptor {
            Some(descriptor) => {
                self.bind(py)
                    .call_method1(intern!(py, "add_reader"), (descriptor, tick))?;
            }
            None => self.notice.set(Some(Call {
                call_soon_threadsafe: self
                    .bind(py)
                    .getattr(intern!(py, "call_soon_threadsafe"))?
                    .unbind(),
                tick: tick.clone_ref(py),
                context: self.context.clone_ref(py),
            })),
        }
        Ok(())
    }

    /// Undoes [`Self::watch`].
    pub(crate) fn unwatch(&self, py: Python<'_>, descriptor: Option<i32>) -> PyResult<()> {
        match descriptor {
            Some(descriptor) => {
                self.bind(py)
                    .call_method1(intern!(py, "remove_reader"), (descriptor,))?;
            }
            None => self.notice.set(None),
        }
        Ok(())
    }

    pub(crate) fn create_future<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.create_future.bind(py).call0()
    }
}

/// How the waiting thread reaches the loop.
#[derive(Debug, Default)]
struct Notice {
    call: Mutex<Option<Call>>,
}

#[derive(Debug)]
struct Call {
    call_soon_threadsafe: Py<PyAny>,
    tick: Py<PyAny>,
    context: Py<PyDict>,
}

impl Notice {
    fn set(&self, call: Option<Call>) {
        let replaced = std::mem::replace(
            &mut *self.call.lock().unwrap_or_else(PoisonError::into_inner),
            call,
        );
        drop(replaced);
    }

    fn copy(&self, py: Python<'_>) -> Option<Call> {
        let call = self.call.lock().unwrap_or_else(PoisonError::into_inner);
        call.as_ref().map(|call| Call {
            call_soon_threadsafe: call.call_soon_threadsafe.clone_ref(py),
            tick: call.tick.clone_ref(py),
            context: call.context.clone_ref(py),
        })
    }

    fn give(&self) {
        Python::attach(|py| {
            // The loop's thread may want the lock while the call below lets go of the GIL.
            let Some(call) = self.copy(py) else { return };
            let schedule = call.call_soon_threadsafe.bind(py);
            // It fails when the loop is closed; there is nothing left to serve then.
            let _ = schedule.call((call.tick,), Some(call.context.bind(py)));
        });
    }
}
