//! A call in the hands of its task, which `run_psgi` takes from stage to stage.

use pyo3::{
    exceptions::{PyBaseException, PyRuntimeError},
    prelude::*,
};
use pyre_runtime::RequestId;

use super::call::Call;
use crate::{host::Host, on_thread::OnThread};

/// A call that waits for the result of an awaitable.
#[pyclass(frozen, freelist = 64)]
#[derive(Debug)]
pub(super) struct Steps {
    host: Py<Host>,
    id: RequestId,
    /// `None` while it takes a step, and after its end.
    call: OnThread<Option<Call>>,
}

impl Steps {
    pub(super) fn new(host: &Bound<'_, Host>, id: RequestId, call: Call) -> Self {
        Self {
            host: host.clone().unbind(),
            id,
            call: OnThread::new(Some(call)),
        }
    }

    fn step<'py>(
        &self,
        py: Python<'py>,
        outcome: PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(mut call) = self.call.borrow_mut()?.take() else {
            return Err(PyRuntimeError::new_err(
                "the call of the application is over",
            ));
        };
        let host = self.host.bind(py);
        let next = call.advance(host, outcome);
        if matches!(next, Ok(Some(_))) {
            *self.call.borrow_mut()? = Some(call);
            return next;
        }
        let task = host.get().core.borrow_mut()?.tasks.end(self.id);
        if task.is_some() {
            host.get().stop_when_drained(py)?;
        }
        next
    }
}

#[pymethods]
impl Steps {
    fn advance<'py>(&self, result: Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.step(result.py(), Ok(result))
    }

    fn fail<'py>(&self, error: Bound<'py, PyBaseException>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = error.py();
        self.step(py, Err(PyErr::from_value(error.into_any())))
    }
}
