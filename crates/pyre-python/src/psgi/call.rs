//! One call of a PSGI application, from the request to what comes after the response.
//!
//! ```text
//!  Running ──Response──► sent at once ──────────────► Following
//!                └─────► Streaming, piece by piece ──────┘
//! ```

use pyo3::{exceptions::PyTypeError, intern, prelude::*, sync::PyOnceLock, types::PyTuple};
use pyre_runtime::{FileContent, SendError, http1::Content};

use super::{
    body::{Body, is_stream},
    fields::Fields,
    outlet::Outlet,
    request::Request,
    response::Response,
    text::type_name,
};
use crate::{
    awaitable::{Awaited, Waiting},
    disconnect, errors,
    host::Host,
    interpreter,
    outcome::Outcome,
};

/// Where the coroutines are that are written in Python.
pub(super) const COROUTINES: &str = "pyre.server.request_coroutines";

static PULL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static DISMISS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static FOLLOW: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// One request, and how far its answer has come.
#[derive(Debug)]
pub(super) struct Call {
    request: Py<Request>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The application has not returned.
    Running,
    /// The body is an iterable; its trailers follow.
    Streaming(Py<Outlet>, Option<Py<PyAny>>),
    /// A body that nobody wants is being closed.
    Dismissing,
    /// The response is complete, or given up.
    Following,
}

type Next<'py> = PyResult<Option<Bound<'py, PyAny>>>;

impl Call {
    pub(super) fn new(request: &Bound<'_, Request>) -> Self {
        Self {
            request: request.clone().unbind(),
            stage: Stage::Running,
        }
    }

