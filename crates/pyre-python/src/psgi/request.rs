//! `Request` of PSGI, as this server makes it: the head as it came, decoded where it is asked for.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use pyo3::{
    exceptions::{PyRuntimeError, PyValueError},
    prelude::*,
    pyclass::{PyTraverseError, PyVisit},
    sync::PyOnceLock,
    types::{PyBytes, PyDict, PyFrozenSet, PyString, PyTuple},
};
use pyre_runtime::{RequestId, http1::OwnedHead};

use super::{
    fields::Fields,
    headers::{Headers, latin1},
    pieces::Pieces,
    reading::Reading,
    text::wrong_type,
};
use crate::{
    awaitable::{self, Awaited, Waiting},
    ends::Ends,
    errors,
    host::Host,
    names,
    on_thread::OnThread,
};

/// Statuses of interim responses that an application may send: 100 and 101 are the server's.
const INTERIM: std::ops::RangeInclusive<u16> = 102..=199;

/// One request (PSGI §2).
#[pyclass(frozen, freelist = 64, module = "pyre._core")]
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) host: Py<Host>,
    pub(crate) id: RequestId,
    pub(super) head: OwnedHead,
    pub(super) reading: OnThread<Reading>,
    ends: Ends,
    state: OnceLock<Py<PyDict>>,
    after: OnThread<After>,
    /// The response has been returned.
    is_answered: AtomicBool,
}

/// What is called after the response.
#[derive(Debug)]
enum After {
    Open(Vec<Py<PyTuple>>),
    /// The response is out of the application's hands.
    Closed,
}

impl Request {
    pub(super) fn new(host: Py<Host>, id: RequestId, head: OwnedHead, ends: Ends) -> Self {
        Self {
            host,
            id,
            head,
            reading: OnThread::new(Reading::Unread),
            ends,
            state: OnceLock::new(),
            after: OnThread::new(After::Open(Vec::new())),
            is_answered: AtomicBool::new(false),
        }
    }

    /// The application has returned its response.
    pub(super) fn note_response(&self) {
        self.is_answered.store(true, Ordering::Relaxed);
    }

    /// Takes what was given to `after`; from now on it takes nothing more.
    pub(super) fn take_after(&self) -> PyResult<Vec<Py<PyTuple>>> {
        let after = std::mem::replace(&mut *self.after.borrow_mut()?, After::Closed);
        Ok(match after {
            After::Open(calls) => calls,
            After::Closed => Vec::new(),
        })
    }

    fn send_interim(
        &self,
        status: &Bound<'_, PyAny>,
        headers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let number = interim_status(status)?;
        if self.is_answered.load(Ordering::Relaxed) && !self.is_closed()? {
            return Err(PyRuntimeError::new_err(
                "inform() was called after the response was returned",
            ));
        }
        let fields = match headers {
            Some(headers) => Fields::checked_by("encoded_interim", headers)?,
            None => Fields::none(),
        };
        let host = self.host.get();
        // A 1.0 peer is spared it (RFC 9110 §15.2).
        let sent = {
            let mut core = host.core.borrow_mut()?;
            core.reactor.send_interim(self.id, number, fields.iter())
        };
        host.after_call(status.py())?;
        sent.map_err(errors::of_psgi_send)
    }

    /// What a route is found by: the method, and the path, still percent-encoded.
    pub(crate) fn method_and_path(&self) -> (&str, &[u8]) {
        let head = self.head.head();
        (head.method, head.target.path)
    }

    /// `GET /path?query HTTP/1.1`, for a log.
    pub(super) fn line(&self) -> String {
        let head = self.head.head();
        format!(
            "{} {} HTTP/{}",
            head.method,
            String::from_utf8_lossy(head.target.raw),
            head.version.as_str()
        )
    }

    /// Whether a response with this status has no content (RFC 9110 §6.4.1).
    pub(super) fn forbids_content(&self, status: u16) -> bool {
        self.head.head().method == "HEAD" || matches!(status, 204 | 205 | 304)
    }
}

