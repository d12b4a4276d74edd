//! `receive` and `send` as the application gets them, reused where no application can tell.

use pyo3::{intern, prelude::*};
use pyre_runtime::RequestId;

use super::exchange::Exchange;
use crate::{
    host::Host,
    interpreter::{is_unshared_method, references},
};

/// An exchange and its bound methods. Making them costs more than parsing the request, so those of a
/// request that left no reference behind serve the next one.
#[derive(Debug)]
pub(super) struct Callables {
    exchange: Py<Exchange>,
    pub(super) receive: Py<PyAny>,
    pub(super) send: Py<PyAny>,
    pub(super) end: Py<PyAny>,
}

impl Callables {
    pub(super) fn new(host: &Bound<'_, Host>, id: RequestId) -> PyResult<Self> {
        let py = host.py();
        let exchange = Bound::new(py, Exchange::new(host.clone().unbind(), id))?;
        Ok(Self {
            receive: exchange.getattr(intern!(py, "receive"))?.unbind(),
            send: exchange.getattr(intern!(py, "send"))?.unbind(),
            end: exchange.getattr(intern!(py, "end"))?.unbind(),
            exchange: exchange.unbind(),
        })
    }

    /// Binds them to another request.
    pub(super) fn rebind(&self, id: RequestId) -> PyResult<()> {
        self.exchange.get().rebind(id)
    }

    /// Whether no reference is left, strong or weak: every reference is one of this struct, or that of a
    /// method to its exchange.
    pub(super) fn are_unshared(&self, py: Python<'_>) -> bool {
        is_unshared_method(self.receive.bind(py))
            && is_unshared_method(self.send.bind(py))
            && is_unshared_method(self.end.bind(py))
            && references(&self.exchange, py) == 4
    }
}
