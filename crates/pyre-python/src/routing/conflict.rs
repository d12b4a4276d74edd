//! `RouteConflict`: two routes that can't be told apart.

use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    pyclass::{PyTraverseError, PyVisit},
};

/// Raised by ``Routes.add`` when nothing would decide between the new route and an earlier one.
#[pyclass(frozen, extends = PyValueError, module = "pyre._core")]
#[derive(Debug)]
pub(crate) struct RouteConflict {
    /// The endpoint that is there already.
    #[pyo3(get)]
    existing: Py<PyAny>,
}

impl RouteConflict {
    pub(super) fn new_err(py: Python<'_>, message: &str, existing: &Py<PyAny>) -> PyErr {
        let arguments = (message, existing.clone_ref(py));
        match py.get_type::<Self>().call1(arguments) {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    }
}

#[pymethods]
impl RouteConflict {
    #[new]
    #[expect(unused_variables, reason = "ValueError keeps it")]
    fn new(message: &str, existing: Py<PyAny>) -> Self {
        Self { existing }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.existing)
    }
}
