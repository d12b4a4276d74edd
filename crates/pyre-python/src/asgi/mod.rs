//! ASGI 3.0: scopes, messages, and the task that runs the application.

mod awaitable;
mod callables;
mod disconnect;
mod exchange;
mod extension;
mod file;
mod message;
mod names;
#[cfg(unix)]
mod open_file;
mod scope;

use pyo3::{
    exceptions::PyRuntimeError,
    intern,
    prelude::*,
    types::{PyDict, PySet},
};
use pyre_runtime::RequestId;

use self::{callables::Callables, scope::Scopes};
use crate::{host::Host, on_thread::OnThread};

/// What a client is told of a failed application: nothing of it.
const ERROR_TEXT: &str = "Internal Server Error";

/// The ASGI side of a host.
#[derive(Debug)]
pub(crate) struct Asgi {
    app: Py<PyAny>,
    on_error: Py<PyAny>,
    pub(crate) scopes: Scopes,
    /// Tasks that have not ended: asyncio itself holds them weakly.
    tasks: Py<PySet>,
    /// Of the last request that left them.
    spare: OnThread<Option<Callables>>,
}

impl Asgi {
    pub(crate) fn new(
        app: Bound<'_, PyAny>,
        root_path: &str,
        state: Option<Py<PyDict>>,
        on_error: Py<PyAny>,
    ) -> PyResult<Self> {
        let py = app.py();
        Ok(Self {
            scopes: Scopes::new(py, root_path, state)?,
            tasks: PySet::empty(py)?.unbind(),
            app: app.unbind(),
            on_error,
            spare: OnThread::new(None),
        })
    }

    /// Runs the application on one request, to its first suspension where CPython can.
    pub(crate) fn start(
        &self,
        host: &Bound<'_, Host>,
        id: RequestId,
        scope: Bound<'_, PyDict>,
    ) -> PyResult<()> {
        let py = host.py();
        let callables = self.callables(host, id)?;
        let started = self
            .app
            .bind(py)
            .call1((&scope, &callables.receive, &callables.send))
            .and_then(|coroutine| host.get().event_loop.start_task(coroutine));
        match started {
            Ok(task) if is_done(&task)? => {
                let error = outcome(&task)?;
                drop(task);
                self.finish(host.get(), id, error, &scope)?;
                self.keep(callables, py)
            }
            Ok(task) => {
                let (host, scope) = (host.clone().unbind(), scope.unbind());
                self.let_run(&task, Completion { host, id, scope })
            }
            Err(error) if is_fatal(&error, py) => {
                let mut core = host.get().core.borrow_mut()?;
                core.reactor.send_error(id, 500, ERROR_TEXT);
                Err(error)
            }
            Err(error) => self.finish(host.get(), id, Some(error), &scope),
        }
    }

    /// `receive` and `send` for this request: those of an earlier one where it left them.
    fn callables(&self, host: &Bound<'_, Host>, id: RequestId) -> PyResult<Callables> {
        match self.spare.borrow_mut()?.take() {
            Some(callables) => callables.turn_to(id).map(|()| callables),
            None => Callables::new(host, id),
        }
    }

    fn keep(&self, callables: Callables, py: Python<'_>) -> PyResult<()> {
        if callables.are_unshared(py) {
            *self.spare.borrow_mut()? = Some(callables);
        }
        Ok(())
    }

    /// Breaks the circle of the spare `receive` and the host that it refers to.
    pub(crate) fn release(&self) -> PyResult<()> {
        let spare = self.spare.borrow_mut()?.take();
        drop(spare);
        Ok(())
    }

    fn let_run(&self, task: &Bound<'_, PyAny>, completion: Completion) -> PyResult<()> {
        let py = task.py();
        self.tasks.bind(py).add(task)?;
        task.call_method1(intern!(py, "add_done_callback"), (completion,))?;
        Ok(())
    }

    /// The application has returned or raised: what it left open is closed, what it did wrong is told.
    fn finish(
        &self,
        host: &Host,
        id: RequestId,
        error: Option<PyErr>,
        scope: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        let py = scope.py();
        let is_open = host.core.borrow_mut()?.reactor.is_connected(id);
        let error = match error {
            None if is_open => Some(PyRuntimeError::new_err(
                "the ASGI application returned without completing its response",
            )),
            // The peer has gone, and the application says so: nobody's fault.
            Some(error) if !is_open && disconnect::is_told_by(error.value(py)) => None,
            other => other,
        };
        if is_open {
            host.core
                .borrow_mut()?
                .reactor
                .send_error(id, 500, ERROR_TEXT);
            host.after_call(py)?;
        }
        match error {
            Some(error) => self.report(error, scope),
            None => Ok(()),
        }
    }

    fn report(&self, error: PyErr, scope: &Bound<'_, PyDict>) -> PyResult<()> {
        let py = scope.py();
        let request_line = scope::request_line(scope)?;
        self.on_error
            .bind(py)
            .call1((error.into_value(py), request_line))?;
        Ok(())
    }

    pub(crate) fn has_no_tasks(&self, py: Python<'_>) -> bool {
        self.tasks.bind(py).is_empty()
    }

    /// Cancels what still runs.
    pub(crate) fn cancel_tasks(&self, py: Python<'_>) -> PyResult<()> {
        let tasks: Vec<Bound<'_, PyAny>> = self.tasks.bind(py).iter().collect();
        for task in tasks {
            task.call_method0(intern!(py, "cancel"))?;
        }
        Ok(())
    }
}

fn is_done(task: &Bound<'_, PyAny>) -> PyResult<bool> {
    task.call_method0(intern!(task.py(), "done"))?.is_truthy()
}

/// What a task that is done has raised. A cancelled one is not an error of the application.
fn outcome(task: &Bound<'_, PyAny>) -> PyResult<Option<PyErr>> {
    let py = task.py();
    match task.call_method0(intern!(py, "exception")) {
        Ok(exception) => Ok((!exception.is_none()).then(|| PyErr::from_value(exception))),
        Err(error) if task.call_method0(intern!(py, "cancelled"))?.is_truthy()? => {
            drop(error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Not an application's failure but somebody's wish to end the process.
fn is_fatal(error: &PyErr, py: Python<'_>) -> bool {
    use pyo3::exceptions::{PyKeyboardInterrupt, PySystemExit};
    error.is_instance_of::<PyKeyboardInterrupt>(py) || error.is_instance_of::<PySystemExit>(py)
}

/// Called by the loop when a task that had to wait is done.
#[pyclass(frozen)]
struct Completion {
    host: Py<Host>,
    id: RequestId,
    scope: Py<PyDict>,
}

#[pymethods]
impl Completion {
    fn __call__(&self, task: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = task.py();
        let host = self.host.get();
        host.asgi.tasks.bind(py).discard(task)?;
        let finished = host
            .asgi
            .finish(host, self.id, outcome(task)?, self.scope.bind(py));
        host.stop_when_drained(py)?;
        finished
    }
}