    /// Takes what calling the application has returned: a response, or an awaitable of one. Returns what
    /// a task has to await.
    pub(super) fn begin<'py>(
        &mut self,
        host: &Bound<'py, Host>,
        returned: PyResult<Bound<'py, PyAny>>,
    ) -> Next<'py> {
        match returned {
            Ok(value) if !value.is_instance_of::<Response>() => match is_awaitable(&value) {
                Ok(true) => Ok(Some(value)),
                Ok(false) => self.advance(host, Ok(value)),
                Err(error) => self.advance(host, Err(error)),
            },
            response => self.advance(host, response),
        }
    }

    /// Takes what the awaitable of a stage has come to; returns the next stage's.
    pub(super) fn advance<'py>(
        &mut self,
        host: &Bound<'py, Host>,
        outcome: PyResult<Bound<'py, PyAny>>,
    ) -> Next<'py> {
        let py = host.py();
        let next = match Outcome::of(outcome, py) {
            Outcome::Fatal(error) => Err(error),
            outcome => match std::mem::replace(&mut self.stage, Stage::Following) {
                Stage::Running => self.respond(host, outcome),
                Stage::Streaming(outlet, trailers) => {
                    self.end_stream(host, outcome, outlet.get(), trailers)
                }
                Stage::Dismissing => self.end_dismissal(host, outcome),
                Stage::Following => Ok(None),
            },
        };
        if next.is_err() {
            // Whatever it is, the peer must not wait for ever.
            host.get().give_up(py, self.request.get().id)?;
        }
        next
    }

    fn respond<'py>(&mut self, host: &Bound<'py, Host>, outcome: Outcome<'py>) -> Next<'py> {
        let (error, body) = match outcome {
            Outcome::Returned(value) => match self.send(host, &value) {
                Ok(Some(stream)) => return Ok(Some(stream)),
                Ok(None) => return self.follow(host),
                Err(error) => (error, stream_in(&value)?),
            },
            Outcome::Raised(error) | Outcome::Fatal(error) => (error, None),
            Outcome::Cancelled(error) if self.owes_response(host)? => (error, None),
            Outcome::Cancelled(_) => {
                self.request.get().take_after()?;
                host.get().give_up(host.py(), self.request.get().id)?;
                return Ok(None);
            }
        };
        self.request.get().take_after()?;
        self.fail(host, error)?;
        self.dismiss(body)
    }

    fn end_stream<'py>(
        &mut self,
        host: &Bound<'py, Host>,
        outcome: Outcome<'py>,
        outlet: &Outlet,
        trailers: Option<Py<PyAny>>,
    ) -> Next<'py> {
        host.get().forget_stream(outlet.id)?;
        let ended = match outcome {
            Outcome::Returned(_) => outlet
                .end()
                .and_then(|()| self.send_trailers(host, trailers)),
            Outcome::Raised(error) | Outcome::Fatal(error) => Err(error),
            Outcome::Cancelled(error) if self.owes_response(host)? => Err(error),
            // The peer has left, or the stream was told so at a stop.
            Outcome::Cancelled(_) => host.get().give_up(host.py(), outlet.id),
        };
        match ended {
            Ok(()) => self.follow(host),
            Err(error) if disconnect::is_told_by(error.value(host.py())) => self.follow(host),
            Err(error) => {
                self.request.get().take_after()?;
                self.fail(host, error).map(|()| None)
            }
        }
    }

    /// Sends the response; a stream has to be pulled by the coroutine that this returns.
    fn send<'py>(&mut self, host: &Bound<'py, Host>, value: &Bound<'py, PyAny>) -> Next<'py> {
        let py = host.py();
        let Ok(response) = value.cast::<Response>() else {
            return Err(PyTypeError::new_err(format!(
                "a PSGI application must return a Response, not {}",
                type_name(value)
            )));
        };
        self.request.get().note_response();
        let response = response.try_borrow()?;
        let body = response.body.as_ref().map(|body| body.bind(py));
        let headers = response.headers.as_ref().map(|headers| headers.bind(py));
        let fields = headers.map_or_else(|| Ok(Fields::none()), Fields::of_response)?;
        let body = body.map(Body::of).transpose()?;
        let trailers = self.trailers(&response, py);
        match self.send_head(host, response.status, &fields, trailers.is_some()) {
            Ok(()) => {}
            // There is nobody to answer.
            Err(SendError::Disconnected) => return self.dismiss(stream_in(value)?),
            Err(error) => return Err(fields.refusal(headers, error)),
        }
        match body {
            None => self.send_content(host, Content::Copied(&[]), &fields)?,
            Some(Body::Whole(piece)) => {
                piece.send(|content| self.send_content(host, content, &fields))?;
            }
            Some(Body::File(content)) => self.send_file(host, content, &fields)?,
            Some(Body::Stream(stream)) if self.request.get().forbids_content(response.status) => {
                self.send_content(host, Content::Copied(&[]), &Fields::none())?;
                return self.dismiss(Some(stream));
            }
            Some(Body::Stream(stream)) => return self.pull(host, &stream, &fields, trailers),
        }
        self.send_trailers(host, trailers)?;
        Ok(None)
    }

    /// Those that are to be sent: a peer that does not ask for trailers gets none (RFC 9110 §6.5.1).
    fn trailers(&self, response: &Response, py: Python<'_>) -> Option<Py<PyAny>> {
        let (trailers, request) = (response.trailers.as_ref()?, self.request.get());
        let are_taken = request.head.head().takes_trailers;
        (are_taken && !request.forbids_content(response.status)).then(|| trailers.clone_ref(py))
    }

    fn send_head(
        &self,
        host: &Bound<'_, Host>,
        status: u16,
        fields: &Fields,
        has_trailers: bool,
    ) -> Result<(), SendError> {
        let id = self.request.get().id;
        let Ok(mut core) = host.get().core.borrow_mut() else {
            return Err(SendError::Disconnected);
        };
        core.reactor.send_head(id, status, fields.iter())?;
        if has_trailers {
            core.reactor.announce_trailers(id);
        }
        Ok(())
    }

    /// All of the content.
    fn send_content(
        &self,
        host: &Bound<'_, Host>,
        content: Content<'_>,
        fields: &Fields,
    ) -> PyResult<()> {
        let length = content.len();
        let mut core = host.get().core.borrow_mut()?;
        core.reactor
            .send_data(self.request.get().id, content, true)
            .map_err(|error| errors::of_length(error, fields.content_length(), length))
    }

    fn send_file(
        &self,
        host: &Bound<'_, Host>,
        content: FileContent,
        fields: &Fields,
    ) -> PyResult<()> {
        let length = content.len();
        let mut core = host.get().core.borrow_mut()?;
        core.reactor
            .send_file(self.request.get().id, content, true)
            .map_err(|error| errors::of_length(error, fields.content_length(), length))
    }

    fn send_trailers(&self, host: &Bound<'_, Host>, trailers: Option<Py<PyAny>>) -> PyResult<()> {
        let Some(trailers) = trailers else {
            return Ok(());
        };
        let fields = trailers.bind(host.py()).call0()?;
        let fields = Fields::checked_by("encoded_trailers", &fields)?;
        let mut core = host.get().core.borrow_mut()?;
        core.reactor
            .send_trailers(self.request.get().id, fields.iter(), true)
            .map_err(errors::of_psgi_send)
    }

    fn pull<'py>(
        &mut self,
        host: &Bound<'py, Host>,
        stream: &Bound<'py, PyAny>,
        fields: &Fields,
        trailers: Option<Py<PyAny>>,
    ) -> Next<'py> {
        let py = host.py();
        // The head waits for the first piece no longer than for the next tick.
        host.get().after_call(py)?;
        let outlet = Outlet::new(host, self.request.get().id, fields.content_length());
        let outlet = Bound::new(py, outlet)?;
        let send = outlet.getattr(intern!(py, "send"))?;
        let watch = outlet.getattr(intern!(py, "watch"))?;
        self.stage = Stage::Streaming(outlet.unbind(), trailers);
        PULL.import(py, COROUTINES, "pull")?
            .call1((stream, send, watch))
            .map(Some)
    }

    /// Closes a stream that is not wanted.
    fn dismiss<'py>(&mut self, stream: Option<Bound<'py, PyAny>>) -> Next<'py> {
        let Some(stream) = stream else {
            return Ok(None);
        };
        self.stage = Stage::Dismissing;
        DISMISS
            .import(stream.py(), COROUTINES, "dismiss")?
            .call1((stream,))
            .map(Some)
    }

    fn end_dismissal<'py>(&mut self, host: &Bound<'py, Host>, outcome: Outcome<'py>) -> Next<'py> {
        if let Outcome::Raised(error) = outcome {
            self.fail(host, error)?;
        }
        self.follow(host)
    }

    /// What went wrong is answered where that is possible, and told where it is somebody's fault.
    fn fail(&self, host: &Bound<'_, Host>, error: PyErr) -> PyResult<()> {
        let (py, request) = (host.py(), self.request.get());
        let is_open = {
            let core = &mut host.get().core.borrow_mut()?;
            core.reactor.is_connected(self.request.get().id)
        };
        let status = errors::body_status(&error, py)?;
        if is_open {
            host.get().refuse(py, request.id, status.unwrap_or(500))?;
        }
        let is_told = status.is_some() || (!is_open && disconnect::is_told_by(error.value(py)));
        if is_told {
            return Ok(());
        }
        host.get().report(error, request.line(), py)
    }

    /// Whether the response is incomplete and the peer is there.
    /// Whether the peer waits for an answer that the application was not told to leave.
    fn owes_response(&self, host: &Bound<'_, Host>) -> PyResult<bool> {
        let core = &mut host.get().core.borrow_mut()?;
        let is_open = core.reactor.is_connected(self.request.get().id);
        Ok(is_open && !core.reactor.reports_peers_gone())
    }

    /// The coroutine that does what was given to `after`, if anything was.
    fn follow<'py>(&mut self, host: &Bound<'py, Host>) -> Next<'py> {
        let py = host.py();
        host.get().after_call(py)?;
        let calls = self.request.get().take_after()?;
        if calls.is_empty() {
            return Ok(None);
        }
        let out = Waiting::on(py, Awaited::Out(self.request.clone_ref(py)))?;
        let report = Report {
            host: host.clone().unbind(),
            line: self.request.get().line(),
        };
        FOLLOW
            .import(py, COROUTINES, "follow")?
            .call1((PyTuple::new(py, calls)?, out, report))
            .map(Some)
    }
}

/// The stream that a response would have been sent with.
fn stream_in<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Ok(response) = value.cast::<Response>() else {
        return Ok(None);
    };
    let body = response.try_borrow()?.body(value.py());
    let body = body.map(|body| body.into_bound(value.py()));
    let is_stream = body.as_ref().map_or(Ok(false), is_stream)?;
    Ok(body.filter(|_| is_stream))
}

fn is_awaitable(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(interpreter::is_coroutine(value) || value.hasattr(intern!(value.py(), "__await__"))?)
}

/// Tells what a function that was given to `after` has raised.
#[pyclass(frozen)]
struct Report {
    host: Py<Host>,
    line: String,
}

#[pymethods]
impl Report {
    fn __call__(&self, error: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = error.py();
        let error = PyErr::from_value(error.clone());
        self.host.get().report(error, self.line.clone(), py)
    }
}
