//! ASGI 3.0: scopes, messages, and the call of the application.

mod callables;
mod exchange;
mod extension;
mod message;
#[cfg(unix)]
mod open_file;
mod scope;

use pyo3::{exceptions::PyRuntimeError, prelude::*, types::PyDict};
use pyre_runtime::RequestId;

pub(crate) use self::exchange::Exchange;
use self::{callables::Callables, scope::Scopes};
use crate::{
    awaitable, disconnect,
    ends::Ends,
    host::Host,
    on_thread::OnThread,
    outcome::Outcome,
    tasks::{Job, Work},
};

/// The ASGI side of a host.
#[derive(Debug)]
pub(crate) struct Asgi {
    app: Py<PyAny>,
    pub(crate) scopes: Scopes,
    /// Of the last request that left them.
    spare: OnThread<Option<Callables>>,
}

/// One call of the application.
#[derive(Debug)]
pub(crate) struct Call {
    id: RequestId,
    scope: Py<PyDict>,
}

impl Asgi {
    pub(crate) fn new(
        app: Bound<'_, PyAny>,
        root_path: &str,
        state: Option<&Py<PyDict>>,
    ) -> PyResult<Self> {
        Ok(Self {
            scopes: Scopes::new(app.py(), root_path, state)?,
            app: app.unbind(),
            spare: OnThread::new(None),
        })
    }

    /// Runs the application on one request, to its first suspension.
    pub(crate) fn start(
        &self,
        host: &Bound<'_, Host>,
        id: RequestId,
        scope: Bound<'_, PyDict>,
        ends: Ends,
    ) -> PyResult<()> {
        scope::set_ends(&scope, ends)?;
        let callables = self.callables(host, id)?;
        let scope = scope.unbind();
        host.get().tasks.run(host, || {
            let (py, call) = (host.py(), Call { id, scope });
            let app = self.app.bind(py);
            match app
                .call1((&call.scope, &callables.receive, &callables.send))
                .and_then(awaitable::iterator)
            {
                Ok(coroutine) => Ok(Some(Work {
                    coroutine,
                    job: Job::Asgi(call),
                })),
                Err(error) => call.end(host, Err(error)).map(|()| None),
            }
        })?;
        self.keep(callables, host.py())
    }

    /// `receive` and `send` for this request: those of an earlier one where it left them.
    fn callables(&self, host: &Bound<'_, Host>, id: RequestId) -> PyResult<Callables> {
        match self.spare.borrow_mut()?.take() {
            Some(callables) => callables.turn_to(id).map(|()| callables),
            None => Callables::new(host, id),
        }
    }

    /// A coroutine that goes on has them, so that they are not unshared.
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
}

impl Call {
    /// The application has returned or raised: what it left open is closed, what it did wrong is told.
    pub(crate) fn end(
        &self,
        host: &Bound<'_, Host>,
        outcome: PyResult<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let (py, host) = (host.py(), host.get());
        let is_open = host.core.borrow_mut()?.reactor.is_connected(self.id);
        if is_open {
            host.give_up(py, self.id)?;
        }
        match Outcome::of(outcome, py) {
            Outcome::Fatal(error) => Err(error),
            Outcome::Raised(error) if !is_open && disconnect::is_told_by(error.value(py)) => Ok(()),
            Outcome::Raised(error) => self.report(host, error, py),
            Outcome::Returned(_) | Outcome::Cancelled if is_open => {
                let error = PyRuntimeError::new_err(
                    "the ASGI application returned without completing its response",
                );
                self.report(host, error, py)
            }
            Outcome::Returned(_) | Outcome::Cancelled => Ok(()),
        }
    }

    fn report(&self, host: &Host, error: PyErr, py: Python<'_>) -> PyResult<()> {
        host.report(error, scope::request_line(self.scope.bind(py))?, py)
    }
}
