//! Lines about what clients speak that is not served.

use pyo3::{prelude::*, sync::PyOnceLock};
use pyre_runtime::{Notice, Reactor, RequestId};

use crate::host::Host;

static WARN: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Refuses a WebSocket handshake.
pub(crate) fn refuse_websocket(reactor: &mut Reactor, id: RequestId) {
    reactor.note(Notice::WebSocket);
    reactor.send_error(id, 403, "WebSocket is not served here");
}

impl Host {
    /// Has the notices of this tick logged.
    pub(crate) fn log_notices(&self, py: Python<'_>) -> PyResult<()> {
        loop {
            let notice = self.core.borrow_mut()?.reactor.take_notice();
            let name = match notice {
                None => return Ok(()),
                Some(Notice::Tls) => "tls",
                Some(Notice::Http2) => "http2",
                Some(Notice::WebSocket) => "websocket",
            };
            WARN.import(py, "pyre.server.notices", "warn")?
                .call1((name,))?;
        }
    }
}
