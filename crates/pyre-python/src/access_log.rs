//! `pyre._core.AccessLog`.

use std::{path::PathBuf, sync::Arc};

use pyo3::{exceptions::PyValueError, prelude::*};
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
    fn new(path: Option<PathBuf>, format: &str) -> PyResult<Self> {
        let format = format.parse().map_err(PyValueError::new_err)?;
        Ok(Self {
            format,
            writer: Arc::new(Writer::open(path)?),
        })
    }

    /// Open the file anew, for a log rotation. Raises ``OSError``; the old file then stays in use.
    fn reopen(&self) -> PyResult<()> {
        Ok(self.writer.reopen()?)
    }

    /// Write what is left and end the thread. Returns how many lines were lost and why, if any.
    fn close(&self, py: Python<'_>) -> Option<(u64, String)> {
        py.detach(|| self.writer.close())
    }
}

impl AccessLog {
    pub(crate) fn recorder(&self) -> Recorder {
        Recorder::new(self.format, Arc::clone(&self.writer))
    }
}
