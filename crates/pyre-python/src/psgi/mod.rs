//! PSGI 1.0 (`docs/spec/psgi.md`): a request comes in, a response goes out.

mod body;
mod call;
mod fields;
mod headers;
mod outlet;
mod pieces;
mod reading;
mod request;
mod response;
mod steps;
mod text;

use pyo3::{prelude::*, sync::PyOnceLock};
use pyre_runtime::{RequestId, http1::OwnedHead};

use self::{
    call::{COROUTINES, Call},
    steps::Steps,
};
pub(crate) use self::{outlet::Outlet, request::Request, response::Response};
use crate::{
    ends::Ends,
    host::Host,
    interpreter::{self, Entered},
    tasks,
};

static RUN: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The PSGI side of a host.
#[derive(Debug)]
pub(crate) struct Psgi {
    app: Py<PyAny>,
}

impl Psgi {
    pub(crate) const fn new(app: Py<PyAny>) -> Self {
        Self { app }
    }

    /// Calls the application on one request, in a context of its own. A plain function has answered when
    /// it returns; what has to be awaited gets a task.
    pub(crate) fn start(
        &self,
        host: &Bound<'_, Host>,
        id: RequestId,
        head: OwnedHead,
        ends: Ends,
    ) -> PyResult<()> {
        let py = host.py();
        let request = Bound::new(py, Request::new(host.clone().unbind(), id, head, ends))?;
        let context = interpreter::copy_context(py)?;
        let mut call = Call::new(&request);
        let _entered = Entered::new(&context)?;
        let returned = self.app.bind(py).call1((request,));
        let Some(awaited) = call.begin(host, returned)? else {
            return Ok(());
        };
        let steps = Bound::new(py, Steps::new(host, id, call))?;
        let run = RUN.import(py, COROUTINES, "run_psgi")?;
        tasks::start(host, id, &run.call1((awaited, steps))?)
    }
}
