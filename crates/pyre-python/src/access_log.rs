//! `pyre._core.AccessLog`.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use pyo3::{
    exceptions::{PyOSError, PyValueError},
    intern,
    prelude::*,
};
use pyre_runtime::access_log::{Format, Recorder, Writer};

/// Lines of the access log, written by a thread of its own.
#[pyclass(frozen, module = "pyre._core")]
#[derive(Debug)]
pub(crate) struct AccessLog {
    format: Format,
    writer: Arc<Writer>,
}

#[pymethods]
impl AccessLog {
    #[new]
    #[pyo3(signature = (path = None, *, format = "common"))]
    fn new(py: Python<'_>, path: Option<PathBuf>, format: &str) -> PyResult<Self> {
        let format = format.parse().map_err(PyValueError::new_err)?;
        let writer = Writer::open(path).map_err(|error| os_error(py, error))?;
        Ok(Self {
            format,
            writer: Arc::new(writer),
        })
    }

    /// Open the file anew, for a log rotation. Raises ``OSError``; the old file then stays in use.
    fn reopen(&self, py: Python<'_>) -> PyResult<()> {
        self.writer.reopen().map_err(|error| os_error(py, error))
    }

    /// Take no more lines, and wait for so many seconds until the others are written. Returns true
    /// when they are.
    fn close(&self, py: Python<'_>, seconds: f64) -> bool {
        let patience = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        py.detach(|| self.writer.close(patience))
    }

    /// Give up what is not written. Returns how many lines were lost and why, if any.
    fn abandon(&self) -> Option<(u64, String)> {
        self.writer.abandon()
    }
}

impl AccessLog {
    pub(crate) fn recorder(&self) -> Recorder {
        Recorder::new(self.format, Arc::clone(&self.writer))
    }
}

/// `OSError` with number and text apart; `PyO3`'s own conversion gives it a message alone.
fn os_error(py: Python<'_>, error: io::Error) -> PyErr {
    let Some(number) = error.raw_os_error() else {
        return error.into();
    };
    let text = py
        .import(intern!(py, "os"))
        .and_then(|os| os.call_method1(intern!(py, "strerror"), (number,)));
    match text {
        Ok(text) => PyOSError::new_err((number, text.unbind())),
        Err(error) => error,
    }
}
