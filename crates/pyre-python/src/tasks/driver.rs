//! The coroutine that a task of ours runs.
//!
//! ```text
//!  Idle ──take_over()──► Running ◄──step──► Stepping ──► Ended
//!    └───────────────────── end(), a cancellation ────────►
//! ```

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::{
    exceptions::{PyRuntimeError, PyStopIteration, asyncio::CancelledError},
    intern,
    prelude::*,
    types::{PyIterator, PyTuple, iterator::PySendResult},
};

use pyre_runtime::RequestId;

use super::work::{Progress, Work};
use crate::{awaitable::thrown, host::Host, interpreter, on_thread::OnThread};

/// To Python it is a coroutine, and for whoever inspects the task, the application's.
#[pyclass(frozen)]
#[derive(Debug)]
pub(super) struct Driver {
    host: Py<Host>,
    state: OnThread<State>,
    is_marked: AtomicBool,
}

#[derive(Debug)]
enum State {
    /// There is nothing to do. Once the task has begun, it waits for a future.
    Idle(Option<Py<PyAny>>),
    /// The work waits for something: where that is here, the task has not heard of it yet.
    Running(Work, Option<Py<PyAny>>),
    /// The coroutine has the word.
    Stepping(Py<PyAny>),
    Ended,
}

impl Driver {
    pub(super) fn new(host: &Bound<'_, Host>) -> Self {
        Self {
            host: host.clone().unbind(),
            state: OnThread::new(State::Idle(None)),
            is_marked: AtomicBool::new(false),
        }
    }

    /// From now on the task runs `work`, which waits for `awaited`.
    pub(super) fn take_over(
        &self,
        py: Python<'_>,
        work: Work,
        awaited: Bound<'_, PyAny>,
    ) -> PyResult<()> {
        self.change(py, State::Running(work, Some(awaited.unbind())))
    }

    /// Lets the task end.
    pub(super) fn end(&self, py: Python<'_>) -> PyResult<()> {
        self.change(py, State::Ended)
    }

    /// Sets the state of an idle driver, and wakes its task for that.
    fn change(&self, py: Python<'_>, state: State) -> PyResult<()> {
        let replaced = std::mem::replace(&mut *self.state.borrow_mut()?, state);
        match replaced {
            State::Idle(Some(parked)) => wake(parked.bind(py)),
            _ => Ok(()),
        }
    }

    /// Whether somebody has left something on the task.
    pub(super) fn is_marked(&self) -> bool {
        self.is_marked.load(Ordering::Relaxed)
    }

    /// Waits until there is something to do, or nobody needs the task.
    fn park<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let future = self.host.get().event_loop.create_future(py)?;
        *self.state.borrow_mut()? = State::Idle(Some(future.clone().unbind()));
        let mut iterator = future
            .call_method0(intern!(py, "__await__"))?
            .cast_into::<PyIterator>()?;
        iterator.next().unwrap_or_else(|| {
            Err(PyRuntimeError::new_err(
                "a future of the event loop was done before anybody knew it",
            ))
        })
    }

    /// Goes on, or lets `error` be raised where the work waits.
    fn step<'py>(slf: &Bound<'py, Self>, error: Option<PyErr>) -> PyResult<Bound<'py, PyAny>> {
        let (py, driver) = (slf.py(), slf.get());
        let state = std::mem::replace(&mut *driver.state.borrow_mut()?, State::Ended);
        match (state, error) {
            (State::Idle(None), None) => driver.park(py),
            (State::Running(work, Some(awaited)), None) => {
                *driver.state.borrow_mut()? = State::Running(work, None);
                Ok(awaited.into_bound(py))
            }
            (State::Running(work, Some(awaited)), Some(error))
                if error.is_instance_of::<CancelledError>(py) && cancel(awaited.bind(py))? =>
            {
                // As a task does it: what it waits for is cancelled, and tells the coroutine.
                *driver.state.borrow_mut()? = State::Running(work, None);
                Ok(awaited.into_bound(py))
            }
            (State::Running(work, _), error) => Self::step_work(slf, work, error),
            (State::Idle(Some(_)) | State::Ended, None) => Err(PyStopIteration::new_err(())),
            (State::Idle(_) | State::Ended, Some(error)) => Err(error),
            (State::Stepping(_), _) => Err(PyRuntimeError::new_err(
                "the task of a request is running already",
            )),
        }
    }

    fn step_work<'py>(
        slf: &Bound<'py, Self>,
        work: Work,
        error: Option<PyErr>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, driver) = (slf.py(), slf.get());
        let coroutine = work.coroutine.bind(py).clone();
        *driver.state.borrow_mut()? = State::Stepping(coroutine.clone().unbind());
        let step = match error {
            None => interpreter::resume(&coroutine),
            Some(error) => throw(&coroutine, error),
        };
        let progress = work.go_on(driver.host.bind(py), step);
        let ended = match progress {
            Ok(Progress::Suspended(work, awaited)) => {
                let stream = work.job.stream();
                *driver.state.borrow_mut()? = State::Running(work, None);
                Self::watch(slf, stream)?;
                return Ok(awaited);
            }
            Ok(Progress::Ended(cancellation)) => {
                cancellation.unwrap_or_else(|| PyStopIteration::new_err(()))
            }
            Err(error) => error,
        };
        let stepped = std::mem::replace(&mut *driver.state.borrow_mut()?, State::Ended);
        drop(stepped);
        let host = driver.host.get();
        host.tasks.forget(slf.as_any())?;
        host.stop_when_drained(py)?;
        Err(ended)
    }

    /// Lets a stream that waits hear of its peer's leaving.
    fn watch(slf: &Bound<'_, Self>, stream: Option<RequestId>) -> PyResult<()> {
        let Some(id) = stream else { return Ok(()) };
        let host = slf.get().host.get();
        let task = host.tasks.of(slf.as_any())?;
        task.map_or(Ok(()), |task| host.watch_stream(id, &task))
    }

    /// The coroutine of the application, for whoever looks at the task.
    fn inner<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(match &*self.state.borrow_mut()? {
            State::Running(work, _) => Some(work.coroutine.bind(py).clone()),
            State::Stepping(coroutine) => Some(coroutine.bind(py).clone()),
            State::Idle(_) | State::Ended => None,
        })
    }

    fn of_inner<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.inner(py)?
            .map_or(Ok(None), |inner| inner.getattr_opt(name))
    }
}

