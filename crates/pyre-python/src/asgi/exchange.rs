//! `receive` and `send` of one request.

use pyo3::{
    exceptions::{PyBaseException, PyRuntimeError},
    intern,
    prelude::*,
    types::{PyBytes, PyDict},
};
use pyre_runtime::{FileContent, Reactor, Received, RequestId, SendError, http1::ResponseError};

use super::{
    extension::{Extension, Trailers},
    message::{Message, Start},
    scope,
};
use crate::{
    awaitable::{self, Awaited, Waiting},
    disconnect,
    errors::{self, ClientDisconnected},
    host::Host,
    on_thread::OnThread,
    outcome::Outcome,
};

/// One request and its response.
#[pyclass(frozen)]
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) host: Py<Host>,
    state: OnThread<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    id: RequestId,
    /// The application has said that trailers follow the body.
    has_trailers: bool,
    /// The application has sent its last message.
    is_complete: bool,
}

impl State {
    const fn new(id: RequestId) -> Self {
        Self {
            id,
            has_trailers: false,
            is_complete: false,
        }
    }
}

#[pymethods]
impl Exchange {
    /// ASGI's `receive`: an awaitable that takes the message when it is awaited, and not before.
    fn receive<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Waiting::on(slf.py(), Awaited::Message(slf.clone().unbind()))
    }

    /// Ends the request: `error` is what the application raised, or `None` when it returned. A response
    /// that it left open is cut off, and faults are reported.
    #[pyo3(signature = (scope, error = None, /))]
    fn end(
        &self,
        py: Python<'_>,
        scope: &Bound<'_, PyDict>,
        error: Option<Bound<'_, PyBaseException>>,
    ) -> PyResult<()> {
        let (id, host) = (self.id()?, self.host.get());
        let (task, is_open, is_owed) = {
            let mut core = host.core.borrow_mut()?;
            let is_open = core.reactor.is_connected(id);
            // An application that was told to leave its response owes none.
            let is_owed = is_open && !core.reactor.reports_peers_gone();
            (core.tasks.end(id), is_open, is_owed)
        };
        if is_open {
            host.give_up(py, id)?;
        }
        if let Some(fault) = fault_of(py, error, is_owed) {
            host.report(fault, scope::request_line(scope)?, py)?;
        }
        task.map_or(Ok(()), |_| host.stop_when_drained(py))
    }

    /// ASGI's `send`: an awaitable that is complete already unless the peer has to catch up.
    fn send<'py>(
        slf: &Bound<'py, Self>,
        message: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, exchange) = (slf.py(), slf.get());
        if exchange.state()?.is_complete {
            return Err(PyRuntimeError::new_err(
                "send was called after the response was complete",
            ));
        }
        let has_room = match Message::read(message)? {
            Message::Start(start) => exchange.send_start(py, &start).map(|()| true)?,
            Message::Body(body) => {
                let sent = exchange.send_content(py, body.is_last, |reactor, id| {
                    reactor.send_data(id, body.content(), body.is_last)
                });
                unless_missed(sent, body.is_last && body.content().is_empty(), py)?
            }
            Message::Extension(extension) => exchange.send_extension(py, *extension)?,
        };
        if has_room {
            awaitable::done(py)
        } else {
            Waiting::on(py, Awaited::MessageRoom(slf.clone().unbind()))
        }
    }
}

impl Exchange {
    pub(super) fn new(host: Py<Host>, id: RequestId) -> Self {
        Self {
            host,
            state: OnThread::new(State::new(id)),
        }
    }

    /// Stands for another request from now on.
    pub(super) fn rebind(&self, id: RequestId) -> PyResult<()> {
        *self.state.borrow_mut()? = State::new(id);
        Ok(())
    }

    pub(crate) fn id(&self) -> PyResult<RequestId> {
        Ok(self.state()?.id)
    }

    fn state(&self) -> PyResult<State> {
        Ok(*self.state.borrow_mut()?)
    }

