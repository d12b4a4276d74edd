//! What the loop calls.

use pyo3::prelude::*;

use crate::host::Host;

/// Why a tick is due. Each reason has its own callback, so that a tick for one does not pass for the
/// other that is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The poller has something.
    Ready,
    /// Something was left over, or freed, that no poller tells.
    Scheduled,
    /// A deadline has come.
    Timer,
}

/// A callback of the loop.
#[pyclass(frozen)]
#[derive(Debug)]
pub(crate) struct Callback {
    host: Py<Host>,
    why: Why,
}

#[pymethods]
impl Callback {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        Host::tick(self.host.bind(py), self.why)
    }
}

/// The callbacks of one host. They refer to it as it does to them, so it lets go of them at its end.
#[derive(Debug)]
pub(crate) struct Callbacks {
    pub(crate) ready: Py<PyAny>,
    pub(crate) scheduled: Py<PyAny>,
    pub(crate) timer: Py<PyAny>,
}

impl Callbacks {
    pub(crate) fn new(host: &Bound<'_, Host>) -> PyResult<Self> {
        let callback = |why| {
            let callback = Callback {
                host: host.clone().unbind(),
                why,
            };
            Bound::new(host.py(), callback).map(|callback| callback.into_any().unbind())
        };
        Ok(Self {
            ready: callback(Why::Ready)?,
            scheduled: callback(Why::Scheduled)?,
            timer: callback(Why::Timer)?,
        })
    }
}