#[pymethods]
impl Driver {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::step(slf, None)
    }

    fn send<'py>(
        slf: &Bound<'py, Self>,
        _value: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::step(slf, None)
    }

    #[pyo3(signature = (*error))]
    fn throw<'py>(
        slf: &Bound<'py, Self>,
        error: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::step(slf, Some(thrown(error)?))
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let state = std::mem::replace(&mut *self.state.borrow_mut()?, State::Ended);
        match state {
            State::Running(work, _) => {
                work.coroutine.bind(py).call_method0(intern!(py, "close"))?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn mark(&self) {
        self.is_marked.store(true, Ordering::Relaxed);
    }

    #[getter]
    fn cr_frame<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.of_inner(py, "cr_frame")
    }

    #[getter]
    fn cr_code<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.of_inner(py, "cr_code")
    }

    #[getter]
    fn cr_await<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.of_inner(py, "cr_await")
    }

    #[getter]
    fn cr_running(&self) -> PyResult<bool> {
        Ok(matches!(*self.state.borrow_mut()?, State::Stepping(_)))
    }

    #[getter]
    fn __qualname__(&self, py: Python<'_>) -> PyResult<String> {
        let name = self.of_inner(py, "__qualname__")?;
        name.map_or_else(|| Ok("idle".to_owned()), |name| name.extract())
    }
}

fn is_done(future: &Bound<'_, PyAny>) -> PyResult<bool> {
    future
        .call_method0(intern!(future.py(), "done"))?
        .is_truthy()
}

fn wake(parked: &Bound<'_, PyAny>) -> PyResult<()> {
    if !is_done(parked)? {
        let py = parked.py();
        parked.call_method1(intern!(py, "set_result"), (py.None(),))?;
    }
    Ok(())
}

/// Cancels what a coroutine waits for; `false` where that is nothing that can be cancelled any more.
fn cancel(awaited: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Some(cancel) = awaited.getattr_opt(intern!(awaited.py(), "cancel"))? else {
        return Ok(false);
    };
    cancel.call0()?.is_truthy()
}

/// Lets `error` be raised where the coroutine waits. An awaitable that knows no `throw` ends with it.
fn throw<'py>(coroutine: &Bound<'py, PyAny>, error: PyErr) -> PyResult<PySendResult<'py>> {
    let py = coroutine.py();
    let Some(throw) = coroutine.getattr_opt(intern!(py, "throw"))? else {
        return Err(error);
    };
    match throw.call1((error.into_value(py),)) {
        Ok(awaited) => Ok(PySendResult::Next(awaited)),
        Err(stop) if stop.is_instance_of::<PyStopIteration>(py) => {
            let value = stop.value(py).getattr(intern!(py, "value"))?;
            Ok(PySendResult::Return(value))
        }
        Err(error) => Err(error),
    }
}
