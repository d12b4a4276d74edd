//! How a call of an application has ended.

use pyo3::{
    exceptions::{PyKeyboardInterrupt, asyncio::CancelledError},
    prelude::*,
};

/// What a coroutine or a function of the application has come to.
pub(crate) enum Outcome<'py> {
    Returned(Bound<'py, PyAny>),
    /// The task was cancelled.
    Cancelled(PyErr),
    /// Not an application's failure but the wish of who sits before it to end the process.
    Fatal(PyErr),
    /// An error, whatever it is: `SystemExit` in a request must not end those of all others.
    Raised(PyErr),
}

impl<'py> Outcome<'py> {
    pub(crate) fn of(result: PyResult<Bound<'py, PyAny>>, py: Python<'py>) -> Self {
        match result {
            Ok(value) => Self::Returned(value),
            Err(error) if error.is_instance_of::<CancelledError>(py) => Self::Cancelled(error),
            Err(error) if error.is_instance_of::<PyKeyboardInterrupt>(py) => Self::Fatal(error),
            Err(error) => Self::Raised(error),
        }
    }
}
