//! Messages that an application sends, checked for their types. What HTTP allows in them is the
//! protocol's to say.

use bytes::Bytes;
use pyo3::{
    buffer::PyBuffer,
    exceptions::{PyRuntimeError, PyTypeError},
    intern,
    prelude::*,
    pybacked::PyBackedBytes,
    types::{PyBytes, PyDict, PyList, PyString, PyTuple},
};
use pyre_runtime::http1::Content;

use super::extension::{self, Extension};

/// A body of at least this many octets is kept instead of copied: below it, copying is cheaper
/// than the bookkeeping.
const WORTH_SHARING: usize = 16 * 1024;

/// A message of ASGI HTTP.
pub(super) enum Message<'py> {
    /// `http.response.start`
    Start(Start<'py>),
    /// `http.response.body`
    Body(Body<'py>),
    /// A message of an extension; apart, so that the usual ones stay small.
    Extension(Box<Extension<'py>>),
}

/// `http.response.start`
pub(super) struct Start<'py> {
    pub(super) status: u16,
    /// `http.response.trailers` will follow the body.
    pub(super) has_trailers: bool,
    fields: Vec<Field<'py>>,
}

/// `http.response.body`
pub(super) struct Body<'py> {
    octets: Octets<'py>,
    pub(super) is_last: bool,
}

/// The octets of a body.
enum Octets<'py> {
    Bytes(Bound<'py, PyBytes>),
    /// Of another bytes-like object, which may change after `send` has returned.
    Copied(Vec<u8>),
}

impl<'py> Message<'py> {
    /// # Errors
    /// `TypeError` for a value of a wrong type, `RuntimeError` for a message that is not known here.
    pub(super) fn read(message: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = message.py();
        let message = message
            .cast::<PyDict>()
            .map_err(|_| wrong("an ASGI message", "dict", message))?;
        let Some(kind) = message.get_item(intern!(py, "type"))? else {
            return Err(PyTypeError::new_err("an ASGI message needs a 'type'"));
        };
        let kind = kind
            .cast::<PyString>()
            .map_err(|_| wrong("'type'", "str", &kind))?;
        match kind.to_str()? {
            "http.response.start" => Start::read(message).map(Self::Start),
            "http.response.body" => Body::read(message).map(Self::Body),
            other => match extension::read(other, message)? {
                Some(extension) => Ok(Self::Extension(Box::new(extension))),
                None => Err(PyRuntimeError::new_err(format!(
                    "unexpected ASGI message {other:?}"
                ))),
            },
        }
    }
}

impl<'py> Start<'py> {
    fn read(message: &Bound<'py, PyDict>) -> PyResult<Self> {
        let py = message.py();
        let Some(status) = message.get_item(intern!(py, "status"))? else {
            return Err(PyTypeError::new_err(
                "'http.response.start' needs a 'status'",
            ));
        };
        // A number that does not fit is out of HTTP's range, too: the protocol refuses 0.
        let status_number: i64 = status
            .extract()
            .map_err(|_| wrong("'status'", "int", &status))?;
        let headers = message.get_item(intern!(py, "headers"))?;
        // Type, status and headers are all that most messages have.
        let may_have_trailers = message.len() > 2 + usize::from(headers.is_some());
        Ok(Self {
            status: u16::try_from(status_number).unwrap_or_default(),
            has_trailers: may_have_trailers && is_true(message, intern!(py, "trailers"))?,
            fields: read_fields(headers.as_ref())?,
        })
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        octets_of(&self.fields)
    }
}

/// A flag that is false when it is left out.
pub(super) fn is_true(message: &Bound<'_, PyDict>, key: &Bound<'_, PyString>) -> PyResult<bool> {
    message
        .get_item(key)?
        .map_or(Ok(false), |value| value.is_truthy())
}

pub(super) type Field<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>);

pub(super) fn octets_of<'a>(fields: &'a [Field<'_>]) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
    fields
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
}

/// The value of `headers`, which may be left out.
pub(super) fn read_fields<'py>(headers: Option<&Bound<'py, PyAny>>) -> PyResult<Vec<Field<'py>>> {
    let Some(headers) = headers else {
        return Ok(Vec::new());
    };
    if let Ok(list) = headers.cast_exact::<PyList>() {
        return list.iter().map(|pair| read_field(&pair)).collect();
    }
    headers.try_iter()?.map(|pair| read_field(&pair?)).collect()
}

fn read_field<'py>(pair: &Bound<'py, PyAny>) -> PyResult<Field<'py>> {
    let (name, value) = match pair.cast_exact::<PyTuple>() {
        Ok(pair) if pair.len() == 2 => (pair.get_item(0)?, pair.get_item(1)?),
        _ => read_other_pair(pair)?,
    };
    Ok((
        bytes(name, "a header name")?,
        bytes(value, "a header value")?,
    ))
}

pub(super) fn bytes<'py>(part: Bound<'py, PyAny>, what: &str) -> PyResult<Bound<'py, PyBytes>> {
    part.cast_into()
        .map_err(|error| wrong(what, "bytes", &error.into_inner()))
}

/// A list, for one: ASGI says "iterable".
fn read_other_pair<'py>(
    pair: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let parts: Vec<Bound<'py, PyAny>> = pair.try_iter().and_then(Iterator::collect)?;
    <[_; 2]>::try_from(parts)
        .map(|[name, value]| (name, value))
        .map_err(|_| PyTypeError::new_err("a header must be a pair of bytes: name and value"))
}

impl<'py> Body<'py> {
    fn read(message: &Bound<'py, PyDict>) -> PyResult<Self> {
        let py = message.py();
        let body = message.get_item(intern!(py, "body"))?;
        // Type and body are all that the last message of most responses has.
        let may_have_more = message.len() > 1 + usize::from(body.is_some());
        let is_last = !(may_have_more && is_true(message, intern!(py, "more_body"))?);
        let octets = body.map_or(Ok(Octets::Copied(Vec::new())), Octets::read)?;
        Ok(Self { octets, is_last })
    }

    pub(super) fn content(&self) -> Content<'_> {
        match &self.octets {
            Octets::Copied(octets) => Content::Copied(octets),
            Octets::Bytes(bytes) if bytes.as_bytes().len() < WORTH_SHARING => {
                Content::Copied(bytes.as_bytes())
            }
            Octets::Bytes(bytes) => {
                Content::Shared(Bytes::from_owner(PyBackedBytes::from(bytes.clone())))
            }
        }
    }
}

impl<'py> Octets<'py> {
    fn read(body: Bound<'py, PyAny>) -> PyResult<Self> {
        let py = body.py();
        match body.cast_into::<PyBytes>() {
            Ok(bytes) => Ok(Self::Bytes(bytes)),
            Err(error) => {
                let body = error.into_inner();
                let buffer =
                    PyBuffer::<u8>::get(&body).map_err(|_| wrong("'body'", "bytes-like", &body))?;
                Ok(Self::Copied(buffer.to_vec(py)?))
            }
        }
    }
}

fn wrong(what: &str, expected: &str, got: &Bound<'_, PyAny>) -> PyErr {
    let got = got
        .get_type()
        .name()
        .map_or_else(|_| "something else".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("{what} must be {expected}, not {got}"))
}
