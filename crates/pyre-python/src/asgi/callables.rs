//! `receive` and `send` as the application gets them, used again where nobody can tell.

use pyo3::{intern, prelude::*};
use pyre_runtime::RequestId;

use super::exchange::Exchange;
use crate::{host::Host, interpreter::references};

/// An exchange and its two bound methods. Making them costs more than parsing the request, so those
/// of a request that left nothing behind serve the next one.
#[derive(Debug)]
pub(super) struct Callables {
    exchange: Py<Exchange>,
    pub(super) receive: Py<PyAny>,
    pub(super) send: Py<PyAny>,
}

impl Callables {
    pub(super) fn new(host: &Bound<'_, Host>, id: RequestId) -> PyResult<Self> {
        let py = host.py();
        let exchange = Bound::new(py, Exchange::new(host.clone().unbind(), id))?;
        Ok(Self {
            receive: exchange.getattr(intern!(py, "receive"))?.unbind(),
            send: exchange.getattr(intern!(py, "send"))?.unbind(),
            exchange: exchange.unbind(),
        })
    }

    /// Lets them stand for another request.
    pub(super) fn turn_to(&self, id: RequestId) -> PyResult<()> {
        self.exchange.get().turn_to(id)
    }

    /// Whether the application has kept neither of them, nor anything that they gave it and that refers
    /// to them: then all references are those of this struct, and those of the methods to their exchange.
    pub(super) fn are_unshared(&self, py: Python<'_>) -> bool {
        references(&self.receive, py) == 1
            && references(&self.send, py) == 1
            && references(&self.exchange, py) == 3
    }
}
