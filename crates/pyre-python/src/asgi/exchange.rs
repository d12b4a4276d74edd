//! `receive` and `send` of one request.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::{
    exceptions::PyRuntimeError,
    intern,
    prelude::*,
    types::{PyBytes, PyDict},
};
use pyre_runtime::{Received, RequestId, SendError};

use super::{
    awaitable::{self, Awaited, Waiting},
    message::{Body, Message, Start},
};
use crate::{errors, host::Host};

/// One request and its response.
#[pyclass(frozen)]
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(super) host: Py<Host>,
    pub(super) id: RequestId,
    /// The application has sent its last message.
    is_complete: AtomicBool,
}

#[pymethods]
impl Exchange {
    /// ASGI's `receive`: an awaitable that takes the message when it is awaited, and not before.
    fn receive<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Waiting::on(slf, Awaited::Message)
    }

    /// ASGI's `send`: an awaitable that is complete already unless the peer has to catch up.
    fn send<'py>(
        slf: &Bound<'py, Self>,
        message: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, exchange) = (slf.py(), slf.get());
        if exchange.is_complete.load(Ordering::Relaxed) {
            return Err(PyRuntimeError::new_err(
                "send was called after the response was complete",
            ));
        }
        let has_room = match Message::read(message)? {
            Message::Start(start) => exchange.send_start(&start).map(|()| true)?,
            Message::Body(body) => exchange.send_body(py, &body)?,
        };
        if has_room {
            awaitable::done(py)
        } else {
            Waiting::on(slf, Awaited::Room)
        }
    }
}

impl Exchange {
    pub(super) const fn new(host: Py<Host>, id: RequestId) -> Self {
        Self {
            host,
            id,
            is_complete: AtomicBool::new(false),
        }
    }

    /// The next message of `receive`; `None` while there is none.
    pub(super) fn next_message<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let host = self.host.get();
        let message = match host.core.borrow_mut()?.reactor.receive(self.id) {
            Received::Pending => None,
            Received::Data(octets, end) => Some(request_message(py, octets, !end)?),
            Received::Disconnected => Some(disconnect_message(py)?),
        };
        host.after_call(py)?;
        Ok(message)
    }

    fn send_start(&self, start: &Start<'_>) -> PyResult<()> {
        let mut core = self.host.get().core.borrow_mut()?;
        core.reactor
            .send_head(self.id, start.status, start.fields())
            .map_err(errors::of_send)
    }

    /// Whether there is room for more.
    fn send_body(&self, py: Python<'_>, body: &Body<'_>) -> PyResult<bool> {
        let host = self.host.get();
        let has_room = {
            let mut core = host.core.borrow_mut()?;
            core.reactor
                .send_data(self.id, body.content(), body.is_last)
                .map_err(errors::of_send)?;
            core.reactor.has_room(self.id)
        };
        self.is_complete.fetch_or(body.is_last, Ordering::Relaxed);
        host.after_call(py)?;
        Ok(has_room)
    }

    /// Whether `send` may return now.
    ///
    /// # Errors
    /// `ClientDisconnected` when the peer left meanwhile.
    pub(super) fn has_room(&self) -> PyResult<bool> {
        let mut core = self.host.get().core.borrow_mut()?;
        if self.is_complete.load(Ordering::Relaxed) || core.reactor.is_connected(self.id) {
            return Ok(core.reactor.has_room(self.id));
        }
        Err(errors::of_send(SendError::Disconnected))
    }
}

fn request_message<'py>(
    py: Python<'py>,
    octets: &[u8],
    more: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let message = PyDict::new(py);
    message.set_item(intern!(py, "type"), intern!(py, "http.request"))?;
    message.set_item(intern!(py, "body"), PyBytes::new(py, octets))?;
    message.set_item(intern!(py, "more_body"), more)?;
    Ok(message)
}

fn disconnect_message(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let message = PyDict::new(py);
    message.set_item(intern!(py, "type"), intern!(py, "http.disconnect"))?;
    Ok(message)
}
