//! `async for piece in request`.

use pyo3::prelude::*;

use super::request::Request;
use crate::awaitable::{Awaited, Waiting};

/// An iterator over the body as it arrives.
#[pyclass(frozen)]
#[derive(Debug)]
pub(super) struct Pieces {
    request: Py<Request>,
}

impl Pieces {
    pub(super) const fn of(request: Py<Request>) -> Self {
        Self { request }
    }
}

#[pymethods]
impl Pieces {
    const fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __anext__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Waiting::on(py, Awaited::Piece(self.request.clone_ref(py)))
    }
}