    /// The next message of `receive`; `None` while there is none.
    pub(crate) fn next_message<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let host = self.host.get();
        let id = self.id()?;
        let message = match host.core.borrow_mut()?.reactor.receive(id) {
            Received::Pending => None,
            Received::Data(octets, end) => Some(request_message(py, octets, !end)?),
            Received::Disconnected | Received::Refused(_) => Some(disconnect_message(py)?),
        };
        host.after_call(py)?;
        Ok(message)
    }

    fn send_start(&self, py: Python<'_>, start: &Start<'_>) -> PyResult<()> {
        let (id, host) = (self.id()?, self.host.get());
        {
            let mut core = host.core.borrow_mut()?;
            core.reactor
                .send_head(id, start.status, start.fields())
                .map_err(errors::of_send)?;
            if start.has_trailers {
                core.reactor.announce_trailers(id);
                self.state.borrow_mut()?.has_trailers = true;
            }
            if core.is_ticking {
                return Ok(());
            }
        }
        host.after_call(py)
    }

    /// A part of the body. Whether there is room for more.
    fn send_content(
        &self,
        py: Python<'_>,
        is_last: bool,
        send: impl FnOnce(&mut Reactor, RequestId) -> Result<(), SendError>,
    ) -> PyResult<bool> {
        let (id, host) = (self.id()?, self.host.get());
        let has_room = {
            let mut core = host.core.borrow_mut()?;
            send(&mut core.reactor, id).map_err(errors::of_send)?;
            core.reactor.has_room(id)
        };
        {
            let mut state = self.state.borrow_mut()?;
            state.is_complete = is_last && !state.has_trailers;
        }
        host.after_call(py)?;
        Ok(has_room)
    }

    fn send_extension(&self, py: Python<'_>, extension: Extension<'_>) -> PyResult<bool> {
        match extension {
            Extension::File(content, is_last) => {
                let is_bare_end = is_last && content.is_empty();
                unless_missed(self.send_file(py, content, is_last), is_bare_end, py)
            }
            Extension::Trailers(trailers) => {
                let is_bare_end = trailers.is_last && trailers.fields().next().is_none();
                unless_missed(self.send_trailers(py, &trailers), is_bare_end, py)
            }
            Extension::EarlyHint(links) => self.send_early_hint(py, &links),
        }
    }

    fn send_file(&self, py: Python<'_>, content: FileContent, is_last: bool) -> PyResult<bool> {
        self.send_content(py, is_last, |reactor, id| {
            reactor.send_file(id, content, is_last)
        })
    }

    fn send_trailers(&self, py: Python<'_>, trailers: &Trailers<'_>) -> PyResult<bool> {
        let (id, host) = (self.id()?, self.host.get());
        host.core
            .borrow_mut()?
            .reactor
            .send_trailers(id, trailers.fields(), trailers.is_last)
            .map_err(errors::of_send)?;
        self.state.borrow_mut()?.is_complete = trailers.is_last;
        host.after_call(py)?;
        Ok(true)
    }

    fn send_early_hint(&self, py: Python<'_>, links: &[Bound<'_, PyBytes>]) -> PyResult<bool> {
        const EARLY_HINTS: u16 = 103;
        let (id, host) = (self.id()?, self.host.get());
        let fields = links.iter().map(|link| (&b"link"[..], link.as_bytes()));
        let sent = host
            .core
            .borrow_mut()?
            .reactor
            .send_interim(id, EARLY_HINTS, fields);
        host.after_call(py)?;
        match sent {
            // Within the body it is too late for hints, and not an error ("Early Hints").
            Err(SendError::Response(ResponseError::HeadAlreadySent)) => Ok(true),
            sent => sent.map(|()| true).map_err(errors::of_send),
        }
    }

    /// Whether `send` may return now.
    ///
    /// # Errors
    /// `ClientDisconnected` when the peer left meanwhile.
    pub(crate) fn has_room(&self) -> PyResult<bool> {
        let state = self.state()?;
        let mut core = self.host.get().core.borrow_mut()?;
        if state.is_complete || core.reactor.is_connected(state.id) {
            return Ok(core.reactor.has_room(state.id));
        }
        Err(errors::of_send(SendError::Disconnected))
    }
}

/// The fault to report of an application that ended with `error`; a response `is_owed` while it is
/// incomplete and the peer waits for it. `KeyboardInterrupt` is none: it ends the process.
fn fault_of(
    py: Python<'_>,
    error: Option<Bound<'_, PyBaseException>>,
    is_owed: bool,
) -> Option<PyErr> {
    let outcome = error.map_or_else(
        || Ok(py.None().into_bound(py)),
        |error| Err(PyErr::from_value(error.into_any())),
    );
    match Outcome::of(outcome, py) {
        Outcome::Fatal(_) => None,
        Outcome::Raised(error) if !is_owed && disconnect::is_told_by(error.value(py)) => None,
        Outcome::Raised(error) => Some(error),
        Outcome::Cancelled(error) => is_owed.then_some(error),
        Outcome::Returned(_) => is_owed.then(|| {
            PyRuntimeError::new_err("the ASGI application returned without completing its response")
        }),
    }
}

/// The outcome of a `send`. A client that has gone misses nothing of an end without content, so that
/// raises nothing: an application ends its stream in any case, and has no error to handle. With content
/// left, or more to come, `send` raises (ASGI HTTP 2.4).
fn unless_missed(sent: PyResult<bool>, is_bare_end: bool, py: Python<'_>) -> PyResult<bool> {
    match sent {
        Err(error) if is_bare_end && error.is_instance_of::<ClientDisconnected>(py) => Ok(true),
        sent => sent,
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
