//! What a task does: the coroutines of one request, one after the other.

use pyo3::{exceptions::asyncio::CancelledError, prelude::*, types::iterator::PySendResult};
use pyre_runtime::RequestId;

use crate::{asgi, host::Host, interpreter, psgi};

/// What becomes of a coroutine of a request.
#[derive(Debug)]
pub(crate) enum Job {
    Asgi(asgi::Call),
    Psgi(psgi::Call),
}

impl Job {
    /// Takes what a coroutine has come to; returns the one to run next.
    ///
    /// # Errors
    /// What is not the application's to raise.
    fn advance<'py>(
        &mut self,
        host: &Bound<'py, Host>,
        outcome: PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self {
            Self::Asgi(call) => call.end(host, outcome).map(|()| None),
            Self::Psgi(call) => call.advance(host, outcome),
        }
    }
}

impl Job {
    /// The request of a stream, which has to end when its peer leaves.
    pub(super) fn stream(&self) -> Option<RequestId> {
        match self {
            Self::Asgi(_) => None,
            Self::Psgi(call) => call.stream(),
        }
    }
}

/// A coroutine, and what becomes of it.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) coroutine: Py<PyAny>,
    pub(crate) job: Job,
}

/// How far a work has come.
pub(super) enum Progress<'py> {
    /// It waits for what the coroutine has yielded.
    Suspended(Work, Bound<'py, PyAny>),
    /// It is done; by a cancellation, if there is an error.
    Ended(Option<PyErr>),
}

impl Work {
    /// Runs it from its beginning to its first suspension.
    pub(super) fn begin<'py>(self, host: &Bound<'py, Host>) -> PyResult<Progress<'py>> {
        let step = interpreter::resume(self.coroutine.bind(host.py()));
        self.go_on(host, step)
    }

    /// Runs it from what the coroutine's last step has come to, to its next suspension.
    pub(super) fn go_on<'py>(
        mut self,
        host: &Bound<'py, Host>,
        mut step: PyResult<PySendResult<'py>>,
    ) -> PyResult<Progress<'py>> {
        loop {
            let outcome = match step {
                Ok(PySendResult::Next(awaited)) => return Ok(Progress::Suspended(self, awaited)),
                Ok(PySendResult::Return(value)) => Ok(value),
                Err(error) => Err(error),
            };
            let cancelled = cancellation(&outcome, host.py());
            match self.job.advance(host, outcome)? {
                Some(next) => {
                    step = interpreter::resume(&next);
                    self.coroutine = next.unbind();
                }
                None => return Ok(Progress::Ended(cancelled)),
            }
        }
    }
}

fn cancellation(outcome: &PyResult<Bound<'_, PyAny>>, py: Python<'_>) -> Option<PyErr> {
    let error = outcome.as_ref().err()?;
    error
        .is_instance_of::<CancelledError>(py)
        .then(|| error.clone_ref(py))
}
