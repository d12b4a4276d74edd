//! `pyre.psgi.Response`: what an application returns.

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{PyBytes, PyDict, PyList, PyString, PyTuple},
};

use super::{
    body::{is_body, not_body},
    fields::not_fields,
    text::{type_name, wrong_type},
};

const STATUSES: std::ops::RangeInclusive<i64> = 200..=999;

/// The response to one request (PSGI §3).
///
/// Its attributes have the names of the arguments, and may be changed until it is returned.
/// ``status`` is from 200 to 999. ``headers`` is an iterable of pairs or a mapping, of ``str`` or
/// ``bytes``. ``body`` is ``None``, bytes-like, ``str`` (sent as UTF-8), a ``File``, or an iterable or
/// async iterable of bytes-like and ``str``. ``trailers`` is called without arguments after the body,
/// and returns what ``headers`` may be. Raises ``TypeError`` and ``ValueError`` for anything else.
#[pyclass(freelist = 64, module = "pyre.psgi")]
#[derive(Debug)]
pub(crate) struct Response {
    pub(super) status: u16,
    pub(super) headers: Option<Py<PyAny>>,
    pub(super) body: Option<Py<PyAny>>,
    pub(super) trailers: Option<Py<PyAny>>,
}

/// A status that a response may have.
#[derive(Clone, Copy)]
struct Status(u16);

impl<'py> FromPyObject<'_, 'py> for Status {
    type Error = PyErr;

    fn extract(status: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        checked_status(&status).map(Self)
    }
}

/// Fields, unless they were left out.
struct Given(Option<Py<PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Given {
    type Error = PyErr;

    fn extract(headers: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        checked_headers(headers.to_owned()).map(Some).map(Self)
    }
}

#[pymethods]
impl Response {
    #[new]
    #[pyo3(
        signature = (status = Status(200), headers = Given(None), body = None, *, trailers = None),
        text_signature = "(status=200, headers=(), body=None, *, trailers=None)"
    )]
    fn new(
        status: Status,
        headers: Given,
        body: Option<Bound<'_, PyAny>>,
        trailers: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self {
            status: status.0,
            headers: headers.0,
            body: body.map(checked_body).transpose()?,
            trailers: trailers.map(checked_trailers).transpose()?,
        })
    }

    #[getter]
    const fn status(&self) -> u16 {
        self.status
    }

    #[setter]
    fn set_status(&mut self, status: &Bound<'_, PyAny>) -> PyResult<()> {
        self.status = checked_status(status)?;
        Ok(())
    }

    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        match &self.headers {
            Some(headers) => headers.bind(py).clone(),
            None => PyTuple::empty(py).into_any(),
        }
    }

    #[setter]
    fn set_headers(&mut self, headers: Bound<'_, PyAny>) -> PyResult<()> {
        self.headers = Some(checked_headers(headers)?);
        Ok(())
    }

    #[getter]
    pub(super) fn body(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.body.as_ref().map(|body| body.clone_ref(py))
    }

    #[setter]
    fn set_body(&mut self, body: Option<Bound<'_, PyAny>>) -> PyResult<()> {
        self.body = body.map(checked_body).transpose()?;
        Ok(())
    }

    #[getter]
    fn trailers(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.trailers
            .as_ref()
            .map(|trailers| trailers.clone_ref(py))
    }

    #[setter]
    fn set_trailers(&mut self, trailers: Option<Bound<'_, PyAny>>) -> PyResult<()> {
        self.trailers = trailers.map(checked_trailers).transpose()?;
        Ok(())
    }

    fn __repr__(&self) -> String {
        format!("<Response {}>", self.status)
    }
}

fn checked_status(status: &Bound<'_, PyAny>) -> PyResult<u16> {
    let number: i64 = status
        .extract()
        .map_err(|_| wrong_type("status", "int", status))?;
    let in_range = STATUSES.contains(&number);
    u16::try_from(number).ok().filter(|_| in_range).ok_or_else(|| {
        PyValueError::new_err(format!(
            "status must be from 200 to 999, not {number}; interim responses are sent by inform()"
        ))
    })
}

fn checked_headers(headers: Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let is_usual = headers.is_exact_instance_of::<PyList>()
        || headers.is_exact_instance_of::<PyTuple>()
        || headers.is_exact_instance_of::<PyDict>();
    if is_usual || is_other_iterable(&headers)? {
        return Ok(headers.unbind());
    }
    Err(not_fields(&headers))
}

/// Text is iterable, too, but nobody means its characters.
fn is_other_iterable(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let is_text = object.is_instance_of::<PyString>() || object.is_instance_of::<PyBytes>();
    Ok(!is_text && object.hasattr(intern!(object.py(), "__iter__"))?)
}

fn checked_body(body: Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let is_usual = body.is_instance_of::<PyBytes>() || body.is_instance_of::<PyString>();
    if is_usual || is_body(&body)? {
        return Ok(body.unbind());
    }
    Err(not_body(&body))
}

fn checked_trailers(trailers: Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    if trailers.is_callable() {
        return Ok(trailers.unbind());
    }
    Err(PyTypeError::new_err(format!(
        "trailers must be a callable, not {}",
        type_name(&trailers)
    )))
}
