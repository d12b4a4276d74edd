//! Field lines that an application gives: pairs, or a mapping, of `str` or `bytes`.

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{PyBytes, PyList, PyString, PyTuple},
};
use pyre_runtime::{SendError, http1::ResponseError};

use super::text::{Text, type_name};
use crate::errors;

/// Names and values, not checked against HTTP yet.
pub(super) struct Fields(Vec<(Text, Text)>);

impl Fields {
    pub(super) const fn none() -> Self {
        Self(Vec::new())
    }

    /// The fields of a response.
    ///
    /// # Errors
    /// Those of `pyre.psgi.fields`, which says what is wrong where; what iterating raises.
    pub(super) fn of_response(fields: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::read(fields).map_err(|error| explained(fields, error))
    }

    /// The fields of an interim response, or of a trailer section: `function` of `pyre.psgi.fields`
    /// knows what is allowed there.
    pub(super) fn checked_by(function: &str, fields: &Bound<'_, PyAny>) -> PyResult<Self> {
        let module = fields
            .py()
            .import(intern!(fields.py(), "pyre.psgi.fields"))?;
        Self::read(&module.call_method1(function, (fields,))?)
    }

    /// What the protocol has refused of `fields`, which these were read from.
    pub(super) fn refusal(&self, fields: Option<&Bound<'_, PyAny>>, error: SendError) -> PyErr {
        match (error, fields) {
            (SendError::Response(ResponseError::ContentLength), _) => {
                let value = String::from_utf8_lossy(self.field(b"content-length"));
                PyValueError::new_err(format!("{}, not {value:?}", ResponseError::ContentLength))
            }
            (SendError::Response(_), Some(fields)) => {
                explained(fields, errors::of_psgi_send(error))
            }
            _ => errors::of_psgi_send(error),
        }
    }

    fn read(fields: &Bound<'_, PyAny>) -> PyResult<Self> {
        // Whether they are lists or tuples, as most are, they run no code of the application's.
        let lines = if let Ok(fields) = fields.cast_exact::<PyList>() {
            fields.iter().map(|pair| line(&pair)).collect()
        } else if let Ok(fields) = fields.cast_exact::<PyTuple>() {
            fields.iter().map(|pair| line(&pair)).collect()
        } else {
            read_other(fields)
        };
        lines.map(Self)
    }

    /// The value of `content-length`, if there is one that is a number.
    pub(super) fn content_length(&self) -> Option<u64> {
        str::from_utf8(self.field(b"content-length"))
            .ok()?
            .parse()
            .ok()
    }

    fn field(&self, name: &[u8]) -> &[u8] {
        let mut lines = self.iter();
        let line = lines.find(|(other, _)| other.eq_ignore_ascii_case(name));
        line.map_or(&[], |(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0
            .iter()
            .map(|(name, value)| (name.octets(), value.octets()))
    }
}

/// The same error with what is wrong and where, if the fields can be read again.
fn explained(fields: &Bound<'_, PyAny>, error: PyErr) -> PyErr {
    let py = fields.py();
    let explained = py
        .import(intern!(py, "pyre.psgi.fields"))
        .and_then(|module| module.call_method1(intern!(py, "encoded"), (fields, "headers")));
    explained.err().unwrap_or(error)
}

fn read_other(fields: &Bound<'_, PyAny>) -> PyResult<Vec<(Text, Text)>> {
    let items = fields.getattr_opt(intern!(fields.py(), "items"))?;
    let pairs = match items {
        Some(items) => items.call0()?,
        None => fields.clone(),
    };
    if pairs.is_instance_of::<PyString>() || pairs.is_instance_of::<PyBytes>() {
        return Err(not_fields(fields));
    }
    let pairs = pairs.try_iter().map_err(|_| not_fields(fields))?;
    pairs.map(|pair| line(&pair?)).collect()
}

pub(super) fn not_fields(fields: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(format!(
        "headers must be an iterable of pairs or a mapping, not {}",
        type_name(fields)
    ))
}

fn line(pair: &Bound<'_, PyAny>) -> PyResult<(Text, Text)> {
    if let Ok(pair) = pair.cast_exact::<PyTuple>()
        && pair.len() == 2
    {
        return Ok((
            Text::read(&*pair.get_borrowed_item(0)?, "a header name")?,
            Text::read(&*pair.get_borrowed_item(1)?, "a header value")?,
        ));
    }
    let [name, value] = parts(pair)?;
    Ok((
        Text::read(&name, "a header name")?,
        Text::read(&value, "a header value")?,
    ))
}

/// A list of two, for one.
fn parts<'py>(pair: &Bound<'py, PyAny>) -> PyResult<[Bound<'py, PyAny>; 2]> {
    let refusal = || {
        PyTypeError::new_err(format!(
            "a header must be a pair of name and value, not {}",
            type_name(pair)
        ))
    };
    if pair.is_instance_of::<PyString>() || pair.is_instance_of::<PyBytes>() {
        return Err(refusal());
    }
    let parts: Vec<Bound<'py, PyAny>> = pair
        .try_iter()
        .map_err(|_| refusal())?
        .collect::<PyResult<_>>()?;
    <[_; 2]>::try_from(parts).map_err(|_| refusal())
}