#[pymethods]
impl Request {
    #[getter]
    fn method<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        names::method(py, self.head.head().method)
    }

    #[getter]
    fn scheme<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        names::scheme(py, self.ends.scheme).clone()
    }

    #[getter]
    fn http_version<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        names::http_version(py, self.head.head().version).clone()
    }

    #[getter]
    fn target<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.head.head().target.raw)
    }

    #[getter]
    fn raw_path<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.head.head().target.path)
    }

    #[getter]
    fn path<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &self.head.head().target.decoded_path())
    }

    #[getter]
    fn query<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.head.head().target.query)
    }

    #[getter]
    fn authority<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        latin1(py, self.head.head().authority())
    }

    #[getter]
    fn root_path<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.host.get().root_path.bind(py).clone()
    }

    #[getter]
    const fn headers(slf: Py<Self>) -> Headers {
        Headers::of_head(slf)
    }

    #[getter]
    fn client(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        // A unix socket with a name has no port, and is no address that one could compare.
        let has_port = self.ends.client.extract::<(&str, u16)>(py).is_ok();
        has_port.then(|| self.ends.client.clone_ref(py))
    }

    #[getter]
    fn server(&self, py: Python<'_>) -> Py<PyAny> {
        self.ends.server.clone_ref(py)
    }

    /// TLS is not spoken here.
    #[getter]
    #[expect(clippy::unused_self, reason = "an attribute of every request")]
    const fn tls(&self) -> Option<()> {
        None
    }

    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        if let Some(state) = self.state.get() {
            return Ok(state.bind(py).clone());
        }
        let copy = match &self.host.get().state {
            Some(state) => state.bind(py).copy()?,
            None => PyDict::new(py),
        };
        // Another thread may have been faster.
        Ok(self.state.get_or_init(|| copy.unbind()).bind(py).clone())
    }

    #[getter]
    fn is_websocket(&self) -> bool {
        let head = self.head.head();
        head.is_websocket && head.field(b"sec-websocket-key").is_some()
    }

    #[getter]
    fn is_closed(&self) -> PyResult<bool> {
        let mut core = self.host.get().core.borrow_mut()?;
        Ok(!core.reactor.is_connected(self.id))
    }

    #[getter]
    fn trailers(&self) -> PyResult<Headers> {
        Ok(Headers::new(self.reading.borrow_mut()?.trailers()))
    }

    #[getter]
    #[expect(clippy::unused_self, reason = "an attribute of every request")]
    fn server_capabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyFrozenSet>> {
        static CAPABILITIES: PyOnceLock<Py<PyFrozenSet>> = PyOnceLock::new();
        let make =
            || PyFrozenSet::new(py, ["file", "trailers", "informational"]).map(Bound::unbind);
        Ok(CAPABILITIES.get_or_try_init(py, make)?.bind(py).clone())
    }

    /// The whole body. Raises ``BodyError`` and ``Disconnected`` (PSGI §2, "The body").
    #[pyo3(signature = (limit = None))]
    fn read<'py>(
        slf: &Bound<'py, Self>,
        limit: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match limit.map_or(Ok(u64::MAX), octets) {
            Ok(limit) => Waiting::on(py, Awaited::Body(slf.clone().unbind(), limit)),
            Err(error) => awaitable::settled(py, Err(error)),
        }
    }

    const fn __aiter__(slf: Py<Self>) -> Pieces {
        Pieces::of(slf)
    }

    /// Returns when the peer has left or the response is complete.
    fn closed<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Waiting::on(slf.py(), Awaited::End(slf.clone().unbind()))
    }

    /// Send an interim response, 103 for one (RFC 9110 §15.2).
    #[pyo3(signature = (status, headers = None))]
    fn inform<'py>(
        &self,
        py: Python<'py>,
        status: &Bound<'py, PyAny>,
        headers: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        awaitable::settled(py, self.send_interim(status, headers))
    }

    /// WebSocket is not served yet: no capability says so.
    #[pyo3(signature = (subprotocol = None, headers = None))]
    #[expect(
        clippy::unused_self,
        unused_variables,
        reason = "the interface of every host"
    )]
    fn accept<'py>(
        &self,
        py: Python<'py>,
        subprotocol: Option<&Bound<'_, PyAny>>,
        headers: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let error = PyRuntimeError::new_err(
            "this server has no WebSocket: \"websocket\" is not in request.server_capabilities",
        );
        awaitable::settled(py, Err(error))
    }

    /// Have ``await function(*arguments)`` run when the response is out.
    #[pyo3(signature = (function, *arguments))]
    fn after(&self, function: &Bound<'_, PyAny>, arguments: &Bound<'_, PyTuple>) -> PyResult<()> {
        let call = (function, arguments).into_pyobject(function.py())?.unbind();
        match &mut *self.after.borrow_mut()? {
            After::Open(calls) => {
                calls.push(call);
                Ok(())
            }
            After::Closed => Err(PyRuntimeError::new_err(
                "after() was called when the response was complete",
            )),
        }
    }

    fn __repr__(&self) -> String {
        format!("<Request {:?}>", self.line())
    }

    /// An application may put the request into its own state; the dictionary breaks that circle.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.state.get() {
            Some(state) => visit.call(state),
            None => Ok(()),
        }
    }
}

fn interim_status(status: &Bound<'_, PyAny>) -> PyResult<u16> {
    let number: i64 = status
        .extract()
        .map_err(|_| wrong_type("status", "int", status))?;
    let number = u16::try_from(number).unwrap_or_default();
    if INTERIM.contains(&number) {
        return Ok(number);
    }
    Err(PyValueError::new_err(format!(
        "an interim response has a status from 102 to 199, not {status}"
    )))
}

fn octets(limit: &Bound<'_, PyAny>) -> PyResult<u64> {
    limit.extract().map_err(|_| {
        PyValueError::new_err(format!("limit must be None or an int from 0, not {limit}"))
    })
}
