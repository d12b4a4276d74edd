//! ASGI 3.0: scopes, messages, and the call of the application.

mod callables;
mod exchange;
mod extension;
mod message;
#[cfg(unix)]
mod open_file;
mod scope;

use pyo3::{prelude::*, sync::PyOnceLock, types::PyDict};
use pyre_runtime::RequestId;

use self::{callables::Callables, scope::Scopes};
pub(crate) use self::{exchange::Exchange, scope::Announced};
use crate::{ends::Ends, host::Host, on_thread::OnThread, tasks};

static RUN: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The ASGI side of a host.
#[derive(Debug)]
pub(crate) struct Asgi {
    app: Py<PyAny>,
    pub(crate) scopes: Scopes,
    /// Those of the last request that left no reference to them.
    spare: OnThread<Option<Callables>>,
}

impl Asgi {
    pub(crate) fn new(
        app: Bound<'_, PyAny>,
        root_path: &str,
        state: Option<&Py<PyDict>>,
        announced: &Announced,
    ) -> PyResult<Self> {
        Ok(Self {
            scopes: Scopes::new(app.py(), root_path, state, announced)?,
            app: app.unbind(),
            spare: OnThread::new(None),
        })
    }

    /// Runs the application on one request, in a task of its own.
    pub(crate) fn start(
        &self,
        host: &Bound<'_, Host>,
        id: RequestId,
        scope: Bound<'_, PyDict>,
        ends: Ends,
    ) -> PyResult<()> {
        let py = host.py();
        scope::set_ends(&scope, ends)?;
        let callables = self.callables(host, id)?;
        let run = RUN.import(py, "pyre.server.request_coroutines", "run_asgi")?;
        let Callables {
            receive, send, end, ..
        } = &callables;
        let coroutine = run.call1((&self.app, scope, receive, send, end))?;
        tasks::start(host, id, &coroutine)?;
        drop(coroutine);
        self.keep(callables, py)
    }

    /// `receive` and `send` for this request: those of an earlier one where it left them.
    fn callables(&self, host: &Bound<'_, Host>, id: RequestId) -> PyResult<Callables> {
        let spare = self.spare.borrow_mut()?.take();
        // The garbage collector's list of objects gives out references to what is spare, too.
        match spare.filter(|callables| callables.are_unshared(host.py())) {
            Some(callables) => callables.rebind(id).map(|()| callables),
            None => Callables::new(host, id),
        }
    }

    /// Keeps the callables for the next request. A coroutine that goes on holds references to them.
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
