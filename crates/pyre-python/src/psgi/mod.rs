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
mod text;

use pyo3::prelude::*;
use pyre_runtime::{RequestId, http1::OwnedHead};

pub(crate) use self::{call::Call, outlet::Outlet, request::Request, response::Response};
use crate::{ends::Ends, host::Host, tasks::Work};

/// The PSGI side of a host.
#[derive(Debug)]
pub(crate) struct Psgi {
    app: Py<PyAny>,
}

impl Psgi {
    pub(crate) const fn new(app: Py<PyAny>) -> Self {
        Self { app }
    }

    /// Calls the application on one request. A plain function has answered when it returns, and a
    /// coroutine when it never suspends.
    pub(crate) fn start(
        &self,
        host: &Bound<'_, Host>,
        id: RequestId,
        head: OwnedHead,
        ends: Ends,
    ) -> PyResult<()> {
        let py = host.py();
        let request = Bound::new(py, Request::new(host.clone().unbind(), id, head, ends))?;
        host.get().tasks.run(host, || {
            let returned = self.app.bind(py).call1((&request,));
            Call::new(request).begin(host, returned)
        })
    }

    /// The work of a call that has to go on.
    const fn work(coroutine: Py<PyAny>, call: Call) -> Work {
        Work {
            coroutine,
            job: crate::tasks::Job::Psgi(call),
        }
    }
}
